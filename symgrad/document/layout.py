"""How wide a formula is, and where it may be broken: no browser does it for us."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING

from symgrad.document.boxes import (
    EMPTY,
    Aligned,
    At,
    Big,
    Box,
    Cancel,
    Cases,
    Diff,
    Fence,
    Fn,
    Frac,
    Grid,
    Ident,
    Mark,
    Num,
    Op,
    Over,
    Prime,
    Root,
    Row,
    Script,
    Space,
    Text,
    Under,
    row,
)
from symgrad.document.spelling import RELATIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

LINE = 19.0  # ems that fit on a phone
SHORT = 7.0  # a left side that the lines below may be aligned after
SLACK = 4.0  # ems that a line may be too long before a product is torn
PAGE = 23.0  # ems that nearly fit on a phone; what is wider is broken even inside fences and numerators
NARROW = 8.0  # ems below which nothing is broken any more
SMALL = 0.7  # the size of an index
EMS_OF_A_LETTER = 0.52


@lru_cache(8192)
def width(box: Box) -> float:  # noqa: C901, PLR0911, PLR0912 - one case for each kind of box
    """About how many ems the box takes."""
    match box:
        case Row(kids):
            return sum(map(width, kids))
        case Ident(name) | Num(name) | Text(name):
            return EMS_OF_A_LETTER * len(name) + (0.08 if len(name) == 1 else 0.2)
        case Op(glyph, prefix):
            return 0.75 if prefix else 0.35 if glyph in ",;/|" else 1.3
        case Space(ems):
            return ems
        case Frac(top, bottom):
            return max(width(top), width(bottom)) + 0.25
        case Diff(of, by):
            return max(0.6 + (width(of) if of is not None else 0), 0.6 + width(by)) + 0.3
        case Script(base, sub, sup):
            return width(base) + SMALL * max(width(s) if s is not None else 0 for s in (sub, sup))
        case Prime(body) | Root(body) | Over(body):
            return width(body) + 0.4
        case Fence(body):
            return width(body) + 0.8
        case Fn(head, argument):
            return width(head) + width(argument) + 0.1
        case At(body, point):
            return width(body) + SMALL * width(point) + 0.3
        case Big(_, lower, upper, body):
            limits = max(width(s) if s is not None else 0 for s in (lower, upper))
            return 0.8 + SMALL * limits + width(body)
        case Under(body, label):
            return max(width(body), SMALL * width(label))
        case Cases(rows) | Aligned(rows):
            return 1.2 + max(width(a) for a, _ in rows) + max(width(b) for _, b in rows)
        case Grid(rows):
            return 1.0 + max((sum(width(c) + 0.8 for c in cells) for cells in rows), default=0.0)
        case Mark(body) | Cancel(body):
            return width(body) + 0.1


def equation(left: Box, *rights: Box, sign: str = "=") -> Box:
    """One chain of equations: on one line where that fits, else a line each, broken at sums where need be.

    `sign` is what stands before the last of them.
    """
    signs = ["="] * (len(rights) - 1) + [sign]
    whole = row(left, *(part for mark, right in zip(signs, rights, strict=True) for part in (Op(mark), right)))
    if len(rights) == 1 and width(whole) <= LINE:
        return whole
    aligned = width(left) <= SHORT and width(left) + max(map(width, rights)) <= LINE + 1
    lines: list[tuple[Box, Box]] = []
    if not aligned:
        start, *more = broken(left, LINE)
        lines += [(EMPTY, start), *((EMPTY, row(Space(1.5), part)) for part in more)]
    for n, (mark, right) in enumerate(zip(signs, rights, strict=True)):
        first, *rest = broken(right, LINE + SHORT if aligned else LINE)
        lines.append((left if aligned and n == 0 else EMPTY, row(Op(mark), first)))
        lines += [(EMPTY, row(Space(1.5), part)) for part in rest]
    return Aligned(tuple(lines))


def related(box: Box) -> Box:
    """A statement on one line where that fits, else broken as an equation is, at the first of its signs."""
    if width(box) <= LINE:
        return box
    kids = box.kids if isinstance(box, Row) else ()
    for n, kid in enumerate(kids):
        if n and isinstance(kid, Op) and kid.glyph in RELATIONS:
            return equation(row(*kids[:n]), row(*kids[n + 1 :]), sign=kid.glyph)
    return stacked(box, LINE)


def broken(box: Box, room: float) -> list[Box]:
    """The box in lines of at most `room` ems where its sums and products allow it."""
    if isinstance(box, Mark):
        return [replace(box, body=part) for part in broken(box.body, room)]
    if width(box) <= room:
        return [box]
    if isinstance(box, Text):
        return [Text(part) for part in wrap(box.words, int(room / EMS_OF_A_LETTER), break_long_words=False)]
    if not isinstance(box, Row):
        return [folded(box, max(room + SLACK, PAGE))]
    sums = [n for n, k in enumerate(box.kids) if n and isinstance(k, Op) and k.glyph in "+−" and not k.prefix]
    dots = [n for n, k in enumerate(box.kids) if n and isinstance(k, Op) and k.glyph == "·"]
    commas = [n + 1 for n, k in enumerate(box.kids[:-1]) if k == Op(",")]
    lines = filled(box.kids, sums or dots or commas, room)
    return [folded(part, max(room + SLACK, PAGE)) for line in lines for part in by_factors(line, room)]


def folded(box: Box, room: float) -> Box:  # noqa: PLR0911 - one case for each kind of box
    """A box that is still too wide with lines broken inside it: in a numerator, between fences, in a case."""
    spare = room - width(box)
    if spare >= 0:
        return box
    match box:
        case Row(kids):
            widest = max(range(len(kids)), key=lambda n: width(kids[n]))
            inner = folded(kids[widest], max(width(kids[widest]) + spare, NARROW))
            return Row((*kids[:widest], inner, *kids[widest + 1 :]))
        case Frac(top, bottom):
            return Frac(stacked(top, room), stacked(bottom, room))
        case Fence(body):
            inside = stacked(body, max(room - 1, NARROW))
            return replace(box, body=inside, tall=True) if isinstance(inside, Aligned) else replace(box, body=inside)
        case Fn(head, argument):
            return Fn(head, folded(argument, max(room - width(head), NARROW)))
        case Mark(body) | Cancel(body):
            return replace(box, body=folded(body, room))
        case Script(base):
            return replace(box, base=folded(base, room))
        case Cases(rows):
            beside = 1.2 + max(width(when) for _, when in rows)
            return Cases(tuple((stacked(value, max(room - beside, NARROW)), when) for value, when in rows))
        case _:
            return box


def stacked(box: Box, room: float) -> Box:
    """A box with its lines below one another where it takes more than one."""
    lines = broken(box, room)
    return lines[0] if len(lines) == 1 else Aligned(tuple((EMPTY, part) for part in lines))


def by_factors(line: Box, room: float) -> list[Box]:
    """A line that is still too long, broken before a factor; the dot says that the product goes on."""
    if not isinstance(line, Row) or width(line) <= room + SLACK:
        return [line]
    kids = [kid for part in flat(line) for kid in apart(part, room)]
    bare = [kid.body if isinstance(kid, Mark) else kid for kid in kids]
    places = [n for n in range(1, len(kids)) if is_factor(bare[n]) and not isinstance(bare[n - 1], Op | Diff)]
    first, *rest = map(together, filled(kids, places, room))
    return [first, *(row(Op("·"), part) for part in rest)]


def flat(line: Box) -> tuple[Box, ...]:
    """The parts of a line, rows inside dissolved."""
    whole = row(*line.kids) if isinstance(line, Row) else line
    return whole.kids if isinstance(whole, Row) else (whole,)


def apart(box: Box, room: float) -> list[Box]:
    """The factors of a marked product that is too long for a line, each marked."""
    return [replace(box, body=kid) for kid in flat(box.body)] if isinstance(box, Mark) and width(box) > room else [box]


def together(line: Box) -> Box:
    """A line with neighbours of one tone marked as one."""
    kids: list[Box] = []
    for kid in flat(line):
        last = kids[-1] if kids else None
        if isinstance(kid, Mark) and isinstance(last, Mark) and kid.tone == last.tone:
            kids[-1] = replace(kid, body=row(last.body, kid.body))
        else:
            kids.append(kid)
    return row(*kids)


def is_factor(box: Box) -> bool:
    """Whether a line may begin with this factor."""
    return isinstance(box, Fence | Fn | Frac | Diff) or (isinstance(box, Script) and isinstance(box.base, Fence))


def filled(kids: Sequence[Box], places: Sequence[int], room: float) -> list[Box]:
    """Lines as full as they may be, each new one beginning with the operator at one of the places."""
    lines: list[Box] = []
    start = 0
    ends = [*places, len(kids)]
    for this, following in pairwise(ends):
        if sum(map(width, kids[start:following])) > room:
            lines.append(Row(tuple(kids[start:this])))
            start = this
    return [*lines, Row(tuple(kids[start:]))]
