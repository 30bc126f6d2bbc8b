"""A first look with a third of the calls: enough where the claimed slope is right.

It can only confirm. Whatever it does not confirm, to a part in 10^12 or to the rounding of the function, is left to the
whole ladder of `difference`: no point is called wrong here, and none unresolved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

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
STEEP = 2.0  # over |x|: the scale of a third look, for functions of x^2
CLOSEST = 2.0**-6  # of the scale, on a kink and at 0
GRAIN = 4 * EPS  # roundings of x, or of 1, that a value may be made of
BLUR, CLEAR = 2.0**-2, 2.0**-4  # of what rounding does to the finest slope: what the bound, and the error, may be
LEAST = 1e-290  # steps next to smaller numbers have no digits
OTHER = 2 * SPACING * 2.0**18  # times the scale: that of the second set of steps beside a kink
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
        doubts = 4 / order * EPS * np.abs(np.vstack([*values, fine])) @ (1 / STEPS)
        self.doubts, self.doubt = doubts[:-1], float(doubts[-1])
        self.column = self.doubts[:, None]

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
ONE_DOUBTS = ONE.doubts.tolist()
SQUARES = STEPS[2:] ** 2  # a polynomial in h^2 through five coarse slopes says what the fine ones are, but for rounding
NODES = SQUARES[: -FINE.size]
LEFT = np.array([[np.prod([(h - b) / (a - b) for b in NODES if b != a]) for a in NODES] for h in SQUARES[-FINE.size :]])
LEFT = np.hstack([np.zeros((2, 2)), -LEFT, np.eye(2)])
ABOVE = np.diag(1 / FINE) @ np.eye(COUNT)[COARSE.size :]
WIDE, SHORT = np.hstack([-2 / FINE[:, None], ABOVE, ABOVE])  # the difference of the slopes on both sides
BENDS = np.stack([SHORT + (SHORT - WIDE) / (FINE[0] / FINE[1] - 1), WIDE])


def nearest(x: Array, kinks: tuple[float, ...]) -> Array:
    """The kink next to each point; infinity where there is none."""
    at = np.asarray([*kinks, np.inf])
    return np.asarray(at[np.abs(x[:, None] - at).argmin(axis=1)])


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where the function is called: at x, x + h and x - h for every step h; and what depends on these alone.

    The columns are the points in falling order, as no other call has them, then some of them at finer steps. Beside a
    kink other than 0, too near for steps on both sides, both sets of steps lead away from it.
    """

    x: Array
    within: tuple[float, float, tuple[float, ...]]  # the domain, and its declared kinks
    points: Array
    columns: Array  # which point each of them is
    twins: Array  # the points that have a second column
    second: Array  # the second column of each point, or its only one
    sided: Array  # which points are looked at from both sides there: on a kink, and where finer steps were tried
    third: Array  # which points gain from steps that are finer still
    scale: Array
    width: Array  # NaN beside a kink, where there is no central difference
    sides: Array
    spare: Array  # what slopes from both sides may be off by: of a kink, relative to them; of a plain, to the values
    near: Array  # next to 0, where finer steps may tell more than these
    zero: Array
    lost: Array  # `LOST`, over the scale
    rough: Array  # what a rounding of x does to the last fine step, of the slope, as in exp(-x^2)
    grain: Array  # what roundings of x, or of 1, do to the slopes of the fine steps
    step: Array
    none: Array

    def rows(self, values: Array) -> Array:
        """The values of the function, x first, then a row for each step."""
        return values.reshape(-1, self.columns.size)


def at_kinks(x: Array, kinks: tuple[float, ...]) -> tuple[Array, Array, Array]:
    """Which points are on a kink, which are beside one other than 0, and the way that leads away from it."""
    size, away = np.abs(x), x - nearest(x, kinks)
    gap = np.abs(away)
    close = gap <= BESIDE * np.maximum(1, size)
    beside = close & (gap > 2 * np.spacing(size)) & (size > 2 * gap)
    return close & ~beside, beside, np.copysign(1, away)


def scales(scale: Array, size: Array, on: Array, *, closer: bool) -> Array:
    """The finer scale of each point: of a second look, or of a third one if `closer`, or on a kink."""
    fine = np.where((size < NEAR) & (size > LEAST), size, np.minimum(scale, 1) * CLOSEST)
    found = np.where(size < NEAR, fine, np.minimum(scale * CLOSER, FAR))
    if closer:
        steep = (size >= NEAR) & (size <= TAIL[1])
        found = np.where(steep, np.minimum(found, STEEP / np.maximum(1, size)), found)
    return np.minimum(scale, np.where(on, fine, found))


@lru_cache(maxsize=64)
def places(points: bytes, lower: float, upper: float, kinks: tuple[float, ...], *, closer: bool = False) -> Places:
    """As every check of a domain asks for the same points; `closer` has finer steps, next to 0 smaller than |x|."""
    x = np.frombuffer(points)[::-1]
    scale, size = short_of(kinks, x, reach(x, lower, upper)), np.abs(x)
    on, beside, sign = at_kinks(x, kinks)
    finer = scales(scale, size, on, closer=closer)
    many = (size < CLOSE) | (size >= TAIL[0]) & (size <= TAIL[1])
    twins = np.flatnonzero((finer < scale) & ~(on | beside) & many & (not closer))
    scale = np.where(on | closer, finer, np.where(beside & (size < NEAR), np.minimum(scale, size), scale))
    second = np.arange(x.size)
    second[twins] = x.size + np.arange(twins.size)
    columns = np.concatenate([np.arange(x.size), twins])
    scale = 2.0 ** np.floor(np.log2(np.concatenate([scale, finer[twins]])))
    late, third = np.arange(columns.size) >= x.size, (second < x.size) | (size >= NEAR)
    sided, zero = on | beside | (second >= x.size), size <= LEAST
    x, size, beside, sign = x[columns], size[columns], beside[columns], sign[columns]
    above = x + np.where(beside, sign, 1) * scale * STEPS[:, None]
    below = x - np.where(beside, -sign * OTHER, 1) * scale * STEPS[:, None]
    return Places(
        x=x[: on.size][::-1],
        within=(lower, upper, kinks),
        points=np.concatenate([x, above.ravel(), below.ravel()]),
        columns=on.size - 1 - columns,
        twins=twins,
        second=second,
        sided=sided,
        third=third,
        scale=scale,
        width=np.where(beside, np.nan, above - below),
        sides=np.stack([above - x, below - x]),
        spare=np.where(beside, [[-1.0], [LOST]], [[BLUNT], [0.0]]),  # no kink is seen with all steps on one side
        near=(size < NEAR) & ~zero[columns] & ~late & (not closer),
        zero=zero[columns],
        lost=LOST / scale,
        rough=EPS * size / (scale * FINE[-1]),
        grain=GRAIN * np.maximum(1, size) / (scale * FINE[:, None]),
        step=COARSE[-1] * scale,
        none=np.zeros(columns.size),
    )


class Look(NamedTuple):
    """What central differences say of the columns: `sure` where they confirm what was claimed.

    `held` are those that finer steps may still contradict; `typical` is the largest slope that is known.
    """

    value: Array
    bound: Array
    sure: Array
    held: Array
    slopes: Array
    size: Array
    bend: Array
    typical: float


def glance(f: Function, at: Places, claimed: Array, values: Array | None = None) -> Estimate:
    """Estimates with bounds that confirm the claimed slopes; where they don't, the bound is infinite.

    `values` are those of the function at all places, where they are known. Warnings are the caller's.
    """
    values, given = at.rows(f(at.points) if values is None else values), claimed[at.columns]
    look, n = centred(values, given, at, 0.0), claimed.size
    every = rows_of(look, at)
    found = every[:, :n]
    unsure = (found[1] == np.inf).nonzero()[0]
    if unsure.size:
        if at.twins.size:
            unsure = from_twins(found, every[:, n:], unsure, look.bound, at)
        rows = unsure[look.held[unsure]]
        if rows.size:
            rows = rows[uncontradicted(look, rows, given, at)]
            found[1, rows] = look.bound[rows]
            unsure = unsure[found[1, unsure] == np.inf]
        rows = unsure[at.sided[unsure]]
        if rows.size:
            which = at.second[rows]
            found[:, rows] = from_both_sides(
                values[:, which], given[which], at.scale[which], at.sides[:, :, which], at.spare[:, which]
            )
            unsure = unsure[found[1, unsure] == np.inf]
        if unsure.size:
            rows = unsure[blurred(look, unsure, given, at)]
            found[0, rows] = found[2, rows] = found[3, rows] = look.value[rows]
            found[1, rows], found[6, rows] = look.bound[rows], 0
            unsure = unsure[found[1, unsure] == np.inf]
        rows = unsure[at.third[unsure]]
        if rows.size:
            found[:, rows] = again(f, at, rows, given[rows], look)
    value, bound, left, right, step, noise, kink = found[:, ::-1]
    return Estimate(at.x, value, bound, kink > 0, left, right, bound, step, noise)


def from_twins(found: Array, late: Array, unsure: Array, bounds: Array, at: Places) -> Array:
    """Puts the second columns in place of the first, where these are unsure and know less; returns what still is."""
    better = (found[1, at.twins] == np.inf) & (late[1] <= bounds[at.twins])
    if not better.any():
        return unsure
    found[:, at.twins[better]] = late[:, better]
    return (found[1] == np.inf).nonzero()[0]  # type: ignore[no-any-return]


def uncontradicted(look: Look, rows: Array, claimed: Array, at: Places) -> Array:
    """Which of the rows that were held may go: the finer steps of their second column know less, but do not object."""
    late = at.second[rows]
    agree = np.abs(look.value[late] - claimed[rows]) <= MARGIN * look.bound[late]
    return np.asarray(agree & (look.bound[late] > look.bound[rows]))  # never where there is no second


def again(f: Function, wide: Places, rows: Array, claimed: Array, before: Look) -> Array:
    """The same for some rows from finer steps, where these know the slope better than those `before`."""
    at = places(wide.points[rows][::-1].tobytes(), *wide.within, closer=True)
    values = at.rows(f(at.points))
    look, bound = centred(values, claimed, at, before.typical), before.bound[rows]
    found = rows_of(look, at)
    unsure = ~(look.sure & (look.bound <= bound))
    if unsure.any():
        which = unsure.nonzero()[0]
        found[:, which] = from_both_sides(
            values[:, which], claimed[which], at.scale[which], at.sides[:, :, which], at.spare[:, which]
        )
        held = before.held[rows] & (look.bound > bound) & (np.abs(look.value - claimed) <= MARGIN * look.bound)
        found[:, held] = rows_of(before, wide)[:, rows[held]]
        found[1, held] = bound[held]
    return found


def centred(values: Array, claimed: Array, at: Places, typical: float) -> Look:
    """What central differences confirm; `typical` is the largest slope known so far."""
    sizes = np.abs(values)
    largest = np.maximum.reduce(sizes)
    size, lost = largest / at.scale, np.where(at.zero, largest, sizes[0]) * at.lost
    slopes = (values[1 : COUNT + 1] - values[COUNT + 1 :]) / at.width
    value, bound, slack, fine = BOTH.best(slopes, size)
    bend, wide = np.abs(BENDS @ values / at.scale)
    slope = np.abs(value)
    narrow = NARROW * slope
    sharp = bound <= SHARP * slope
    typical = float(np.maximum.reduce(slope, where=sharp, initial=typical))
    sure = sharp | (bound <= np.minimum(lost, np.maximum(TYPICAL * typical, narrow)))
    sure &= np.abs(claimed - value) <= MARGIN * bound + ROUNDINGS * EPS * slope
    sure &= np.abs(fine - value) <= slack + at.rough * slope
    sure &= bend <= BEND * slope + 2 * slack + SMOOTH * wide
    held = sure & at.near & (bound > narrow)
    return Look(value, bound, sure & ~held, held, slopes, size, bend - SMOOTH * wide, typical)


def rows_of(look: Look, at: Places) -> Array:
    """Estimate, bound (infinite where not sure), slopes on the left and right, step, noise, and if it is a kink."""
    value, known = look.value, np.where(look.sure, look.bound, np.inf)
    return np.array([value, known, value, value, at.step, EPS * look.size, at.none])


def blurred(look: Look, rows: Array, claimed: Array, at: Places) -> Array:
    """Which rows are confirmed though their fine steps are off, as the function loses digits, which no step mends.

    These are off by no more than roundings of x explain, and the finer by more than the other, as no slope is that they
    would see alone; by so much that the bound, too, is one that rounding made.
    """
    value, bound = look.value[rows], look.bound[rows]
    near, far = np.abs(LEFT @ look.slopes[:, rows])
    coarse, fine = at.grain[:, rows]
    slope = np.abs(value)
    found = (bound <= BLUR * far) & (far <= fine) & (near <= coarse) & (near <= far / 4)
    found &= (bound <= TYPICAL * look.typical) & (look.bend[rows] <= BEND * slope + 4 * fine)
    return np.asarray(found & (np.abs(claimed[rows] - value) <= CLEAR * far + ROUNDINGS * EPS * slope))


def from_both_sides(values: Array, claimed: Array, scale: Array, widths: Array, spare: Array) -> Array:
    """What one-sided differences confirm, in the same rows: there are a few such points, so they go one by one."""
    extent = np.maximum.reduce(np.abs(values)) / scale
    found = ONE.found @ ((values[1:].reshape(2, COUNT, -1) - values[0]) / widths)
    columns = zip(*found.transpose(0, 2, 1).tolist(), claimed.tolist(), extent.tolist(), *spare.tolist(), strict=True)
    parts = np.array([pair(*column) for column in columns]).T
    return np.array([*parts[:4], COARSE[-1] * scale, EPS * extent, parts[4]])


def one_side(found: list[float], extent: float) -> tuple[float, float, bool]:
    """The slope, its bound, and whether the fine steps agree."""
    slope, other, moved, apart, fine = found
    bound, wider = abs(moved) + ONE_DOUBTS[0] * extent, abs(apart) + ONE_DOUBTS[1] * extent
    if not bound <= wider:
        slope, bound = other, wider
    return slope, bound, abs(fine - slope) <= MARGIN * (bound + ONE.doubt * extent)


def pair(  # noqa: PLR0917 - a column
    right: list[float], left: list[float], claimed: float, extent: float, blunt: float, flat: float
) -> tuple[float, float, float, float, bool]:
    """A value between two slopes, or of two that are one; the bound, infinite where not sure; and if it is a kink."""
    (above, more, near), (below, less, close) = one_side(right, extent), one_side(left, extent)
    slack, value, half = more + less, (above + below) / 2, abs(above - below) / 2
    size = abs(value) + half
    kink = half > max(2 * slack, BEND * size)
    sure = near and close and slack <= (blunt if kink else SHARP) * size + flat * extent
    sure = sure and abs(claimed - value) <= (half + slack if kink else MARGIN * slack) + ROUNDINGS * EPS * size
    return value, slack if sure else math.inf, below, above, kink and sure
