"""The message on a check, one fact a line, in the language that is spoken when it is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.checker.findings import Cause
from symgrad.core import Outcome
from symgrad.words import counted, enumerated, message, say
from symgrad.words.columns import padded

if TYPE_CHECKING:
    from symgrad.checker.findings import Blame, EntryFinding, PointFinding, Stretch
    from symgrad.testing.result import Elementwise, Parameters, Result

FEW = 3
SMALL = message(
    "the slopes are too small to be told from rounding: multiply the loss and its gradients by the same factor"
)
LABEL = 10  # columns
CAUSES = {
    Cause.FORMULA: message("the formula is wrong: more precision does not help"),
    Cause.ROUNDING: message("the formula is right but unstable: the error shrinks with the precision"),
}


def row(label: str, text: str) -> str:
    """One fact with its label."""
    return f"  {padded(say(label), LABEL)} {say(text)}"


def elementwise_lines(result: Elementwise) -> list[str]:
    """The message on an elementwise gradient."""
    outcome = result.outcome
    if outcome is Outcome.WRONG and result.worst:
        lines = wrong_lines(result)
    elif outcome is Outcome.OK:
        told: dict[str, Any] = {"name": result.name, "right": result.count(Outcome.OK), "points": result.points}
        told["rest"] = remainder(result)
        whole = message("{name} is right at {right} of {points} points{rest}", **told)
        if result.count(Outcome.FLOOR):
            whole = message("no mistake seen in {name}: right at {right} of {points} points{rest}", **told)
        lines = [say(whole), *floor_lines(result)]
    else:
        unsettled = message(
            "{name} could not be checked: {settled} of {points} points are settled{rest}; name what it is with `of=`, "
            "where it is defined with `domain=`, or other `points`",
            name=result.name,
            settled=result.count(Outcome.OK),
            points=result.points,
            rest=remainder(result),
        )
        lines = [say(unsettled)]
    return [*lines, *closing(result, failed=outcome is Outcome.WRONG)]


def wrong_lines(result: Elementwise) -> list[str]:
    """Where it is wrong, by how much, and whether by its formula."""
    wrong = result.count(Outcome.WRONG)
    at, report = result.worst or ("", None)
    lines = []
    if report and report.worst and wrong:
        head = message(
            "{name} is wrong at {wrong} of {points} points ({dtype})",
            name=result.name,
            wrong=wrong,
            points=result.points,
            dtype=report.dtype,
        )
        lines = [say(head), *point_lines(result.letter, at, report.worst)]
        lines += [row(message("wrong on"), stretch(result.letter, s)) for s in report.stretches[:FEW]]
        lines += cause_lines(report.blame)
    if report and report.forward and report.forward.outcome is Outcome.WRONG:
        lines += forward_lines(result.letter, at, report.forward)
    return lines


def remainder(result: Elementwise) -> str:
    """The points about which nothing can be said."""
    open_, below = result.count(Outcome.UNRESOLVED), result.count(Outcome.FLOOR)
    parts = [message("{n} unresolved", n=open_)] * bool(open_) + [message("{n} below the rounding", n=below)] * bool(
        below
    )
    return message(" ({parts})", parts=enumerated(parts)) if parts else ""


def floor_lines(result: Elementwise) -> list[str]:
    """Where a mistake would not be seen, as it would be no larger than the rounding of an intermediate."""
    found = [f for _, r in result.reports for f in r.findings if f.outcome is Outcome.FLOOR]
    sides = [f.x for f in found if f.x < 0], [f.x for f in found if f.x >= 0]
    ends = [message("from {low} to {high}", low=f"{min(xs):.6g}", high=f"{max(xs):.6g}") for xs in sides if xs]
    if not found:
        return []
    where = ends[0] if len(ends) == 1 else message("{before} and {after}", before=ends[0], after=ends[1])
    error = f"{max(f.error for f in found):.1e}"
    text = message(
        "{letter} {where}: errors up to {error}, which rounding may be", letter=result.letter, where=where, error=error
    )
    return [row(message("not seen"), text)]


def point_lines(letter: str, at: str, worst: PointFinding) -> list[str]:
    """The worst point with both values."""
    exact = worst.method == "exact"
    if worst.kink:
        low, high = sorted((worst.left, worst.right))
        ends = {"low": f"{low:.12g}", "high": f"{high:.12g}"}
        true = message("between {low} and {high}, the slopes on the two sides of a kink", **ends)
        if low <= worst.given <= high:
            true = message("{true}, or as `at_kink` demands", true=true)
    else:
        true = message("{value} ± {bound}", value=repr(worst.estimate), bound=f"{worst.bound:.1e}")
    how = message("{true} (exact)", true=true) if exact else message("{true} (by finite differences)", true=true)
    place = f"{letter} = {worst.x!r}{', ' + at if at else ''}"
    return [
        row(message("worst at"), place),
        row(message("given", context="the value"), repr(worst.given)),
        row(message("true", context="the value"), how),
    ]


def stretch(letter: str, s: Stretch) -> str:
    """An interval in which it is wrong, with its bisected ends."""
    if s.below is None and s.above is None:
        if s.lower == s.upper:
            return message("{where}: the only point", where=f"{letter} = {short(s.lower)}")
        where = f"{short(s.lower)} ≤ {letter} ≤ {short(s.upper)}"
        return message("{where}: everything between the outermost points", where=where)
    low = f"{short(s.below)} < " if s.below is not None else ""
    high = f" < {short(s.above)}" if s.above is not None else ""
    where = f"{low}{letter}{high}"
    return where if s.lower != s.upper else message("{where}: one number", where=where)


def short(value: float) -> str:
    """The shortest text that is this double: 1e+15, 5e-324."""
    return repr(value).removesuffix(".0")


def cause_lines(blame: Blame | None) -> list[str]:
    """Wrong or unstable."""
    if blame is None or blame.cause is Cause.UNDECIDED:
        return []
    values = ", ".join(f"{p.dtype} {p.value:.6g}" for p in blame.evidence)
    return [row(message("cause"), message("{cause} ({values})", cause=CAUSES[blame.cause], values=values))]


def forward_lines(letter: str, at: str, forward: PointFinding) -> list[str]:
    """The function itself is not what it is said to be."""
    true = message("{value} ± {bound}", value=repr(forward.estimate), bound=f"{forward.bound:.1e}")
    return [
        say(message("the function itself is not the one named by `of`")),
        row(message("worst at"), f"{letter} = {forward.x!r}{', ' + at if at else ''}"),
        row(message("given", context="the value"), repr(forward.given)),
        row(message("true", context="the value"), true),
    ]


def parameter_lines(result: Parameters) -> list[str]:
    """The message on many parameters."""
    report, name = result.report, result.name
    if result.outcome is Outcome.OK:
        right = message("{name}: the gradients by {count} parameters are right", name=name, count=report.parameters)
        seen = message(
            "{name}: no mistake seen in the gradients by {count} parameters", name=name, count=report.parameters
        )
        lines = [say(seen if report.unseen or report.beyond else right), *map(unseen_line, report.unseen[:FEW])]
    elif result.outcome is not Outcome.WRONG:
        rough = message("{name} could not be checked: the differences are too rough, or below the rounding", name=name)
        lines = [say(rough), *([row(message("note"), SMALL)] if result.outcome is Outcome.FLOOR else [])]
    else:
        lines = [say(message("{name}: the gradients are wrong", name=name))]
        shown = report.wrong[:FEW]
        first = {e.blame.cause: n for n, e in reversed(list(enumerate(shown))) if e.blame}  # each cause is said once
        for n, entry in enumerate(shown):
            lines += entry_lines(entry)
            lines += cause_lines(entry.blame) if entry.blame and first[entry.blame.cause] == n else []
        more = len(report.wrong) - FEW
        lines += [f"  {say(others(more, report.more))}"] if more > 0 or report.more else []
    return [*lines, *closing(result, failed=result.outcome is Outcome.WRONG)]


def unseen_line(entry: EntryFinding) -> str:
    """A block of which nothing can be said."""
    error = f"{max(3 * entry.bound, abs(entry.given - entry.estimate)):.1e}"
    return row(
        message("not seen"),
        message("{where}: errors up to {error}, which rounding may be", where=entry.block, error=error),
    )


def others(count: int, many: bool) -> str:  # noqa: FBT001 - the two go together
    """How many wrong places are not shown."""
    if many:
        return message("and in more than {n} other places", n=count) if count > 0 else message("and in other places")
    return counted("and in {n} other place", "and in {n} other places", count)


def entry_lines(entry: EntryFinding) -> list[str]:
    """One wrong entry or block."""
    true = message("{value} ± {bound}", value=repr(entry.estimate), bound=f"{entry.bound:.1e}")
    if entry.kink:
        low, high = sorted((entry.left, entry.right))
        true = message("between {low} and {high} (a kink)", low=f"{low:.12g}", high=f"{high:.12g}")
    block = (
        entry.block
        if entry.index is not None
        else message("{block} (the slope along a random direction)", block=entry.block)
    )
    return [
        row(message("wrong", context="the entry"), block),
        row(message("given", context="the value"), repr(entry.given)),
        row(message("true", context="the value"), true),
    ]


def closing(result: Result, *, failed: bool) -> list[str]:
    """The diagnosis, the notes, and how to see it again."""
    lines = [row(message("note"), n) for n in result.notes]
    if failed:
        if result.diagnosis:
            first, *rest = result.diagnosis.lines
            lines += [row(message("diagnosis"), first), *(row("", line) for line in rest)]
        lines.append(row(message("replay"), result.replay))
    return lines
