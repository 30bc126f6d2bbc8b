"""Where a slope dies out, how fast, and from where on it is below a hundredth."""

from typing import Any

from sympy import Abs, Eq, Lt, Rational, S, cosh, exp, oo

from symgrad import Document, activation, derivative, sigmoid, worked, z
from symgrad.core import Claim, Drawing, Eventually, Ruling, Stretches, Tends
from symgrad.definitions import ACTIVATIONS
from symgrad.document.from_sympy import boxes
from symgrad.document.text import text
from symgrad.functions import D
from symgrad.pipeline.intervals import cut, told
from symgrad.prover.claims.regions import carried, where_holds
from symgrad.prover.facts import decay, limit
from symgrad.prover.named import Named
from symgrad.words import Message, clauses, message

e = exp(-z)

form = worked(
    "sigmoid-slope-in-exponentials",
    "The slope of the sigmoid in exponentials",
    sigmoid(z) * (1 - sigmoid(z)),
    ("definition", (1 / (1 + e)) * (1 - 1 / (1 + e))),
    ("denominator", e / (1 + e) ** 2, "The numerator decays as e⁻ᶻ, and the denominator tends to 1."),
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
SHOWN = 10  # decimals of an end
SIDES = ((-oo, "−∞"), (oo, "∞"))


def told_of(name: str) -> Claim:
    """How one slope dies out on each side, and where it is below a hundredth: found by the prover, and proved."""
    definition = activation(name)
    values = {
        p.symbol: p.default if p.default.is_Rational else Named(p.symbol, p.default) for p in definition.parameters
    }
    slope = D(definition.of.xreplace(values), z)
    small = Lt(Abs(slope), HUNDREDTH, evaluate=False)
    plain = carried(slope, z)
    ends = [part for at, side in SIDES for part in at_end(slope, plain, at, side)]
    parts = where_holds(small, z).parts
    where = " ∪ ".join(told(part, SHOWN) for part in parts) or "∅"
    decimals = tuple((cut_off(p.left), cut_off(p.right)) for p in parts)
    return Claim(
        definition.title,
        clauses([*(words for words, _ in ends), message("|φ′| < 1/100 just on {where}", where=where)]),
        Ruling.PROVED,
        (*(part for _, part in ends), Stretches("below a hundredth just there", small, z, decimals)),
        pages=(name,),
    )


def at_end(slope: Any, plain: Any, at: Any, side: str) -> list[tuple[Message, Any]]:
    """What becomes of a slope on one side: a rate, 0 from some point on, or a limit that is not 0."""
    rate, value = decay(plain, z, at), limit(plain, z, at)
    if rate is not None:
        like = text(boxes(rate))
        ratio = message("its ratio to {rate} tends to 1", rate=like)
        return [(message("φ′ ~ {rate} at {side}", rate=like, side=side), Tends(ratio, slope / rate, z, at, S.One))]
    if value == 0:
        words = message("φ′ = 0 from some point on towards {side}", side=side)
        return [(words, Eventually("it is 0", Eq(slope, 0, evaluate=False), z, at))]
    there = text(boxes(value))
    words = message("φ′ → {value} at {side}, so it does not saturate there", value=there, side=side)
    return [(words, Tends(message("it tends to {value}", value=there), slope, z, at, value))]


def cut_off(end: Any) -> str | None:
    """The first decimals of an end."""
    return None if end is None else cut(end)


page = Document(
    "saturation",
    "Saturation: how slopes die out",
    "Saturation",
    "An activation saturates where its slope tends to 0: what is multiplied by that slope on the way back is lost. How "
    "fast that happens differs: exponentially for sigmoid and tanh, faster still for erf, and as 1/z² for arctan "
    "and softsign.",
    (derivative("sigmoid"), form, tanh_form),
    claims=tuple(map(told_of, ACTIVATIONS)),
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
