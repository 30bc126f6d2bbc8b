"""Computation graphs outside a web page: drawn without a style sheet, formulas left to who prints them, or as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from symgrad.document.blocks import Diagram, Figure, Image
from symgrad.document.graph_drawing import EM, graph_svg
from symgrad.document.text import text
from symgrad.document.words import text_of
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.document.blocks import Block
    from symgrad.document.boxes import Box
    from symgrad.document.graph import Graph
    from symgrad.document.graph_drawing import Point

FLOWS = message("Computation graph: solid arrows forward, dashed arrows for the derivatives that flow back.")
LOOKS = {  # as page.css has them
    "rect": "fill: var(--card); stroke: currentColor; stroke-width: 1.4",
    "path": "fill: none; stroke: currentColor; stroke-width: 1.4; stroke-linecap: round",
    "on": "",
    "sought": "stroke-width: 2.6",
    "still": "stroke: var(--fig-grid)",
    "back": "stroke-dasharray: 4.5,4",
    "tip": "stroke-dasharray: none",
    "text": "font-size: 11px; font-family: inherit; fill: currentColor",
    "end": "text-anchor: end",
    "mid": "text-anchor: middle",
    "grid": "stroke: var(--fig-grid); stroke-width: 0.6",
    "bound": "stroke: var(--fig-grid); stroke-width: 3",
    "error": "stroke: var(--was); stroke-width: 4",
    "beyond": "stroke-width: 1.5",
}
LETTER = 8.5  # of text in a drawing, at most in the mean
RAISED = re.compile(r"\^(?:\(([^()]*)\)|(\w))")
SHEETED = re.compile(r'<svg class="\w+"')
DOT = re.compile(r"(?<=M)([\d.-]+ [\d.-]+)h0")
CLASSED = re.compile(r'<(\w+) class="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Label:
    """A formula about a point of a drawing, whose y grows downwards."""

    box: Box
    at: Point


class Svg(str):
    """A drawing that a notebook shows as such."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


def in_files(blocks: Iterable[Block], stem: str) -> tuple[list[Block], dict[str, str]]:
    """The blocks with every drawing as an image, and the files that these show."""
    files: dict[str, str] = {}
    found: list[Block] = []
    for block in blocks:
        match block:
            case Figure(drawings, caption):
                svgs, alt = drawings, text_of(caption)
            case Diagram(graph):
                svgs, alt, caption = (in_letters(graph),), graph.label, (FLOWS,)
            case _:
                found.append(block)
                continue
        for n, svg in enumerate(svgs, 1):
            name = f"{stem}-{len(files) + 1}.svg"
            files[name] = svg
            found.append(Image(name, alt, caption if n == len(svgs) else ()))
    return found, files


def size(svg: str) -> tuple[float, float]:
    """How wide and how high a drawing is, in its own units."""
    box = svg[svg.index('viewBox="') + 9 :].partition('"')[0]
    _, _, wide, high = map(float, box.split())
    return wide, high


def lines_and_labels(graph: Graph) -> tuple[str, tuple[Label, ...]]:
    """The drawing without its formulas, and these with their places."""
    labels: list[Label] = []

    def kept(box: Box, at: Point, _wide: float, _high: float, _kind: str) -> str:
        labels.append(Label(box, at))
        return ""

    return styled(graph_svg(graph, kept)), tuple(labels)


def mermaid(graph: Graph) -> str:
    """The graph as text that GitHub and JupyterLab draw: solid arrows forward, dashed ones for the derivatives."""
    lines = ["flowchart LR"]
    for n, node in enumerate(graph.nodes):
        back = f" ← {text(node.back)}" if node.back else ""
        lines.append(f"  n{n}[{quoted(text(node.box) + back)}]")
    lines += [f"  n{e.source} --> n{e.target}" for e in graph.edges]
    for e in graph.edges:
        if e.flows:
            slope = f"|{quoted(text(e.slope))}|" if e.slope is not None else ""
            lines.append(f"  n{e.target} -.->{slope} n{e.source}")
    return "\n".join(lines)


def quoted(words: str) -> str:
    """Words for mermaid, in which no character is markup."""
    return '"' + "".join(c if c.isalnum() or c in " ()=+−·,′/∂" else f"#{ord(c)};" for c in words) + '"'


def in_letters(graph: Graph) -> str:
    """The drawing for readers that take SVG, not MathML in it: its formulas are text, and the frame has room for it."""
    sides: list[float] = []

    def kept(box: Box, at: Point, _wide: float, _high: float, _kind: str) -> str:
        words, half = text(box), LETTER * len(text(box)) / 2
        sides.extend((at[0] - half, at[0] + half))
        looks = (
            f"font-size: {EM - 2:g}px; font-family: inherit; font-style: italic; text-anchor: middle; "
            "fill: currentColor"
        )
        raised = RAISED.sub(lambda m: f'<tspan dy="-6" font-size="11">{m[1] or m[2]}</tspan>', escape(words))
        level = raised.replace("</tspan>", '</tspan><tspan dy="6">\u200b</tspan>')
        return f'<text style="{looks}" x="{at[0]:.1f}" y="{at[1] + EM / 3:.1f}">{level}</text>'

    svg = styled(graph_svg(graph, kept))
    wide, high = size(svg)
    left, right = min(0.0, *sides), max(wide, *sides)
    frame = f'viewBox="{left:.0f} 0 {right - left:.0f} {high:g}" width="{right - left:.0f}" height="{high:g}"'
    return re.sub(r'viewBox="[^"]*" width="[^"]*" height="[^"]*"', frame, svg, count=1)


def styled(svg: str) -> str:
    """A drawing without the style sheet of a page: every element says what it looks like, and a dot is a line."""

    def style(found: re.Match[str]) -> str:
        looks = [LOOKS[found[1]], *(LOOKS.get(kind, f"stroke: var(--{kind})") for kind in found[2].split())]
        return f'<{found[1]} style="{"; ".join(filter(None, looks))}"'

    return CLASSED.sub(style, DOT.sub(r"\1L\1", SHEETED.sub("<svg", svg)))
