"""What a derivation's verdicts and checks say, in words and counts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from symgrad.core import Outcome, Status
from symgrad.document.boxes import Op, commas, row
from symgrad.document.from_sympy import boxes
from symgrad.document.text import text

if TYPE_CHECKING:
    from symgrad.core import CheckReport, Settled, Verdict, Witness

WORDS = {
    Status.PROVED: "proved",
    Status.PROVED_EXCEPT: "proved except at listed points",
    Status.REFUTED: "refuted",
    Status.DOMAIN_MISMATCH: "domains differ",
    Status.UNKNOWN: "unknown",
    Status.VACUOUS: "vacuous",
}

ANCHORS = {status: status.value.replace(" ", "-") for status in Status}

OUTCOMES = {
    Outcome.OK: "ok",
    Outcome.WRONG: "wrong",
    Outcome.UNRESOLVED: "unresolved",
    Outcome.FLOOR: "below rounding",
}


def steps_in_words(settled: Settled) -> str:
    """How many steps there are and what became of them: `12 steps, all proved`."""
    counts = Counter(v.status for v in settled.verdicts)
    total = len(settled.verdicts)
    steps = "1 step" if total == 1 else f"{total} steps"
    if counts[Status.PROVED] == total:
        return f"{steps}, {'proved' if total == 1 else 'all proved'}"
    return f"{steps}: " + ", ".join(f"{n} {WORDS[s]}" for s, n in counts.items())


CONVENTION = "elsewhere there is no derivative, and the value is a convention"


def check_in_words(check: CheckReport | None) -> str:
    """How the finite differences came out."""
    if check is None:
        return "no numeric check applies"
    parts = [
        (check.ok, "agree"),
        (check.wrong, "disagree"),
        (check.unresolved, "unresolved"),
        (check.floor, "at rounding"),
    ]
    told = ", ".join(f"{n} {word}" for n, word in parts if n)
    where = f", {check.kinks} of them at kinks" if check.kinks else ""
    return f"finite differences at {check.points} points{where}: {told}"


def reason(verdict: Verdict) -> str:
    """What a reader should know beyond a verdict's name: the reason, the exceptions, the counterexample."""
    parts = [verdict.reason] if verdict.reason else []
    if verdict.witness is not None:
        parts.append(f"at {place(verdict.witness)} the sides are {verdict.witness.left} and {verdict.witness.right}")
    parts += [f"at {place(w)}: {w.left} and {w.right}" for w in verdict.exceptions]
    return "; ".join(parts)


def place(witness: Witness) -> str:
    """A point as text."""
    return text(commas(*(row(boxes(s), Op("="), boxes(value)) for s, value in witness.point))) or "every point"
