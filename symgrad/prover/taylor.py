"""Smooth expressions in one variable, run on Arb balls and on Taylor series with ball coefficients.

Every number that leaves here is an enclosure. Arb keeps 30 bits of a radius, so wide boxes stay pairs of
rationals and become balls only inside an evaluation.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import lru_cache, reduce
from operator import mul
from typing import TYPE_CHECKING, Any

from flint import arb, arb_series, ctx, fmpq
from sympy import (
    Add,
    E,
    LambertW,
    Mul,
    Pow,
    Symbol,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atanh,
    cos,
    cosh,
    cot,
    coth,
    csch,
    erf,
    erfc,
    exp,
    log,
    pi,
    sech,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)

from symgrad.core import UnsupportedError
from symgrad.prover.factors import is_zero, sign_within
from symgrad.prover.named import Named, Ranged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Op = Callable[[list[Any]], Any]

PRECISION = 256  # bits: enclosures of simple zeros come out some 1e-70 wide
LADDER = (64, 128, 256, 1024, 4096)  # precisions at which the sign of a constant is tried

# what a series has no method for, in terms of what it has
ELEMENTARY: dict[Any, Callable[[Any], Any]] = {
    tanh: lambda u: 1 - 2 / (exp(2 * u) + 1),
    coth: lambda u: 1 + 2 / (exp(2 * u) - 1),
    sinh: lambda u: (exp(u) - exp(-u)) / 2,
    cosh: lambda u: (exp(u) + exp(-u)) / 2,
    sech: lambda u: 2 / (exp(u) + exp(-u)),
    csch: lambda u: 2 / (exp(u) - exp(-u)),
    erfc: lambda u: 1 - erf(u),
    asinh: lambda u: log(u + sqrt(u**2 + 1)),
    acosh: lambda u: log(u + sqrt(u - 1) * sqrt(u + 1)),
    atanh: lambda u: (log(1 + u) - log(1 - u)) / 2,
    tan: lambda u: sin(u) / cos(u),
    cot: lambda u: cos(u) / sin(u),
    asin: lambda u: atan(u / sqrt(1 - u**2)),
    acos: lambda u: pi / 2 - atan(u / sqrt(1 - u**2)),
}
ATOMS: dict[Any, Op] = {pi: lambda _: arb.pi(), E: lambda _: arb(1).exp()}
METHODS = {exp: "exp", log: "log", erf: "erf", atan: "atan", sin: "sin", cos: "cos"}


def elementary(expr: Any, variable: Symbol | None) -> Any:
    """The expression over exp, log, erf, atan, sin, cos and powers; numbers stay as they are, given a variable."""
    if not expr.args or (variable and variable not in expr.free_symbols):
        return expr
    arguments = [elementary(a, variable) for a in expr.args]
    write = ELEMENTARY.get(expr.func)
    return write(*arguments) if write else expr.func(*arguments)


def unsupported(expr: Any) -> UnsupportedError:
    """The refusal of a function that has no rule here."""
    known = ", ".join(sorted(f.__name__ for f in (*METHODS, *ELEMENTARY)))
    return UnsupportedError(
        "no rigorous range of {expr}: write it in terms of {known}, or powers", expr=expr, known=known
    )


@contextmanager
def capped(terms: int) -> Iterator[None]:
    """The length of FLINT's power series, for the time being."""
    before = ctx.cap
    ctx.cap = terms
    try:
        yield
    finally:
        ctx.cap = before


class Smooth:
    """A smooth expression compiled once, evaluated many times: `at` a ball, or as a `jet` over a box."""

    __slots__ = ("expr", "operations", "variable")

    def __init__(self, expr: Any, variable: Symbol | None) -> None:
        self.expr, self.variable = elementary(expr, variable), variable
        self.operations: list[Op] = []
        self._compile(self.expr, {})

    def _compile(self, expr: Any, slots: dict[Any, int]) -> int:
        if expr in slots:
            return slots[expr]
        operation = self._operation(expr, slots)
        self.operations.append(operation)
        slots[expr] = len(self.operations)
        return slots[expr]

    def _operation(self, expr: Any, slots: dict[Any, int]) -> Op:  # noqa: PLR0911 - a line for each kind of node
        if expr == self.variable:
            return lambda values: values[0]
        if expr.is_Rational:
            number = fmpq(int(expr.p), int(expr.q))
            return lambda _: arb(number)
        if isinstance(expr, Ranged):
            raise UnsupportedError("{expr} has no value: give the parameter one", expr=expr)
        if isinstance(expr, Named):
            return lambda _: constant(expr.value, ctx.prec)
        if expr in ATOMS:
            return ATOMS[expr]
        if self.variable and self.variable not in expr.free_symbols:
            return lambda _: constant(expr, ctx.prec)
        if expr.func in {Add, Mul}:
            indices = [self._compile(a, slots) for a in expr.args]
            return _sum(indices) if expr.func is Add else _product(indices)
        if expr.func is Pow and expr.base is not E:
            return self._power(expr, slots)
        method = _method(expr)
        if method is None:
            raise unsupported(expr)
        inner = self._compile(expr.exp if expr.func is Pow else expr.args[0], slots)
        return lambda values: getattr(values[inner], method)()

    def _power(self, expr: Any, slots: dict[Any, int]) -> Op:
        base = self._compile(expr.base, slots)
        if expr.exp.is_Integer:
            n = int(expr.exp)
            return lambda values: integer_power(values[base], n)
        if expr.exp.is_Rational and expr.exp.q == 2:  # noqa: PLR2004 - a square root
            n = int(expr.exp.p)
            return lambda values: integer_power(values[base].sqrt(), n)
        exponent = self._compile(expr.exp, slots)
        return lambda values: (values[base].log() * values[exponent]).exp()

    def at(self, x: arb) -> arb:
        """An enclosure of the values on the ball `x`; not finite where Arb can't tell that they exist."""
        values = [x]
        for operation in self.operations:
            values.append(operation(values))
        return values[-1]

    def jet(self, x: arb, order: int = 1) -> list[arb]:
        """Enclosures of f, f', f''/2, ... on the ball `x`."""
        with capped(order + 1):
            values: list[Any] = [arb_series([x, 1])]
            for operation in self.operations:
                values.append(operation(values))
            last = values[-1]
            return [last, *[arb(0)] * order] if isinstance(last, arb) else [last[i] for i in range(order + 1)]


def _method(expr: Any) -> str | None:
    """The name of Arb's method; a series has none for LambertW, a number has."""
    if expr.func is LambertW and len(expr.args) == 1 and not expr.free_symbols:
        return "lambertw"
    return METHODS.get(exp if expr.func is Pow else expr.func)


def integer_power(base: Any, n: int) -> Any:
    """base^n of a ball or a series; Arb's own power of a ball around 0 exactly is not a number."""
    if n < 0:
        return 1 / integer_power(base, -n)
    if isinstance(base, arb):
        if n % 2 == 0 and base.contains(0):
            return arb(0).union(abs(base).upper() ** n)
        return reduce(mul, [base] * n)
    return base**n


def _sum(indices: list[int]) -> Op:
    first, *rest = indices

    def total(values: list[Any]) -> Any:
        result = values[first]
        for i in rest:
            result = result + values[i]
        return result

    return total


def _product(indices: list[int]) -> Op:
    first, *rest = indices

    def product(values: list[Any]) -> Any:
        result = values[first]
        for i in rest:
            result = result * values[i]
        return result

    return product


@lru_cache(maxsize=4096)
def constant(expr: Any, precision: int = PRECISION) -> arb:
    """The ball of an expression without variables."""
    if expr.free_symbols:
        raise UnsupportedError("{expr} is not a number: give every parameter a value first", expr=expr)
    with ctx.workprec(precision):
        return Smooth(expr, None).at(arb(0))


@lru_cache(maxsize=4096)
def sign(expr: Any) -> int | None:
    """The sign of a number: 1 or -1 by a ball, 0 by a proof, None where neither settles it."""
    if expr.is_Rational:
        return int(expr.p > 0) - int(expr.p < 0)
    if expr.has(Ranged):
        return sign_within(expr)
    for precision in LADDER:
        value = constant(expr, precision)
        if value > 0 or value < 0:
            return 1 if value > 0 else -1
        if precision == PRECISION and is_zero(expr):
            return 0
    return None
