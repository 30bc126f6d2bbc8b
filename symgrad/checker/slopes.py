"""A loss along straight lines through its parameters, at the scale of each array and of the loss itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.calling import epsilon
from symgrad.checker.difference import Array, Estimate, bends, sampled
from symgrad.core import FunctionShapeError, FunctionTypeError
from symgrad.words import message

if TYPE_CHECKING:
    from symgrad.checker.calling import Guarded
    from symgrad.checker.trees import Tree

SCALES = (1.0, 2.0**-7, 2.0**-14)  # of the steps along a direction of length 1
SHARP = 1e-9  # a bound above this part of the slope earns a look on the next scale
CLEAR = 1e-6  # a smooth slope known to within this part of itself, at the scale of the parameters, is believed
PART, FARTHER = 2.0**-2, 2.0**6  # of the usual length of a step: where the size of the loss is looked at
LARGE, TINY = 2.0**10, 2.0**-20  # parameters that are all larger, or smaller, have a scale of their own


@dataclass(slots=True)
class Slopes:
    """A loss along lines through its parameters; counts how often it is called.

    Its values are divided by $2^lift$, and a direction is multiplied by `reach`, so that the loss changes by a number
    of ordinary size on the way.
    """

    loss: Guarded
    at: Tree
    grain: float = 1.0
    calls: int = 0
    whole: float | None = None  # an integer that was returned
    reach: Array | float = 1.0
    lift: int = 0
    change: float = 0.0  # that number

    def value(self, values: Array) -> float:
        """The loss at these parameters."""
        self.calls += 1
        found = self.loss.raw_of(self.at.built(values))
        if found.size != 1:
            raise FunctionShapeError(
                self.loss.name,
                message("returned an array of shape {shape}", shape=str(found.shape)),
                "return one number, or check a vector function with check_vjp",
            )
        self.grain = max(self.grain, unit(found.dtype) / epsilon(float))
        value = float(found.reshape(()))
        if found.dtype.kind in "iu":
            self.rounded(value)
        return value

    def rounded(self, value: float) -> None:
        """Refuse a loss that jumps from one integer to another; say it of one that stays at one but 0."""
        if self.whole not in {None, value}:
            told = message("returned integers, {one} and {other}", one=f"{self.whole:g}", other=f"{value:g}")
            raise FunctionTypeError(self.loss.name, told, "what lies between them is lost: return a float, unrounded")
        self.whole = value
        if value:
            told = message("{name} returns integers; what lies between them is lost", name=self.loss.name)
            self.loss.watch.note(f"{self.loss.name} integers", told)

    def along(self, directions: Array) -> Estimate:
        """The slope along each row of `directions`, each of length 1."""
        first = self.looked(directions, SCALES[0])
        for scale in SCALES[1:]:
            blunt = np.flatnonzero(~(first.bound <= SHARP * np.abs(first.estimate)) | first.kink)
            if not blunt.size:
                break
            finer = self.looked(directions[blunt], scale)
            first = first.filled(blunt, sharper(first.at(blunt), finer))
        own = np.where(directions != 0, largest(self.at), 0).max(axis=1)
        tiny = np.flatnonzero((own < TINY) & (own > 0))
        for scale in SCALES if tiny.size else ():
            finer = self.looked(directions[tiny], scale * own[tiny])
            clear = ~finer.kink & (finer.bound <= CLEAR * np.abs(finer.estimate))
            first = first.filled(tiny, sharper(first.at(tiny), finer).filled(np.flatnonzero(clear), finer.at(clear)))
            tiny = tiny[~clear]
        return first

    def normal(self, gradient: Array) -> Array:
        """A gradient by the parameters as one of the divided loss, along `reach`."""
        factor: Array = np.ldexp(self.reach, -self.lift)
        return gradient * factor

    def farthest(self) -> float:
        """The size of the loss itself, as large as it is some way off, but not more than 1: that of intermediates."""
        step = np.sign(ordinary(self.at.values.size)) * usual(self.at) * self.reach * FARTHER
        seen = np.abs([self.value(self.at.values + side * step) for side in (-1, 0, 1)])
        return float(min(1.0, np.max(seen, where=np.isfinite(seen), initial=0.0)))

    def size(self, places: Array) -> float:
        """That of 1 on the way along some entries: a slope of the divided loss is that part of one of the loss."""
        reach = float(np.broadcast_to(self.reach, self.at.values.size)[places[0]]) if places.size == 1 else 1.0
        return float(np.ldexp(1 / reach, self.lift))

    def looked(self, directions: Array, scale: Any) -> Estimate:
        """The slopes from steps of one scale, or one for each direction."""
        rows = directions * np.reshape(scale, (-1, 1)) * self.reach

        def line(t: Array, which: Array) -> Array:
            points = zip(t.ravel().tolist(), np.broadcast_to(which, t.shape).ravel().tolist(), strict=True)
            values = np.asarray([self.value(self.at.values + s * rows[n]) for s, n in points])
            return np.asarray(np.ldexp(values, -self.lift).reshape(t.shape))

        found = sampled(line, np.zeros(len(directions)), grain=self.grain)
        parts = {name: getattr(found, name) / scale for name in ("estimate", "bound", "left", "right", "slack")}
        return replace(found, **parts, step=found.step * scale)


def sharper(wide: Estimate, fine: Estimate) -> Estimate:
    """What the finer look adds: a smaller bound, a contradiction, or that what looked like a kink is a bend."""
    apart = np.abs(fine.estimate - wide.estimate) > 3 * (fine.bound + wide.bound)
    smooth = ~wide.kink & ~fine.kink & ((fine.bound < wide.bound) | apart)
    better = np.flatnonzero(bends(wide, fine) | (wide.kink & fine.kink) | smooth)
    return wide.filled(better, fine.at(better))


def scaled(slopes: Slopes, once: float) -> Slopes:
    """The same at the scale of the parameters, where they are large, and of the change of the loss from `once` on."""
    size = largest(slopes.at)
    reach = np.where(size > LARGE, np.ldexp(1.0, np.frexp(size)[1]), 1.0)
    step = ordinary(size.size) * usual(slopes.at) * reach * PART
    around = np.asarray([slopes.value(slopes.at.values + side * step) for side in (-1, 1)])
    moved = np.abs(around - once)
    change = float(moved[np.isfinite(moved)].max(initial=0.0)) / PART
    lift = int(np.frexp(change or once)[1])
    return replace(slopes, reach=reach, lift=lift, change=float(np.ldexp(change, -lift)))


def ordinary(size: int) -> Array:
    """A direction of length about 1, always the same one."""
    found: Array = np.random.default_rng(0).normal(size=size) / np.sqrt(size)
    return found


def largest(at: Tree) -> Array:
    """The largest size in the array of each parameter."""
    starts = at.starts
    sizes = [np.abs(at.values[a:b]).max(initial=0.0) for a, b in pairwise(starts)]
    return np.repeat(sizes, np.diff(starts))


def usual(at: Tree) -> Array:
    """What counts as 1 beside each parameter: its array's largest size where all of that is tiny."""
    size = largest(at)
    return np.asarray(np.where((size < TINY) & (size > 0), size, 1.0))


def unit(dtype: Any) -> float:
    """The rounding unit of a loss."""
    return epsilon(dtype) if dtype.kind == "f" else epsilon(float)
