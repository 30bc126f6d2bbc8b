"""Prose with formulas in it: `$...$` is LaTeX, everything else is text and stays text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symgrad.document.boxes import Text, row
from symgrad.document.latex import PRINT, latex
from symgrad.document.latex_in import read
from symgrad.document.layout import width
from symgrad.document.lettering import lettered
from symgrad.document.mathml import clean, mathml
from symgrad.document.spelling import tex_words
from symgrad.document.text import text
from symgrad.words.messages import Message, beside, parted, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symgrad.document.boxes import Box

FORMULA = re.compile(r"(?<!\\)\$(?!\s)((?:[^$\\]|\\.)+)(?<!\s)\$(?!\d)")  # as Pandoc: "$5 and $6" are sums of money

STOPPED = re.compile(r"(<math (?:(?!</math>).)*</math>)([,.;:!?)]+)", re.DOTALL)  # one formula, and what ends it


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in the middle of a sentence."""

    box: Box

    def __str__(self) -> str:
        return text(self.box)


Piece = str | Formula


def pieces(prose: str) -> tuple[Piece, ...]:
    r"""The words and formulas of a text in turn, in the language that is spoken; `\$` is a dollar sign."""
    found: list[Piece] = []
    for piece in spoken((prose,)):
        parts = [piece] if isinstance(piece, Formula) else FORMULA.split(piece)
        for n, part in enumerate(parts):
            if isinstance(part, Formula):
                found.append(part)
            elif part:
                found.append(Formula(read(part)) if n % 2 else part.replace(r"\$", "$"))
    return tuple(found)


def spoken(told: Iterable[Any]) -> Iterator[Piece]:
    """The pieces with every Message said in the language that is spoken, the formulas within it pieces of their own."""
    words = ""
    for piece in said(told):
        if isinstance(piece, str):
            words = beside(words, piece)
            continue
        if words:
            yield words
        words = ""
        yield piece
    if words:
        yield words


def said(told: Iterable[Any]) -> Iterator[Piece]:
    """The same, words in as many pieces as they come in."""
    for piece in told:
        if isinstance(piece, Message) and piece.values:
            yield from said(parted(piece))
        elif isinstance(piece, tuple):
            yield from said(piece)
        else:
            yield piece if isinstance(piece, Formula) else say(piece) if isinstance(piece, Message) else str(piece)


def to_html(prose: str) -> str:
    """The text as HTML; a full stop stays on the line of its formula."""
    out = html_of(pieces(prose))
    return STOPPED.sub(r'<span class="nw">\1\2</span>', out)


def html_of(told: Iterable[Piece]) -> str:
    """Words and formulas as HTML."""
    return "".join(mathml(p.box) if isinstance(p, Formula) else lettered(p) for p in spoken(told))


def width_of(told: Iterable[Piece]) -> float:
    """About how many ems the words and formulas take on one line."""
    return sum(width(p.box) if isinstance(p, Formula) else 0.45 * len(p) for p in spoken(told))


def tex_of(told: Iterable[Piece]) -> str:
    """Words and formulas as LaTeX."""
    return "".join(f"${latex(p.box, PRINT)}$" if isinstance(p, Formula) else tex_words(p) for p in spoken(told))


def to_text(prose: str) -> str:
    """The text for a terminal."""
    return text_of(pieces(prose))


def text_of(told: Iterable[Piece]) -> str:
    """Words and formulas for a terminal."""
    return "".join(text(p.box) if isinstance(p, Formula) else clean(p) for p in spoken(told))


def box_of(told: Iterable[Piece]) -> Box:
    """Words and formulas as one formula."""
    return row(*(p.box if isinstance(p, Formula) else Text(p) for p in spoken(told)))


def apart(line: str) -> str:
    """GitHub takes a formula for one only where no Chinese, nor its punctuation, touches it: blanks stand between."""
    return TOUCHED.sub(" ", line)


TOUCHED = re.compile(r"(?<=[^\x00-\x7f])(?=\$`)|(?<=`\$)(?=[^\x00-\x7f])")


def markdown_words(words: str) -> str:
    """Words of which Markdown and HTML make nothing: no emphasis, no link, no list or heading at a line's start."""
    flat = re.sub(r"\s*[\r\n]+\s*", " ", say(words))
    escaped = re.sub(r"([\\`*_{}\[\]<>#|$~!&])", r"\\\1", clean(flat))
    escaped = re.sub(r"^(\s*)([-+=:])", r"\1\\\2", escaped)
    return re.sub(r"^(\s*\d+)([.)])", r"\1\\\2", escaped)
