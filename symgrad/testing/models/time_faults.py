"""The mistakes that are made in backpropagation through time."""

# ruff: noqa: ARG005 - the formulas of one step take the same arguments, used or not

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.models.gated import faults_of_states
from symgrad.testing.models.model import Array, Fault, activation, prefixed
from symgrad.testing.models.slopes import IN_OUTPUT, slopes
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.testing.models.gated import Parts

STEPS = (1, 2, 3, 4, 5, 8, 10)  # back in time, that people truncate after

fault = partial(prefixed, "recurrent")


def each_for_itself(p: Any, by_h: Array, reach: Callable[[int], int]) -> list[Parts]:
    """The gradients at each time where the error of time s goes back to the time `reach(s)` and no further."""
    found: list[Parts] = [{} for _ in by_h]
    nothing: Parts = {k: np.zeros_like(v) for k, v in p.step(0, by_h[0], {}).items()}
    for s in np.flatnonzero(by_h.any(axis=(1, 2))).tolist():
        error, back = by_h[s], nothing
        for t in range(s, max(reach(s), 0) - 1, -1):
            one = p.step(t, error, back)
            found[t] = {k: v + found[t].get(k, 0.0) for k, v in one.items()}
            error, back = np.zeros_like(error), p.do("carried", {k: one[k] for k in p.net.step.states})
    return [one or nothing for one in found]


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
    back = fault(
        "last-times-only",
        message("only the last {k} times are gone through: the loop over the times ends too early", k=k),
        "go back to the first time",
        "through_time",
        lambda p, e: ending(k, p.through_time(e)),
    )
    error = replace(back, step="output_error", becomes=lambda p: last(k, p.output_error()))
    return back, replace(back, made=((back, None), (error, None)))


def last(k: int, rows: Array) -> Array:
    """The last k rows, the others 0."""
    return np.where(np.arange(len(rows))[:, None, None] >= len(rows) - k, rows, 0)


def ending(k: int, found: list[Parts]) -> list[Parts]:
    """The last k times, the others without a gradient."""
    return [{q: v * (t >= len(found) - k) for q, v in one.items()} for t, one in enumerate(found)]


def roles(p: Any) -> dict[str, str]:
    """What the parameters are, by their names."""
    of_input, of_state = p.net.step.letters
    kinds = {of_input: "input", of_state: "recurrent", "b": "bias", "d": "bias", "V": "output", "c": "output-bias"}
    return {k: kinds[k if k in {"V", "c"} else k[0]] for k in p.p if k[0] in kinds}


def of_one_time(suffix: str, says: Callable[[str], str], mend: str, time: int) -> tuple[Fault, ...]:
    """The gradient of one kind of parameters, or of all, is that of one time."""

    def made(kind: str) -> Callable[[Any, str, Array], Array]:
        def becomes(p: Any, name: str, parts: Array) -> Array:
            return np.asarray(parts[time] if kind in {"", roles(p).get(name)} else p.over_times(name, parts))

        return becomes

    return tuple(
        fault(f"{kind}-{suffix}".lstrip("-"), says(which), mend, "over_times", made(kind))
        for kind, which in (
            ("", message("every gradient")),
            ("recurrent", message("the gradient of the recurrent weights")),
            ("input", message("the gradient of the input weights")),
            ("bias", message("the gradient of the bias")),
            ("output", message("the gradient of the output weights")),
            ("output-bias", message("the gradient of the output bias")),
        )
    )


def of_states(state: Parts, becomes: Callable[[Array], Array], letters: str = "hc") -> Parts:
    """What goes back in time, some of it changed; a ValueError where the cell has no such state."""
    if not set(letters) & set(state):
        raise ValueError(letters)
    return {k: becomes(v) if k in letters else v for k, v in state.items()}


def shared(v: Array, how: Callable[..., Any]) -> Array:
    """One row for all examples."""
    return np.broadcast_to(how(v, axis=0), v.shape)


def first_state(p: Any) -> Array:
    """h_0, the same for all outputs."""
    return np.broadcast_to(p.times[0]["h"], p.h[0].shape)


FAULTS = (
    *(one for k in STEPS for one in truncated(k)),
    fault(
        "cut",
        "nothing comes back from the next time: backpropagation is cut after one step",
        "add what the next time sends back to the error of a time before you go through its cell",
        "carried",
        lambda p, s: of_states(s, np.zeros_like),
        cost=1,
    ),
    *(
        fault(
            f"{letter}-lost",
            message("what comes back from the next time to {letter} is lost", letter=letter),
            message("hand the gradient by {letter} on to the time before", letter=letter),
            "carried",
            lambda p, s, letter=letter: of_states(s, np.zeros_like, letter if "c" in s else ""),
        )
        for letter in "hc"
    ),
    *(
        fault(
            f"state-{name}-over-batch",
            says,
            "each example has a state of its own: carry a row for each",
            "carried",
            lambda p, s, how=how: of_states(s, lambda v: shared(v, how)),
        )
        for name, how, says in (
            ("summed", np.sum, message("what goes back in time is summed over the examples")),
            ("averaged", np.mean, message("what goes back in time is averaged over the examples")),
        )
    ),
    *of_one_time(
        "last-time-only",
        lambda which: message("{which} takes the last time only: the sum over the times is missing", which=which),
        message("the parameters are the same at every time: add their gradients up"),
        -1,
    ),
    *of_one_time(
        "first-time-only",
        lambda which: message("{which} keeps the first time only: it is assigned at each time, not added", which=which),
        message("add up (+=): the parameters are the same at every time"),
        0,
    ),
    fault(
        "output-of-previous-state",
        "∂J/∂V uses h_(t−1) instead of h_t: off by one",
        "o_t is computed from h_t: multiply by that",
        "states_of_output",
        lambda p: np.concatenate([first_state(p)[None], p.h[:-1]]),
    ),
    fault(
        "last-error-only",
        "only the error of the last time is propagated",
        "the loss is a sum over all times: add o_t − y_t at every t",
        "output_error",
        lambda p: last(1, p.output_error()),
    ),
    fault(
        "input-of-previous-time",
        "the input weights get x_(t−1) instead of x_t: off by one",
        "multiply δ_t by the input of the same time",
        "input",
        lambda p: p.times[max(p.t - 1, 0)]["x"],
    ),
    fault(
        "input-of-next-time",
        "the input weights get x_(t+1) instead of x_t: off by one",
        "multiply δ_t by the input of the same time",
        "input",
        lambda p: p.times[min(p.t + 1, len(p.times) - 1)]["x"],
    ),
    fault(
        "input-times-reversed",
        "the input weights get the inputs in the reverse order of times",
        "δ runs from the last time back: put it in the order of the inputs again",
        "input",
        lambda p: p.times[len(p.times) - 1 - p.t]["x"],
    ),
    fault(
        "state-times-reversed",
        "the recurrent weights get the states in the reverse order of times",
        "δ runs from the last time back: put it in the order of the states again",
        "state",
        lambda p: p.times[len(p.times) - 1 - p.t]["h"],
    ),
    fault(
        "state-before-previous",
        "the recurrent weights get h_(t−2) instead of h_(t−1): off by one",
        "multiply δ_t by the state before, h_(t−1)",
        "state",
        lambda p: p.times[max(p.t - 1, 0)]["h"],
    ),
)

PLAIN = (
    *slopes("recurrent-"),
    fault(
        "slope-missing-on-the-way-back",
        "what goes back in time is ∂J/∂h_t, not δ_t = ∂J/∂z_t: φ′(z_t) is missing there",
        "carry back Wᵀ δ_t, with φ′(z_t) in δ_t",
        "back",
        lambda p, k, d, u: p.by["h"] @ u,
    ),
    fault(
        "carry-after-slope",
        "what comes back from the next time is added behind φ′(z_t): it lacks that factor",
        "add it to the error of the time first, then multiply the sum by φ′(z_t)",
        "delta",
        lambda p: (p.by["h"] - p.carry["h"]) * p.do("slope") + p.carry["h"],
    ),
    fault(
        "slope-of-carry-only",
        "only what comes back from the next time is multiplied by φ′(z_t), not the error of the time itself",
        "add the two first, then multiply the sum by φ′(z_t)",
        "delta",
        lambda p: p.by["h"] - p.carry["h"] + p.carry["h"] * p.do("slope"),
    ),
    fault(
        "slope-of-previous",
        "φ′ is taken at the time before: off by one",
        "use z_t, or h_t, of the same time",
        "slope",
        lambda p: IN_OUTPUT.get(p.name(), activation(p.name()).slope)(p.old["h"]),
    ),
    *(
        replace(one, name=name, says=says, mend=mend)
        for one, (name, says, mend) in zip(
            faults_of_states("recurrent"),
            (
                (
                    "recurrent-state-of-same-time",
                    message("∂J/∂W uses h_t instead of h_(t−1): off by one"),
                    message("multiply δ_t by the state before, h_(t−1)"),
                ),
                (
                    "recurrent-not-transposed",
                    message("W is not transposed on the way back through time"),
                    message("carry back Wᵀ δ_(t+1)"),
                ),
            ),
            strict=True,
        )
    ),
)
