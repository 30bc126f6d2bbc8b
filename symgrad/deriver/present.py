"""From a derivative to the form that is printed: named functions recognised, exponentials given up for the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import (
    Abs,
    Add,
    And,
    Dummy,
    Function,
    Max,
    Min,
    Mul,
    Ne,
    Piecewise,
    Pow,
    S,
    cosh,
    exp,
    expand,
    fraction,
    sign,
    sinh,
    tanh,
)

from symgrad.core import Step
from symgrad.deriver.cases import chosen_in, distributed, flat, in_cases_of, possible
from symgrad.deriver.tidy import at_kinks, by_case, cost, has_exponential, large, loses, tidy
from symgrad.functions import fold_named, in_terms_of_output
from symgrad.functions.symbols import a

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Symbol

    from symgrad.deriver.context import Context


_PAIR = 2


def present(  # noqa: PLR0917 - what is presented, of what, and under which condition
    expr: Any, formula: Any, applied: Any, variable: Symbol, context: Context, given: Any = S.true
) -> tuple[Step, ...]:
    """Steps from a finished derivative of `formula`, which has the name `applied`, to the form to print.

    A function that has a name is recognised first (softplus' is sigma); else exponentials are expressed by the
    output, which eliminates `variable` wherever the function can be inverted; else the shortest form is kept.
    `given` is what the derivative was found under; a sign or an absolute value is rewritten under no less.
    """
    settled = at_kinks(expr, variable, context)
    steps = [Step(expr, settled, "convention", off_kinks(variable, context))] if settled != expr else []
    for rule, after in _rewrites(settled, formula, applied, variable, given):
        before = steps[-1].after if steps else expr
        if after != before:
            delicate = before.has(sign, Abs, Max, Min) or loses(before, after) or before.has(Piecewise)
            steps.append(Step(before, after, rule, given if delicate else S.true))
    return tuple(steps)


def off_kinks(variable: Symbol, context: Context) -> Any:
    """The condition that `variable` is at none of the listed kinks."""
    return And(*(Ne(variable, kink.at) for kink in context.kinks or () if kink.variable == variable))


def _rewrites(settled: Any, formula: Any, applied: Any, variable: Symbol, given: Any) -> Iterator[tuple[str, Any]]:
    joined = distributed(settled)
    if joined.has(Piecewise) and (joined.has(Max, Min) or not isinstance(joined, Piecewise)):
        joined = flat(joined, variable) or joined
    joined = possible(joined, variable, given)
    yield "distribute", joined
    joined = chosen_in(in_cases_of(joined, variable), variable)
    yield "simplify", joined
    named = applied != formula
    output = by_output(joined, formula, variable) if named and has_exponential(joined) else None
    if output is not None and not output.atoms(Function) - output.atoms(Piecewise):
        yield "regroup", _regrouped(output, formula)
        yield "output", by_case(output, lambda e: e.xreplace({a: applied}))
        return
    plain = by_case(joined, recognised)
    known = min(plain, by_case(plain, lambda e: _own_name(e, formula, applied)), key=lambda e: cost(tidy(e)))
    yield "recognise" if _heads(known) - _heads(joined) else rule_of(joined, known), known
    shorter = tidy(known)
    yield rule_of(known, shorter), shorter
    if isinstance(shorter, Piecewise) and len({value for value, _ in shorter.args}) == 1:
        yield "simplify", shorter.args[0][0]


def _heads(expr: Any) -> set[Any]:
    """The named functions in an expression."""
    return {type(part) for part in expr.atoms(Function)} - {Piecewise}


def rule_of(before: Any, after: Any) -> str:
    """What a rewrite that makes an expression shorter is called."""
    if not isinstance(before, Add) or not isinstance(after, Mul | Pow):
        return "simplify"
    if fraction(after, exact=True)[1] != 1:  # not as_numer_denom: to it, exp(-z) is a denominator
        return "denominator"
    return "factor" if after.has(Add) and not large(before) and expand(before - after) == 0 else "simplify"


def recognised(expr: Any) -> Any:
    """Logistic expressions under their names, and sinh/cosh as tanh."""
    if expr.has(Piecewise):  # cases inside a formula are left alone
        return expr
    grouped = expr.replace(lambda e: isinstance(e, Mul), _exponentials_folded) if has_exponential(expr) else expr
    found = tidy(fold_named(grouped)) if has_exponential(grouped) else grouped
    if not found.has(sinh):
        return found
    ratios = {sinh(c.args[0]): tanh(c.args[0]) * c for c in found.atoms(cosh)}
    squares = {s**2: cosh(s.args[0]) ** 2 - 1 for s in found.atoms(sinh)}
    return min((found.xreplace(ratios), found, found.xreplace(squares)), key=lambda e: cost(tidy(e)))


def by_output(slope: Any, formula: Any, variable: Symbol) -> Any:
    """The derivative in terms of the output `a`, case by case; None where the function can't be inverted."""
    formula = distributed(formula)
    if not isinstance(slope, Piecewise):
        return in_terms_of_output(formula, slope, variable, a)
    cases = []
    for value, condition in slope.args:
        found = value
        if variable in value.free_symbols:
            found = in_terms_of_output(_case_of(formula, condition), value, variable, a)
        if found is None:
            return None
        cases.append((found, condition))
    return Piecewise(*cases, evaluate=False)


def _case_of(formula: Any, condition: Any) -> Any:
    """The value of a definition by cases under one of its conditions, whichever side the boundary is on."""
    if not isinstance(formula, Piecewise):
        return formula
    wanted = _open(condition)
    return next((value for value, case in formula.args if _open(case) == wanted), formula.args[-1][0])


def _open(condition: Any) -> Any:
    """A condition with its boundaries left out, for comparing cases that differ there only."""
    return condition.replace(lambda c: getattr(c, "rel_op", "") == ">=", lambda c: c.lhs > c.rhs).replace(
        lambda c: getattr(c, "rel_op", "") == "<=", lambda c: c.lhs < c.rhs
    )


def _regrouped(output: Any, formula: Any) -> Any:
    """The form in the output with the output written out, so that a reader sees the function in it."""

    def regroup(form: Any, value: Any) -> Any:
        parts = [_over_one_bar(part, value) for part in Mul.make_args(form)]
        if len(parts) > 1:
            return Mul(*parts, evaluate=False)
        return form.xreplace({a: value})

    formula = distributed(formula)
    if not isinstance(output, Piecewise):
        return regroup(output, formula)
    cases = [(regroup(form, _case_of(formula, condition)), condition) for form, condition in output.args]
    return Piecewise(*cases, evaluate=False)


def _over_one_bar(part: Any, value: Any) -> Any:
    """A factor in the output with the output written out: 1 - a becomes e^-z/(1 + e^-z), signs of exponents kept."""
    top, bottom = fraction(value, exact=True)
    if not part.is_Add or not part.is_polynomial(a) or part.as_poly(a).degree() != 1:
        return part.xreplace({a: value})
    return expand(part.coeff(a, 0) * bottom + part.coeff(a, 1) * top) / bottom


def _exponentials_folded(product: Any) -> Any:
    """A product whose exponential factors are one named function, such as z e^z/(1 + e^z)."""
    plain = [p for p in product.args if p.atoms(Function) and all(isinstance(f, exp) for f in p.atoms(Function))]
    others = [p for p in product.args if p not in plain]
    if not others or len(plain) < _PAIR:
        return product
    folded = fold_named(Mul(*plain))
    return product if has_exponential(folded) else Mul(folded, *others)


def _own_name(expr: Any, formula: Any, applied: Any) -> Any:
    """The function's own formula, where it stands inside its derivative, replaced by its name."""
    if applied == formula or isinstance(formula, Piecewise) or formula.is_Symbol or formula.is_Number:
        return expr
    name = Dummy()
    found = expr.subs(formula, name)
    return found.xreplace({name: applied})
