"""Arctangents that add up to whole turns, roots of squares, conjugates, and numbers that no decimals tell apart."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from sympy import (
    Abs,
    Integer,
    Min,
    Ne,
    Piecewise,
    Rational,
    atan,
    exp,
    log,
    pi,
    sign,
    sin,
    sinh,
    sqrt,
    symbols,
    tanh,
    true,
)

from symgrad.core import Status, Variable, interval
from symgrad.prover import confirms, prove, recheck
from symgrad.prover.conventions import told
from symgrad.prover.kernel import SympyRing

if TYPE_CHECKING:
    from collections.abc import Iterator

z, α, p, q = symbols("z alpha p q", real=True)
POSITIVE = tuple(Variable(s, interval(0, None)) for s in (α, p, q))
PROVED, REFUTED, VACUOUS = Status.PROVED, Status.REFUTED, Status.VACUOUS
σ = 1 / (1 + exp(-z))

STATEMENTS: dict[str, tuple[Any, Any, Any, Status]] = {
    "atan of a reciprocal": (atan(z) + atan(1 / z), pi / 2 * sign(z), Ne(z, 0), PROVED),
    "atan of a reciprocal, one side only": (atan(z) + atan(1 / z), pi / 2, true, REFUTED),
    "atan's addition": (atan(p) + atan(q), atan((p + q) / (1 - p * q)), p * q < 1, PROVED),
    "atan's addition, a turn off": (atan(p) + atan(q), atan((p + q) / (1 - p * q)), true, REFUTED),
    "atan's addition, half a turn on": (atan(z) + atan(p), atan((z + p) / (1 - z * p)) + pi, z * p > 1, PROVED),
    "Gudermann's function": (2 * atan(tanh(z / 2)), atan(sinh(z)), true, PROVED),
    "Machin's sum": (4 * atan(Rational(1, 5)) - atan(Rational(1, 239)), pi / 4, true, PROVED),
    "nearly Machin's sum": (4 * atan(Rational(1, 5)) - atan(Rational(1, 240)), pi / 4, true, REFUTED),
    "three right angles": (sum(atan(x) + atan(1 / x) for x in (p, q, α)), 3 * pi / 2, true, PROVED),
    "a square of a root": (sqrt(z + 2 * sqrt(z) + 1), 1 + sqrt(z), true, PROVED),
    "a square of a root, its other side": (sqrt(z - 2 * sqrt(z) + 1), 1 - sqrt(z), true, REFUTED),
    "a square of a root, both sides": (sqrt(z - 2 * sqrt(z) + 1), Abs(1 - sqrt(z)), true, PROVED),
    "a square with an irrational middle": (sqrt(z**2 + 2 * sqrt(2) * z + 2), Abs(z + sqrt(2)), true, PROVED),
    "two roots in one": (sqrt(p + q - 2 * sqrt(p * q)), Abs(sqrt(p) - sqrt(q)), true, PROVED),
    "roots on half a line": (sqrt(2 * z + 2 * sqrt(z**2 - 1)), sqrt(z - 1) + sqrt(z + 1), true, PROVED),
    "a sum of roots, both ways": (
        sqrt(z + 1 + 2 * sqrt(z)) - sqrt(z + 1 - 2 * sqrt(z)),
        2 * Min(1, sqrt(z)),
        true,
        PROVED,
    ),
    "logarithm of a square": (log(z + 2 * sqrt(z) + 1), 2 * log(1 + sqrt(z)), true, PROVED),
    "logarithms of conjugates": (log(sqrt(z**2 + 1) - z), -log(sqrt(z**2 + 1) + z), true, PROVED),
    "logarithms of conjugates that may be undefined": (
        log(z - sqrt(z**2 - 1)),
        -log(z + sqrt(z**2 - 1)),
        true,
        PROVED,
    ),
    "logarithms of units": (log(sqrt(2) - 1), -log(1 + sqrt(2)), true, PROVED),
    "roots in order": (Piecewise((1, sqrt(z) < sqrt(z + 1)), (0, True)), Integer(1), z >= 0, PROVED),
    "a bound of atan": (Piecewise((1, atan(z) < pi / 2), (0, True)), Integer(1), true, PROVED),
    "a sine above 1": (z, Integer(2), sin(z) > 1, VACUOUS),
    "numbers too large to be told apart": (exp(10000), exp(10000) + 1, true, REFUTED),
    "numbers too close to be told apart": (tanh(100000), Integer(1), true, REFUTED),
    "close beyond some point": (σ, Integer(1), z > 10**6, REFUTED),
}
every_statement = pytest.mark.parametrize("name", STATEMENTS)


@every_statement
def test_both_kernels_settle_it(name: str) -> None:
    left, right, given, expected = STATEMENTS[name]

    for kernel in ({}, {"kernel": SympyRing}):
        found = prove(left, right, variables=POSITIVE, assuming=given, **kernel)
        assert found.status is expected, (found.reason, found.witness, found.exceptions)
        if expected is PROVED:
            replayed = recheck(found.certificate, left, right, variables=POSITIVE, assuming=given)
            assert replayed.ok, replayed.reason
        if expected is REFUTED:
            assert confirms(found.witness, left, right)
            assert not confirms(found.witness, left, left)


def contexts(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict):
        if "facts" in tree:
            yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for part in tree:
            yield from contexts(part)


def test_a_turned_fact_is_refused() -> None:
    refused: Counter[str] = Counter()
    for left, right, given, expected in STATEMENTS.values():
        asked = {"variables": POSITIVE, "assuming": given}
        proof = prove(left, right, **asked).certificate if expected is PROVED else "{}"
        data = json.loads(proof)
        for fact in [fact for context in contexts(data) for fact in context["facts"]]:
            kept = fact[0]
            fact[0] = [[-c, *rest] for c, *rest in kept]
            if fact[2][0] in {"square", "conjugate"}:
                assert not recheck(json.dumps(data), left, right, **asked).ok
                refused[fact[2][0]] += 1
            fact[0] = kept

    assert refused["square"] > 2
    assert refused["conjugate"] > 1


@pytest.mark.parametrize(
    ("name", "wrong", "given"),
    [
        ("atan's addition, half a turn on", atan((z + p) / (1 - z * p)), z * p > 1),
        ("atan's addition, half a turn on", atan((z + p) / (1 - z * p)) - pi, z * p > 1),
        ("atan's addition", atan((p + q) / (1 - p * q)), true),
        ("three right angles", -pi / 2, true),
        ("a square of a root, both sides", 1 - sqrt(z), true),
        ("logarithms of units", log(1 + sqrt(2)), true),
    ],
)
def test_a_proof_of_something_else_is_refused(name: str, wrong: Any, given: Any) -> None:
    left, right, true_given, _ = STATEMENTS[name]
    data = json.loads(prove(left, right, variables=POSITIVE, assuming=true_given).certificate)

    data["statement"] = told(left, wrong, POSITIVE, (), given)

    assert not recheck(json.dumps(data), left, wrong, variables=POSITIVE, assuming=given).ok
