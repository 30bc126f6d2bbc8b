"""Conditions on logarithms and exponentials: the same as those on what stands in them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sympy import Abs, And, E, Integer, Piecewise, exp, log, symbols

from symgrad.core import Status
from symgrad.prover import prove, recheck

z = symbols("z", real=True)


def indicator(*conditions: Any) -> Any:
    return Piecewise((1, And(*conditions)), (0, True))


SAME = {
    "above 1": (log(z) > 0, z > 1),
    "above e": (log(z) > 1, z > E),
    "below 1/e": (log(z) < -1, z < exp(-1)),
    "between": (Abs(log(z)) < 1, And(z < E, z > exp(-1))),
    "a power of e": (log(z) >= 3, z >= exp(3)),
    "an exponential": (exp(z) > 2, z > log(2)),
    "of a multiple": (exp(2 * z) >= 3, z >= log(3) / 2),
    "of a sum": (log(z**2 + 1) > 1, z**2 + 1 > E),
    "beside an exponential": (log(z) + z > 0, z > exp(-z)),
    "a power": (exp(z**3) > 2, z**3 > log(2)),
}
OTHERS = {
    "another level": (log(z) > 2, z > E),
    "the other side": (log(z) > 1, z < E),
    "nearly e": (log(z) > 1, z > Integer(271828182845) / 100000000000),
}


@pytest.mark.parametrize("name", SAME)
def test_a_level_of_a_logarithm_is_one_of_its_argument(name: str) -> None:
    left, right = map(indicator, SAME[name])

    verdict = prove(left, right, assuming=z > 0)

    assert verdict.status is Status.PROVED, verdict.reason
    assert recheck(verdict.certificate, left, right, assuming=z > 0).ok


@pytest.mark.parametrize("name", OTHERS)
def test_other_levels_are_refuted(name: str) -> None:
    verdict = prove(*map(indicator, OTHERS[name]), assuming=z > 0)

    assert verdict.status is Status.REFUTED
    assert verdict.witness


def test_a_level_that_is_wrong_at_one_point_names_it() -> None:
    verdict = prove(indicator(log(z) >= 0), indicator(z > 1), assuming=z > 0)

    assert verdict.status is Status.PROVED_EXCEPT
    assert [witness.point for witness in verdict.exceptions] == [((z, 1),)]


@pytest.mark.parametrize("source", ["above", "beneath", "level", "log"])
def test_a_fact_that_was_turned_round_is_refused(source: str) -> None:
    refused = 0
    for conditions in SAME.values():
        left, right = map(indicator, conditions)
        data = json.loads(prove(left, right, assuming=z > 0).certificate)
        facts = [f for context in contexts(data["cases"][0]) for f in context["facts"] if f[2][0] == source]
        for fact in facts:
            fact[0] = [[-c, *e] for c, *e in fact[0]]
        refused += bool(facts) and not recheck(json.dumps(data), left, right, assuming=z > 0).ok
    assert refused


def contexts(tree: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [found for part in tree.get("parts", ()) for found in contexts(part)]
    return [tree["context"], *inner]
