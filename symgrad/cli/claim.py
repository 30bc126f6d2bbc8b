"""`symgrad claim`: a claim of the user's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from symgrad.cli.options import PATH, Signed, emit
from symgrad.words import message, say

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 18.0
WORDS = {
    "proved": message("proved", context="verdict"),
    "proved_under_condition": message("proved under a condition", context="verdict"),
    "refuted": message("refuted", context="verdict"),
    "unknown": message("unknown", context="verdict"),
    "vacuous": message("vacuous", context="verdict"),
}
SHOUTED = {
    "proved": message("PROVED", context="verdict"),
    "proved_under_condition": message("PROVED UNDER A CONDITION", context="verdict"),
    "refuted": message("REFUTED", context="verdict"),
    "unknown": message("UNKNOWN", context="verdict"),
    "vacuous": message("VACUOUS: nothing satisfies what is assumed", context="verdict"),
}


@click.command("claim", cls=Signed)
@click.argument("words", metavar="CLAIM")
@click.option("-o", "--output", type=PATH, help="Draw what is claimed into FILE, an SVG.", metavar="FILE")
@click.option("--seconds", type=click.FloatRange(1), default=SECONDS, show_default=True, help="When to give up.")
@click.option("--json", "as_json", is_flag=True, help="Print one object.")
def command(words: str, output: Path | None, seconds: float, as_json: bool) -> None:  # noqa: FBT001 - as click does
    """Settle CLAIM: the verdict, where it holds, and a counterexample where it does not.

    \b
    symgrad claim "sigmoid'(z) <= 1/4 for all z"
    symgrad claim "tanh'(z) >= sigmoid'(z) for z > 0"
    symgrad claim "0 < elu'(z) <= 1 for z in (-oo, 0)"
    symgrad claim "there exists z > 0 such that silu'(z) > 1"
    symgrad claim "the values of sigmoid'(z) are (0, 1/4]"
    symgrad claim "relu'(z) = 1 iff z > 0"
    symgrad claim "tanh'(z) ~ 4*exp(-2*z) as z -> oo"
    symgrad claim "sin(z)/z -> 1 as z -> 0"

    Where a side has no value, nothing is claimed of it: a claim that is true wherever both sides have values is proved
    under the condition that they have, which is told. The exit status is 0 if it is proved, also under such a
    condition, and 1 if it is refuted, stays open, or is vacuous: about nothing at all.
    """  # noqa: D301 - click wants the character itself, which keeps the lines apart
    from symgrad.pipeline.limited import limited  # noqa: PLC0415 - `symgrad claim --help` must not wait for it
    from symgrad.pipeline.workers import Task  # noqa: PLC0415 - as above

    answer = limited(Task("symgrad.pipeline.claim:claim", (words, output is not None)), seconds)
    if output is not None:
        emit(answer["drawing"], output)
    del answer["drawing"]
    emit(json.dumps(answer, indent=1, ensure_ascii=False) if as_json else as_text(answer))
    if answer["verdict"] not in {"proved", "proved_under_condition"}:
        raise SystemExit(1)


def as_text(answer: dict[str, Any]) -> str:
    """The verdict, then each comparison with where it holds."""
    lines = [say(SHOUTED.get(answer["verdict"], answer["verdict"].upper()))]
    for part in answer["statements"]:
        verdict = WORDS.get(part["status"], part["status"])
        lines.append(f"  {say(message('{statement}: {verdict}', statement=part['statement'], verdict=verdict))}")
        for told in (
            part["method"] and message("by: {method}", method=part["method"]),
            part["reason"] and message("because: {reason}", reason=part["reason"]),
            part["condition"] and message("condition: {condition}", condition=part["condition"]),
            against(part),
            part["example"] and message("example: {point}", point=part["example"]),
        ):
            lines += [f"    {say(told)}"] if told else []
        if part["holds"] is not None:
            where = " ∪ ".join(part["holds"]) or message("no number at all")
            lines.append(f"    {say(message('holds just on: {where}', where=where))}")
        if part["holds"] and part["equality"] is not None:
            where = " ∪ ".join(part["equality"])
            told = message("with equality just on: {where}", where=where) if where else message("nowhere with equality")
            lines.append(f"    {say(told)}")
    return "\n".join(lines)


def against(part: dict[str, Any]) -> str:
    """The point that speaks against a comparison, or only against its being said of all points."""
    point = part["counterexample"] or ""
    if part["condition"]:
        return message("without it: {point}", point=point)
    return point and message("counterexample: {point}", point=point)
