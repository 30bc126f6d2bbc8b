"""The second proofs of an activation's facts: they are replayed, and a wrong fact has none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Integer, Rational, oo

from symgrad.core import Extremum, Monotone, interval
from symgrad.definitions import ACTIVATIONS
from symgrad.pipeline.fact_proofs import movement, symmetry, tails
from symgrad.pipeline.slope_proofs import dead, decay, extreme, extremes, lipschitz
from symgrad.pipeline.stages import facts

NAMES = ("sigmoid", "tanh", "elu", "silu", "gelu", "mish", "hardswish", "hardshrink", "arctan")


@pytest.mark.parametrize("name", NAMES)
def test_second_proofs_are_replayed(name: str) -> None:
    found = facts(ACTIVATIONS[name])

    groups = [symmetry(found), movement(found), tails(found, of_slope=False), tails(found, of_slope=True), dead(found)]
    groups += [*extremes(found), lipschitz(found), *([decay(found)] if any(found.decay) else [])]

    assert all(groups)
    assert [p.refusal for group in groups for p in group if p.refusal] == []


def moved_by(off: Rational, end: Extremum) -> Extremum:
    """The extremum with another value."""
    exact = None if end.exact is None else end.exact + off
    return replace(end, lower=end.lower + off, upper=end.upper + off, exact=exact)


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_fact_has_no_proof(name: str) -> None:
    found = facts(ACTIVATIONS[name])
    left, right, *slopes = found.limits
    wrong = [(left, right + Rational(1, 100)), (left - Rational(1, 100), right)] if oo not in {left, right} else []
    wrong += [(left, Integer(0) if right is oo else oo), (-oo, right)]
    wrong = [pair for pair in wrong if pair != (left, right)]

    assert symmetry(replace(found, odd=not found.odd)) == ()
    for moved in (Monotone.STRICTLY_DECREASING, Monotone.NON_INCREASING):
        assert movement(replace(found, monotone=moved)) == ()
    if found.monotone is Monotone.STRICTLY_INCREASING:
        assert movement(replace(found, monotone=Monotone.NOT_MONOTONE)) == ()
    for off in (Rational(1, 10**9), Rational(-1, 10**9)):
        for end, side in ((found.infimum, -1), (found.supremum, 1)):
            assert extreme(found, moved_by(off, end), side) == ()
        if found.lipschitz.exact != oo:
            assert lipschitz(replace(found, lipschitz=moved_by(off, found.lipschitz))) == ()
    assert dead(replace(found, dead=(interval(1, 2),))) == ()
    assert not found.dead or dead(replace(found, dead=())) == ()
    assert decay(replace(found, decay=tuple(r and 2 * r for r in found.decay))) == ()
    for pair in wrong:
        assert tails(replace(found, limits=(*pair, *slopes)), of_slope=False) == ()
