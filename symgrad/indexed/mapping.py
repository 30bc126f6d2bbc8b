"""Expressions rebuilt atom by atom: names looked through, derivatives carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.indexed.atoms import Apply, Atom, Attains, Greatest, Partial, Power, Ref
from symgrad.indexed.differentiate import carried_out
from symgrad.indexed.expr import Expr, Term, one

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from symgrad.indexed.names import Index
    from symgrad.indexed.tensor import Tensor


def bind(bound: Iterable[Index], value: Expr) -> Expr:
    """The sum over indices that are binders already."""
    indices = frozenset(bound)
    return Expr(Term(t.coefficient, t.bound | indices, dict(t.atoms)) for t in value.terms) if indices else value


def replaced(value: Expr, change: Callable[[Atom], Expr | None]) -> Expr:
    """The expression with its factors replaced, those inside others left alone; None leaves a factor as it is."""
    terms: list[Term] = []
    changed = False
    for term in value.terms:
        new = [(change(a), a, e) for a, e in term.atoms]
        if all(n is None for n, _, _ in new):
            terms.append(term)
            continue
        changed = True
        whole = Expr((Term(term.coefficient, (), {a: e for n, a, e in new if n is None}),))
        for n, _, e in new:
            if n is not None:
                whole *= n**e
        terms += bind(term.bound, whole).terms
    return Expr(terms) if changed else value


def mapped(value: Expr, change: Callable[[Atom], Expr | None]) -> Expr:
    """The expression with atoms replaced at every depth, innermost first."""

    def inside_out(atom: Atom) -> Expr | None:
        if not atom.parts:
            return change(atom)
        parts = tuple(mapped(p, change) for p in atom.parts)
        if all(p is q for p, q in zip(parts, atom.parts, strict=True)):
            return change(atom)
        inner = with_parts(atom, parts)
        new = change(inner)
        return one(inner) if new is None else new

    return replaced(value, inside_out)


def with_parts(atom: Atom, parts: tuple[Expr, ...]) -> Atom:
    """The atom with other expressions inside."""
    match atom:
        case Apply():
            return Apply(atom.head, parts, atom.orders)
        case Power():
            return Power(parts[0])
        case Greatest():
            return Greatest(atom.index, parts[0])
        case Attains():
            return Attains(atom.index, parts[0], atom.at)
        case Partial():
            return Partial(parts[0], atom.ref, atom.fixed)
    return atom


def carry_out(value: Expr) -> Expr:
    """Every derivative that was left standing carried out, as far as what it differentiates is known."""

    def step(atom: Atom) -> Expr | None:
        if not isinstance(atom, Partial):
            return None
        found = carried_out(atom)
        return None if found == one(atom) else found

    return mapped(value, step)


def unfold(value: Expr, names: Collection[Tensor] | None = None) -> Expr:
    """The expression with names replaced by their values, all the way down; all names unless some are given."""

    def step(atom: Atom) -> Expr | None:
        if not isinstance(atom, Ref) or atom.tensor.body is None or (names is not None and atom.tensor not in names):
            return None
        return unfold(atom.tensor.at(atom.indices), names)

    return mapped(carry_out(value), step)
