"""Every activation and loss of a well-stocked library, their textbook derivatives, and all pairs that fit.

The tables are the tests' own: they share nothing with the catalogue, so that a slip in one shows in the other.
"""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from sympy import (
    Abs,
    And,
    Heaviside,
    Integer,
    Max,
    Min,
    Ne,
    Piecewise,
    Rational,
    atan,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    log,
    pi,
    sign,
    sin,
    sqrt,
    symbols,
    tanh,
    true,
)

from symgrad.core import Status, Variable, interval, one_of
from symgrad.functions import D
from symgrad.prover import Recheck, prove, recheck, replay
from symgrad.prover.kernel import SympyRing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Verdict

z, y, a = symbols("z y a", real=True)
alpha, beta, c, delta, lam = symbols("alpha beta c delta lambda", real=True)
theta, v, tau, gamma, s2 = symbols("theta v tau gamma s2", real=True)
u, w, label = symbols("u w label", real=True)  # a target in (0, 1), a positive one, one in {-1, 1}

POSITIVE = interval(0, None)
VARIABLES = (
    *(Variable(p, POSITIVE) for p in (alpha, beta, c, delta, lam, gamma, s2, w)),
    Variable(tau, interval(0, 1)),
    Variable(u, interval(0, 1)),
    Variable(label, one_of(-1, 1)),
)


def sig(x: Any) -> Any:
    return 1 / (1 + exp(-x))


def softplus(x: Any) -> Any:
    return log(1 + exp(x))


σ = sig(z)
Φ = (1 + erf(z / sqrt(2))) / 2
φ = exp(-(z**2) / 2) / sqrt(2 * pi)
K = Rational("0.044715")
inner = sqrt(2 / pi) * (z + K * z**3)
λ_selu, α_selu = Rational("1.0507009873554804934193349852946"), Rational("1.6732632423543772848170429916717")
q = Rational("1.702")

# name: function, derivative, the kinks at which there is none
ACTIVATIONS = {
    "identity": (z, Integer(1), ()),
    "relu": (Max(0, z), Piecewise((1, z > 0), (0, True)), (0,)),
    "relu by cases": (Piecewise((z, z > 0), (0, True)), Heaviside(z), (0,)),
    "leaky relu": (Piecewise((z, z >= 0), (z / 100, True)), Piecewise((1, z >= 0), (Rational(1, 100), True)), (0,)),
    "prelu": (Max(0, z) + alpha * Min(0, z), Piecewise((1, z > 0), (alpha, True)), (0,)),
    "rrelu": (Max(z, Rational(11, 48) * z), Piecewise((1, z > 0), (Rational(11, 48), True)), (0,)),
    "elu": (Piecewise((z, z > 0), (alpha * (exp(z) - 1), True)), Piecewise((1, z > 0), (alpha * exp(z), True)), (0,)),
    "celu": (
        Max(0, z) + Min(0, alpha * (exp(z / alpha) - 1)),
        Piecewise((1, z > 0), (exp(z / alpha), True)),
        (),
    ),
    "selu": (
        λ_selu * Piecewise((z, z > 0), (α_selu * (exp(z) - 1), True)),
        Piecewise((λ_selu, z > 0), (λ_selu * α_selu * exp(z), True)),
        (0,),
    ),
    "gelu": (z * Φ, Φ + z * φ, ()),
    "gelu by erfc": (z * erfc(-z / sqrt(2)) / 2, Φ + z * φ, ()),
    "gelu tanh": (
        z / 2 * (1 + tanh(inner)),
        (1 + tanh(inner)) / 2 + z / 2 * (1 - tanh(inner) ** 2) * sqrt(2 / pi) * (1 + 3 * K * z**2),
        (),
    ),
    "quick gelu": (z * sig(q * z), sig(q * z) * (1 + q * z * (1 - sig(q * z))), ()),
    "silu": (z * σ, σ * (1 + z * (1 - σ)), ()),
    "swish": (z * sig(beta * z), sig(beta * z) + beta * z * sig(beta * z) * (1 - sig(beta * z)), ()),
    "mish": (z * tanh(softplus(z)), tanh(softplus(z)) + z * σ * (1 - tanh(softplus(z)) ** 2), ()),
    "softplus": (log(1 + exp(beta * z)) / beta, sig(beta * z), ()),
    "sigmoid": (σ, σ * (1 - σ), ()),
    "sigmoid by tanh": ((1 + tanh(z / 2)) / 2, exp(-z) / (1 + exp(-z)) ** 2, ()),
    "logsigmoid": (-log(1 + exp(-z)), 1 - σ, ()),
    "tanh": (tanh(z), 1 - tanh(z) ** 2, ()),
    "tanhshrink": (z - tanh(z), tanh(z) ** 2, ()),
    "softsign": (z / (1 + Abs(z)), 1 / (1 + Abs(z)) ** 2, ()),
    "softshrink": (
        Piecewise((z - lam, z > lam), (z + lam, z < -lam), (0, True)),
        Piecewise((1, Abs(z) > lam), (0, True)),
        (lam, -lam),
    ),
    "hardshrink": (
        Piecewise((z, Abs(z) > lam), (0, True)),
        Piecewise((1, Abs(z) > lam), (0, True)),
        (lam, -lam),
    ),
    "hardtanh": (Max(-1, Min(1, z)), Piecewise((1, Abs(z) < 1), (0, True)), (1, -1)),
    "hardsigmoid": (
        Min(1, Max(0, z / 6 + Rational(1, 2))),
        Piecewise((Rational(1, 6), Abs(z) < 3), (0, True)),
        (3, -3),
    ),
    "hardswish": (
        z * Min(Max(0, z + 3), 6) / 6,
        Piecewise((0, z < -3), (1, z > 3), ((2 * z + 3) / 6, True)),
        (3, -3),
    ),
    "relu6": (Min(6, Max(0, z)), Piecewise((1, And(z > 0, z < 6)), (0, True)), (0, 6)),
    "threshold": (Piecewise((z, z > theta), (v, True)), Piecewise((1, z > theta), (0, True)), (theta,)),
    "squared relu": (Max(0, z) ** 2, 2 * Max(0, z), ()),
    "erf": (erf(z), 2 / sqrt(pi) * exp(-(z**2)), ()),
    "atan": (atan(z), 1 / (1 + z**2), ()),
    "lisht": (z * tanh(z), tanh(z) + z * (1 - tanh(z) ** 2), ()),
    "lecun tanh": (
        Rational("1.7159") * tanh(2 * z / 3),
        Rational("1.7159") * Rational(2, 3) * (1 - tanh(2 * z / 3) ** 2),
        (),
    ),
    "gaussian": (exp(-(z**2)), -2 * z * exp(-(z**2)), ()),
    "bent identity": ((sqrt(z**2 + 1) - 1) / 2 + z, z / (2 * sqrt(z**2 + 1)) + 1, ()),
    "isru": (z / sqrt(1 + alpha * z**2), (1 / sqrt(1 + alpha * z**2)) ** 3, ()),
    "squareplus": ((z + sqrt(z**2 + beta)) / 2, (1 + z / sqrt(z**2 + beta)) / 2, ()),
    "snake": (z + sin(alpha * z) ** 2 / alpha, 1 + sin(2 * alpha * z), ()),
    "serf": (z * erf(softplus(z)), erf(softplus(z)) + 2 / sqrt(pi) * z * exp(-(softplus(z) ** 2)) * σ, ()),
    "tanhexp": (z * tanh(exp(z)), tanh(exp(z)) - z * exp(z) * (tanh(exp(z)) ** 2 - 1), ()),
    "smelu": (
        Piecewise((0, z <= -beta), (z, z >= beta), ((z + beta) ** 2 / (4 * beta), True)),
        Piecewise((0, z <= -beta), (1, z >= beta), ((z + beta) / (2 * beta), True)),
        (),
    ),
    "cosine unit": (cos(z) - z, -sin(z) - 1, ()),
}

# name: loss of a and its target, derivative in a, whose outputs it takes, the kinks in a
LOSSES = {
    "half squared error": ((a - y) ** 2 / 2, a - y, "reals", ()),
    "squared error": ((a - y) ** 2, 2 * (a - y), "reals", ()),
    "absolute error": (Abs(a - y), sign(a - y), "reals", (y,)),
    "cross-entropy": (-(u * log(a) + (1 - u) * log(1 - a)), (a - u) / (a * (1 - a)), "unit", ()),
    "cross-entropy of logits": (Max(a, 0) - a * u + log(1 + exp(-Abs(a))), sig(a) - u, "reals", ()),
    "softplus form": (softplus(a) - u * a, sig(a) - u, "reals", ()),
    "negative log": (-log(a), -1 / a, "positive", ()),
    "kl": (u * (log(u) - log(a)), -u / a, "positive", ()),
    "kl of logs": (u * (log(u) - a), -u, "reals", ()),
    "huber": (
        Piecewise(((a - y) ** 2 / 2, Abs(a - y) <= delta), (delta * (Abs(a - y) - delta / 2), True)),
        Max(-delta, Min(delta, a - y)),
        "reals",
        (),
    ),
    "smooth l1": (
        Piecewise(((a - y) ** 2 / (2 * beta), Abs(a - y) < beta), (Abs(a - y) - beta / 2, True)),
        Piecewise(((a - y) / beta, Abs(a - y) < beta), (sign(a - y), True)),
        "reals",
        (),
    ),
    "log-cosh": (log(cosh(a - y)), tanh(a - y), "reals", ()),
    "poisson of logs": (exp(a) - w * a, exp(a) - w, "reals", ()),
    "poisson": (a - w * log(a + Rational(1, 10**8)), 1 - w / (a + Rational(1, 10**8)), "positive", ()),
    "gaussian nll": ((log(s2) + (a - y) ** 2 / s2) / 2, (a - y) / s2, "reals", ()),
    "hinge": (Max(0, 1 - label * a), Piecewise((-label, label * a < 1), (0, True)), "reals", (1 / label,)),
    "squared hinge": (Max(0, 1 - label * a) ** 2, -2 * label * Max(0, 1 - label * a), "reals", ()),
    "soft margin": (log(1 + exp(-label * a)), -label * sig(-label * a), "reals", ()),
    "focal": (
        -((1 - a) ** gamma) * log(a),
        gamma * (1 - a) ** (gamma - 1) * log(a) - (1 - a) ** gamma / a,
        "unit",
        (),
    ),
    "exponential": (exp(-label * a), -label * exp(-label * a), "reals", ()),
    "quantile": (
        Max(tau * (y - a), (tau - 1) * (y - a)),
        Piecewise((1 - tau, a > y), (-tau, True)),
        "reals",
        (y,),
    ),
    "cauchy": (c**2 / 2 * log(1 + (a - y) ** 2 / c**2), (a - y) / (1 + (a - y) ** 2 / c**2), "reals", ()),
    "charbonnier": (sqrt((a - y) ** 2 + c**2), (a - y) / sqrt((a - y) ** 2 + c**2), "reals", ()),
}
OUTPUTS = {
    "unit": {"sigmoid", "sigmoid by tanh"},
    "positive": {"sigmoid", "sigmoid by tanh", "softplus", "gaussian", "squareplus"},
}

# the forms that textbooks end with, where they are not the plain chain product
SPECIAL = {
    "sigmoid and cross-entropy": (D(-(u * log(σ) + (1 - u) * log(1 - σ)), z), σ - u),
    "sigmoid and softplus form": (D(softplus(z) - u * z, z), σ - u),
    "sigmoid and focal": (D(-((1 - σ) ** gamma) * log(σ), z), (1 - σ) ** gamma * (gamma * σ * log(σ) - (1 - σ))),
    "sigmoid and negative log": (D(-log(σ), z), σ - 1),
    "softmax of two": (D(-log(exp(z) / (exp(z) + exp(c))), z), exp(z) / (exp(z) + exp(c)) - 1),
    "tanh and soft margin": (D(softplus(-2 * z), z), tanh(z) - 1),
    "silu by its output": (D(z * σ, z), σ + z * σ * (1 - σ)),
    "silu by its output, again": (D(z * σ, z), z * σ + σ * (1 - z * σ)),
    "mish, the paper's form": (
        D(z * tanh(softplus(z)), z),
        exp(z)
        * (4 * (z + 1) + 4 * exp(2 * z) + exp(3 * z) + exp(z) * (4 * z + 6))
        / (2 * exp(z) + exp(2 * z) + 2) ** 2,
    ),
    "softplus squared": (D(softplus(z) ** 2 / 2, z), softplus(z) * σ),
    "isru as a cube": (D(z / sqrt(1 + alpha * z**2), z), (z / sqrt(1 + alpha * z**2)) ** 3 / z**3),
    "log-cosh by sigmoid": (D(log(cosh(z - y)), z), 2 * sig(2 * (z - y)) - 1),
    "elu by its output": (
        D(Piecewise((z, z > 0), (alpha * (exp(z) - 1), True)), z),
        Piecewise((1, z > 0), (Piecewise((z, z > 0), (alpha * (exp(z) - 1), True)) + alpha, True)),
    ),
    "celu second derivative": (
        D(D(Piecewise((z, z > 0), (alpha * (exp(z / alpha) - 1), True)), z), z),
        Piecewise((0, z > 0), (exp(z / alpha) / alpha, True)),
    ),
    "prelu by alpha": (D(Max(0, z) + alpha * Min(0, z), alpha), Min(0, z)),
    "swish by beta": (D(z * sig(beta * z), beta), z**2 * sig(beta * z) * (1 - sig(beta * z))),
    "softplus by beta": (
        D(log(1 + exp(beta * z)) / beta, beta),
        z * sig(beta * z) / beta - log(1 + exp(beta * z)) / beta**2,
    ),
}
SLOPELESS_AT_0 = {"elu by its output", "celu second derivative"}


def off(variable: Any, kinks: tuple[Any, ...]) -> Any:
    """The condition that the variable is at none of the kinks."""
    return And(*(Ne(variable, k) for k in kinks)) if kinks else true


def pairs() -> Iterator[Any]:
    """Every activation under every loss that takes its outputs; the condition leaves out the kinks of both."""
    for phi, (f, df, kinks) in ACTIVATIONS.items():
        for name, (loss, slope, takes, corners) in LOSSES.items():
            if takes == "reals" or phi in OUTPUTS[takes]:
                given = And(off(z, kinks), off(f, corners))
                yield pytest.param(D(loss.xreplace({a: f}), z), slope.xreplace({a: f}) * df, given, id=f"{phi}-{name}")


PAIRS = tuple(pairs())
SAMPLE = tuple(Random(3).sample(PAIRS, 90))  # noqa: S311 - a sample, no secret


def require_proved(left: Any, right: Any, given: Any = true) -> Verdict:
    verdict = prove(left, right, variables=VARIABLES, assuming=given)

    assert verdict.status is Status.PROVED, (verdict.reason, verdict.witness, verdict.exceptions)
    assert recheck(verdict.certificate, left, right, variables=VARIABLES, assuming=given) == Recheck(ok=True)
    return verdict


def test_the_tables_are_full() -> None:
    assert (len(ACTIVATIONS), len(LOSSES), len(SPECIAL)) == (44, 23, 17)
    assert len(PAIRS) == 811


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivative_of_an_activation_is_proved_off_its_kinks(name: str) -> None:
    f, slope, kinks = ACTIVATIONS[name]

    require_proved(D(f, z), slope, off(z, kinks))


@pytest.mark.parametrize("name", [n for n, entry in ACTIVATIONS.items() if entry[2]])
def test_kinks_of_an_activation_are_told(name: str) -> None:
    f, slope, kinks = ACTIVATIONS[name]

    verdict = prove(D(f, z), slope, variables=VARIABLES)

    assert verdict.status is Status.DOMAIN_MISMATCH
    assert len(verdict.exceptions) >= len(kinks)
    assert all(w.left == "undefined" != w.right for w in verdict.exceptions)
    assert all(replay(w, D(f, z), slope) for w in verdict.exceptions)


@pytest.mark.parametrize("name", LOSSES)
def test_derivative_of_a_loss_is_proved_off_its_kinks(name: str) -> None:
    loss, slope, takes, kinks = LOSSES[name]
    domain = {"unit": interval(0, 1), "positive": POSITIVE, "reals": interval(None, None)}[takes]

    statement = {"variables": (*VARIABLES, Variable(a, domain)), "assuming": off(a, kinks)}

    verdict = prove(D(loss, a), slope, **statement)

    assert verdict.status is Status.PROVED, (verdict.reason, verdict.witness, verdict.exceptions)
    assert recheck(verdict.certificate, D(loss, a), slope, **statement).ok


@pytest.mark.parametrize("name", SPECIAL)
def test_textbook_forms_are_proved(name: str) -> None:
    left, right = SPECIAL[name]
    if name not in SLOPELESS_AT_0:
        require_proved(left, right)
        return

    verdict = prove(left, right, variables=VARIABLES)

    assert verdict.status is Status.DOMAIN_MISMATCH
    require_proved(left, right, Ne(z, 0))


@pytest.mark.parametrize(("left", "right", "given"), SAMPLE)
def test_pairs_are_proved(left: Any, right: Any, given: Any) -> None:
    require_proved(left, right, given)


@pytest.mark.slow
@pytest.mark.parametrize(("left", "right", "given"), PAIRS)
def test_every_pair_is_proved(left: Any, right: Any, given: Any) -> None:
    require_proved(left, right, given)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_both_kernels_agree(name: str) -> None:
    f, slope, kinks = ACTIVATIONS[name]

    by_flint = prove(D(f, z), slope, variables=VARIABLES)
    by_sympy = prove(D(f, z), slope, variables=VARIABLES, kernel=SympyRing)

    assert by_flint.status is by_sympy.status
    assert bool(by_flint.certificate) == bool(by_sympy.certificate) == (not kinks)


def differs(left: Any, right: Any) -> bool:
    """Whether two expressions have different values somewhere, at 40 digits."""
    values = dict.fromkeys((alpha, beta, lam, v, theta), Rational(3, 7))
    return any(abs((left - right).subs({**values, z: Rational(x, 100)}).evalf(40)) > 1e-25 for x in (217, -131, 29))


def wrong(slope: Any) -> Iterator[Any]:
    """Mistakes a person makes in a derivative."""
    yield -slope
    yield slope * (1 + Rational(1, 10**9))
    yield slope + Rational(1, 10**12)
    yield slope.xreplace({z: -z}) if z in slope.free_symbols else slope / 2
    yield slope * σ
    yield slope + z


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_planted_mistakes_are_refuted_with_a_witness_that_replays(name: str) -> None:
    f, slope, _ = ACTIVATIONS[name]
    refuted = 0
    for mistake in wrong(slope):
        if not differs(mistake, slope):
            continue

        verdict = prove(D(f, z), mistake, variables=VARIABLES)

        assert verdict.status is Status.REFUTED, (mistake, verdict.reason)
        assert replay(verdict.witness, D(f, z), mistake)
        refuted += 1

    assert refuted >= 5


def test_a_swapped_branch_is_refuted() -> None:
    f, _, kinks = ACTIVATIONS["leaky relu"]
    swapped = Piecewise((Rational(1, 100), z >= 0), (1, True))

    verdict = prove(D(f, z), swapped, assuming=off(z, kinks))

    assert verdict.status is Status.REFUTED
    assert replay(verdict.witness, D(f, z), swapped)


def test_a_certificate_is_small_and_plain() -> None:
    verdict = require_proved(D(σ, z), σ * (1 - σ))

    data = json.loads(verdict.certificate)

    assert len(verdict.certificate) < 2000
    assert data["version"] == 3
