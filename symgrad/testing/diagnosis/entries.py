"""A vector function that does the same to every entry, and its products, as functions of one variable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.testing.diagnosis.weigh import Array

REACH = 4.0  # the points of a usual activation
COUNT = 48
SAME = 1e-12  # relative

Entries = tuple["Callable[[Array], Array]", "Callable[[Array], Array]", list[float]]


def of_entries(f: Callable[[Any], Any], vjp: Callable[[Any, Any], Any], x: Any) -> Entries | None:
    """The function of an entry, what the product multiplies the cotangent by, and points; None for another function."""
    if isinstance(x, dict | list | tuple) or np.size(x) < 2:  # noqa: PLR2004 - entries to compare
        return None
    x = np.asarray(x, float)
    order = np.random.default_rng(0).permutation(x.size)
    half, c = np.arange(x.size).reshape(x.shape) % 2 == 0, np.linspace(-2, 1.9, x.size).reshape(x.shape)

    def at(g: Callable[[Array], Any]) -> Callable[[Array], Array]:
        """A function of arrays of any size, a piece of the right one at a time."""

        def value(z: Array) -> Array:
            flat = np.ravel(z).astype(float)
            pieces = np.resize(flat, -(-flat.size // x.size) * x.size).reshape(-1, *x.shape)
            return np.concatenate([np.ravel(g(p.copy())) for p in pieces])[: flat.size].reshape(np.shape(z))

        return value

    value, slope = at(lambda p: np.asarray(f(p), float)), at(lambda p: np.asarray(vjp(p, np.ones(x.shape)), float))
    y, changed = np.asarray(f(x.copy()), float), np.where(half, x, 0.5 * x + 0.25)
    if y.shape != x.shape or np.shape(vjp(x.copy(), c.copy())) != x.shape:
        return None
    alone = same(np.asarray(f(changed.copy()), float)[half], y[half])
    if not alone or not same(value(np.ravel(x)[order]), np.ravel(y)[order]):
        return None
    if not same(np.asarray(vjp(x.copy(), c.copy()), float), c * slope(x)):
        return None
    points = np.unique(np.concatenate([np.ravel(x), np.linspace(-REACH, REACH, COUNT)]))
    known = np.isfinite(value(points))
    return value, slope, points[known].tolist()


def same(one: Array, other: Array) -> bool:
    """Whether numbers agree to rounding."""
    return bool(np.allclose(one, other, rtol=SAME, atol=SAME * float(np.max(np.abs(other), initial=0)), equal_nan=True))
