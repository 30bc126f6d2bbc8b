"""Settled statements handed to the independent checkers: certificates of proofs, points of refutations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import And, Eq, Ge, Gt, Le, Lt, oo, true

from symgrad.core import (
    CoinMean,
    Equal,
    Exists,
    Holds,
    Image,
    Induction,
    Status,
    Tends,
    Variable,
    Verdict,
    interval,
)
from symgrad.prover.claims.inductions import beginning, step
from symgrad.prover.claims.replaying import replayed
from symgrad.prover.claims.settle import averaged, settle
from symgrad.prover.indexed import recheck_indexed
from symgrad.prover.pieces import jumping
from symgrad.prover.ranges import extrema
from symgrad.prover.recheck import recheck
from symgrad.prover.relations import carried, equation, prove_relation

if TYPE_CHECKING:
    from symgrad.core.claim import Statement

BEYOND = ((4, 0), (60, 10))  # C, and how far out |f(z) - L| <= C/|z| is claimed
SECONDS = 2.0
PROVED = Verdict(Status.PROVED)


def rechecked(statement: Statement, verdict: Verdict) -> bool | None:
    """Whether an independent checker accepts the verdict; None where there is nothing that it could replay.

    Proofs by extremes, regions or integrals are such: they rest on the prover's balls alone.
    """
    if verdict.status.failed:
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


def of_tail(s: Tends, _: Verdict) -> bool | None:
    """A limit at infinity, shown by |f(z) - L| <= C/|z| from some point on."""
    z, side = s.variable, 1 if s.at is oo else -1
    if s.at not in {oo, -oo} or s.to in {oo, -oo}:
        return None
    for bound, far in BEYOND:
        beyond = Variable(z, interval(far, None) if side > 0 else interval(None, -far))
        gap = (s.expr - s.to) * z
        both = (Le(gap, bound, evaluate=False), Ge(gap, -bound, evaluate=False))
        answers = [certified(Holds(s.words, relation, (beyond,))) for relation in both]
        if None not in answers:
            return all(answers)
    return None


def of_values(s: Image, _: Verdict) -> bool | None:
    """The values of a function without jumps: no value lies beyond an end, and each end is reached or approached."""
    expr, over = carried(s.expr, s.variable), (Variable(s.variable, s.on),)
    if any(True for _ in jumping(expr, s.variable)):
        return None
    answers: list[bool | None] = []
    ends = zip(
        extrema(expr, s.variable, domain=s.on), (s.values.lower, s.values.upper), ((Ge, Gt), (Le, Lt)), strict=True
    )
    for found, end, (weakly, strictly) in ends:
        if end is None:
            return None
        relation = (weakly if found.attained else strictly)(s.expr, end, evaluate=False)
        answers.append(certified(Holds(s.words, relation, over)))
        if found.attained:
            there = Exists(s.words, Eq(s.expr, end, evaluate=False), ((s.variable, found.at[0]),), over)
            answers.append(at_its_place(there, PROVED))
        else:
            answers.append(of_tail(Tends(s.words, s.expr, s.variable, found.approached[0], end), PROVED))
    return None if None in answers else all(answers)


def certified(s: Holds) -> bool | None:
    """A relation proved with a certificate, and that replayed; None where there is no such proof."""
    found = prove_relation(s.relation, variables=s.variables, seconds=SECONDS)
    return by_certificate(s, found) if found.proved else None


WAYS: dict[type, Any] = {
    Holds: by_certificate,
    CoinMean: of_outcomes,
    Exists: at_its_place,
    Equal: of_sizes,
    Induction: of_depths,
    Tends: of_tail,
    Image: of_values,
}
