"""Initialisation: Xavier and He, the critical line, and what weights can and can't repair."""

import math
from dataclasses import replace

from flint import arb, fmpq
from sympy import Eq, Ge, Le, Lt, Rational, S, Symbol, atan, exp, oo, pi, sqrt

from symgrad import D, Document, interval, sigmoid, worked, z
from symgrad.core import (
    Claim,
    Domain,
    Drawing,
    Equal,
    Experiment,
    Holds,
    Induction,
    NeverNegative,
    Ruling,
    Tends,
    Variable,
)
from symgrad.definitions import ACTIVATIONS
from symgrad.definitions.claims import layers
from symgrad.functions.symbols import alpha
from symgrad.indexed import Dim, Fact, Index, Tensor, delta, total
from symgrad.pipeline.enclosing import enclosed
from symgrad.words import message

THEME = "Vanishing gradients"
q, v, n_in, n_out, w, b = (Symbol(name, real=True) for name in ("q", "v", "n_in", "n_out", "w", "b"))
positive = interval(0, None)
half = Rational(1, 2)

# Xavier and He, for any width.
n, m = Dim("n"), Dim("m")
i, o, j, k = Index("i", m), Index("o", m), Index("j", n), Index("k", n)
a, e, variance = Tensor("a", n), Tensor("δ", m), Tensor("v")
C = Tensor("C", (n, n), body=((j, k), variance() * delta(j, k)))  # independent weights of mean 0 and variance v
R = Tensor("R", (m, m), body=((i, o), variance() * delta(i, o)))
forward = worked(
    "initial-forward",
    "Forward: the mean square of a pre-activation",
    total((j, k), C[j, k] * a[j] * a[k]),
    (
        "definition",
        total((j, k), variance() * delta(j, k) * a[j] * a[k]),
        "Independent weights of mean 0 and variance v.",
    ),
    ("pick", variance() * total(j, a[j] ** 2)),
    lead="zᵢ is the sum of wᵢⱼ aⱼ, so E[zᵢ²] is the sum of Cⱼₖ aⱼ aₖ with Cⱼₖ = E[wᵢⱼ wᵢₖ]: the weights are random, "
    "the activations are given.",
)
backward = worked(
    "initial-backward",
    "Backward: the mean square of what comes back",
    total((i, o), R[i, o] * e[i] * e[o]),
    ("definition", total((i, o), variance() * delta(i, o) * e[i] * e[o]), "The same weights, along a column."),
    ("pick", variance() * total(i, e[i] ** 2)),
    lead="(Wᵀδ)ⱼ is the sum of wᵢⱼ δᵢ, so its mean square is the sum of Rᵢₒ δᵢ δₒ with Rᵢₒ = E[wᵢⱼ wₒⱼ]. That δ "
    "does not depend on W is assumed; it holds in the limit of wide layers only.",
)
widths = {n_in: positive, n_out: positive}
glorot = 2 / (n_in + n_out)
xavier = worked(
    "xavier",
    "Xavier: the two gains multiply to",
    (n_in * v) * (n_out * v),
    ("substitute", 4 * n_in * n_out / (n_in + n_out) ** 2, Eq(v, glorot)),
    ("regroup", 1 - (n_in - n_out) ** 2 / (n_in + n_out) ** 2, "A square is taken away, so it is at most 1."),
    domains=widths,
    lead="Forward wants $n_{\\mathrm{in}}v = 1$, backward $n_{\\mathrm{out}}v = 1$. Both at once needs "
    "$n_{\\mathrm{in}} = n_{\\mathrm{out}}$; $v = 2/(n_{\\mathrm{in}} + n_{\\mathrm{out}})$ "
    "makes the two gains add up to 2. It assumes φ′ = 1 near 0, as tanh has.",
)
xavier_square = worked(
    "xavier-square",
    "In a square layer both conditions hold",
    n_in * glorot,
    ("substitute", S.One, Eq(n_in, n_out)),
    domains=widths,
)
he = worked(
    "he",
    "He: half of the mean square is lost, so the weights get twice the variance",
    n_in * v * (q / 2),
    ("substitute", q, Eq(v, 2 / n_in), "E[ReLU(z)²] = q/2, so the next q is the same again."),
    domains={n_in: positive, q: positive, v: positive},
    lead="With E[a²] = q/2 from the integral above. Backward, E[ReLU′(z)²] = ½ asks for n_out v = 2.",
)
he_leaky = worked(
    "he-leaky",
    "Leaky ReLU",
    n_in * v * (q * (1 + alpha**2) / 2),
    ("substitute", q, Eq(v, 2 / (n_in * (1 + alpha**2)))),
    domains={n_in: positive, q: positive, v: positive},
)
conditions = Document(
    "xavier-and-he",
    "Xavier and He",
    THEME,
    "How large should weights be in the beginning? Large enough that neither the signal on its way forward nor the "
    "gradient on its way back dies out, and small enough that neither blows up.",
    (forward, backward, xavier, xavier_square, he, he_leaky),
    experiments=(Experiment("vanishing", (("depths", (2, 10, 20, 30, 40, 50)),)),),
    notes=(
        (
            "Assumed, and not proved: weights are independent of each other with mean 0 and variance $v$, and of the "
            "delta; biases begin at 0. That is what $C$ and $R$ say. What a real network of width 400 does is "
            "measured: symgrad experiment vanishing."
        ),
    ),
)

# The critical line, and what can't be repaired.
at_critical = worked(
    "critical-relu",
    "ReLU: a point, not a line",
    w * (q / 2) + b,
    ("substitute", q, Eq(w, 2) & Eq(b, 0), "Any other b changes q in each layer."),
    domains={q: positive, w: positive, b: interval(0, None, "left")},
    lead="χ = w/2 is 1 only for w = 2, and then q stays as it is only for b = 0. Every q is kept.",
)
cut = sqrt(1 + 4 * q)
on_line = worked(
    "critical-erf",
    "erf: the line, with q as its parameter",
    w * (4 / (pi * cut)),
    ("substitute", S.One, Eq(w, pi * cut / 4), "So χ = 1."),
    domains={q: positive, w: positive},
    lead="χ is w E[erf′(√q Z)²] = 4w/(π√(1 + 4q)), so w = π√(1 + 4q)/4 makes it 1; b is what is missing for q to be "
    "kept.",
)
mean_square = 2 / pi * atan(2 * q / cut)


def erf_point(variance: float) -> tuple[float, float]:
    """The point (w, b) of the line of erf, by the formulas below."""
    root = math.sqrt(1 + 4 * variance)
    return math.pi * root / 4, variance - root / 2 * math.atan(2 * variance / root)


on_line_kept = worked(
    "critical-erf-kept",
    "and q is kept",
    w * mean_square + b,
    ("substitute", q, Eq(w, pi * cut / 4) & Eq(b, q - cut / 2 * atan(2 * q / cut))),
    domains={q: positive, w: positive},
    lead="b = q − ½√(1 + 4q) arctan(2q/√(1 + 4q)). At q → 0 the line begins at w = π/4, b = 0.",
)

# Where no closed form is known, points of the line: E phi^2 and E phi'^2 enclosed, w and b worked out from them.
POINTS = {"tanh": ("1/4", "1", "4"), "sigmoid": ("100", "200", "1000")}
m, s = Symbol("m", real=True), Symbol("s", real=True)  # the two mean squares
WIDE = Rational(1, 10**6)


def fraction(words: str) -> arb:
    """A rational number as a ball."""
    exact = Rational(words)
    return arb(fmpq(int(exact.p), int(exact.q)))


def point_of_line(name: str, variance: str) -> Claim:
    """One point (w, b) of an activation's critical line."""
    of = ACTIVATIONS[name].of
    value, first = enclosed(of, Rational(variance), (1, 0), message("E[φ(√q Z)²] with q = {q}", q=variance))
    slope, second = enclosed(D(of, z), Rational(variance), (1, 0), message("E[φ′(√q Z)²] with q = {q}", q=variance))
    weight, bias = 1 / slope, fraction(variance) - value / slope
    within = (Variable(m, Domain(first.lower, first.upper)), Variable(s, Domain(second.lower, second.upper)))
    formulas = ("w", weight, 1 / s), ("b", bias, S(variance) - m / s)
    ends = [
        (letter, Rational(round(Rational(ball.mid().str(12, radius=False)), 6)), formula)
        for letter, ball, formula in formulas
    ]
    parts = [
        Holds(message("so {letter} lies near {value}", letter=letter, value=f"{float(near):.6f}"), relation, within)
        for letter, exact, formula in ends
        for near in (Rational(round(exact * 10**6), 10**6),)
        for relation in (Ge(formula, near - WIDE, evaluate=False), Le(formula, near + WIDE, evaluate=False))
    ]
    if not bias > 0:
        raise ArithmeticError(f"the critical line of {name} has no point for q = {variance}: b would be negative")
    said = message(
        "For q = {q} the point is w ≈ {w}, b ≈ {b}",
        q=variance,
        w=weight.str(8, radius=False),
        b=bias.str(8, radius=False),
    )
    return Claim(ACTIVATIONS[name].title, said, Ruling.PROVED, (first, second, *parts), pages=(name,))


def line_of(name: str, variances: tuple[str, ...]) -> tuple[Claim, tuple[tuple[float, float], ...]]:
    """A claim that encloses so many points of a critical line, and the points for a drawing."""
    of, parts, drawn = ACTIVATIONS[name].of, [], []
    for variance in variances:
        slope, first = enclosed(D(of, z), Rational(variance), (1, 0), "")
        value, second = enclosed(of, Rational(variance), (1, 0), "")
        weight, bias = 1 / slope, fraction(variance) - value / slope
        told = weight.str(10, radius=False), bias.str(10, radius=False)
        parts += [
            replace(first, words=message("q = {q}, so w ≈ {w}: E[φ′(√q Z)²]", q=variance, w=told[0])),
            replace(second, words=message("q = {q}, so b ≈ {b}: E[φ(√q Z)²]", q=variance, b=told[1])),
        ]
        drawn.append((float(weight.mid()), float(bias.mid())))
    said = message("{n} points of the line of {title}, each enclosed", n=len(variances), title=ACTIVATIONS[name].title)
    return Claim("Points that are drawn", said, Ruling.PROVED, tuple(parts), pages=(name,)), tuple(drawn)


EIGHTHS = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 36, 40)
VARIANCES = ("1/50", "1/20", *(str(Rational(n, 8)) for n in EIGHTHS))
enclosed_line, tanh_line = line_of("tanh", VARIANCES)
lines = Drawing(
    "where variance and gradient are both kept",
    q,
    (),
    0.0,
    5.0,
    paths=(
        ("tanh", tanh_line),
        ("erf", tuple(erf_point(n / 50) for n in range(1, 251))),
        ("ReLU", ((2.0, 0.0),)),
    ),
    axes=("w", "b"),
)

critical = Document(
    "critical-line",
    "The critical line",
    THEME,
    "w = n Var(weights) and b = Var(biases). A variance q is kept if q = w E[φ(√q Z)²] + b; the gradient is kept if "
    "χ = w E[φ′(√q Z)²] = 1. Both together are a curve in the plane of w and b, with q as its parameter.",
    (at_critical, on_line, on_line_kept),
    claims=(*(point_of_line(name, q) for name, points in POINTS.items() for q in points), enclosed_line),
    notes=(
        (
            r"For any other activation take $w = 1/E\varphi'(\sqrt{q}Z)^2$ and $b = q - wE\varphi(\sqrt{q}Z)^2$, "
            r"where that is not negative. At $b=0$ tanh and hard tanh begin at $w=1$, and Leaky ReLU has the point "
            r"$w=2/(1+\alpha^2)$, $b=0$. The sigmoid's line begins beyond $w = 18\pi$: see the page on what "
            r"initialisation can't repair."
        ),
        (
            "The drawing shows the line of tanh for q from 1/50 to 5, straight between the 20 points that are enclosed "
            "above, that of erf by its formula, and the point of ReLU. Schoenholz et al. 2017, arXiv:1611.01232, show "
            "for tanh, and it is not proved here, that gradients vanish to the left of the line and explode to the "
            "right of it."
        ),
    ),
    drawings=(lines,),
)

σ = sigmoid(z)
pairing = worked(
    "sigmoid-mean-square",
    "The mean square of the sigmoid's output is at least ¼",
    (σ**2 + sigmoid(-z) ** 2) / 2,
    ("regroup", Rational(1, 4) + (σ - half) ** 2, "Because σ(−z) = 1 − σ(z)."),
    lead="z and −z are equally likely, so the mean of σ(z)² is the mean of this. Hence q ≥ w/4 from the second "
    "layer on, whatever the biases.",
)
area = worked(
    "sigmoid-slope-area",
    "The area under σ′²",
    D(σ**2 / 2 - σ**3 / 3, z),
    ("differentiate", σ * σ * (1 - σ) - σ**2 * σ * (1 - σ)),
    ("factor", (σ * (1 - σ)) ** 2),
    lead="From −∞ to ∞ the left side rises from 0 to ½ − ⅓, so the area is 1/6.",
)
ceiling = worked(
    "sigmoid-chi",
    "A ceiling for χ",
    w / (6 * sqrt(2 * pi * q)),
    ("substitute", sqrt(w / (18 * pi)), Eq(q, w / 4), "The least that q can be."),
    domains={w: positive, q: positive},
    lead="The density of z is at most 1/√(2πq), so E[σ′(z)²] ≤ 1/(6√(2πq)), and χ is w times that with q ≥ w/4.",
)
steepest = worked(
    "sigmoid-steepest",
    "Another ceiling, for small weights",
    Rational(1, 16) - (σ * (1 - σ)) ** 2,
    ("factor", (Rational(1, 4) - σ * (1 - σ)) * (Rational(1, 4) + σ * (1 - σ))),
    ("regroup", (half - σ) ** 2 * (Rational(1, 4) + σ * (1 - σ)), "No factor is negative."),
    lead="σ′² ≤ 1/16, so χ ≤ w/16: at most ¼ per layer in norm with Xavier's weights (w = 1), √2/4 with He's (w = 2).",
)
KEPT = 200  # a variance that is kept by weights of w = 400 and the biases that it takes
kept, kept_value = enclosed(σ, KEPT, (1, 0), "E[σ(√200 Z)²]")
passed, kept_slope = enclosed(D(σ, z), KEPT, (1, 0), "E[σ′(√200 Z)²]")
chi, bias = 400 * passed, KEPT - 400 * kept
if not (chi > 1 and bias > 0):
    raise ArithmeticError("the page says that a saturated sigmoid has χ above 1")
far = Symbol("t", real=True)  # z²/(2q)
density = exp(-far) / sqrt(2 * pi * q)
bell = (Variable(far, interval(0, None, "left")), Variable(q, positive))
share, gap, largest = Tensor("s", n), Tensor("r", n), Tensor("M")  # weights s², values M − r²
MEAN = (
    Equal(
        "a mean of any number of values M − r² with weights s², ∑ s² = 1, stays below M by",
        largest() - total(j, share[j] ** 2 * (largest() - gap[j] ** 2)),
        total(j, share[j] ** 2 * gap[j] ** 2),
        (Fact("the weights sum to 1", total(j, share[j] ** 2), 1 + 0 * total(j, share[j]), assumed=True),),
    ),
    NeverNegative(
        "which is never negative: a mean is at most the largest value", total(j, share[j] ** 2 * gap[j] ** 2)
    ),
)
REPAIRED = (
    Claim(
        "Exploding",
        "weights with ‖W‖ sup|φ′| ≤ 1 can’t explode, at any width and any depth, as long as they stay so",
        Ruling.PROVED,
        (
            *layers.LAYER_ABOVE,
            layers.AT_MOST,
            Induction(
                "factors between 0 and 1 have products between 0 and 1",
                Le(layers.P, 1, evaluate=False),
                ((layers.P, S.One, layers.c * layers.P),),
                (),
                (Variable(layers.c, interval(0, 1, "both")),),
            ),
        ),
        remark="Training may leave that region again, and what no longer explodes may vanish.",
    ),
    Claim(
        "A sigmoid’s vanishing",
        "for every n Var(w) = w < 18π = 56.5… the ceiling for χ is below 1, whatever the biases",
        Ruling.PROVED,
        (
            Holds("σ′² is at most 1/16 everywhere", Le(D(sigmoid(z), z) ** 2, Rational(1, 16), evaluate=False)),
            *MEAN,
            Holds(
                "a normal density e⁻ᵗ/√(2πq), t = z²/(2q), is at most its value at 0",
                Le(density, 1 / sqrt(2 * pi * q), evaluate=False),
                bell,
            ),
            Holds(
                "so the integrand of E[σ′(z)²] is at most σ′² times that",
                Le((s * (1 - s)) ** 2 * density, (s * (1 - s)) ** 2 / sqrt(2 * pi * q), evaluate=False),
                (Variable(s, interval(0, 1)), *bell),
            ),
            Tends("the area under σ′² ends at 1/6", σ**2 / 2 - σ**3 / 3, z, oo, Rational(1, 6)),
            Tends("and begins at 0", σ**2 / 2 - σ**3 / 3, z, -oo, S.Zero),
            Holds(
                "the mean of σ(z)² and σ(−z)² is at least ¼",
                Ge((sigmoid(z) ** 2 + sigmoid(-z) ** 2) / 2, Rational(1, 4), evaluate=False),
            ),
            Holds(
                "so the ceiling √(w/(18π)) is below 1, since its square is",
                Lt(w / (18 * pi), 1, evaluate=False),
                (Variable(w, Domain(S.Zero, 18 * pi)),),
            ),
            layers.FACTORS_AT_MOST,
        ),
        remark="For an integral in place of a sum it is used that what is nowhere larger has no larger integral.",
    ),
    Claim(
        "The limit of that",
        "with w = 400 and suitable biases the variance 200 is kept, and χ is above 1",
        Ruling.PROVED,
        (
            kept_value,
            kept_slope,
            replace(kept_slope, words="so E[σ′²] is above 1/400, and χ above 1", lower=S.One / 400, upper=S.One / 16),
            replace(
                kept_value, words="E[σ²] is below ½, so 200 − 400 E[σ²], the biases’ variance, is above 0", upper=half
            ),
        ),
    ),
)
EXPLODING = (
    r"Exploding. From $|\delta^{l}| \le \|W^{l+1}\|\,\sup|\varphi'|\,|\delta^{l+1}|$: weights with "
    r"$\|W\|\sup|\varphi'| \le 1$ can't explode, at initialisation, whatever the depth. In the mean, $\chi \le "
    r"w\sup|\varphi'|^2$. Training may leave that region again, and what no longer explodes may vanish."
)
VANISHING = (
    r"A sigmoid's vanishing. By the last ceiling, for every $n\operatorname{Var}(w) < 18\pi = 56.5\ldots$ and any "
    r"biases $\chi < 1$ from the second layer on, so the gradient decays exponentially with depth. Xavier's and He's "
    r"weights, 1 and 2, are far below."
)
LIMIT = message(
    "The limit of that statement. It is false for huge weights: with $w = 400$ and suitable biases the variance 200 "
    "is kept, and $\\chi$ is above 1. The price is saturation: z has a standard deviation of 14, so most neurons "
    "have a slope near 0, and a few carry everything. So a sigmoid network can keep its gradient, or let it explode "
    "(measured at width 400 and depth 50, by a factor of about four million: symgrad experiment vanishing "
    "--activation sigmoid --init normal:1), but not with outputs that are anywhere near linear in what went in."
)
repair = Document(
    "what-initialisation-repairs",
    "What initialisation can and can't repair",
    THEME,
    "Exploding gradients: always, if φ′ is bounded, by smaller weights. A sigmoid's vanishing gradient: not with "
    "weights of any usual size, and with huge ones only at a price.",
    (steepest, pairing, area, ceiling),
    claims=REPAIRED,
    notes=(
        EXPLODING,
        VANISHING,
        message(
            "{limit} The enclosure is {ball}; the biases have variance {variance}.",
            limit=LIMIT,
            ball=chi.str(12),
            variance=f"{float(bias):.3f}",
        ),
    ),
)
DOCUMENTS = (conditions, critical, repair)
