"""The normal form: deltas contracted, brackets multiplied out, exponentials and logarithms split.

Each rewriting here is an equality wherever both sides are defined, at all sizes >= 1.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from symgrad.indexed.atoms import Apply, Atom, Attains, Greatest, Power
from symgrad.indexed.contract import contract
from symgrad.indexed.differentiate import KNOWN
from symgrad.indexed.expr import ZERO, Expr, even, expr, monomial, nonnegative, one, power
from symgrad.indexed.mapping import replaced, under, with_parts
from symgrad.indexed.maxima import outside, place_of, used
from symgrad.indexed.term import Term

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.indexed.canonical import Exponent, Factor

ROUNDS = 20


@lru_cache(maxsize=4096)
def normal(value: Expr) -> Expr:
    """The normal form; two expressions with one normal form are equal wherever both are defined."""
    for _ in range(ROUNDS):
        found = contract(used(expanded(replaced(value, simpler))))
        if found == value:
            break
        value = found
    return value


def expanded(value: Expr) -> Expr:
    """Brackets multiplied out, and powers of sums with their common factor in front."""
    if not [a for t in value.terms for a, _ in t.atoms if isinstance(a, Power)]:
        return value
    terms: list[Term] = []
    for term in value.terms:
        found = [(opened(a, e) if isinstance(a, Power) else None, (a, e)) for a, e in term.atoms]
        rest = [f for new, f in found if new is None]
        parts = [new for new, _ in found if new is not None]
        terms += under(term.coefficient, term.bound, rest, parts) if parts else (term,)
    return Expr(terms) if terms != list(value.terms) else value


@lru_cache(maxsize=1024)
def opened(atom: Power, exponent: Exponent) -> Expr | None:
    """What comes of a power of a sum as it is multiplied out; None where nothing does."""
    found = power_of_sum(atom.base, exponent)
    return None if found == one(atom, exponent) else found


def power_of_sum(base: Expr, exponent: Exponent) -> Expr:
    """A power of a sum: multiplied out if the exponent is whole and positive, else its common factor taken out."""
    if exponent.denominator == 1 and exponent > 0:
        found = base
        for _ in range(int(exponent) - 1):
            found *= base
        return found
    if len(base.terms) < 2 and not any(t.bound for t in base.terms):  # noqa: PLR2004 - not a sum
        return power(base, exponent)
    front, inner = common_factor(base, whole=exponent.denominator == 1)
    if inner is base:
        return one(Power(base), exponent)
    return power(front, exponent) * power(inner, exponent)


def common_factor(base: Expr, *, whole: bool) -> tuple[Expr, Expr]:
    """The number and the factors that all terms of a sum share, and what is left; from a root only positive ones."""
    first = base.terms[0]
    number = first.coefficient if whole else abs(first.coefficient)
    shared = loose(first)
    for term in base.terms[1:]:
        mine = loose(term)
        shared = {k: (a, min(e, mine[k][1])) for k, (a, e) in shared.items() if k in mine}
    common = [(a, e) for a, e in shared.values() if whole or nonnegative(a)]
    if not common and number == 1:
        return expr(1), base
    inverse = [(a, -e) for a, e in common]
    inner = (Term(t.coefficient / number, t.bound, (*t.atoms, *inverse)) for t in base.terms)
    return monomial(number, common), Expr(inner)


def loose(term: Term) -> dict[str, Factor]:
    """The factors of a term that do not depend on what it sums over, and may be divided by."""
    return {f[0].token: f for f in term.atoms if not f[0].bracket and f[0].free.isdisjoint(term.bound)}


def simpler(atom: Atom) -> Expr | None:
    """An atom with its parts in normal form, exponentials and logarithms split; None if that is what it is."""
    parts = tuple(normal(p) for p in atom.parts)
    inner = atom if parts == atom.parts else with_parts(atom, parts)
    if isinstance(inner, Greatest):
        found = outside(inner)
        return None if found == one(atom) else found
    if isinstance(inner, Attains):
        inner = place_of(inner)
    if isinstance(inner, Apply) and inner.order == 1 and elementary(inner.head):
        return expr(KNOWN[inner.head.__name__](Apply(inner.head, inner.args)))
    split = SPLITS.get(inner.head.__name__) if isinstance(inner, Apply) and not inner.order else None
    found = split(inner) if split else one(inner)
    return None if found == one(atom) else found


def elementary(head: Any) -> bool:
    """Whether a function's derivative is written in elementary functions; a catalogue function's stays a name."""
    return head.__name__ in KNOWN and not hasattr(head, "formula")


def split_exp(atom: Apply) -> Expr:
    """e^(a + b) = e^a e^b, and e^(c a) = (e^a)^c for a rational number c."""
    found = expr(1)
    for term in atom.arg.terms:
        unit = Expr((term.times(1 / term.coefficient),))
        log = sole(unit, "log")
        found *= log.arg**term.coefficient if log else one(Apply(atom.head, (unit,)), term.coefficient)
    return found


def split_log(atom: Apply) -> Expr:
    """ln(a b) = ln a + ln b where both are positive whenever the left side is defined; ln e^a = a."""
    if len(atom.arg.terms) != 1 or atom.arg.terms[0].bound:
        front, inner = common_factor(atom.arg, whole=False) if atom.arg.terms else (expr(1), atom.arg)
        if front == expr(1):
            return one(atom)
        return split_log(Apply(atom.head, (front,))) + one(Apply(atom.head, (inner,)))
    (term,) = atom.arg.terms
    out = {a: e for a, e in term.atoms if nonnegative(a) or e.denominator > 1}
    rest = monomial(term.coefficient, [(a, e) for a, e in term.atoms if a not in out])
    if len(term.atoms) == 1 and term.coefficient == 1 and (e := term.atoms[0][1]) != 1 and not even(e):
        return split_log(Apply(atom.head, (one(term.atoms[0][0]),))) * expr(e)  # defined for a positive base only
    found = ZERO if rest == expr(1) else one(Apply(atom.head, (rest,)))
    for a, e in out.items():
        inner = a.arg if isinstance(a, Apply) and a.head.__name__ == "exp" else one(Apply(atom.head, (one(a),)))
        found += inner * e
    return found


def sole(value: Expr, name: str) -> Apply | None:
    """The function of this name that an expression is, or None."""
    atom = value.atom
    return atom if isinstance(atom, Apply) and atom.head.__name__ == name and not atom.order else None


SPLITS: Mapping[str, Any] = {"exp": split_exp, "log": split_log}
