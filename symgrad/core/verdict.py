"""What a proof or a numeric check may answer, and on what evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from symgrad.words import message, worded

if TYPE_CHECKING:
    from sympy import Expr, Symbol


DOUBTED = message("it does not follow by the rule that is named, so the reason is not confirmed")  # of a step by hand
VALUELESS = message("neither side has a value anywhere")  # why a statement is VACUOUS, if not for its condition

VALUED_NOWHERE = message("there is no point at which both sides have values")  # of a mismatch


class Status(Enum):
    """The answers of an exact proof; one that nobody earned is never given."""

    PROVED = "proved"
    PROVED_EXCEPT = "proved except"  # everywhere but at listed kink points, where both sides have values
    REFUTED = "refuted"  # a point where two disjoint balls hold the two sides
    DOMAIN_MISMATCH = "domain mismatch"  # equal where both are defined, not defined on the same set
    UNKNOWN = "unknown"  # never rounded up to PROVED, never down to REFUTED
    VACUOUS = "vacuous"  # no point satisfies the assumptions

    @property
    def failed(self) -> bool:
        """Whether what was stated is false somewhere: what ends a command with exit status 1."""
        return self in {Status.REFUTED, Status.DOMAIN_MISMATCH, Status.PROVED_EXCEPT}


@dataclass(frozen=True, slots=True)
class Witness:
    """A point at which two sides differ: each coordinate exact, each side inside its ball.

    The balls are decimal strings `[middle +/- radius]`, disjoint; "undefined" where a side has no real value.
    `where`: the condition on all points like it, None where it stands for itself alone.
    """

    point: tuple[tuple[Symbol, Expr], ...]
    left: str
    right: str
    where: Any = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one statement.

    `conditions`: assumptions that the proof used; `exceptions`: all kink points of PROVED_EXCEPT, and points of
    DOMAIN_MISMATCH at which one side only has a value; `reason`: why UNKNOWN, or DOUBTED; `certificate`: the JSON
    text that an independent checker replays.
    """

    status: Status
    method: str = ""
    conditions: tuple[Any, ...] = ()
    exceptions: tuple[Witness, ...] = ()
    witness: Witness | None = None
    reason: str = ""
    certificate: str = ""

    def __post_init__(self) -> None:
        worded(self, "method", "reason")

    @property
    def proved(self) -> bool:
        """Whether the statement holds as it stands, with no exception."""
        return self.status is Status.PROVED


class Outcome(Enum):
    """The answers of a numeric check at one point; only WRONG fails."""

    OK = "ok"
    WRONG = "wrong"
    UNRESOLVED = "unresolved"  # the error bound is too wide to say
    FLOOR = "floor"  # the difference is below what the function's own rounding can show


@dataclass(frozen=True, slots=True)
class CheckPoint:
    """One comparison: the claimed gradient against an estimate known to within `bound`."""

    point: tuple[tuple[str, float], ...]
    claimed: float
    estimate: float
    bound: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class CheckReport:
    """How a claimed gradient fared at every sampled point; `shown` is a spread of them for a reader.

    `errors` are for a drawing: of every point off the kinks its first coordinate, how far the two values are apart,
    and the bound of the estimate, both as parts of the larger value, or of 1 where that is smaller.
    """

    ok: int
    wrong: int
    unresolved: int
    floor: int
    worst: CheckPoint | None = None  # the wrong point with the largest error, else the largest error of all
    shown: tuple[CheckPoint, ...] = ()
    kinks: int = 0  # how many of the points lie on a kink
    errors: tuple[tuple[float, float, float], ...] = ()

    @property
    def points(self) -> int:
        """How many points were compared."""
        return self.ok + self.wrong + self.unresolved + self.floor

    @property
    def outcome(self) -> Outcome:
        """WRONG if any point is, UNRESOLVED if none could be settled, else OK."""
        if self.wrong:
            return Outcome.WRONG
        return Outcome.OK if self.ok else Outcome.UNRESOLVED
