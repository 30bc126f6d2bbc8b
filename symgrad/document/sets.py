"""Where a symbol lies, as a reader writes it: α > 0, 0 < a < 1, y ∈ {0, 1}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.document.boxes import Box, Fence, Ident, Op, commas, row
from symgrad.document.from_sympy import boxes

if TYPE_CHECKING:
    from symgrad.core import Domain, Variable


def membership(variable: Variable) -> Box:
    """A variable and its domain."""
    symbol, domain = boxes(variable.symbol), variable.domain
    if domain.values:
        return row(symbol, Op("∈"), Fence(commas(*map(boxes, domain.values)), "{", "}"))
    if domain.lower is None and domain.upper is None:
        return row(symbol, Op("∈"), Ident("ℝ"))
    if domain.lower is None:
        return row(symbol, Op("<" if domain.upper_open else "≤"), boxes(domain.upper))
    if domain.upper is None:
        return row(symbol, Op(">" if domain.lower_open else "≥"), boxes(domain.lower))
    low, high = Op("<" if domain.lower_open else "≤"), Op("<" if domain.upper_open else "≤")
    return row(boxes(domain.lower), low, symbol, high, boxes(domain.upper))


def interval(domain: Domain) -> Box:
    """The set itself: (0, 1), ℝ."""
    if domain.values:
        return Fence(commas(*map(boxes, domain.values)), "{", "}")
    if domain.lower is None and domain.upper is None:
        return Ident("ℝ")
    low = boxes(domain.lower) if domain.lower is not None else row(Op("−", prefix=True), Ident("∞"))
    high = boxes(domain.upper) if domain.upper is not None else Ident("∞")
    left = "(" if domain.lower_open or domain.lower is None else "["
    right = ")" if domain.upper_open or domain.upper is None else "]"
    return Fence(commas(low, high), left, right)
