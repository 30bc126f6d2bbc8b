"""Stable forms of slopes whose textbook form loses digits, overflows, or meets infinity times 0: a line each.

What the rules of `functions.stable` mend by themselves (1 - sigmoid(u), 1 - tanh(u)^2, ...) is not listed.
"""

# ruff: noqa: PLR2004 - the numbers are the definitions

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Abs, Piecewise, Rational, exp, log, pi, sign, sqrt, tanh
from sympy.codegen.cfunctions import expm1, log1p

from symgrad.core import by_name
from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.losses import LOSSES
from symgrad.functions.logistic import sigmoid, softplus
from symgrad.functions.stable import KnownForm
from symgrad.functions.stable_heads import (
    gated,
    kept,
    normal_cdf,
    reciprocal,
    sech2,
    times_bell,
    times_exp,
    times_sigmoid,
    within,
)
from symgrad.functions.symbols import a, alpha, beta, c, epsilon, gamma, lambda_, y, z

if TYPE_CHECKING:
    from sympy import Expr


def slopes(name: str, *forms: Expr | None) -> tuple[KnownForm, ...]:
    """The stable forms of an entry's two derivatives, also with the usual parameters; None where rules suffice."""
    entry = ACTIVATIONS.get(name) or LOSSES[name]
    usual = {p.symbol: p.default for p in entry.parameters}
    found = []
    for order, form in enumerate(forms, 1):
        if form is not None:
            textbook = entry.applied.diff(entry.variable, order)
            known = KnownForm(name + "'" * order, entry.variable, textbook, form)
            found += [known]
            if usual:
                filled = (
                    textbook.xreplace(usual),
                    entry.head(*(v.symbol for v in entry.variables)).diff(entry.variable, order),
                )
                found += [
                    KnownForm(f"{known.name} ({n})", entry.variable, value, form.xreplace(usual))
                    for n, value in enumerate(dict.fromkeys(filled))
                ]
    return tuple(found)


e = exp(-Abs(z))  # in (0, 1] on all of R
q, p = reciprocal(z), reciprocal(1 + Abs(z))
r = a - y
o = c * reciprocal(r)
w = within(z)
k = sqrt(2 / pi)
g = within(z, -100, 100)  # e^(-2 x(100)) is 0 in every float type
h = within(a, 0, 2**1000)
x = k * (g + Rational(44715, 10**6) * g**3)
dx = k * (1 + 3 * Rational(44715, 10**6) * g**2)
ddx = k * 6 * Rational(44715, 10**6) * g
right, left = 1 + 2 * e + 2 * e**2, 2 + 2 * e + e**2  # of Mish: (1 + e^z)^2 + 1, scaled on the right
v = within(beta * z)
square = ACTIVATIONS["squared_relu"](z)
b = Rational(1702, 1000)


def as_derived(name: str, textbook: Expr, stable: Expr) -> tuple[KnownForm, ...]:
    """The stable form of a slope as a derivation writes it, also with the usual parameters."""
    usual = {p.symbol: p.default for p in ACTIVATIONS[name].parameters}
    pairs = {textbook: stable, textbook.xreplace(usual): stable.xreplace(usual)}
    return tuple(
        KnownForm(f"{name}, derived {len(str(textbook))}.{n}", z, *pair) for n, pair in enumerate(pairs.items())
    )


mish_second = Piecewise(
    (
        times_exp(2 * (1 + e) * right + w * (2 * e**3 + 2 * e**2 - 3 * e - 2), -2 * Abs(z)) * 4 / right**3,
        z >= 0,
    ),
    (times_exp(2 * (1 + e) * left + w * (2 + 2 * e - 3 * e**2 - 2 * e**3), -Abs(z)) * 4 / left**3, True),
)
gaussian_second = times_bell(2 * (sqrt(2) * g - 1) * (sqrt(2) * g + 1), z)

STABLE_SLOPES = by_name(
    *(
        *slopes(
            "gelu",
            normal_cdf(z) + times_bell(g / sqrt(2 * pi), z, Rational(1, 2)),
            times_bell((2 - g**2) / sqrt(2 * pi), z, Rational(1, 2)),
        ),
        *slopes(
            "gelu_tanh",
            times_sigmoid(1 + 2 * g * dx * sigmoid(-2 * x), 2 * x),
            times_exp(4 * dx + 2 * g * ddx - 4 * g * dx**2 * tanh(x), -2 * Abs(x)) / (1 + exp(-2 * Abs(x))) ** 2,
        ),
        *slopes(
            "silu",
            times_sigmoid(1 + w * sigmoid(-z), z),
            times_exp(2 - w * tanh(z / 2), -Abs(z)) / (1 + e) ** 2,
        ),
        *slopes(
            "swish",
            times_sigmoid(1 + v * sigmoid(-beta * z), beta * z),
            beta * times_exp(2 - v * tanh(beta * z / 2), -Abs(beta * z)) / (1 + exp(-Abs(beta * z))) ** 2,
        ),
        *slopes(
            "mish",
            Piecewise(
                ((1 + 2 * e) / right + w * 4 * e**2 * (1 + e) / right**2, z >= 0),
                (times_exp((2 + e) / left + w * 4 * (1 + e) / left**2, -Abs(z)), True),
            ),
            mish_second,
        ),
        *as_derived(
            "mish",
            (1 - tanh(softplus(z)) ** 2)
            * (z * (1 - sigmoid(z)) - 2 * ACTIVATIONS["mish"](z) * sigmoid(z) + 2)
            * sigmoid(z),
            mish_second,
        ),
        *as_derived("swish", beta * z * (1 - sigmoid(beta * z)) + 1, 1 + v * sigmoid(-beta * z)),
        *as_derived(  # its slope grows without bound where that of a loss decays
            "squared_relu",
            2 * z * (sigmoid(square) - y),
            gated(1 - y, 2 * z * sigmoid(square)) - 2 * y * g * sigmoid(-square),
        ),
        *as_derived(
            "squared_relu",
            -2 * y * z * (1 - sigmoid(y * square)),
            Piecewise((-2 * y * g * sigmoid(-y * square), y > 0), (-2 * y * z * sigmoid(-y * square), True)),
        ),
        *as_derived(
            "squared_relu",
            2 * z * (square - y) / (1 + (square - y) ** 2 / c**2),
            Piecewise(
                (2 * z * (square - y) / (1 + ((square - y) / c) ** 2), Abs(square - y) <= c),
                (2 * c**2 * reciprocal(z - y * q) / (1 + (c * reciprocal(square - y)) ** 2), True),
            ),
        ),
        *as_derived(
            "gaussian", 4 * z**2 * ACTIVATIONS["gaussian"](z) - 2 * ACTIVATIONS["gaussian"](z), gaussian_second
        ),
        *slopes(
            "quick_gelu",
            times_sigmoid(1 + b * w * sigmoid(-b * z), b * z),
            b * times_exp(2 - b * w * tanh(b * z / 2), -b * Abs(z)) / (1 + exp(-b * Abs(z))) ** 2,
        ),
        *slopes(
            "gaussian",
            times_bell(-2 * g, z),
            gaussian_second,
        ),
        *as_derived(  # with the Poisson likelihood on the rate
            "gaussian",
            -2 * z * (ACTIVATIONS["gaussian"](z) - y),
            Piecewise(
                (-2 * z * (expm1(-(z**2)) + kept(1 - y)), Abs(z) < Rational(1, 2)),
                (gated(y, 2 * z) - times_bell(2 * g, z), True),
            ),
        ),
        *as_derived(
            "lecun_tanh",
            294431281 - 10**8 * ACTIVATIONS["lecun_tanh"](z) ** 2,
            294431281 * sech2(Rational(2, 3) * z),
        ),
        *slopes("erf", None, times_bell(-4 * g / sqrt(pi), z)),
        *as_derived("elu", alpha + ACTIVATIONS["elu"](z, alpha), Piecewise((alpha + z, z > 0), (alpha * exp(z), True))),
        *as_derived(
            "celu",
            alpha + ACTIVATIONS["celu"](z, alpha),
            Piecewise((alpha + z, z >= 0), (alpha * exp(z / alpha), True)),
        ),
        *as_derived(
            "selu",
            alpha * lambda_ + ACTIVATIONS["selu"](z, lambda_, alpha),
            Piecewise((lambda_ * (alpha + z), z > 0), (lambda_ * alpha * exp(z), True)),
        ),
        *as_derived("softsign", 1 - Abs(ACTIVATIONS["softsign"](z)), p),
        *slopes("softsign", p**2, -2 * sign(z) * p**3),
        *slopes("hardswish", Piecewise((0, z <= -3), (1, z >= 3), (kept(2 * z + 3) / 6, True))),
        *slopes(
            "arctan",
            Piecewise((1 / (1 + z**2), Abs(z) <= 1), (q**2 / (1 + q**2), True)),
            Piecewise((-2 * z / (1 + z**2) ** 2, Abs(z) <= 1), (-2 * q**3 / (1 + q**2) ** 2, True)),
        ),
        *slopes(
            "charbonnier",
            Piecewise(
                (r / epsilon / sqrt(1 + (r / epsilon) ** 2), Abs(r) <= epsilon),
                (sign(r) / sqrt(1 + (epsilon / r) ** 2), True),
            ),
            Piecewise(
                (1 / (epsilon * sqrt(1 + (r / epsilon) ** 2) ** 3), Abs(r) <= epsilon),
                ((epsilon * reciprocal(r)) ** 2 / (Abs(r) * sqrt(1 + (epsilon / r) ** 2) ** 3), True),
            ),
        ),
        *slopes(
            "cauchy",
            Piecewise((r / (1 + (r / c) ** 2), Abs(r) <= c), (c * (c / r) / (1 + (c / r) ** 2), True)),
            Piecewise(
                ((1 - r / c) * (1 + r / c) / (1 + (r / c) ** 2) ** 2, Abs(r) <= c),
                (o**2 * (o - 1) * (o + 1) / (1 + o**2) ** 2, True),
            ),
        ),
        *slopes("binary_cross_entropy", None, kept(y / a) / a + kept((1 - y) / (1 - a)) / (1 - a)),
        *slopes("cross_entropy", None, kept(y / a) / a),
        *slopes(
            "focal",
            None,
            gated(
                y,
                -gamma * (gamma - 1) * (1 - a) ** (gamma - 2) * log(a)
                + 2 * gamma * (1 - a) ** (gamma - 1) / a
                + kept((1 - a) ** gamma / a) / a,
            )
            + gated(
                1 - y,
                -gamma * (gamma - 1) * a ** (gamma - 2) * log1p(-a)
                + 2 * gamma * a ** (gamma - 1) / (1 - a)
                + a**gamma / (1 - a) ** 2,
            ),
        ),
        *slopes("poisson_nll_rate", (h - y) / h),
    )
)
