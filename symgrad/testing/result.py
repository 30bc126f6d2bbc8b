"""What a check of a user's gradient came to: the verdict, and the message that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.calling import name_of
from symgrad.checker.findings import ElementwiseReport, ParameterReport, PointFinding, telling, verdict
from symgrad.core import Outcome
from symgrad.testing.lines import elementwise_lines, parameter_lines

if TYPE_CHECKING:
    from symgrad.testing.diagnosis import Diagnosis

TINY = 2.0**-40  # errors below this are judged by what is beside them
USUAL = {"at_kink": "subgradient", "extremes": "note", "dtype": "float64"}
SHOWN = ("of", "parameters", "variable", "dtype", "domain", "kinks", "at_kink", "extremes")
SETTLED = 0.5  # of the points; a check that could say nothing about most of them is no check


@dataclass(frozen=True, slots=True)
class Elementwise:
    """The reports on an elementwise gradient, one for each set of values of its other arguments (`at`).

    `said` are the options that the check had, `call` is how it is called again.
    """

    name: str
    letter: str
    reports: tuple[tuple[str, ElementwiseReport], ...]
    diagnosis: Diagnosis | None
    said: tuple[tuple[str, Any], ...]
    call: str = "check_gradient(f, grad"

    @property
    def replay(self) -> str:
        """One line that shows the worst point again, with the options that are not the usual ones."""
        said = dict(self.said) | {"dtype": name_of(np.dtype(dict(self.said)["dtype"]))}
        given = {k: said[k] for k in SHOWN if said[k] is not None and said[k] != () and said[k] != USUAL.get(k)}
        wrong = [r for _, r in self.reports if r.outcome is Outcome.WRONG]
        shown = [(q, r) for r in wrong for q in (r.worst, r.forward) if q and q.outcome is Outcome.WRONG]
        parts = [self.call, *(f"{k}={v!r}" for k, v in given.items()), f"seed={said['seed']}"]
        parts += [f"points={again(*shown[0])!r}"] if shown else []
        return f"{', '.join(parts)})"

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
    call: str  # how the check is called again

    @property
    def replay(self) -> str:
        """One line that shows it again."""
        return f"{self.call}, seed={self.report.seed})"

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


def again(worst: PointFinding, report: ElementwiseReport) -> list[float]:
    """The points to look at again: the worst, and with an error as small as rounding the ends of where it is wrong."""
    if worst.error > TINY * max(1.0, abs(worst.x)) or not report.stretches:
        return [worst.x]
    ends = (report.stretches[0].below, report.stretches[0].above)
    return sorted({worst.x, *(v for v in ends if v is not None)})


def demand(result: Any) -> Any:
    """The result, if nothing is wrong and something was checked; AssertionError with its message otherwise."""
    if result.outcome is not Outcome.OK:
        raise AssertionError(str(result))
    return result
