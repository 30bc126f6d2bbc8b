"""Cross-entropy's delta is the larger one: when that helps, and when it does not."""

from sympy import Abs, Gt, Lt, Mul, Rational, S, Symbol, oo

from symgrad import Document, interval, sigmoid, worked, z
from symgrad.core import Claim, Drawing, Exists, Experiment, Holds, Ruling, Tends, Variable
from symgrad.definitions.claims import CLAIMS

σ = sigmoid(z)
η = Symbol("eta", real=True)
by_entropy, by_squares = σ, σ * σ * (1 - σ)  # the two deltas for y = 0

slowdown = worked(
    "slowdown-ratio",
    "A wrong and saturated output: the ratio of the two deltas",
    Mul(σ**2 * (1 - σ), 1 / σ, evaluate=False),
    ("cancel", σ * (1 - σ), "The error drops out; what is left is σ′(z), which dies out as e⁻ᶻ."),
    lead="For y = 0 squared error sends back σ·σ(1 − σ), cross-entropy σ. How much of the one is the other?",
)
saturated = Claim(
    "Learning slows down",
    "where the output is near 1 and should be 0, squared error sends back next to nothing, cross-entropy all of it",
    Ruling.PROVED,
    (
        Tends("cross-entropy: δ → 1 as z → ∞", by_entropy, z, oo, S.One),
        Tends("squared error: δ → 0 as z → ∞", by_squares, z, oo, S.Zero),
        Holds("squared error’s is the smaller one for every z", Lt(by_squares, by_entropy, evaluate=False)),
    ),
)
classic = Claim(
    "The classic neuron",
    "with x = 1, y = 0 a neuron that starts at w = b = 2 begins to learn 50 times more slowly with squared error, one "
    "that starts at w = 0.6, b = 0.9 only 6 times",
    Ruling.PROVED,
    (
        Exists("z = 4: the ratio is above 50", Gt(by_entropy, 50 * by_squares, evaluate=False), ((z, S(4)),)),
        Exists("z = 3/2: it is above 6", Gt(by_entropy, 6 * by_squares, evaluate=False), ((z, Rational(3, 2)),)),
        Exists("and below 7", Lt(by_entropy, 7 * by_squares, evaluate=False), ((z, Rational(3, 2)),)),
    ),
)
half = S.Half
soft_ce, soft_se = z - 8 * (σ - half), z - 8 * (σ - half) * σ * (1 - σ)
overshoot = Claim(
    "A step too long",
    "for a target in between, y = ½, with a step of 8, cross-entropy ends further from the target than squared error",
    Ruling.PROVED,
    (
        Holds(
            "for every start from z = ¼ to z = 5/4",
            Gt(Abs(soft_ce), Abs(soft_se), evaluate=False),
            (Variable(z, interval(Rational(1, 4), Rational(5, 4), "both")),),
        ),
    ),
)
outlier = Claim(
    "A wrong label",
    "an example with the wrong label pulls on a network that is sure of the right answer with full strength under "
    "cross-entropy, and hardly at all under squared error",
    Ruling.PROVED,
    (
        Tends("squared error forgets the example: δ/e⁻ᶻ → 1", by_squares / sigmoid(-z), z, oo, S.One),
        Holds(
            "cross-entropy pulls with more than ½ for every z > 0",
            Gt(by_entropy, half, evaluate=False),
            (Variable(z, interval(0, None)),),
        ),
    ),
)
page = Document(
    "where-cross-entropy-is-not-better",
    "Where cross-entropy is better, and where it is not",
    "Output layer",
    "With a sigmoid output the delta of cross-entropy is at least four times that of squared error. That is faster "
    "where the output is saturated and wrong. A larger step is not a better one where it overshoots, or where the "
    "label is wrong.",
    (slowdown,),
    claims=(saturated, classic, CLAIMS["B4"], overshoot, outlier),
    drawings=(
        Drawing(
            "What is sent back for y = 0", z, (("cross-entropy", by_entropy), ("squared error", by_squares)), -6.0, 6.0
        ),
        Drawing(
            "Distance from z = 0 after a step of 8, y = ½",
            z,
            (("cross-entropy", Abs(soft_ce)), ("squared error", Abs(soft_se))),
            -4.0,
            4.0,
        ),
    ),
    experiments=(Experiment("slowdown"),),
)
