"""Inverses of formulas, and derivatives in terms of the output: z eliminated by a = phi(z), in general."""

from __future__ import annotations

from functools import reduce
from math import gcd
from typing import TYPE_CHECKING, Any

from sympy import (
    Abs,
    Add,
    Dummy,
    Ge,
    Gt,
    Lt,
    Mul,
    Piecewise,
    Poly,
    PolynomialError,
    Pow,
    S,
    Symbol,
    asinh,
    atan,
    atanh,
    cancel,
    cosh,
    erf,
    erfinv,
    exp,
    factor,
    fraction,
    log,
    sign,
    sinh,
    tan,
    tanh,
    together,
)
from sympy.core.relational import Relational

from symgrad.functions.elementwise import unfold
from symgrad.functions.folding import one_exponential, positive_factors
from symgrad.functions.slopes import TURNED, flattened, refolded, short

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sympy import Expr

    from symgrad.core import Variable

UNDONE_BY = {exp: log, log: exp, tanh: atanh, atanh: tanh, sinh: asinh, asinh: sinh, erf: erfinv, atan: tan}


def inverse(value: Expr, variable: Symbol, output: Symbol, domains: Iterable[Variable] = ()) -> Expr | None:
    """The `variable` at which `value` is `output`, for outputs that are taken; None where `value` is not invertible.

    Two cases are inverted where both are seen to increase and the second lies below the first; `domains` says
    which parameters are positive (ELU is invertible for alpha > 0 only).
    """
    cases = flattened(unfold(value))
    if not isinstance(cases, Piecewise):
        return readable(undone(cases, variable, output))
    split = increasing_cases(cases, variable, domains)
    if split is None:
        return None
    right, left, relation = split
    found = [readable(undone(branch, variable, output)) for branch in (right, left)]
    if None in found:
        return None
    return refolded(
        Piecewise((found[0], relation.func(output, joint(right, variable, relation))), (found[1], True)), output
    )


def readable(found: Expr | None) -> Expr | None:
    """An inverse with its logarithms of quotients upright: log(a/(1 - a)), not -log(1/a - 1)."""
    if found is None or not found.has(log):
        return found if found is None else positive_factors(factor(found))

    def upright(term: Expr) -> Expr:
        coefficient, rest = term.as_coeff_Mul()
        if coefficient.is_negative and isinstance(rest, log):
            return -coefficient * log(positive_factors(factor(together(1 / rest.args[0]))))
        return term

    return Add(*(upright(term) for term in Add.make_args(found)))


def in_terms_of_output(
    value: Expr, slope: Expr, variable: Symbol, output: Symbol, domains: Iterable[Variable] = ()
) -> Expr | None:
    """The `slope` of `value` as an expression in `output` = value, without `variable`; None where there is none.

    1/(1 + e^-z) and its derivative give a(1 - a). `domains` as for `inverse`.
    """
    if variable not in slope.free_symbols:
        return slope
    cases, slopes = flattened(unfold(value)), flattened(unfold(slope))
    if not isinstance(cases, Piecewise):
        return None if isinstance(slopes, Piecewise) else eliminated(cases, slopes, variable, output)
    split = increasing_cases(cases, variable, domains)
    if split is None:
        return None
    right, left, relation = split
    pair = sides(slopes, variable) if isinstance(slopes, Piecewise) else (slopes, slopes, relation)
    if pair is None or pair[2].rhs != relation.rhs:
        return None
    found = [eliminated(branch, part, variable, output) for branch, part in ((right, pair[0]), (left, pair[1]))]
    if None in found:
        return None
    return refolded(
        Piecewise((found[0], pair[2].func(output, joint(right, variable, relation))), (found[1], True)), output
    )


def eliminated(value: Expr, slope: Expr, variable: Symbol, output: Symbol) -> Expr | None:
    """The slope with the variable replaced by the inverse of a formula without cases."""
    if variable not in slope.free_symbols:
        return slope
    found = undone(value, variable, output)
    if found is None:
        return None
    if value.has(exp):
        slope = slope.rewrite([tanh, sinh, cosh], exp)
    result = short(reduced(slope).xreplace({variable: found}), ())
    return None if result.has(S.NaN, S.ComplexInfinity) else result


def reduced(slope: Expr) -> Expr:
    """A rational function of one exponential in lowest terms, so that e^z + e^-z becomes even powers of e^z."""
    found = one_exponential(slope)
    if found is None:
        return slope
    in_t, t, exponent = found
    return cancel(together(in_t)).replace(
        lambda part: part == t or (isinstance(part, Pow) and part.base == t),
        lambda part: exp(part.as_base_exp()[1] * exponent),
    )


def undone(value: Expr, variable: Symbol, target: Expr) -> Expr | None:
    """The variable at which `value` equals `target`, by taking off one injective function after another."""
    if value == variable:
        return target
    inside = [part for part in value.args if variable in part.free_symbols]
    if len(inside) != 1:
        return solved_rationally(value, variable, target)
    (part,) = inside
    rest = [other for other in value.args if other != part]
    match value:
        case Add():
            return undone(part, variable, target - Add(*rest))
        case Mul():
            return undone(part, variable, target / Mul(*rest))
        case Pow() if part == value.base and (root := undone_power(value.exp, target)) is not None:
            return undone(part, variable, root)
    undo = UNDONE_BY.get(value.func)
    return undone(part, variable, undo(target)) if undo else None


def undone_power(exponent: Expr, target: Expr) -> Expr | None:
    """The base whose power is `target`, where the power is injective on the reals it is defined on."""
    if exponent == S.NegativeOne or (exponent.is_Rational and exponent.q % 2 == 0 and exponent.p % 2):
        return target ** (1 / exponent)
    if exponent.is_Integer and exponent % 2 and exponent > 0:
        return sign(target) * Abs(target) ** (1 / exponent)
    return None


def solved_rationally(value: Expr, variable: Symbol, target: Expr) -> Expr | None:
    """N(g) - target D(g) = 0 solved for a generator g, e^u or the variable, of which one power occurs."""
    found = one_exponential(value)
    in_g, g, exponent = found or (value, variable, None)
    if found is not None and variable in in_g.free_symbols:
        return None
    try:
        top, bottom = fraction(cancel(together(in_g)))
        equation = Poly(top - target * bottom, g)
    except PolynomialError:
        return None
    if g in target.free_symbols or any(g in c.free_symbols for c in equation.coeffs()):
        return None
    powers = [power for (power,) in equation.monoms()]
    shared = reduce(gcd, powers)
    if shared == 0 or equation.degree() != shared or (exponent is None and shared != 1):
        return None
    solution = cancel(-equation.coeff_monomial(1) / equation.LC())
    return solution if exponent is None else undone(exponent * shared, variable, log(solution))


def increasing_cases(cases: Expr, variable: Symbol, domains: Iterable[Variable]) -> tuple[Any, Any, Any] | None:
    """The cases right and left of one boundary with its relation, where together they increase; else None."""
    split = sides(cases, variable)
    if split is None:
        return None
    right, left, relation = split
    boundary = relation.rhs
    p = Dummy("p", positive=True)
    positive = {
        d.symbol: Dummy(d.symbol.name, positive=True)
        for d in domains
        if d.domain.lower is not None and d.domain.lower.is_nonnegative and (d.domain.lower_open or d.domain.lower > 0)
    }
    for branch, point in ((right, boundary + p), (left, boundary - p)):
        rise = together(branch.diff(variable).xreplace({variable: point}).xreplace(positive))
        if not short(rise, ()).is_positive:
            return None
    step = (joint(right, variable, relation) - joint(left, variable, relation)).xreplace(positive)
    return split if step.expand().is_nonnegative else None


def sides(cases: Expr, variable: Symbol) -> tuple[Any, Any, Any] | None:
    """(right, left, variable > boundary) of two cases that one inequality separates; None for others."""
    if len(cases.args) != 2:  # noqa: PLR2004 - an inequality, and the rest
        return None
    (first, condition), (second, rest) = cases.args
    if rest != S.true or not isinstance(condition, Relational) or type(condition) not in TURNED:
        return None
    greater, less = condition.gts, condition.lts
    upward = greater == variable
    if variable not in {greater, less} or variable in (less if upward else greater).free_symbols:
        return None
    strict = isinstance(condition, Gt | Lt)
    if upward:
        return first, second, (Gt if strict else Ge)(variable, less, evaluate=False)
    return second, first, (Ge if strict else Gt)(variable, greater, evaluate=False)


def joint(branch: Expr, variable: Symbol, relation: Any) -> Expr:
    """The value of a case at the boundary."""
    return branch.xreplace({variable: relation.rhs})
