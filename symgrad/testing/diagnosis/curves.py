"""Given and true values of an elementwise gradient, and the wrong formulas tried on them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.diagnosis.constants import factor
from symgrad.testing.diagnosis.formulas import evaluated
from symgrad.testing.diagnosis.weigh import Evidence, close

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.testing.diagnosis.weigh import Array
    from symgrad.testing.subject import Choice, Subject

UNITS = 64.0
NEARBY = 8.0  # what a function's values are like is read off here, not in its tails
FEW = 6


@dataclass(frozen=True, slots=True)
class Curve:
    """Given and true values of a gradient at sorted points; `wrong` where the check said so. Kinks are left out.

    `ends` are the numbers between which the wrong points lie, bisected.
    """

    x: Array
    given: Array
    truth: Array
    wrong: Array
    values: Choice = ()
    eps: float = float(np.finfo(float).eps)
    bound: Any = 0.0
    letter: str = "x"
    ends: tuple[float, ...] = ()

    @property
    def slack(self) -> Array:
        """What rounding may do: 64 units of the value, or of what intermediates of the usual size may lose."""
        near = np.abs(self.truth[np.abs(self.x) <= NEARBY])
        usual = float(np.median(near)) if near.size else 1.0
        size = np.maximum(np.abs(self.truth), np.abs(np.where(np.isfinite(self.given), self.given, 0)))
        return np.asarray(UNITS * self.eps * (size + usual * np.maximum(1, np.abs(self.x))) + 3 * self.bound)

    def at(self, where: Array) -> Curve:
        """The same at some of the points."""
        return replace(
            self,
            x=self.x[where],
            given=self.given[where],
            truth=self.truth[where],
            wrong=self.wrong[where],
            bound=np.broadcast_to(self.bound, self.x.shape)[where],
        )


def evidence_of(curves: Sequence[Curve]) -> Evidence:
    """The values of all curves, a segment each."""
    return Evidence(tuple(c.given for c in curves), tuple(c.truth for c in curves), tuple(c.slack for c in curves))


def predictions(expr: Any, subject: Subject, curves: Sequence[Curve]) -> tuple[Array, ...] | None:
    """The values of a formula on every curve."""
    found = [evaluated(expr, subject, c.x, [v for _, v in c.values]) for c in curves]
    return tuple(f for f in found if f is not None) if all(f is not None for f in found) else None


def promising(expr: Any, subject: Subject, curves: Sequence[Curve], *, scaled: bool) -> bool:
    """Whether a formula is worth all points: it agrees, up to a factor perhaps, at a few."""
    few = [telling(c) for c in curves[:2]]
    predicted = predictions(expr, subject, few)
    if predicted is None or any(np.isnan(p).any() for p in predicted):
        return False
    c = (factor([f.given for f in few], predicted) or 1.0) if scaled else 1.0
    candidates = ((predicted, 1.0), (tuple(c * p for p in predicted), c))
    return any(
        all(
            np.all(close(f.given, p, 4 * f.slack + 1e-9 * abs(k) * np.abs(p) * (k != 1)))
            for f, p in zip(few, ps, strict=True)
        )
        for ps, k in candidates
    )


def telling(curve: Curve) -> Curve:
    """A few wrong points, those nearest to 1 in size, where formulas differ most."""
    order = np.argsort(np.abs(np.log(np.abs(curve.x) + 1e-300)), kind="stable")
    return curve.at(np.sort(order[np.argsort(~curve.wrong[order], kind="stable")][:FEW]))
