"""Whether a region of one variable is empty: between the zeros of its conditions, none of them changes its sign."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from sympy import Symbol

from symgrad.core import SymgradError
from symgrad.prover.balls import Balls, Undecided, Undefined, precision
from symgrad.prover.points import Enclosure, complete, holds, unbound
from symgrad.prover.region import Region
from symgrad.prover.scalar import substitute
from symgrad.prover.writing import to_sympy
from symgrad.prover.zeros import Point, rational, same, zeros

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symgrad.prover.region import Premise
    from symgrad.prover.scalar import Node

BITS = 256


def empty(region: Region, names: tuple[str, ...]) -> bool:
    """Whether it is proved that no point satisfies the region's premises; False where that is not settled."""
    bound = dict(region.bindings)
    return any(_empty(_about(region, name), name) for name in names if name not in bound)


def _about(region: Region, name: str) -> Region:
    """The premises that are about one variable only; if they can't hold, the region is empty."""
    plain = ((resolved(node, region), rel) for node, rel in region.premises)
    return Region(tuple(p for p in plain if p[0].free == {name}))


def _empty(region: Region, name: str) -> bool:
    try:
        equations = unbound(region)
        if equations:
            return all(misses(region, root, name) for root in roots_of(region, equations[:1], name))
        return _no_gap(region, name)
    except (SymgradError, ArithmeticError, ValueError):
        return False


def roots_of(region: Region, premises: Iterable[Premise], name: str) -> list[Point]:
    """Every zero of the premises' nodes; they must be smooth on the whole line."""
    variable = Symbol(name, real=True)
    found: list[Point] = []
    for node, _ in premises:
        plain = resolved(node, region)
        if name in plain.free:
            roots = zeros(to_sympy(plain, {name: variable}), variable, None, None)
            if roots is None:
                raise ValueError("it is zero everywhere")
            found += roots
    return found


def resolved(node: Node, region: Region) -> Node:
    """The node with the values that the region binds its symbols to."""
    for name, value in region.bindings[::-1]:
        node = substitute(node, {name: value})
    return node


def misses(region: Region, root: Point, name: str) -> bool:
    """Whether some premise surely fails at the root."""
    place = Enclosure(fraction(root.lower), fraction(root.upper))
    with precision(BITS):
        try:
            full = complete({name: place}, region.bindings)
        except Undefined:
            return True
        except Undecided:
            return False
        return any(_fails(node, rel, full) for node, rel in region.premises)


def _fails(node: Node, rel: str, full: Mapping[str, Any]) -> bool:
    try:
        value = Balls(full).value(node)
    except Undefined:
        return True
    except Undecided:
        return False
    if rel == "=":
        return bool(value > 0 or value < 0)
    return bool(value <= 0 if rel == ">" else value < 0 if rel == ">=" else value.is_zero())


def _no_gap(region: Region, name: str) -> bool:
    """No gap between the zeros of the strict premises, nor any zero itself, satisfies them all."""
    strict = [p for p in region.premises if p[1] == ">"]
    if not strict:
        return False
    roots = roots_of(region, strict, name)
    if any(p.lower <= q.upper and q.lower <= p.upper and not same(p, q) for p, q in combinations(roots, 2)):
        return False  # a gap may hide between two roots that can't be told apart
    places = sorted({fraction(q) for root in roots for q in (root.lower, root.upper)}) or [Fraction(0)]
    inside = [places[0] - 1, *((a + b) / 2 for a, b in pairwise(places)), places[-1] + 1]
    return all(_surely_fails(region, strict, name, x) for x in inside)


def _surely_fails(region: Region, strict: list[Premise], name: str, x: Fraction) -> bool:
    if holds(tuple(strict), region.bindings, {name: x}):
        return False
    with precision(BITS):
        full = complete({name: x}, region.bindings)
        return any(_fails(node, rel, full) for node, rel in strict)


def fraction(q: Any) -> Fraction:
    """A FLINT rational as a Python one."""
    r = rational(q)
    return Fraction(int(r.p), int(r.q))
