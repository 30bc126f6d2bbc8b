"""Whether steps by hand follow by the rules that they name: what a rule makes of a line, compared by the prover."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import Dummy, S

from symgrad import prover
from symgrad.core import DOUBTED, Status, SymgradError
from symgrad.deriver.context import Context
from symgrad.deriver.reasons import results
from symgrad.deriver.rounds import standing
from symgrad.indexed import Expr as Indexed

if TYPE_CHECKING:
    from symgrad.core import Derivation, Step, Verdict

SECONDS = 2.0


def with_reason(verdict: Verdict, step: Step, derivation: Derivation) -> Verdict:
    """The verdict on a step by hand, which says so where the step does not follow by the rule that it names."""
    if not derivation.by_hand or verdict.status is not Status.PROVED or isinstance(step.before, Indexed):
        return verdict
    context = Context(derivation.domains, derivation.lets, kinks=())
    found = results(step, context)
    if found is None or any(same(found[0], made, step.given, derivation) for made in found[1]):
        return verdict
    return replace(verdict, reason=DOUBTED)


def same(after: Any, made: Any, given: Any, derivation: Derivation) -> bool:
    """Whether two lines are equal with the derivatives that stand in them taken as letters, whatever their values."""
    known: dict[Any, Any] = {}
    left, right = (e.xreplace({n: letter(n, known, derivation) for n in standing(e)}) for e in (after, made))
    return equal(left, right, given, derivation)


def letter(node: Any, known: dict[Any, Any], derivation: Derivation) -> Any:
    """The letter for a derivative: that of an earlier one if what is differentiated is the same function."""
    for other, symbol in known.items():
        if node.variable == other.variable and equal(node.expr, other.expr, S.true, derivation):
            return symbol
    return known.setdefault(node, Dummy(f"d{len(known)}", real=True))


def equal(left: Any, right: Any, given: Any, derivation: Derivation) -> bool:
    """Whether two expressions are proved equal."""
    if left == right:
        return True
    with suppress(SymgradError):
        found = prover.prove(
            left, right, variables=derivation.domains, lets=derivation.lets, assuming=given, seconds=SECONDS
        )
        return found.proved
    return False
