"""The prover's answers: identities at the edge of the class, kinks, domains, lets, refusals, traps of SymPy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sympy import (
    Abs,
    AccumBounds,
    And,
    Derivative,
    Eq,
    Float,
    Function,
    Heaviside,
    Integer,
    Integral,
    LambertW,
    Max,
    Min,
    Ne,
    Or,
    Piecewise,
    Rational,
    Subs,
    acosh,
    asinh,
    atanh,
    cos,
    cosh,
    coth,
    diff,
    erf,
    erfc,
    erfinv,
    exp,
    expand,
    gamma,
    hermite,
    log,
    pi,
    sign,
    simplify,
    sin,
    sinh,
    sqrt,
    symbols,
    tan,
    tanh,
    true,
)
from sympy.codegen.cfunctions import expm1, log1p

from symgrad.core import Status, Variable, interval
from symgrad.functions import D
from symgrad.prover import confirms, prove, recheck, replay, sign_of
from symgrad.prover.kernel import SympyRing

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.core import Verdict


x, y, z, t, a, J = symbols("x y z t a J", real=True)
α, β, p, r, b = symbols("alpha beta p r b", real=True)
f, g = Function("f"), Function("g")
PROVED, EXCEPT, REFUTED = Status.PROVED, Status.PROVED_EXCEPT, Status.REFUTED
MISMATCH, UNKNOWN, VACUOUS = Status.DOMAIN_MISMATCH, Status.UNKNOWN, Status.VACUOUS
POSITIVE = tuple(Variable(s, interval(0, None)) for s in (α, β, p, r))
σ = 1 / (1 + exp(-z))
Φ = (1 + erf(z / sqrt(2))) / 2
φ = exp(-(z**2) / 2) / sqrt(2 * pi)


def hermite_e(n: int) -> Any:
    return 2 ** (-Rational(n, 2)) * hermite(n, z / sqrt(2))


def nested(n: int, kink: Callable[[Any], Any]) -> Any:
    e = z
    for k in range(n):
        e = kink(e - Rational(1, k + 2)) + e / 3
    return e


def softmax_slope(n: int) -> tuple[Any, Any]:
    logits = symbols(f"z1:{n + 1}", real=True)
    targets = [*symbols(f"y1:{n}", real=True)]
    targets.append(1 - sum(targets))
    total = sum(map(exp, logits))
    loss = -sum(q * log(exp(l) / total) for q, l in zip(targets, logits, strict=True))
    return D(loss, logits[0]), exp(logits[0]) / total - targets[0]


relu = Max(0, z)
FAR = (z**2 - 10**60) ** 2 - 1  # its factors have coefficients beyond 64 bits
elu = Piecewise((z, z > 0), (α * (exp(z) - 1), True))
huber = Piecewise((z**2 / 2, Abs(z) <= β), (β * (Abs(z) - β / 2), True))

# name: left, right, assumption, expected
STATEMENTS = {
    # identities of functions
    "stable log-sum-exp": (Max(x, y) + log(1 + exp(-Abs(x - y))), log(exp(x) + exp(y)), true, PROVED),
    "log-sum-exp with a temperature": (
        β * log(exp(x / β) + exp(y / β)),
        x + β * log(1 + exp((y - x) / β)),
        true,
        PROVED,
    ),
    "asinh by log": (asinh(z), log(z + sqrt(z**2 + 1)), true, PROVED),
    "atanh by log": (atanh(z), log((1 + z) / (1 - z)) / 2, true, PROVED),
    "acosh has its own domain": (acosh(z), log(z + sqrt(z - 1) * sqrt(z + 1)), true, PROVED),
    "cosh of acosh": (cosh(acosh(z)), z, z >= 1, PROVED),
    "slope of asinh": (D(log(z + sqrt(z**2 + 1)), z), 1 / sqrt(z**2 + 1), true, PROVED),
    "slope of acosh": (D(acosh(z), z), 1 / sqrt(z**2 - 1), z > 1, PROVED),
    "tanh by sigmoid": (tanh(z / 2), 2 * σ - 1, true, PROVED),
    "coth": (coth(z) * tanh(z), 1, Ne(z, 0), PROVED),
    "sinh and cosh": (cosh(z) ** 2 - sinh(z) ** 2, 1, true, PROVED),
    "tan": (tan(z), sin(z) / cos(z), true, PROVED),
    "three times an angle": (sin(3 * z), 3 * sin(z) - 4 * sin(z) ** 3, true, PROVED),
    "double angle": (D(z + sin(α * z) ** 2 / α, z), 1 + 2 * sin(α * z) * cos(α * z), true, PROVED),
    "erfc": (erfc(z), 1 - erf(z), true, PROVED),
    "erf is odd": (erf(-z), -erf(z), true, PROVED),
    "erfinv undoes erf": (erfinv(erf(z)), z, true, PROVED),
    "erf undoes erfinv": (erf(erfinv(z)), z, And(z > -1, z < 1), PROVED),
    "slope of erfinv": (D(erfinv(z), z), sqrt(pi) / 2 * exp(erfinv(z) ** 2), And(z > -1, z < 1), PROVED),
    "log1p and expm1": (log1p(expm1(z)), z, true, PROVED),
    "logit of sigmoid": (log(σ / (1 - σ)), z, true, PROVED),
    "gelu is odd but for z": (z * Φ - (-z * Φ.subs(z, -z)), z, true, PROVED),
    "a power of a sum of exponentials": ((1 + exp(z)) ** y, exp(y * log(1 + exp(z))), true, PROVED),
    "logarithms of numbers": (log(8 * p) / log(2), 3 + log(p) / log(2), true, PROVED),
    "roots of constants": (sqrt(2 / pi) * sqrt(pi / 2) * z, z, true, PROVED),
    "x to the x": (D(p**p, p), p**p * (log(p) + 1), true, PROVED),
    "slope of a power of |z|": (D(Abs(z) ** p, z), p * Abs(z) ** (p - 1) * sign(z), Ne(z, 0), PROVED),
    "a root of a square": (sqrt(z**2 + 2 * z + 1), Abs(z + 1), true, PROVED),
    "max by |.|": (Max(x, y), (x + y + Abs(x - y)) / 2, true, PROVED),
    "nested clamps": (Max(-1, Min(1, z)), (Abs(z + 1) - Abs(z - 1)) / 2, true, PROVED),
    "max in max": (Max(0, Max(0, Max(0, z))), Max(0, z), true, PROVED),
    "gelu, eighth derivative": (
        D(diff(z * Φ, z, 7), z),
        8 * expand(hermite_e(6)) * φ - z * expand(hermite_e(7)) * φ,
        true,
        PROVED,
    ),
    "softmax of three": (*softmax_slope(3), true, PROVED),
    "softmax of twelve": (*softmax_slope(12), true, PROVED),
    "eight nested kinks": (nested(8, lambda e: Max(0, e)), nested(8, lambda e: (e + Abs(e)) / 2), true, PROVED),
    "gamma is opaque": (gamma(p) * 2 - gamma(p), gamma(p), true, PROVED),
    "lambert is opaque": (D(LambertW(p), p) * (1 + LambertW(p)), exp(-LambertW(p)), true, PROVED),
    "floats are decimals": (Float("0.1") * z, z / 10, true, PROVED),
    # derivatives at kinks
    "relu": (D(relu, z), Piecewise((1, z > 0), (0, True)), true, MISMATCH),
    "relu off its kink": (D(relu, z), Piecewise((1, z > 0), (0, True)), Ne(z, 0), PROVED),
    "relu squared": (D(relu**2, z), 2 * relu, true, PROVED),
    "relu squared by cases": (D(Piecewise((z**2, z > 0), (0, True)), z), 2 * relu, true, PROVED),
    "relu squared, twice": (D(D(relu**2, z), z), 2 * Heaviside(z), Ne(z, 0), PROVED),
    "relu cubed, twice": (D(D(relu**3, z), z), 6 * relu, true, PROVED),
    "z|z|": (D(z * Abs(z), z), 2 * Abs(z), true, PROVED),
    "|z|": (D(Abs(z), z), sign(z), Or(z > 0, z < 0), PROVED),
    "|z|^3, twice": (D(D(Abs(z) ** 3, z), z), 6 * Abs(z), true, PROVED),
    "huber is smooth": (D(huber, z), Max(-β, Min(β, z)), true, PROVED),
    "elu": (D(elu, z), Piecewise((1, z > 0), (α * exp(z), True)), true, MISMATCH),
    "elu with alpha 1": (D(elu.subs(α, 1), z), Piecewise((1, z > 0), (exp(z), True)), true, PROVED),
    "elu given alpha 1": (D(elu, z), Piecewise((1, z > 0), (exp(z), True)), Eq(α, 1), PROVED),
    "elu by alpha": (D(elu, α), Piecewise((0, z > 0), (exp(z) - 1, True)), true, PROVED),
    "a jump has no slope": (D(sign(z), z), 0, true, MISMATCH),
    "touching zero": (D(Abs(z**2), z), 2 * z, true, PROVED),
    "one side only": (D(z ** Rational(3, 2), z), 3 * sqrt(z) / 2, z > 0, PROVED),
    "no slope at an end": (D(z ** Rational(3, 2), z), 3 * sqrt(z) / 2, z >= 0, MISMATCH),
    "a transcendental kink": (D(Max(z * σ, 1), z), Piecewise((D(z * σ, z), z * σ > 1), (0, True)), true, MISMATCH),
    "a slope that vanishes at a kink": (D(Abs(z * exp(z) - y), z), D(Abs(y - z * exp(z)), z), true, PROVED),
    # calculus
    "product rule": (D(f(z) * g(z), z), D(f(z), z) * g(z) + f(z) * D(g(z), z), true, PROVED),
    "quotient rule": (
        D(f(z) / g(z), z),
        (D(f(z), z) * g(z) - f(z) * D(g(z), z)) / g(z) ** 2,
        Ne(g(z), 0),
        PROVED,
    ),
    "chain rule": (D(f(g(z)), z), Subs(D(f(t), t), t, g(z)) * D(g(z), z), true, PROVED),
    "chain rule, SymPy's way": (D(f(g(z)), z), diff(f(g(z)), z), true, PROVED),
    "power rule": (D(f(z) ** 3, z), 3 * f(z) ** 2 * D(f(z), z), true, PROVED),
    "log rule": (D(log(f(z)), z), D(f(z), z) / f(z), f(z) > 0, PROVED),
    "exp rule": (D(exp(f(z)), z), exp(f(z)) * Derivative(f(z), z), true, PROVED),
    "order of differentiation": (D(D(f(x, y), x), y), D(D(f(x, y), y), x), true, PROVED),
    "fundamental theorem": (D(Integral(tanh(t), (t, 0, z)), z), tanh(z), true, PROVED),
    "fundamental theorem, inner slope": (D(Integral(exp(t), (t, y, z**2)), z), 2 * z * exp(z**2), true, PROVED),
    "integral of a logit": (
        D(Integral(log(t / (1 - t)), (t, Rational(1, 2), z)), z),
        log(z / (1 - z)),
        And(z > 0, z < 1),
        PROVED,
    ),
    "an integrand with a pole": (D(Integral(1 / t, (t, -1, z)), z), 1 / z, z > 0, UNKNOWN),
    "a wrong rule": (D(f(z) * g(z), z), D(f(z), z) * D(g(z), z), true, UNKNOWN),
    # domains
    "log of a product": (log(x * y), log(Abs(x)) + log(Abs(y)), true, MISMATCH),
    "log of a product, both positive": (log(x * y), log(x) + log(y), And(x > 0, y > 0), PROVED),
    "log of a square": (log(z**2), 2 * log(z), true, MISMATCH),
    "a removable point": ((z**2 - 1) / (z - 1), z + 1, true, MISMATCH),
    "a removable point left out": ((z**2 - 1) / (z - 1), z + 1, Ne(z, 1), PROVED),
    "no point": (z, z + 1, And(z > 0, z < 0), VACUOUS),
    "no point, harder": (z, z + 1, z**2 + 1 < 0, VACUOUS),
    "no values": (log(-1 - z**2), sqrt(-2 - z**2), true, VACUOUS),
    "both undefined at one point": (1 / z, (1 + z - 1) / z**2, true, PROVED),
    # differences
    "a coefficient off by 1e-300": (σ * (1 - σ), σ * (1 - σ) * (1 + Rational(1, 10**300)), true, REFUTED),
    "exponents that are far apart": (exp(z), exp(z * (1 + Rational(1, 10**9))), true, REFUTED),
    "different beyond 40": (Piecewise((1, z > 40), (0, True)), Integer(0), true, REFUTED),
    "different on a short interval": (
        Piecewise((1, And(z > 7, z < 7 + Rational(1, 10**15))), (0, True)),
        Integer(0),
        true,
        REFUTED,
    ),
    "numbers of 60 digits": (Max(0, FAR), (FAR + Abs(FAR)) / 2, true, PROVED),
    "a root beside what is 0": (D(z * sqrt(Abs(z)), z), 3 * sqrt(Abs(z)) / 2, true, PROVED),
    "a root of 0 beside what is 0": (D(z * sqrt(Max(0, z)), z), 3 * sqrt(Max(0, z)) / 2, true, PROVED),
    "a root beside what is not 0 everywhere": (
        D(z * (1 + sqrt(Abs(z))), z),
        3 * sqrt(Abs(z)) / 2 + sign(z) ** 2,
        true,
        EXCEPT,
    ),
    "a root beside a kink": (D(Abs(z) * (1 + sqrt(Abs(z))), z), sign(z) * (1 + 3 * sqrt(Abs(z)) / 2), true, MISMATCH),
    "different at one point": (Piecewise((1, Eq(z, 3)), (0, True)), Integer(0), true, EXCEPT),
    "different at a root": (Max(z * σ, 1), Piecewise((z * σ, z * σ > 1), (1, z * σ < 1), (7, True)), true, EXCEPT),
    "an inequality that never holds": (Piecewise((1, z * σ < -1), (0, True)), Integer(0), true, PROVED),
    "an equation that never holds": (Piecewise((1, Eq(z * exp(z), -1)), (0, True)), Integer(0), true, PROVED),
    "an inequality that analysis excludes": (
        Piecewise((1, z * exp(z) < -Rational(1, 2)), (0, True)),
        Integer(0),
        true,
        PROVED,
    ),
    "an equation that analysis excludes": (
        Piecewise((1, Eq(z * exp(z), -Rational(1, 2))), (0, True)),
        Integer(0),
        true,
        PROVED,
    ),
    # outside the class: never wrong, only silent
    "gamma's equation": (gamma(p + 1), p * gamma(p), true, UNKNOWN),
}


def replay_reason(verdict: Verdict, left: Any, right: Any, **more: Any) -> str:
    """Why the checker refuses the certificate; nothing where it does not."""
    return recheck(verdict.certificate, left, right, **more).reason


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_is_settled(name: str) -> None:
    left, right, given, expected = STATEMENTS[name]

    verdict = prove(left, right, variables=POSITIVE, assuming=given)

    assert verdict.status is expected, (verdict.reason, verdict.witness, verdict.exceptions)
    if expected is PROVED:
        assert replay_reason(verdict, left, right, variables=POSITIVE, assuming=given) == ""
    if expected is UNKNOWN:
        assert verdict.reason
    if expected in {EXCEPT, MISMATCH}:
        assert verdict.exceptions


def test_the_table_holds_every_answer() -> None:
    assert {expected for *_, expected in STATEMENTS.values()} == set(Status)
    assert len(STATEMENTS) > 80


@pytest.mark.parametrize("name", [n for n, s in STATEMENTS.items() if s[3] is REFUTED])
def test_witnesses_replay(name: str) -> None:
    left, right, given, _ = STATEMENTS[name]

    witness = prove(left, right, variables=POSITIVE, assuming=given).witness

    assert confirms(witness, left, right)
    assert not confirms(witness, left, left)
    assert not confirms(witness, right, right)


@pytest.mark.parametrize("name", ["relu", "elu", "a removable point", "log of a product", "no slope at an end"])
def test_points_without_a_value_replay(name: str) -> None:
    left, right, given, _ = STATEMENTS[name]

    verdict = prove(left, right, variables=POSITIVE, assuming=given)

    assert all(replay(w, left, right) for w in verdict.exceptions)


@pytest.mark.parametrize("name", [n for n, s in STATEMENTS.items() if s[3] is not UNKNOWN and "twelve" not in n])
def test_the_other_kernel_agrees(name: str) -> None:
    left, right, given, expected = STATEMENTS[name]

    assert prove(left, right, variables=POSITIVE, assuming=given, kernel=SympyRing).status is expected


def test_a_kink_is_told_with_both_values() -> None:
    (witness,) = prove(D(relu, z), Piecewise((1, z > 0), (0, True))).exceptions

    assert witness.point == ((z, 0),)
    assert (witness.left, witness.right) == ("undefined", "[0 +/- 0]")


def test_a_transcendental_kink_is_enclosed() -> None:
    (witness,) = prove(*STATEMENTS["a transcendental kink"][:2]).exceptions
    ((_, place),) = witness.point

    assert isinstance(place, AccumBounds)
    assert place.max - place.min < Rational(1, 10**30)
    assert abs(float(place.min) - 1.2784645427610738) < 1e-12


def test_signs_are_proved() -> None:
    assert sign_of(σ) == 1
    assert sign_of(-exp(z)) == -1
    assert sign_of(z**2) is None
    assert sign_of(z**2, strict=False) == 1
    assert sign_of(σ * (1 - σ)) == 1
    assert sign_of(log(1 + exp(z)) - z) == 1
    assert sign_of(z, assuming=z > 0) == 1
    assert sign_of(z) is None
    assert sign_of(sinh(z) - exp(z) / 2 + exp(-z) / 2) == 0
    assert sign_of(log(z), assuming=z > 1) == 1
    assert sign_of(log(z)) is None


# what SymPy does at these places, and what the prover must not inherit
def test_sympy_traps_are_still_there() -> None:
    assert diff(relu, z).subs(z, 0) == Rational(1, 2)
    assert diff(Abs(z), z).subs(z, 0) == 0
    assert simplify(0.1 * 3 * z - 0.3 * z) != 0
    assert (exp(x) * exp(2 * x)).func is exp
    assert exp(2 * log(z)) == z**2


@pytest.mark.parametrize("value", [0, Rational(1, 2), 1])
def test_no_value_is_right_for_the_slope_of_relu_at_zero(value: Any) -> None:
    verdict = prove(D(relu, z), Piecewise((1, z > 0), (0, z < 0), (value, True)))

    assert verdict.status is MISMATCH
    assert verdict.exceptions[0].left == "undefined"


def test_an_integral_that_ends_where_its_integrand_does_has_no_slope() -> None:
    area = Integral(sqrt(1 - t), (t, 0, z))

    assert prove(D(area, z), sqrt(1 - z), assuming=And(z >= 0, z < 1)).proved
    assert not prove(D(area, z), sqrt(1 - z), assuming=And(z >= 0, z <= 1)).proved
