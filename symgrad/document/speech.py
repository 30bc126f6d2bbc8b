"""Boxes as English to be read aloud: what a screen reader says where it can't read MathML."""

from __future__ import annotations

from symgrad.document.boxes import (
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
from symgrad.document.spelling import GREEK_NAMES

SIGNS = {
    "+": "plus", "−": "minus", "=": "equals", "·": "times", "×": "times", "/": "over", "<": "is less than",
    ">": "is greater than", "≤": "is at most", "≥": "is at least", "≠": "is not equal to", "≈": "is about",
    "→": "tends to", "∈": "is in", ",": ",", ";": "; with parameter", "∂": "partial", "⊙": "Hadamard product",
    "⇒": "implies", "±": "plus or minus", "∘": "composed with", "∼": "behaves like", "∧": "and", "∨": "or",
    "↦": "maps to", "∖": "without", "∪": "united with",
}  # fmt: skip

NAMES = {
    "ln": "the natural log of", "∞": "infinity", "ℝ": "the reals", "sgn": "the sign of", "max": "the maximum of",
    "min": "the minimum of", "exp": "the exponential of", "erf": "the error function of",
}  # fmt: skip

ACCENTS = {"^": "hat", "¯": "bar", "~": "tilde", "˙": "dot"}

BIG = {"∫": "the integral", "∑": "the sum", "∏": "the product"}

ORDERS = {1: "derivative", 2: "second derivative", 3: "third derivative"}


def speech(box: Box) -> str:
    """The formula as a sentence without a full stop."""
    return " ".join(say(box).replace(" ,", ",").replace(" ;", ";").split())


def say(box: Box) -> str:  # noqa: C901, PLR0911 - one case for each kind of box
    """The words of one box."""
    match box:
        case Row(kids):
            return " ".join(map(say, kids))
        case Ident(name):
            return spoken_name(name)
        case Num(digits):
            return digits
        case Op(glyph):
            return SIGNS.get(glyph, glyph)
        case Text(words):
            return words
        case Space():
            return ""
        case Mark(body):
            return say(body)
        case Cancel(body):
            return f"crossed out {say(body)}, end crossed out,"
        case Cases(rows):
            return "the cases: " + "; ".join(f"{say(v)}, {say(c)}" for v, c in rows) + "; end of cases"
        case Aligned(rows):
            return "; ".join(f"{say(a)} {say(b)}" for a, b in rows)
        case Grid(rows):
            return "the table: " + "; ".join(", ".join(map(say, line)) for line in rows)
        case _:
            return composite(box)


def spoken_name(name: str) -> str:
    """A letter by its name, a capital said to be one."""
    if name in NAMES:
        return NAMES[name]
    if name in GREEK_NAMES:
        greek = GREEK_NAMES[name]
        return f"capital {greek.lower()}" if greek[0].isupper() else greek
    return f"capital {name}" if len(name) == 1 and name.isupper() else name


def composite(box: Box) -> str:  # noqa: C901, PLR0911, PLR0912 - one case for each kind of box
    """A box that has others inside."""
    match box:
        case Frac(Num(top), Num(bottom)):
            return f"{top} over {bottom}"
        case Frac(top, bottom):
            return f"the fraction with numerator {say(top)} and denominator {say(bottom)}, end fraction,"
        case Script(base, sub, sup, label):
            index = f" sub {say(sub)}" if sub else ""
            return say(base) + index + ("" if sup is None else mark(sup) if label else power(sup))
        case Prime(base, order):
            return f"{say(base)} {'double ' if order == 2 else ''}prime"  # noqa: PLR2004 - two dashes
        case Root(body, index):
            return f"the {say(index) + 'th' if index else 'square'} root of {say(body)}, end root,"
        case Fence(body, "|", "|"):
            return f"the absolute value of {say(body)}, end absolute value,"
        case Fence(body):
            return f"open paren {say(body)} close paren"
        case Fn(head, argument):
            return applied(head, argument)
        case Diff(of, by, partial, order):
            kind = f"{'partial ' if partial else ''}{ORDERS.get(order, f'derivative of order {order}')}"
            what = f" of {say(of)}" if of is not None else ""
            return f"the {kind}{what} with respect to {say(by)}" + ("" if of is not None else " of")
        case At(body, point):
            return f"{say(body)} at {say(point)}"
        case Big(glyph, lower, upper, body):
            limits = (f" from {say(lower)}" if lower else "") + (f" to {say(upper)}" if upper else "")
            return f"{BIG.get(glyph, 'the sum')}{limits} of {say(body)}"
        case Under(body, label):
            return f"{say(body)}, which is {say(label)},"
        case Over(body, accent):
            named = ACCENTS.get(accent.glyph) if isinstance(accent, Op) else None
            return f"{say(body)} {named}" if named else f"{say(body)} with {say(accent)} above"
        case _:
            raise AssertionError(box)


def applied(head: Box, argument: Box) -> str:
    """A function of something: `sigma of z`, without the parentheses where one letter stands in them."""
    inside = argument.body if isinstance(argument, Fence) else argument
    body = say(inside) if isinstance(inside, Ident | Num | Script) else say(argument)
    name = say(head)
    return f"{name} {body}" if name.endswith(" of") else f"{name} of {body}"


def mark(sup: Box) -> str:
    """What is said of a mark at a letter's shoulder: a layer's number, or the sign of the transpose."""
    return " transposed" if sup == Ident("⊤") else f" superscript {say(sup)}"


def power(sup: Box) -> str:
    """What is said of an exponent."""
    match sup:
        case Num("2"):
            return " squared"
        case Num("3"):
            return " cubed"
        case _:
            return f" to the power {say(sup)}, end power,"
