"""Elementwise gradients and output deltas as people write them: named mistakes, and unusual forms that are right."""

# ruff: noqa: PLC3002, PLW0108 - rows of a table, all written the same way

from __future__ import annotations

import math
from typing import Any

import numpy as np

erf = np.vectorize(math.erf, otypes=[float])


def s(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def density(z: Any) -> Any:
    return np.exp(-z * z / 2) / np.sqrt(2 * np.pi)


def normal(z: Any) -> Any:
    return (1 + erf(z / np.sqrt(2))) / 2


K = np.sqrt(2 / np.pi)


def gelu_tanh_slope(z: Any, c: float = 0.044715, k: float = K, three: float = 3) -> Any:
    t = np.tanh(k * (z + c * z**3))
    return (1 + t) / 2 + z / 2 * (1 - t**2) * k * (1 + three * c * z**2)


gt = gelu_tanh_slope


def sp(z: Any) -> Any:
    return np.logaddexp(0, z)


PAIR = ("sigmoid", "binary_cross_entropy")
TANH = ("tanh", "half_squared_error")

# what it should be the gradient of, what was written, the first name of the diagnosis
MISTAKES: tuple[tuple[Any, Any, str], ...] = (
    ("sigmoid", lambda z: 2 * s(z) * (1 - s(z)), "factor 2"),
    ("sigmoid", lambda z: s(s(z)) * (1 - s(s(z))), "slope-at-output"),
    ("sigmoid", lambda z: z * (1 - z), "slope-formula-at-sum"),
    ("sigmoid", lambda z: s(z) * (1 - z), "output-mixed-with-sum"),
    ("sigmoid", s, "value-for-slope"),
    ("sigmoid", lambda z: (s(z) * (1 - s(z))) ** 2, "slope-twice"),
    ("sigmoid", lambda z: -s(z) * (1 - s(z)), "factor −1"),
    ("sigmoid", lambda z: s(z) * (1 + s(z)), "sign-in-formula"),
    ("sigmoid", np.ones_like, "missing-slope"),
    ("sigmoid", lambda z: 0 * z, "zero"),
    ("sigmoid", lambda z: 1 - np.tanh(z) ** 2, "slope-of-tanh"),
    ("sigmoid", lambda z: s(z) * (1 - s(z)) * (1 - 2 * s(z)), "second-derivative"),
    ("sigmoid", lambda z: s(z) ** 2 * (1 - s(z)), "value-times-slope"),
    ("sigmoid", lambda z: s(z) * (1 - s(z)) / np.log(10), "factor 1/ln 10"),
    ("tanh", lambda z: 1 - np.tanh(z), "one-minus-value"),
    ("tanh", lambda z: s(z) * (1 - s(z)), "slope-of-sigmoid"),
    ("tanh", lambda z: 1 - z**2, "slope-formula-at-sum"),
    ("tanh", lambda z: np.tanh(z) * (1 - np.tanh(z)), "slope-of-sigmoid-in-output"),
    ("tanh", lambda z: np.tanh(z) ** 2 - 1, "factor −1"),
    ("gelu", lambda z: normal(z) + z * np.exp(-z * z / 2) / (2 * np.pi), "density-factor"),
    ("gelu", lambda z: normal(z) + z * np.exp(-z * z / 2), "density-factor"),
    ("huber", lambda a, y: np.clip(a - y, -2, 2), "wrong-constant"),
    ("charbonnier", lambda a, y: (a - y) / np.sqrt((a - y) ** 2 + 0.01), "wrong-constant"),
    ("gelu", normal, "product-rule"),
    ("gelu", density, "product-of-slopes"),
    ("gelu", lambda z: normal(z) + density(z), "product-rule-factor"),
    ("gelu", gelu_tanh_slope, "slope-of-gelu_tanh"),
    ("gelu_tanh", lambda z: normal(z) + z * density(z), "slope-of-gelu"),
    ("gelu_tanh", lambda z: gelu_tanh_slope(z, 0.0447), "wrong-constant"),
    ("silu", s, "product-rule"),
    ("silu", lambda z: z * s(z) * (1 - s(z)), "product-rule"),
    ("silu", lambda z: s(z) * (1 - s(z)), "product-of-slopes"),
    ("leaky_relu", lambda z: np.where(z > 0, 1, 0.1), "wrong-constant"),
    ("leaky_relu", lambda z: np.where(z > 0, 0.01, 1), "branches-swapped"),
    ("leaky_relu", lambda z: (z > 0) * 1.0, "branch-zero"),
    ("elu", lambda z: np.where(z > 0, 1, np.exp(np.minimum(z, 0)) - 1), "branch-not-differentiated"),
    ("elu", lambda z: np.where(z > 0, 1, np.exp(np.minimum(z, 0)) + 1), "added-constant"),
    ("gelu", lambda z: s(1.702 * z) + 1.702 * z * s(1.702 * z) * s(-1.702 * z), "slope-of-quick_gelu"),
    ("mish", lambda z: np.tanh(np.logaddexp(0, z)), "product-rule"),
    ("softplus", lambda z: s(z) * np.log(2), "factor ln 2"),
    ("selu", lambda z: np.where(z > 0, 1, 1.6732632423543772 * np.exp(np.minimum(z, 0))), "factor lambda"),
    ("huber", lambda a, y: a - y, "one-branch"),
    ("elu", lambda z: np.where(z > 0, 1, -np.exp(np.minimum(z, 0))), "sign-of-term"),
    ("relu", lambda z: np.maximum(z, 0), "value-for-slope"),
    ("relu", np.ones_like, "missing-slope"),
    ("relu", lambda z: (z < 0) * 1.0, "branches-swapped"),
    ("relu", lambda z: (z > 0) * 1.0 + (z == 0) * 2.0, "value-on-kink"),
    ("relu6", lambda z: (z > 0) * 1.0, "slope-of-relu"),
    ("softplus", lambda z: 1 / (1 + np.exp(z)), "missing-inner"),
    ("softplus", lambda z: np.where(z > 20, 1.0, s(z)), "limit-for-slope"),
    ("binary_cross_entropy", lambda a, y: a - y, "delta-for-slope"),
    ("cross_entropy", lambda a, y: a - y, "delta-for-slope"),
    ("sin(z^2)", lambda z: np.cos(z**2), "missing-inner"),
    (PAIR, lambda z, y: (s(z) - y) / (s(z) * (1 - s(z))), "missing-slope"),
    ("hinge", lambda a, y: np.where(a * y < 1, -1.0, 0.0), "factor-left-out"),
    ("softplus", lambda z: s(z) * (1 - s(z)), "second-derivative"),
    ("softsign", lambda z: 1 / (1 + np.abs(z)), "product-rule"),
    ("log(1 + z^2)", lambda z: 1 / (1 + z**2), "missing-inner"),
    ("tanh(3*z)", lambda z: 1 - np.tanh(3 * z) ** 2, "factor 1/3"),
    ("exp(-z^2)", lambda z: -z * np.exp(-(z**2)), "factor 1/2"),
    ("exp(-z^2)", lambda z: np.exp(-(z**2)), "value-for-slope"),
    ("z^3", lambda z: 3 * z**3, "power-rule"),
    ("z^3", lambda z: z**2, "factor 1/3"),
    ("z/(1 + z^2)", lambda z: (1 + 3 * z**2) / (1 + z**2) ** 2, "quotient-rule"),
    ("sin(z)", lambda z: -np.cos(z), "factor −1"),
    ("binary_cross_entropy", lambda a, y: -y / a, "missing-term"),
    ("binary_cross_entropy", lambda a, y: -y / a - (1 - y) / (1 - a), "sign-of-term"),
    ("half_squared_error", lambda a, y: 2 * (a - y), "factor 2"),
    ("half_squared_error", lambda a, y: y - a, "factor −1"),
    ("absolute_error", lambda a, y: np.sign(y - a), "factor −1"),
    (PAIR, lambda z, y: (s(z) - y) * s(z) * (1 - s(z)), "slope-twice"),
    (PAIR, lambda z, y: z - y, "sums-for-outputs"),
    (PAIR, lambda z, y: y - s(z), "factor −1"),
    (PAIR, lambda z, y: s(s(z)) - y, "activation-twice"),
    (("sigmoid", "half_squared_error"), lambda z, y: (s(z) - y) * z * (1 - z), "slope-formula-at-sum"),
    (PAIR, lambda z, y: -y * (1 - s(z)), "missing-term"),
    (TANH, lambda z, y: np.tanh(z) - y, "missing-slope"),
    (TANH, lambda z, y: (np.tanh(z) - y) * (1 - np.tanh(np.tanh(z)) ** 2), "slope-at-output"),
    (TANH, lambda z, y: (np.tanh(z) - y) * (1 - z**2), "slope-formula-at-sum"),
    (TANH, lambda z, y: (np.tanh(z) - y) * np.tanh(z) * (1 - np.tanh(z)), "slope-of-sigmoid-in-output"),
    (TANH, lambda z, y: (z - y) * (1 - np.tanh(z) ** 2), "logits-for-outputs"),
)

# one thing changed in the formula, as it is typed in a hurry
TYPED: tuple[tuple[Any, Any, str], ...] = (
    ("gelu_tanh", lambda z: gt(z, 0.44715), "wrong-constant"),
    ("gelu_tanh", lambda z: gt(z, 0.0044715), "wrong-constant"),
    ("gelu_tanh", lambda z: gt(z, 0.04715), "wrong-constant"),
    ("gelu_tanh", lambda z: gt(z, 0.044717), "wrong-constant"),
    ("gelu_tanh", lambda z: gt(z, k=np.sqrt(2 * np.pi)), "wrong-constant"),
    ("gelu_tanh", lambda z: gt(z, k=2 / np.pi), "wrong-constant"),
    ("gelu_tanh", lambda z: gt(z, k=0.7978), "wrong-constant"),
    ("gelu_tanh", lambda z: gt(z, three=1), "power-rule"),
    (
        "gelu_tanh",
        lambda z: (lambda t: (1 + t) / 2 + z / 2 * (1 - t * t) * K)(np.tanh(K * (z + 0.044715 * z**3))),
        "missing-term",
    ),
    (
        "gelu_tanh",
        lambda z: (lambda t: (1 + t) / 2 + z / 2 * (1 - t * t) * (1 + 3 * 0.044715 * z * z))(
            np.tanh(K * (z + 0.044715 * z**3))
        ),
        "wrong-constant",
    ),
    (
        "gelu_tanh",
        lambda z: (lambda t: (1 + t) / 2 + z / 2 * (1 - t) * K * (1 + 3 * 0.044715 * z * z))(
            np.tanh(K * (z + 0.044715 * z**3))
        ),
        "exponent",
    ),
    (
        "gelu_tanh",
        lambda z: (lambda t: (1 + t) / 2 + z * (1 - t * t) * K * (1 + 3 * 0.044715 * z * z))(
            np.tanh(K * (z + 0.044715 * z**3))
        ),
        "wrong-constant",
    ),
    ("quick_gelu", lambda z: s(1.7 * z) + 1.7 * z * s(1.7 * z) * s(-1.7 * z), "wrong-constant"),
    ("quick_gelu", lambda z: s(1.702 * z) + z * s(1.702 * z) * s(-1.702 * z), "missing-inner"),
    ("quick_gelu", lambda z: s(1.72 * z) + 1.72 * z * s(1.72 * z) * s(-1.72 * z), "wrong-constant"),
    ("gelu", lambda z: normal(z) + z * np.exp(-z * z) / np.sqrt(2 * np.pi), "argument"),
    ("gelu", lambda z: normal(z) - z * density(z), "sign-of-term"),
    ("gelu", lambda z: normal(z) + z * np.exp(-z * z / 2) / np.sqrt(np.pi), "density-factor"),
    ("gelu", lambda z: (1 + erf(z)) / 2 + z * density(z), "argument"),
    ("gelu", lambda z: (1 + erf(z / 2)) / 2 + z * density(z), "wrong-constant"),
    ("gelu", lambda z: normal(z) + z**2 * density(z), "extra-factor"),
    (
        "gelu",
        lambda z: 0.5 * (1 + erf(z / np.sqrt(2))) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi) / 2,
        "wrong-constant",
    ),
    ("silu", lambda z: 1 + z * s(z), "factor-left-out, complement"),
    ("silu", lambda z: s(z) * (1 + z * s(z)), "complement"),
    ("silu", lambda z: s(z) + z * (1 - s(z)), "factor-left-out"),
    ("silu", lambda z: s(z) * (1 - z * (1 - s(z))), "sign-in-formula"),
    ("silu", lambda z: s(z) * (1 + z * (1 - z * s(z))), "output-for-function"),
    ("silu", lambda z: z * s(z) + s(z) * (1 + z * s(z)), "sign-in-formula"),
    ("silu", lambda z: 1 - s(z) + z * s(z) * (1 - s(z)), "argument"),
    ("mish", lambda z: np.tanh(sp(z)) + z * (1 - np.tanh(sp(z)) ** 2), "missing-inner"),
    ("mish", lambda z: np.tanh(sp(z)) + z * s(z), "missing-outer"),
    ("mish", lambda z: np.tanh(sp(z)) + s(z) * (1 - np.tanh(sp(z)) ** 2), "product-rule-factor"),
    ("mish", lambda z: np.tanh(sp(z)) + z * s(z) * (1 - np.tanh(sp(z))), "exponent"),
    ("mish", lambda z: np.tanh(sp(z)) + z * s(z) * np.tanh(sp(z)), "outer-not-differentiated"),
    ("mish", lambda z: z * s(z) * (1 - np.tanh(sp(z)) ** 2), "product-rule"),
    ("mish", lambda z: np.tanh(sp(z)) * (1 + z * s(z)), "outer-not-differentiated"),
    ("mish", lambda z: np.tanh(sp(z)) - z * s(z) * (1 - np.tanh(sp(z)) ** 2), "sign-in-formula"),
    ("mish", lambda z: np.tanh(sp(z)) + z * s(z) * (1 - np.tanh(z) ** 2), "outer-at-variable"),
    ("mish", lambda z: np.tanh(sp(z)) + z * s(z) * (1 - s(z)) * (1 - np.tanh(sp(z)) ** 2), "slope-for-function"),
    ("mish", lambda z: np.tanh(sp(z)) + z * sp(z) * (1 - np.tanh(sp(z)) ** 2), "outer-not-differentiated"),
    ("tanh", lambda z: 1 - np.tanh(z / 2) ** 2, "argument"),
    ("tanh", lambda z: 1 - np.tanh(2 * z) ** 2, "argument"),
    ("tanh", lambda z: (1 - np.tanh(z / 2) ** 2) / 2, "wrong-constant"),
    ("tanh", lambda z: (1 - np.tanh(z)) ** 2, "sign-in-formula"),
    ("tanh", lambda z: 1 - 2 * np.tanh(z) ** 2, "wrong-constant"),
    ("tanh", lambda z: 1 - np.tanh(z) ** 3, "exponent"),
    ("tanh", lambda z: 1 - np.tanh(z**2), "exponent"),
    ("tanh", lambda z: 1 / np.cosh(z), "exponent"),
    ("tanh", lambda z: np.cosh(z) ** 2, "exponent"),
    ("sigmoid", lambda z: s(z) * (1 - s(z) ** 2), "exponent"),
    ("sigmoid", lambda z: s(z) ** 2, "missing-outer"),
    ("sigmoid", lambda z: (1 - s(z)) ** 2, "argument"),
    ("sigmoid", lambda z: np.exp(z) / (1 + np.exp(-z)) ** 2, "outer-at-variable"),
    ("sigmoid", lambda z: s(z) * (1 - 2 * s(z)), "slope-for-function"),
    ("sigmoid", lambda z: z * (1 - s(z)), "output-mixed-with-sum"),
    ("sigmoid", lambda z: z * s(z) * (1 - s(z)), "extra-factor"),
    ("z^2", lambda z: 2 * z**2, "power-rule"),
    ("z^3", lambda z: 2 * z**2, "wrong-constant"),
    ("z^3", lambda z: z**4 / 4, "antiderivative"),
    ("2^z", lambda z: z * 2 ** (z - 1), "power-rule"),
    ("2^z", lambda z: z * 2**z, "factor-left-out, extra-factor"),
    ("exp(z)", lambda z: z * np.exp(z - 1), "power-rule"),
    ("sqrt(z)", lambda z: np.sqrt(z) / 2, "power-rule"),
    ("softplus", lambda z: np.exp(z), "missing-outer"),
    ("softplus", lambda z: s(z) * z, "extra-factor"),
    ("softplus", lambda z: np.tanh(z), "other-function"),
    ("softplus", lambda z: s(2 * z), "wrong-constant"),
    ("elu", lambda z: np.where(z > 0, 1, z * np.exp(z)), "extra-factor"),
    ("elu", lambda z: np.where(z < 0, 1, np.exp(-np.abs(z))), "mirrored"),
    (
        "selu",
        lambda z: np.where(z > 0, 1.05070099, 1.05070099 * 1.67326324 * np.exp(np.minimum(z, 0))),
        "rounded-constants",
    ),
    ("selu", lambda z: np.where(z > 0, 1.0507, 1.0507 * 1.6733 * np.exp(np.minimum(z, 0))), "rounded-constants"),
    ("leaky_relu", lambda z: np.where(z > 1, 1, 0.01), "wrong-boundary"),
    ("relu", lambda z: (z > 1) * 1.0, "wrong-boundary"),
    ("relu", lambda z: (z > 0.5) * 1.0, "wrong-boundary"),
    ("relu6", lambda z: ((z > 0) & (z < 1)) * 1.0, "wrong-boundary"),
    ("hardtanh", lambda z: (np.abs(z) > 1) * 1.0, "one-minus-slope"),
    ("hardtanh", lambda z: ((z > 0) & (z < 1)) * 1.0, "wrong-boundary"),
    ("hardtanh", lambda z: ((z > -2) & (z < 2)) * 1.0, "wrong-boundary"),
    ("hardsigmoid", lambda z: ((z > -3) & (z < 3)) * 0.2, "wrong-constant"),
    ("hardsigmoid", lambda z: ((z > -2.5) & (z < 2.5)) * 0.2, "wrong-constant"),
    ("hardswish", lambda z: np.where(z < -3, 0, np.where(z > 3, 1, (2 * z + 6) / 6)), "wrong-constant"),
    ("log(1 + z^2)", lambda z: 2 * z / (1 + z) ** 2, "exponent, exponent"),
    ("log(1 + z^2)", lambda z: 2 * z, "missing-outer"),
    ("sin(2*z)", lambda z: 2 * np.cos(z), "outer-at-variable"),
    ("z/(1 + z^2)", lambda z: 1 / (2 * z), "quotient-of-slopes"),
)

# what nobody can name: several things at once, or no mistake that people make
UNKNOWN: tuple[tuple[Any, Any], ...] = (
    ("sigmoid", lambda z: s(z) * (1 - s(z)) + 1e-6 * np.sin(z)),
    ("tanh", lambda z: 1 - np.tanh(z) ** 3 + 0.01 * z),
    ("gelu", lambda z: normal(z) + z * density(z) * np.cos(z)),
    ("relu", lambda z: (z > 0) * (1 + 1e-3 * np.sin(5 * z))),
    ("z^3", lambda z: 3 * z**2 + np.sin(z)),
    (PAIR, lambda z, y: (s(z) - y) * np.cos(z * y)),
    (TANH, lambda z, y: (np.tanh(z) - 0.9 * y) * (1 - np.tanh(z) ** 3)),
)

# right, however it looks
UNUSUAL: tuple[tuple[Any, Any], ...] = (
    ("sigmoid", lambda z: s(z) * s(-z)),
    ("sigmoid", lambda z: s(z) - s(z) ** 2),
    ("sigmoid", lambda z: 0.25 - (s(z) - 0.5) ** 2),
    ("sigmoid", lambda z: (1 - np.tanh(z / 2) ** 2) / 4),
    ("sigmoid", lambda z: np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2),
    ("sigmoid", lambda z: 0.25 / np.cosh(np.clip(z / 2, -300, 300)) ** 2),
    ("sigmoid", np.vectorize(lambda z: 1 / (2 + math.exp(z) + math.exp(-z)) if abs(z) < 700 else 0.0)),
    ("tanh", lambda z: 1 - np.tanh(z) ** 2),
    ("tanh", lambda z: (1 - np.tanh(z)) * (1 + np.tanh(z))),
    ("tanh", lambda z: 4 * s(2 * z) * s(-2 * z)),
    ("tanh", lambda z: 1 / np.cosh(np.clip(z, -300, 300)) ** 2),
    ("relu", lambda z: (z > 0).astype(float)),
    ("relu", lambda z: z > 0),
    ("relu", lambda z: (z >= 0) * 1),
    ("relu", lambda z: np.heaviside(z, 0.5)),
    ("relu", lambda z: (np.sign(z) + 1) / 2),
    ("relu", lambda z: np.where(z < 0, 0, 1)),
    ("relu", lambda z: 1.0 - np.signbit(z)),
    ("leaky_relu", lambda z: np.where(z > 0, 1, 0.01)),
    ("leaky_relu", lambda z: 0.01 + 0.99 * (z >= 0)),
    ("leaky_relu", lambda z: np.maximum(np.sign(z), 0.01)),
    ("elu", lambda z: np.exp(np.minimum(z, 0))),
    ("elu", lambda z: np.where(z > 0, 1, np.expm1(np.minimum(z, 0)) + 1)),
    ("softplus", s),
    ("softplus", lambda z: (1 + np.tanh(z / 2)) / 2),
    ("softplus", lambda z: np.exp(z - np.logaddexp(0, z))),
    ("silu", lambda z: s(z) * (1 + z * (1 - s(z)))),
    ("silu", lambda z: s(z) + z * s(z) * s(-z)),
    ("gelu", lambda z: normal(z) + z * density(z)),
    ("gelu", lambda z: np.vectorize(math.erfc)(-z / np.sqrt(2)) / 2 + z * density(z)),
    ("gelu_tanh", lambda z: gelu_tanh_slope(np.clip(z, -50, 50))),
    ("softsign", lambda z: (1 / (1 + np.abs(z))) ** 2),
    ("softplus", lambda z: np.exp(-np.logaddexp(0, -z))),
    ("arctan", lambda z: np.cos(np.arctan(z)) ** 2),
    ("hinge", lambda a, y: -y * np.heaviside(1 - a * y, 0.0)),
    ("sin(z^2)", lambda z: 2 * z * np.cos(z * z)),
    ("2^z", lambda z: np.log(2) * 2.0**z),
    ("half_squared_error", np.subtract),
    ("softsign", lambda z: (1 - np.abs(z / (1 + np.abs(z)))) ** 2),
    ("log_cosh", lambda a, y: np.sign(a - y) * -np.expm1(-2 * np.abs(a - y)) / (1 + np.exp(-2 * np.abs(a - y)))),
    ("elu", lambda z: np.where(z >= 0, 1, np.exp(-np.abs(z)))),
    ("huber", lambda a, y: np.sign(a - y) * np.minimum(np.abs(a - y), 1)),
    ("hardtanh", lambda z: (np.abs(z) < 1) * 1.0),
    ("hardtanh", lambda z: (np.abs(z) <= 1) * 1.0),
    ("relu6", lambda z: np.logical_and(z > 0, z < 6)),
    ("z^3", lambda z: 3 * z * z),
    ("log(1 + z^2)", lambda z: 2 * (z / (1 + z * z))),
    ("exp(-z^2)", lambda z: -2 * (z * np.exp(-(z**2)))),
    ("tanh(3*z)", lambda z: 3 * (1 - np.tanh(3 * z) ** 2)),
    ("abs(z)", np.sign),
    ("abs(z)", lambda z: np.where(z > 0, 1, -1)),
    ("hardsigmoid", lambda z: ((z + 3 > 0) & (z + 3 < 6)) / 6),
    ("hardswish", lambda z: np.clip(z + 3, 0, 6) / 6 + z * ((z + 3 > 0) & (z + 3 < 6)) / 6),
    ("sin(z)", np.cos),
    ("sin(30*z)", lambda z: 30 * np.cos(30 * z)),
    ("sin(z^2)", lambda z: 2 * z * np.cos(z * z)),
    ("exp(z/3)", lambda z: np.exp(z / 3) / 3),
    ("z^(1/3)", lambda z: z ** (-2 / 3) / 3),
    ("half_squared_error", lambda a, y: a - y),
    ("half_squared_error", lambda a, y: -(y - a)),
    ("binary_cross_entropy", lambda a, y: (a - y) / (a * (1 - a))),
    ("binary_cross_entropy", lambda a, y: -y / a + (1 - y) / (1 - a)),
    ("absolute_error", lambda a, y: np.sign(a - y)),
    ("absolute_error", lambda a, y: np.where(a >= y, 1, -1)),
    ("hinge", lambda a, y: -y * (y * a < 1)),
    ("hinge", lambda a, y: np.where(y * a <= 1, -y, 0)),
    (PAIR, lambda z, y: s(z) - y),
    (PAIR, lambda z, y: s(z) * (1 - y) - s(-z) * y),
    (PAIR, lambda z, y: (1 + np.tanh(z / 2)) / 2 - y),
    (TANH, lambda z, y: (np.tanh(z) - y) * (1 - np.tanh(z) ** 2)),
    (TANH, lambda z, y: (np.tanh(z) - y) / np.cosh(np.clip(z, -300, 300)) ** 2),
    (("relu", "half_squared_error"), lambda z, y: (np.maximum(z, 0) - y) * (z > 0)),
    (("identity", "huber"), lambda z, y: np.clip(z - y, -1, 1)),
)
