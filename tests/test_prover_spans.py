"""The ranges of the catalogue are proved, and wrong ones are not; every fact has its row and its verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sympy import Integer, Rational

from symgrad.core import Status, interval
from symgrad.definitions import ACTIVATIONS
from symgrad.pipeline.fact_rows import fact_rows
from symgrad.pipeline.verify import row_of
from symgrad.prover import ends

if TYPE_CHECKING:
    from symgrad.core import Domain

OUTER = {
    "gelu",
    "gelu_tanh",
    "mish",
    "threshold",
}  # no closed form; or an end that depends on which parameter is larger
LAMBERT = {"silu", "swish", "quick_gelu"}  # their least values take seconds
every_activation = pytest.mark.parametrize("name", ACTIVATIONS)


@every_activation
def test_the_range_is_proved(name: str) -> None:
    found = list(ends(ACTIVATIONS[name]))

    assert [e.verdict.status for e in found] == [Status.PROVED] * 2
    assert any(e.least == "an outer bound" for e in found) is (name in OUTER)
    assert all(e.least != "an outer bound" for e in found[1:])


@every_activation
def test_every_fact_is_settled(name: str) -> None:
    rows = [row_of(*found, recheck=True) for found in fact_rows(ACTIVATIONS[name])]

    assert len(rows) >= 9
    assert {r.status for r in rows} == {"PROVED"}, [r for r in rows if r.status != "PROVED"]
    assert not [r for r in rows if r.failed or not r.method]
    assert not [r.statement for r in rows if not r.statements or r.rechecked < r.statements]


def moved(domain: Domain) -> list[Domain]:
    """The domain with one end a little further in, and with an end open that is closed, or closed that is open."""
    found = []
    if domain.lower is not None:
        found += [
            replace(domain, lower=domain.lower + Rational(1, 100)),
            replace(domain, lower_open=not domain.lower_open),
        ]
    if domain.upper is not None:
        found += [
            replace(domain, upper=domain.upper - Rational(1, 100)),
            replace(domain, upper_open=not domain.upper_open),
        ]
    return found


@pytest.mark.parametrize("name", [n for n, d in ACTIVATIONS.items() if moved(d.range) and n not in OUTER | LAMBERT])
def test_a_wrong_range_is_refuted(name: str) -> None:
    for wrong in moved(ACTIVATIONS[name].range):
        verdicts = [e.verdict for e in ends(replace(ACTIVATIONS[name], range=wrong))]
        assert Status.REFUTED in {v.status for v in verdicts}, wrong


def test_a_range_that_is_too_wide_is_told() -> None:
    wide = [e.least for e in ends(replace(ACTIVATIONS["sigmoid"], range=interval(Integer(-1), Integer(2))))]

    assert wide == ["an outer bound"] * 2
    rows = list(fact_rows(replace(ACTIVATIONS["relu"], range=interval(None, None))))
    assert "the true end is 0" in rows[0][1]
