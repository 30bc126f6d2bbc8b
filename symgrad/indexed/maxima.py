"""The maximum over an index in a form of its own: what does not depend on the index, or does not fall, stands outside.

max_k (f_k + g) = g + max_k f_k, max_k c f_k = c max_k f_k for c >= 0, max_k h(f_k) = h(max_k f_k) where h rises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from symgrad.functions.logistic import sigmoid, softplus
from symgrad.indexed.atoms import Apply, Atom, Attains, Greatest, equal
from symgrad.indexed.canonical import ONE
from symgrad.indexed.expr import ZERO, Expr, monomial, nonnegative, one
from symgrad.indexed.mapping import mapped, under
from symgrad.indexed.names import Index
from symgrad.indexed.term import Term

if TYPE_CHECKING:
    from symgrad.indexed.canonical import Factor

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


def used(value: Expr) -> Expr:
    """The expression with what is known of the one place of each maximum: it is a bracket, and 1 at one index.

    At a tie there is no such place, and no value: that a maximum is attained once is a condition of the verdict.
    """
    if not any(isinstance(a, Attains) for t in value.terms for a, _ in t.atoms):
        return value
    return Expr([t for term in value.terms for t in at_once(term).terms], value.lost)


def at_once(term: Term) -> Expr:
    """One term with a place of a maximum used: [i = a] [j = a] is [i = j] [i = a], the sum of [j = a] f_j is f_a."""
    for atom, exponent in term.atoms:
        if not isinstance(atom, Attains) or exponent <= 0:
            continue
        others = [(a, e) for a, e in term.atoms if a is not atom]
        twin = next((f for f in others if f[1] > 0 and isinstance(f[0], Attains) and alike(f[0], atom)), None)
        if twin is not None:
            others.remove(twin)
            others.append((equal(twin[0].at, atom.at), ONE))  # type: ignore[attr-defined]  # a place of a maximum
        if twin is not None or exponent != 1:
            return Expr((Term(term.coefficient, term.bound, (*others, (atom, ONE))),))
        j = atom.at
        if isinstance(j, Index) and j in term.bound and j not in atom.body.free:
            moving = [(a, e) for a, e in others if j in a.free]
            still = [f for f in others if f not in moving]
            if not moving:
                return Expr((Term(term.coefficient, term.bound - {j}, still),))
            found = at_the_greatest(monomial(ONE, moving), atom, j)
            if j not in found.free:
                return Expr(under(term.coefficient, term.bound - {j}, still, [found]))
    return Expr((term,))


def at_the_greatest(value: Expr, atom: Attains, j: Index) -> Expr:
    """What is asked at the place j of a maximum, written in the maximum itself."""
    there, top = atom.body.rename({atom.index: j}), one(Greatest(atom.index, atom.body))
    if value == there:
        return top
    entry = there.atom
    return value if entry is None else mapped(value, lambda a: top if a == entry else None)


def alike(one_place: Attains, other: Attains) -> bool:
    """Whether two places are about one maximum."""
    return Attains(one_place.index, one_place.body, other.at) == other


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
