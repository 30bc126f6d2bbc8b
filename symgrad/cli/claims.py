"""`symgrad claims`: the ledger, and what became of each claim."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from symgrad.cli.progress import progress
from symgrad.cli.table import table
from symgrad.words import columns, counted, enumerated, message, say

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTLED = "symgrad.pipeline.claims:settled"
WIDTH = 100
VERDICTS = {
    "proved": message("proved", context="verdict"),
    "proved_under_condition": message("proved under a condition", context="verdict"),
    "refuted": message("refuted", context="verdict"),
    "measured": message("measured", context="verdict"),
    "unknown": message("UNKNOWN", context="verdict"),
}
STATUSES = {
    "proved": message("proved", context="verdict"),
    "refuted": message("refuted", context="verdict"),
    "unknown": message("unknown", context="verdict"),
    "vacuous": message("vacuous", context="verdict"),
    "proved except": message("proved except at listed points", context="verdict"),
    "domain mismatch": message("domains differ", context="verdict"),
}
REPLAYED = {True: message("replayed by the independent checker"), False: message("NOT ACCEPTED when replayed")}
LABELS = {
    "condition": message("condition: "),
    "corrected": message("corrected: "),
    "counterexample": message("counterexample: "),
    "remark": message("remark: "),
}


@click.command("claims")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Worker processes; by default one a core.")
@click.option("--recheck", is_flag=True, help="Replay certificates and counterexamples with the independent checkers.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects, one a claim.")
def command(ids: tuple[str, ...], jobs: int | None, recheck: bool, as_json: bool) -> None:  # noqa: FBT001 - as click does
    """Settle what articles say about activations, losses and vanishing gradients; or explain the claims IDs.

    \b
    symgrad claims
    symgrad claims A7
    symgrad claims --recheck
    symgrad claims --json

    Each claim is proved, proved under a condition, refuted and corrected, or measured. The exit status is 1 if one is
    not settled, not as the ledger expects, or not accepted when it is replayed.
    """  # noqa: D301 - click wants the character itself, which keeps the lines apart
    from symgrad.pipeline.workers import Crew, Task, call  # noqa: PLC0415 - `symgrad claims --help` must not wait

    tasks = [Task(SETTLED, (name, recheck), name) for name in call(Task("symgrad.pipeline.claims:names", (ids,)))]
    found: dict[Task, dict[str, Any]] = {}
    with progress(say(message("settling"))) as report, Crew(min(len(tasks), jobs or os.cpu_count() or 1)) as crew:
        for task, record in crew.perform(tasks):
            found[task] = record
            report(len(found), len(tasks), task.label)
    records = [found[task] for task in tasks]
    click.echo(json.dumps(records, indent=1, ensure_ascii=False) if as_json else as_text(records, explain=bool(ids)))
    answers = [part["replayed"] for r in records for part in (*r["formal"], *r["instead"])]
    if recheck and not as_json:
        click.echo(replays(answers))
    if False in answers or not all(r["kept"] and r["verdict"] != "unknown" for r in records):
        raise SystemExit(1)


def replays(answers: Sequence[bool | None]) -> str:
    """How many statements were replayed, and how many have nothing that could be."""
    return say(
        message(
            "replayed: {accepted} statements accepted, {refused} refused; {none} have no certificate",
            accepted=answers.count(True),
            refused=answers.count(False),
            none=answers.count(None),
        )
    )


def as_text(records: Sequence[dict[str, Any]], *, explain: bool) -> str:
    """The table with a line that sums it up, or every claim at length."""
    if explain:
        return "\n\n".join(map(explained, records))
    rows = [(r["id"], VERDICTS[r["verdict"]], shortened(say(r["statement"]))) for r in records]
    counts = enumerated(
        message("{number} {verdict}", context="claims", number=n, verdict=word)
        for v, word in VERDICTS.items()
        if (n := sum(r["verdict"] == v for r in records))
    )
    total = counted("{n} claim: {counts}", "{n} claims: {counts}", len(records), counts=counts)
    heads = (message("id"), message("verdict"), message("claim"))
    return f"{table(heads, rows)}\n\n{say(total)}"


def explained(r: dict[str, Any]) -> str:
    """One claim: what was said, the ruling, its condition or correction, and each formal statement with its verdict."""
    lines = [*wrapped(f"{r['id']}  ", say(r["statement"])), f"    {say(VERDICTS[r['verdict']])}"]
    for key, label in LABELS.items():
        lines += wrapped(f"    {say(label)}", say(r[key])) if r[key] else []
    for head, parts in ((message("as stated"), r["formal"]), (message("proved besides"), r["instead"])):
        lines += ["", f"    {say(head)}"] if parts else []
        for p in parts:
            said = say(message("{verdict}: ", verdict=STATUSES.get(p["status"], p["status"])))
            told = message("{words}:  {formula}", words=p["words"], formula=p["formula"])
            lines += wrapped(f"      {said}", say(told if p["formula"] else p["words"]))
            lines += [f"        {say(p['method'])}"]
            lines += [f"        {say(REPLAYED[p['replayed']])}"] if p["replayed"] is not None else []
    for seen in r["measured"]:
        run = say(message("measured ({label})", label=seen["label"]))
        lines += ["", f"    {run}", *(f"      {say(line)}" for line in seen["lines"])]
    lines += ["", *(f"    {say(message('source: {source}', source=s))}" for s in r["sources"])]
    if r["pages"]:
        lines.append(f"    {say(message('derived on the pages: {pages}', pages=', '.join(r['pages'])))}")
    return "\n".join(lines)


def wrapped(label: str, words: str) -> list[str]:
    """Words after a label, broken into lines below one another."""
    first, *others = columns.wrapped(words, WIDTH - columns.width(label))
    return [label + first, *(" " * columns.width(label) + line for line in others)]


def shortened(words: str) -> str:
    """The words in one line, and … where it has not all of them."""
    first, *others = columns.wrapped(words, WIDTH)
    return f"{first} …" if others else first
