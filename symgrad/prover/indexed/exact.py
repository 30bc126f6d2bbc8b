"""Numbers that are rational functions of the entries, on SymPy's polynomials: an identity at given sizes, exactly.

Exponentials are split at sums and logarithms at products, so that their laws hold; every other function of a value is a
letter of its own. Roots have no value here.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial
from typing import TYPE_CHECKING, Any

from sympy import QQ
from sympy.polys.fields import field

from symgrad.indexed.jets import NoValueError

if TYPE_CHECKING:
    from symgrad.indexed.canonical import Exponent

MORE = 10  # letters for the values of functions
MOST = 24  # letters in all
LARGEST = 100  # terms of a numerator or denominator
WORK = 3000  # terms in all: a replay that would be long is left to random values


class Formulas:
    """An arithmetic for `Evaluation`: each entry is a letter, and so is each value of a function that has no law."""

    ordered = False

    def __init__(self, entries: int) -> None:
        if entries + MORE > MOST:
            raise NoValueError("more entries than an exact replay takes")
        self.field, *letters = field([f"x{n}" for n in range(entries + MORE)], QQ)
        self.free = iter(letters)
        self.known: dict[Any, Any] = {}
        self.work = 0
        self.exponents: dict[Any, Any] = {}  # what a letter is the exponential of
        self.logarithms: dict[Any, Any] = {}  # what a letter is the logarithm of
        self.loose = False  # whether a letter stands for a function with laws, such as |u|: others may be equal

    def letter(self, key: Any) -> Any:
        """The letter of a key, a new one where it has none."""
        if key not in self.known:
            found = next(self.free, None)
            if found is None:
                raise NoValueError("more letters than an exact replay takes")
            self.known[key] = found
        return self.known[key]

    def number(self, value: Fraction) -> Any:
        return self.field(QQ(value.numerator, value.denominator))

    def add(self, left: Any, right: Any) -> Any:
        return self.small(left + right)

    def times(self, left: Any, right: Any) -> Any:
        return self.small(left * right)

    def small(self, value: Any) -> Any:
        """A value as it is, refused where it has grown too large."""
        self.work += len(value.numer) * len(value.denom)
        if max(len(value.numer), len(value.denom)) > LARGEST or self.work > WORK:
            raise NoValueError("a formula too large for an exact replay")
        return value

    def power(self, base: Any, exponent: Exponent) -> Any:
        if exponent.denominator != 1 or (not base and exponent < 0):
            raise NoValueError("a root, or a division by zero")
        return self.small(base ** int(exponent))

    def function(self, name: str, orders: tuple[int, ...], values: tuple[Any, ...]) -> Any:
        if name == "exp":
            return self.exponential(values[0])
        if name == "log":
            return self.logarithm(values[0], orders[0])
        if name.startswith("?") or not values:
            self.loose |= name.startswith("?|")
            return self.letter((name, orders, values))
        raise NoValueError("{name} has relations that letters do not see", name=name)

    def exponential(self, value: Any) -> Any:
        """A product: one letter for each product of letters in the exponent, over its denominator."""
        found = self.field(1)
        for powers, c in value.numer.terms():
            number = QQ(c)
            if number.denominator != 1:
                raise NoValueError("an exponential of a fraction")
            inner = self.field(value.numer.ring.term_new(powers, QQ(1))) / self.field(value.denom)
            letter = self.logarithms.get(inner)
            if letter is None:
                letter = self.letter(("exp", inner))
                self.exponents[letter] = inner
            found *= letter ** int(number)
        return self.small(found)

    def logarithm(self, value: Any, order: int) -> Any:
        """A sum over the factors; the logarithm of a letter that is an exponential is its exponent."""
        if order:
            return self.number(Fraction((-1) ** (order - 1) * factorial(order - 1))) / value**order
        if not value:
            raise NoValueError("the logarithm of 0")
        found = self.field(0)
        for side, sign in ((value.numer, 1), (value.denom, -1)):
            number, factors = side.factor_list()
            found += sign * (self.logarithm_of(self.field(number)) if number != 1 else self.field(0))
            for base, times in factors:
                letter = self.field(base)
                found += sign * times * (self.exponents.get(letter) or self.logarithm_of(letter))
        return found

    def logarithm_of(self, value: Any) -> Any:
        """A letter for the logarithm of what has no factors; its exponential is that again."""
        letter = self.letter(("log", value))
        self.logarithms[letter] = value
        return letter

    def sign(self, value: Any) -> int:  # noqa: ARG002 - there is none
        raise NoValueError("formulas have no order")
