"""Expressions rebuilt atom by atom: names looked through, derivatives carried out."""

from __future__ import annotations

from itertools import product
from operator import is_
from typing import TYPE_CHECKING, Any

from symgrad.indexed.atoms import Apply, Atom, Attains, Greatest, Partial, Power, Ref
from symgrad.indexed.canonical import ONE
from symgrad.indexed.differentiate import carried_out
from symgrad.indexed.expr import Expr, one
from symgrad.indexed.term import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from fractions import Fraction

    from symgrad.indexed.canonical import Factor
    from symgrad.indexed.names import Index
    from symgrad.indexed.tensor import Tensor


def bind(bound: Iterable[Index], value: Expr) -> Expr:
    """The sum over indices that are binders already."""
    indices = frozenset(bound)
    return Expr([t.over(indices) for t in value.terms]) if indices else value


def replaced(value: Expr, change: Callable[[Atom], Expr | None], *, leaves: bool = True) -> Expr:
    """The expression with its factors replaced, those inside others left alone; None leaves a factor as it is.

    Without `leaves`, factors that have nothing inside are not asked.
    """
    terms: list[Term] = []
    changed = False
    for term in value.terms:
        rest: list[Factor] = []
        parts: list[Expr] = []
        for factor in term.atoms:
            new = change(factor[0]) if leaves or factor[0].parts else None
            if new is None:
                rest.append(factor)
            else:
                parts.append(new if factor[1] == 1 else new ** factor[1])
        changed = changed or bool(parts)
        terms += under(term.coefficient, term.bound, rest, parts) if parts else (term,)
    return Expr(terms) if changed else value


def under(
    coefficient: Fraction, binders: frozenset[Index], rest: Sequence[Factor], parts: Sequence[Expr]
) -> list[Term]:
    """A number times factors times expressions, multiplied out, under binders that all of them may depend on."""
    found: list[Term] = []
    for chosen in product(*[p.terms for p in parts]):
        number, bound, factors = coefficient, binders, rest
        for factor in chosen:
            t = factor
            if t.bound:
                taken = bound.union(*[a.free for a, _ in rest], *[p.free for p in parts])
                t = t if t.bound.isdisjoint(taken) else t.freshened()
                bound |= t.bound
            number = number if t.coefficient is ONE else number * t.coefficient
            factors = [*factors, *t.atoms]
        found.append(Term(number, bound, factors))
    return found


def mapped(
    value: Expr, change: Callable[[Atom], Expr | None], where: Callable[[Expr], Any] = bool, *, leaves: bool = True
) -> Expr:
    """The expression with atoms replaced at every depth, innermost first; a part that is not `where` stays as it is."""

    def inside_out(atom: Atom) -> Expr | None:
        if not atom.parts:
            return change(atom)
        parts = tuple([mapped(p, change, where, leaves=leaves) if where(p) else p for p in atom.parts])
        if all(map(is_, parts, atom.parts)):
            return change(atom)
        inner = with_parts(atom, parts)
        new = change(inner)
        return one(inner) if new is None else new

    return replaced(value, inside_out, leaves=leaves)


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

    def step(atom: Partial) -> Expr | None:
        found = carried_out(atom)
        return None if found == one(atom) else found

    return carried(value, step)


def carried(value: Expr, change: Callable[[Partial], Expr | None]) -> Expr:
    """The expression with derivatives that were left standing replaced at every depth, innermost first."""

    def inside_out(atom: Atom) -> Expr | None:
        if not atom.inner:
            return change(atom) if isinstance(atom, Partial) else None
        parts = tuple([carried(p, change) if p.partials else p for p in atom.parts])
        inner = atom if all(map(is_, parts, atom.parts)) else with_parts(atom, parts)
        new = change(inner) if isinstance(inner, Partial) else None
        return one(inner) if new is None and inner is not atom else new

    return replaced(value, inside_out, leaves=False)


def unfold(value: Expr, names: Collection[Tensor] | None = None) -> Expr:
    """The expression with names replaced by their values, all the way down; all names unless some are given."""

    def step(atom: Atom) -> Expr | None:
        if not isinstance(atom, Ref) or atom.tensor.body is None or (names is not None and atom.tensor not in names):
            return None
        return unfold(atom.tensor.at(atom.indices), names)

    return mapped(carry_out(value), step)
