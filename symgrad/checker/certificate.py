"""What is known about the accuracy of float code: a value that can be read, stored, and joined with another."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

from symgrad.words import enumerated, message, say

if TYPE_CHECKING:
    from symgrad.words import Message


class Failure(Enum):
    """How float code can be wrong at an input."""

    NAN = "NaN"
    INFINITY = message("false infinity")
    ZERO = message("false zero")  # more than `limit` last digits from the exact value
    DIGITS = message("lost digits")


class Cause(Enum):
    """Why, as far as running the code again tells."""

    OVERFLOW = message("overflow")
    UNDERFLOW = message("underflow")
    DIVISION = message("division by zero")
    INVALID = message("invalid operation")  # 0 times infinity, or infinity less infinity
    CANCELLATION = message("cancellation")
    ROUNDING = message("rounding of constants or arguments")
    STAYS = message("more digits do not mend it")
    UNKNOWN = message("unknown")


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
        return str(self.told)

    @property
    def told(self) -> Message:
        """One line."""
        told = message(
            "{failure} ({cause}) from {low} to {high}: at {at} it gives {given}, exact is {exact}",
            failure=self.failure.value,
            cause=self.cause.value,
            **{k: f"{getattr(self, k):.9g}" for k in ("low", "high", "at", "given", "exact")},
        )
        digits = self.failure is Failure.DIGITS
        return message("{told}, {ulps} ulp", told=told, ulps=f"{self.ulps:.3g}") if digits else told


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
        return "\n".join(self.lines)

    @property
    def lines(self) -> list[str]:
        """In the language that is spoken: what was found, and each interval on which the code fails."""
        return [say(self.summary), *(f"  {say(fault.told)}" for fault in self.faults)]

    @property
    def summary(self) -> Message:
        """One line."""
        inputs = message("all {n} inputs" if self.complete else "a sample of {n} inputs", n=self.inputs)
        lost = (
            self.nans and message("{n} NaN", n=self.nans),
            self.infinities and message("{n} false infinities", n=self.infinities),
            self.zeros and message("{n} false zeros", n=self.zeros),
            self.undecided and message("{n} more inputs undecided", n=self.undecided),
        )
        told = enumerated(lost)
        return message(
            "{name}, {dtype}: at most {ulps} ulp (at {at}) over {inputs}; {lost}",
            name=self.name,
            dtype=self.dtype,
            ulps=f"{self.ulps:.3g}",
            at=f"{self.at:.9g}",
            inputs=inputs,
            lost=told or message("no false zero, infinity or NaN"),
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
    last = max(left, right, key=lambda f: f.places[1])  # pieces come in any order, also one between two others
    return replace(
        worse,
        low=left.low,
        high=last.high,
        count=left.count + right.count,
        places=(left.places[0], last.places[1]),
    )
