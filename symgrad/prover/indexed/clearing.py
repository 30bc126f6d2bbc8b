"""Whether a difference is zero once its denominators are cleared."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.indexed import Atom, Expr, Power, Term, normal
from symgrad.prover.indexed.ranges import parted, shifted

if TYPE_CHECKING:
    from symgrad.indexed.canonical import Exponent

ROUNDS = 8


def vanishes(difference: Expr) -> bool:
    """Whether an expression is 0 wherever it has a value: by its normal form, denominators cleared.

    A sum in a denominator that depends on no bound index is multiplied out; that is an equivalence where it is not 0,
    and where it is 0 the expression has no value.
    """
    value = normal(difference)
    for _ in range(ROUNDS):
        if not value:
            return True
        found = cleared(value)
        if found is None:
            break
        value = normal(found)
    return not value or not normal(parted(shifted(value)))


def cleared(value: Expr) -> Expr | None:
    """The expression times a power of one sum, so that its least exponent is in [0, 1); None if nothing is left."""
    free = [(a, e) for t in value.terms for a, e in t.atoms if isinstance(a, Power) and not a.free & t.bound]
    least: dict[Atom, Exponent] = {}
    for a, e in free:
        if e < least.get(a, Fraction(0)):
            least[a] = e
    for base, exponent in least.items():
        if any(base.free & t.bound for t in value.terms):
            continue
        shift = -exponent
        return Expr(Term(t.coefficient, t.bound, (*t.atoms, (base, shift))) for t in value.terms)
    return None
