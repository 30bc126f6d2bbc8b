"""Elementwise code of a library on trial: whatever is pulled back must come out times the slope, not only a 1."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.calling import epsilon
from symgrad.core import Outcome
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.testing.models.model import Array
    from symgrad.testing.result import Elementwise

FACTORS = np.asarray([-1.0, 2.0, -2.0, 4.0])  # powers of two, which round nothing
ROUNDINGS = 64
LOST = 2.0**10  # of the least normal number: below, doubling may round


@dataclass(slots=True)
class Pullback:
    """A backward pass as a slope; `back` takes the points and gives a function of cotangents.

    `bent` holds where it is not linear, the largest first: the point, the cotangent, what came out, what was due.
    """

    back: Callable[..., Callable[[Array], Array]]
    bent: list[tuple[float, ...]] = field(default_factory=list)

    def __call__(self, x: Array, *others: Array) -> Array:
        """The slope at each point; where another cotangent than 1 tells another slope, that one, as it is wrong."""
        x = np.asarray(x)
        pull = self.back(x, *others)
        plain = pull(np.ones_like(x))
        with np.errstate(all="ignore"):
            c = FACTORS[(np.abs(np.frexp(x)[0]) * 2**20).astype(int) % FACTORS.size].astype(x.dtype)
            pulled = pull(c)
            slope = pulled / c
            least = np.finfo(plain.dtype if plain.dtype.kind == "f" else np.float32).tiny  # bfloat16 has the same
            apart = np.abs(slope - plain) > ROUNDINGS * epsilon(plain.dtype) * np.abs(plain) + LOST * least
            bent = apart & np.isfinite(slope) & np.isfinite(plain)
        if bent.any() and not self.bent:
            columns = (a.ravel()[bent.ravel()].tolist() for a in (x, c, pulled, c * plain))
            self.bent += sorted(zip(*columns, strict=True), key=lambda row: -abs(row[3]))
        return np.asarray(np.where(bent, slope, plain))


def replayed(result: Any, call: str, target: Any = None) -> Any:
    """The result with a line to see it again that calls the library's own check, and the name of the `target`."""
    if target is None:
        return replace(result, call=call)
    name = getattr(target, "__name__", type(target).__name__)
    return replace(result, call=call, name=message("the backward pass of {name}", name=name))


def told(result: Elementwise, slope: Pullback) -> Elementwise:
    """The result with its diagnosis, where the backward pass does not multiply by its cotangent."""
    if not slope.bent or result.outcome is not Outcome.WRONG:
        return result
    x, c, given, due = slope.bent[0]
    ignored = all(np.isclose(given_ * c_, due_) for _, c_, given_, due_ in slope.bent)
    what = message("what comes back is not the cotangent times the slope")
    if ignored:
        what = message("the cotangent is ignored")
    says = message(
        "{what}: at {point} the cotangent {cotangent} gives {given} in place of {due}",
        what=what,
        point=f"{result.letter} = {x:.6g}",
        cotangent=f"{c:g}",
        given=f"{given:.6g}",
        due=f"{due:.6g}",
    )
    mend = message("multiply the slope by the gradient that comes in: return g * φ′(z)")
    diagnosis = import_module("symgrad.testing.diagnosis").Diagnosis(("cotangent",), says, mend)
    return replace(result, diagnosis=diagnosis)


def pulled_back(
    check: Callable[..., Elementwise], value: Any, back: Callable[..., Callable[[Array], Array]], **options: Any
) -> Elementwise:
    """What the check says of a backward pass."""
    slope = Pullback(back)
    return told(check(value, slope, **options), slope)
