"""Matrix notation: trees with checked shapes, `lift` into them, `lower` back, and the layouts they are written in."""

from symgrad.indexed.matrix.layout import COLUMN, DENOMINATOR, LAYOUTS, NUMERATOR, ROW_BATCH, Layout, axes, layout_named
from symgrad.indexed.matrix.lift import lift
from symgrad.indexed.matrix.lower import lower
from symgrad.indexed.matrix.tree import Matrix, shape

__all__ = [
    "COLUMN",
    "DENOMINATOR",
    "LAYOUTS",
    "NUMERATOR",
    "ROW_BATCH",
    "Layout",
    "Matrix",
    "axes",
    "layout_named",
    "lift",
    "lower",
    "shape",
]
