"""One step of an LSTM cell, and the mistakes that are made in its backward pass."""

# ruff: noqa: ARG005 - the formulas of one step take the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from symgrad.testing.models.gated import Cell, CellPass, Parts, exchanged, faults_of_gates
from symgrad.testing.models.model import Array, Arrays, Fault, Layers, activation, prefixed
from symgrad.words import message

GATES = tuple("ifog")  # input, forget, output, and the candidate


@dataclass(frozen=True)
class LSTM(Cell):
    """c' = f c + i g and h' = o tanh(c'), J = 1/2 the sum of (output - y)^2.

    The gates i, f, o are the sigmoid of x W^T + h U^T + b, each with its own W, U and b ("Wi", "Ui", "bi", ...); the
    candidate g is the tanh. Input x and state h, c are parameters too, a row for each example. `shown` is the
    output: h', or both side by side ("hc", "ch").
    """

    shown: str = "hc"

    gates = GATES
    states = "hc"

    @property
    def title(self) -> str:
        """What it is."""
        return message("an LSTM cell")

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with such a cell."""
        return FAULTS

    def forward(self, params: Arrays) -> tuple[Parts, Parts]:
        """The gates, and the new state by its letters."""
        gate = {}
        for k in GATES:
            a = np.add(*self.products(params, k))
            gate[k] = np.asarray(np.tanh(a) if k == "g" else activation("sigmoid").value(a))
        c = gate["f"] * params["c"] + gate["i"] * gate["g"]
        return gate, {"c": c, "h": gate["o"] * np.tanh(c)}

    def step(self, by: Parts, fault: Fault | None = None, where: Layers = None) -> CellPass:
        """The backward pass."""
        return Pass(self, by, fault, where)


class Pass(CellPass):
    """The backward pass."""

    @property
    def c(self) -> Array:
        """The new c."""
        return np.asarray(self.new["c"])

    def run(self) -> dict[str, Array]:
        """The gradients."""
        cell = self.do("cell")
        delta, state = self.do("ordered", self.deltas(self.do("by_gate", cell))), self.do("state")
        back = {"h": self.to_state(delta), "c": self.do("by_old_cell", cell)}
        return self.kept(self.weights(delta, delta, dict.fromkeys(GATES, state)) | back)

    def cell(self) -> Array:
        """dJ/dc': from c' itself, and through h'."""
        return np.asarray(self.by["c"] + self.by["h"] * self.gate["o"] * self.do("cell_slope"))

    def cell_slope(self) -> Array:
        """tanh'(c')."""
        return np.asarray(1 - np.tanh(self.c) ** 2)

    def by_gate(self, cell: Array) -> Parts:
        """The gradient by each gate."""
        return {
            "i": cell * self.gate["g"],
            "f": cell * self.old["c"],
            "o": self.by["h"] * np.tanh(self.c),
            "g": cell * self.gate["i"],
        }

    def by_old_cell(self, cell: Array) -> Array:
        """dJ/dc."""
        return np.asarray(cell * self.gate["f"])


fault = partial(prefixed, "lstm")

FAULTS = (
    *faults_of_gates("lstm", GATES),
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
        lambda p: p.by["c"] + p.by["h"] * p.cell_slope(),
    ),
    fault(
        "cell-without-state",
        "what comes back to c through h is missing",
        "add ∂J/∂h · o · (1 − tanh²(c)) to ∂J/∂c before the gates take their part",
        "cell",
        lambda p: p.by["c"],
    ),
    fault(
        "cell-of-state-only",
        "what comes back to c from the next step is lost: ∂J/∂c is overwritten by the part through h",
        "add the two parts of ∂J/∂c (+=), do not assign",
        "cell",
        lambda p: p.by["h"] * p.gate["o"] * p.cell_slope(),
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
        lambda p, d: p.by["c"] * p.gate["f"],
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
        lambda p, d: {**p.by_gate(d), "o": p.by["h"] * p.c},
    ),
    fault(
        "own-gates",
        "the input gate is multiplied by itself and the candidate too: i and g are exchanged",
        "∂J/∂i = ∂J/∂c · g and ∂J/∂g = ∂J/∂c · i",
        "by_gate",
        lambda p, d: exchanged(p.by_gate(d), "i", "g"),
    ),
)
