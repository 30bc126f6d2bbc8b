"""Settled statements handed to the independent checkers: certificates of proofs, points of refutations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import And, Eq, true

from symgrad.core import CoinMean, Equal, Exists, Holds, Induction, Status
from symgrad.prover.claims.inductions import beginning, step
from symgrad.prover.claims.replaying import replayed
from symgrad.prover.claims.settle import averaged, settle
from symgrad.prover.indexed import recheck_indexed
from symgrad.prover.recheck import recheck
from symgrad.prover.relations import equation, prove_relation

if TYPE_CHECKING:
    from symgrad.core import Verdict
    from symgrad.core.claim import Statement


def rechecked(statement: Statement, verdict: Verdict) -> bool | None:
    """Whether an independent checker accepts the verdict; None where there is nothing that it could replay.

    Proofs by extremes, regions, limits or integrals are such: they rest on the prover's balls alone.
    """
    if verdict.status is Status.REFUTED:
        again = replayed(statement, verdict)
        return None if again is None else all(again)
    way = WAYS.get(type(statement))
    return way(statement, verdict) if way and verdict.proved else None


def of_sizes(s: Equal, verdict: Verdict) -> bool:
    """An equation with symbolic dimensions."""
    return recheck_indexed(verdict.certificate, s.left, s.right, facts=s.facts).ok


def of_depths(s: Induction, _: Verdict) -> bool | None:
    """The beginning of an induction and its step."""
    answers = [rechecked(part, settle(part)) for part in (beginning(s), step(s))]
    return None if None in answers else all(answers)


def by_certificate(s: Holds, verdict: Verdict) -> bool | None:
    """The certificate of a relation, replayed against the relation itself."""
    if not s.relation.free_symbols and all(side.is_Rational for side in s.relation.args):
        return bool(type(s.relation)(*s.relation.args) == true)  # 1 <= 1, which begins an induction
    if not verdict.certificate:
        return None
    told: dict[str, Any] = {"variables": s.variables, "lets": s.lets, "assuming": s.assuming}
    return recheck(verdict.certificate, *equation(s.relation), **told).ok


def at_its_place(s: Exists, _: Verdict) -> bool | None:
    """What holds at a named point: proved there, and replayed."""
    if not s.at:
        return None
    assuming = And(s.assuming, *(Eq(x, v) for x, v in s.at))
    found = prove_relation(s.relation, variables=s.variables, assuming=assuming)
    return by_certificate(Holds(s.words, s.relation, s.variables, assuming), found) if found.proved else None


def of_outcomes(s: CoinMean, verdict: Verdict) -> bool | None:
    """A mean over coins."""
    return by_certificate(averaged(s), verdict)


WAYS: dict[type, Any] = {
    Holds: by_certificate,
    CoinMean: of_outcomes,
    Exists: at_its_place,
    Equal: of_sizes,
    Induction: of_depths,
}
