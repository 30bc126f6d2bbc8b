"""The second look: slopes of a formula from differences over steps of 2^-100, in balls of growing precision."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from flint import arb, ctx

from symgrad.checker.balls import Hole, Program
from symgrad.core import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

BITS = (256, 1024, 3072)
MIDDLE = 1024  # from here on, a claim below the least double need not be told from 0
LEAST = arb(2) ** -1074
STEP = -100  # a difference over 2^STEP times the scale errs by about 2^STEP
CLOSER = -20  # how much the steps are shrunk to tell a kink from a bend
LAST = (8192, -4000)  # bits and steps of the look that a WRONG must survive: sin(1/x) turns quickly near 0
SLACK = arb(2) ** -46  # 64 eps
FINE = arb(2) ** -40


@dataclass(frozen=True, slots=True)
class Slopes:
    """The derivative `value`, or at a kink (`value` None) the slopes on either side; `error` bounds them."""

    value: Any
    left: Any
    right: Any
    error: Any


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the second look found; `outcome` None where the function itself has no value nearby."""

    outcome: Outcome | None
    claimed: float
    estimate: float
    bound: float


def settle(
    function: Program,
    gradient: Program,
    point: Sequence[float],
    *,
    demanded: Program | None = None,
    side: str = "",
) -> Settlement:
    """The outcome at one point, whose first coordinate is the variable.

    `demanded` is what a convention asks for at a kink; with `side` the claim is about the slope on that side.
    UNRESOLVED where even the highest precision does not tell.
    """
    before = ctx.prec
    try:
        for bits in BITS:
            ctx.prec = bits
            values = [arb(c) for c in point]
            slopes = slopes_at(function, values)
            if slopes is Hole.UNDEFINED:
                return Settlement(None, 0.0, 0.0, 0.0)
            if slopes is Hole.UNSURE:
                continue
            if side:
                slopes = on_side(slopes, side)
            wanted = demanded(values) if demanded else None
            claimed = gradient(values)
            final = bits == BITS[-1] or (bits >= MIDDLE and not isinstance(claimed, Hole) and abs(claimed) < LEAST)
            found = compare(claimed, slopes, wanted, final=final)
            if found.outcome is Outcome.WRONG and not confirmed(function, gradient, point, demanded, side):
                break
            if found.outcome is not Outcome.UNRESOLVED:
                return found
        return Settlement(Outcome.UNRESOLVED, float("nan"), float("nan"), float("inf"))
    finally:
        ctx.prec = before


def confirmed(
    function: Program, gradient: Program, point: Sequence[float], demanded: Program | None, side: str
) -> bool:
    """Whether a claim is wrong over far finer steps too: over wider ones a quick oscillation looks like a constant."""
    ctx.prec, finest = LAST
    values = [arb(c) for c in point]
    slopes = slopes_at(function, values, finest)
    if isinstance(slopes, Hole):
        return False
    if side:
        slopes = on_side(slopes, side)
    found = compare(gradient(values), slopes, demanded(values) if demanded else None, final=True)
    return found.outcome is Outcome.WRONG


def on_side(slopes: Slopes, side: str) -> Slopes:
    """The slope on one side as if it were the derivative."""
    return Slopes(getattr(slopes, side), slopes.left, slopes.right, slopes.error)


def fulfilled(condition: Program, point: Sequence[float]) -> bool:
    """Whether a condition holds at a point, or can't be told to fail there."""
    before, ctx.prec = ctx.prec, BITS[0]
    try:
        return condition([arb(c) for c in point]) not in {False, Hole.UNDEFINED}
    finally:
        ctx.prec = before


def slopes_at(function: Program, values: list[Any], step: int = STEP) -> Slopes | Hole:
    """The slopes of the function at a point, or why there are none."""
    x = values[0]
    unit = abs(x) if x != 0 else arb(1)
    wide = around(function, values, unit * arb(2) ** step)
    if isinstance(wide, Hole):
        return wide
    if smooth(wide, FINE * largest(wide)) or alike(wide):
        return bent(wide, max_gap(wide))
    close = around(function, values, unit * arb(2) ** (step + CLOSER))
    if isinstance(close, Hole):
        return close
    return bend_or_kink(wide, close)


Rise = tuple[Any, Any, Any, Any]  # left slope, central slope, right slope, slope from the point itself


def around(function: Program, values: list[Any], h: Any) -> Rise | Hole:
    """Difference quotients over [x-2h, x-h], [x-h, x+h], [x+h, x+2h] and [x, x+h]."""
    x = values[0]
    heights = []
    for n in (-2, -1, 0, 1, 2):
        height = function([x + n * h, *values[1:]])
        if isinstance(height, Hole):
            return height
        heights.append(height)
    a, b, c, d, e = heights
    return (b - a) / h, (d - b) / (2 * h), (e - d) / h, (d - c) / h


def largest(rise: Rise) -> Any:
    """The size of the outer slopes."""
    return abs(rise[0]).max(abs(rise[2]))


def smooth(rise: Rise, slack: Any) -> bool:
    """Whether all four quotients certainly agree to within `slack`."""
    left, central, right, own = rise
    return all(abs(s - central) <= slack for s in (left, right, own))


def alike(rise: Rise) -> bool:
    """Whether no two of the quotients can be told apart at this precision, as where the function is constant."""
    return all((r - s).contains(0) for r, s in combinations(rise, 2))


def bend_or_kink(wide: Rise, close: Rise) -> Slopes | Hole:
    """A bend closes as the steps shrink, a kink or a jump does not; a slope that grows is no slope."""
    gaps = [max_gap(r) for r in (wide, close)]
    if gaps[1] < gaps[0] / 2:
        return bent(close, gaps[0])
    outer = [abs(r[2] - r[0]) for r in (wide, close)]
    steady = all(abs(close[i] - wide[i]) <= FINE * largest(close) + outer[0] * FINE for i in (0, 2))
    if gaps[1] > gaps[0] / 2 and steady:
        return Slopes(None, close[0], close[2], FINE * largest(close))
    return Hole.UNSURE


def bent(rise: Rise, gap: Any) -> Slopes:
    """The derivative from quotients which differ by no more than `gap`."""
    return Slopes(rise[1], rise[0], rise[2], gap.abs_upper() + rise[1].rad())


def max_gap(rise: Rise) -> Any:
    """How far the quotients lie apart."""
    left, central, right, own = rise
    return abs(right - left).max(abs(central - left)).max(abs(own - left))


def compare(claimed: Any, slopes: Slopes, demanded: Any, *, final: bool) -> Settlement:
    """The outcome of a claimed value; UNRESOLVED asks for more precision, as does a value of few digits."""
    if claimed is Hole.UNSURE:
        return Settlement(Outcome.UNRESOLVED, float("nan"), middle(slopes), float("inf"))
    if claimed is Hole.UNDEFINED:  # a formula may be undefined where no derivative exists, and nowhere else
        kink = slopes.value is None and demanded is None
        return Settlement(Outcome.OK if kink else Outcome.WRONG, float("nan"), middle(slopes), half_gap(slopes))
    distance, allowed = distances(claimed, slopes, demanded)
    outcome = Outcome.UNRESOLVED
    if distance > allowed:
        outcome = Outcome.WRONG
    elif distance <= allowed and (final or slopes.value is None or slopes.error <= FINE * abs(slopes.value)):
        outcome = Outcome.OK
    return Settlement(outcome, float(claimed), middle(slopes), half_gap(slopes))


def distances(claimed: Any, slopes: Slopes, demanded: Any) -> tuple[Any, Any]:
    """How far the claimed value is from the truth, and how far it may be."""
    if slopes.value is not None:
        return abs(claimed - slopes.value), 3 * slopes.error + SLACK * abs(claimed)
    if demanded is not None:
        return abs(claimed - demanded), SLACK * abs(demanded)
    return outside(claimed, slopes), 3 * slopes.error


def outside(claimed: Any, slopes: Slopes) -> Any:
    """How far a value is from lying between the two slopes."""
    low, high = slopes.left.min(slopes.right), slopes.left.max(slopes.right)
    return (low - claimed).max(claimed - high).max(arb(0))


def middle(slopes: Slopes) -> float:
    """One number for the truth: the derivative, or the mean of the two slopes."""
    return float(slopes.value if slopes.value is not None else (slopes.left + slopes.right) / 2)


def half_gap(slopes: Slopes) -> float:
    """How far the truth may be from `middle`: half the gap at a kink, the error elsewhere."""
    return float(slopes.error if slopes.value is not None else abs(slopes.right - slopes.left) / 2)
