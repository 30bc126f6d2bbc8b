"""Expressions on power series whose coefficients are balls: a function beside a point, with certain derivatives.

A point is entered as x + t or x - t with t > 0 infinitely small, so that every comparison has an answer, also on
a boundary, and the slopes on either side come out apart. The derivatives are those of Arb's series arithmetic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp
from flint import arb, arb_series, ctx
from sympy.codegen.cfunctions import expm1, log1p

from symgrad.checker.balls import OPERATIONS, Arithmetic, Hole, Operation, Value

if TYPE_CHECKING:
    from collections.abc import Callable


def start(value: Any) -> Any:
    """The value at t = 0."""
    return value[0] if type(value) is arb_series else value


def size(value: Any) -> Any:
    """The first coefficient that is certainly not 0, exactly 0 if all are, or None if that cannot be told."""
    if type(value) is not arb_series:
        return value if value.is_zero() or not value.contains(0) else None
    for power in range(ctx.cap):
        coefficient = value[power]
        if not coefficient.is_zero():
            return None if coefficient.contains(0) or not coefficient.is_finite() else coefficient
    return arb(0)


def sign_of(value: Any) -> int | None:
    """The sign for t > 0."""
    first = size(value)
    return None if first is None else 1 if first > 0 else -1 if first < 0 else 0


def compared(accepted: tuple[int, ...]) -> Operation:
    """A relation that holds where the sign of left - right is among the accepted ones."""

    def relation(left: Any, right: Any) -> Value:
        found = sign_of(left - right)
        return Hole.UNSURE if found is None else found in accepted

    return relation


def sign(x: Any) -> Value:
    """The sign, as a number."""
    found = sign_of(x)
    return Hole.UNSURE if found is None else arb(found)


def step(x: Any, middle: Any) -> Value:
    """Heaviside's step; beside its jump it is 0 or 1."""
    found = sign_of(x)
    if found is None:
        return Hole.UNSURE
    return middle if found == 0 else arb(max(found, 0))


def absolute(x: Any) -> Value:
    """The absolute value."""
    found = sign_of(x)
    return Hole.UNSURE if found is None else -x if found < 0 else x


def chosen(wanted: int) -> Operation:
    """The largest (1) or smallest (-1) of some values."""

    def choose(*parts: Any) -> Value:
        best = parts[0]
        for part in parts[1:]:
            found = sign_of(part - best)
            if found is None:
                return Hole.UNSURE
            best = part if found == wanted else best
        return best

    return choose


def lifted(outer: Callable[[Any], Any], *derivatives: Callable[[Any], Any]) -> Operation:
    """A function of numbers, and its first derivatives, as a function of series."""

    def apply(x: Any) -> Value:
        if type(x) is not arb_series:
            return outer(x)
        at, power, total, factorial = x[0], arb_series([1]), arb_series([outer(x[0])]), 1
        for n, derivative in enumerate(derivatives[: ctx.cap - 1], 1):
            power, factorial = power * (x - at), factorial * n
            total += power * (derivative(at) / factorial)
        return total

    return apply


def above_zero(method: str) -> Operation:
    """A function that is smooth above 0 and has no slope, or no value, elsewhere."""

    def apply(x: Any) -> Value:
        if type(x) is not arb_series:
            return OPERATIONS[sp.log](x) if method == "log" else OPERATIONS[sp.loggamma](x)
        if x[0] > 0:
            return getattr(x, method)()
        return Hole.UNDEFINED if x[0] <= 0 else Hole.UNSURE

    return apply


def native(method: str) -> Operation:
    """A function that both balls and series have."""
    return lambda x: getattr(x, method)()


def reciprocal(x: Any) -> Value:
    """One over x, where x is not 0."""
    if type(x) is Hole:
        return x
    at = start(x)
    if at.contains(0):
        return Hole.UNDEFINED if at.is_zero() else Hole.UNSURE
    return 1 / x


def root(x: Any) -> Value:
    """The square root; at 0 it has no slope."""
    at = start(x)
    if at > 0:
        return x.sqrt()
    return Hole.UNDEFINED if at < 0 or (at.is_zero() and size(x) != 0) else Hole.UNSURE


def power(node: Any) -> tuple[Operation, tuple[Any, ...], bool]:
    """A power; integer and half exponents are told apart before anything is evaluated."""
    base, exponent = node.args
    if exponent.is_Integer:
        n = int(exponent)
        return (lambda b: b**n) if n >= 0 else (lambda b: reciprocal(b**-n)), (base,), False
    if exponent in (sp.S.Half, -sp.S.Half):
        return (root if exponent.is_positive else (lambda b: inverse(root(b)))), (base,), False
    if base is sp.E:
        return native("exp"), (exponent,), False
    return real_power, (base, exponent), False


def inverse(x: Value) -> Value:
    """One over a value that may be a hole."""
    return reciprocal(x)


def real_power(base: Any, exponent: Any) -> Value:
    """b^e for a base above 0."""
    at = start(base)
    if at > 0:
        return (base.log() * exponent).exp()
    return Hole.UNDEFINED if at < 0 else Hole.UNSURE


def digamma(x: Any) -> Value:
    """The derivative of log gamma, from one more coefficient of that."""
    if type(x) is not arb_series:
        return x.digamma()
    if not x[0] > 0:
        return Hole.UNSURE
    before, ctx.cap = ctx.cap, ctx.cap + 1
    try:
        outer = [(n + 1) * c for n, c in enumerate(list(arb_series([x[0], 1]).lgamma())[1:])]
    finally:
        ctx.cap = before
    total, power = arb_series([0]), arb_series([1])
    for coefficient in outer[: ctx.cap]:
        total, power = total + power * coefficient, power * (x - x[0])
    return total


def sech2(x: Any) -> Any:
    """The derivative of tanh."""
    return x.sech() ** 2


SERIES: dict[Any, Operation] = {
    **OPERATIONS,
    sp.exp: native("exp"),
    sp.log: above_zero("log"),
    log1p: lambda x: above_zero("log")(1 + x),
    expm1: lambda x: x.exp() - 1,
    sp.LambertW: native("lambertw"),
    sp.tanh: lifted(arb.tanh, sech2, lambda x: -2 * x.tanh() * sech2(x)),
    sp.sinh: lifted(arb.sinh, arb.cosh, arb.sinh),
    sp.cosh: lifted(arb.cosh, arb.sinh, arb.cosh),
    sp.sech: lambda x: 1 / SERIES[sp.cosh](x),
    sp.coth: lambda x: reciprocal(SERIES[sp.tanh](x)),
    sp.csch: lambda x: reciprocal(SERIES[sp.sinh](x)),
    sp.sin: native("sin"),
    sp.cos: native("cos"),
    sp.atan: native("atan"),
    sp.asinh: lambda x: absolute(x) if size(x) == 0 else (x + (x * x + 1).sqrt()).log(),
    sp.erf: native("erf"),
    sp.erfc: native("erfc"),
    sp.loggamma: above_zero("lgamma"),
    sp.gamma: native("gamma"),
    sp.digamma: digamma,
    sp.Abs: absolute,
    sp.sign: sign,
    sp.Heaviside: step,
    sp.Max: chosen(1),
    sp.Min: chosen(-1),
    **{head: compared(a) for head, a in ((sp.Gt, (1,)), (sp.Ge, (1, 0)), (sp.Lt, (-1,)), (sp.Le, (-1, 0)))},
    sp.Eq: compared((0,)),
    sp.Ne: compared((1, -1)),
}
GERMS = Arithmetic(SERIES, power)
