"""Inequalities: whether a relation holds at every point of a domain, and where it fails if it does not.

A relation is proved as an equation, of its truth value with 1: by signs in regions, with a certificate. Where that
leaves it open and there is one variable, cells of the line are tried, which have a certificate, too. The extremes of
the difference decide the rest, by enclosures without a certificate.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy import Integer, Pow, true
from sympy.core.relational import Relational

from symgrad.core import REALS, Status, SymgradError, UnsupportedError, Verdict, Witness
from symgrad.functions import D, unfold
from symgrad.prover.balls import DEEP, PRECISIONS, Balls, Undecided, Undefined, precision
from symgrad.prover.combined import combined
from symgrad.prover.conventions import plain, truth
from symgrad.prover.convex import convex
from symgrad.prover.cover import prove_cover
from symgrad.prover.exceptions import thinly
from symgrad.prover.independent import apart, inside, sign_of_end, values
from symgrad.prover.named import written_out
from symgrad.prover.prove import prove
from symgrad.prover.ranges import extrema, one_variable
from symgrad.prover.reading import Reader
from symgrad.prover.taylor import sign
from symgrad.prover.witnesses import decimal, text
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sympy import Symbol

    from symgrad.core import Extremum, Let, Step, Variable

EXTREMES = message("extremes of the difference, enclosed by balls")
APART = message("extremes of parts that have no variable in common")
CONVEX = message("the ends of an interval on which the difference is convex")
SIGNS = {">": sp.Gt, "≥": sp.Ge}  # how the last line of a chain may end
NEARER = (1, 2, 4, 8, 16, 32, 64)
EVALUATED = message("SymPy has evaluated the relation away; build it with evaluate=False")


def prove_relation(
    relation: Any,
    *,
    variables: Sequence[Variable] = (),
    lets: Sequence[Let] = (),
    assuming: Any = true,
    seconds: float = 20.0,
) -> Verdict:
    """Whether a relation (<, <=, >, >=, = or !=) holds for all values of the variables that satisfy `assuming`.

    Both sides must have values at all of them: DOMAIN_MISMATCH lists points where one has none. REFUTED comes with a
    point and the values of both sides there; those are equal where only the strictness is refuted.
    """
    if not isinstance(relation, Relational):
        return Verdict(Status.UNKNOWN, reason=EVALUATED if relation in {True, False} else "this is no relation")
    freely = sp.S(assuming) is true  # claims are written with Python's True
    found = prove(*equation(relation), variables=variables, lets=lets, assuming=assuming, seconds=seconds)
    if found.status is Status.DOMAIN_MISMATCH and not isinstance(relation, sp.Eq):
        found = replace(found, exceptions=tuple(lacking(relation, lets, w) for w in found.exceptions))
    if found.status is Status.PROVED_EXCEPT and not isinstance(relation, sp.Eq):  # its truth value is 0 there
        found = Verdict(Status.REFUTED, "values at a point", witness=found.exceptions[0])
    if found.status is Status.REFUTED and found.witness and not isinstance(relation, sp.Eq):
        return replace(found, witness=seen(relation, lets, found.witness))
    if found.status is Status.UNKNOWN and not relation.free_symbols and freely:
        return of_numbers(relation) or found
    if found.status is Status.UNKNOWN and not lets and freely and not isinstance(relation, sp.Eq):
        return prove_cover(relation, variables=variables) or by_extremes(relation, variables, seconds) or found
    return found


def prove_step(
    step: Step, variables: Sequence[Variable] = (), lets: Sequence[Let] = (), seconds: float = 20.0
) -> Verdict:
    """Whether a step holds wherever its `given` does."""
    more: dict[str, Any] = {"variables": variables, "lets": lets, "assuming": step.given, "seconds": seconds}
    if step.relation == "=":
        return prove(step.before, step.after, **more)
    return prove_relation(SIGNS[step.relation](step.before, step.after, evaluate=False), **more)


def stated(step: Step) -> tuple[Any, Any]:
    """The two sides that the certificate of a step is replayed against."""
    if step.relation == "=":
        return step.before, step.after
    return equation(SIGNS[step.relation](step.before, step.after, evaluate=False))


def equation(relation: Any) -> tuple[Any, Any]:
    """The equation that is proved in place of a relation: what its certificate is replayed against."""
    if isinstance(relation, sp.Eq):
        return relation.lhs, relation.rhs
    return truth(relation), Integer(1)


def seen(relation: Any, lets: Sequence[Let], witness: Witness) -> Witness:
    """The witness with the values of the relation's own sides, where balls show them."""
    tried = (sides(relation, lets, witness.point, bits) for bits in DEEP[1:])
    valued = [found for found in tried if found is not None]
    if not valued:
        return replace(witness, left="", right="")
    found = next((f for f in valued if not f[0].overlaps(f[1])), valued[0])
    apart = not found[0].overlaps(found[1])
    left, right = (
        exactly(side, lets, witness.point) or text(ball, other if apart else None)
        for side, ball, other in zip(relation.args, found, found[::-1], strict=True)
    )
    return replace(witness, left=left, right=right)


def exactly(side: Any, lets: Sequence[Let], place: Sequence[tuple[Any, Any]]) -> str:
    """The value of an expression at a point, where it is a decimal fraction; else nothing."""
    reader = Reader(lets)
    node = reader.read(plain(side))
    return decimal(node, {reader.name(symbol): Reader().read(value) for symbol, value in place})


def lacking(relation: Any, lets: Sequence[Let], witness: Witness) -> Witness:
    """A point at which a side has no value, with the value of the other one where it has one."""
    found = [valued(side, lets, witness.point) for side in relation.args]
    left, right = (
        "undefined" if ball is None else exactly(side, lets, witness.point) or text(ball, None)
        for side, ball in zip(relation.args, found, strict=True)
    )
    return replace(witness, left=left, right=right)


def sides(
    relation: Any, lets: Sequence[Let], place: Sequence[tuple[Any, Any]], bits: int = PRECISIONS[1]
) -> tuple[Any, Any] | None:
    """Balls that hold the two sides at a point, None where one can't be valued."""
    left, right = (valued(side, lets, place, bits) for side in relation.args)
    return None if left is None or right is None else (left, right)


def valued(side: Any, lets: Sequence[Let], place: Sequence[tuple[Any, Any]], bits: int = PRECISIONS[1]) -> Any:
    """A ball that holds an expression at a point, None where it can't be valued."""
    reader = Reader(lets)
    node = reader.read(plain(side))
    try:
        with precision(bits):
            point = {reader.name(symbol): Balls({}).value(Reader().read(value)) for symbol, value in place}
            return Balls(point).value(node)
    except (Undecided, Undefined, UnsupportedError, KeyError):
        return None


def of_numbers(relation: Any) -> Verdict | None:
    """The verdict on two numbers that balls tell apart."""
    found = sides(relation, (), ())
    if found is None or found[0].overlaps(found[1]):
        return None
    if relation.func(1 if found[0] > found[1] else -1, 0):
        return Verdict(Status.PROVED, "disjoint balls")
    return Verdict(Status.REFUTED, "disjoint balls", witness=seen(relation, (), Witness((), "", "")))


def by_extremes(relation: Any, variables: Sequence[Variable], seconds: float) -> Verdict | None:
    """The verdict by the extremes of left - right over its domain, None where they leave it open."""
    valued = (prove(Pow(s, 0, evaluate=False), 1, variables=variables, seconds=seconds) for s in relation.args)
    if any(v.domain.values for v in variables) or not all(found.proved for found in valued):
        return None
    try:
        difference = worked_out(relation.lhs - relation.rhs)
        if len(difference.free_symbols) == 1:
            return _of_one(relation, difference, variables)
    except (SymgradError, ArithmeticError, ValueError):
        return None
    if not isinstance(relation, sp.Lt | sp.Le | sp.Gt | sp.Ge):
        return None
    return next(
        filter(None, (settled(way, relation, difference, variables) for way in (_of_sum, _at_ends, _of_parts))), None
    )


def settled(way: Any, *asked: Any) -> Verdict | None:
    """The verdict of one way to settle it, None where that way does not reach."""
    try:
        found: Verdict | None = way(*asked)
    except (SymgradError, ArithmeticError, ValueError):
        return None
    return found


def _of_sum(relation: Any, difference: Any, variables: Sequence[Variable]) -> Verdict | None:
    """The verdict on a function of one sum of the variables, as one of that sum alone."""
    found = combined(difference, variables)
    if found is None:
        return None
    verdict = prove_relation(relation.func(found.expr, 0, evaluate=False), variables=(found.variable,))
    if verdict.proved:
        return Verdict(
            Status.PROVED, message("as a function of {sum} alone: {method}", sum=found.total, method=verdict.method)
        )
    if verdict.status is not Status.REFUTED or not verdict.witness:
        return None
    ((_, u),) = verdict.witness.point
    place = None if isinstance(u, sp.AccumBounds) else found.place(u, variables)
    return None if place is None else _false_near(relation, lambda _: place, APART)


def _at_ends(relation: Any, difference: Any, variables: Sequence[Variable]) -> Verdict | None:
    """The verdict by the ends of a variable's interval, in which the side that is to be small is convex."""
    small = apart(difference if isinstance(relation, sp.Lt | sp.Le) else -difference)
    for v in variables:
        low, high = v.domain.lower, v.domain.upper
        if v.symbol not in small.free_symbols or low is None or high is None:
            continue
        if sign(high - low) == 1 and convex(small, v.symbol, variables):
            return _at_both(relation, small, v, variables)
    return None


def _at_both(relation: Any, small: Any, v: Variable, variables: Sequence[Variable]) -> Verdict | None:
    """Whether what is convex in v is <= 0, or < 0 if strict: at an end that is left out it may be 0, if not at both."""
    strict, below = isinstance(relation, sp.Lt | sp.Gt), []
    rest = [w for w in variables if w.symbol != v.symbol]
    ends = ((v.domain.lower, v.domain.lower_open), (v.domain.upper, v.domain.upper_open))
    for (end, is_open), (other, _) in zip(ends, ends[::-1], strict=True):
        there = small.xreplace({v.symbol: end})
        found = prove_relation((sp.Lt if strict else sp.Le)(there, 0, evaluate=False), variables=rest)
        if found.status is Status.REFUTED and found.witness:
            inner = {w.symbol: inside(w.domain) for w in rest} | dict(found.witness.point)
            if not is_open:
                return _refuted(relation, CONVEX, {**inner, v.symbol: end})
            near = _false_near(relation, _inwards(inner, v.symbol, end, other), CONVEX)
            if near is not None:
                return near
        weakly = found.proved or (is_open and prove_relation(sp.Le(there, 0, evaluate=False), variables=rest).proved)
        if not weakly:
            return None
        below.append(found.proved)
    return Verdict(Status.PROVED, CONVEX) if any(below) else None


def _inwards(inner: dict[Any, Any], symbol: Any, end: Any, other: Any) -> Callable[[int], dict[Any, Any]]:
    """Places on the way to an end that is left out."""
    return lambda k: {**inner, symbol: end + (other - end) / 2**k}


def _refuted(relation: Any, method: str, place: dict[Any, Any]) -> Verdict:
    """A refutation at a place."""
    return Verdict(Status.REFUTED, method, witness=seen(relation, (), Witness(tuple(place.items()), "", "")))


def worked_out(expr: Any) -> Any:
    """The expression with its derivatives carried out; each is proved, away from kinks."""
    while innermost := sorted((d for d in expr.atoms(D) if not d.expr.has(D)), key=str):
        for part in innermost:
            done = part.doit()
            if done.has(D) or not thinly(prove(written_out(part), written_out(done))):
                raise UnsupportedError("the derivative {part} could not be carried out and proved", part=part)
            expr = expr.xreplace({part: done})
    return unfold(expr)


def carried(expr: Any, variable: Symbol) -> Any:
    """The same where there is one variable."""
    return one_variable(worked_out(expr), variable)


def _of_parts(relation: Any, difference: Any, variables: Sequence[Variable]) -> Verdict | None:
    """The verdict by the end of the difference that the relation is about, and places where it comes close to it."""
    low, high = values(difference, variables)
    end, side = (high, -1) if isinstance(relation, sp.Lt | sp.Le) else (low, 1)
    apart = sign_of_end(end.value)
    if apart == side or (apart == 0 and not (end.taken and isinstance(relation, sp.Lt | sp.Gt))):
        return Verdict(Status.PROVED, APART)
    if end.at is None:
        return None
    if end.taken and end.exact:
        return _refuted(relation, APART, end.at(1))
    return _false_near(relation, end.at, APART)


def _false_near(relation: Any, at: Callable[[int], dict[Any, Any]], method: str) -> Verdict | None:
    """A refutation at one of the places that come closer to an end, if balls show it."""
    for k in NEARER:
        found = sides(relation, (), tuple(at(k).items()))
        apart = found is not None and not found[0].overlaps(found[1])
        if found and apart and not relation.func(1 if found[0] > found[1] else -1, 0):
            return _refuted(relation, method, at(k))
    return None


def _of_one(relation: Any, difference: Any, variables: Sequence[Variable]) -> Verdict | None:
    """The verdict by the extremes over the one variable's domain."""
    (symbol,) = difference.free_symbols
    domain = next((v.domain for v in variables if v.symbol == symbol), REALS)
    low, high = extrema(difference, symbol, domain=domain)
    if isinstance(relation, (sp.Lt, sp.Le)):
        return _above(relation, symbol, _negated(high), strict=isinstance(relation, sp.Lt))
    if isinstance(relation, (sp.Gt, sp.Ge)):
        return _above(relation, symbol, low, strict=isinstance(relation, sp.Gt))
    apart = [_above(relation, symbol, end, strict=True) for end in (low, _negated(high))]
    return next((v for v in apart if v and v.proved), None)


def _negated(e: Extremum) -> Extremum:
    return replace(e, lower=-e.upper, upper=-e.lower, exact=None if e.exact is None else -e.exact)


def _above(relation: Any, symbol: Any, least: Extremum, *, strict: bool) -> Verdict | None:
    """Whether what has this infimum is > 0 (or >= 0) everywhere."""
    if least.lower > 0 or (least.lower >= 0 and not strict):
        return Verdict(Status.PROVED, EXTREMES)
    touches = least.exact is not None and sign(least.exact) == 0
    if touches and not strict:
        return Verdict(Status.PROVED, EXTREMES)
    if touches and strict and not least.attained and least.approached:
        return Verdict(Status.PROVED, EXTREMES)
    places = [p for p in least.at if not isinstance(p, tuple)]
    places += [inside(d) for d in least.on]
    if places and (least.upper < 0 or (touches and strict)):
        point = Witness(((symbol, places[0]),), "", "")
        return Verdict(Status.REFUTED, EXTREMES, witness=seen(relation, (), point))
    return None
