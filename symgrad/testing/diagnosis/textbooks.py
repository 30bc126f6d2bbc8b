"""Which layer, cell or recurrent network a user's function is, from its values alone."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice, permutations, product
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.diagnosis.arranged import attentions, images
from symgrad.testing.diagnosis.steps import cells, sequences
from symgrad.testing.models.convolution import Convolution
from symgrad.testing.models.lent import Lent
from symgrad.testing.models.normalised import BatchNorm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from symgrad.testing.diagnosis.arranged import Roles
    from symgrad.testing.diagnosis.weigh import Array

    Leaves = dict[str, Array]

NEAR = 1e-9  # relative
MATRIX = 2
HIDDEN = ("tanh", "sigmoid", "relu", "identity", "softplus")
SMALLEST = (1e-5, 1e-3, 1e-8, 0.0, 1e-6, 1e-12, 1e-4)  # what is added to a variance
STRIDES = (1, 2, 3)
MOST = 400  # readings of the arrays that are tried


def textbook_of_loss(points: Sequence[Leaves], values: Array, data: Sequence[Array]) -> Lent | None:
    """The model whose loss, up to a factor, the function is."""
    for model in readings(points[0], data, data):
        if fits(model, points[:2], values[:2]) and (factor := fits(model, points, values)):
            return replace(model, factor=factor)
    return None


def fits(model: Lent, points: Sequence[Leaves], values: Array) -> float:
    """What the model's loss is multiplied by to be the function's at all these points; 0 if that is no constant."""
    found = np.asarray([attempt(model.value, p) for p in points], float)
    factor = float(values[0] / found[0]) if np.isfinite(found).all() and found[0] else 0.0
    return factor if factor > 0 and np.all(np.abs(factor * found - values) <= NEAR * np.abs(values)) else 0.0


def textbook_of_function(points: Sequence[Leaves], values: Sequence[Array], data: Sequence[Array]) -> Lent | None:
    """The model whose output the function returns."""
    for model in readings(points[0], data, [np.zeros(values[0].shape)]):
        found = [np.asarray(attempt(model.output, p), float) for p in points]
        if all(same(o, v) for o, v in zip(found, values, strict=True)):
            return model
    return None


def attempt(function: Callable[[Leaves], Any], leaves: Leaves) -> Any:
    """The value, NaN where the shapes do not fit together."""
    try:
        return function(leaves)
    except ValueError:
        return np.nan


def same(found: Array, value: Array) -> bool:
    """Whether two arrays agree up to rounding."""
    return found.shape == value.shape and bool(np.all(np.abs(found - value) <= NEAR * np.maximum(1, np.abs(value))))


def readings(leaves: Leaves, data: Sequence[Array], wanted: Sequence[Array]) -> Iterator[Lent]:
    """Ways to read the arrays as the parameters of one of the models, with an array of `wanted` as its targets."""
    flat = [v for v in data if v.ndim <= MATRIX]
    thin = [v for v in wanted if v.ndim <= MATRIX]
    for family in (normalisations, convolutions):
        yield from islice(family(leaves, flat, thin), MOST)
    for family in (attentions, images, cells, sequences):
        yield from islice(family(leaves, data, wanted), MOST)


def split(leaves: Leaves) -> tuple[list[str], list[str]]:
    """Matrices and vectors; a row or a column may be either."""
    return (
        [k for k, v in leaves.items() if v.ndim == MATRIX],
        [k for k, v in leaves.items() if v.ndim < MATRIX or (v.ndim == MATRIX and 1 in v.shape)],
    )


def inputs(leaves: Leaves, data: Sequence[Array], rest: int) -> Iterator[tuple[str, Array]]:
    """The input among the arrays, beside as many others, or among the data ("")."""
    if len(leaves) == rest + 1:
        yield from ((k, leaves[k]) for k in split(leaves)[0])
    elif len(leaves) == rest:
        yield from (("", v) for v in data if v.ndim == MATRIX)


def normalisations(leaves: Leaves, data: Sequence[Array], wanted: Sequence[Array]) -> Iterator[Lent]:
    """Readings as x, γ and β."""
    for path, x in inputs(leaves, data, 2):
        others = [k for k in leaves if k != path]
        for gamma, beta in permutations(others):
            if leaves[gamma].size != x.shape[1] or leaves[beta].size != x.shape[1]:
                continue
            roles: Roles = {"x": (path, np.asarray), "gamma": (gamma, np.ravel), "beta": (beta, np.ravel)}
            roles = {k: v for k, v in roles.items() if v[0]}
            for y, eps, axis in product((v for v in wanted if v.shape == x.shape), SMALLEST, (0, 1)):
                kind = BatchNorm(x.shape[1], x.shape[0], eps, axis=axis)
                yield Lent(kind, roles, leaves, {"y": y} | ({} if path else {"x": x}))


def convolutions(leaves: Leaves, data: Sequence[Array], wanted: Sequence[Array]) -> Iterator[Lent]:
    """Readings as x, a kernel and a bias."""
    for path, x in inputs(leaves, data, 2):
        others = [k for k in leaves if k != path and leaves[k].ndim < MATRIX]
        for kernel, bias in permutations(others, 2):
            width = leaves[kernel].size
            if leaves[bias].size != 1 or width > x.shape[1]:
                continue
            roles: Roles = {"x": (path, np.asarray), "w": (kernel, np.ravel), "b": (bias, np.ravel)}
            roles = {k: v for k, v in roles.items() if v[0]}
            for stride, hidden in product(STRIDES, HIDDEN):
                kind = Convolution(x.shape[1], width, stride, x.shape[0], hidden)
                for y in wanted:
                    if y.shape == (len(x), kind.places):
                        yield Lent(kind, roles, leaves, {"y": y} | ({} if path else {"x": x}))
