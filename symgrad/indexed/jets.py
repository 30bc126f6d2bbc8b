"""Numbers with infinitesimals: forward differentiation that knows no rule for indexed expressions.

A jet is a number for each set of infinitesimals e_1, e_2, ..., each with square zero. What stands at {e_1} is the
derivative in that direction, at {e_1, e_2} the second. The numbers themselves come from an `Arithmetic`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from math import factorial
from typing import TYPE_CHECKING, Any, Protocol

from symgrad.core import SymgradError

if TYPE_CHECKING:
    from symgrad.indexed.canonical import Exponent

Jet = Mapping[frozenset[int], Any]
REAL: frozenset[int] = frozenset()


class NoValueError(SymgradError):
    """An expression without a value at a point, or in an arithmetic."""


class Arithmetic(Protocol):
    """Numbers of one kind: floats, balls, or residues modulo a prime. `ordered` says whether they have signs."""

    ordered: bool

    def number(self, value: Fraction) -> Any:
        """A rational number."""

    def add(self, left: Any, right: Any) -> Any:
        """The sum."""

    def times(self, left: Any, right: Any) -> Any:
        """The product."""

    def power(self, base: Any, exponent: Exponent) -> Any:
        """A power with a rational exponent; NoValueError where there is none."""

    def function(self, name: str, orders: tuple[int, ...], values: tuple[Any, ...]) -> Any:
        """A derivative of a function at a point; NoValueError where it is not known or has no value."""

    def sign(self, value: Any) -> int:
        """The sign; NoValueError where that is not certain."""


class Jets:
    """Arithmetic of jets over an arithmetic of numbers."""

    def __init__(self, base: Arithmetic) -> None:
        self.base = base

    def number(self, value: Any) -> Jet:
        """A number without infinitesimals."""
        return {REAL: self.base.number(value if isinstance(value, Fraction) else Fraction(value))}

    def add(self, left: Jet, right: Jet) -> Jet:
        """The sum."""
        found = dict(left)
        for e, v in right.items():
            found[e] = self.base.add(found[e], v) if e in found else v
        return found

    def times(self, left: Jet, right: Jet) -> Jet:
        """The product; the square of an infinitesimal is zero."""
        found: dict[frozenset[int], Any] = {}
        for (e, v), (f, w) in product(left.items(), right.items()):
            if not e & f:
                vw = self.base.times(v, w)
                found[e | f] = self.base.add(found[e | f], vw) if e | f in found else vw
        return found

    def power(self, base: Jet, exponent: Exponent) -> Jet:
        """A power: its Taylor series, which ends."""
        if exponent == 1:
            return base
        if exponent.denominator == 1 and 0 <= exponent <= 3:  # noqa: PLR2004 - short, and right at 0 as well
            found = self.number(1)
            for _ in range(int(exponent)):
                found = self.times(found, base)
            return found

        def slope(orders: tuple[int, ...]) -> Any:
            (n,) = orders
            front = Fraction(1)
            for k in range(n):
                front *= exponent - k
            return self.base.times(self.base.number(front), self.base.power(base[REAL], exponent - n))

        return self.taylor(slope, (base,))

    def function(self, name: str, values: tuple[Jet, ...], orders: tuple[int, ...]) -> Jet:
        """A function, or a derivative of it, of jets."""
        point = tuple(v[REAL] for v in values)

        def slope(more: tuple[int, ...]) -> Any:
            return self.base.function(name, tuple(a + b for a, b in zip(orders, more, strict=True)), point)

        return self.taylor(slope, values)

    def taylor(self, slope: Any, values: tuple[Jet, ...]) -> Jet:
        """The sum of slope(orders) times the infinitesimal parts to these orders, over their factorials."""
        small = [{e: v for e, v in value.items() if e} for value in values]
        if not any(small):
            return {REAL: slope((0,) * len(values))}
        depth = [len(frozenset[int]().union(*s)) for s in small]
        found: Jet = {}
        for orders in product(*(range(d + 1) for d in depth)):
            part: Jet = self.number(1)
            for s, n in zip(small, orders, strict=True):
                for _ in range(n):
                    part = self.times(part, s)
            if not part:
                continue
            front = Fraction(1)
            for n in orders:
                front /= factorial(n)
            scale = self.base.times(self.base.number(front), slope(orders))
            found = self.add(found, self.times({REAL: scale}, part))
        return found
