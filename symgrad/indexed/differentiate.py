"""The whole derivative in one go: what a proof rests on, so it is short."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.indexed.atoms import Apply, Atom, Greatest, Partial, Power, Ref, equal
from symgrad.indexed.build import attains, total
from symgrad.indexed.canonical import ONE
from symgrad.indexed.expr import ZERO, Expr, expr, monomial, one
from symgrad.indexed.names import Index
from symgrad.indexed.products import require_apart
from symgrad.indexed.term import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from symgrad.indexed.tensor import Tensor


def differentiate(value: Expr, ref: Ref, fixed: Iterable[Tensor] = ()) -> Expr:
    """The derivative of `value` by an entry: names that depend on the entry's tensor are looked through.

    The tensor itself counts as independent, also if it is a name. Names in `fixed` are held still.
    """
    still = frozenset(fixed)
    found: list[Term] = []
    for term in value.terms:
        found += product_rule(term, ref, still).terms
    return Expr(found)


def product_rule(term: Term, ref: Ref, still: frozenset[Tensor]) -> Expr:
    """Each factor in turn, under the term's own binders, which are kept apart from the entry's indices."""
    if term.bound & ref.free:
        term = term.freshened()
    found: list[Term] = []
    for atom, exponent in term.atoms:
        slope = of_atom(atom, ref, still)
        if slope:
            outer = Term(term.coefficient * exponent, (), (*term.atoms, (atom, -1)))
            found += [t.over(term.bound) for t in (Expr((outer,)) * slope).terms]
    return Expr(found)


def of_atom(atom: Atom, ref: Ref, still: frozenset[Tensor]) -> Expr:
    """The derivative of one factor."""
    if isinstance(atom, Ref):
        return of_entry(atom, ref, still)
    if isinstance(atom, Power):
        return differentiate(atom.base, ref, still)
    if isinstance(atom, Apply):
        slopes = (differentiate(a, ref, still) for a in atom.args)
        return sum((of_head(atom, n) * s for n, s in enumerate(slopes) if s), ZERO)
    if isinstance(atom, Greatest):
        return of_maximum(atom, lambda body: differentiate(body, ref, still))
    if isinstance(atom, Partial):
        require_apart(atom, ref, still)
        inner = carried_out(atom)
        return differentiate(inner, ref, still) if inner != one(atom) else further(atom, ref, still)
    return ZERO  # a size, a scalar, a delta, a condition, or which entry is the greatest: that does not move


def of_maximum(atom: Greatest, slope: Callable[[Expr], Expr]) -> Expr:
    """The slope where the maximum is attained; of what does not depend on the index, its own."""
    if atom.index not in atom.body.free:
        return slope(atom.body)
    k = atom.index.fresh()
    return total(k, attains(atom.index, atom.body, k) * slope(atom.body.rename({atom.index: k})))


def of_entry(atom: Ref, ref: Ref, still: frozenset[Tensor]) -> Expr:
    """Delta for the tensor itself; the derivative of its value for a name; the chain rule for an unknown function."""
    tensor = atom.tensor
    if tensor is ref.tensor:
        return monomial(ONE, [(equal(i, j), 1) for i, j in zip(atom.indices, ref.indices, strict=True)])
    if tensor in still or not tensor.rests_on(ref.tensor, still):
        return ZERO
    if tensor.body is not None:
        return differentiate(tensor.at(atom.indices), ref, still)
    found = ZERO
    for argument in tensor.depends:
        if argument is ref.tensor or argument.rests_on(ref.tensor):
            found += through(atom, argument, ref, still)
    return found


def through(atom: Ref, argument: Tensor, ref: Ref, still: frozenset[Tensor]) -> Expr:
    """An unknown function's change by way of one of its arguments."""
    others = frozenset(atom.tensor.depends) - {argument}
    if argument is ref.tensor:
        return one(Partial(one(atom), ref, others))
    letters = tuple(Index(f"m{n}", d) for n, d in enumerate(argument.dims))
    entry = Ref(argument, letters)
    return total(letters, one(Partial(one(atom), entry, others)) * of_entry(entry, ref, still))


def carried_out(atom: Partial) -> Expr:
    """What a derivative that was left standing comes to; an unknown function's by its argument stays."""
    return differentiate(atom.expr, atom.ref, atom.fixed)


def further(atom: Partial, ref: Ref, still: frozenset[Tensor]) -> Expr:
    """The derivative of an unknown function's derivative: again a function of its arguments."""
    (entry, _), *_ = atom.expr.terms[0].atoms
    found = ZERO
    for argument in entry.tensor.depends:  # type: ignore[attr-defined]  # only an unknown function's stays
        if argument is ref.tensor:
            found += one(Partial(one(atom), ref))
        elif argument.rests_on(ref.tensor) and argument not in still:
            letters = tuple(Index(f"m{n}", d) for n, d in enumerate(argument.dims))
            inner = Ref(argument, letters)
            found += total(letters, one(Partial(one(atom), inner)) * of_entry(inner, ref, still))
    return found


def of_head(atom: Apply, number: int) -> Expr:
    """The derivative of a function by one argument: worked out for elementary ones, else one order higher."""
    if not atom.order and len(atom.args) == 1:
        formula, known = getattr(atom.head, "formula", None), KNOWN.get(atom.head.__name__)
        if formula is None and known:
            return expr(known(atom))
        if formula is not None and formula in atom.head.variables:
            return expr(1)  # the identity
    orders = tuple(o + (n == number) for n, o in enumerate(atom.orders))
    return one(Apply(atom.head, atom.args, orders))


KNOWN: dict[str, Any] = {
    "exp": one,
    "log": lambda a: a.arg**-1,
    "tanh": lambda a: 1 - one(a, 2),
    "sinh": lambda a: one(Apply(sp.cosh, a.args)),
    "cosh": lambda a: one(Apply(sp.sinh, a.args)),
    "sin": lambda a: one(Apply(sp.cos, a.args)),
    "cos": lambda a: -one(Apply(sp.sin, a.args)),
    "atan": lambda a: (1 + a.arg**2) ** -1,
    "asinh": lambda a: (1 + a.arg**2) ** Fraction(-1, 2),
    "acosh": lambda a: (a.arg**2 - 1) ** Fraction(-1, 2),
    "atanh": lambda a: (1 - a.arg**2) ** -1,
    "tan": lambda a: 1 + one(a, 2),
    "Abs": lambda a: one(Apply(sp.sign, a.args)),
    "erf": lambda a: 2 * expr(sp.pi) ** Fraction(-1, 2) * one(Apply(sp.exp, (-(a.arg**2),))),
    "erfc": lambda a: -KNOWN["erf"](a),
}
