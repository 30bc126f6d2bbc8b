"""The mistakes that are made with the delta of softmax and cross-entropy, p − y."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.models.model import Fault

if TYPE_CHECKING:
    from symgrad.testing.models.model import Array


def of_softmax(p: Any, delta: Array) -> Array:
    """A delta that is written for softmax only."""
    if p.net.output != "softmax":
        raise ValueError
    return np.asarray(delta * p.net.share)


def guesses(p: Any) -> Array:
    """1 for the largest output of each example."""
    return np.asarray(1.0 * (p.a[-1] == p.a[-1].max(axis=1, keepdims=True)))


AFTER_SOFTMAX = (
    Fault(
        "binary-slope",
        "δ is the slope (a − y)/(a(1 − a)) of binary cross-entropy by the output a",
        "for softmax with cross-entropy δ = a − y",
        "output_delta",
        lambda p: of_softmax(p, (p.a[-1] - p.net.y) / (p.a[-1] * (1 - p.a[-1]))),
    ),
    Fault(
        "exponentials-not-divided",
        "the exponentials are not divided by their sum: e^z − y",
        "divide by the sum over the classes: δ = a − y",
        "output_delta",
        lambda p: of_softmax(p, np.exp(p.z[-1]) - p.net.y),
    ),
    Fault(
        "right-class-left-out",
        "δ is 0 for the right class: only the outputs of the other classes come back",
        "for the right class δ = a − 1",
        "output_delta",
        lambda p: of_softmax(p, p.a[-1] * (p.net.y == 0)),
    ),
    Fault(
        "guess-for-target",
        "the class with the largest output is subtracted in place of the target",
        "subtract the target y",
        "output_delta",
        lambda p: of_softmax(p, p.a[-1] - guesses(p)),
    ),
    Fault(
        "guess-for-output",
        "the target is subtracted from the guessed class, 1 for the largest output, not from the outputs",
        "use the outputs themselves: δ = a − y",
        "output_delta",
        lambda p: of_softmax(p, guesses(p) - p.net.y),
    ),
)
