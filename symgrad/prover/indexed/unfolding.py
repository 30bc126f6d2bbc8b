"""What is looked into on the way to a proof: names, chain rules, functions."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.core import Status, UnsupportedError
from symgrad.functions import D
from symgrad.indexed import (
    ZERO,
    Apply,
    Atom,
    Expr,
    Fact,
    Index,
    Partial,
    Ref,
    Tensor,
    carry_out,
    expr,
    mapped,
    normal,
    one,
    total,
    unfold,
    using,
)
from symgrad.indexed.conversion import from_formula
from symgrad.prover.prove import prove

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def reduced(value: Expr, names: Collection[Tensor], facts: Iterable[Fact]) -> tuple[Expr, tuple[Fact, ...]]:
    """Derivatives carried out, names looked into, deltas contracted, facts used."""
    known, used = tuple(facts), tuple[Fact, ...]()
    found = normal(unfold(value, names) if names else carry_out(value))
    if not known:
        return found, ()
    for _ in range(10):
        new, more = using(found, known)
        used += tuple(f for f in more if f not in used)
        new = normal(new)
        if new == found:
            break
        found = new
    return found, used


def cotangent(tensor: Tensor) -> Ref | None:
    """The entry by which a name is the derivative of a scalar name, if that is what it stands for."""
    if tensor.body is None:
        return None
    letters, value = tensor.body
    atom = value.atom
    if isinstance(atom, Partial) and not atom.fixed and atom.ref.indices == letters:
        return atom.ref if scalar(atom.expr) else None
    return None


def scalar(value: Expr) -> Tensor | None:
    """The name without indices that an expression is."""
    atom = value.atom
    return atom.tensor if isinstance(atom, Ref) and not atom.tensor.dims else None


def by_layers(left: Expr, right: Expr) -> tuple[Expr, Expr] | None:
    """Both sides with dJ/dT written by the chain rule over the nodes whose derivatives occur, those left as letters.

    For any set N of names with J in it, dJ/dT = sum over C in N of dJ/dC times dC/dT with the rest of N held still:
    each path from T to J has a first name of N on it. What is left over of the depth is then one layer.
    """
    heads = {s for s in (scalar(p.expr) for p in partials(left, right)) if s} | {
        s for t in left.tensors | right.tensors if cotangent(t) for s in [scalar_of(t)] if s
    }
    if len(heads) != 1:
        return None
    (J,) = heads
    nodes = {r.tensor for t in left.tensors | right.tensors if (r := cotangent(t))}
    nodes |= {p.ref.tensor for p in partials(right) if scalar(p.expr) is J and p.ref.tensor.body is not None}
    letters = {n: Tensor(f"d{n.name}", n.dims) for n in nodes}

    def opened(atom: Atom) -> Expr | None:
        if isinstance(atom, Ref) and (entry := cotangent(atom.tensor)):
            return letters[entry.tensor][atom.indices]
        if isinstance(atom, Partial) and scalar(atom.expr) is J and not atom.fixed:
            return (
                letters[atom.ref.tensor][atom.ref.indices] if atom.ref.tensor in nodes else spread(J, atom.ref, letters)
            )
        return None

    return mapped(left, opened), mapped(right, opened)


def spread(J: Tensor, entry: Ref, letters: dict[Tensor, Tensor]) -> Expr:
    """The chain rule over the nodes and J itself."""
    found = ZERO
    stops = frozenset(letters) | {J}
    for node in sorted(stops, key=lambda t: t.token):
        if node is entry.tensor or not node.rests_on(entry.tensor, stops - {node}):
            continue
        inner = tuple(Index(f"c{n}", d) for n, d in enumerate(node.dims))
        outer = expr(1) if node is J else letters[node][inner]
        found += total(inner, outer * carry_out(one(Partial(node[inner], entry, stops - {node}))))
    return found


def scalar_of(tensor: Tensor) -> Tensor | None:
    """Whose derivative a name is."""
    if tensor.body is None:
        return None
    return next((scalar(a.expr) for t in tensor.body[1].terms for a, _ in t.atoms if isinstance(a, Partial)), None)


def partials(*values: Expr) -> set[Partial]:
    """The derivatives left standing in some expressions."""
    found: set[Partial] = set()
    for value in values:
        for term in value.terms:
            for atom, _ in term.atoms:
                if isinstance(atom, Partial):
                    found.add(atom)
                found |= partials(*atom.parts)
    return found


def functions_opened(value: Expr) -> Expr:
    """Derivatives of catalogue functions written in the functions themselves, as the scalar prover has proved them."""

    def derivative(atom: Atom) -> Expr | None:
        if not isinstance(atom, Apply) or atom.order != 1 or not hasattr(atom.head, "formula"):
            return None
        formula = proved_slope(atom.head, atom.orders.index(1), len(atom.args))
        return (
            None if formula is None else from_formula(formula, dict(zip(letters(atom.head), atom.args, strict=False)))
        )

    return mapped(value, derivative)


def formulas_opened(value: Expr) -> Expr:
    """Catalogue functions replaced by their formulas, one layer; their derivatives are those of the formula."""

    def formula(atom: Atom) -> Expr | None:
        if not isinstance(atom, Apply) or not hasattr(atom.head, "formula"):
            return None
        try:
            return opened(atom)
        except UnsupportedError:
            return None

    return mapped(value, formula)


def opened(atom: Apply) -> Expr:
    """A catalogue function, or a derivative of it, by its formula."""
    stand_ins = tuple(Tensor(f"u{n}") for n in range(len(atom.args)))
    names = dict(zip(letters(atom.head), (t() for t in stand_ins), strict=False))
    found = from_formula(atom.head.at(atom.head.formula, letters(atom.head)[: len(atom.args)]), names)
    for t, order in zip(stand_ins, atom.orders, strict=True):
        for _ in range(order):
            found = carry_out(one(Partial(found, Ref(t, ()))))
    values = dict(zip(stand_ins, atom.args, strict=True))
    return mapped(found, lambda a: values.get(a.tensor) if isinstance(a, Ref) else None)


def letters(head: Any) -> tuple[Any, ...]:
    """The letters of a catalogue function: variables, then parameters."""
    return (*head.variables, *head.parameters)


@cache
def proved_slope(head: Any, number: int, count: int) -> Any:
    """A catalogue function's derivative as the catalogue writes it, if the scalar prover agrees and it has no cases."""
    own = letters(head)[:count]
    applied = head(*own)
    formula = applied.fdiff(number + 1)
    if formula.has(sp.Piecewise, sp.Max, sp.Min, sp.Abs, sp.sign):
        return None
    variable = own[number]
    verdict = prove(D(applied, variable), formula)
    return formula if verdict.status is Status.PROVED else None
