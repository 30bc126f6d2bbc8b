"""Derive, prove, check: what is settled about a derivation, a pair, an entry, a document."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from sympy import And, Ne, Rational, S
from sympy.core.function import AppliedUndef

from symgrad import checker, deriver, prover
from symgrad.checker.indexed import check_indexed
from symgrad.core import (
    Definition,
    Derivation,
    Document,
    Facts,
    Kind,
    LayerInduction,
    Let,
    LossFacts,
    Page,
    Pair,
    Settled,
    Step,
    TimeInduction,
    UnsupportedError,
    Verdict,
    every_step,
)
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.functions import D
from symgrad.functions.symbols import J, y
from symgrad.indexed import Expr as Indexed
from symgrad.indexed import Fact
from symgrad.pipeline.bends import bends
from symgrad.pipeline.claims import settlement
from symgrad.pipeline.declared import require_declared
from symgrad.pipeline.losses import loss_facts
from symgrad.pipeline.measured import measured
from symgrad.pipeline.numpy_source import of_derivation
from symgrad.pipeline.reasons import with_reason
from symgrad.prover.indexed import prove_by_induction, prove_indexed, prove_indexed_step, prove_through_time, usable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Symbol

    from symgrad.core import CheckReport

SEVENTHS = [Rational(n, 7) for n in (-719, -17, -3, 2, 5, 23, 701)]  # no kink's value is a seventh
LONG = 1000  # operations; stable forms of more are not looked for


def settle(derivation: Derivation) -> Settled:
    """The derivation with a verdict for every step, for the whole chain, and a numeric check of its result."""
    steps = every_step(derivation.steps)
    verdicts = tuple(with_reason(prove(step, derivation), step, derivation) for step in steps)
    claim, given = prove_claim(derivation)
    return Settled(
        derivation, verdicts, claim, check(derivation), given, tuple(without(derivation, claim)), code(derivation)
    )


def without(derivation: Derivation, claim: Verdict) -> Iterator[tuple[Fact, Indexed]]:
    """Each assumed fact that the whole needs, with the result where it is not assumed, which is proved as well."""
    for fact in (c for c in claim.conditions if isinstance(c, Fact)):
        kept = tuple(usable(tuple(f for f in derivation.facts if f is not fact)))
        found = deriver.indexed.rederived(derivation, kept)
        proved = prove_indexed(derivation.start, found.result, facts=kept, variables=derivation.domains).proved
        if proved and found.result not in {derivation.start, derivation.result}:
            yield fact, found.result


def code(derivation: Derivation) -> str:
    """The result of a scalar derivation as NumPy code, in its variable alone; nothing where there is none."""
    start = derivation.start
    if not isinstance(start, D) or derivation.result.has(AppliedUndef) or derivation.result.count_ops() > LONG:
        return ""
    with suppress(UnsupportedError):
        return of_derivation(derivation, inlined(derivation.result, derivation, start.variable))
    return ""


def prove_claim(derivation: Derivation) -> tuple[Verdict, Any]:
    """The verdict on the whole chain and what it assumes: nothing where that can be proved.

    A whole may be smooth where a rule on the way is not: softsign has a slope at 0, |z| has none.
    """
    claim = derivation.claim
    if claim.given != S.true:
        everywhere = prove(replace(claim, given=S.true), derivation)
        if everywhere.proved:
            return everywhere, S.true
    return prove(claim, derivation), claim.given


def prove(step: Step, derivation: Derivation) -> Verdict:
    """The verdict on one step, with the derivation's names and domains."""
    if isinstance(step.before, Indexed):
        return prove_indexed_step(step, derivation)
    return prover.prove_step(step, derivation.domains, derivation.lets)


def check(derivation: Derivation) -> CheckReport | None:
    """Finite differences of what is differentiated against the result; None where nothing is differentiated."""
    start = derivation.start
    if isinstance(start, Indexed):
        return check_indexed(start, derivation.result, facts=derivation.facts, variables=derivation.domains)
    if not isinstance(start, D) or derivation.claim.relation != "=":
        return None
    x = start.variable
    claim = derivation.claim
    function, gradient, given = (inlined(e, derivation, x) for e in (start.expr, claim.after, claim.given))
    return checker.check(
        function,
        gradient,
        x,
        variables=derivation.domains,
        kinks=derivation.kinks,
        values=targets(derivation) if derivation.lets and derivation.kinks else None,
        given=given,
    )


def targets(derivation: Derivation) -> dict[Symbol, list[Rational]]:
    """Values of the target that keep the kinks of a loss away from those of the activation.

    Where the two fall together, the product of their conventions need not lie between the slopes of the whole.
    """
    domain = next((v.domain for v in derivation.domains if v.symbol == y), None)
    if domain is None or domain.values:
        return {}
    low, high = domain.lower, domain.upper
    return {y: [t for t in SEVENTHS if (low is None or low < t) and (high is None or t < high)]}


def inlined(expr: Any, derivation: Derivation, variable: Symbol | None) -> Any:
    """The expression with each named quantity replaced by its value, the variable itself excepted."""
    for let in reversed(derivation.lets):
        if let.symbol != variable:
            expr = expr.xreplace({let.symbol: let.value})
    return expr


def settle_document(document: Document, pairs: tuple[Pair, ...] = ()) -> Page:
    """Everything a page shows, settled; `pairs` are the rows of the comparison table where it has them already."""
    return Page(
        document,
        tuple(settle(d) for d in document.derivations),
        tuple(map(about, document.about)),
        pairs or every_pair() if document.pairs else (),
        tuple(replace(i, verdict=induction(i)) for i in document.inductions),
        tuple(map(settlement, document.claims)),
        tuple(map(measured, document.experiments)),
    )


def induction(claimed: LayerInduction | TimeInduction) -> Verdict:
    """The verdict on an induction over layers or over time."""
    if isinstance(claimed, TimeInduction):
        return prove_through_time(claimed)
    return prove_by_induction(claimed.last, claimed.step)


def about(definition: Definition) -> Facts | LossFacts:
    """What is proved about an entry beyond its derivative."""
    require_declared(definition)
    return facts(definition) if definition.kind is Kind.ACTIVATION else loss_facts(definition)


@cache
def facts(definition: Definition) -> Facts:
    """What is proved about an activation beyond its derivative."""
    first = deriver.derivative(definition)
    second = deriver.second_derivative(definition)
    found = prover.facts(definition, first.result, deriver.in_output(definition), second.result)
    return replace(found, bends=tuple(bends(found)))


def every_pair() -> tuple[Pair, ...]:
    """Every activation with every loss."""
    return tuple(pair for activation in ACTIVATIONS.values() for pair in pairs_of(activation))


def pairs_of(activation: Definition) -> tuple[Pair, ...]:
    """An activation's rows of the comparison table."""
    return tuple(settle_pair(activation, loss) for loss in LOSSES.values())


def settle_pair(activation: Definition, loss: Definition) -> Pair:
    """One row: the delta proved equal to dJ/dz, kinks aside, and checked; or the reason why there is none."""
    pair = deriver.pair(activation, loss)
    if pair.refused:
        return pair
    whole = claim_of(pair)
    return replace(pair, verdict=prove(whole.claim, whole), check=check(whole))


def claim_of(pair: Pair) -> Derivation:
    """The row's statement, dJ/dz = delta, as a derivation of one step: its lines are not asked for here."""
    activation, loss = pair.activation, pair.loss
    smooth = And(*(Ne(k.variable, k.at) for k in (*activation.kinks, *loss.kinks)))
    step = Step(D(J, activation.variable), pair.delta, "claim", smooth)
    domains = (*activation.domains, *(v for v in loss.domains if v.symbol != loss.variable))
    lets = (Let(loss.variable, activation.applied), Let(J, loss.of))
    return Derivation(f"{activation.name}-{loss.name}", "", (step,), domains, lets, activation.kinks)
