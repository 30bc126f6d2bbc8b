"""What the cells of recurrent networks have in common: one step, its backward pass, the mistakes at its gates."""

# ruff: noqa: ARG005 - the formulas of one step take the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from symgrad.testing.models.model import Array, Arrays, Backward, Fault, HalfSquared, Layers, drawn, prefixed
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

Parts = dict[str, Array]  # for each gate, or for each letter of the state


@dataclass(frozen=True)
class Cell(HalfSquared):
    """One step: each gate has weights of the input, weights of the state h, and a bias.

    J = 1/2 the sum of (output - y)^2. Input and state are parameters too, a row for each example. `shown` is the
    output: the letters of the new state that stand side by side in it. With the `biases` "bd" there is a second
    one, which is added to the product of the state.
    """

    inputs: int = 2
    units: int = 3
    batch: int = 2
    shown: str = "h"
    biases: str = "b"
    seed: int = 0

    gates: ClassVar[tuple[str, ...]] = ("",)
    states: ClassVar[str] = "h"
    letters: ClassVar[tuple[str, str]] = ("W", "U")  # of the input, of the state

    @property
    def title(self) -> str:
        """What it is."""
        raise NotImplementedError

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with such a cell."""
        raise NotImplementedError

    @cached_property
    def params(self) -> Parts:
        """The input, the state, the weights and the biases."""
        rng, n, k, d = np.random.default_rng(self.seed), self.batch, self.units, self.inputs
        found = {"x": drawn(rng, n, d)} | {letter: drawn(rng, n, k, width=0.7) for letter in self.states}
        of_input, of_state = self.letters
        for gate in self.gates:
            found[of_input + gate] = drawn(rng, k, d, width=0.7)
            found[of_state + gate] = drawn(rng, k, k, width=0.7)
            found |= {bias + gate: drawn(rng, k, width=0.3) for bias in self.biases}
        return found

    @property
    def x(self) -> Array:
        """The input; examples are rows."""
        return self.params["x"]

    @cached_property
    def y(self) -> Array:
        """The targets."""
        return drawn(np.random.default_rng([self.seed, 2]), self.batch, self.units * len(self.shown))

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return {"n, the number of examples": self.batch, "k, the number of units": self.units}

    def products(self, params: Arrays, gate: str) -> tuple[Array, Array]:
        """The two summands of a gate: of the input and of the state, each with its bias."""
        of_input, of_state = self.letters
        return (
            params["x"] @ params[of_input + gate].T + params.get("b" + gate, 0.0),
            params["h"] @ params[of_state + gate].T + params.get("d" + gate, 0.0),
        )

    def forward(self, params: Arrays) -> tuple[Parts, Parts]:
        """The gates, and the new state by its letters."""
        raise NotImplementedError

    @cached_property
    def forward_pass(self) -> tuple[Parts, Parts]:
        """The gates and the new state at its own parameters."""
        return self.forward(self.params)

    def output(self, params: Arrays) -> Array:
        """The new state, as much of it as is shown."""
        state = self.forward(params)[1]
        return np.concatenate([state[k] for k in self.shown], axis=1)

    def errors(self) -> Parts:
        """The gradient by each letter of the new state."""
        parts = np.split(self.output(self.params) - self.y, len(self.shown), axis=1)
        return dict(zip(self.shown, parts, strict=True))

    def backward(self, fault: Fault | None, where: Layers) -> CellPass:
        """The backward pass."""
        return self.step(self.errors(), fault, where)

    def step(self, by: Parts, fault: Fault | None = None, where: Layers = None) -> CellPass:
        """The backward pass from the gradient by the new state."""
        raise NotImplementedError

    def at(self, params: Arrays) -> Any:
        """The same cell with these arrays in place of its own."""
        cell = replace(self)
        vars(cell).update(params=params)
        return cell

    def varied(self, seed: int, *, sizes: bool = True) -> Any:
        """Other numbers; other sizes too, unless they are to stay."""
        other = replace(self, seed=self.seed + 101 * seed)
        return replace(other, units=self.units + seed, batch=self.batch + seed) if sizes else other


class CellPass(Backward):
    """The backward pass; `gate` and `new` are those of the forward pass, `old` are its arguments.

    `by` is the gradient by the new state; through time `carry` is its part that comes back from the next step, and
    `times` are the arguments of all steps, of which this is number `t`.
    """

    def __init__(self, net: Any, by: Parts, fault: Fault | None = None, where: Layers = None) -> None:
        Backward.__init__(self, fault, where)  # a plain cell has an activation besides
        self.net, self.old = net, net.params
        self.gate, self.new = net.forward_pass
        self.by = {letter: by.get(letter, np.zeros_like(self.new[letter])) for letter in net.states}
        self.carry: Parts = {letter: np.zeros_like(v) for letter, v in self.by.items()}
        self.times: Sequence[Arrays] = (self.old,)
        self.t = 0

    def weights(self, delta: Parts, at_state: Parts, states: Parts) -> dict[str, Array]:
        """The gradients by the weights and the biases, and what goes back to the input.

        `at_state` are the gradients by the products with the state, and `states` what those weights were multiplied by.
        """
        (of_input, of_state), x = self.net.letters, self.do("input")
        found = {"x": sum((delta[k] @ self.old[of_input + k] for k in self.net.gates), np.zeros(()))}
        for k in self.net.gates:
            found |= {of_input + k: delta[k].T @ x, of_state + k: at_state[k].T @ states[k]}
            found |= {"b" + k: delta[k].sum(axis=0), "d" + k: at_state[k].sum(axis=0)}
        return found

    def kept(self, found: dict[str, Array]) -> dict[str, Array]:
        """The gradients of what the cell has."""
        return {k: np.asarray(found[k]) for k in self.old if k in found}

    def to_state(self, at_state: Parts) -> Any:
        """What goes back to h through the gates."""
        return sum(self.do("back", k, at_state[k], self.old[self.net.letters[1] + k]) for k in at_state)

    def deltas(self, by_gate: Parts) -> Parts:
        """The gradient by each gate's sums."""
        return {k: by_gate[k] * self.do("slope_of", k) for k in by_gate}

    def ordered(self, delta: Parts) -> Parts:
        """The gradients by the sums, each at its gate."""
        return delta

    def slope_of(self, gate: str) -> Array:
        """A gate's slope, in its value: the last one is the candidate, a tanh."""
        a = self.gate[gate]
        return np.asarray(1 - a**2 if gate == self.net.gates[-1] else a * (1 - a))

    def input(self) -> Array:
        """What the weights of the input were multiplied by."""
        return np.asarray(self.old["x"])

    def state(self) -> Array:
        """What the weights of the state were multiplied by."""
        return np.asarray(self.old["h"])

    def back(self, gate: str, delta: Array, weights: Array) -> Array:
        """What goes back to h through one gate."""
        del gate
        return np.asarray(delta @ weights)


def instead(of: str, becomes: Array, p: CellPass, gate: str) -> Array:
    """Another slope of one gate; the others keep theirs."""
    return becomes if gate == of else p.slope_of(gate)


def exchanged(found: Parts, one: str, other: str) -> Parts:
    """Two gates with each other's arrays."""
    return {**found, one: found[other], other: found[one]}


def faults_of_states(family: str) -> tuple[Fault, ...]:
    """What goes wrong between a state and its weights."""
    fault = partial(prefixed, family)
    return (
        fault(
            "new-state",
            "the recurrent weights get the new h in place of the old one",
            "multiply δ by the h that went into this step",
            "state",
            lambda p: p.new["h"],
        ),
        fault(
            "not-transposed",
            "the recurrent weights are not transposed on the way back to h",
            "carry back Wᵀ δ",
            "back",
            lambda p, k, d, u: d @ u.T,
        ),
    )


def faults_of_slopes(family: str, gates: tuple[str, ...]) -> tuple[Fault, ...]:
    """What goes wrong at gates that are sigmoids, and at the last one, the candidate, which is a tanh."""
    fault = partial(prefixed, family)
    *sigmoids, candidate = gates
    names = ", ".join(sigmoids)
    both = message("multiply by a (1 − a) for {gates}, and by 1 − {g}² for the candidate {g}", gates=names, g=candidate)
    kinds = (*((k, "sigmoid", f"{k} (1 − {k})") for k in sigmoids), (candidate, "tanh", f"1 − {candidate}²"))
    return (
        *(
            fault(
                f"slope-missing-{gate}",
                message("the slope of the {kind} is missing in the gate {gate}", gate=gate, kind=kind),
                message("multiply by {formula}", formula=formula),
                "slope_of",
                lambda p, k, gate=gate: instead(gate, np.ones_like(p.gate[k]), p, k),
            )
            for gate, kind, formula in kinds
        ),
        fault(
            "slopes-missing",
            "the slopes of all the gates are missing",
            both,
            "slope_of",
            lambda p, k: np.ones_like(p.gate[k]),
        ),
        fault(
            "candidate-as-sigmoid",
            message("the slope of the candidate {g} is that of a sigmoid", g=candidate),
            both,
            "slope_of",
            lambda p, k: p.gate[k] * (1 - p.gate[k]),
        ),
        fault(
            "gates-as-tanh",
            message("the slopes of the gates {gates} are those of tanh", gates=names),
            both,
            "slope_of",
            lambda p, k: 1 - p.gate[k] ** 2,
        ),
    )


def faults_of_paths(family: str, gates: tuple[str, ...]) -> tuple[Fault, ...]:
    """What does not go back to the old h."""
    fault = partial(prefixed, family)
    return (
        *(
            fault(
                f"path-missing-{gate}",
                message("nothing goes back to the old h through the gate {gate}", gate=gate),
                "h goes into every gate: add δ U of all of them",
                "back",
                lambda p, k, d, u, gate=gate: 0 * p.old["h"] if k == gate else p.back(k, d, u),
            )
            for gate in gates
        ),
        fault(
            "paths-missing",
            "nothing goes back to the old h through the gates",
            "h goes into every gate: add δ U of all of them",
            "back",
            lambda p, k, d, u: 0 * p.old["h"],
        ),
    )


def faults_of_gates(family: str, gates: tuple[str, ...]) -> tuple[Fault, ...]:
    """What goes wrong at the gates, and between a state and their weights."""
    fault = partial(prefixed, family)
    return (
        *faults_of_slopes(family, gates),
        *(
            fault(
                f"exchanged-{one}{other}",
                message("the errors of the gates {one} and {other} are exchanged", one=one, other=other),
                "put the gates in the order of the forward pass",
                "ordered",
                lambda p, d, one=one, other=other: exchanged(d, one, other),
            )
            for one, other in combinations(gates, 2)
        ),
        *faults_of_paths(family, gates),
        *faults_of_states(family),
    )
