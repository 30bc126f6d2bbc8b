"""The options of a trial: each one that cannot be meant is refused by its name, with what to give instead."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache, wraps
from inspect import signature
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from symgrad.checker.calling import is_float
from symgrad.core import UnsupportedError
from symgrad.core.catalogue import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

P = ParamSpec("P")
R = TypeVar("R")


def understood(**options: Any) -> None:
    """Refuse an option whose value cannot be meant."""
    try:
        if remembered(**options):
            return
    except TypeError:  # a list or an array is none to remember
        pass
    for name, value in options.items():
        if not WANTED[name][0](value):
            mend = WANTED[name][1]
            raise UnsupportedError(
                "{name}={value} is not understood; {mend}", name=name, value=f"{value!r:.80}", mend=mend
            )


@lru_cache(typed=True)
def remembered(**options: Any) -> bool:
    """Whether all values can be meant: every check asks for the same."""
    return all(WANTED[name][0](value) for name, value in options.items())


TOLERANCES = frozenset({"tol", "tolerance", "atol", "rtol", "eps", "epsilon", "delta", "step", "h"})


def known(*sources: Callable[..., Any]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Refuse an option that neither the function has, nor `sources`, to which it hands options on."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        names = frozenset(name for f in (function, *sources) for name in signature(f).parameters) - {"options"}

        @wraps(function)
        def call(*arguments: P.args, **options: P.kwargs) -> R:
            for name in options:
                if name not in names:
                    raise UnsupportedError(refused(name, sorted(names)))
            return function(*arguments, **options)

        return call

    return decorate


def refused(name: str, names: Sequence[str]) -> str:
    """Why there is no such option."""
    if name in TOLERANCES:
        return f"there is no option {name}: nothing has to be tuned, the error bound is worked out; leave it out"
    near = nearest(name, names)
    return f"there is no option {name}; " + (
        f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names)}"
    )


def float_type(dtype: Any) -> Any:
    """A float type of NumPy's, or of a package that adds some."""
    try:
        found = np.dtype(dtype)
    except TypeError:
        told = f"NumPy knows no dtype {dtype!r}; hand in the type itself, as in dtype=ml_dtypes.bfloat16"
        raise UnsupportedError(told) from None
    if not is_float(found):
        raise UnsupportedError(
            "numbers of dtype {name} have no gradient; use float16, float32 or float64", name=found.name
        )
    return found


def numbers(value: Any) -> bool:
    """Whether NumPy takes these for real numbers; no numbers at all are refused elsewhere."""
    try:
        return np.asarray(value, float).ndim > 0
    except (TypeError, ValueError):
        return False


def places(value: Any) -> bool:
    """Whether these are numbers, or kinks that say where they are."""
    if isinstance(value, tuple) and not value:
        return True
    return isinstance(value, Iterable) and not isinstance(value, str) and numbers([getattr(k, "at", k) for k in value])


def whole(least: int) -> Callable[[Any], bool]:
    """Whether a value is a whole number from `least` on."""
    return lambda value: isinstance(value, (int, Integral)) and int(value) >= least


WANTED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "extremes": (lambda v: v in ("note", "fail"), "use 'note' or 'fail'"),
    "points": (lambda v: v is None or numbers(v), "give numbers, as in points=[0.5, 2]"),
    "kinks": (places, "give the places, as in kinks=[0, 1]"),
    "at_kink": (
        lambda v: isinstance(v, str) or (isinstance(v, Mapping) and numbers([*v, *v.values()])),
        "use 'subgradient', 'torch', 'jax' or {point: value}",
    ),
    "directions": (whole(1), "give how many are wanted, as in directions=2"),
    "cotangents": (whole(1), "give how many are wanted, as in cotangents=2"),
    "count": (whole(1), "give how many points are wanted, as in count=96"),
    "seed": (whole(0), "give a whole number from 0 on"),
    "seconds": (
        lambda v: isinstance(v, (float, Real)) and 0 < float(v) < math.inf,
        "give a number of seconds above 0, as in seconds=60",
    ),
}
