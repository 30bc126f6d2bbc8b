"""Derivations as Markdown: for GitHub, formulas in fences and backticks; for Jupyter and Pandoc, between dollars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from symgrad.document.as_typst import coloured
from symgrad.document.blocks import (
    Code,
    Diagram,
    Display,
    Figure,
    Heading,
    Image,
    Items,
    Paragraph,
    StepBlock,
    Table,
    Terms,
)
from symgrad.document.diagrams import in_files, mermaid
from symgrad.document.latex import GITHUB, latex
from symgrad.document.outline import alone, holding, outline
from symgrad.document.text import printable
from symgrad.document.words import Formula, apart, markdown_words, spoken
from symgrad.words import clauses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from symgrad.core import Page
    from symgrad.document.blocks import Block, Told
    from symgrad.document.boxes import Box
    from symgrad.document.telling import Telling


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a reader of Markdown wants its formulas; `dollars` are those of Jupyter, Pandoc and MyST."""

    dollars: bool = False

    def display(self, box: Box) -> str:
        """A formula on lines of its own."""
        tex = latex(box, GITHUB)
        return f"$$\n{tex}\n$$" if self.dollars else f"```math\n{tex}\n```"

    def told(self, told: Told, *, cell: bool = False) -> str:
        """Words and formulas in a line; a bar in a formula would end the cell of a table."""
        return apart(
            "".join(
                self.inline(p.box, cell=cell) if isinstance(p, Formula) else markdown_words(p) for p in spoken(told)
            )
        )

    def inline(self, box: Box, *, cell: bool) -> str:
        """A formula in a line."""
        tex = latex(box, GITHUB)
        shown = f"${tex}$" if self.dollars else f"$`{tex}`$"
        return " ".join(shown.replace(r"\|", r"\Vert ").replace("|", r"\vert ").split()) if cell else shown


FOR_GITHUB = Dialect()
FOR_JUPYTER = Dialect(dollars=True)
DIALECTS = {"github": FOR_GITHUB, "jupyter": FOR_JUPYTER, "pandoc": FOR_JUPYTER}


def as_markdown(told: Telling, detail: str, dialect: Dialect = FOR_GITHUB) -> str:
    """One derivation under a heading; the equation, and where it holds, for the result alone."""
    if detail == "result":
        return body((Display(told.statement), *holding(told)), dialect)
    return body(alone(told, detail, drawn=True), dialect)


def document_markdown(
    page: Page, tellings: tuple[Telling, ...], detail: str = "textbook", dialect: Dialect = FOR_GITHUB
) -> str:
    """A whole document, its computation graphs as text, its other drawings left out."""
    return body(outline(page, tellings, detail, drawn=True), dialect)


def markdown_files(page: Page, tellings: tuple[Telling, ...], dialect: Dialect) -> dict[str, str]:
    """A whole document, and the drawings that it shows, as files beside it."""
    name = page.document.name
    blocks, files = in_files(outline(page, tellings, drawn=True), name)
    return {f"{name}.md": body(blocks, dialect)} | {file: coloured(svg) for file, svg in files.items()}


def body(blocks: Iterable[Block], dialect: Dialect) -> str:
    """The blocks with blank lines between them."""
    return "\n\n".join(part for block in blocks for part in printed(block, dialect)) + "\n"


def printed(block: Block, dialect: Dialect) -> Iterator[str]:  # noqa: C901, PLR0912 - one case for each kind of block
    """One block; a computation graph that is in no file is told in mermaid's words, curves have no place there."""
    match block:
        case Heading(level, words):
            yield f"{'#' * level} {markdown_words(words)}"
        case Paragraph(told, label):
            yield " ".join(filter(None, [f"**{markdown_words(label)}**" if label else "", dialect.told(told)]))
        case Display(box):
            yield dialect.display(box)
        case StepBlock():
            yield from step(block, dialect, 3)
        case Table(rows):
            yield table(rows, dialect)
        case Terms(heads, rows):
            lines = [((label,), (clauses(cells),)) for label, cells in rows]
            yield table([tuple((head,) for head in heads), *lines], dialect)
        case Items(items):
            yield "\n".join(f"- {dialect.told(told)}" for told in items)
        case Code(text, language):
            yield f"```{language}\n{code_block(text)}```"
        case Image(file, alt, caption):
            yield f"![{markdown_words(alt)}]({quote(file)})"
            if caption:
                yield f"*{dialect.told(caption)}*"
        case Diagram(graph):
            yield f"```mermaid\n{mermaid(graph)}\n```"
        case Figure():
            return
        case _:
            raise AssertionError(block)


def step(block: StepBlock, dialect: Dialect, level: int) -> Iterator[str]:
    """One step with its rule as a heading."""
    yield f"{'#' * min(level, 6)} {block.number}. {markdown_words(block.rule)} ({markdown_words(block.verdict)})"
    if block.reason:
        yield dialect.told(block.reason)
    yield dialect.display(block.formula)
    for inner in block.inner:
        yield from step(inner, dialect, level + 1)


def table(rows: Sequence[Sequence[Told]], dialect: Dialect) -> str:
    """A table whose first row is its head."""
    lines = ["| " + " | ".join(dialect.told(cell, cell=True) for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])


def code_block(code: str) -> str:
    """Code that can't end its fence, nor move a terminal."""
    return "".join(f"{printable(line)}\n" for line in code.replace("```", "'''").splitlines())
