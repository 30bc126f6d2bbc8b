"""The matching loss of an activation: the J for which delta = dJ/dz is just a - y.

J is the integral of (phi(z) - y) dz, up to a term in y alone. Source: Helmbold, Kivinen & Warmuth 1999,
Relative loss bounds for single neurons, IEEE Transactions on Neural Networks 10(6), section II.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Add,
    Function,
    I,
    Integral,
    Mul,
    Piecewise,
    S,
    Symbol,
    cancel,
    collect,
    cosh,
    exp,
    expand,
    expand_log,
    factor,
    integrate,
    log,
    logcombine,
    polylog,
    simplify,
)
from sympy.integrals.manualintegrate import manualintegrate

from symgrad.core import Definition, Derivation, Let, Step, UnsupportedError, Variable
from symgrad.deriver.cases import distributed
from symgrad.deriver.context import Context
from symgrad.deriver.pairs import product, slope_of, within
from symgrad.deriver.rounds import carry_out
from symgrad.deriver.scalar import invertible
from symgrad.deriver.tidy import by_case, tidy
from symgrad.functions import D, inverse, unfold
from symgrad.functions.symbols import J, a, t, y


def matching_loss(activation: Definition) -> Derivation:
    """The loss for which delta = a - y, derived and differentiated again; UnsupportedError if phi isn't invertible."""
    z = activation.variable
    if not invertible(activation):
        raise UnsupportedError(
            f"{activation.title} does not increase everywhere, so its output does not tell z apart and no loss in the "
            "output has delta = a - y; choose an activation that is strictly increasing"
        )
    area = antiderivative(activation, z)
    if area is None:
        return _direct(activation, Integral(activation.applied.xreplace({z: t}) - y, (t, 0, z)), z)
    back = inverse(activation.of, z, a)
    plain = back is not None and not {type(f) for f in back.atoms(Function)} - {log}
    if not plain or isinstance(area, Piecewise):
        return _direct(activation, by_case(area, lambda f: f - y * z), z)
    return _in_output(activation, in_terms(area, back, activation), z)


def antiderivative(activation: Definition, z: Symbol) -> Any:
    """An elementary F with F' = phi and F(0) = 0 in each case; None where none was found.

    The search is SymPy's and is not trusted: the derivation differentiates what it found.
    """
    formula = distributed(_sides(activation, z))
    if not isinstance(formula, Piecewise):
        return _elementary(formula, z, inner_point(activation))
    found = [_elementary(value, z, _sample(condition, z)) for value, condition in formula.args]
    if any(area is None for area in found):
        return None
    cases = zip(found, formula.args, strict=True)
    return Piecewise(*((expand(area - area.subs(z, 0)), c) for area, (_, c) in cases), evaluate=False)


def _sample(condition: Any, z: Symbol) -> Any:
    """A point inside the case: the cases of the catalogue meet at 0."""
    right = condition.subs(z, 1) in (True, S.true) and condition.subs(z, -1) in (False, S.false)
    return S.One if right else S.NegativeOne


def _sides(activation: Definition, z: Symbol) -> Any:
    """Phi without names of symgrad's, |z| written as the two sides of 0."""
    formula = unfold(activation.applied)
    if not formula.has(Abs(z)):
        return formula
    return Piecewise((formula.xreplace({Abs(z): z}), z > 0), (formula.xreplace({Abs(z): -z}), True), evaluate=False)


def _elementary(value: Any, z: Symbol, inside: Any) -> Any:
    found = manualintegrate(value, z)
    if found.has(Integral) and not value.has(log):
        found = integrate(value, z)
    if found.has(Integral, polylog, I, Piecewise) or not found.free_symbols <= value.free_symbols | {z}:
        return None
    joined = logcombine(found, force=True).replace(log, lambda u: log(expand(cancel(simplify(u)))))
    return expand_log(_positive_logs(joined, z, inside), force=True)


def _positive_logs(expr: Any, x: Symbol, inside: Any) -> Any:
    """log(u) as log(-u) where u is negative; their difference is a constant, which an antiderivative may drop."""
    return expr.replace(log, lambda u: log(-u if u.subs(x, inside).is_negative else u))


def in_terms(area: Any, back: Any, activation: Definition) -> Any:
    """F(psi(a)) - y psi(a), the logarithms split and their arguments positive, as a textbook prints it."""
    at_output = area.xreplace({activation.variable: back}).replace(cosh, lambda u: simplify(cosh(u).rewrite(exp)))
    whole = (at_output - y * back).replace(log, lambda u: log(factor(u)))
    split = _positive_logs(expand(expand_log(whole, force=True)), a, inner_point(activation))
    split = expand(expand_log(split.replace(log, lambda u: log(factor(u))), force=True))
    rest = split.as_independent(a, as_Add=True)[1]
    logs = sorted(rest.atoms(log), key=str)
    together = collect(rest, logs, evaluate=False)
    return Add(*(_term(coefficient, part) for part, coefficient in together.items()))


def _term(coefficient: Any, part: Any) -> Any:
    """-(1 - y) log(1 - a), not (y - 1) log(1 - a)."""
    factors = Mul.make_args(factor(coefficient))
    turned = [-f if isinstance(f, Add) and f.as_coeff_Add()[0].is_negative else f for f in factors]
    flips = sum(f != t for f, t in zip(factors, turned, strict=True))
    return Mul(S.NegativeOne**flips, *turned, part)


def inner_point(activation: Definition) -> Any:
    """A number between the ends of the range."""
    low, high = activation.range.lower, activation.range.upper
    if low is not None and high is not None:
        return (low + 2 * high) / 3
    if high is not None:
        return high - 1
    return S.One if low is None else low + 1


def _in_output(activation: Definition, loss: Any, z: Symbol) -> Derivation:
    """The loss written in a and y: delta is dJ/da times phi', and phi' cancels."""
    slope, given = slope_of(activation)
    lets = (Let(a, activation.applied), Let(J, loss))
    context = Context((Variable(a, activation.range), Variable(y)), lets)
    start = D(J, z)
    split = D(J, a) * D(a, z)
    inner = carry_out(D(J, a), Context(context.domains, (Let(J, loss),)))
    shorter = tidy(inner[-1].after)
    if shorter != inner[-1].after:
        inner += (Step(inner[-1].after, shorter, "denominator"),)
    steps = [
        Step(start, split, "chain", focus=start, became=split),
        *within(inner, D(a, z)),
        *product(shorter, slope, given, z),
    ]
    if steps[-1].after != a - y:
        steps.append(Step(steps[-1].after, a - y, "simplify"))
    return _derivation(activation, steps, lets)


def _direct(activation: Definition, loss: Any, z: Symbol) -> Derivation:
    lets = (Let(a, activation.applied), Let(J, loss))
    context = Context((*activation.domains, Variable(y)), lets, kinks=())
    steps = list(carry_out(D(J, z), context))
    last = steps[-1].after
    named = activation.applied - y
    if last != named:
        steps.append(Step(last, named, "recognise"))
    steps.append(Step(named, a - y, "recognise", focus=activation.applied, became=a))
    return _derivation(activation, steps, lets)


def _derivation(activation: Definition, steps: list[Step], lets: tuple[Let, ...]) -> Derivation:
    return Derivation(
        f"{activation.name}-matching-loss",
        f"The matching loss of {activation.with_article}",
        tuple(steps),
        (*activation.domains, Variable(y)),
        lets,
        lead="We look for a loss whose delta is the plain error a − y. Integrating φ(z) − y by z gives it.",
        source="Helmbold, Kivinen & Warmuth 1999, IEEE Transactions on Neural Networks 10(6), section II",
    )
