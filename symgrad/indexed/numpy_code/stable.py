"""Exponentials that can't overflow: the greatest exponent is subtracted wherever sums of exponentials meet.

A sum of exponentials S = sum_k c_k e^(a_k) becomes e^M times a scaled sum, with M = max_k a_k. In a product the M
join the other exponents (e^(z_i) / S is e^(z_i - M) over the scaled sum), in a logarithm M stands in front.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sympy as sp

from symgrad.functions.logistic import sigmoid, softplus
from symgrad.indexed.atoms import Apply, Atom, Power, Ref, Where
from symgrad.indexed.build import apply, greatest, group
from symgrad.indexed.contract import contract
from symgrad.indexed.expr import ZERO, Expr, expr, monomial, nonnegative, one
from symgrad.indexed.mapping import bind, with_parts
from symgrad.indexed.normal import power_of_sum
from symgrad.indexed.numpy_code.cancelling import (
    apart,
    cancelled,
    is_exponential,
    level,
    log_softplus,
    logistic,
    paired,
    risen,
    softened,
)
from symgrad.indexed.numpy_code.shares import Sharing
from symgrad.indexed.products import merged
from symgrad.indexed.tensor import Tensor
from symgrad.indexed.term import Term

if TYPE_CHECKING:
    from symgrad.indexed.canonical import Exponent, Factors
    from symgrad.indexed.names import Index


@dataclass(frozen=True, slots=True)
class Scaled:
    """A sum of exponentials as e^shift times `total`, each an expression in the sum's free indices."""

    shift: Expr
    total: Expr


@dataclass(slots=True)
class Stabiliser:
    """Rewrites expressions; the names that it makes on the way are kept, so that each is computed once."""

    known: dict[str, tuple[tuple[Index, ...], Tensor, Tensor]] = field(default_factory=dict)
    sharing: Sharing = field(default_factory=Sharing)

    def expr(self, value: Expr) -> Expr:
        """An equal expression without exponentials that overflow where the value does not."""
        found = ZERO
        for term in opened(self.sharing.expr(contract(value))).terms:
            found += bind(term.bound, self.product(term))
        return found

    def product(self, term: Term) -> Expr:
        """One product, its bound indices free: all exponents in one exponential, if there is a sum to scale."""
        factors = merged(f for a, e in cancelled(term.atoms) for f in (written_out(a, e) or ((a, e),)))
        sums = [(s, e) for a, e in factors if (s := self.scaled(a)) is not None]
        exponent = ZERO
        rest = expr(term.coefficient)
        for atom, e in factors:
            if sums and is_exponential(atom):
                exponent += e * self.expr(atom.parts[0])
            elif sums and isinstance(atom, Where):
                exponent += apply(sp.log, one(atom))  # 0 or -oo, before the exponential could overflow
            elif self.scaled(atom) is None:
                rest *= self.atom(atom) ** e
        for s, e in sums:
            exponent += e * s.shift
            rest *= s.total**e
        return rest * apply(sp.exp, exponent) if exponent else rest

    def atom(self, atom: Atom) -> Expr:
        """A factor with what is inside it rewritten."""
        if isinstance(atom, Apply) and atom.head is sp.log and not atom.order:
            return group(self.logarithm(atom.arg))
        if isinstance(atom, Power) and (turned := complement(atom.base)) is not None:
            return self.expr(turned)
        return one(with_parts(atom, tuple(map(self.expr, atom.parts)))) if atom.parts else one(atom)

    def logarithm(self, value: Expr) -> Expr:
        """The logarithm of a sum of exponentials, of a product that holds one, or of a sigmoid."""
        value = contract(value)
        if (known := self.by_name(value)) is not None:
            return known
        if is_sum(value):
            s = self.scale(value)
            return s.shift + apply(sp.log, s.total)
        term = value.terms[0] if len(value.terms) == 1 and not value.terms[0].bound else None
        parts = [(a, e, self.summand(a)) for a, e in term.atoms] if term is not None else []
        others = [a for a, _, found in parts if found is None]
        split = term is not None and term.coefficient > 0 and len(others) < len(parts)
        if not split or term is None or (len(others) > 1 and not all(map(nonnegative, others))):
            return apply(sp.log, self.expr(value))
        found = sum((e * f for _, e, f in parts if f is not None), ZERO)
        left = monomial(term.coefficient, [(a, e) for a, e, f in parts if f is None])
        return found if left == expr(1) else found + apply(sp.log, self.expr(left))

    def by_name(self, value: Expr) -> Expr | None:
        """The logarithm of 1 + e^u, cosh(u), softplus(u), sigmoid(u) or 1 - sigmoid(u); None for any other."""
        atom = value.atom
        if (inside := logistic(value)) is not None:
            return apply(softplus, self.expr(inside))
        if isinstance(atom, Apply) and atom.head is sp.cosh and not atom.order:
            return self.logarithm(apply(sp.exp, atom.arg) + apply(sp.exp, -atom.arg)) - apply(sp.log, 2)
        if atom is not None and (inside := softened(atom)) is not None:
            return apply(log_softplus, self.expr(inside))
        return next((-apply(softplus, self.expr(sign * inside)) for sign, inside in sigmoids(value)), None)

    def summand(self, atom: Atom) -> Expr | None:
        """The logarithm of a factor that is known to be positive and may be tiny; None for any other."""
        if is_exponential(atom):
            return self.expr(atom.parts[0])
        if (s := self.scaled(atom)) is not None:
            return s.shift + apply(sp.log, s.total)
        inside = behind(atom)
        if inside is None or not any(
            is_exponential(a) or sum_in(a) is not None for t in inside.terms for a, _ in t.atoms
        ):
            return None
        return self.logarithm(inside)

    def scaled(self, atom: Atom) -> Scaled | None:
        """A factor that is a sum of exponentials, itself or by name."""
        inside = sum_in(atom)
        return None if inside is None else self.scale(inside)

    def scale(self, value: Expr) -> Scaled:
        """A sum of exponentials, its greatest exponent named."""
        letters = tuple(sorted(value.free, key=lambda i: (i.name, i.token)))
        key = value.key({i: f"#{n}" for n, i in enumerate(letters)})
        if key not in self.known:
            self.known[key] = (letters, *self.names(value, letters))
        _, shift, scaled = self.known[key]
        return Scaled(shift[letters], scaled[letters])

    def names(self, value: Expr, letters: tuple[Index, ...]) -> tuple[Tensor, Tensor]:
        """The names of the greatest exponent and of the scaled sum."""
        dims = tuple(i.dim for i in letters)
        label = f"{len(self.known) + 1}" if self.known else ""
        shift = Tensor(f"largest{label}", dims, body=(letters, highest(value)))
        by = -shift[letters]
        scaled = sum((bind(t.bound, self.shifted(t, by)) for t in value.terms), ZERO)
        return shift, Tensor(f"scaled_sum{label}", dims, body=(letters, scaled), positive=True)

    def shifted(self, term: Term, by: Expr) -> Expr:
        """One term of the sum, its exponent lowered."""
        exponent, rest = apart(term)
        for atom in [a for a in rest if isinstance(a, Where)]:
            exponent += apply(sp.log, one(atom))
            del rest[atom]
        return monomial(term.coefficient, rest.items()) * apply(sp.exp, exponent + by)


def written_out(atom: Atom, exponent: Exponent) -> Factors | None:
    """The factors of a name that is divided by and may underflow, a quotient of exponentials; None for any other."""
    inside = behind(atom) if exponent < 0 else None
    if inside is None or len(inside.terms) != 1 or inside.terms[0].bound or inside.terms[0].coefficient != 1:
        return None
    factors = inside.terms[0].atoms
    return tuple((a, e * exponent) for a, e in factors) if any(is_exponential(a) for a, _ in factors) else None


def opened(value: Expr) -> Expr:
    """Brackets multiplied out in which exponentials meet with both signs: each product can be scaled by itself."""
    terms: list[Term] = []
    for term in value.terms:
        if (known := paired(term)) is not None:
            terms += opened(known).terms
            continue
        sums = [(a, e) for a, e in term.atoms if isinstance(a, Power) and e > 0 and e.denominator == 1]
        mixed = [(a, e) for a, e in sums if mixes(a) or closes(a, term)]
        if not mixed:
            terms.append(term)
            continue
        found = monomial(term.coefficient, [f for f in term.atoms if f not in mixed])
        for a, e in mixed:
            found *= power_of_sum(a.base, e)
        terms += opened(bind(term.bound, found)).terms
    return contract(Expr(terms))


def mixes(bracket: Power) -> bool:
    """Whether a bracket holds exponentials, or sums of them, and is no such sum as a whole."""
    inside = contract(bracket.base)
    return not is_sum(inside) and any(is_exponential(a) or sum_in(a) for t in inside.terms for a, _ in t.atoms)


def closes(bracket: Power, term: Term) -> bool:
    """Whether a bracket holds quotients that the slope of a sigmoid or softplus before it cancels."""
    slopes = [a for a, e in term.atoms if isinstance(a, Apply) and a.head is sigmoid and a.order == 1 and e == 1]
    below = [b for t in bracket.base.terms for b, e in t.atoms if e <= -1]
    soft = any(u is not None and risen(dict(term.atoms), u) for u in map(softened, below))
    return soft or any(level(b, a.arg) for a in slopes for b in below)


def is_sum(value: Expr) -> bool:
    """Whether an expression is a sum, over indices or of several terms, of exponentials and what is never negative."""
    several = len(value.terms) > 1
    runs = any(is_exponential(a) and (several or a.free & t.bound) for t in value.terms for a, _ in t.atoms)
    return runs and all(t.coefficient > 0 and all(map(nonnegative, apart(t)[1])) for t in value.terms)


def behind(atom: Atom) -> Expr | None:
    """What a factor stands for: a bracket's sum, a name's value."""
    if isinstance(atom, Power):
        return atom.base
    return atom.tensor.at(atom.indices) if isinstance(atom, Ref) and atom.tensor.body is not None else None


def sum_in(atom: Atom) -> Expr | None:
    """The sum of exponentials that a factor is, itself or by name."""
    inside = behind(atom)
    if inside is None:
        return None
    inside = contract(inside)
    return inside if is_sum(inside) else None


def highest(value: Expr) -> Expr:
    """The greatest exponent of a sum of exponentials; summands that a condition leaves out do not count."""
    found = []
    for term in value.terms:
        exponent, rest = apart(term)
        for atom in rest:
            if isinstance(atom, Where) and atom.free & term.bound:
                exponent += apply(sp.log, one(atom))
        for index in sorted(term.bound, key=lambda i: i.token):
            exponent = greatest(index, exponent)
        found.append(exponent)
    return found[0] if len(found) == 1 else apply(sp.Max, *found)


def sigmoids(value: Expr) -> list[tuple[int, Expr]]:
    """(-1, u) for sigmoid(u), (1, u) for 1 - sigmoid(u), also by name: minus their logarithm is softplus(∓u)."""
    found = []
    for sign, candidate in ((-1, value), (1, 1 - value)):
        inside = behind(candidate.atom) if isinstance(candidate.atom, Ref) else candidate
        if inside is not None and (u := argument(inside)) is not None:
            found.append((sign, u))
    return found


def complement(value: Expr) -> Expr | None:
    """1 - sigmoid(u) as sigmoid(-u), 1 - tanh(u)^2 as the slope: neither loses its digits where u is large."""
    if value.terms[0].coefficient < 0 and (turned := complement(-value)) is not None:
        return -turned
    for sign, u in sigmoids(value):
        if sign > 0:
            return apply(sigmoid, -u)
    match (1 - value).terms:
        case (Term(coefficient=1, bound=frozenset(), atoms=((root, 2),)) as rest,) if not rest.bound:
            inside = expr(root) if isinstance(root, Apply) else behind(root)
            atom = inside.atom if inside is not None else None
            if isinstance(atom, Apply) and atom.head is sp.tanh and not atom.order:
                return one(Apply(sp.tanh, atom.args, (1,)))
    return None


def argument(value: Expr) -> Expr | None:
    """U where the expression is sigmoid(u)."""
    atom = value.atom
    return atom.arg if isinstance(atom, Apply) and atom.head is sigmoid and not atom.order else None
