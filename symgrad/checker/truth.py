"""Exact values as pairs of doubles: running bounds for most inputs, balls of growing precision for the rest.

A ball over a run of inputs comes first, for it settles at once where the function is all but constant, or beyond every
double; runs that it does not settle are halved.

The textbook's form alone says what the value is. Other forms are quicker, and what they say is compared with it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, ctx
from sympy import Add, Mul, Pow, S, log, together
from sympy.codegen.cfunctions import log1p

from symgrad.checker.balls import Hole, Program, program, sharpened
from symgrad.checker.formats import Array, Format, doubles
from symgrad.checker.running import bounded
from symgrad.core import SymgradError, UnsupportedError
from symgrad.functions import Elementwise, unfold

SHARE = 2.0**-10  # of a last digit: an error bound below it leaves nothing for balls to decide
ENOUGH = 80  # bits of a ball: more than the two doubles of the coarsest pair tell apart
PRECISIONS = (128, 256, 512, 1024, 2048, 4096, 16384)
UNDECIDED = math.nan, math.inf
SPOT_CHECKS = 24  # inputs of each call at which balls confirm values found without them, of either kind of form
FEW = 16  # inputs, for which one by one is quicker than a ball over all of them
MANY = 2**12  # inputs, for which a ball over all of them is tried before any are looked at
RUN_PRECISIONS = (128, 512)
FIRST_BEYOND = arb(2) ** 1024
FAR, FARTHER = arb(2) ** 1100, arb(2) ** 2200  # what stands for an infinite input: larger than any double


@dataclass(frozen=True)
class Truth:
    """What a function of one variable is exactly; `forms` are equal expressions, the first is the one to trust.

    The others are there because bounds are narrower, and balls over runs of inputs too, in a form that keeps its
    digits. None of them is believed: balls of the first form confirm what each has told, at a few inputs of every call.
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
            settled = self.all_but_constant(float(x.min()), float(x.max()), wanted)
            if settled is not None:
                return np.full(x.shape, settled), low
        if wanted.bits < np.finfo(np.float64).bits:
            value, error, lent = self.narrowest(x, wanted)
            sure = undecided & decided(value, error, wanted) & np.isfinite(x)
            for kind in (sure & lent, sure & ~lent):
                if self.confirm(x, value, error, spread(np.flatnonzero(kind))):
                    high[kind], undecided = value[kind], undecided & ~kind
            undecided = self.by_runs(x, wanted, undecided, high)
        for n in np.flatnonzero(undecided):
            high[n], low[n] = self.by_balls(float(x[n]))
        return high, low

    def narrowest(self, x: Array, wanted: Format) -> tuple[Array, Array, Array]:
        """The values with bounds that decide, and which are another form's; each form is asked for what is left."""
        value, error = bounded(self.plain[0], self.variable, x)
        lent = np.zeros(x.shape, bool)
        for form in self.plain[1:]:
            left = np.flatnonzero(~decided(value, error, wanted))
            if left.size:
                v, e = bounded(form, self.variable, x[left])
                better = e < error[left]
                value[left], error[left] = np.where(better, v, value[left]), np.minimum(e, error[left])
                lent[left] |= better
        return value, error, lent

    def by_runs(self, x: Array, wanted: Format, undecided: Array, high: Array) -> Array:
        """Fill in what balls over runs of ascending inputs decide; which inputs are left."""
        places = np.flatnonzero(undecided & np.isfinite(x))
        left, runs = undecided.copy(), [(0, places.size)]
        while runs:
            first, end = runs.pop()
            if end - first <= FEW:
                continue
            over = places[first:end]
            settled = self.all_but_constant(float(x[over[0]]), float(x[over[-1]]), wanted)
            if settled is None:
                middle = (first + end) // 2
                runs += [(first, middle), (middle, end)]
            else:
                high[over], left[over] = settled, False
        return left

    def all_but_constant(self, low: float, high: float, wanted: Format) -> float | None:
        """The value over all numbers between two, as the function of this name tells, if it is confirmed at both."""
        settled = all_but_constant(self.programs, low, high, wanted)
        if settled is None:
            return None
        share = SHARE * wanted.digit(np.asarray(settled)) if math.isfinite(settled) else 0.0
        ends = np.asarray([low, high])
        return settled if self.confirm(ends, np.full(2, settled), np.full(2, share), np.arange(2)) else None

    def confirm(self, x: Array, value: Array, error: Array, among: Array) -> bool:
        """Compare some values with balls of the first form; whether these could tell each of them."""
        told = [self.by_balls(float(x[n])) for n in among]
        for n, (high, low) in zip(among, told, strict=True):
            if not math.isnan(high) and not near(high, low, value[n], error[n]):
                raise SymgradError(
                    "two forms that should be equal differ at {x}: {high} and {value}; prove them equal first",
                    x=x[n],
                    high=high,
                    value=value[n],
                )
        return not any(math.isnan(high) for high, _ in told)

    def by_balls(self, x: float) -> tuple[float, float]:
        """The value at one input; at an infinite one it is the limit."""
        return by_balls(self.programs[:1], x)


def near(high: float, low: float, value: float, error: float) -> bool:
    """Whether a value lies as near to the exact one as its bound says, or both lie beyond every double."""
    return high == value or abs((high - value) + low) <= error * (1 + SHARE) + 2.0**-1070


def spread(places: Array) -> Array:
    """Some of them: the ends of stretches, where another case of a form may begin, and others between."""
    breaks = np.flatnonzero(np.diff(places) > 1)
    ends = places[np.concatenate([breaks, breaks + 1])[:SPOT_CHECKS]] if places.size else places
    return np.unique(np.concatenate([places[:: max(places.size // SPOT_CHECKS, 1)], places[-1:], ends]))


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
        plain = unfold(form)
    except UnsupportedError:
        return form
    worked_out = plain.replace(lambda n: isinstance(n, Mul) and S.Zero in n.args, lambda _: S.Zero)
    return worked_out.replace(log, logarithm)


def logarithm(u: Any) -> Any:
    """The logarithm of u as balls tell it best: of 1 + e where e is tiny, and of 1 - 1/(1 + e) over one sum."""
    if isinstance(u, Add) and S.One in u.args and not u.has(Pow):
        return log1p(u - 1)
    return log(together(u) if any(p.base.is_Add and p.exp.is_negative for p in u.atoms(Pow)) else u)


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
