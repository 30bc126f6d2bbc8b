"""The mistakes that are made with the derivative of an activation, the same in every model that has one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from symgrad.testing.models.model import Array, Fault, activation
from symgrad.words import message

OTHERS = ("sigmoid", "tanh", "relu", "leaky_relu", "gelu", "gelu_tanh", "silu", "softplus", "elu")
IN_OUTPUT: dict[str, Any] = {"sigmoid": lambda u: u * (1 - u), "tanh": lambda u: 1 - u**2}


def fault(name: str, says: str, mend: str, becomes: Any, cost: int = 2) -> Fault:
    """A block of this table."""
    return Fault(name, says, mend, "slope", becomes, cost)


def slope(p: Any, at: tuple[int, ...], u: Array) -> Array:
    """The right derivative at this place, evaluated at u."""
    return activation(p.name(*at)).slope(u)


SLOPES = (
    fault(
        "missing-slope",
        "φ′(z) is missing: the derivative of the activation is left out",
        "multiply by φ′(z), entry by entry",
        lambda p, *at: np.ones_like(p.sums(*at)),
        1,
    ),
    fault(
        "slope-at-output",
        "the derivative of the activation is taken at a instead of z: φ′(a)",
        "evaluate φ′ at z, or write it as a formula in a, such as a(1 − a) for the sigmoid",
        lambda p, *at: slope(p, at, p.outputs(*at)),
    ),
    fault(
        "slope-formula-at-sum",
        "the formula of φ′ in the output a was given z: z(1 − z) for the sigmoid, 1 − z² for tanh",
        "put a = φ(z) into that formula",
        lambda p, *at: IN_OUTPUT.get(p.name(*at), lambda u: slope(p, at, u))(p.sums(*at)),
    ),
    fault(
        "value-for-slope",
        "φ(z) is used in place of its derivative φ′(z)",
        "multiply by φ′(z), not by the output a",
        lambda p, *at: p.outputs(*at),
        1,
    ),
    fault(
        "slope-twice",
        "φ′(z) is applied twice",
        "multiply by φ′(z) once",
        lambda p, *at: slope(p, at, p.sums(*at)) ** 2,
        1,
    ),
    fault(
        "one-minus-output",
        "1 − a is used in place of φ′(z)",
        "multiply by the other factor too: a(1 − a) for the sigmoid, (1 + a)(1 − a) for tanh",
        lambda p, *at: 1 - p.outputs(*at),
    ),
    fault(
        "slope-at-minus",
        "the derivative of the activation is taken at −z: it lets the wrong side through",
        "evaluate φ′ at z; for ReLU that is 1 where z > 0",
        lambda p, *at: slope(p, at, -p.sums(*at)),
    ),
    *(
        fault(
            f"slope-of-{name}",
            message("the derivative used is that of {name}", name=name),
            message(
                "use the derivative of the activation that the forward pass applies, not that of {name}", name=name
            ),
            lambda p, *at, name=name: activation(name).slope(p.sums(*at)),
            3,
        )
        for name in OTHERS
    ),
)


def slopes(prefix: str = "") -> tuple[Fault, ...]:
    """The blocks, named for a model.

    The step is called `slope`; of the place it is made at (a layer, a time, nothing) the backward pass knows the
    activation's `name`, the `sums` z that it is applied to, and its `outputs` a.
    """
    return tuple(replace(f, name=prefix + f.name) for f in SLOPES)
