"""Constant factors by which gradients are off, with what they usually come from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symgrad.testing.diagnosis.weigh import Array

NEAR = 1e-10  # relative: how well a factor must be known to be given a name
FIXED = {
    "−1": (-1.0, "the sign is wrong", "flip the sign"),
    "2": (2.0, "twice as large: the 2 of a square, or a 1/2 in the loss that is forgotten", "halve it"),
    "1/2": (0.5, "half as large: a 2 from a square is missing, or a 1/2 too many", "double it"),
    "−2": (-2.0, "the sign is wrong, and a factor 2 too many", "flip the sign and halve it"),
    "−1/2": (-0.5, "the sign is wrong, and a factor 2 is missing", "flip the sign and double it"),
    "3": (3.0, "three times as large", "divide by 3"),
    "1/3": (1 / 3, "a third of what it should be", "multiply by 3"),
    "4": (4.0, "four times as large", "divide by 4"),
    "1/4": (0.25, "a quarter of what it should be", "multiply by 4"),
    "10": (10.0, "ten times as large", "divide by 10"),
    "1/10": (0.1, "a tenth of what it should be", "multiply by 10"),
    "100": (100.0, "a hundred times as large: percent for parts?", "divide by 100"),
    "1/100": (0.01, "a hundredth of what it should be", "multiply by 100"),
    "1/ln 2": (1 / math.log(2), "a logarithm to base 2 is taken for the natural one", "multiply by ln 2"),
    "ln 2": (math.log(2), "a factor ln 2 too many", "divide by ln 2"),
    "1/ln 10": (1 / math.log(10), "a logarithm to base 10 is differentiated, the loss has ln", "multiply by ln 10"),
    "ln 10": (math.log(10), "a factor ln 10 too many", "divide by ln 10"),
    "√2": (math.sqrt(2), "a factor √2 too many", "divide by √2"),
    "1/√2": (math.sqrt(0.5), "a factor √2 is missing", "multiply by √2"),
    "√π": (math.sqrt(math.pi), "a factor √π too many", "divide by √π"),
    "1/√π": (1 / math.sqrt(math.pi), "a factor √π is missing", "multiply by √π"),
    "2/√π": (2 / math.sqrt(math.pi), "a factor 2/√π too many, the one of erf′", "divide by 2/√π"),
    "√π/2": (math.sqrt(math.pi) / 2, "the factor 2/√π of erf′ is missing", "multiply by 2/√π"),
    "√(2π)": (math.sqrt(2 * math.pi), "the factor 1/√(2π) of the normal density is missing", "divide by √(2π)"),
}


def candidates(counts: Mapping[str, int]) -> dict[str, tuple[float, str, str]]:
    """Every named factor with its value, what it says and what mends it; those of the sizes at hand included."""
    found = dict(FIXED)
    for meaning, n in counts.items():
        letter = meaning.split(",")[0]
        summed = f"summed where the mean is asked for: a factor {meaning}"
        averaged = f"divided by {meaning}, where the sum is asked for, or divided twice"
        found[letter] = (n, summed, f"divide by {letter} once")
        found[f"−{letter}"] = (-n, f"the sign is wrong, and {summed}", f"flip the sign and divide by {letter}")
        found[f"1/{letter}"] = (1 / n, averaged, f"multiply by {letter}")
        found[f"−1/{letter}"] = (-1 / n, f"the sign is wrong, and {averaged}", f"flip the sign, multiply by {letter}")
        found[f"2/{letter}"] = (2 / n, f"{averaged}, and a factor 2 too many", f"multiply by {letter}/2")
        found[f"{letter}/2"] = (n / 2, f"{summed}, and a factor 2 is missing", f"divide by {letter}/2")
        found[f"2{letter}"] = (2 * n, f"{summed}, and a factor 2 too many", f"divide by 2{letter}")
        found[f"1/(2{letter})"] = (0.5 / n, f"{averaged}, and a factor 2 is missing", f"multiply by 2{letter}")
        if n > 1:
            ratio = f"{letter}/({letter} − 1)"
            found[ratio] = (n / (n - 1), f"divided by {letter} − 1 where {letter} is asked for", f"divide by {ratio}")
    if len(counts) > 1:
        whole = math.prod(counts.values())
        letters = " ".join(m.split(",")[0] for m in counts)
        found[f"1/({letters})"] = (1 / whole, f"a mean over all {letters} numbers", f"multiply by {letters}")
        found[letters] = (
            whole,
            f"summed over all {letters} numbers where the mean is asked for",
            f"divide by {letters}",
        )
    return found


def names_of(factors: Sequence[float], counts: Sequence[Mapping[str, int]], near: float = NEAR) -> list[str]:
    """The names that fit the factor of every instance; a name is one of sizes, so instances of other sizes tell."""
    telling = [m for m in counts[0] if any(c[m] != 1 for c in counts)]  # a size of 1 makes no factor
    tables = [candidates({m: c[m] for m in telling}) for c in counts]
    return [
        name
        for name in tables[0]
        if all(
            name in table and abs(c - table[name][0]) <= near * abs(c) for c, table in zip(factors, tables, strict=True)
        )
    ]


def said(name: str, counts: Mapping[str, int]) -> tuple[str, str]:
    """What a named factor says, and its mend."""
    _, says, mend = candidates(counts)[name]
    return says, mend


def factor(given: Sequence[Array], base: Sequence[Array]) -> float | None:
    """The c for which given is nearest to c times base, None where there is nothing to tell it by."""
    pairs = [(np.ravel(g).astype(float), np.ravel(b)) for g, b in zip(given, base, strict=True)]
    if any(g.shape != b.shape for g, b in pairs):
        return None
    g, b = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    known = np.isfinite(g) & np.isfinite(b)
    largest = float(np.max(np.abs(b[known]), initial=0.0)) or 1.0  # squares of the largest doubles would overflow
    g, b = g / largest, b / largest
    size = float(b[known] @ b[known])
    c = float(g[known] @ b[known]) / size if size > 0 and math.isfinite(size) else 0.0
    return c or None
