"""What a user's own steps and definitions say is held against what they are."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Integer, Max, S, exp, sin

from symgrad import Definition, Derivation, Status, Step, Variable, Worked, activation, interval, relu, z
from symgrad.core import DeclaredError, Kind, Kink
from symgrad.functions import elementwise
from symgrad.pipeline.proofs import proofs

KINK = (Kink(z, S.Zero, S.Zero, S.One),)


@pytest.mark.parametrize(
    ("before", "after", "relation", "status"),
    [
        (z, z, ">", Status.REFUTED),
        (z**2, S.Zero, "≥", Status.PROVED),
        (z**2, S.Zero, ">", Status.REFUTED),
        (exp(z), S.Zero, ">", Status.PROVED),
    ],
)
def test_a_sign_at_the_end_of_a_chain_is_what_is_proved(before: Any, after: Any, relation: str, status: Status) -> None:
    whole = Worked(Derivation("d", "D", (Step(before, after, "algebra", relation=relation),), (Variable(z),)))

    assert whole.status is status
    assert [p.refusal for p in proofs(whole.settled) if p.verdict.proved] == ["", ""] * (status is Status.PROVED)


DECLARED = {
    "slope 5 on the left": {"kinks": (Kink(z, S.Zero, Integer(5), S.One),)},
    "stable =": {"stable": relu(z) + 1},
    "rewrites in exp": {"rewrites": ((exp, z**3),)},
    "range =": {"range": interval(0, 1)},
}


@pytest.mark.parametrize("said", DECLARED)
def test_what_a_definition_declares_is_not_repeated_unless_its_formula_bears_it_out(said: str) -> None:
    own = Definition(
        "own", "Own", Kind.ACTIVATION, relu, Max(z, 0), (Variable(z),), **{"kinks": KINK, **DECLARED[said]}
    )

    with pytest.raises(DeclaredError, match=said):
        activation(own).to("text")


def test_a_fact_that_is_not_settled_leaves_the_derivative_to_be_told() -> None:
    own = Definition("own", "Own", Kind.ACTIVATION, elementwise("own", z * sin(z), (z,)), z * sin(z), (Variable(z),))

    told = activation(own).to("text")

    assert "Facts beyond the derivative are not told: the sign of" in told
    assert "proof  " in told
