"""Wrong or unstable: the same code in other precisions tells a formula's error from rounding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.calling import Guarded, epsilon
from symgrad.checker.findings import Blame, Cause, Precise
from symgrad.core import SymgradError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.checker.difference import Array

PRECISIONS = ("float32", "float64", "longdouble")
STILL = 32.0  # an error this many times what more precision changes is not rounding
SHRUNK = 2.0**-20  # what rounding errors shrink by from single to double precision, at least nearly
FAR = 1e4  # beyond this, what is not finite in every precision may still be an overflow


Run = Callable[[Any, Any], "Array | None"]  # (the type the numbers are rounded to, the type they are handed in as)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The values that the same code gives at the same places in several precisions.

    `moved` is how far each is from the double one for the same numbers. `genuine` are those in which the code really
    computes: somewhere the value is not the double one, nor that rounded.
    """

    values: dict[str, Array]
    moved: dict[str, Array]
    genuine: frozenset[str]


def sweep(run: Run) -> Sweep:
    """The values of `run` in each precision; None, or an error, where the code cannot do it."""
    values: dict[str, Array] = {}
    moved: dict[str, Array] = {}
    genuine = set()
    for dtype in PRECISIONS:
        same = np.dtype("float32" if dtype == "float32" else "float64")
        double, found = attempt(run, same, np.dtype(float)), attempt(run, same, np.dtype(dtype))
        if double is None or found is None:
            continue
        with np.errstate(all="ignore"):
            values[dtype], moved[dtype] = found, np.abs(found - double)
            rounded = double.astype(dtype).astype(found.dtype)
        if dtype == "float64" or not any(np.array_equal(found, known, equal_nan=True) for known in (double, rounded)):
            genuine.add(dtype)
    return Sweep(values, moved, frozenset(genuine))


def swept(function: Guarded, x: Array) -> Sweep:
    """The values of an elementwise function at these points in each precision."""
    return sweep(lambda stored, dtype: in_precision(function, x, stored, dtype))


def in_precision(function: Guarded, x: Array, stored: Any, dtype: Any) -> Array | None:
    """The values at points rounded to one type and handed in as another; None where that cannot be done."""
    if function.one_by_one or function.constant:
        return None
    with np.errstate(over="ignore"):
        value = function.raw(x.astype(stored).astype(dtype))
    return value if value.shape == x.shape else None


def attempt(run: Run, stored: Any, dtype: Any) -> Array | None:
    """The values in one precision, or None."""
    if dtype == np.longdouble and epsilon(np.longdouble) >= epsilon(float):
        return None
    try:
        return run(stored, dtype)
    except SymgradError:
        return None


def blamed(found: Sweep, at: int, truth: float, bound: float, size: float) -> Blame:
    """The cause of an error at the place `at`, whose intermediates are of about the given size."""
    values = {d: float(v[at]) for d, v in found.values.items()}
    if "float64" not in values:
        return Blame(Cause.UNDECIDED)
    telling = {d: v for d, v in values.items() if d in found.genuine or short(values["float64"])}
    errors = {d: abs(v - truth) for d, v in telling.items()}
    evidence = tuple(Precise(d, v, errors[d]) for d, v in telling.items())
    moved = [float(found.moved[d][at]) for d in telling if d != "float64"]
    return Blame(cause(telling, errors, moved, bound, size), evidence)


def short(value: float) -> bool:
    """Whether a value has so few digits that it owes none of them to rounding, as 0, 1 and 1/2 have."""
    return value * 2**10 == round(value * 2**10) if abs(value) < 2**10 else False


def cause(
    values: dict[str, float], errors: dict[str, float], moved: Sequence[float], bound: float, size: float
) -> Cause:
    """ROUNDING if the error shrinks with the precision, FORMULA if the values stand still beside the truth."""
    double = errors["float64"]
    if not np.isfinite(values["float64"]):
        return not_finite(values, size)
    if double <= 3 * bound + 64 * epsilon(float) * abs(values["float64"]):
        return Cause.ROUNDING  # what was called in a narrower type is right in doubles
    single = errors.get("float32", 0)
    shrinks = np.isfinite(single) and double <= single * SHRUNK  # an overflow in single precision is no rounding
    if errors.get("longdouble", np.inf) <= double / STILL + bound or shrinks:
        return Cause.ROUNDING
    finest = "longdouble" if "longdouble" in errors else "float64"
    if values[finest] == 0 and errors[finest] <= 16 * epsilon(np.dtype(finest)) * size:
        return Cause.ROUNDING  # 1 - tanh(50)^2 is 0 in every precision
    leftover = values["float64"] == 0 and double <= STILL * epsilon(np.float32)
    return Cause.FORMULA if moved and moved[-1] <= double / STILL and not leftover else Cause.UNDECIDED


def not_finite(values: dict[str, float], size: float) -> Cause:
    """The cause where a NaN or an infinity comes up in doubles."""
    wider = values.get("longdouble")
    if wider is not None and np.isfinite(wider):
        return Cause.ROUNDING
    return Cause.UNDECIDED if wider is None or size > FAR else Cause.FORMULA
