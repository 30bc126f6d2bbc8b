"""Drawings of ours as LaTeX that needs no package: lines as operators of PDF, which every engine passes on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from symgrad.document.diagrams import size
from symgrad.document.latex import PRINT, latex
from symgrad.document.spelling import tex_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from symgrad.document.diagrams import Label

    Matrix = tuple[float, float, float, float, float, float]
    Style = Mapping[str, str]

SPACE = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
DRAW = (
    r"\providecommand\sgdraw[1]{\ifdefined\XeTeXversion\special{pdf:content #1}\else"
    r"\ifdefined\pdfextension\pdfextension literal{q #1 Q}\else"
    r"\ifdefined\pdfliteral\pdfliteral{q #1 Q}\fi\fi\fi}"
)
WIDE = 440.0  # points of a line of ours
LARGE = 0.78  # points for each unit of a plot, which is drawn for a screen
USUAL = 0.7  # as above, of a graph
LETTERS = ((0.95, "normalsize"), (0.8, "small"), (0.7, "footnotesize"), (0.5, "scriptsize"), (0.0, "tiny"))
OPERATORS = {"M": "m", "L": "l", "C": "c", "Z": "h"}
WRITTEN = {"start": r"\rlap{%}", "middle": r"\hbox to 0pt{\hss %\hss}", "end": r"\llap{%}"}
UPRIGHT = 45.0  # degrees beyond which words stand on end
ROUND = 0.4477  # of a corner's radius: where a Bézier curve is pulled to


def side_by_side(svgs: Iterable[str], room: float) -> str:
    """Drawings in a row, as large as they fit."""
    every = list(svgs)
    scale = min(LARGE, room / sum(size(svg)[0] for svg in every))
    return "\n".join(picture(svg, scale) for svg in every)


def with_formulas(svg: str, labels: Iterable[Label], room: float) -> str:
    """A drawing with formulas in it."""
    wide, high = size(svg)
    scale = min(USUAL, room / wide)
    letters = next(name for least, name in LETTERS if scale >= least * USUAL)
    words = []
    for label in labels:
        at = f"{label.at[0] * scale:.1f},{(high - label.at[1]) * scale:.1f}"
        words.append(rf"\put({at}){{\makebox(0,0){{\{letters}${latex(label.box, PRINT)}$}}}}")
    return picture(svg, scale, "\n".join(words))


def picture(svg: str, scale: float, within: str = "") -> str:
    """A drawing as a `picture` of so many points for each of its units, with what else shall stand in it."""
    root = ET.fromstring(svg)  # noqa: S314 - drawn by us
    wide, high = (n * scale for n in size(svg))
    known = {e.attrib["id"]: e for e in root.iter() if "id" in e.attrib}
    lines: list[str] = []
    words: list[str] = []
    for kind, made in drawn(root, (scale, 0, 0, -scale, 0, high), {}, known):
        (lines if kind == "line" else words).append(made)
    parts = [r"\put(0,0){\sgdraw{1 j" + "\n" + "\n".join(filter(None, lines)) + "}}", *words, within]
    return f"\\begin{{picture}}({wide:.0f},{high:.0f})\n" + "\n".join(filter(None, parts)) + "\n\\end{picture}"


def drawn(e: ET.Element, m: Matrix, style: Style, known: Mapping[str, ET.Element]) -> Iterator[tuple[str, str]]:
    """An element and all inside it, as lines and words."""
    tag = e.tag.removeprefix(SPACE)
    if tag in {"defs", "clipPath"}:
        return
    m, style = moved(m, e.get("transform", "")), {**style, **looks(e.get("style", ""))}
    clip = known.get(e.get("clip-path", "")[5:-1])
    if clip is not None:
        yield "line", f"q {outline(clip[0], m)} W n"
    match tag:
        case "path" | "rect":
            yield "line", painted(outline(e, m), style, abs(m[3] or m[1]))
        case "use":
            at = moved(m, f"translate({e.get('x', '0')} {e.get('y', '0')})")
            yield from drawn(known[e.attrib[LINK][1:]], at, style, known)
        case "text" | "tspan":
            yield from written(e, m, style)
    for inner in e:
        yield from drawn(inner, m, style, known)
    if clip is not None:
        yield "line", "Q"


def looks(style: str) -> dict[str, str]:
    """A style by its names."""
    return {
        name.strip(): value.strip() for name, _, value in (part.partition(":") for part in style.split(";")) if value
    }


def moved(m: Matrix, transform: str) -> Matrix:
    """A matrix after the `translate`, `scale` and `rotate` of an element."""
    for name, inside in re.findall(r"(\w+)\(([^)]*)\)", transform):
        x, *rest = map(float, inside.replace(",", " ").split())
        match name:
            case "translate":
                m = times(m, (1, 0, 0, 1, x, rest[0] if rest else 0.0))
            case "scale":
                m = times(m, (x, 0, 0, rest[0] if rest else x, 0, 0))
            case "rotate":
                m = about(m, x, *(rest or (0.0, 0.0)))
    return m


def about(m: Matrix, degrees: float, x: float, y: float) -> Matrix:
    """A matrix after a turn about a point; ours are none, or a quarter."""
    s = 0.0 if abs(degrees) < UPRIGHT else degrees / abs(degrees)
    c = 1.0 - abs(s)
    return times(times(m, (c, s, -s, c, x, y)), (1, 0, 0, 1, -x, -y))


def times(m: Matrix, n: Matrix) -> Matrix:
    """First n, then m."""
    a, b, c, d, e, f = m
    return (
        a * n[0] + c * n[1], b * n[0] + d * n[1], a * n[2] + c * n[3], b * n[2] + d * n[3],
        a * n[4] + c * n[5] + e, b * n[4] + d * n[5] + f,
    )  # fmt: skip


def spot(m: Matrix, x: float, y: float) -> str:
    """A point where PDF has it."""
    return f"{m[0] * x + m[2] * y + m[4]:.2f} {m[1] * x + m[3] * y + m[5]:.2f}"


def outline(e: ET.Element, m: Matrix) -> str:
    """The path of an element as operators."""
    made = []
    for letter, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", e.get("d") or of_rect(e)):
        values = [float(n) for n in numbers.replace(",", " ").split()]
        points = [spot(m, *values[n : n + 2]) for n in range(0, len(values), 2)]
        made.append(" ".join([*points, OPERATORS[letter.upper()]]))
    return "\n".join(made)


def of_rect(e: ET.Element) -> str:
    """A rectangle as a path, its corners round if it says so."""
    x, y, w, h, r = (float(e.get(name, "0")) for name in ("x", "y", "width", "height", "rx"))
    if not r:
        return f"M{x} {y}L{x + w} {y}L{x + w} {y + h}L{x} {y + h}Z"
    k = r * ROUND
    return (
        f"M{x + r} {y}L{x + w - r} {y}C{x + w - k} {y} {x + w} {y + k} {x + w} {y + r}"
        f"L{x + w} {y + h - r}C{x + w} {y + h - k} {x + w - k} {y + h} {x + w - r} {y + h}"
        f"L{x + r} {y + h}C{x + k} {y + h} {x} {y + h - k} {x} {y + h - r}"
        f"L{x} {y + r}C{x} {y + k} {x + k} {y} {x + r} {y}Z"
    )


def painted(path: str, style: Style, scale: float) -> str:
    """A path filled and drawn as its style says; what shines through is as pale as it would be on white."""
    fill, line = (shares(part, style) for part in ("fill", "stroke"))
    if not (fill or line):
        return ""
    dashes = style.get("stroke-dasharray", "none")
    pattern = "" if dashes == "none" else " ".join(f"{float(n) * scale:.2f}" for n in dashes.split(","))
    wide = f"{float(style.get('stroke-width', '1')) * scale:.2f} w [{pattern}] 0 d {ends(style)} J"
    how = "B" if fill and line else "f" if fill else "S"
    return " ".join(filter(None, [fill and f"{fill} rg", line and f"{line} RG {wide}"])) + f"\n{path}\n{how}"


def ends(style: Style) -> int:
    """How a line ends, as PDF counts it."""
    return {"round": 1, "square": 2}.get(style.get("stroke-linecap", ""), 0)


def shares(part: str, style: Style) -> str:
    """The colour of a part as its shares of red, green and blue; "" for none."""
    colour = style.get(part, "none" if part == "stroke" else "#000000")
    if colour == "none":
        return ""
    thick = float(style.get("opacity", style.get(f"{part}-opacity", "1")))
    return " ".join(f"{1 - thick * (1 - int(colour[n : n + 2], 16) / 255):.3f}" for n in (1, 3, 5))


def written(e: ET.Element, m: Matrix, style: Style) -> Iterator[tuple[str, str]]:
    """Words at their place, in their size, on end if they are turned."""
    words = (e.text or "").strip()
    if not words:
        return
    x, y = (float(e.get(name, "0").split()[0]) for name in ("x", "y"))
    high = float(style.get("font-size", "10px").removesuffix("px")) * abs(m[3] or m[1])
    italic = r"\itshape" if style.get("font-style") == "italic" else ""
    letters = rf"\fontsize{{{high:.1f}}}{{{high:.1f}}}\selectfont{italic} {tex_words(words)}"
    shown = WRITTEN[style.get("text-anchor", "start")].replace("%", letters)
    turned = rf"\rotatebox{{90}}{{{shown}}}" if m[1] else shown
    yield "word", rf"\put({spot(m, x, y).replace(' ', ',')}){{{turned}}}"
