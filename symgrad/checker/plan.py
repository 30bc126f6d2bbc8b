"""What a check of an elementwise function is told, understood: where it looks, and what is demanded there.

The same check is made again and again, so what depends on the options alone is remembered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from symgrad.checker.calling import DOUBLE, name_of
from symgrad.checker.draws import ends
from symgrad.checker.exact import Corner, Reference, corners_of
from symgrad.checker.glance import Places, places
from symgrad.checker.options import float_type
from symgrad.checker.points import points as usual_points
from symgrad.checker.scales import ordinary
from symgrad.core import Domain, Kink, NoPointsError, UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symgrad.checker.difference import Array

AtKink = Literal["subgradient", "torch", "jax", "textbook"]
CONVENTIONS = ("torch", "jax", "textbook")


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The points, and what is known of them; `typed` are they in the type that the gradient is called with.

    `places` are those of the first look, where there is one.
    """

    lower: float
    upper: float
    corners: tuple[Corner, ...]
    demanded: tuple[tuple[float, float], ...]
    dtype: Any
    x: Array
    typed: Array
    places: Places | None
    ordinary: bool  # whether most of the points are not far from 1


def planned(*told: Any) -> Plan:
    """The plan for what `made` is told: one that was made before, where the options can be remembered."""
    try:
        return remembered(*told)
    except TypeError:  # a list or an array is none to remember
        return made(*told)


def made(  # noqa: PLR0917 - the options of a check
    domain: Domain | tuple[float, float] | None,
    kinks: Sequence[float | Corner | Kink],
    at_kink: AtKink | Mapping[float, float],
    dtype: Any,
    points: Sequence[float] | None,
    count: int,
    seed: int,
    truth: Reference | None,
) -> Plan:
    """The options of a check, understood."""
    lower, upper = span(domain, truth)
    corners = tuple(as_corner(k) for k in kinks) or (truth.corners if truth else ())
    wanted, demanded = float_type(dtype), demands(at_kink, corners)
    name = name_of(wanted)
    x = chosen_points(points, lower, upper, corners, name, wide=truth is not None, count=count, seed=seed)
    x = with_demanded(x, demanded, lower, upper, name)
    look = around(x, lower, upper, corners) if truth is None and wanted == DOUBLE else None
    return Plan(lower, upper, corners, demanded, wanted, x, x.astype(wanted), look, ordinary(x))


remembered = lru_cache(maxsize=128, typed=True)(made)


def around(x: Array, lower: float, upper: float, corners: Sequence[Corner]) -> Places:
    """Where a glance calls the function."""
    return places(x.tobytes(), lower, upper, tuple(c.at for c in corners))


def span(domain: Domain | tuple[float, float] | None, truth: Reference | None) -> tuple[float, float]:
    """The ends of the open domain."""
    if domain is None:
        return (truth.lower, truth.upper) if truth else (-math.inf, math.inf)
    if isinstance(domain, Domain):
        if domain.values:
            raise UnsupportedError(
                "the domain {domain} is a finite set: nothing can be differentiated there", domain=domain
            )
        return ends(domain, {})
    try:
        lower, upper = (end if e is None else float(e) for e, end in zip(domain, (-math.inf, math.inf), strict=True))
    except (TypeError, ValueError):
        raise UnsupportedError(
            "domain={domain} is not understood; give its two ends, as in domain=(0, None)", domain=repr(domain)
        ) from None
    if not lower < upper:
        raise NoPointsError(
            "domain=({lower}, {upper}) is empty; give the smaller end first", lower=f"{lower:g}", upper=f"{upper:g}"
        )
    return lower, upper


def as_corner(kink: float | Corner | Kink) -> Corner:
    """A kink in numbers."""
    if isinstance(kink, Kink):
        return corners_of([kink], kink.variable, {})[0]
    return kink if isinstance(kink, Corner) else Corner(float(kink))


def demands(at_kink: AtKink | Mapping[float, float], corners: Sequence[Corner]) -> tuple[tuple[float, float], ...]:
    """The values demanded on kinks."""
    if not isinstance(at_kink, str):
        return tuple((float(x), float(value)) for x, value in at_kink.items())
    if at_kink == "subgradient":
        return ()
    if at_kink not in CONVENTIONS:
        raise UnsupportedError(
            "at_kink={at_kink} is unknown; use 'subgradient', 'torch', 'jax' or {point: value}", at_kink=repr(at_kink)
        )
    values = [(c.at, getattr(c, at_kink)) for c in corners]
    unknown = [x for x, value in values if value is None]
    if unknown or not values:
        if not values:
            raise UnsupportedError(
                "at_kink={rule} needs a declared kink; name the function with `of`, or say the "
                "value: at_kink={0: value}",
                rule=repr(at_kink),
            )
        raise UnsupportedError(
            "the catalogue holds no value of {rule} at {unknown}; leave at_kink out, or say the value: "
            "at_kink={{unknown}: value}",
            rule=at_kink,
            unknown=f"{unknown[0]:g}",
        )
    return tuple(values)


def chosen_points(
    given: Sequence[float] | None,
    lower: float,
    upper: float,
    corners: Sequence[Corner],
    dtype: str,
    *,
    wide: bool,
    count: int,
    seed: int,
) -> Array:
    """The points, sorted; NoPointsError where there are none."""
    at = tuple(c.at for c in corners)
    if given is None:
        x = usual_points(lower, upper, at, count=count, seed=seed, dtype=dtype, wide=wide)
    else:
        x = np.unique(np.asarray(np.asarray(given, dtype), float))
        outside = x[~((x > lower) & (x < upper))]
        if outside.size:
            raise UnsupportedError(
                "the point {outside} is not inside the open domain ({lower}, {upper}); drop it or widen `domain`",
                outside=outside[0],
                lower=lower,
                upper=upper,
            )
    if given is not None and not x.size:
        raise NoPointsError("`points` is empty; give at least one point, or leave it out for the usual ones")
    if not x.size:
        raise NoPointsError(
            "no number of type {dtype} to try in ({lower}, {upper}); widen `domain`, or give `points`",
            dtype=dtype,
            lower=lower,
            upper=upper,
        )
    return x


def with_demanded(x: Array, demanded: Sequence[tuple[float, float]], lower: float, upper: float, dtype: str) -> Array:
    """The points, and those at which a value is demanded."""
    if not demanded:
        return x
    more = np.asarray([at for at, _ in demanded], dtype).astype(float)
    if not ((more > lower) & (more < upper)).all():
        raise UnsupportedError(
            "at_kink demands a value outside the open domain ({lower}, {upper}); drop that point",
            lower=lower,
            upper=upper,
        )
    return np.union1d(x, more)
