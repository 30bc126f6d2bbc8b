"""The rules of differentiation, each stated for arbitrary f and g.

Source of the statements: any calculus text; here Spivak, Calculus, 4th edition, chapters 10, 12, 15 and 18.
"""

from __future__ import annotations

from typing import Any

from sympy import (
    Abs,
    Function,
    Gt,
    Integral,
    Ne,
    Piecewise,
    S,
    Subs,
    Symbol,
    atan,
    cos,
    cosh,
    erf,
    exp,
    log,
    pi,
    sign,
    sin,
    sinh,
    sqrt,
    tanh,
)

from symgrad.core import Rule
from symgrad.functions import D
from symgrad.functions.symbols import c, t, z

f, g, F = Function("f")(z), Function("g")(z), Function("f")
n = Symbol("n", real=True)


def d(expr: Any) -> D:
    """The derivative by z, left standing."""
    return D(expr, z)


LINEAR = (
    Rule("constant", "Constant", d(c), S.Zero, why="A constant does not change."),
    Rule("variable", "Variable", d(z), S.One, why="A variable changes at the rate 1 with itself."),
    Rule("sum", "Sum rule", d(f + g), d(f) + d(g), why="A sum is differentiated term by term."),
    Rule("multiple", "Constant multiple", d(c * f), c * d(f), why="A constant factor stands outside."),
)

CALCULUS = (
    *LINEAR,
    Rule("product", "Product rule", d(f * g), d(f) * g + f * d(g), why="Each factor changes in turn."),
    Rule(
        "quotient", "Quotient rule", d(f / g), (d(f) * g - f * d(g)) / g**2, Ne(g, 0), "The product rule for f · 1/g."
    ),
    Rule("reciprocal", "Reciprocal rule", d(1 / f), -d(f) / f**2, Ne(f, 0), "A larger denominator makes it smaller."),
    Rule("power", "Power rule", d(f**n), n * f ** (n - 1) * d(f), Gt(f, 0), "The exponent comes down and drops by 1."),
    Rule("base", "Exponential with a base", d(c**f), c**f * log(c) * d(f), Gt(c, 0), "$c^f$ is $e^{f\\ln c}$."),
    Rule("tower", "Power of functions", d(f**g), f**g * d(g * log(f)), Gt(f, 0), "$f^g$ is $e^{g\\ln f}$."),
    Rule("exp", "Exponential", d(exp(f)), exp(f) * d(f), why="The exponential is its own derivative; chain rule."),
    Rule("log", "Logarithm", d(log(f)), d(f) / f, Gt(f, 0), "The derivative of ln u is 1/u; chain rule."),
    Rule("tanh", "Hyperbolic tangent", d(tanh(f)), (1 - tanh(f) ** 2) * d(f), why="tanh′ = 1 − tanh²; chain rule."),
    Rule("sinh", "Hyperbolic sine", d(sinh(f)), cosh(f) * d(f), why="sinh′ = cosh; chain rule."),
    Rule("cosh", "Hyperbolic cosine", d(cosh(f)), sinh(f) * d(f), why="cosh′ = sinh; chain rule."),
    Rule("sin", "Sine", d(sin(f)), cos(f) * d(f), why="sin′ = cos; chain rule."),
    Rule("cos", "Cosine", d(cos(f)), -sin(f) * d(f), why="cos′ = −sin; chain rule."),
    Rule("atan", "Arctangent", d(atan(f)), d(f) / (1 + f**2), why="arctan′(u) = 1/(1 + u²); chain rule."),
    Rule(
        "erf",
        "Error function",
        d(erf(f)),
        2 / sqrt(pi) * exp(-(f**2)) * d(f),
        why="erf(u) is the area under $2e^{-t^2}/\\sqrt{\\pi}$ from t = 0 to u, so that is its slope.",
    ),
    Rule("abs", "Absolute value", d(Abs(f)), sign(f) * d(f), Ne(f, 0), "|u| rises at rate 1 or falls at rate 1."),
    Rule("sign", "Sign", d(sign(f)), S.Zero, Ne(f, 0), "The sign is constant on either side of 0."),
    Rule("chain", "Chain rule", d(F(g)), Subs(D(F(t), t), t, g) * d(g), why="The outer change times the inner change."),
    Rule(
        "piecewise",
        "Case by case",
        d(Piecewise((f, z > c), (g, True))),
        Piecewise((d(f), z > c), (d(g), True)),
        Ne(z, c),
        "Away from the boundary only one case matters.",
    ),
    Rule(
        "integral",
        "Fundamental theorem of calculus",
        d(Integral(F(t), (t, 0, z))),
        f,
        why="The derivative of an integral by its upper end is the integrand there.",
    ),
    Rule("named", "Known derivative", why="This derivative is the catalogue's, derived by itself; chain rule."),
)
