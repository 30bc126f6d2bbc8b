"""A recurrent network, and the mistakes that are made in backpropagation through time."""

# ruff: noqa: ARG005 - the formulas of one step take the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from symgrad.testing.models.model import Array, Arrays, Backward, Fault, Layers, Textbook, activation, drawn, prefixed
from symgrad.testing.models.slopes import slopes
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Recurrent(Textbook):
    """h_t = phi(x_t U^T + h_(t-1) W^T + b), o_t = h_t V^T + c, J = 1/2 the sum of (o_t - y_t)^2 over all t.

    `x` has the shape (times, inputs), h_0 is 0.
    """

    inputs: int = 2
    units: int = 3
    outputs: int = 2
    times: int = 4
    hidden: str = "tanh"
    seed: int = 0

    @cached_property
    def params(self) -> dict[str, Array]:
        """U, W, b of the recurrence, V and c of the output."""
        rng, h = np.random.default_rng(self.seed), self.units
        return {
            "U": drawn(rng, h, self.inputs, width=0.7),
            "W": drawn(rng, h, h, width=0.7),
            "b": drawn(rng, h, width=0.3),
            "V": drawn(rng, self.outputs, h, width=0.7),
            "c": drawn(rng, self.outputs, width=0.3),
        }

    @cached_property
    def x(self) -> Array:
        """The inputs; times are rows."""
        return drawn(np.random.default_rng([self.seed, 1]), self.times, self.inputs)

    @cached_property
    def y(self) -> Array:
        """The targets at each time."""
        return drawn(np.random.default_rng([self.seed, 2]), self.times, self.outputs)

    @property
    def title(self) -> str:
        """What it is."""
        return message("a recurrent network with {name}", name=self.hidden)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made through time."""
        return FAULTS

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return {"T, the number of times": self.times, "k, the number of outputs": self.outputs}

    def forward(self, params: Arrays) -> tuple[Array, Array, Array]:
        """All h_t with h_0 first, all z_t, and all o_t."""
        phi, h, sums = activation(self.hidden).value, [np.zeros(self.units)], []
        for x in self.x:
            sums.append(params["U"] @ x + params["W"] @ h[-1] + params["b"])
            h.append(phi(sums[-1]))
        states = np.asarray(h)
        return states, np.asarray(sums), np.asarray(states[1:] @ params["V"].T + params["c"])

    def output(self, params: Arrays) -> Array:
        """What it computes at each time."""
        return self.forward(params)[2]

    def value(self, params: Arrays) -> float:
        """The loss."""
        return float(((self.output(params) - self.y) ** 2).sum() / 2)

    def backward(self, fault: Fault | None, where: Layers) -> Pass:
        """The backward pass."""
        return Pass(self, fault, where)

    def varied(self, seed: int, *, sizes: bool = True) -> Recurrent:
        """Other numbers; another number of times and units too, unless the sizes are to stay."""
        if not sizes:
            return replace(self, seed=self.seed + 101 * seed)
        units, outputs, times = self.units + seed, self.outputs + seed, self.times + 3 * seed
        return replace(self, units=units, outputs=outputs, times=times, seed=self.seed + 101 * seed)


class Pass(Backward):
    """Backpropagation through time."""

    def __init__(self, net: Recurrent, fault: Fault | None = None, where: Layers = None) -> None:
        super().__init__(fault, where)
        self.net, self.p = net, net.params
        self.h, self.z, self.o = net.forward(net.params)
        self.by_state = np.zeros(net.units)  # dJ/dh_t, what delta_t was before its slope

    def run(self) -> dict[str, Array]:
        """The gradients, from the last time back."""
        error = self.do("output_error")
        deltas = self.do("through_time", error)
        return {
            "U": self.do("over_times", deltas, self.net.x),
            "W": self.do("recurrent_weights", deltas),
            "b": self.do("biases", deltas),
            "V": self.do("output_weights", error),
            "c": error.sum(axis=0),
        }

    def through_time(self, error: Array) -> Array:
        """delta_t of all times."""
        back = np.zeros(self.net.units)
        deltas = np.zeros((self.net.times, self.net.units))
        for t in range(self.net.times - 1, -1, -1):
            self.by_state = error[t] @ self.p["V"] + back
            deltas[t] = self.by_state * self.do("slope", t)
            back = self.do("carried", deltas[t])
        return deltas

    def name(self, t: int) -> str:
        """The activation."""
        del t
        return self.net.hidden

    def sums(self, t: int) -> Array:
        """z_t."""
        return np.asarray(self.z[t])

    def outputs(self, t: int) -> Array:
        """h_t."""
        return np.asarray(self.h[t + 1])

    def output_error(self) -> Array:
        """The error o - y at all times."""
        return np.asarray(self.o - self.net.y)

    def slope(self, t: int) -> Array:
        """phi'(z_t)."""
        return activation(self.net.hidden).slope(self.z[t])

    def carried(self, delta: Array) -> Array:
        """What comes back from the next time."""
        return np.asarray(delta @ self.p["W"])

    def over_times(self, deltas: Array, values: Array) -> Array:
        """The outer products of all times, added up."""
        return np.asarray(deltas.T @ values)

    def recurrent_weights(self, deltas: Array) -> Array:
        """dJ/dW: delta_t with h_(t-1)."""
        return np.asarray(deltas.T @ self.h[:-1])

    def output_weights(self, error: Array) -> Array:
        """dJ/dV: the error with h_t."""
        return np.asarray(error.T @ self.h[1:])

    def biases(self, deltas: Array) -> Array:
        """dJ/db."""
        return np.asarray(deltas.sum(axis=0))


fault = partial(prefixed, "recurrent")

STEPS = (1, 2, 3, 4, 5, 8, 10)  # back in time, that people truncate after


def each_for_itself(p: Pass, error: Array, reach: Callable[[int], int]) -> Array:
    """delta_t where the error of time s goes back to the time `reach(s)` and no further."""
    deltas = np.zeros((p.net.times, p.net.units))
    for s in range(p.net.times):
        delta = (error[s] @ p.p["V"]) * p.do("slope", s)
        deltas[s] += delta
        for t in range(s - 1, max(reach(s), 0) - 1, -1):
            delta = p.do("carried", delta) * p.do("slope", t)
            deltas[t] += delta
    return deltas


def truncated(k: int) -> tuple[Fault, ...]:
    """The ways to go back k steps only."""
    return (
        fault(
            "truncated",
            message("backpropagation is truncated: the error of a time goes back {k} times and no further", k=k),
            "let it go back to the first time, or say that the gradient is an approximation",
            "through_time",
            lambda p, e: each_for_itself(p, e, lambda s: s - k),
        ),
        fault(
            "detached",
            message("backpropagation is truncated: the state is detached after every {k} times", k=k + 1),
            "let the error go back to the first time, or say that the gradient is an approximation",
            "through_time",
            lambda p, e: each_for_itself(p, e, lambda s: s - s % (k + 1)),
        ),
        *ended(k),
    )


def ended(k: int) -> tuple[Fault, Fault]:
    """The loop over the times ends too early: for what goes back alone, and with the gradients of the output."""
    says = message("only the last {k} times are gone through: the loop over the times ends too early", k=k)
    back = fault(
        "last-times-only",
        says,
        "go back to the first time",
        "through_time",
        lambda p, e: last(k, p.through_time(e)),
    )
    error = replace(back, step="output_error", becomes=lambda p: last(k, p.output_error()))
    return back, replace(back, made=((back, None), (error, None)))


def last(k: int, rows: Array) -> Array:
    """The last k rows, the others 0."""
    return np.where(np.arange(len(rows))[:, None] >= len(rows) - k, rows, 0)


FAULTS = (
    *(one for k in STEPS for one in truncated(k)),
    fault(
        "cut",
        "nothing comes back from the next time: backpropagation is cut after one step",
        "add δ_(t+1) W to the error of time t before you multiply by φ′(z_t)",
        "carried",
        lambda p, d: 0 * d,
        cost=1,
    ),
    fault(
        "slope-missing-on-the-way-back",
        "what goes back in time is ∂J/∂h_t, not δ_t = ∂J/∂z_t: φ′(z_t) is missing there",
        "carry back Wᵀ δ_t, with φ′(z_t) in δ_t",
        "carried",
        lambda p, d: p.by_state @ p.p["W"],
    ),
    fault(
        "not-transposed",
        "W is not transposed on the way back through time",
        "carry back Wᵀ δ_(t+1)",
        "carried",
        lambda p, d: d @ p.p["W"].T,
    ),
    *slopes("recurrent-"),
    fault(
        "slope-of-previous",
        "φ′ is taken at the time before: off by one",
        "use z_t of the same time",
        "slope",
        lambda p, t: activation(p.net.hidden).slope(p.z[max(t - 1, 0)]),
    ),
    fault(
        "state-of-same-time",
        "∂J/∂W uses h_t instead of h_(t−1): off by one",
        "multiply δ_t by the state before, h_(t−1)",
        "recurrent_weights",
        lambda p, d: d.T @ p.h[1:],
    ),
    fault(
        "last-time-only",
        "∂J/∂W takes the last time only: the sum over the times is missing",
        "W is the same at every time: add its gradients up",
        "recurrent_weights",
        lambda p, d: np.outer(d[-1], p.h[-2]),
    ),
    fault(
        "input-last-time-only",
        "∂J/∂U takes the last time only: the sum over the times is missing",
        "U is the same at every time: add its gradients up",
        "over_times",
        lambda p, d, x: np.outer(d[-1], x[-1]),
    ),
    fault(
        "bias-last-time-only",
        "∂J/∂b takes the last time only: the sum over the times is missing",
        "b is the same at every time: add its gradients up",
        "biases",
        lambda p, d: d[-1],
    ),
    fault(
        "output-of-previous-state",
        "∂J/∂V uses h_(t−1) instead of h_t: off by one",
        "o_t is computed from h_t: multiply by that",
        "output_weights",
        lambda p, e: e.T @ p.h[:-1],
    ),
    fault(
        "last-error-only",
        "only the error of the last time is propagated",
        "the loss is a sum over all times: add o_t − y_t at every t",
        "output_error",
        lambda p: np.vstack([0 * p.o[:-1], p.o[-1:] - p.net.y[-1:]]),
    ),
    fault(
        "transposed",
        "∂J/∂W is transposed",
        "swap the two factors: ∂J/∂W = Σ_t δ_t h_(t−1)ᵀ",
        "recurrent_weights",
        lambda p, d: p.h[:-1].T @ d,
        cost=1,
    ),
)
