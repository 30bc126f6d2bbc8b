"""Functions far from 1, of values or of points, are divided by powers of two, and what is found is brought back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.difference import difference
from symgrad.checker.findings import ElementwiseReport, Examined, Stretch
from symgrad.checker.points import points
from symgrad.core import FunctionError

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.checker.calling import Guarded
    from symgrad.checker.difference import Array

ORDINARY = 20  # powers of two
USUAL = 2.0**ORDINARY  # sizes between this and its reciprocal are left as they are
LARGE = 10  # powers of two: points that are all beyond have a scale of their own
MOST = 1000  # powers of two, which are doubles
SEEN = 2.0**-20  # of its values: what a function has to change among tiny points, for these to tell its scale
FEW = 24  # points that tell the usual size of a function


@dataclass(frozen=True, slots=True)
class Scale:
    """The powers of two by which points, and values, are divided."""

    x: int
    y: int

    @property
    def slope(self) -> float:
        """A slope of the function itself, over one of what is checked."""
        return float(np.ldexp(1.0, self.y - self.x))

    def function(self, f: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """The function at this scale."""
        return lambda u: np.asarray(f(u * 2.0**self.x)) * 2.0**-self.y

    def gradient(self, g: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """Its slope at this scale."""
        return lambda u: np.asarray(g(u * 2.0**self.x)) * 2.0**self.x * 2.0**-self.y

    def divided(self, x: Any) -> Array:
        """Points at this scale."""
        return np.asarray(np.asarray(x, float) * 2.0**-self.x)

    def restored(self, found: ElementwiseReport) -> ElementwiseReport:
        """The report in the numbers of the function itself."""
        width, old = 2.0**self.x, found.examined
        slopes = ("estimate", "bound", "left", "right", "slack")
        parts = {name: getattr(old.truth, name) * self.slope for name in slopes}
        truth = replace(old.truth, x=old.truth.x * width, step=old.truth.step * width, **parts)
        demanded = None if old.demanded is None else old.demanded * self.slope
        examined = Examined(old.given * self.slope, truth, old.outcomes, old.exact, demanded)
        ends = [
            [None if v is None else v * width for v in (s.lower, s.upper, s.below, s.above)] for s in found.stretches
        ]
        return replace(
            found,
            examined=examined,
            stretches=tuple(Stretch(*e) for e in ends),  # type: ignore[arg-type] # lower and upper are never None
            blame=found.blame and found.blame.times(self.slope),
        )


def scale_of(f: Guarded, x: Array, values: Array, given: Array, domain: tuple[float, float]) -> Scale | None:
    """The scale of a function that is far from 1 at most points, or at the usual ones; None where it is not."""
    if ordinary(x) and ordinary(values) and ordinary(given):
        return None
    across, spread = exponent(np.abs(x)), apart(values)
    across = across if across > LARGE or (across < -ORDINARY and spread > SEEN * np.abs(values).max()) else 0
    own, usual = exponent(np.asarray([spread])), exponent(np.asarray([apart(elsewhere(f, domain)[1])]))
    height = min(max(own, usual), 0) if own < 0 else max(min(own, usual), 0)
    found = Scale(
        *(int(np.clip(k, -MOST, MOST)) if abs(k) > low else 0 for k, low in ((across, LARGE), (height, ORDINARY)))
    )
    return found if found.x or found.y else None


def ordinary(values: Array) -> bool:
    """Whether most of some numbers are not far from 1."""
    size = np.abs(values)
    return bool(2 * np.count_nonzero((size > 1 / USUAL) & (size < USUAL)) >= size.size)


def exponent(sizes: Array) -> int:
    """The power of two of the middle one of those that are finite and not 0; 0 if there are none."""
    known = sizes[(sizes > 0) & (sizes < np.inf)]
    return int(np.median(np.frexp(known)[1])) if known.size else 0


def apart(values: Array) -> float:
    """How far values usually are from the middle one; their size where that is nothing."""
    known = values[np.isfinite(values)]
    if not known.size:
        return 0.0
    return float(np.median(np.abs(known - np.median(known))) or np.abs(known).max())


def elsewhere(f: Guarded, domain: tuple[float, float]) -> tuple[Array, Array]:
    """Some usual points of the domain and the values there, none where the function fails there."""
    x = points(*domain, count=FEW)
    try:
        return x, np.asarray(f(x), float)
    except FunctionError:
        return np.empty(0), np.empty(0)


def usual_slope(f: Guarded, domain: tuple[float, float], **about: Any) -> float:
    """The size of the slope at the usual points of the domain: what is far below it is known to be small."""
    x, _ = elsewhere(f, domain)
    with np.errstate(all="ignore"):
        found = difference(f, x, **about) if x.size else None
    if found is None:
        return 0.0
    sizes = np.abs(found.estimate)[found.bound <= SEEN * np.abs(found.estimate)]
    return float(np.median(sizes)) if sizes.size else 0.0
