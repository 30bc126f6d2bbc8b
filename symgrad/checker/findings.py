"""What a check of a user's code found: frozen values, from which messages and diagnoses are made."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from symgrad.core import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable


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


class PointFinding(NamedTuple):  # made by the hundred in each check: three times as fast as a frozen dataclass
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


@dataclass(frozen=True, slots=True)
class ElementwiseReport:
    """How an elementwise gradient fared, point by point in increasing order.

    `worst` is the wrong point of the largest relative error, else the point with the largest error of all. `stretches`
    say where it is wrong, the one around `worst` first. `forward` is a point where the function itself is not
    what the exact reference says, if there is one. `notes` tell what was put up with: a function that prints,
    changes its input, or takes one number at a time.
    """

    findings: tuple[PointFinding, ...]
    worst: PointFinding | None
    stretches: tuple[Stretch, ...]
    blame: Blame | None
    forward: PointFinding | None
    notes: tuple[str, ...]
    dtype: str
    seed: int

    def count(self, outcome: Outcome) -> int:
        """How many points came out like this."""
        return sum(f.outcome is outcome for f in self.findings)

    @property
    def kinks(self) -> tuple[PointFinding, ...]:
        """The points with two slopes, declared or detected."""
        return tuple(f for f in self.findings if f.kink)

    @property
    def outcome(self) -> Outcome:
        """WRONG if any point or the function itself is, UNRESOLVED if no point could be settled, else OK."""
        found = [f.outcome for f in self.findings]
        if self.forward is not None and self.forward.outcome is Outcome.WRONG:
            found.append(Outcome.WRONG)
        return verdict(found)


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


def verdict(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome of a whole check: WRONG if any part is, UNRESOLVED if none could be settled, else OK."""
    found = set(outcomes)
    for outcome in (Outcome.WRONG, Outcome.OK):
        if outcome in found:
            return outcome
    return Outcome.FLOOR if found == {Outcome.FLOOR} else Outcome.UNRESOLVED
