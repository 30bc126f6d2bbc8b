"""A1 to A16: what is said about activation functions."""

from __future__ import annotations

from sympy import Abs, Max, Min, Ne, Piecewise, Rational, S, Symbol, cosh, exp, log, oo, sqrt

from symgrad.core import (
    Claim,
    Eventually,
    Exists,
    Holds,
    Image,
    Observation,
    Ruling,
    Tends,
    interval,
)
from symgrad.definitions.claims.layers import AT_MOST, LAYER_SHARP
from symgrad.definitions.claims.letters import (
    at,
    at_most,
    elu,
    eq,
    ge,
    gt,
    le,
    leaky_relu,
    lt,
    ne,
    never_below_zero,
    over,
    positive,
    prelu,
    relu,
    sigmoid,
    slope,
    softplus,
    tanh,
    z,
)
from symgrad.functions import D

σ, dσ, dtanh = sigmoid(z), slope(sigmoid), slope(tanh)
alpha = Symbol("alpha", real=True)
factor = (cosh(z) + sqrt(3) - 1) / (2 * cosh(z) ** 2 * (1 + cosh(z)))
s, x1, x2, d1, d2 = (Symbol(name, real=True) for name in ("s", "x1", "x2", "d1", "d2"))
f, P, r = (Symbol(name, real=True) for name in "fPr")
eta = Symbol("eta", real=True)

CLAIMS = (
    Claim(
        "A1",
        "σ(z) = 1/(1 + e⁻ᶻ) maps ℝ into (0, 1); large negative inputs to 0, large positive inputs to 1",
        Ruling.PROVED,
        (
            Holds("its formula", eq(σ, 1 / (1 + exp(-z)))),
            Image("the values of σ are the open interval (0, 1)", σ, z, interval(0, 1)),
            Tends("σ(z) → 0 as z → −∞", σ, z, -oo, S.Zero),
            Tends("σ(z) → 1 as z → ∞", σ, z, oo, S.One),
        ),
        ("S2", "S3", "S4"),
        remark="Neither 0 nor 1 is ever reached: both are limits.",
        pages=("sigmoid",),
    ),
    Claim(
        "A2",
        "σ′(z) = σ(z)(1 − σ(z))",
        Ruling.PROVED,
        (Holds("for all z", eq(dσ, σ * (1 - σ))),),
        ("S1",),
        pages=("sigmoid", "sigmoid-by-hand"),
    ),
    Claim(
        "A3",
        "The values of σ′ are the interval (0, 1/4)",
        Ruling.REFUTED,
        (Image("the values of σ′ are the open interval (0, 1/4)", dσ, z, interval(0, Rational(1, 4))),),
        ("S2",),
        corrected="The values of σ′ are the half-open interval (0, 1/4]: 1/4 is reached, at z = 0 and nowhere else.",
        instead=(
            Image("the values of σ′ are (0, 1/4]", dσ, z, interval(0, Rational(1, 4), "right")),
            Holds("1/4 is reached at z = 0 only", lt(dσ, Rational(1, 4)), assuming=Ne(z, 0)),
        ),
        pages=("sigmoid", "saturation"),
    ),
    Claim(
        "A4",
        "σ′ is largest near z = 0 and tends to 0 on both sides (the function saturates)",
        Ruling.PROVED,
        (
            Holds("σ′(z) < σ′(0) = 1/4 for every other z", lt(dσ, Rational(1, 4)), assuming=Ne(z, 0)),
            Exists("σ′(0) = 1/4", eq(dσ, Rational(1, 4)), at(z=0)),
            Tends("σ′(z) → 0 as z → ∞", dσ, z, oo, S.Zero),
            Tends("σ′(z) → 0 as z → −∞", dσ, z, -oo, S.Zero),
            Tends("and does so as e⁻ᶻ", dσ * exp(z), z, oo, S.One),
            Tends("on the left as eᶻ", dσ * exp(-z), z, -oo, S.One),
        ),
        ("S1", "S3", "S4"),
        remark="The largest value is at z = 0 itself, not only near it.",
        pages=("saturation", "sigmoid"),
    ),
    Claim(
        "A5",
        "tanh(z) = (eᶻ − e⁻ᶻ)/(eᶻ + e⁻ᶻ) maps ℝ into [−1, 1], is zero-centred, and tanh′(z) = 1 − tanh(z)²",
        Ruling.PROVED,
        (
            Holds("its formula", eq(tanh(z), (exp(z) - exp(-z)) / (exp(z) + exp(-z)))),
            Holds("no value lies outside [−1, 1]", le(Abs(tanh(z)), 1)),
            Holds("it is odd: tanh(−z) = −tanh(z)", eq(tanh(-z), -tanh(z))),
            Holds("its slope", eq(dtanh, 1 - tanh(z) ** 2)),
        ),
        ("S1", "S3"),
        remark="“Into” is right, and not sharp: the values are the open interval (−1, 1), and neither end is reached.",
        instead=(Image("the values of tanh are the open interval (−1, 1)", tanh(z), z, interval(-1, 1)),),
        pages=("tanh",),
    ),
    Claim(
        "A6",
        "tanh(z) = 2 σ(2z) − 1",
        Ruling.PROVED,
        (Holds("for all z", eq(tanh(z), 2 * sigmoid(2 * z) - 1)),),
        ("S1",),
        pages=("sigmoid-against-tanh",),
    ),
    Claim(
        "A7",
        "For large inputs the tanh curve flattens less than the sigmoid curve does, so its gradient there is better",
        Ruling.REFUTED,
        (
            Holds(
                "tanh′(z) ≥ σ′(z) for large z, say beyond z = 2",
                ge(dtanh, dσ),
                (over(z, 2, None, "left"),),
                at=(at(z=2),),
            ),
            Eventually("tanh′(z) ≥ σ′(z) from some z on", ge(dtanh, dσ), z, oo),
        ),
        ("S1",),
        corrected="It is the other way round: tanh′(z) > σ′(z) just where |z| < arcosh(1 + √3) = 1.6629…, and "
        "for every "
        "larger |z| the slope of tanh is the smaller one: tanh′(z)/σ′(z) falls off as 4e⁻ᶻ.",
        instead=(
            Holds(
                "tanh′(z) − σ′(z) is 1 + √3 − cosh(z) times a factor",
                eq(dtanh - dσ, (1 + sqrt(3) - cosh(z)) * factor),
            ),
            Holds("the factor is positive for all z", gt(factor, 0)),
            Tends("tanh′(z)/σ′(z) → 0 as 4e⁻ᶻ", dtanh / dσ * exp(z), z, oo, S(4)),
        ),
        pages=("sigmoid-against-tanh",),
        fails=(0, 1),
    ),
    Claim(
        "A8",
        "Tanh saturates, and so causes vanishing gradients, as sigmoid does",
        Ruling.CONDITIONAL,
        (
            Tends("tanh′(z) → 0 as z → ∞", dtanh, z, oo, S.Zero),
            Tends("tanh′(z) → 0 as z → −∞", dtanh, z, -oo, S.Zero),
            Holds("with weights of 1 every tanh layer shrinks the gradient", lt(dtanh, 1), at=(at(z=0),)),
        ),
        ("S1", "S3"),
        condition="The units are saturated for their weights: |z| ≥ c and ‖W‖ tanh′(c) ≤ r < 1 in every layer, with "
        "one r for all of them, ‖W‖ being the largest singular value. With ‖W‖ ≤ 1 any c > 0 "
        "will do. At z = 0 tanh passes the gradient on whole, where "
        "sigmoid never passes on more than a quarter.",
        instead=(
            Holds("away from 0 it shrinks it", lt(dtanh, 1), assuming=Ne(z, 0)),
            Holds(
                "for |z| ≥ c by at least the factor tanh′(c): tanh″(z) < 0 for z > 0", lt(D(dtanh, z), 0), positive(z)
            ),
            Holds("and tanh′ is even", eq(1 - tanh(-z) ** 2, 1 - tanh(z) ** 2)),
            *LAYER_SHARP,
            AT_MOST,
            at_most("so L layers shrink it to at most rᴸ, r being ‖W‖ tanh′(c)", P, f, r),
            Exists(
                "weights of 1 are too large for wider layers: two neurons, all four weights 1, δ = (1, 1), z = ½",
                gt(2 * (2 * dtanh) ** 2, 2),
                at(z=Rational(1, 2)),
            ),
            Holds("sigmoid shrinks it at every z, to a quarter at most", le(dσ, Rational(1, 4))),
        ),
        pages=("saturation", "tanh"),
        fails=(2,),
    ),
    Claim(
        "A9",
        "ReLU(z) = max(0, z): its gradient is 1 for every positive input and 0 for every input ≤ 0",
        Ruling.CONDITIONAL,
        (
            Holds("its formula", eq(relu(z), Max(0, z))),
            Holds("1 for z > 0, 0 for z ≤ 0", eq(slope(relu), Piecewise((1, z > 0), (0, True))), at=(at(z=0),)),
        ),
        ("S0", "S1", "S2"),
        condition="z ≠ 0. At z = 0 there is no derivative: the slope is 0 on the left and 1 on the right, and 0 "
        "is what "
        "torch and jax return by convention.",
        instead=(
            Holds("1 for z > 0, 0 for z < 0", eq(slope(relu), Piecewise((1, z > 0), (0, True))), assuming=Ne(z, 0)),
        ),
        pages=("relu",),
        fails=(1,),
    ),
    Claim(
        "A10",
        "Leaky ReLU: 0.01 z for z < 0; its gradient never is 0",
        Ruling.PROVED,
        (
            Holds(
                "its formula",
                eq(leaky_relu(z, Rational(1, 100)), Piecewise((z, z >= 0), (z / 100, True))),
            ),
            Holds(
                "wherever there is a gradient it is not 0",
                ne(slope(leaky_relu, Rational(1, 100)), 0),
                assuming=Ne(z, 0),
            ),
            Holds("it is at least 0.01", ge(slope(leaky_relu, Rational(1, 100)), Rational(1, 100)), assuming=Ne(z, 0)),
        ),
        ("S1", "S2"),
        remark="At z = 0 there is no gradient. What libraries return there, 0.01 or 1, is not 0 either.",
        pages=("leaky-relu",),
    ),
    Claim(
        "A11",
        "PReLU: αz for z < 0 with a learned α, one per neuron if wanted: the gradient with respect to α exists and is "
        "learnable",
        Ruling.PROVED,
        (
            Holds("its formula", eq(prelu(z, alpha), Piecewise((z, z >= 0), (alpha * z, True)))),
            Holds("by α it is min(0, z), for all z and α", eq(D(prelu(z, alpha), alpha), Min(0, z))),
            Holds("for z < 0 it is not 0, so α moves", lt(D(prelu(z, alpha), alpha), 0), (over(z, None, 0),)),
        ),
        ("S1", "S2"),
        remark="Only negative inputs teach α: for z ≥ 0 its gradient is 0. It exists even at z = 0, where the "
        "gradient by "
        "z does not.",
        pages=("prelu",),
    ),
    Claim(
        "A12",
        "ELU and Leaky ReLU avoid, in part, the dead left half of ReLU",
        Ruling.PROVED,
        (
            Holds("ReLU′ = 0 for z < 0", eq(slope(relu), 0), (over(z, None, 0),)),
            Holds(
                "Leaky ReLU′ = 0.01 there",
                eq(slope(leaky_relu, Rational(1, 100)), Rational(1, 100)),
                (over(z, None, 0),),
            ),
            Holds("ELU′ > 0 there", gt(slope(elu, S.One), 0), (over(z, None, 0),)),
            Tends("in part: ELU′(z) → 0 as z → −∞", slope(elu, S.One), z, -oo, S.Zero),
        ),
        ("S1",),
        remark="Leaky ReLU keeps a hundredth everywhere on the left. ELU keeps more near 0, and less than that from "
        "z = −ln 100 = −4.6 on.",
        instead=(
            Holds("ELU′ < 0.01 for z < −ln 100", lt(slope(elu, S.One), Rational(1, 100)), (over(z, None, -log(100)),)),
        ),
        pages=("elu", "leaky-relu", "saturation"),
    ),
    Claim(
        "A13",
        "softplus(z) = ln(1 + eᶻ) is the antiderivative of σ: softplus′ = σ",
        Ruling.PROVED,
        (
            Holds("its formula", eq(softplus(z), log(1 + exp(z)))),
            Holds("for all z", eq(slope(softplus), σ)),
        ),
        ("S1",),
        remark="Antiderivatives differ by a constant. Softplus is the one that tends to 0 at −∞.",
        instead=(Tends("softplus(z) → 0 as z → −∞", softplus(z), z, -oo, S.Zero),),
        pages=("softplus",),
    ),
    Claim(
        "A14",
        "Softplus is a smooth ReLU: the two graphs are close",
        Ruling.PROVED,
        (
            Holds("its slope exists everywhere", eq(slope(softplus), σ)),
            Image(
                "softplus − ReLU takes just the values (0, ln 2]",
                softplus(z) - relu(z),
                z,
                interval(0, log(2), "right"),
            ),
            Tends("the gap closes as z → ∞", softplus(z) - relu(z), z, oo, S.Zero),
            Tends("and as z → −∞", softplus(z) - relu(z), z, -oo, S.Zero),
        ),
        ("S1",),
        remark="Softplus lies above ReLU everywhere, by at most ln 2 = 0.693…, and by that much at z = 0.",
        pages=("softplus", "relu"),
    ),
    Claim(
        "A15",
        "Sigmoid outputs are not zero-centred: if all inputs to a neuron are positive, the gradients of its "
        "weights are all "
        "of one sign, so the update zig-zags; a batch’s sum may mix the signs",
        Ruling.CONDITIONAL,
        (
            Holds("every output of a sigmoid is positive", gt(σ, 0)),
            Holds("so ∂J/∂w₁ · ∂J/∂w₂ = δx₁ · δx₂ ≥ 0", ge(s * x1 * s * x2, 0), positive(x1, x2)),
            Exists(
                "two examples, δ = 1 and −1: the sums are 1 − 2 and 2 − 1",
                lt((s * x1 - s * x2) * (s * x2 - s * x1), 0),
                at(s=1, x1=1, x2=2),
                positive(x1, x2),
            ),
            Holds(
                "no update by one example goes straight to where it is wanted",
                ne((s * x1 - d1) ** 2 + (s * x2 - d2) ** 2, 0),
                positive(x1, x2),
                at=(at(s=1, x1=1, x2=1, d1=1, d2=1),),
            ),
        ),
        ("S4",),
        condition="One example at a time, and a wanted change of the weights whose components differ in sign. "
        "The signs "
        "then force a detour. Where all weights should grow, or all should shrink, they force none.",
        instead=(
            Holds(
                "with s = −ηδ ≥ 0 the second weight moves the wrong way, so d₂ < 0 is not reached",
                gt(s * x2 - d2, 0),
                (*never_below_zero(s), *positive(x1, x2), over(d2, None, 0)),
            ),
            Holds(
                "with s ≤ 0 the first does: d₁ > 0 is not reached",
                lt(s * x1 - d1, 0),
                (over(s, None, 0, "right"), *positive(x1, x2, d1)),
            ),
        ),
        pages=("zero-centred-inputs",),
        fails=(3,),
    ),
    Claim(
        "A16",
        "Sigmoid needs an exponential, so it is slower to compute than ReLU-like functions",
        Ruling.MEASURED,
        (
            Observation(
                "the time of one call on 100,000 numbers as a multiple of ReLU’s: median and quartiles of all rounds",
                "cost",
                (("sigmoid", "relu"), ("sigmoid", "leaky_relu"), ("sigmoid slope", "relu slope")),
                (("activations", ("sigmoid", "relu", "leaky_relu")),),
            ),
        ),
        ("S4",),
        remark="The figures are for symgrad’s own NumPy code, on the machine that ran it. Times differ from run to "
        "run.",
    ),
)
