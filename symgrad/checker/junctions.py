"""Where the branches of an expression meet, read off its conditions: places worth a closer look."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from flint import arb, ctx

from symgrad.checker.balls import Hole, Program

if TYPE_CHECKING:
    from collections.abc import Sequence

FAR = 1024  # beyond the usual thresholds: what is |z| - 1/2 here is z - 1/2, and -z - 1/2 on the other side
MOST = 6


def junctions(programs: Sequence[Program], choice: Sequence[float]) -> list[float]:
    """Where the two sides of a condition, or two arguments of a maximum, meet at this choice of the other symbols.

    Only where both are linear far out on one side, which is what thresholds are.
    """
    before, ctx.prec = ctx.prec, 256
    try:
        others = [arb(v) for v in choice]
        roots = [r for p in programs if p.meets for start in (FAR, -FAR) for r in crossings(p, start, others)]
    finally:
        ctx.prec = before
    return list(dict.fromkeys(r for r in roots if math.isfinite(r)))[:MOST]


def crossings(program: Program, start: int, others: list[Any]) -> list[float]:
    """Where the lines through three far points of each pair cross."""
    runs = [program.run([arb(start + n), *others]) for n in (0, 1, 2)]
    return [crossing([difference(run[i], run[j]) for run in runs], start) for i, j in program.meets]


def difference(left: Any, right: Any) -> Any:
    """The one less the other; None where either is not a number."""
    return left - right if isinstance(left, arb) and isinstance(right, arb) else None


def crossing(heights: list[Any], start: int) -> float:
    """Where the line through three heights is 0; NaN where there is no such line."""
    if any(h is None or isinstance(h, Hole) for h in heights):
        return math.nan
    slope = heights[1] - heights[0]
    bent = heights[2] - heights[1] - slope
    if slope.contains(0) or not bent.contains(0) or abs(bent) > arb(2) ** -60:
        return math.nan
    return float(start - heights[0] / slope)
