"""Derivatives of formulas with kinks: case by case, and at a kink the listed convention instead of SymPy's 1/2."""

from __future__ import annotations

from contextlib import suppress
from functools import reduce
from typing import TYPE_CHECKING, Any

from sympy import (
    Abs,
    Add,
    And,
    Dummy,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Or,
    Piecewise,
    PolynomialError,
    S,
    cosh,
    exp,
    expand_mul,
    factor,
    factor_terms,
    piecewise_fold,
    preorder_traversal,
    sign,
    simplify,
    sinh,
    tanh,
    together,
)
from sympy.core.relational import Relational

from symgrad.functions.folding import fold, opaque, positive_factors, starts_negative

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sympy import Expr, Symbol

    from symgrad.core import Domain, Kink

TURNED = {Gt: Ge, Ge: Gt, Lt: Le, Le: Lt}


def slope(
    formula: Expr,
    x: Symbol,
    kinks: Iterable[Kink] = (),
    domains: Mapping[Symbol, Domain] | None = None,
    heads: Any = (),
) -> Expr:
    """d(formula)/dx, each case written shortly and through `heads` where that avoids exponentials.

    At each of `kinks` in x the value is the kink's convention; a boundary that is not listed is taken to be smooth.
    """
    cases = flattened(formula)
    if not isinstance(cases, Piecewise):
        return short(cases.diff(x), heads)
    values = Piecewise(*((short(value.diff(x), heads), condition) for value, condition in cases.args))
    for kink in kinks:
        if kink.variable == x:
            values = with_convention(values, kink, domains or {})
    return refolded(values, x)


def flattened(expr: Expr) -> Expr:
    """The expression with Abs, Max, Min and sign in its values written as cases, all cases on the outside."""
    rules = {Abs: abs_cases, Max: max_cases, Min: min_cases, sign: sign_cases}

    def by_cases(part: Any) -> Any:
        if isinstance(part, Piecewise):  # conditions stay as they are written: |a - y| <= delta
            return Piecewise(*((by_cases(value), condition) for value, condition in part.args))
        if not part.args or not part.has(*rules, Piecewise):
            return part
        inner = [by_cases(argument) for argument in part.args]
        rule = next((rules[kind] for kind in rules if isinstance(part, kind)), None)
        return rule(*inner) if rule else part.func(*inner)

    folded = piecewise_fold(by_cases(expr))
    if not isinstance(folded, Piecewise):
        return folded
    return Piecewise(*((value, plain(condition)) for value, condition in folded.args))


def plain(condition: Any) -> Any:
    """A compound condition on one symbol as the interval that it is: (z > 0) & (z < 6)."""
    if not isinstance(condition, And | Or) or len(condition.free_symbols) != 1:
        return condition
    (x,) = condition.free_symbols
    return condition.as_set().as_relational(x)


def abs_cases(u: Expr) -> Expr:
    """|u| by cases."""
    return Piecewise((u, side(u) >= 0), (-u, True))


def sign_cases(u: Expr) -> Expr:
    """The sign of u by cases."""
    return Piecewise((1, side(u) > 0), (-1, side(u) < 0), (0, True))


def max_cases(*terms: Expr) -> Expr:
    """The largest term by cases; of equal terms the one without the variable is first in SymPy's order."""
    return reduce(lambda u, w: Piecewise((w, side(w - u) > 0), (u, True)), terms)


def min_cases(*terms: Expr) -> Expr:
    """The least term by cases."""
    return reduce(lambda u, w: Piecewise((w, side(w - u) < 0), (u, True)), terms)


def side(u: Expr) -> Expr:
    """What decides the sign of u, as short as it can be: tau(y - a) - (tau - 1)(y - a) is y - a."""
    return u if u.has(Piecewise) else u.expand()


def short(expr: Expr, heads: Any = ()) -> Expr:
    """The shortest of a few equal forms."""
    raw = fold(tanh_for_quotient(expr), heads)
    forms = [raw, factor_terms(raw)]
    with suppress(PolynomialError):  # a part that is no rational function of anything
        hidden, shown = opaque(raw)
        forms.append(positive_factors(factor(together(hidden)).xreplace(shown)))
    return min([*forms, *map(expand_mul, forms)], key=length)


def tanh_for_quotient(expr: Expr) -> Expr:
    """The expression with sinh(u)/cosh(u) written as tanh(u)."""
    quotients = {sinh(u.args[0]): tanh(u.args[0]) * u for u in expr.atoms(cosh)}
    found = expr.xreplace(quotients)
    return expr if found.has(cosh) else found


def length(expr: Expr) -> tuple[int, int]:
    """How much there is to read: operations and letters, then sums that begin with a minus."""
    letters = sum(1 for part in preorder_traversal(expr) if part.is_Symbol)
    negative = sum(1 for part in expr.atoms(Add) if starts_negative(part))
    return expr.count_ops() + 2 * len(expr.atoms(exp)) + letters, negative


def with_convention(cases: Expr, kink: Kink, domains: Mapping[Symbol, Domain]) -> Expr:
    """The derivative with the convention as its value at the kink, by moving a boundary or by a case of its own."""
    if not isinstance(cases, Piecewise) or value_at(cases, kink, domains) == kink.convention:
        return cases
    boundaries = [r for _, condition in cases.args for r in relations(condition) if meets(r, kink)]
    for relation in boundaries:
        turned = TURNED[type(relation)](relation.lhs, relation.rhs)
        moved = Piecewise(*((value, condition.xreplace({relation: turned})) for value, condition in cases.args))
        if value_at(moved, kink, domains) == kink.convention:
            return moved
    x = kink.variable
    if len(cases.args) == 2:  # noqa: PLR2004 - one kink between two cases: right, left, and the point between them
        return Piecewise((kink.right, x > kink.at), (kink.left, x < kink.at), (kink.convention, True))
    return Piecewise((kink.convention, Eq(x, kink.at)), *cases.args)


def relations(condition: Any) -> list[Any]:
    """The inequalities in a condition, in a fixed order."""
    return sorted((r for r in condition.atoms(Relational) if type(r) in TURNED), key=str)


def meets(relation: Any, kink: Kink) -> bool:
    """Whether the two sides of an inequality are equal at the kink."""
    return bool((relation.lhs - relation.rhs).xreplace({kink.variable: kink.at}).expand() == 0)


def value_at(cases: Expr, kink: Kink, domains: Mapping[Symbol, Domain]) -> Expr | None:
    """The value at the kink, parameters with a positive domain taken as positive; None where that leaves it open."""
    positive = {p: Dummy(p.name, positive=True) for p, d in domains.items() if d.lower is not None and d.lower >= 0}
    back = {dummy: p for p, dummy in positive.items()}
    for value, condition in cases.args:
        there = condition.xreplace({kink.variable: kink.at}).xreplace(positive)
        if there == S.true:
            return value.xreplace({kink.variable: kink.at}).xreplace(positive).doit().xreplace(back)
        if there != S.false:
            return None
    return None


def refolded(cases: Expr, x: Symbol) -> Expr:
    """The cases as one formula where there is a short one: 1/(1 + |z|)^2.

    Never as max(0, z), which SymPy would differentiate to a step of height 1/2 at 0.
    """
    if not isinstance(cases, Piecewise) or len(cases.args) != 2:  # noqa: PLR2004 - an inequality, and the rest
        return cases
    (first, condition), (second, _) = cases.args
    if not isinstance(condition, Relational) or type(condition) not in TURNED:
        return cases
    right, left = (first, second) if isinstance(condition, Gt | Ge) else (second, first)
    mirrored = condition.lhs == x and condition.rhs == 0 and simplify(left.xreplace({x: -x}) - right) == 0
    return right.xreplace({x: Abs(x)}) if mirrored and x in right.free_symbols else cases
