"""Numeric evidence: finite differences of the function, which know no calculus, and exact values in balls."""

from symgrad.checker.check import Convention, check, check_function, check_slopes
from symgrad.checker.difference import Estimate, difference
from symgrad.checker.directions import check_hvp, check_parameters, check_vjp
from symgrad.checker.elementwise import check_elementwise
from symgrad.checker.exact import Corner, Reference, exact_slopes, exact_values, reference
from symgrad.checker.findings import (
    Blame,
    Cause,
    ElementwiseReport,
    EntryFinding,
    ParameterReport,
    PointFinding,
    Precise,
    Stretch,
)
from symgrad.checker.judge import judge
from symgrad.checker.points import points
from symgrad.checker.vectors import logits, targets

__all__ = [
    "Blame",
    "Cause",
    "Convention",
    "Corner",
    "ElementwiseReport",
    "EntryFinding",
    "Estimate",
    "ParameterReport",
    "PointFinding",
    "Precise",
    "Reference",
    "Stretch",
    "check",
    "check_elementwise",
    "check_function",
    "check_hvp",
    "check_parameters",
    "check_slopes",
    "check_vjp",
    "difference",
    "exact_slopes",
    "exact_values",
    "judge",
    "logits",
    "points",
    "reference",
    "targets",
]
