"""Float code against the exact function: its largest error in last digits, and where and why it fails."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from symgrad.checker.certificate import Cause, Certificate, Failure, Fault, closed
from symgrad.checker.formats import Array, Format, doubles, format_named, sampled
from symgrad.checker.truth import Truth
from symgrad.core import UnsupportedError

Code = Callable[[Array], Any]
LIMIT = 16.0  # last digits, beyond which an input is listed as a fault
SAMPLE = 4096
NARROW = 16  # bits of a format all of whose inputs are compared without being asked
WIDER = {"float16": "float32", "bfloat16": "float32", "float32": "float64", "float64": "longdouble"}
BETTER = 16.0  # how much a wider format must improve what rounding spoilt
RAISED = {
    "overflow": Cause.OVERFLOW,
    "divide by zero": Cause.DIVISION,
    "invalid value": Cause.INVALID,
    "underflow": Cause.UNDERFLOW,
}


def certify(
    code: Code,
    truth: Truth,
    *,
    name: str = "",
    dtype: str = "float16",
    count: int | None = None,
    limit: float = LIMIT,
) -> Certificate:
    """The certificate of a NumPy function: over all inputs of a 16-bit format, else over a sample of `count`.

    Inputs at which the exact function has no value are left out.
    """
    wanted = format_named(dtype)
    whole = count is None and wanted.bits <= NARROW
    places = np.arange(wanted.patterns, dtype=np.uint64) if whole else sampled(wanted, count or SAMPLE)
    found = measured(code, truth, wanted, places, limit)
    return explained(replace(found, name=name or getattr(code, "__name__", "code"), complete=whole), code, truth)


def measured(code: Code, truth: Truth, wanted: Format, places: Array, limit: float = LIMIT) -> Certificate:
    """The certificate over some inputs, its faults without their causes."""
    numbers = wanted.numbers(places)
    given = computed(code, numbers, wanted)
    high, low = truth.at(numbers, wanted)
    defined = ~np.isnan(high)
    x, places, given, high, low = (v[defined] for v in (doubles(numbers), places, given, high, low))
    ulps = errors(given, high, low, wanted)
    failures = {
        Failure.NAN: np.isnan(given),
        Failure.INFINITY: np.isinf(given) & (np.abs(high) <= wanted.largest),
        Failure.ZERO: (given == 0) & (ulps > limit),
    }
    lost = np.logical_or.reduce(list(failures.values()))
    failures[Failure.DIGITS] = ~lost & (ulps > limit)
    gap = wanted.patterns >> 9
    faults = [f for kind, where in failures.items() for f in runs(kind, where, x, places, given, high, ulps, gap)]
    kept = np.where(lost, -1.0, ulps)
    found = Certificate("", wanted.name, complete=False, inputs=int(x.size), limit=limit)
    if kept.size and kept.max() >= 0:
        worst = [float(v[np.argmax(kept)]) for v in (kept, x, given, high)]
        found = replace(found, ulps=worst[0], at=worst[1], given=worst[2], exact=worst[3])
    return replace(
        found,
        zeros=int(failures[Failure.ZERO].sum()),
        infinities=int(failures[Failure.INFINITY].sum()),
        nans=int(failures[Failure.NAN].sum()),
        faults=closed(tuple(faults), gap),
    )


def computed(code: Code, numbers: Array, wanted: Format) -> Array:
    """What the code gives, as doubles; the code must keep the shape and the format."""
    with np.errstate(all="ignore"):
        given = np.asarray(code(numbers))
    if given.dtype != numbers.dtype:
        raise UnsupportedError(f"the code turns {numbers.dtype} into {given.dtype}; make it return what it is given")
    if given.shape != numbers.shape:
        raise UnsupportedError(f"the code turns shape {numbers.shape} into {given.shape}; make it work elementwise")
    return doubles(wanted.rounded(given))


def errors(given: Array, high: Array, low: Array, wanted: Format) -> Array:
    """The distance from the exact value in units of its last place; infinite is right beyond the largest number."""
    with np.errstate(all="ignore"):
        beyond = np.abs(high) > wanted.largest
        finite = np.where(beyond, np.copysign(wanted.largest, high), high)
        unit = wanted.digit(finite)
        distance = np.abs((given / unit - finite / unit) - np.where(beyond, 0.0, low / unit))
        nearly = np.minimum(np.abs(high - finite) / unit, 1.0)  # between the largest number and where infinity begins
        right = np.isinf(given) & beyond & (np.sign(given) == np.sign(high))
        return np.where(right, 1.0 - nearly, np.where(np.isnan(distance), np.inf, distance))


def runs(
    kind: Failure,
    where: Array,
    x: Array,
    places: Array,
    given: Array,
    exact: Array,
    ulps: Array,
    gap: int,
) -> list[Fault]:
    """The intervals of failing inputs, those closer than `gap` numbers in one."""
    failing = np.flatnonzero(where)
    if not failing.size:
        return []
    breaks = np.flatnonzero(np.diff(places[failing].astype(float)) > gap) + 1
    found = []
    for part in np.split(failing, breaks):
        worst = part[np.argmax(np.where(np.isnan(ulps[part]), np.inf, ulps[part]))]
        found.append(
            Fault(
                kind,
                float(x[part[0]]),
                float(x[part[-1]]),
                int(part.size),
                float(x[worst]),
                float(given[worst]),
                float(exact[worst]),
                float(ulps[worst]),
                (int(places[part[0]]), int(places[part[-1]])),
            )
        )
    return found


def explained(certificate: Certificate, code: Code, truth: Truth) -> Certificate:
    """The certificate with the cause of each fault, looked for where the fault begins: at its end nearest to 0."""
    wanted = format_named(certificate.dtype)
    return replace(
        certificate,
        faults=tuple(replace(f, cause=cause(code, truth, wanted, f)) for f in certificate.faults),
    )


def cause(code: Code, truth: Truth, wanted: Format, fault: Fault) -> Cause:
    """What NumPy reports at the input where the fault begins; without a report, whether more digits mend it."""
    onset = min(fault.low, fault.high, key=abs)
    point = np.asarray([onset]).astype(wanted.dtype)
    raised: list[str] = []
    with np.errstate(all="call", call=lambda kind, _: raised.append(kind)):
        given = float(wanted.rounded(np.asarray(code(point))).astype(float)[0])
    named = [RAISED[kind] for kind in RAISED if kind in raised]
    if fault.failure in {Failure.NAN, Failure.INFINITY}:
        return next(iter(named), Cause.UNKNOWN)
    if Cause.UNDERFLOW in named or Cause.OVERFLOW in named:
        return Cause.UNDERFLOW if Cause.UNDERFLOW in named else Cause.OVERFLOW
    return Cause.CANCELLATION if mended(code, truth, wanted, point, given) else Cause.FORMULA


def mended(code: Code, truth: Truth, wanted: Format, point: Array, given: float) -> bool:
    """Whether the same code in a wider format comes far closer to the exact value."""
    wide = np.dtype(WIDER[wanted.name])
    if np.finfo(wide).eps == np.finfo(np.float64).eps and wanted.name == "float64":
        return True  # a platform without a wider format: rounding is the likelier cause
    high, low = truth.by_balls(float(point.astype(float)[0]))
    with np.errstate(all="ignore"):
        again = np.asarray(code(point.astype(wide)))[0]
    before, after = abs((given - high) - low), abs(float(again - wide.type(high)) - low)
    return math.isfinite(after) and after * BETTER <= before
