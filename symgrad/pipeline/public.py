"""The public functions: names and text in, worked derivations and verdicts out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import And, Symbol

from symgrad import deriver, prover
from symgrad.core import (
    Definition,
    Kind,
    Status,
    Step,
    UnknownNameError,
    UnsupportedError,
    Verdict,
)
from symgrad.core.catalogue import canonical, nearest
from symgrad.definitions import LOSSES, activation_named, entry_named, loss_named
from symgrad.definitions.exact import shown
from symgrad.definitions.meaning import where_defined
from symgrad.definitions.parser import doubtful, parse_condition
from symgrad.functions import Elementwise, put
from symgrad.indexed import Expr as Indexed
from symgrad.indexed import Tensor
from symgrad.pipeline.entries import Entry, bare, entry_of
from symgrad.pipeline.limited import SECONDS, in_time
from symgrad.pipeline.reading import chosen, expression, require_value
from symgrad.pipeline.records import spell
from symgrad.pipeline.statements import Statement, statement
from symgrad.pipeline.symbols import Twins, twins
from symgrad.pipeline.tensors import gradient
from symgrad.pipeline.worked import Worked
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sympy import Basic, Expr

_NAMED = {Kind.ACTIVATION: activation_named, Kind.LOSS: loss_named}
TOLD = {"through", "facts", "called", "name", "title", "lead"}  # of derivatives of tensors
LONGEST = 60  # characters of a formula in a title
MATCHING = "matching"  # the loss that makes the output delta a - y, whatever the activation


def activation(name: str | Definition) -> Entry:
    """The catalogue's activation of this name, with its derivative and its facts: `activation("Leaky ReLU")`."""
    return entry_of(of_kind(name, Kind.ACTIVATION))


def loss(name: str | Definition) -> Entry:
    """The catalogue's loss of this name, with its derivative and its facts."""
    return entry_of(of_kind(name, Kind.LOSS))


def of_kind(of: Any, kind: Kind) -> Definition:
    """An activation or a loss by its name; a definition that is given must be of the kind that is asked for."""
    if isinstance(of, Definition):
        if of.kind is not kind:
            raise UnsupportedError(
                "{name} is of the kind {value}; give one of the kind {value2}",
                name=of.name,
                value=of.kind.value,
                value2=kind.value,
            )
        return bare(of)
    if not isinstance(of, str):
        raise UnknownNameError(kind.value, shown(of), ())
    return _NAMED[kind](of)


def entry(of: str | Definition) -> Definition:
    """An activation or a loss by its name."""
    if isinstance(of, str):
        return entry_named(of)
    return bare(of) if isinstance(of, Definition) else of_kind(of, Kind.ACTIVATION)


def derivative(
    of: str | Definition | Tensor | Indexed, wrt: str | Symbol | Tensor | None = None, **told: Any
) -> Worked:
    """$φ′(z)$ of an activation, $∂J/∂a$ of a loss, or the derivative by one of its parameters (`wrt="alpha"`).

    With symbolic dimensions: `derivative(J, W, through=(z,), facts=(sums_to(y),))` is $∂J/∂W_{ij}$, and
    `derivative(p, z)` the Jacobian $∂p_i/∂z_j$. `through` are names between the two whose derivatives get names, the
    loss's end first; `facts` are assumed of inputs, or definitions to be recognised again; `name`, `title` and `lead`
    tell the page.
    """
    if isinstance(of, Tensor | Indexed):
        if not isinstance(wrt, Tensor):
            raise UnsupportedError(
                "the derivative of a tensor is by a whole Tensor, as in derivative(J, W), not by {wrt}", wrt=repr(wrt)
            )
        if unknown := sorted(told.keys() - TOLD):
            raise UnsupportedError(
                "{function} takes no {unknown}; it takes {told}",
                function="derivative",
                unknown=", ".join(unknown),
                told=", ".join(sorted(TOLD)),
            )
        return gradient(of, wrt, **told)
    if told:
        raise UnsupportedError(
            "{told} belongs to derivatives of tensors; leave it out for {of}", told=", ".join(told), of=repr(of)
        )
    definition = entry(of)
    if wrt is None or str(wrt) == str(definition.variable):
        return Worked(deriver.derivative(definition))
    named = {str(v.symbol): v.symbol for v in definition.domains}
    return Worked(deriver.parameter_derivative(definition, named.get(str(wrt), Symbol(str(wrt), real=True))))


def second_derivative(of: str | Definition) -> Worked:
    """$φ″(z)$ of an activation, $∂^2J/∂a^2$ of a loss."""
    return Worked(deriver.second_derivative(entry(of)))


def output_delta(activation: str | Definition, loss: str | Definition) -> Worked:
    """The output delta $δ = ∂J/∂z = ∂J/∂a · φ′(z)$ of a loss after an activation; PairError says why a pair has none.

    `.cancels` is whether $φ′(z)$ drops out: `Cancels.FULLY` for sigmoid with binary cross-entropy.
    """
    phi = of_kind(activation, Kind.ACTIVATION)
    if isinstance(loss, str) and canonical(loss).replace("_", "").removesuffix("loss") == MATCHING:
        return matching_loss(phi)
    try:
        cost = of_kind(loss, Kind.LOSS)
    except UnknownNameError as error:
        raise UnknownNameError(Kind.LOSS.value, error.name, nearest(error.name, (*LOSSES, MATCHING))) from None
    return Worked(deriver.output_delta(phi, cost), cancels=deriver.pair(phi, cost).cancels)


def matching_loss(activation: str | Definition) -> Worked:
    """The loss for which $δ = a − y$ after this activation: $J = ∫ (φ(z) − y) dz$, up to a term in y alone."""
    return Worked(deriver.matching_loss(of_kind(activation, Kind.ACTIVATION)))


def derive(expr: str | Expr, wrt: str | Symbol | None = None, *, seconds: float | None = SECONDS) -> Worked:
    """The derivative $∂f/∂z$ of your own expression f by `wrt`, every rule shown.

    Text goes through symgrad's grammar. A symbol that is not real is read as real; positive=True and the like
    are taken as its domain. Without `wrt` the derivative is by `z`, or by the only symbol there is.
    What takes longer than `seconds` ends in UnsupportedError; None is no limit.
    """
    return in_time(lambda: derived(expression(expr), wrt), seconds)


def derived(value: Expr, wrt: str | Symbol | None) -> Worked:
    """The derivation of an expression by one of its symbols, which must have a value somewhere."""
    variable = chosen(value, wrt)
    twin = twins(value, variable)
    own = put(value, twin.real)
    domains = where_defined(own, twin.domains)
    require_value(own, domains)
    whole = deriver.derive(own, twin.real[variable], domains)
    return Worked(replace(whole, title=message("The derivative of {function}", function=named(value))), twin.back)


def named(expr: Any) -> str:
    """What a title calls an expression: its formula, unless that is too long for a title."""
    words = spell(expr)
    return words if len(words) <= LONGEST else "an expression"


def prove(
    left: str | Expr,
    right: str | Expr,
    *,
    assuming: str | Basic | Iterable[str | Basic] | bool = True,
    seconds: float = 20.0,
) -> Statement:
    """Whether `left` equals `right` for all real values of the symbols that satisfy `assuming`.

    Text goes through symgrad's grammar, the assumption's too: `assuming="z > 0 & y < 1"`; several are assumed together.
    What a symbol was made with (positive=True) is assumed too. The `.verdict` is never a guess: its status is
    UNKNOWN where neither a proof nor a counterexample was found.
    """
    assumed = list(assuming) if isinstance(assuming, list | tuple | set | frozenset) else [assuming]
    own = [e for e in (left, right, *assumed) if not isinstance(e, str)]
    condition = And(*(adopt(parse_condition(c), own) if isinstance(c, str) else c for c in assumed))
    sides = [adopt(expression(side), own) if isinstance(side, str) else expression(side) for side in (left, right)]
    require_clear([side for side, text in zip(sides, (left, right), strict=True) if isinstance(text, str)], condition)
    twin = twins(*sides, condition)
    before, after, condition = (put(part, twin.real) for part in (*sides, condition))
    given = And(condition, twin.assuming)
    try:
        answer = in_time(
            lambda: prover.prove(before, after, variables=twin.domains, assuming=given, seconds=seconds), seconds
        )
    except UnsupportedError as error:
        answer = Verdict(Status.UNKNOWN, reason=error.told)
    return statement(Step(before, after, "statement", given), twin.domains, told(answer, twin), twin.back)


def require_clear(sides: Iterable[Any], condition: Any) -> None:
    """Refuse a parameter that is left out in one text, and whose letter stands in another."""
    letters = {s.name for part in (*sides, condition) for s in part.free_symbols}
    for made in (made for side in sides for made in side.atoms(Elementwise)):
        if double := doubtful(made, letters):
            raise UnsupportedError(double)


def adopt(parsed: Any, own: Iterable[Any]) -> Any:
    """Parsed text with its letters standing for the user's own symbols of the same names."""
    named = {s.name: s for value in own for s in getattr(value, "free_symbols", ())}
    return put(parsed, {s: named[s.name] for s in parsed.free_symbols if s.name in named})


def told(verdict: Verdict, twin: Twins) -> Verdict:
    """The verdict, whose counterexample counts only if the assumptions of the user's own symbols allow it."""
    if verdict.status is Status.PROVED or not twin.special:
        return verdict
    names = ", ".join(s.name for s in twin.special)
    reason = f"over the reals the answer is {verdict.status.value}, but {names} may take special values only"
    return Verdict(Status.UNKNOWN, verdict.method, reason=reason)
