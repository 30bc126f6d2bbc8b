"""A fully connected network whose parameters and data are somebody else's, under their own names and shapes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.models.model import Array, Arrays, Fault, Layers, activated, lost, softmax
from symgrad.testing.models.network import Network, Pass
from symgrad.testing.models.network_faults import FAULTS

if TYPE_CHECKING:
    from collections.abc import Mapping

LINEAR = "linear"  # the sum of y times the output, whose slope is y: what is pulled back


@dataclass(frozen=True, eq=False)
class Layout:
    """Which of the user's arrays are the weights and the biases, and how they lie.

    `weights` and `biases` are paths, "" for a bias that there is not; `turned` says that W is (inputs, outputs),
    `columns` that examples are columns. `data` is the path of the input where that is differentiated too.
    """

    weights: tuple[str, ...]
    biases: tuple[str, ...]
    turned: bool = False
    columns: bool = False
    data: str = ""

    def read(self, leaves: Mapping[str, Array]) -> dict[str, Array]:
        """The arrays as W1, b1, ..., x of a network whose examples are rows."""
        found = {}
        for l, (w, b) in enumerate(zip(self.weights, self.biases, strict=True), 1):
            found[f"W{l}"] = leaves[w].T if self.turned else leaves[w]
            found[f"b{l}"] = leaves[b].ravel() if b else np.zeros(len(found[f"W{l}"]))
        return found | ({"x": self.rows(leaves[self.data])} if self.data else {})

    def rows(self, v: Array) -> Array:
        """Examples as rows."""
        return np.atleast_2d(v).T if self.columns else np.atleast_2d(v)

    def write(self, found: Arrays, like: Mapping[str, Array]) -> dict[str, Array]:
        """Gradients under the user's names, in the user's shapes where they have that many numbers."""
        out = {}
        for l, (w, b) in enumerate(zip(self.weights, self.biases, strict=True), 1):
            out[w] = found[f"W{l}"].T if self.turned else found[f"W{l}"]
            if b in like:
                out[b] = fitted(found[f"b{l}"], like[b])
        if self.data in like:
            out[self.data] = fitted(found["x"].T if self.columns else found["x"], like[self.data])
        return {path: out[path] for path in like}


def fitted(v: Array, like: Array) -> Array:
    """In the other shape, if it has as many entries."""
    return v.reshape(like.shape) if v.size == like.size else v


@dataclass(frozen=True, eq=False)
class Given:
    """The model: a network of the user's arrays; `fixed` are those that are not differentiated.

    `factor` stands before the loss of the batch.
    """

    layout: Layout
    leaves: dict[str, Array]
    data: Array
    targets: Array
    hidden: str
    output: str
    loss: str = LINEAR
    factor: float = 1.0
    decay: float = 0.0
    fixed: Mapping[str, Array] = field(default_factory=dict)

    @property
    def params(self) -> dict[str, Array]:
        """The user's arrays."""
        return self.leaves

    @property
    def x(self) -> Array:
        """The inputs; examples are rows."""
        return self.data

    @property
    def y(self) -> Array:
        """The targets, or the cotangents."""
        return self.targets

    @property
    def layers(self) -> int:
        """How many layers have weights."""
        return len(self.layout.weights)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made in backpropagation."""
        return FAULTS

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        outputs = len(self.read(self.leaves)[f"W{self.layers}"])
        return {"n, the number of examples": len(self.network.x), "k, the number of outputs": outputs}

    @property
    def names(self) -> dict[str, str]:
        """What the user calls W1, b1, ..."""
        pairs = zip(self.layout.weights, self.layout.biases, strict=True)
        return {f"{k}{l}": path for l, pair in enumerate(pairs, 1) for k, path in zip("Wb", pair, strict=True)}

    @property
    def network(self) -> Own:
        """The network in the letters of the textbook."""
        params = self.read(self.leaves)
        data = params.get("x", self.data)
        sizes = (data.shape[1], *(len(params[f"W{l}"]) for l in range(1, self.layers + 1)))
        loss = "half_squared_error" if self.loss == LINEAR else self.loss
        return Own(sizes, self.hidden, self.output, loss, decay=self.decay, batch=len(data), own=(params, data, self))

    def gradients(self, fault: Fault | None = None, where: Layers = None) -> dict[str, Array]:
        """The gradient by each of the user's arrays, right or with one fault."""
        with np.errstate(all="ignore"):
            return self.layout.write(OwnPass(self.network, fault, where).run(), self.leaves)

    def read(self, leaves: Arrays) -> dict[str, Array]:
        """All arrays in the letters of the textbook."""
        return self.layout.read({**self.fixed, **leaves})

    def value(self, params: Arrays) -> float:
        """The loss of the batch."""
        return self.at(dict(params)).network.value(self.read(params))

    def varied(self, seed: int, *, sizes: bool = True) -> Given:
        """Other parameters; the data stay, and with them the sizes."""
        del sizes
        return self.at(moved(self.leaves, seed))

    def at(self, leaves: dict[str, Array]) -> Given:
        """The same at other parameters."""
        return replace(self, leaves=leaves)

    def pulled(self, cotangent: Array) -> Given:
        """The same with another cotangent."""
        return replace(self, targets=self.layout.rows(cotangent))


@dataclass(frozen=True, eq=False)
class Own(Network):
    """A network with arrays of its own."""

    own: Any = None

    @property
    def params(self) -> dict[str, Array]:
        """The user's arrays in the letters of the textbook."""
        found: dict[str, Array] = self.own[0]
        return found

    @property
    def x(self) -> Array:
        """The user's inputs."""
        return np.asarray(self.own[1])

    @property
    def y(self) -> Array:
        """The user's targets."""
        return np.asarray(self.own[2].targets)

    @property
    def share(self) -> float:
        """The factor before the loss."""
        return float(self.own[2].factor)


class OwnPass(Pass):
    """Backpropagation that begins with a cotangent where there is no loss."""

    net: Own

    def loss_slope(self) -> Array:
        """dJ/da, or the cotangent."""
        return self.net.y if self.net.own[2].loss == LINEAR else super().loss_slope()


def moved(leaves: Mapping[str, Array], seed: int) -> dict[str, Array]:
    """Other parameters of the same size."""
    rng = np.random.default_rng([seed, 7])
    return {k: v + 0.3 * (1 + np.abs(v)) * rng.normal(size=v.shape) for k, v in leaves.items()}


def outputs(name: str, z: Array) -> Array:
    """An output activation of the sums."""
    if name == "softmax":
        return softmax(z)
    return activated(name)(z)


def totals(name: str, batches: Array, y: Array) -> Array:
    """The loss of each batch of outputs, summed."""
    each = lost(name)(batches, np.broadcast_to(y, batches.shape))
    return np.asarray(each.reshape(len(batches), -1).sum(axis=1), float)
