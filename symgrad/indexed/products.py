"""Products: factors with their exponents, equal ones merged and brackets settled."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.core import SymgradError
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.indexed.atoms import Partial, Ref
    from symgrad.indexed.canonical import Exponent, Factor, Factors
    from symgrad.indexed.tensor import Tensor


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


def require_apart(inner: Partial, ref: Ref, still: Iterable[Tensor]) -> None:
    """Refuse to hold a name still that a derivative inside looks through: what is meant by that is not said."""
    for t in still:
        through_it = inner.expr.rests_on(t) and t.rests_on(inner.ref.tensor) and t.rests_on(ref.tensor)
        if through_it and t.body is not None and t not in inner.fixed and t is not inner.ref.tensor:
            raise IndexedError(
                message(
                    "{name} is held still, and a derivative inside looks through it; hold it still there as well",
                    name=t.name,
                )
            )
