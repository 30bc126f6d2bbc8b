"""What a formula looks like, independent of any format: a small immutable tree that every printer reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Ident:
    """A name: one letter is set in italics, a word upright. `tex` is its LaTeX where the letters don't tell."""

    name: str
    tex: str = ""
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Num:
    """An unsigned number as it is written."""

    digits: str


@dataclass(frozen=True, slots=True)
class Op:
    """An operator or relation; `prefix` is the sign of a number, not the difference of two."""

    glyph: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Words inside a formula; whatever they contain, they come out as words."""

    words: str


@dataclass(frozen=True, slots=True)
class Space:
    """Room between two parts, in ems."""

    ems: float = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """Parts side by side; two without an operator between them are multiplied."""

    kids: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Frac:
    """A fraction with a bar."""

    top: Box
    bottom: Box


@dataclass(frozen=True, slots=True)
class Script:
    """A base with an index below, a power above, or both; `label`: what is above is a mark, such as a layer."""

    base: Box
    sub: Box | None = None
    sup: Box | None = None
    label: bool = False


@dataclass(frozen=True, slots=True)
class Prime:
    """The derivative of a function as dashes: f′."""

    base: Box
    order: int = 1


@dataclass(frozen=True, slots=True)
class Root:
    """A square root, or the root that `index` says."""

    body: Box
    index: Box | None = None


@dataclass(frozen=True, slots=True)
class Fence:
    """Parentheses, brackets, bars; `tall` ones grow with what they hold."""

    body: Box
    left: str = "("
    right: str = ")"
    tall: bool = False


@dataclass(frozen=True, slots=True)
class Fn:
    """A function applied: the argument is a Fence, or bare as in ln a."""

    head: Box
    argument: Box


@dataclass(frozen=True, slots=True)
class Diff:
    """The derivative of `of` by `by` as a quotient; the operator d/dz itself where `of` is None."""

    of: Box | None
    by: Box
    partial: bool = False
    order: int = 1


@dataclass(frozen=True, slots=True)
class At:
    """The value of `body` at `point`, with a bar to its right."""

    body: Box
    point: Box


@dataclass(frozen=True, slots=True)
class Big:
    """A sum, product or integral sign with its limits, over `body`."""

    glyph: str
    lower: Box | None
    upper: Box | None
    body: Box


@dataclass(frozen=True, slots=True)
class Under:
    """A brace below `body` with a label."""

    body: Box
    label: Box


@dataclass(frozen=True, slots=True)
class Over:
    """An accent above: a hat, a bar, a vector's arrow, or a whole box over a relation."""

    body: Box
    accent: Box


@dataclass(frozen=True, slots=True)
class Cases:
    """A case distinction: (value, condition) one below the other."""

    rows: tuple[tuple[Box, Box], ...]


@dataclass(frozen=True, slots=True)
class Aligned:
    """Lines that share the position of their relation sign: (left side, relation and right side)."""

    rows: tuple[tuple[Box, Box], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of cells between two fences; an empty fence is not drawn."""

    rows: tuple[tuple[Box, ...], ...]
    left: str = "("
    right: str = ")"


@dataclass(frozen=True, slots=True)
class Cancel:
    """Crossed out: a common factor that goes."""

    body: Box


@dataclass(frozen=True, slots=True)
class Mark:
    """A part that the reader should look at; `tone` is `was` (about to change) or `now` (just changed)."""

    body: Box
    tone: str


Box: TypeAlias = (
    Ident | Num | Op | Text | Space | Row | Frac | Script | Prime | Root | Fence | Fn | Diff | At | Big
    | Under | Over | Cases | Aligned | Grid | Cancel | Mark
)  # fmt: skip

EMPTY = Row(())


def row(*parts: Box) -> Box:
    """The parts side by side, rows inside dissolved; one part alone is itself."""
    kids: list[Box] = []
    for part in parts:
        kids.extend(part.kids if isinstance(part, Row) else (part,))
    return kids[0] if len(kids) == 1 else Row(tuple(kids))


def commas(*parts: Box) -> Box:
    """The parts with commas between them."""
    spaced: list[Box] = []
    for part in parts:
        spaced += [Op(","), part] if spaced else [part]
    return row(*spaced)


def children(box: Box) -> Iterator[Box]:
    """The boxes right inside a box, in reading order."""
    match box:
        case Row(kids):
            yield from kids
        case Cases(rows) | Aligned(rows) | Grid(rows):
            for line in rows:
                yield from line
        case Ident() | Num() | Op() | Text() | Space():
            return
        case _:
            for name in box.__slots__:
                part = getattr(box, name)
                if not isinstance(part, str | int | bool | None):
                    yield part


def walk(box: Box) -> Iterator[Box]:
    """A box and everything inside it."""
    yield box
    for child in children(box):
        yield from walk(child)


def unmarked(box: Box) -> Box:
    """A box without its highlights; what is struck out stays struck out."""
    match box:
        case Mark(body):
            return unmarked(body)
        case Row(kids):
            return row(*map(unmarked, kids))
        case Cases(rows) | Aligned(rows):
            return replace(box, rows=tuple((unmarked(a), unmarked(b)) for a, b in rows))
        case Ident() | Num() | Op() | Text() | Space() | Grid():
            return box
        case _:
            inner = {name: getattr(box, name) for name in box.__slots__}
            changed: Any = {k: unmarked(v) for k, v in inner.items() if not isinstance(v, str | int | None)}
            return replace(box, **changed)


def is_tall(box: Box) -> bool:
    """Whether fences around the box have to grow."""
    return any(isinstance(part, Frac | Cases | Aligned | Grid | Under | Big | At | Diff) for part in walk(box))


def fenced(box: Box, left: str = "(", right: str = ")") -> Fence:
    """The box between fences of the height it needs."""
    return Fence(box, left, right, tall=is_tall(box))
