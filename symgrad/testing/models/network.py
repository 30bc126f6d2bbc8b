"""Fully connected networks: a softmax classifier, a two-layer perceptron, or anything deeper."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from symgrad.core import SymgradError
from symgrad.testing.models.model import Array, Arrays, Backward, Layers, Textbook, activation, drawn, loss, softmax
from symgrad.testing.models.network_faults import FAULTS

if TYPE_CHECKING:
    from symgrad.testing.models.model import Fault

Reduction = Literal["mean", "sum"]
FEWEST = 2  # sizes: the inputs and the outputs


@dataclass(frozen=True)
class Network(Textbook):
    """z^l = a^(l-1) (W^l)^T + b^l, a^l = phi(z^l), for the rows of a batch; the loss is summed over the outputs.

    Parameters are called W1, b1, W2, ...; W^l has the shape (outputs, inputs), as in torch. `decay` adds
    decay/2 times the sum of all squared weights. The output may be "softmax"; its loss is then "cross_entropy".
    """

    sizes: tuple[int, ...] = (3, 4, 2)
    hidden: str = "tanh"
    output: str = "sigmoid"
    loss: str = "half_squared_error"
    reduction: Reduction = "mean"
    decay: float = 0.0
    batch: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.sizes) < FEWEST or min(self.sizes) < 1 or self.batch < 1:
            raise SymgradError(
                "a network needs two sizes or more, all positive, and a batch; not {sizes}", sizes=self.sizes
            )

    @cached_property
    def params(self) -> dict[str, Array]:
        """The weights and biases, drawn from the seed."""
        rng = np.random.default_rng(self.seed)
        found = {}
        for l, (n_in, n_out) in enumerate(zip(self.sizes[:-1], self.sizes[1:], strict=True), 1):
            found[f"W{l}"] = drawn(rng, n_out, n_in, width=n_in**-0.5)
            found[f"b{l}"] = drawn(rng, n_out, width=0.3)
        return found

    @cached_property
    def x(self) -> Array:
        """The inputs; examples are rows."""
        return drawn(np.random.default_rng([self.seed, 1]), self.batch, self.sizes[0])

    @cached_property
    def y(self) -> Array:
        """Targets which suit the loss: one-hot, binary, or real numbers."""
        rng, k = np.random.default_rng([self.seed, 2]), self.sizes[-1]
        if self.output == "softmax":
            return np.eye(k)[rng.integers(0, k, self.batch)]
        if self.loss.startswith("binary_cross_entropy"):
            return rng.integers(0, 2, (self.batch, k)).astype(float)
        return np.round(rng.uniform(0.1, 0.9, (self.batch, k)), 3)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made in backpropagation."""
        return FAULTS

    @property
    def layers(self) -> int:
        """How many layers have weights."""
        return len(self.sizes) - 1

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return {"n, the number of examples": self.batch, "k, the number of outputs": self.sizes[-1]}

    def forward(self, params: Arrays) -> tuple[list[Array], list[Array]]:
        """All a^l, the inputs first, and all z^l, where z^0 is the input too."""
        outputs, sums = [self.x], [self.x]
        for l in range(1, self.layers + 1):
            sums.append(outputs[-1] @ params[f"W{l}"].T + params[f"b{l}"])
            name = self.output if l == self.layers else self.hidden
            outputs.append(softmax(sums[-1]) if name == "softmax" else activation(name).value(sums[-1]))
        return outputs, sums

    def value(self, params: Arrays) -> float:
        """The loss of the batch."""
        data = float(loss(self.loss).value(self.forward(params)[0][-1], self.y).sum())
        penalty = sum(float((params[f"W{l}"] ** 2).sum()) for l in range(1, self.layers + 1))
        return data * self.share + self.decay / 2 * penalty

    @property
    def share(self) -> float:
        """What each example's loss is multiplied by."""
        return 1 / self.batch if self.reduction == "mean" else 1.0

    def backward(self, fault: Fault | None, where: Layers) -> Pass:
        """Backpropagation."""
        return Pass(self, fault, where)

    def varied(self, seed: int, *, sizes: bool = True) -> Network:
        """Other weights and data; other numbers of examples and units too, unless the sizes are to stay."""
        if not sizes:
            return replace(self, seed=self.seed + 101 * seed)
        step = [n if n == 1 else n + (seed + i) % 3 for i, n in enumerate(self.sizes)]
        return replace(self, sizes=tuple(step), batch=self.batch + 2 * seed, seed=self.seed + 101 * seed)


class Pass(Backward):
    """Backpropagation as the textbooks write it, for the rows of a batch."""

    def __init__(self, net: Network, fault: Fault | None = None, where: Layers = None) -> None:
        super().__init__(fault, where)
        self.net, self.L = net, net.layers
        self.a, self.z = net.forward(net.params)
        self.W = {l: net.params[f"W{l}"] for l in range(1, self.L + 1)}
        self.found: dict[str, Array] = {}
        self.by_output: dict[int, Array] = {}  # dJ/da^l, what each delta was before its slope

    def name(self, l: int) -> str:
        """The activation of layer l."""
        return self.net.output if l == self.L else self.net.hidden

    def sums(self, l: int) -> Array:
        """z^l."""
        return self.z[l]

    def outputs(self, l: int) -> Array:
        """a^l."""
        return self.a[l]

    def run(self) -> dict[str, Array]:
        """The gradients, from the last layer down to the input where that is a parameter."""
        delta = self.do("output_delta", layer=self.L)
        for l in range(self.L, 0, -1):
            self.found[f"W{l}"] = self.do("weights", l, delta, layer=l) + self.do("penalty", l, layer=l)
            self.found[f"b{l}"] = self.do("biases", l, delta, layer=l)
            if l > 1:
                delta = self.do("hidden_delta", l - 1, delta, layer=l - 1)
        if "x" in self.net.params:
            self.found["x"] = self.do("carried", 0, delta, layer=0)
        return {key: self.found[key] for key in self.net.params}

    def loss_slope(self) -> Array:
        """dJ/da, each example's part of the reduction included."""
        return loss(self.net.loss).slope(self.a[-1], self.net.y) * self.net.share

    def output_delta(self) -> Array:
        """dJ/dz of the last layer."""
        self.by_output[self.L] = self.do("loss_slope", layer=self.L)
        return np.asarray(self.do("through", self.by_output[self.L], layer=self.L))

    def through(self, g: Array) -> Array:
        """A gradient g times the derivative of the output activation: softmax has a whole matrix."""
        if self.net.output == "softmax":
            p = self.a[-1]
            return np.asarray(p * (g - (p * g).sum(axis=1, keepdims=True)))
        return np.asarray(g * self.do("slope", self.L, layer=self.L))

    def hidden_delta(self, l: int, above: Array) -> Array:
        """delta^l = delta^(l+1) W^(l+1) times phi'(z^l)."""
        self.by_output[l] = self.do("carried", l, above, layer=l)
        return np.asarray(self.by_output[l] * self.do("slope", l, layer=l))

    def carried(self, l: int, above: Array) -> Array:
        """What comes back through the weights above layer l."""
        return np.asarray(above @ self.W[l + 1])

    def slope(self, l: int) -> Array:
        """phi'(z^l)."""
        return activation(self.name(l)).slope(self.z[l])

    def weights(self, l: int, delta: Array) -> Array:
        """dJ/dW^l, summed over the examples."""
        return np.asarray(delta.T @ self.a[l - 1])

    def biases(self, l: int, delta: Array) -> Array:
        """dJ/db^l, summed over the examples."""
        del l
        return np.asarray(delta.sum(axis=0))

    def penalty(self, l: int) -> Any:
        """The slope of the weight decay."""
        return self.net.decay * self.W[l] if self.net.decay else 0.0
