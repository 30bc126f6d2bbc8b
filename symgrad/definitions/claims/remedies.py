"""D8 to D10: what is said to keep gradients from vanishing and exploding."""

from __future__ import annotations

from sympy import Abs, Eq, Ne, Rational, S, Symbol, erf, sqrt

from symgrad.core import Claim, Equal, Exists, GaussianMean, Holds, Ruling, interval
from symgrad.definitions.claims.layers import (
    AT_LEAST,
    AT_MOST,
    BERNOULLI,
    FACTORS_AT_MOST,
    FALLS,
    LAYER_BELOW,
    LAYER_SHARP,
    MEANS,
    PASSES,
    STAYS_ABOVE,
    STAYS_BELOW,
    SUCH,
)
from symgrad.definitions.claims.letters import (
    at,
    eq,
    ge,
    gt,
    le,
    leaky_relu,
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

f, P, v = (Symbol(name, real=True) for name in "fPv")
dσ, drelu = slope(sigmoid), slope(relu)
tiny = Rational(1, 100)

n, m = Dim("n"), Dim("m")
i, j, k = Index("i", n), Index("j", n), Index("k", n)
o = Index("o", m)
alike = Tensor("C", (n, n), body=((i, j), delta(i, j)))
W, d, p = Tensor("W", (n, m)), Tensor("δ", n), Tensor("p", m)  # the weights, delta, and the slopes
spread = Tensor("v")  # Var(w)

CLAIMS = (
    Claim(
        "D8",
        "Exploding gradients can usually be solved by the choice of initial weights",
        Ruling.CONDITIONAL,
        (
            Holds(
                "weights that start with |w| max|φ′| ≤ 1 keep it after a step of gradient descent: a linear "
                "neuron, w = 1, "
                "x = 1, y = 3, step 1",
                le(Abs(w - (w * x - y) * x), 1),
                assuming=Abs(w) <= 1,
                at=(at(w=1, x=1, y=3),),
            ),
        ),
        ("S1",),
        condition="At the start of training, with a bounded φ′, and with ‖W‖ max|φ′| ≤ 1, ‖W‖ being the largest "
        "singular value: then no gradient explodes, "
        "whatever the depth and the inputs are. Training may leave these weights; with an unbounded φ′ no weight but 0 "
        "is safe for all inputs; and with |w| max|φ′| > 1 a chain of neurons that all meet their largest slope passes "
        "every bound. In the mean square over random weights, with one χ = n Var(w) E[φ′(z)²] for all layers, it is "
        "just χ ≤ 1.",
        remark="“Usually” is read as: there is such a choice for every network. How often training keeps to it is a "
        "question for experiments. In layers with several neurons ‖W‖ max|φ′| ≤ 1 is sufficient, and more than is "
        "needed: matrices may undo one another.",
        instead=(
            FACTORS_AT_MOST,
            Holds(
                "sufficient: factors of at most 1 never enlarge a gradient",
                le(Abs(f * P), Abs(P)),
                (over(f, -1, 1, "both"),),
            ),
            *LAYER_SHARP,
            AT_MOST,
            Holds(
                "necessary, one neuron a layer: |w| max|φ′| > 1 is some 1 + h with h > 0",
                gt(f - 1, 0),
                (over(f, 1, None),),
            ),
            BERNOULLI,
            PASSES,
            Holds(
                "a bounded φ′: squared ReLU has a factor of 2 at z = 1/w, however small w > 0 is",
                eq(w * D(relu(z) ** 2, z), 2),
                positive(w),
                Eq(z, 1 / w),
            ),
            MEANS,
            STAYS_BELOW,
        ),
        pages=("what-initialisation-repairs", "xavier-and-he"),
    ),
    Claim(
        "D9",
        "Good initialisation (layer by layer) lets the gradient reach the first layers",
        Ruling.CONDITIONAL,
        (
            Holds(
                "n Var(w) = 1 keeps the mean square of a sigmoid network’s gradient: n Var(w) σ′(z)² = 1",
                eq(1 * dσ**2, 1),
                at=(at(z=0),),
            ),
        ),
        ("S1",),
        condition="Read as: the mean square of the gradient over the random weights stays above some bound, whatever "
        "the depth. It is multiplied by χ = n Var(w) E[φ′(z)²] in each layer. So where all layers have the same χ, "
        "this is so just if χ ≥ 1, and it stays below a bound as well just if χ = 1. For ReLU that is "
        "He’s Var(w) = 2/n. Sigmoid with Xavier’s 1/n loses a factor of 16 or more in each layer whatever its inputs.",
        remark="That φ′ does not depend on W is assumed, which holds in the limit of wide layers. Where χ "
        "differs from layer to layer it is ∏χ that must stay away from 0. A single network of width 400 stays near the "
        "mean: symgrad experiment vanishing.",
        instead=(
            Equal(
                "E‖Wᵀδ ⊙ φ′‖² = Var(w) ∑φ′² · ‖δ‖²: with E[wᵢₒwⱼₒ] = Var(w)[i = j] and slopes p = φ′",
                total((o, i, j), spread() * alike[i, j] * d[i] * d[j] * p[o] ** 2),
                spread() * total(o, p[o] ** 2) * total(k, d[k] ** 2),
            ),
            GaussianMean(
                "E[ReLU′(Z)²] = P(Z > 0) = ½ for Z ~ N(0, 1)",
                S.One,
                z,
                S.Half,
                erf(z / sqrt(2)) / 2,
                interval(0, None),
            ),
            Holds("so n Var(w) E[φ′²] = 1 with Var(w) = 2/n", eq(v * (2 / v) * S.Half, 1), positive(v)),
            Holds("sigmoid with n Var(w) = 1 keeps a sixteenth at most", le(dσ**2, Rational(1, 16))),
            MEANS,
            STAYS_ABOVE,
            BERNOULLI,
            FALLS,
            SUCH,
            STAYS_BELOW,
            PASSES,
        ),
        pages=("what-initialisation-repairs", "xavier-and-he"),
    ),
    Claim(
        "D10",
        "An activation whose gradient is close to or equal to 1 (ReLU, Leaky ReLU) keeps the product from "
        "decaying fast",
        Ruling.CONDITIONAL,
        (
            Holds(
                "a Leaky ReLU layer passes on more than a sigmoid layer does, with the same weight",
                gt(slope(leaky_relu, tiny), dσ),
                assuming=Ne(z, 0),
                at=(at(z=-1),),
            ),
        ),
        ("S1",),
        condition="The inputs along the way are positive, and the weights do not shrink the gradient themselves, "
        "as where no singular value of Wᵀ is below 1. On the "
        "left Leaky ReLU passes on a hundredth, less than sigmoid does at z = −1, and ReLU nothing.",
        instead=(
            Holds("both slopes are 1 for z > 0: ReLU", eq(drelu, 1), positive(z)),
            Holds("Leaky ReLU", eq(slope(leaky_relu, tiny), 1), positive(z)),
            Holds("so a factor w φ′(z) is w itself", eq(w * drelu, w), positive(z)),
            Holds("which does not shrink for |w| ≥ 1", ge((1 + v) * Abs(P), Abs(P)), never_below_zero(v)),
            Exists(
                "weights of ½ halve the product in each layer all the same", eq(w * drelu, S.Half), at(w=S.Half, z=1)
            ),
            *LAYER_BELOW,
            AT_LEAST,
        ),
        pages=("product-over-layers", "relu", "leaky-relu"),
    ),
)
