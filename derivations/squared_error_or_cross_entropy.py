"""The two deltas of a sigmoid output side by side, and the ratio between them."""

from sympy import Eq, Max, Mul, Ne, S

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

times = 1 / (a * (1 - a))
excess = (1 - 2 * a) ** 2 / (a * (1 - a))

least = worked(
    "least-ratio",
    "The ratio is never below 4",
    Max(4, times),
    ("regroup", 4 + Max(0, times - 4)),
    ("denominator", 4 + Max(0, (1 - 4 * a * (1 - a)) / (a * (1 - a)), evaluate=False)),
    ("factor", 4 + Max(0, excess, evaluate=False), "1 − 4a + 4a² is the square of 1 − 2a."),
    ("cases", 4 + excess, "A square over a positive number is never below 0, so it is the larger of the two."),
    ("denominator", times),
    domains={a: interval(0, 1)},
    lead="The larger of 4 and the ratio is the ratio itself: that is what “never below 4” says.",
)

attained = worked(
    "least-ratio-attained",
    "It is 4 at a = ½",
    times,
    ("regroup", 4 + excess, "As above."),
    ("substitute", S(4), Eq(a, S.Half), "The square is 0 there."),
    domains={a: interval(0, 1)},
    lead="The value 4 is taken, where the sigmoid is least sure: at z = 0.",
)

NOTE = (
    "The factor that squared error keeps is $a(1-a) = \\sigma'(z)$. It is at most $1/4$, so squared error never "
    "learns faster from the same error, and where the output is saturated it hardly learns at all."
)

side_by_side = Document(
    "squared-error-or-cross-entropy",
    "Squared error or cross-entropy?",
    "Output layer",
    "For the same sigmoid output the two losses send back $\\delta = (a-y)\\,a(1-a)$ and $\\delta = a-y$. Their "
    "ratio is "
    "$1/(a(1-a))$, which is 4 at $a = \\frac{1}{2}$ and grows without bound as the output saturates.",
    (squared, entropy, ratio, least, attained),
    notes=(NOTE,),
    beside=2,
)
