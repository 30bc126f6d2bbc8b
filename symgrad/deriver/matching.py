"""The matching loss of an activation: the J for which delta = dJ/dz is just a - y.

J is the integral of (phi(z) - y) dz, up to a term in y alone. Source: Helmbold, Kivinen & Warmuth 1999,
Relative loss bounds for single neurons, IEEE Transactions on Neural Networks 10(6), section II.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sympy import Integral, Piecewise, Symbol, factor

from symgrad.core import Definition, Derivation, Let, Step, UnsupportedError, Variable
from symgrad.deriver.antiderivatives import antiderivative, put, settled_in_output, sides, solved
from symgrad.deriver.context import Context
from symgrad.deriver.pairs import product, slope_of, within
from symgrad.deriver.present import off_kinks
from symgrad.deriver.rounds import carry_out
from symgrad.deriver.scalar import invertible
from symgrad.deriver.tidy import by_case, modest
from symgrad.functions import D
from symgrad.functions.symbols import J_0, J, a, t, y
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

SOUGHT = message("The loss whose delta is φ(z) − y is the integral of φ(z) − y by z.")
FOUND = message("Both sides have the same derivative, and that is all that counts here: constants drop out.")
NOT_FOUND = message("No antiderivative in elementary functions was found, so the loss stays an integral.")
OUTPUT = message("The output tells z apart, so the loss can be written in the output.")
ALONE = message("Terms without a, which may contain y, have no part in the derivative and are left out or added.")


@cache
def matching_loss(activation: Definition) -> Derivation:
    """The loss for which delta = a - y: integrated, written in the output, and differentiated again.

    J is the integral, J_0 what was found for it, equal to J up to a term in y alone. UnsupportedError if phi is
    not invertible.
    """
    z = activation.variable
    if not invertible(activation):
        raise UnsupportedError(
            "{title} is not seen to increase everywhere; unless its output tells z apart, no loss in "
            "the output has delta = a - y; choose an activation that is strictly increasing",
            title=activation.title,
        )
    integral, area = sought(activation), antiderivative(activation)
    first = Step(D(J, z), D(integral, z), "definition", note=SOUGHT, focus=J, became=integral)
    lets: tuple[Let, ...] = (Let(a, activation.applied), Let(J, integral))
    if area is None:
        return _derivation(activation, (first, *_theorem(activation, integral)), lets)
    loss = by_case(area, lambda value: value - y * z)
    found = [first, _integrated(activation, integral, loss)]
    back = solved(activation)
    if back is None:
        lets = (*lets, Let(J_0, loss))
        return _derivation(activation, (*found, *_by_z(activation, loss, lets)), lets)
    raw = put(area, back, z)
    loss = settled_in_output(raw, activation)
    lets = (*lets, Let(J_0, loss))
    found += _in_output(found[-1].after, raw, loss, z)
    return _derivation(activation, (*found, *_by_output(activation, loss)), lets)


def sought(activation: Definition) -> Any:
    """The integral of phi(t) - y from 0 to z, each case by itself."""
    z, formula = activation.variable, sides(activation)
    if not isinstance(formula, Piecewise):
        formula = activation.applied
    return by_case(formula, lambda value: Integral(value.xreplace({z: t}) - y, (t, 0, z)))


def _integrated(activation: Definition, integral: Any, loss: Any) -> Step:
    """From the integral to what was found for it, the finer lines below: term by term, opened, integrated."""
    z, formula = activation.variable, sides(activation)
    named = formula if isinstance(formula, Piecewise) else activation.applied
    lines = [
        ("definition", integral),
        ("linear", by_case(named, lambda value: Integral(value.xreplace({z: t}), (t, 0, z)) - y * z)),
        ("definition", by_case(formula, lambda value: Integral(value.xreplace({z: t}), (t, 0, z)) - y * z)),
        ("integrate", loss),
    ]
    moved = ((last, rule, new) for (_, last), (rule, new) in pairwise(lines) if last != new)
    fine = tuple(Step(D(last, z), D(new, z), rule) for last, rule, new in moved)
    return Step(fine[0].before, fine[-1].after, "integrate", note=FOUND, substeps=fine)


def _in_output(before: Any, raw: Any, loss: Any, z: Symbol) -> list[Step]:
    """The loss written in the output instead of z, and shortened."""
    lines = [("", before), ("substitute", D(raw, z)), ("simplify", D(loss, z))]
    notes = {"substitute": OUTPUT, "simplify": ALONE}
    moved = ((last, rule, new) for (_, last), (rule, new) in pairwise(lines) if last != new)
    return [Step(last, new, rule, note=notes[rule]) for last, rule, new in moved]


def _by_output(activation: Definition, loss: Any) -> Sequence[Step]:
    """The loss in a and y differentiated: delta is dJ/da times phi', and phi' cancels."""
    z = activation.variable
    slope, given = slope_of(activation)
    start, split = D(loss, z), D(loss, a) * D(a, z)
    inner = list(carry_out(D(loss, a), Context((Variable(a, activation.range), *activation.domains), kinks=())))
    shorter = by_case(inner[-1].after, lambda value: modest(factor(value)))
    if shorter != inner[-1].after:
        inner.append(Step(inner[-1].after, shorter, "denominator"))
    smooth = off_kinks(z, Context(kinks=activation.kinks))
    steps = [
        Step(start, split, "chain", smooth, focus=start, became=split),
        *within(inner, D(a, z)),
        *product(shorter, slope, given, z),
    ]
    if steps[-1].after != a - y:
        steps.append(Step(steps[-1].after, a - y, "cancel", smooth))
    return steps


def _by_z(activation: Definition, loss: Any, lets: tuple[Let, ...]) -> Sequence[Step]:
    """The loss in z and y differentiated."""
    z = activation.variable
    context = Context((*activation.domains, Variable(y)), lets, kinks=())
    steps = list(carry_out(D(loss, z), context))
    named = activation.applied - y
    if steps[-1].after != named:
        steps.append(Step(steps[-1].after, named, "recognise"))
    return [*steps, _output(activation)]


def _theorem(activation: Definition, integral: Any) -> Sequence[Step]:
    """The integral differentiated as it stands."""
    z = activation.variable
    named = activation.applied - y
    return (Step(D(integral, z), named, "integral", note=NOT_FOUND), _output(activation))


def _output(activation: Definition) -> Step:
    return Step(activation.applied - y, a - y, "recognise", focus=activation.applied, became=a)


def _derivation(activation: Definition, steps: Sequence[Step], lets: tuple[Let, ...]) -> Derivation:
    return Derivation(
        f"{activation.name}-matching-loss",
        message("The matching loss of {activation}", activation=activation.with_article),
        tuple(steps),
        (*activation.domains, Variable(y)),
        lets,
        lead="We look for a loss whose delta is the plain error a − y. Integrating φ(z) − y by z gives it.",
        source="Helmbold, Kivinen & Warmuth 1999, IEEE Transactions on Neural Networks 10(6), section II",
    )
