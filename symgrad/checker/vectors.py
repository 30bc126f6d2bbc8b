"""Where to look in many dimensions: logits that tie, are huge or all alike, and the targets that go with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from symgrad.core import NoPointsError

if TYPE_CHECKING:
    from symgrad.checker.difference import Array

HUGE = 1e3  # beyond 709, exp of it is infinite
APART = 2.0**-30  # a tie that is none


def logits(count: int, *, seed: int = 0) -> dict[str, Array]:
    """Vectors of `count` logits, by name: random, tied in part and in full, almost tied, huge, and far apart."""
    rng = np.random.default_rng(seed)
    usual = some(rng, count)
    top = int(np.argmax(usual))
    other = (top + 1) % count
    tied, almost = usual.copy(), usual.copy()
    tied[other], almost[other] = usual[top], usual[top] - APART
    far = np.where(np.arange(count) == top, HUGE, -HUGE)
    return {
        "zero": np.zeros(count),
        "random": usual,
        "wide": 10 * some(rng, count),
        "a tie at the top": tied,
        "almost a tie": almost,
        "all alike": np.full(count, usual[0]),
        "huge": usual + HUGE,
        "very negative": usual - HUGE,
        "far apart": far.astype(float),
        "tiny": 1e-9 * usual,
    }


def targets(count: int, *, seed: int = 0) -> dict[str, Array]:
    """Vectors of `count` target probabilities that sum to 1, by name: one-hot at either end, smoothed, soft, uniform.

    "not normalised" does not sum to 1: there the gradient of cross entropy is (sum of y) p - y.
    """
    rng = np.random.default_rng(seed)
    first, last = np.eye(count)[0], np.eye(count)[-1]
    soft = rng.dirichlet(np.ones(count)) if count > 1 else np.ones(1)
    return {
        "one-hot, first": first,
        "one-hot, last": last,
        "smoothed": 0.9 * last + 0.1 / count,
        "soft": soft,
        "uniform": np.full(count, 1 / count),
        "not normalised": 2 * soft,
    }


def some(rng: np.random.Generator, count: int) -> Array:
    """Random normal numbers; NoPointsError where there are to be none."""
    if count < 1:
        raise NoPointsError("{count} logits are none; ask for at least one", count=count)
    return rng.normal(size=count)
