"""Points at which two sides are said to differ, looked at again in other numbers: what shows nothing is refused."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
from mpmath import iv
from sympy import (
    AccumBounds,
    Add,
    And,
    Eq,
    Ge,
    Gt,
    Max,
    Min,
    Mul,
    Not,
    Or,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    log,
    sqrt,
    sympify,
)
from sympy import false as no
from sympy.core.function import FunctionClass
from sympy.logic.boolalg import ITE

from symgrad.core import Witness
from symgrad.prover.recheck_cover import between, fine
from symgrad.prover.replay import RULES as IN_NUMBERS
from symgrad.prover.replay import Numbers, replay
from symgrad.prover.replay_enclosed import RULES as IN_INTERVALS
from symgrad.prover.replay_enclosed import Intervals, replay_enclosed

z, alpha = Symbol("z", real=True), Symbol("alpha", real=True)


def case(condition: Any) -> Any:
    """1 where a condition holds, 0 elsewhere."""
    return Piecewise((1, condition), (0, True), evaluate=False)


NONE = "undefined"  # as a witness says that its left side has no value
AT = (  # two sides, an exact point, what the witness says of the left side, and whether that is so
    (case(Or(z > 5, z < 1)), 1, 0, "", False),
    (case(Or(z > 5, z < 1)), 1, 2, "", True),
    (case(And(z > -5, z < 1)), 1, 0, "", False),
    (case(And(z > -5, z < 1)), 1, 2, "", True),
    (case(Not(Or(z > 5, z < 1))), 0, 0, "", False),
    (case(ITE(z > 1, z > 5, z < 1)), 1, 0, "", False),
    (case(ITE(z > 1, z > 5, z < 1)), 1, 2, "", True),
    (case(Ge(z, 0)), 1, 0, "", False),
    (case(Gt(z, 0)), 1, 0, "", True),
    (case(Gt(log(z), log(z) - 1, evaluate=False)), 1, -1, NONE, True),  # the logarithm cancels, and has no value
    (case(Gt(log(z), log(z) - 1, evaluate=False)), 1, 1, "", False),
    (log(z), sqrt(z), -1, "", False),  # neither has a value
    (z, 1, 0, NONE, False),
    (log(z), 1, -1, "", False),
    (1 / z, 1, 0, NONE, True),
    (z**z, -1, -1, "", False),
    (z**z, 1, Rational(-1, 2), NONE, True),
)
BETWEEN = (  # two sides, what is known of the point, and whether they differ there
    (case(Eq(z**2 - 2, 0)), 0, {z: ("7/5", "3/2")}, True),
    (case(Eq(z**2 - 2, 0)), 0, {z: ("3/2", "8/5")}, False),  # no zero between them
    (case(Eq(z**2 - z + Rational(13, 50), 0)), 0, {z: ("2/5", "3/5")}, False),  # no zero, though intervals hold 0
    (case(Eq(z**2 - alpha, 0)), 0, {z: ("7/5", "3/2"), alpha: 2}, True),
    (case(Eq(z**2 - alpha, 0)), 0, {z: ("7/5", "3/2"), alpha: ("1", "3")}, False),  # many points
    (Piecewise((1, z > 0), (2, no), evaluate=False), 1, {z: ("-3/2", "-7/5")}, True),  # no case holds, so no value
    (z, 0, {z: ("-1", "1")}, False),
    (1 / z, 5, {z: ("-1", "1")}, True),
    (1 / (z**2 - 2), 5, {z: ("7/5", "3/2")}, True),
    (1 / (z**2 - 2), log(2 - z**2), {z: ("7/5", "3/2")}, False),  # neither has a value at the root
    (log(z), log(z) ** 2, {z: ("-2", "-1")}, False),
)


@pytest.mark.parametrize(("left", "right", "place", "said", "differ"), AT, ids=str)
def test_an_exact_point_shows_what_it_is_to_show(left: Any, right: Any, place: Any, said: str, differ: bool) -> None:  # noqa: FBT001 - data
    assert replay(Witness(((z, sympify(place)),), said, ""), left, sympify(right)) is differ


@pytest.mark.parametrize(("left", "right", "box", "differ"), BETWEEN, ids=str)
def test_bounds_of_a_point_show_what_they_are_to_show(left: Any, right: Any, box: Any, differ: bool) -> None:  # noqa: FBT001 - data
    point = tuple((s, AccumBounds(*map(Rational, v)) if isinstance(v, tuple) else Rational(v)) for s, v in box.items())

    assert replay_enclosed(Witness(point, "", ""), left, sympify(right)) is differ


MANY = (Add, Mul, Pow, Max, Min)


@pytest.mark.parametrize(
    "function", [f for f in {**IN_NUMBERS, **IN_INTERVALS} if f not in MANY and isinstance(f, FunctionClass)], ids=str
)
def test_functions_have_their_values(function: Any) -> None:
    place = next(q for q in (Rational(1, 3), Rational(3, 2)) if function(q).evalf(60).is_real)

    with fine(), mpmath.workdps(60):
        true = mpmath.mpf(function(place).evalf(60))
        if function in IN_NUMBERS:
            assert mpmath.almosteq(Numbers({z: place}, ()).value(function(z)), true, 1e-50)
        if function in IN_INTERVALS:
            found = Intervals({z: between(place, place)}, ()).value(function(z))
            assert found.delta < 1e-100
            assert true in found + iv.mpf(["-1e-50", "1e-50"])
