"""What a check of a user's code found: frozen values, from which messages and diagnoses are made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from symgrad.checker.judge import OUTCOMES, WRONG
from symgrad.core import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.checker.difference import Array, Estimate


class Cause(Enum):
    """Why a value is off: the same code in other precisions tells."""

    FORMULA = "formula"  # more precision moves the value, if at all, by much less than the error
    ROUNDING = "rounding"  # the error shrinks with the precision, or an intermediate overflows
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Precise:
    """What the same code gives in one precision, and how far that is from the truth."""

    dtype: str
    value: float
    error: float


@dataclass(frozen=True, slots=True)
class Blame:
    """The cause of an error at one place, and the values on which that is said."""

    cause: Cause
    evidence: tuple[Precise, ...] = ()

    def times(self, factor: float) -> Blame:
        """The same of values that were divided by a factor."""
        return Blame(self.cause, tuple(Precise(p.dtype, p.value * factor, p.error * factor) for p in self.evidence))


PLACES = {outcome: place for place, outcome in enumerate(OUTCOMES)}
VAGUE = 0.01  # of a value: what is less well known says little of it
FAR = 1e5  # the usual points end before this; beyond, and as near to 0, are those of the whole range


class PointFinding(NamedTuple):  # made by the hundred: three times as fast as a frozen dataclass
    """One point: the value given, and the truth, known to within `bound`.

    On a kink (`kink`) `left` and `right` are the two slopes, `estimate` their middle or the value demanded;
    elsewhere all three are one. `method`: "exact" (ball arithmetic) or "differences".
    """

    x: float
    given: float
    estimate: float
    bound: float
    outcome: Outcome
    kink: bool
    left: float
    right: float
    method: str

    @property
    def error(self) -> float:
        """The distance of the two values; infinite where the given one is not a number."""
        distance = abs(self.given - self.estimate)
        return math.inf if math.isnan(distance) else distance


@dataclass(frozen=True, slots=True)
class Stretch:
    """An interval on which the gradient is wrong, as far as it was tested.

    `lower` and `upper` are wrong; `below` and `above` are the floats next to them (found by bisection) that are
    not, None where it is wrong up to the outermost point tried.
    """

    lower: float
    upper: float
    below: float | None
    above: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """The given values, the truth and the outcome (its place in OUTCOMES) at each point, in increasing order.

    `exact` where the truth is the reference's; `demanded` has what a convention wants on kinks, NaN elsewhere.
    """

    given: Array
    truth: Estimate
    outcomes: Array
    exact: Array
    demanded: Array | None

    def at(self, where: Array) -> Examined:
        """The same at some of the points only."""
        demanded = None if self.demanded is None else self.demanded[where]
        return Examined(self.given[where], self.truth.at(where), self.outcomes[where], self.exact[where], demanded)

    def rows(self) -> tuple[PointFinding, ...]:
        """The findings, point by point."""
        truth = self.truth
        with np.errstate(all="ignore"):
            middle, half = truth.left / 2 + truth.right / 2, np.abs(truth.right / 2 - truth.left / 2)
        estimate, bound = np.where(truth.kink, [middle, half], [truth.estimate, truth.bound])
        if self.demanded is not None:
            nothing = np.isnan(self.demanded)
            estimate, bound = np.where(nothing, [estimate, bound], [self.demanded, np.zeros_like(bound)])
        left, right = np.where(truth.kink, [truth.left, truth.right], [truth.estimate, truth.estimate])
        columns = (truth.x, self.given, estimate, bound, OUTCOMES[self.outcomes], truth.kink, left, right)
        methods = np.where(self.exact, "exact", "differences")
        return tuple(map(PointFinding._make, zip(*(c.tolist() for c in (*columns, methods)), strict=True)))


@dataclass(frozen=True, eq=False)
class ElementwiseReport:
    """How an elementwise gradient fared, point by point in increasing order; the findings are made when asked for.

    `stretches` say where it is wrong, the one around `worst` first. `forward` is a point where the function itself is
    not what the exact reference says, if there is one. `notes` tell what was put up with: a function that prints,
    changes its input, or takes one number at a time.
    """

    examined: Examined
    stretches: tuple[Stretch, ...]
    blame: Blame | None
    forward: PointFinding | None
    notes: tuple[str, ...]
    dtype: str
    seed: int

    @cached_property
    def findings(self) -> tuple[PointFinding, ...]:
        """All points."""
        return self.examined.rows()

    @cached_property
    def worst(self) -> PointFinding | None:
        """The wrong point that tells most, else the point with the largest error of all."""
        return worst_of(self.findings)

    @property
    def points(self) -> int:
        """How many there are."""
        return self.examined.outcomes.size

    def count(self, outcome: Outcome) -> int:
        """How many points came out like this."""
        return int(np.count_nonzero(self.examined.outcomes == PLACES[outcome]))

    @property
    def vague(self) -> int:
        """How many points are neither right nor wrong."""
        return int(np.count_nonzero(self.examined.outcomes > WRONG))

    @property
    def kinks(self) -> tuple[PointFinding, ...]:
        """The points with two slopes, declared or detected."""
        return tuple(f for f in self.findings if f.kink)

    @cached_property
    def outcome(self) -> Outcome:
        """WRONG if any point or the function itself is, UNRESOLVED if no point could be settled, else OK."""
        if self.forward is None and not self.examined.outcomes.any():
            return Outcome.OK if self.points else Outcome.UNRESOLVED
        found = {OUTCOMES[n] for n in set(self.examined.outcomes.tolist())}
        if self.forward is not None and self.forward.outcome is Outcome.WRONG:
            found.add(Outcome.WRONG)
        return verdict(found)


def worst_of(findings: Iterable[PointFinding]) -> PointFinding | None:
    """The wrong point with the largest error, numbers at ordinary points first; else the largest error of all."""
    findings = tuple(findings)
    wrong = [f for f in findings if f.outcome is Outcome.WRONG]
    known = [f for f in findings if f.outcome is not Outcome.UNRESOLVED and f.given != f.estimate]
    return max(wrong or known or findings, key=telling, default=None)


def telling(found: PointFinding) -> tuple[bool, bool, float, float]:
    """What makes one wrong point say more about the mistake than another: a NaN or an overflow says least."""
    return math.isfinite(found.given), abs(found.x) <= FAR, found.error, -abs(found.x)


@dataclass(frozen=True, slots=True)
class EntryFinding:
    """One entry of a parameter, or one block of entries along a random direction.

    `parameter` is its path: "W1", "layers[0].bias", "" for a bare array. `index` names the entry, None for a block,
    whose entries `block` describes: "W1[0:3]" in the flattened order, or "all of W1". `given` and `estimate` are
    the derivatives along the entry, or along the direction; `left` and `right` the slopes on either side, which
    differ where the parameters lie on a kink.
    """

    parameter: str
    index: tuple[int, ...] | None
    block: str
    given: float
    estimate: float
    bound: float
    outcome: Outcome
    kink: bool
    left: float
    right: float
    blame: Blame | None = None

    @property
    def vague(self) -> bool:
        """Whether a mistake as large as the value itself would not be seen: it is no larger than rounding."""
        size = max(abs(self.given), abs(self.estimate))
        return not self.kink and self.outcome is not Outcome.WRONG and VAGUE * size < self.bound


@dataclass(frozen=True, slots=True)
class ParameterReport:
    """How the gradient of a loss fared in all parameters at once.

    `directions` are the random directions tried first; `wrong` the entries or blocks that are to blame, the
    largest error first, empty unless the outcome is WRONG. `more`: there are wrong entries beyond those.
    """

    directions: tuple[EntryFinding, ...]
    wrong: tuple[EntryFinding, ...]
    more: bool
    parameters: int  # how many numbers
    evaluations: int  # of the loss
    notes: tuple[str, ...]
    seed: int

    @property
    def outcome(self) -> Outcome:
        """WRONG if a direction or an entry is, UNRESOLVED if none could be settled, else OK."""
        return verdict(f.outcome for f in (*self.directions, *self.wrong))

    @property
    def beyond(self) -> bool:
        """Whether the slope given on a kink is beyond those of both sides, which is not judged."""
        return any(f.kink and f.outcome is Outcome.UNRESOLVED for f in self.directions)

    @property
    def unseen(self) -> tuple[EntryFinding, ...]:
        """The arrays whose slopes are no larger than rounding: what is said of the whole says nothing of them."""
        blocks = {f.block: f for f in self.directions}
        clear = {
            f.block for f in self.directions if not f.vague and f.outcome not in {Outcome.FLOOR, Outcome.UNRESOLVED}
        }
        found = [f for name, f in blocks.items() if name not in clear and not f.kink and (f.given or f.estimate)]
        return tuple(found)


def verdict(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of a whole check: WRONG if any part is, UNRESOLVED if none could be settled, else OK."""
    found = tuple(outcomes)
    for outcome in (Outcome.WRONG, Outcome.OK):
        if outcome in found:
            return outcome
    return Outcome.FLOOR if found and all(o is Outcome.FLOOR for o in found) else Outcome.UNRESOLVED
