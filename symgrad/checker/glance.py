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
CLOSE, TAIL = 2.0**-4, (8.0, 1e3)  # the points that most functions need it for: they have both looks in one call
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
        *self.doubts, self.doubt = 4 / order * EPS * np.abs(np.vstack([*values, fine])) @ (1 / STEPS)
        self.column = np.array(self.doubts)[:, None]

    def best(self, slopes: Array, size: Array) -> tuple[Array, Array, Array, Array]:
        """The value of least bound, its bound, what the fine steps may be off by, and what they give.

        `size` is that of the function's values over the scale.
        """
        found = self.found @ slopes
        bounds = np.abs(found[self.count : -1]) + self.column * size
        best = bounds.argmin(axis=0) * size.size + counting(size.size)
        value, bound = found.take(best), bounds.take(best)
        return value, bound, MARGIN * (bound + self.doubt * size), found[-1]


@lru_cache
def counting(size: int) -> Array:
    """The columns, by number."""
    return np.arange(size)


BOTH, ONE = Tableau(CENTRAL, 2), Tableau(SIDED, 1)
ABOVE = np.diag(1 / FINE) @ np.eye(COUNT)[COARSE.size :]
WIDE, SHORT = np.hstack([-2 / FINE[:, None], ABOVE, ABOVE])  # the difference of the slopes on both sides
BENDS = np.stack([SHORT + (SHORT - WIDE) / (FINE[0] / FINE[1] - 1), WIDE])


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the function is called: at x, x + h and x - h for every step h; and what depends on these alone.

    The columns are the points in falling order, as no other call has them, then some of them at finer steps.
    """

    x: Array
    within: tuple[float, float, tuple[float, ...]]  # the domain, and its declared kinks
    points: Array
    columns: Array  # which point each of them is
    second: Array  # the second column of each point, or its only one
    sided: Array  # which points are looked at from both sides there: on a kink, and where finer steps were tried
    scale: Array
    width: Array
    sides: Array
    loose: Array  # how much of `TYPICAL` counts: nothing next to 0, where finer steps may tell more
    zero: Array
    lost: Array  # `LOST`, over the scale
    step: Array
    none: Array

    def rows(self, values: Array) -> Array:
        """The values of the function, x first, then a row for each step."""
        return values.reshape(-1, self.columns.size)


@lru_cache(maxsize=64)
def places(points: bytes, lower: float, upper: float, kinks: tuple[float, ...], *, closer: bool = False) -> Places:
    """As every check of a domain asks for the same points; `closer` has finer steps, next to 0 smaller than |x|."""
    x = np.frombuffer(points)[::-1]
    scale, size = short_of(kinks, x, reach(x, lower, upper)), np.abs(x)
    on = np.min([np.full(x.size, np.inf), *(np.abs(x - k) for k in kinks)], axis=0) <= BESIDE * np.maximum(1, size)
    fine = np.where((size < NEAR) & (size > LEAST), size, np.minimum(scale, 1) * CLOSEST)
    finer = np.minimum(scale, np.where(size < NEAR, fine, np.minimum(scale * CLOSER, FAR)))
    scale = np.where(on, np.minimum(scale, fine), finer if closer else scale)
    twins = np.flatnonzero((finer < scale) & ~on & ((size < CLOSE) | (size >= TAIL[0]) & (size <= TAIL[1])))
    second = np.arange(x.size)
    second[twins] = x.size + np.arange(twins.size)
    columns = np.concatenate([np.arange(x.size), twins])
    scale = 2.0 ** np.floor(np.log2(np.concatenate([scale, finer[twins]])))
    late, x, size = np.arange(columns.size) >= x.size, x[columns], size[columns]
    above, below = x + scale * STEPS[:, None], x - scale * STEPS[:, None]
    zero = size <= LEAST
    return Places(
        x=x[: on.size][::-1],
        within=(lower, upper, kinks),
        points=np.concatenate([x, above.ravel(), below.ravel()]),
        columns=on.size - 1 - columns,
        second=second,
        sided=on | (second >= on.size),
        scale=scale,
        width=above - below,
        sides=np.stack([above - x, below - x]),
        loose=TYPICAL * ((size >= NEAR) | zero | closer | late),
        zero=zero,
        lost=LOST / scale,
        step=COARSE[-1] * scale,
        none=np.zeros(columns.size),
    )


def glance(f: Function, at: Places, claimed: Array, values: Array | None = None) -> Estimate:
    """Estimates with bounds that confirm the claimed slopes; where they don't, the bound is infinite.

    `values` are those of the function at all places, where they are known. Warnings are the caller's.
    """
    values, given = at.rows(f(at.points) if values is None else values), claimed[at.columns]
    every, bounds, typical = centred(values, given, at, 0.0)
    found = every[:, : claimed.size]
    unsure = (found[1] == np.inf).nonzero()[0]
    if unsure.size:
        second = at.second[unsure]
        better = (second >= claimed.size) & (bounds[second] <= bounds[unsure])
        if better.any():
            found[:, unsure[better]] = every[:, second[better]]
            unsure = unsure[found[1, unsure] == np.inf]
        rows = unsure[at.sided[unsure]]
        if rows.size:
            which = at.second[rows]
            found[:, rows] = from_both_sides(values[:, which], given[which], at.scale[which], at.sides[:, :, which])
            unsure = unsure[found[1, unsure] == np.inf]
        rows = unsure[at.second[unsure] < claimed.size]
        if rows.size:
            found[:, rows] = again(f, at, rows, given[rows], bounds[rows], typical)
    value, bound, left, right, step, noise, kink = found[:, ::-1]
    return Estimate(at.x, value, bound, kink > 0, left, right, bound, step, noise)


def again(  # noqa: PLR0917 - all of it is needed
    f: Function, wide: Places, rows: Array, claimed: Array, before: Array, typical: float
) -> Array:
    """The same for some rows from finer steps, where these know the slope better than those `before`."""
    at = places(wide.points[rows][::-1].tobytes(), *wide.within, closer=True)
    values = at.rows(f(at.points))
    found, bounds, _ = centred(values, claimed, at, typical)
    unsure = (found[1] == np.inf) | ~(bounds <= before)
    return np.where(unsure, from_both_sides(values, claimed, at.scale, at.sides), found) if unsure.any() else found


def centred(values: Array, claimed: Array, at: Places, typical: float) -> tuple[Array, Array, float]:
    """What central differences confirm, all bounds, and the largest slope.

    Rows of the first: estimate, bound, slopes on the left and right, step, noise, and whether there is a kink.
    """
    sizes = np.abs(values)
    largest = np.maximum.reduce(sizes)
    size, lost = largest / at.scale, np.where(at.zero, largest, sizes[0]) * at.lost
    value, bound, slack, fine = BOTH.best((values[1 : COUNT + 1] - values[COUNT + 1 :]) / at.width, size)
    bend, wide = np.abs(BENDS @ values / at.scale)
    slope = np.abs(value)
    sharp = bound <= SHARP * slope
    typical = float(np.maximum.reduce(slope, where=sharp, initial=typical))
    sure = sharp | (bound <= np.minimum(lost, np.maximum(typical * at.loose, NARROW * slope)))
    sure &= np.abs(claimed - value) <= MARGIN * bound + ROUNDINGS * EPS * slope
    sure &= np.abs(fine - value) <= slack
    sure &= bend <= BEND * slope + 2 * slack + SMOOTH * wide
    known = np.where(sure, bound, np.inf)
    return np.array([value, known, value, value, at.step, EPS * size, at.none]), bound, typical


def from_both_sides(values: Array, claimed: Array, scale: Array, widths: Array) -> Array:
    """What one-sided differences confirm, in the same rows: a value between two slopes, or of two that are one."""
    n, extent = scale.size, np.maximum.reduce(np.abs(values)) / scale
    slopes = ((values[1:].reshape(2, COUNT, -1) - values[0]) / widths).swapaxes(0, 1).reshape(COUNT, -1)
    slope, bound, far, fine = ONE.best(slopes, np.concatenate([extent, extent]))
    near, right, left, slack = np.abs(fine - slope) <= far, slope[:n], slope[n:], bound[:n] + bound[n:]
    value, half = (left + right) / 2, np.abs(right - left) / 2
    size = np.abs(value) + half
    kink = half > np.maximum(2 * slack, BEND * size)
    sure = np.abs(claimed - value) <= np.where(kink, half + slack, MARGIN * slack) + ROUNDINGS * EPS * size
    sure &= near[:n] & near[n:] & (slack <= np.where(kink, BLUNT, SHARP) * size)
    return np.array([value, np.where(sure, slack, np.inf), left, right, COARSE[-1] * scale, EPS * extent, kink & sure])
