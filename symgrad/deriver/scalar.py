"""Derivations about one function: its first and second derivative, by a parameter, and of a user's expression."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sympy import Integral, Piecewise, Symbol, atan, erf, exp, pi, sqrt
from sympy.core.relational import Relational

from symgrad.core import Definition, Derivation, Step, UnknownNameError, Variable, all_of
from symgrad.deriver.context import Context
from symgrad.deriver.lines import drawn_out
from symgrad.deriver.present import by_output, present
from symgrad.deriver.rounds import carry_out
from symgrad.deriver.tidy import modest
from symgrad.functions import D, unfold
from symgrad.functions.symbols import a, t, z
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

ABOVE = message("The derivative of the derivative found above.")
IN_CASES = message(
    "The derivative of the derivative found above, taken in the form in which every case is written in z itself."
)


AS_INTEGRAL = {  # SymPy's own functions which have no formula in others; DLMF 7.2.1 and 4.23.3
    erf(z): 2 / sqrt(pi) * Integral(exp(-(t**2)), (t, 0, z)),
    atan(z): Integral(1 / (1 + t**2), (t, 0, z)),
}


@cache
def derivative(definition: Definition) -> Derivation:
    """phi'(z) of an activation, or dJ/da of a loss: from the textbook formula to the form that is printed."""
    return _by(
        definition,
        definition.variable,
        "derivative",
        message("The derivative of {function}", function=definition.with_article),
    )


@cache
def parameter_derivative(definition: Definition, symbol: Symbol) -> Derivation:
    """The derivative by one of the parameters, such as PReLU's alpha, or by another variable of a loss."""
    known = [v.symbol for v in definition.domains]
    if symbol not in known:
        raise UnknownNameError(
            message("parameter of {name}", name=definition.name), str(symbol), [str(s) for s in known]
        )
    return _by(
        definition,
        symbol,
        f"derivative-by-{symbol}",
        message("The derivative of {function} by {symbol}", function=definition.with_article, symbol=symbol),
    )


def _by(definition: Definition, x: Symbol, suffix: str, title: str) -> Derivation:
    context = Context(definition.domains, kinks=definition.kinks)
    first, steps = _chain(definition, x, context)
    final = present(steps[-1].after, definition.of, definition.applied, x, context)
    steps = (*first, *drawn_out(steps, len(first) + len(final), context))
    return Derivation(
        f"{definition.name}-{suffix}",
        title,
        (*steps, *final),
        definition.domains,
        kinks=tuple(k for k in definition.kinks if k.variable == x),
        source=definition.source,
    )


def _chain(definition: Definition, x: Symbol, context: Context) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """The definition written out; then one line a round until no derivative is left standing."""
    start = D(definition.applied, x)
    opened = D(AS_INTEGRAL.get(definition.of, definition.of), x)
    first = (Step(start, opened, "definition", focus=start, became=opened),) if opened != start else ()
    return first, carry_out(opened, context)


@cache
def second_derivative(definition: Definition) -> Derivation:
    """phi''(z), from the printed form of phi' or, for a definition by cases, from its cases in z."""
    x = definition.variable
    context = Context(definition.domains)  # where two cases meet smoothly, their slopes may still meet in a kink
    first = derivative(definition)
    slope = first.result
    if isinstance(slope, Piecewise):
        slope = in_cases(first, x)
    steps = carry_out(D(slope, x), context)
    final = present(steps[-1].after, definition.of, definition.applied, x, context)
    steps = drawn_out(steps, len(final), context)
    return Derivation(
        f"{definition.name}-second-derivative",
        message("The second derivative of {function}", function=definition.with_article),
        (*steps, *final),
        definition.domains,
        lead=IN_CASES if slope != first.result else ABOVE,
        source=definition.source,
    )


def in_cases(derivation: Derivation, x: Symbol) -> Any:
    """The last form of a derivative by cases in which every case is written in the variable itself."""
    forms = [step.after for step in derivation.steps if isinstance(step.after, Piecewise) and not step.after.has(D)]
    return next((f for f in forms if x in f.free_symbols), derivation.result)


@cache
def in_output(definition: Definition) -> Any:
    """Phi' as an expression in the output `a` and the parameters; None where phi can't be inverted."""
    z = definition.variable
    result = derivative(definition).result
    if not isinstance(result, Piecewise):
        found = by_output(result, definition.of, z)
        return None if found is None else modest(found)
    if not invertible(definition):
        return None
    values = in_cases(derivative(definition), z).args
    slope = Piecewise(*((v, c) for (v, _), (_, c) in zip(values, result.args, strict=True)), evaluate=False)
    found = by_output(slope, definition.of, z)
    return None if found is None else said_of_output(found, definition)


def said_of_output(cases: Piecewise, definition: Definition) -> Piecewise:
    """Z > c in the conditions as a > phi(c), which is the same for an increasing phi."""
    z = definition.variable

    def moved(condition: Any) -> Any:
        bounds = {r: r.func(a, definition.of.subs(z, r.rhs)) for r in condition.atoms(Relational) if r.lhs == z}
        return condition.xreplace(bounds)

    return Piecewise(*((value, moved(condition)) for value, condition in cases.args), evaluate=False)


def invertible(definition: Definition) -> bool:
    """Whether SymPy's assumptions show phi' > 0 in every case; without cases, isolated zeros do no harm."""
    first = derivative(definition)
    slope = in_cases(first, definition.variable) if isinstance(first.result, Piecewise) else first.result
    positive = Context(definition.domains).stand_ins()
    if isinstance(slope, Piecewise):
        return all(_increasing(value.xreplace(positive)) for value, _ in slope.args)
    slope = slope.xreplace(positive)
    return bool(_increasing(slope) or slope.is_nonnegative)


def _increasing(slope: Any) -> bool:
    plain = unfold(slope)
    if plain.is_positive:
        return True
    falling = plain.evalf(subs=dict.fromkeys(plain.free_symbols, -2)).is_negative  # what falls need not be simplified
    return not (len(plain.free_symbols) == 1 and falling) and bool(plain.simplify().is_positive)


def derive(expr: Any, variable: Symbol, domains: Sequence[Variable] = ()) -> Derivation:
    """The derivative of a user's own expression, every rule shown, on the set where the expression has one."""
    context = Context(tuple(domains))
    start = D(expr, variable)
    steps = carry_out(start, context)
    given = all_of(step.given for step in steps)
    final = present(steps[-1].after, expr, expr, variable, context, given)
    symbols = sorted(expr.free_symbols | {variable}, key=str)
    named = {v.symbol for v in domains}
    free = tuple(Variable(s) for s in symbols if s not in named)
    return Derivation("derivation", "A derivative", (*drawn_out(steps, len(final), context), *final), (*domains, *free))
