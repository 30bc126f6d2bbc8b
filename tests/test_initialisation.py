"""Gaussian integrals: closed forms inside rigorous enclosures, near misses outside, and the documents about depth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flint import arb
from sympy import Max, Piecewise, Rational, S, Symbol, exp, log, sin, sqrt, tanh

from symgrad import sigmoid
from symgrad.core import Outcome, Status, UnsupportedError
from symgrad.definitions import ACTIVATIONS
from symgrad.experiments.elementwise import elementwise
from symgrad.experiments.mean_field import second_moment as in_floats
from symgrad.functions.symbols import alpha, z
from symgrad.pipeline.enclosing import enclosed
from symgrad.pipeline.load import gather, run
from symgrad.pipeline.stages import settle
from symgrad.prover.balls import precision
from symgrad.prover.claims import settle as verdict
from symgrad.prover.gaussian import BITS, number, second_moment

FOLDER = Path(__file__).resolve().parent.parent / "derivations"
FILES = ("gaussian_integrals", "initialisation", "depth")
MODULES = {name: run(FOLDER / f"{name}.py") for name in FILES}
CLOSED = MODULES["gaussian_integrals"].CLOSED
q = MODULES["gaussian_integrals"].q
VARIANCES = (Rational(1, 10), S.One, Rational(17, 4))
BOUNDS = {  # |phi| <= A + B|z| and |phi'| <= A + B|z|; the prover settles them before they are used
    "relu": ((0, 1), (1, 0)),
    "leaky_relu": ((0, 1), (1, 0)),
    "elu": ((1, 1), (1, 0)),
    "hardtanh": ((1, 0), (1, 0)),
    "erf": ((1, 0), (2, 0)),
    "gelu": ((0, 2), (2, 0)),
    "sigmoid": ((1, 0), (1, 0)),
    "tanh": ((1, 0), (1, 0)),
    "silu": ((0, 2), (2, 0)),
    "softplus": ((1, 1), (1, 0)),
    "mish": ((0, 2), (2, 0)),
    "softsign": ((1, 0), (1, 0)),
    "hardswish": ((0, 2), (2, 0)),
}


def functions(name: str) -> tuple[object, object]:
    phi = ACTIVATIONS[name](z)
    return phi, phi.diff(z)


def closed(name: str, order: int, variance: object) -> arb:
    usual = {p.symbol: p.default for p in ACTIVATIONS[name].parameters}
    with precision(BITS):
        return number(CLOSED[name][order].xreplace({**usual, q: variance}))


@pytest.mark.parametrize("variance", VARIANCES, ids=str)
@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_form_lies_in_the_enclosure_and_a_near_miss_does_not(name: str, variance: object) -> None:
    for order, f in enumerate(functions(name)):
        found = second_moment(f, z, variance, bound=BOUNDS[name][order])
        value = closed(name, order, variance)

        assert found.rad() < 1e-18
        assert found.overlaps(value), (order, found, value)
        with precision(BITS):
            assert not found.overlaps(value * (1 + arb("1e-15")))


def test_the_closed_forms_of_one_activation_are_not_those_of_another() -> None:
    for name in CLOSED:
        found = second_moment(functions(name)[0], z, S.One, bound=BOUNDS[name][0])
        others = [other for other in CLOSED if other != name and found.overlaps(closed(other, 0, S.One))]

        assert not others, name


@pytest.mark.parametrize("name", BOUNDS)
def test_the_quadrature_of_the_experiments_lies_in_the_enclosure(name: str) -> None:
    phi = elementwise(name)
    for f, numeric, bound in zip(functions(name), (phi.phi, phi.slope), BOUNDS[name], strict=True):
        found = second_moment(f, z, Rational(3, 2), bound=bound)

        assert abs(float(found) - in_floats(numeric, 1.5, phi.kinks)) < 1e-14


def test_selu_is_lambda_times_elu_and_its_fixed_point_is_one() -> None:
    (lambda_, scale), (letter, own) = ((p.symbol, p.default) for p in ACTIVATIONS["selu"].parameters)
    with precision(BITS):
        value, slope = (number(scale**2 * form.xreplace({letter: own, q: S.One})) for form in CLOSED["elu"])

    assert lambda_.name == "lambda"
    assert letter == alpha
    assert value.overlaps(arb(1))
    assert value.rad() < 1e-30
    assert abs(float(slope) - 1.0716) < 1e-4


def test_a_maximum_and_cases_are_the_same_function() -> None:
    one = second_moment(Max(0, z), z, S(2), bound=(0, 1))
    other = second_moment(Piecewise((z, z > 0), (0, True)), z, S(2), bound=(0, 1))

    assert one.overlaps(other)
    assert one.overlaps(arb(1))


def test_a_tail_that_is_cut_off_is_counted() -> None:
    """A step far out is inside the bound of the tail, not silently 0."""
    found = second_moment(Piecewise((1, z > 30), (0, True)), z, S.One, bound=(1, 0))

    assert abs(found) < 1e-70
    assert found > 0 or found.rad() > 0


def test_a_formula_is_not_integrated_where_it_does_not_hold() -> None:
    """Beyond the reach of the integral only the bound counts: e^(840 - z) would give e^680 there, the bound e^640."""
    f = Piecewise((1, z < 420), (exp(840 - z), True))
    found = second_moment(f, z, S(400), bound=(exp(420), 0))

    assert found.overlaps(arb(1))


REFUSED = {
    "a bound that is too small": (z, S.One, (0, Rational(1, 2))),
    "a bound that is nowhere near": (exp(z), S.One, (5, 5)),
    "a variance of 0": (z, S.Zero, (0, 1)),
    "a rounded variance": (z, S(0.5), (0, 1)),
    "another letter": (z + alpha, S.One, (1, 1)),
    "an unknown function": (sin(z), S.One, (1, 0)),
    "a condition that is not linear": (Piecewise((1, z**2 > 2), (0, True)), S.One, (1, 0)),
    "an irrational kink": (Piecewise((1, z > sqrt(2)), (0, True)), S.One, (1, 0)),
    "a logarithm of what may be negative": (log(z), S.One, (1, 1)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_enclosed_is_refused(name: str) -> None:
    f, variance, bound = REFUSED[name]

    with pytest.raises(UnsupportedError):
        second_moment(f, z, variance, bound=bound)


def test_a_saturated_sigmoid_keeps_its_variance_and_its_gradient_grows() -> None:
    """The counterexample to "no initialisation repairs a sigmoid's vanishing gradient", rigorously."""
    module = MODULES["initialisation"]

    assert module.chi > 1.8
    assert module.bias > 0


def test_below_the_ceiling_a_sigmoid_has_no_such_gradient() -> None:
    """chi at the least variance that weights w allow, q = w/4, is below sqrt(w/(18 pi)), which is below 1."""
    slope = ACTIVATIONS["sigmoid"](z).diff(z)
    for w in (1, 2, 20, 56):
        chi = w * second_moment(slope, z, Rational(w, 4), bound=(1, 0))

        assert chi < (arb(w) / (18 * arb.pi())).sqrt() < 1


def in_doubles(name: str, variance: float) -> tuple[float, float]:
    """The point of a critical line by Gauss' rule."""
    phi = elementwise(name)
    weight = 1 / in_floats(phi.slope, variance, phi.kinks)
    return weight, variance - weight * in_floats(phi.phi, variance, phi.kinks)


def test_the_critical_line_that_is_drawn() -> None:
    page = MODULES["initialisation"]
    drawn = dict(zip(page.VARIANCES, page.tanh_line, strict=True))

    assert len(drawn) == 20
    for variance, point in drawn.items():
        assert point == pytest.approx(in_doubles("tanh", float(Rational(variance))), rel=1e-9, abs=1e-12)
    for q in (0.02, 1.0, 5.0):
        assert page.erf_point(q) == pytest.approx(in_doubles("erf", q), abs=1e-12)
    assert in_doubles("relu", 3.0) == pytest.approx((2, 0), abs=1e-12)


DERIVATIONS = {
    d.name: d for name in FILES for page in gather(MODULES[name], FOLDER / f"{name}.py") for d in page.derivations
}


def test_the_documents_hold_what_they_should() -> None:
    assert len(DERIVATIONS) >= 45
    assert {"layer-lagrange", "relu-mask", "he", "xavier", "critical-erf", "dead-other-paths"} <= DERIVATIONS.keys()


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_line_is_proved(name: str) -> None:
    found = settle(DERIVATIONS[name])

    assert [v.status for v in (*found.verdicts, found.claim)] == [Status.PROVED] * (len(found.verdicts) + 1)
    assert found.check is None or found.check.outcome is Outcome.OK


def test_tanh_is_where_the_theory_has_no_closed_form() -> None:
    x = Symbol("x", real=True)
    found = second_moment(tanh(x), x, S.One, bound=(1, 0))

    assert abs(float(found) - 0.394294) < 1e-6


def test_an_enclosed_mean_square_is_proved_refuted_or_left_open() -> None:
    ball, near = enclosed(sigmoid(z), 1, (1, 0), "")
    third = Rational(1, 3)

    assert verdict(near).proved
    assert verdict(replace(near, lower=third, upper=S.Half)).status is Status.REFUTED
    assert (
        verdict(replace(near, lower=near.lower, upper=Rational(ball.mid().str(12, radius=False)))).status
        is not Status.PROVED
    )
    assert verdict(replace(near, bound=(third, S.Zero))).status is Status.UNKNOWN  # |sigmoid| is not below 1/3
