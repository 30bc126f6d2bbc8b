"""A comparison in one variable, replayed in mpmath's intervals: cells between numbers, and the half lines beyond them.

Both sides are valued on every cell with two derivatives. With f the difference that is to be positive, and m a place in
the cell, f(z) = f(m) + f'(m) (z - m) + f''(w)/2 (z - m)^2 for a w in it. Where f touches 0, m is a number whose square
is rational, and two certificates of their own prove that f and its slope are 0 there.
"""

from __future__ import annotations

from contextlib import contextmanager
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from operator import add, mul
from typing import TYPE_CHECKING, Any, NamedTuple

import sympy as sp
from mpmath import iv  # type: ignore[import-untyped]  # it ships no types
from sympy.core.relational import Relational

from symgrad.functions import D, Elementwise
from symgrad.functions.putting import filled
from symgrad.prover.conventions import opened, plain, require_real
from symgrad.prover.recheck_far import Far, plus, times
from symgrad.prover.recheck_ring import RejectedError
from symgrad.prover.replay_enclosed import BITS, Intervals, logarithm, power, rising

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from symgrad.core import Variable
    from symgrad.prover.recheck_ring import Clock

DIGITS = 1000  # of a number of the cells
WEAK, STRICT = (sp.Ge, sp.Le), (sp.Gt, sp.Lt)


class Jet(NamedTuple):
    """Intervals that hold a function and its first two derivatives on a cell."""

    value: Any
    slope: Any
    bend: Any

    def __add__(self, other: Any) -> Jet:
        return Jet(*(u + v for u, v in zip(self, other, strict=True)))

    def __mul__(self, other: Any) -> Jet:
        u, v = self, other
        return Jet(
            u.value * v.value,
            u.slope * v.value + u.value * v.slope,
            u.bend * v.value + 2 * u.slope * v.slope + u.value * v.bend,
        )

    def under(self, outer: Jet) -> Jet:
        """The chain rule, for a function with these values and derivatives."""
        return Jet(outer.value, outer.slope * self.slope, outer.bend * self.slope**2 + outer.slope * self.bend)


def _exp(x: Any) -> Jet:
    return Jet(*[iv.exp(x)] * 3)


def _ln(x: Any) -> Jet:
    return Jet(logarithm(x), 1 / x, -1 / x**2)


def _tanh(x: Any) -> Jet:
    t = rising("tanh")(x)
    return Jet(t, 1 - t**2, -2 * t * (1 - t**2))


def _erf(x: Any) -> Jet:
    slope = 2 / iv.sqrt(iv.pi) * iv.exp(-(x**2))
    return Jet(rising("erf")(x), slope, -2 * x * slope)


def _atan(x: Any) -> Jet:
    slope = 1 / (1 + x**2)
    return Jet(rising("atan")(x), slope, -2 * x * slope**2)


def _sin(x: Any) -> Jet:
    return Jet(iv.sin(x), iv.cos(x), -iv.sin(x))


def _cos(x: Any) -> Jet:
    return Jet(iv.cos(x), -iv.sin(x), -iv.cos(x))


RULES: dict[Any, Callable[[Any], Jet]] = {
    sp.exp: _exp,
    sp.log: _ln,
    sp.tanh: _tanh,
    sp.erf: _erf,
    sp.atan: _atan,
    sp.sin: _sin,
    sp.cos: _cos,
}


def jet(expr: Any, symbol: Any, x: Any) -> Jet:
    """The function on a cell; refused unless it is seen to be smooth on all of it."""
    if expr == symbol:
        return Jet(x, iv.mpf(1), iv.mpf(0))
    if not expr.free_symbols:
        return Jet(Intervals({}, ()).value(expr), iv.mpf(0), iv.mpf(0))
    if isinstance(expr, Elementwise):
        formula, values = opened(expr)
        for argument in values.values():
            jet(argument, symbol, x)
        return jet(filled(formula, values), symbol, x)
    if expr.func in {sp.Add, sp.Mul}:
        return reduce(add if expr.func is sp.Add else mul, (jet(u, symbol, x) for u in expr.args))
    inner = jet(expr.args[0], symbol, x)
    if expr.func is sp.Pow and expr.exp.is_Rational:
        outer = _raised(inner.value, expr.exp)
    elif expr.func in RULES:
        outer = RULES[expr.func](inner.value)
    else:
        raise RejectedError(f"{expr.func.__name__} can't be replayed on a cell")
    return inner.under(outer)


def _raised(x: Any, r: Any) -> Jet:
    """x^r with its derivatives."""
    factors = (sp.S.One, r, r * (r - 1))
    zero = iv.mpf(0)
    return Jet(*(Intervals({}, ()).value(c) * power(x, _number(r - i)) if c else zero for i, c in enumerate(factors)))


def _number(q: Any) -> Any:
    return iv.mpf(int(q.numerator)) / int(q.denominator)


def between(low: Any, high: Any) -> Any:
    """The interval between two rational numbers."""
    return iv.mpf([_number(low).a, _number(high).b])


class Claim(NamedTuple):
    """`great` > `small`, or >= if it is weak, wherever the symbol lies between two rational numbers; None is no end."""

    great: Any
    small: Any
    weak: bool
    symbol: Any
    low: Fraction | None
    high: Fraction | None

    @property
    def difference(self) -> Any:
        """What is to be positive, unevaluated."""
        return sp.Add(self.great, sp.Mul(-1, self.small, evaluate=False), evaluate=False)

    def jet(self, x: Any) -> Jet:
        """The difference on a cell."""
        less = Jet(*(-part for part in jet(self.small, self.symbol, x)))
        return jet(self.great, self.symbol, x) + less

    def far(self, start: Fraction, side: int) -> int:
        """The sign of the difference beyond a number."""
        there = Far(self.symbol, sp.Rational(start), side)
        return there.sign(plus(there.of(self.great), times(there.of(sp.S.NegativeOne), there.of(self.small))))


@contextmanager
def fine() -> Iterator[None]:
    """The precision at which intervals are computed here."""
    before, iv.prec = iv.prec, BITS
    try:
        yield
    finally:
        iv.prec = before


def claim(relation: Any, variables: Sequence[Variable], assuming: Any) -> Claim:
    """A comparison as the checker reads it; of a condition, rational bounds of the symbol and points left out."""
    if not isinstance(relation, (*WEAK, *STRICT)) or len(relation.free_symbols) != 1:
        raise RejectedError("the statement is no comparison in one variable")
    (symbol,) = relation.free_symbols
    require_real(symbol)
    great, small = relation.args if isinstance(relation, (sp.Ge, sp.Gt)) else relation.args[::-1]
    domains = [v.domain for v in variables if v.symbol == symbol]
    bounds = [b for d in domains for b in ((1, d.lower), (-1, d.upper))]
    bounds += [b for part in sp.And.make_args(plain(assuming)) if part != sp.true for b in _bounds(part, symbol)]
    ends = [[_fraction(e) for side, e in bounds if side == s and e is not None and e.is_Rational] for s in (1, -1)]
    low, high = max(ends[0], default=None), min(ends[1], default=None)
    return Claim(great, small, isinstance(relation, WEAK), symbol, low, high)


def _bounds(part: Any, symbol: Any) -> list[tuple[int, Any]]:
    """What a part of a condition says: a lower bound (1), an upper one (-1), both, or nothing for a point left out."""
    left, right = part.args if isinstance(part, Relational) else (sp.nan, sp.nan)
    if isinstance(part, sp.Ne) and symbol in {left, right}:
        return []
    if isinstance(part, sp.Eq) and left == symbol:
        return [(1, right), (-1, right)]
    if not isinstance(part, (*WEAK, *STRICT)):
        raise RejectedError("the condition is no interval")
    gap = left - right if isinstance(part, (sp.Gt, sp.Ge)) else right - left
    a, b = gap.coeff(symbol, 1), gap.coeff(symbol, 0)
    if not (a.is_Rational and b.is_Rational and a and sp.expand(gap - a * symbol - b) == 0):
        raise RejectedError("the condition is no interval")
    return [(1 if a.is_positive else -1, -b / a)]


def _fraction(q: Any) -> Fraction:
    return Fraction(int(q.p), int(q.q))


def _read(text: Any) -> Fraction:
    """A number of a certificate: 1e999999999 would keep us for ever."""
    if not isinstance(text, str) or len(text) > DIGITS or not set(text) <= set("-/0123456789"):
        raise RejectedError("a number of the cells is no fraction, or a long one")
    return Fraction(text)


def replay(data: dict[str, Any], claimed: tuple[Any, ...], clock: Clock, certified: Callable[..., None]) -> None:
    """Raise RejectedError unless cells and half lines show the comparison; `certified` replays an equation."""
    left, right, variables, lets, assuming = claimed
    if lets or right != 1 or not isinstance(left, sp.Piecewise) or not isinstance(left.args[0].cond, Relational):
        raise RejectedError("the statement is no comparison in one variable")
    if left.args != ((sp.S.One, left.args[0].cond), (sp.S.Zero, sp.true)):
        raise RejectedError("the statement is not the truth of a comparison")
    stated = claim(left.args[0].cond, variables, assuming)
    cells = [tuple(map(_read, cell["ends"])) for cell in data["cells"]]
    _require_whole(stated, cells, data["beyond"])
    with fine():
        for cell, (low, high) in zip(data["cells"], cells, strict=True):
            clock.tick()
            _cell(stated, cell, low, high, certified)
        for side, end in ((-1, -cells[0][0]), (1, cells[-1][1])):
            if side in data["beyond"] and (end <= 0 or stated.far(end, side) != 1):
                raise RejectedError("the comparison fails beyond the last cell")


def _require_whole(stated: Claim, cells: list[Any], beyond: Any) -> None:
    """The cells follow one another and, with what lies beyond them, hold every point that the statement is about."""
    if not cells or any(low > high for low, high in cells):
        raise RejectedError("a cell is no interval")
    if any(one[1] != two[0] for one, two in pairwise(cells)):
        raise RejectedError("the cells leave a gap")
    (first, _), (_, last) = cells[0], cells[-1]
    if -1 not in beyond and (stated.low is None or stated.low < first):
        raise RejectedError("the cells begin too late")
    if 1 not in beyond and (stated.high is None or stated.high > last):
        raise RejectedError("the cells end too early")


def _cell(stated: Claim, cell: dict[str, Any], low: Fraction, high: Fraction, certified: Callable[..., None]) -> None:
    """Taylor's formula shows the comparison on one cell."""
    whole = stated.jet(between(low, high))
    if "touch" in cell:
        _touch(stated, cell, low, high, certified)
        if not whole.bend.a >= 0:
            raise RejectedError("the difference may bend downwards where it touches 0")
        return
    middle = _read(cell["at"])
    if not low <= middle <= high:
        raise RejectedError("the place of a cell lies outside it")
    there, reach = stated.jet(_number(middle)), _number(max(high - middle, middle - low))
    steep = max(abs(there.slope.a), abs(there.slope.b))
    least = there.value - steep * reach + iv.mpf([min(whole.bend.a, 0), 0]) * reach**2 / 2
    if not least.a > 0:
        raise RejectedError("the comparison is not seen on a cell")


def _touch(stated: Claim, cell: dict[str, Any], low: Fraction, high: Fraction, certified: Callable[..., None]) -> None:
    """A place in the cell at which the difference and its slope are 0: said of it as a number, in a domain or not."""
    way, square = cell["touch"]
    place = (1 if way > 0 else -1) * sp.sqrt(sp.Rational(_read(square)))
    if not stated.weak or not low <= place <= high:
        raise RejectedError("the difference may not be 0 there")
    there = sp.Eq(stated.symbol, place)
    if not isinstance(there, sp.Eq):  # false: whatever is said of no point is true
        raise RejectedError("the difference is said to be 0 where the symbol is not")
    certified(cell["zero"], stated.great, stated.small, there)
    certified(cell["flat"], D(stated.difference, stated.symbol), sp.S.Zero, there)
