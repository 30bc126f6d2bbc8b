"""`symgrad build`: the documents into a site."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from symgrad.cli.options import DIALECTS, FILES, PATH
from symgrad.cli.progress import progress
from symgrad.cli.tongues import languages
from symgrad.words import counted, enumerated, message, say

if TYPE_CHECKING:
    from symgrad.pipeline.build import Built


@click.command("build")
@click.argument("paths", nargs=-1, type=PATH)
@click.option("-o", "--output", type=PATH, default=Path("build"), show_default=True, metavar="DIR")
@click.option("-j", "--jobs", type=click.IntRange(1), help="Worker processes; by default one a core.")
@click.option("--no-cache", is_flag=True, help="Settle everything anew, and keep nothing for next time.")
@click.option("--force", is_flag=True, help="Write into a folder that holds other files.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option(
    "--format", "formats", type=click.Choice(FILES), multiple=True, help="A kind of file; may be given several times."
)
@click.option("--fragment", is_flag=True, help="LaTeX for inclusion in a paper of your own.")
@click.option("--single-file", is_flag=True, help="Style, script and fonts inside every page.")
@click.option("--url", default="", help="Where the site will be published: makes sitemap.xml.", metavar="URL")
@click.option(
    "--lang",
    "langs",
    multiple=True,
    metavar="[en|zh-Hans|zh-Hant|all]",
    callback=languages,
    help="May be given several times; the first is that of the start page, each other has a folder and a link.",
)
@click.option("--dialect", type=click.Choice(DIALECTS), default="github", show_default=True, help="Whose Markdown.")
def command(  # noqa: PLR0917 - click passes them by name
    paths: tuple[Path, ...],
    output: Path,
    jobs: int | None,
    no_cache: bool,  # noqa: FBT001 - click passes a flag so
    force: bool,  # noqa: FBT001 - as above
    as_json: bool,  # noqa: FBT001 - as above
    formats: tuple[str, ...],
    fragment: bool,  # noqa: FBT001 - as above
    single_file: bool,  # noqa: FBT001 - as above
    url: str,
    dialect: str,
    langs: tuple[str, ...],
) -> None:
    """Derive, prove and check every document, and write them as a site into DIR.

    PATHS are files or folders of derivations; without them symgrad's own are built. DIR keeps its last good
    site until the new one is whole. Without --format the files are html, latex, markdown and mathml; pdf makes one
    of each document and, of several, a book.

    The summary counts every step, and beside them every whole result: a chain from its first line to its last, a row
    of the comparison table, an induction. The exit status is 1 if anything is REFUTED, PROVED_EXCEPT, a
    DOMAIN_MISMATCH, or wrong in numbers; UNKNOWN and VACUOUS are counted, and their pages listed.
    """
    from symgrad.pipeline.asked import SITE, Wanted  # noqa: PLC0415 - `symgrad build --help` must not wait for it
    from symgrad.pipeline.build import build  # noqa: PLC0415 - as above
    from symgrad.pipeline.cache import open_cache  # noqa: PLC0415 - as above
    from symgrad.pipeline.publishing import Publishing  # noqa: PLC0415 - as above

    wanted = Wanted(tuple(dict.fromkeys(formats)) or SITE.formats, fragment, dialect, langs)
    with progress(say(message("reading the documents"))) as report:
        cache = open_cache(enabled=not no_cache)
        number, publishing = jobs or os.cpu_count() or 1, Publishing(url, single_file)
        built = build(paths, output, cache, number, report, force=force, wanted=wanted, publishing=publishing)
    click.echo(as_object(built) if as_json else summary(built))
    if built.tally.failed:
        raise SystemExit(1)


def summary(built: Built) -> str:
    """Two lines, what was settled and where it is; then a line for each page that is not all proved."""
    t = built.tally
    cached = built.pages - built.fresh
    documents = counted("{n} document", "{n} documents", t.documents)
    if cached:
        documents = message("{documents} ({number} from the cache)", documents=documents, number=cached)
    verdicts = [(t.proved, "PROVED"), (t.refuted, "REFUTED"), (t.unknown, "UNKNOWN")]
    seldom = (t.excepted, "PROVED_EXCEPT"), (t.mismatched, "DOMAIN_MISMATCH"), (t.vacuous, "VACUOUS")
    verdicts += [(n, word) for n, word in seldom if n]
    told = message(
        "{documents}, {steps} and {wholes}: {verdicts}; checks: {ok} ok, {wrong} wrong, {unresolved} unresolved; "
        "{seconds} s",
        documents=documents,
        steps=counted("{n} step", "{n} steps", t.steps - t.chains),
        wholes=counted("{n} whole result", "{n} whole results", t.chains),
        verdicts=enumerated(f"{n} {word}" for n, word in verdicts),
        ok=t.ok,
        wrong=t.wrong,
        unresolved=t.unresolved,
        seconds=f"{built.seconds:.1f}",
    )
    few = [
        (t.unchecked, "{n} result without a point to check", "{n} results without a point to check"),
        (t.unreasoned, "{n} step whose reason is not confirmed", "{n} steps whose reasons are not confirmed"),
    ]
    for rest in (counted(one, many, n) for n, one, many in few if n):
        told = message("{summary}; {rest}", summary=told, rest=rest)
    places = [message("open {path}", path=built.folder / built.opens)]
    places += [message("look at {path}", path=built.folder / f"{name}.{built.end}") for name in built.doubtful]
    return "\n".join(map(say, (told, *places)))


def as_object(built: Built) -> str:
    """The summary for a program."""
    import json  # noqa: PLC0415 - loaded where it is used, like all of the build
    from dataclasses import asdict  # noqa: PLC0415 - as above

    return json.dumps(
        {
            **asdict(built.tally),
            "fresh": built.fresh,
            "seconds": round(built.seconds, 3),
            "folder": str(built.folder),
            "doubtful": built.doubtful,
        }
    )
