"""Residues modulo two primes p and q, q a divisor of p - 1, so that an exponential law holds exactly.

A number is its residue modulo p together with that modulo q. With g of order q modulo p, u -> g^(u mod q) turns sums
into products, as the exponential does: an identity between exponentials of sums and products of exponentials is seen.
Other functions are random values, one for each argument: what holds for every function passes, and nothing else does.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import factorial
from typing import TYPE_CHECKING

from symgrad.indexed.jets import NoValueError

if TYPE_CHECKING:
    from random import Random

    from symgrad.indexed.canonical import Exponent

Q = 1152921504606846883  # a prime; like P it is 3 modulo 4, so that a root is a power
P = 90 * Q + 1  # a prime of 67 bits
Pair = tuple[int, int | None]


G = pow(3, (P - 1) // Q, P)  # of order Q


class Residues:
    """Pairs of residues; a None is a residue modulo q that does not exist, which matters under an exponential only."""

    ordered = False

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.values: dict[object, Pair] = {}
        self.logarithms: dict[Pair, Pair] = {}

    def number(self, value: Fraction) -> Pair:
        return divided(value.numerator, value.denominator)

    def add(self, left: Pair, right: Pair) -> Pair:
        one, other = left[1], right[1]
        return (left[0] + right[0]) % P, None if one is None or other is None else (one + other) % Q

    def times(self, left: Pair, right: Pair) -> Pair:
        one, other = left[1], right[1]
        return left[0] * right[0] % P, None if one is None or other is None else one * other % Q

    def power(self, base: Pair, exponent: Exponent) -> Pair:
        low = None if base[1] is None else rooted(base[1], exponent, Q)
        high = rooted(base[0], exponent, P)
        if high is None:
            raise NoValueError("a residue without this root, or a division by zero")
        return high, low

    def function(self, name: str, orders: tuple[int, ...], values: tuple[Pair, ...]) -> Pair:
        if name == "exp":
            return self.exponential(values[0])
        if name == "log":
            return self.logarithm(values[0], orders[0])
        if not values or name.startswith("?"):  # a constant such as pi, or a function of which nothing is known
            return self.drawn((name, orders, values))
        raise NoValueError("{name} has relations that residues do not see", name=name)

    def drawn(self, key: object) -> Pair:
        """A random number, the same each time it is asked for."""
        if key not in self.values:
            self.values[key] = self.rng.randrange(1, P), self.rng.randrange(1, Q)
        return self.values[key]

    def exponential(self, value: Pair) -> Pair:
        """G to the power of the residue modulo q."""
        if value[1] is None:
            raise NoValueError("an exponential of a root")
        found = pow(G, value[1], P), self.drawn(("exp", value[1]))[1]
        self.logarithms[found] = value
        return found

    def logarithm(self, value: Pair, order: int) -> Pair:
        """The inverse of the exponentials met so far, a random number elsewhere; its derivatives are powers."""
        if order:
            front = Fraction((-1) ** (order - 1) * factorial(order - 1))
            return self.times(self.number(front), self.power(value, Fraction(-order)))
        return self.logarithms.get(value) or self.drawn(("log", value))

    def sign(self, value: Pair) -> int:  # noqa: ARG002 - there is none
        raise NoValueError("residues have no order")


@lru_cache(1024)
def divided(numerator: int, denominator: int) -> Pair:
    """A fraction modulo both primes."""
    return numerator * pow(denominator, -1, P) % P, numerator * pow(denominator, -1, Q) % Q


def rooted(value: int, exponent: Exponent, prime: int) -> int | None:
    """A power with a whole or a half exponent; None where the number has no root, or no inverse."""
    if not value and exponent < 0:
        return None
    if exponent.denominator == 1:
        return pow(value, int(exponent), prime)
    while exponent.denominator % 2 == 0:
        if value and pow(value, (prime - 1) // 2, prime) != 1:
            return None
        value, exponent = pow(value, (prime + 1) // 4, prime), exponent * 2
    return pow(value, int(exponent), prime) if exponent.denominator == 1 else None
