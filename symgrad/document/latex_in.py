"""LaTeX that people hand in, as boxes: whatever it says, each printer escapes it as it does our own formulas."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from latex2mathml.converter import convert_to_element

from symgrad.core import SymgradError
from symgrad.document.boxes import (
    Aligned,
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
    fenced,
    row,
)
from symgrad.document.spelling import TEX_FUNCTIONS, TEX_LETTERS

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


class LatexError(SymgradError):
    """LaTeX in a note that can't be shown: what is wrong with it, and what to write instead."""

    def __init__(self, tex: str, problem: str) -> None:
        shown = "".join(c if c.isprintable() else "\ufffd" for c in tex[:80])
        super().__init__(f"the formula ${shown}$ {problem}")


LONGEST = 2000  # characters of one handed-in formula

PAIRS = {"(": ")", "[": "]", "{": "}"}

REWRITES = (
    (re.compile(r"\\(begin|end)\{(?:aligned|split)\}"), r"\\\1{align*}"),
    (re.compile(r"\\(begin)\{gathered\}"), r"\\begin{array}{c}"),
    (re.compile(r"\\(end)\{gathered\}"), r"\\end{array}"),
    (re.compile(r"\\\\\s*\[[^\]]*\]"), r"\\\\"),
    (re.compile(r"\\not\s*="), r"\\neq "),
    (re.compile(r"\\operatorname\*"), r"\\operatorname"),
    (re.compile(r"\\bm\b"), r"\\boldsymbol"),
    (re.compile(r"\\dfrac|\\tfrac"), r"\\frac"),
    (re.compile(r"\\!"), ""),
)


@lru_cache(maxsize=512)
def read(tex: str) -> Box:
    """The boxes of a LaTeX formula; LatexError where it is broken or uses what we do not know."""
    require_balance(tex)
    for pattern, written in REWRITES:
        tex = pattern.sub(written, tex)
    try:
        return Reader(tex).element(convert_to_element(tex))
    except LatexError:
        raise
    except Exception as problem:  # the converter raises a dozen kinds, none of them documented
        raise LatexError(tex, f"can't be read ({type(problem).__name__}); check its arguments") from problem


def require_balance(tex: str) -> None:  # noqa: C901 - one case for each kind
    r"""Raise LatexError unless braces, \left and \right, and environments are closed in order."""
    if len(tex) > LONGEST:
        raise LatexError(tex, f"is longer than {LONGEST} characters; split it")
    if "\0" in tex or "$" in tex.replace(r"\$", ""):
        raise LatexError(tex, "holds a character that has no place in a formula; remove it")
    depth = 0
    for token in re.findall(r"\\.|[{}]", tex, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth < 0:
            raise LatexError(tex, "closes a brace that was not opened; balance its braces")
    if depth:
        raise LatexError(tex, "opens a brace that is not closed; balance its braces")
    if len(re.findall(r"\\left(?![a-zA-Z])", tex)) != len(re.findall(r"\\right(?![a-zA-Z])", tex)):
        raise LatexError(tex, r"has a \left without its \right; give each its partner")
    open_environments: list[str] = []
    for which, name in re.findall(r"\\(begin|end)\{([^{}]*)\}", tex):
        if which == "begin":
            open_environments.append(name)
        elif not open_environments or open_environments.pop() != name:
            raise LatexError(tex, rf"ends {name} where it was not begun; match \begin and \end")
    if open_environments:
        raise LatexError(tex, rf"never ends {open_environments[-1]}; add \end{{{open_environments[-1]}}}")


class Reader:
    """One formula being read from the converter's tree."""

    def __init__(self, tex: str) -> None:
        self.tex = tex

    def element(self, e: Element) -> Box:  # noqa: PLR0911 - one case for each kind
        """The box of an element."""
        match e.tag:
            case "math" | "mrow" | "mstyle" | "mtd" | "mpadded":
                return self.row(list(e))
            case "mi" | "mn" | "mo" | "mtext" | "mspace":
                return self.leaf(e)
            case "mfrac" if e.get("linethickness") == "0":
                top, bottom = map(self.element, e)
                return Grid(((top,), (bottom,)), "", "")
            case "mfrac":
                top, bottom = map(self.element, e)
                return quotient(top, bottom)
            case "msqrt":
                return Root(self.row(list(e)))
            case "mroot":
                body, index = map(self.element, e)
                return Root(body, index)
            case "msub" | "msup" | "msubsup" | "munder" | "mover" | "munderover":
                return self.scripted(e)
            case "mtable":
                return self.table(e)
            case "menclose" if "strike" in e.get("notation", ""):
                return Cancel(self.row(list(e)))
            case _:
                raise LatexError(self.tex, f"needs <{e.tag}>, which browsers do not draw; write it another way")

    def leaf(self, e: Element) -> Box:
        """A letter, number, sign, or words."""
        content = html.unescape(e.text or "")
        if e.tag == "mspace":
            width = e.get("width", "")
            found = re.fullmatch(r"([\d.]+)em", width)
            return Space(float(found[1])) if found else Row(())
        if content.startswith("\\"):
            raise LatexError(self.tex, f"uses {content}, which is not known here; write it another way")
        match e.tag:
            case "mtext":
                return Text(re.sub(r"\\([_%#&${}])", r"\1", content))
            case "mn":
                return Num(content)
            case "mi":
                upright = e.get("mathvariant") == "normal" and len(content) == 1
                bold = (e.get("mathvariant") or "").startswith("bold")
                return Ident(bolder(content) if bold else content, upright=upright) if content else Row(())
            case _:
                if content.isalpha() and content.isascii():
                    return Ident(content, upright=len(content) == 1)
                letter = content in TEX_LETTERS or content == "⊤"
                return Ident(content) if letter else Op(content) if content else Row(())

    def row(self, elements: list[Element]) -> Box:
        """Parts side by side: words put together, parentheses paired, signs told from differences."""
        if elements and all(e.tag == "mi" and e.get("mathvariant") == "normal" for e in elements):
            return Ident("".join(html.unescape(e.text or "") for e in elements), upright=True)
        kids: list[Box] = []
        for e in elements:
            box = self.element(e)
            kids.extend(box.kids if isinstance(box, Row) else [box])
        return row(*applied(signed(paired(swept(kids)))))

    def scripted(self, e: Element) -> Box:
        """Indices and powers; dashes, accents, braces and the limits of sums are told apart."""
        base, *rest = map(self.element, e)
        low = rest[0] if e.tag in {"msub", "msubsup", "munder", "munderover"} else None
        high = rest[-1] if e.tag in {"msup", "msubsup", "mover", "munderover"} else None
        if isinstance(base, Op) and base.glyph in {"∑", "∏", "∫"}:
            return Big(base.glyph, low, high, Row(()))
        if isinstance(high, Ident | Op) and high_glyph(high) in PRIMES and low is None:
            return Prime(base, PRIMES[high_glyph(high)])
        if e.tag == "munder" and low is not None:
            if isinstance(low, Op) and low.glyph == "⏟":
                return base
            inside = e[0]
            braced = inside.tag == "munder" and html.unescape(inside[-1].text or "") == "⏟"
            return Under(base, low) if braced else Script(base, low)
        if e.tag == "mover" and high is not None:
            return Over(base, high)
        return Script(base, low, high)

    def table(self, e: Element) -> Box:
        """A table: lines with a relation in common, or cells."""
        rows = tuple(tuple(self.element(cell) for cell in line) for line in e)
        if e.get("displaystyle") == "true":
            return Aligned(tuple((r[0], row(*r[1:])) for r in rows))
        return Grid(rows, "", "")


PRIMES = {"′": 1, "″": 2, "‴": 3, "'": 1}


def high_glyph(box: Ident | Op) -> str:
    """The character of a mark above."""
    return box.name if isinstance(box, Ident) else box.glyph


def bolder(letters: str) -> str:
    """Letters in mathematical bold, which browsers draw without being told."""
    out = ""
    for c in letters:
        start = 0x1D400 - ord("A") if "A" <= c <= "Z" else 0x1D41A - ord("a") if "a" <= c <= "z" else 0
        out += chr(ord(c) + start)
    return out


def paired(kids: list[Box]) -> list[Box]:
    """Parentheses and what is between them as one; a brace before a table makes it cases."""
    out: list[Box] = []
    opened: list[tuple[str, int]] = []
    for kid in kids:
        end = kid.base if isinstance(kid, Script) else kid  # a bracket may close under a power: (u)^2
        glyph = end.glyph if isinstance(end, Op) else ""
        bar = glyph == "|" and any(g == "|" for g, _ in opened)
        if opened and (glyph == PAIRS.get(opened[-1][0]) or (bar and opened[-1][0] == "|")):
            left, start = opened.pop()
            inside = row(*applied(signed(out[start + 1 :])))
            whole = closed(left, glyph, inside)
            out[start:] = [replace(kid, base=whole) if isinstance(kid, Script) else whole]
            continue
        if isinstance(kid, Grid) and out and out[-1] == Op("{"):
            opened = [o for o in opened if o[1] != len(out) - 1]
            out[-1] = Cases(tuple((r[0], row(*r[1:])) for r in kid.rows))
            continue
        if glyph in PAIRS or (glyph == "|" and not bar):
            opened.append((glyph, len(out)))
        out.append(kid)
    return out


def swept(kids: list[Box]) -> list[Box]:
    """A sum or integral takes the rest of its row as its body."""
    for n, kid in enumerate(kids):
        if isinstance(kid, Big) and kid.body == Row(()):
            return [*kids[:n], replace(kid, body=row(*applied(signed(paired(swept(kids[n + 1 :]))))))]
    return kids


def quotient(top: Box, bottom: Box) -> Box:
    """A fraction; dJ/da is a derivative."""
    match top, bottom:
        case Row((Ident(("d" | "∂") as d), of)), Row((Ident(below), by)) if below == d:
            return Diff(of, by, partial=d == "∂")
        case Ident(("d" | "∂") as d), Row((Ident(below), by)) if below == d:
            return Diff(None, by, partial=d == "∂")
        case _:
            return Frac(top, bottom)


def closed(left: str, right: str, inside: Box) -> Box:
    """What stands between two fences; a table takes them as its own."""
    if isinstance(inside, Grid):
        return Grid(inside.rows, left, right)
    return fenced(inside, left, right)


def signed(kids: list[Box]) -> list[Box]:
    """A minus that begins a row or follows a sign belongs to what comes next."""
    out: list[Box] = []
    for kid in kids:
        leads = not out or (isinstance(out[-1], Op) and out[-1].glyph not in {"!", "′", "|"})
        out.append(Op(kid.glyph, prefix=True) if kid in {Op("−"), Op("+"), Op("±")} and leads else kid)
    return out


def applied(kids: list[Box]) -> list[Box]:
    """A function's name and what follows it as one."""
    out: list[Box] = []
    for kid in kids:
        head = out[-1] if out else None
        name = head.base if isinstance(head, Script | Prime) else head
        if head is not None and isinstance(name, Ident) and is_function(name.name) and takes(kid):
            out[-1] = Fn(head, kid)
        else:
            out.append(kid)
    return out


def is_function(name: str) -> bool:
    """Whether a word is applied to what follows it."""
    return name in TEX_FUNCTIONS or (len(name) > 1 and name.isalpha() and name.isascii())


def takes(argument: Box) -> bool:
    """What a function's name may be applied to."""
    return isinstance(argument, Fence | Ident | Script | Num | Frac)
