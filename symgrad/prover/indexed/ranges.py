"""Sums seen to be equal by what their indices run through: shifted, or parted by a condition and its opposite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.indexed import Atom, Expr, Index, Place, Ref, Term, Where, delta, one
from symgrad.indexed.mapping import bind, replaced
from symgrad.indexed.names import Dim, length, place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.indexed.atoms import Slot

NEAR = 3  # how far apart two conditions on one place may be


def alike(value: Expr) -> Expr:
    """The expression with one set of bound indices for all its terms, in the order of their names."""
    known: dict[tuple[Dim, int], Index] = {}
    found: list[Expr] = []
    for term in value.terms:
        new, counts = {}, dict[Dim, int]()
        for i in sorted(term.bound, key=lambda i: (i.name, i.token)):
            counts[i.dim] = counts.get(i.dim, 0) + 1
            new[i] = known.setdefault((i.dim, counts[i.dim]), i.fresh())
        inner = Expr((Term(term.coefficient, (), term.atoms),)).rename(new)
        found.append(bind(new.values(), inner))
    return Expr(t for e in found for t in e.terms)


def shifted(value: Expr) -> Expr:
    """Sums with their indices moved so that of the shifts that make one entry plain the first by its key is taken."""
    return Expr(lowest(t) for t in value.terms)


def lowest(term: Term) -> Term:
    """One term, each of its bound indices moved."""
    for k in sorted(term.bound, key=lambda i: (i.name, i.token)):
        plain = any(isinstance(a, Ref) and k in a.indices for a, _ in term.atoms)
        term = min((*moves(term, k), *([term] if plain else [])), key=lambda t: t.token, default=term)
    return term


def moves(term: Term, k: Index) -> Iterator[Term]:
    """The term with k replaced so that an entry which was read at k + c, or at c - k, is read at an index.

    Tensors are 0 outside their shapes. Where this leaves no more than the range of k the sum is one over all whole
    numbers, which a shift or a reflection maps to itself; all that depends on k has to have a value everywhere.
    """
    others = [(a, e) for a, e in term.atoms if k in a.free]
    if not all(isinstance(a, Ref | Where) and e > 0 and e.denominator == 1 for a, e in others):
        return
    entries = [a for a, _ in others if isinstance(a, Ref)]
    ends = {end for a in entries for s, d in zip(a.indices, a.tensor.dims, strict=True) for end in ends_of(s, d, k)}
    if len(ends) < 2:  # noqa: PLR2004 - the first and the last
        return
    for entry in entries:
        for slot, dim in zip(entry.indices, entry.tensor.dims, strict=True):
            c = dict(slot.parts).get(k, 0) if isinstance(slot, Place) else 0
            if isinstance(slot, Place) and abs(c) == 1:
                new = Index(k.name, dim)
                back = (place(new) - (slot - place(k) * c)) * c
                yield Term(
                    term.coefficient, (term.bound - {k}) | {new}, [(a.rename({k: back}), e) for a, e in term.atoms]
                )


def ends_of(slot: Slot, dim: Dim, k: Index) -> Iterator[str]:
    """Which ends of k's range an entry's shape does not let it pass: read at k + c, or at n - 1 - k + c."""
    for back, rest in ((False, place(slot) - k), (True, place(slot) + k - length(k.dim) + 1)):
        if not rest.parts and not rest.sizes and (dim == k.dim or not back):
            if rest.constant >= 0 and dim == k.dim:
                yield "first" if back else "last"
            if rest.constant <= 0:
                yield "last" if back else "first"


def parted(value: Expr) -> Expr:
    """Conditions on one place, such as k <= i and i + 1 <= k, written in the first of them: they sum to 1."""
    known: list[Where] = []
    value = alike(value)

    def by_first(atom: Atom) -> Expr | None:
        if not isinstance(atom, Where) or atom.equal:
            return None
        for first in known:
            found = in_terms_of(first.place, atom.place)
            if found is not None:
                return found
        known.append(atom)
        return None

    return replaced(value, by_first)


def in_terms_of(first: Place, other: Place) -> Expr | None:
    """[other >= 0] by [first >= 0] where the two differ by a number, or their sum is one; None elsewhere."""
    gap, turned = other - first, other + first
    if not gap.parts and not gap.sizes and abs(gap.constant) <= NEAR:
        return moved(first, gap.constant)
    if not turned.parts and not turned.sizes and abs(turned.constant) <= NEAR:
        return 1 - moved(first, -turned.constant - 1)  # c - p >= 0 unless p >= c + 1
    return None


def moved(first: Place, by: int) -> Expr:
    """[p + c >= 0] as [p >= 0] and the places between."""
    found = one(Where(first))
    for gap in range(1, by + 1):
        found += nought(first + gap)
    for gap in range(by + 1, 1):
        found -= nought(first + gap)
    return found


def nought(where: Place) -> Expr:
    """[p = 0], a delta where that compares two indices of one dimension."""
    (left, right) = [i for c in (1, -1) for i, d in where.parts if d == c] if len(where.parts) == 2 else (None, None)  # noqa: PLR2004
    apart = where.constant or where.sizes or left is None or right is None or left.dim != right.dim
    return one(Where(where, equal=True)) if apart or left is None or right is None else delta(left, right)


__all__ = ["parted", "shifted"]
