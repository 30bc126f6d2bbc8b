"""`symgrad show`: one definition and what is proved about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from symgrad.cli.options import emit, rendering

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 120.0


@click.command("show")
@click.argument("name")
@rendering
def command(  # noqa: PLR0917 - click passes them by name
    name: str,
    form: str,
    detail: str,
    output: Path | None,
    as_json: bool,  # noqa: FBT001 - click passes a flag so
    fragment: bool,  # noqa: FBT001 - as above
    dialect: str,
) -> None:
    """Show the activation or the loss called NAME: its formula, its conventions, its facts, its derivative."""
    from symgrad.pipeline.asked import Asked  # noqa: PLC0415 - `symgrad show --help` must not wait for it
    from symgrad.pipeline.limited import limited  # noqa: PLC0415 - as above
    from symgrad.pipeline.workers import Task  # noqa: PLC0415 - as above

    question = (name, Asked("json" if as_json else form, detail, fragment=fragment, dialect=dialect))
    emit(limited(Task("symgrad.pipeline.answers:definition", question), SECONDS), output)
