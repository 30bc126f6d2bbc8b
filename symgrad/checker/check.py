"""A claimed gradient against the function, over its whole domain: the numeric opinion, ignorant of any proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from sympy import sympify, true

from symgrad.checker.balls import Program, program
from symgrad.checker.compiled import compiled
from symgrad.checker.difference import Array, Estimate, Function, sampled
from symgrad.checker.draws import Sample, sample, symbols_of
from symgrad.checker.elementwise import check_elementwise
from symgrad.checker.judge import judge
from symgrad.checker.limits import Settlement, fulfilled, settle
from symgrad.checker.report import Compared, report
from symgrad.core import CheckReport, Kink, Outcome, UnsupportedError, Variable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Convention = Literal["torch", "jax", "textbook"]
SHARP = 1e-9  # a bound above this part of the gradient earns a second look


def check(
    function: Any,
    gradient: Any,
    variable: Any,
    *,
    variables: Sequence[Variable] = (),
    kinks: Sequence[Kink] = (),
    values: Mapping[Any, Sequence[Any]] | None = None,
    convention: Convention | None = None,
    given: Any = True,
) -> CheckReport:
    """How `gradient` fares as the derivative of `function` by `variable`; nothing is differentiated here.

    First look: both expressions as NumPy code, and finite differences with their bound. Second look, wherever
    that is not sharp, fails, or lies on a kink: the same comparison in balls of up to 3072 bits, so that a
    formula is not blamed for its rounding. `values` replaces the drawn values of other symbols. `kinks` say
    where to look closely: there any value between the two slopes passes, unless a `convention` is demanded.
    Nothing is claimed, or checked, where `given` fails, except on those kinks.
    """
    values = values or {}
    own = [k for k in kinks if k.variable == variable]
    symbols = symbols_of(variable, variables, (function, gradient, sympify(given), *(k.at for k in own)))
    balls = programs(symbols, function, gradient)
    drawn = where(given, sample(symbols, variables, own, values, balls or ()), symbols)
    demands = [demand(k, convention, symbols) for k in own]
    rows = compare(drawn, first_look(function, gradient, symbols, drawn), balls, demands)
    return report(rows, [s.name for s in symbols])


def check_slopes(
    function: Any,
    variable: Any,
    kinks: Sequence[Kink],
    *,
    variables: Sequence[Variable] = (),
    values: Mapping[Any, Sequence[Any]] | None = None,
) -> CheckReport:
    """Whether `function` has, at each of its kinks, the slopes on either side that the kink declares."""
    own = [k for k in kinks if k.variable == variable]
    symbols = symbols_of(variable, variables, (function, *(e for k in own for e in (k.at, k.left, k.right))))
    balls = programs(symbols, function)
    rows = declared_slopes(sample(symbols, variables, own, values or {}), balls[0], own, symbols) if balls else []
    return report(rows, [s.name for s in symbols])


def where(given: Any, drawn: Sample, symbols: tuple[Any, ...]) -> Sample:
    """The points at which a SymPy condition does not fail, and those on kinks."""
    condition = None if given in {True, true} else programs(symbols, given)
    if condition is None:
        return drawn
    holds = [fulfilled(condition[0], p) for p in drawn.points.tolist()]
    return drawn.at((drawn.kink >= 0) | np.asarray(holds, bool))


def programs(symbols: tuple[Any, ...], *expressions: Any) -> tuple[Program, ...] | None:
    """The expressions as ball programs; None where one of them has a function that balls do not know."""
    try:
        return tuple(program(e, symbols) for e in expressions)
    except UnsupportedError:
        return None


def first_look(function: Any, gradient: Any, symbols: tuple[Any, ...], drawn: Sample) -> tuple[Array, Estimate] | None:
    """The claimed values and the finite differences, in doubles; None where NumPy can't evaluate the two."""
    f, g = compiled(function, symbols), compiled(gradient, symbols)
    if f is None or g is None:
        return None
    others = drawn.points[:, 1:].T

    def sampler(u: Array, which: Array) -> Array:
        return f(u, *others[:, which])

    estimate = sampled(sampler, drawn.points[:, 0], lower=drawn.lower, upper=drawn.upper)
    return g(*drawn.points.T), estimate


def compare(
    drawn: Sample,
    first: tuple[Array, Estimate] | None,
    balls: tuple[Program, ...] | None,
    demands: Sequence[Program | None],
) -> list[Compared]:
    """Every point with its outcome, after as many looks as it needs; `demands` has what each kink must give."""
    quick = None if first is None else from_estimate(drawn, *first)
    rows = []
    for n, point in enumerate(drawn.points.tolist()):
        row, blunt = (None, True) if quick is None else quick[n]
        if balls and (blunt or drawn.kink[n] >= 0):
            demanded = demands[drawn.kink[n]] if drawn.kink[n] >= 0 else None
            row = settled(
                point, settle(balls[0], balls[1], point, demanded=demanded), row, on_kink=bool(drawn.kink[n] >= 0)
            )
        elif row is None:
            nan = float("nan")
            row = Compared(tuple(point), nan, nan, float("inf"), Outcome.UNRESOLVED, on_kink=False)
        if row is not None:
            rows.append(row)
    return rows


def from_estimate(drawn: Sample, claimed: Array, estimate: Estimate) -> list[tuple[Compared, bool]]:
    """The outcomes of the first look, each with whether it is too blunt to rest on."""
    outcomes = judge(claimed, estimate)
    size = np.maximum(np.abs(claimed), np.abs(estimate.estimate))
    sharp = (outcomes == Outcome.OK) & ~estimate.kink & (estimate.bound <= SHARP * size)
    return list(zip(table(drawn.points, claimed, estimate, outcomes, drawn.kink >= 0), (~sharp).tolist(), strict=True))


def table(points: Array, claimed: Array, estimate: Estimate, outcomes: Array, on_kink: Array) -> list[Compared]:
    """Rows of the first look; at a kink the estimate is the middle of the slopes, the bound half their gap."""
    middle, half = (estimate.left + estimate.right) / 2, np.abs(estimate.right - estimate.left) / 2
    value, bound = np.where(estimate.kink, [middle, half], [estimate.estimate, estimate.bound])
    columns = (claimed.tolist(), value.tolist(), bound.tolist(), outcomes.tolist(), on_kink.tolist())
    return [Compared(tuple(p), *row) for p, *row in zip(points.tolist(), *columns, strict=True)]


def settled(point: list[float], found: Settlement, quick: Compared | None, *, on_kink: bool) -> Compared | None:
    """The row after the second look; None where the function has no value.

    Where the second look could not tell, the first one stands, but for a WRONG, which may be mere rounding.
    """
    if found.outcome is None:
        return None
    if found.outcome is not Outcome.UNRESOLVED or quick is None:
        return Compared(tuple(point), found.claimed, found.estimate, found.bound, found.outcome, on_kink)
    outcome = Outcome.UNRESOLVED if quick.outcome is Outcome.WRONG else quick.outcome
    return Compared(quick.point, quick.claimed, quick.estimate, quick.bound, outcome, on_kink)


def demand(kink: Kink, convention: Convention | None, symbols: tuple[Any, ...]) -> Program | None:
    """What the convention asks for at this kink, if anything."""
    value = getattr(kink, convention) if convention else None
    return None if value is None else program(value, symbols)


def declared_slopes(
    drawn: Sample, function: Program, kinks: Sequence[Kink], symbols: tuple[Any, ...]
) -> list[Compared]:
    """The slopes that kinks declare, against those which the function has."""
    rows = []
    for n in np.flatnonzero(drawn.kink >= 0):
        kink, point = kinks[drawn.kink[n]], drawn.points[n].tolist()
        for side in ("left", "right"):
            slope = programs(symbols, getattr(kink, side))
            if slope:
                found = settle(function, slope[0], point, side=side)
                row = settled(point, found, None, on_kink=True)
                rows += [row] if row else []
    return rows


def check_function(
    f: Function,
    g: Function,
    *,
    lower: float = -np.inf,
    upper: float = np.inf,
    kinks: Sequence[float] = (),
    convention: Callable[[float], float] | Mapping[float, float] | None = None,
    count: int = 150,
) -> CheckReport:
    """`check_elementwise` in the terms of `check`: counts, the worst point and a spread of points."""
    demanded = {k: convention(k) for k in kinks} if callable(convention) else convention
    found = check_elementwise(
        f, g, domain=(lower, upper), kinks=kinks, at_kink="subgradient" if demanded is None else demanded, count=count
    )
    rows = [Compared((p.x,), p.given, p.estimate, p.bound, p.outcome, p.kink and p.x in kinks) for p in found.findings]
    return report(rows, ["x"])
