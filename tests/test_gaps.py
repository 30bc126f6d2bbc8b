"""What the checker of certificates takes for all the gaps between the zeros of a polynomial."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from types import SimpleNamespace
from typing import Any

import pytest
from sympy import Poly, Rational, sqrt

from symgrad.functions.symbols import z
from symgrad.prover.recheck_numbers import _places
from symgrad.prover.recheck_ring import Clock

TOUCHING = [(-3, Rational(-11, 4)), (7, Rational(29, 4)), (Rational(11, 3), Rational(18, 5)), (-2, sqrt(5), -sqrt(5))]


@pytest.mark.parametrize("zeros", TOUCHING)
def test_there_is_a_place_in_every_gap_between_zeros(zeros: tuple[Any, ...]) -> None:
    norm = Poly(prod(z - zero for zero in zeros), z, domain="QQ")
    first = [ends for ends, _ in norm.intervals(eps=1)]
    assert any(left[1] == right[0] for left, right in pairwise(first))  # what the test is about
    ordered = sorted(zeros)

    before, *between, after = _places(SimpleNamespace(clock=Clock(1.0)), norm)  # type: ignore[arg-type]

    assert before < ordered[0]
    assert ordered[-1] < after
    assert all(low < place < high for place, (low, high) in zip(between, pairwise(ordered), strict=True))
