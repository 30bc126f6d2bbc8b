"""From a derivative to the form that is printed: named functions recognised, exponentials given up for the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import And, Dummy, Mul, Ne, Piecewise, together

from symgrad.core import Step
from symgrad.deriver.tidy import at_kinks, by_case, has_exponential, tidy
from symgrad.functions import fold_named, in_terms_of_output
from symgrad.functions.symbols import a

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Symbol

    from symgrad.deriver.context import Context


def present(expr: Any, formula: Any, applied: Any, variable: Symbol, context: Context) -> tuple[Step, ...]:
    """Steps from a finished derivative of `formula`, which has the name `applied`, to the form to print.

    A function that has a name is recognised first (softplus' is sigma); else exponentials are expressed by the
    output, which eliminates `variable` wherever the function can be inverted; else the shortest form is kept.
    """
    settled = at_kinks(expr, variable, context)
    steps = [Step(expr, settled, "convention", off_kinks(variable, context))] if settled != expr else []
    for rule, after in _rewrites(settled, formula, applied, variable):
        before = steps[-1].after if steps else expr
        if after != before:
            steps.append(Step(before, after, rule))
    return tuple(steps)


def off_kinks(variable: Symbol, context: Context) -> Any:
    """The condition that `variable` is at none of the listed kinks."""
    return And(*(Ne(variable, kink.at) for kink in context.kinks or () if kink.variable == variable))


def _rewrites(settled: Any, formula: Any, applied: Any, variable: Symbol) -> Iterator[tuple[str, Any]]:
    folded = by_case(settled, lambda e: tidy(fold_named(e)) if has_exponential(e) else e)
    if not has_exponential(folded):
        yield "recognise", folded
        yield "simplify", tidy(folded)
        return
    output = by_output(settled, formula, variable)
    if output is None:
        yield "recognise", _own_name(tidy(settled), formula, applied)
        yield "simplify", tidy(_own_name(tidy(settled), formula, applied))
        return
    yield "regroup", _regrouped(output, formula)
    yield "output", _replaced(output, {a: applied})


def by_output(slope: Any, formula: Any, variable: Symbol) -> Any:
    """The derivative in terms of the output `a`, case by case; None where the function can't be inverted."""
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
        parts = [together(part.xreplace({a: value})) for part in Mul.make_args(form)]
        if len(parts) > 1:
            return Mul(*parts, evaluate=False)
        return form.xreplace({a: value})

    if not isinstance(output, Piecewise):
        return regroup(output, formula)
    cases = [(regroup(form, _case_of(formula, condition)), condition) for form, condition in output.args]
    return Piecewise(*cases, evaluate=False)


def _replaced(expr: Any, values: dict[Any, Any]) -> Any:
    return by_case(expr, lambda e: e.xreplace(values))


def _own_name(expr: Any, formula: Any, applied: Any) -> Any:
    """The function's own formula, where it stands inside its derivative, replaced by its name."""
    if isinstance(formula, Piecewise) or formula.is_Symbol or formula.is_Number:
        return expr
    name = Dummy()
    found = expr.subs(formula, name)
    return found.xreplace({name: applied})
