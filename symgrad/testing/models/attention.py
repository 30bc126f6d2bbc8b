"""Attention, and the mistakes that are made in its backward pass."""

# ruff: noqa: ARG005 - the formulas of one step take the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np

from symgrad.testing.models.model import Array, Arrays, Backward, Fault, HalfSquared, Layers, drawn, prefixed, softmax
from symgrad.words import message


@dataclass(frozen=True)
class Attention(HalfSquared):
    """O = A V, A = softmax(Q K^T / sqrt(d)) by rows, J = 1/2 the sum of (O - y)^2; unless `scaled`, without the root.

    Q, K and V are the parameters: a row for each query, and for each key with its value.
    """

    queries: int = 3
    keys: int = 4
    width: int = 3
    values: int = 2
    scaled: bool = True
    seed: int = 0

    @cached_property
    def params(self) -> dict[str, Array]:
        """Queries, keys and values."""
        rng = np.random.default_rng(self.seed)
        q, k = drawn(rng, self.queries, self.width), drawn(rng, self.keys, self.width)
        return {"Q": q, "K": k, "V": drawn(rng, self.keys, self.values)}

    @property
    def x(self) -> Array:
        """The queries."""
        return self.params["Q"]

    @cached_property
    def y(self) -> Array:
        """The targets."""
        return drawn(np.random.default_rng([self.seed, 2]), self.queries, self.values)

    @property
    def root(self) -> float:
        """What the scores are divided by."""
        return float(np.sqrt(self.width)) if self.scaled else 1.0

    @property
    def title(self) -> str:
        """What it is."""
        return message("attention") if self.scaled else message("attention without a scale")

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with attention."""
        return FAULTS if self.scaled else tuple(f for f in FAULTS if f.step != "unscaled")

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return {"n, the number of queries": self.queries, "m, the number of keys": self.keys}

    def weights(self, params: Arrays) -> Array:
        """A, whose rows sum to 1."""
        return softmax(params["Q"] @ params["K"].T / self.root)

    def output(self, params: Arrays) -> Array:
        """What it computes."""
        return np.asarray(self.weights(params) @ params["V"])

    def backward(self, fault: Fault | None, where: Layers) -> Pass:
        """The backward pass."""
        return Pass(self, fault, where)

    def varied(self, seed: int, *, sizes: bool = True) -> Attention:
        """Other numbers; other sizes too, unless they are to stay."""
        other = replace(self, seed=self.seed + 101 * seed)
        return replace(other, queries=self.queries + seed, keys=self.keys + seed) if sizes else other


class Pass(Backward):
    """The backward pass."""

    def __init__(self, net: Attention, fault: Fault | None = None, where: Layers = None) -> None:
        super().__init__(fault, where)
        self.net, self.A = net, net.weights(net.params)
        self.Q, self.K, self.V = (net.params[k] for k in "QKV")

    def run(self) -> dict[str, Array]:
        """The gradients."""
        error = self.net.output(self.net.params) - self.net.y
        scores = self.do("unscaled", self.do("through_softmax", error @ self.V.T))
        return {"Q": self.do("by_queries", scores), "K": self.do("by_keys", scores), "V": self.do("by_values", error)}

    def through_softmax(self, by_weights: Array) -> Array:
        """The gradient by the scaled scores, row by row."""
        return np.asarray(self.A * (by_weights - (by_weights * self.A).sum(axis=1, keepdims=True)))

    def unscaled(self, scores: Array) -> Array:
        """The gradient by Q K^T."""
        return np.asarray(scores / self.net.root)

    def by_queries(self, scores: Array) -> Array:
        """dJ/dQ."""
        return np.asarray(scores @ self.K)

    def by_keys(self, scores: Array) -> Array:
        """dJ/dK."""
        return np.asarray(scores.T @ self.Q)

    def by_values(self, error: Array) -> Array:
        """dJ/dV."""
        return np.asarray(self.A.T @ error)


fault = partial(prefixed, "attention")
WHOLE = "multiply each row by diag(p) − p pᵀ: A ⊙ (∂J/∂A − the sum of ∂J/∂A ⊙ A over the keys)"

FAULTS = (
    fault(
        "no-scale",
        "1/√d is missing on the way back through the scores",
        "divide ∂J/∂Q and ∂J/∂K by √d, as the forward pass divides the scores",
        "unscaled",
        lambda p, s: s,
        cost=0,  # a factor without a name explains it too
    ),
    fault(
        "scale-twice",
        "1/√d is applied twice on the way back: this is 1/d",
        "divide by √d once",
        "unscaled",
        lambda p, s: s / p.net.width,
        cost=0,
    ),
    fault(
        "no-softmax",
        "the derivative of softmax is missing between the weights A and the scores",
        WHOLE,
        "through_softmax",
        lambda p, a: a,
    ),
    fault(
        "softmax-diagonal",
        "only the diagonal p(1 − p) of the softmax derivative is used; −pᵢpⱼ is missing",
        WHOLE,
        "through_softmax",
        lambda p, a: a * p.A * (1 - p.A),
    ),
    fault(
        "softmax-no-sum",
        "the sum over the keys is missing in the derivative of softmax",
        WHOLE,
        "through_softmax",
        lambda p, a: a * p.A,
    ),
    fault(
        "softmax-wrong-axis",
        "the sum in the derivative of softmax runs over the queries, not over the keys",
        WHOLE,
        "through_softmax",
        lambda p, a: p.A * (a - (a * p.A).sum(axis=0, keepdims=True)),
    ),
    fault(
        "softmax-all-axes",
        "the sum in the derivative of softmax runs over queries and keys",
        WHOLE,
        "through_softmax",
        lambda p, a: p.A * (a - (a * p.A).sum()),
    ),
    fault(
        "softmax-plain-sum",
        "the sum in the derivative of softmax is not weighted by A",
        WHOLE,
        "through_softmax",
        lambda p, a: p.A * (a - a.sum(axis=1, keepdims=True)),
    ),
    fault(
        "queries-transposed",
        "∂J/∂Q takes the scores' gradient transposed",
        "∂J/∂Q = ∂J/∂S K",
        "by_queries",
        lambda p, s: s.T @ p.K,
    ),
    fault(
        "keys-not-transposed",
        "∂J/∂K takes the scores' gradient without transposing it",
        "∂J/∂K = (∂J/∂S)ᵀ Q",
        "by_keys",
        lambda p, s: s @ p.Q,
    ),
    fault(
        "values-not-transposed",
        "∂J/∂V takes A without transposing it",
        "∂J/∂V = Aᵀ ∂J/∂O",
        "by_values",
        lambda p, e: p.A @ e,
    ),
)
