"""Why gradients vanish, explode and die: the product over layers, ReLU's mask, dead neurons, powers of one matrix."""

import math
from itertools import pairwise

from sympy import And, Eq, Ge, Lt, Max, Rational, S, Symbol, sqrt

from symgrad import D, Document, derivative, interval, relu, worked
from symgrad.core import Claim, Drawing, Experiment, Holds, Induction, Ruling, Variable
from symgrad.definitions.claims import layers
from symgrad.indexed import Dim, Index, Tensor, apply, delta, group, total
from symgrad.words import message

THEME = "Vanishing gradients"

# One layer, any width: how much longer can delta become?
n, m = Dim("n"), Dim("m")
i, k, j = Index("i", n), Index("k", n), Index("j", m)
W, d = Tensor("W", (n, m)), Tensor("δ", n)  # of layer l + 1
u, B = Tensor("u", m), Tensor("B")  # u is phi'(z) of layer l, B a bound of its square
back = Tensor("g", m, body=((j,), total(i, W[i, j] * d[i])))
not_negative = interval(0, None, "left")
weights, deltas = total((i, j), W[i, j] ** 2), total(k, d[k] ** 2)
lagrange = worked(
    "layer-lagrange",
    "How much of ‖W‖² ‖δ‖² is lost",
    weights * deltas - total(j, back[j] ** 2),
    (
        "definition",
        weights * deltas - total((i, j, k), W[i, j] * d[i] * W[k, j] * d[k]),
    ),
    (
        "square",
        total((i, j, k), group(W[i, j] * d[k] - W[k, j] * d[i]) ** 2) / 2,
        "A sum of squares: Lagrange's identity.",
    ),
    lead="g = Wᵀδ, and ‖W‖² is the sum of all squared weights. What is lost is never negative, so ‖Wᵀδ‖ ≤ ‖W‖ ‖δ‖.",
)
slopes = worked(
    "layer-slopes",
    "What the slopes take",
    B() * total(j, back[j] ** 2) - total(j, (back[j] * u[j]) ** 2),
    ("combine", total(j, group(B() - u[j] ** 2) * back[j] ** 2)),
    lead="u = φ′(z) and B = sup φ′². No bracket is negative, so ‖Wᵀδ ⊙ φ′(z)‖ ≤ sup|φ′| ‖Wᵀδ‖.",
)
c = Symbol("c", real=True)
L = Symbol("L", real=True)
depths = {L: interval(1, None, "left")}
shrinking = worked(
    "factors-below-one",
    "Factors below 1 whose product does not vanish",
    (L + 2) / (2 * (L + 1)) * (1 - 1 / (L + 2) ** 2),
    ("simplify", (L + 3) / (2 * (L + 2)), "The same formula with L + 1 in the place of L."),
    domains=depths,
    lead="With 1 − 1/(l + 1)² as factor number l, the first factor is ¾ and the product of L of them is (L + "
    "2)/(2(L + 1)): this is the step. It tends to ½.",
)
growing = worked(
    "factors-above-one",
    "Factors above 1 whose product stays below 2",
    2 * (L + 1) / (L + 2) / (1 - 1 / (L + 2) ** 2),
    ("simplify", 2 * (L + 2) / (L + 3)),
    domains=depths,
    lead="Their reciprocals.",
)
BOUNDS = (
    Claim(
        "From above",
        "|δ¹|² ≤ ∏‖Wˡ‖² · sup|φ′|²⁽ᴸ⁻¹⁾ · |δᴸ|², for any widths and any number of layers",
        Ruling.PROVED,
        (*layers.LAYER_ABOVE, layers.AT_MOST),
        remark="With the largest singular value in place of ‖W‖ the bound is sharper, and is proved in the same way.",
        instead=layers.SINGULAR[2:],
    ),
    Claim(
        "From below",
        "|δ¹|² ≥ ∏s² · inf|φ′|²⁽ᴸ⁻¹⁾ · |δᴸ|², s being the smallest singular value of each Wᵀ",
        Ruling.PROVED,
        (*layers.LAYER_BELOW, layers.AT_LEAST),
        remark="That every W is some U diag(χ) Vᵀ is a theorem that is cited. Where Wᵀ has fewer rows than columns, or "
        "a slope is 0, the bound is 0: something is lost.",
    ),
    Claim(
        "On both sides",
        "factors of at most one r < 1 in size make the gradient decay exponentially, factors of at least one R > 1 "
        "make it grow exponentially",
        Ruling.PROVED,
        layers.TWO_SIDED,
        remark="That each factor is below 1, or above 1, is not enough, as the last two derivations show.",
    ),
)
product = Document(
    "product-over-layers",
    "The product over the layers",
    THEME,
    "Going back through L layers multiplies the gradient by L matrices and L diagonals of slopes. How long it is at "
    "the first layer is bounded by a product of L numbers, from above and from below.",
    (lagrange, slopes, shrinking, growing),
    claims=BOUNDS,
    experiments=(
        Experiment(
            "depth", (("depths", (1, 2, 3, 4, 6)), ("rates", (0.1, 0.3, 1.0, 3.0)), ("epochs", 10), ("seeds", 5))
        ),
    ),
    notes=(
        (
            r"Together: $|\delta^{1}| \le \prod_{l=2}^{L}\|W^{l}\|\;\sup|\varphi'|^{L-1}\;|\delta^{L}|$. The "
            r"identities for one layer are proved at every width, that what is lost is never negative too, and the "
            r"step from any number of layers to one more by machine: see the three claims. The sizes stand there "
            r"squared, so that no root is needed."
        ),
    ),
)

# Singular values, not eigenvalues.
s, λ, κ = Symbol("s", real=True), Symbol("lambda", real=True), Symbol("k", real=True)
a, b_, g_, h_, u1, u2 = (Symbol(name, real=True) for name in ("a_1", "b_1", "b_2", "a_2", "d_1", "d_2"))
only_one = worked(
    "shear-eigenvalues",
    "The eigenvalues of a shear",
    (a - λ) * (h_ - λ) - b_ * g_,
    ("substitute", (1 - λ) ** 2, And(Eq(a, 1), Eq(h_, 1), Eq(g_, 0)), "Both are 1, whatever c is."),
    lead="This is det(W − λ I) for the rows (a₁, b₁) and (b₂, a₂). W has the rows (1, c) and (0, 1).",
)
longer = worked(
    "shear-grows",
    "One δ grows",
    u1**2 + (c * u1 + u2) ** 2,
    ("substitute", 1 + c**2, And(Eq(u1, 1), Eq(u2, 0)), "δ itself has length 1."),
    lead="‖Wᵀδ‖² with the entries d₁ and d₂ of δ.",
)
shorter = worked(
    "shear-shrinks",
    "Another one shrinks",
    (u1**2 + (c * u1 + u2) ** 2) / (u1**2 + u2**2),
    ("substitute", 1 / (1 + c**2), And(Eq(u1, 1), Eq(u2, -c))),
    lead="‖Wᵀδ‖²/‖δ‖² for δ = (1, −c).",
)
singular = (sqrt(c**2 + 4) + c) / 2
values = worked(
    "shear-singular-values",
    "The singular values",
    (singular**2) ** 2 - (2 + c**2) * singular**2 + 1,
    ("simplify", S.Zero),
    domains={c: not_negative},
    lead="The squares of the singular values are the roots of x² − (2 + c²) x + 1, since WᵀW has the trace 2 + c² "
    "and the determinant 1. One is s = (√(c² + 4) + c)/2, the other 1/s: spread as far as one likes, with "
    "eigenvalues 1 and 1.",
)
two_layers = worked(
    "nilpotent-product",
    "Two layers with eigenvalues 0",
    a * u1 + b_ * u2,
    ("substitute", c**2, And(Eq(a, 0), Eq(b_, c), Eq(u2, c))),
    lead="A has the rows (0, c) and (0, 0); B is its transpose. All eigenvalues are 0. The first entry of AB is the "
    "product of A's first row (a₁, b₁) with B's first column (d₁, d₂): two layers multiply the gradient by c².",
)
powers = worked(
    "jordan-powers",
    "One matrix again and again",
    λ * (κ * λ ** (κ - 1)) + λ**κ,
    ("factor", (κ + 1) * λ**κ),
    domains={λ: interval(0, None), κ: interval(1, None, "left")},
    lead="W has the rows (λ, 1) and (0, λ). The entry beside the diagonal of its k-th power is k λᵏ⁻¹: this is the "
    "step from k to k + 1.",
)
hump = worked(
    "jordan-hump",
    "It grows first",
    κ * λ ** (κ - 1),
    (
        "substitute",
        Rational(387420489, 100000000),
        And(Eq(κ, 10), Eq(λ, Rational(9, 10))),
        "Above 1, although both eigenvalues are 9/10.",
    ),
    domains={λ: interval(0, None), κ: interval(1, None, "left")},
)
t, ε, r_, u = (Symbol(name, real=True) for name in ("t", "epsilon", "r", "u"))
MORE = 2 / (ε * t**2) + u
SECOND = 1 + (1 + r_) * t + r_ * (1 + r_) * t**2 / 2
POWERS = Claim(
    "Powers of one block",
    "the powers of the matrix with the rows (λ, 1) and (0, λ) tend to 0 just if |λ| < 1",
    Ruling.PROVED,
    (
        layers.FACTORS_AT_LEAST,
        Induction(
            "for |λ| < 1 write |λ| = 1/(1 + t): with k = 1 + r, (1 + t)ᵏ ≥ 1 + kt + rkt²/2",
            Ge(layers.P, SECOND, evaluate=False),
            ((layers.P, 1 + t, (1 + t) * layers.P), (r_, S.Zero, r_ + 1)),
            (),
            (Variable(t, not_negative), Variable(r_, not_negative)),
        ),
        Holds(
            "so k/(1 + t)ᵏ is below any ε > 0 from r = 2/(εt²) on: the entry beside the diagonal tends to 0, and λᵏ "
            "with it",
            Lt((1 + MORE) / SECOND.xreplace({r_: MORE}), ε, evaluate=False),
            (*(Variable(x, interval(0, None)) for x in (t, ε)), Variable(u, not_negative)),
        ),
        layers.SUCH,
    ),
    remark="The first line, with r = 1, says that |λ|ᵏ stays at 1 or above where |λ| ≥ 1.",
)
NORMED = 1 / math.sqrt(5)
LOST, BACK = ((0.0, 0.0), (NORMED, -2 * NORMED)), ((0.0, 0.0), (NORMED, 0.0))
ROUND = tuple((math.cos(turn), math.sin(turn)) for turn in (math.pi * n / 90 for n in range(181)))
stretched = Drawing(
    "All δ of length 1, and Wᵀδ for a shear with c = 2",
    κ,
    (),
    -3.4,
    3.4,
    paths=(
        ("δ", ROUND),
        ("Wᵀδ", tuple((x, 2 * x + y) for x, y in ROUND)),
        ("δ = (1, −2)/√5", LOST),
        (message("its Wᵀδ"), BACK),
    ),
    axes=("1", "2"),
    alike=True,
)
humps = Drawing(
    "k λᵏ⁻¹ beside λᵏ: it grows before it decays (λ = 9/10)",
    κ,
    (("kλᵏ⁻¹", κ * Rational(9, 10) ** (κ - 1)), ("λᵏ", Rational(9, 10) ** κ)),
    0.0,
    60.0,
)
singular_page = Document(
    "singular-values",
    "Singular values, not eigenvalues",
    THEME,
    "How much a layer can lengthen or shorten a gradient is said by the singular values of its weights. Eigenvalues "
    "say it for repeated powers of one matrix only, as in a recurrent network, and there only in the long run.",
    (only_one, longer, shorter, values, two_layers, powers, hump),
    claims=(POWERS,),
    drawings=(stretched, humps),
    notes=(
        (
            "In a recurrent network all steps share one $W$, and without the slopes $T$ steps back multiply by the "
            "$T$-th power of its transpose. For the block above that tends to 0 just if $|\\lambda| < 1$, as is proved "
            "here; before it does, it may grow. That every $W$ is made of such blocks of any size in other coordinates "
            "(Jordan), so that its powers tend to 0 just if all its eigenvalues are below 1 in size, is cited: Horn & "
            "Johnson, Matrix Analysis, theorem 5.6.12."
        ),
    ),
)

# ReLU's mask.
p = Tensor("p")
M = Tensor("M", (n, n), body=((i, k), p() ** 2 + group(p() - p() ** 2) * delta(i, k)))
masked = worked(
    "relu-mask",
    "What a random mask leaves",
    total((i, k, j), M[i, k] * W[i, j] * d[i] * W[k, j] * d[k]),
    (
        "definition",
        total((i, k, j), group(p() ** 2 + group(p() - p() ** 2) * delta(i, k)) * W[i, j] * d[i] * W[k, j] * d[k]),
    ),
    (
        "pick",
        p() ** 2 * total(j, total(i, W[i, j] * d[i]) ** 2)
        + group(p() - p() ** 2) * total((i, j), W[i, j] ** 2 * d[i] ** 2),
    ),
    lead="m is 0 or 1 in each entry, 1 with probability p, independently. E[mᵢ mₖ] is p² for different entries and "
    "p for the same: Mᵢₖ. So this is E‖Wᵀ(m ⊙ δ)‖².",
)
share = Symbol("p", real=True)
in_the_mean = Drawing(
    "Share of ‖Wᵀδ‖² that is left in the mean",
    share,
    (
        (message("terms at right angles: p"), share),
        (message("ten terms alike: p² + (p − p²)/10"), share**2 + (share - share**2) / 10),
        (message("sigmoid, in both cases at most 1/16"), Rational(1, 16) + 0 * share),
    ),
    0.0,
    1.0,
    axes=("p", ""),
)


def at_least(count: int) -> tuple[tuple[float, float], ...]:
    """For so many neurons whose terms are alike, half of them active: a share, and how probable at least that is."""
    ways = [math.comb(count, k) for k in range(count + 1)]
    steps = [((k / count) ** 2, sum(ways[k:]) / 2**count) for k in range(count + 1)]
    corners = [((0.0, 1.0), steps[0]), *(((a, q), (b, q)) for (a, _), (b, q) in pairwise(steps))]
    return tuple(dict.fromkeys([*(p for corner in corners for p in corner), (1.0, 0.0)]))


by_chance = Drawing(
    "At least this share is left: how probable",
    share,
    (),
    0.0,
    1.0,
    paths=(
        (message("ReLU, 4 terms alike"), at_least(4)),
        (message("ReLU, 32 terms alike"), at_least(32)),
        (message("sigmoid: never beyond 1/16"), ((0.0, 1.0), (1 / 16, 1.0), (1 / 16, 0.0), (1.0, 0.0))),
    ),
    axes=("‖Wᵀ(m ⊙ δ)‖²/‖Wᵀδ‖²", ""),
)
mask = Document(
    "relu-mask",
    "ReLU's mask, and the sigmoid's factor",
    THEME,
    "Where ReLU is active its slope is 1, elsewhere 0: going back it sets entries to 0, and leaves the others as "
    "they are.",
    (masked,),
    drawings=(in_the_mean, by_chance),
    notes=(
        (
            r"With $p=\frac{1}{2}$: a quarter of $\|W^{\top}\delta\|^2$ and more. The sigmoid leaves at most a "
            r"sixteenth of every $\delta_i^2$, as $\sigma'^2\le\frac{1}{16}$. But a statement about the sum can't be "
            r"read off the terms: with one column of weights $(1, 1)$ and $\delta = (1, -1)$ the sum "
            r"$W^{\top}\delta$ is 0, and with two different slopes in it, it is not."
        ),
        "The mask of a trained network is neither random nor independent of δ; here it is assumed to be.",
    ),
)

# Dead neurons.
E_, F = Dim("N"), Dim("n")
e, f = Index("e", E_), Index("f", F)
X, w, b = Tensor("X", (E_, F)), Tensor("w", F), Tensor("b")
Z = Tensor("z", E_, body=((e,), total(f, X[e, f] * w[f]) + b()))
A = Tensor("a", E_, body=((e,), apply(relu, Z[e])))
J = Tensor("J", depends=(A,))
neuron = {"through": (A, Z), "called": {A: "ā", Z: "δ"}}
by_w = derivative(J, w, name="dead-w", title="The weights of one neuron, over a data set", **neuron)
by_b = derivative(J, b, name="dead-b", title="Its bias", **neuron)
zw, zb, zx = (Symbol(name, real=True) for name in ("w", "b", "x"))
asleep = worked(
    "dead-slope",
    "Where z < 0",
    D(Max(0, zw * zx + zb), zw),
    ("differentiate", S.Zero, zw * zx + zb < 0, "So δ is 0 for this example: it moves neither w nor b."),
)
v, w1, w2, b1, b2, y = (Symbol(name, real=True) for name in ("v", "w1", "w2", "b1", "b2", "y"))
one, two = w1 * v * zx + b1, w2 * v * zx + b2
around = worked(
    "dead-other-paths",
    "An earlier weight beside a dead neuron",
    D((Max(0, one) + Max(0, two) - y) ** 2 / 2, v),
    ("differentiate", (two - y) * w2 * zx, And(one < 0, two > 0), "Along the second neuron."),
    lead="h = v x is read by two ReLU neurons, of which the first one is dead.",
)
revived = worked(
    "dead-revived",
    "It comes back",
    Max(0, 1 * (1 - 1 * ((1 - 2) * 1 * 1)) * 1 - Rational(3, 2), evaluate=False),
    ("simplify", Rational(1, 2)),
    lead="x = v = w₁ = w₂ = 1, b₁ = −3/2, b₂ = 0, y = 2: the first neuron has z = −½. ∂J/∂v = −1, and one step of "
    "rate 1 makes v = 2. Its output is then this.",
)
never = worked(
    "dead-for-good",
    "Where it can't",
    Max(0, zw * zx + zb),
    ("cases", S.Zero),
    domains={zw: interval(None, 0, "right"), zb: interval(None, 0, "right"), zx: not_negative},
    lead="Behind another ReLU the inputs are never negative. With w ≤ 0 and b ≤ 0 no update of earlier layers helps.",
)
dead = Document(
    "dead-relu",
    "Dead ReLU neurons",
    THEME,
    "A ReLU neuron is dead on a data set if z ≤ 0 at every example. Its own weights and bias then have gradient 0, "
    "whatever the loss; other parameters need not.",
    (by_w, by_b, asleep, around, revived, never),
    experiments=(Experiment("dead-relu", (("epochs", 10), ("seeds", 3))),),
    notes=(
        (
            r"With $\mathrm{ReLU}'(0)=0$, as libraries have it, every $\delta_e$ of a dead neuron is 0, and both "
            r"sums are 0. Gradient descent leaves $w$ and $b$ as they are (weight decay would still shrink $w$). The "
            r"neurons behind it see the constant 0 from it and learn from their other inputs; earlier layers learn "
            r"along other paths. As they move, so does $z$: the neuron may come back."
        ),
        (
            r"Remedies: Leaky ReLU, PReLU with $\alpha > 0$ and ELU have slopes above 0 for every $z$ but the kink at "
            r"0 (their derivatives are derived on their pages), so $\delta$ is never cut off; a smaller rate and "
            r"smaller or positive biases make it less likely that a step throws a neuron out of the data. How many die "
            r"in training is measured: symgrad experiment dead-relu."
        ),
    ),
)
DOCUMENTS = (product, singular_page, mask, dead)
