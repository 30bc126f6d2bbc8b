"""The options of a trial: each one that cannot be meant is refused by its name, with what to give instead."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.core import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable


def understood(**options: Any) -> None:
    """Refuse an option whose value cannot be meant."""
    for name, value in options.items():
        meant, mend = WANTED[name]
        if not meant(value):
            raise UnsupportedError(f"{name}={value!r:.80} is not understood; {mend}")


def numbers(value: Any) -> bool:
    """Whether NumPy takes these for real numbers; no numbers at all are refused elsewhere."""
    try:
        return np.asarray(value, float).ndim > 0
    except (TypeError, ValueError):
        return False


def places(value: Any) -> bool:
    """Whether these are numbers, or kinks that say where they are."""
    return isinstance(value, Iterable) and not isinstance(value, str) and numbers([getattr(k, "at", k) for k in value])


def whole(least: int) -> Callable[[Any], bool]:
    """Whether a value is a whole number from `least` on."""
    return lambda value: isinstance(value, Integral) and int(value) >= least


WANTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "extremes": (lambda v: v in ("note", "fail"), "use 'note' or 'fail'"),
    "points": (lambda v: v is None or numbers(v), "give numbers, as in points=[0.5, 2]"),
    "kinks": (places, "give the places, as in kinks=[0, 1]"),
    "at_kink": (
        lambda v: isinstance(v, str) or (isinstance(v, Mapping) and numbers([*v, *v.values()])),
        "use 'subgradient', 'torch', 'jax' or {point: value}",
    ),
    "count": (whole(1), "give how many points are wanted, as in count=96"),
    "seed": (whole(0), "give a whole number from 0 on"),
    "seconds": (
        lambda v: isinstance(v, Real) and 0 < float(v) < math.inf,
        "give a number of seconds above 0, as in seconds=60",
    ),
}
