"""Statements that an attack once got a wrong answer for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sympy import (
    Abs,
    Derivative,
    DiracDelta,
    Eq,
    Float,
    Function,
    Integer,
    Integral,
    LambertW,
    Max,
    Ne,
    Or,
    Piecewise,
    Pow,
    Rational,
    S,
    Subs,
    Symbol,
    erfinv,
    exp,
    false,
    log,
    oo,
    sign,
    sqrt,
    symbols,
    true,
)

from symgrad.core import Let, Status, SymgradError, interval, one_of
from symgrad.core import Variable as Lies
from symgrad.functions import D
from symgrad.prover import prove, recheck

if TYPE_CHECKING:
    from sympy import Expr
    from sympy.logic.boolalg import Boolean

PROVED, EXCEPT, REFUTED = Status.PROVED, Status.PROVED_EXCEPT, Status.REFUTED
UNKNOWN, VACUOUS, MISMATCH = Status.UNKNOWN, Status.VACUOUS, Status.DOMAIN_MISMATCH
x, y, z, t, a, J, w, p = symbols("x y z t a J w p", real=True)
f = Function("f")
NEVER_PROVED = [
    (D(Integral(Piecewise((7, Eq(t, 0)), (1, True)), (t, 0, z)), z), S(7), Eq(z, 0)),
    (Abs(z), z, Or(log(z) > 0, 2 * z < 0)),
    (Abs(z), z, Or(log(z) > 0, z < 0)),
    (z * Float(1.0000000000000002), z, true),
]
NEVER_REFUTED = [
    (D(log(z), z), D(log(z) * sign(z), z)),
    (D(z + log(w), z), D(z * sign(w) + log(w), z)),
    (D(log(z), z), 1 / Abs(z)),
]


@pytest.mark.parametrize(("left", "right", "given"), NEVER_PROVED)
def test_what_is_false_is_not_proved(left: Expr, right: Expr, given: Boolean) -> None:
    assert prove(left, right, assuming=given).status not in {PROVED, EXCEPT}


@pytest.mark.parametrize(("left", "right"), NEVER_REFUTED)
def test_what_is_true_where_it_is_defined_is_not_refuted(left: Expr, right: Expr) -> None:
    assert prove(left, right).status is not REFUTED


LOOPS = [
    ((J, a**2), (a, z)),
    ((a, a + 1),),
    ((a, y), (y, a)),
    ((a, z), (a, z**2)),
]


@pytest.mark.parametrize("lets", LOOPS)
def test_names_that_are_not_defined_one_after_another_settle_nothing(lets: tuple[tuple[Symbol, Expr], ...]) -> None:
    named = tuple(Let(symbol, value) for symbol, value in lets)

    assert prove(D(J, z), S(0), lets=named).status is UNKNOWN


def test_a_name_under_an_integral_that_changes_with_its_variable_settles_nothing() -> None:
    named = (Let(a, 2 * z),)

    assert prove(Integral(a, (z, 0, 1)), Integral(a, (t, 0, 1)), lets=named).status is UNKNOWN


def test_a_false_assumption_is_vacuous() -> None:
    assert prove(z, z, assuming=false).status is VACUOUS


def test_a_condition_in_parts_is_read_where_its_parts_have_values() -> None:
    cases = Piecewise((z, (z > 1 / x) & (z < 1)), (0, True))

    assert prove(2 * cases, cases + cases, variables=(Lies(x, interval(0, None)),)).status is PROVED
    assert prove(cases, Piecewise((z, (z < 1) & (z * x > 1)), (0, True)), variables=()).status is UNKNOWN


@pytest.mark.parametrize("values", [(2,), (2, 3), (0,), (1, 2)])
def test_a_power_is_an_integer_one_where_its_exponent_is_a_known_integer(values: tuple[int, ...]) -> None:
    statement = {"variables": (Lies(p, one_of(*values)),)}

    for left, right in ((D(z**p, z), p * Pow(z, p - 1)), (z**p * z, z ** (p + 1))):
        verdict = prove(left, right, **statement)
        if 0 in values and left.has(D):
            assert verdict.status is MISMATCH  # 0/z
            continue
        assert verdict.status is PROVED, verdict.reason
        assert recheck(verdict.certificate, left, right, **statement).ok


def test_the_slope_of_a_power_is_taken_where_its_exponent_is_an_integer_too() -> None:
    size = p * Pow(Abs(z), p - 1) * sign(z)

    for left, right, given in (
        (D(z**p, z), p * z ** (p - 1), Ne(z, 0)),
        (D(z**p, z), p * z ** (p - 1), z < 0),
        (D(Abs(z) ** p, z), size, p > 1),
    ):
        verdict = prove(left, right, assuming=given)
        assert verdict.status is PROVED, verdict.reason
        assert recheck(verdict.certificate, left, right, assuming=given).ok
    assert prove(D(z**p, z), p * z ** (p - 1), assuming=(z >= 0) & (p > 1)).status is MISMATCH  # no left side of 0


def test_a_power_of_zero_has_a_value_where_its_base_has() -> None:
    for left, lets in (((1 / z) ** p, (Let(p, Integer(0)),)), (Subs((1 / z) ** p, p, 0), ())):
        verdict = prove(left, 1, lets=lets)
        assert verdict.status is MISMATCH
        assert verdict.exceptions[0].point == ((z, 0),)
    assert prove(Subs(log(z) ** p, p, 0), 1).status is MISMATCH
    assert prove(D(Subs((1 + z**2) ** p, p, 0), z), 0).status is PROVED


def test_where_both_sides_have_values_that_differ_domains_are_not_what_differs() -> None:
    for right in (
        Piecewise((log(z) + 1, Eq(z, 1)), (log(z), z > 0), (1, True)),
        Piecewise((log(z), z > 0), (1, z < 0)) + Piecewise((1, Eq(z, 2)), (0, True)),
    ):
        assert prove(log(z), right).status is REFUTED
    slope = Piecewise((1, z > 1), (5, Eq(z, 1)), (1 / z, z > 0), (2, True))
    for w_ in prove(D(log(z), z), slope).exceptions:
        assert "undefined" in {w_.left, w_.right}


@pytest.mark.parametrize(
    "told", ["integer", "rational", "irrational", "even", "prime", "nonzero", "zero", "extended_positive", "imaginary"]
)
def test_a_symbol_that_is_no_plain_real_number_settles_nothing(told: str) -> None:
    s = Symbol("s", **{told: True})

    verdict = prove(f(s), f(s) + 1)

    assert verdict.status is UNKNOWN
    assert "declared" in verdict.reason


STRANGE = {
    "a branch": (LambertW(z, -1), z, {}),
    "a derivative of a distribution": (DiracDelta(z, 1), S(0), {}),
    "a derivative taken n times": (Derivative(f(z), (z, Symbol("n"))), z, {}),
    "values that are no numbers": (z, z + 1, {"variables": (Lies(z, one_of(z)),)}),
    "a huge number": (z * Float(10) ** 5000, z, {}),
    "infinity": (z, oo, {}),
    "a variable without a domain": (z, z + 1, {"variables": (z,)}),
    "a name without a value": (z, z + 1, {"lets": (z,)}),
    "a condition that is none": (z, z + 1, {"assuming": z}),
    "no expression": (z, None, {}),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_the_prover_does_not_know_is_unknown_with_a_reason(name: str) -> None:
    left, right, more = STRANGE[name]

    verdict = prove(left, right, **more)

    assert verdict.status is UNKNOWN
    assert verdict.reason


def test_domains_in_which_nothing_lies_are_refused() -> None:
    for make in (one_of, lambda: interval(2, 1), lambda: interval(1, 1), lambda: interval(1, 1, "left")):
        with pytest.raises(SymgradError, match="empty"):
            make()
    assert interval(1, 1, "both").lower == 1


REPLAYED = {
    "a root's slope at 0": (D(sqrt(z), z), 1 / (2 * sqrt(z))),
    "a root that has a slope at 0": (D(Abs(z) ** Rational(3, 2), z), Rational(3, 2) * sqrt(Abs(z)) * sign(z)),
    "an inverse that ends": (D(erfinv(z), z), D(erfinv(z) * 2, z) / 2),
    "parts of an inverse": (erfinv(y), Max(0, erfinv(y)) - Max(0, -erfinv(y))),
    "a parabola in an exponential": (D(Max(z, exp(z**2)), z), 2 * z * exp(z**2)),
    "a logarithm above a line": (Max(z, log(1 + exp(z))), log(1 + exp(z))),
    "a logarithm below a line": (Max(z - 1, log(z)) + log(z), z - 1 + log(z)),
    "a sign under a root": (D(sign(z) ** Rational(3, 2), z), D(sign(z) ** 3, z) / (2 * sign(z) ** Rational(3, 2))),
    "a reciprocal of a logarithm": (1 / log(y), sign(1 / log(y)) / Abs(log(y))),
}


@pytest.mark.parametrize("name", REPLAYED)
def test_what_is_proved_is_replayed(name: str) -> None:
    left, right = REPLAYED[name]

    verdict = prove(left, right)

    assert verdict.status is PROVED, (verdict.reason, verdict.exceptions)
    assert recheck(verdict.certificate, left, right).reason == ""
