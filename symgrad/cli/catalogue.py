"""`symgrad list`: everything that is known, in three tables; and the rules that steps are named after."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from symgrad.cli.options import DIALECTS, PATH, emit
from symgrad.cli.progress import progress
from symgrad.cli.table import table
from symgrad.words import ENGLISH, language, message, say, speaking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

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
LAYERS = {
    "name": message("layer"),
    "inputs": message("inputs", context="of a layer"),
    "learned": message("learned", context="of a layer"),
    "output": message("output", context="of a layer"),
}
RULES = {
    "name": message("rule"),
    "title": message("title"),
    "statement": message("statement"),
    "given": message("condition"),
}
FORMATS = ("text", "latex", "mathml", "markdown", "html", "json")
WIDEST = 44  # longer formulas are cut; `symgrad show NAME` has them whole
TABLES = (  # kinds, titles, columns
    ("activation", message("Activations"), ACTIVATIONS),
    ("loss", message("Losses"), LOSSES),
    ("layer", message("Layers"), LAYERS),
)
JUST = {f"{kind}{'es' if kind == 'loss' else 's'}": (kind, title, heads) for kind, title, heads in TABLES}
JUST["rules"] = ("rule", message("Rules"), RULES)
NOTE = message("facts hold at the usual parameters; symgrad show NAME tells all about one entry")


def no_detail(_context: click.Context, _option: click.Parameter, value: str | None) -> None:
    """Say why a table has no level of detail."""
    if value is not None:
        raise click.UsageError(
            say(message("a table has no steps, so --detail means nothing here; leave it out, or use symgrad show NAME"))
        )


@click.command("list")
@click.argument("what", type=click.Choice(tuple(JUST)), required=False)
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("-o", "--output", type=PATH, help="Write to FILE.", metavar="FILE")
@click.option("--detail", hidden=True, expose_value=False, callback=no_detail)
@click.option("--dialect", type=click.Choice(DIALECTS), default="github", help="Whose Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json: the rows, nothing cut.")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Worker processes; by default one a core.")
@click.option("--no-cache", is_flag=True, help="Work everything out anew.")
def command(  # noqa: PLR0917 - click passes them by name
    what: str | None,
    form: str,
    output: Path | None,
    dialect: str,
    as_json: bool,  # noqa: FBT001 - click passes flags so
    jobs: int | None,
    no_cache: bool,  # noqa: FBT001 - as above
) -> None:
    """List every activation, loss and layer, with formulas, derivatives, and what is proved about them.

    WHAT chooses one table. `symgrad list rules` has the rules that the steps of a derivation by hand may name.
    """
    from symgrad.pipeline.cache import open_cache  # noqa: PLC0415 - `symgrad list --help` must not wait for it
    from symgrad.pipeline.listing import rows  # noqa: PLC0415 - as above
    from symgrad.pipeline.workers import Task, call  # noqa: PLC0415 - as above

    tables, note = ((JUST[what],) if what else TABLES), ("" if what == "rules" else NOTE)
    as_json = as_json or form == "json"
    with speaking(ENGLISH if as_json else language()):
        if what == "rules":
            found = call(Task("symgrad.pipeline.tables:rules", ()))
        else:
            with progress(say(message("proving facts"))) as report:
                every = rows(open_cache(enabled=not no_cache), jobs or os.cpu_count() or 1, report)
            found = [row for row in every if any(row["kind"] == kind for kind, *_ in tables)]
    if as_json:
        told = json.dumps(found, indent=1, ensure_ascii=False)
    elif form == "text":
        shown = [text(heads, [r for r in found if r["kind"] == kind]) for kind, _, heads in tables]
        told = "\n\n".join(filter(None, (*shown, say(note))))
    else:
        told = call(Task("symgrad.pipeline.listing_pages:written", (found, tables, note, form, dialect)))
    emit(told, output)


def text(heads: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> str:
    """One table."""
    return table(tuple(heads.values()), [tuple(cell(r[key]) for key in heads) for r in rows])


def cell(value: Any) -> str:
    """A value as a reader expects it in a column."""
    if isinstance(value, bool):
        return say(message("yes") if value else message("no"))
    shown = ", ".join(value) if isinstance(value, list) else str(value)
    return shown if len(shown) <= WIDEST else shown[: WIDEST - 1] + "…"
