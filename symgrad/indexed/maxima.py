"""The maximum over an index in a form of its own: what does not depend on the index, or does not fall, stands outside.

max_k (f_k + g) = g + max_k f_k, max_k c f_k = c max_k f_k for c >= 0, max_k h(f_k) = h(max_k f_k) where h rises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from symgrad.functions.logistic import sigmoid, softplus
from symgrad.indexed.atoms import Apply, Atom, Attains, Greatest
from symgrad.indexed.canonical import ONE
from symgrad.indexed.expr import ZERO, Expr, Term, monomial, nonnegative, one

if TYPE_CHECKING:
    from symgrad.indexed.canonical import Factor
    from symgrad.indexed.names import Index

RISING = frozenset({sp.exp, sp.log, sp.tanh, sp.sinh, sp.asinh, sp.atan, sp.erf, sigmoid, softplus})


def outside(atom: Greatest) -> Expr:
    """The maximum with all that can stand outside of it there."""
    k = atom.index
    still, moving = parts(atom.body, k)
    if not moving.terms:
        return atom.body
    front = scale(moving, k)
    inner = moving / front
    within = alone(inner)
    if (rising := risen(inner)) is not None:
        found = one(Apply(rising.head, (outside(Greatest(k, rising.arg)),)))
    elif isinstance(within, Greatest):
        turned = Greatest(within.index, one(Greatest(k, within.body)))
        found = one(min((Greatest(k, inner), turned), key=lambda g: g.token))
    else:
        found = one(Greatest(k, inner))
    return still + front * found


def place_of(atom: Attains) -> Atom:
    """The place of a maximum, of the same body without what does not depend on the index or only rises with it."""
    _, moving = parts(atom.body, atom.index)
    if not moving.terms:
        return atom
    inner = moving / abs(first(moving, atom.index).coefficient)
    if (rising := risen(inner)) is not None:
        return place_of(Attains(atom.index, rising.arg, atom.at))
    return Attains(atom.index, inner, atom.at)


def risen(value: Expr) -> Apply | None:
    """A rising function that an expression is, and nothing else; a product of exponentials is the one of their sum."""
    factors = value.terms[0].atoms if len(value.terms) == 1 else ()
    exponents = [(a.parts[0], e) for a, e in factors if isinstance(a, Apply) and a.head is sp.exp and not a.order]
    if exponents and len(exponents) == len(factors) and value == monomial(ONE, factors):
        return Apply(sp.exp, (sum((u * e for u, e in exponents), ZERO),))
    within = alone(value)
    rises = isinstance(within, Apply) and within.head in RISING and not within.order and len(within.args) == 1
    return within if rises and isinstance(within, Apply) else None


def parts(body: Expr, k: Index) -> tuple[Expr, Expr]:
    """The terms without an index, and those with it."""
    still = Expr(t for t in body.terms if k not in t.free)
    return (still, body - still) if still.terms else (ZERO, body)


def scale(value: Expr, k: Index) -> Expr:
    """A positive number, and the factors of all terms that are never negative and do not depend on an index."""
    shared = dict(loose(value.terms[0], k))
    for term in value.terms[1:]:
        mine = dict(loose(term, k))
        shared = {a: e for a, e in shared.items() if mine.get(a) == e}
    return monomial(abs(first(value, k).coefficient), shared.items())


def loose(term: Term, k: Index) -> list[Factor]:
    """The factors of a term that are never negative and depend on nothing that a binder around them binds."""
    return [(a, e) for a, e in term.atoms if nonnegative(a) and not a.bracket and not a.free & (term.bound | {k})]


def first(value: Expr, k: Index) -> Term:
    """The first of the terms, whatever the index is called."""
    return min(value.terms, key=lambda t: t.key({k: "_"}))


def alone(value: Expr) -> Atom | None:
    """The factor that an expression is, if it is nothing else."""
    atoms = value.terms[0].atoms if len(value.terms) == 1 else ()
    return atoms[0][0] if len(atoms) == 1 and value == one(atoms[0][0]) else None
