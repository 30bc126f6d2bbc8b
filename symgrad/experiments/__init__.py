"""Measured, not proved: seeded experiments on the very functions of the catalogue, beside what theory says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.experiments.cost import cost
from symgrad.experiments.dead_relu import dead_relu
from symgrad.experiments.depth import depth
from symgrad.experiments.drawing import Line, Panel
from symgrad.experiments.result import Measured, Result
from symgrad.experiments.slowdown import slowdown
from symgrad.experiments.vanishing import vanishing

if TYPE_CHECKING:
    from collections.abc import Callable

EXPERIMENTS: dict[str, Callable[..., Result]] = {
    "vanishing": vanishing,
    "slowdown": slowdown,
    "dead-relu": dead_relu,
    "cost": cost,
    "depth": depth,
}

__all__ = [
    "EXPERIMENTS",
    "Line",
    "Measured",
    "Panel",
    "Result",
    "cost",
    "dead_relu",
    "depth",
    "slowdown",
    "vanishing",
]
