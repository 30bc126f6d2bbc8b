"""delta = dJ/dz of a loss after an activation, and whether phi'(z) cancels from it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from sympy import And, Mul, Piecewise, Symbol, factor_terms

from symgrad.core import Cancels, Definition, Derivation, Domain, Let, Pair, PairError, Step, Variable
from symgrad.deriver.cancelling import cancelling
from symgrad.deriver.context import Context
from symgrad.deriver.present import off_kinks, recognised, rule_of
from symgrad.deriver.rounds import carry_out
from symgrad.deriver.scalar import derivative, in_output
from symgrad.deriver.tidy import at_kinks, by_case, positive_leads, tidy
from symgrad.functions import D
from symgrad.functions.symbols import J, a
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence


CHAIN = message("J depends on z through a alone: how J changes with a, times how a changes with z.")
SLOPE = message("The slope of the activation, written in its output, as derived on its own page.")
STAYS = message("The slope of the activation, as derived on its own page, stays in the product: nothing cancels it.")
ONE = message("The slope is 1 everywhere, so what is left is the derivative of the loss.")
CANCELS = {
    Cancels.FULLY: message("All of the slope stands below the bar as well, so it drops out."),
    Cancels.PARTLY: message("Part of the slope stands below the bar as well and drops out; the rest stays."),
}


@cache
def output_delta(activation: Definition, loss: Definition) -> Derivation:
    """Delta = dJ/da * phi'(z), simplified, the common factor struck out; PairError where the ranges don't fit."""
    require_fit(activation, loss)
    loss = apart(loss, activation)
    z = activation.variable
    lets = (Let(a, activation.applied), Let(J, loss.of))
    start = D(J, z)
    split = D(J, a) * D(a, z)
    smooth = And(off_kinks(z, Context(kinks=activation.kinks)), off_kinks(a, Context(kinks=loss.kinks)))
    found = Step(start, split, "chain", smooth, CHAIN, focus=start, became=split)
    loss_steps, part, slope, given = _factors(activation, loss)
    steps = [found, *within(loss_steps, D(a, z)), *product(part, slope, given, z)]
    return Derivation(
        f"{activation.name}-{loss.name}",
        message("{activation} output with {loss}", activation=activation.title, loss=loss.spoken),
        tuple(steps),
        _domains(activation, loss),
        lets,
        kinks=activation.kinks,
        source="; ".join(dict.fromkeys(filter(None, (activation.source, loss.source)))),
    )


def apart(loss: Definition, activation: Definition) -> Definition:
    """The loss with those of its parameters renamed that have the letter of one of the activation's.

    softplus and smooth L1 both have a beta; the two need not be equal.
    """
    taken = {p.symbol for p in activation.parameters}
    other = {p.symbol: Symbol(f"{p.symbol.name}_J", real=True) for p in loss.parameters if p.symbol in taken}
    if not other:
        return loss
    kinks = tuple(
        replace(k, at=k.at.xreplace(other), left=k.left.xreplace(other), right=k.right.xreplace(other))
        for k in loss.kinks
    )
    parameters = tuple(replace(p, symbol=other.get(p.symbol, p.symbol)) for p in loss.parameters)
    return replace(loss, of=loss.of.xreplace(other), parameters=parameters, kinks=kinks)


def require_fit(activation: Definition, loss: Definition) -> None:
    """Raise PairError unless every output of the activation is an input that the loss is defined for."""
    domain = loss.variables[0].domain
    if within_domain(activation.range, domain, activation):
        return
    raise PairError(
        "{loss} needs {variable} in {domain}, but {activation} gives values in {range}; choose "
        "an activation whose range lies in {domain}, or another loss",
        loss=loss.title,
        variable=loss.variable,
        domain=domain,
        activation=activation.title,
        range=activation.range,
    )


def within_domain(inner: Domain, outer: Domain, activation: Definition) -> bool:
    """Whether the range lies inside the loss's domain, parameters being as positive as their domains say."""
    stand_ins = Context(activation.domains).stand_ins()

    def beyond(end: Any, limit: Any, both_open: bool, sign: int) -> bool:  # noqa: FBT001 - a fact, not a switch
        if limit is None:
            return False
        if end is None:
            return True
        gap = ((end - limit) * sign).xreplace(stand_ins)
        return not (gap.is_positive or (gap.is_zero and both_open))

    low = beyond(inner.lower, outer.lower, inner.lower_open or not outer.lower_open, 1)
    high = beyond(inner.upper, outer.upper, inner.upper_open or not outer.upper_open, -1)
    return not (low or high)


def _factors(activation: Definition, loss: Definition) -> tuple[tuple[Step, ...], Any, Any, Any]:
    """The lines of dJ/da, dJ/da itself, phi'(z), and where that holds."""
    steps = _loss_part(activation.range, loss)
    return (steps, steps[-1].after, *slope_of(activation))


@lru_cache(maxsize=256)
def _loss_part(values: Domain, loss: Definition) -> tuple[Step, ...]:
    """The lines of dJ/da, a ranging over the values that an activation gives: several give the same."""
    domains = (Variable(a, values), *(v for v in loss.domains if v.symbol != loss.variable))
    context = Context(domains, (Let(J, loss.of.xreplace({loss.variable: a})),), loss.kinks)
    steps = carry_out(D(J, a), context)
    settled = at_kinks(steps[-1].after, a, context)
    named = by_case(settled, recognised)
    shorter = by_case(named, tidy)
    if settled != steps[-1].after:
        steps += (Step(steps[-1].after, settled, "convention", off_kinks(a, context)),)
    if named != settled:
        steps += (Step(settled, named, "recognise"),)
    if shorter != named:
        steps += (Step(named, shorter, rule_of(named, shorter)),)
    return steps


def slope_of(activation: Definition) -> tuple[Any, Any]:
    """phi'(z), in the output `a` where that is possible without new functions, and where it holds."""
    first = derivative(activation)
    output = in_output(activation)
    usable = output is not None and not (output.atoms(type(activation.applied)) or _new_functions(output, first.result))
    slope = output if usable else first.result.xreplace({activation.applied: a})
    return slope, And(*(s.given for s in first.steps))


def _new_functions(output: Any, slope: Any) -> bool:
    """Whether writing phi' in the output needs an inverse function that phi' itself does not."""
    kinds = {type(f) for f in output.atoms(*_functions(output))} - {type(f) for f in slope.atoms(*_functions(slope))}
    return bool(kinds - {Piecewise})


def _functions(expr: Any) -> tuple[type, ...]:
    from sympy.core.function import Application  # noqa: PLC0415

    return tuple({type(part) for part in expr.atoms(Application)}) or (type(None),)


def within(steps: Sequence[Step], factor: Any) -> list[Step]:
    """The steps of one factor, each standing beside the other factor."""
    return [
        Step(
            s.before * factor,
            s.after * factor,
            s.rule,
            s.given,
            s.note,
            tuple(within(s.substeps, factor)),
            s.focus or s.before,
            s.became if s.focus else s.after,
        )
        for s in steps
    ]


def product(part: Any, slope: Any, given: Any, z: Symbol) -> list[Step]:
    """The two factors multiplied, what they share struck out, the rest simplified."""
    before = part * D(a, z)
    found = cancelling(part, slope)
    if not found.struck:
        note = ONE if found.answer is Cancels.NOTHING else STAYS
        return [Step(before, _multiplied(part, slope), "substitute", given, note, focus=D(a, z), became=slope)]
    beside = Mul(part, slope, evaluate=False)
    return [
        Step(before, beside, "substitute", given, SLOPE, focus=D(a, z), became=slope),
        Step(beside, found.left, "cancel", note=CANCELS[found.answer], cancelled=found.struck),
    ]


def _multiplied(part: Any, slope: Any) -> Any:
    """The product with a factor brought into the cases of the other, unless both go by cases."""
    if slope == 1:
        return part
    both = isinstance(part, Piecewise) and isinstance(slope, Piecewise)
    if both or not (isinstance(part, Piecewise) or isinstance(slope, Piecewise)):
        return positive_leads(factor_terms(part * slope))
    cases, other = (part, slope) if isinstance(part, Piecewise) else (slope, part)
    return by_case(cases, lambda value: positive_leads(factor_terms(other * value)))


def _domains(activation: Definition, loss: Definition) -> tuple[Variable, ...]:
    return (*activation.domains, *(v for v in loss.domains if v.symbol != loss.variable))


def pair(activation: Definition, loss: Definition) -> Pair:
    """One row of the comparison table: the delta and whether phi'(z) cancels, or the reason of the refusal."""
    try:
        require_fit(activation, loss)
    except PairError as reason:
        return Pair(activation, loss, refused=reason.args[0])
    loss = apart(loss, activation)
    _, part, slope, given = _factors(activation, loss)
    delta = product(part, slope, given, activation.variable)[-1].after
    return Pair(activation, loss, delta, cancelling(part, slope).answer)
