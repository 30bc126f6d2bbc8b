"""Equal products without quotients of what overflows or underflows: σ′/σ is 1 - σ, sinh/cosh is tanh."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING

import sympy as sp

from symgrad.core import UnsupportedError
from symgrad.functions.logistic import sigmoid
from symgrad.indexed.atoms import Apply, Atom, Power, Ref
from symgrad.indexed.conversion import from_formula
from symgrad.indexed.expr import Expr, Term, expr, monomial, one
from symgrad.indexed.mapping import bind
from symgrad.indexed.normal import expanded

if TYPE_CHECKING:
    from symgrad.indexed.canonical import Factors


def cancelled(factors: Factors) -> Factors:
    """The factors of a product with such quotients taken together."""
    found = dict(factors)
    for atom, exponent in factors:
        if exponent != 1 or not isinstance(atom, Apply):
            continue
        if atom.head is sigmoid and atom.order == 1:
            below = next((b for b, e in found.items() if e == -1 and level(b, atom.arg)), None)
            if below is not None:
                turned = one(Apply(sigmoid, (atom.arg * -level(below, atom.arg),)))
                found = swapped(found, atom, below, turned)
        elif atom.head is sp.sinh and not atom.order and found.get(wide := Apply(sp.cosh, atom.args)) == -1:
            found = swapped(found, atom, wide, one(Apply(sp.tanh, atom.args)))
    return tuple(found.items())


def paired(term: Term) -> Expr | None:
    """A product in which a loss' slope at sigmoid(u) meets the sigmoid's, written out: a - y for cross-entropy."""
    for slope, exponent in term.atoms:
        if not isinstance(slope, Apply) or exponent != 1 or slope.head is not sigmoid or slope.order != 1:
            continue
        loss = next((a for a, e in term.atoms if e == 1 and ends_in(a, slope.arg)), None)
        if isinstance(loss, Apply):
            rest = monomial(term.coefficient, [(a, e) for a, e in term.atoms if a not in {slope, loss}])
            a = one(Apply(sigmoid, slope.args))
            letters = dict(zip(loss.head.variables, (a, *loss.args[1:]), strict=False))
            with suppress(UnsupportedError):
                written = from_formula(loss.head.formula.diff(loss.head.variables[0]), letters)
                return bind(term.bound, expanded(rest * a * one(Power(1 - a)) * written))
    return None


def ends_in(atom: Atom, u: Expr) -> bool:
    """Whether a factor is the slope of a smooth loss by its output, and that is sigmoid(u)."""
    if not isinstance(atom, Apply) or atom.orders != (1, 0) or not hasattr(atom.head, "formula"):
        return False
    terms = atom.arg.terms
    inner = terms[0].atoms if len(terms) == 1 else ()
    alone = len(inner) == 1 and atom.arg == expr(inner[0][0])
    return alone and not atom.head.kinks and not atom.head.parameters and level(inner[0][0], u) == 1


def swapped(found: dict[Atom, Fraction], above: Atom, below: Atom, by: Expr) -> dict[Atom, Fraction]:
    """A quotient of two factors replaced by a single one."""
    ((quotient, _),) = by.terms[0].atoms
    left = {a: e for a, e in found.items() if a not in {above, below}}
    return {**left, quotient: left.get(quotient, Fraction(0)) + 1}


def level(atom: Atom, u: Expr) -> int:
    """1 for sigmoid(u), -1 for 1 - sigmoid(u), also by name; 0 for anything else."""
    value = named(atom)
    if value == one(Apply(sigmoid, (u,))):
        return 1
    inside = 1 - value
    atoms = inside.terms[0].atoms if len(inside.terms) == 1 else ()
    if len(atoms) == 1 and inside == expr(atoms[0][0]):
        inside = named(atoms[0][0])
    return -1 if inside == one(Apply(sigmoid, (u,))) else 0


def named(atom: Atom) -> Expr:
    """What a factor stands for: a bracket's sum, a name's value, else itself."""
    if isinstance(atom, Power):
        return atom.base
    return atom.tensor.at(atom.indices) if isinstance(atom, Ref) and atom.tensor.body is not None else expr(atom)
