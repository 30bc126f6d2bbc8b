"""Statements that an attack once got a wrong answer for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sympy import Abs, Eq, Float, Integral, Or, Piecewise, S, Symbol, false, log, sign, symbols, true

from symgrad.core import Let, Status, interval
from symgrad.core import Variable as Lies
from symgrad.functions import D
from symgrad.prover import prove

if TYPE_CHECKING:
    from sympy import Expr
    from sympy.logic.boolalg import Boolean

PROVED, EXCEPT, REFUTED = Status.PROVED, Status.PROVED_EXCEPT, Status.REFUTED
UNKNOWN, VACUOUS = Status.UNKNOWN, Status.VACUOUS
x, y, z, t, a, J, w = symbols("x y z t a J w", real=True)
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
