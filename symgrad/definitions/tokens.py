"""The user's text cut into numbers, names and signs; the first letter that belongs to none is an error."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from functools import cache

from symgrad.core import ParseError
from symgrad.words import message

LENGTH = 4_000  # characters
DIGITS = 100  # of one number
DECIMAL_EXPONENT = 400  # 1e400 is beyond every floating-point format in use

TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z_\u0370-\u03ff][A-Za-z0-9_\u0370-\u03ff]*)
      | (?P<sign>\*\*|<=|>=|==|!=|[-+*/^(),<>&|=])""",
    re.VERBOSE,
)
HINTS = {
    "²": message("write ^2"),
    "³": message("write ^3"),
    "√": message("write sqrt(...)"),
    "·": message("write *"),
    "×": message("write *"),
    "÷": message("write /"),
    "−": message("write - for minus"),
    "≤": message("write <="),
    "≥": message("write >="),
    "∞": message("infinity is not a number here"),
    ".": message("a point stands inside a number only, as in 0.5; a transpose is written x'"),
    "@": message("write * for the matrix product"),
    "|": message("write abs(x), norm1(x) or norm2(x)"),
    "ᵀ": message("write x' for the transpose"),
    "⊤": message("write x' for the transpose"),
    "⊙": message("write .* for the product entry by entry"),
    "∘": message("write .* for the product entry by entry"),
    "‖": message("write norm2(x)"),
    "Σ": message("write sum(...)"),
    "∑": message("write sum(...)"),
    "[": message("use round brackets"),
    "{": message("use round brackets"),
    "!": message("factorials are not known here"),
}


class Sort(Enum):
    """What a token is."""

    NUMBER = "number"
    NAME = "name"
    SIGN = "sign"
    SUBSCRIPTS = "subscripts"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text and where it begins."""

    sort: Sort
    text: str
    at: int

    @property
    def said(self) -> str:
        """The token as an error message names it."""
        return message("the end of the text") if self.sort is Sort.END else repr(self.text[:40])


def tokens_of(text: str, pattern: re.Pattern[str] = TOKEN) -> list[Token]:
    """The tokens of the text, the last one its end; blanks are dropped and Greek letters spelled out."""
    if len(text) > LENGTH:
        raise ParseError(
            message(
                "the text has {text} characters; at most {length} are read", text=f"{len(text):,}", length=f"{LENGTH:,}"
            ),
            text[:80],
            0,
        )
    found, at = [], 0
    while at < len(text):
        match = pattern.match(text, at)
        if match is None:
            raise ParseError(unexpected(text[at]), text, at)
        if match.lastgroup == "number":
            found.append(Token(Sort.NUMBER, checked(match.group(), text, at), at))
        elif match.lastgroup == "name":
            found.append(Token(Sort.NAME, spelled_out(match.group()), at))
        elif match.lastgroup in {"sign", "subscripts"}:
            found.append(Token(Sort(match.lastgroup), match.group(), at))
        at = match.end()
    return [*found, Token(Sort.END, "", len(text))]


def unexpected(character: str) -> str:
    """What to say about a character that no token begins with."""
    shown = repr(character) if character.isprintable() else f"U+{ord(character):04X}"
    hint = HINTS.get(character, message("an expression has numbers, names, + - * / ^, brackets and commas only"))
    return message("the character {shown} is not expected; {hint}", shown=shown, hint=hint)


def checked(number: str, text: str, at: int) -> str:
    """The number, unless it is larger than anybody means."""
    mantissa, _, exponent = number.lower().partition("e")
    if len(mantissa) > DIGITS:
        raise ParseError(
            message("a number may have at most {digits} digits, this one has more", digits=DIGITS), text, at
        )
    if len(exponent.lstrip("+-0")) > len(str(DECIMAL_EXPONENT)) or abs(int(exponent or 0)) > DECIMAL_EXPONENT:
        raise ParseError(
            message(
                "the exponent of a number may be at most {decimal_exponent} in size", decimal_exponent=DECIMAL_EXPONENT
            ),
            text,
            at,
        )
    return number


def spelled_out(name: str) -> str:
    """A name with its Greek letters in Latin: α is alpha, σ is sigma, λ_2 is lambda_2."""
    return "".join(greek(c) if "\u0370" <= c <= "\u03ff" else c for c in name)


@cache
def greek(letter: str) -> str:
    """The Latin spelling of a Greek letter."""
    words = unicodedata.name(letter, "").split()
    if words[:1] != ["GREEK"] or "LETTER" not in words:
        return letter
    name = words[words.index("LETTER") + 1].lower().replace("lamda", "lambda")
    return name.capitalize() if "CAPITAL" in words else name
