"""The exact reference: the derivative of any expression of the catalogue's functions, from balls and not from rules.

The expression is evaluated on power series with ball coefficients, in a precision that is doubled until 64 bits of
the derivative are certain; on a boundary between branches once from either side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, arb_series, ctx
from sympy import sympify

from symgrad.checker.balls import Hole, Program, program, sharpened
from symgrad.checker.difference import Array, Estimate
from symgrad.checker.draws import ends, number
from symgrad.checker.germs import GERMS, start
from symgrad.core import REALS, Definition, Kink, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PRECISIONS = (128, 256, 512, 1024, 2048, 4096, 8192, 16384)
CERTAIN = 64  # bits
WIDE = 4096  # bits: the sum of any two doubles, but for the least
LEAST = arb(2) ** -1100  # smaller than this is 0 to every double


@dataclass(frozen=True, slots=True)
class Corner:
    """A kink in numbers: where, the slope on either side, and what each library returns there (None: unknown).

    `exact` is False where the place is not a double, as 1/10 is not: then code may take it for one nearby.
    """

    at: float
    left: float | None = None
    right: float | None = None
    torch: float | None = None
    jax: float | None = None
    textbook: float | None = None
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Reference:
    """The function that code is meant to compute, of one real variable, the others having values.

    `lower` and `upper` are the open ends of its domain. Make one with `reference`.
    """

    expr: Any
    variable: Any
    others: tuple[tuple[Any, Any], ...] = ()
    lower: float = -math.inf
    upper: float = math.inf
    corners: tuple[Corner, ...] = ()

    @property
    def symbols(self) -> tuple[Any, ...]:
        """The variable, then the symbols that have values."""
        return (self.variable, *(s for s, _ in self.others))


def reference(of: Any, variable: Any = None, values: Mapping[Any, Any] | None = None) -> Reference:
    """The exact reference for a Definition, or for a SymPy expression in `variable`.

    `values` gives numbers for its other symbols (a loss needs its target); parameters of a definition take their
    usual values otherwise. UnsupportedError where a symbol has no value, or balls do not know a function.
    """
    known = {s: sympify(v) for s, v in (values or {}).items()}
    domains: dict[Any, Any] = {}
    kinks: tuple[Kink, ...] = ()
    if isinstance(of, Definition):
        variable = of.variable if variable is None else variable
        known = {**{p.symbol: p.default for p in of.parameters if p.symbol != variable}, **known}
        domains, kinks = {v.symbol: v.domain for v in of.domains}, of.kinks
    expr = of.applied if isinstance(of, Definition) else sympify(of)
    if variable is None:
        variable = only_symbol(expr, known)
    missing = expr.free_symbols - {variable, *known}
    if missing:
        names = ", ".join(sorted(str(s) for s in missing))
        raise UnsupportedError("{names} needs a value for an exact reference: values={{names}: ...}", names=names)
    numbers = {s: float(v) for s, v in known.items()}
    lower, upper = ends(domains.get(variable, REALS), numbers)
    found = Reference(expr, variable, tuple(known.items()), lower, upper, corners_of(kinks, variable, known))
    program(expr, found.symbols, GERMS)
    return found


def only_symbol(expr: Any, known: Mapping[Any, Any]) -> Any:
    """The one symbol of an expression that has no value."""
    free = expr.free_symbols - set(known)
    if len(free) != 1:
        raise UnsupportedError(
            "{expr} has {free} free symbols; say which one is the variable", expr=expr, free=len(free)
        )
    return next(iter(free))


def corners_of(kinks: Iterable[Kink], variable: Any, known: Mapping[Any, Any]) -> tuple[Corner, ...]:
    """The kinks of a definition at these values of its symbols."""

    def value(expr: Any) -> float | None:
        return None if expr is None else number(expr.xreplace(known), {})[0]

    return tuple(
        Corner(place, value(k.left), value(k.right), value(k.torch), value(k.jax), value(k.textbook), exact=exact)
        for k in kinks
        if k.variable == variable
        for place, exact in [number(k.at.xreplace(known), {})]
    )


def exact_slopes(of: Reference, x: Array, dtype: str = "float64") -> Estimate:
    """The derivative at each point as an Estimate whose bound is rounding; infinite where nothing is certain.

    `dtype` is that of the code: a kink which is no number of that type may be anywhere between its neighbours.

    A derivative beyond all doubles is an infinite estimate with the bound 0.
    """
    return remembered(of, np.asarray(x, float).tobytes(), dtype)


@lru_cache(maxsize=1024)
def slope_between(of: Reference, x: float, away: float) -> float:
    """The derivative at x + away exactly, which need not be a double; NaN where nothing is certain."""
    code, before = program(of.expr, of.symbols, GERMS), (ctx.prec, ctx.cap)
    try:
        ctx.prec = WIDE
        return sides(code, of, arb(x) + arb(away))[1]
    finally:
        ctx.prec, ctx.cap = before


@lru_cache(maxsize=256)
def remembered(of: Reference, points: bytes, dtype: str) -> Estimate:
    """The same for the bytes of the points, remembered, as tests ask again and again."""
    x, vague = np.frombuffer(points), vague_places(of.corners, dtype)
    code, before = program(of.expr, of.symbols, GERMS), (ctx.prec, ctx.cap)
    try:
        rows = [beside(code, of, v, vague) for v in x.tolist()]
    finally:
        ctx.prec, ctx.cap = before
    left, right, jump = (np.asarray(column) for column in zip(*rows, strict=True)) if rows else (np.empty(0),) * 3
    with np.errstate(all="ignore"):
        kink = (left != right) & np.isfinite(left) & np.isfinite(right) | (jump > 0)
        middle = np.where(kink, left / 2 + right / 2, left)
    bound = np.where(np.isnan(middle), np.inf, spacing(middle))
    return Estimate(x, middle, bound, kink, left, right, np.zeros(x.size), np.ones(x.size), np.zeros(x.size))


def vague_places(corners: Iterable[Corner], dtype: str) -> list[tuple[float, float]]:
    """The kinks that are no numbers of a type, such as 1/10, and how far from them code may place them."""
    found = []
    with np.errstate(all="ignore"):
        for corner in corners:
            near = np.asarray(corner.at, dtype)
            if not corner.exact or float(near) != corner.at:
                found.append((corner.at, 2 * float(abs(np.nextafter(near, np.asarray(np.inf, dtype)) - near))))
    return found


def beside(code: Program, of: Reference, x: float, vague: Iterable[tuple[float, float]]) -> tuple[float, float, bool]:
    """The slopes on the left and on the right, a little way off where code may take the point for a kink or not."""
    for at, reach in vague:
        if abs(x - at) <= reach:
            (left, _, _), (_, right, _) = (sides(code, of, at + s * 4 * reach) for s in (-1, 1))
            return left, right, True
    return sides(code, of, x)


def sides(code: Program, of: Reference, x: Any) -> tuple[float, float, bool]:
    """The slopes on the left and on the right, NaN if unknown, and whether the function jumps."""
    ctx.cap = 2

    def attempt(bits: int) -> Any:
        others = [constant(value, bits) for _, value in of.others]
        right, boundary = germ(code, x, 1, others)
        if isinstance(right, Hole):
            return right
        left, _ = germ(code, x, -1, others) if boundary else (None, False)
        if isinstance(left, Hole):
            return left
        slopes = [slope(right, 1), slope(right, 1) if left is None else slope(left, -1)]
        if not all(certain(s) for s in slopes):
            return Hole.UNSURE
        jump = left is not None and not (start(left) - start(right)).contains(0)
        same = (slopes[0] - slopes[1]).contains(0)
        return float(slopes[0] if same else slopes[1]), float(slopes[0]), jump

    found = sharpened(attempt, PRECISIONS)
    return (math.nan, math.nan, False) if isinstance(found, Hole) else found


def germ(code: Program, x: Any, side: int, others: list[Any]) -> tuple[Any, bool]:
    """The function beside a point, and whether the point is on a boundary between its branches."""
    slots = code.run([arb_series([arb(x), side]), *others])
    boundary = any(meets(slots[i], slots[j]) for i, j in code.meets)
    value = slots[code.last]
    if not isinstance(value, Hole) and not start(value).is_finite():
        return Hole.UNSURE, boundary
    return value, boundary


def meets(left: Any, right: Any) -> bool:
    """Whether the two values are the same at the point itself."""
    if isinstance(left, Hole | bool) or isinstance(right, Hole | bool):
        return False
    return bool((start(left) - start(right)).contains(0))


@lru_cache(maxsize=1024)
def constant(value: Any, bits: int) -> Any:
    """A number, where `bits` is the precision now set."""
    ctx.prec = bits
    return program(value, ())([])


def slope(value: Any, side: int) -> Any:
    """The first coefficient, as a derivative by x."""
    return value[1] * side if type(value) is arb_series else arb(0)


def certain(ball: Any) -> bool:
    """Whether the ball holds one double, or nothing but what every double takes for 0."""
    return bool(ball.is_finite() and (ball.is_zero() or ball.rel_accuracy_bits() >= CERTAIN or abs(ball) < LEAST))


def exact_values(of: Reference, x: Array) -> tuple[Array, Array]:
    """The values of the function and how far the doubles may be from them; NaN where there is no value."""
    return remembered_values(of, np.asarray(x, float).tobytes())


@lru_cache(maxsize=256)
def remembered_values(of: Reference, points: bytes) -> tuple[Array, Array]:
    """The same for the bytes of the points."""
    code, before = program(of.expr, of.symbols), ctx.prec
    try:
        values = np.asarray([value_at(code, of, v) for v in np.frombuffer(points).tolist()], float)
    finally:
        ctx.prec = before
    return values, spacing(values)


def spacing(values: Array) -> Array:
    """The distance to the next double, 0 for what is beyond all doubles or not a number."""
    with np.errstate(all="ignore"):  # above the largest double there is none
        return np.nan_to_num(np.spacing(np.abs(values)), nan=0.0, posinf=0.0)


def value_at(code: Program, of: Reference, x: float) -> float:
    """The value at one point."""

    def attempt(bits: int) -> Any:
        value = code([arb(x), *(constant(v, bits) for _, v in of.others)])
        return value if isinstance(value, Hole) or certain(value) else Hole.UNSURE

    found = sharpened(attempt, PRECISIONS)
    return math.nan if isinstance(found, Hole) else float(found)
