"""Floating-point formats: every bit pattern in the order of its value, and the size of a last digit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from symgrad.core import UnsupportedError

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Format:
    """An IEEE 754 binary format: its width, its significant bits (the hidden one counts), its largest exponent."""

    name: str
    bits: int
    precision: int
    top: int  # 2^top <= the largest number < 2^(top + 1)

    @property
    def patterns(self) -> int:
        """How many inputs there are, NaNs included."""
        return 1 << self.bits

    @property
    def largest(self) -> float:
        """The largest finite number."""
        return (2 - 2.0 ** (1 - self.precision)) * 2.0**self.top

    @property
    def normal(self) -> float:
        """The smallest positive number with all its digits."""
        return float(2.0 ** (1 - self.top))

    @property
    def dtype(self) -> Any:
        """NumPy's dtype; that of bfloat16 comes from ml_dtypes, and float32 stands in where that is missing."""
        if self.name != "bfloat16":
            return np.dtype(self.name)
        return np.dtype(import_module("ml_dtypes").bfloat16) if has_bfloat16() else np.dtype("float32")

    def numbers(self, places: Array) -> Array:
        """The numbers at these places from 0 to 2^bits - 1: negative NaNs first, then -inf to inf, then NaNs."""
        half = 1 << (self.bits - 1)
        unsigned = np.dtype(f"uint{self.bits}")
        at = places.astype(np.uint64)
        negative = at < half
        patterns = np.where(negative, np.uint64(self.patterns - 1) - at, at - np.uint64(half)).astype(unsigned)
        if self.name == "bfloat16" and not has_bfloat16():
            return (patterns.astype(np.uint32) << np.uint32(16)).view(np.float32)
        return patterns.view(self.dtype)

    def place(self, number: float) -> int:
        """Where a number of the format stands in that order."""
        unsigned, kept = np.dtype(f"uint{self.bits}"), np.asarray(number)
        if self.name == "bfloat16" and not has_bfloat16():
            pattern = int(kept.astype(np.float32).view(np.uint32)) >> 16
        else:
            pattern = int(kept.astype(self.dtype).view(unsigned))
        half = 1 << (self.bits - 1)
        return pattern + half if pattern < half else self.patterns - 1 - pattern

    def rounded(self, values: Array) -> Array:
        """Results as the format holds them: float32 is cut to bfloat16 where it stands in for it."""
        if self.name != "bfloat16" or has_bfloat16():
            return values
        wide = np.asarray(values, np.float32)
        raw = wide.view(np.uint32)
        nearest = (raw + np.uint32(0x7FFF) + ((raw >> np.uint32(16)) & np.uint32(1))) & np.uint32(0xFFFF0000)
        return np.where(np.isfinite(wide), nearest.view(np.float32), wide)

    def digit(self, exact: Array) -> Array:
        """The unit in the last place at each real number; below the normal numbers it no longer shrinks."""
        exponent = np.where(exact == 0, 1 - self.top, np.frexp(exact)[1] - 1)  # frexp calls that of 0 a 0
        return np.asarray(np.ldexp(1.0, np.clip(exponent, 1 - self.top, self.top) - (self.precision - 1)))


FORMATS = {
    f.name: f
    for f in (
        Format("float16", 16, 11, 15),
        Format("bfloat16", 16, 8, 127),
        Format("float32", 32, 24, 127),
        Format("float64", 64, 53, 1023),
    )
}


@cache
def has_bfloat16() -> bool:
    """Whether ml_dtypes is installed."""
    return find_spec("ml_dtypes") is not None


def format_named(name: str) -> Format:
    """The format of this name."""
    if name not in FORMATS:
        raise UnsupportedError(
            "no float format is called {name}; choose one of {formats}", name=repr(name), formats=", ".join(FORMATS)
        )
    return FORMATS[name]


def doubles(values: Array) -> Array:
    """The same numbers as doubles; a signalling NaN among them is no news."""
    with np.errstate(invalid="ignore"):
        return values.astype(np.float64)


def sampled(format_: Format, count: int, seed: int = 0) -> Array:
    """About `count` places in order: half of them spread over all numbers, half over those from 2^-10 to 2^10."""
    rng = np.random.default_rng(seed)
    low, high = (format_.place(2.0**k) for k in (-10, 10))
    mirrored = format_.patterns - 1
    ends = [format_.place(x) for x in (-np.inf, -format_.largest, -0.0, 0.0, format_.largest, np.inf)]
    ranges = (
        (ends[0], ends[-1] + 1, count // 2),
        (low, high, count // 4),
        (mirrored - high, mirrored - low, count // 4),
    )
    drawn = [spread(rng, *r) for r in ranges]
    return np.unique(np.concatenate([*drawn, np.asarray(ends, np.uint64)]))


def spread(rng: np.random.Generator, low: int, high: int, count: int) -> Array:
    """One place drawn from each of `count` equal parts of a range."""
    width = max((high - low) // max(count, 1), 1)
    return (
        np.uint64(low)
        + np.arange(count, dtype=np.uint64) * np.uint64(width)
        + rng.integers(0, width, count, dtype=np.uint64)
    )
