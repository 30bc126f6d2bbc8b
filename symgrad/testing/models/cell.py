"""One step of an LSTM cell, and the mistakes that are made in its backward pass."""

# ruff: noqa: ARG005 - the formulas of one step take the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import combinations

import numpy as np

from symgrad.testing.models.model import Array, Arrays, Backward, Fault, Layers, Textbook, activation, drawn, prefixed
from symgrad.words import message

GATES = "ifog"  # input, forget, output, and the candidate
Parts = dict[str, Array]  # for each gate


@dataclass(frozen=True)
class LSTM(Textbook):
    """c' = f c + i g and h' = o tanh(c'), J = 1/2 the sum of (output - y)^2.

    The gates i, f, o are the sigmoid of x W^T + h U^T + b, each with its own W, U and b ("Wi", "Ui", "bi", ...); the
    candidate g is the tanh. Input x and state h, c are parameters too, a row for each example. `shown` is the
    output: h', or both side by side ("hc", "ch").
    """

    inputs: int = 2
    units: int = 3
    batch: int = 2
    shown: str = "hc"
    seed: int = 0

    @cached_property
    def params(self) -> Parts:
        """The input, the state, the weights and the biases."""
        rng, n, k, d = np.random.default_rng(self.seed), self.batch, self.units, self.inputs
        found = {"x": drawn(rng, n, d), "h": drawn(rng, n, k, width=0.5), "c": drawn(rng, n, k)}
        for gate in GATES:
            found[f"W{gate}"], found[f"U{gate}"] = drawn(rng, k, d, width=0.7), drawn(rng, k, k, width=0.7)
            found[f"b{gate}"] = drawn(rng, k, width=0.3)
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
    def title(self) -> str:
        """What it is."""
        return message("an LSTM cell")

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with such a cell."""
        return FAULTS

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return {"n, the number of examples": self.batch, "k, the number of units": self.units}

    def forward(self, params: Arrays) -> tuple[Parts, Parts]:
        """The gates, and the new state by its letters."""
        x, h, gate = params["x"], params["h"], {}
        for k in GATES:
            a = x @ params[f"W{k}"].T + h @ params[f"U{k}"].T + params[f"b{k}"]
            gate[k] = np.asarray(np.tanh(a) if k == "g" else activation("sigmoid").value(a))
        c = gate["f"] * params["c"] + gate["i"] * gate["g"]
        return gate, {"c": c, "h": gate["o"] * np.tanh(c)}

    def output(self, params: Arrays) -> Array:
        """The new state, as much of it as is shown."""
        state = self.forward(params)[1]
        return np.concatenate([state[k] for k in self.shown], axis=1)

    def value(self, params: Arrays) -> float:
        """The loss."""
        return float(((self.output(params) - self.y) ** 2).sum() / 2)

    def backward(self, fault: Fault | None, where: Layers) -> Pass:
        """The backward pass."""
        return Pass(self, fault, where)

    def varied(self, seed: int, *, sizes: bool = True) -> LSTM:
        """Other numbers; other sizes too, unless they are to stay."""
        other = replace(self, seed=self.seed + 101 * seed)
        return replace(other, units=self.units + seed, batch=self.batch + seed) if sizes else other


class Pass(Backward):
    """The backward pass; `gate`, `c` and `h` are those of the forward pass, `old` are its arguments."""

    def __init__(self, net: LSTM, fault: Fault | None = None, where: Layers = None) -> None:
        super().__init__(fault, where)
        self.net, self.old = net, net.params
        self.gate, state = net.forward(net.params)
        self.c, self.h = state["c"], state["h"]
        error = dict(zip(net.shown, np.split(net.output(net.params) - net.y, len(net.shown), axis=1), strict=True))
        self.by_h, self.by_c = error["h"], error.get("c", np.zeros_like(self.c))

    def run(self) -> dict[str, Array]:
        """The gradients."""
        cell = self.do("cell")
        delta = self.do("deltas", self.do("by_gate", cell))
        state, old = self.do("state"), self.old
        found = {
            "x": sum(delta[k] @ old[f"W{k}"] for k in GATES),
            "h": sum(self.do("back", delta[k], old[f"U{k}"]) for k in GATES),
            "c": self.do("by_old_cell", cell),
        }
        for k in GATES:
            found |= {f"W{k}": delta[k].T @ old["x"], f"U{k}": delta[k].T @ state, f"b{k}": delta[k].sum(axis=0)}
        return {k: np.asarray(v) for k, v in found.items()}

    def cell(self) -> Array:
        """dJ/dc': from c' itself, and through h'."""
        return np.asarray(self.by_c + self.by_h * self.gate["o"] * self.do("cell_slope"))

    def cell_slope(self) -> Array:
        """tanh'(c')."""
        return np.asarray(1 - np.tanh(self.c) ** 2)

    def by_gate(self, cell: Array) -> Parts:
        """The gradient by each gate."""
        return {
            "i": cell * self.gate["g"],
            "f": cell * self.old["c"],
            "o": self.by_h * np.tanh(self.c),
            "g": cell * self.gate["i"],
        }

    def deltas(self, by_gate: Parts) -> Parts:
        """The gradient by each gate's sums."""
        return {k: by_gate[k] * self.do("slope_of", k) for k in GATES}

    def slope_of(self, gate: str) -> Array:
        """A gate's slope, in its value."""
        a = self.gate[gate]
        return np.asarray(1 - a**2 if gate == "g" else a * (1 - a))

    def by_old_cell(self, cell: Array) -> Array:
        """dJ/dc."""
        return np.asarray(cell * self.gate["f"])

    def state(self) -> Array:
        """What the recurrent weights were multiplied by."""
        return self.old["h"]

    def back(self, delta: Array, weights: Array) -> Array:
        """What goes back to h through one gate."""
        return np.asarray(delta @ weights)


fault = partial(prefixed, "lstm")


def instead(of: str, becomes: Array, p: Pass, gate: str) -> Array:
    """Another slope of one gate; the others keep theirs."""
    return becomes if gate == of else p.slope_of(gate)


def exchanged(found: Parts, one: str, other: str) -> Parts:
    """Two gates with each other's arrays."""
    return {**found, one: found[other], other: found[one]}


FAULTS = (
    *(
        fault(
            f"slope-missing-{gate}",
            message("the slope of the {kind} is missing in the gate {gate}", gate=gate, kind=kind),
            message("multiply by {formula}", formula=formula),
            "slope_of",
            lambda p, k, gate=gate: instead(gate, np.ones_like(p.gate[k]), p, k),
        )
        for gate, kind, formula in (
            *((k, "sigmoid", f"{k} (1 − {k})") for k in "ifo"),
            ("g", "tanh", "1 − g²"),
        )
    ),
    fault(
        "slopes-missing",
        "the slopes of all the gates are missing",
        "multiply by a (1 − a) for i, f and o, and by 1 − g² for the candidate g",
        "slope_of",
        lambda p, k: np.ones_like(p.gate[k]),
    ),
    fault(
        "candidate-as-sigmoid",
        "the slope of the candidate g is that of a sigmoid",
        "g is a tanh: multiply by 1 − g²",
        "slope_of",
        lambda p, k: p.gate[k] * (1 - p.gate[k]),
    ),
    fault(
        "gates-as-tanh",
        "the slopes of the gates i, f and o are those of tanh",
        "they are sigmoids: multiply by a (1 − a)",
        "slope_of",
        lambda p, k: 1 - p.gate[k] ** 2,
    ),
    fault(
        "cell-slope-missing",
        "tanh′(c) is missing between h and c",
        "add ∂J/∂h · o · (1 − tanh²(c)) to ∂J/∂c",
        "cell_slope",
        lambda p: np.ones_like(p.c),
    ),
    fault(
        "cell-slope-at-cell",
        "1 − c² is used for tanh′(c)",
        "put tanh(c) into that formula: 1 − tanh²(c)",
        "cell_slope",
        lambda p: 1 - p.c**2,
    ),
    fault(
        "output-gate-missing",
        "the gate o is missing between h and c",
        "add ∂J/∂h · o · (1 − tanh²(c)) to ∂J/∂c",
        "cell",
        lambda p: p.by_c + p.by_h * p.cell_slope(),
    ),
    fault(
        "cell-without-state",
        "what comes back to c through h is missing",
        "add ∂J/∂h · o · (1 − tanh²(c)) to ∂J/∂c before the gates take their part",
        "cell",
        lambda p: p.by_c,
    ),
    fault(
        "cell-of-state-only",
        "what comes back to c from the next step is lost: ∂J/∂c is overwritten by the part through h",
        "add the two parts of ∂J/∂c (+=), do not assign",
        "cell",
        lambda p: p.by_h * p.gate["o"] * p.cell_slope(),
    ),
    fault(
        "forget-missing",
        "the forget gate is missing on the way back to the old c",
        "multiply ∂J/∂c by f",
        "by_old_cell",
        lambda p, d: d,
        cost=1,
    ),
    fault(
        "forget-before-sum",
        "the old c gets nothing of what comes back through h",
        "multiply the whole ∂J/∂c by f, with its part through h",
        "by_old_cell",
        lambda p, d: p.by_c * p.gate["f"],
    ),
    fault(
        "new-cell",
        "the forget gate is multiplied by the new c in place of the old one",
        "∂J/∂f = ∂J/∂c times the c of the step before",
        "by_gate",
        lambda p, d: {**p.by_gate(d), "f": d * p.c},
    ),
    fault(
        "output-without-tanh",
        "∂J/∂o uses c in place of tanh(c)",
        "h = o tanh(c), so ∂J/∂o = ∂J/∂h · tanh(c)",
        "by_gate",
        lambda p, d: {**p.by_gate(d), "o": p.by_h * p.c},
    ),
    fault(
        "own-gates",
        "the input gate is multiplied by itself and the candidate too: i and g are exchanged",
        "∂J/∂i = ∂J/∂c · g and ∂J/∂g = ∂J/∂c · i",
        "by_gate",
        lambda p, d: exchanged(p.by_gate(d), "i", "g"),
    ),
    *(
        fault(
            f"exchanged-{one}{other}",
            message("the errors of the gates {one} and {other} are exchanged", one=one, other=other),
            "put the gates in the order of the forward pass",
            "deltas",
            lambda p, d, one=one, other=other: exchanged(p.deltas(d), one, other),
        )
        for one, other in combinations(GATES, 2)
    ),
    fault(
        "new-state",
        "the recurrent weights get the new h in place of the old one",
        "multiply δ by the h that went into this step",
        "state",
        lambda p: p.h,
    ),
    fault(
        "not-transposed",
        "the recurrent weights are not transposed on the way back to h",
        "carry back Wᵀ δ",
        "back",
        lambda p, d, u: d @ u.T,
    ),
)
