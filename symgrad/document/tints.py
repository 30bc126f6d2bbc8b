"""Colours of quantities: a letter that names one has the same colour wherever a page shows it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symgrad.document.boxes import Fence, Fn, Ident, Op, Over, Prime, Script

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from symgrad.document.boxes import Box


@dataclass(frozen=True, slots=True)
class Tint:
    """A colour by its name, as light and as dark pages show it: readable on every ground that a formula stands on."""

    name: str
    light: str
    dark: str


# Hues of Okabe and Ito (https://jfly.uni-koeln.de/color/), their lightness moved until letters are readable and no two
# are alike for readers who lack one kind of cone.
TINTS = (
    Tint("qa", "#103984", "#28a4ff"),
    Tint("qb", "#be3f07", "#faa69d"),
    Tint("qc", "#2b7756", "#91ec34"),
    Tint("qd", "#b312ca", "#f96bb7"),
    Tint("qe", "#653300", "#b4a63b"),
    Tint("qf", "#6b5286", "#d8b7f5"),
)
SLOPE = "qd"
KRONECKER = Ident("δ", r"\delta")  # spelt out, so that it is not taken for the quantity δ

NONE: Mapping[str, str] = {}
LETTERS: ContextVar[Mapping[str, str]] = ContextVar("letters", default=NONE)


@contextmanager
def tinted(letters: Mapping[str, str]) -> Iterator[None]:
    """What is printed inside has these letters, by the names of their tints, in colour."""
    token = LETTERS.set(letters)
    try:
        yield
    finally:
        LETTERS.reset(token)


def tint(box: Box) -> str:
    """The name of the tint that a box has as the name of a quantity; "" for all others."""
    letters = LETTERS.get()
    return letters.get(letter(box), "") if letters else ""


def letter(box: Box) -> str:
    """A letter with its dash or accent, which make it the name of something else; "" for what is no letter."""
    match box:
        case Ident() if box == KRONECKER:
            return ""
        case Ident(name):
            return name
        case Prime(Ident(name), order):
            return name + "′" * order
        case Over(Ident(name), Op(glyph)):
            return name + glyph
        case _:
            return ""


def name_of(box: Box) -> Box:
    """The letter that a name is made of, whatever index, layer or argument it carries."""
    match box:
        case Fn(inner) | Script(inner) | Fence(inner):
            return name_of(inner)
        case _:
            return box


def untinted(print_: Callable[[Box], str], box: Box) -> str:
    """A box printed without colours: an index is no quantity, though it may have the letter of one."""
    if not LETTERS.get():
        return print_(box)
    with tinted(NONE):
        return print_(box)


def css(scope: str = "") -> str:
    """The tints as CSS; `scope` is what their names hold in."""
    variables = ";".join(f"--{t.name}:light-dark({t.light},{t.dark})" for t in TINTS)
    rules = (f"{scope} .{t.name}{{color:var(--{t.name})}}".lstrip() for t in TINTS)
    return "\n".join((f"{scope or ':root'}{{{variables}}}", *rules))
