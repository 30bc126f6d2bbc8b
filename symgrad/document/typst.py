"""Boxes as Typst's mathematics: names and words are string literals, signs code points, so that nothing is a command.

The functions `sg...` are those of the preamble in `as_typst`.
"""

from __future__ import annotations

import re

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
from symgrad.document.mathml import clean
from symgrad.document.spelling import GREEK_NAMES
from symgrad.document.tints import tint, untinted
from symgrad.words import say

ACCENTS = {"^": "hat", "¯": "macron", "‾": "overline", "―": "overline", "→": "arrow", "~": "tilde", "˙": "dot"}
PLAIN = frozenset("+−=<>≤≥≠≈→∈·×⊙⊤∞∂∇ℝℕℤℓ∼∘∧∨±⇒⇔↦∖∪∩⊂⊆⋅…⋯∅") | frozenset(GREEK_NAMES)
BIG = {"∑": "sum", "∏": "product", "∫": "integral"}
UPRIGHT = "⊤∞ℝℕℤ∇"


def typst(box: Box) -> str:
    """The formula in Typst's mathematics, without dollars around it."""
    if isinstance(box, Aligned):
        return r" \ ".join(f"{typst(left)} & {continued(right)}" for left, right in box.rows)
    return math(box)


def continued(box: Box) -> str:
    """The right side of a line; the sign that it begins with keeps its room."""
    if isinstance(box, Row) and box.kids and isinstance(box.kids[0], Op) and not box.kids[0].prefix:
        room = "sgwide" if box.kids[0].glyph in "=≤≥<>≈→" else "sgroom"
        return f"{sign(box.kids[0].glyph)} {room} {math(row(*box.kids[1:]))}"
    return math(box)


def string(words: str) -> str:
    """Words as a string literal."""
    kept = clean(re.sub(r"\s", " ", say(words))).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{kept}"'


def sign(glyph: str) -> str:
    """One sign, or a word in a sign's place."""
    if glyph in PLAIN:
        return glyph
    if len(glyph) == 1 and glyph.isprintable():
        return rf"\u{{{ord(glyph):x}}}"
    return string(glyph)


def name(ident: Ident) -> str:
    """A letter in italics, a word upright."""
    if len(ident.name) == 1 and ident.name.isascii() and ident.name.isalpha():
        return f"upright({ident.name})" if ident.upright else ident.name
    if len(ident.name) == 1 and ident.name in PLAIN:
        return f"upright({ident.name})" if ident.upright and ident.name not in UPRIGHT else ident.name
    return sign(ident.name) if len(ident.name) == 1 else f"op({string(ident.name)})"


def number(digits: str) -> str:
    """A number, or words in its place."""
    return digits if digits.isascii() and digits.replace(".", "", 1).isdigit() else string(digits)


def math(box: Box) -> str:
    """One box; the name of a quantity in its colour."""
    colour = tint(box)
    return f"sg{colour}({untinted(plain, box)})" if colour else plain(box)


def plain(box: Box) -> str:  # noqa: C901, PLR0911 - one case for each kind of box
    """The same without the colour of its own; lines inside a formula are a column, which may stand between fences."""
    match box:
        case Row(kids):
            return " ".join(map(math, kids))
        case Ident():
            return name(box)
        case Num(digits):
            return number(digits)
        case Op(glyph, prefix):
            return f'class("unary", {sign(glyph)})' if prefix else sign(glyph)
        case Text(words):
            return string(words)
        case Space(ems):
            return f"#h({ems:g}em)"
        case Cases(rows):
            return f"cases({', '.join(f'display({math(value)}) & display({math(when)})' for value, when in rows)})"
        case Aligned(rows):
            lines = "; ".join(
                f"display({math(row(left, right)) if left != EMPTY else continued(right)})" for left, right in rows
            )
            return f"mat(delim: #none, align: #left, row-gap: #0.5em, {lines})"
        case Grid(rows, left, right):
            fences = ", ".join(string(f) if f else "none" for f in (left, right))
            cells = "; ".join(", ".join(map(math, line)) for line in rows)
            return f"mat(delim: #({fences}), {cells})"
        case Cancel(body):
            return f"sgcancel({math(body)})"
        case Mark(body, tone):
            return f"sg{tone}({math(body)})"
        case _:
            return composite(box)


def attached(base: str, **scripts: Box | str | None) -> str:
    """A base with what is above and below it."""
    found = (f"{k}: {v if isinstance(v, str) else math(v)}" for k, v in scripts.items() if v is not None)
    return f"attach({', '.join((base, *found))})"


def composite(box: Box) -> str:  # noqa: C901, PLR0911, PLR0912 - one case for each kind of box
    """A box that has others inside."""
    match box:
        case Frac(top, bottom):
            return f"frac({math(top)}, {math(bottom)})"
        case Script(base, sub, sup, label):
            below = None if sub is None else untinted(math, sub)
            return attached(math(base), b=below, t=untinted(math, sup) if sup is not None and label else sup)
        case Prime(base, order):
            return attached(untinted(math, base), t=f"primes(#{order})")
        case Root(body, None):
            return f"sqrt({math(body)})"
        case Root(body, index):
            return f"root({math(index or EMPTY)}, {math(body)})"
        case Fence(body, left, right, tall):
            if tall:
                return f"lr({delimiter(left, 'opening')} {math(body)} {delimiter(right, 'closing')})"
            return f"{delimiter(left, 'opening')} {math(body)} {delimiter(right, 'closing')}"
        case Fn(head, argument):
            return (
                f"{math(head)} {math(argument)}"
                if isinstance(argument, Fence)
                else f"{math(head)} thin {math(argument)}"
            )
        case Diff():
            return quotient(box)
        case At(body, point):
            return attached(f"lr({math(body)} |)", b=point)
        case Big(glyph, lower, upper, body):
            limits = {k: untinted(math, v) for k, v in (("b", lower), ("t", upper)) if v is not None}
            return f"{attached(BIG.get(glyph, 'integral'), **limits)} {math(body)}"
        case Under(body, label):
            return f"underbrace({math(body)}, {math(label)})"
        case Over(body, accent):
            named = ACCENTS.get(accent.glyph) if isinstance(accent, Op) else None
            stem = untinted(math, body)
            return f"{named}({stem})" if named else attached(f"limits({stem})", t=accent)
        case _:
            raise AssertionError(box)


def delimiter(glyph: str, side: str) -> str:
    """A fence that opens or closes; an absent one is nothing."""
    return f'class("{side}", {sign(glyph)})' if glyph else ""


def quotient(box: Diff) -> str:
    """d/dz, da/dz, or either with a round ∂."""
    d = "∂" if box.partial else "d"
    power = str(box.order) if box.order > 1 else None
    top = attached(d, t=power) + (f" {math(box.of)}" if box.of is not None else "")
    return f"frac({top}, {d} {attached(math(box.by), t=power)})"
