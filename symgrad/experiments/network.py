"""A network of dense layers with softmax at the end, and gradient descent by hand: the four equations, no library."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from symgrad.experiments.elementwise import Array, Elementwise
from symgrad.experiments.initial import deviation

if TYPE_CHECKING:
    from collections.abc import Sequence

Layers = list[tuple[Array, Array]]  # W and b of each layer, the first one first


def initial(widths: Sequence[int], scheme: str, seed: int) -> Layers:
    """Weights drawn by the scheme, biases 0."""
    rng = np.random.default_rng((seed, 4))
    return [(rng.normal(0, deviation(scheme, n, m), (m, n)), np.zeros(m)) for n, m in pairwise(widths)]


def forward(layers: Layers, phi: Elementwise, x: Array) -> tuple[list[Array], list[Array]]:
    """Every z and every a, examples as rows; the first a is the input, the last z goes into softmax."""
    a, zs = [x], list[Array]()
    for W, b in layers:
        zs.append(a[-1] @ W.T + b)
        a.append(phi.phi(zs[-1]))
    return zs, a[:-1]


def descend(layers: Layers, phi: Elementwise, x: Array, y: Array, rate: float) -> Layers:
    """The layers after one step of gradient descent on the mean of softmax's log-likelihood loss."""
    zs, a = forward(layers, phi, x)
    delta = (softmax(zs[-1]) - y) / len(x)
    after = []
    for l in range(len(layers) - 1, -1, -1):
        W, b = layers[l]
        after.append((W - rate * delta.T @ a[l], b - rate * delta.sum(0)))
        if l:
            delta = (delta @ W) * phi.slope(zs[l - 1])
    return after[::-1]


def softmax(z: Array) -> Array:
    """Softmax of each row."""
    e = np.exp(z - z.max(1, keepdims=True))
    return np.asarray(e / e.sum(1, keepdims=True))


def accuracy(layers: Layers, phi: Elementwise, x: Array, y: Array) -> float:
    """The share of examples whose class has the largest z; one without a finite answer is wrong."""
    with np.errstate(all="ignore"):
        z = forward(layers, phi, x)[0][-1]
    return float(np.mean((z.argmax(1) == y.argmax(1)) & np.isfinite(z).all(1)))
