"""Kronecker deltas and Iverson brackets carried out: the index that is summed over is picked out."""

from __future__ import annotations

from symgrad.indexed.atoms import Delta, Ref, Slot, Where
from symgrad.indexed.canonical import ONE
from symgrad.indexed.expr import Expr
from symgrad.indexed.names import Index, Place, length, place
from symgrad.indexed.term import Term


def contract(value: Expr) -> Expr:
    """The expression with every delta used: summed over where it can be, else with one index written for the other."""
    if not [a for t in value.terms for a, _ in t.atoms if a.bracket]:
        return value
    terms = [contracted(t) for t in value.terms]
    return value if all(s is t for s, t in zip(terms, value.terms, strict=True)) else Expr(terms)


def contracted(term: Term) -> Term:
    """One term with its deltas used."""
    while [a for a, _ in term.atoms if a.bracket]:
        found = picked(term) or aligned(term) or certain(term)
        if found is None:
            break
        term = found
    return term


def picked(term: Term) -> Term | None:
    """One delta with a bound index used up, or None."""
    for atom, _ in term.atoms:
        if isinstance(atom, Delta):
            for k, other in ((atom.right, atom.left), (atom.left, atom.right)):
                if k in term.bound:
                    return without(term, atom, k, other)
        if isinstance(atom, Where) and atom.equal:
            for k in sorted(atom.free & term.bound, key=lambda i: (i.name, i.token)):
                value = solved(atom.place, k)
                if value is not None and guarded(term, atom, k):
                    return without(term, atom, k, value)
    return None


def without(term: Term, atom: Delta | Where, k: Index, other: Slot) -> Term:
    """The term with k replaced and its delta gone."""
    atoms = [(a.rename({k: other}), e) for a, e in term.atoms if a is not atom]
    return Term(term.coefficient, term.bound - {k}, atoms)


def solved(where: Place, k: Index) -> Place | None:
    """What k is where the place is zero; None unless it occurs once, forwards or backwards."""
    factor = dict(where.parts)[k]
    return (place(k) * factor - where) * factor if abs(factor) == 1 else None


def guarded(term: Term, atom: Where, k: Index) -> bool:
    """Whether the product is 0 by itself where the value for k lies outside its dimension.

    It is if an entry of a tensor is read at k, since a tensor is 0 outside its shape, and nothing is divided.
    """
    others = [(a, e) for a, e in term.atoms if a != atom and k in a.free]
    reads = any(isinstance(a, Ref) and k in a.indices and e > 0 for a, e in others)
    plain = all(isinstance(a, Ref | Delta | Where) and e > 0 and e.denominator == 1 for a, e in others)
    return reads and plain


def aligned(term: Term) -> Term | None:
    """One delta of two free indices used to write the smaller for the larger elsewhere; None if all are."""
    for atom, _ in term.atoms:
        if isinstance(atom, Delta):
            rest = [(a, e) for a, e in term.atoms if a != atom]
            if any(atom.right in a.free for a, _ in rest):
                inner = Term(term.coefficient, term.bound, rest).rename({atom.right: atom.left})
                return inner * Term(ONE, (), ((atom, 1),))
    return None


def certain(term: Term) -> Term | None:
    """The term without one condition that always holds where its other factors are not 0; None if there is none."""
    known = [a.place for a, _ in term.atoms if isinstance(a, Where) and a.equal]
    inside = [p for a, e in term.atoms if isinstance(a, Ref) and e > 0 for p in ranges(a)]
    for atom, _ in term.atoms:
        if isinstance(atom, Where) and not atom.equal:
            gap = atom.place
            shifted = (gap, *(gap + e for e in known), *(gap - e for e in known))
            if any(g in inside or always(g) for g in shifted):
                return Term(term.coefficient, term.bound, [(a, e) for a, e in term.atoms if a != atom])
    return None


def ranges(entry: Ref) -> list[Place]:
    """What is not negative where an entry lies in its tensor's shape; elsewhere the entry is 0."""
    pairs = zip(entry.indices, entry.tensor.dims, strict=True)
    return [p for s, d in pairs if isinstance(s, Place) for p in (s, length(d) - 1 - s)]


def always(gap: Place) -> bool:
    """Whether a place is never negative: a sum of indices and sizes, or the distance from an index to its end."""
    rest = gap
    for i, c in gap.parts:
        if c < 0:  # each -i is made up for by its own dimension's size less one
            rest = rest - (length(i.dim) - 1 - i) * -c
    return rest.constant + sum(c for _, c in rest.sizes) >= 0 and all(c >= 0 for _, c in (*rest.parts, *rest.sizes))
