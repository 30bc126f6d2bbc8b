"""A boundary between branches at the wrong place, read off the ends of where a gradient is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Float, Piecewise, Rational, nsimplify
from sympy.core.relational import Relational

from symgrad.testing.diagnosis.curves import Curve, predictions, promising
from symgrad.testing.diagnosis.weigh import Hypothesis
from symgrad.testing.diagnosis.wording import shown
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.testing.subject import Subject

MOST = 6
FAR = 1e5  # where a gradient is wrong in its tails, no boundary is meant
DIGITS = 100  # denominators that a person would type


def moved(curves: Sequence[Curve], subject: Subject) -> Iterator[Hypothesis]:
    """One boundary elsewhere, or a pair of opposite ones."""
    ends = tuple(dict.fromkeys(e for c in curves for e in c.ends if abs(e) <= FAR))[:MOST]
    right = boundaries(subject.gradient)
    for place in right:
        for end in ends:
            value = simple(end)
            if value == place:
                continue
            both = -place in right and -value not in right
            for change in ({place: value}, {place: value, -place: -value}) if both else ({place: value},):
                wrong = with_boundaries(subject.gradient, change)
                if wrong is None or not promising(wrong, subject, curves, scaled=False):
                    continue
                predicted = predictions(wrong, subject, curves)
                if predicted is not None:
                    yield hypothesis(place, value, predicted, opposite=len(change) > 1)


def hypothesis(place: Any, value: Any, predicted: tuple[Any, ...], *, opposite: bool) -> Hypothesis:
    """The words."""
    at, instead = (("±" if opposite else "") + shown(abs(v) if opposite else v) for v in (place, value))
    says = message(
        "the boundary between the branches is at {wrong} where it should be at {right}", wrong=instead, right=at
    )
    return Hypothesis("wrong-boundary", says, message("compare with {right}", right=at), predicted, 1)


def boundaries(expr: Any) -> tuple[Any, ...]:
    """The numbers with which the conditions of a formula compare its variable."""
    conditions = [c for p in expr.atoms(Piecewise) for _, c in p.args]
    relations = [r for c in conditions for r in (c.atoms(Relational) if hasattr(c, "atoms") else ())]
    return tuple(dict.fromkeys(n for r in relations for n in r.args if n.is_Rational))


def with_boundaries(expr: Any, change: dict[Any, Any]) -> Any:
    """The formula with other numbers in its conditions; None where nothing is left to distinguish."""
    cases = {p: Piecewise(*((v, with_numbers(c, change)) for v, c in p.args)) for p in expr.atoms(Piecewise)}
    return expr.xreplace(cases) if cases else None


def with_numbers(condition: Any, change: dict[Any, Any]) -> Any:
    """A condition with other numbers."""
    if not hasattr(condition, "atoms"):
        return condition
    relations = {r: r.func(*(change.get(n, n) for n in r.args)) for r in condition.atoms(Relational)}
    return condition.xreplace(relations)


def simple(end: float) -> Any:
    """The end of a stretch as the number that a person typed, where it is one: ends are neighbouring floats."""
    near = nsimplify(Float(end, 17), rational=True, tolerance=1e-12)
    return near if near.q <= DIGITS else Rational(end)
