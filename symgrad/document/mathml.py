"""Boxes as MathML Core: only elements and attributes that browsers draw, every slot escaped."""

from __future__ import annotations

import re
from html import escape

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
from symgrad.document.latex import latex
from symgrad.document.remembered import remembered
from symgrad.document.speech import speech
from symgrad.document.tints import tint, untinted
from symgrad.words import say

NAMESPACE = "http://www.w3.org/1998/Math/MathML"

APPLY = "<mo>\u2061</mo>"  # function application: tells a screen reader "of", takes no room
THIN = '<mspace width="0.167em"/>'


@remembered
def mathml(
    box: Box, *, block: bool = False, annotated: bool = True, spoken: bool = True, brief: Box | None = None
) -> str:
    """A `math` element with speech as its alttext, or that of a `brief` one, and LaTeX as its annotation; XML."""
    display = ' display="block"' if block else ""
    if not spoken:
        return f'<math xmlns="{NAMESPACE}"{display}>{core(box)}</math>'
    alt = escape(clean(speech(brief or box)), quote=True)
    if not annotated:
        return f'<math xmlns="{NAMESPACE}"{display} alttext="{alt}">{core(box)}</math>'
    tex = escape(clean(latex(box)), quote=False)
    return (
        f'<math xmlns="{NAMESPACE}"{display} alttext="{alt}"><semantics>{core(box)}'
        f'<annotation encoding="application/x-tex">{tex}</annotation></semantics></math>'
    )


def clean(words: str) -> str:
    """Words without the control characters that XML forbids."""
    words = say(words)
    if words.isprintable():
        return words
    return "".join(c if c.isprintable() or c == "\u00a0" else "\ufffd" for c in words)


def escaped(words: str) -> str:
    """Words as XML text; blanks are kept."""
    return escape(clean(words), quote=False).replace(" ", "\u00a0")


def core(box: Box) -> str:
    """One element for one box; the name of a quantity in its colour."""
    colour = tint(box)
    return FIRST.sub(rf'<\1 class="{colour}"', untinted(element, box), count=1) if colour else element(box)


FIRST = re.compile(r"<(\w+)")


def element(box: Box) -> str:  # noqa: PLR0911 - one case for each kind of box
    """The same without the colour of its own."""
    match box:
        case Row((kid,)):
            return core(kid)
        case Row() | Fn() | Fence() | Big():
            return f"<mrow>{inside(box)}</mrow>"
        case Ident() | Num() | Op() | Text() | Space():
            return leaf(box)
        case Cases(rows):
            lines = "".join(cells(line) for line in rows)
            return f'<mrow><mo form="prefix">{{</mo><mtable class="m-cases">{lines}</mtable></mrow>'
        case Aligned(rows):
            return f'<mtable displaystyle="true" class="m-align">{"".join(cells(line) for line in rows)}</mtable>'
        case Grid(rows, left, right):
            body = f"<mtable>{''.join(cells(line) for line in rows)}</mtable>"
            return f"<mrow>{delimiter(left, 'prefix')}{body}{delimiter(right, 'postfix')}</mrow>"
        case Cancel(body):
            return f'<mrow class="m-cancel">{inside(body)}</mrow>'
        case Mark(body, tone):
            return f'<mrow class="m-{escape(tone)}">{inside(body)}</mrow>'
        case _:
            return composite(box)


def leaf(box: Ident | Num | Op | Text | Space) -> str:
    """A box without boxes inside."""
    match box:
        case Ident(name, _, upright):
            variant = ' mathvariant="normal"' if upright and len(name) == 1 else ""
            return f"<mi{variant}>{escaped(name)}</mi>"
        case Num(digits):
            return f"<mn>{escaped(digits)}</mn>"
        case Op(glyph, prefix):
            return operator(glyph, prefix=prefix)
        case Text(words):
            return f"<mtext>{escaped(words)}</mtext>"
        case Space(ems):
            return f'<mspace width="{ems:g}em"/>'


def operator(glyph: str, *, prefix: bool) -> str:
    """A sign with the spacing that its place asks for."""
    if glyph in {"∂", "∇", "⊤"}:
        return f"<mi>{glyph}</mi>"
    if prefix:
        return f'<mo form="prefix">{escaped(glyph)}</mo>'
    if glyph in {"|", "‖", "/"}:
        return f'<mo lspace="0" rspace="0" stretchy="false">{escaped(glyph)}</mo>'
    if glyph in {"(", ")", "[", "]", "{", "}"}:
        return f'<mo stretchy="false">{escaped(glyph)}</mo>'
    return f"<mo>{escaped(glyph)}</mo>"


def inside(box: Box) -> str:
    """What stands between the tags of a row that holds nothing but the box."""
    match box:
        case Row(kids):
            return row_of(kids)
        case Fence(body, left, right, tall):
            return fence(left, tall=tall) + inside(body) + fence(right, tall=tall)
        case Fn(head, argument):
            return core(head) + APPLY + ("" if isinstance(argument, Fence) else THIN) + among(argument)
        case Big():
            return big(box)
        case _:
            return core(box)


def among(box: Box) -> str:
    """A box beside others: a row of its own only where a fence has to know how far it may grow, or which side it is."""
    flat = isinstance(box, Fn | Big) or (isinstance(box, Fence) and not box.tall and is_round(box))
    return inside(box) if flat else core(box)


def is_round(fence: Fence) -> bool:
    """Whether the two fences differ, so that each says for itself on which side it is."""
    return fence.left in {"(", "["} and fence.right in {")", "]"}


def row_of(kids: tuple[Box, ...]) -> str:
    """Parts side by side, with TeX's thin space beside a function that is named by a word."""
    out = ""
    for n, kid in enumerate(kids):
        before = kids[n - 1] if n else None
        if before is not None and not isinstance(before, Op | Space) and needs_room(before, kid):
            out += THIN
        leads = isinstance(kid, Op) and not kid.prefix and (before is None or isinstance(before, Space))
        out += core(kid).replace("<mo>", '<mo form="infix">', 1) if leads else among(kid)  # a line goes on with + or ·
    return out


def needs_room(before: Box, after: Box) -> bool:
    """Whether a thin space keeps two factors apart."""
    if isinstance(after, Op | Space):
        return False
    return is_wide(after) or is_wide(before) or isinstance(before, Diff)


def is_wide(box: Box) -> bool:
    """A function with a word for a name, an integral, a brace below."""
    match box:
        case Mark(body) | Cancel(body):
            return is_wide(body)
        case Fn(Ident(name) | Script(Ident(name))):
            return len(name) > 1
        case Big() | Under():
            return True
        case _:
            return False


def cells(line: tuple[Box, ...]) -> str:
    """One row of a table."""
    blank = ""
    return f"<mtr>{''.join(f'<mtd>{core(c) if c != EMPTY else blank}</mtd>' for c in line)}</mtr>"


def delimiter(glyph: str, form: str) -> str:
    """A fence that grows with what is beside it."""
    return f'<mo form="{form}">{escaped(glyph)}</mo>' if glyph else ""


def fence(glyph: str, *, tall: bool) -> str:
    """A fence, its form told by its place; a short one is told not to grow: browsers make it a size too big."""
    return f"<mo{'' if tall else STILL}>{escaped(glyph)}</mo>" if glyph else ""


STILL = ' stretchy="false"'


def composite(box: Box) -> str:  # noqa: PLR0911 - one case for each kind of box
    """A box that has others inside."""
    match box:
        case Frac(top, bottom):
            return f"<mfrac>{core(top)}{core(bottom)}</mfrac>"
        case Script(base, sub, sup, label):
            tag = "msubsup" if sub and sup else "msub" if sub else "msup"
            above = "" if sup is None else untinted(core, sup) if label else core(sup)
            return f"<{tag}>{core(base)}{untinted(core, sub) if sub else ''}{above}</{tag}>"
        case Prime(base, order):
            return f'<msup>{untinted(core, base)}<mo class="m-prime">{"′" * order}</mo></msup>'
        case Root(body, None):
            return f"<msqrt>{core(body)}</msqrt>"
        case Root(body, index):
            return f"<mroot>{core(body)}{core(index or Row(()))}</mroot>"
        case Diff(of, by, partial, order):
            return quotient(of, by, order, "<mi>∂</mi>" if partial else "<mi>d</mi>")
        case At(body, point):
            bar = '<mo form="postfix" stretchy="true" symmetric="true">|</mo>'
            return f"<msub><mrow>{core(body)}{bar}</mrow>{core(point)}</msub>"
        case Under(body, label):
            brace = f'<munder>{core(body)}<mo stretchy="true">⏟</mo></munder>'
            return f"<munder>{brace}{core(label)}</munder>"
        case Over(body, accent):
            near = ' accent="true"' if isinstance(accent, Op) and len(accent.glyph) == 1 else ""
            return f"<mover{near}>{untinted(core, body)}{core(accent)}</mover>"
        case _:
            raise AssertionError(box)


def quotient(of: Box | None, by: Box, order: int, d: str) -> str:
    """d/dz or da/dz."""

    def powered(base: str) -> str:
        return f"<msup>{base}<mn>{order}</mn></msup>" if order > 1 else base

    top = f"<mrow>{powered(d)}{among(of)}</mrow>" if of is not None else powered(d)
    return f"<mfrac>{top}<mrow>{d}{powered(core(by))}</mrow></mfrac>"


def big(box: Big) -> str:
    """An integral with limits beside it, a sum with limits above and below."""
    side = box.glyph == "∫"
    sign = f"<mo>{escaped(box.glyph)}</mo>" if side else f'<mo movablelimits="true">{escaped(box.glyph)}</mo>'
    tags = ("msub", "msup", "msubsup") if side else ("munder", "mover", "munderover")
    limits = [untinted(core, x) for x in (box.lower, box.upper) if x is not None]
    if limits:
        tag = tags[2] if len(limits) == 2 else tags[0] if box.lower is not None else tags[1]  # noqa: PLR2004 - both
        sign = f"<{tag}>{sign}{''.join(limits)}</{tag}>"
    return sign + inside(box.body)
