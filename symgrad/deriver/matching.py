"""The matching loss of an activation: the J for which delta = dJ/dz is just a - y.

J is the integral of (phi(z) - y) dz, up to a term in y alone. Source: Helmbold, Kivinen & Warmuth 1999,
Relative loss bounds for single neurons, IEEE Transactions on Neural Networks 10(6), section II.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Integral,
    Mul,
    Piecewise,
    Symbol,
    cancel,
    collect,
    expand,
    expand_log,
    integrate,
    log,
    logcombine,
    simplify,
)
from sympy.integrals.manualintegrate import manualintegrate

from symgrad.core import Definition, Derivation, Let, Step, UnsupportedError, Variable
from symgrad.deriver.cancelling import cancelling
from symgrad.deriver.context import Context
from symgrad.deriver.pairs import slope_of, within
from symgrad.deriver.rounds import carry_out
from symgrad.deriver.scalar import derivative
from symgrad.deriver.tidy import by_case, tidy
from symgrad.functions import D, inverse, unfold
from symgrad.functions.symbols import J, a, t, y


def matching_loss(activation: Definition) -> Derivation:
    """The loss for which delta = a - y, derived and differentiated again; UnsupportedError if phi isn't invertible."""
    z = activation.variable
    back = inverse(activation.of, z, a)
    if back is None and not derivative(activation).result.is_nonnegative:
        raise UnsupportedError(
            f"{activation.title} is not invertible, so no loss in its output has delta = a - y; "
            "choose an activation that is strictly increasing"
        )
    area = antiderivative(activation, z)
    if area is None:
        return _by_integral(activation, z)
    if back is None or isinstance(activation.of, Piecewise):
        return _in_z(activation, area, z)
    return _in_output(activation, in_terms(area, back, z), z)


def antiderivative(activation: Definition, z: Symbol) -> Any:
    """An elementary F with F' = phi, each case with F = 0 where the cases meet; None where none was found.

    The search is SymPy's and is not trusted: the derivation differentiates what it found.
    """
    if not isinstance(activation.of, Piecewise):
        return _elementary(
            activation.applied if activation.applied.func is not activation.head else _plain(activation), z
        )
    cases = []
    for value, condition in activation.of.args:
        found = _elementary(value, z)
        if found is None:
            return None
        cases.append((expand(found - found.subs(z, 0)), condition))
    return Piecewise(*cases, evaluate=False)


def _plain(activation: Definition) -> Any:
    """Phi without names, but for the functions that SymPy integrates by name."""
    native = activation.applied
    return native if not hasattr(native, "unfold") else unfold(activation.of)


def _elementary(value: Any, z: Symbol) -> Any:
    found = manualintegrate(value, z)
    if found.has(Integral) and not value.has(log):
        found = integrate(value, z)
    return None if found.has(Integral) or not found.free_symbols <= value.free_symbols | {z} else _one_log(found)


def _one_log(expr: Any) -> Any:
    """log(2 + 2e^-z) - log(2e^-z) as log(1 + e^z)."""
    combined = logcombine(expr, force=True)
    return combined.replace(log, lambda u: log(expand(cancel(simplify(u)))))


def in_terms(area: Any, back: Any, z: Symbol) -> Any:
    """F(psi(a)) - y psi(a), the logarithms split as a textbook prints them."""
    whole = area.xreplace({z: back}) - y * back
    split = expand(expand_log(whole.replace(log, lambda u: log(cancel(u))), force=True))
    split = split.replace(log, lambda u: log(-u if u.could_extract_minus_sign() else u))
    rest = split.as_independent(a, as_Add=True)[1]
    logs = sorted(rest.atoms(log), key=str)
    return collect(rest, logs)


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
    beside = Mul(shorter, slope, evaluate=False)
    steps = [
        Step(start, split, "chain", focus=start, became=split),
        *within(inner, D(a, z)),
        Step(shorter * D(a, z), beside, "substitute", given, focus=D(a, z), became=slope),
    ]
    found = cancelling(shorter, slope)
    if found.struck:
        steps.append(Step(beside, found.left, "cancel", cancelled=found.struck))
    if steps[-1].after != a - y:
        steps.append(Step(steps[-1].after, a - y, "simplify"))
    return _derivation(activation, steps, lets)


def _in_z(activation: Definition, area: Any, z: Symbol) -> Derivation:
    """The loss written in z and y, where it has no elementary form in a."""
    loss = by_case(area, lambda f: f - y * z)
    return _direct(activation, loss, z)


def _by_integral(activation: Definition, z: Symbol) -> Derivation:
    """The loss left as an integral: the fundamental theorem gives delta at once."""
    integrand = activation.applied.xreplace({z: t}) - y
    return _direct(activation, Integral(integrand, (t, 0, z)), z)


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
        f"The matching loss of {activation.title}",
        tuple(steps),
        (*activation.domains, Variable(y)),
        lets,
        lead="We look for a loss whose delta is the plain error a − y. Integrating φ(z) − y by z gives it.",
        source="Helmbold, Kivinen & Warmuth 1999, IEEE Transactions on Neural Networks 10(6), section II",
    )
