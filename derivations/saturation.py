"""Where a slope dies out, how fast, and from where on it is below a hundredth."""

from sympy import Abs, Ge, Lt, Rational, S, cosh, exp, oo, pi, sqrt

from symgrad import Document, activation, derivative, interval, sigmoid, worked, z
from symgrad.core import Claim, Drawing, Holds, Ruling, Tends, Variable
from symgrad.functions import D

e = exp(-z)

form = worked(
    "sigmoid-slope-in-exponentials",
    "The slope of the sigmoid in exponentials",
    sigmoid(z) * (1 - sigmoid(z)),
    ("definition", (1 / (1 + e)) * (1 - 1 / (1 + e))),
    ("denominator", (1 / (1 + e)) * (e / (1 + e))),
    ("regroup", e / (1 + e) ** 2, "The numerator decays as e⁻ᶻ, and the denominator tends to 1."),
    lead="σ′ = σ(1 − σ) is a product in which one factor tends to 0 and the other to 1.",
)
tanh_form = worked(
    "tanh-slope-in-exponentials",
    "The slope of tanh in exponentials",
    1 / cosh(z) ** 2,
    ("definition", 1 / ((exp(z) + e) / 2) ** 2),
    ("regroup", 4 * e**2 / (1 + e**2) ** 2, "Twice the rate, and four times the factor."),
    lead="tanh′ = 1/cosh² dies out twice as fast as σ′ does.",
)

HUNDREDTH = Rational(1, 100)
# name, what the slope behaves as towards the dead side, which side, and 3 decimals between which it passes 1/100
TAILS = (
    ("sigmoid", exp(-z), oo, "e⁻ᶻ", "4.584"),
    ("tanh", 4 * exp(-2 * z), oo, "4e⁻²ᶻ", "2.993"),
    ("erf", 2 * exp(-(z**2)) / sqrt(pi), oo, "2e^(−z²)/√π", "2.173"),
    ("arctan", 1 / z**2, oo, "1/z²", "9.949"),
    ("softsign", 1 / z**2, oo, "1/z²", "9.000"),
    ("elu", exp(z), -oo, "eᶻ", "-4.606"),
    ("softplus", exp(z), -oo, "eᶻ", "-4.596"),
    ("silu", z * exp(z), -oo, "zeᶻ", "-6.262"),
    ("gelu", z * exp(-(z**2) / 2) / sqrt(2 * pi), -oo, "z e^(−z²/2)/√(2π)", "-3.068"),
)


def tail(name: str, like: object, at: object, words: str, edge: str) -> Claim:
    """How one slope dies out, and from where on it is below a hundredth."""
    definition = activation(name)
    values = {p.symbol: p.default for p in definition.parameters}
    slope = D(definition.of.xreplace(values), z)
    near, step = Rational(edge), Rational(1, 1000)
    right = at is oo
    beyond = interval(near + step, None, "left") if right else interval(None, near, "right")
    before = interval(0, near, "both") if right else interval(near + step, -2, "both")
    side = "∞" if right else "−∞"
    return Claim(
        definition.title,
        f"the slope tends to 0 at {side} as {words}, and is below 1/100 in size from z = {float(near):.3f}… on",
        Ruling.PROVED,
        (
            Tends(f"its ratio to {words} tends to 1", slope / like, z, at, S.One),
            Holds("below a hundredth from there on", Lt(Abs(slope), HUNDREDTH, evaluate=False), (Variable(z, beyond),)),
            Holds("not below it before", Ge(Abs(slope), HUNDREDTH, evaluate=False), (Variable(z, before),)),
        ),
        pages=(name,),
    )


page = Document(
    "saturation",
    "Saturation: how slopes die out",
    "Saturation",
    "An activation saturates where its slope tends to 0: what is multiplied by that slope on the way back is lost. How "
    "fast that happens differs: exponentially for sigmoid and tanh, faster still for erf, and as 1/z² for arctan "
    "and softsign.",
    (derivative("sigmoid"), form, tanh_form),
    claims=tuple(tail(*row) for row in TAILS),
    drawings=(
        Drawing(
            "Slopes of four saturating activations",
            z,
            tuple((n, activation(n).of.diff(z)) for n in ("sigmoid", "tanh", "arctan", "erf")),
            -6.0,
            6.0,
        ),
        Drawing(
            "The same for z > 0, logarithmic",
            z,
            tuple((n, activation(n).of.diff(z)) for n in ("sigmoid", "tanh", "arctan", "erf")),
            0.0,
            6.0,
            logarithmic=True,
        ),
    ),
    notes=("A gradient that passes through $L$ such layers is multiplied by $L$ such slopes.",),
)
