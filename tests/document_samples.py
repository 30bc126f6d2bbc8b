"""Derivations and pages made by hand: what the document tests print, whatever the deriver does today."""

from __future__ import annotations

from sympy import Expr, Function, Integer, Mul, Ne, Rational, S, exp, log, oo

from symgrad.core import (
    Cancels,
    CheckPoint,
    CheckReport,
    Definition,
    Derivation,
    Document,
    Extremum,
    Facts,
    Kind,
    Kink,
    Let,
    Monotone,
    Outcome,
    Page,
    Pair,
    Parameter,
    Settled,
    Status,
    Step,
    Variable,
    Verdict,
    Witness,
    every_step,
    interval,
)
from symgrad.functions import D, elementwise
from symgrad.functions.symbols import J, a, alpha, y, z

PROVED = Verdict(Status.PROVED, method="normal form")

sigmoid = elementwise("sigmoid", 1 / (1 + exp(-z)), (z,), glyph="σ", tex=r"\sigma")
leaky = elementwise("leaky", alpha * z, (z,), ((alpha, Rational(1, 100)),), glyph="Leaky")
loss = elementwise("loss", -y * log(a) - (1 - y) * log(1 - a), (a, y), glyph="CE")

SIGMOID = Definition(
    "sigmoid", "Logistic sigmoid", Kind.ACTIVATION, sigmoid, 1 / (1 + exp(-z)), (Variable(z),), interval(0, 1)
)
LEAKY = Definition(
    "leaky",
    "Leaky line",
    Kind.ACTIVATION,
    leaky,
    alpha * z,
    (Variable(z),),
    parameters=(Parameter(alpha, Rational(1, 100), interval(0, None)),),
    kinks=(Kink(z, S.Zero, alpha, S.One, torch=alpha, jax=S.One),),
)
LOSS = Definition(
    "loss", "Cross-entropy", Kind.LOSS, loss, loss.formula, (Variable(a, interval(0, 1)), Variable(y, interval(0, 1)))
)


def product(*factors: Expr) -> Expr:
    return Mul(*factors, evaluate=False)


def settled(derivation: Derivation, check: CheckReport | None = None, verdict: Verdict = PROVED) -> Settled:
    return Settled(derivation, tuple(verdict for _ in every_step(derivation.steps)), PROVED, check)


def derivative() -> Derivation:
    start, opened = D(sigmoid(z), z), D(1 / (1 + exp(-z)), z)
    standing = -D(1 + exp(-z), z) / (1 + exp(-z)) ** 2
    slope = exp(-z) / (1 + exp(-z)) ** 2
    result = sigmoid(z) * (1 - sigmoid(z))
    one, inner = D(S.One, z), D(exp(-z), z)
    apart = -(one + inner) / (1 + exp(-z)) ** 2
    return Derivation(
        "sigmoid-derivative",
        "The slope of the sigmoid",
        (
            Step(start, opened, "definition", focus=sigmoid(z), became=1 / (1 + exp(-z))),
            Step(opened, standing, "reciprocal"),
            Step(
                standing,
                slope,
                "exp",
                substeps=(
                    Step(standing, apart, "sum", focus=D(1 + exp(-z), z), became=one + inner),
                    Step(apart, slope, "exp"),
                ),
            ),
            Step(slope, result, "output", note=r"Both factors are seen in it: $\sigma$ and $1-\sigma$."),
        ),
        (Variable(z),),
        source="Any calculus text",
    )


def delta() -> Derivation:
    start, chain = D(J, z), D(J, a) * D(a, z)
    found = (a - y) / (a * (1 - a)) * D(a, z)
    both = product((a - y) / (a * (1 - a)), a * (1 - a))
    return Derivation(
        "sigmoid-with-cross-entropy",
        "Sigmoid output, cross-entropy loss",
        (
            Step(start, chain, "chain"),
            Step(chain, found, "substitute", focus=D(J, a), became=(a - y) / (a * (1 - a))),
            Step(found, both, "substitute", focus=D(a, z), became=a * (1 - a), given=Ne(z, 0)),
            Step(both, a - y, "cancel", cancelled=(a * (1 - a),)),
        ),
        (Variable(z), Variable(y, interval(0, 1, closed="both"))),
        lets=(Let(a, sigmoid(z)), Let(J, loss(a, y))),
        lead=r"The slope $a(1-a)$ cancels.",
    )


CHECK = CheckReport(
    ok=3,
    wrong=0,
    unresolved=0,
    floor=1,
    shown=tuple(
        CheckPoint((("z", at), ("y", 0.5)), claimed, claimed + 1e-12, 2.5e-11, Outcome.OK)
        for at, claimed in ((-8.0, -0.4996646), (0.0, 0.0), (30.0, 0.5))
    ),
    kinks=1,
)

QUARTER = Extremum(Rational(1, 4), Rational(1, 4), Rational(1, 4), at=(S.Zero,))

SIGMOID_FACTS = Facts(
    SIGMOID,
    (),
    sigmoid(z) * (1 - sigmoid(z)),
    a * (1 - a),
    sigmoid(z) * (1 - sigmoid(z)) * (1 - 2 * sigmoid(z)),
    Extremum(S.Zero, S.Zero, S.Zero, approached=(-oo, oo)),
    QUARTER,
    QUARTER,
    (S.Zero, S.One, S.Zero, S.Zero),
    (exp(z), exp(-z)),
    Monotone.STRICTLY_INCREASING,
    odd=False,
)

LEAKY_FACTS = Facts(
    LEAKY,
    ((alpha, Rational(1, 100)),),
    alpha,
    None,
    S.Zero,
    Extremum(Rational(1, 100), Rational(1, 100), alpha),
    Extremum(Rational(99, 100), Rational(101, 100)),
    Extremum(S.One, S.One, S.One),
    (-oo, oo, alpha, S.One),
    (None, None),
    Monotone.STRICTLY_INCREASING,
    odd=False,
    dead=(interval(None, -3),),
    kinks=LEAKY.kinks,
)

PAIRS = (
    Pair(SIGMOID, LOSS, a - y, Cancels.FULLY, PROVED, CHECK),
    Pair(LEAKY, LOSS, refused="its outputs leave the open interval from 0 to 1"),
)


def sigmoid_page() -> Page:
    document = Document(
        "sigmoid",
        "The sigmoid",
        "Activations",
        lead=r"It maps every number into $(0,1)$.",
        derivations=(derivative(),),
        about=(SIGMOID,),
        notes=(r"Its largest slope is $\frac{1}{4}$.",),
    )
    return Page(document, (settled(derivative(), CHECK),), facts=(SIGMOID_FACTS,))


def delta_page() -> Page:
    document = Document("delta", "Why the slope cancels", "Output layers", derivations=(delta(), derivative()))
    doubt = Verdict(Status.UNKNOWN, reason="the normal form grew too large")
    exact = Verdict(Status.PROVED_EXCEPT, exceptions=(Witness(((z, S.Zero),), "[0 +/- 0]", "[1 +/- 0]"),))
    verdicts = (PROVED, PROVED, exact, doubt)
    return Page(document, (Settled(delta(), verdicts, PROVED, CHECK), settled(derivative())))


def pairs_page() -> Page:
    return Page(Document("pairs", "All pairs", "Comparison", pairs=True), (), pairs=PAIRS, facts=(LEAKY_FACTS,))


f, g = Function("f"), Function("g")

TWO = Integer(2)
