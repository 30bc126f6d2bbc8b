"""Float code against the exact function: its largest error in last digits, and where and why it fails."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.certificate import Cause, Certificate, Failure, Fault, closed
from symgrad.checker.formats import Array, Format, doubles, format_named, sampled
from symgrad.core import REALS, Domain, UnsupportedError

if TYPE_CHECKING:
    from symgrad.checker.truth import Truth

Code = Callable[[Array], Any]
LIMIT = 16.0  # last digits, beyond which an input is listed as a fault
SAMPLE = 4096
NARROW = 16  # bits of a format all of whose inputs are compared without being asked
WIDER = {"float16": "float64", "bfloat16": "float64", "float32": "float64", "float64": "longdouble"}
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
    domain: Domain = REALS,
) -> Certificate:
    """The certificate of a NumPy function: over all inputs of a 16-bit format, else over a sample of `count`.

    Inputs outside the domain are left out, and those at which the exact function has no value.
    """
    wanted = format_named(dtype)
    whole = count is None and wanted.bits <= NARROW
    places = np.arange(wanted.patterns, dtype=np.uint64) if whole else sampled(wanted, count or SAMPLE)
    found = measured(code, truth, wanted, places[inside(domain, doubles(wanted.numbers(places)))], limit)
    return explained(replace(found, name=name or getattr(code, "__name__", "code"), complete=whole), code, truth)


def inside(domain: Domain, x: Array) -> Array:
    """Which inputs lie in the domain; infinite ones do where it is unbounded."""
    low, high = (None if end is None else float(end.evalf()) for end in (domain.lower, domain.upper))
    holds = ~np.isnan(x)
    if low is not None:
        holds &= (x > low) if domain.lower_open else (x >= low)
    if high is not None:
        holds &= (x < high) if domain.upper_open else (x <= high)
    return holds


def measured(code: Code, truth: Truth, wanted: Format, places: Array, limit: float = LIMIT) -> Certificate:
    """The certificate over some inputs, its faults without their causes."""
    numbers = wanted.numbers(places)
    given = computed(code, numbers, wanted)
    high, low = truth.at(numbers, wanted)
    ulps = errors(given, high, low, wanted)
    defined = ~np.isnan(high)
    seen = Compared(*(v[defined] for v in (places, doubles(numbers), given, high, ulps)))
    failures = failing(seen, wanted, limit)
    lost = failures[Failure.NAN] | failures[Failure.INFINITY] | failures[Failure.ZERO]
    gap = wanted.patterns >> 9
    faults = [f for kind, where in failures.items() for f in runs(kind, where, seen, gap)]
    found = Certificate(
        "",
        wanted.name,
        complete=False,
        inputs=int(seen.x.size),
        limit=limit,
        undecided=int((~defined & np.isinf(low)).sum()),
        zeros=int(failures[Failure.ZERO].sum()),
        infinities=int(failures[Failure.INFINITY].sum()),
        nans=int(failures[Failure.NAN].sum()),
        faults=closed(tuple(faults), gap),
    )
    return with_worst(found, seen, lost)


def failing(seen: Compared, wanted: Format, limit: float) -> dict[Failure, Array]:
    """Which inputs fail, by the kind of failure, each input in one kind at most."""
    nan = np.isnan(seen.given)
    infinite = np.isinf(seen.given) & (np.abs(seen.exact) <= wanted.largest)
    zero = (seen.given == 0) & (seen.ulps > limit)
    digits = ~(nan | infinite | zero) & (seen.ulps > limit)
    return {Failure.NAN: nan, Failure.INFINITY: infinite, Failure.ZERO: zero, Failure.DIGITS: digits}


def with_worst(found: Certificate, seen: Compared, lost: Array) -> Certificate:
    """The certificate with the largest error among the inputs whose value is not lost."""
    kept = np.where(lost, -1.0, seen.ulps)
    if not kept.size or kept.max() < 0:
        return found
    worst = int(np.argmax(kept))
    ulps, at, given, exact = (float(v[worst]) for v in (kept, seen.x, seen.given, seen.exact))
    return replace(found, ulps=ulps, at=at, given=given, exact=exact)


def computed(code: Code, numbers: Array, wanted: Format) -> Array:
    """What the code gives, as doubles; the code must keep the shape and the format."""
    with np.errstate(all="ignore"):
        given = np.asarray(code(numbers))
    if given.dtype != numbers.dtype:
        raise UnsupportedError(
            "the code turns {dtype} into {dtype2}; make it return what it is given",
            dtype=numbers.dtype,
            dtype2=given.dtype,
        )
    if given.shape != numbers.shape:
        raise UnsupportedError(
            "the code turns shape {shape} into {shape2}; make it work elementwise",
            shape=str(numbers.shape),
            shape2=str(given.shape),
        )
    return doubles(wanted.rounded(given))


def errors(given: Array, high: Array, low: Array, wanted: Format) -> Array:
    """The distance from the exact value in units of its last place; infinite is right beyond the largest number."""
    if given.size > 1 and all((v == v[0]).all() for v in (given, high, low)):
        return np.full(given.shape, errors(given[:1], high[:1], low[:1], wanted)[0])
    with np.errstate(all="ignore"):
        beyond = np.abs(high) > wanted.largest
        finite = np.where(beyond, np.copysign(wanted.largest, high), high)
        unit = wanted.digit(finite)
        distance = np.abs((given / unit - finite / unit) - np.where(beyond, 0.0, low / unit))
        nearly = np.minimum(np.abs(high - finite) / unit, 1.0)  # between the largest number and where infinity begins
        right = np.isinf(given) & beyond & (np.sign(given) == np.sign(high))
        return np.where(right, 1.0 - nearly, np.where(np.isnan(distance), np.inf, distance))


@dataclass(frozen=True, slots=True)
class Compared:
    """What was found at the inputs that have an exact value."""

    places: Array
    x: Array
    given: Array
    exact: Array
    ulps: Array


def runs(kind: Failure, where: Array, seen: Compared, gap: int) -> list[Fault]:
    """The intervals of failing inputs, those closer than `gap` numbers in one."""
    failing = np.flatnonzero(where)
    if not failing.size:
        return []
    breaks = np.flatnonzero(np.diff(seen.places[failing].astype(float)) > gap) + 1
    return [fault(kind, part, seen) for part in np.split(failing, breaks)]


def fault(kind: Failure, part: Array, seen: Compared) -> Fault:
    """One interval of failing inputs, with the worst of them."""
    ulps = seen.ulps[part]
    worst = part[np.argmax(np.where(np.isnan(ulps), np.inf, ulps))]
    first, last = part[0], part[-1]
    return Fault(
        failure=kind,
        low=float(seen.x[first]),
        high=float(seen.x[last]),
        count=int(part.size),
        at=float(seen.x[worst]),
        given=float(seen.given[worst]),
        exact=float(seen.exact[worst]),
        ulps=float(seen.ulps[worst]),
        places=(int(seen.places[first]), int(seen.places[last])),
    )


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
    if mended(code, truth, wanted, point, given):
        return next((c for c in (Cause.UNDERFLOW, Cause.OVERFLOW) if c in named), Cause.CANCELLATION)
    if Cause.OVERFLOW in named:
        return Cause.OVERFLOW
    return Cause.ROUNDING if fault.ulps < 2.0 ** (wanted.precision / 2) else Cause.STAYS


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
