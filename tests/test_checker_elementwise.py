"""A user's elementwise gradient on trial: right ones pass, planted mistakes are WRONG, and where and why is said."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy import Piecewise, Rational

from symgrad.checker import Cause, Corner, Reference, check_elementwise, exact_slopes, exact_values, points, reference
from symgrad.checker.compiled import compiled
from symgrad.core import Definition, NoPointsError, Outcome, UnsupportedError, interval, one_of
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.functions import unfold
from symgrad.functions.symbols import y, z

if TYPE_CHECKING:
    from collections.abc import Callable

CATALOGUE = {**ACTIVATIONS, **LOSSES}
every_definition = pytest.mark.parametrize("definition", CATALOGUE.values(), ids=CATALOGUE)
BOTH = (True, False)  # with the exact reference, and with finite differences alone


def chosen(definition: Definition) -> dict[Any, Any]:
    """A target, off the junctions of the losses that have some."""
    others = definition.variables[1:]
    return {v.symbol: v.domain.values[0] if v.domain.values else Rational(1, 3) for v in others}


@cache
def truth(definition: Definition) -> Reference:
    return reference(definition, values=chosen(definition))


@cache
def forward(definition: Definition) -> Callable[[Any], Any]:
    usual = {p.symbol: p.default for p in definition.parameters}
    found = compiled(definition.applied.xreplace({**chosen(definition), **usual}), (definition.variable,))
    assert found is not None
    return found


def slope(definition: Definition) -> Callable[[Any], Any]:
    """The right gradient to the last digit, with the left slope on kinks."""

    def values(x: Any) -> Any:
        found = exact_slopes(truth(definition), x)
        return np.where(found.kink, found.right, found.estimate)

    return values


def outcome(definition: Definition, gradient: Callable[[Any], Any], *, exact: bool, **options: Any) -> Outcome:
    known = truth(definition)
    about = {"reference": known} if exact else {"domain": (known.lower, known.upper), "kinks": known.corners}
    return check_elementwise(forward(definition), gradient, **about, **options).outcome


@every_definition
def test_exact_slopes_are_those_of_a_second_source(definition: Definition) -> None:
    known, x = truth(definition), definition.variable
    usual = {p.symbol: p.default for p in definition.parameters}
    derivative = unfold(definition.of).rewrite(Piecewise).diff(x).xreplace({**usual, **chosen(definition)})
    second = sp.lambdify(x, derivative, "mpmath")
    at = points(known.lower, known.upper, tuple(c.at for c in known.corners), seed=11)
    at = at[np.abs(at) < 700]
    found = exact_slopes(known, at)

    with mpmath.workprec(3000):
        expected = [float(second(mpmath.mpf(v))) for v in at.tolist()]
    smooth = ~found.kink
    assert smooth.sum() >= 60
    assert np.isfinite(found.bound).all()
    assert (np.abs(np.asarray(expected) - found.estimate)[smooth] <= found.bound[smooth]).all()


@every_definition
@pytest.mark.parametrize("exact", BOTH)
def test_right_gradients_pass(definition: Definition, *, exact: bool) -> None:
    known = truth(definition)
    about = {"reference": known} if exact else {"domain": (known.lower, known.upper), "kinks": known.corners}
    report = check_elementwise(forward(definition), slope(definition), **about, seed=5)

    assert report.outcome is Outcome.OK, report.worst
    assert report.count(Outcome.WRONG) == 0
    assert report.count(Outcome.OK) >= (0.75 if definition.name in JUMPING else 0.9) * len(report.findings) >= 45
    assert report.forward is None or report.forward.outcome is Outcome.FLOOR
    assert report.stretches == ()


@every_definition
@pytest.mark.parametrize("exact", [pytest.param(True, marks=pytest.mark.slow), False])  # all together half a minute
def test_planted_mistakes_are_wrong(definition: Definition, *, exact: bool) -> None:
    right, known = slope(definition), truth(definition)
    middle = (max(known.lower, -1.0) + min(known.upper, 1.0)) / 2
    mistakes = {
        "a billionth": lambda x: right(x) * (1 + 1e-9),
        "a billionth less": lambda x: right(x) * (1 - 1e-9),
        "a billionth added": lambda x: right(x) + 1e-9,
        "the sign": lambda x: -right(x),
        "nothing": lambda x: 0 * x,
        "another place": lambda x: right(np.minimum(x + 0.37, (x + known.upper) / 2)),
        "nan in a gap": lambda x: np.where(np.abs(x - middle) < 0.05, np.nan, right(x)),
    }
    if definition.name == "identity":
        del mistakes["another place"]

    found = {name: outcome(definition, wrong, exact=exact) for name, wrong in mistakes.items()}
    assert {name for name, o in found.items() if o is not Outcome.WRONG} == set()

    sides = [
        outcome(definition, lambda x, s=s: np.where(s * (x - middle) > 0, -1, 1) * right(x), exact=exact)
        for s in (1, -1)
    ]
    assert Outcome.WRONG in sides
    flat = {"relu", "squared_relu", "threshold", "relu6", "hinge", "squared_hinge"}  # -0 is right on one side
    assert sides == [Outcome.WRONG] * 2 or definition.name in flat


JUMPING = {"hardshrink", "threshold"}  # beside a jump differences cannot tell
KINKED = {n: d for n, d in CATALOGUE.items() if any(c.left is not None for c in truth(d).corners)}


@pytest.mark.parametrize("definition", KINKED.values(), ids=KINKED)
def test_kinks(definition: Definition) -> None:
    known, right = truth(definition), slope(definition)
    x = points(known.lower, known.upper, tuple(c.at for c in known.corners))
    found = exact_slopes(known, x)
    on = [c for c in known.corners if c.at in x[found.kink]]

    for corner in on:
        n = int(np.flatnonzero(x == corner.at)[0])
        assert corner.left is not None
        assert corner.right is not None
        assert abs(found.left[n] - corner.left) + abs(found.right[n] - corner.right) < 1e-14
        low, high = sorted((corner.left, corner.right))
        for value, wanted in ((low, Outcome.OK), ((low + high) / 2, Outcome.OK), (high + 0.01, Outcome.WRONG)):

            def bent(u: Any, value: float = value, at: float = corner.at) -> Any:
                return np.where(u == at, value, right(u))

            assert outcome(definition, bent, exact=True) is wanted
            assert outcome(definition, bent, exact=True, at_kink={corner.at: value}) is Outcome.OK
            assert outcome(definition, bent, exact=True, at_kink={corner.at: value + 1}) is Outcome.WRONG
        beyond = corner.at + 1e-9 * max(1.0, abs(corner.at))

        def late(u: Any, at: float = corner.at, beyond: float = beyond, slope: float = corner.left) -> Any:
            return np.where((u > at) & (u < beyond), slope, right(u))

        assert outcome(definition, late, exact=True) is Outcome.WRONG
    assert on or definition.name == "elu"  # the slopes agree for the usual alpha


def test_conventions() -> None:
    leaky, hardswish = ACTIVATIONS["leaky_relu"], ACTIVATIONS["hardswish"]
    torch = {"leaky_relu": lambda x: np.where(x > 0, 1.0, 0.01)}
    jax = {"leaky_relu": lambda x: np.where(x >= 0, 1.0, 0.01)}

    assert outcome(leaky, torch["leaky_relu"], exact=True, at_kink="torch") is Outcome.OK
    assert outcome(leaky, torch["leaky_relu"], exact=True, at_kink="jax") is Outcome.WRONG
    assert outcome(leaky, jax["leaky_relu"], exact=False, at_kink="jax") is Outcome.OK
    assert outcome(leaky, jax["leaky_relu"], exact=False, at_kink="torch") is Outcome.WRONG
    assert outcome(hardswish, slope(hardswish), exact=True) is Outcome.OK
    for refused in ({"at_kink": "tensorflow"}, {"at_kink": "torch"}, {"at_kink": "jax", "kinks": (0.0,)}):
        with pytest.raises(UnsupportedError, match=r"at_kink"):
            check_elementwise(np.abs, np.sign, **refused)


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def relu_by_mask(x: Any) -> Any:
    g = np.ones_like(x)
    g[x <= 0] = 0
    return g


RIGHT: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "a truth value": (lambda x: np.maximum(x, 0), lambda x: x > 0, {}),
    "integers": (np.abs, lambda x: np.sign(x).astype(int), {}),
    "a mask": (lambda x: np.maximum(x, 0), relu_by_mask, {}),
    "one half at the kink": (lambda x: np.maximum(x, 0), lambda x: np.heaviside(x, 0.5), {}),
    "an undeclared kink elsewhere": (lambda x: np.abs(x - 0.25), lambda x: np.sign(x - 0.25), {}),
    "a sum of kinks": (lambda x: np.abs(x) + np.abs(x - 1), lambda x: np.sign(x) + np.sign(x - 1), {}),
    "from the output": (np.tanh, lambda x: (1 - np.tanh(x)) * (1 + np.tanh(x)), {}),
    "by another identity": (np.tanh, lambda x: 4 * sigmoid(2 * x) * sigmoid(-2 * x), {}),
    "a difference of exponentials": (np.sinh, np.cosh, {"domain": (-20, 20)}),
    "by the reciprocal": (np.log, lambda x: 1 / x, {"domain": (0, math.inf)}),
    "near a pole": (lambda x: 1 / x, lambda x: -1 / x**2, {"domain": (0, 5)}),
    "a vertical tangent at the end": (np.sqrt, lambda x: 0.5 / np.sqrt(x), {"domain": (0, math.inf)}),
    "both ends": (np.arcsin, lambda x: 1 / np.sqrt((1 - x) * (1 + x)), {"domain": (-1, 1)}),
    "a polynomial in Horner's form": (lambda x: x**3 - 2 * x, lambda x: 3 * x * x - 2, {"domain": (-100, 100)}),
    "oscillating": (lambda x: np.sin(7 * x), lambda x: 7 * np.cos(7 * x), {"domain": (-30, 30)}),
    "a bend that is no kink": (lambda x: x * np.abs(x), lambda x: 2 * np.abs(x), {}),
    "smooth to the first order": (lambda x: np.where(x > 0, x, np.expm1(x)), lambda x: np.exp(np.minimum(x, 0)), {}),
    "a number for a constant": (lambda x: 3 * x + 1, lambda _: 3, {}),
    "a list": (np.tanh, lambda x: [1 - math.tanh(v) ** 2 for v in x], {}),
    "one number at a time": (math.tanh, lambda x: 1 - math.tanh(x) ** 2, {}),
    "branches on a number": (lambda x: x if x > 0 else 0.0, lambda x: 1.0 if x > 0 else 0.0, {}),
    "in single precision": (sigmoid, lambda x: sigmoid(x.astype("f4")) * sigmoid(-x.astype("f4")), {}),
    "single precision inside": (lambda x: np.tanh(x.astype("f4")).astype(float), lambda x: 1 - np.tanh(x) ** 2, {}),
    "a large offset": (lambda x: 1e6 + np.tanh(x), lambda x: 1 - np.tanh(x) ** 2, {}),
    "a large factor": (lambda x: 1e8 * np.tanh(x), lambda x: 1e8 * (1 - np.tanh(x) ** 2), {}),
    "a small factor": (lambda x: 1e-8 * np.tanh(x), lambda x: 1e-8 * (1 - np.tanh(x) ** 2), {}),
    "a narrow feature": (lambda x: np.tanh(50 * x), lambda x: 50 * (1 - np.tanh(50 * x) ** 2), {}),
    "float32": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), {"dtype": "float32", "domain": (-80, 80)}),
    "float16": (np.tanh, lambda x: 1 - np.tanh(x) ** 2, {"dtype": "float16"}),
    "longdouble": (np.tanh, lambda x: 1 - np.tanh(x) ** 2, {"dtype": "longdouble"}),
}


HARD: dict[str, tuple[Any, Any, dict[str, Any]]] = {  # steps of the usual scale miss what these do
    "sin 7x": (lambda x: np.sin(7 * x), lambda x: 7 * np.cos(7 * x), {}),
    "sin 5000x": (lambda x: np.sin(5000 * x), lambda x: 5000 * np.cos(5000 * x), {}),
    "sin x^2": (lambda x: np.sin(x * x), lambda x: 2 * x * np.cos(x * x), {}),
    "x^2 sin(1/x)": (
        lambda x: x * x * np.sin(1 / x),
        lambda x: 2 * x * np.sin(1 / x) - np.cos(1 / x),
        {"domain": (0, math.inf)},
    ),
    "a saw": (lambda x: np.abs(x - np.round(x)), lambda x: np.sign(x - np.round(x)), {}),
    "steps and a slope": (lambda x: np.floor(x) + x, np.ones_like, {}),
    "steep": (lambda x: np.arctan(1e6 * x), lambda x: 1e6 / (1 + (1e6 * x) ** 2), {}),
    "narrow": (lambda x: np.exp(-((1e3 * x) ** 2) / 2), lambda x: -1e6 * x * np.exp(-((1e3 * x) ** 2) / 2), {}),
    "far out": (np.sin, np.cos, {"points": [1e5, 1e6 + 0.5, 3.3e7, 1e9, 1e12, 1e16, 1e300]}),
    "two points far apart": (np.sin, np.cos, {"points": [1e5, 1e16]}),
    "no digits next to 0": (lambda x: 1 - np.cos(x), np.sin, {}),
    "a huge offset": (lambda x: 1e10 + np.tanh(x), lambda x: 1 - np.tanh(x) ** 2, {}),
}


@pytest.mark.parametrize("case", HARD.values(), ids=HARD)
@pytest.mark.parametrize("seed", range(3))
def test_features_finer_than_the_steps_raise_no_alarm(case: tuple[Any, Any, dict[str, Any]], seed: int) -> None:
    f, grad, options = case

    report = check_elementwise(f, grad, **options, seed=seed)
    wrong = check_elementwise(f, lambda x: 1.01 * np.asarray(grad(x)), **options, seed=seed)

    assert report.count(Outcome.WRONG) == 0, report.worst
    assert report.count(Outcome.OK) >= len(report.findings) * 0.5
    assert wrong.outcome is Outcome.WRONG


@pytest.mark.parametrize("case", RIGHT.values(), ids=RIGHT)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_unusual_but_right(case: tuple[Any, Any, dict[str, Any]], seed: int) -> None:
    f, grad, options = case

    report = check_elementwise(f, grad, **options, seed=seed)

    assert report.outcome is Outcome.OK, report.worst
    assert report.count(Outcome.OK) >= len(report.findings) * 0.8


@pytest.mark.parametrize("exact", BOTH)
def test_where_it_is_wrong_is_found_by_bisection(*, exact: bool) -> None:
    def wrong(x: Any) -> Any:
        return np.where((x > 0.7) & (x < 2.9), 2, 1) * np.where(x < -3, 1.01, 1) * sigmoid(x) * sigmoid(-x)

    report = check_elementwise(sigmoid, wrong, reference=ACTIVATIONS["sigmoid"] if exact else None)
    around, other = report.stretches

    assert report.worst is not None
    assert around.lower <= report.worst.x <= around.upper
    assert (around.below, around.upper) == (0.7, np.nextafter(2.9, 0))
    assert (around.lower, around.above) == (np.nextafter(0.7, 1), 2.9)
    assert (other.upper, other.above) == (np.nextafter(-3, -4), -3)


def test_a_wrong_point_is_a_stretch_of_its_own() -> None:
    report = check_elementwise(np.tanh, lambda x: np.where(x == 0.25, 7, 1 - np.tanh(x) ** 2))

    assert [(s.lower, s.upper) for s in report.stretches] == [(0.25, 0.25)]
    assert report.worst is not None
    assert (report.worst.x, report.worst.given) == (0.25, 7)


CAUSES: dict[str, tuple[Any, Any, str, Cause]] = {
    "a factor": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x) * (1 + 1e-9), "sigmoid", Cause.FORMULA),
    "a sign": (np.tanh, lambda x: np.tanh(x) ** 2 - 1, "tanh", Cause.FORMULA),
    "overflow": (sigmoid, lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2, "sigmoid", Cause.ROUNDING),
    "the wrong side": (lambda x: np.maximum(x, 0), lambda x: (x < 0) * 1.0, "relu", Cause.FORMULA),
    "an error in the tail alone": (
        sigmoid,
        lambda x: np.where(x < -20, 2, 1) * sigmoid(x) * sigmoid(-x),
        "sigmoid",
        Cause.FORMULA,
    ),
    "a cancellation": (
        lambda x: np.sqrt(1 + x * x),
        lambda x: 1 - 1e6 * ((1 - x / np.sqrt(1 + x * x)) * 1e-6 + 1) + 1e6,
        "",
        Cause.ROUNDING,
    ),
}


@pytest.mark.parametrize("case", CAUSES.values(), ids=CAUSES)
def test_the_cause(case: tuple[Any, Any, str, Cause]) -> None:
    f, grad, name, cause = case

    at = np.linspace(-1000, 1000, 4001)
    report = check_elementwise(f, grad, reference=ACTIVATIONS[name] if name else None, points=at)

    assert report.outcome is Outcome.WRONG
    assert report.blame is not None
    assert report.blame.cause is cause
    assert {e.dtype for e in report.blame.evidence} >= {"float64"}


def test_an_unstable_form_is_not_called_wrong() -> None:
    for exact in BOTH:
        report = check_elementwise(
            sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)), reference=ACTIVATIONS["sigmoid"] if exact else None
        )

        assert report.outcome is Outcome.OK
        assert report.count(Outcome.WRONG) == 0
        assert (report.count(Outcome.FLOOR) > 0) is exact  # where every digit of 1 - a is lost


def test_what_rounding_does_in_the_textbook_forms_is_not_called_wrong() -> None:
    def phi(x: Any) -> Any:
        return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)

    erf = np.vectorize(math.erf, otypes=[float])
    scaled = reference(10**8 * sp.tanh(z), z)
    forms = {
        "gelu": (ACTIVATIONS["gelu"], lambda x: (1 + erf(x / np.sqrt(2))) / 2 + x * phi(x)),
        "tanhshrink": (ACTIVATIONS["tanhshrink"], lambda x: 1 - (1 - np.tanh(x) ** 2)),
        "softplus": (ACTIVATIONS["softplus"], lambda x: 1 - np.exp(-np.logaddexp(0, x))),
        "a factor": (scaled, lambda x: 1e8 * (1 - np.tanh(x) ** 2)),
    }
    for name, (of, form) in forms.items():
        report = check_elementwise(None, form, reference=of, domain=(-1e4, 1e4), count=400)

        assert report.count(Outcome.WRONG) == 0, (name, report.worst)
        assert report.count(Outcome.FLOOR) > 0, name
        wrong = check_elementwise(None, lambda x, form=form: form(x) * (1 + 1e-9), reference=of)
        assert wrong.outcome is Outcome.WRONG
        assert wrong.blame is not None
        assert wrong.blame.cause is not Cause.ROUNDING


def test_a_forward_pass_that_is_another_function_is_wrong() -> None:
    def gelu_tanh(x: Any) -> Any:
        return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))

    gelu = ACTIVATIONS["gelu"]
    report = check_elementwise(gelu_tanh, slope(gelu), reference=gelu, points=np.linspace(-5, 5, 50))

    assert report.count(Outcome.WRONG) == 0
    assert report.outcome is Outcome.WRONG
    assert report.forward is not None
    assert check_elementwise(None, slope(gelu), reference=gelu).outcome is Outcome.OK


def test_references() -> None:
    of_output = reference(-(y * sp.log(1 / (1 + sp.exp(-z))) + (1 - y) * sp.log(1 - 1 / (1 + sp.exp(-z)))), z, {y: 1})
    quarter = reference(ACTIVATIONS["elu"], values={ACTIVATIONS["elu"].parameters[0].symbol: Rational(1, 4)})

    assert (
        check_elementwise(None, lambda x: sigmoid(x) - 1, reference=of_output, domain=(-30, 30)).outcome is Outcome.OK
    )
    assert check_elementwise(None, sigmoid, reference=of_output, domain=(-30, 30)).outcome is Outcome.WRONG
    assert [(c.left, c.right) for c in quarter.corners] == [(0.25, 1.0)]
    assert exact_values(quarter, np.asarray([2.0, -math.inf]))[0][0] == 2
    with pytest.raises(UnsupportedError, match="y needs a value"):
        reference(LOSSES["binary_cross_entropy"])
    with pytest.raises(UnsupportedError, match="which one is the variable"):
        reference(y * z)
    with pytest.raises(UnsupportedError):
        reference(sp.Function("odd")(z))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_kink_that_is_no_number_of_the_type(dtype: str) -> None:
    threshold = ACTIVATIONS["threshold"]  # at 1/10
    for strict in (True, False):

        def above(x: Any, *, strict: bool = strict) -> Any:
            return (x > 0.1) if strict else (x >= 0.1)

        report = check_elementwise(
            lambda x: np.where(above(x), x, 20), lambda x: np.where(above(x), 1, 0), reference=threshold, dtype=dtype
        )
        assert report.outcome is Outcome.OK, report.worst
    late = check_elementwise(None, lambda x: np.where(x > 0.11, 1, 0), reference=threshold, dtype=dtype)
    assert late.outcome is Outcome.WRONG


@pytest.mark.parametrize(("dtype", "size"), [("float16", 1e-2), ("float32", 1e-5)])
def test_a_mistake_that_a_narrow_type_could_hide(dtype: str, size: float) -> None:
    for name in ("tanh", None):
        report = check_elementwise(
            np.tanh,
            lambda x: (1 - np.tanh(x) ** 2) * x.dtype.type(1 + size),
            dtype=dtype,
            reference=ACTIVATIONS[name] if name else None,
        )
        assert report.outcome is Outcome.WRONG


def test_what_cannot_be_checked_is_refused() -> None:
    def never(x: Any) -> Any:
        raise AssertionError(x)

    for options in ({"domain": (0, 0)}, {"points": ()}, {"domain": (5, 1)}):
        with pytest.raises(NoPointsError):
            check_elementwise(never, never, **options)
    for options in ({"domain": (0, 1), "points": [2]}, {"domain": one_of(1, 2)}):
        with pytest.raises(UnsupportedError):
            check_elementwise(never, never, **options)
    with pytest.raises(UnsupportedError, match="nothing to compare"):
        check_elementwise(None, np.tanh)


def test_domains_are_kept() -> None:
    seen: list[Any] = []

    def f(x: Any) -> Any:
        seen.append(np.asarray(x, float))
        return np.log(x)

    report = check_elementwise(f, lambda x: 1 / x, domain=interval(0, 2), kinks=(Corner(1.0),))

    assert report.outcome is Outcome.OK
    assert all(((x > 0) & (x < 2)).all() for x in seen)
    assert [k.x for k in report.kinks] == []


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_points_are_numbers_of_the_type(dtype: str) -> None:
    x = points(-math.inf, math.inf, (0.1,), dtype=dtype, wide=True)
    limits = np.finfo(dtype)
    beside = np.nextafter(np.asarray(0.1, dtype), np.asarray([0, 1], dtype)).astype(float)

    assert (x.astype(dtype).astype(float) == x).all()
    assert {float(limits.max), float(limits.smallest_subnormal), *beside.tolist()} <= set(x.tolist())
    assert (np.diff(x) > 0).all()


def test_a_slope_that_is_cut_off_is_no_rounding() -> None:
    def cut(x: Any) -> Any:
        return np.where(x < -33.5, 0, np.exp(x))

    for report in (check_elementwise(None, cut, reference=sp.exp(z)), check_elementwise(np.exp, cut)):
        assert report.outcome is Outcome.WRONG
        assert report.stretches[0].above == -33.5
        assert report.blame is not None
        assert report.blame.cause is Cause.FORMULA


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_digits_lost_one_by_one_are_rounding(dtype: str) -> None:
    def s(x: Any) -> Any:
        return 1 / (1 + np.exp(-x))

    right = (
        (ACTIVATIONS["sigmoid"], lambda x: s(x) * (1 - s(x))),
        (ACTIVATIONS["tanh"], lambda x: 1 - np.tanh(x) ** 2),
        (ACTIVATIONS["silu"], lambda x: s(x) * (1 + x * (1 - s(x)))),
    )
    for of, grad in right:
        report = check_elementwise(None, grad, reference=of, dtype=dtype, count=400)
        assert report.count(Outcome.WRONG) == 0, of.name
        assert report.count(Outcome.FLOOR) > 0


def test_a_function_of_1_over_x_is_looked_at_closely_enough() -> None:
    def f(x: Any) -> Any:
        return np.where(x == 0, 0, x * x * np.sin(1 / np.where(x == 0, 1, x)))

    def grad(x: Any) -> Any:
        u = 1 / np.where(x == 0, 1, x)
        return np.where(x == 0, 0, 2 * x * np.sin(u) - np.cos(u))

    assert check_elementwise(f, grad).count(Outcome.WRONG) == 0
    assert check_elementwise(f, lambda x: 1.001 * grad(x)).count(Outcome.WRONG) > 20


def test_waves_finer_than_the_numbers_are_not_called_wrong() -> None:
    """All floats beyond 7e13 are even: the exact slope of cos(πz) is 0 there, and πz has no digit left."""
    pi = np.float32(np.pi)
    of = reference(sp.cos(sp.pi * z), z)
    right = check_elementwise(None, lambda u: -pi * np.sin(pi * u), reference=of, dtype="float32")
    assert right.outcome is Outcome.OK
    wrong = check_elementwise(None, lambda u: pi * np.sin(pi * u), reference=of, dtype="float32")
    assert wrong.outcome is Outcome.WRONG
