"""Numbers made of roots, and regions with such ends: settled exactly, and replayed by the checker."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest
from sympy import Abs, And, Eq, Max, Piecewise, Rational, cbrt, exp, log, pi, root, sqrt, symbols

import symgrad
from symgrad.core import Status
from symgrad.prover import prove, recheck
from symgrad.prover.kernel import SympyRing

z, y = symbols("z y", real=True)
r2, r3, r5, r6 = (sqrt(n) for n in (2, 3, 5, 6))
TINY = Rational(1, 10**60)


def indicator(*conditions: Any) -> Any:
    return Piecewise((1, And(*conditions)), (0, True))


EQUAL: dict[str, tuple[Any, Any]] = {
    "square": (sqrt(3 + 2 * r2), 1 + r2),
    "square in two roots": (sqrt(5 + 2 * r6), r2 + r3),
    "square in three roots": (sqrt(10 + 2 * r6 + 2 * sqrt(10) + 2 * sqrt(15)), r2 + r3 + r5),
    "root that comes later": (sqrt(2 + r3), (r6 + r2) / 2),
    "cube": (cbrt(2 + r5), (1 + r5) / 2),
    "Cardano's sum": (cbrt(7 + 5 * r2) + cbrt(5 * r2 - 7), 2 * r2),
    "fourth power": (root(17 + 12 * r2, 4), 1 + r2),
    "Ramanujan, square": (sqrt(cbrt(5) - cbrt(4)), (cbrt(2) + cbrt(20) - cbrt(25)) / 3),
    "Ramanujan, cube": (cbrt(cbrt(2) - 1), (1 - cbrt(2) + cbrt(4)) / cbrt(9)),
    "towers": (sqrt(2 + sqrt(2 + r2)) * sqrt(2 - sqrt(2 + r2)), sqrt(2 - r2)),
    "logarithm": (log(3 + 2 * r2), 2 * log(1 + r2)),
    "logarithm of a root beside it": (log(3 * r6 / 4) + sqrt(2 + r3) + log(2), sqrt(2 + r3) + log(3 * r6 / 2)),
    "logarithms of primes beside it": (z * sqrt(2 + r3) + log(6), sqrt(2 + r3) * z + log(2) + log(3)),
    "exponents": (exp(z * sqrt(3 + 2 * r2)), exp(z) * exp(z * r2)),
    "sign of a number": (Max(r2 * r3 * r5, pi + exp(1)), pi + exp(1)),
    "sign of a product of logarithms": (Abs(log(2) * log(3) - Rational(3, 4)), log(2) * log(3) - Rational(3, 4)),
    "sign of a sum of roots": (Abs(sqrt(5 + r2) - sqrt(2 + r3) + z**2), z**2 + sqrt(5 + r2) - sqrt(2 + r3)),
    "no point, a root shared": (indicator(z > r2, z**2 < 2), 0),
    "no point, of third degree": (indicator(z > r2, z**3 < 2 * r2), 0),
    "no point, nested ends": (indicator(z > cbrt(2) + r3, z**2 < cbrt(4) + 3 + 2 * cbrt(2) * r3), 0),
}

DIFFERENT: dict[str, tuple[Any, Any]] = {
    "beyond doubles": (sqrt(3 + 2 * r2), 1 + r2 + Rational(1, 10**40)),
    "the other root": (sqrt(3 - 2 * r2), 1 - r2),
    "no cube": (cbrt(2 + r5), (1 + r5) / 2 + Rational(1, 10**300)),
    "thin": (indicator(z > 1, z < 1 + TINY), 0),
    "thin, irrational": (indicator(z > r2, z**2 < 2 + TINY), 0),
    "thin, in two variables": (indicator(z > r3, z**2 < 3 + TINY) * y**2, 0),
    "thin, two gaps": (indicator(z**2 > 2, (z**2 - 2) * (z - 3) < 0, z > 0), indicator(z > r2, z < 3 - TINY)),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal_numbers_are_proved_so_and_the_proof_is_replayed(name: str) -> None:
    left, right = EQUAL[name]

    verdict = prove(left, right)

    assert verdict.status is Status.PROVED, verdict.reason
    assert recheck(verdict.certificate, left, right) == symgrad.prover.Recheck(ok=True)


@pytest.mark.parametrize("name", ["square", "cube", "no point, nested ends"])
def test_the_other_kernel_agrees(name: str) -> None:
    assert prove(*EQUAL[name], kernel=SympyRing).status is Status.PROVED


@pytest.mark.parametrize("name", DIFFERENT)
def test_different_numbers_are_refuted_with_a_point(name: str) -> None:
    verdict = prove(*DIFFERENT[name])

    assert verdict.status is Status.REFUTED, verdict
    assert verdict.witness is not None
    assert all(x.is_Rational for _, x in verdict.witness.point)


def test_points_at_roots_are_all_listed() -> None:
    verdict = prove(Piecewise((1, Eq(z**2, 3 + 2 * r2)), (0, True)), 0)

    assert verdict.status is Status.PROVED_EXCEPT, verdict
    assert {x.equals(1 + r2) or x.equals(-1 - r2) for w in verdict.exceptions for _, x in w.point} == {True}
    assert len({x for w in verdict.exceptions for _, x in w.point}) == 2


def test_no_wrong_number_among_sums_of_roots() -> None:
    """sqrt((a + b sqrt(c))^2) against every other such number: proved for itself, refuted for the others."""
    sums = [a + b * sqrt(c) for a, b, c in ((1, 1, 2), (2, 1, 2), (1, 2, 2), (1, 1, 3), (3, -1, 2), (2, -1, 3))]
    squares = [sqrt((s**2).expand()) for s in sums]

    assert all(prove(r, s).status is Status.PROVED for r, s in zip(squares, sums, strict=True))
    assert all(prove(squares[i], sums[j]).status is Status.REFUTED for i, j in combinations(range(len(sums)), 2))


@pytest.mark.parametrize("change", ["value", "degree", "base", "sign"])
def test_a_forged_root_is_refused(change: str) -> None:
    left, right = EQUAL["square"]
    data = json.loads(prove(left, right).certificate)
    (power,) = data["cases"][0]["context"]["powers"]
    if change == "value":
        power[2][0][0] += 1
    elif change == "degree":
        power[1] = 4
    elif change == "base":
        power[0][0][0] += 1
    else:
        power[2] = [[-c, *e] for c, *e in power[2]]

    assert not recheck(json.dumps(data), left, right).ok


def test_a_thin_region_is_not_taken_for_an_empty_one() -> None:
    """A proof that calls the sliver between two near roots empty: their intervals must not hide it."""
    left, right = (indicator(z > 1, z < 1 + TINY) + a for a in (Abs(z), Max(z, -z)))
    data = json.loads(prove(left, right).certificate)
    sliver = [leaf for leaf in leaves(data["cases"][0]) if leaf["context"]["facts"][1:]]
    for leaf in sliver:
        leaf["leaf"] = "empty"

    assert sliver
    assert "empty" in recheck(json.dumps(data), left, right).reason


def leaves(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return [leaf for part in tree["parts"] for leaf in leaves(part)] if "parts" in tree else [tree]
