"""D1 to D7: what is said about gradients that vanish, explode or die."""

from __future__ import annotations

from sympy import Abs, Eq, Ne, Rational, S, Symbol, oo

from symgrad.core import (
    Claim,
    CoinMean,
    Equal,
    Exists,
    Holds,
    Induction,
    Let,
    NeverNegative,
    Observation,
    Ruling,
    Tends,
)
from symgrad.definitions.claims.layers import (
    ANY_MASKS,
    AT_LEAST,
    AT_MOST,
    LAYER_ABOVE,
    LAYER_BELOW,
    SINGULAR,
    SLOPES_AT_MOST,
    TWO_SIDED,
)
from symgrad.definitions.claims.letters import (
    L,
    at,
    b,
    eq,
    ge,
    gt,
    le,
    lt,
    never_below_zero,
    over,
    positive,
    relu,
    sigmoid,
    slope,
    w,
    x,
    y,
    z,
)
from symgrad.functions import D
from symgrad.indexed import Dim, Index, Tensor, delta, total

f, P, Q, r, u, v, c, h = (Symbol(name, real=True) for name in "fPQruvch")
δ1, δ2, m1, m2, w1, w2 = (Symbol(name, real=True) for name in ("delta1", "delta2", "m1", "m2", "w1", "w2"))
dσ, drelu = slope(sigmoid), slope(relu)
tiny = Rational(1, 100)

n, m = Dim("n"), Dim("m")
i, j, o = Index("i", n), Index("j", n), Index("o", m)
W, d, M = Tensor("W", (n, m)), Tensor("δ", n), Tensor("M", (n, n), body=((i, j), (1 + delta(i, j)) / 4))
sent_back = total(o, total(i, W[i, o] * d[i]) * total(j, W[j, o] * d[j]))  # ||W^T delta||^2

shrinking = 1 - 1 / (L + 1) ** 2  # factor number L, below 1
shrunk = (L + 2) / (2 * (L + 1))  # the product of the first L
depths, counted = (over(L, 1, None, "left"),), (over(L, 0, None, "left"),)
next_factor = shrinking.xreplace({L: L + 1})

shrinks = Induction(
    "factors 1 − 1/(l + 1)², l = 1, 2, …, have the product (L + 2)/(2(L + 1))",
    eq(P, shrunk),
    ((P, S.One, P * next_factor), (L, S.Zero, L + 1)),
    (),
    counted,
)
grows = Induction(
    "their reciprocals have the product 2(L + 1)/(L + 2)",
    eq(P, 1 / shrunk),
    ((P, S.One, P / next_factor), (L, S.Zero, L + 1)),
    (),
    counted,
)

CLAIMS = (
    Claim(
        "D1",
        "If every factor of the product is below 1 the gradient decays exponentially with depth; if every factor "
        "is above 1 "
        "it grows exponentially",
        Ruling.CONDITIONAL,
        (
            shrinks,
            Holds("each of these factors is below 1", lt(shrinking, 1), depths),
            Tends("so their product tends to 0", shrunk, L, oo, S.Zero),
            grows,
            Holds("each of these is above 1", gt(1 / shrinking, 1), depths),
            Tends("so their product grows beyond all bounds", 1 / shrunk, L, oo, oo),
        ),
        ("S1", "S3"),
        condition="The factors are bounded away from 1 in size: |f| ≤ r < 1, or |f| ≥ R > 1, with one r or R for all "
        "layers. Factors that come close to 1 can leave a product above ½ at every depth, and so can their "
        "reciprocals, all "
        "above 1, stay below 2; a factor of −2 is below 1 and doubles.",
        remark="One r for all is the simplest condition, and asks for more than it must of a single factor: to decay "
        "exponentially means that the geometric mean of the factors’ sizes stays below some r < 1, and one of them may "
        "well be near 1, or above it.",
        instead=(
            *TWO_SIDED,
            Holds("the first counterexample is above ½ at every depth", gt(shrunk, S.Half), counted),
            Holds("the second one stays below 2", lt(1 / shrunk, 2), counted),
            Exists("a factor of −2 is below 1 and doubles", gt(Abs(f * P), Abs(P)), at(f=-2, P=1)),
            *LAYER_ABOVE,
            *LAYER_BELOW,
            AT_MOST,
            AT_LEAST,
        ),
        pages=("product-over-layers",),
        fails=(2, 5),
    ),
    Claim(
        "D2",
        "The nearer a layer is to the output the larger its gradient is",
        Ruling.CONDITIONAL,
        (
            Holds(
                "one sigmoid neuron a layer: |δˡ| = |w σ′(z) δˡ⁺¹| ≤ |δˡ⁺¹|",
                le(Abs(w * dσ), 1),
                at=(at(w=5, z=0),),
            ),
        ),
        ("S1",),
        condition="No layer enlarges the gradient: ‖W‖ · max|φ′| ≤ 1, which for sigmoid is ‖W‖ ≤ 4; ‖W‖ is the largest "
        "singular value. With any w beyond 4, at z = 0, it is the layer further from the output that has the larger "
        "gradient.",
        instead=(
            Holds("4 σ′(z) ≤ 1", le(4 * dσ, 1)),
            Holds(
                "so |w| = 4 − v ≤ 4 gives |w| σ′ ≤ 4 σ′ ≤ 1",
                le((4 - v) * r, 4 * r),
                (over(v, 0, 4, "both"), *positive(r)),
            ),
            Holds("and |w| = 4 + v > 4 does not, at z = 0", gt((4 + v) * dσ, 1), positive(v), Eq(z, 0)),
            *SLOPES_AT_MOST,
            *SINGULAR,
            AT_MOST,
            Exists("at the limit both are equal: w = 4, z = 0", eq(w * dσ, 1), at(w=4, z=0)),
        ),
        remark="“Larger” is “at least as large” here, and larger in fact if ‖W‖ · max|φ′| < 1 and δ ≠ 0. The gradient "
        "of a layer is its δ here. That of its weights, δ aᵀ, also depends on the size of a.",
        pages=("product-over-layers",),
    ),
    Claim(
        "D3",
        "Through one sigmoid layer a signal of size 1 comes back at 0.25 of its size",
        Ruling.REFUTED,
        (Holds("σ′(z) · 1 = 1/4", eq(dσ, Rational(1, 4)), at=(at(z=1),)),),
        ("S1",),
        corrected="It comes back at |w| σ′(z) of its size. With |w| = 1 that is at most a quarter, and a quarter "
        "at z = 0 "
        "only; with other weights it may be more or less.",
        instead=(
            Holds(
                "a signal δ₁ that is sent back through a = wσ(z): ∂(δ₁a)/∂z", eq(D(δ1 * w * sigmoid(z), z), w * dσ * δ1)
            ),
            Holds("at most a quarter", le(dσ, Rational(1, 4))),
            Holds("less for every z but 0", lt(dσ, Rational(1, 4)), assuming=Ne(z, 0)),
            Exists("a quarter at z = 0", eq(dσ, Rational(1, 4)), at(z=0)),
            Exists("whole with w = 4 at z = 0", eq(w * dσ, 1), at(w=4, z=0)),
        ),
        pages=("saturation",),
    ),
    Claim(
        "D4",
        "ReLU has no vanishing gradient for positive inputs; setting a random half of the neurons to zero still "
        "leaves a "
        "large Wᵀδ, whereas sigmoid multiplies every term by a small number",
        Ruling.CONDITIONAL,
        (
            Holds("ReLU′ = 1 for z > 0", eq(drelu, 1), positive(z)),
            Holds("σ′ ≤ 1/4 everywhere", le(dσ, Rational(1, 4))),
            Holds(
                "whichever neurons are set to zero, at least a quarter of (Wᵀδ)² is left",
                ge((w1 * m1 * δ1 + w2 * m2 * δ2) ** 2, (w1 * δ1 + w2 * δ2) ** 2 / 4),
                (over(m1, 0, 1, "both"), over(m2, 0, 1, "both")),
                at=(at(w1=1, w2=1, delta1=1, delta2=0, m1=0, m2=1),),
            ),
        ),
        ("S0",),
        condition="In the mean over the masks, each neuron being kept with probability ½, whatever the masks’ "
        "entries have to do with each other. One unlucky mask can take everything. And the weights count too: "
        "ReLU′ = 1 keeps only their own product.",
        instead=(
            CoinMean(
                "two neurons: E[(Wᵀ(m ⊙ δ))²] is a quarter of (Wᵀδ)² and a quarter of the sum of squares",
                (w1 * m1 * δ1 + w2 * m2 * δ2) ** 2,
                Eq,
                ((w1 * δ1 + w2 * δ2) ** 2 + (w1 * δ1) ** 2 + (w2 * δ2) ** 2) / 4,
                (m1, m2),
            ),
            Equal(
                "any number: with E[mᵢmⱼ] = (1 + [i = j])/4 it is ¼‖Wᵀδ‖² + ¼ ∑ Wᵢₒ² δᵢ²",
                total((o, i, j), W[i, o] * W[j, o] * d[i] * d[j] * M[i, j]),
                sent_back / 4 + total((o, i), W[i, o] ** 2 * d[i] ** 2) / 4,
            ),
            NeverNegative("so at least a quarter is left in the mean", total((o, i), W[i, o] ** 2 * d[i] ** 2) / 4),
            *ANY_MASKS,
            Holds("sigmoid leaves at most a sixteenth of each δᵢ²", le((dσ * δ1) ** 2, δ1**2 / 16)),
        ),
        pages=("relu-mask", "relu"),
        fails=(2,),
    ),
    Claim(
        "D5",
        "The deeper the network, the larger ReLU’s advantage over sigmoid; when the network is shallow sigmoid "
        "does better",
        Ruling.MEASURED,
        (
            Observation(
                "the test accuracy after training, each at the best of four rates, with Xavier’s scheme for sigmoid "
                "and He’s for ReLU: mean, least and largest over five seeds",
                "depth",
                (
                    ("difference depth 2", "difference depth 1"),
                    ("difference depth 3", "difference depth 2"),
                    ("difference depth 4", "difference depth 3"),
                    ("difference depth 6", "difference depth 4"),
                    ("sigmoid depth 1", "relu depth 1"),
                ),
                (("seeds", 5), ("depths", (1, 2, 3, 4, 6)), ("rates", (0.1, 0.3, 1.0, 3.0)), ("epochs", 10)),
            ),
        ),
        ("S0",),
        remark="Seen on these data: ReLU’s advantage grows from 3 hidden layers to 4, and from 4 to 6. Not seen: that "
        "it grows from 1 to 2 or from 2 to 3, where the spreads over the seeds overlap; and that sigmoid does "
        "better at depth 1, where the two are not told apart. The data are scikit-learn’s digits, with 32 neurons in "
        "each layer and 10 epochs; other data may tell another story.",
        pages=("product-over-layers",),
    ),
    Claim(
        "D6",
        "Dead ReLU: a neuron whose input is ≤ 0 gets gradient 0, and it and the neurons after it never update again",
        Ruling.REFUTED,
        (
            Holds(
                "its own gradient is 0 for z = wx + b ≤ 0",
                eq(D(relu(w * x + b), b), 0),
                assuming=w * x + b <= 0,
                at=(at(w=1, x=1, b=-1),),
            ),
            Holds(
                "the neuron after it, a = v ReLU(wx + b) + c, gets gradient 0 too",
                eq(D((v * relu(w * x + b) + c - y) ** 2 / 2, c), 0),
                assuming=w * x + b < 0,
                at=(at(w=-1, x=1, b=0, v=1, c=0, y=1),),
            ),
        ),
        ("S2",),
        corrected="While its input is negative the neuron’s own weights and bias get gradient 0 from this example. The "
        "neurons after it still learn from their other inputs and their biases. It may come back: another "
        "example, or a "
        "change in the layers before it, can make its input positive. At an input of 0 there is no gradient, only a "
        "convention.",
        instead=(
            Holds("its bias’ gradient is 0 for z < 0", eq(D(relu(w * x + b), b), 0), assuming=w * x + b < 0),
            Holds("its weight’s gradient is 0 for z < 0", eq(D(relu(w * x + b), w), 0), assuming=w * x + b < 0),
            Holds(
                "the bias after it gets the whole error c − y",
                eq(D((v * relu(w * x + b) + c - y) ** 2 / 2, c), c - y),
                assuming=w * x + b < 0,
            ),
            Holds(
                "the weight u of another input h after it gets (uh + c − y)h",
                eq(D((v * relu(w * x + b) + u * h + c - y) ** 2 / 2, u), (u * h + c - y) * h),
                assuming=w * x + b < 0,
            ),
            Exists(
                "another example wakes it: x = −1 where x = 1 does not", gt(relu(w * x + b), 0), at(w=-1, x=-1, b=0)
            ),
            Exists(
                "a change before it does: the neuron ReLU(1 − h) is dead at h = 2, and the layer before moves h by "
                "−(h + ReLU(1 − h))·¾ to ½",
                gt(relu(1 - (h - Rational(3, 4) * (h + relu(1 - h)))), 0),
                at(h=2),
            ),
        ),
        pages=("dead-relu", "relu"),
        fails=(0, 1),
    ),
    Claim(
        "D7",
        "If the weight matrices’ eigenvalues are widely spread, the gradient may vanish in backpropagation",
        Ruling.CONDITIONAL,
        (
            Exists(
                "eigenvalues 100 and 1/100, a gradient along the second: one layer leaves a hundredth of it",
                lt((100 * δ1) ** 2 + (tiny * δ2) ** 2, (δ1**2 + δ2**2) / 1000),
                at(delta1=0, delta2=1),
            ),
            Holds(
                "eigenvalues v and 10⁴ v, spread as widely: the gradient along the first shrinks",
                lt((v * δ1) ** 2, δ1**2),
                positive(v, δ1),
                at=(at(v=2, delta1=1),),
            ),
        ),
        ("S3",),
        condition="The spread reaches below 1, and does so along one direction in layer after layer: where all layers "
        "have φ′ = 1 and the same symmetric W, some gradient vanishes just if an eigenvalue of W is below 1 in size. "
        "Where layers differ, the eigenvalues of each decide nothing.",
        remark="One W in all layers that is not symmetric: its eigenvalues decide in the long run, but not "
        "what the first layers do. That a symmetric W has eigenvectors at right angles is cited. Layers that differ "
        "all shrink every gradient if the largest singular value times max|φ′| is at most some r < 1 in each.",
        instead=(
            Holds(
                "an eigenvalue v below 1 shrinks the gradient along its eigenvector, in every layer alike",
                lt((v * δ1) ** 2, δ1**2),
                (over(v, 0, 1, "left"), *positive(δ1)),
            ),
            *TWO_SIDED,
            Holds(
                "eigenvalues of at least 1 never shrink anything: 1 + v and 1 + w",
                ge(((1 + v) * δ1) ** 2 + ((1 + w) * δ2) ** 2, δ1**2 + δ2**2),
                never_below_zero(v, w),
            ),
            Holds(
                "layers that differ: diag(2, ½), then diag(½, 2), give every gradient back",
                eq((P / 2) ** 2 + (2 * Q) ** 2, δ1**2 + δ2**2),
                lets=(Let(P, 2 * δ1), Let(Q, δ2 / 2)),
            ),
            *SINGULAR,
            Exists(
                "W = [[1, 0], [100, 1]], both eigenvalues 1: Wᵀ brings δ = (−100, 1) back as (0, 1)",
                lt((δ1 + 100 * δ2) ** 2 + δ2**2, (δ1**2 + δ2**2) / 1000),
                at(delta1=-100, delta2=1),
            ),
        ),
        pages=("singular-values",),
        fails=(1,),
    ),
)
