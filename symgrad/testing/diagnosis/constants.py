"""Constant factors by which gradients are off, with what they usually come from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symgrad.testing.diagnosis.weigh import Array

NEAR = 1e-10  # relative: how well a factor must be known to be given a name
SIGN = "the sign is wrong, and {more}"
DOUBLE = "{more}, and a factor 2 too many"
HALF = "{more}, and a factor 2 is missing"
DIVIDE = "divide by {factor}"
MULTIPLY = "multiply by {factor}"
MANY = "a factor {factor} too many"
MISSING = "a factor {factor} is missing"
FIXED = {
    "−1": (-1.0, message("the sign is wrong"), message("flip the sign")),
    "2": (
        2.0,
        message("twice as large: the 2 of a square, or a 1/2 in the loss that is forgotten"),
        message("halve it"),
    ),
    "1/2": (0.5, message("half as large: a 2 from a square is missing, or a 1/2 too many"), message("double it")),
    "−2": (-2.0, message(SIGN, more=message(MANY, factor=2)), message("flip the sign and halve it")),
    "−1/2": (-0.5, message(SIGN, more=message(MISSING, factor=2)), message("flip the sign and double it")),
    "3": (3.0, message("three times as large"), message(DIVIDE, factor="3")),
    "1/3": (1 / 3, message("a third of what it should be"), message(MULTIPLY, factor="3")),
    "4": (4.0, message("four times as large"), message(DIVIDE, factor="4")),
    "1/4": (0.25, message("a quarter of what it should be"), message(MULTIPLY, factor="4")),
    "10": (10.0, message("ten times as large"), message(DIVIDE, factor="10")),
    "1/10": (0.1, message("a tenth of what it should be"), message(MULTIPLY, factor="10")),
    "100": (100.0, message("a hundred times as large: percent for parts?"), message(DIVIDE, factor="100")),
    "1/100": (0.01, message("a hundredth of what it should be"), message(MULTIPLY, factor="100")),
    "1/ln 2": (
        1 / math.log(2),
        message("a logarithm to base 2 is taken for the natural one"),
        message(MULTIPLY, factor="ln 2"),
    ),
    "ln 2": (math.log(2), message(MANY, factor="ln 2"), message(DIVIDE, factor="ln 2")),
    "1/ln 10": (
        1 / math.log(10),
        message("a logarithm to base 10 is differentiated, the loss has ln"),
        message(MULTIPLY, factor="ln 10"),
    ),
    "ln 10": (math.log(10), message(MANY, factor="ln 10"), message(DIVIDE, factor="ln 10")),
    "√2": (math.sqrt(2), message(MANY, factor="√2"), message(DIVIDE, factor="√2")),
    "1/√2": (math.sqrt(0.5), message(MISSING, factor="√2"), message(MULTIPLY, factor="√2")),
    "√π": (math.sqrt(math.pi), message(MANY, factor="√π"), message(DIVIDE, factor="√π")),
    "1/√π": (1 / math.sqrt(math.pi), message(MISSING, factor="√π"), message(MULTIPLY, factor="√π")),
    "2/√π": (
        2 / math.sqrt(math.pi),
        message("a factor 2/√π too many, the one of erf′"),
        message(DIVIDE, factor="2/√π"),
    ),
    "√π/2": (math.sqrt(math.pi) / 2, message("the factor 2/√π of erf′ is missing"), message(MULTIPLY, factor="2/√π")),
    "√(2π)": (
        math.sqrt(2 * math.pi),
        message("the factor 1/√(2π) of the normal density is missing"),
        message(DIVIDE, factor="√(2π)"),
    ),
}


def candidates(counts: Mapping[str, int]) -> dict[str, tuple[float, str, str]]:
    """Every named factor with its value, what it says and what mends it; those of the sizes at hand included."""
    found: dict[str, tuple[float, str, str]] = dict(FIXED)
    for meaning, n in counts.items():
        found |= of_size(meaning, n)
    if len(counts) > 1:
        whole = math.prod(counts.values())
        letters = " ".join(m.split(",")[0] for m in counts)
        less = message("a mean over all {letters} numbers", letters=letters)
        found[f"1/({letters})"] = (1 / whole, less, message(MULTIPLY, factor=letters))
        more = message("summed over all {letters} numbers where the mean is asked for", letters=letters)
        found[letters] = (whole, more, message(DIVIDE, factor=letters))
    return found


def of_size(meaning: str, n: int) -> dict[str, tuple[float, str, str]]:
    """The factors of one size; `meaning` is its letter and what it counts."""
    k = meaning.split(",", maxsplit=1)[0]
    summed = message("summed where the mean is asked for: a factor {size}", size=message(meaning))
    averaged = message("divided by {size}, where the sum is asked for, or divided twice", size=message(meaning))
    rows: list[tuple[str, float, str, str]] = [
        (k, n, summed, message("divide by {factor} once", factor=k)),
        (f"−{k}", -n, message(SIGN, more=summed), message("flip the sign and divide by {factor}", factor=k)),
        (f"1/{k}", 1 / n, averaged, message(MULTIPLY, factor=k)),
        (f"−1/{k}", -1 / n, message(SIGN, more=averaged), message("flip the sign, multiply by {factor}", factor=k)),
        (f"2/{k}", 2 / n, message(DOUBLE, more=averaged), message(MULTIPLY, factor=f"{k}/2")),
        (f"{k}/2", n / 2, message(HALF, more=summed), message(DIVIDE, factor=f"{k}/2")),
        (f"2{k}", 2 * n, message(DOUBLE, more=summed), message(DIVIDE, factor=f"2{k}")),
        (f"1/(2{k})", 0.5 / n, message(HALF, more=averaged), message(MULTIPLY, factor=f"2{k}")),
    ]
    if n > 1:
        ratio = f"{k}/({k} − 1)"
        less = message("divided by {size} − 1 where {size} is asked for", size=k)
        rows.append((ratio, n / (n - 1), less, message(DIVIDE, factor=ratio)))
    return {name: (value, says, mend) for name, value, says, mend in rows}


def names_of(factors: Sequence[float], counts: Sequence[Mapping[str, int]], near: float = NEAR) -> list[str]:
    """The names that fit the factor of every instance; a name is one of sizes, so instances of other sizes tell."""
    telling = [m for m in counts[0] if any(c[m] != 1 for c in counts)]  # a size of 1 makes no factor
    tables = [candidates({m: c[m] for m in telling}) for c in counts]
    found = [
        name
        for name in tables[0]
        if all(
            name in table and abs(c - table[name][0]) <= near * abs(c) for c, table in zip(factors, tables, strict=True)
        )
    ]
    plain = [name for name in found if name in FIXED or "2" not in name]  # a size may be 2: that explains more
    return plain or found


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
