"""Random matrices with orthonormal rows or columns, in exact fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.indexed.atoms import Delta, Ref

if TYPE_CHECKING:
    from random import Random

    from symgrad.indexed.facts import Fact

Rows = list[list[Fraction]]
TURNS = ((Fraction(3, 5), Fraction(4, 5)), (Fraction(-5, 13), Fraction(12, 13)), (Fraction(0), Fraction(1)))


def summed_place(fact: Fact) -> int | None:
    """Which place of a matrix is summed over in sum_k U_ik U_jk = delta_ij, None for any other fact."""
    if len(fact.left.terms) != 1 or len(fact.right.terms) != 1:
        return None
    (left,), (right,) = fact.left.terms, fact.right.terms
    refs = [a for a, power in left.atoms if isinstance(a, Ref) and power == 1 and len(a.indices) == 2]  # noqa: PLR2004 - a matrix
    alone = len(right.atoms) == 1 and isinstance(right.atoms[0][0], Delta) and left.coefficient == right.coefficient
    if not alone or len(refs) != len(left.atoms) or len(refs) != 2 or len(left.bound) != 1:  # noqa: PLR2004 - a product
        return None
    places = {r.indices.index(k) for r in refs for k in left.bound if k in r.indices}
    return places.pop() if len(places) == 1 and refs[0].tensor is refs[1].tensor else None


def orthonormal(count: int, length: int, rng: Random) -> Rows | None:
    """So many vectors of this length, None where there is no room for them: unit vectors, turned by exact rotations."""
    if count > length:
        return None
    rows = [[Fraction(int(i == j)) for j in range(length)] for i in range(count)]
    for _ in range(3 * (length > 1)):
        i, j = rng.sample(range(length), 2)
        cos, sin = rng.choice(TURNS)
        for row in rows:
            row[i], row[j] = cos * row[i] - sin * row[j], sin * row[i] + cos * row[j]
    return rows
