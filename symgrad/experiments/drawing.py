"""Curves with bands, as SVG that is the same text for the same numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

INK = "#010203"  # no curve has this colour: it is replaced by that of the text around the drawing
COLOURS = ("#2a78c2", "#d1603d", "#3b9c5f", "#9a63c4", "#b8860b", "#d14d8b", "#4fa3a8", "#7f7f7f")
WIDE, HIGH, SQUARE = 3.6, 2.9, 2  # inches of one panel; so many stand side by side
STYLES = ("-", "-.", ":")  # where the colours are used up
Numbers = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One curve with the band of its spread; `theory` is drawn dashed. A value that is not finite is left out."""

    label: str
    x: Numbers
    middle: Numbers
    low: Numbers = ()
    high: Numbers = ()
    theory: Numbers = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves over one pair of axes."""

    title: str
    across: str
    up: str
    lines: tuple[Line, ...]


def draw(title: str, panels: Sequence[Panel], uid: str) -> str:
    """All panels as one SVG element with a name for screen readers; ids begin with `uid`."""
    columns = min(len(panels), SQUARE) if len(panels) != 3 else 3  # noqa: PLR2004 - three fit in a row
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(WIDE * columns, HIGH * rows), layout="constrained")
    FigureCanvasSVG(figure)
    for axes, panel in zip(np.ravel(figure.subplots(rows, columns, squeeze=False)), panels, strict=False):
        fill(axes, panel)
    for axes in figure.axes[len(panels) :]:
        axes.set_axis_off()
    out = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": uid}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return clean(out.getvalue(), title, uid)


def fill(axes: Any, panel: Panel) -> None:
    """The curves of one panel and their legend."""
    for number, line in enumerate(panel.lines):
        curve(axes, line, COLOURS[number % len(COLOURS)], STYLES[number // len(COLOURS) % len(STYLES)])
    axes.set_title(panel.title, color=INK, fontsize=10, loc="left")
    axes.set_xlabel(panel.across, color=INK, fontsize=9)
    axes.set_ylabel(panel.up, color=INK, fontsize=9)
    axes.tick_params(colors=INK, labelsize=8)
    for side, spine in axes.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(INK)
    axes.legend(fontsize=7.5, frameon=False, labelcolor=INK)


def curve(axes: Any, line: Line, colour: str, style: str) -> None:
    """One curve: its band, its middle, and the theory dashed."""
    if line.low:
        axes.fill_between(line.x, finite(line.low), finite(line.high), color=colour, alpha=0.2, lw=0)
    axes.plot(line.x, finite(line.middle), color=colour, lw=1.6, ls=style, label=line.label)
    if line.theory:
        axes.plot(line.x, finite(line.theory), color=INK, lw=0.9, dashes=(3, 3))


def finite(values: Sequence[float]) -> Any:
    """The values with gaps where they are not finite."""
    found = np.asarray(values, float)
    return np.where(np.isfinite(found), found, np.nan)


def clean(svg: str, title: str, uid: str) -> str:
    """One element: no prolog, no style sheet, ids of its own, the ink of what is around it."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL)
    svg = svg.replace(INK, "currentColor")
    svg = re.sub(r'\bid="', f'id="{uid}-', svg)
    svg = svg.replace("url(#", f"url(#{uid}-").replace('href="#', f'href="#{uid}-')
    head = f'<svg role="img" aria-label="{escape(title, quote=True)}" fill="none" '
    return svg.replace("<svg ", head, 1)
