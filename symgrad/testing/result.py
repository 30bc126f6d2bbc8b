"""What a check of a user's gradient came to: the verdict, and the message that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symgrad.checker.findings import ElementwiseReport, ParameterReport, telling, verdict
from symgrad.core import Outcome
from symgrad.testing.lines import elementwise_lines, parameter_lines

if TYPE_CHECKING:
    from symgrad.testing.diagnosis import Diagnosis

SETTLED = 0.5  # of the points; a check that could say nothing about most of them is no check


@dataclass(frozen=True, slots=True)
class Elementwise:
    """The reports on an elementwise gradient, one for each set of values of its other arguments (`at`)."""

    name: str
    letter: str
    reports: tuple[tuple[str, ElementwiseReport], ...]
    diagnosis: Diagnosis | None
    replay: str

    @property
    def outcome(self) -> Outcome:
        """WRONG if any report is; UNRESOLVED if most points could not be settled, or told from rounding."""
        whole = verdict(r.outcome for _, r in self.reports)
        if whole is not Outcome.OK:
            return whole
        vague = sum(r.vague for _, r in self.reports)
        return Outcome.UNRESOLVED if vague > (1 - SETTLED) * self.points else whole

    @property
    def points(self) -> int:
        """How many points were tried."""
        return sum(r.points for _, r in self.reports)

    def count(self, outcome: Outcome) -> int:
        """How many points came out like this."""
        return sum(r.count(outcome) for _, r in self.reports)

    @property
    def worst(self) -> tuple[str, ElementwiseReport] | None:
        """The report with the largest error at a wrong point, and the other values there."""
        wrong = [(at, r) for at, r in self.reports if r.outcome is Outcome.WRONG]
        return max(wrong, key=lambda pair: telling(pair[1].worst) if pair[1].worst else (), default=None)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was put up with."""
        return tuple(dict.fromkeys(n for _, r in self.reports for n in r.notes))

    def __str__(self) -> str:
        return "\n".join(elementwise_lines(self))


@dataclass(frozen=True, slots=True)
class Parameters:
    """The report on the gradients of a loss, or on vector-Jacobian products."""

    name: str
    report: ParameterReport
    diagnosis: Diagnosis | None
    replay: str

    @property
    def outcome(self) -> Outcome:
        """That of the report."""
        return self.report.outcome

    @property
    def notes(self) -> tuple[str, ...]:
        """What was put up with."""
        return self.report.notes

    def __str__(self) -> str:
        return "\n".join(parameter_lines(self))


Result = Elementwise | Parameters


def demand(result: Any) -> Any:
    """The result, if nothing is wrong and something was checked; AssertionError with its message otherwise."""
    if result.outcome is not Outcome.OK:
        raise AssertionError(str(result))
    return result
