"""Several curves over one pair of axes, as SVG that takes the page's colours."""

from __future__ import annotations

from functools import lru_cache
from io import StringIO
from itertools import cycle
from typing import TYPE_CHECKING
from warnings import catch_warnings, filterwarnings

import matplotlib as mpl
import numpy as np
from markupsafe import Markup
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from symgrad.document.plots import CURVE, GRID, INK, SAMPLES, SHADE, clean, numbers
from symgrad.document.same import Same
from symgrad.words import enumerated, language, message, say

if TYPE_CHECKING:
    from symgrad.core import Document, Drawing

STYLES = ((CURVE, "-"), (SHADE, "--"), (INK, ":"), (INK, "-."), (CURVE, ":"), (SHADE, "-"))
LARGEST = 1e6  # what lies beyond is left out


def drawings_of(document: Document) -> tuple[Markup, ...]:
    """The drawings of a document, each with ids of its own."""
    return tuple(
        Markup(drawn_once(Same(d), f"{document.name}-drawing-{n}", language()))  # noqa: S704 - drawn by us, labels escaped
        for n, d in enumerate(document.drawings, 1)
    )


@lru_cache(maxsize=64)
def drawn_once(same: Same[Drawing], uid: str, lang: str) -> str:  # noqa: ARG001 - a drawing has words in it
    """A drawing for every format that shows it, and every form of a page that is tried."""
    return draw(same.value, uid)


def draw(drawing: Drawing, uid: str) -> str:
    """One drawing as an SVG element."""
    figure = Figure(figsize=(4.2, 3.0))
    FigureCanvasSVG(figure)
    named = 0.04 * any(drawing.axes)  # what the names of the axes take
    axes = figure.add_axes((0.13 + named, 0.11 + named, 0.84 - named, 0.77 - named))
    z = np.linspace(drawing.low, drawing.high, 2 * SAMPLES)
    for low, high in drawing.shaded:
        axes.axvspan(low, high, color=SHADE, alpha=0.13, lw=0)
    styles = cycle(STYLES)
    for (label, expr), (colour, style) in zip(drawing.curves, styles, strict=False):
        values = numbers(expr, drawing.variable, {}, z)
        axes.plot(z, np.where(np.abs(values) < LARGEST, values, np.nan), style, color=colour, lw=2, label=say(label))
    for (label, points), (colour, style) in zip(drawing.paths, styles, strict=False):
        look = "o" if len(points) == 1 else style
        axes.plot(*zip(*points, strict=True), look, color=colour, lw=2, label=say(label))
    if drawing.logarithmic:
        axes.set_yscale("log")
    axes.set_xlim(drawing.low, drawing.high)
    if drawing.alike:
        axes.set_aspect("equal", adjustable="box")
    for axis, name in zip((axes.xaxis, axes.yaxis), drawing.axes, strict=True):
        axis.set_label_text(name, color=INK, fontsize=9)
    axes.set_title(say(drawing.title), color=INK, fontsize=11)
    axes.tick_params(colors=INK, labelsize=9)
    axes.grid(color=GRID, lw=0.5, alpha=0.5)
    for spine in axes.spines.values():
        spine.set_color(GRID)
    axes.legend(frameon=False, labelcolor=INK, fontsize=9)
    out = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": uid, "font.size": 11}):
        saved(figure, out)
    labels = [label for label, _ in (*drawing.curves, *drawing.paths)]
    told = message("{title}: {curves}", title=drawing.title, curves=enumerated(labels))
    return clean(out.getvalue(), uid, say(told))


def saved(figure: Figure, out: StringIO) -> None:
    """Write the drawing; a Chinese character is in no font of matplotlib's, but in one of the reader's."""
    with catch_warnings():
        filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
