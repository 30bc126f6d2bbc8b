"""Stretches of the line, and conditions, as a reader would write them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sympy import Abs, Add, And, Ge, Gt, Mul, Ne, Pow, exp, log

from symgrad.document.boxes import Num, commas
from symgrad.document.from_sympy import boxes
from symgrad.document.text import text
from symgrad.prover.relations import prove_relation
from symgrad.prover.zeros import same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Symbol

    from symgrad.core import Holds
    from symgrad.prover.claims.regions import Part, Region
    from symgrad.prover.zeros import Point

DIGITS = 30  # decimals of a boundary


def told(part: Part, digits: int = DIGITS) -> str:
    """An interval, its ends exact, or to so many decimals; a single point is {z}."""
    if part.left is not None and part.left is part.right:
        return "{" + end(part.left, digits) + "}"
    low = "-∞" if part.left is None else end(part.left, digits)
    high = "∞" if part.right is None else end(part.right, digits)
    return f"{'[' if part.left_in else '('}{low}, {high}{']' if part.right_in else ')'}"


def end(p: Point, digits: int = DIGITS) -> str:
    """A boundary: its closed form, and its first decimals; what is cut off is below one unit of the last."""
    decimals = cut(p, digits)
    if p.exact is None:
        return f"{decimals}…"
    if p.exact.is_Rational:
        return text(boxes(p.exact))
    return f"{text(boxes(p.exact))} = {decimals}…"


def cut(p: Point, most: int = DIGITS) -> str:
    """The decimals that both ends of the enclosure share, so many of them at most."""
    for digits in range(most, 0, -1):
        low, high = (abs(int(q.p)) * 10**digits // int(q.q) for q in (p.lower, p.upper))  # towards 0, as a reader does
        if low == high and (p.lower < 0) == (p.upper < 0):
            whole, rest = divmod(low, 10**digits)
            return f"{'-' if p.lower < 0 else ''}{whole}.{rest:0{digits}d}"
    return text(Num(str(float(p.lower.p) / float(p.lower.q))))


def of_stretches(z: Symbol, region: Region) -> str:
    """Stretches as conditions on a variable: z > 0, z ≠ 1."""
    parts, name = region.parts, text(boxes(z))
    holes = [p.right for p, q in pairwise(parts) if p.right and q.left and same(p.right, q.left)]
    first, last = parts[0], parts[-1]
    if len(holes) < len(parts) - 1 or (first is last and first.left is not None and first.right is not None):
        return f"{name} ∈ {' ∪ '.join(map(told, parts))}"
    found = [f"{name} {'≥' if first.left_in else '>'} {end(first.left)}"] if first.left else []
    found += [f"{name} {'≤' if last.right_in else '<'} {end(last.right)}"] if last.right else []
    return ", ".join([*found, *(f"{name} ≠ {end(hole)}" for hole in holes)])


def of_operations(s: Holds) -> str:
    """What a claim's quotients, roots and logarithms ask for, if the claim is proved under just that; else nothing."""
    try:
        asked = dict.fromkeys(need for side in s.relation.args for need in needs(side))
    except TypeError:
        return ""
    found = prove_relation(s.relation, variables=s.variables, lets=s.lets, assuming=And(s.assuming, *asked))
    return text(commas(*map(boxes, asked))) if found.proved else ""


def needs(expr: Any) -> Iterator[Any]:
    """The conditions under which sums, products, powers and logarithms have values; TypeError for anything else."""
    if isinstance(expr, log):
        yield Gt(expr.args[0], 0)
    elif isinstance(expr, Pow) and not expr.base.is_positive:
        if not expr.exp.is_Rational:
            raise TypeError
        strict = Gt if expr.exp.is_negative else Ge
        if not expr.exp.is_Integer:
            yield strict(expr.base, 0)
        elif expr.exp.is_negative:
            yield Ne(expr.base, 0)
    elif expr.args and not isinstance(expr, Add | Mul | Pow | exp | Abs):
        raise TypeError
    for part in expr.args:
        yield from needs(part)
