"""Derivations by hand: which numbers they take."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from sympy import Float, Integer, Rational

from symgrad.core import Status, UnsupportedError
from symgrad.deriver import worked
from symgrad.functions import D
from symgrad.functions.symbols import a, z
from symgrad.prover import prove_step

ROUNDED = "is a rounded number; write it exactly"
REFUSED = [
    (0.5, ROUNDED),
    (Float(0.5), ROUNDED),
    (Float(0.5) * z, ROUNDED),
    (True, "is a truth value"),
    ("1/2", "is no expression"),
]


@pytest.mark.parametrize(
    ("find", "number", "exact"),
    [(D(z * z / z, z), 1, Integer(1)), (D(z / 2, z), Fraction(1, 2), Rational(1, 2)), (0, D(a, z), D(a, z))],
)
def test_exact_numbers_are_expressions(find: Any, number: Any, exact: Any) -> None:
    found = worked("it", "It", find, ("linearity", number))

    assert found.steps[0].after == exact
    assert prove_step(found.steps[0], found.domains, found.lets).status is Status.PROVED


def test_the_values_of_names_are_exact_too() -> None:
    found = worked("it", "It", D(a * z, z), ("linearity", Fraction(1, 2)), lets={a: Fraction(1, 2)})

    assert found.lets[0].value == Rational(1, 2)
    assert prove_step(found.steps[0], found.domains, found.lets).status is Status.PROVED


@pytest.mark.parametrize(("value", "why"), REFUSED, ids=str)
def test_what_is_not_exact_is_refused_wherever_it_stands(value: Any, why: str) -> None:
    for find, line, lets in (
        (D(z, z), ("variable", value), {}),
        (value, ("variable", 1), {}),
        (D(z, z), ("variable", 1), {a: value}),
    ):
        with pytest.raises(UnsupportedError, match=why):
            worked("it", "It", find, line, lets=lets)


def test_a_condition_is_exact() -> None:
    with pytest.raises(UnsupportedError, match=ROUNDED):
        worked("it", "It", D(z, z), ("variable", 1, z > 0.5))
