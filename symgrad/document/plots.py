"""Two small drawings of an entry: the function and its derivative, as SVG that takes the page's colours."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from io import StringIO
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from sympy import S, lambdify

from symgrad.core import Facts, Kind
from symgrad.document.boxes import Ident
from symgrad.document.from_sympy import boxes
from symgrad.document.same import Same
from symgrad.document.tints import SLOPE, name_of, tint
from symgrad.functions import unfold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from symgrad.core import Definition, LossFacts

    Numbers = NDArray[np.float64]

# Colours that no drawing uses, put in now and replaced by the page's own afterwards.
INK, GRID, SHADE, CURVE, PAPER = "#010203", "#010204", "#010205", "#010206", "#010207"
VARIABLES = {
    INK: "var(--fig-ink)",
    GRID: "var(--fig-grid)",
    SHADE: "var(--was)",
    CURVE: "var(--now)",
    PAPER: "var(--card)",
}

SATURATED = 0.01  # a slope below this learns a hundred times slower than the identity
REACH = 6.0
NEARER = 3.0  # losses grow faster than activations
SAMPLES = 241
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Curve:
    """What one drawing shows: values on a grid broken at `breaks`, dashed `levels`, open and filled `dots`."""

    title: str
    z: Numbers
    values: Numbers
    levels: tuple[float, ...] = ()
    kinks: tuple[float, ...] = ()
    open_dots: tuple[tuple[float, float], ...] = ()
    dots: tuple[tuple[float, float], ...] = ()
    shaded: tuple[tuple[float, float], ...] = ()


def plots(facts: Facts | LossFacts, titles: tuple[str, str], uid: str) -> tuple[str, str]:
    """The drawings of phi and of phi', or of J and dJ/da; `uid` keeps their ids apart from others on the page."""
    function, slope = plots_once(Same(facts), titles, uid)
    return in_tint(function, tint_of(facts.definition)), in_tint(slope, SLOPE)


def in_tint(svg: str, name: str) -> str:
    """A drawing whose curve has the colour of a quantity."""
    return svg.replace(VARIABLES[CURVE], f"var(--{name})")


@lru_cache(maxsize=8)
def plots_once(same: Same[Facts | LossFacts], titles: tuple[str, str], uid: str) -> tuple[str, str]:
    """The same for every format and language, as long as the words above them are the same."""
    facts = same.value
    values = dict(facts.at)
    symbol = facts.definition.variable
    kinks = tuple(sorted({as_float(k.at, values) for k in facts.kinks if k.variable == symbol}))
    z = grid(*ends(facts, kinks), kinks)
    phi = numbers(facts.definition.of, symbol, values, z)
    slope = numbers(facts.derivative, symbol, values, z)
    jumps = tuple(as_float(k.at, values) for k in facts.kinks if k.jump)
    levels = finite(facts.limits[:2], values) if isinstance(facts, Facts) else ()
    first = Curve(titles[0], z, broken(z, phi, jumps), levels, kinks)
    open_dots, dots = kink_dots(facts, values)
    extremes = finite((facts.infimum.exact, facts.supremum.exact), values)
    second = Curve(titles[1], z, broken(z, slope, kinks), extremes, kinks, open_dots, dots, flat(z, slope))
    return draw(first, f"{uid}-f"), draw(second, f"{uid}-d")


def tint_of(definition: Definition) -> str:
    """The colour of the function's own letter, of J for a loss."""
    return tint(Ident("J") if definition.kind is Kind.LOSS else name_of(boxes(definition.applied))) or "now"


def ends(facts: Facts | LossFacts, kinks: Sequence[float]) -> tuple[float, float]:
    """From where to where the drawings go: all of a bounded domain, its ends left out where they are not in it."""
    domain = facts.definition.variables[0].domain
    reach = max([REACH if isinstance(facts, Facts) else NEARER, *(1.5 * abs(k) for k in kinks)])
    low = -reach if domain.lower is None else float(domain.lower)
    high = reach if domain.upper is None else float(domain.upper)
    inwards = (high - low) / SAMPLES
    return low + inwards * (domain.lower is not None), high - inwards * (domain.upper is not None)


def grid(low: float, high: float, kinks: Sequence[float]) -> Numbers:
    """Points from one end to the other, dense on both sides of every kink."""
    near = [k + side * 1e-6 for k in kinks for side in (-1, 1)]
    return np.unique(np.concatenate([np.linspace(low, high, SAMPLES), near]))


def as_float(expr: Any, values: dict[Any, Any]) -> float:
    """The number that an expression is at the given parameters; NaN where it is none."""
    value = unfold(S(expr)).xreplace(values)
    return float(value) if value.is_number and value.is_extended_real else math.nan


def numbers(expr: Any, symbol: Any, values: dict[Any, Any], z: Numbers) -> Numbers:
    """The expression at every point; every branch of a Piecewise is computed, so warnings are off."""
    plain = unfold(expr).xreplace(values)
    function = lambdify(symbol, plain, modules=[{"erf": np.vectorize(math.erf, otypes=[float])}, "numpy"])
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(function(z), dtype=float), z.shape).copy()


def broken(z: Numbers, values: Numbers, at: Sequence[float]) -> Numbers:
    """The values with a gap at each break, so that no line is drawn across a jump."""
    out = values.copy()
    for point in at:
        out[np.abs(z - point) < TOLERANCE] = np.nan
        before = np.searchsorted(z, point)
        if 0 < before < len(z) and not np.isnan(out[before]) and abs(z[before] - z[before - 1]) < 1e-5:  # noqa: PLR2004
            out[before] = np.nan
    return out


def finite(values: Sequence[Any], at: dict[Any, Any]) -> tuple[float, ...]:
    """The finite ones among some limits."""
    found = (as_float(v, at) for v in values if v is not None)
    return tuple(sorted({v for v in found if math.isfinite(v)}))


def kink_dots(facts: Facts | LossFacts, values: dict[Any, Any]) -> tuple[Any, Any]:
    """Open circles at the one-sided slopes, a filled one at the value by convention."""
    open_dots, dots = [], []
    for kink in facts.kinks:
        at = as_float(kink.at, values)
        sides = [as_float(kink.left, values), as_float(kink.right, values)]
        open_dots += [(at, s) for s in sides if math.isfinite(s)]
        convention = as_float(kink.convention, values)
        if math.isfinite(convention):
            dots.append((at, convention))
    return tuple(open_dots), tuple(dots)


def flat(z: Numbers, slope: Numbers) -> tuple[tuple[float, float], ...]:
    """The stretches on which the slope is close to 0."""
    low = np.abs(slope) < SATURATED
    edges = np.flatnonzero(np.diff(np.concatenate([[False], low, [False]]).astype(int)))
    return tuple(
        (float(z[a]), float(z[b - 1]))
        for a, b in zip(edges[::2], edges[1::2], strict=True)
        if z[b - 1] - z[a] > 0.3  # noqa: PLR2004
    )


def draw(curve: Curve, uid: str) -> str:
    """One drawing as an SVG element."""
    figure = Figure(figsize=(3.9, 2.7))
    FigureCanvasSVG(figure)
    axes = figure.add_axes((0.11, 0.12, 0.82, 0.74))
    background(axes, curve)
    axes.plot(curve.z, curve.values, color=CURVE, lw=2.4, solid_capstyle="round")
    for points, face in ((curve.open_dots, PAPER), (curve.dots, CURVE)):
        for x, y in points:
            axes.plot([x], [y], "o", ms=5.5, mfc=face, mec=CURVE, mew=1.6)
    frame(axes, curve)
    out = StringIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": uid, "font.size": 11}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return clean(out.getvalue(), uid, curve.title)


def background(axes: Axes, curve: Curve) -> None:
    """Shaded stretches, dashed levels and kinks, behind the curve."""
    for low, high in curve.shaded:
        axes.axvspan(low, high, color=SHADE, alpha=0.13, lw=0)
    for level in curve.levels:
        axes.axhline(level, color=GRID, lw=0.9, zorder=0, dashes=(3, 3))
    for kink in curve.kinks:
        axes.axvline(kink, color=GRID, lw=0.9, zorder=0, dashes=(1, 2))
    if curve.z[0] < 0 < curve.z[-1]:
        axes.axvline(0, color=GRID, lw=0.9, zorder=0)


def frame(axes: Axes, curve: Curve) -> None:
    """Axes with few ticks, labels with a real minus sign."""
    low, high = bounds(curve)
    first, last = float(curve.z[0]), float(curve.z[-1])
    room = 0.01 * (last - first)
    axes.set_xlim(first - room, last + room)
    axes.set_ylim(low, high)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 2.5, 5, 10]))
        axis.set_major_formatter(FuncFormatter(tick))
    axes.tick_params(colors=INK, length=3, width=0.8, labelsize=10)
    for side, spine in axes.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(INK)
        spine.set_linewidth(0.8)
    axes.set_title(curve.title, color=INK, loc="left", style="italic", fontsize=12.5, pad=8)


def tick(value: float, _: int) -> str:
    """A number at an axis, as short as it may be, with a real minus sign."""
    return f"{value:g}".replace("-", "−")


def bounds(curve: Curve) -> tuple[float, float]:
    """The range of the vertical axis: the curve and its levels, a little air around them."""
    shown = curve.values[np.isfinite(curve.values)]
    values = [*shown, *curve.levels, *(y for _, y in (*curve.dots, *curve.open_dots)), 0.0]
    low, high = min(values), max(values)
    room = 0.08 * (high - low or 1.0)
    return low - room, high + room


def clean(svg: str, uid: str, label: str) -> str:
    """An SVG that may stand in a page: no prolog, no style sheet of its own, unique ids, the page's colours."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", "", svg, flags=re.DOTALL)
    for colour, variable in VARIABLES.items():
        svg = svg.replace(colour, variable)
    svg = re.sub(r'\bid="', f'id="{uid}-', svg)
    svg = svg.replace("url(#", f"url(#{uid}-").replace('href="#', f'href="#{uid}-')
    svg = re.sub(r"\bfont: ([^;\"]*?)([\d.]+px) [^;\"]*", r"font-style: \1; font-size: \2", svg)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    head = f'<svg viewBox="\\1" role="img" aria-label="{escape(label, quote=True)}">'
    return re.sub(r'<svg[^>]*viewBox="([^"]*)"[^>]*>', head, svg, count=1)
