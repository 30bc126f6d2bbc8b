"""Integrals as NumPy functions: Gauss' rule on panels, for smooth integrands over lengths that it masters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Function, Integral

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.checker.difference import Array

PANELS = 32
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
LONGEST = 40.0  # a longer interval is not attempted: the value is NaN


def without_integrals(expr: Any) -> tuple[Any, dict[str, tuple[Any, tuple[Any, ...]]]]:
    """The expression with a function for each definite integral, and the integrand and arguments of each function.

    The arguments are the ends, then the symbols of the integrand; the first of its letters is the one integrated.
    """
    replaced, integrands = {}, {}
    found = sorted((i for i in expr.atoms(Integral) if len(i.limits) == 1 and len(i.limits[0]) == 3), key=str)  # noqa: PLR2004 - a symbol and two ends
    for n, integral in enumerate(found):
        t, low, high = integral.limits[0]
        others = tuple(sorted(integral.function.free_symbols - {t}, key=lambda s: str(s.name)))
        name = f"integral_{n}"
        replaced[integral] = Function(name)(low, high, *others)
        integrands[name] = (integral.function, (t, *others))
    return expr.xreplace(replaced), integrands


def quadrature(integrand: Callable[..., Array]) -> Callable[..., Array]:
    """The integral of f(t, ...) from `low` to `high`, as a function of arrays."""

    def integral(low: Any, high: Any, *others: Any) -> Array:
        low, high = np.asarray(low, float), np.asarray(high, float)
        width = (high - low) / PANELS
        total = np.zeros(np.broadcast_shapes(low.shape, high.shape, *(np.shape(o) for o in others)))
        for panel in range(PANELS):
            middle = low + (panel + 0.5) * width
            for node, weight in zip(NODES, WEIGHTS, strict=True):
                total = total + weight * integrand(middle + node * width / 2, *others)
        return np.where(np.abs(high - low) <= LONGEST, total * width / 2, np.nan)

    return integral
