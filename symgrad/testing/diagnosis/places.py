"""Where the values of an elementwise gradient are wrong, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.words import clauses, counted, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.testing.diagnosis.curves import Curve

SAID = 3  # places that are named
UNDERFLOWN = 15.0  # nearer to 0 than this no slope of the usual functions is 0 by underflow
TINY = 1e-300  # the nearest neighbours of 0 are not to be read as numbers
EVERYWHERE = message("everywhere")


def region(curves: Sequence[Curve], eps: float) -> str:
    """Where the values are wrong, in words."""
    texts = [intervals(c, eps) for c in curves]
    if len(set(texts)) == 1:
        return texts[0]
    apart = {s for c in curves for s, v in c.values if any((s, v) not in o.values for o in curves)}
    return clauses(
        message("at {values}: {where}", values=valued([(s, v) for s, v in c.values if s in apart]), where=t)
        for c, t in zip(curves, texts, strict=True)
        if c.wrong.any()
    )


def valued(values: Sequence[tuple[Any, Any]]) -> str:
    """The values of the other symbols."""
    return ", ".join(f"{s} = {v if v.is_Rational else f'{float(v):.6g}'}" for s, v in values)


def intervals(curve: Curve, eps: float) -> str:
    """The stretches of wrong points of one curve; a point that cannot tell does not interrupt one."""
    level = (curve.truth == 0) & (np.abs(curve.x) <= UNDERFLOWN)  # truly 0, so that it tells too
    informative = curve.wrong | level | (np.abs(curve.truth) > 2.0**20 * eps * np.max(np.abs(curve.truth), initial=0))
    c = curve.at(informative)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], c.wrong, [False]]).astype(int)))
    parts = [bounds(c, int(i), int(j) - 1) for i, j in zip(edges[::2], edges[1::2], strict=True)]
    more = len(parts) - SAID
    if not parts:
        return message("")
    whole = parts[0]
    for part in parts[1:SAID]:
        whole = message("{before} and {after}", before=whole, after=part)
    if more > 0:
        rest = counted("{n} more stretch", "{n} more stretches", more)
        whole = message("{before} and {after}", before=whole, after=rest)
    return whole


def bounds(c: Curve, first: int, last: int) -> str:
    """One stretch, by its own ends or by the points beside it."""
    low, high = c.x[first], c.x[last]
    if first == 0 and last == c.x.size - 1:
        return EVERYWHERE
    if first == 0:
        inside = f"{c.letter} < 0" if -TINY < high < 0 else f"{c.letter} ≤ {high:.6g}"
    elif last == c.x.size - 1:
        inside = f"{c.letter} > 0" if 0 < low < TINY else f"{c.letter} ≥ {low:.6g}"
    elif low == high:
        return message("at {where}", where=f"{c.letter} = {low:.9g}")
    else:
        inside = f"{low:.6g} ≤ {c.letter} ≤ {high:.6g}"
    return message("for {where}", where=inside)


def points(x: Sequence[float]) -> str:
    """Some of the points."""
    some, more = ", ".join(f"{v:.6g}" for v in x[:SAID]), len(x) - SAID
    return message("{some} and {n} more", some=some, n=more) if more > 0 else message("{all}", all=some)


def holes(x: Sequence[float]) -> str:
    """Where the values are no numbers."""
    return message("not a number, or infinite, at {points}", points=points(x)) if x else message("")


def size_of_error(curves: Sequence[Curve]) -> str:
    """How far off the wrong values are."""
    off = [np.abs(c.given - c.truth)[c.wrong] / np.maximum(np.abs(c.truth[c.wrong]), 1e-12) for c in curves]
    errors = np.concatenate(off)
    if not errors.size:
        return message("")
    least, largest = f"{errors.min():.1e}", f"{errors.max():.1e}"
    if least == largest:
        return message("the relative error is {size}", size=least)
    return message("the relative error is between {least} and {largest}", least=least, largest=largest)
