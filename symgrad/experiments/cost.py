"""What an activation and its slope cost: time per element in symgrad's NumPy code, as a ratio to ReLU's in one run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from symgrad.definitions import ACTIVATIONS
from symgrad.experiments.drawing import Line, Panel
from symgrad.experiments.elementwise import elementwise
from symgrad.experiments.result import Measured, Result, versions
from symgrad.experiments.settings import quiet, several, whole
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symgrad.experiments.elementwise import Array
    from symgrad.experiments.settings import Progress

QUARTERS = (0.25, 0.5, 0.75)


def cost(
    activations: Sequence[str] = tuple(ACTIVATIONS),
    elements: int = 100_000,
    rounds: int = 15,
    *,
    seed: int = 0,
    progress: Progress = quiet,
) -> Result:
    """Times of each function over ReLU's of the same round: the median, with the quartiles as the spread.

    Rounds take turns through all functions, so that what slows the machine down slows all of them. These are times:
    they differ from run to run and from machine to machine. The numbers are called "sigmoid" and "sigmoid slope".
    """
    whole("elements", elements, 1, 100_000_000)
    whole("rounds", rounds, 1, 10_000)
    whole("seed", seed, 0, 2**32)
    phis = several("activation", activations, lambda _, name: elementwise(name))
    functions = (
        {"": elementwise("relu").phi} | {p.name: p.phi for p in phis} | {f"{p.name} slope": p.slope for p in phis}
    )
    x = np.random.default_rng((seed, 6)).standard_normal(elements)
    times = np.empty((rounds, len(functions)))
    for n in range(rounds):
        times[n] = [seconds(f, x) for f in functions.values()]
        progress(n + 1, rounds, "")
    low, middle, high = np.quantile(times / times[:, :1], QUARTERS, axis=0)
    measured = tuple(
        Measured(name, float(middle[k]), float(low[k]), float(high[k])) for k, name in enumerate(functions) if name
    )
    return told(
        {"activations": tuple(p.name for p in phis), "elements": elements, "rounds": rounds, "seed": seed}, measured
    )


def seconds(f: Callable[[Array], Array], x: Array) -> float:
    """The time of one call, after one that does not count."""
    f(x)
    began = time.perf_counter()
    f(x)
    return time.perf_counter() - began


def told(settings: dict[str, object], measured: tuple[Measured, ...]) -> Result:
    """The table, the cheapest first, and one curve for the functions and one for their slopes."""
    known = {m.name: m for m in measured}
    names = sorted((n for n in known if not n.endswith(" slope")), key=lambda n: known[n].value)
    pairs = [(known[n], known[f"{n} slope"]) for n in names]
    rows = [
        (n, *(f"{m.value:.2f} ({m.low:.2f} to {m.high:.2f})" for m in pair))
        for n, pair in zip(names, pairs, strict=True)
    ]
    place = tuple(float(k) for k in range(len(names)))
    lines = tuple(
        Line(label, place, *(tuple(getattr(pair[k], part) for pair in pairs) for part in ("value", "low", "high")))
        for k, label in enumerate((message("the function"), message("its slope")))
    )
    panel = Panel(
        message("time per element, ReLU is 1"),
        message("activation, in the order of the table"),
        message("ratio to ReLU"),
        lines,
    )
    heads = ("activation", "function", "slope")
    title = "What activations cost, as a ratio to ReLU in the same run"
    return Result("cost", title, tuple(settings.items()), measured, heads, tuple(rows), (panel,), versions())
