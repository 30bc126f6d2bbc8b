"""Which model is behind a table of embeddings, from the values of a user's function alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from symgrad.testing.diagnosis.architecture import of_function, of_loss
from symgrad.testing.diagnosis.textbooks import fits, same, textbook_of_function, textbook_of_loss
from symgrad.testing.models.embedding import Itself, LookedUp, Lookup
from symgrad.testing.models.given import moved
from symgrad.testing.models.lent import Lent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from symgrad.testing.diagnosis.weigh import Array
    from symgrad.testing.models.embedding import Way
    from symgrad.testing.models.given import Given

    Leaves = dict[str, Array]
    Model = Given | Lent | LookedUp

POINTS = 4  # at which the values must agree
MATRIX = 2


def recognised_loss(value: Callable[[Leaves], float], leaves: Leaves, data: Sequence[Array]) -> Model | None:
    """The model whose loss the function is; None where none has these values."""
    points = [leaves, *(moved(leaves, seed) for seed in range(1, POINTS))]
    values = np.asarray([value(p) for p in points], float)
    if not np.isfinite(values).all() or np.ptp(values) == 0:
        return None
    found = of_loss(points, values, data) or textbook_of_loss(points, values, data)
    for table, lookup in () if found else lookups(value, leaves, data):
        behind = [{**p, table: lookup.rows(p[table])} for p in points]
        inner = of_loss(behind, values, data, inputs=True) or textbook_of_loss(behind, values, data)
        for model in () if inner else alone(behind[0], data):
            if factor := fits(model, behind, values):
                inner = replace(model, factor=factor)
        if inner:
            return LookedUp(inner, table, lookup, leaves)
    return found


def recognised_function(f: Callable[[Leaves], Array], leaves: Leaves, data: Sequence[Array]) -> Model | None:
    """The model whose output the function returns; None where none has these values."""
    points = [leaves, moved(leaves, 1)]
    values = [np.asarray(f(p), float) for p in points]
    found = of_function(points, values, data) or textbook_of_function(points, values, data)
    for table, lookup in () if found else lookups(f, leaves, data):
        behind = [{**p, table: lookup.rows(p[table])} for p in points]
        inner = of_function(behind, values, data) or textbook_of_function(behind, values, data)
        for model in () if inner else alone(behind[0], values[:1]):
            if all(same(model.output(p), v) for p, v in zip(behind, values, strict=True)):
                inner = model
        if inner:
            return LookedUp(inner, table, lookup, leaves)
    return found


def alone(leaves: Leaves, wanted: Sequence[Array]) -> Iterator[Lent]:
    """What is looked up as the output itself, with each array of its shape as the targets."""
    if len(leaves) == 1:
        ((path, rows),) = leaves.items()
        for y in (v for v in wanted if v.shape == rows.shape):
            yield Lent(Itself(rows.shape), {"x": (path, np.asarray)}, leaves, {"y": y})


Found = tuple[str, Lookup]


def lookups(f: Callable[[Leaves], Array | float], leaves: Leaves, data: Sequence[Array]) -> Iterator[Found]:
    """Tables among the arrays and numbers that may be looked up in them: the other rows have no influence."""
    for (path, table), index in product(leaves.items(), data):
        if table.ndim != MATRIX or index.dtype.kind not in "iu" or not 0 < index.ndim <= MATRIX:
            continue
        if index.min() < 0 or index.max() >= len(table):
            continue
        others = np.array(table, float)
        others[np.setdiff1d(np.arange(len(table)), index)] += 1
        if np.array_equal(f(leaves), f({**leaves, path: others})):
            yield from ((path, lookup) for lookup in ways(index, len(table)))


def ways(index: Array, count: int) -> Iterator[Lookup]:
    """What may become of the rows, with and without padding."""
    masks = [np.ones(index.shape), *(1.0 * (index != pad) for pad in {0, count - 1} if pad in index)]
    for mask in masks:
        yield Lookup(index, mask)
        if index.ndim == MATRIX:
            several: tuple[Way, ...] = ("sum", "flat", "merged")
            yield from (Lookup(index, mask, way) for way in several)
            yield Lookup(index, mask / index.shape[1], "sum")
        if index.ndim == MATRIX and not mask.all():
            yield Lookup(index, mask / np.maximum(mask.sum(axis=1, keepdims=True), 1), "sum")
