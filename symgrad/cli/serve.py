"""`symgrad serve`: the site in a browser on this machine, built again as its files change."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click

from symgrad.cli.options import PATH
from symgrad.cli.progress import progress
from symgrad.words import language, message, say


@click.command("serve")
@click.argument("paths", nargs=-1, type=PATH)
@click.option("-p", "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 for a free one.")
@click.option("-o", "--output", type=PATH, metavar="DIR", help="Keep the site in DIR; without it, it goes afterwards.")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Worker processes; by default one a core.")
def command(paths: tuple[Path, ...], port: int, output: Path | None, jobs: int | None) -> None:
    """Build the site, show it at http://127.0.0.1:8000/, and build what changes, until Ctrl-C.

    PATHS are files or folders of derivations; without them symgrad's own. Only this machine can see the site. A file
    with a mistake in it is told of, and the last good site stays.
    """
    from symgrad.core import SymgradError  # noqa: PLC0415 - `symgrad serve --help` must not wait for them
    from symgrad.pipeline.asked import Wanted  # noqa: PLC0415 - as above
    from symgrad.pipeline.build import build  # noqa: PLC0415 - as above
    from symgrad.pipeline.cache import open_cache  # noqa: PLC0415 - as above
    from symgrad.pipeline.serve import changes, serving  # noqa: PLC0415 - as above

    problem = say(message("the site is being built; load this page again in a moment"))

    def make(folder: Path) -> None:
        nonlocal problem
        try:
            with progress(say(message("reading the documents"))) as report:
                built = build(
                    paths, folder, open_cache(), jobs or os.cpu_count() or 1, report, wanted=Wanted(langs=(language(),))
                )
        except SymgradError as error:
            problem = str(error) if problem else ""
            click.echo(f"symgrad: {error}", err=True)
        else:
            problem = ""
            seconds = f"{built.seconds:.1f}"
            told = message(
                "{fresh} of {all} documents built in {seconds} s", fresh=built.fresh, all=built.pages, seconds=seconds
            )
            click.echo(say(told))

    with ExitStack() as stack:
        folder = output or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="symgrad-")))
        address = stack.enter_context(serving(folder, port, lambda: problem))
        click.echo(say(message("{address}  (Ctrl-C ends)", address=address)))
        seen = changes(paths)
        next(seen)  # so that what changes while the site is built is built next
        make(folder)
        try:
            for changed in seen:
                click.echo(say(message("changed: {files}", files=", ".join(p.name for p in changed))))
                make(folder)
        except KeyboardInterrupt:
            click.echo(say(message("ended")))
