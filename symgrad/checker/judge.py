"""The verdict on a claimed gradient, from an estimate that knows its own error."""

from __future__ import annotations

from functools import lru_cache
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
FAINT = 1e-8  # of the largest slope: one that is known to within that is known
FLAT = 2.0**-36  # a function that does not change at all, to within that, has the slope 0
NOTHING = 2.0**-1000  # the bound beside a function that is 0 all around
FINE = 2.0**-40  # of a rounding of 1: values that differ by so little were not made of any number like 1
MARGIN = 3.0  # bounds are estimates of the error, three of them are certain enough


def judge(claimed: Any, estimate: Estimate, convention: Any = None, **about: Any) -> Array:
    """An Outcome for each point: WRONG iff |claimed - estimate| > 3 bound + 64 eps |claimed|.

    At a kink any value between the two slopes passes, or exactly `convention` (an array, NaN where nothing is
    demanded). A claimed value that is not finite where the truth is finite is WRONG, but for an infinity where the
    truth is beyond all numbers of its type, `kind`. UNRESOLVED where the bound is too wide; FLOOR where it,
    or a difference, is smaller than the rounding of an intermediate of the size of 1 or x. Where a bound says little
    of a slope, but much of the largest, or of a `typical` one, the slope is known. `eps` is the rounding unit of the
    claimed values, `grain` that of the function.
    """
    with np.errstate(all="ignore"):
        return np.asarray(OUTCOMES[codes(claimed, estimate, convention, **about)])


def codes(
    claimed: Any,
    estimate: Estimate,
    convention: Any = None,
    *,
    eps: float = EPS,
    grain: float = EPS,
    kind: Any = float,
    typical: float = 0.0,
) -> Array:
    """The places of the outcomes in OUTCOMES: numbers, which are compared at once. Warnings are the caller's."""
    claimed = np.asarray(claimed, float)
    if claimed.shape != estimate.x.shape:
        claimed = np.broadcast_to(claimed, estimate.x.shape)
    found = where_smooth(claimed, estimate, eps, grain, typical, *limits(np.dtype(kind)))
    at = estimate.kink.nonzero()[0]
    if at.size:
        found[at] = at_kinks(claimed[at], estimate.at(at), eps)
    if convention is not None:
        demanded = np.broadcast_to(np.asarray(convention, float), claimed.shape)
        met = np.where(np.abs(claimed - demanded) <= ROUNDINGS * eps * np.abs(demanded), OK, WRONG)
        found = np.where(np.isfinite(demanded), met, found)
    return found


@lru_cache
def limits(kind: Any) -> tuple[float, float]:
    """The largest and the least number of a type, in doubles; of those NumPy does not know, of single precision."""
    found = np.finfo(min(kind, np.dtype(float)) if kind.kind == "f" else np.float32)
    return float(found.max), float(found.smallest_subnormal)


def where_smooth(  # noqa: PLR0917 - all of it is needed
    claimed: Array, estimate: Estimate, eps: float, grain: float, typical: float, largest: float, least: float
) -> Array:
    """The codes of the outcomes where there is one derivative; on kinks they say nothing."""
    truth, bound, size = estimate.estimate, estimate.bound, np.abs(claimed)
    error = np.abs(claimed - truth)
    agrees = error <= MARGIN * bound + (ROUNDINGS * eps * size + LOST * least)
    agrees |= estimate.kink & (error < np.inf)  # kinks have their own outcomes
    if not agrees.all() or (error + bound).max(initial=0.0) == np.inf:
        return one_by_one(claimed, estimate, eps, grain, typical, largest, least)
    vague = bound > 0.01 * np.maximum(np.abs(truth), size)
    found = np.zeros(bound.size, int)
    if vague.any():
        at = np.flatnonzero(vague)
        at = at[bound[at] > faint(eps, np.abs(truth).max(initial=typical))]
        flat = (truth[at] == 0) & (size[at] == 0) & (bound[at] <= FLAT)
        found[at] = np.where(flat, OK, np.where(bound[at] > lost(estimate, eps, grain, at), UNRESOLVED, FLOOR))
    return found


def lost(estimate: Estimate, eps: float, grain: float, where: Array) -> Array:
    """A difference that is less is the rounding of an intermediate of the size of 1 or x.

    One of the function counts over the step, but at 0 where its values are seen to differ by far less: beside other
    points x times a rounded intermediate does so too.
    """
    noise = estimate.noise[where]
    fine = (noise > 0) & (noise < FINE * grain) & (estimate.x[where] == 0)
    blind = np.where(fine, 0.0, grain)
    unit = np.maximum(eps, blind / np.minimum(1, 4 * estimate.step[where]))
    return np.asarray(16 * unit * np.maximum(1, np.abs(estimate.x[where])))


def faint(eps: float, typical: float) -> float:
    """A slope that is known to within this is known, though it be 0, where others are of a typical size."""
    return max(FAINT, 16 * eps) * typical + NOTHING


def one_by_one(  # noqa: PLR0917 - all of it is needed
    claimed: Array, estimate: Estimate, eps: float, grain: float, typical: float, largest: float, least: float
) -> Array:
    """The same where some do not agree, or are not known."""
    truth, bound, size = estimate.estimate, estimate.bound, np.abs(claimed)
    error = np.abs(claimed - truth)
    agrees = error <= MARGIN * bound + np.maximum(ROUNDINGS, estimate.powers) * eps * size + LOST * least
    floor, known = lost(estimate, eps, grain, np.arange(size.size)), np.isfinite(bound)
    found = np.where(agrees, OK, WRONG)
    found[~agrees & (error <= floor)] = FLOOR
    vague = bound > 0.01 * np.maximum(np.abs(truth), size)
    vague &= agrees & (bound > faint(eps, np.max(np.abs(truth), where=known, initial=typical)))
    flat = (truth == 0) & (size == 0) & (bound <= FLAT)
    found[vague] = np.where(flat, OK, np.where(bound > floor, UNRESOLVED, FLOOR))[vague]
    found[~np.isfinite(claimed)] = WRONG
    infinite = np.isinf(claimed) & (np.sign(claimed) == np.sign(truth))
    found[infinite & (np.abs(truth) * (1 + ROUNDINGS * eps) > largest)] = OK
    found[~known] = UNRESOLVED
    return found


def at_kinks(claimed: Array, estimate: Estimate, eps: float) -> Array:
    """The codes of the outcomes where the two slopes differ; NaN is not between them."""
    low, high = np.minimum(estimate.left, estimate.right), np.maximum(estimate.left, estimate.right)
    size = np.maximum(np.abs(low), np.abs(high))
    blunt = np.where(estimate.slack > 0, BLUNT * np.maximum(1, size), 0.0)
    slack = blunt + ROUNDINGS * eps * size + 2 * estimate.slack
    return np.where((claimed >= low - slack) & (claimed <= high + slack), OK, WRONG)
