"""`symgrad claims`: the ledger, and what became of each claim."""

from __future__ import annotations

import json
import os
import textwrap
from typing import TYPE_CHECKING, Any

import click

from symgrad.cli.progress import progress
from symgrad.cli.table import table

if TYPE_CHECKING:
    from collections.abc import Sequence

SETTLED = "symgrad.pipeline.claims:settled"
WIDTH = 100
VERDICTS = {
    "proved": "proved",
    "proved_under_condition": "proved under a condition",
    "refuted": "refuted",
    "measured": "measured",
    "unknown": "UNKNOWN",
}


@click.command("claims")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Worker processes; by default one a core.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects, one a claim.")
def command(ids: tuple[str, ...], jobs: int | None, as_json: bool) -> None:  # noqa: FBT001 - click passes a flag so
    """Settle what articles say about activations, losses and vanishing gradients; or explain the claims IDs.

    \b
    symgrad claims
    symgrad claims A7
    symgrad claims --json

    Each claim is proved, proved under a condition, refuted and corrected, or measured. The exit status is 1 if one is
    not settled, or not as the ledger expects.
    """  # noqa: D301 - click wants the character itself, which keeps the lines apart
    from symgrad.pipeline.workers import Crew, Task, call  # noqa: PLC0415 - `symgrad claims --help` must not wait

    tasks = [Task(SETTLED, (name,), name) for name in call(Task("symgrad.pipeline.claims:names", (ids,)))]
    found: dict[Task, dict[str, Any]] = {}
    with progress("settling") as report, Crew(min(len(tasks), jobs or os.cpu_count() or 1)) as crew:
        for task, record in crew.perform(tasks):
            found[task] = record
            report(len(found), len(tasks), task.label)
    records = [found[task] for task in tasks]
    click.echo(json.dumps(records, indent=1, ensure_ascii=False) if as_json else as_text(records, explain=bool(ids)))
    if not all(r["kept"] and r["verdict"] != "unknown" for r in records):
        raise SystemExit(1)


def as_text(records: Sequence[dict[str, Any]], *, explain: bool) -> str:
    """The table with a line that sums it up, or every claim at length."""
    if explain:
        return "\n\n".join(map(explained, records))
    rows = [
        (r["id"], VERDICTS[r["verdict"]], textwrap.shorten(r["statement"], WIDTH, placeholder=" …")) for r in records
    ]
    counts = [f"{n} {word}" for v, word in VERDICTS.items() if (n := sum(r["verdict"] == v for r in records))]
    return f"{table(('id', 'verdict', 'claim'), rows)}\n\n{len(records)} claims: {', '.join(counts)}"


def explained(r: dict[str, Any]) -> str:
    """One claim: what was said, the ruling, its condition or correction, and each formal statement with its verdict."""
    lines = [*wrapped(f"{r['id']}  ", r["statement"]), f"    {VERDICTS[r['verdict']]}"]
    for label in ("condition", "corrected", "counterexample", "remark"):
        lines += wrapped(f"    {label}: ", r[label]) if r[label] else []
    for head, parts in (("as stated", r["formal"]), ("proved besides", r["instead"])):
        lines += ["", f"    {head}"] if parts else []
        for p in parts:
            lines += wrapped(f"      {p['status']}: ", p["words"] + (f":  {p['formula']}" if p["formula"] else ""))
            lines += [f"        {p['method']}"]
    for seen in r["measured"]:
        lines += ["", f"    measured ({seen['label']})", *(f"      {line}" for line in seen["lines"])]
    lines += ["", *(f"    source: {s}" for s in r["sources"])]
    lines += [f"    derived on the pages: {', '.join(r['pages'])}"] if r["pages"] else []
    return "\n".join(lines)


def wrapped(label: str, words: str) -> list[str]:
    """Words after a label, broken into lines below one another."""
    return textwrap.wrap(words, WIDTH, initial_indent=label, subsequent_indent=" " * len(label), break_long_words=False)
