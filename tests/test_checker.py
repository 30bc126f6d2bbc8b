"""The numeric checks: right gradients pass everywhere, planted mistakes are WRONG, bounds hold."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy import Abs, Integer, Max, Piecewise, Rational, Symbol, cosh, erf, exp, log, pi, sign, sqrt, tanh

from symgrad.checker import check, check_function, check_slopes, difference, judge, points
from symgrad.core import CheckReport, Definition, Kink, Outcome, UnsupportedError, Variable, interval, one_of
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.functions import unfold
from symgrad.functions.symbols import a, alpha, beta, delta, lambda_, y, z

if TYPE_CHECKING:
    from collections.abc import Callable

CATALOGUE = {**ACTIVATIONS, **LOSSES}
every_definition = pytest.mark.parametrize("definition", CATALOGUE.values(), ids=CATALOGUE)


def derivative_of(definition: Definition) -> Any:
    """SymPy's derivative of the formula with its branches spelt out: a second source, not what is under test."""
    return unfold(definition.of).rewrite(Piecewise).diff(definition.variable)


def checked(definition: Definition, gradient: Any, **options: Any) -> CheckReport:
    return check(
        definition.applied if hasattr(definition.head, "formula") else definition.of,
        gradient,
        definition.variable,
        variables=definition.domains,
        kinks=definition.kinks,
        **options,
    )


@every_definition
def test_right_derivatives_raise_no_alarm(definition: Definition) -> None:
    report = checked(definition, derivative_of(definition))

    assert report.outcome is Outcome.OK, report.worst
    assert report.wrong == 0
    assert report.unresolved + report.floor <= report.points // 20


@pytest.mark.parametrize("function", [z**2 * sp.sin(1 / z), z**3 * sp.cos(1 / z**2), z**2 * sp.sin(exp(1 / Abs(z)))])
def test_a_quick_oscillation_is_never_called_wrong_and_a_mistake_in_it_is(function: Any) -> None:
    whole, right = (Piecewise((e, sp.Ne(z, 0)), (0, True)) for e in (function, function.diff(z)))

    assert check(whole, right, z).wrong == 0
    assert check(whole, right, z).outcome is Outcome.OK
    assert check(whole, right * (1 + Rational(1, 10**6)), z).outcome is Outcome.WRONG


@every_definition
def test_a_relative_error_of_a_billionth_is_seen(definition: Definition) -> None:
    gradient = derivative_of(definition) * (1 + Rational(1, 10**9))

    assert checked(definition, gradient).outcome is Outcome.WRONG


@every_definition
def test_a_sign_error_on_one_side_is_seen(definition: Definition) -> None:
    gradient, x = derivative_of(definition), definition.variable
    middle = 0 if definition.variables[0].domain.lower is None else Rational(1, 2)
    below, above = (Piecewise((-gradient, side), (gradient, True)) for side in (x < middle, x > middle))
    outcomes = [checked(definition, flipped).outcome for flipped in (below, above)]

    assert outcomes[1] is Outcome.WRONG or definition.name in {"hinge", "squared_hinge"}
    assert Outcome.WRONG in outcomes  # where the gradient is 0 on one side, -0 is right there


KINKED = {name: d for name, d in CATALOGUE.items() if d.kinks}


@pytest.mark.parametrize("definition", KINKED.values(), ids=KINKED)
def test_declared_kinks_have_the_declared_slopes(definition: Definition) -> None:
    crooked = tuple(Kink(k.variable, k.at, k.left - 1, k.right) for k in definition.kinks)
    right, wrong = (
        check_slopes(definition.applied, definition.variable, kinks, variables=definition.domains)
        for kinks in (definition.kinks, crooked)
    )

    assert right.outcome is Outcome.OK
    assert right.ok == right.points >= 2 * len(definition.kinks)
    assert wrong.wrong == wrong.ok >= len(definition.kinks)  # the left slopes are crooked, the right ones not
    assert checked(definition, derivative_of(definition)).kinks >= len(definition.kinks)


s = 1 / (1 + exp(-z))
softplus = log(1 + exp(z))
Φ = (1 + erf(z / sqrt(2))) / 2
relu, relu_slope = Max(0, z), Piecewise((1, z > 0), (0, True))
elu = Piecewise((z, z > 0), (alpha * (exp(z) - 1), True))
huber = Piecewise(((a - y) ** 2 / 2, Abs(a - y) <= delta), (delta * (Abs(a - y) - delta / 2), True))
bce = -(y * log(a) + (1 - y) * log(1 - a))
AT_ZERO = (Kink(z, Integer(0), Integer(0), Integer(1), torch=Integer(0), textbook=Integer(1)),)
UNIT = (Variable(a, interval(0, 1)), Variable(y, interval(0, 1, "both")))
POSITIVE = interval(0, None)
tiny = Rational(1, 10**9)


def late(right: Any, wrong: Any, where: Any) -> Any:
    """Right but where `where` holds."""
    return Piecewise((wrong, where), (right, True))


MISTAKES: dict[str, tuple[Any, Any, Any, dict[str, Any]]] = {
    "sign": (s, -s * (1 - s), z, {}),
    "factor 2": (s, 2 * s * (1 - s), z, {}),
    "the function for its derivative": (s, s, z, {}),
    "another function": (tanh(z), 1 - s**2, z, {}),
    "derivative at a instead of z": (softplus, 1 / (1 + exp(-softplus)), z, {}),
    "missing term": (z * s, s, z, {}),
    "missing chain factor": (tanh(3 * z), 1 - tanh(3 * z) ** 2, z, {}),
    "exponent off by one": (tanh(z), 1 - tanh(z) ** 3, z, {}),
    "a constant off by a billionth": (z * Φ, Φ + z * exp(-(z**2) / 2) / sqrt(2 * pi) * (1 + tiny), z, {}),
    "an added constant of a billionth": (z * Φ, Φ + z * exp(-(z**2) / 2) / sqrt(2 * pi) + tiny, z, {}),
    "sign for z < 0 only": (s, late(s * (1 - s), -s * (1 - s), z < 0), z, {}),
    "factor in the right tail": (s, late(s * (1 - s), 2 * s * (1 - s), z > 15), z, {}),
    "factor in the far right tail": (s, late(s * (1 - s), 2 * s * (1 - s), z > 300), z, {}),
    "factor in the left tail": (tanh(z), late(1 - tanh(z) ** 2, 2 - 2 * tanh(z) ** 2, z < -15), z, {}),
    "a threshold taken from a library": (softplus, late(s, 1, z > 20), z, {}),
    "swapped branches": (relu, Piecewise((0, z > 0), (1, True)), z, {"kinks": AT_ZERO}),
    "a branch point moved a little": (relu, Piecewise((1, z > tiny), (0, True)), z, {"kinks": AT_ZERO}),
    "a branch point moved far": (relu, Piecewise((1, z > 1), (0, True)), z, {"kinks": AT_ZERO}),
    "near a kink": (relu, late(relu_slope, 2, (z > 0) & (z < Rational(1, 10**6))), z, {"kinks": AT_ZERO}),
    "at a kink, beyond both slopes": (relu, late(relu_slope, 2, sp.Eq(z, 0)), z, {"kinks": AT_ZERO}),
    "at a kink, against the convention": (
        relu,
        late(relu_slope, Rational(1, 2), sp.Eq(z, 0)),
        z,
        {"kinks": AT_ZERO, "convention": "torch"},
    ),
    "the wrong side of a kink": (relu, Piecewise((1, z >= 0), (0, True)), z, {"kinks": AT_ZERO, "convention": "torch"}),
    "undefined at a smooth point": (z**2, 2 * z + Abs(z) / z - sign(z), z, {}),
    "undefined in a tail": (s, late(s * (1 - s), sqrt(-1 - z**2), z > 50), z, {}),
    "alpha forgotten": (elu, Piecewise((1, z > 0), (exp(z), True)), z, {"variables": (Variable(alpha, POSITIVE),)}),
    "the wrong parameter": (
        log(1 + exp(beta * z)) / beta,
        1 / (1 + exp(-alpha * z)),
        z,
        {"variables": (Variable(alpha, POSITIVE), Variable(beta, POSITIVE))},
    ),
    "a and y exchanged": (bce, (y - a) / (a * (1 - a)), a, {"variables": UNIT}),
    "right at one end of y only": (bce, -1 / a, a, {"variables": UNIT}),
    "wrong for one label": (
        Max(0, 1 - y * a),
        Piecewise((-1, y * a < 1), (0, True)),
        a,
        {"variables": (Variable(y, one_of(-1, 1)),)},
    ),
    "the quadratic part everywhere": (huber, a - y, a, {"variables": (Variable(delta, POSITIVE),)}),
    "delta as 1": (
        huber,
        Piecewise((a - y, Abs(a - y) <= 1), (sign(a - y), True)),
        a,
        {"variables": (Variable(delta, POSITIVE),)},
    ),
    "only where branches meet": (
        Piecewise((z**2, z > lambda_), (2 * lambda_ * z - lambda_**2, True)),
        Piecewise((2 * z, z > lambda_), (0, sp.Eq(z, lambda_)), (2 * lambda_, True)),
        z,
        {"variables": (Variable(lambda_, POSITIVE),)},
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_mistakes_are_wrong(mistake: tuple[Any, Any, Any, dict[str, Any]]) -> None:
    function, gradient, x, options = mistake

    report = check(function, gradient, x, **options)

    assert report.outcome is Outcome.WRONG
    assert report.worst is not None
    assert report.worst.outcome is Outcome.WRONG


@pytest.mark.parametrize("digits", range(2, 10))
def test_plain_functions_are_checked_to_nine_digits(digits: int) -> None:
    def slope(x: Any) -> Any:
        return 1 / np.cosh(np.clip(x, -300, 300)) ** 2

    assert check_function(np.tanh, slope).outcome is Outcome.OK
    assert check_function(np.tanh, lambda x: slope(x) * (1 + 10.0**-digits)).outcome is Outcome.WRONG


PLAIN: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "nan at the kink": (np.abs, lambda x: x / np.abs(x)),
    "infinite in the tail": (np.tanh, lambda x: 1 / np.cosh(x) ** 2 + np.where(x > 90, np.inf, 0)),
    "beyond both slopes": (np.abs, lambda x: np.where(x == 0, 1.5, np.sign(x))),
    "one side": (np.abs, lambda x: np.where(x < 0, 1.0, np.sign(x))),
}


@pytest.mark.parametrize("mistake", PLAIN.values(), ids=PLAIN)
def test_mistakes_in_plain_functions_are_wrong(mistake: tuple[Any, Any]) -> None:
    report = check_function(*mistake, kinks=(0.0,))

    assert report.outcome is Outcome.WRONG


def test_any_subgradient_passes_unless_a_convention_is_demanded() -> None:
    for value in (-1.0, -0.3, 0.0, 1.0):

        def slope(x: Any, value: float = value) -> Any:
            return np.where(x == 0, value, np.sign(x))

        assert check_function(np.abs, slope, kinks=(0.0,)).outcome is Outcome.OK
        demanded = check_function(np.abs, slope, kinks=(0.0,), convention={0.0: 0.0})
        assert demanded.outcome is (Outcome.OK if value == 0 else Outcome.WRONG)


def test_the_function_is_never_called_outside_its_domain() -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        seen.append(x)
        return np.log(x) + np.log1p(-x)

    report = check_function(f, lambda x: 1 / x - 1 / (1 - x), lower=0.0, upper=1.0)

    assert report.outcome is Outcome.OK
    assert len(seen) > 0
    assert all(((x > 0) & (x < 1)).all() for x in seen)


def test_points_outside_the_domain_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="not inside the open domain"):
        difference(np.log, [0.0, 1.0], lower=0.0)


SMOOTH: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], Callable[[Any], Any]]] = {
    "tanh": (np.tanh, mpmath.tanh, lambda x: mpmath.sech(x) ** 2),
    "arctan": (np.arctan, mpmath.atan, lambda x: 1 / (1 + mpmath.mpf(x) ** 2)),
    "softplus": (lambda x: np.logaddexp(0, x), mpmath.exp, lambda x: 1 / (1 + mpmath.exp(-x))),
    "exp(-x^2)": (lambda x: np.exp(-x * x), mpmath.exp, lambda x: -2 * x * mpmath.exp(-(mpmath.mpf(x) ** 2))),
    "sin 7x": (lambda x: np.sin(7 * x), mpmath.sin, lambda x: 7 * mpmath.cos(7 * mpmath.mpf(x))),
    "x|x|": (lambda x: x * np.abs(x), mpmath.fabs, lambda x: 2 * abs(mpmath.mpf(x))),
    "cbrt": (np.cbrt, mpmath.cbrt, lambda x: abs(mpmath.mpf(x)) ** (-mpmath.mpf(2) / 3) / 3),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_the_bound_covers_the_error(name: str) -> None:
    f, _, slope = SMOOTH[name]
    x = np.random.default_rng(7).normal(scale=3, size=400)

    found = difference(f, x)
    error = np.array([abs(float(mpmath.mpf(e) - slope(v))) for e, v in zip(found.estimate, x, strict=True)])

    assert np.isfinite(found.bound).mean() > 0.99
    assert (error <= 3 * found.bound)[~found.kink].all()
    assert np.median(found.bound[np.isfinite(found.bound)]) < 1e-11


def test_kinks_are_told_from_bends() -> None:
    for f, left, right in ((np.abs, -1, 1), (lambda x: np.maximum(x, 0.25 * x), 0.25, 1)):
        found = difference(f, [0.0])

        assert found.kink.all()
        assert abs(found.left[0] - left) <= 1e-9
        assert abs(found.right[0] - right) <= 1e-9
    assert not difference(lambda x: np.where(x > 0, x, np.expm1(x)), points()).kink.any()
    assert not difference(lambda x: x * np.abs(x), points()).kink.any()


def test_the_four_outcomes() -> None:
    estimate = difference(lambda x: x**2, [1.0, 1.0, 2.0])
    noisy = difference(lambda x: 1e15 + np.sin(x), [1.0])
    fine = replace(estimate.at(np.array([0])), bound=np.zeros(1), step=np.full(1, 2.0**-12))

    assert judge([2.0, 2.1, math.nan], estimate).tolist() == [Outcome.OK, Outcome.WRONG, Outcome.WRONG]
    assert judge([math.cos(1)], noisy).tolist() == [Outcome.UNRESOLVED]
    assert judge([2 + 1e-12], fine).tolist() == [Outcome.FLOOR]
    assert judge([2 + 1e-11], fine).tolist() == [Outcome.WRONG]
    assert judge([2.0 + 3e-15], estimate.at(np.array([0]))).tolist() == [Outcome.OK]


def test_a_textbook_form_is_not_blamed_for_its_rounding() -> None:
    forms = (s * (1 - s), exp(-z) / (1 + exp(-z)) ** 2, 1 / (4 * cosh(z / 2) ** 2), (1 - tanh(z / 2) ** 2) / 4)
    for form in forms:
        report = check(s, form, z)

        assert report.wrong == 0
        assert report.ok >= 100
    assert check_function(lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2).wrong > 0


def test_points_are_kinks_and_neighbours_tails_and_every_scale() -> None:
    found = points(kinks=(1.0,), junctions=(2.5,))

    assert {1.0, np.nextafter(1.0, 2), np.nextafter(1.0, 0), 2.5, 0.0} <= set(found.tolist())
    assert found.min() < -15
    assert found.max() > 15
    assert (np.diff(found) > 0).all()
    assert (points(kinks=(1.0,)) == points(kinks=(1.0,))).all()
    inside = points(-1.0, 1.0)
    assert inside.min() > -1
    assert inside.max() < 1
    assert (1 - inside.max()) < 1e-6


def test_finite_sets_are_enumerated_and_values_may_be_given() -> None:
    report = check(y * z, y, z, variables=(Variable(y, one_of(-1, 0, 1)),))
    given = check(y * z, y, z, values={y: [7, 8]})

    assert report.outcome is given.outcome is Outcome.OK
    assert {dict(p.point)["y"] for p in given.shown} == {7.0}
    assert check(y * z, abs(y), z, variables=(Variable(y, one_of(-1, 0, 1)),)).outcome is Outcome.WRONG


def test_a_function_without_a_numeric_form_stays_unresolved() -> None:
    odd = sp.Function("odd")

    assert check(odd(z), Integer(1), z).outcome is Outcome.UNRESOLVED


def test_nothing_is_claimed_where_the_assumption_fails() -> None:
    root = sqrt(z**2)

    assert check(root, Integer(1), z, given=z > 0).outcome is Outcome.OK
    assert check(root, Integer(1), z).outcome is Outcome.WRONG
    assert check(root, Integer(-1), z, given=z > 0).outcome is Outcome.WRONG
    kinks = (Kink(z, Integer(0), Integer(-1), Integer(1)),)
    beyond = Piecewise((2, sp.Eq(z, 0)), (sign(z), True))
    assert check(abs(z), beyond, z, given=sp.Ne(z, 0)).outcome is Outcome.OK
    assert check(abs(z), beyond, z, given=sp.Ne(z, 0), kinks=kinks).outcome is Outcome.WRONG


def test_integrals_are_checked_by_quadrature() -> None:
    t = Symbol("t", real=True)
    area = sp.Integral(log(1 + exp(t)), (t, 0, z)) - y * z

    report = check(area, softplus - y, z)

    assert report.outcome is Outcome.OK
    assert report.ok >= 100
    assert check(area, (softplus - y) * (1 + tiny), z).outcome is Outcome.WRONG
    assert check(area, softplus, z).outcome is Outcome.WRONG


def test_where_the_function_is_undefined_nothing_is_counted() -> None:
    report = check(log(z), 1 / z, z)

    assert report.outcome is Outcome.OK
    assert report.wrong == report.unresolved == 0
    assert all(dict(p.point)["z"] > 0 for p in report.shown)


def test_a_page_is_shown_round_numbers() -> None:
    shown = check(relu, relu_slope, z, kinks=AT_ZERO).shown

    assert len(shown) == 8
    assert [dict(p.point)["z"] for p in shown] == sorted(dict(p.point)["z"] for p in shown)
    assert any(dict(p.point)["z"] == 0 for p in shown)
    assert all(dict(p.point)["z"] == round(dict(p.point)["z"], 2) for p in shown)


def test_a_symbol_with_a_python_keyword_for_a_name() -> None:
    assert check(lambda_ * z, lambda_, z).outcome is Outcome.OK
    assert check(Symbol("x y", real=True) ** 2, 2 * Symbol("x y", real=True), Symbol("x y", real=True)).wrong == 0
