"""Float code of vectors against exact values: softmax, cross-entropy, layer norm and their like."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, ctx

from symgrad.checker.formats import Array, doubles, format_named
from symgrad.checker.truth import enough, split
from symgrad.checker.vectors import logits, targets
from symgrad.core import UnsupportedError

BITS = 8192  # of a ball: e^(-2000) beside 1 is still seen
EPSILON = 2.0**-17  # about 1e-5, and a number in every format
Ball = Any
Balls = Sequence[Ball]
Exact = Callable[..., Sequence[Any]]


@dataclass(frozen=True, slots=True)
class VectorCertificate:
    """How far float code of some vectors is from the exact values.

    `ulps` is the largest error in last digits of each exact entry that is a normal number, `whole` the largest in last
    digits of the largest entry of its result, or of 1 if that is larger: 0 and what all but cancels are judged by that.
    An entry is lost that is NaN, or infinite or 0 though its exact value is a normal number of the format.
    """

    dtype: str
    entries: int
    ulps: float
    whole: float
    lost: int


def certify_vectors(
    code: Callable[..., Any], exact: Exact, rows: Iterable[Sequence[Array]], dtype: str
) -> VectorCertificate:
    """Compare the code with balls on every row of arguments; it is called with numbers of the format."""
    wanted, worst, whole, lost, entries = format_named(dtype), 0.0, 0.0, 0, 0
    for row in rows:
        kept = [np.asarray(part).astype(wanted.dtype) for part in row]
        given = doubles(np.atleast_1d(np.asarray(code(*kept))))
        high, low = truth(exact, [doubles(part) for part in kept])
        if given.shape != high.shape:
            raise UnsupportedError(
                "the code gives shape {given}, not {wanted}", given=str(given.shape), wanted=str(high.shape)
            )
        with np.errstate(all="ignore"):
            normal = (np.abs(high) >= wanted.normal) & (np.abs(high) <= wanted.largest)
            gone = ~np.isfinite(given) | (normal & (given == 0))
            off = np.abs((given - high) - low)
            each = (off / wanted.digit(high))[~gone & normal]
            all_told = off[~gone] / wanted.digit(np.max(np.abs(high), initial=1.0))
        lost, entries = lost + int(gone.sum()), entries + given.size
        worst, whole = max(worst, np.max(each, initial=0.0)), max(whole, np.max(all_told, initial=0.0))
    return VectorCertificate(dtype, entries, float(worst), float(whole), lost)


def truth(exact: Exact, row: Sequence[Array]) -> tuple[Array, Array]:
    """The exact values as pairs of doubles."""
    before, ctx.prec = ctx.prec, BITS
    try:
        balls = exact(*([arb(v) for v in part.tolist()] for part in row))
        if not all(enough(b) for b in balls):
            raise UnsupportedError("balls of {bits} bits can't tell the value at {row}", bits=BITS, row=str(row))
        pairs = [split(b) for b in balls]
    finally:
        ctx.prec = before
    high, low = zip(*pairs, strict=True)
    return np.asarray(high), np.asarray(low)


def softmax(v: Balls) -> list[Ball]:
    """Softmax in balls."""
    raised = [x.exp() for x in v]
    return [r / total(raised) for r in raised]


def log_sum_exp(v: Balls) -> list[Ball]:
    """The logarithm of the sum of the exponentials in balls."""
    return [total(x.exp() for x in v).log()]


def log_softmax(v: Balls) -> list[Ball]:
    """The logarithms of softmax in balls."""
    whole = log_sum_exp(v)[0]
    return [x - whole for x in v]


def cross_entropy(v: Balls, y: Balls) -> list[Ball]:
    """The cross-entropy of target probabilities and logits in balls."""
    return [-total(t * x for t, x in zip(y, log_softmax(v), strict=True))]


def cross_entropy_slope(v: Balls, y: Balls) -> list[Ball]:
    """Its gradient with respect to the logits, whatever the targets sum to."""
    return [p * total(y) - t for p, t in zip(softmax(v), y, strict=True)]


def standardised(x: Balls) -> tuple[list[Ball], Ball]:
    """The entries less their mean, over the deviation; and that."""
    mean = total(x) / len(x)
    deviation = (total((v - mean) * (v - mean) for v in x) / len(x) + arb(EPSILON)).sqrt()
    return [(v - mean) / deviation for v in x], deviation


def layer_norm(x: Balls, gamma: Balls, beta: Balls) -> list[Ball]:
    """Layer norm in balls."""
    return [g * v + b for v, g, b in zip(standardised(x)[0], gamma, beta, strict=True)]


def layer_norm_slope(x: Balls, gamma: Balls, bar: Balls) -> list[Ball]:
    """Its gradient with respect to x in balls, where `bar` reaches its output."""
    hat, deviation = standardised(x)
    reaching = [g * b for g, b in zip(gamma, bar, strict=True)]
    mean, along = total(reaching) / len(x), total(r * v for r, v in zip(reaching, hat, strict=True)) / len(x)
    return [(r - mean - v * along) / deviation for r, v in zip(reaching, hat, strict=True)]


def total(balls: Iterable[Ball]) -> Ball:
    """The sum."""
    return sum(balls, arb(0))


def rows(counts: Sequence[int] = (2, 3, 10), seeds: int = 4) -> list[tuple[Array]]:
    """The usual logits of several lengths."""
    return [(row,) for count in counts for seed in range(seeds) for row in logits(count, seed=seed).values()]


def labelled(counts: Sequence[int] = (2, 3, 10), seeds: int = 4) -> list[tuple[Array, Array]]:
    """The same, each with targets of every kind, also such as do not sum to 1."""
    return [
        (row, y)
        for count in counts
        for seed in range(seeds)
        for row in logits(count, seed=seed).values()
        for y in targets(count, seed=seed).values()
    ]


def scaled(counts: Sequence[int] = (2, 3, 10), seeds: int = 4) -> list[tuple[Array, Array, Array]]:
    """The same vectors, each with two others drawn at random: gamma, and beta or what reaches the output."""
    rng = np.random.default_rng(0)
    return [(row, *rng.normal(size=(2, row.size))) for (row,) in rows(counts, seeds)]
