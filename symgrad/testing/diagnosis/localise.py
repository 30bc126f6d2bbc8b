"""Where a gradient is wrong, when what is wrong has no name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.words import clauses, counted, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.testing.diagnosis.weigh import Array

FEW = 4  # places that are listed
NUMBERED = re.compile(r"\D+(\d+)")


def at_which(wrong: Sequence[str], keys: Sequence[str]) -> str:
    """Which parameters are wrong, and in numbered layers where on the way back the error comes in."""
    right = [k for k in keys if k not in wrong]
    names = {"wrong": ", ".join(wrong), "right": ", ".join(right)}
    text = message("{wrong} wrong; {right} right", **names) if right else message("{wrong} wrong: all of them", **names)
    layers = {k: int(m[1]) for k in keys if (m := NUMBERED.fullmatch(k))}
    if len(layers) < len(keys) or not right:
        return text
    whole = [l for l in set(layers.values()) if all(k in right for k in keys if layers[k] == l)]
    highest = max(layers[k] for k in wrong)
    above = all(l in whole for l in range(highest + 1, max(layers.values()) + 1))
    if above and highest < max(layers.values()) and all(k in wrong for k in keys if layers[k] <= highest):
        way = message(
            "the error comes in on the way from layer {above} back to layer {below}", above=highest + 1, below=highest
        )
        return clauses((text, way))
    return text


def parts(key: str, wrong: Array | None) -> str:
    """The rows, columns or entries of an array that are wrong, if they are not all, nor too many to say."""
    if wrong is None or wrong.all() or not wrong.ndim:
        return ""
    many = wrong.sum() > FEW
    for axis, name in enumerate(("row", "column")[: wrong.ndim] if wrong.ndim > 1 else ()):
        lines = np.flatnonzero(wrong.any(axis=tuple(n for n in range(wrong.ndim) if n != axis)))
        whole = lines.size * wrong.size // wrong.shape[axis] == wrong.sum()
        if lines.size <= min(wrong.shape[axis] // 2, FEW) and (many or whole):
            some: dict[str, Any] = {"key": key, "lines": ", ".join(map(str, lines)), "n": lines.size}
            if name == "row":
                return counted("{key} in row {lines} only", "{key} in rows {lines} only", **some)
            return counted("{key} in column {lines} only", "{key} in columns {lines} only", **some)
    places = np.argwhere(wrong)[:FEW]
    listed = ", ".join(str(p.tolist()) for p in places)
    return "" if many else message("{key} at {places} only", key=key, places=listed)


def stretches(x: Array, wrong: Array) -> list[tuple[float, float]]:
    """The intervals between sorted points on which the gradient is wrong at every point tried."""
    order = np.argsort(x)
    x, wrong = x[order], wrong[order]
    edges = np.flatnonzero(np.diff(np.concatenate([[False], wrong, [False]]).astype(int)))
    return [(float(x[i]), float(x[j - 1])) for i, j in zip(edges[::2], edges[1::2], strict=True)]
