"""How wide texts are on a terminal, which gives a Chinese character two columns."""

from __future__ import annotations

import re
from unicodedata import combining, east_asian_width

WIDE = "\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uff60"
OPENING, CLOSING = "（「『《〈“‘", "，。、；：？！）」』》〉”’"
PIECE = re.compile(rf"\s+|[{OPENING}]*(?:[{WIDE}]|[^\s{WIDE}{OPENING}]+)[{CLOSING}]*|[{OPENING}]")


def width(text: str) -> int:
    """How many columns a terminal gives the text."""
    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def padded(text: str, columns: int) -> str:
    """The text with blanks behind it up to so many columns."""
    return text + " " * (columns - width(text))


def wrapped(text: str, columns: int) -> list[str]:
    """Lines of at most so many columns, broken at blanks and beside Chinese characters, never before a stop."""
    lines = [""]
    for piece in PIECE.findall(text):
        if lines[-1] and width(lines[-1] + piece.rstrip()) > columns:
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return [line.rstrip() for line in lines]
