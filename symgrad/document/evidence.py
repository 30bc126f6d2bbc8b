"""What a derivation's verdicts and checks say, in words and counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad.core import Outcome, Status, every_step
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


WORST_FIRST = (
    Status.REFUTED,
    Status.DOMAIN_MISMATCH,
    Status.VACUOUS,
    Status.UNKNOWN,
    Status.PROVED_EXCEPT,
    Status.PROVED,
)


def together(settled: Settled) -> Verdict:
    """The verdict on a whole derivation: the worst of its steps and its claim, with all points that it excepts."""
    steps = tuple(every_step(settled.derivation.steps))
    worst = min((*settled.verdicts, settled.claim), key=lambda v: WORST_FIRST.index(v.status))
    if settled.claim.status is worst.status:
        worst, said = settled.claim, settled.claim.reason
    else:
        number = settled.verdicts.index(worst)
        said = f"step {number + 1} ({steps[number].rule}){worst.reason and ': '}{worst.reason}"
    if worst.status is Status.PROVED:
        return worst
    alike = [v for v in (*settled.verdicts, settled.claim) if v.status is worst.status]
    points = dict.fromkeys(w for v in alike for w in v.exceptions)
    return replace(worst, reason=said, exceptions=tuple(points))


def proof_in_words(settled: Settled) -> str:
    """What became of the steps, and the verdict on the whole where that says more."""
    whole = together(settled)
    words = f"{steps_in_words(settled)}; the whole chain: {WORDS[settled.claim.status]}"
    if whole.proved:
        return words
    told = reason(whole)
    return f"{words}; so the derivation is {WORDS[whole.status]}{told and ' ('}{told}{told and ')'}"


def steps_in_words(settled: Settled) -> str:
    """How many steps there are and what became of them: `12 steps, all proved`."""
    counts = Counter(v.status for v in settled.verdicts)
    total = len(settled.verdicts)
    steps = "1 step" if total == 1 else f"{total} steps"
    if counts[Status.PROVED] == total:
        return f"{steps}, {'proved' if total == 1 else 'all proved'}"
    return f"{steps}: " + ", ".join(f"{n} {WORDS[s]}" for s, n in counts.items())


CONVENTION = "elsewhere there is no derivative, and the value is a convention"


UNRESOLVED = "unresolved, as the error bound of the estimate is too wide there"


def check_in_words(check: CheckReport | None) -> str:
    """How the finite differences came out."""
    if check is None:
        return "no numeric check applies"
    parts = [
        (check.ok, "agree"),
        (check.wrong, "disagree"),
        (check.unresolved, UNRESOLVED),
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
