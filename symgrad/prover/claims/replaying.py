"""A refutation looked at again: exactly, at its own point, and in other arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mpmath  # type: ignore[import-untyped]  # it ships no types

from symgrad.core import Equal, Holds, Status
from symgrad.prover.claims.settle import allowed, false_at, there
from symgrad.prover.indexed import replayed as indexed_replayed
from symgrad.prover.pieces import HOLDS
from symgrad.prover.relations import prove_relation
from symgrad.prover.replay import NoValue, Numbers

if TYPE_CHECKING:
    from symgrad.core import Verdict, Witness
    from symgrad.core.claim import Statement

DIGITS, EQUAL = 60, mpmath.mpf(10) ** -20  # mpmath differentiates by differences, so equality is to this size


def replayed(statement: Statement, verdict: Verdict) -> tuple[bool, bool] | None:
    """Whether a refutation's witness holds in exact arithmetic and in mpmath's; None where it has no point."""
    witness = verdict.witness
    if witness is None or not witness.point:
        return None
    if isinstance(statement, Equal):
        again = indexed_replayed(witness, statement.left, statement.right)
        return again, again
    return (exactly(statement, witness), in_numbers(statement, witness)) if isinstance(statement, Holds) else None


def exactly(statement: Holds, witness: Witness) -> bool:
    """Whether the relation is false at the exact point, or a side is proved to have no value there."""
    if not allowed(statement, witness.point):
        return False
    if "undefined" in {witness.left, witness.right}:
        found = prove_relation(statement.relation, **there(statement, witness.point))
        return found.status in {Status.PROVED_EXCEPT, Status.DOMAIN_MISMATCH}
    return false_at(statement, witness.point)


def in_numbers(statement: Holds, witness: Witness) -> bool:
    """Whether mpmath finds the relation false, or a side without a value."""
    with mpmath.workdps(DIGITS):
        numbers = Numbers(dict(witness.point), statement.lets)
        try:
            left, right = (numbers.value(side) for side in statement.relation.args)
        except (NoValue, ZeroDivisionError):
            return "undefined" in {witness.left, witness.right}
        apart = left - right
        return not HOLDS[type(statement.relation)](0 if abs(apart) < EQUAL else int(mpmath.sign(apart)))
