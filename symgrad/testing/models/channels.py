"""A convolution of channels in two dimensions, and the mistakes that are made in its backward pass."""

# ruff: noqa: ARG005 - the formulas of one step take the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import product

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

Pair = tuple[int, int]
PLACES = (-2, -1)


@dataclass(frozen=True)
class Convolution2D(HalfSquared):
    """z_fij = sum_cuv x_c(si+u, sj+v) w_fcuv + b_f without a flip, a = phi(z), J = 1/2 the sum of (a - y)^2.

    `x` is a parameter too: examples, channels, rows, columns, with `pads` zeros around each; `strides` are s for rows
    and for columns. A kernel of one row is a convolution in one dimension.
    """

    size: Pair = (5, 5)
    kernel: Pair = (3, 3)
    strides: Pair = (2, 2)
    pads: Pair = (1, 1)
    channels: int = 2
    filters: int = 2
    batch: int = 2
    hidden: str = "identity"
    seed: int = 0

    @cached_property
    def params(self) -> dict[str, Array]:
        """The input, the kernels and the biases."""
        rng, c, f = np.random.default_rng(self.seed), self.channels, self.filters
        return {
            "x": drawn(rng, self.batch, c, *self.size),
            "w": drawn(rng, f, c, *self.kernel),
            "b": drawn(rng, f, width=0.3),
        }

    @property
    def x(self) -> Array:
        """The input."""
        return self.params["x"]

    @cached_property
    def y(self) -> Array:
        """The targets."""
        return drawn(np.random.default_rng([self.seed, 2]), self.batch, self.filters, *self.places)

    @property
    def places(self) -> Pair:
        """How many places the kernel is put at, down and across."""
        rows, columns = (
            (n + 2 * p - k) // s + 1 for n, k, s, p in zip(self.size, self.kernel, self.strides, self.pads, strict=True)
        )
        return rows, columns

    @property
    def title(self) -> str:
        """What it is."""
        return message(
            "a convolution of channels with {name}, stride {stride}, padding {padding}",
            name=self.hidden,
            stride=short(self.strides),
            padding=short(self.pads),
        )

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with convolutions."""
        return FAULTS

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        places = self.places[0] * self.places[1]
        return {
            "n, the number of examples": self.batch,
            "T, the number of places": places,
            "m, the number of places in all examples": places * self.batch,
        }

    def padded(self, x: Array) -> Array:
        """The input with zeros around it."""
        return np.pad(x, [(0, 0), (0, 0), *((p, p) for p in self.pads)])

    def windows(self, x: Array, strides: Pair) -> Array:
        """What the kernel sees: example, channel, place, offset."""
        seen = np.lib.stride_tricks.sliding_window_view(self.padded(x), self.kernel, axis=PLACES)
        down, across = self.places
        return np.asarray(seen[:, :, :: strides[0], :: strides[1]][:, :, :down, :across])

    def sums(self, params: Arrays) -> Array:
        """The sums z."""
        seen = self.windows(params["x"], self.strides)
        return np.asarray(np.einsum("ncijuv,fcuv->nfij", seen, params["w"]) + params["b"][:, None, None])

    def output(self, params: Arrays) -> Array:
        """What the layer computes."""
        return activation(self.hidden).value(self.sums(params))

    def backward(self, fault: Fault | None, where: Layers) -> Pass:
        """The backward pass."""
        return Pass(self, fault, where)

    def varied(self, seed: int, *, sizes: bool = True) -> Convolution2D:
        """Other numbers; another size and batch too, unless the sizes are to stay."""
        other = replace(self, seed=self.seed + 101 * seed)
        size = (self.size[0] + 2 * seed, self.size[1] + 2 * seed)
        return replace(other, size=size, batch=self.batch + seed) if sizes else other


class Pass(Activated):
    """The backward pass."""

    def __init__(self, net: Convolution2D, fault: Fault | None = None, where: Layers = None) -> None:
        super().__init__(net.hidden, net.sums(net.params), fault, where)
        self.net, self.w = net, net.params["w"]
        self.seen = net.windows(net.x, net.strides)

    def run(self) -> dict[str, Array]:
        """The gradients."""
        delta = (self.outputs() - self.net.y) * self.do("slope")
        wide = self.do("spread", delta)
        return {"x": self.do("cropped", wide), "w": self.do("kernels", delta), "b": self.do("biases", delta)}

    def kernels(self, delta: Array) -> Array:
        """dJ/dw: summed over examples and places."""
        return products(delta, self.seen)

    def biases(self, delta: Array) -> Array:
        """dJ/db: summed over examples and places."""
        return np.asarray(delta.sum(axis=(0, 2, 3)))

    def spread(self, delta: Array) -> Array:
        """dJ/dx with its borders: each delta goes back to all that its window saw."""
        return scattered(self.net, delta, self.w, self.net.strides)

    def cropped(self, wide: Array) -> Array:
        """What belongs to the input, not to the zeros around it."""
        (rows, columns), (down, across) = self.net.size, self.net.pads
        return np.asarray(wide[:, :, down : down + rows, across : across + columns])


def short(pair: Pair) -> str:
    """Rows and columns; once where they are the same, as they are for one row, of which the first says nothing."""
    return str(pair[1]) if pair[0] in {pair[1], 0, 1} else f"{pair[0]} × {pair[1]}"


def products(delta: Array, seen: Array) -> Array:
    """Each delta times what its window saw, summed over examples and places."""
    return np.asarray(np.einsum("nfij,ncijuv->fcuv", delta, seen))


def scattered(net: Convolution2D, delta: Array, w: Array, strides: Pair, *, kept: int = 1) -> Array:
    """Every delta times the kernels, added to where its window lies; with `kept` = 0 written over what is there."""
    found = np.zeros_like(net.padded(net.x))
    for i, j in product(*map(range, net.places)):
        down, across = i * strides[0], j * strides[1]
        window = found[:, :, down : down + net.kernel[0], across : across + net.kernel[1]]
        window[:] = kept * window + np.einsum("nf,fcuv->ncuv", delta[:, :, i, j], w)
    return found


fault = partial(prefixed, "conv2d")

FAULTS = (
    fault(
        "input-kernel-turned",
        "on the way back the kernel lies the wrong way round, turned by 180°",
        "add δ times w to what each window saw; as one convolution: the full one of δ with w turned by 180°",
        "spread",
        lambda p, d: scattered(p.net, d, p.w[:, :, ::-1, ::-1], p.net.strides),
    ),
    fault(
        "input-kernel-transposed",
        "on the way back the rows and columns of the kernel are exchanged",
        "keep the offsets of the kernel in their order",
        "spread",
        lambda p, d: scattered(p.net, d, p.w.swapaxes(2, 3), p.net.strides),
    ),
    fault(
        "input-channels-transposed",
        "on the way back the channels of the input and of the output are exchanged",
        "sum over the channels of the output: ∂J/∂x of channel c takes w_fc from every filter f",
        "spread",
        lambda p, d: scattered(p.net, d, p.w.swapaxes(0, 1), p.net.strides),
    ),
    fault(
        "input-overwritten",
        "overlapping windows overwrite each other in ∂J/∂x: the sum is missing",
        "add to ∂J/∂x (+=), do not assign",
        "spread",
        lambda p, d: scattered(p.net, d, p.w, p.net.strides, kept=0),
    ),
    fault(
        "input-stride",
        "the stride is ignored in ∂J/∂x: the windows lie next to each other",
        "put the window of place (i, j) at stride · (i, j), as in the forward pass",
        "spread",
        lambda p, d: scattered(p.net, d, p.w, (1, 1)),
    ),
    fault(
        "input-padding",
        "the padding is cut off at the wrong end of ∂J/∂x: its borders are still there at the other",
        "cut the padding off on every side",
        "cropped",
        lambda p, wide: wide[:, :, : p.net.size[0], : p.net.size[1]],
    ),
    fault(
        "kernel-turned",
        "∂J/∂w is turned by 180°",
        "∂J/∂w at the offset (u, v) is the sum of δ times what the windows saw at (u, v)",
        "kernels",
        lambda p, d: products(d, p.seen)[:, :, ::-1, ::-1],
    ),
    fault(
        "kernel-stride",
        "the stride is ignored in ∂J/∂w: the windows lie next to each other",
        "take the window of place (i, j) at stride · (i, j), as in the forward pass",
        "kernels",
        lambda p, d: products(d, p.net.windows(p.net.x, (1, 1))),
    ),
    fault(
        "kernel-last-place",
        "∂J/∂w takes the last place only: the sum over the places is missing",
        "the kernel is shared by all places: add its gradients up",
        "kernels",
        lambda p, d: products(d[:, :, -1:, -1:], p.seen[:, :, -1:, -1:]),
    ),
    fault(
        "kernel-last-example",
        "∂J/∂w takes the last example only: the sum over the batch is missing",
        "add up over the batch",
        "kernels",
        lambda p, d: products(d[-1:], p.seen[-1:]),
    ),
    *(
        fault(
            f"bias-{name}-place",
            message("∂J/∂b takes one place only: the sum over the places is missing"),
            "the bias is shared by all places: sum δ over them too",
            "biases",
            lambda p, d, at=at: d[:, :, at, at].sum(axis=0),
        )
        for name, at in (("first", 0), ("last", -1))
    ),
    fault(
        "bias-last-example",
        "∂J/∂b takes the last example only: the sum over the batch is missing",
        "sum δ over examples and places",
        "biases",
        lambda p, d: d[-1].sum(axis=PLACES),
    ),
    *slopes("conv2d-"),
)
