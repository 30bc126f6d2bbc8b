"""Tables of a catalogue in every format: what `symgrad list` prints for papers, pages and programs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from symgrad.document.as_latex import fitted, whole
from symgrad.document.as_markdown import DIALECTS
from symgrad.document.as_markdown import body as markdown_body
from symgrad.document.as_mathml import file_of
from symgrad.document.blocks import Heading, Paragraph, Table
from symgrad.document.html import cell
from symgrad.document.site import ALONE
from symgrad.document.tables import labelled
from symgrad.document.webpage import drawn
from symgrad.document.words import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.document.blocks import Block, Told

LONGEST = 12  # rows of a table on one page of paper
BROKEN = 20.0  # ems of a formula in a cell there
LANDSCAPE = "\\geometry{landscape,margin=15mm}\n"


@dataclass(frozen=True, slots=True)
class Listed:
    """One table under its title; the first cell of a row is the name of what it tells of."""

    title: str
    keys: tuple[str, ...]
    heads: tuple[Told, ...]
    rows: tuple[tuple[Told, ...], ...]


def render_listing(title: str, tables: Sequence[Listed], note: str, form: str, dialect: str = "github") -> str:
    """The tables as html, latex, markdown or mathml; `note` stands below them."""
    match form:
        case "html":
            return page(title, tables, note)
        case "latex":
            parts = chain.from_iterable(map(on_paper, blocks(title, tables, note)))
            return whole(parts, LANDSCAPE)
        case "markdown":
            return markdown_body(blocks(title, tables, note), DIALECTS[dialect])
        case "mathml":
            return file_of(title, formulas(tables))
        case _:
            raise AssertionError(form)


def blocks(title: str, tables: Sequence[Listed], note: str) -> Iterator[Block]:
    """Headings and tables."""
    yield Heading(1, title)
    for table in tables:
        yield Heading(2, table.title)
        yield Table((table.heads, *table.rows))
    yield Paragraph((note,))


def on_paper(block: Block) -> Iterator[Block]:
    """The block; a table that is longer than a page in parts, each with the head, its long formulas broken."""
    if not isinstance(block, Table):
        yield block
        return
    head, *rows = block.rows
    for start in range(0, len(rows), LONGEST):
        part = rows[start : start + LONGEST]
        yield Table((head, *(tuple(fitted(told, BROKEN) for told in row) for row in part)))


def page(title: str, tables: Sequence[Listed], note: str) -> str:
    """A page that needs no other file."""
    shown = [(t.title, [list(map(cell, row)) for row in (t.heads, *t.rows)]) for t in tables]
    return drawn("listing.html.j2", ALONE, title=title, description="", wide=True, tables=shown, note=note)


def formulas(tables: Sequence[Listed]) -> Iterator[str]:
    """One formula a cell, under the name of its row and its column's key; empty cells are left out."""
    for table in tables:
        for name, *cells in table.rows:
            for key, head, told in zip(table.keys[1:], table.heads[1:], cells, strict=True):
                if told:
                    yield labelled(f"{name[0]}-{key.replace('_', '-')}", text_of(head), told)
