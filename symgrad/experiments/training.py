"""A network trained by plain gradient descent on mini-batches: everything random comes from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from symgrad.core import UnsupportedError
from symgrad.experiments.data import Split, known, split
from symgrad.experiments.initial import deviation
from symgrad.experiments.network import accuracy, descend, initial
from symgrad.experiments.settings import positive, whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.experiments.elementwise import Elementwise
    from symgrad.experiments.network import Layers

examples = cache(split)


@dataclass(frozen=True, slots=True)
class Training:
    """An activation, the widths of the hidden layers, and how they are trained."""

    phi: Elementwise
    hidden: tuple[int, ...]
    init: str
    rate: float
    epochs: int
    batch: int
    data: str

    def __post_init__(self) -> None:
        if not self.hidden:
            raise UnsupportedError("there is no hidden layer; give at least one width")
        known(self.data)
        deviation(self.init, 1, 1)
        positive("rate", self.rate)
        whole("epochs", self.epochs, 1, 100_000)
        whole("batch", self.batch, 1, 100_000)
        for width in self.hidden:
            whole("width", width, 1, 4096)

    def found(self, seed: int) -> Split:
        """What this seed learns from and is asked about."""
        return examples(self.data, seed)

    def layers(self, seed: int) -> Iterator[Layers]:
        """The layers before training, and after each epoch."""
        data = self.found(seed)
        layers = initial((data.x.shape[1], *self.hidden, data.y.shape[1]), self.init, seed)
        rng = np.random.default_rng((seed, 5))
        yield layers
        for _ in range(self.epochs):
            order = rng.permutation(len(data.x))
            with np.errstate(all="ignore"):  # a rate that is too large ends in numbers that are not finite
                for begin in range(0, len(order), self.batch):
                    chosen = order[begin : begin + self.batch]
                    layers = descend(layers, self.phi, data.x[chosen], data.y[chosen], self.rate)
            yield layers

    def accuracy(self, layers: Layers, seed: int) -> float:
        """The share of right answers to examples that were not learnt from."""
        data = self.found(seed)
        return accuracy(layers, self.phi, data.x_test, data.y_test)
