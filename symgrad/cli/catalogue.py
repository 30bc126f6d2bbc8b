"""`symgrad list`: everything that is known, in three tables."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from symgrad.cli.progress import progress
from symgrad.cli.table import table
from symgrad.words import message, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ACTIVATIONS = {
    "name": message("activation"),
    "formula": "φ(z)",
    "derivative": "φ′(z)",
    "sup": "sup|φ′|",
    "zero_centred": message("zero-centred"),
    "kinks": message("kinks"),
}
LOSSES = {
    "name": message("loss"),
    "formula": "J(a, y)",
    "derivative": "∂J/∂a",
    "a_in": message("a in"),
    "y_in": message("y in"),
    "kinks": message("kinks"),
}
LAYERS = {"name": "layer", "inputs": "inputs", "learned": "learned", "output": "output"}
WIDEST = 44  # longer formulas are cut; `symgrad show NAME` has them whole


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print the rows as JSON, nothing cut.")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Worker processes; by default one a core.")
@click.option("--no-cache", is_flag=True, help="Work everything out anew.")
def command(as_json: bool, jobs: int | None, no_cache: bool) -> None:  # noqa: FBT001 - click passes flags so
    """List every activation, loss and layer, with formulas, derivatives, and what is proved about them."""
    from symgrad.pipeline.cache import open_cache  # noqa: PLC0415 - `symgrad list --help` must not wait for it
    from symgrad.pipeline.listing import rows  # noqa: PLC0415 - as above

    with progress(say(message("proving facts"))) as report:
        found = rows(open_cache(enabled=not no_cache), jobs or os.cpu_count() or 1, report)
    if as_json:
        click.echo(json.dumps(found, indent=1, ensure_ascii=False))
        return
    for heads, kind in ((ACTIVATIONS, "activation"), (LOSSES, "loss"), (LAYERS, "layer")):
        click.echo(text(heads, [r for r in found if r["kind"] == kind]) + "\n")
    click.echo(say(message("facts hold at the usual parameters; symgrad show NAME tells all about one entry")))


def text(heads: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    """One table."""
    return table(tuple(heads.values()), [tuple(cell(r[key]) for key in heads) for r in rows])


def cell(value: Any) -> str:
    """A value as a reader expects it in a column."""
    if isinstance(value, bool):
        return say(message("yes") if value else message("no"))
    shown = ", ".join(value) if isinstance(value, list) else str(value)
    return shown if len(shown) <= WIDEST else shown[: WIDEST - 1] + "…"
