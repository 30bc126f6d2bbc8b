"""Which fully connected network a user's function is, from its values alone: then its mistakes have names."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.testing.models.given import Given, Layout, outputs, totals
from symgrad.testing.models.model import activated

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.testing.diagnosis.weigh import Array

    Leaves = dict[str, Array]

NEAR = 1e-9  # relative
MATRIX = 2
USUAL = ("tanh", "relu", "sigmoid")
OUTPUTS = ("identity", "softmax", "sigmoid", "tanh", "relu", "softplus")
KNOWN = tuple(name for name in LOSSES if not name.endswith("logits"))  # those have an activation of their own
MOST = 24  # layouts that are tried


def of_loss(points: Sequence[Leaves], values: Array, data: Sequence[Array], *, inputs: bool = False) -> Given | None:
    """The network and its loss, with the data that the function can see; None where none has these values.

    `inputs` says that the input is one of the arrays.
    """
    leaves, data = points[0], [v for v in data if v.ndim <= MATRIX]
    for layout, x in layouts(leaves, data, inputs=inputs):
        for y in targets(layout, leaves, data, len(x)):
            for hidden, output in names(layout):
                found = losses(Given(layout, leaves, x, y, hidden, output), points, values)
                if found:
                    return found
    return None


def of_function(points: Sequence[Leaves], values: Sequence[Array], data: Sequence[Array]) -> Given | None:
    """The network whose output the function returns."""
    leaves, data = points[0], [v for v in data if v.ndim <= MATRIX]
    fixed = {f"array {n}": np.asarray(v, float) for n, v in enumerate(data)}
    found = (*layouts(leaves, data, inputs=True), *single(leaves, fixed))
    for layout, x in found:
        for hidden, output in names(layout, tuple(ACTIVATIONS)):
            model = Given(layout, leaves, x, np.zeros(0), hidden, output, fixed=fixed)
            if all(same(last(model, p), layout.rows(v)) for p, v in zip(points, values, strict=True)):
                return model
    return None


def single(leaves: Leaves, fixed: Leaves) -> Iterator[tuple[Layout, Array]]:
    """Ways to read them as one layer, of which some arrays are fixed."""
    everything = {**leaves, **fixed}
    matrices = [k for k, v in everything.items() if v.ndim == MATRIX]
    biases = ["", *everything]
    count = 0
    for x, w, b, turned in product(matrices, matrices, biases, (False, True)):
        if len({x, w, b}) < 3 or not leaves.keys() <= {x, w, b} or count > MOST:  # noqa: PLR2004 - three arrays
            continue
        layout = Layout((w,), (b,), turned, columns=False, data=x)
        rows = layout.rows(everything[x])
        if chained(layout, everything, rows):
            count += 1
            yield layout, rows


def same(found: Array, value: Array) -> bool:
    """Whether two arrays agree up to rounding."""
    return found.shape == value.shape and bool(np.all(np.abs(found - value) <= NEAR * np.maximum(1, np.abs(value))))


def last(model: Given, leaves: Leaves) -> Array:
    """The output at these parameters."""
    params = model.read(leaves)
    a = params.get("x", model.data)
    for l in range(1, model.layers + 1):
        z = a @ params[f"W{l}"].T + params[f"b{l}"]
        a = outputs(model.output, z) if l == model.layers else activated(model.hidden)(z)
    return np.asarray(a)


def names(layout: Layout, last_: Sequence[str] = OUTPUTS) -> Iterator[tuple[str, str]]:
    """Pairs of activations, the usual ones first."""
    hidden = list(dict.fromkeys((*USUAL, *ACTIVATIONS))) if len(layout.weights) > 1 else ["identity"]
    return product(hidden, dict.fromkeys((*OUTPUTS, *last_)))


def losses(model: Given, points: Sequence[Leaves], values: Array) -> Given | None:
    """The model with the loss that has these values: a factor times the catalogue's, and perhaps a weight decay."""
    with np.errstate(all="ignore"):
        found = [last(model, p) for p in points]
    if found[0].shape != model.targets.shape or not all(np.isfinite(a).all() for a in found):
        return None
    rows = np.stack(found)
    squares = np.asarray([sum(float((p[w] ** 2).sum()) for w in model.layout.weights) / 2 for p in points])
    for name in ("cross_entropy",) if model.output == "softmax" else KNOWN:
        with np.errstate(all="ignore"):
            sums = totals(name, rows, model.targets)
            alone = np.asarray([sums @ values / (sums @ sums)])
        if not np.isfinite(sums).all() or not np.ptp(sums):
            continue
        table = np.stack([sums, squares], axis=1)
        for solved in (alone, np.linalg.lstsq(table, values, rcond=None)[0]):
            if np.all(np.abs(table[:, : solved.size] @ solved - values) <= NEAR * np.abs(values)) and solved[0] > 0:
                decay = float(solved[1]) if len(solved) > 1 else 0.0
                return Given(
                    model.layout,
                    model.leaves,
                    model.data,
                    model.targets,
                    model.hidden,
                    model.output,
                    name,
                    float(solved[0]),
                    decay,
                )
    return None


def layouts(leaves: Leaves, data: Sequence[Array], *, inputs: bool = False) -> Iterator[tuple[Layout, Array]]:
    """Ways to read the arrays as weights and biases, with the input: rows of examples."""
    chosen = [k for k, v in leaves.items() if v.ndim == MATRIX] if inputs else []
    count = 0
    for own, turned, columns in product((*chosen, ""), (False, True), (False, True)):
        rest = {k: v for k, v in leaves.items() if k != own}
        weights = tuple(k for k, v in rest.items() if v.ndim == MATRIX and not is_bias(v, rest))
        others = [k for k in rest if k not in weights]
        if not weights or len(others) not in {0, len(weights)}:
            continue
        biases = tuple(others) or ("",) * len(weights)
        layout = Layout(weights, biases, turned, columns, own)
        for x in [leaves[own]] if own else data:
            if count < MOST and chained(layout, leaves, layout.rows(np.asarray(x, float))):
                count += 1
                yield layout, layout.rows(np.asarray(x, float))


def is_bias(v: Array, rest: Leaves) -> bool:
    """Whether a matrix is a row or a column of biases beside as many larger ones."""
    thin = [k for k, u in rest.items() if u.ndim == MATRIX and 1 in u.shape]
    return 1 in v.shape and 2 * len(thin) == len(rest)


def chained(layout: Layout, leaves: Leaves, x: Array) -> bool:
    """Whether each layer's size is the next one's."""
    params, n = layout.read(leaves), x.shape[1]
    for l in range(1, len(layout.weights) + 1):
        w, b = params[f"W{l}"], params[f"b{l}"]
        if w.shape[1] != n or b.size != len(w):
            return False
        n = len(w)
    return True


def targets(layout: Layout, leaves: Leaves, data: Sequence[Array], count: int) -> Iterator[Array]:
    """The arrays that can be targets: of the outputs' shape, or the numbers of classes."""
    k = len(layout.read(leaves)[f"W{len(layout.weights)}"])
    for v in data:
        rows = layout.rows(v)
        if rows.shape == (count, k):
            yield np.asarray(rows, float)
        elif v.size == count and k == 1:
            yield np.asarray(v, float).reshape(count, 1)
        elif v.size == count and v.dtype.kind in "iu" and v.min() >= 0 and v.max() < k:
            yield np.eye(k)[v.ravel()]
