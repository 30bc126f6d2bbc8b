"""Products: factors with their exponents, equal ones merged and brackets settled."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.core import SymgradError
from symgrad.indexed.canonical import ONE
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.indexed.atoms import Atom
    from symgrad.indexed.canonical import Factor, Factors


class IndexedError(SymgradError):
    """An indexed expression that has no meaning; the message tells how to mend it."""


def merged(factors: Iterable[Factor]) -> Factors:
    """Factors with the exponents of equal atoms added, those that cancel left out."""
    found: dict[Atom, Fraction] = {}
    for a, e in factors:
        found[a] = found[a] + e if a in found else e
    return tuple([(a, e) for a, e in found.items() if e])


def settled(coefficient: Fraction, factors: Factors) -> tuple[Fraction, Factors]:
    """A product with its brackets settled: a delta is its own square, and one of equal indices is 1."""
    kept: list[Factor] = []
    for a, e in factors:
        if a.bracket and e < 0:
            raise IndexedError(message("a delta or a condition can't be divided by: it is 0 somewhere"))
        sure = a.certain if a.bracket else None
        if sure is False:
            return Fraction(0), ()
        if sure is None:
            kept.append((a, ONE if a.bracket else e))
    return coefficient, tuple(kept)
