"""Exact values as pairs of doubles: running bounds for most inputs, balls of growing precision for the rest.

A ball over a run of inputs comes first, for it settles at once where the function is all but constant, or beyond every
double; runs that it does not settle are halved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, ctx

from symgrad.checker.balls import Hole, Program, program, sharpened
from symgrad.checker.formats import Array, Format, doubles
from symgrad.checker.running import bounded
from symgrad.core import SymgradError, UnsupportedError
from symgrad.functions import Elementwise, unfold

SHARE = 2.0**-10  # of a last digit: an error bound below it leaves nothing for balls to decide
ENOUGH = 80  # bits of a ball: more than the two doubles of the coarsest pair tell apart
PRECISIONS = (128, 256, 512, 1024, 2048, 4096)
UNDECIDED = math.nan, math.inf
SPOT_CHECKS = 24  # inputs of each call at which balls confirm a value found without them
FEW = 16  # inputs, for which one by one is quicker than a ball over all of them
MANY = 2**12  # inputs, for which a ball over all of them is tried before any are looked at
RUN_PRECISIONS = (128, 512)
FIRST_BEYOND = arb(2) ** 1024
FAR, FARTHER = arb(2) ** 1100, arb(2) ** 2200  # what stands for an infinite input: larger than any double


@dataclass(frozen=True)
class Truth:
    """What a function of one variable is exactly; `forms` are equal expressions, the first is the one to trust.

    The others are there because bounds are narrower, and balls reach further, in a form that keeps its digits. None of
    them is believed: balls compare each with the first at a few inputs of every call.
    """

    forms: tuple[Any, ...]
    variable: Any

    def __reduce__(self) -> tuple[type[Truth], tuple[tuple[Any, ...], Any]]:
        """Programs are made anew in another process."""
        return Truth, (self.forms, self.variable)

    @cached_property
    def plain(self) -> tuple[Any, ...]:
        """The forms with all names replaced by their formulas, then the last with the names' own stable forms."""
        return tuple(dict.fromkeys((*(opened(form) for form in self.forms), steadied(self.forms[-1]))))

    @cached_property
    def programs(self) -> tuple[Program, ...]:
        """The forms for balls."""
        return tuple(program(form, (self.variable,)) for form in self.plain)

    def at(self, numbers: Array, wanted: Format) -> tuple[Array, Array]:
        """The values as high + low, both doubles; high is NaN where there is none, and low infinite if unknown."""
        x = doubles(numbers)
        high, low = np.full(x.shape, np.nan), np.zeros(x.shape)
        undecided = ~np.isnan(x)
        if wanted.bits < np.finfo(np.float64).bits and x.size > MANY and np.isfinite(x).all():
            settled = all_but_constant(self.programs, float(x.min()), float(x.max()), wanted)
            if settled is not None:
                return np.full(x.shape, settled), low
        if wanted.bits < np.finfo(np.float64).bits:
            value, error = self.narrowest(x, wanted)
            sure = undecided & decided(value, error, wanted) & np.isfinite(x)
            high[sure], undecided = value[sure], undecided & ~sure
            self.confirm(x, value, error, np.flatnonzero(sure))
            undecided = self.by_runs(x, wanted, undecided, high)
        for n in np.flatnonzero(undecided):
            high[n], low[n] = self.by_balls(float(x[n]))
        return high, low

    def narrowest(self, x: Array, wanted: Format) -> tuple[Array, Array]:
        """The values with bounds that decide, where any form gives such; each is asked for what is left."""
        value, error = bounded(self.plain[0], self.variable, x)
        for form in self.plain[1:]:
            left = np.flatnonzero(~decided(value, error, wanted))
            if left.size:
                v, e = bounded(form, self.variable, x[left])
                value[left], error[left] = np.where(e < error[left], v, value[left]), np.minimum(e, error[left])
        return value, error

    def by_runs(self, x: Array, wanted: Format, undecided: Array, high: Array) -> Array:
        """Fill in what balls over runs of ascending inputs decide; which inputs are left."""
        places = np.flatnonzero(undecided & np.isfinite(x))
        left, runs = undecided.copy(), [(0, places.size)]
        while runs:
            first, end = runs.pop()
            if end - first <= FEW:
                continue
            over = places[first:end]
            settled = all_but_constant(self.programs, float(x[over[0]]), float(x[over[-1]]), wanted)
            if settled is None:
                middle = (first + end) // 2
                runs += [(first, middle), (middle, end)]
            else:
                high[over], left[over] = settled, False
        return left

    def confirm(self, x: Array, value: Array, error: Array, among: Array) -> None:
        """Compare some values with balls of the first form."""
        step = max(among.size // SPOT_CHECKS, 1)
        for n in among[::step]:
            high, low = by_balls(self.programs[:1], float(x[n]))
            if not math.isnan(high) and abs((high - value[n]) + low) > error[n] * (1 + SHARE) + 2.0**-1070:
                raise SymgradError(
                    "two forms that should be equal differ at {x}: {high} and {value}; prove them equal first",
                    x=x[n],
                    high=high,
                    value=value[n],
                )

    def by_balls(self, x: float) -> tuple[float, float]:
        """The value at one input; at an infinite one it is the limit."""
        return by_balls(self.programs, x)


def decided(value: Array, error: Array, wanted: Format) -> Array:
    """Where a bound leaves nothing open: it is far below a last digit, or all lies beyond the largest number."""
    with np.errstate(all="ignore"):
        beyond = np.abs(value) - error > 2 * wanted.largest
        return (error <= SHARE * wanted.digit(value)) | (np.isfinite(value) & beyond)


def all_but_constant(programs: tuple[Program, ...], low: float, high: float, wanted: Format) -> float | None:
    """The value over all numbers between two, to a small share of a last digit; None where it varies or is unsure.

    Beyond every double it is infinite, whatever it is there.
    """
    before = ctx.prec
    try:
        for run in programs:

            def attempt(_: int, run: Program = run) -> Any:
                return run((arb(low).union(arb(high)),))

            ball = sharpened(attempt, RUN_PRECISIONS)
            if isinstance(ball, Hole):
                continue
            if abs(ball) > FIRST_BEYOND:
                return math.inf if ball > 0 else -math.inf
            middle = float(ball.mid())
            if abs(ball - middle) < arb(SHARE * float(wanted.digit(np.asarray(middle)))):
                return middle
        return None
    finally:
        ctx.prec = before


def steadied(form: Any) -> Any:
    """The form with every name replaced by its stable form, where it has one; balls confirm it as any other."""
    while heads := form.atoms(Elementwise):
        form = form.xreplace({h: h.settled() for h in heads})
    return form


def opened(form: Any) -> Any:
    """The form with all names replaced by their formulas; as it stands where SymPy can't write that down."""
    try:
        return unfold(form)
    except UnsupportedError:
        return form


def by_balls(programs: tuple[Program, ...], x: float) -> tuple[float, float]:
    """The value as two doubles from the first program that is certain of it."""
    if not math.isinf(x):
        return pair(programs, arb(x))
    (near, _), (far, slack) = (pair(programs, math.copysign(1, x) * at) for at in (FAR, FARTHER))
    if math.isinf(slack):
        return UNDECIDED
    grows = math.isfinite(near) and abs(far) > 1.5 * abs(near)
    return (math.copysign(math.inf, far) if grows else near), 0.0


def pair(programs: tuple[Program, ...], x: Any) -> tuple[float, float]:
    """The value at an exact point; NaN where it has none, and beside infinity where balls could not tell."""

    def attempt(_: int) -> Any:
        for run in programs:
            ball = run((x,))
            if ball is Hole.UNDEFINED or (ball is not Hole.UNSURE and enough(ball)):
                return ball
        return Hole.UNSURE

    before = ctx.prec
    try:
        ball = sharpened(attempt, PRECISIONS)
        if isinstance(ball, Hole):
            return (math.nan, 0.0) if ball is Hole.UNDEFINED else UNDECIDED
        return split(ball)
    finally:
        ctx.prec = before


def enough(ball: Any) -> bool:
    """Whether a ball tells more than two doubles hold, or is smaller than any."""
    return small(ball) or bool(ball.rel_accuracy_bits() >= ENOUGH)


def small(ball: Any) -> bool:
    """Whether everything in the ball is far below the least double."""
    return bool(abs(ball) < arb(2) ** -1200)


def split(ball: Any) -> tuple[float, float]:
    """A narrow ball as two doubles; beyond all doubles it is infinite."""
    if not abs(ball) < FIRST_BEYOND:
        return (math.inf if ball > 0 else -math.inf), 0.0
    high = float(ball)
    return high, float(ball - high) if math.isfinite(high) else 0.0
