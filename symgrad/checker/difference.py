"""Finite differences that come with an error bound, and know no calculus.

Central differences at power-of-two steps, Richardson's table over them, the rounding noise of the function
measured by a difference table, and one-sided slopes which tell a kink from a bend. No tolerance is typed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.core import UnsupportedError

Array = NDArray[Any]
Function = Callable[[Array], Array]
Sampler = Callable[[Array, Array], Array]  # rows of points, and which of the caller's points each column is

STEPS = 14
LEVELS = 4
SAMPLES = 24  # of the noise measurement
SPACING = 0.7390851332151607 * 2.0**-18  # not a power of two: a dyadic one aliases with quantised values
SMOOTH = 3.0  # the least gain from halving a step that still counts as smooth; 4 is perfect
CHUNK = 2000
NEAR = 0.5  # closer to 0 than this, features may be finer than the usual scale
BESIDE = 2.0**-20  # closer to a kink than this, relatively, both sides are looked at
DEPTHS = tuple(2.0**-k for k in (7, 14, 21, 28, 35))
CLOSER = (2.0**-12, 2.0**-26)  # of |x|, where that is less: functions of 1/x bend there
STAIRS = 2.0**2  # roundings of the values: a function that stays the same for longer is constant there
WIDTHS = 2.0 ** -np.arange(8.0, 42.0)  # of the stairs that are looked for
PARTS = (1.0, 0.7390851332151607, 0.3819660112501051)  # of a stair: no multiples of each other, as a period may be
NARROW = 2.0**-14  # how much finer the second look at a suspected kink is


@dataclass(frozen=True, slots=True)
class Graph:
    """A function, and the rounding unit of its values in that of doubles."""

    values: Sampler
    grain: float
    least: float = 0.0  # the least number of their type: what underflow takes


@dataclass(frozen=True, eq=False)
class Estimate:
    """The derivative at each point of `x`: `estimate` to within `bound` (infinite: cannot say).

    Where `kink` is set there are two slopes, `left` and `right`, each known to within `slack`. `step` is the
    finest step that the estimate used.
    """

    x: Array
    estimate: Array
    bound: Array
    kink: Array
    left: Array
    right: Array
    slack: Array
    step: Array
    noise: Array

    @cached_property
    def powers(self) -> Array:
        """The powers of e that the points are, above or below 1: a rounded exponent costs a slope that many units."""
        with np.errstate(all="ignore"):
            return np.asarray(np.where(self.x == 0, 0.0, np.abs(np.log(np.abs(self.x)))))

    def at(self, where: Array) -> Estimate:
        """The same at some of the points only."""
        return Estimate(*(getattr(self, name)[where] for name in self.__dataclass_fields__))

    def filled(self, index: Array, other: Estimate) -> Estimate:
        """The same with the points of `index` replaced by those of another estimate."""
        arrays = {name: getattr(self, name).copy() for name in self.__dataclass_fields__}
        for name, values in arrays.items():
            values[index] = getattr(other, name)
        return Estimate(**arrays)


def elementwise(f: Function) -> Sampler:
    """An elementwise function as a sampler."""
    return lambda u, _: np.asarray(f(u.ravel()), float).reshape(u.shape)


def difference(
    f: Function,
    x: Any,
    *,
    lower: Any = None,
    upper: Any = None,
    kinks: Sequence[float] = (),
    grain: float = 1.0,
    least: float = 0.0,
) -> Estimate:
    """The derivative of an elementwise `f` at each point of `x`; `f` is never called outside (lower, upper).

    Beside one of the declared `kinks` the steps end before it, unless it is too near. `grain` is the rounding unit of
    the values of `f`, in that of doubles, `least` the least number of their type.
    """
    return sampled(elementwise(f), x, lower=lower, upper=upper, kinks=kinks, grain=grain, least=least)


def sampled(
    f: Sampler,
    x: Any,
    *,
    lower: Any = None,
    upper: Any = None,
    kinks: Sequence[float] = (),
    grain: float = 1.0,
    least: float = 0.0,
) -> Estimate:
    """As `difference`, for a function with other arguments that vary from point to point."""
    x = np.atleast_1d(np.asarray(x, float))
    scale = short_of(kinks, x, reach(x, lower, upper))
    graph, which = Graph(f, grain, least), np.arange(x.size)
    if not x.size:
        return Estimate(*(np.empty(0, bool if name == "kink" else float) for name in Estimate.__dataclass_fields__))
    parts = [two_looks(graph, x[w], scale[w], w) for w in (which[i : i + CHUNK] for i in range(0, x.size, CHUNK))]
    return Estimate(*(np.concatenate([getattr(p, name) for p in parts]) for name in Estimate.__dataclass_fields__))


def reach(x: Array, lower: Any, upper: Any) -> Array:
    """The scale of the steps at each point: max(1, |x|), or the distance to the nearer end if that is less."""
    scale = np.maximum(1.0, np.abs(x))
    for end, sign in ((lower, 1.0), (upper, -1.0)):
        if end is not None:
            gap = sign * (x - np.asarray(end, float))
            if not np.all(gap > 0):
                raise UnsupportedError(
                    "{x} is not inside the open domain; leave the point out, or widen lower and upper",
                    x=x[~(gap > 0)][0],
                )
            scale = np.minimum(scale, gap)
    return scale


def scrutinised(
    f: Function,
    found: Estimate,
    claimed: Array,
    *,
    lower: Any = None,
    upper: Any = None,
    kinks: Sequence[float] = (),
    grain: float = 1.0,
    least: float = 0.0,
    one: float = 1.0,
) -> Estimate:
    """The estimate after looks on ever finer scales, as a wrong verdict is not to rest on steps that miss the features.

    A finer look that contradicts a coarser one replaces it. Nothing is certain where the finest still contradicts,
    where the first cannot confirm that `claimed` is off, and where no scale near 1 was looked at. `one` is what 1 was
    before the points were divided: with a scale of their own, it is only to be excluded that they are waves.
    """
    scale = short_of(kinks, found.x, reach(found.x, lower, upper))
    graph, which = Graph(elementwise(f), grain, least), np.arange(found.x.size)
    stairs = on_a_stair(graph, found, scale, claimed)
    noise = 6 * np.nan_to_num(found.noise, posinf=0.0)
    far = scale * DEPTHS[-1] > 1
    with np.errstate(all="ignore"):
        if one < 1:
            far |= (scale * DEPTHS[-1] > one) & restless(graph, found, upper)
        for n, width in enumerate(looks(found.x, scale)):
            fine = one_look(graph, found.x, width, which, noise)
            apart = np.abs(fine.estimate - found.estimate) > 3 * (fine.bound + found.bound)
            last = np.isfinite(fine.bound) & np.where(
                found.kink, bends(found, fine) | turns(found, fine), apart | fine.kink
            )
            if n == 0:
                confirmed = np.where(found.kink, fine.kink, fine.bound < np.abs(claimed - found.estimate))
                far |= ~last & ~confirmed
            found = found.filled(np.flatnonzero(last), fine.at(last))
    unsure = last | far | stairs
    return replace(found, bound=np.where(unsure, np.inf, found.bound), kink=found.kink & ~unsure)


def looks(x: Array, scale: Array) -> list[Array]:
    """The scales of the finer looks; beside 0 two more, as functions of 1/x bend there."""
    near = np.where(x == 0, scale, np.abs(x))
    return [*(scale * d for d in DEPTHS), *(np.minimum(scale * DEPTHS[-1], near * d) for d in CLOSER)]


def on_a_stair(graph: Graph, found: Estimate, scale: Array, claimed: Array) -> Array:
    """Where the function rises by the claimed slope on a side, though another was found: steps may jump over stairs.

    The width is such that the slope found, or the nearer of the two on a kink, would be seen there.
    """
    width, which = scale * WIDTHS[:, None], np.arange(found.x.size)
    here = graph.values(found.x[None, :], which)
    apart = np.where(
        found.kink, np.minimum(np.abs(found.left - claimed), np.abs(found.right - claimed)), found.estimate - claimed
    )

    def level(side: float) -> Array:
        rows = []
        for part in PARTS:
            x = found.x + side * part * width
            values, rise = graph.values(x, which), claimed * (x - found.x)
            unit = graph.grain * np.spacing(np.maximum(np.abs(here), np.abs(values)))
            flat = np.where(claimed == 0, values == here, np.abs(values - here - rise) <= STAIRS * unit)
            seen = np.abs(apart * (x - found.x)) > STAIRS * np.where(claimed == 0, 1, STAIRS**2) * unit
            rows.append(flat & (seen | (part < 1)))
        return np.asarray(np.logical_and.reduce(rows))

    return np.asarray((level(-1.0) | level(1.0)).any(axis=0))


def restless(graph: Graph, found: Estimate, upper: Any) -> Array:
    """Where the function changes between neighbouring numbers by more than the slope says: all steps may be too long.

    It is so for sin at 10^16.
    """
    last = np.inf if upper is None else np.nextafter(upper, -np.inf)
    x = np.minimum(found.x + np.spacing(np.abs(found.x)) * np.asarray([[0], [1], [2], [3]]), last)
    values = graph.values(x, np.arange(found.x.size))
    steps, unit = np.abs(values - values[0]), STAIRS * graph.grain * np.spacing(np.abs(values).max(axis=0))
    return np.asarray((steps > 2 * np.abs(found.estimate) * (x - found.x) + unit).any(axis=0))


def turns(wide: Estimate, fine: Estimate) -> Array:
    """Where a finer look sees another kink, or a slope beyond those of this one: it may not be there."""
    moved = np.abs(fine.left - wide.left) + np.abs(fine.right - wide.right) - wide.slack - fine.slack
    low, high = np.minimum(wide.left, wide.right), np.maximum(wide.left, wide.right)
    beyond = np.maximum(low - fine.estimate, fine.estimate - high) > 3 * (fine.bound + wide.slack)
    return np.asarray(wide.kink & np.where(fine.kink, moved > (high - low) / 4, beyond))


def bends(wide: Estimate, fine: Estimate) -> Array:
    """Where what looked like a kink is a bend: the two slopes close up as the steps shrink."""
    gap = np.abs(fine.right - fine.left) + fine.slack
    return np.asarray(wide.kink & ~fine.kink & (gap < np.abs(wide.right - wide.left) / 4))


def short_of(kinks: Sequence[float], x: Array, scale: Array) -> Array:
    """The scale cut so that the steps end before the next kink, where that leaves steps of some size."""
    for kink in kinks:
        gap = np.abs(x - kink)
        scale = np.where((gap < scale) & (gap > BESIDE * np.maximum(1.0, np.abs(x))), gap, scale)
    return scale


def two_looks(graph: Graph, x: Array, scale: Array, which: Array) -> Estimate:
    """The estimate at the usual scale, redone more finely near 0 and at suspected kinks, in one more call of `f`."""
    with np.errstate(all="ignore"):
        first = one_look(graph, x, scale, which, np.zeros(x.size))
        near = (~(first.bound <= 1e-7 * np.abs(first.estimate)) | first.kink) & (x != 0) & (np.abs(x) < NEAR)
        close, kinks = np.flatnonzero(near), np.flatnonzero(first.kink)
        both = np.concatenate([close, kinks])
        if not both.size:
            return first
        scales = np.concatenate([np.minimum(np.abs(x), scale)[close], scale[kinks] * NARROW])
        fine = one_look(graph, x[both], scales, which[both], 6 * np.nan_to_num(first.noise[both], posinf=0.0))
        first = sharpened(first, close, fine.at(np.arange(close.size)))
        left = np.flatnonzero(first.kink[kinks])
        return sharpened(first, kinks[left], fine.at(close.size + left))


def sharpened(first: Estimate, index: Array, new: Estimate) -> Estimate:
    """`first` with the points of `index` replaced where the finer scale says more."""
    if not index.size:
        return first
    kink, bound = first.kink[index], first.bound[index]
    smooth = (new.bound <= 1e-3 * np.maximum(np.abs(new.estimate), 1e-3)) & ~new.kink
    better = np.where(kink, smooth, (new.bound < bound) & ~new.kink)
    sharper = kink & new.kink  # a kink seen from afar: the finer one-sided slopes are the better ones
    parts = {"estimate": better, "bound": better, "kink": better, "step": better}
    parts |= {"left": sharper, "right": sharper, "slack": sharper}
    arrays = {}
    for name, chosen in parts.items():
        arrays[name] = getattr(first, name).copy()
        arrays[name][index[chosen]] = getattr(new, name)[chosen]
    return replace(first, **arrays)


@dataclass(frozen=True, slots=True, eq=False)
class Rungs:
    """Where the function is called around each point: x + h and x - h for every step h, x, and close by."""

    x: Array
    unit: Array
    plus: Array
    minus: Array
    points: Array


@lru_cache(maxsize=64)
def rungs(points: bytes, scales: bytes) -> Rungs:
    """The places for these points and scales, remembered, as every check asks at the same ones."""
    x, scale = np.frombuffer(points), np.frombuffer(scales)
    unit = 2.0 ** np.floor(np.log2(scale))  # x + h is then exact, or nearly
    h = unit / 4 * 2.0 ** -np.arange(STEPS)[:, None]
    around = x + (np.arange(SAMPLES)[:, None] - (SAMPLES - 1) / 2) * (unit * SPACING)
    everything = np.vstack([x + h, x - h, x[None, :], around])
    everything.flags.writeable = False
    return Rungs(x, unit, everything[:STEPS], everything[STEPS : 2 * STEPS], everything)


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """The function at x and at the rungs above and below; each value doubted by `doubt`. Rows are steps."""

    at: Rungs
    above: Array
    below: Array
    here: Array
    doubt: Array
    noise: Array

    @property
    def central(self) -> tuple[Array, Array]:
        """The central differences, over the steps really taken, and what the doubt does to them."""
        width = self.at.plus - self.at.minus
        return (self.above - self.below) / width, 2 * self.doubt / width


def climb(graph: Graph, x: Array, scale: Array, which: Array, least: Array) -> Ladder:
    """All values that one look needs, in one call of `f`."""
    at = rungs(x.tobytes(), scale.tobytes())
    values = graph.values(at.points, which)
    above, below, here = values[:STEPS], values[STEPS : 2 * STEPS], values[2 * STEPS]
    noise = measured_noise(values[2 * STEPS + 1 :], at.unit)
    plateau = np.where(noise <= 0.02 * np.spacing(np.abs(here)), least, 0.0)  # no noise is visible at this scale
    size = np.maximum(np.abs(above), np.abs(below))
    doubt = np.maximum(2 * graph.grain * np.spacing(size) + graph.least, np.maximum(6 * noise, plateau))
    return Ladder(at, above, below, here, doubt, noise)


def measured_noise(values: Array, unit: Array) -> Array:
    """The standard deviation of the rounding errors in equally spaced `values` (rows).

    Sixth differences annihilate the smooth part; a kink spoils six of the windows, so the median ignores it.
    A quantised function may have a median of 0 though steps occur: then the mean counts.
    """
    sixth = np.abs(np.diff(values, n=6, axis=0))
    finite = np.isfinite(sixth)
    ordered = np.sort(np.where(finite, sixth, np.inf), axis=0)
    middle = len(ordered) // 2
    median = (ordered[middle - 1] + ordered[middle]) / 2 / (0.6745 * np.sqrt(924.0))  # 924 = C(12, 6)
    level = median == 0
    if not level.any():
        return np.asarray(median)
    mean = np.sqrt(np.mean(np.where(finite, sixth, 0) ** 2, axis=0) / 924.0)
    size = np.maximum(unit, np.max(np.abs(np.where(np.isfinite(values), values, 0)), axis=0))
    return np.asarray(np.where(level & (mean <= 2.0**-36 * size), mean, median))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Richardson's table: extrapolated `value`s and their `bound`s, indexed by level - 1, step, point."""

    value: Array
    bound: Array
    doubt: Array  # what rounding did to the first level, and how far that moved


def richardson(ladder: Ladder) -> Table:
    """Each entry is bounded by its distance from its parents, damped by the expected gain, plus its noise."""
    central, doubt = ladder.central
    steps = np.diff(central, axis=0)
    slow = slowly(np.abs(steps), doubt)
    values, bounds = np.full((LEVELS, *central.shape), np.nan), np.full((LEVELS, *central.shape), np.inf)
    first = np.full(central.shape, np.inf)
    for level in range(1, LEVELS + 1):
        factor = 4.0**level
        gain = steps / (factor - 1)
        central = central[1:] + gain
        doubt = (factor * doubt[1:] + doubt[:-1]) / (factor - 1)
        change = factor * np.abs(gain)  # from the parent further off
        values[level - 1, level:] = central
        bounds[level - 1, level:] = np.where(slow[level:], 12.0, 3.0 / 2.0**level) * change + doubt
        if level == 1:
            first[1:] = doubt + change
        steps = np.diff(central, axis=0)
    bounds[~np.isfinite(values + bounds)] = np.inf
    return Table(values, bounds, first)


def slowly(moved: Array, doubt: Array) -> Array:
    """Where halving the step, this time or before, does not quarter the error, as it would for a smooth function."""
    slow = np.zeros(doubt.shape, bool)
    slow[2:] = (moved[1:] > 2 * doubt[2:]) & (moved[:-1] < SMOOTH * moved[1:])
    slow[3:] |= slow[2:-1].copy()
    return slow


def choose(table: Table) -> tuple[Array, Array, Array]:
    """The entry of least bound at each point, its bound raised to its disagreement with finer entries; its row."""
    points = np.arange(table.value.shape[-1])
    best = np.argmin(table.bound.reshape(-1, points.size), axis=0)
    value, bound = (a.reshape(-1, points.size)[best, points] for a in (table.value, table.bound))
    row = best % STEPS
    rows = np.arange(STEPS)[:, None]
    apart = np.abs(table.value - value) - table.bound
    apart = np.where(np.isfinite(apart) & (rows >= row - 1), apart, 0).max(axis=(0, 1))
    bound = np.maximum(bound, apart)
    aliased = np.abs(table.value[0] - value) - table.doubt  # such as sin at steps of 2 pi
    aliased = np.where(np.isfinite(aliased) & (rows >= row), aliased, -np.inf).max(axis=0)
    return value, np.where(aliased > bound, 2 * aliased, bound), row


def one_sided(values: Array, widths: Array, doubt: Array) -> tuple[Array, Array]:
    """The slope from one side, extrapolated once, where it is best known; and its error."""
    slope = values / widths
    better = 2 * slope[1:] - slope[:-1]
    error = np.maximum(np.abs(np.diff(better, axis=0)), np.abs(slope[2:] - better[1:]) / 2)
    error = error + 6 * doubt[2:] / widths[2:]
    error = np.where(np.isfinite(error), error, np.inf)
    best, points = np.argmin(error, axis=0), np.arange(values.shape[1])
    return better[1:][best, points], error[best, points]


def one_look(graph: Graph, x: Array, scale: Array, which: Array, least: Array) -> Estimate:
    """Value, bound and one-sided slopes from one ladder of steps."""
    ladder = climb(graph, x, scale, which, least)
    value, bound, row = choose(richardson(ladder))
    right, above = one_sided(ladder.above - ladder.here, ladder.at.plus - x, ladder.doubt)
    left, below = one_sided(ladder.here - ladder.below, x - ladder.at.minus, ladder.doubt)
    gap, slack = np.abs(right - left), above + below
    kink = np.isfinite(gap) & (gap > 4 * slack) & (gap > 1e-7 * np.maximum(np.abs(right), np.abs(left)))
    bound = np.where(np.isfinite(ladder.here) & np.isfinite(value), bound, np.inf)
    step = ladder.at.plus[row, np.arange(x.size)] - x
    return Estimate(x, value, bound, kink, left, right, slack, step, ladder.noise)
