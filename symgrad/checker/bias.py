"""Narrow types leave much room for rounding: an error that always goes the same way is none.

`judge` allows for 64 roundings of the type that code returns, in half precision 6 % of the value. Rounding errors have
either sign, and few of them are so large; here the points are looked at together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symgrad.checker.judge import OK, ROUNDINGS, UNRESOLVED, WRONG
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.checker.difference import Array, Estimate
    from symgrad.checker.watch import Watch

FIRM = 4  # roundings, of the value or of the argument
RUN = 8  # points in a row that are off to the same side
MANY = 8  # directions, where the gradient of many parameters is of a type narrower than float32
POINTS = message(
    "point after point the gradient is off to the same side by more than some roundings of its type, as rounding is "
    "not; return doubles to see it better"
)
FEW = message(
    "at so few points an error of more than some roundings of the gradient's type can't be told from rounding; return "
    "doubles, or leave `points` out"
)
DIRECTIONS = message(
    "along most directions the gradient is off by more than some roundings of its type; return doubles to see it better"
)


def distrust(given: Array, truth: Estimate, outcomes: Array, eps: float, watch: Watch) -> None:
    """No point is OK any more if values that were let pass are off to the same side, point after point.

    WRONG are those where the truth is multiplied by one and the same number, to within a rounding.
    """
    with np.errstate(all="ignore"):
        size, error = np.abs(truth.estimate), given - truth.estimate
        known = np.isfinite(error) & ~truth.kink & (3 * truth.bound <= eps * size) & (size > np.finfo(np.float16).tiny)
        at = np.flatnonzero(known & (outcomes == OK) & (np.abs(error) <= 2 * ROUNDINGS * eps * size))
        slope, ratio = truth.estimate[at], error[at] / truth.estimate[at]
        side = np.where(np.abs(ratio) > FIRM * eps * (1 + steepness(truth.x[at], slope)), np.sign(error[at]), 0)
    if at.size < RUN and side.any():  # too few for a run
        watch.note("bias", FEW)
        outcomes[at[side != 0]] = UNRESOLVED
    found = runs(side)
    if found:
        watch.note("bias", POINTS)
        outcomes[outcomes == OK] = UNRESOLVED
    for run in found:
        if np.ptp(ratio[run]) <= 2 * eps and np.ptp(np.log2(np.abs(slope[run]))) >= 1:  # else no factor is seen
            outcomes[at[run]] = WRONG


def steepness(x: Array, slope: Array) -> Array:
    """By how many roundings the slope changes with one of its argument, as neighbours tell; of few, as for e^x."""
    if x.size < RUN:
        return np.abs(x)
    change = np.abs(np.diff(slope) / np.diff(x))
    change = np.maximum(np.append(change, 0), np.insert(change, 0, 0))
    return np.asarray(change * np.abs(x / slope))


def runs(side: Array) -> Sequence[slice]:
    """Where the same side, which is not 0, is taken often enough in a row."""
    edges = np.flatnonzero(np.diff(side, prepend=0.0, append=0.0))
    parts = [slice(a, b) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]
    return [p for p in parts if side[p.start] and p.stop - p.start >= RUN]


def biased(errors: Sequence[float], entries: Array, eps: float, watch: Watch) -> bool:
    """Whether, along most directions over the same entries, errors are more than some roundings of single entries."""
    room = FIRM * eps * float(np.linalg.norm(entries)) / np.sqrt(entries.size)
    if found := bool(np.median(errors) > room):
        watch.note("bias", DIRECTIONS)
    return found
