"""Where the branches of an expression meet, read off its conditions: places worth a closer look."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

import sympy as sp
from flint import arb, ctx
from sympy.core.relational import Relational

from symgrad.checker.balls import Hole, Program, program
from symgrad.core import UnsupportedError
from symgrad.functions import unfold

if TYPE_CHECKING:
    from collections.abc import Sequence

FAR = 1024  # beyond the usual thresholds: what is |z| - 1/2 here is z - 1/2, and -z - 1/2 on the other side
MOST = 6


@lru_cache(maxsize=256)
def switches(expressions: tuple[Any, ...], symbols: tuple[Any, ...]) -> tuple[Program, ...]:
    """Programs for what changes its sign where a branch changes: both sides of each condition, |u|, max(u, v)."""
    found: dict[Any, None] = {}
    for node in sp.preorder_traversal(sp.Tuple(*(unfold(e) for e in expressions))):
        for difference in compared(node):
            if symbols[0] in difference.free_symbols:
                found[difference] = None
    programs = []
    for difference in found:
        try:
            programs.append(program(difference, symbols))
        except UnsupportedError:  # a place not looked at closely, no more
            continue
    return tuple(programs)


def compared(node: Any) -> list[Any]:
    """The differences whose signs a node depends on."""
    if isinstance(node, Relational):
        return [node.lhs - node.rhs]
    if isinstance(node, sp.Abs | sp.sign | sp.Heaviside):
        return [node.args[0]]
    if isinstance(node, sp.Max | sp.Min):
        return [u - v for u, v in combinations(node.args, 2)]
    return []


def junctions(found: Sequence[Program], choice: Sequence[float]) -> list[float]:
    """The roots of those differences that are linear far out on one side, at this choice of the other symbols."""
    before, ctx.prec = ctx.prec, 256
    try:
        others = [arb(v) for v in choice]
        roots = [root(p, start, others) for p in found for start in (FAR, -FAR)]
    finally:
        ctx.prec = before
    return list(dict.fromkeys(r for r in roots if math.isfinite(r)))[:MOST]


def root(difference: Program, start: int, others: list[Any]) -> float:
    """Where the line through three far points crosses 0; NaN where there is no such line."""
    heights = [difference([arb(start + n), *others]) for n in (0, 1, 2)]
    if any(isinstance(h, Hole) for h in heights):
        return math.nan
    slope = heights[1] - heights[0]
    bent = heights[2] - heights[1] - slope
    if slope.contains(0) or not bent.contains(0) or abs(bent) > arb(2) ** -60:
        return math.nan
    return float(start - heights[0] / slope)
