"""Kinks that are none at the usual parameters: the slopes meet there, but not their own slopes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad.core import Kink
from symgrad.functions import unfold
from symgrad.pipeline.kinks import NEAR, branch, slope_verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Facts


def bends(facts: Facts) -> Iterator[Kink]:
    """The kinks of the catalogue that are gone at these parameters, with the one-sided second derivatives, proved."""
    definition, values = facts.definition, dict(facts.at)
    known = {k.at for k in facts.kinks}
    slope, second = (unfold(unfold(e).xreplace(values)) for e in (facts.derivative, facts.second))
    fixed = replace(definition, of=slope, parameters=())
    for kink in definition.kinks:
        x, at = kink.variable, kink.at.xreplace(values)
        if at in known:
            continue
        sides = [branch(second, {x: at + side * NEAR}).xreplace({x: at}) for side in (-1, 1)]
        bend = Kink(x, at, *sides)
        if sides[0] != sides[1] and all(
            slope_verdict(fixed, bend, side, value, {}).proved for side, value in zip((-1, 1), sides, strict=True)
        ):
            yield bend
