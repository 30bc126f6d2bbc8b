"""A first look with a third of the calls: enough where the claimed slope is right.

It can only confirm. Whatever it does not confirm, to a part in 10^12 or to the rounding of the function, is left to the
whole ladder of `difference`: no point is called wrong here, and none unresolved.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from symgrad.checker.difference import BESIDE, NEAR, SPACING, Estimate, reach, short_of
from symgrad.checker.judge import BLUNT, EPS, MARGIN, ROUNDINGS

if TYPE_CHECKING:
    from symgrad.checker.difference import Array, Function

COARSE = 2.0 ** -np.arange(2.0, 9.0)  # of the scale: the steps of Richardson's table
FINE = SPACING * 2.0 ** np.asarray([7, 3])  # two that confirm it; no powers of two, against aliasing
STEPS = np.concatenate([COARSE, FINE])
COUNT = STEPS.size
CENTRAL, SIDED = ((1, 1), (2, 3), (4, 4), (4, 5), (4, 6)), ((1, 1), (4, 6))  # its entries: level and row
SLOW = 3.0  # times the distance from a parent, which is at least 4 times the error of a smooth function
SHARP = 2.0**-40  # relative: bounds above it are left to `difference`
TYPICAL = 1e-8  # of the largest slope: what a bound may be, where it is the rounding of the function
NARROW = 1e-7  # of the slope itself: the same, next to 0
LOST = 2048 * EPS  # that rounding: of the value, over the scale
CLOSER, FAR = 2.0**-3, 2.0  # of the scale, and its most, in the second look
CLOSEST = 2.0**-6  # of the scale, on a kink and at 0
LEAST = 1e-290  # steps next to smaller numbers have no digits
BEND = 1e-7  # relative: a smaller difference of the two slopes is no kink
SMOOTH = 2.0**-10  # of the second difference over the step: what is left of it when extrapolated, but for a kink


class Tableau:
    """Some entries of Richardson's table, for an error in powers of h^order, as sums of the differences.

    Rows of `found`: the entries; `SLOW` times their distances from a parent; the same from the fine steps. `doubt` says
    how many roundings, over the scale, go into the entries and into the last.
    """

    def __init__(self, entries: tuple[tuple[int, int], ...], order: int) -> None:
        table = [np.eye(COUNT)[: COARSE.size]]
        for level in range(1, 1 + max(level for level, _ in entries)):
            before, factor = table[-1], 2.0 ** (order * level) - 1
            table.append(np.vstack([before[:1], before[1:] + (before[1:] - before[:-1]) / factor]))
        values = [table[level][row] for level, row in entries]
        apart = [SLOW * (table[level - 1][row] - table[level - 1][row - 1]) for level, row in entries]
        ratio = (FINE[0] / FINE[1]) ** order
        fine = np.concatenate([np.zeros(COARSE.size), [-1 / (ratio - 1), ratio / (ratio - 1)]])
        self.count = len(entries)
        self.found = np.vstack([*values, *apart, fine])
        self.doubt = 4 / order * EPS * np.abs(np.vstack([*values, fine])) @ (1 / STEPS)

    def best(self, slopes: Array, size: Array) -> tuple[Array, Array, Array, Array]:
        """The value of least bound, its bound, what the fine steps may be off by, and what they give.

        `size` is that of the function's values over the scale.
        """
        found, doubt = self.found @ slopes, self.doubt[:, None] * size
        bounds = np.abs(found[self.count : -1]) + doubt[:-1]
        best = bounds.argmin(axis=0) * size.size + np.arange(size.size)
        value, bound = found.take(best), bounds.take(best)
        return value, bound, MARGIN * (bound + doubt[-1]), found[-1]


BOTH, ONE = Tableau(CENTRAL, 2), Tableau(SIDED, 1)
ABOVE = np.diag(1 / FINE) @ np.eye(COUNT)[COARSE.size :]
BENDS = np.hstack([ABOVE, ABOVE, -2 / FINE[:, None]])  # the difference of the slopes on both sides, at the fine steps
BENDS[1] += (BENDS[1] - BENDS[0]) / (FINE[0] / FINE[1] - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the function is called: at x + h, x - h and x for every step h; and what depends on these alone."""

    points: Array
    scale: Array
    width: Array
    sides: Array
    loose: Array  # how much of `TYPICAL` counts: nothing next to 0, where finer steps may tell more
    on: Array  # whether a declared kink is there
    zero: Array


@lru_cache(maxsize=64)
def places(points: bytes, lower: float, upper: float, kinks: tuple[float, ...], *, closer: bool = False) -> Places:
    """As every check of a domain asks for the same points; `closer` has finer steps, next to 0 smaller than |x|."""
    x = np.frombuffer(points)
    scale, size = short_of(kinks, x, reach(x, lower, upper)), np.abs(x)
    on = np.min([np.full(x.size, np.inf), *(np.abs(x - k) for k in kinks)], axis=0) <= BESIDE * np.maximum(1, size)
    fine = np.where((size < NEAR) & (size > LEAST), size, np.minimum(scale, 1) * CLOSEST)
    if closer:
        scale = np.minimum(scale, np.where(size < NEAR, fine, np.minimum(scale * CLOSER, FAR)))
    scale = 2.0 ** np.floor(np.log2(np.where(on, np.minimum(scale, fine), scale)))
    h = scale * STEPS[:, None]
    above, below = x + h, x - h
    every = np.concatenate([above.ravel(), below.ravel(), x])
    zero = size <= LEAST
    loose = TYPICAL * ((size >= NEAR) | zero | closer)
    return Places(every, scale, above - below, np.stack([above - x, below - x]), loose, on, zero)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be confirmed: the function, and the domain with its declared kinks."""

    f: Function
    lower: float
    upper: float
    kinks: tuple[float, ...]

    def at(self, x: Array, *, closer: bool = False) -> Places:
        """Where to call the function."""
        return places(x.tobytes(), self.lower, self.upper, self.kinks, closer=closer)


def glance(asked: Asked, x: Array, claimed: Array) -> Estimate:
    """Estimates with bounds that confirm the claimed slopes; where they don't, the bound is infinite.

    Warnings are the caller's.
    """
    at = asked.at(x)
    found, values, bound, typical = centred(asked.f, claimed, at, 0.0)
    unsure = found[1] == np.inf
    if asked.kinks:
        rows = (unsure & at.on).nonzero()[0]
        found[:, rows] = from_both_sides(values[:, rows], claimed[rows], at.scale[rows], at.sides[:, :, rows])
        unsure = found[1] == np.inf
    if unsure.any():
        rows = unsure.nonzero()[0]
        found[:, rows] = again(asked, x[rows], claimed[rows], bound[rows], typical)
    value, bound, left, right, step, noise, kink = found
    return Estimate(x, value, bound, kink > 0, left, right, bound, step, noise)


def again(asked: Asked, x: Array, claimed: Array, before: Array, typical: float) -> Array:
    """The same rows from finer steps, where these know the slope better than those `before`."""
    at = asked.at(x, closer=True)
    found, values, bound, _ = centred(asked.f, claimed, at, typical)
    unsure = (found[1] == np.inf) | ~(bound <= before)
    return np.where(unsure, from_both_sides(values, claimed, at.scale, at.sides), found) if unsure.any() else found


def centred(f: Function, claimed: Array, at: Places, typical: float) -> tuple[Array, Array, Array, float]:
    """What central differences confirm, the values of the function, all bounds, and the largest slope.

    Rows of the first: estimate, bound, slopes on the left and right, step, noise, and whether there is a kink.
    """
    values = f(at.points).reshape(-1, claimed.size)
    largest = np.abs(values).max(axis=0)
    size, own = largest / at.scale, np.where(at.zero, largest, np.abs(values[-1])) / at.scale
    value, bound, slack, fine = BOTH.best((values[:COUNT] - values[COUNT:-1]) / at.width, size)
    bend, wide = np.abs(BENDS[::-1] @ values / at.scale)
    slope = np.abs(value)
    sharp = bound <= SHARP * slope
    typical = float(slope.max(where=sharp, initial=typical))
    sure = sharp | (bound <= np.minimum(LOST * own, np.maximum(typical * at.loose, NARROW * slope)))
    sure &= np.abs(claimed - value) <= MARGIN * bound + ROUNDINGS * EPS * slope
    sure &= np.abs(fine - value) <= slack
    sure &= bend <= BEND * slope + 2 * slack + SMOOTH * wide
    known = np.where(sure, bound, np.inf)
    return np.array([value, known, value, value, COARSE[-1] * at.scale, EPS * size, 0 * value]), values, bound, typical


def from_both_sides(values: Array, claimed: Array, scale: Array, widths: Array) -> Array:
    """What one-sided differences confirm, in the same rows: a value between two slopes, or of two that are one."""
    here, rises = values[-1], values[:-1].reshape(2, COUNT, -1) - values[-1]
    extent = (np.abs(here) + np.abs(rises).max(axis=(0, 1))) / scale
    (right, bound, far, fine), (left, bound_, far_, fine_) = (ONE.best(s, extent) for s in rises / widths)
    slack = bound + bound_
    sure = (np.abs(fine - right) <= far) & (np.abs(fine_ - left) <= far_)
    low, high = np.minimum(left, right), np.maximum(left, right)
    value, half, size = (low + high) / 2, (high - low) / 2, np.maximum(-low, high)
    kink = half > np.maximum(2 * slack, BEND * size)
    sure &= np.abs(claimed - value) <= np.where(kink, half + slack, MARGIN * slack) + ROUNDINGS * EPS * size
    sure &= slack <= np.where(kink, BLUNT, SHARP) * size
    known = np.where(sure, slack, np.inf)
    return np.array([value, known, left, right, COARSE[-1] * scale, EPS * extent, kink & sure])
