"""Mistakes that show in the arrays themselves, whatever the model is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from symgrad.testing.diagnosis.weigh import Array, agree, slack_of
from symgrad.words import message, worded

Arrays = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Turn:
    """A right array turned into a wrong one, where that is possible."""

    name: str
    says: str
    mend: str
    wrong: Callable[[Array], Array]
    cost: int = 1

    def __post_init__(self) -> None:
        worded(self, "says", "mend")


ALONG = (0,)  # the first axis, of arrays that have one
OFF_BY_ONE = "the entries are shifted by one place: off by one"
SLIPS = (
    Turn("zero", "the gradient is zero", "return the gradient; is it ever assigned?", np.zeros_like),
    Turn("transposed", "the array is transposed", "transpose it: it has the shape of its parameter", np.transpose),
    Turn(
        "flipped",
        "the array is flipped end to end along its first axis",
        "turn it round",
        lambda v: np.flip(v, ALONG[: v.ndim]),
    ),
    Turn("shifted", OFF_BY_ONE, "shift back by one", lambda v: np.roll(v, 1, 0 if v.ndim else None)),
    Turn("shifted", OFF_BY_ONE, "shift on by one", lambda v: np.roll(v, -1, 0 if v.ndim else None)),
    Turn("absolute", "the signs are lost: these are absolute values", "keep the signs", np.abs),
    Turn("signs-only", "only the signs are returned", "return the gradient itself", np.sign),
    Turn(
        "normalised",
        "the gradient is divided by its own length",
        "return it as it is; scaling belongs to the optimiser",
        lambda v: v / np.linalg.norm(v) if np.any(v) else v,
    ),
    Turn(
        "mean-for-entries",
        "every entry is the mean of all of them",
        "do not average over the entries of a parameter",
        lambda v: np.full(v.shape, v.mean()),
    ),
    Turn(
        "sum-for-entries",
        "every entry is the sum of all of them",
        "do not sum over the entries of a parameter",
        lambda v: np.full(v.shape, v.sum()),
    ),
)  # fmt: skip


def shape_mistake(given: Array, truth: Array) -> tuple[str, str, str] | None:
    """The name, words and mend of an array whose shape alone is wrong; None where there is more to it."""
    slack = slack_of(given, truth)
    if given.ndim == truth.ndim and given.shape == truth.shape[::-1] and agree(given.T, truth, slack):
        mend = message("transpose it: a gradient has the shape of its parameter")
        return "transposed", message("the array is transposed"), mend
    for axis in range(given.ndim):
        if agree(np.sum(given, axis=axis), truth, slack):
            if given.shape[axis] == 1:
                extra = message("axis {axis} of length 1 is left over", axis=axis)
                return "extra-axis", extra, message("squeeze it (keepdims=False)")
            missing = message(
                "the sum over axis {axis} (of {size}) is missing: a part for each example",
                axis=axis,
                size=given.shape[axis],
            )
            return "missing-sum", missing, message("sum over axis {axis}", axis=axis)
        if agree(np.mean(given, axis=axis), truth, slack):
            missing = message("the mean over axis {axis} is missing: a part for each example", axis=axis)
            return "missing-mean", missing, message("average over axis {axis}", axis=axis)
    if given.size == truth.size and agree(given.reshape(truth.shape), truth, slack):
        right = message("the numbers are right, the shape {shape} is not", shape=given.shape)
        return "reshaped", right, message("reshape to {shape}", shape=truth.shape)
    return None


def other_key(given: Arrays, truth: Arrays, wrong: list[str]) -> dict[str, str] | None:
    """For each wrong key the other key whose gradient it holds; None where one of them holds no such thing."""
    found = {}
    for key in wrong:
        same = [k for k in truth if k != key and agree(given[key], truth[k], slack_of(given[key], truth[k]))]
        if not same or not np.any(truth[same[0]]):
            return None
        found[key] = same[0]
    return found
