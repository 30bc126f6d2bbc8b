"""Learning slowdown: one sigmoid neuron that begins wrong, or badly wrong, under two losses.

Nielsen 2015, Neural Networks and Deep Learning, chapter 3: input 1, target 0, rate 0.15, 300 steps, and the two
beginnings w = 0.6, b = 0.9 and w = b = 2.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from symgrad.core import UnsupportedError
from symgrad.experiments.drawing import Line, Panel
from symgrad.experiments.elementwise import elementwise
from symgrad.experiments.result import Measured, Result, versions
from symgrad.experiments.settings import positive, quiet, whole
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.experiments.settings import Progress

LOSSES = ("squared error", "cross-entropy")
HALF = 0.5  # an output below it is no longer on the wrong side


def slowdown(
    weights: Sequence[float] = (0.6, 2.0),
    biases: Sequence[float] = (0.9, 2.0),
    rate: float = 0.15,
    steps: int = 300,
    *,
    progress: Progress = quiet,
) -> Result:
    """The output, step by step, for each beginning and each loss; nothing is random.

    Both losses learn at the same `rate`. The numbers are called "w = 2, b = 2, squared error: steps to 1/2" (infinite
    if that is not reached), and likewise ": first output" and ": last output".
    """
    positive("rate", rate)
    whole("steps", steps, 1, 1_000_000)
    if len(weights) != len(biases) or not weights:
        raise UnsupportedError(
            "there are {weights} weights and {biases} biases; give a bias for each weight",
            weights=len(weights),
            biases=len(biases),
        )
    begin = [(number("weight", w), number("bias", b)) for w, b in zip(weights, biases, strict=True)]
    panels, rows, measured = [], [], []
    for done, (w, b) in enumerate(begin):
        outputs = {loss: learn(w, b, rate, steps, loss) for loss in LOSSES}
        x = tuple(range(steps + 1))
        lines = tuple(Line(loss, x, out) for loss, out in outputs.items())
        panels.append(Panel(f"w = {w:g}, b = {b:g}", message("step"), message("output a (the target is 0)"), lines))
        for loss, out in outputs.items():
            numbers = {"first output": out[0], "last output": out[-1], "steps to 1/2": reached(out)}
            name = f"w = {w:g}, b = {b:g}, {loss}"
            measured += [Measured(f"{name}: {what}", value, value, value) for what, value in numbers.items()]
            rows.append((f"{w:g}", f"{b:g}", loss, f"{out[0]:.4f}", f"{out[-1]:.4f}", f"{reached(out):g}"))
        progress(done + 1, len(begin), "")
    settings = (("weights", tuple(weights)), ("biases", tuple(biases)), ("rate", rate), ("steps", steps))
    heads = ("w", "b", "loss", "first output", "last output", "steps to 1/2")
    title = "One sigmoid neuron learns to answer 0"
    return Result("slowdown", title, settings, tuple(measured), heads, tuple(rows), tuple(panels), versions())


def number(name: str, value: float) -> float:
    """A finite number."""
    return value if value == 0 else math.copysign(positive(name, abs(value)), value)


def learn(w: float, b: float, rate: float, steps: int, loss: str) -> tuple[float, ...]:
    """The outputs before the first step, after it, and so on, for input 1 and target 0."""
    sigmoid = elementwise("sigmoid")
    outputs = []
    for _ in range(steps + 1):
        z = np.asarray(w + b)
        a = float(sigmoid.phi(z))
        outputs.append(a)
        delta = a if loss == "cross-entropy" else a * float(sigmoid.slope(z))
        w, b = w - rate * delta, b - rate * delta
    return tuple(outputs)


def reached(outputs: Sequence[float]) -> float:
    """After how many steps the output is no longer on the wrong side."""
    return float(next((n for n, a in enumerate(outputs) if a <= HALF), math.inf))
