"""Dead neurons: how many have slope 0 at every training example, before, during and after training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.experiments.drawing import Panel
from symgrad.experiments.elementwise import elementwise
from symgrad.experiments.network import forward
from symgrad.experiments.result import Measured, Result, line, spread, versions
from symgrad.experiments.settings import positive, quiet, runs, several
from symgrad.experiments.training import Training
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.experiments.elementwise import Array, Elementwise
    from symgrad.experiments.network import Layers
    from symgrad.experiments.settings import Progress


def dead_relu(
    activations: Sequence[str] = ("relu", "leaky_relu", "elu"),
    rates: Sequence[float] = (0.1, 0.5, 1.0),
    hidden: Sequence[int] = (64, 64),
    epochs: int = 20,
    seeds: int = 5,
    *,
    batch: int = 32,
    init: str = "he",
    data: str = "digits",
    seed: int = 0,
    progress: Progress = quiet,
) -> Result:
    """The share of hidden neurons whose slope is 0 at every training example, after each epoch.

    The numbers are called "relu rate 1: dead at the start", ": dead at the end", ": revived" (of all hidden neurons,
    those that were dead after some epoch and are not at the end), ": test accuracy", ": diverged" (of all runs, those
    that ended in numbers that are not finite; there nothing is called dead, and no answer right).
    """
    phis = several("activation", activations, lambda _, name: elementwise(name))
    speeds = several("rate", rates, positive)
    sizes = tuple(hidden)
    measured, rows = list[Measured](), list[tuple[str, ...]]()
    panels, total = [], len(phis) * len(speeds) * seeds
    for phi in phis:
        lines = []
        for rate in speeds:
            training, found = Training(phi, sizes, init, rate, epochs, batch, data), []
            for n, one in enumerate(runs(seeds, seed)):
                found.append(train(training, one))
                progress(len(rows) * seeds + n + 1, total, "")
            shares = np.array([run[0] for run in found])
            name = f"{phi.name} rate {rate:g}"
            numbers = (
                spread(f"{name}: dead at the start", shares[:, 0]),
                spread(f"{name}: dead at the end", shares[:, -1]),
                spread(f"{name}: revived", [run[1] for run in found]),
                spread(f"{name}: test accuracy", [run[2] for run in found]),
            )
            lost = [run[3] for run in found]
            measured += (*numbers, spread(f"{name}: diverged", lost))
            told = (f"{m.value:.3f} ({m.low:.3f} to {m.high:.3f})" for m in numbers)
            rows.append((phi.name, f"{rate:g}", *told, f"{sum(lost)}/{seeds}"))
            lines.append(line(f"η = {rate:g}", range(epochs + 1), shares))
        panels.append(Panel(phi.name, message("epoch"), message("share of dead neurons"), tuple(lines)))
    settings: dict[str, Any] = {
        "activations": tuple(p.name for p in phis),
        "rates": tuple(speeds),
        "hidden": tuple(sizes),
        "epochs": epochs,
    }
    settings |= {"seeds": seeds, "batch": batch, "init": init, "data": data, "seed": seed}
    heads = ("activation", "rate", "dead at the start", "dead at the end", "revived", "test accuracy", "diverged")
    title = "Hidden neurons with slope 0 at every training example"
    return Result(
        "dead-relu", title, tuple(settings.items()), tuple(measured), heads, tuple(rows), tuple(panels), versions()
    )


def train(training: Training, seed: int) -> tuple[list[float], float, float, bool]:
    """Dead neurons' share after each epoch, the share revived, the accuracy at the end, and whether it diverged."""
    x = training.found(seed).x
    ever: Any = np.False_
    shares = list[float]()
    for layers in training.layers(seed):
        now = dead(layers, training.phi, x)
        ever = ever | now
        shares.append(float(now.mean()))
    with np.errstate(all="ignore"):
        diverged = not np.isfinite(forward(layers, training.phi, x)[0][-1]).all()
    return shares, float((ever & ~now).mean()), training.accuracy(layers, seed), diverged


def dead(layers: Layers, phi: Elementwise, x: Array) -> Any:
    """Which hidden neurons have slope 0 at every example, so that their weights and biases have gradient 0.

    Where training ended in numbers that are not finite, nothing is called dead.
    """
    with np.errstate(all="ignore"):
        zs = forward(layers, phi, x)[0][:-1]
        return np.concatenate([((phi.slope(z) == 0) & np.isfinite(z)).all(0) for z in zs])
