"""Proofs with certificates of what is said about a slope: its extremes, where it is 0, and how it decays.

An extreme is shown by a bound that is met at a place, or approached far out; one without a closed form by two bounds,
of which the slope keeps within one and reaches the other. Where no such proof is found, the fact rests on enclosures
alone.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from sympy import Abs, And, Dummy, Eq, Ge, Gt, Integer, Le, Lt, Max, Min, Ne, Rational, S, oo, sign
from sympy.core.relational import Relational

from symgrad.functions import unfold
from symgrad.pipeline.fact_proofs import Claims, kept, tail

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Domain, Extremum, Facts
    from symgrad.pipeline.proofs import Proof

STEEP = (1, 2, 8)  # C in |f(z) - f(k)| <= C |z - k|
LITTLE = Rational(1, 100)  # c, and how near, in |f(z) - f(k)| >= c


@cache
def extremes(found: Facts) -> tuple[tuple[Proof, ...], tuple[Proof, ...]]:
    """What shows the infimum of the slope, and what shows its supremum."""
    return extreme(found, found.infimum, -1), extreme(found, found.supremum, 1)


def extreme(found: Facts, extremum: Extremum, side: int, *, of_slope: bool = True) -> tuple[Proof, ...]:
    """A bound of the slope or the function, above for side 1, and that it is met or approached."""
    claims, end = Claims(found, of_slope), extremum.exact
    if end is None:
        return enclosed(claims, extremum, side)
    there = kept(met(claims, extremum))[:1] or approached(claims, extremum)
    if not there or end in {oo, -oo}:
        return there
    weakly, strictly = (Le, Lt) if side > 0 else (Ge, Gt)
    relation = weakly if extremum.attained else strictly
    bound = claims.holds(relation(claims.expr, end, evaluate=False), claims.where) or turned(claims, relation, extremum)
    return (bound, *there) if bound else ()


def turned(claims: Claims, relation: Any, extremum: Extremum) -> Proof | None:
    """The bound seen from a place at which it is met: lemmas begin at simple numbers such as 0."""
    z, places = claims.variable, [p for p in extremum.at if not isinstance(p, tuple)]
    if not places or extremum.exact is None or claims.found.kinks:
        return None
    moved = claims.expr.xreplace({z: z + places[0]})
    return claims.holds(relation(moved, extremum.exact, evaluate=False), S.true)


def enclosed(claims: Claims, extremum: Extremum, side: int) -> tuple[Proof, ...]:
    """That the slope stays within one bound and reaches the other, which it does not do off an interval.

    It is continuous, so it attains its extreme there.
    """
    z, expr = claims.variable, claims.expr
    outer, inner = (extremum.upper, extremum.lower)[::side]
    places = sorted(sum(p) / 2 for p in extremum.at if isinstance(p, tuple))
    if not places or claims.found.kinks:
        return ()
    (weakly, strictly, back), first, last = ((Le, Lt, Ge), (Ge, Gt, Le))[side < 0], places[0], places[-1]
    proofs = [
        claims.holds(weakly(expr, outer), S.true),
        claims.holds(back(expr, inner), Eq(z, first)),
        claims.holds(strictly(expr, inner), z < first - LITTLE),
        claims.holds(strictly(expr, inner), z > last + LITTLE),
    ]
    return kept(proofs) if all(proofs) else ()


def met(claims: Claims, extremum: Extremum) -> Iterator[Proof | None]:
    """That the slope has this value at a place."""
    exact = [p for p in extremum.at if not isinstance(p, tuple)]
    for place in (*exact, *(middle(d.lower, d.upper) for d in extremum.on)):
        here = And(Eq(claims.variable, place), claims.where)
        yield claims.holds(Eq(claims.expr, extremum.exact, evaluate=False), here)


def approached(claims: Claims, extremum: Extremum) -> tuple[Proof, ...]:
    """That the slope tends to this value far out, or on one side of a kink."""
    sides = (side for end, side in ((oo, 1), (-oo, -1)) if end in extremum.approached)
    far = next(filter(None, (tail(claims, claims.expr, extremum.exact, s) for s in sides)), ())
    places = (p for p in extremum.approached if not isinstance(p, tuple) and p not in {oo, -oo})
    return far or kept(beside(claims, p, extremum.exact) for p in places)[:1]


def beside(claims: Claims, kink: Any, end: Any) -> Proof | None:
    """That the slope tends to this value on one side of a kink: it is off by at most C |z - k|."""
    z = claims.variable
    bounds = (Le(Abs(claims.expr - end), c * claims.size * Abs(z - kink), evaluate=False) for c in STEEP)
    sides = And(z > kink, z < kink + LITTLE), And(z > kink - LITTLE, z < kink)
    return next(filter(None, (claims.holds(bound, side) for bound in bounds for side in sides)), None)


def middle(lower: Any, upper: Any) -> Any:
    """A point between two others, either of which may be infinite."""
    if lower is None:
        return Integer(0) if upper is None else upper - 1
    return lower + 1 if upper is None else (lower + upper) / 2


def lipschitz(found: Facts) -> tuple[Proof, ...]:
    """The two extremes of the slope, and continuity at every kink; where there is no constant, a jump or a limit."""
    claims = Claims(found)
    low, high = extremes(found)
    if found.lipschitz.exact == oo:
        steep = high if found.supremum.exact == oo else low if found.infimum.exact == -oo else ()
        return kept(jump(claims, k.at) for k in found.kinks)[:1] or steep
    if not low or not high or not largest(claims, found.lipschitz):
        return ()
    joints = [joint(claims, k.at) for k in found.kinks]
    return (*low, *high, *kept(joints)) if all(joints) else ()


def largest(claims: Claims, constant: Extremum) -> bool:
    """Whether a Lipschitz constant is the larger of the sizes of the slope's extremes, exactly or as it is enclosed."""
    low, high = claims.found.infimum, claims.found.supremum
    closed = [e.exact for e in (constant, low, high) if e.exact is not None]
    if len(closed) == 3:  # noqa: PLR2004 - all of them
        positive = {s: Dummy(positive=True) for s, _ in claims.letters}
        size, least, most = (e.xreplace(positive) for e in closed)
        return bool(size == Max(Abs(least), Abs(most)))
    bounds = (-low.upper, -low.lower), (high.lower, high.upper)
    return constant.exact is None and (constant.lower, constant.upper) == max(bounds, key=lambda b: b[1])


def joint(claims: Claims, kink: Any) -> Proof | None:
    """That f is continuous at a kink: |f(z) - f(k)| <= C |z - k| near by."""
    z = claims.variable
    near = And(z > kink - LITTLE, z < kink + LITTLE)
    bounds = (Le(gap(claims, kink), c * claims.size * Abs(z - kink), evaluate=False) for c in STEEP)
    return next(filter(None, (claims.holds(bound, near) for bound in bounds)), None)


def jump(claims: Claims, kink: Any) -> Proof | None:
    """That f is not continuous at a kink: |f(z) - f(k)| >= c on one side of it."""
    z, apart = claims.variable, Ge(gap(claims, kink), LITTLE, evaluate=False)
    sides = And(z > kink, z < kink + LITTLE), And(z > kink - LITTLE, z < kink)
    return next(filter(None, (claims.holds(apart, side) for side in sides)), None)


def gap(claims: Claims, kink: Any) -> Any:
    """How far f(z) is from its value at a kink."""
    function = claims.function()
    return Abs(function - function.xreplace({claims.variable: kink}))


def dead(found: Facts) -> tuple[Proof, ...]:
    """That the slope is 0 on the intervals that are told, and not 0 somewhere on every other piece.

    Between the points at which it switches the slope is analytic, so its zeros on such a piece are single points.
    """
    claims, z = Claims(found), found.definition.variable
    points: set[Any] = {k.at for k in (*found.kinks, *found.bends)} | switches(unfold(claims.slope()), z)
    points |= {e for d in found.dead for e in (d.lower, d.upper) if e is not None}
    if not all(p.is_Rational for p in points):
        return ()
    proofs = [flat(claims, low, high) for low, high in pairwise([None, *sorted(points), None])]
    return kept(proofs) if all(proofs) else ()


def flat(claims: Claims, low: Any, high: Any) -> Proof | None:
    """That the slope is 0 on an interval, or is not 0 at a point of it, whichever is told."""
    z, slope, place = claims.variable, claims.slope(), middle(low, high)
    if any(holds(d, place) for d in claims.found.dead):
        between = And(*([z > low] if low is not None else []), *([z < high] if high is not None else []))
        return claims.holds(Eq(slope, 0, evaluate=False), between)
    places = (place, middle(place, high))
    return next(filter(None, (claims.holds(Ne(slope, 0, evaluate=False), Eq(z, p)) for p in places)), None)


def holds(domain: Domain, place: Any) -> bool:
    """Whether a point lies inside an interval."""
    above = domain.lower is None or bool(domain.lower < place)
    return above and (domain.upper is None or bool(place < domain.upper))


def switches(expr: Any, variable: Any) -> set[Any]:
    """The points at which an expression need not be analytic; an expression that is no point where that is not seen."""
    gaps = [r.lhs - r.rhs for r in expr.atoms(Relational)] + [p.args[0] for p in expr.atoms(Abs, sign)]
    gaps += [u - v for p in expr.atoms(Max, Min) for u, v in combinations(p.args, 2)]
    linear = (g.is_polynomial(variable) and g.as_poly(variable).degree() == 1 for g in gaps)
    return {-g.coeff(variable, 0) / g.coeff(variable, 1) if plain else g for g, plain in zip(gaps, linear, strict=True)}


def decay(found: Facts) -> tuple[Proof, ...]:
    """That the quotient of the slope and its rate tends to 1, on every side on which there is a rate."""
    claims = Claims(found)
    rates = [(rate, side) for rate, side in zip(found.decay, (-1, 1), strict=True) if rate is not None]
    shown = [tail(claims, claims.slope() / rate, Integer(1), side) for rate, side in rates]
    return tuple(p for group in shown for p in group) if all(shown) else ()
