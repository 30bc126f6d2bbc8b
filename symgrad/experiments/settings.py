"""Settings that an experiment refuses, each with its mend."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from symgrad.core import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable

    Progress = Callable[[int, int, str], None]

MOST_SEEDS = 10_000


def quiet(done: int, total: int, label: str) -> None:
    """Nobody watches."""
    del done, total, label


def whole(name: str, value: Any, least: int, most: int) -> int:
    """A whole number between two ends."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise UnsupportedError(
            "{name} is {value}; give a whole number from {least} to {most}",
            name=name,
            value=repr(value),
            least=least,
            most=most,
        )
    return value


def runs(seeds: Any, seed: Any) -> range:
    """The seeds of so many runs, from the first one on."""
    whole("seeds", seeds, 1, MOST_SEEDS)
    return range(whole("seed", seed, 0, 2**32), seed + seeds)


def positive(name: str, value: Any) -> float:
    """A number above 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise UnsupportedError("{name} is {value}; give a number above 0", name=name, value=repr(value))
    return float(value)


def several(name: str, values: Any, one: Callable[[str, Any], Any]) -> tuple[Any, ...]:
    """At least one value, each as it should be and none twice."""
    chosen = values if isinstance(values, tuple | list | range) else (values,)
    found = tuple(one(name, v) for v in chosen)
    if not found or len(set(found)) < len(found):
        raise UnsupportedError("{name} is {values}; give at least one, and none twice", name=name, values=repr(values))
    return found
