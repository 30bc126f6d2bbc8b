"""Boxes as LaTeX that amsmath understands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import name as character_name
from unicodedata import normalize

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
from symgrad.document.layout import width
from symgrad.document.remembered import remembered
from symgrad.document.spelling import TEX_BIG, TEX_FUNCTIONS, TEX_LETTERS, TEX_SIGNS, tex_words
from symgrad.document.tints import tint, untinted

FENCES = {"{": r"\{", "}": r"\}", "‖": r"\|", "⟨": r"\langle", "⟩": r"\rangle", "⌊": r"\lfloor", "⌋": r"\rfloor"}

ACCENTS = {"^": r"\hat", "¯": r"\bar", "‾": r"\overline", "―": r"\overline", "→": r"\vec", "~": r"\tilde", "˙": r"\dot"}


@dataclass(frozen=True, slots=True)
class Flavour:
    """What a reader of LaTeX knows: `cancel` the package of that name, `coloured` our marks and colours."""

    cancel: bool = True
    coloured: bool = False


PAPER = Flavour()
GITHUB = Flavour(cancel=False)  # its renderer forbids \operatorname and may not know \cancel
PRINT = Flavour(coloured=True)


@remembered
def latex(box: Box, flavour: Flavour = PAPER) -> str:
    """The formula in LaTeX, without dollars around it."""
    return written(box, flavour)


def written(box: Box, flavour: Flavour) -> str:
    """The same for a part of a formula."""
    return joined(parts(box, flavour))


def joined(found: list[str]) -> str:
    """Pieces with a space only where a control word would swallow the next letter."""
    out = ""
    for piece in found:
        if out and piece[:1].isalnum() and ends_in_control_word(out):
            out += " "
        out += piece
    return out


def ends_in_control_word(tex: str) -> bool:
    """Whether a letter right after `tex` would become part of its last command's name."""
    stem = tex.rstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return stem.endswith("\\") and stem != tex


def parts(box: Box, flavour: Flavour) -> list[str]:
    """The pieces of one box; the name of a quantity in its colour."""
    if flavour.coloured and (colour := tint(box)):
        return [rf"\sg{colour}{{{untinted(lambda b: joined(pieces(b, flavour)), box)}}}"]
    return pieces(box, flavour)


def pieces(box: Box, flavour: Flavour) -> list[str]:  # noqa: PLR0911 - one case for each kind of box
    """The same without the colour of its own."""
    match box:
        case Row(kids):
            return [piece for n, kid in enumerate(kids) for piece in (*thin(kids, n), *spaced(kid, flavour))]
        case Ident() | Num() | Op() | Text() | Space():
            return [leaf(box)]
        case Cases(rows):
            return [table("cases", [[written(v, flavour), written(c, flavour)] for v, c in rows])]
        case Aligned(rows):
            return [table("aligned", [[written(a, flavour), written(b, flavour)] for a, b in rows])]
        case Grid(rows, left, right):
            body = table("matrix", [[written(c, flavour) for c in line] for line in rows])
            return [rf"\left{fence(left)}{body}\right{fence(right)}"]
        case Mark(body, tone):
            inside = written(body, flavour)
            return [rf"\sg{tone}{{{inside}}}" if flavour.coloured else inside]
        case Cancel(body):
            return [crossed_out(body, flavour)]
        case _:
            return [composite(box, flavour)]


def crossed_out(body: Box, flavour: Flavour) -> str:
    r"""A struck factor; who does not know \cancel sees a rule through it, as long as it is about wide."""
    inside = written(body, flavour)
    if flavour.cancel:
        return rf"\cancel{{{inside}}}"
    return rf"{{\rlap{{\rule[0.3em]{{{width(body):.1f}em}}{{0.05em}}}}{inside}}}"


def thin(kids: tuple[Box, ...], n: int) -> list[str]:
    """TeX's thin space in front of a function that is named by a word which TeX does not know."""
    if not n or isinstance(kids[n - 1], Op | Space) or not is_word(kids[n]):
        return []
    return [r"\,"]


def is_word(box: Box) -> bool:
    """Whether a box begins with the name of a function, as a word."""
    match box:
        case Mark(body) | Cancel(body):
            return is_word(body)
        case Fn(Ident(name) as head) | Fn(Script(Ident(name) as head)) | Fn(Prime(Ident(name) as head)):
            return len(name) > 1 and identifier(head).startswith(r"\mathrm")
        case _:
            return False


def spaced(kid: Box, flavour: Flavour) -> list[str]:
    """A part of a row; binary operators get room around them for the eye that reads the source."""
    if isinstance(kid, Op) and not kid.prefix and kid.glyph not in {",", ";", "/", "!"}:
        return [" ", leaf(kid), " "]
    if isinstance(kid, Op) and kid.glyph in {",", ";"}:
        return [kid.glyph, " "]
    return parts(kid, flavour)


def leaf(box: Ident | Num | Op | Text | Space) -> str:
    """A box without boxes inside."""
    match box:
        case Ident():
            return identifier(box)
        case Num(digits):
            return digits if digits.isascii() and digits.isprintable() and is_number(digits) else text(digits)
        case Op(glyph):
            return TEX_SIGNS.get(glyph) or (glyph if glyph in OPERATORS else text(glyph))
        case Text(words):
            return text(words)
        case Space(ems):
            return r"\quad" if ems >= 1 else r"\;" if ems > 0.2 else r"\,"  # noqa: PLR2004 - TeX's own widths


OPERATORS = frozenset("+-=<>,;:/!.()[]|*")


def is_number(digits: str) -> bool:
    """Whether these characters may stand in maths mode as they are."""
    return all(c in "0123456789.e+-" for c in digits)


def text(words: str) -> str:
    r"""Words in a \text; what is mathematics in them stands between, for KaTeX and MathJax read no commands there."""
    return BETWEEN.sub(between, rf"\text{{{tex_words(words)}}}").replace(r"\text{}", "")


def between(found: re.Match[str]) -> str:
    r"""The end of a \text, one sign in the mathematics' own words, and another \text."""
    return rf"}}{{{found['ensured'] or SIGNS.get(found[0], found[0])}}}\text{{"


SIGNS = {
    r"\textless{}": "<", r"\textgreater{}": ">", r"\textbar{}": r"\vert", r"\textbackslash{}": r"\backslash",
    r"\dots{}": r"\dots", r"\S{}": r"\S", r"\textsuperscript{2}": "{}^2", r"\textsuperscript{3}": "{}^3",
}  # fmt: skip
BETWEEN = re.compile(
    r"\\ensuremath\{(?P<ensured>(?:[^{}]|\{[^{}]*\})*)\}|\\[_#$%&{}]|" + "|".join(re.escape(sign) for sign in SIGNS)
)


def identifier(box: Ident) -> str:
    """A name: its own LaTeX, a letter, a known function, or an upright word."""
    name = box.name
    if box.tex:
        return box.tex
    if name in TEX_LETTERS or name in TEX_SIGNS:
        return TEX_LETTERS.get(name) or TEX_SIGNS[name]
    if name in TEX_FUNCTIONS:
        return "\\" + name
    if len(name) == 1 and name.isascii() and name.isalpha():
        return rf"\mathrm{{{name}}}" if box.upright else name
    if name.isascii() and name.isalnum():
        return rf"\mathrm{{{name}}}"
    return styled(name) or text(name)


def styled(letter: str) -> str:
    """A letter of the mathematical alphabets, such as 𝐱, by the command that makes it; "" for any other."""
    plain = normalize("NFKC", letter)
    if len(letter) != 1 or not (plain.isascii() and plain.isalnum() and plain != letter):
        return ""
    described = character_name(letter, "")
    command = next((c for word, c in ALPHABETS.items() if word in described), "")
    return rf"\{command}{{{plain}}}" if command else ""


ALPHABETS = {
    "BOLD": "mathbf",
    "DOUBLE-STRUCK": "mathbb",
    "SCRIPT": "mathcal",
    "FRAKTUR": "mathfrak",
    "BLACK-LETTER": "mathfrak",
    "SANS-SERIF": "mathsf",
    "MONOSPACE": "mathtt",
    "ITALIC": "mathit",
}


def fence(glyph: str) -> str:
    r"""A delimiter after \left or \right; an absent one is a dot."""
    if not glyph:
        return "."
    spelt = FENCES.get(glyph, glyph if glyph in "()[]|" else "|")
    return spelt + " " if spelt[-1].isalpha() else spelt


def composite(box: Box, flavour: Flavour) -> str:  # noqa: C901, PLR0911, PLR0912 - one case for each kind of box
    """A box that has others inside."""

    def tex(inner: Box) -> str:
        return written(inner, flavour)

    def plain(inner: Box) -> str:
        return untinted(tex, inner)

    match box:
        case Frac(top, bottom):
            return rf"\frac{{{tex(top)}}}{{{tex(bottom)}}}"
        case Script(base, sub, sup, label):
            stem = tex(base)
            stem = stem if isinstance(base, Ident | Num | Fence | Fn | Over) else f"{{{stem}}}"
            above = "" if sup is None else plain(sup) if label else tex(sup)
            return stem + (f"_{{{plain(sub)}}}" if sub else "") + (f"^{{{above}}}" if sup else "")
        case Prime(base, order):
            stem = plain(base)
            return (stem if isinstance(base, Ident) and "^" not in stem else f"{{{stem}}}") + "'" * order
        case Root(body, index):
            return (rf"\sqrt[{tex(index)}]" if index else r"\sqrt") + f"{{{tex(body)}}}"
        case Fence(body, left, right, tall):
            if tall:
                return rf"\left{fence(left)}{tex(body)}\right{fence(right)}"
            return joined([fence(left).strip(), tex(body), fence(right).strip()])
        case Fn(head, argument):
            return joined([tex(head), tex(argument)])
        case Diff():
            return quotient(box, flavour)
        case At(body, point):
            return rf"\left.{tex(body)}\right|_{{{tex(point)}}}"
        case Big(glyph, lower, upper, body):
            limits = (f"_{{{plain(lower)}}}" if lower else "") + (f"^{{{plain(upper)}}}" if upper else "")
            return joined([TEX_BIG.get(glyph, r"\int") + limits + " ", tex(body)])
        case Under(body, label):
            return rf"\underbrace{{{tex(body)}}}_{{{tex(label)}}}"
        case Over(body, accent):
            named = ACCENTS.get(accent.glyph) if isinstance(accent, Op) else None
            return rf"{named}{{{plain(body)}}}" if named else rf"\overset{{{tex(accent)}}}{{{plain(body)}}}"
        case _:
            raise AssertionError(box)


def quotient(box: Diff, flavour: Flavour) -> str:
    """d/dz, da/dz, or either with a round ∂."""
    d = r"\partial" if box.partial else "d"
    power = f"^{{{box.order}}}" if box.order > 1 else ""
    top = joined([d + power, written(box.of, flavour)]) if box.of is not None else d + power
    return rf"\frac{{{top}}}{{{joined([d, written(box.by, flavour)])}{power}}}"


def table(environment: str, lines: list[list[str]]) -> str:
    """An environment of aligned cells."""
    body = r" \\ ".join(" & ".join(cells) for cells in lines)
    return rf"\begin{{{environment}}}{body}\end{{{environment}}}"
