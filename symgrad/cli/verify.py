"""`symgrad verify`: every statement of the catalogue, and how it fared."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import click

from symgrad.cli.progress import progress
from symgrad.cli.table import table
from symgrad.words import clauses, message, say

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("verify")
@click.argument("names", nargs=-1)
@click.option("--recheck", is_flag=True, help="Replay every certificate with the independent checker.")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Worker processes; by default one a core.")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON.")
def command(names: tuple[str, ...], recheck: bool, jobs: int | None, as_json: bool) -> None:  # noqa: FBT001 - as click does
    """Prove and check every statement of the catalogue, or of the entries called NAMES.

    Stable forms and rewrites, slopes at kinks, derivatives, matching losses, and the output delta of every
    pair. The exit status is 1 if anything is refuted, wrong, or rests on a certificate that does not hold.
    """
    from symgrad.pipeline.workers import Crew, Task, call  # noqa: PLC0415 - `symgrad verify --help` must not wait

    began = time.perf_counter()
    wanted = call(Task("symgrad.pipeline.verify:subjects", (names,)))
    tasks = [Task("symgrad.pipeline.verify:verify", (kind, name, recheck), name) for kind, name in wanted]
    found: dict[Task, list[dict[str, Any]]] = {}
    with progress(say(message("verifying"))) as report, Crew(jobs or os.cpu_count() or 1) as crew:
        for task, rows in crew.perform(tasks):
            found[task] = rows
            report(len(found), len(tasks), task.label)
    ordered = [row for task in tasks for row in found[task]]
    seconds = time.perf_counter() - began
    click.echo(as_object(ordered, seconds) if as_json else as_text(ordered, seconds, recheck=recheck))
    if any(row["failed"] for row in ordered):
        raise SystemExit(1)


def as_text(rows: Sequence[dict[str, Any]], seconds: float, *, recheck: bool) -> str:
    """The table, what a reader must look into below it, and one line that sums it up."""
    heads = (
        message("subject"),
        message("statement"),
        message("verdict"),
        message("check"),
        message("rechecked"),
    )
    body = [(r["subject"], r["statement"], r["status"], r["check"], r["rechecked"] or "") for r in rows]
    open_ones = [r for r in rows if r["failed"] or r["status"] != "PROVED"]
    bare = unreplayed(rows).items() if recheck else ()
    named = [say(message("no certificate: {name}, {statements}", name=n, statements=clauses(told))) for n, told in bare]
    return "\n".join([table(heads, body), "", *map(doubt, open_ones), *named, summary(rows, seconds)])


def unreplayed(rows: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """The proved statements that have no certificate, and so can't be replayed, by their subjects."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["status"] == "PROVED" and not row["statements"]:
            found.setdefault(row["subject"], []).append(row["statement"])
    return found


def doubt(row: dict[str, Any]) -> str:
    """What is not as it should be about a statement, in full."""
    said = row["status"] if not row["rejected"] else message("NOT REPLAYED")
    why = row["rejected"] or row["reason"]
    return say(
        message(
            "{said}: {subject}, {statement}: {why}",
            said=said,
            subject=row["subject"],
            statement=row["statement"],
            why=why,
        )
    )


def summary(rows: Sequence[dict[str, Any]], seconds: float) -> str:
    """How many statements there were, and what became of them."""
    count = {s: sum(r["status"] == s for r in rows) for s in ("PROVED", "REFUTED")}
    checks: dict[str, Any] = {s: sum(r["check"] == s for r in rows) for s in ("ok", "wrong", "unresolved")}
    behind = sum(r["statements"] for r in rows)
    told = message(
        "{rows} statements ({proofs} proofs): {proved} PROVED, {refuted} REFUTED, {unknown} UNKNOWN; checks: {ok} ok, "
        "{wrong} wrong, {unresolved} unresolved; {replayed} certificates replayed, {bare} of the statements have none; "
        "{seconds} s",
        rows=len(rows),
        proofs=behind,
        proved=count["PROVED"],
        refuted=count["REFUTED"],
        unknown=len(rows) - sum(count.values()),
        **checks,
        replayed=sum(r["rechecked"] for r in rows),
        bare=sum(map(len, unreplayed(rows).values())),
        seconds=f"{seconds:.1f}",
    )
    return say(told)


def as_object(rows: Sequence[dict[str, Any]], seconds: float) -> str:
    """The rows and their sums, for a program."""
    failed = sum(r["failed"] for r in rows)
    return json.dumps(
        {
            "rows": list(rows),
            "failed": failed,
            "without_certificate": unreplayed(rows),
            "seconds": round(seconds, 3),
        },
        indent=1,
        ensure_ascii=False,
    )
