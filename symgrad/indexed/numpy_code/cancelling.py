"""Equal products without quotients of what overflows or underflows: σ′/σ is 1 - σ, sinh/cosh is tanh."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING

import sympy as sp

from symgrad.core import UnsupportedError
from symgrad.functions.elementwise import elementwise
from symgrad.functions.logistic import sigmoid, softplus
from symgrad.functions.symbols import z
from symgrad.indexed.atoms import Apply, Atom, Power, Ref
from symgrad.indexed.conversion import from_formula
from symgrad.indexed.expr import ZERO, Expr, expr, monomial, one
from symgrad.indexed.mapping import bind
from symgrad.indexed.normal import expanded
from symgrad.indexed.products import merged

if TYPE_CHECKING:
    from symgrad.indexed.canonical import Exponent, Factors
    from symgrad.indexed.term import Term


log_softplus = elementwise("log_softplus", sp.log(softplus(z)), (z,), home=(__name__, "log_softplus"))


def cancelled(factors: Factors) -> Factors:
    """The factors of a product with such quotients taken together."""
    found = without_soft_ratio(dict(factors))
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


def without_soft_ratio(factors: dict[Atom, Exponent]) -> dict[Atom, Exponent]:
    """sigmoid(u)/softplus(u), which is 1 far on the left though both are 0, as the slope of ln(softplus(u))."""
    for below, e in factors.items():
        u = softened(below) if e <= -1 else None
        rising = risen(factors, u) if u is not None else ()
        if u is not None and rising:
            slope = Apply(log_softplus, (u,), (1,))
            left = merged((*factors.items(), (below, 1), *((a, -f) for a, f in rising), (slope, 1)))
            return without_soft_ratio(dict(left))
    return factors


def risen(factors: dict[Atom, Exponent], u: Expr) -> Factors:
    """The factors of a product that make sigmoid(u): itself, the slope of softplus, or e^u below 1 + e^u."""
    for atom, e in factors.items():
        slope = isinstance(atom, Apply) and atom.head is softplus and atom.order == 1 and atom.args == (u,)
        if e >= 1 and (slope or level(atom, u) == 1):
            return ((atom, 1),)
    above = tuple((a, e) for a, e in factors.items() if is_exponential(a))
    below = next((a for a, e in factors.items() if e <= -1 and isinstance(a, Power) and logistic(a.base) == u), None)
    same = sum((e * a.parts[0] for a, e in above), ZERO) == u
    return (*above, (below, -1)) if same and below is not None else ()


def softened(atom: Atom) -> Expr | None:
    """The u of softplus(u), or of ln(1 + e^u), also by name; None for anything else."""
    inside = named(atom).atom if isinstance(atom, Ref) else atom
    if not isinstance(inside, Apply) or inside.order or len(inside.args) != 1:
        return None
    return inside.arg if inside.head is softplus else logistic(inside.arg) if inside.head is sp.log else None


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
                usual = dict(zip(loss.head.parameters, loss.head.defaults, strict=True))
                written = from_formula(loss.head.formula.xreplace(usual).diff(loss.head.variables[0]), letters)
                whole = rest * a * one(Power(1 - a)) * written
                return bind(term.bound, min(expanded(whole), whole, key=lambda v: v.count))
    return None


def ends_in(atom: Atom, u: Expr) -> bool:
    """Whether a factor is the slope of a smooth loss by its output, and that is sigmoid(u)."""
    if not isinstance(atom, Apply) or atom.orders != (1, 0) or not hasattr(atom.head, "formula"):
        return False
    terms = atom.arg.terms
    inner = terms[0].atoms if len(terms) == 1 else ()
    alone = len(inner) == 1 and atom.arg == expr(inner[0][0])
    return alone and not atom.head.kinks and level(inner[0][0], u) == 1


def swapped(found: dict[Atom, Exponent], above: Atom, below: Atom, by: Expr) -> dict[Atom, Exponent]:
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
    if inside.atom is not None:
        inside = named(inside.atom)
    return -1 if inside == one(Apply(sigmoid, (u,))) else 0


def named(atom: Atom) -> Expr:
    """What a factor stands for: a bracket's sum, a name's value, else itself."""
    if isinstance(atom, Power):
        return atom.base
    return atom.tensor.at(atom.indices) if isinstance(atom, Ref) and atom.tensor.body is not None else expr(atom)


def logistic(value: Expr) -> Expr | None:
    """The u of 1 + e^u; None for anything else."""
    rest = value - 1
    if len(rest.terms) != 1 or rest.terms[0].bound or rest.terms[0].coefficient != 1:
        return None
    factors = rest.terms[0].atoms
    return apart(rest.terms[0])[0] if factors and all(is_exponential(a) for a, _ in factors) else None


def apart(term: Term) -> tuple[Expr, dict[Atom, Exponent]]:
    """A term's exponent, and its other factors."""
    exponent = sum((e * a.parts[0] for a, e in term.atoms if is_exponential(a)), ZERO)
    return exponent, {a: e for a, e in term.atoms if not is_exponential(a)}


def is_exponential(atom: Atom) -> bool:
    """Whether a factor is e to a power."""
    return isinstance(atom, Apply) and atom.head is sp.exp and not atom.order
