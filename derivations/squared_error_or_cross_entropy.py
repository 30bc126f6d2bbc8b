"""The two deltas of a sigmoid output side by side, and the ratio between them."""

from sympy import Mul, Ne

from symgrad import Document, a, activation, interval, output_delta, worked, y

sigmoid = activation("sigmoid")
squared = output_delta("sigmoid", "half_squared_error")
entropy = output_delta("sigmoid", "binary_cross_entropy")
inside = {a: interval(0, 1), y: interval(0, 1, "both")}

ratio = worked(
    "ratio-of-the-deltas",
    "The ratio of the two deltas",
    Mul(a - y, 1 / Mul(a - y, a, 1 - a), evaluate=False),
    ("cancel", 1 / (a * (1 - a)), Ne(a, y), "The error a − y is in both, so it drops out wherever there is an error."),
    domains=inside,
    lead="How many times larger is the delta of cross-entropy?",
)

least = worked(
    "least-ratio",
    "The ratio is never below 4",
    1 / (a * (1 - a)) - 4,
    ("denominator", (1 - 4 * a * (1 - a)) / (a * (1 - a))),
    (
        "factor",
        (1 - 2 * a) ** 2 / (a * (1 - a)),
        "A square over a positive number: never negative, and 0 at a = ½ only.",
    ),
    domains={a: interval(0, 1)},
    lead="How far the ratio is above 4, written so that its sign can be seen.",
)

NOTE = (
    "The factor that squared error keeps is $a(1-a) = \\sigma'(z)$. It is at most $1/4$, so squared error never "
    "learns faster from the same error, and where the output is saturated it hardly learns at all."
)

side_by_side = Document(
    "squared-error-or-cross-entropy",
    "Squared error or cross-entropy?",
    "Output layer",
    "For the same sigmoid output the two losses send back δ = (a − y) a(1 − a) and δ = a − y. Their ratio is "
    "1/(a(1 − a)), which is 4 at a = ½ and grows without bound as the output saturates.",
    (squared, entropy, ratio, least),
    notes=(NOTE,),
)
