"""On which intervals a gradient is wrong: bisection between the points that are wrong and those that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.findings import PointFinding, Stretch
from symgrad.checker.judge import WRONG

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.checker.difference import Array

MOST = 4  # intervals that are followed up
PARTS = 16  # a gap is cut into so many parts at a time
WIDTHS: dict[str, Any] = {"float16": np.int16, "float32": np.int32, "float64": np.int64}


def stretches(
    is_wrong: Callable[[Array], Array], x: Array, outcomes: Array, worst: PointFinding | None, dtype: str
) -> tuple[Stretch, ...]:
    """The intervals around the wrong points of `x`, the one that holds `worst` first."""
    wrong = outcomes == WRONG
    if worst is None or not wrong.any():
        return ()
    starts = np.flatnonzero(wrong & ~np.concatenate([[False], wrong[:-1]]))
    stops = np.flatnonzero(wrong & ~np.concatenate([wrong[1:], [False]]))
    runs = sorted(zip(starts.tolist(), stops.tolist(), strict=True), key=lambda r: not x[r[0]] <= worst.x <= x[r[1]])
    found = []
    for first, last in runs[:MOST]:
        lower, below = edge(is_wrong, x[first], x[first - 1], dtype) if first else (float(x[first]), None)
        upper, above = edge(is_wrong, x[last], x[last + 1], dtype) if last + 1 < x.size else (float(x[last]), None)
        found.append(Stretch(lower, upper, below, above))
    return tuple(found)


def edge(is_wrong: Callable[[Array], Array], bad: float, good: float, dtype: str) -> tuple[float, float]:
    """Two neighbouring numbers between a wrong and a right one, the first wrong and the second not."""
    inside, outside = (int(v) for v in ordinals(np.asarray([bad, good]), dtype))
    while abs(inside - outside) > 1:
        step = max(1, abs(outside - inside) // PARTS) * (1 if outside > inside else -1)
        tried = np.asarray([*range(inside + step, outside, step)][: 2 * PARTS], np.int64)
        tried = np.pad(tried, (0, 2 * PARTS - tried.size), mode="edge")  # always one shape: JAX compiles each anew
        wrong = is_wrong(numbers(tried, dtype))
        right = np.flatnonzero(~wrong)
        if right.size:
            outside = int(tried[right[0]])
            inside = int(tried[right[0] - 1]) if right[0] else inside
        else:
            inside = int(tried[-1])
    return float(numbers(np.asarray([inside]), dtype)[0]), float(numbers(np.asarray([outside]), dtype)[0])


def ordinals(x: Array, dtype: str) -> Any:
    """The place of each number among all numbers of its type, in order, 0 being that of 0."""
    kind = dtype if dtype in WIDTHS else "float64"
    bits = np.asarray(x + 0.0, kind).view(WIDTHS[kind]).astype(np.int64)
    least = np.iinfo(WIDTHS[kind]).min
    return np.where(bits < 0, least - bits, bits)


def numbers(places: Array, dtype: str) -> Array:
    """The numbers at these places, as doubles."""
    kind = dtype if dtype in WIDTHS else "float64"
    width = WIDTHS[kind]
    bits = np.where(places < 0, np.iinfo(width).min - places, places).astype(width)
    return np.asarray(bits.view(kind), float)
