"""Slopes cut off to 0: a right formula loses its digits bit by bit, and only a condition drops them all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symgrad.checker.judge import FLOOR, OK
from symgrad.checker.stretches import edge, numbers, ordinals

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.checker.difference import Array, Estimate

    Compare = Callable[[Array], tuple[Array, Estimate]]  # points -> the given values, and the truth

LOST = 2.0**-10  # relative: an error above this is no rounding where the numbers beside it have their digits
ROUNDINGS = 2.0**10  # an error below so many is rounding
SURE = 2.0**-4  # of the error, or of the truth: wider bounds say nothing
GROWN = 2.0**8  # times the root of the least normal number: below it, a square overflows on the other side
AWAY = 2 ** np.arange(16)  # numbers on either side of a cut that are looked at


def cuts(  # noqa: PLR0917 - the columns of one table
    compare: Compare, x: Array, given: Array, truth: Estimate, outcomes: Array, dtype: str, eps: float
) -> Array:
    """The points of FLOOR at which the code drops the slope below some size, as one can see at the place itself.

    Between a point that has lost its digits, and a neighbour that is right, the place is found by bisection. If all
    numbers on one side of it have their digits and all on the other have lost them, no rounding did it.
    """
    found = np.zeros(x.size, bool)
    if eps * ROUNDINGS >= LOST or not (outcomes == FLOOR).any():
        return found
    lost = (outcomes == FLOOR) & off(given, truth, LOST)
    right = (outcomes == OK) & (np.abs(truth.estimate) > least(dtype, eps))
    for n in np.flatnonzero(lost).tolist():
        found[n] = any(
            0 <= m < x.size and right[m] and sharp(compare, float(x[n]), float(x[m]), dtype, eps)
            for m in (n - 1, n + 1)
        )
    return spread(found, lost) if found.any() else found


def least(dtype: str, eps: float) -> float:
    """Slopes below this say nothing: a square, or what is divided by one, overflows there."""
    kind = np.finfo(dtype if eps <= np.finfo(dtype).eps else np.float32)
    return GROWN * float(np.sqrt(float(kind.tiny)))


def off(given: Array, truth: Estimate, share: float) -> Array:
    """Where the given value is certainly off by more than this share of the truth."""
    with np.errstate(all="ignore"):
        error = np.abs(given - truth.estimate)
        return np.asarray((error > share * np.abs(truth.estimate)) & (truth.bound <= SURE * error) & ~truth.kink)


def sharp(compare: Compare, bad: float, good: float, dtype: str, eps: float) -> bool:
    """Whether all digits go at once somewhere between two points."""
    inside, outside = edge(lambda u: off(*compare(u), LOST), bad, good, dtype)
    last, first, far, near = (int(v) for v in ordinals(np.asarray([inside, outside, bad, good]), dtype))
    way = 1 if first > last else -1
    kept, gone = first + way * AWAY[abs(near - first) >= AWAY], last - way * AWAY[abs(far - last) >= AWAY]
    given, truth = compare(numbers(np.asarray([first, *kept]), dtype))
    with np.errstate(all="ignore"):
        size = np.abs(truth.estimate)
        exact = np.abs(given - truth.estimate) <= ROUNDINGS * eps * size + 3 * truth.bound
        known = (size > least(dtype, eps)) & (truth.bound <= SURE * size)
    return bool((exact & known).all()) and bool(off(*compare(numbers(np.asarray([last, *gone]), dtype)), LOST).all())


def spread(found: Array, lost: Array) -> Array:
    """The points found, and with them those which are lost without a break on either side."""
    starts = np.cumsum(np.diff(lost.astype(int), prepend=0) != 0)  # one number for each run
    return np.asarray(lost & np.isin(starts, starts[found]))
