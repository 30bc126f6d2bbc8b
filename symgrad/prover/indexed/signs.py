"""Whether an indexed expression is never negative: as a sum of products of squares and of factors that are positive."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from symgrad.core import Status, Verdict, Witness
from symgrad.indexed import Expr, show
from symgrad.indexed.conditions import cancelled
from symgrad.indexed.expr import never_negative
from symgrad.indexed.samples import space
from symgrad.prover.indexed.opinions import POINTS, in_balls, point_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.core import Variable
    from symgrad.indexed import Fact


def prove_nonnegative(value: Expr, *, facts: Sequence[Fact] = (), variables: Sequence[Variable] = ()) -> Verdict:
    """Whether value >= 0 at all sizes and entries that satisfy the assumed facts.

    It is proved as it is written, so write it as a sum of squares first, and prove that step: sum_k p_k (v_k - m)^2.
    """
    if never_negative(value):
        return Verdict(Status.PROVED, "a sum of squares and products of factors that are not negative")
    where = space((value, *cancelled(value)), facts, {v.symbol: v.domain for v in variables})
    tried = 0
    for sample in where.samples(Random(3)):  # noqa: S311 - sample points, no secrets
        found = in_balls(value, Expr(), sample)
        if found is None:
            continue
        if found[0] < 0:
            return Verdict(
                Status.REFUTED, "values at a point", witness=Witness(point_of(sample), found[0].str(20), "0")
            )
        tried += 1
        if tried == POINTS:
            break
    return Verdict(Status.UNKNOWN, reason=f"{show(value)} is not written as a sum of squares")
