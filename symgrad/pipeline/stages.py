"""Derive, prove, check: what is settled about a derivation, a pair, a document."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sympy import S

from symgrad import checker, deriver, prover
from symgrad.core import Definition, Derivation, Document, Facts, Page, Pair, Settled, Step, Verdict, every_step
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.functions import D

if TYPE_CHECKING:
    from sympy import Expr, Symbol

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
    function, variable = inlined(start.expr, derivation, start.variable), start.variable
    gradient = inlined(derivation.result, derivation, variable)
    return checker.check(function, gradient, variable, variables=derivation.domains, kinks=derivation.kinks)


def inlined(expr: Expr, derivation: Derivation, variable: Symbol) -> Any:
    """The expression with each named quantity replaced by its value, but for the variable itself."""
    for let in reversed(derivation.lets):
        if let.symbol != variable:
            expr = expr.xreplace({let.symbol: let.value})
    return expr
