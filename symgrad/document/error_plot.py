"""How far a result is from its finite differences, point by point: a small drawing beside the numeric check."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from symgrad.document.spelling import SUPERSCRIPTS
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from symgrad.core import CheckReport

WIDE, HIGH = 680.0, 190.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 24.0, 10.0, 26.0
FEW = 3  # points that make a drawing
LEAST = -20.0  # the power of ten below which two doubles are as good as the same
MOST = 0  # the power of ten above which it does not matter how far apart they are
TICKS = 5
CLOSEST = 40.0  # between two labels below the axis

PLOTTED = message(
    "Distance of result and finite difference at every point as a part of their size, or of 1 where that is smaller, "
    "with the bound of the estimate"
)

Errors = tuple[tuple[float, float, float], ...]


def errors_of(check: CheckReport) -> tuple[Errors, bool]:
    """Place, error and bound of every point, and whether the places are values and not mere numbers."""
    if check.errors:
        return check.errors, True
    found = []
    for number, point in enumerate(check.shown, 1):
        size = max(1.0, abs(point.claimed), abs(point.estimate))
        if math.isfinite(size + point.bound):
            found.append((float(number), abs(point.claimed - point.estimate) / size, point.bound / size))
    return tuple(found), False


def error_plot(check: CheckReport, label: str) -> str:
    """The drawing as SVG, for a page that has our style sheet; empty where there are too few points."""
    found, valued = errors_of(check)
    if len(found) < FEW:
        return ""
    across = [bent(x) if valued else x for x, _, _ in found]
    known = [p for _, *sizes in found for p in map(power, sizes) if p is not None]
    first = math.floor(min([*known, MOST - 1.0])) - 1  # where what is not apart at all is drawn
    last = max(min(MOST, math.ceil(max(known, default=MOST))), first + 2)
    x_of = scale(min(across), max(across), LEFT + 8, WIDE - RIGHT)
    y_of = scale(first, last, HIGH - BOTTOM, TOP)
    heights = [[y_of(first if (p := power(size)) is None else p) for size in sizes] for _, *sizes in found]
    errors = points("error", ((x_of(x), error) for x, (error, _) in zip(across, heights, strict=True)))
    bounds = points("bound", ((x_of(x), bound) for x, (_, bound) in zip(across, heights, strict=True)))
    grid = level(y_of(first), None) + "".join(level(y_of(p), p) for p in every(first, last))
    labels = ((x_of(bent(v) if valued else v), v) for v in places(found, valued=valued))
    marks = "".join(mark(x, v) for x, v in apart(labels))
    name = check.shown[0].point[0][0] if check.errors and check.shown and check.shown[0].point else ""
    return (
        f'<svg class="errors" role="img" aria-label="{escape(label, quote=True)}" viewBox="0 0 {WIDE:g} {HIGH:g}">'
        f"{grid}{marks}"
        f'<text class="end" x="{WIDE - RIGHT:g}" y="{HIGH - 2:g}">{escape(name)}</text>'
        f"{bounds}{errors}</svg>"
    )


def points(kind: str, at: Iterable[tuple[float, float]]) -> str:
    """Dots of one kind, strokes without length that a round cap makes round; what is too high is an arrowhead."""
    found = dict.fromkeys((round(x), round(max(y, TOP - 1))) for x, y in at)
    inside = "".join(f"M{x} {y}h0" for x, y in found if y >= TOP)
    above = "".join(f"M{x - 4} {TOP + 2:g}L{x} {TOP - 5:g}L{x + 4} {TOP + 2:g}Z" for x, y in found if y < TOP)
    arrows = f'<path class="{kind} beyond" d="{above}"/>' if above else ""
    return f'<path class="{kind}" d="{inside}"/>{arrows}'


def bent(value: float) -> float:
    """A number on a scale that is even near 0 and goes by powers of ten far out."""
    return math.asinh(value)


def power(value: float) -> float | None:
    """The power of ten of an error; None of as good as none."""
    found = math.log10(value) if value > 0 else LEAST
    return found if found > LEAST else None


def scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    """The line from values to places."""
    slope = (end - start) / (high - low or 1.0)
    return lambda value: start + (value - low) * slope


def every(first: int, last: int) -> range:
    """The powers of ten that are labelled, from the top down to where there is room above the 0 at the bottom."""
    step = max(1, math.ceil((last - first) / TICKS))
    return range(last, first + (3 * step - 1) // 4, -step)


def level(y: float, exponent: int | None) -> str:
    """A line across with its power of ten, or with 0."""
    shown = "0" if exponent is None else "10" + str(exponent).replace("-", "−").translate(SUPERSCRIPTS)
    return (
        f'<path class="grid" d="M{LEFT:g} {y:.1f}L{WIDE - RIGHT:g} {y:.1f}"/>'
        f'<text class="end" x="{LEFT - 6:g}" y="{y + 4:.1f}">{shown}</text>'
    )


def places(found: Errors, *, valued: bool) -> Sequence[float]:
    """The places that are labelled: the points' numbers, or 0 and powers of ten as far out as the points go."""
    if not valued:
        return [x for x, _, _ in found]
    low, high = min(x for x, _, _ in found), max(x for x, _, _ in found)
    reach = max(abs(low), abs(high))
    top = max(0, math.floor(math.log10(reach))) if reach > 0 else 0
    steps = [10.0**n for n in range(top, -1, -max(1, math.ceil((top + 1) / 4)))][::-1]
    return [v for v in (*(-s for s in reversed(steps)), 0.0, *steps) if low <= v <= high]


def apart(labels: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The labels that have room, 0 and what is far from it first."""
    kept: list[tuple[float, float]] = []
    for x, value in sorted(labels, key=lambda found: (found[1] != 0, -abs(found[1]))):
        if all(abs(x - other) >= CLOSEST for other, _ in kept):
            kept.append((x, value))
    return kept


def mark(x: float, value: float) -> str:
    """A place below the axis."""
    shown = f"{value:g}".replace("-", "−")
    return f'<text class="mid" x="{x:.1f}" y="{HIGH - BOTTOM + 16:g}">{shown}</text>'
