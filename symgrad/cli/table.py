"""Columns of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.words import say
from symgrad.words.columns import padded, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Aligned columns under their heads; as wide as they need, since a pipe has no width."""
    cells = [tuple(map(shown, heads)), *(tuple(map(shown, row)) for row in rows)]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(padded(cell, w) for cell, w in zip(row, widths, strict=True)) for row in cells]
    rule = "  ".join("-" * w for w in widths)
    return "\n".join(line.rstrip() for line in (lines[0], rule, *lines[1:]))


def shown(cell: object) -> str:
    """A cell in the language that is spoken."""
    return say(cell) if isinstance(cell, str) else str(cell)
