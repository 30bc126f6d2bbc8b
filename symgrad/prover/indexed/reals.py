"""Real numbers as balls: what a refutation is made of."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from flint import arb, ctx, fmpq

from symgrad.indexed.jets import NoValueError

if TYPE_CHECKING:
    from symgrad.indexed.canonical import Exponent

PRECISION = 256


class Balls:
    """Arb's balls. A function that is unknown (a generic activation phi) is given as a polynomial."""

    ordered = True

    def __init__(self) -> None:
        ctx.prec = max(ctx.prec, PRECISION)

    def number(self, value: Fraction) -> Any:
        return arb(fmpq(value.numerator, value.denominator))

    def add(self, left: Any, right: Any) -> Any:
        return left + right

    def times(self, left: Any, right: Any) -> Any:
        return left * right

    def power(self, base: Any, exponent: Exponent) -> Any:
        if exponent.denominator > 1 and not base > 0:
            raise NoValueError("a root of a number that is not positive")
        if exponent < 0 and base.contains(arb(0)):
            raise NoValueError("division by zero")
        if exponent.denominator == 1:
            return base ** int(exponent)
        return base ** self.number(Fraction(exponent))

    def function(self, name: str, orders: tuple[int, ...], values: tuple[Any, ...]) -> Any:
        if name in CONSTANTS:
            return CONSTANTS[name]()
        if name in {"exp", "sin", "cos", "log", "erf", "atan"}:
            return finite(SERIES[name](values[0], orders[0]))
        if name.startswith("?") and len(values) == 1:
            return unknown(name, values[0], orders[0])
        raise NoValueError("the function {name} has no value here", name=name)

    def sign(self, value: Any) -> int:
        if value > 0:
            return 1
        if value < 0:
            return -1
        if value == 0:
            return 0
        raise NoValueError("the sign is not certain")


def finite(value: Any) -> Any:
    """The ball, if it is one."""
    if not value.is_finite():
        raise NoValueError("a function has no value there")
    return value


def log_slope(u: Any, n: int) -> Any:
    """The n-th derivative of ln."""
    if not u > 0:
        raise NoValueError("a logarithm of a number that is not positive")
    if not n:
        return u.log()
    found = arb(-1) ** (n - 1)
    for k in range(1, n):
        found *= k
    return found / u**n


def polynomial_times(kernel: Any, step: Any, u: Any, n: int) -> Any:
    """The n-th derivative of a function whose first is kernel(u), by its polynomial p_n with p' = step."""
    polynomial = [Fraction(1)]
    for _ in range(n - 1):
        polynomial = step(polynomial)
    return kernel(u) * sum((Balls().number(c) * u**k for k, c in enumerate(polynomial)), arb(0))


def erf_step(p: list[Fraction]) -> list[Fraction]:
    """From p e^(-u^2) to its derivative (p' - 2 u p) e^(-u^2)."""
    slope = [k * c for k, c in enumerate(p)][1:]
    shifted = [Fraction(0), *(-2 * c for c in p)]
    return [a + (slope[k] if k < len(slope) else 0) for k, a in enumerate(shifted)]


def erf_slope(u: Any, n: int) -> Any:
    """The n-th derivative of erf."""
    if not n:
        return u.erf()
    return polynomial_times(lambda t: 2 / arb.pi().sqrt() * (-t * t).exp(), erf_step, u, n)


def atan_slope(u: Any, n: int) -> Any:
    """The first derivatives of the arctangent."""
    if n > 2:  # noqa: PLR2004 - nobody has asked for more
        raise NoValueError("a higher derivative of the arctangent")
    return (u.atan(), 1 / (1 + u * u), -2 * u / (1 + u * u) ** 2)[n]


CONSTANTS = {"pi": arb.pi, "E": arb.const_e}
SERIES: dict[str, Any] = {
    "exp": lambda u, n: u.exp(),  # noqa: ARG005 - it is its own derivative
    "sin": lambda u, n: (u + n * arb.pi() / 2).sin(),
    "cos": lambda u, n: (u + n * arb.pi() / 2).cos(),
    "log": log_slope,
    "erf": erf_slope,
    "atan": atan_slope,
}


def unknown(name: str, u: Any, n: int) -> Any:
    """A derivative of what an unknown function is tried as: u + c u^2/2 + u^3/3, c from its name."""
    c = 1 + sum(map(ord, name)) % 5
    slopes = (u + c * u * u / 2 + u**3 / 3, 1 + c * u + u * u, c + 2 * u, arb(2))
    return slopes[n] if n < len(slopes) else arb(0)
