"""What a check of a user's gradient came to: the verdict, and the message that a person can act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symgrad.checker.findings import Cause, ElementwiseReport, EntryFinding, ParameterReport, telling, verdict
from symgrad.core import Outcome

if TYPE_CHECKING:
    from symgrad.checker.findings import Blame, PointFinding, Stretch
    from symgrad.testing.diagnosis import Diagnosis

SETTLED = 0.5  # of the points; a check that could say nothing about most of them is no check
FEW = 3


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
        """WRONG if any report is; UNRESOLVED if most points could not be settled."""
        whole = verdict(r.outcome for _, r in self.reports)
        told = self.count(Outcome.OK) + self.count(Outcome.FLOOR)
        return Outcome.UNRESOLVED if whole is Outcome.OK and told < SETTLED * self.points else whole

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


def elementwise_lines(result: Elementwise) -> list[str]:
    """The message, one fact a line."""
    wrong, outcome = result.count(Outcome.WRONG), result.outcome
    if outcome is Outcome.WRONG and result.worst:
        at, report = result.worst
        lines = [f"{result.name} is wrong at {wrong} of {result.points} points ({report.dtype})"] if wrong else []
        if wrong and report.worst:
            lines += point_lines(result.letter, at, report.worst)
            lines += [f"  wrong on   {stretch(result.letter, s)}" for s in report.stretches[:FEW]]
            lines += cause_lines(report.blame)
        if report.forward and report.forward.outcome is Outcome.WRONG:
            lines += forward_lines(result.letter, at, report.forward)
    elif outcome is Outcome.OK:
        right = f"right at {result.count(Outcome.OK)} of {result.points} points{remainder(result)}"
        below = result.count(Outcome.FLOOR)
        lines = [f"no mistake seen in {result.name}: {right}" if below else f"{result.name} is {right}"]
        lines += floor_lines(result)
    else:
        told = f"{result.count(Outcome.OK)} of {result.points} points are settled{remainder(result)}"
        mend = "name what it is with `of=`, where it is defined with `domain=`, or other `points`"
        lines = [f"{result.name} could not be checked: {told}; {mend}"]
    return [*lines, *closing(result, failed=outcome is Outcome.WRONG)]


def remainder(result: Elementwise) -> str:
    """The points about which nothing can be said."""
    open_ = {"unresolved": result.count(Outcome.UNRESOLVED), "below the rounding": result.count(Outcome.FLOOR)}
    text = ", ".join(f"{n} {words}" for words, n in open_.items() if n)
    return f" ({text})" if text else ""


def floor_lines(result: Elementwise) -> list[str]:
    """Where a mistake would not be seen, as it would be no larger than the rounding of an intermediate."""
    found = [f for _, r in result.reports for f in r.findings if f.outcome is Outcome.FLOOR]
    sides = [f.x for f in found if f.x < 0], [f.x for f in found if f.x >= 0]
    where = [f"from {min(xs):.6g} to {max(xs):.6g}" for xs in sides if xs]
    if not found:
        return []
    error = max(f.error for f in found)
    return [f"  not seen   {result.letter} {' and '.join(where)}: errors up to {error:.1e}, which rounding may be"]


def point_lines(letter: str, at: str, worst: PointFinding) -> list[str]:
    """The worst point with both values."""
    how = "exact" if worst.method == "exact" else "by finite differences"
    if worst.kink:
        low, high = sorted((worst.left, worst.right))
        true = f"between {low:.12g} and {high:.12g}, the slopes on the two sides of a kink ({how})"
        if low <= worst.given <= high:
            true += ", or as `at_kink` demands"
    else:
        true = f"{worst.estimate!r} ± {worst.bound:.1e} ({how})"
    return [
        f"  worst at   {letter} = {worst.x!r}{', ' + at if at else ''}",
        f"  given      {worst.given!r}",
        f"  true       {true}",
    ]


def stretch(letter: str, s: Stretch) -> str:
    """An interval in which it is wrong, with its bisected ends."""
    if s.below is None and s.above is None:
        if s.lower == s.upper:
            return f"{letter} = {short(s.lower)}: the only point"
        return f"{short(s.lower)} ≤ {letter} ≤ {short(s.upper)}: everything between the outermost points"
    low = f"{short(s.below)} < " if s.below is not None else ""
    high = f" < {short(s.above)}" if s.above is not None else ""
    return f"{low}{letter}{high}" + ("" if s.lower != s.upper else ": one number")


def short(value: float) -> str:
    """The shortest text that is this double: 1e+15, 5e-324."""
    return repr(value).removesuffix(".0")


def cause_lines(blame: Blame | None) -> list[str]:
    """Wrong or unstable."""
    if blame is None or blame.cause is Cause.UNDECIDED:
        return []
    values = ", ".join(f"{p.dtype} {p.value:.6g}" for p in blame.evidence)
    text = {
        Cause.FORMULA: "the formula is wrong: more precision does not help",
        Cause.ROUNDING: "the formula is right but unstable: the error shrinks with the precision",
    }[blame.cause]
    return [f"  cause      {text} ({values})"]


def forward_lines(letter: str, at: str, forward: PointFinding) -> list[str]:
    """The function itself is not what it is said to be."""
    return [
        "the function itself is not the one named by `of`",
        f"  worst at   {letter} = {forward.x!r}{', ' + at if at else ''}",
        f"  given      {forward.given!r}",
        f"  true       {forward.estimate!r} ± {forward.bound:.1e}",
    ]


def parameter_lines(result: Parameters) -> list[str]:
    """The message on many parameters."""
    report = result.report
    if result.outcome is Outcome.OK:
        lines = [f"{result.name}: the gradients by {report.parameters} parameters are right"]
    elif result.outcome is not Outcome.WRONG:
        lines = [f"{result.name} could not be checked: the differences are too rough, or below the rounding"]
    else:
        lines = [f"{result.name}: the gradients are wrong"]
        lines += [line for entry in report.wrong[:FEW] for line in entry_lines(entry)]
        more = len(report.wrong) - FEW
        lines += [others(more, report.more)] if more > 0 or report.more else []
    return [*lines, *closing(result, failed=result.outcome is Outcome.WRONG)]


def others(count: int, many: bool) -> str:  # noqa: FBT001 - the two go together
    """How many wrong places are not shown."""
    if many:
        return f"  and in more than {count} other places" if count > 0 else "  and in other places"
    return f"  and in {count} other place{'' if count == 1 else 's'}"


def entry_lines(entry: EntryFinding) -> list[str]:
    """One wrong entry or block."""
    true = f"{entry.estimate!r} ± {entry.bound:.1e}"
    if entry.kink:
        true = f"between {min(entry.left, entry.right):.12g} and {max(entry.left, entry.right):.12g} (a kink)"
    what = "" if entry.index is not None else " (the slope along a random direction)"
    return [
        f"  wrong      {entry.block}{what}",
        f"  given      {entry.given!r}",
        f"  true       {true}",
        *cause_lines(entry.blame),
    ]


def closing(result: Result, *, failed: bool) -> list[str]:
    """The diagnosis, the notes, and how to see it again."""
    lines = [f"  note       {n}" for n in result.notes]
    if failed:
        if result.diagnosis:
            first, *rest = str(result.diagnosis).splitlines()
            lines += [f"  diagnosis  {first}", *(f"             {line}" for line in rest)]
        lines.append(f"  replay     {result.replay}")
    return lines
