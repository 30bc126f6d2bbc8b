"""Where to look: kinks and their neighbours, tails, powers of ten, every size of double, and random points."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.checker.difference import Array

ROUND = (0.0, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)  # what a reader would try, with both signs
TAILS = (15.5, 18.0, 25.0, 36.7, 40.0, 88.8, 100.0, 700.0, 746.0, 1e3, 1e4)
SMALL = tuple(10.0**-k for k in range(2, 10))
ORDINALS = 0.2  # the part of random points with a random exponent
PLENTY = 48  # from this many points on, all round numbers are among them
BESIDE = (0.1, 1e-2, 1e-3, 1e-5, 3e-7, 1e-8, 1e-12)
CLOSE = (1e-3, 3e-7)
EXTREMES = 4


@lru_cache(maxsize=256)
def points(
    lower: float = -math.inf,
    upper: float = math.inf,
    kinks: tuple[float, ...] = (),
    *,
    junctions: tuple[float, ...] = (),
    count: int = 96,
    seed: int = 0,
    dtype: str = "float64",
    wide: bool = False,
) -> Array:
    """About `count` sorted points strictly inside (lower, upper).

    All kinks and junctions (where branches meet without a kink) are kept with their neighbours. The points are
    numbers of `dtype`, a float type of NumPy's; `wide` adds some of its whole range, to the largest and the least.
    """
    rng = np.random.default_rng(seed)
    always = inside(near(kinks, BESIDE if count >= PLENTY else CLOSE), lower, upper)
    always = np.concatenate([always, inside(near(junctions, CLOSE), lower, upper)])
    if count >= PLENTY:
        always = np.concatenate([always, inside(signed(ROUND), lower, upper)])
    special = inside(signed((*ROUND, *TAILS, *SMALL)), lower, upper)
    if math.isfinite(lower) or math.isfinite(upper):
        special = np.concatenate([special, inside(at_ends(lower, upper), lower, upper)])
    room = max(count - always.size, 8)
    if special.size > room * 2 // 3:
        special = rng.choice(special, room * 2 // 3, replace=False)
    wanted = max(room - special.size, 4)
    drawn = inside(scattered(rng, 8 * wanted, lower, upper), lower, upper)[:wanted]
    extreme = inside(whole_range(rng, dtype), lower, upper) if wide else np.empty(0)
    found = np.concatenate([always, special, drawn, extreme])
    if dtype != "float64":
        found = inside(np.concatenate([rounded(found, dtype), beside(kinks, dtype)]), lower, upper)
    found = np.unique(found) + 0.0  # -0.0 becomes 0.0
    found.flags.writeable = False
    return found


def inside(x: Iterable[float], lower: float, upper: float) -> Array:
    """Those of `x` that lie in the open interval."""
    found = np.asarray(list(x), float)
    return found[(found > lower) & (found < upper)]


def signed(sizes: Iterable[float]) -> Array:
    """Every size with both signs."""
    sizes = np.asarray(tuple(sizes))
    return np.unique(np.concatenate([sizes, -sizes]))


def near(kinks: Iterable[float], distances: Iterable[float]) -> Array:
    """Every kink, the doubles next to it, and points at decreasing distances."""
    found: list[float] = []
    for kink in kinks:
        found += [kink, math.nextafter(kink, math.inf), math.nextafter(kink, -math.inf)]
        found += [kink + s * d for d in distances for s in (1, -1)]
    return np.asarray(found, float)


def at_ends(lower: float, upper: float) -> Array:
    """Points which approach the finite ends of a domain, and a grid between them."""
    width = upper - lower if math.isfinite(upper - lower) else 1.0
    steps = width * np.asarray([2.0**-k for k in (2, 4, 7, 10, 20, 30, 40)])
    low = lower + steps if math.isfinite(lower) else np.empty(0)
    high = upper - steps if math.isfinite(upper) else np.empty(0)
    grid = lower + width * np.arange(1, 10) / 10 if math.isfinite(upper - lower) else np.empty(0)
    return np.concatenate([low, high, grid])


def scattered(rng: np.random.Generator, count: int, lower: float, upper: float) -> Array:
    """Random points: normal of two widths, and doubles of every exponent; pressed into a bounded domain."""
    ordinals = np.exp2(rng.uniform(-30, 13, count)) * rng.choice([-1.0, 1.0], count)
    normals = rng.normal(size=count) * rng.choice([1.0, 3.0], count)
    x = np.where(rng.random(count) < ORDINALS, ordinals, normals)
    low, high = math.isfinite(lower), math.isfinite(upper)
    if low and high:
        x = (upper - lower) / (1 + np.exp(-normals))
    elif low or high:
        x = np.abs(x)
    return np.asarray(lower + x if low else upper - x if high else x)


def rounded(x: Array, dtype: str) -> Array:
    """The nearest finite numbers of a type, as doubles."""
    with np.errstate(over="ignore"):
        found: Array = np.asarray(np.asarray(x, dtype), float)
    return found[np.isfinite(found)]


def beside(kinks: Iterable[float], dtype: str) -> Array:
    """The numbers of a type next to each kink."""
    at = np.asarray(tuple(kinks), dtype)
    ends = np.asarray([-np.inf, np.inf], dtype)
    return np.asarray(np.nextafter(at[:, None], ends), float).ravel()


def whole_range(rng: np.random.Generator, dtype: str) -> Array:
    """The largest and the least numbers of a type, and some whose exponents are drawn from its whole range."""
    limits = np.finfo(dtype if dtype in {"float16", "float32"} else "float64")
    largest, least = float(limits.max), float(limits.smallest_subnormal)
    exponents = rng.uniform(math.log2(least), math.log2(largest), EXTREMES)
    return signed((largest, least, *np.exp2(exponents)))
