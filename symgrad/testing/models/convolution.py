"""A convolution in one dimension, and the mistakes that are made in its backward pass."""

# ruff: noqa: ARG005 - the formulas of one step take the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from symgrad.testing.models.model import (
    Activated,
    Array,
    Arrays,
    Fault,
    HalfSquared,
    Layers,
    activation,
    drawn,
    prefixed,
)
from symgrad.testing.models.slopes import slopes
from symgrad.words import message


@dataclass(frozen=True)
class Convolution(HalfSquared):
    """z_t = sum_k x_(st+k) w_k + b as deep learning means it (no flip), a = phi(z), J = 1/2 the sum of (a - y)^2.

    `x` is a parameter too, a row for each example; `stride` is s.
    """

    length: int = 7
    width: int = 3
    stride: int = 1
    batch: int = 2
    hidden: str = "tanh"
    seed: int = 0

    @cached_property
    def params(self) -> dict[str, Array]:
        """The input, the kernel and the bias."""
        rng = np.random.default_rng(self.seed)
        return {"x": drawn(rng, self.batch, self.length), "w": drawn(rng, self.width), "b": drawn(rng, 1, width=0.3)}

    @property
    def x(self) -> Array:
        """The input; examples are rows."""
        return self.params["x"]

    @cached_property
    def y(self) -> Array:
        """The targets."""
        return drawn(np.random.default_rng([self.seed, 2]), self.batch, self.places)

    @property
    def places(self) -> int:
        """How many places the kernel is put at."""
        return (self.length - self.width) // self.stride + 1

    @property
    def title(self) -> str:
        """What it is."""
        return message("a convolution with {name}", name=self.hidden)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with convolutions."""
        return FAULTS

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return {"n, the number of examples": self.batch, "T, the number of places": self.places}

    def windows(self, x: Array) -> Array:
        """What the kernel sees: example, place, offset."""
        seen = np.lib.stride_tricks.sliding_window_view(x, self.width, axis=1)
        return np.asarray(seen[:, :: self.stride])

    def sums(self, params: Arrays) -> Array:
        """The sums z."""
        return np.asarray(self.windows(params["x"]) @ params["w"] + params["b"])

    def output(self, params: Arrays) -> Array:
        """What the layer computes."""
        return activation(self.hidden).value(self.sums(params))

    def backward(self, fault: Fault | None, where: Layers) -> Pass:
        """The backward pass."""
        return Pass(self, fault, where)

    def varied(self, seed: int, *, sizes: bool = True) -> Convolution:
        """Other numbers; another length and batch too, unless the sizes are to stay."""
        if not sizes:
            return replace(self, seed=self.seed + 101 * seed)
        return replace(self, length=self.length + 2 * seed, batch=self.batch + seed, seed=self.seed + 101 * seed)


class Pass(Activated):
    """The backward pass."""

    def __init__(self, net: Convolution, fault: Fault | None = None, where: Layers = None) -> None:
        super().__init__(net.hidden, net.sums(net.params), fault, where)
        self.net, self.w, self.seen = net, net.params["w"], net.windows(net.x)

    def run(self) -> dict[str, Array]:
        """The gradients."""
        delta = (self.outputs() - self.net.y) * self.do("slope")
        return {"x": self.do("spread", delta), "w": self.do("kernel", delta), "b": self.do("bias", delta)}

    def kernel(self, delta: Array) -> Array:
        """dJ/dw: summed over examples and places."""
        return np.asarray(np.einsum("nt,ntk->k", delta, self.seen))

    def bias(self, delta: Array) -> Array:
        """dJ/db."""
        return np.asarray([delta.sum()])

    def spread(self, delta: Array) -> Array:
        """dJ/dx: each delta goes back to all that its window saw."""
        return scattered(self.net, delta, self.w)


def scattered(net: Convolution, delta: Array, w: Array) -> Array:
    """Every delta times the kernel, added to where its window lies."""
    found = np.zeros_like(net.x)
    for t in range(net.places):
        found[:, t * net.stride : t * net.stride + net.width] += delta[:, t : t + 1] * w
    return found


def overwritten(net: Convolution, delta: Array, w: Array) -> Array:
    """As `scattered`, with = in place of +=."""
    found = np.zeros_like(net.x)
    for t in range(net.places):
        found[:, t * net.stride : t * net.stride + net.width] = delta[:, t : t + 1] * w
    return found


fault = partial(prefixed, "conv")


FAULTS = (
    fault(
        "kernel-flipped",
        "∂J/∂w is flipped end to end",
        "z_t uses x_(t+k) with w_k, so ∂J/∂w_k = Σ δ_t x_(t+k)",
        "kernel",
        lambda p, d: np.einsum("nt,ntk->k", d, p.seen)[::-1],
    ),
    fault(
        "input-not-flipped",
        "on the way back the kernel is flipped end to end",
        "∂J/∂x_j = Σ δ_t w_(j−t): the full convolution, not the correlation",
        "spread",
        lambda p, d: scattered(p.net, d, p.w[::-1]),
    ),
    fault(
        "overwritten",
        "overlapping windows overwrite each other in ∂J/∂x: the sum is missing",
        "add to ∂J/∂x (+=), do not assign",
        "spread",
        lambda p, d: overwritten(p.net, d, p.w),
    ),
    fault(
        "kernel-last-place",
        "∂J/∂w takes the last place only: the sum over the places is missing",
        "the kernel is shared by all places: add its gradients up",
        "kernel",
        lambda p, d: d[:, -1] @ p.seen[:, -1],
    ),
    fault(
        "kernel-last-example",
        "∂J/∂w takes the last example only: the sum over the batch is missing",
        "add up over the batch",
        "kernel",
        lambda p, d: d[-1] @ p.seen[-1],
    ),
    fault(
        "bias-last-example",
        "∂J/∂b takes the last example only: the sum over the batch is missing",
        "sum δ over examples and places",
        "bias",
        lambda p, d: np.asarray([d[-1].sum()]),
    ),
    fault(
        "bias-per-place",
        "∂J/∂b has an entry for each place: the sum over the places is missing",
        "the bias is shared by all places: sum δ over them too",
        "bias",
        lambda p, d: d.sum(axis=0),
        cost=1,
    ),
    *slopes("conv-"),
    fault(
        "shifted",
        "the windows in ∂J/∂w are shifted by one place: off by one",
        "∂J/∂w_k = Σ δ_t x_(t+k)",
        "kernel",
        lambda p, d: np.einsum("nt,ntk->k", d[:, :-1], p.seen[:, 1:]),
    ),
)
