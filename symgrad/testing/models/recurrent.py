"""A recurrent network: a cell through time, and an output at all times or at the last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.models.gated import Cell, CellPass, Parts
from symgrad.testing.models.model import (
    Activated,
    Array,
    Arrays,
    Backward,
    Fault,
    Layers,
    Textbook,
    activation,
    drawn,
    softmax,
)
from symgrad.testing.models.time_faults import FAULTS, PLAIN
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Mapping

TINY = 1e-300


@dataclass(frozen=True)
class Plain(Cell):
    """h' = phi(x U^T + h W^T + b), J = 1/2 the sum of (h' - y)^2. Input x and state h are parameters too."""

    hidden: str = "tanh"

    letters = ("U", "W")

    @property
    def title(self) -> str:
        """What it is."""
        return message("a recurrent cell with {name}", name=self.hidden)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with such a cell."""
        return PLAIN

    def forward(self, params: Arrays) -> tuple[Parts, Parts]:
        """The sum z, and the new state."""
        z = np.add(*self.products(params, ""))
        return {"": z}, {"h": activation(self.hidden).value(z)}

    def step(self, by: Parts, fault: Fault | None = None, where: Layers = None) -> CellPass:
        """The backward pass."""
        return PlainPass(self, by, fault, where)


class PlainPass(CellPass, Activated):
    """The backward pass of one step."""

    def __init__(self, net: Plain, by: Parts, fault: Fault | None = None, where: Layers = None) -> None:
        CellPass.__init__(self, net, by, fault, where)
        self.phi, self.z = net.hidden, self.gate[""]

    def run(self) -> dict[str, Array]:
        """The gradients."""
        delta = {"": self.do("delta")}
        found = self.weights(delta, delta, {"": self.do("state")})
        return self.kept(found | {"h": self.to_state(delta)})

    def delta(self) -> Array:
        """The gradient by the sum z."""
        return np.asarray(self.by["h"] * self.do("slope"))


@dataclass(frozen=True)
class Recurrent(Textbook):
    """h_t = phi(x_t U^T + h_(t-1) W^T + b), o_t = h_t V^T + c, J = 1/2 the sum of (o_t - y_t)^2 over all t.

    `x` has the shape (times, inputs), with a `batch` (times, batch, inputs); h_0 is 0. The `cell` may be `LSTM()` or
    `GRU()`, whose parameters have their names there. `last` says that the output is that of the last time only, and
    `loss` may be "cross_entropy" of the softmax of o_t, or "binary_cross_entropy" of its sigmoid, summed. Without
    `outputs` o_t is h_t.
    """

    inputs: int = 2
    units: int = 3
    outputs: int = 2
    times: int = 4
    hidden: str = "tanh"
    seed: int = 0
    cell: Cell = Plain()
    batch: int = 0
    last: bool = False
    loss: str = "half_squared_error"

    @cached_property
    def step(self) -> Any:
        """The cell with these sizes."""
        sized = replace(self.cell, inputs=self.inputs, units=self.units, batch=max(self.batch, 1), seed=self.seed)
        return replace(sized, hidden=self.hidden) if isinstance(sized, Plain) else sized

    @cached_property
    def params(self) -> dict[str, Array]:
        """Those of the cell, V and c of the output."""
        rng = np.random.default_rng([self.seed, 3])
        found = {k: v for k, v in self.step.params.items() if k not in {"x", *self.step.states}}
        head = {"V": drawn(rng, self.outputs, self.units, width=0.7), "c": drawn(rng, self.outputs, width=0.3)}
        return found | (head if self.outputs else {})

    @cached_property
    def x(self) -> Array:
        """The inputs; times are rows."""
        return drawn(np.random.default_rng([self.seed, 1]), self.times, *self.examples, self.inputs)

    @cached_property
    def y(self) -> Array:
        """Targets which suit the loss, at each time or for the last."""
        rng, k = np.random.default_rng([self.seed, 2]), self.outputs or self.units
        shape = (*(() if self.last else (self.times,)), *self.examples)
        if self.loss == "cross_entropy":
            return np.eye(k)[rng.integers(0, k, shape)]
        return drawn(rng, *shape, k) if self.loss == "half_squared_error" else rng.integers(0, 2, (*shape, k)) * 1.0

    @property
    def examples(self) -> tuple[int, ...]:
        """The axis of the batch, if there is one."""
        return (self.batch,) if self.batch else ()

    @property
    def title(self) -> str:
        """What it is."""
        if isinstance(self.step, Plain):
            return message("a recurrent network with {name}", name=self.hidden)
        return message("{cell}, through time", cell=self.step.title)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made through time, and those that are made with its cell."""
        return (*FAULTS, *self.step.faults)

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        sizes = {"T, the number of times": self.times, "k, the number of outputs": self.outputs}
        return {k: n for k, n in {**sizes, "n, the number of examples": self.batch}.items() if n}

    def steps(self, params: Arrays) -> tuple[list[Arrays], Array]:
        """The arguments of each step, and all h_t: times, examples, units."""
        x = np.asarray(params.get("x", self.x)).reshape(self.times, -1, self.inputs)
        state = {k: np.broadcast_to(params.get(f"{k}0", 0.0), (x.shape[1], self.units)) for k in self.step.states}
        weights = {k: v for k, v in params.items() if k not in {"x", "V", "c", *(f"{s}0" for s in state)}}
        arguments: list[Arrays] = []
        shown = []
        for v in x:
            arguments.append({**weights, "x": v, **state})
            state = self.step.forward(arguments[-1])[1]
            shown.append(state["h"])
        return arguments, np.asarray(shown)

    @cached_property
    def forward_pass(self) -> tuple[list[Arrays], Array, list[Any]]:
        """The steps at its own parameters, with a cell for each."""
        times, states = self.steps(self.params)
        return times, states, [self.step.at(v) for v in times]

    def sums(self, params: Arrays, states: Array) -> Array:
        """o_t of the times that count."""
        states = states[-1:] if self.last else states
        return np.asarray(states @ params["V"].T + params.get("c", 0.0)) if "V" in params else states

    def output(self, params: Arrays) -> Array:
        """What it computes at each time, or at the last."""
        return self.sums(params, self.steps(params)[1]).reshape(self.y.shape)

    def activated(self, o: Array) -> Array:
        """The output that the loss compares with the targets; the error is its distance from them."""
        if self.loss == "half_squared_error":
            return o
        return softmax(o) if self.loss == "cross_entropy" else activation("sigmoid").value(o)

    def value(self, params: Arrays) -> float:
        """The loss."""
        a = self.activated(self.output(params))
        if self.loss == "half_squared_error":
            return float(((a - self.y) ** 2).sum() / 2)
        other = (1 - self.y) * np.log(1 - a + TINY) if self.loss == "binary_cross_entropy" else 0
        return -float((self.y * np.log(a + TINY) + other).sum())

    def backward(self, fault: Fault | None, where: Layers) -> Pass:
        """The backward pass."""
        return Pass(self, fault, where)

    def varied(self, seed: int, *, sizes: bool = True) -> Recurrent:
        """Other numbers; another number of times and units too, unless the sizes are to stay."""
        other = replace(self, seed=self.seed + 101 * seed)
        if not sizes:
            return other
        batch, outputs = (n and n + seed for n in (self.batch, self.outputs))
        return replace(other, units=self.units + seed, outputs=outputs, times=self.times + 3 * seed, batch=batch)


class Pass(Backward):
    """Backpropagation through time. All arrays of times have axes for times, examples and units."""

    def __init__(self, net: Recurrent, fault: Fault | None = None, where: Layers = None) -> None:
        super().__init__(fault, where)
        self.net, self.p, self.fault, self.where = net, net.params, fault, where
        self.times, self.h, self.cells = net.forward_pass
        self.o = net.activated(net.sums(net.params, self.h))

    def run(self) -> dict[str, Array]:
        """The gradients, from the last time back."""
        error = self.do("output_error")
        found = self.do("through_time", error @ self.p["V"] if "V" in self.p else error)
        total = {k: self.do("over_times", k, np.asarray([one[k] for one in found])) for k in found[0]}
        total |= {f"{k}0": found[0][k] for k in self.net.step.states}
        total["x"] = np.asarray([one["x"] for one in found]).reshape(self.net.x.shape)
        if "V" in self.p:
            products = np.einsum("tnk,tnh->tkh", error, self.do("states_of_output"))
            total |= {"V": self.do("over_times", "V", products), "c": self.do("over_times", "c", error.sum(axis=1))}
        return {k: np.asarray(total[k]) for k in self.p if k in total}

    def through_time(self, by_h: Array) -> list[Parts]:
        """The gradients at each time, by what that step was given."""
        back: Parts = {}
        found: list[Parts] = []
        for t in range(len(by_h) - 1, -1, -1):
            found.insert(0, self.step(t, by_h[t], back))
            back = self.do("carried", {k: found[0][k] for k in self.net.step.states})
        return found

    def step(self, t: int, by_h: Array, carry: Mapping[str, Array]) -> Parts:
        """The gradients of one step, from its own error and what comes back from the next."""
        by = {**carry, "h": by_h + carry.get("h", 0.0)}
        one = self.cells[t].step(by, self.fault, self.where)
        one.carry.update(carry)
        one.times, one.t = self.times, t
        found: Parts = one.run()
        return found

    def output_error(self) -> Array:
        """The error o - y at all times; 0 where the output does not count."""
        error = self.o - self.net.y.reshape(self.o.shape)
        return np.concatenate([np.zeros((len(self.h) - len(error), *error.shape[1:])), error])

    def states_of_output(self) -> Array:
        """What V was multiplied by."""
        return self.h

    def carried(self, state: Parts) -> Parts:
        """What goes back to the time before."""
        return state

    def over_times(self, name: str, parts: Array) -> Array:
        """The gradient by one of the parameters, which all times share."""
        del name
        return np.asarray(parts.sum(axis=0))
