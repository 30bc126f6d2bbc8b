"""Boxes on one line of Unicode, for terminals: what the layout showed, parentheses have to say here."""

from __future__ import annotations

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
)
from symgrad.document.spelling import RELATIONS, SUBSCRIPTS, SUMS, SUPERSCRIPTS
from symgrad.words import say

RELATION, SUM, OPERATED, PRODUCT, POWER, ATOM = range(6)  # OPERATED: d/dz ends a product


EULER = "e"  # beside a letter it would read as part of a name


def text(box: Box) -> str:
    """The formula as one line."""
    return " ".join(line(box)[0].split())


def line(box: Box) -> tuple[str, int]:  # noqa: C901, PLR0911 - one case for each kind of box
    """A box in characters, with how strongly it holds together."""
    match box:
        case Row(kids):
            return in_a_row(kids)
        case Ident(name) | Num(name) | Text(name):
            return printable(name), ATOM
        case Op(glyph, prefix):
            return sign(printable(glyph), prefix=prefix), ATOM
        case Space():
            return " ", ATOM
        case Mark(body):
            return line(body)
        case Cancel(body):
            return line(body)
        case Frac(top, bottom):
            return f"{held(top, ATOM if trails(top) else PRODUCT)}/{held(bottom, POWER)}", PRODUCT
        case Script():
            return scripted(box), POWER
        case Fence(body, left, right):
            return f"{left}{line(body)[0]}{right}", ATOM
        case Fn():
            return applied(box)
        case _:
            return composite(box)


def printable(words: str) -> str:
    """Words with no control character, which a terminal would obey."""
    return "".join(c if c.isprintable() else "\ufffd" for c in say(words).replace("\u00a0", " "))


def held(box: Box, least: int) -> str:
    """A box in parentheses unless it holds together at least so strongly."""
    words, strength = line(box)
    return words if strength >= least else f"({words})"


def sign(glyph: str, *, prefix: bool) -> str:
    """An operator with the blanks that belong around it."""
    if prefix or glyph in {"/", "!", "′"}:
        return glyph
    return f"{glyph} " if glyph in {",", ";"} else f" {glyph} "


def in_a_row(kids: tuple[Box, ...]) -> tuple[str, int]:
    """Parts side by side; where a division ends, the next factor needs a dot."""
    if len(kids) == 1:
        return line(kids[0])
    out = ""
    for n, kid in enumerate(kids):
        before = kids[n - 1] if n else None
        after = kids[n + 1] if n + 1 < len(kids) else None
        if before is not None and not isinstance(before, Op | Space) and not isinstance(kid, Op | Space):
            out += between(before, kid)
        out += beside(kid, before, after)
    if any(is_op(k, LOOSE) for k in kids):
        return out, strength_of(kids)
    return out, OPERATED if len(kids) > 1 and is_operator(kids[-2]) else PRODUCT


COMBINING = {"^": "\u0302", "¯": "\u0304", "~": "\u0303", "˙": "\u0307"}  # accents that a terminal can set
LOOSE = SUMS | RELATIONS | {",", ";"}


def beside(kid: Box, before: Box | None, after: Box | None) -> str:
    """One part of a row, in parentheses where its neighbours would tear it apart."""
    words, strength = line(kid)
    if before is not None and is_operator(before) and isinstance(bare(kid), Frac | Row):
        return f"[{words}]"
    apart = ends(after, LOOSE) and (ends(before, LOOSE | {"·"}) or not opens(kid))
    divided = is_division(kid) and before is not None and is_op(before, {"/"})
    said = isinstance(kid, Mark) and isinstance(before, Space) and after is None  # "if z > 0", with z > 0 marked
    torn = strength < (RELATION if said else OPERATED if apart else PRODUCT) and not isinstance(kid, Text | Big)
    return f"({words})" if divided or torn else words


def opens(kid: Box) -> bool:
    """Whether a part begins with d/dz, which needs a dot in front of it."""
    inside = bare(kid)
    return is_operator(inside) or (isinstance(inside, Row) and is_operator(inside.kids[0]))


def ends(neighbour: Box | None, glyphs: frozenset[str] | set[str]) -> bool:
    """Whether what is beside a part can't tear it apart: nothing, a blank, or one of these signs."""
    return neighbour is None or isinstance(neighbour, Space) or is_op(neighbour, glyphs)


def strength_of(kids: tuple[Box, ...]) -> int:
    """How strongly a row with sums or relations in it holds together."""
    return RELATION if any(is_op(k, RELATIONS | {",", ";"}) for k in kids) else SUM


def is_op(box: Box, glyphs: frozenset[str] | set[str]) -> bool:
    """Whether a box is one of these operators; a prefix minus counts as a sum."""
    return isinstance(box, Op) and box.glyph in glyphs


def between(before: Box, after: Box) -> str:
    """What stands between two factors: a dot after a division, a blank beside a word, else nothing."""
    left, right = bare(before), bare(after)
    if is_operator(before):
        return " "
    if isinstance(left, Frac | Diff | Cases | Root) or isinstance(right, Num | Frac | Diff):
        return " · "
    left, right = outermost(left, -1), outermost(right, 0)
    apart = any(isinstance(b, Text) or is_wordy(b) for b in (left, right))
    return " " if apart or (isinstance(left, Fn) and not isinstance(left.argument, Fence)) else ""


def outermost(box: Box, end: int) -> Box:
    """What stands at this end of a part, however it is put into rows and marked."""
    inside = bare(box)
    return outermost(inside.kids[end], end) if isinstance(inside, Row) and inside.kids else inside


def is_operator(box: Box) -> bool:
    """Whether a box is d/dz with nothing on it, which acts on what follows."""
    inside = bare(box)
    return isinstance(inside, Diff) and inside.of is None


def bare(box: Box) -> Box:
    """A box without the marks around it."""
    return bare(box.body) if isinstance(box, Mark | Cancel) else box


def below(box: Box) -> str:
    """What stands below a name; there the letter e is an index."""
    if isinstance(box, Row) and all(isinstance(k, Ident) and k.name for k in box.kids):
        return "".join(k.name for k in box.kids if isinstance(k, Ident))
    return line(box)[0].strip()


def is_wordy(box: Box) -> bool:
    """Whether a box would run together with its neighbour: a function, a long name, a power in ^(...)."""
    match box:
        case Ident(name):
            return len(name) > 1 or name == EULER
        case Script(base):
            return not line(box)[0][-1:].isnumeric() or base == Ident(EULER)
        case Fn() | Big():
            return True
        case _:
            return False


def is_division(box: Box) -> bool:
    """Whether a box is printed with a slash."""
    return isinstance(bare(box), Frac | Diff)


def trails(box: Box) -> bool:
    """Whether a box ends with an argument that has no brackets: what follows would be read as part of it."""
    match bare(box):
        case Row((*_, last)):
            return trails(last)
        case Fn(_, argument):
            return not isinstance(argument, Fence)
        case _:
            return False


def scripted(box: Script) -> str:
    """Indices and powers: small characters where Unicode has them, else _ and ^."""
    base = held(box.base, ATOM) if not isinstance(bare(box.base), Fn) else line(box.base)[0]
    out = base
    if box.sub is not None:
        words = below(box.sub)
        out += words.translate(SUBSCRIPTS) if fits(words, SUBSCRIPTS) else f"_{held(box.sub, ATOM)}"
    if box.sup is not None:
        words = line(box.sup)[0].strip()
        simple = words.isdigit() or words in {"n", "k", "⊤"}
        out += words.translate(SUPERSCRIPTS) if simple else f"^{held(box.sup, ATOM)}"
    return out


def fits(words: str, table: dict[int, int]) -> bool:
    """Whether every character has a small form."""
    return bool(words) and len(words) <= 2 and all(ord(c) in table for c in words)  # noqa: PLR2004 - short ones


def applied(box: Fn) -> tuple[str, int]:
    """A function of something; a bare argument holds the function together only as a product does."""
    if isinstance(box.argument, Fence):
        return line(box.head)[0] + line(box.argument)[0], ATOM
    return f"{line(box.head)[0]} {held(box.argument, POWER)}", POWER


def one_after_another(rows: tuple[tuple[Box, Box], ...]) -> str:
    """Aligned lines on one: a line without a left side goes on with the line before."""
    out = ""
    for left, right in rows:
        out += f"{'; ' if out and left != EMPTY else ' '}{line(left)[0]}{line(right)[0]}"
    return out.strip()


def composite(box: Box) -> tuple[str, int]:  # noqa: C901, PLR0911 - one case for each kind of box
    """A box that has others inside."""
    match box:
        case Prime(base, order):
            return line(base)[0] + ("", "′", "″", "‴")[order], ATOM
        case Root(body, index):
            return f"{line(index)[0].translate(SUPERSCRIPTS) if index else ''}√{held(body, ATOM)}", POWER
        case Diff(of, by, partial, order):
            d, power = "∂" if partial else "d", str(order).translate(SUPERSCRIPTS) if order > 1 else ""
            return f"{d}{power}{line(of)[0] if of is not None else ''}/{d}{line(by)[0]}{power}", PRODUCT
        case At(body, point):
            return f"[{line(body)[0]}] at {line(point)[0]}", RELATION
        case Big(glyph, lower, upper, body):
            limits = (f"[{line(lower)[0]}" if lower else "[") + (f" to {line(upper)[0]}]" if upper else "]")
            return f"{glyph}{limits if lower or upper else ''} {line(body)[0]}", SUM
        case Under(body, label):
            return f"{line(body)[0]} [= {line(label)[0]}]", RELATION
        case Over(body, accent):
            glyph = line(accent)[0].strip()
            return f"{line(body)[0]}{COMBINING.get(glyph, glyph)}", ATOM
        case Cases(rows):
            return "{ " + "; ".join(f"{line(v)[0]} {line(c)[0]}" for v, c in rows) + " }", ATOM
        case Aligned(rows):
            return one_after_another(rows), RELATION
        case Grid(rows, left, right):
            return left + "; ".join(", ".join(line(c)[0] for c in cells) for cells in rows) + right, ATOM
        case _:
            raise AssertionError(box)
