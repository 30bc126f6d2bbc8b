"""A witness evaluated again, by other means: mpmath on the SymPy expression, derivatives by difference quotients.

Nothing here is shared with the prover, so a bug there can't confirm itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mpmath  # type: ignore[import-untyped]  # it ships no types
import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.relational import Relational

from symgrad.core import UnsupportedError
from symgrad.functions import D, Elementwise
from symgrad.prover.conventions import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symgrad.core import Let, Witness

DIGITS = (70, 420, 1600)
CERTAIN = mpmath.mpf(10) ** 6  # how many times the error a difference must exceed


class NoValue(ArithmeticError):  # noqa: N818 - what it says
    """The expression has no real value at the point."""


def replay(witness: Witness, left: Any, right: Any, lets: Sequence[Let] = ()) -> bool:
    """Whether the two sides really differ at the witness's point; so does a side that has no value there."""
    point = dict(witness.point)
    if any(isinstance(value, sp.AccumBounds) for value in point.values()):
        return False  # a root that is known by an enclosure only can't be looked at pointwise
    wanted = ("undefined" in {witness.left, witness.right}) and witness.left != witness.right
    for digits in DIGITS:
        coarse = [_side(side, point, lets, digits) for side in (left, right)]
        if (coarse[0] is None) != (coarse[1] is None):
            return wanted
        if coarse[0] is None or coarse[1] is None:
            return False
        fine = [_side(side, point, lets, 2 * digits) for side in (left, right)]
        if fine[0] is None or fine[1] is None:
            continue
        with mpmath.workdps(2 * digits):
            error = sum(abs(c - f) for c, f in zip(coarse, fine, strict=True))
            if abs(fine[0] - fine[1]) > CERTAIN * error + mpmath.mpf(10) ** (-digits + 10) * abs(fine[0]):
                return not wanted
    return False


def _side(expr: Any, point: Mapping[Any, Any], lets: Sequence[Let], digits: int) -> Any:
    with mpmath.workdps(digits):
        try:
            return Numbers(point, lets).value(expr)
        except (NoValue, ZeroDivisionError):
            return None


class Numbers:
    """Values at one point; `fixed` holds the symbols that are regarded as independent."""

    def __init__(self, point: Mapping[Any, Any], lets: Sequence[Let], fixed: Mapping[Any, Any] | None = None) -> None:
        self.point, self.lets, self.fixed = point, {let.symbol: let.value for let in lets}, dict(fixed or {})
        self.memo: dict[Any, Any] = {}

    def value(self, expr: Any) -> Any:
        """The value of an expression; NoValue where it is not real."""
        if expr not in self.memo:
            found = self._value(expr)
            if isinstance(found, mpmath.mpc):
                if found.imag:
                    raise NoValue
                found = found.real
            if not mpmath.isfinite(found):
                raise NoValue
            self.memo[expr] = found
        return self.memo[expr]

    def _value(self, expr: Any) -> Any:
        if expr.is_number and not expr.args:
            return _number(expr)
        if isinstance(expr, Elementwise):
            formula, values = opened(expr)
            return Numbers({}, (), {letter: self.value(a) for letter, a in values.items()}).value(formula)
        special = SPECIAL.get(expr.func)
        if special:
            return special(self, expr)
        rule = RULES.get(expr.func)
        if rule is None:
            raise UnsupportedError("{func} can't be replayed", func=expr.func.__name__)
        return rule(*map(self.value, expr.args))

    def symbol(self, symbol: Any) -> Any:
        """The value of a symbol: fixed, or that of its let, or its coordinate."""
        if symbol in self.fixed:
            return self.fixed[symbol]
        if symbol in self.lets:
            return self.value(self.lets[symbol])
        return Numbers({}, ()).value(sp.sympify(self.point[symbol]))

    def at(self, values: Mapping[Any, Any]) -> Numbers:
        """The same point, some symbols held at other values."""
        moved = Numbers(self.point, (), {**self.fixed, **values})
        moved.lets = self.lets
        return moved

    def subs(self, expr: Any) -> Any:
        """The value at another point."""
        return self.at(dict(zip(expr.variables, map(self.value, expr.point), strict=True))).value(expr.expr)

    def area(self, expr: Any) -> Any:
        """An integral over one symbol, by quadrature: where that is coarse, more digits tell another value."""
        ((variable, *ends),) = expr.limits
        return mpmath.quad(lambda x: self.at({variable: x}).value(expr.function), [self.value(end) for end in ends])

    def slope(self, expr: Any, variables: tuple[Any, ...]) -> Any:
        """The limit of difference quotients; NoValue where those of the two sides disagree."""
        *rest, variable = variables
        inner = self.slope_of(expr, tuple(rest))
        centre = self.symbol(variable)
        digits = mpmath.mp.dps
        h = mpmath.mpf(10) ** (-(digits // 2) - 1)  # its square is the error, and below what counts as 0

        def at(x: Any) -> Any:
            return inner(self.at({variable: x}))

        with mpmath.workdps(3 * digits):
            middle, above, below = at(centre), at(centre + h), at(centre - h)
            right, left = (above - middle) / h, (middle - below) / h
            if max(abs(above - middle), abs(middle - below)) > mpmath.sqrt(h) * (1 + abs(middle)):
                raise NoValue  # a jump; one that is symmetric about the middle value has equal quotients
            if abs(right - left) > mpmath.sqrt(h) * (1 + abs(right) + abs(left)):
                raise NoValue
            return (above - below) / (2 * h)

    def slope_of(self, expr: Any, variables: tuple[Any, ...]) -> Callable[[Numbers], Any]:
        """The function to be differentiated last."""
        return (lambda n: n.slope(expr, variables)) if variables else (lambda n: n.value(expr))

    def piecewise(self, expr: Any) -> Any:
        """The first branch whose condition holds."""
        for branch, condition in expr.args:
            if self.truth(condition):
                return self.value(branch)
        raise NoValue

    def truth(self, condition: Any) -> bool:
        """Whether a condition holds."""
        return truth(condition, self)

    def sign(self, gap: Any) -> int:
        """The sign of an expression; what is 0 to the digits worked with is 0."""
        value = self.value(gap)
        tiny = mpmath.mpf(10) ** (-mpmath.mp.dps * 9 // 10)
        return 0 if abs(value) < tiny else 1 if value > 0 else -1


def truth(condition: Any, numbers: Any) -> bool:
    """Whether a condition holds at the place of some numbers; both sides of a comparison must have values there."""
    if condition in (True, False):
        return bool(condition)
    if isinstance(condition, sp.And):
        return all(truth(part, numbers) for part in condition.args)
    if isinstance(condition, sp.Or):
        return any(truth(part, numbers) for part in condition.args)
    if isinstance(condition, sp.Not):
        return not truth(condition.args[0], numbers)
    if isinstance(condition, sp.logic.boolalg.ITE):
        test, then, otherwise = condition.args
        return truth(then if truth(test, numbers) else otherwise, numbers)
    if not isinstance(condition, Relational):
        raise UnsupportedError("{condition} can't be replayed", condition=condition)
    for side in condition.args:
        numbers.value(side)  # what cancels in the difference may have none
    s = numbers.sign(condition.lhs - condition.rhs)
    return bool(
        {sp.Gt: s > 0, sp.Ge: s >= 0, sp.Lt: s < 0, sp.Le: s <= 0, sp.Eq: s == 0, sp.Ne: s != 0}[condition.func]
    )


def _power(base: Any, exponent: Any) -> Any:
    if base == 0 and exponent < 0:
        raise NoValue
    if base < 0 and exponent != mpmath.floor(exponent):
        raise NoValue
    return mpmath.power(base, exponent)


def _log(x: Any, base: Any = None) -> Any:
    if x <= 0:
        raise NoValue
    return mpmath.log(x) if base is None else mpmath.log(x) / mpmath.log(base)


def _heaviside(x: Any, at_zero: Any = None) -> Any:
    middle = mpmath.mpf(1) / 2 if at_zero is None else at_zero
    return mpmath.mpf(1) if x > 0 else mpmath.mpf(0) if x < 0 else middle


def _number(expr: Any) -> Any:
    if expr.is_Rational:
        return mpmath.mpf(int(expr.p)) / int(expr.q)
    if expr.is_Float:
        return mpmath.mpf(str(expr))
    if expr not in {sp.pi, sp.E}:
        raise NoValue
    return +(mpmath.pi if expr is sp.pi else mpmath.e)


def _product(*factors: Any) -> Any:
    return mpmath.fprod(factors)


RULES: dict[Any, Callable[..., Any]] = {
    sp.Add: lambda *terms: mpmath.fsum(terms),
    sp.Mul: _product,
    sp.Pow: _power,
    sp.log: _log,
    log1p: lambda x: _log(1 + x),
    expm1: mpmath.expm1,
    sp.Abs: abs,
    sp.sign: mpmath.sign,
    sp.Heaviside: _heaviside,
    sp.Max: max,
    sp.Min: min,
    sp.loggamma: mpmath.loggamma,
    sp.LambertW: mpmath.lambertw,
    **{
        getattr(sp, name): getattr(mpmath, name)
        for name in [
            "exp",
            "tanh",
            "coth",
            "sinh",
            "cosh",
            "sech",
            "csch",
            "atanh",
            "asinh",
            "acosh",
            "erf",
            "erfc",
            "erfinv",
            "atan",
            "sin",
            "cos",
            "tan",
            "gamma",
        ]
    },
}


SPECIAL: dict[Any, Callable[[Numbers, Any], Any]] = {
    sp.Symbol: Numbers.symbol,
    sp.Dummy: Numbers.symbol,
    D: lambda numbers, expr: numbers.slope(expr.expr, (expr.variable,)),
    sp.Derivative: lambda numbers, expr: numbers.slope(expr.expr, tuple(expr.variables)),
    sp.Piecewise: Numbers.piecewise,
    sp.Integral: Numbers.area,
    sp.Subs: Numbers.subs,
}
