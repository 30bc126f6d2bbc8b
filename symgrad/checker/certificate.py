"""What is known about the accuracy of float code: a value that can be read, stored, and joined with another."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import Any


class Failure(Enum):
    """How float code can be wrong at an input."""

    NAN = "NaN"
    INFINITY = "false infinity"
    ZERO = "false zero"  # more than `limit` last digits from the exact value
    DIGITS = "lost digits"


class Cause(Enum):
    """Why, as far as running the code again tells."""

    OVERFLOW = "overflow"
    UNDERFLOW = "underflow"
    DIVISION = "division by zero"
    INVALID = "invalid operation"  # 0 times infinity, or infinity less infinity
    CANCELLATION = "cancellation"
    ROUNDING = "rounding of constants or arguments"
    STAYS = "more digits do not mend it"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fault:
    """An interval of inputs on which the code fails in one way, and the worst of them."""

    failure: Failure
    low: float
    high: float
    count: int
    at: float
    given: float
    exact: float
    ulps: float
    places: tuple[int, int]  # of low and high in the order of all numbers
    cause: Cause = Cause.UNKNOWN

    def __str__(self) -> str:
        much = f", {self.ulps:.3g} ulp" if self.failure is Failure.DIGITS else ""
        return (
            f"{self.failure.value} ({self.cause.value}) from {self.low:.9g} to {self.high:.9g}: "
            f"at {self.at:.9g} it gives {self.given:.9g}, exact is {self.exact:.9g}{much}"
        )


@dataclass(frozen=True, slots=True)
class Certificate:
    """How float code compares with the exact function, over all inputs of a format or a sample of them.

    `ulps` is the largest error in units in the last place of the exact value, NaN, false infinities and false zeros
    left out: those are counted. `faults` are the intervals where more than `limit` ulp are lost, or a value is.
    """

    name: str
    dtype: str
    complete: bool  # every input of the format was compared
    inputs: int
    limit: float
    ulps: float = 0.0
    at: float = math.nan
    given: float = math.nan
    exact: float = math.nan
    zeros: int = 0
    infinities: int = 0
    nans: int = 0
    undecided: int = 0  # inputs at which the exact value could not be told; nothing is said about them
    faults: tuple[Fault, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every input was compared and none fails."""
        return not self.faults and not self.undecided

    def __str__(self) -> str:
        return "\n".join([self.summary, *(f"  {fault}" for fault in self.faults)])

    @property
    def summary(self) -> str:
        """One line."""
        which = "all" if self.complete else "a sample of"
        lost = ", ".join(
            f"{count} {what}"
            for count, what in (
                (self.nans, "NaN"),
                (self.infinities, "false infinities"),
                (self.zeros, "false zeros"),
                (self.undecided, "more inputs undecided"),
            )
            if count
        )
        return (
            f"{self.name}, {self.dtype}: at most {self.ulps:.3g} ulp (at {self.at:.9g}) over {which} "
            f"{self.inputs} inputs; {lost or 'no false zero, infinity or NaN'}"
        )

    def to_json(self) -> str:
        """The certificate for a program; numbers that JSON lacks are text."""
        return json.dumps(asdict(self), default=plain, ensure_ascii=False)


def plain(value: Any) -> Any:
    """An enum's word."""
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def from_json(text: str) -> Certificate:
    """The certificate that `to_json` wrote."""
    data = json.loads(text)
    faults = tuple(
        Fault(
            **{
                **f,
                "failure": Failure(f["failure"]),
                "cause": Cause(f["cause"]),
                "places": (int(f["places"][0]), int(f["places"][1])),
            }
        )
        for f in data["faults"]
    )
    return Certificate(**{**data, "faults": faults})


def joined(left: Certificate, right: Certificate, gap: int) -> Certificate:
    """Two certificates of one function over inputs that follow one another, as one."""
    worse = right if right.ulps > left.ulps or math.isnan(left.at) else left
    return replace(
        worse,
        inputs=left.inputs + right.inputs,
        zeros=left.zeros + right.zeros,
        infinities=left.infinities + right.infinities,
        nans=left.nans + right.nans,
        undecided=left.undecided + right.undecided,
        faults=closed((*left.faults, *right.faults), gap),
    )


def closed(faults: tuple[Fault, ...], gap: int) -> tuple[Fault, ...]:
    """The faults in order, those of one kind that lie no more than `gap` numbers apart made one."""
    found: list[Fault] = []
    for fault in sorted(faults, key=lambda f: f.places):
        earlier = next((n for n in reversed(range(len(found))) if found[n].failure is fault.failure), None)
        if earlier is not None and fault.places[0] - found[earlier].places[1] <= gap:
            found[earlier] = together(found[earlier], fault)
        else:
            found.append(fault)
    return tuple(found)


def together(left: Fault, right: Fault) -> Fault:
    """One fault over both intervals, with the worse of the two inputs."""
    worse = right if right.ulps > left.ulps else left
    return replace(
        worse,
        low=left.low,
        high=right.high,
        count=left.count + right.count,
        places=(left.places[0], right.places[1]),
    )
