"""Products: factors with their exponents, equal ones merged and brackets settled."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.core import SymgradError
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.indexed.canonical import Exponent, Factor, Factors


class IndexedError(SymgradError):
    """An indexed expression that has no meaning; the message tells how to mend it."""


def merged(factors: Iterable[Factor]) -> Factors:
    """Factors with the exponents of equal atoms added, those that cancel left out."""
    found: dict[str, Factor] = {}
    for factor in factors:
        token = factor[0].token
        old = found.get(token)
        found[token] = factor if old is None else (old[0], simplest(old[1] + factor[1]))
    return tuple([f for f in found.values() if f[1]])


def simplest(exponent: Exponent) -> Exponent:
    """An exponent as an int where it is whole."""
    return exponent.numerator if exponent.denominator == 1 else exponent


def settled(coefficient: Fraction, factors: Factors) -> tuple[Fraction, Factors]:
    """A product with its brackets settled: a delta is its own square, and one of equal indices is 1."""
    kept: list[Factor] = []
    for factor in factors:
        a, e = factor
        if not a.bracket:
            kept.append(factor)
            continue
        if e < 0:
            raise IndexedError(message("a delta or a condition can't be divided by: it is 0 somewhere"))
        sure = a.certain
        if sure is False:
            return Fraction(0), ()
        if sure is None:
            kept.append((a, 1))
    return coefficient, tuple(kept)
