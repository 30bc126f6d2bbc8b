"""Signal propagation in wide networks: the variance of a layer's z and the mean squared gain of a gradient.

Poole, Lahiri, Raghu, Sohl-Dickstein & Ganguli 2016, arXiv:1606.05340; Schoenholz, Gilmer, Ganguli & Sohl-Dickstein
2017, arXiv:1611.01232. With weights of variance s/n, biases of variance b and Z a standard normal:
q_1 = s |x|^2/n + b,  q_{l+1} = s E[phi(sqrt(q_l) Z)^2] + b,  chi_l = s E[phi'(sqrt(q_l) Z)^2],
and |delta^1|/|delta^L| is the product of the sqrt(chi_l), l < L, as the width grows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symgrad.experiments.elementwise import Array, Elementwise

NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
REACH = 13.0  # beyond, exp(-t^2/2) is below 1e-36
PANELS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 16.0, 32.0)


@dataclass(frozen=True, slots=True)
class Propagation:
    """Layer by layer: the variances q_l, the gains chi_l, and log10 of |delta^1|/|delta^L| for L = 1, 2, ..."""

    variances: tuple[float, ...]
    gains: tuple[float, ...]
    ratios: tuple[float, ...]


def propagate(phi: Elementwise, weight: float, layers: int) -> Propagation:
    """What happens on the way through so many layers, for an input of mean square 1."""
    q, variances, gains, ratios = weight, list[float](), list[float](), [0.0]
    for _ in range(layers):
        variances.append(q)
        gains.append(weight * second_moment(phi.slope, q, phi.kinks))
        ratios.append(ratios[-1] + (math.log10(gains[-1]) / 2 if gains[-1] > 0 else -math.inf))
        q = weight * second_moment(phi.phi, q, phi.kinks)
    return Propagation(tuple(variances), tuple(gains), tuple(ratios[:-1]))


def second_moment(f: Callable[[Array], Array], q: float, kinks: Sequence[float] = ()) -> float:
    """E[f(sqrt(q) Z)^2] by Gauss' rule on panels that end at the kinks and grow away from 0."""
    if not math.isfinite(q):
        return math.nan
    if q == 0:
        return float(f(np.zeros(1))[0] ** 2)
    root = math.sqrt(q)
    inner = {side * p / scale for p in PANELS for side in (-1, 1) for scale in (1.0, root)} | {k / root for k in kinks}
    ends = sorted({-REACH, 0.0, REACH} | {e for e in inner if abs(e) < REACH})
    low, high = np.array(ends[:-1])[:, None], np.array(ends[1:])[:, None]
    t = (high - low) / 2 * NODES + (high + low) / 2
    with np.errstate(all="ignore"):
        values = f(root * t.ravel()).reshape(t.shape) ** 2 * np.exp(-(t**2) / 2) / math.sqrt(2 * math.pi)
        return float(np.sum((high - low) / 2 * WEIGHTS * values))
