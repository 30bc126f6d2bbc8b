"""What a derivation's verdicts and checks say, in words and counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad.core import VALUELESS, Outcome, Status, every_step
from symgrad.document.boxes import Op, commas, row
from symgrad.document.from_sympy import boxes
from symgrad.document.text import text
from symgrad.document.values import apart
from symgrad.document.words import Formula
from symgrad.words import Message, clauses, counted, enumerated, message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.core import Settled, Verdict, Witness
    from symgrad.document.boxes import Box

WORDS = {
    Status.PROVED: message("proved", context="verdict"),
    Status.PROVED_EXCEPT: message("proved except at listed points", context="verdict"),
    Status.REFUTED: message("refuted", context="verdict"),
    Status.DOMAIN_MISMATCH: message("domains differ", context="verdict"),
    Status.UNKNOWN: message("unknown", context="verdict"),
    Status.VACUOUS: message("vacuous", context="verdict"),
}

ANCHORS = {status: status.value.replace(" ", "-") for status in Status}

OUTCOMES = {
    Outcome.OK: message("ok", context="check"),
    Outcome.WRONG: message("wrong", context="check"),
    Outcome.UNRESOLVED: message("unresolved", context="check"),
    Outcome.FLOOR: message("below rounding", context="check"),
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
        place = message("step {number} ({rule})", number=number + 1, rule=steps[number].rule)
        said = because(place, worst.reason)
    if worst.status is Status.PROVED:
        return worst
    alike = [v for v in (*settled.verdicts, settled.claim) if v.status is worst.status]
    points = dict.fromkeys(w for v in alike for w in v.exceptions)
    return replace(worst, reason=said, exceptions=tuple(points))


def proof_in_words(settled: Settled) -> Message:
    """What became of the steps, and the verdict on the whole where that says more."""
    whole = together(settled)
    words = [steps_in_words(settled), message("the whole chain: {verdict}", verdict=WORDS[settled.claim.status])]
    if not whole.proved:
        verdict, told = WORDS[whole.status], reason(whole)
        words.append(
            message("it is not proved as it stands: {verdict} ({reason})", verdict=verdict, reason=told)
            if told
            else message("it is not proved as it stands: {verdict}", verdict=verdict)
        )
    return clauses(words)


def steps_in_words(settled: Settled) -> Message:
    """How many steps there are and what became of them: `12 steps, all proved`."""
    counts = Counter(v.status for v in settled.verdicts)
    total = len(settled.verdicts)
    if counts[Status.PROVED] == total:
        return counted("{n} step, proved", "{n} steps, all proved", total)
    told = enumerated(message("{number} {verdict}", number=n, verdict=WORDS[s]) for s, n in counts.items())
    return counted("{n} step: {verdicts}", "{n} steps: {verdicts}", total, verdicts=told)


CONVENTION = message("elsewhere it is not claimed: where there is no derivative, a value is a convention")


def check_in_words(settled: Settled) -> Message:
    """How the finite differences came out."""
    check = settled.check
    if check is None:
        return message("no numeric check applies")
    if not check.points:
        return no_points(settled.claim)
    parts = [
        (check.ok, message("{number} agree", number=check.ok)),
        (check.wrong, message("{number} disagree", number=check.wrong)),
        (
            check.unresolved,
            message(
                "{number} unresolved, as the error bound of the estimate is too wide there", number=check.unresolved
            ),
        ),
        (check.floor, message("{number} at rounding", number=check.floor)),
    ]
    told = enumerated(words for n, words in parts if n)
    if check.kinks:
        return message(
            "finite differences at {number} points, {kinks} of them at kinks: {outcomes}",
            number=check.points,
            kinks=check.kinks,
            outcomes=told,
        )
    return message("finite differences at {number} points: {outcomes}", number=check.points, outcomes=told)


def no_points(claim: Verdict) -> Message:
    """Why nothing was compared, as far as it is proved: that none was drawn does not say that there is none."""
    if claim.status is not Status.VACUOUS:
        return message("no points: none was found at which to compare")
    if claim.reason == VALUELESS:
        return message("no points: neither side has a value anywhere")
    return message("no points: the condition holds nowhere")


def crossed_out(factors: Iterable[Box]) -> Message:
    """What a step cancels, in words."""
    told = enumerated(map(Formula, factors))
    return message("Crossed out above and below the bar: {factors}.", factors=told)


def because(words: Message, why: str) -> Message:
    """A statement with its reason, where there is one."""
    return message("{statement}: {reason}", statement=words, reason=why) if why else words


def reason(verdict: Verdict) -> Message:
    """What a reader should know beyond a verdict's name: the reason, the exceptions, the counterexample."""
    parts: list[str] = [verdict.reason]
    if (w := verdict.witness) is not None:
        parts.append(message("at {point} the sides are {left} and {right}", point=place(w), **sides(w)))
    parts += [excepted(w) for w in verdict.exceptions]
    return clauses(parts)


def excepted(witness: Witness) -> Message:
    """A point at which the sides are not equal, and the condition on all points like it, if it stands for more."""
    told = message("at {point}: {left} and {right}", point=place(witness), **sides(witness))
    if witness.where is None:
        return told
    return message("where {condition}, for example {point}", condition=text(boxes(witness.where)), point=told)


def sides(witness: Witness) -> dict[str, str]:
    """Both sides at a point, to as many digits as tell them apart, or that there is no value."""
    return dict(zip(("left", "right"), apart(witness.left, witness.right), strict=True))


def place(witness: Witness) -> str:
    """A point as text."""
    point = text(commas(*(row(boxes(s), Op("="), boxes(value)) for s, value in witness.point)))
    return point or message("every point")
