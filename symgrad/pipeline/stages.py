"""Derive, prove, check: what is settled about a derivation, a pair, an entry, a document."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from symgrad import checker, deriver, prover
from symgrad.core import Definition, Derivation, Document, Facts, Kind, Page, Pair, Settled, Step, Verdict, every_step
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.functions import D

if TYPE_CHECKING:
    from sympy import Symbol

    from symgrad.core import CheckReport


def settle(derivation: Derivation) -> Settled:
    """The derivation with a verdict for every step, for the whole chain, and a numeric check of its result."""
    verdicts = tuple(prove(step, derivation) for step in every_step(derivation.steps))
    return Settled(derivation, verdicts, prove(derivation.claim, derivation), check(derivation))


def prove(step: Step, derivation: Derivation) -> Verdict:
    """The verdict on one step, with the derivation's names and domains."""
    return prover.prove_step(step, derivation.domains, derivation.lets)


def check(derivation: Derivation) -> CheckReport | None:
    """Finite differences of what is differentiated against the result; None where nothing is differentiated."""
    start = derivation.start
    if not isinstance(start, D):
        return None
    variable = start.variable
    function, gradient = (inlined(e, derivation, variable) for e in (start.expr, derivation.result))
    return checker.check(function, gradient, variable, variables=derivation.domains, kinks=derivation.kinks)


def inlined(expr: Any, derivation: Derivation, variable: Symbol) -> Any:
    """The expression with each named quantity replaced by its value, the variable itself excepted."""
    for let in reversed(derivation.lets):
        if let.symbol != variable:
            expr = expr.xreplace({let.symbol: let.value})
    return expr


def settle_document(document: Document) -> Page:
    """Everything a page shows, settled."""
    return Page(
        document,
        tuple(settle(d) for d in document.derivations),
        tuple(facts(d) for d in document.about if d.kind is Kind.ACTIVATION),
        pairs() if document.pairs else (),
    )


@cache
def facts(definition: Definition) -> Facts:
    """What is proved about an activation beyond its derivative."""
    first = deriver.derivative(definition)
    second = deriver.second_derivative(definition)
    return prover.facts(definition, first.result, deriver.in_output(definition), second.result)


def pairs() -> tuple[Pair, ...]:
    """Every activation with every loss: the delta proved and checked, or the reason why there is none."""
    return tuple(settle_pair(a, b) for a in ACTIVATIONS.values() for b in LOSSES.values())


def settle_pair(activation: Definition, loss: Definition) -> Pair:
    """One row of the comparison table."""
    pair = deriver.pair(activation, loss)
    if pair.refused:
        return pair
    whole = deriver.output_delta(activation, loss)
    return replace(pair, verdict=prove(whole.claim, whole), check=check(whole))
