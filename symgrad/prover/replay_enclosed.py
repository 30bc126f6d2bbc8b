"""A witness that is known between two bounds only, evaluated again: mpmath's intervals hold every point in between.

Where the sides rest on an equation that holds at the point, a factor of it must change its sign between the bounds, so
that the point exists; a comparison counts as settled by it only if its two sides differ by a multiple of that factor.
"""

from __future__ import annotations

from functools import reduce
from operator import mul
from typing import TYPE_CHECKING, Any

import mpmath  # type: ignore[import-untyped]  # it ships no types
import sympy as sp
from mpmath import iv
from sympy.codegen.cfunctions import expm1, log1p

from symgrad.core import UnsupportedError
from symgrad.functions import Elementwise
from symgrad.functions.putting import filled
from symgrad.prover.conventions import opened
from symgrad.prover.replay import NoValue, truth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symgrad.core import Let, Witness

BITS = 400


class Open(ArithmeticError):  # noqa: N818 - what it says
    """The intervals do not tell."""


def replay_enclosed(witness: Witness, left: Any, right: Any, lets: Sequence[Let] = ()) -> bool:
    """Whether the two sides differ at the one point between the witness's bounds that the statement is about."""
    before, iv.prec = iv.prec, BITS
    try:
        numbers = Intervals({symbol: _box(value) for symbol, value in witness.point}, lets)
        found = [_side(numbers, side) for side in (left, right)]
    except (Open, UnsupportedError, KeyError, sp.PolynomialError):
        return False
    finally:
        iv.prec = before
    if None in found:
        return found[0] is not found[1]
    return bool(found[0].b < found[1].a or found[1].b < found[0].a)


def _box(value: Any) -> Any:
    """The interval of a coordinate."""
    if isinstance(value, sp.AccumBounds):
        low, high = (iv.mpf(int(end.p)) / int(end.q) for end in (value.min, value.max))
        return iv.mpf([low.a, high.b])
    return Intervals({}, ()).value(sp.sympify(value))


def _side(numbers: Intervals, expr: Any) -> Any:
    try:
        return numbers.value(expr)
    except NoValue:
        return None


class Intervals:
    """Values at every point of a box; at one point of it `zero` is 0, where it has been met."""

    def __init__(self, box: Mapping[Any, Any], lets: Sequence[Let]) -> None:
        self.box, self.lets = dict(box), {let.symbol: let.value for let in lets}
        self.zero: Any = None

    def value(self, expr: Any) -> Any:
        """The interval of an expression; NoValue where it has none anywhere, Open where that is not settled."""
        if isinstance(expr, sp.Symbol):
            return self.value(self.lets[expr]) if expr in self.lets else self.box[expr]
        if expr.is_Rational:
            return iv.mpf(int(expr.p)) / int(expr.q)
        if isinstance(expr, Elementwise):
            formula, values = opened(expr)
            for argument in values.values():
                self.value(argument)
            return self.value(filled(formula, values))
        if isinstance(expr, sp.Piecewise):
            return self.value(self.branch(expr))
        if expr.func in SIGNS:
            return SIGNS[expr.func](self, *expr.args)
        rule = RULES.get(expr.func)
        if rule is None:
            raise UnsupportedError("{func} can't be replayed", func=expr.func.__name__)
        if self._at_pole(expr):
            raise NoValue
        found = rule(*map(self.value, expr.args))
        if not (mpmath.isfinite(found.a) and mpmath.isfinite(found.b)):
            raise Open
        return found

    def _at_pole(self, expr: Any) -> bool:
        """Whether a logarithm or a reciprocal is asked of what is 0 at the point."""
        if expr.func is not sp.log and not (expr.func is sp.Pow and expr.exp.is_negative):
            return False
        inner = self.value(expr.args[0])
        return bool(inner.a < 0 < inner.b) and self.sign(expr.args[0]) == 0

    def branch(self, expr: Any) -> Any:
        """The first branch whose condition holds."""
        for found, condition in expr.args:
            if self.truth(condition):
                return found
        raise NoValue

    def truth(self, condition: Any) -> bool:
        """Whether a condition holds."""
        return truth(condition, self)

    def sign(self, gap: Any) -> int:
        """The sign of an expression at the point."""
        found = self.value(gap)
        if found.a > 0 or found.b < 0:
            return 1 if found.a > 0 else -1
        if found.a == found.b == 0:
            return 0
        if self.zero is None:
            factors = (factor.as_base_exp()[0] for factor in sp.Mul.make_args(sp.factor(gap)))
            self.zero = next(filter(self._crosses, factors), None)
        if self.zero is None:
            raise Open
        self.value(sp.cancel(gap / self.zero))  # what it is multiplied by has a value
        return 0

    def _crosses(self, gap: Any) -> bool:
        """Whether an expression, continuous between the bounds, has different signs at them."""
        wide = [symbol for symbol, x in self.box.items() if x.a != x.b and symbol in gap.free_symbols]
        if len(wide) != 1 or self.lets:
            return False
        x = self.box[wide[0]]
        ends = [Intervals({**self.box, wide[0]: iv.mpf(end)}, ()).value(gap) for end in (x.a, x.b)]
        return bool((ends[0].a > 0 and ends[1].b < 0) or (ends[0].b < 0 and ends[1].a > 0))

    def absolute(self, u: Any) -> Any:
        """|u|."""
        return abs(self.value(u))

    def signum(self, u: Any) -> Any:
        """The sign of u."""
        return iv.mpf(self.sign(u))

    def step(self, u: Any, middle: Any = None) -> Any:
        """Heaviside's function, 1/2 at 0 unless it is said otherwise."""
        s = self.sign(u)
        return self.value(middle) if s == 0 and middle is not None else iv.mpf(1 + s) / 2

    def largest(self, *parts: Any) -> Any:
        """The largest of several."""
        values = list(map(self.value, parts))
        return iv.mpf([max(v.a for v in values), max(v.b for v in values)])

    def smallest(self, *parts: Any) -> Any:
        """The smallest of several."""
        values = list(map(self.value, parts))
        return iv.mpf([min(v.a for v in values), min(v.b for v in values)])


def power(base: Any, exponent: Any) -> Any:
    """A power; Open where an interval does not tell whether it has a value."""
    whole = exponent.a == exponent.b and exponent.a == mpmath.floor(exponent.a)
    if whole:
        k = int(exponent.a)
        if k < 0 and base.a == base.b == 0:
            raise NoValue
        if k < 0 and base.a <= 0 <= base.b:
            raise Open
        return base**k
    return iv.exp(exponent * logarithm(base))


def logarithm(x: Any, base: Any = None) -> Any:
    """A logarithm, to a base or the natural one; Open as above."""
    if x.b <= 0:
        raise NoValue
    if x.a <= 0:
        raise Open
    return iv.log(x) if base is None else iv.log(x) / logarithm(base)


def _quotient(u: Any, side: int) -> Any:
    e = iv.exp(2 * u)
    return (e - 1) / (e + 1) if side < 0 else power((e - 1) / (e + 1), iv.mpf(-1))


def rising(name: str) -> Callable[[Any], Any]:
    """A rising function, by mpmath's values at the ends with a margin."""

    def rule(x: Any) -> Any:
        with mpmath.workprec(2 * BITS):
            low, high = (getattr(mpmath, name)(mpmath.mpf(end)) for end in (x.a, x.b))
            margin = mpmath.mpf(2) ** (-BITS)
            return iv.mpf([low - margin, high + margin])

    return rule


SIGNS: dict[Any, Callable[..., Any]] = {
    sp.Abs: Intervals.absolute,
    sp.sign: Intervals.signum,
    sp.Heaviside: Intervals.step,
    sp.Max: Intervals.largest,
    sp.Min: Intervals.smallest,
}
RULES: dict[Any, Callable[..., Any]] = {
    sp.Add: lambda *terms: sum(terms[1:], terms[0]),
    sp.Mul: lambda *factors: reduce(mul, factors),
    sp.Pow: power,
    sp.exp: iv.exp,
    sp.log: logarithm,
    log1p: lambda x: logarithm(1 + x),
    expm1: lambda x: iv.exp(x) - 1,
    sp.sin: iv.sin,
    sp.cos: iv.cos,
    sp.tanh: lambda u: _quotient(u, -1),
    sp.coth: lambda u: _quotient(u, 1),
    sp.sinh: lambda u: (iv.exp(u) - iv.exp(-u)) / 2,
    sp.cosh: lambda u: (iv.exp(u) + iv.exp(-u)) / 2,
    sp.erf: rising("erf"),
    sp.atan: rising("atan"),
    type(sp.pi): lambda: +iv.pi,
    type(sp.E): lambda: +iv.e,
}
