"""A user's elementwise gradient on trial: points, truth, outcomes, and where and why it is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.bias import distrust
from symgrad.checker.blame import blamed, swept
from symgrad.checker.calling import DOUBLE, UNIT, Guarded, epsilon, guard, name_of, rounded
from symgrad.checker.cuts import LOST, cuts, off
from symgrad.checker.difference import Array, Estimate, difference, scrutinised
from symgrad.checker.exact import Corner, Reference, exact_slopes, exact_values, reference
from symgrad.checker.excuses import (
    UNITS,
    Extremes,
    earn_floor,
    excuse,
    excuse_beside,
    excuse_extremes,
    excuse_steep,
)
from symgrad.checker.findings import FAR, Blame, Cause, ElementwiseReport, Examined, PointFinding, Stretch, worst_of
from symgrad.checker.forward import forward_of
from symgrad.checker.glance import glance
from symgrad.checker.judge import EPS, FINE, FLOOR, OK, ROUNDINGS, UNRESOLVED, WRONG, codes, lost
from symgrad.checker.options import understood
from symgrad.checker.plan import AtKink, Plan, around, planned
from symgrad.checker.scales import Scale, scale_of, usual_slope
from symgrad.checker.stretches import stretches
from symgrad.checker.watch import Watching
from symgrad.core import Domain, FunctionError, Kink, NoPointsError, UnsupportedError
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


SECONDS = 60.0
FUNCTION, GRADIENT = message("the function"), message("the gradient")


@dataclass(frozen=True, slots=True)
class Trial:
    """What is checked against what: the functions after they were tried, and the truth about them."""

    function: Guarded | None
    gradient: Guarded
    truth: Reference | None
    plan: Plan
    extremes: Extremes
    seed: int
    cut: tuple[tuple[float, float], ...] = ()  # where the slope is dropped: the intervals
    typical: float = 0.0  # the size of its slopes, if it had to be known
    one: float = 1.0  # what 1 is at the scale of the points
    chosen: bool = False  # whether the caller chose the points, all of which count

    @property
    def name(self) -> str:
        """That of the type."""
        return name_of(self.plan.dtype)

    @property
    def eps(self) -> float:
        """The rounding unit of the gradient's values."""
        return max(self.gradient.eps, epsilon(self.plan.dtype))

    @property
    def about(self) -> dict[str, Any]:
        """What finite differences must know of the function."""
        kinks = tuple(c.at for c in self.plan.corners)
        grain, least = (self.function.eps / UNIT, self.function.least) if self.function else (1.0, 0.0)
        return {"lower": self.plan.lower, "upper": self.plan.upper, "kinks": kinks, "grain": grain, "least": least}


def check_elementwise(
    f: Callable[..., Any] | None,
    grad: Callable[..., Any],
    *,
    domain: Domain | tuple[float, float] | None = None,
    kinks: Sequence[float | Corner | Kink] = (),
    dtype: Any = "float64",
    at_kink: AtKink | Mapping[float, float] = "subgradient",
    extremes: Extremes = "note",
    reference: Any = None,
    points: Sequence[float] | None = None,
    count: int = 96,
    seed: int = 0,
    seconds: float = SECONDS,
) -> ElementwiseReport:
    """How `grad` fares as the derivative of `f`, two callables on NumPy arrays, over the open `domain`.

    The truth is the exact `reference` where there is one (a Definition, a SymPy expression in one symbol, or what
    `checker.reference` returns): then `f` may be None, and else is compared with it too. Otherwise the truth is the
    finite differences of `f`, called in doubles, with their bound. A point is WRONG iff the given value is further
    from the truth than 3 bounds and 64 roundings of `dtype`, the type of the numbers that `grad` is called with.
    FLOOR says that the difference is below the rounding of an intermediate of the size of 1 or x: there a right formula
    that is unstable, and one with a term missing, are the same in floats. UNRESOLVED: the bound is too wide.
    A NaN or an infinity that the truth does not have is WRONG; where squares of x overflow it is UNRESOLVED, and a note
    says so, unless `extremes` is "fail".

    On a kink, declared (a number, or with its slopes) or detected, any value between the two slopes passes, unless
    `at_kink` names a library's convention or gives the values. `points` replaces the usual ones, of which there are
    about `count`; those outside the domain are refused. FunctionError where a function cannot be checked.
    """
    understood(points=points, kinks=kinks, at_kink=at_kink, extremes=extremes, count=count, seed=seed, seconds=seconds)
    truth = truth_of(reference)
    plan = planned(domain, kinks, at_kink, dtype, points, count, seed, truth)
    x = plan.x
    with Watching(seconds) as watch:
        more = plan.places.points if plan.places else None
        function, values, seen = guard(f, FUNCTION, watch, x, more) if f is not None else (None, None, None)
        function = rounded(function, x, values) if function is not None and values is not None else None
        gradient, given, _ = guard(grad, GRADIENT, watch, plan.typed)
        if function is None and truth is None:
            raise UnsupportedError("nothing to compare the gradient with; hand in the function, or an exact reference")
        trial = Trial(function, gradient, truth, plan, extremes, seed, chosen=points is not None)
        first = first_look(trial, x, given, seen)
        own = None if plan.ordinary and confirmed(trial, first) else own_scale(trial, x, values, given)
        forward = forward_of(trial, x, values) if truth and values is not None else None
        if own is None:
            return reported(trial, x, given, first, forward)
        return own.restored(reported(at_scale(trial, own), own.divided(x)))


def own_scale(trial: Trial, x: Array, values: Array | None, given: Array) -> Scale | None:
    """The scale at which differences are to be taken in doubles; None for the usual one."""
    if trial.function is None or values is None or trial.truth is not None:
        return None
    if not trial.gradient.eps == epsilon(trial.plan.dtype) == UNIT:
        return None
    return scale_of(trial.function, x, values, given, (trial.plan.lower, trial.plan.upper))


def at_scale(trial: Trial, own: Scale) -> Trial:
    """The trial of the function divided by its scale."""
    plan = trial.plan
    function = trial.function and replace(trial.function, function=own.function(trial.function.function))
    lower, upper, *places = own.divided([plan.lower, plan.upper, *(at for at, _ in plan.demanded)]).tolist()
    plan = replace(
        plan,
        corners=tuple(Corner(float(own.divided(c.at))) for c in plan.corners),
        demanded=tuple((at, v / own.slope) for at, (_, v) in zip(places, plan.demanded, strict=True)),
        lower=lower,
        upper=upper,
        x=own.divided(plan.x),
        typed=own.divided(plan.x),
        places=None,
    )
    gradient = replace(trial.gradient, function=own.gradient(trial.gradient.function))
    return replace(trial, function=function, gradient=gradient, plan=plan, one=float(own.divided(1.0)))


def reported(
    trial: Trial,
    x: Array,
    given: Array | None = None,
    first: Estimate | None = None,
    forward: PointFinding | None = None,
) -> ElementwiseReport:
    """The outcomes at the points, and where and why it is wrong."""
    found = examine(trial, x, given, first)
    if trial.function is not None and trial.truth is None and (found.outcomes == FLOOR).any():
        trial = replace(trial, typical=usual_slope(trial.function, (trial.plan.lower, trial.plan.upper), **trial.about))
        found = examine(trial, x, given, first)
    worst, blame = None, None
    where: tuple[Stretch, ...] = ()
    if found.outcomes.any():
        trial = with_cuts(trial, x, found)
        found = examine(trial, x) if trial.cut else found
        x, found = settled(trial, x, found)
        worst = worst_of(found.rows()) if (found.outcomes == WRONG).any() else None
    if worst is not None:
        blame = blame_at(trial, x, worst)
        where = stretches(lambda u: examine(trial, u).outcomes == WRONG, x, found.outcomes, worst, trial.name)
    return ElementwiseReport(found, where, blame, forward, trial.gradient.watch.notes, trial.name, trial.seed)


def truth_of(of: Any) -> Reference | None:
    """The reference, made from what was handed in as one."""
    return of if of is None or isinstance(of, Reference) else reference(of)


def confirmed(trial: Trial, first: Estimate | None) -> bool:
    """Whether the first look leaves nothing open."""
    return first is not None and bool(first.bound.max(initial=0.0) < np.inf) and not (trial.plan.demanded or trial.cut)


def examine(trial: Trial, x: Array, given: Array | None = None, first: Estimate | None = None) -> Examined:
    """The truth and the outcome at each point; the gradient is called there and looked at first, if it was not yet."""
    given = np.asarray(trial.gradient(x.astype(trial.plan.dtype)) if given is None else given, float)
    first = first_look(trial, x, given) if first is None else first
    if first is not None and confirmed(trial, first):
        return Examined(given, first, np.zeros(x.size, int), np.zeros(x.size, bool), None)
    truth, exact = truth_at(trial, x, first)
    values = dict(trial.plan.demanded)
    demanded = np.asarray([values.get(v, np.nan) for v in x.tolist()]) if values else None
    grain = trial.function.eps if trial.function is not None and not exact.all() else 0.0
    truth, outcomes = judged(trial, given, truth, exact, demanded, max(trial.eps, grain), trial.plan.dtype)
    wide = in_doubles(trial, x)
    if wide is not None:  # a mistake that the narrow type hides: more than one rounding of it off, in doubles
        unit = max(epsilon(trial.plan.dtype) / ROUNDINGS, grain)
        near = epsilon(trial.plan.dtype) / UNITS  # constants of the narrow type move the argument by a rounding of it
        truth, strict = judged(trial, wide, truth, exact, demanded, unit, float, 2 * near)
        outcomes[(strict == WRONG) & np.isfinite(wide)] = WRONG
    if trial.eps > EPS:
        distrust(given, truth, outcomes, trial.eps, trial.gradient.watch)
    if trial.cut:
        outcomes[(outcomes == FLOOR) & within(trial.cut, x) & off(given, sighted(trial, truth, exact), LOST)] = WRONG
    if trial.truth is not None and (outcomes != OK).any():
        excuse(trial.truth, trial.gradient, given, truth, outcomes, trial.eps)
        if trial.extremes != "fail":
            told = excuse_extremes(trial.truth, trial.gradient, given, truth, outcomes, trial.plan.dtype)
            if told:
                trial.gradient.watch.note("extremes", told)
    return Examined(given, truth, outcomes, exact, demanded)


def with_cuts(trial: Trial, x: Array, found: Examined) -> Trial:
    """The trial that knows where the code drops the slope, if it does."""

    def compare(u: Array) -> tuple[Array, Estimate]:
        given = np.asarray(trial.gradient(u.astype(trial.plan.dtype)), float)
        return given, sighted(trial, *truth_at(trial, u, first_look(trial, u, given)))

    gone = cuts(
        compare, x, found.given, sighted(trial, found.truth, found.exact), found.outcomes, trial.name, trial.eps
    )
    if not gone.any():
        return trial
    edges = np.flatnonzero(np.diff(np.concatenate([[False], gone, [False]]).astype(int)))
    beside = np.concatenate([[trial.plan.lower], x, [trial.plan.upper]])
    ends = [(float(beside[i]), float(beside[j + 1])) for i, j in zip(edges[::2], edges[1::2], strict=True)]
    return replace(trial, cut=tuple(ends))


def sighted(trial: Trial, truth: Estimate, exact: Array) -> Estimate:
    """The truth, with what an intermediate's rounding may do to it, of which differences see nothing on a plateau."""
    if trial.function is None or exact.all():
        return truth
    grain = trial.function.eps
    plain = (truth.noise > 0) & (truth.noise < FINE * grain)
    doubt = np.where(plain, 0.0, lost(truth, 0.0, grain, np.arange(truth.x.size)))
    return replace(truth, bound=np.where(exact, truth.bound, np.maximum(truth.bound, doubt)))


def within(intervals: Sequence[tuple[float, float]], x: Array) -> Array:
    """Which points lie in one of the open intervals."""
    return np.asarray([any(low < v < high for low, high in intervals) for v in x.tolist()], bool)


def judged(  # noqa: PLR0917 - all of it is needed twice
    trial: Trial,
    given: Array,
    truth: Estimate,
    exact: Array,
    demanded: Array | None,
    eps: float,
    kind: Any,
    near: float = 0.0,
) -> tuple[Estimate, Array]:
    """The outcomes; what differences call WRONG is looked at again, which may give a better estimate.

    `near` is a rounding of the argument, where that is more than the one of the values, `eps`.
    """
    unit = trial.function.eps if trial.function else EPS
    outcomes = codes(given, truth, demanded, eps=eps, grain=unit, kind=kind, typical=trial.typical)
    if (outcomes == OK).all():
        return truth, outcomes
    # the slope may be infinite where its estimate is vague, as that of cbrt at 0
    outcomes[np.isinf(given) & ~exact & (truth.bound > np.maximum(1, np.abs(truth.estimate)))] = UNRESOLVED
    if trial.truth is not None and exact.all():
        earn_floor(trial.truth, trial.gradient, given, truth, outcomes, eps)
    if trial.truth is not None:
        excuse_steep(trial.truth, given, truth, outcomes, exact, max(eps, near))
        excuse_beside(trial.plan.corners, given, truth, outcomes, exact, eps)
    again = np.flatnonzero((outcomes == WRONG) & ~exact & np.isfinite(given))
    if again.size and trial.function is not None:
        closer = scrutinised(trial.function, truth.at(again), given[again], one=trial.one, **trial.about)
        held = None if demanded is None else demanded[again]
        outcomes[again] = codes(given[again], closer, held, eps=eps, grain=unit, kind=kind, typical=trial.typical)
        truth = truth.filled(again, closer)
    return truth, outcomes


def in_doubles(trial: Trial, x: Array) -> Array | None:
    """What code for a narrower type gives in doubles; None where it keeps to its type, or is meant for doubles."""
    if trial.plan.dtype.itemsize >= DOUBLE.itemsize or trial.gradient.one_by_one:
        return None
    try:
        found = trial.gradient.raw(x)
        return np.asarray(trial.gradient.fitted(found, x), float) if found.dtype.itemsize >= DOUBLE.itemsize else None
    except FunctionError:
        return None


def first_look(trial: Trial, x: Array, given: Array, seen: Array | None = None) -> Estimate | None:
    """The slopes that a glance at the function confirms; None where there is an exact truth, or single precision.

    `seen` are the values at the places of the plan, if x are its points and they are known.
    """
    function = trial.function
    if function is None or trial.truth is not None or function.quantum or max(function.eps, trial.eps) > EPS:
        return None
    plan = trial.plan
    at = plan.places if seen is not None and plan.places else around(x, plan.lower, plan.upper, plan.corners)
    return glance(function, at, given, seen)


def truth_at(trial: Trial, x: Array, first: Estimate | None) -> tuple[Estimate, Array]:
    """The derivative at each point: exact where that is known, by differences of the function otherwise."""
    if trial.truth is None:
        return by_differences(trial, x, first), np.zeros(x.size, bool)
    exact = exact_slopes(trial.truth, x, trial.name)
    known = np.isfinite(exact.bound)
    unknown = np.flatnonzero(~known & (np.abs(x) <= FAR))  # further out the differences would have to be taken on trust
    if not unknown.size or trial.function is None:
        return exact, known
    return exact.filled(unknown, by_differences(trial, x[unknown], None)), known


def by_differences(trial: Trial, x: Array, first: Estimate | None) -> Estimate:
    """Finite differences of the function, in doubles, where the first look did not confirm what was given."""
    if trial.function is None:
        raise UnsupportedError("finite differences need the function")
    if first is None:
        return difference(trial.function, x, **trial.about)
    left = np.flatnonzero(np.isinf(first.bound))
    return first.filled(left, difference(trial.function, x[left], **trial.about)) if left.size else first


def settled(trial: Trial, x: Array, found: Examined) -> tuple[Array, Examined]:
    """Without the far points whose truth is not known, and those at which the function has no value.

    They were a trial, and nothing can be said there.
    """
    known = np.isfinite(found.truth.bound)
    if known.all():
        return x, found
    keep = known | trial.chosen | (np.abs(x) <= FAR) & ((np.abs(x) >= 1 / FAR) | (x == 0))
    if trial.truth is not None:
        keep &= known | ~undefined(trial.truth, x, ~known)
    if not keep.any():
        raise NoPointsError("the function has no value at any of the points; widen `domain`, or give other `points`")
    return x[keep], found.at(keep)


def undefined(of: Reference, x: Array, among: Array) -> Array:
    """At which of some points the function has no value."""
    found = np.zeros(x.size, bool)
    found[among] = np.isnan(exact_values(of, x[among])[0])
    return found


def blame_at(trial: Trial, x: Array, worst: PointFinding) -> Blame:
    """Whether the formula or its rounding is the cause at the worst point; on a kink it is off the nearer slope."""
    truth, bound = worst.estimate, worst.bound
    if worst.kink and bound > 0:
        truth, bound = min((worst.left, worst.right), key=lambda v: abs(v - worst.given)), 0.0
    found = blamed(swept(trial.gradient, x), int(np.searchsorted(x, worst.x)), truth, bound, max(1.0, abs(worst.x)))
    return replace(found, cause=Cause.FORMULA) if within(trial.cut, np.asarray([worst.x])).any() else found
