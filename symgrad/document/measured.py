"""What an experiment found, on a page: measured numbers, marked as such, with what runs them again."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from symgrad.document.tables import text_table
from symgrad.document.words import to_text
from symgrad.words import Message, message, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Page, Shown
    from symgrad.document.facts import Cell

WRITTEN = re.compile(">([^<>]*)</text>")
MEASURED = message("Measured, not proved")


def caption(shown: Shown) -> str:
    """The line below a table: what would run the experiment again, or why it was not run."""
    if shown.refused:
        return message("It was not run here: {reason}", reason=shown.refused)
    return message("Run with {settings}.", settings=shown.run_again)


def headed(shown: Shown) -> Message:
    """What stands above it."""
    return message("{kind}: {title}", kind=MEASURED, title=shown.title)


def cells(shown: Shown) -> list[list[Cell]]:
    """The table with its head, minus signs as they are printed."""
    return [[(minus(cell),) for cell in row] for row in (shown.heads, *shown.rows)]


def minus(cell: str) -> str:
    """A number with a real minus sign."""
    return f"\u2212{cell[1:]}" if cell[:1] == "-" and cell[1:2].isdigit() else cell


def drawn(shown: Shown) -> str:
    """The drawing with its words in the language that is spoken."""
    words = {escape(label, quote=False): escape(say(label), quote=False) for label in shown.labels}
    named = shown.drawing.replace(f'aria-label="{escape(shown.title)}"', f'aria-label="{escape(say(shown.title))}"', 1)
    return WRITTEN.sub(lambda found: f">{words.get(found[1], found[1])}</text>", named)


def in_page(shown: Shown) -> dict[str, Any]:
    """What the template of a page puts in."""
    head, *rows = cells(shown)
    drawing = Markup(drawn(shown))  # noqa: S704 - drawn by us, labels escaped
    return {"title": shown.title, "drawing": drawing, "head": head, "rows": rows, "caption": caption(shown)}


def text_measured(page: Page) -> Iterator[str]:
    """The same for a terminal."""
    for shown in page.measured:
        yield to_text(headed(shown))
        if shown.rows:
            yield from text_table(cells(shown))
        yield to_text(caption(shown)) + "\n"
