"""Boxes as words to be read aloud, in the language that is spoken: what is said where MathML can't be read."""

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
)
from symgrad.document.spelling import GREEK_NAMES
from symgrad.words import clauses, enumerated, message, say

SIGNS = {
    "+": message("plus", context="speech"),
    "−": message("minus", context="speech"),
    "=": message("equals", context="speech"),
    "·": message("times", context="speech"),
    "×": message("times", context="speech"),
    "/": message("over", context="speech"),
    "<": message("is less than", context="speech"),
    ">": message("is greater than", context="speech"),
    "≤": message("is at most", context="speech"),
    "≥": message("is at least", context="speech"),
    "≠": message("is not equal to", context="speech"),
    "≈": message("is about", context="speech"),
    "→": message("tends to", context="speech"),
    "∈": message("is in", context="speech"),
    ",": message(",", context="speech"),
    ";": message("; with parameter", context="speech"),
    "∂": message("partial", context="speech"),
    "⊙": message("Hadamard product", context="speech"),
    "⇒": message("implies", context="speech"),
    "±": message("plus or minus", context="speech"),
    "∘": message("composed with", context="speech"),
    "∼": message("behaves like", context="speech"),
    "∧": message("and", context="speech"),
    "∨": message("or", context="speech"),
    "↦": message("maps to", context="speech"),
    "∖": message("without", context="speech"),
    "∪": message("united with", context="speech"),
}

NAMES = {
    "ln": message("the natural log of", context="speech"),
    "∞": message("infinity", context="speech"),
    "ℝ": message("the reals", context="speech"),
    "sgn": message("the sign of", context="speech"),
    "max": message("the maximum of", context="speech"),
    "min": message("the minimum of", context="speech"),
    "exp": message("the exponential of", context="speech"),
    "erf": message("the error function of", context="speech"),
}

ACCENTS = {
    "^": message("hat", context="speech"),
    "¯": message("bar", context="speech"),
    "~": message("tilde", context="speech"),
    "˙": message("dot", context="speech"),
}

BIG = {
    "∫": message("the integral", context="speech"),
    "∑": message("the sum", context="speech"),
    "∏": message("the product", context="speech"),
}

ORDERS = {
    1: message("derivative", context="speech"),
    2: message("second derivative", context="speech"),
    3: message("third derivative", context="speech"),
}


HAN = "[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"
BLANK = re.compile(f"(?<={HAN}) (?=.)|(?<=.) (?={HAN})")  # Chinese is written without
TWICE = re.compile("[,，] ?(?=[,，;；])")  # the end of one part and of the part around it


def speech(box: Box) -> str:
    """The formula as a sentence without a full stop."""
    words = " ".join(said(box).replace(" ,", ",").replace(" ;", ";").split())
    return TWICE.sub("", BLANK.sub("", words)).rstrip("，")


def said(box: Box) -> str:  # noqa: C901, PLR0911, PLR0912 - one case for each kind of box
    """The words of one box."""
    match box:
        case Row(kids):
            return " ".join(map(said, kids))
        case Ident(name):
            return spoken_name(name)
        case Num(digits):
            return digits
        case Op("−", True):
            return say(message("minus", context="speech of a sign"))
        case Op(glyph):
            return say(SIGNS.get(glyph, glyph))
        case Text(words):
            return say(words)
        case Space():
            return ""
        case Mark(body):
            return said(body)
        case Cancel(body):
            return say(message("crossed out {factor}, end crossed out,", context="speech", factor=said(body)))
        case Cases(rows):
            lines = clauses(message("{value}, {when}", context="speech", value=said(v), when=said(c)) for v, c in rows)
            return say(message("the cases: {cases}; end of cases", context="speech", cases=lines))
        case Aligned(rows):
            return say(clauses(f"{said(a)} {said(b)}" for a, b in rows))
        case Grid(rows):
            lines = clauses(enumerated(map(said, line)) for line in rows)
            return say(message("the table: {rows}", context="speech", rows=lines))
        case _:
            return composite(box)


def spoken_name(name: str) -> str:
    """A letter by its name, a capital said to be one."""
    if name in NAMES:
        return say(NAMES[name])
    greek = GREEK_NAMES.get(name, "")
    if greek[:1].isupper() or (len(name) == 1 and name.isupper()):
        return say(message("capital {letter}", context="speech", letter=greek.lower() or name))
    return greek or name


def composite(box: Box) -> str:  # noqa: C901, PLR0911, PLR0912 - one case for each kind of box
    """A box that has others inside."""
    match box:
        case Frac():
            return divided(box)
        case Script(base, sub, sup, label):
            whole = said(base)
            if sub is not None:
                whole = say(message("{base} sub {index}", context="speech", base=whole, index=said(sub)))
            return whole if sup is None else marked(whole, sup) if label else powered(whole, sup)
        case Prime(base, order):
            return primed(said(base), order)
        case Root(body, None):
            return say(message("the square root of {body}, end root,", context="speech", body=said(body)))
        case Root(body, index):
            degree = said(index or EMPTY)
            return say(message("the {n}th root of {body}, end root,", context="speech", n=degree, body=said(body)))
        case Fence(body, "|", "|"):
            return say(message("the absolute value of {body}, end absolute value,", context="speech", body=said(body)))
        case Fence(body):
            return say(message("open paren {body} close paren", context="speech", body=said(body)))
        case Fn(head, argument):
            return applied(head, argument)
        case Diff():
            return differentiated(box)
        case At(body, point):
            return say(message("{body} at {point}", context="speech", body=said(body), point=said(point)))
        case Big():
            return summed(box)
        case Under(body, label):
            return say(message("{body}, which is {label},", context="speech", body=said(body), label=said(label)))
        case Over(body, accent):
            named = ACCENTS.get(accent.glyph) if isinstance(accent, Op) else None
            if named:
                return say(message("{letter} {accent}", context="speech", letter=said(body), accent=named))
            return say(message("{body} with {accent} above", context="speech", body=said(body), accent=said(accent)))
        case _:
            raise AssertionError(box)


def divided(box: Frac) -> str:
    """A fraction; one of two numbers needs no end."""
    top, bottom = said(box.top), said(box.bottom)
    if isinstance(box.top, Num) and isinstance(box.bottom, Num):
        return say(message("{top} over {bottom}", context="speech", top=top, bottom=bottom))
    return say(
        message(
            "the fraction with numerator {top} and denominator {bottom}, end fraction,",
            context="speech",
            top=top,
            bottom=bottom,
        )
    )


def applied(head: Box, argument: Box) -> str:
    """A function of something: `sigma of z`, without the parentheses where one letter stands in them."""
    inside = argument.body if isinstance(argument, Fence) else argument
    body = said(inside) if isinstance(inside, Ident | Num | Script) else said(argument)
    if isinstance(head, Ident) and head.name in NAMES:
        return f"{said(head)} {body}"
    return say(message("{function} of {argument}", context="speech", function=said(head), argument=body))


def primed(base: str, order: int) -> str:
    """A letter with one dash, or with two."""
    if order == 1:
        return say(message("{letter} prime", context="speech", letter=base))
    return say(message("{letter} double prime", context="speech", letter=base))


def differentiated(box: Diff) -> str:
    """A derivative, or the operator that takes one."""
    kind = ORDERS.get(box.order) or message("derivative of order {n}", context="speech", n=box.order)
    if box.partial:
        kind = message("partial {derivative}", context="speech", derivative=kind)
    by = said(box.by)
    if box.of is None:
        return say(message("the {derivative} with respect to {by} of", context="speech", derivative=kind, by=by))
    of = said(box.of)
    return say(
        message("the {derivative} of {of} with respect to {by}", context="speech", derivative=kind, of=of, by=by)
    )


def summed(box: Big) -> str:
    """A sum, a product or an integral, with its limits."""
    kind, body = BIG.get(box.glyph, BIG["∑"]), said(box.body)
    low, high = (said(b) if b is not None else "" for b in (box.lower, box.upper))
    if low and high:
        limits = {"low": low, "high": high}
        return say(message("{kind} from {low} to {high} of {body}", context="speech", kind=kind, body=body, **limits))
    if low:
        return say(message("{kind} over {low} of {body}", context="speech", kind=kind, low=low, body=body))
    return say(message("{kind} of {body}", context="speech", kind=kind, body=body))


def marked(base: str, sup: Box) -> str:
    """A mark at a letter's shoulder: a layer's number, or the sign of the transpose."""
    if sup == Ident("⊤"):
        return say(message("{letter} transposed", context="speech", letter=base))
    return say(message("{letter} superscript {mark}", context="speech", letter=base, mark=said(sup)))


def powered(base: str, sup: Box) -> str:
    """What is said of an exponent."""
    match sup:
        case Num("2"):
            return say(message("{base} squared", context="speech", base=base))
        case Num("3"):
            return say(message("{base} cubed", context="speech", base=base))
        case _:
            return say(message("{base} to the power {n}, end power,", context="speech", base=base, n=said(sup)))
