"""One step of a GRU cell, in the four ways that it is written, and the mistakes that are made in its backward pass."""

# ruff: noqa: ARG005 - the formulas of one step take the same arguments, used or not

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from symgrad.testing.models.gated import Cell, CellPass, Parts, faults_of_gates
from symgrad.testing.models.model import activation, prefixed
from symgrad.words import message

if TYPE_CHECKING:
    from symgrad.testing.models.model import Array, Arrays, Fault, Layers

GATES = tuple("rzn")  # reset, update, and the candidate


@dataclass(frozen=True)
class GRU(Cell):
    """h' = z h + (1 - z) n, J = 1/2 the sum of (h' - y)^2; with `update="new"` h' = (1 - z) h + z n.

    The gates r and z are the sigmoid of x W^T + h U^T + b, each with its own W, U and b ("Wr", "Ur", "br", ...). The
    candidate n is the tanh of x W^T + b + r (h U^T + d), as in torch and cuDNN; with `reset="before"` it is that of
    x W^T + (r h) U^T + b, as Cho and others wrote it. Input x and state h are parameters too, a row for each example.
    """

    reset: Literal["after", "before"] = "after"
    update: Literal["old", "new"] = "old"  # what z is the share of

    gates = GATES

    @property
    def title(self) -> str:
        """What it is."""
        if self.reset == "after":
            return message("a GRU cell whose reset gate comes after the matrix product")
        return message("a GRU cell whose reset gate comes before the matrix product")

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with such a cell."""
        return FAULTS

    def forward(self, params: Arrays) -> tuple[Parts, Parts]:
        """The gates, and the new state."""
        sigmoid = activation("sigmoid").value
        r, z = (sigmoid(np.add(*self.products(params, k))) for k in "rz")
        if self.reset == "after":
            by_input, by_state = self.products(params, "n")
            n = np.tanh(by_input + r * by_state)
        else:
            n = np.tanh(np.add(*self.products({**params, "h": r * params["h"]}, "n")))
        kept = z if self.update == "old" else 1 - z
        return {"r": r, "z": z, "n": n}, {"h": kept * params["h"] + (1 - kept) * n}

    def step(self, by: Parts, fault: Fault | None = None, where: Layers = None) -> CellPass:
        """The backward pass."""
        return Pass(self, by, fault, where)


class Pass(CellPass):
    """The backward pass. The reset gate r multiplies `factor`: h before the matrix product, or what comes after it."""

    net: GRU

    def __init__(self, net: Any, by: Parts, fault: Fault | None = None, where: Layers = None) -> None:
        super().__init__(net, by, fault, where)
        self.after, z = self.do("after_product"), self.gate["z"]
        self.share = z if net.update == "old" else 1 - z  # of the old h
        self.factor = net.products(self.old, "n")[1] if self.after else self.old["h"]

    def run(self) -> dict[str, Array]:
        """The gradients."""
        by, state = self.by["h"], self.do("state")
        n = self.do("by_candidate", by) * self.do("slope_of", "n")
        product = self.do("by_product", n)
        gates = self.deltas({"r": self.do("by_reset", product), "z": self.do("by_update", by)})
        factor = self.do("by_factor", product)
        delta, at_state = (self.do("ordered", gates | {"n": d}) for d in (n, factor if self.after else n))
        back = self.to_state(at_state if self.after else gates) + (0 if self.after else factor)
        states = {"r": state, "z": state, "n": self.do("state_of_candidate")}
        return self.kept(self.weights(delta, at_state, states) | {"h": self.do("direct", by) + back})

    def after_product(self) -> bool:
        """Whether the reset gate comes after the matrix product."""
        return self.net.reset == "after"

    def by_candidate(self, by: Array) -> Array:
        """dJ/dn."""
        return np.asarray(by * (1 - self.share))

    def by_update(self, by: Array) -> Array:
        """dJ/dz."""
        sign = 1 if self.net.update == "old" else -1
        return np.asarray(sign * by * (self.old["h"] - self.gate["n"]))

    def direct(self, by: Array) -> Array:
        """What goes back to h without a gate's weights."""
        return np.asarray(by * self.share)

    def by_product(self, delta: Array) -> Array:
        """The gradient by the product of r and its factor."""
        return delta if self.after else np.asarray(self.do("back", "n", delta, self.old["Un"]))

    def by_reset(self, product: Array) -> Array:
        """dJ/dr."""
        return np.asarray(product * self.factor)

    def by_factor(self, product: Array) -> Array:
        """The gradient by what r multiplies."""
        return np.asarray(product * self.gate["r"])

    def state_of_candidate(self) -> Array:
        """What the candidate's recurrent weights were multiplied by."""
        state = self.do("state")
        return np.asarray(state if self.after else self.gate["r"] * state)


def only(of: bool, becomes: Array) -> Array:  # noqa: FBT001 - which of the conventions this mistake belongs to
    """The formula, where this mistake can be made."""
    if not of:
        raise ValueError
    return becomes


fault = partial(prefixed, "gru")

FAULTS = (
    *faults_of_gates("gru", GATES),
    fault(
        "direct-path-missing",
        "what goes from the new h straight to the old one is missing",
        "add ∂J/∂h′ times the share of the old h, beside what the gates send back",
        "direct",
        lambda p, by: 0 * by,
    ),
    fault(
        "direct-path-whole",
        "the update gate is missing on the straight way back to the old h",
        "multiply ∂J/∂h′ by the share of the old h",
        "direct",
        lambda p, by: by,
    ),
    fault(
        "direct-path-of-candidate",
        "the straight way back to the old h has the candidate's share: z and 1 − z are exchanged",
        "multiply ∂J/∂h′ by the factor that stands before the old h",
        "direct",
        lambda p, by: by * (1 - p.share),
    ),
    fault(
        "candidate-of-state",
        "the candidate has the share of the old h: z and 1 − z are exchanged",
        "multiply ∂J/∂h′ by the factor that stands before the candidate",
        "by_candidate",
        lambda p, by: by * p.share,
    ),
    fault(
        "candidate-without-update",
        "the update gate is missing on the way back to the candidate",
        "multiply ∂J/∂h′ by the factor that stands before the candidate",
        "by_candidate",
        lambda p, by: by,
    ),
    fault(
        "update-sign",
        "∂J/∂z has the wrong sign: h and the candidate n are exchanged in their difference",
        "z stands before one of them and 1 − z before the other: subtract the second",
        "by_update",
        lambda p, by: -p.by_update(by),
    ),
    *(
        fault(
            f"update-without-{letter}",
            message("{letter} is missing in ∂J/∂z", letter=letter),
            "∂J/∂z is ∂J/∂h′ times the difference of h and n",
            "by_update",
            becomes,
        )
        for letter, becomes in (
            ("n", lambda p, by: by * p.old["h"] * (1 if p.net.update == "old" else -1)),
            ("h", lambda p, by: -by * p.gate["n"] * (1 if p.net.update == "old" else -1)),
        )
    ),
    fault(
        "update-of-new-state",
        "∂J/∂z uses the new h in place of the old one",
        "∂J/∂z is ∂J/∂h′ times the difference of the old h and n",
        "by_update",
        lambda p, by: by * (p.new["h"] - p.gate["n"]) * (1 if p.net.update == "old" else -1),
    ),
    fault(
        "reset-missing-on-the-way-back",
        "the reset gate is missing on the way back through the candidate",
        "multiply by r what goes back to h through the candidate",
        "by_factor",
        lambda p, product: product,
    ),
    fault(
        "reset-as-constant",
        "the reset gate is taken for a constant: nothing goes back through it",
        "∂J/∂r is what comes back to the product, times what r multiplies",
        "by_reset",
        lambda p, product: 0 * product,
    ),
    fault(
        "reset-without-factor",
        "what r multiplies is missing in ∂J/∂r",
        "multiply by it: by h before the matrix product, by U h + d after it",
        "by_reset",
        lambda p, product: product,
    ),
    fault(
        "reset-without-weights",
        "∂J/∂r uses h in place of U h + d",
        "r multiplies the whole of U h + d: multiply by that",
        "by_reset",
        lambda p, product: only(p.after, product * p.old["h"]),
    ),
    fault(
        "reset-without-bias",
        "the bias d is missing in ∂J/∂r",
        "r multiplies the whole of U h + d: multiply by that",
        "by_reset",
        lambda p, product: only(p.after, product * (p.old["h"] @ p.old["Un"].T)),
    ),
    fault(
        "reset-of-candidate",
        "∂J/∂r uses the candidate n in place of what r multiplies",
        "multiply by h before the matrix product, by U h + d after it",
        "by_reset",
        lambda p, product: product * p.gate["n"],
    ),
    fault(
        "reset-of-other-convention",
        "forward and backward have the reset gate on different sides of the matrix product",
        "go back the way of the forward pass: U (r h) before the product, r (U h + d) after it",
        "after_product",
        lambda p: not p.after_product(),
    ),
    fault(
        "state-of-candidate-without-reset",
        "the candidate's recurrent weights get h in place of r h",
        "the product is U (r h): multiply δ by r h",
        "state_of_candidate",
        lambda p: only(not p.after, p.old["h"]),
    ),
    fault(
        "state-of-candidate-with-reset",
        "the candidate's recurrent weights get r h in place of h, and δ r as well: r is there twice",
        "r is in δ r already: multiply that by h",
        "state_of_candidate",
        lambda p: only(p.after, p.gate["r"] * p.old["h"]),
    ),
)
