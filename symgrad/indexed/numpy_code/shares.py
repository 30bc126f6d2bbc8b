"""What a softmax leaves to the other places: 1 - p_k, and its logarithm, without the difference.

A p_k near 1 has lost the others' digits, and 1 - p_k is 0 long before they underflow. The others have a softmax of
their own, q_kj = e^(z_j) / sum_(l != k) e^(z_l), and p_j = q_kj (1 - p_k) for every j but k.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.core import UnsupportedError
from symgrad.functions.elementwise import elementwise
from symgrad.functions.logistic import softplus
from symgrad.functions.symbols import z as u
from symgrad.indexed.atoms import Apply, Atom, Power, Ref
from symgrad.indexed.build import apply, delta, total
from symgrad.indexed.contract import contract
from symgrad.indexed.conversion import from_formula
from symgrad.indexed.expr import ZERO, Expr, expr, one
from symgrad.indexed.mapping import bind, replaced
from symgrad.indexed.names import Index
from symgrad.indexed.normal import expanded
from symgrad.indexed.tensor import Tensor
from symgrad.indexed.term import Term

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from symgrad.indexed.canonical import Exponent

barred = elementwise(
    "barred", sp.log(1 - u), (u,), stable=sp.Piecewise((-sp.oo, u > 0), (0, True)), home=(__name__, "barred")
)  # of 0 and 1: what to add to a logit that does not count


@dataclass(frozen=True, slots=True)
class Shares:
    """A softmax's logits, its axis, the sum below it, and what the others have: their sum, and their softmax."""

    letters: tuple[Index, ...]
    logit: Expr
    axis: int
    below: Expr
    rest: Tensor
    others: Tensor

    def at(self, entry: Ref, value: Expr) -> Expr:
        """An expression in the softmax's letters, at an entry."""
        return value.rename(dict(zip(self.letters, entry.indices, strict=True)))

    def gap(self, entry: Ref) -> Expr:
        """1 - p at an entry, as a quotient of sums."""
        return self.rest[entry.indices] / self.at(entry, self.below)

    def logarithm(self, entry: Ref) -> Expr:
        """ln(1 - p) at an entry."""
        return -apply(softplus, self.at(entry, self.logit) - apply(sp.log, self.rest[entry.indices]))


@dataclass(slots=True)
class Sharing:
    """Rewrites expressions; each softmax gets its names once."""

    known: dict[Tensor, Shares | None] = field(default_factory=dict)

    def expr(self, value: Expr) -> Expr:
        """An equal expression without 1 - p below a line or in a logarithm, p an entry of a softmax."""
        found = replaced(value, self.formula)
        if found != value or self.divides(found):
            parts = (bind(t.bound, self.parted(Expr((loose(t),)))) for t in contract(expanded(found)).terms)
            found = self.divided(contract(sum(parts, ZERO)))
        return replaced(found, self.logarithm)

    def divides(self, value: Expr) -> bool:
        """Whether something is divided by 1 - p, also in a bracket."""
        factors = [f for t in value.terms for f in t.atoms]
        return any(self.left(a) if e < 0 else isinstance(a, Power) and self.divides(a.base) for a, e in factors)

    def formula(self, atom: Atom) -> Expr | None:
        """A function of a share that is infinite at 0 or 1, by its formula, in brackets too; None for any other."""
        if isinstance(atom, Power):
            inside = replaced(atom.base, self.formula)
            return None if inside == atom.base else one(Power(inside))
        if not isinstance(atom, Apply) or not hasattr(atom.head, "formula") or atom.head.kinks:
            return None
        if (entry := alone(atom.args[0])) is None or self.shares(entry.tensor) is None:
            return None
        letters = (*atom.head.variables, *atom.head.parameters)[: len(atom.args)]
        form = atom.head.at(atom.head.formula, letters)
        for letter, order in zip(letters, atom.orders, strict=True):
            form = form.diff(letter, order) if order else form
        with suppress(UnsupportedError):
            found = from_formula(form, dict(zip(letters, atom.args, strict=True)))
            if any(e < 0 or is_log(a) for t in found.terms for a, e in t.atoms):
                return found
        return None

    def parted(self, value: Expr) -> Expr:
        """Products, their indices free, in which no share is divided by what it leaves to the others."""
        found = ZERO
        for term in value.terms:
            found += next((self.parted(new) for new in self.partings(term)), Expr((term,)))
        return found

    def partings(self, term: Term) -> Iterator[Expr]:
        """A share p_j over 1 - p_k written otherwise: q_kj for every j but k, and 1/(1 - p) - 1 for k itself."""
        for bracket, known in [(a, self.left(a)) for a, e in term.atoms if whole(e) and e < 0]:
            for share, times in term.atoms if known is not None else ():
                if known is None or not isinstance(share, Ref) or share.tensor is not known[0].tensor or times < 1:
                    continue
                entry, shares = known
                less = Expr((term,)) / one(share)
                if share == entry:
                    yield less - less * gap_of(bracket)
                elif alike(share, entry, shares.axis):
                    j, k = share.indices[shares.axis], entry.indices[shares.axis]
                    apart = less * gap_of(bracket) * shares.others[(*entry.indices, j)]
                    yield apart + contract(Expr((term,)) * delta(j, k))

    def divided(self, value: Expr) -> Expr:
        """The expression with what is left of 1 - p below a line written as a quotient."""
        found = ZERO
        for term in value.terms:
            new = Expr((loose(term),))
            for bracket, e in term.atoms:
                if e < 0 and (known := self.left(bracket)) is not None:
                    new *= (known[1].gap(known[0]) / gap_of(bracket)) ** e
            found += bind(term.bound, new)
        return found

    def logarithm(self, atom: Atom) -> Expr | None:
        """A logarithm of 1 - p by the others' sum; None for anything else."""
        if not is_log(atom) or len(atom.parts[0].terms) != 2:  # noqa: PLR2004 - 1 and p
            return None
        known = self.left(Power(atom.parts[0]))
        return known[1].logarithm(known[0]) if known is not None and atom.parts[0] == 1 - one(known[0]) else None

    def left(self, bracket: Atom) -> tuple[Ref, Shares] | None:
        """The entry p of a softmax where a bracket is 1 - p times a number."""
        terms = bracket.base.terms if isinstance(bracket, Power) else ()
        if len(terms) != 2:  # noqa: PLR2004 - as above
            return None
        constant, term = sorted(terms, key=lambda t: len(t.atoms))
        entry = alone(Expr((term.times(1 / term.coefficient),)))
        if constant.atoms or entry is None or term.coefficient != -constant.coefficient:
            return None
        shares = self.shares(entry.tensor)
        return None if shares is None else (entry, shares)

    def shares(self, p: Tensor) -> Shares | None:
        """The names that belong to a softmax; None for any other tensor."""
        if p not in self.known:
            self.known[p] = named(p)
        return self.known[p]


def named(p: Tensor) -> Shares | None:
    """Names for the others of p_i = e^(z_i) / sum_j e^(z_j); None for a tensor that is no such quotient."""
    letters, value = p.body or ((), ZERO)
    factors = dict(value.terms[0].atoms) if len(value.terms) == 1 and not value.terms[0].bound else {}
    top = next((a for a, e in factors.items() if isinstance(a, Apply) and a.head is sp.exp and e == 1), None)
    bottom = next((a for a, e in factors.items() if e == -1), None)
    if top is None or bottom is None or len(factors) != 2 or value.terms[0].coefficient != 1:  # noqa: PLR2004 - a quotient
        return None
    below = bottom.tensor.at(bottom.indices) if isinstance(bottom, Ref) and bottom.tensor.body else None
    for axis, i in enumerate(letters):
        if below is not None and below == total(i, one(top)):
            j, dims = i.fresh(), (*p.dims, i.dim)
            logits = Tensor("logits", dims, body=((*letters, j), top.arg.rename({i: j}) + apply(barred, delta(i, j))))
            raised = apply(sp.exp, logits[(*letters, j)])
            rest = Tensor("rest", p.dims, body=(letters, total(j, raised)), positive=True)
            others = Tensor("others", dims, body=((*letters, j), raised / rest[letters]))
            return Shares(letters, top.arg, axis, one(bottom), rest, others)
    return None


def loose(term: Term) -> Term:
    """A product with its indices free."""
    return Term(term.coefficient, (), term.atoms)


def gap_of(bracket: Any) -> Expr:
    """1 - p where a bracket is 1 - p times a number, with the same bracket in it."""
    number: Fraction = next(t.coefficient for t in bracket.base.terms if not t.atoms)
    return one(bracket) / number


def alone(value: Expr) -> Ref | None:
    """The entry that an expression is, if it is nothing else, at indices."""
    atoms = value.terms[0].atoms if len(value.terms) == 1 and not value.terms[0].bound else ()
    only = atoms[0][0] if len(atoms) == 1 else None
    plain = isinstance(only, Ref) and value == expr(only) and all(isinstance(i, Index) for i in only.indices)
    return only if plain and isinstance(only, Ref) else None


def alike(one_: Ref, other: Ref, axis: int) -> bool:
    """Whether two entries differ along one axis only."""
    pairs = enumerate(zip(one_.indices, other.indices, strict=True))
    return isinstance(one_.indices[axis], Index) and all(a == b for n, (a, b) in pairs if n != axis)


def is_log(atom: Atom) -> bool:
    """Whether a factor is a logarithm."""
    return isinstance(atom, Apply) and atom.head is sp.log and not atom.order


def whole(exponent: Exponent) -> bool:
    """Whether an exponent is a whole number."""
    return exponent.denominator == 1
