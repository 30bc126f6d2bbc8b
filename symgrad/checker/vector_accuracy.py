"""Float code of vectors against exact values: softmax, log-sum-exp and their like at logits that tie or are huge."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, ctx

from symgrad.checker.formats import Array, doubles, format_named
from symgrad.checker.vectors import logits

BITS = 8192  # of a ball: e^(-2000) beside 1 is still seen
Exact = Callable[[Sequence[Any]], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class VectorCertificate:
    """The largest error of float code over some vectors, in last digits of each exact entry; and how many are lost.

    An entry is lost that is NaN, or infinite or 0 though its exact value is a normal number of the format.
    """

    dtype: str
    entries: int
    ulps: float
    lost: int


def certify_vectors(code: Callable[[Array], Any], exact: Exact, rows: Iterable[Array], dtype: str) -> VectorCertificate:
    """Compare the code with balls on every row; it is called with numbers of the format."""
    wanted, worst, lost, entries = format_named(dtype), 0.0, 0, 0
    for row in rows:
        kept = np.asarray(row).astype(wanted.dtype)
        given = doubles(np.atleast_1d(np.asarray(code(kept))))
        high, low = truth(exact, doubles(kept))
        with np.errstate(all="ignore"):
            normal = (np.abs(high) >= wanted.normal) & (np.abs(high) <= wanted.largest)
            gone = ~np.isfinite(given) | (normal & (given == 0))
            unit = wanted.digit(high)
            off = np.abs((given - high) - low) / unit
        lost, entries = lost + int(gone.sum()), entries + given.size
        worst = max(worst, float(np.max(off[~gone & normal], initial=0.0)))
    return VectorCertificate(dtype, entries, worst, lost)


def truth(exact: Exact, row: Array) -> tuple[Array, Array]:
    """The exact values as pairs of doubles."""
    before, ctx.prec = ctx.prec, BITS
    try:
        balls = exact([arb(v) for v in row.tolist()])
        high = [float(b) for b in balls]
        low = [float(b - h) for b, h in zip(balls, high, strict=True)]
    finally:
        ctx.prec = before
    return np.asarray(high), np.asarray(low)


def softmax(v: Sequence[Any]) -> list[Any]:
    """Softmax in balls."""
    raised = [x.exp() for x in v]
    return [r / sum(raised[1:], raised[0]) for r in raised]


def log_sum_exp(v: Sequence[Any]) -> list[Any]:
    """The logarithm of the sum of the exponentials in balls."""
    raised = [x.exp() for x in v]
    return [sum(raised[1:], raised[0]).log()]


def log_softmax(v: Sequence[Any]) -> list[Any]:
    """The logarithms of softmax in balls."""
    whole = log_sum_exp(v)[0]
    return [x - whole for x in v]


def rows(counts: Sequence[int] = (2, 3, 10), seeds: int = 4) -> list[Array]:
    """The usual logits of several lengths."""
    return [row for count in counts for seed in range(seeds) for row in logits(count, seed=seed).values()]
