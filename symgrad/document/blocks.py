"""What a page says, independent of any format: headings, paragraphs, formulas, steps and tables in reading order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from symgrad.document.boxes import Box
    from symgrad.document.graph import Graph
    from symgrad.document.words import Piece

    Told = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; the page's own title has level 1."""

    level: int
    words: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words and formulas, with what they are about in front, if anything."""

    told: Told
    label: str = ""


@dataclass(frozen=True, slots=True)
class Display:
    """A formula on lines of its own."""

    box: Box


@dataclass(frozen=True, slots=True)
class StepBlock:
    """One numbered step: its rule, the verdict, the reason in words, the formula, and its finer steps."""

    number: str
    rule: str
    verdict: str
    reason: Told
    formula: Box
    inner: tuple[StepBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first row is its head; a table of numbers is set to the right."""

    rows: tuple[tuple[Told, ...], ...]
    numbers: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """Labels with what belongs to each, one or more lines; `heads` name the two for formats that make a table."""

    heads: tuple[str, str]
    rows: tuple[tuple[str, tuple[Told, ...]], ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list without an order."""

    items: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of a program."""

    text: str
    language: str = "python"


@dataclass(frozen=True, slots=True)
class Figure:
    """Drawings side by side, as SVG elements in the colours of a page, and what they show in words."""

    drawings: tuple[str, ...]
    caption: Told


@dataclass(frozen=True, slots=True)
class Diagram:
    """A computation graph, its formulas set by whoever prints it."""

    graph: Graph


@dataclass(frozen=True, slots=True)
class Image:
    """A drawing that lies in a file, what is said of it, and what stands below it."""

    file: str
    alt: str
    caption: Told


Block: TypeAlias = Heading | Paragraph | Display | StepBlock | Table | Terms | Items | Code | Figure | Diagram | Image
