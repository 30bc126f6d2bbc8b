"""Signs of functions that touch 0, or cross it where only an exact number tells: by descent, replayed, and attacked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from sympy import E, Eq, Integer, Max, Piecewise, Rational, Symbol, atan, cosh, erf, exp, log, pi, sin, sinh, sqrt, tanh
from sympy import sign as sgn

from symgrad.core import Status
from symgrad.prover import prove, recheck

if TYPE_CHECKING:
    from collections.abc import Callable

z = Symbol("z", real=True)
TINY = Rational(1, 10**6)

# left = right under a condition; and a number beside which the same is false
TRUE: dict[str, tuple[Any, Any, Any]] = {
    "crossing at 0": (Max(z, tanh(z)), Piecewise((z, z > 0), (tanh(z), True)), True),
    "to the third order": (sgn(sinh(z) - z), sgn(z), True),
    "touching at -1": (Max(z * exp(z), -exp(-1)), z * exp(z), True),
    "touching at 1": (Max(exp(z), E * z), exp(z), True),
    "above its least value": (Max(exp(z), Rational(2718281828, 10**9) * z), exp(z), True),
    "by a slope that turns": (sgn(exp(z) - z**2 - 1), sgn(z), True),
    "a logarithm": (Max(z * log(z), -exp(-1)), z * log(z), z > 0),
    "an arctangent": (sgn(z - atan(z)), sgn(z), True),
    "an error function": (sgn(2 * z / sqrt(pi) - erf(z)), sgn(z), True),
    "roots of an assumed equation": (abs(z), sqrt(2), Eq(z**2, 2)),
    "an inequality": (cosh(z) >= 1 + z**2 / 2, True, True),
}
FALSE: dict[str, tuple[Any, Any, Any]] = {
    "just above the least value": (Max(z * exp(z), -exp(-1) + TINY), z * exp(z), True),
    "a slope too steep": (Max(exp(z), (E + TINY) * z), exp(z), True),
    "a digit too little": (Max(z * exp(z), -Rational(3678794411714423, 10**16)), z * exp(z), True),
    "a touch": (Piecewise((1, exp(z) - 1 - z <= 0), (0, True)), Integer(0), True),
    "a touch of a sine": (Piecewise((1, sin(z) < 1), (0, True)), Integer(1), True),
    "a touch at 1/e": (sgn(z * log(z) + exp(-1)), Integer(1), z > 0),
    "a number beyond all decimals": (erf(Integer(1000)), Integer(1), True),
    "the wrong side": (Max(z, tanh(z)), Piecewise((z, z < 0), (tanh(z), True)), True),
}
SINGLE = {"a touch", "a touch at 1/e"}  # everywhere but there the sides are equal


def sides(statement: tuple[Any, Any, Any]) -> tuple[Any, Any, Any]:
    """A comparison as the equation of its truth value with 1."""
    left, right, given = statement
    return (Piecewise((1, left), (0, True)), Integer(1), given) if right is True else statement


def certified(name: str) -> tuple[str, Callable[[Any], bool]]:
    left, right, given = sides(TRUE[name])
    verdict = prove(left, right, assuming=given)
    assert verdict.status is Status.PROVED, verdict.reason
    return verdict.certificate, lambda data: recheck(json.dumps(data), left, right, assuming=given).ok


@pytest.mark.parametrize("name", TRUE)
def test_a_sign_is_proved_and_replayed(name: str) -> None:
    certificate, stands = certified(name)
    data = json.loads(certificate)

    assert data["lemmas"]
    assert stands(data)


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_at_one_point_is_told_with_the_point(name: str) -> None:
    left, right, given = FALSE[name]
    verdict = prove(left, right, assuming=given)

    assert verdict.status is (Status.PROVED_EXCEPT if name in SINGLE else Status.REFUTED)
    assert verdict.witness or verdict.exceptions


def turned(lemma: dict[str, Any], _: dict[str, Any]) -> None:
    lemma["sign"] = -lemma["sign"]


def from_the_other_end(lemma: dict[str, Any], _: dict[str, Any]) -> None:
    lemma["end"] = 1 - lemma["end"]


def widened(lemma: dict[str, Any], _: dict[str, Any]) -> None:
    lemma["ends"] = [None, None]


def about_a_number(lemma: dict[str, Any], _: dict[str, Any]) -> None:
    lemma["of"] = lemma["ends"][lemma["end"]]


def times_a_negative_number(lemma: dict[str, Any], data: dict[str, Any]) -> None:
    lemma["times"], lemma["sign"] = data["program"].index(["num", "-1"]), -lemma["sign"]


def by_itself(lemma: dict[str, Any], data: dict[str, Any]) -> None:
    """Its slope's signs follow from a fact that it would be the source of."""
    slope, lemma["sign"] = lemma["slope"], -lemma["sign"]
    slope["facts"] += [[[[-1]], ">", ["lemma", data["lemmas"].index(lemma)]]]
    slope["signs"] = [[p, -s, ["l", 1, [[["f", len(slope["facts"]) - 1], 1]]]] for p, s, _ in slope["signs"]]


def of_a_bound_symbol(lemma: dict[str, Any], _: dict[str, Any]) -> None:
    lemma["name"] = "#1"


FORGERIES = (turned, from_the_other_end, widened, about_a_number, times_a_negative_number, by_itself, of_a_bound_symbol)


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda f: f.__name__)
def test_a_forged_lemma_is_refused(forgery: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
    for name in ("crossing at 0", "touching at -1", "by a slope that turns", "a logarithm"):
        certificate, stands = certified(name)
        for i in range(len(json.loads(certificate)["lemmas"])):
            data = json.loads(certificate)
            forgery(data["lemmas"][i], data)
            assert not stands(data), (name, i)


def test_lemmas_rest_on_those_before_them() -> None:
    certificate, stands = certified("crossing at 0")
    data = json.loads(certificate)
    assert any(fact[2][0] == "lemma" for lemma in data["lemmas"] for fact in lemma["slope"]["facts"])
    data["lemmas"].reverse()

    assert not stands(data)


@pytest.mark.parametrize("name", ["crossing at 0", "touching at -1"])
def test_a_lemma_holds_in_its_interval_only(name: str) -> None:
    certificate, stands = certified(name)
    for move in range(1, len(json.loads(certificate)["lemmas"])):
        data = json.loads(certificate)
        for fact in facts_of(data["cases"][0]):
            if fact[2][0] == "lemma":
                fact[2][1] = (fact[2][1] + move) % len(data["lemmas"])
        assert not stands(data)


def facts_of(tree: dict[str, Any]) -> list[Any]:
    return [*tree["context"]["facts"], *(f for part in tree.get("parts", ()) for f in facts_of(part))]
