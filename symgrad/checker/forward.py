"""The user's function itself against the exact reference: a right gradient of another function is no right one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from symgrad.checker.blame import blamed, swept
from symgrad.checker.calling import epsilon
from symgrad.checker.exact import exact_values, vague_places
from symgrad.checker.excuses import COARSE, edge
from symgrad.checker.findings import Cause, PointFinding, worst_of
from symgrad.checker.judge import ROUNDINGS
from symgrad.checker.points import points
from symgrad.checker.scales import FEW
from symgrad.core import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.checker.difference import Array
    from symgrad.checker.elementwise import Trial
    from symgrad.checker.exact import Corner, Reference


def near(corners: Sequence[Corner], x: Array) -> Array:
    """Whether a point is a kink that code may place beside it, as one at 1/10, where a function may jump."""
    places = vague_places(corners, "float64")
    return np.asarray([any(abs(v - at) <= reach for at, reach in places) for v in x.tolist()], bool)


@lru_cache
def usual_value(of: Reference) -> float:
    """The size of intermediates: that of the largest value at some usual points, and no more than 1."""
    values = np.abs(exact_values(of, points(of.lower, of.upper, count=FEW))[0])
    return float(min(1.0, np.max(values, where=np.isfinite(values), initial=0.0) or 1.0))


def forward_of(trial: Trial, x: Array, given: Array) -> PointFinding | None:
    """The point at which the function itself is furthest from the reference, if it is off by more than rounding."""
    function = trial.function
    if function is None or trial.truth is None:
        return None
    given = np.asarray(given if given.size == x.size else function(x), float)
    values, bounds = exact_values(trial.truth, x)
    sizes = usual_value(trial.truth) * np.maximum(1, np.abs(x))
    with np.errstate(all="ignore"):
        error = np.abs(given - values)
        eps = max(function.eps, epsilon(trial.plan.dtype) / ROUNDINGS)  # one of the narrow type is none of doubles
        allowed = 3 * bounds + function.quantum + ROUNDINGS * eps * np.maximum(sizes, np.abs(values))
        off = np.flatnonzero(~(error <= allowed) & np.isfinite(values))
    off = off[~near(trial.truth.corners, x[off])] if off.size else off
    if not off.size:
        return None
    found, parts = swept(function, x), []
    for n in off.tolist():
        value, bound, size = float(values[n]), float(bounds[n]), float(sizes[n])
        cause = blamed(found, n, value, bound, size).cause
        coarse = cause is Cause.UNDECIDED and error[n] > COARSE * max(size, abs(value))
        beyond = not np.isfinite(given[n]) and abs(x[n]) > edge(float) and trial.extremes != "fail"
        wrong = (cause is Cause.FORMULA or coarse) and not (beyond and cause is not Cause.FORMULA)
        outcome = Outcome.WRONG if wrong else Outcome.FLOOR
        parts.append(PointFinding(float(x[n]), float(given[n]), value, bound, outcome, False, value, value, "exact"))  # noqa: FBT003 - no kink
    return worst_of(parts)
