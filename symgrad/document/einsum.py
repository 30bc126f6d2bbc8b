"""A result without a matrix form in the notation of NumPy's einsum: the letters, then one operand for each factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.document.boxes import Box, Fn, Ident, Op, Text, commas, fenced, row
from symgrad.document.from_indexed import IndexWriter
from symgrad.document.index_names import letters_of, with_bound, with_free
from symgrad.document.layout import LINE, stacked
from symgrad.document.names import tensor_name
from symgrad.indexed import Index, Partial, Power, Ref
from symgrad.indexed.atoms import indices_of

if TYPE_CHECKING:
    from symgrad.document.index_names import Names
    from symgrad.document.notation import Notation
    from symgrad.indexed import Atom, Expr, Term

EINSUM = 5.0  # ems that "= einsum(" takes before the first operand


def einsum_box(value: Expr, order: tuple[Index, ...], begin: int, notation: Notation) -> Box | None:
    """The sum of its terms, each an einsum; None where a factor is a sum, a derivative or a power, or an index is lost.

    An operand with a place, x with the index j + k, is written by its entry: its letters are those of its indices.
    """
    writer = IndexWriter(notation, begin, letters_of(value))
    names = with_free(value.free, {})
    kids: list[Box] = []
    for term in value.terms:
        one = of_term(term, order, with_bound(term.bound, names, writer.taken), writer)
        if one is None:
            return None
        negative = term.coefficient < 0
        if negative or kids:
            kids.append(Op("−" if negative else "+", prefix=not kids))
        kids.append(one)
    return row(*kids) if kids else None


def of_term(term: Term, order: tuple[Index, ...], names: Names, writer: IndexWriter) -> Box | None:
    """One einsum, numbers and scalars in front."""
    inside = [(a, e) for a, e in term.atoms if a.free]
    plain = all(e == 1 and not isinstance(a, Power | Partial) for a, e in inside)
    placed = [(a, subscripts(a)) for a, _ in inside]
    known = {i for _, own in placed for i in own}
    if not inside or not plain or not known.issuperset({*term.bound, *order}):
        return None
    if any(len(names[i]) != 1 or not names[i].isascii() for i in known):
        return None
    left = ",".join("".join(names[i] for i in own) for _, own in placed)
    letters_first = Text(f'"{left}->{"".join(names[i] for i in order)}"')
    outside = [f for f in term.atoms if not f[0].free]
    front = writer.product(outside, names, abs(term.coefficient), followed=True)
    operands = commas(letters_first, *(operand(a, names, writer) for a, _ in placed))
    return row(*front, Fn(Ident("einsum", upright=True), fenced(stacked(operands, LINE - EINSUM))))


def subscripts(atom: Atom) -> tuple[Index, ...]:
    """The indices of an operand, those of a tensor in its own order."""
    slots = atom.indices if isinstance(atom, Ref) else ()
    found = [i for s in slots for i in sorted(indices_of((s,)), key=lambda i: i.name)]
    return tuple(dict.fromkeys(found)) if found else tuple(sorted(atom.free, key=lambda i: (i.name, i.token)))


def operand(atom: Atom, names: Names, writer: IndexWriter) -> Box:
    """A tensor by its name, anything else as it is written with its indices."""
    if isinstance(atom, Ref) and all(isinstance(i, Index) for i in atom.indices):
        return tensor_name(atom.tensor)
    return writer.factor(atom, names)
