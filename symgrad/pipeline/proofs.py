"""A verdict with the statement it is about, so that its certificate can be replayed against that statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symgrad import prover
from symgrad.core import every_step
from symgrad.indexed import Expr as Indexed
from symgrad.prover.indexed import recheck_indexed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.core import Let, Settled, Step, Variable, Verdict


@dataclass(frozen=True, slots=True)
class Proof:
    """`left` equals `right` where `assuming` holds, and what the prover says to that."""

    verdict: Verdict
    left: Any
    right: Any
    variables: tuple[Variable, ...] = ()
    lets: tuple[Let, ...] = ()
    assuming: Any = True
    facts: tuple[Any, ...] = ()

    @property
    def refusal(self) -> str:
        """Why the independent checker does not accept the proof; empty where it does."""
        if not self.verdict.certificate:
            return "there is no certificate"
        if isinstance(self.left, Indexed):
            found = recheck_indexed(
                self.verdict.certificate, self.left, self.right, facts=self.facts, variables=self.variables
            )
            return "" if found.ok else found.reason
        replayed = prover.recheck(
            self.verdict.certificate,
            self.left,
            self.right,
            variables=self.variables,
            lets=self.lets,
            assuming=self.assuming,
        )
        return "" if replayed.ok else replayed.reason or "the certificate is not accepted"


def proof(left: Any, right: Any, variables: Sequence[Variable] = (), *, assuming: Any = True) -> Proof:
    """The statement with the prover's verdict."""
    verdict = prover.prove(left, right, variables=variables, assuming=assuming)
    return Proof(verdict, left, right, tuple(variables), (), assuming)


def proofs(settled: Settled) -> Iterator[Proof]:
    """Every step of a derivation and the whole chain, each with its verdict."""
    derivation = settled.derivation
    given: list[tuple[Step, Any]] = [(step, step.given) for step in every_step(derivation.steps)]
    given.append((derivation.claim, settled.given))
    for (step, assuming), verdict in zip(given, (*settled.verdicts, settled.claim), strict=True):
        left, right = prover.stated(step) if not isinstance(step.before, Indexed) else (step.before, step.after)
        yield Proof(verdict, left, right, derivation.domains, derivation.lets, assuming, derivation.facts)
