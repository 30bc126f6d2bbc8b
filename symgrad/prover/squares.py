"""A polynomial as a sum of squares: its Gram matrix, divided into squares exactly, over the rational numbers.

p = sum of G[u, v] u v over monomials u, v. Where G = L D L^T with no entry of D below 0, p is the sum of D[k] (row k of
L^T)^2. A product of monomials may come about by several pairs: then G is not unique, and a few ways to share its
coefficient among them are tried. The squares are the proof, and are checked by multiplying out.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import lcm
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from symgrad.prover.kernel import Exps

    Pairs = list[tuple[Exps, Exps]]
    Gram = dict[tuple[Exps, Exps], Fraction]

MONOMIALS = 20  # a Gram matrix with more rows is not tried
Square = tuple[tuple[tuple["Exps", int], ...], int]  # the polynomial that is squared, and its multiplier


def sum_of_squares(terms: Mapping[Exps, int]) -> tuple[int, tuple[Square, ...]] | None:
    """A positive k and squares with positive multipliers whose sum is k times the polynomial; None if none is found."""
    if not terms or any(c < 0 or any(m % 2 for m in e) for e, c in corners(terms)):
        return None
    basis = halves(terms)
    if len(basis) > MONOMIALS:
        return None
    for share in (evenly, to_squares):
        gram = spread(terms, basis, share)
        rows = None if gram is None else divided(gram, basis)
        if rows is not None:
            return cleared(rows)
    return None


def corners(terms: Mapping[Exps, int]) -> Iterator[tuple[Exps, int]]:
    """The least and the greatest monomial: no sum of two others, so each must be a square with a coefficient > 0."""
    return ((e, terms[e]) for e in (min(terms), max(terms)))


def halves(terms: Iterable[Exps]) -> list[Exps]:
    """Half of each monomial that is a square, and what lies in the middle between two of these."""
    even = {tuple(m // 2 for m in e) for e in terms if not any(m % 2 for m in e)}
    between = {tuple((a + b) // 2 for a, b in zip(u, v, strict=True)) for u in even for v in even if even_sum(u, v)}
    return sorted(even | between, reverse=True)


def even_sum(u: Exps, v: Exps) -> bool:
    """Whether the product of two monomials is a square."""
    return not any((a + b) % 2 for a, b in zip(u, v, strict=True))


def spread(
    terms: Mapping[Exps, int], basis: list[Exps], share: Callable[[Pairs, int], Iterable[Fraction]]
) -> Gram | None:
    """The Gram matrix with each coefficient shared among its pairs; None where a monomial has no pair."""
    pairs: defaultdict[Exps, Pairs] = defaultdict(list)
    for u, v in combinations_with_replacement(basis, 2):
        pairs[tuple(a + b for a, b in zip(u, v, strict=True))].append((u, v))
    if not terms.keys() <= pairs.keys():
        return None
    gram: Gram = {}
    for monomial, ways in pairs.items():
        for (u, v), part in zip(ways, share(ways, terms.get(monomial, 0)), strict=True):
            gram[u, v] = gram[v, u] = part if u == v else part / 2
    return gram


def evenly(ways: Pairs, coefficient: int) -> list[Fraction]:
    """The same to each pair."""
    return [Fraction(coefficient, len(ways))] * len(ways)


def to_squares(ways: Pairs, coefficient: int) -> list[Fraction]:
    """To squares what is above 0, to products of different monomials what is below."""
    wanted = [(u == v) == (coefficient > 0) for u, v in ways]
    chosen = wanted if any(wanted) else [True] * len(ways)
    return [Fraction(coefficient, sum(chosen)) if c else Fraction(0) for c in chosen]


def divided(gram: Gram, basis: list[Exps]) -> list[tuple[dict[Exps, Fraction], Fraction]] | None:
    """The rows of L^T with the entries of D, by completing one square after the other; None where D has one below 0."""
    rest, found = dict(gram), []
    for u in basis:
        pivot = rest[u, u]
        row = {v: rest[u, v] for v in basis if rest[u, v]}
        if pivot < 0 or (not pivot and row):
            return None
        if pivot:
            found.append(({v: c / pivot for v, c in row.items()}, pivot))
            for (v, c), (w, d) in product(row.items(), repeat=2):
                rest[v, w] -= c * d / pivot
    return found


def cleared(rows: list[tuple[dict[Exps, Fraction], Fraction]]) -> tuple[int, tuple[Square, ...]]:
    """The same in whole numbers."""
    whole = []
    for row, weight in rows:
        n = lcm(*(c.denominator for c in row.values()))
        whole.append((tuple((e, int(c * n)) for e, c in row.items()), weight / n**2))
    k = lcm(*(weight.denominator for _, weight in whole))
    return k, tuple((row, int(weight * k)) for row, weight in whole)
