"""Rigorous infimum and supremum of a function of one variable over all of R.

The line is cut into pieces on which the function is smooth. On each, every zero of the derivative is found, so
that between two neighbours the function is monotone; then its extremes are among its values at those zeros and
its limits at the ends of the pieces. Nothing is sampled.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

from flint import arb, ctx, fmpq
from sympy import I, Rational, Symbol, nan, oo, zoo

from symgrad.core import REALS, Domain, Extremum, UnsupportedError
from symgrad.functions import unfold
from symgrad.prover.factors import is_zero, slope
from symgrad.prover.limits import limit
from symgrad.prover.periodic import PERIOD, periodic
from symgrad.prover.pieces import Piece, between, cut, jumping, resolved
from symgrad.prover.taylor import PRECISION, Smooth, constant, sign
from symgrad.prover.zeros import Point, dyadic, point, rational, same, zeros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DIGITS = 40  # decimals of an enclosure that is printed


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that an extreme may have: a ball, its closed form, and where it is attained or approached."""

    value: Any  # an Arb ball, or oo or -oo
    exact: Any = None
    at: Point | None = None
    on: Domain | None = None
    approached: Any = None


def extrema(
    expr: Any, variable: Symbol, *, kinks: tuple[Any, ...] = (), domain: Domain = REALS
) -> tuple[Extremum, Extremum]:
    """The infimum and the supremum of a function of one variable over a domain.

    At the points `kinks` the function has no value; what it tends to from either side is approached, not
    attained. Raises UnsupportedError where an enclosure can't be proved.
    """
    function = one_variable(expr, variable)
    if domain == REALS and not kinks and periodic(function, variable):
        domain = PERIOD
    with ctx.workprec(PRECISION):
        found = candidates(function, variable, tuple(point(k) for k in kinks), domain)

    def even() -> bool:
        return domain == REALS and is_zero(function - function.xreplace({variable: -variable}))

    return extreme(found, -1, even), extreme(found, 1, even)


def one_variable(expr: Any, variable: Symbol) -> Any:
    """The expression with its named functions unfolded; refused if it depends on anything but `variable`."""
    function = unfold(expr)
    strange = function.free_symbols - {variable}
    if strange:
        names = ", ".join(sorted(str(s) for s in strange))
        raise UnsupportedError(
            "the behaviour of {expr} depends on {names}: give every parameter a value first", expr=expr, names=names
        )
    return function


def candidates(function: Any, variable: Symbol, kinks: tuple[Point, ...], domain: Domain) -> list[Candidate]:
    """Every value that could be the least or the greatest."""
    if domain.values:
        return [c for v in domain.values for c in _at(function, variable, point(v))]
    if domain.lower is not None and domain.upper is not None:
        room = sign(domain.upper - domain.lower)
        if room is None or room < 0 or (room == 0 and (domain.lower_open or domain.upper_open)):
            raise UnsupportedError("no number lies in {domain}: give the lower end first", domain=domain)
        if room == 0:
            return _at(function, variable, point(domain.lower))
    pieces = cut(function, variable, domain)
    found = [c for piece in pieces for c in _of_piece(piece, variable)]
    ends = [piece.right for piece in pieces[:-1]]
    ends += [pieces[0].left] if not domain.lower_open else []
    ends += [pieces[-1].right] if not domain.upper_open else []
    for end in ends:
        if end is not None and not any(same(end, k) for k in kinks):
            found += _at(function, variable, end)
    return found


def _at(function: Any, variable: Symbol, end: Point) -> list[Candidate]:
    """The value at an exactly known end of a piece, unless there is none."""
    if end.exact is None:
        return [_enclosed(function, variable, end)]
    value = resolved(function, variable, end.exact).xreplace({variable: end.exact})
    if value.has(nan, zoo, oo, I):
        return []
    ball = constant(value, PRECISION)
    if not ball.is_finite():
        raise UnsupportedError(
            "the value of {function} at {end} could not be enclosed", function=function, end=end.exact
        )
    return [Candidate(ball, value, at=end)]


def _enclosed(function: Any, variable: Symbol, end: Point) -> Candidate:
    """The value at an end that has no closed form: the limit there, as no case distinction of the function jumps."""
    beside = rational(end.lower)
    for part in jumping(function, variable):
        value = Smooth(resolved(part, variable, beside), variable).at(end.ball)
        if not (value > 0 or value < 0):
            raise UnsupportedError(
                "{function} may jump where {part} is 0, a point without a closed form", function=function, part=part
            )
    ball = _ball_at(Smooth(resolved(function, variable, beside), variable), end)
    if ball is None:
        raise UnsupportedError(
            "the value of {function} near {end} could not be enclosed", function=function, end=end.lower
        )
    return Candidate(ball, at=end)


def _of_piece(piece: Piece, variable: Symbol) -> Iterator[Candidate]:
    smooth = Smooth(piece.expr, variable)
    if not smooth.at(arb(between(piece.left, piece.right))).is_finite():  # every guard keeps its sign on a piece
        raise UnsupportedError(
            "{piece} has no real value on a part of the line: give the domain where it has", piece=piece.expr
        )
    critical = zeros(slope(piece.expr, variable), variable, piece.left, piece.right)
    if critical is None:
        value = piece.expr.xreplace({variable: rational(between(piece.left, piece.right))})
        yield Candidate(constant(value, PRECISION), value, on=_interval(piece))
        return
    for zero in critical:
        value = None if zero.exact is None else piece.expr.xreplace({variable: zero.exact})
        ball = smooth.at(zero.ball) if value is None else constant(value, PRECISION)
        if not ball.is_finite():
            raise UnsupportedError("the value of {piece} at a critical point could not be enclosed", piece=piece.expr)
        yield Candidate(ball, value, at=zero)
    for end, inward in ((piece.left, 1), (piece.right, -1)):
        yield _towards(smooth, piece.expr, end, inward)


def _interval(piece: Piece) -> Domain:
    """The piece as a domain; an end without a closed form is moved inwards to a rational."""
    left, right = piece.left, piece.right
    return Domain(
        None if left is None else rational(left.upper) if left.exact is None else left.exact,
        None if right is None else rational(right.lower) if right.exact is None else right.exact,
    )


def _towards(smooth: Smooth, expr: Any, end: Point | None, inward: int) -> Candidate:
    """The limit at an end of a piece."""
    if end is not None:
        ball = _ball_at(smooth, end)
        if ball is not None:
            value = None if end.exact is None else expr.xreplace({smooth.variable: end.exact})
            return Candidate(ball, value, approached=end)
        if end.exact is None:
            raise UnsupportedError("{expr} is singular near {end}, which has no closed form", expr=expr, end=end.lower)
    at = -inward * oo if end is None else (end.exact, inward)
    value = limit(expr, smooth.variable, at)
    if value is None:
        raise UnsupportedError("the limit of {expr} at {at} could not be proved", expr=expr, at=at)
    ball = value if value in {oo, -oo} else constant(value, PRECISION)
    return Candidate(ball, value, approached=at if end is None else end)


def _ball_at(smooth: Smooth, end: Point) -> arb | None:
    """The value at an end where the smooth expression is continuous, None where that is not evident."""
    try:
        value = smooth.at(end.ball)
    except (ZeroDivisionError, ValueError):
        return None
    return value if value.is_finite() else None


def extreme(found: list[Candidate], side: int, mirrored: Callable[[], bool] = bool) -> Extremum:
    """The greatest candidate (side 1) or the least (side -1), with every other that is proved to tie with it.

    `mirrored` proves that the function is even, where two enclosures can't be told apart otherwise.
    """
    with ctx.workprec(PRECISION):  # every ball that is made here rounds at the current precision
        return _extreme(found, side, mirrored)


def _extreme(found: list[Candidate], side: int, mirrored: Callable[[], bool]) -> Extremum:
    infinite = [c for c in found if c.exact == side * oo]
    if infinite:
        return _located(Extremum(side * oo, side * oo, side * oo), infinite)
    finite = [c for c in found if c.exact != -side * oo]
    if not finite:
        raise UnsupportedError("the function has no finite value on this domain")
    least = reduce(arb.max, [(side * c.value).lower() for c in finite])
    rivals = [c for c in finite if not (side * c.value).upper() < least]
    best = min(rivals, key=lambda c: (c.exact is None, c.exact is not None and c.exact.count_ops()))
    ties = [c for c in rivals if _tie(c, best) or (_reflects(c, best, found) and mirrored())]
    ball = reduce(arb.union, [c.value for c in rivals]) if len(ties) < len(rivals) else best.value
    if len(ties) < len(rivals):  # equal to many digits, yet not proved equal: only a common place can be told
        places = {c.approached if c.at is None else c.at for c in rivals}
        common = len(places) == 1 and places != {None}
        return _located(Extremum(*decimals(ball)), rivals) if common else Extremum(*decimals(ball))
    exact = best.exact
    bounds = (exact, exact) if exact is not None and exact.is_Rational else decimals(ball)
    return _located(Extremum(*bounds, exact), ties)


def _tie(c: Candidate, best: Candidate) -> bool:
    """Whether two candidates are proved to have one value."""
    if c is best:
        return True
    return c.exact is not None and best.exact is not None and sign(c.exact - best.exact) == 0


def _reflects(c: Candidate, best: Candidate, found: list[Candidate]) -> bool:
    """Whether c is the one place that the mirror image of `best` can be: all critical points are known."""
    if c.at is None or best.at is None:
        return False
    image = [d for d in found if d.at is not None and (d.at.ball + best.at.ball).contains(0)]
    return image == [c]


def decimals(ball: arb) -> tuple[Any, Any]:
    """Rational bounds of a ball with few digits, rounded outwards."""
    grain = fmpq(10) ** DIGITS
    low, high = (dyadic(ball.lower()) * grain).floor(), (dyadic(ball.upper()) * grain).ceil()
    return Rational(int(low), 10**DIGITS), Rational(int(high), 10**DIGITS)


def _located(extremum: Extremum, ties: list[Candidate]) -> Extremum:
    """The extremum with the places where it is attained; where it is nowhere, with those it is approached from."""
    points, intervals = joined([c.at for c in ties if c.at], [c.on for c in ties if c.on])
    at = tuple(_place(p) for p in points)
    approached = () if at or intervals else tuple(dict.fromkeys(_place(c.approached) for c in ties))
    return replace(extremum, at=at, on=intervals, approached=approached)


def _place(p: Any) -> Any:
    if not isinstance(p, Point):
        return p
    return p.exact if p.exact is not None else decimals(p.ball)


def joined(points: list[Point], intervals: list[Domain]) -> tuple[list[Point], tuple[Domain, ...]]:
    """Intervals closed and joined at those of the points that are ends of theirs; the points left over."""
    exact = {p.exact for p in points} - {None}  # None, as the end of an interval, is infinity
    done: list[Domain] = []
    for interval in intervals:
        lower, upper = interval.lower in exact, interval.upper in exact
        if done and lower and done[-1].upper == interval.lower:
            done[-1] = replace(done[-1], upper=interval.upper, upper_open=not upper)
        else:
            done.append(replace(interval, lower_open=not lower, upper_open=not upper))
    ends = {e for i in intervals for e in (i.lower, i.upper)}
    return [p for p in points if p.exact is None or p.exact not in ends], tuple(done)
