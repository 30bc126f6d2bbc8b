"""The finest steps of a page that would weigh too much with them: a script of its own, loaded when they are asked for.

A script, as browsers refuse to read a page on disk any other file. It holds data alone, HTML by the place where it
belongs; the page puts it there, and where pages hold all that they need it is put there before they are written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from symgrad.document.html import templates

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from symgrad.core import Document
    from symgrad.document.site import Site
    from symgrad.document.telling import Line, Telling

HEAD = "window.symgradFiner = {\n"
PIECE = re.compile(r'^"([\w.-]+)": `((?:\\.|[^`\\])*)`,$', re.MULTILINE | re.DOTALL)
SPECIAL = re.compile(r"[\\`$]")
PLACE = re.compile(r'<(a|div) data-finer="([\w.-]+)".*?</\1>', re.DOTALL)
FILE = re.compile(r' data-file="[^"]*"')


def keys(tellings: Iterable[Telling], away: Collection[str]) -> list[str]:
    """What a page leaves out: derivations that are told elsewhere, and of the others the steps that have finer ones."""
    return [key for told in tellings for key, _ in left_out(told, away)]


def left_out(told: Telling, away: Collection[str]) -> Iterator[tuple[str, Line | None]]:
    """The same of one derivation, with the step; None is for all of it."""
    name = told.derivation.name
    if name in away:
        yield name, None
    else:
        yield from ((f"{name}-{line.number}", line) for line in told.lines if line.inner)


def pieces(
    tellings: Iterable[Telling], site: Site, document: Document, away: Collection[str], *, graphs: bool
) -> Iterator[tuple[str, str]]:
    """The same as HTML; a card whose graph is left out comes back with it."""
    about = {"document": document, "known": {}, "start": "textbook", "lean": 0, "graphs": True}
    macros: Any = templates().get_template("parts.html.j2").make_module(about)
    for told in tellings:
        for key, line in left_out(told, away):
            if line is not None:
                yield key, macros.finer(line, site, told.derivation.name)
            else:
                yield key, ("" if graphs else macros.card(told)) + macros.steps(told, site)


def script_of(found: Iterable[tuple[str, str]]) -> str:
    """The pieces as a script; template literals leave the quotes of HTML as they are."""
    lines = (f'"{key}": `{SPECIAL.sub(escaped, text)}`,\n' for key, text in found)
    return f"{HEAD}{''.join(lines)}}};\n"


def escaped(special: re.Match[str]) -> str:
    """A character that a template literal gives a meaning."""
    return "\\" + special[0]


def unfolded(page: str, script: str) -> str:
    """The page with every piece of its companion in its place."""
    found = {key: re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL) for key, text in PIECE.findall(script)}
    return PLACE.sub(lambda place: found[place[2]], FILE.sub("", page, count=1))
