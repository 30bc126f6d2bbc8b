"""All real zeros of a smooth expression on an interval, each in a box of its own, proved complete."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flint import arb, ctx, fmpq
from sympy import (
    Integer,
    LambertW,
    Poly,
    PolynomialError,
    Pow,
    Rational,
    Symbol,
    cos,
    exp,
    expand,
    log,
    oo,
    pi,
    radsimp,
    sin,
    sqrt,
    sqrtdenest,
)

from symgrad.core import UnsupportedError
from symgrad.prover.factors import factors, slope
from symgrad.prover.limits import leading, towards
from symgrad.prover.tails import TailError
from symgrad.prover.taylor import LADDER, PRECISION, Smooth, constant, sign

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

BOXES = 4000  # boxes looked at before an answer is refused
FEW = 400  # boxes looked at before the turning points are asked, which tell where the function touches 0
DEPTH = 6  # derivatives whose zeros are asked for, each to settle the one before
SIMPLE = 10**6  # denominators of rationals that are tried as closed forms of zeros
ANGLES = 100  # of multiples of pi
FINE = fmpq(1, 2**170)  # a box this narrow is a point's enclosure


@dataclass(frozen=True, slots=True)
class Point:
    """A real number between two rationals, with its closed form where one is proved."""

    lower: fmpq
    upper: fmpq
    exact: Any = None

    @property
    def ball(self) -> arb:
        """An enclosure at the current precision."""
        if self.exact is not None:
            return constant(self.exact, ctx.prec)
        return arb(self.lower).union(arb(self.upper))

    def __lt__(self, other: Point) -> bool:
        """Whether it lies left of the other; two that overlap can't be ordered."""
        if self.upper < other.lower or other.upper < self.lower:
            return bool(self.upper < other.lower)
        raise UnsupportedError("two special points lie closer together than can be told apart")


def rational(q: fmpq) -> Any:
    """A FLINT rational as a SymPy one."""
    return Rational(int(q.p), int(q.q))


def dyadic(x: arb) -> fmpq:
    """The exact value of a ball without radius."""
    mantissa, exponent = (int(n) for n in x.man_exp())
    return fmpq(mantissa) * fmpq(2) ** exponent


def point(expr: Any, bits: int = PRECISION) -> Point:
    """An exact number as a point, enclosed to so many bits."""
    if expr.is_Rational:
        q = fmpq(int(expr.p), int(expr.q))
        return Point(q, q, expr)
    with ctx.workprec(bits):  # lower() and upper() round at the current precision
        value = constant(expr, bits)
        return Point(dyadic(value.lower()), dyadic(value.upper()), expr)


def same(p: Point, q: Point) -> bool:
    """Whether two points are proved to be one."""
    if p is q or p == q:
        return True
    if p.upper < q.lower or q.upper < p.lower or p.exact is None or q.exact is None:
        return False
    return sign(p.exact - q.exact) == 0


def bounds(left: Point | None, right: Point | None) -> tuple[Any, Any]:
    """Rationals that enclose an interval, None where it is infinite."""
    return left and rational(left.lower), right and rational(right.upper)


def zeros(
    expr: Any, variable: Symbol, left: Point | None, right: Point | None, depth: int = DEPTH
) -> tuple[Point, ...] | None:
    """Every zero of a smooth expression strictly between two points, in order; None where it is 0 throughout.

    An end of None is infinite. Raises UnsupportedError where completeness can't be proved.
    """
    parts = factors(expr, variable, bounds(left, right))
    if parts is None:
        return None
    try:
        return _together(_of_factor(part, variable, left, right, depth) for part in parts)
    except UnsupportedError:
        if not depth:
            raise
    try:  # factors cleared of denominators may have turning points that are harder to name than those of the whole
        return _together([_of_factor(expr, variable, left, right, depth, boxes=0)])
    except UnsupportedError:
        if depth < DEPTH:
            raise
    return _together(_of_factor(part, variable, left, right, 0, boxes=BOXES) for part in parts)


def _together(found: Iterable[list[Point]]) -> tuple[Point, ...]:
    """Zeros of all factors, in order, each once."""
    once: list[Point] = []
    for p in (p for points in found for p in points):
        once += [] if any(same(p, q) for q in once) else [p]
    return tuple(sorted(once))


def _of_factor(  # noqa: PLR0917 - internal
    part: Any, variable: Symbol, left: Point | None, right: Point | None, depth: int, boxes: int = FEW
) -> list[Point]:
    if variable not in part.free_symbols:
        if not sign(part):
            raise UnsupportedError("the constant factor {part} could not be told from 0", part=part)
        return []
    function = Smooth(part, variable)
    start, end = _edge(function, left, 1), _edge(function, right, -1)
    if start >= end:
        return []
    touching: list[Point] = []
    try:
        brackets = list(isolated(function, start, end, boxes))
    except UnsupportedError:
        if not depth:
            raise
        touching, brackets = _turned(function, start, end, depth)
    named = [point(e) for e in closed_forms(part, variable)] if brackets else []
    return touching + [_refined(function, low, high, named) for low, high in brackets]


def _turned(function: Smooth, start: fmpq, end: fmpq, depth: int) -> tuple[list[Point], list[tuple[fmpq, fmpq]]]:
    """Zeros at which a function turns, and a box for every other one: between two turning points it is monotone."""
    left, right = point(rational(start)), point(rational(end))
    turning = zeros(slope(function.expr, function.variable), function.variable, left, right, depth - 1)
    places = [left, *(turning or ()), right]
    signs = [_sign_at(function, p) for p in places]
    touching = [p for p, s in zip(places, signs, strict=True) if s == 0]
    steps = pairwise(zip(places, signs, strict=True))
    return touching, [(p.upper, q.lower) for (p, s), (q, t) in steps if s * t < 0]


def _sign_at(function: Smooth, p: Point) -> int:
    """The sign on all of a point's enclosure, or 0 where the function is proved to vanish at its closed form."""
    found = _certain(function, p.lower, p.upper)
    if not found and (p.exact is None or sign(function.expr.xreplace({function.variable: p.exact})) != 0):
        raise UnsupportedError(
            "the sign of {function} near {p} could not be settled", function=function.expr, p=rational(p.lower).evalf(9)
        )
    return found


def _edge(function: Smooth, end: Point | None, inward: int) -> fmpq:
    """A rational at an end of the interval such that no zero lies between the two."""
    if end is not None and _certain(function, end.lower, end.upper):
        return end.lower if inward > 0 else end.upper
    if end is not None and end.exact is None:
        raise UnsupportedError(
            "{function} could not be told from 0 near {end}", function=function.expr, end=rational(end.lower).evalf(9)
        )
    at = (-oo if inward > 0 else oo) if end is None else (end.exact, inward)
    try:
        term = leading(towards(function.expr, function.variable, at), function.variable, exact=False)
    except TailError as error:
        raise UnsupportedError(
            "the sign of {function} towards {at} is not settled: {error}",
            function=function.expr,
            at=at,
            error=error.told,
        ) from error
    if term is None:
        raise UnsupportedError(
            "{function} vanishes towards {at} though its normal form is not 0", function=function.expr, at=at
        )
    if end is None:
        return fmpq(-inward * term.start)
    return end.lower + fmpq(1, term.start) if inward > 0 else end.upper - fmpq(1, term.start)


def _certain(function: Smooth, low: fmpq, high: fmpq) -> int:
    """The sign that a function has on all of a box, 0 where a ball does not show one."""
    for precision in LADDER[:3]:
        with ctx.workprec(precision):
            try:
                value = function.at(arb(low).union(arb(high)))
            except (ZeroDivisionError, ValueError):
                return 0
        if value > 0 or value < 0:
            return 1 if value > 0 else -1
    return 0


def isolated(function: Smooth, start: fmpq, end: fmpq, most: int = BOXES) -> Iterator[tuple[fmpq, fmpq]]:
    """Boxes on which the function is monotone and changes its sign; every zero lies in one of them."""
    stack, looked_at = [(start, end)], 0
    while stack:
        low, high = stack.pop()
        looked_at += 1
        if looked_at > most:
            raise UnsupportedError(
                "the zeros of {function} could not be told apart in {most} boxes", function=function.expr, most=most
            )
        slope = _free_or_slope(function, low, high)
        if slope is None:
            continue
        if slope > 0 or slope < 0:
            if _certain(function, low, low) != _certain(function, high, high):
                yield low, high
            continue
        middle = _cut(function, low, high)
        stack += [(low, middle), (middle, high)]


def _free_or_slope(function: Smooth, low: fmpq, high: fmpq) -> arb | None:
    """None where the box holds no zero, else an enclosure of the derivative on it."""
    with ctx.workprec(LADDER[1]):
        box = arb(low).union(arb(high))
        middle = arb((low + high) / 2)
        try:
            value, slope = function.jet(box)
            value_too = function.at(middle) + slope * (box - middle)  # the mean value theorem
        except (ZeroDivisionError, ValueError):
            return arb("nan")
    if value > 0 or value < 0 or value_too > 0 or value_too < 0:
        return None
    return slope


def _cut(function: Smooth, low: fmpq, high: fmpq) -> fmpq:
    """A rational near the middle at which the function is proved not to be 0."""
    for part in (509, 487, 541, 401, 631):
        middle = low + (high - low) * fmpq(part, 1021)
        if _certain(function, middle, middle):
            return middle
    raise UnsupportedError("the sign of {function} between two rationals could not be settled", function=function.expr)


def _refined(function: Smooth, low: fmpq, high: fmpq, named: list[Point]) -> Point:
    """The one zero of a bracket: by its closed form if one lies inside, else narrowed by interval Newton."""
    for candidate in named:
        if low < candidate.lower and candidate.upper < high:
            return candidate
    with ctx.workprec(PRECISION):
        rising = _certain(function, high, high) > 0
        while high - low > FINE * (1 + abs(low)):
            low, high, width = *_narrowed(function, low, high, rising), high - low
            if high - low >= width:
                break
    guess = rational(simplest(low, high))
    if guess.q < SIMPLE and sign(function.expr.xreplace({function.variable: guess})) == 0:
        return point(guess)
    return _angle(function, low, high) or Point(low, high)


def _angle(function: Smooth, low: fmpq, high: fmpq) -> Point | None:
    """The zero of a narrow bracket where it is proved to be a simple multiple of pi."""
    if not function.expr.has(sin, cos):
        return None
    with ctx.workprec(LADDER[3]):
        turns = [arb(end) / arb.pi() for end in (low, high)]
        found = rational(simplest(dyadic(turns[0].lower()), dyadic(turns[1].upper()))) * pi
    within = within_box(found, low, high) and (found / pi).q < ANGLES
    return point(found) if within and sign(function.expr.xreplace({function.variable: found})) == 0 else None


def within_box(number: Any, low: fmpq, high: fmpq) -> bool:
    """Whether a number is proved to lie strictly between two rationals that may be very close."""
    near = point(number, LADDER[3])
    return bool(low < near.lower and near.upper < high)


def simplest(low: fmpq, high: fmpq) -> fmpq:
    """The rational of least denominator between two others."""
    if low <= 0 <= high:
        return fmpq(0)
    if high < 0:
        return -simplest(-high, -low)
    whole = low.ceil()
    if whole <= high:
        return fmpq(whole)
    return low.floor() + 1 / simplest(1 / (high - low.floor()), 1 / (low - low.floor()))


def _narrowed(function: Smooth, low: fmpq, high: fmpq, rising: bool) -> tuple[fmpq, fmpq]:  # noqa: FBT001 - internal
    """A bracket some half as wide, by Newton's step from the middle or by the sign there, or beside it if it is 0."""
    middle = (low + high) / 2
    value = function.at(arb(middle))
    step = arb(middle) - value / function.jet(arb(low).union(arb(high)))[1]
    if step.is_finite():
        new = max(low, dyadic(step.lower())), min(high, dyadic(step.upper()))
        if new[1] - new[0] <= (high - low) / 2:
            return new
    with suppress(UnsupportedError):
        middle = middle if value > 0 or value < 0 else _cut(function, low, high)
        return (low, middle) if (_certain(function, middle, middle) > 0) == rising else (middle, high)
    return low, high


def closed_forms(expr: Any, variable: Symbol) -> list[Any]:
    """Numbers proved to be zeros: of a factor that is linear or quadratic in z, or in one exponential of z."""
    candidates = [*_by_radicals(expr, variable), *_by_inverse(expr, variable)]
    base = Symbol("E", positive=True)
    powers = [e for e in expr.atoms(exp) if variable in e.free_symbols]
    rates = {_rate(e, variable) for e in powers}
    if None not in rates and rates:
        unit = min(rates, key=abs)
        changed = expr.xreplace({e: base ** (_rate(e, variable) / unit) for e in powers})
        if variable not in changed.free_symbols:
            candidates += [log(r) / unit for r in _by_radicals(changed, base) if sign(r) == 1]
        if len(rates) == 1:
            candidates += _by_lambert(changed, base, unit, variable)
    return [c for c in candidates if sign(expr.xreplace({variable: c})) == 0]


def _by_inverse(expr: Any, variable: Symbol) -> list[Any]:
    """The zeros of a + c*f(u) + ... with one function f = exp or log, where u is a polynomial that radicals solve."""
    parts = [f for f in expr.atoms(exp, log) if variable in f.free_symbols]
    base = Symbol("F", real=True)
    if len(parts) != 1 or variable in (changed := expr.xreplace({parts[0]: base})).free_symbols:
        return []
    (part,) = parts
    values = [
        log(r) if part.func is exp else exp(r) for r in _by_radicals(changed, base) if part.func is log or sign(r) == 1
    ]
    return [c for v in values for c in _by_radicals(part.args[0] - v, variable)]


def _by_lambert(expr: Any, base: Symbol, rate: Any, variable: Symbol) -> list[Any]:
    """The zero of a + b*z + c*E with E = e^(rate*z), where b and c*rate have one sign."""
    try:
        found = Poly(expr, variable, base).as_dict()
    except PolynomialError:
        return []
    a, b, c = (found.pop(m, Integer(0)) for m in ((0, 0), (1, 0), (0, 1)))
    if found or not b or sign(c * rate / b) != 1:
        return []
    return [-a / b - LambertW(c * rate / b * exp(-rate * a / b)) / rate]


def _rate(power: Any, variable: Symbol) -> Any:
    """U in exp(u*z), None where the exponent is anything else."""
    rate = power.args[0] / variable
    return rate if rate.is_Rational and rate != 0 else None


def _by_radicals(expr: Any, variable: Symbol) -> list[Any]:
    """The real roots of a polynomial of degree one or two, or of one in z^2 of degree one; else nothing."""
    try:
        coefficients = Poly(expr, variable).all_coeffs()
    except PolynomialError:
        return []
    if any(variable in c.free_symbols for c in coefficients) or len(coefficients) > 3:  # noqa: PLR2004 - quadratic
        return []
    if len(coefficients) == 2 and sign(coefficients[0]):  # noqa: PLR2004 - linear
        return [short(-coefficients[1] / coefficients[0])]
    a, b, c = coefficients if len(coefficients) == 3 else (Integer(0),) * 3  # noqa: PLR2004 - quadratic
    discriminant = b**2 - 4 * a * c
    if not sign(a) or not (sign(discriminant) or 0) > 0:
        return []
    return [short((-b + s * sqrt(expand(discriminant))) / (2 * a)) for s in (1, -1)]


def short(number: Any) -> Any:
    """A candidate for a zero with roots taken out of roots and of denominators; it is still to be proved."""
    return expand(radsimp(sqrtdenest(number))) if number.has(Pow) else number
