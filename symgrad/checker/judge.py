"""The verdict on a claimed gradient, from an estimate that knows its own error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.core import Outcome

if TYPE_CHECKING:
    from symgrad.checker.difference import Array, Estimate

OK, WRONG, UNRESOLVED, FLOOR = range(4)
OUTCOMES: Array = np.asarray([Outcome.OK, Outcome.WRONG, Outcome.UNRESOLVED, Outcome.FLOOR], dtype=object)
EPS = float(np.finfo(float).eps)
LOST = 4  # of the least number of a type: what underflow takes
ROUNDINGS = 64  # of the claimed value's own type: what evaluating a gradient formula may cost
BLUNT = 1e-9  # what a measured one-sided slope may be off by at least
MARGIN = 3.0  # bounds are estimates of the error, three of them are certain enough


def judge(claimed: Any, estimate: Estimate, convention: Any = None, *, eps: float = EPS, kind: Any = float) -> Array:
    """An Outcome for each point: WRONG iff |claimed - estimate| > 3 bound + 64 eps |claimed|.

    At a kink any value between the two slopes passes, or exactly `convention` (an array, NaN where nothing is
    demanded). A claimed value that is not finite where the truth is finite is WRONG, but for an infinity where the
    truth is beyond all numbers of its type, `kind`. UNRESOLVED where the bound is too wide; FLOOR where a
    difference is smaller than the rounding of an intermediate of the size of 1 or x.
    """
    with np.errstate(all="ignore"):
        claimed = np.broadcast_to(np.asarray(claimed, float), estimate.estimate.shape)
        outcomes = np.where(
            estimate.kink, at_kinks(claimed, estimate, eps), where_smooth(claimed, estimate, eps, *limits(kind))
        )
        if convention is not None:
            demanded = np.broadcast_to(np.asarray(convention, float), claimed.shape)
            met = np.where(np.abs(claimed - demanded) <= ROUNDINGS * eps * np.abs(demanded), OK, WRONG)
            outcomes = np.where(np.isfinite(demanded), met, outcomes)
    return OUTCOMES[outcomes]


def limits(kind: Any) -> tuple[float, float]:
    """The largest and the least number of a type, in doubles; of those NumPy does not know, of single precision."""
    kind = np.dtype(kind)
    found = np.finfo(min(kind, np.dtype(float)) if kind.kind == "f" else np.float32)
    return float(found.max), float(found.smallest_subnormal)


def where_smooth(claimed: Array, estimate: Estimate, eps: float, largest: float, least: float) -> Array:
    """The codes of the outcomes where there is one derivative."""
    error = np.abs(claimed - estimate.estimate)
    size = np.maximum(np.abs(estimate.estimate), np.abs(claimed))
    floor = 16 * eps * np.maximum(1, np.abs(estimate.x)) / np.minimum(1, 4 * estimate.step)
    known = np.isfinite(estimate.bound)
    power = np.where(estimate.x == 0, 0, np.abs(np.log(np.abs(estimate.x))))  # a rounded exponent costs that many
    agrees = error <= MARGIN * estimate.bound + np.maximum(ROUNDINGS, power) * eps * np.abs(claimed) + LOST * least
    typical = np.max(np.abs(estimate.estimate), where=known, initial=0.0)
    infinite = np.isinf(claimed) & (np.sign(claimed) == np.sign(estimate.estimate))
    beyond = infinite & (np.abs(estimate.estimate) * (1 + ROUNDINGS * eps) > largest)
    vague = (estimate.bound > 0.01 * size) & (estimate.bound > np.maximum(floor, 1e-8 * typical))
    cases = [~known, beyond, ~np.isfinite(claimed), agrees & vague, agrees, error <= floor]
    codes = [UNRESOLVED, OK, WRONG, UNRESOLVED, OK, FLOOR]
    return np.select(cases, [np.asarray(c) for c in codes], WRONG)


def at_kinks(claimed: Array, estimate: Estimate, eps: float) -> Array:
    """The codes of the outcomes where the two slopes differ; NaN is not between them."""
    low, high = np.minimum(estimate.left, estimate.right), np.maximum(estimate.left, estimate.right)
    size = np.maximum(np.abs(low), np.abs(high))
    blunt = np.where(estimate.slack > 0, BLUNT * np.maximum(1, size), 0.0)
    slack = blunt + ROUNDINGS * eps * size + 2 * estimate.slack
    return np.where((claimed >= low - slack) & (claimed <= high + slack), OK, WRONG)
