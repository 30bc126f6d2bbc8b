"""Batch and layer normalisation, and the mistakes that are made in its backward pass."""

# ruff: noqa: ARG005 - the formulas of one step take the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from symgrad.testing.models.model import Array, Arrays, Backward, Fault, HalfSquared, Layers, drawn, prefixed
from symgrad.words import message


@dataclass(frozen=True)
class BatchNorm(HalfSquared):
    """o = gamma xhat + beta, xhat = (x - mean)/sqrt(var + eps) over the batch, J = 1/2 the sum of (o - y)^2.

    With axis=1 mean and variance are those of each example's features: layer normalisation. The input is a parameter
    too, called "x": its gradient is the hard one.
    """

    features: int = 3
    batch: int = 6
    eps: float = 1e-5
    seed: int = 0
    axis: int = 0

    @cached_property
    def params(self) -> dict[str, Array]:
        """The input, the scale and the shift."""
        rng, k = np.random.default_rng(self.seed), self.features
        return {
            "x": drawn(rng, self.batch, k, width=1.5),
            "gamma": 1 + drawn(rng, k, width=0.3),
            "beta": drawn(rng, k, width=0.3),
        }

    @property
    def x(self) -> Array:
        """The input; examples are rows."""
        return self.params["x"]

    @cached_property
    def y(self) -> Array:
        """The targets."""
        return drawn(np.random.default_rng([self.seed, 2]), self.batch, self.features)

    @property
    def title(self) -> str:
        """What it is."""
        return message("layer normalisation") if self.axis else message("batch normalisation")

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with batch normalisation."""
        return FAULTS

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return {"n, the number of examples": self.batch, "k, the number of features": self.features}

    def forward(self, params: Arrays) -> tuple[Array, Array, Array]:
        """xhat, the standard deviation, and the output."""
        centred = params["x"] - params["x"].mean(axis=self.axis, keepdims=True)
        deviation = np.sqrt((centred**2).mean(axis=self.axis, keepdims=True) + self.eps)
        return centred / deviation, deviation, params["gamma"] * centred / deviation + params["beta"]

    def output(self, params: Arrays) -> Array:
        """What the layer computes."""
        return self.forward(params)[2]

    def backward(self, fault: Fault | None, where: Layers) -> Pass:
        """The backward pass."""
        return Pass(self, fault, where)

    def varied(self, seed: int, *, sizes: bool = True) -> BatchNorm:
        """Other numbers; another batch too, unless the sizes are to stay."""
        if not sizes:
            return replace(self, seed=self.seed + 101 * seed)
        return replace(self, batch=self.batch + 3 * seed, features=self.features + seed, seed=self.seed + 101 * seed)


class Pass(Backward):
    """The backward pass in three paths: through xhat itself, through the mean, through the variance."""

    def __init__(self, net: BatchNorm, fault: Fault | None = None, where: Layers = None) -> None:
        super().__init__(fault, where)
        self.net, self.gamma = net, net.params["gamma"]
        self.xhat, self.deviation, self.o = net.forward(net.params)
        self.over: Any = {"axis": net.axis, "keepdims": True}
        self.size = self.o.shape[net.axis]

    def run(self) -> dict[str, Array]:
        """The gradients."""
        delta = self.o - self.net.y
        g = self.do("normalised", delta)
        return {
            "x": self.do("paths", g) / self.do("scale"),
            "gamma": self.do("scales", delta),
            "beta": self.do("shifts", delta),
        }

    def normalised(self, delta: Array) -> Array:
        """dJ/dxhat."""
        return np.asarray(delta * self.gamma)

    def paths(self, g: Array) -> Array:
        """The three paths together."""
        return np.asarray(g - self.do("through_mean", g) - self.do("through_variance", g))

    def through_mean(self, g: Array) -> Array:
        """What the mean takes off."""
        return np.asarray(g.mean(**self.over))

    def through_variance(self, g: Array) -> Array:
        """What the variance takes off."""
        return np.asarray(self.xhat * (g * self.xhat).mean(**self.over))

    def scale(self) -> Array:
        """The standard deviation."""
        return self.deviation

    def scales(self, delta: Array) -> Array:
        """dJ/dgamma."""
        return np.asarray((delta * self.xhat).sum(axis=0))

    def shifts(self, delta: Array) -> Array:
        """dJ/dbeta."""
        return np.asarray(delta.sum(axis=0))


fault = partial(prefixed, "norm")


def averaged(p: Pass, rows: Array) -> Array:
    """The means along the axis that is not normalised."""
    return np.asarray(rows.mean(axis=1 - p.net.axis, keepdims=True))


FAULTS = (
    fault(
        "mean-constant",
        "the mean is treated as a constant: its part of ∂J/∂x is missing",
        "subtract the mean of ∂J/∂x̂",
        "through_mean",
        lambda p, g: 0 * g,
        cost=1,
    ),
    fault(
        "variance-constant",
        "the variance is treated as a constant: its part of ∂J/∂x is missing",
        "subtract x̂ times the mean of ∂J/∂x̂ · x̂",
        "through_variance",
        lambda p, g: 0 * g,
        cost=1,
    ),
    fault(
        "statistics-constant",
        "mean and variance are treated as constants: ∂J/∂x is ∂J/∂x̂ / √(var + ε) alone",
        "subtract what comes back through the mean and through the variance: both depend on every x",
        "paths",
        lambda p, g: g,
        cost=1,
    ),
    fault(
        "divided-by-gamma",
        "∂J/∂x̂ is divided by γ, not multiplied",
        "multiply the error by γ before it goes through the normalisation",
        "normalised",
        lambda p, d: d / p.gamma,
    ),
    fault(
        "variance-not-root",
        "∂J/∂x is divided by the variance instead of its root",
        "divide by √(var + ε)",
        "scale",
        lambda p: p.deviation**2,
    ),
    fault(
        "no-scale",
        "the division by the standard deviation is missing",
        "divide by √(var + ε)",
        "scale",
        lambda p: np.ones_like(p.deviation),
    ),
    fault(
        "no-gamma",
        "γ is missing in ∂J/∂x̂",
        "multiply the error by γ before it goes through the normalisation",
        "normalised",
        lambda p, d: d,
        cost=1,
    ),
    fault(
        "scales-from-input",
        "∂J/∂γ uses x instead of x̂",
        "∂J/∂γ = Σ δ · x̂",
        "scales",
        lambda p, d: (d * p.net.x).sum(axis=0),
    ),
    fault(
        "scales-mean",
        "∂J/∂γ is a mean over the batch, not a sum",
        "∂J/∂γ = Σ δ · x̂: the loss is a sum over the batch",
        "scales",
        lambda p, d: (d * p.xhat).mean(axis=0),
    ),
    fault(
        "shifts-last-example",
        "∂J/∂β takes the last example only: the sum over the batch is missing",
        "sum δ over the batch",
        "shifts",
        lambda p, d: d[-1],
    ),
    fault(
        "shifts-mean",
        "∂J/∂β is a mean over the batch, not a sum",
        "∂J/∂β = Σ δ: the loss is a sum over the batch",
        "shifts",
        lambda p, d: d.mean(axis=0),
    ),
    fault(
        "unbiased",
        "the parts through mean and variance are divided by n − 1 where the forward pass divides by n",
        "use the same variance as the forward pass",
        "through_variance",
        lambda p, g: p.xhat * (g * p.xhat).sum(**p.over) / max(p.size - 1, 1),
    ),
    fault(
        "sums-for-means",
        "the part through the mean is a sum, not a mean",
        "divide that sum by how many numbers the mean is of",
        "through_mean",
        lambda p, g: g.sum(**p.over),
    ),
    fault(
        "variance-sum",
        "the part through the variance is a sum, not a mean",
        "divide that sum by how many numbers the variance is of",
        "through_variance",
        lambda p, g: p.xhat * (g * p.xhat).sum(**p.over),
    ),
    fault(
        "sign-of-variance",
        "the part through the variance has the wrong sign",
        "subtract it, like the part through the mean",
        "through_variance",
        lambda p, g: -p.xhat * (g * p.xhat).mean(**p.over),
    ),
    fault(
        "other-axis",
        "what comes back through mean and variance is averaged along the wrong axis",
        "take both means along the axis that the forward pass normalises",
        "paths",
        lambda p, g: g - averaged(p, g) - p.xhat * averaged(p, g * p.xhat),
    ),
)
