"""Derivations by hand: which numbers they take."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from sympy import And, Float, Integer, Max, Ne, Piecewise, Rational, cos, exp, log, sin

from symgrad import sigmoid
from symgrad.core import DOUBTED, Document, Page, Status, UnsupportedError, tally
from symgrad.deriver import worked
from symgrad.functions import D
from symgrad.functions.symbols import a, z
from symgrad.pipeline.stages import settle
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


REASONS = [  # a line, the rule that leads to the next one, and rules that do not
    (D(z * exp(z), z), "product", D(z, z) * exp(z) + z * D(exp(z), z), ["sum", "quotient", "exp", "simplify", "chain"]),
    (D(z * exp(z), z), "product", (1 + z) * exp(z), ["exp", "power", "log", "regroup"]),
    (D(exp(z**2), z), "chain", 2 * z * exp(z**2), ["product", "sum", "factor", "power", "log"]),
    (D(exp(z**2), z), "exp", exp(z**2) * D(z**2, z), ["power", "definition", "multiple", "tanh"]),
    (D(z / (1 + z**2), z), "quotient", (1 - z**2) / (1 + z**2) ** 2, ["reciprocal", "power", "denominator", "chain"]),
    (D(1 / (1 + exp(z)), z), "reciprocal", -D(1 + exp(z), z) / (1 + exp(z)) ** 2, ["exp", "sum", "product", "log"]),
    (D(1 / (1 + exp(z)), z), "power", -exp(z) / (1 + exp(z)) ** 2, ["sum", "recognise"]),
    (D(log(sin(z)), z), "log", cos(z) / sin(z), ["sin", "product", "variable", "cancel"]),
    (D(sin(z) + 3 * z, z), "sum", D(sin(z), z) + D(3 * z, z), ["product", "sin", "constant", "factor"]),
    (D(sin(z) + 3 * z, z), "linearity", D(sin(z), z) + 3, ["sin", "quotient", "simplify"]),
    (D(sigmoid(z), z), "named", sigmoid(z) * (1 - sigmoid(z)), ["product", "definition", "reciprocal", "exp"]),
    (D(sigmoid(z), z), "definition", D(1 / (1 + exp(-z)), z), ["named", "reciprocal", "power", "differentiate"]),
    (D(Max(0, z), z), "piecewise", Piecewise((1, z > 0), (0, True)), ["product", "cases", "abs"]),
    (D(z**2 + z, z), "power", 2 * z + 1, ["sum", "linearity", "variable", "exp"]),
    (sin(z) ** 2 + cos(z) ** 2, "simplify", Integer(1), ["sin", "product", "power", "differentiate", "chain"]),
]


@pytest.mark.parametrize(("line", "rule", "after", "wrong"), REASONS, ids=[f"{r[1]}-{r[0]}" for r in REASONS])
def test_a_wrong_reason_is_told_of_and_a_right_one_is_not(line: Any, rule: str, after: Any, wrong: list[str]) -> None:
    def reason_of(name: str) -> str:
        given = And(z > 0, sin(z) > 0) if after.has(sin) else Ne(z, 0)
        settled = settle(worked("it", "It", line, (name, after, given)))

        assert settled.verdicts[0].status is Status.PROVED
        assert tally(Page(Document("it", "It", "", ""), (settled,))).unreasoned == bool(settled.verdicts[0].reason)
        return settled.verdicts[0].reason

    assert reason_of(rule) == ""
    assert [name for name in wrong if reason_of(name) != DOUBTED] == []


def test_a_step_that_does_nothing_has_a_reason_only_in_algebra() -> None:
    for rule, doubted in (("product", DOUBTED), ("regroup", "")):
        settled = settle(worked("it", "It", D(sin(z), z), (rule, D(sin(z), z))))

        assert settled.verdicts[0].reason == doubted
