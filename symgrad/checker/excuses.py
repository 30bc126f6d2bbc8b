"""What rounding may excuse: an error that no formula of the same conditioning avoids, and overflow at the very ends.

The bounds of `judge` know neither the size of the intermediates nor the curvature. Here the exact reference says
how much the slope itself changes within some roundings of x, and the same code in other precisions says whether it
is rounding.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from symgrad.checker.blame import Sweep, blamed, swept
from symgrad.checker.calling import epsilon
from symgrad.checker.exact import exact_slopes, exact_values, slope_between
from symgrad.checker.findings import Cause
from symgrad.checker.judge import FLOOR, OK, ROUNDINGS, UNRESOLVED, WRONG, limits
from symgrad.checker.points import points
from symgrad.words import enumerated, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.checker.calling import Guarded
    from symgrad.checker.difference import Array, Estimate
    from symgrad.checker.exact import Corner, Reference

Extremes = Literal["note", "fail"]
UNITS = 16  # roundings of an intermediate, and of x
SIDES = ((-16, -7), (7, 16))  # in roundings of x, below it and above
NEARBY = (-16, -8, -4, 4, 8, 16)  # in roundings of x
DIGITS = 2.0**-10  # relative: a slope that changes by more within some roundings of x can't be told there
PARTS = (-0.739, -0.382, 0.382, 0.739)  # of 1: no parts of each other, as a period may be
COARSE = 2.0**-20  # relative: further off than this is more than an unstable form loses where the slope hardly changes


def excuse(  # noqa: PLR0917 - all of it is needed
    of: Reference, gradient: Guarded, given: Array, truth: Estimate, outcomes: Array, eps: float
) -> None:
    """FLOOR instead of WRONG where an error is the rounding of an intermediate as large as the function's value.

    Only the exact reference needs this: differences measure the rounding of the function themselves.
    """
    wrong = np.flatnonzero((outcomes == WRONG) & np.isfinite(given) & ~truth.kink)
    if not wrong.size:
        return
    values, _ = exact_values(of, truth.x[wrong])
    with np.errstate(all="ignore"):
        low = wrong[np.abs(given - truth.estimate)[wrong] <= UNITS * eps * np.abs(values)]
    if low.size:
        causes = causes_at(swept(gradient, truth.x), low, truth, np.ones(truth.x.size))
        outcomes[low[[c is Cause.ROUNDING for c in causes]]] = FLOOR


def earn_floor(  # noqa: PLR0917 - all of it is needed
    of: Reference, gradient: Guarded, given: Array, truth: Estimate, outcomes: Array, eps: float
) -> None:
    """WRONG instead of FLOOR where an error is more than the slope changes within some roundings of x.

    It stays FLOOR where the code in other precisions shows that rounding is the cause.
    """
    unit = usual_size(of) if (outcomes == FLOOR).any() else 1.0
    with np.errstate(all="ignore"):
        error = np.abs(given - truth.estimate)
        doubted = np.flatnonzero((outcomes == FLOOR) & (error > UNITS * eps * unit))
        if doubted.size:
            doubted = doubted[error[doubted] > 2 * change(of, truth.at(doubted), eps)]
    if not doubted.size:
        return
    allowed = COARSE * np.maximum(unit, np.abs(truth.estimate))
    causes = causes_at(swept(gradient, truth.x), doubted, truth, np.full(truth.x.size, unit))
    for n, cause in zip(doubted.tolist(), causes, strict=True):
        if cause is Cause.FORMULA or (cause is Cause.UNDECIDED and error[n] > allowed[n]):
            outcomes[n] = WRONG


@lru_cache
def usual_size(of: Reference) -> float:
    """The size of intermediates: that of the largest slope at some usual points, and no more than 1."""
    slopes = np.abs(exact_slopes(of, points(of.lower, of.upper, count=24)).estimate)
    return float(min(1.0, np.max(slopes, where=np.isfinite(slopes), initial=0.0) or 1.0))


def excuse_steep(of: Reference, given: Array, truth: Estimate, outcomes: Array, exact: Array, eps: float) -> None:  # noqa: PLR0917 - all of it is needed
    """FLOOR instead of WRONG where some roundings of x change the true slope by as much as the error, as in sin(30 x).

    It has to change on both sides of x: beside a jump it changes on one. Where it keeps none of its digits, as that of
    sin(1/x) next to 0, any value of its size is UNRESOLVED.
    """
    wrong = np.flatnonzero((outcomes == WRONG) & exact & np.isfinite(given) & ~truth.kink & (truth.x != 0))
    if not wrong.size:
        return
    x, slope = truth.x[wrong], truth.estimate[wrong]
    with np.errstate(all="ignore"):
        sides = np.asarray([[exact_slopes(of, x * (1 + n * eps)).estimate for n in side] for side in SIDES])
        error = np.abs(given[wrong] - slope)
        moved = np.abs(sides - slope).max(axis=1).min(axis=0)
        size = np.abs(sides).max(axis=(0, 1))
        restless = np.asarray([unsteady(of, v, s, eps) for v, s in zip(x.tolist(), slope.tolist(), strict=True)])
        moved, size = np.maximum(moved, restless), np.maximum(size, restless)
        excused = error <= np.where(moved > size / UNITS, 4 * size, moved)
        vague = error > DIGITS * np.abs(slope)
    outcomes[wrong[excused & vague]] = UNRESOLVED
    outcomes[wrong[excused & ~vague]] = FLOOR


def unsteady(of: Reference, x: float, slope: float, eps: float) -> float:
    """How much the slope changes between the numbers next to x, where their distance is 1 or more, as that of cos(πx).

    All of those numbers may lie at the same place of a wave.
    """
    if abs(x) * eps < 1:
        return 0.0
    changes = [abs(slope_between(of, x, part) - slope) for part in PARTS]
    return max((c for c in changes if not np.isnan(c)), default=0.0)


def excuse_beside(  # noqa: PLR0917 - all of it is needed
    corners: Sequence[Corner], given: Array, truth: Estimate, outcomes: Array, exact: Array, eps: float
) -> None:
    """OK instead of WRONG where a rounding of x puts it on a kink, if the value is between the slopes there.

    relu6(x + 3) has x + 3 = 6 for the number next to 3. Beside 0 there is nothing to round.
    """
    for corner in corners:
        if corner.left is not None and corner.right is not None:
            slack = ROUNDINGS * eps * max(abs(corner.left), abs(corner.right))
            low, high = sorted((corner.left, corner.right))
            beside = exact & ~truth.kink & (np.abs(truth.x - corner.at) <= 2 * eps * abs(corner.at))
            between = (given >= low - slack) & (given <= high + slack)
            outcomes[(outcomes == WRONG) & beside & between] = OK


def change(of: Reference, truth: Estimate, eps: float) -> Array:
    """How much the true slope changes within some roundings of x: the conditioning, times the rounding."""
    beside = np.stack([exact_slopes(of, truth.x * (1 + n * eps)).estimate for n in NEARBY])
    return np.asarray(np.nan_to_num(np.abs(beside - truth.estimate), nan=0.0).max(axis=0))


def excuse_extremes(  # noqa: PLR0917 - all of it is needed
    of: Reference, gradient: Guarded, given: Array, truth: Estimate, outcomes: Array, dtype: Any
) -> str | None:
    """UNRESOLVED instead of WRONG where squares of x overflow, and so does the code; the note that says so.

    A NaN or an infinity is excused unless more precision shows the formula to be at fault; a number, only if more
    precision mends it.
    """
    end = edge(dtype)
    far = (np.abs(truth.x) > end) | ((np.abs(truth.x) < 1 / end) & (truth.x != 0))
    with np.errstate(all="ignore"):
        coarse = np.abs(given - truth.estimate) > COARSE * np.maximum(1, np.abs(truth.estimate))
    off = (outcomes == WRONG) | ((outcomes == FLOOR) & coarse)
    at = np.flatnonzero(off & far & ~truth.kink)
    if not at.size:
        return None
    with np.errstate(all="ignore"):
        size = np.where(np.isfinite(given), 1.0, np.maximum(np.abs(truth.x), 1 / np.abs(truth.x)))
    causes = np.asarray(causes_at(swept(gradient, truth.x), at, truth, size), object)
    places = zip(truth.x[at].tolist(), truth.estimate[at].tolist(), strict=True)
    lost = [unsteady(of, x, slope, epsilon(dtype)) > 0 for x, slope in places]
    excused = at[np.where(np.isfinite(given[at]), causes == Cause.ROUNDING, (causes != Cause.FORMULA) | lost)]
    if not excused.size:
        return None
    outcomes[excused] = UNRESOLVED
    said = {"far": f"{end:.2g}", "near": f"{1 / end:.2g}"}
    where = [message("beyond {far}", **said)] * bool((np.abs(truth.x[excused]) > 1).any())
    where += [message("within {near} of 0", **said)] * bool((np.abs(truth.x[excused]) < 1).any())
    return message(
        "{name} is unstable, {where}, where squares overflow: {value} at {at}; extremes='fail' makes this an error",
        name=gradient.name,
        where=enumerated(where),
        value=f"{given[excused[-1]]:g}",
        at=f"{truth.x[excused[-1]]:.3g}",
    )


def edge(dtype: Any) -> float:
    """The number whose square is the largest of its type."""
    return float(np.sqrt(limits(np.dtype(dtype))[0]))


def causes_at(found: Sweep, places: Array, truth: Estimate, size: Array) -> list[Cause]:
    """The cause of the error at each of these places, where intermediates have about these sizes."""
    values = zip(*(a[places].tolist() for a in (truth.estimate, truth.bound, size)), strict=True)
    return [blamed(found, n, *row).cause for n, row in zip(places.tolist(), values, strict=True)]
