"""Shallow and deep networks trained, to see whether ReLU's advantage over the sigmoid grows with the depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.core import UnsupportedError
from symgrad.experiments.drawing import Panel
from symgrad.experiments.elementwise import elementwise
from symgrad.experiments.result import Result, line, spread, versions
from symgrad.experiments.settings import MOST_SEEDS, positive, quiet, runs, several, whole
from symgrad.experiments.training import Training
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from symgrad.experiments.elementwise import Array, Elementwise
    from symgrad.experiments.settings import Progress

TUNING = 2 * MOST_SEEDS  # added to the seed where the rate is chosen, so that no reported run has been looked at before


def depth(
    activations: Sequence[str] = ("sigmoid", "relu"),
    depths: Iterable[int] = (1, 2, 4, 8),
    rates: Sequence[float] = (0.03, 0.1, 0.3, 1.0, 3.0),
    seeds: int = 5,
    *,
    inits: Sequence[str] = (),
    width: int = 32,
    epochs: int = 20,
    batch: int = 32,
    data: str = "digits",
    seed: int = 0,
    progress: Progress = quiet,
) -> Result:
    """The test accuracy of networks with so many hidden layers, each at the best of the `rates` for it.

    `inits` has one scheme for each activation; without it, He's for those that are flat on the left only, as ReLU is,
    and Xavier's for all others. The rate is chosen by a run of its own. The numbers are called
    "relu depth 8", and where there are two activations "difference depth 8": the second's accuracy less the first's,
    run by run with the same seed.
    """
    phis = several("activation", activations, lambda _, name: elementwise(name))
    layers = several("depth", tuple(depths), lambda name, d: whole(name, d, 1, 200))
    speeds = several("rate", rates, positive)
    schemes = each(inits, len(phis)) if inits else tuple(map(usual, phis))
    every = runs(seeds, seed)
    found, chosen = np.zeros((len(phis), len(layers), seeds)), {}
    cases = [(i, j) for i in range(len(phis)) for j in range(len(layers))]
    for done, (i, j) in enumerate(cases):
        hidden = (width,) * layers[j]
        tried = [Training(phis[i], hidden, schemes[i], rate, epochs, batch, data) for rate in speeds]
        best = max(tried, key=lambda t: trained(t, seed + TUNING))
        chosen[i, j] = best.rate
        found[i, j] = [trained(best, one) for one in every]
        progress(done + 1, len(cases), "")
    settings: dict[str, Any] = {
        "activations": tuple(p.name for p in phis),
        "depths": tuple(layers),
        "rates": tuple(speeds),
        "seeds": seeds,
    }
    settings |= {"inits": tuple(schemes), "width": width, "epochs": epochs, "batch": batch, "data": data, "seed": seed}
    return told(settings, phis, found, chosen)


def usual(phi: Elementwise) -> str:
    """The scheme that was derived for activations of this shape."""
    left, right = np.abs(phi.slope(np.array([-20.0, 20.0])))
    return "he" if left < right / 2 else "xavier"


def each(inits: Sequence[str], count: int) -> tuple[str, ...]:
    """A scheme for each activation; a single one serves all."""
    if len(inits) not in {1, count}:
        raise UnsupportedError(
            "there are {count} activations and {inits} schemes; give one scheme, or one for each",
            count=count,
            inits=len(inits),
        )
    return tuple(inits) * (count if len(inits) == 1 else 1)


def trained(training: Training, seed: int) -> float:
    """The accuracy on the test examples after training."""
    *_, layers = training.layers(seed)
    return training.accuracy(layers, seed)


def told(
    settings: dict[str, Any], phis: Sequence[Elementwise], found: Array, chosen: Mapping[tuple[int, int], float]
) -> Result:
    """The numbers with their names, the table and the curves; `found` is by activation, depth and seed."""
    depths = settings["depths"]
    measured, rows = [], []
    for i, phi in enumerate(phis):
        for j, hidden in enumerate(depths):
            m = spread(f"{phi.name} depth {hidden}", found[i, j])
            measured.append(m)
            rows.append((phi.name, str(hidden), f"{chosen[i, j]:g}", f"{m.value:.3f}", f"{m.low:.3f}", f"{m.high:.3f}"))
    if len(phis) == 2:  # noqa: PLR2004 - a difference takes two
        gaps = found[1] - found[0]
        measured += [spread(f"difference depth {hidden}", gaps[j]) for j, hidden in enumerate(depths)]
    lines = tuple(line(phi.name, depths, found[i].T) for i, phi in enumerate(phis))
    panel = Panel(message("each at its best rate"), message("hidden layers"), message("test accuracy"), lines)
    heads = ("activation", "hidden layers", "rate", "test accuracy", "least", "largest")
    title = "Test accuracy after training, shallow and deep"
    return Result("depth", title, tuple(settings.items()), tuple(measured), heads, tuple(rows), (panel,), versions())
