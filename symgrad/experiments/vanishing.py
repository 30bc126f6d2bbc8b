"""How a gradient shrinks or grows on its way to the first layer: measured, and beside what mean-field theory says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.core import UnsupportedError
from symgrad.experiments.drawing import Panel
from symgrad.experiments.elementwise import Array, Elementwise, elementwise
from symgrad.experiments.initial import deviation
from symgrad.experiments.mean_field import Propagation, propagate
from symgrad.experiments.result import Result, line, spread, versions
from symgrad.experiments.settings import quiet, runs, several, whole
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from symgrad.experiments.settings import Progress

SHOWN = (1, 2, 5, 10, 20, 50)  # depths in the table, besides the largest
MOST_BYTES = 4 * 10**9
WEIGHTS, INPUTS, DELTAS = range(3)  # the streams of random numbers of one seed


@dataclass(frozen=True, slots=True)
class Case:
    """An activation with weights that begin with this standard deviation."""

    phi: Elementwise
    scheme: str
    deviation: float

    @property
    def name(self) -> str:
        """What its numbers are called."""
        return f"{self.phi.name} {self.scheme}"


def vanishing(
    activations: Sequence[str] = ("sigmoid", "tanh", "relu", "selu"),
    inits: Sequence[str] = ("normal", "xavier", "he"),
    depths: Iterable[int] = range(1, 51),
    width: int = 400,
    seeds: int = 5,
    *,
    batch: int = 16,
    seed: int = 0,
    progress: Progress = quiet,
) -> Result:
    """log10 |delta^1|/|delta^L| for networks of every depth L, beside the product of the gains sqrt(chi).

    Square layers without biases, inputs of mean square 1, a random delta^L. Each number is the mean of log10 over the
    batch; its spread is over the seeds. Activations, schemes and depths share the random numbers of a seed. The numbers
    are called "relu he depth 50" and, layer by layer in the deepest network, "relu he layer 7".
    """
    wanted = tuple(sorted(several("depth", tuple(depths), lambda name, d: whole(name, d, 1, 5000))))
    whole("width", width, 2, 8192)
    whole("batch", batch, 1, 4096)
    phis = several("activation", activations, lambda _, name: elementwise(name))
    schemes = several("init", inits, lambda _, s: s)
    cases = [Case(phi, s, deviation(s, width, width)) for phi in phis for s in schemes]
    layers, found = wanted[-1], []
    require_memory(8 * width * (2 * width + batch * len(cases) * (layers + 2 * len(wanted))))
    for n, one in enumerate(runs(seeds, seed)):
        report = counting(progress, 2 * layers * n, 2 * layers * seeds)
        found.append(one_seed(cases, wanted, (batch, width), one, report))
    theory = [propagate(case.phi, width * case.deviation**2, layers) for case in cases]
    settings: dict[str, Any] = {
        "activations": tuple(p.name for p in phis),
        "inits": tuple(schemes),
        "depths": tuple(wanted),
    }
    settings |= {"width": width, "seeds": seeds, "batch": batch, "seed": seed}
    by_depth, by_layer = (np.array(part) for part in zip(*found, strict=True))
    return told(settings, cases, by_depth, by_layer, theory)


def require_memory(needed: int) -> None:
    """Raise UnsupportedError where a run would need more bytes than most machines can spare."""
    if needed > MOST_BYTES:
        raise UnsupportedError(
            "this would need {needed} GB of memory; lower the width, the depth or the batch, or ask "
            "for fewer activations or initialisations at once",
            needed=f"{needed / 1000000000.0:.0f}",
        )


def counting(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    """Reports of one seed as part of the whole."""
    return lambda done: progress(before + done, total, "")


def draws(seed: int, stream: int, layer: int, shape: tuple[int, ...]) -> Array:
    """Standard normals that depend on seed, stream and layer alone, so that weights need not be kept."""
    return np.random.default_rng((seed, stream, layer)).standard_normal(shape)


def one_seed(
    cases: Sequence[Case], depths: Sequence[int], shape: tuple[int, int], seed: int, report: Callable[[int], None]
) -> tuple[Array, Array]:
    """log10 of the ratios of each case: |delta^1|/|delta^L| for each depth L, |delta^l|/|delta^L| for the largest L."""
    width = shape[1]
    x = draws(seed, INPUTS, 0, shape)
    x *= np.sqrt(width) / np.linalg.norm(x, axis=1, keepdims=True)
    states, slopes = [x] * len(cases), list[list[Array]]()
    with np.errstate(all="ignore"):  # what overflows is told as not finite
        for l in range(1, depths[-1] + 1):
            W = draws(seed, WEIGHTS, l, (width, width))
            zs = [case.deviation * (h @ W.T) for case, h in zip(cases, states, strict=True)]
            states = [case.phi.phi(z) for case, z in zip(cases, zs, strict=True)]
            slopes.append([case.phi.slope(z) for case, z in zip(cases, zs, strict=True)])
            report(l)
        return backwards(cases, depths, slopes, seed, lambda done: report(depths[-1] + done))


def backwards(
    cases: Sequence[Case],
    depths: Sequence[int],
    slopes: Sequence[Sequence[Array]],
    seed: int,
    report: Callable[[int], None],
) -> tuple[Array, Array]:
    """The deltas of all depths on their way down together, kept at norm 1; their norms are added up as logarithms."""
    last, (batch, width) = depths[-1], slopes[0][0].shape
    deltas = [np.empty((0, batch, width)) for _ in cases]
    logs = np.empty((len(cases), 0, batch))
    by_layer = np.empty((len(cases), last))
    for l in range(last, 0, -1):
        if l in depths:  # the network of this depth begins here
            fresh = draws(seed, DELTAS, l, (1, batch, width))
            fresh /= np.linalg.norm(fresh, axis=2, keepdims=True)
            deltas = [np.concatenate([d, fresh]) for d in deltas]
            logs = np.concatenate([logs, np.zeros((len(cases), 1, batch))], axis=1)
        by_layer[:, l - 1] = logs[:, 0].mean(-1)
        if l > 1:
            W = draws(seed, WEIGHTS, l, (width, width))
            for n, case in enumerate(cases):
                back = case.deviation * (deltas[n] @ W) * slopes[l - 2][n]
                norms = np.linalg.norm(back, axis=2)
                logs[n] += np.log10(norms)
                deltas[n] = back / norms[..., None]
        report(last - l + 1)
    return logs.mean(-1)[:, ::-1], by_layer


def told(
    settings: dict[str, Any], cases: Sequence[Case], by_depth: Array, by_layer: Array, theory: Sequence[Propagation]
) -> Result:
    """The numbers with their names, the table and the curves."""
    depths = settings["depths"]
    measured, rows = [], []
    for n, (case, said) in enumerate(zip(cases, theory, strict=True)):
        for k, depth in enumerate(depths):
            found = spread(f"{case.name} depth {depth}", by_depth[:, n, k], said.ratios[depth - 1])
            measured.append(found)
            if depth in SHOWN or depth == depths[-1]:
                numbers = (found.value, found.low, found.high, found.theory, found.value - said.ratios[depth - 1])
                chi = said.gains[depth - 1]
                rows.append((case.phi.name, case.scheme, str(depth), *(f"{v:.3f}" for v in numbers), f"{chi:.5g}"))
        measured += [
            spread(f"{case.name} layer {l}", by_layer[:, n, l - 1], said.ratios[-1] - said.ratios[l - 1])
            for l in range(1, depths[-1] + 1)
        ]
    panels = []
    for scheme in dict.fromkeys(case.scheme for case in cases):
        lines = [
            line(case.phi.name, depths, by_depth[:, n], [said.ratios[d - 1] for d in depths])
            for n, (case, said) in enumerate(zip(cases, theory, strict=True))
            if case.scheme == scheme
        ]
        above = message("{scheme} (dashed: theory)", scheme=scheme)
        panels.append(Panel(above, message("depth L"), "log10 |δ¹| / |δᴸ|", tuple(lines)))
    heads = ("activation", "init", "depth", "log10 ratio", "least", "largest", "theory", "difference", "chi there")
    title = "The norm of the first delta over that of the last"
    return Result(
        "vanishing", title, tuple(settings.items()), tuple(measured), heads, tuple(rows), tuple(panels), versions()
    )
