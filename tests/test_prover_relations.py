"""Inequalities: proved, refuted with a point, or open, with the difference between > and >=."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sympy import (
    Abs,
    And,
    Eq,
    Ge,
    Gt,
    Integer,
    Le,
    Lt,
    Max,
    Ne,
    Rational,
    erf,
    exp,
    log,
    sin,
    symbols,
    tanh,
    true,
)

from symgrad.core import Let, Status, Variable, interval, one_of
from symgrad.functions import D
from symgrad.prover import equation, extrema, prove, prove_relation, recheck
from symgrad.prover.relations import EXTREMES

if TYPE_CHECKING:
    from sympy import Symbol

PROVED, REFUTED, UNKNOWN = Status.PROVED, Status.REFUTED, Status.UNKNOWN
MISMATCH, VACUOUS = Status.DOMAIN_MISMATCH, Status.VACUOUS
z, y, a, α, β, p = symbols("z y a alpha beta p", real=True)
σ = 1 / (1 + exp(-z))
UNIT = (Variable(a, interval(0, 1)), Variable(y, interval(0, 1)))
CLOSED = (Variable(a, interval(0, 1, "both")),)
POSITIVE = (Variable(α, interval(0, None)), Variable(β, interval(0, None)))


def said(relation: Any, status: Status, *, point: dict[Symbol, Any] | None = None, **more: Any) -> Any:
    return pytest.param(relation, status, point, more)


RELATIONS = [
    said(Ge(1 / (a * (1 - a)), 4), PROVED, variables=UNIT),
    said(Gt(1 / (a * (1 - a)), 4), REFUTED, variables=UNIT, point={a: Rational(1, 2)}),
    said(Gt(1 / (a * (1 - a)), Rational(399, 100)), PROVED, variables=UNIT),
    said(Ge(1 / (a * (1 - a)), Rational(401, 100)), REFUTED, variables=UNIT),
    said(Le(a * (1 - a), Rational(1, 4)), PROVED, variables=CLOSED),
    said(Lt(a * (1 - a), Rational(1, 4)), REFUTED, variables=CLOSED, point={a: Rational(1, 2)}),
    said(Ge(1 / (a * (1 - a)), 4), MISMATCH, variables=CLOSED),
    said(Gt(a, 0), PROVED, variables=UNIT),
    said(Gt(a, 0), REFUTED, variables=CLOSED, point={a: Integer(0)}),
    said(Ge(a, 0), PROVED, variables=CLOSED),
    said(Lt(σ * (1 - σ), Rational(1, 4), evaluate=False), REFUTED, point={z: Integer(0)}),
    said(Le(σ * (1 - σ), Rational(1, 4), evaluate=False), PROVED),
    said(Lt(σ, 1, evaluate=False), PROVED),
    said(Gt(log(1 + exp(z)), z, evaluate=False), PROVED),
    said(Ge(exp(z), 1 + z, evaluate=False), PROVED),
    said(Gt(exp(z), 1 + z, evaluate=False), REFUTED, point={z: Integer(0)}),
    said(Le(log(z), z - 1), PROVED, assuming=z > 0),
    said(Le(log(z), z - 1), MISMATCH),
    said(Lt(tanh(z) ** 2, 1), PROVED),
    said(Lt(Abs(erf(z)), 1), PROVED),
    said(Ge(z**2 + y**2, 2 * y * z), PROVED),
    said(Gt(z**2 + y**2, 2 * y * z), REFUTED),
    said(Ge(α / β + β / α, 2), PROVED, variables=POSITIVE),
    said(Ge(Max(z, α * z), α * z), PROVED, variables=POSITIVE),
    said(Eq(tanh(z), 2 / (1 + exp(-2 * z)) - 1), PROVED),
    said(Eq(tanh(z), z), REFUTED),
    said(Ne(exp(z), 0, evaluate=False), PROVED),
    said(Ne(z**2, 1), REFUTED),
    said(Gt(1 / z**2, 0, evaluate=False), MISMATCH),
    said(Gt(y**2, 0), PROVED, variables=(Variable(y, one_of(-1, 1)),)),
    said(Lt(z, z, evaluate=False), VACUOUS, assuming=(z > 1) & (z < 0)),
    said(Ge(z * exp(z), -exp(-1), evaluate=False), PROVED),
    said(Gt(z * exp(z), -Rational(37, 100), evaluate=False), PROVED),
    said(Gt(z * exp(z), -exp(-1), evaluate=False), REFUTED, point={z: Integer(-1)}),
    said(Gt(z * exp(z), -Rational(36, 100), evaluate=False), REFUTED),
    said(Gt(D(z + tanh(z), z), 1, evaluate=False), PROVED),
    said(Gt(σ, a), REFUTED),
    said(true, UNKNOWN),
    said(z, UNKNOWN),
    said(Ge(z**4 * y**2 + z**2 * y**4 + 1, 3 * z**2 * y**2), UNKNOWN),  # true, and no sum of squares
    # sums of squares
    said(Ge(z**2 + y**2 + a**2, z * y + y * a + a * z), PROVED),
    said(Ge(z**2 + y**2 + a**2, z * y + y * a + a * z * Rational(11, 10)), REFUTED),
    said(Ge(z**4 + y**4, z**3 * y + z * y**3), PROVED),
    said(Ge(z**4 + y**4, z**3 * y + z * y**3 * Rational(11, 10)), REFUTED),
    said(Ge(exp(2 * z) + exp(2 * y) + 1, exp(z + y) + exp(z) + exp(y), evaluate=False), PROVED),
    said(Gt(exp(2 * z) + exp(2 * y) + 1, exp(z + y) + exp(z), evaluate=False), PROVED),
    # logarithms put together
    said(Lt(log(1 + exp(z + y)), log(1 + exp(z)) + log(1 + exp(y)), evaluate=False), PROVED),
    said(Lt(log(1 + exp(z - y)), log(1 + exp(z)) + log(1 + exp(y)), evaluate=False), REFUTED),
    said(Le(log(exp(z) + exp(y)), Max(z, y) + log(2), evaluate=False), PROVED),
    said(Le(log(exp(z) + exp(y)), Max(z, y) + log(Rational(19, 10)), evaluate=False), REFUTED),
    said(Ge(log(exp(z) + exp(y)), (z + y) / 2 + log(2), evaluate=False), PROVED),
    said(Le(log(α) + log(β), 2 * log((α + β) / 2), evaluate=False), PROVED, variables=POSITIVE),
    said(Le(log(α) + log(β), log((α + β) / 2), evaluate=False), REFUTED, variables=POSITIVE),
]


@pytest.mark.parametrize(("relation", "status", "point", "more"), RELATIONS)
def test_relation_is_settled(relation: Any, status: Status, point: Any, more: dict[str, Any]) -> None:
    verdict = prove_relation(relation, **more)

    assert verdict.status is status, (verdict.reason, verdict.witness, verdict.exceptions)
    if status is PROVED and verdict.method != EXTREMES:
        assert recheck(verdict.certificate, *equation(relation), **more).reason == ""
    if status is REFUTED:
        assert point is None or dict(verdict.witness.point) == point
        assert verdict.witness.left.startswith("[")
    if status is UNKNOWN:
        assert verdict.reason


def test_names_are_looked_through() -> None:
    assert prove_relation(Lt(a, 1), lets=(Let(a, σ),)).proved
    assert prove_relation(Le(a, Rational(1, 2)), lets=(Let(a, σ),)).status is REFUTED


def test_a_refuted_strictness_shows_equal_values() -> None:
    witness = prove_relation(Gt(1 / (a * (1 - a)), 4), variables=UNIT).witness

    assert witness.left == witness.right == "[4 +/- 0]"
    least, _ = extrema(1 / (a * (1 - a)), a, domain=interval(0, 1))
    assert (least.exact, least.at) == (4, (Rational(1, 2),))


@pytest.mark.parametrize(
    "given", [sin(z) < 0, Eq(sin(z), 0), And(Eq(sin(z), 0), Eq(y, exp(z))), Eq(y, sin(z))], ids=str
)
def test_a_point_is_made_of_numbers(given: Any) -> None:
    witness = prove(z + y, z + y + sin(z) ** 2 - z, assuming=given).witness

    assert witness is not None
    assert not any(getattr(value, "free_symbols", None) for _, value in witness.point)
