"""B1 to B10: what is said about the output layer, a loss after an activation."""

from __future__ import annotations

from sympy import Abs, Ne, Piecewise, S, Symbol, exp, log

from symgrad.core import Claim, Equal, Holds, NeverNegative, Ruling
from symgrad.definitions.claims.letters import (
    at,
    eq,
    ge,
    gt,
    le,
    lt,
    over,
    positive,
    relu,
    sigmoid,
    y,
    z,
)
from symgrad.functions import D
from symgrad.indexed import Dim, Index, Tensor, apply, delta, group, partial, sums_to, total

n, m = Dim("n"), Dim("m")
i, j, k, c = (Index(letter, n) for letter in "ijkc")
r = Index("r", m)
Y, X, W, B, Z = Tensor("y", n), Tensor("x", m), Tensor("W", (n, m)), Tensor("b", n), Tensor("z", n)
logits = Tensor("z", n, body=((i,), total(r, W[i, r] * X[r]) + B[i]))


def outputs(of: Tensor) -> Tensor:
    """A = sigma(z), entry by entry."""
    return Tensor("a", n, body=((i,), apply(sigmoid, of[i])))


def squared(out: Tensor) -> Tensor:
    """Half the squared error."""
    return Tensor("J", body=((), total(k, (out[k] - Y[k]) ** 2) / 2))


def entropy(out: Tensor) -> Tensor:
    """Cross-entropy, output by output."""
    return Tensor("J", body=((), -total(k, Y[k] * apply(log, out[k]) + (1 - Y[k]) * apply(log, 1 - out[k]))))


def softmax(of: Tensor) -> Tensor:
    """The softmax of a tensor."""
    total_of = Tensor("S", body=((), total(k, apply(exp, of[k]))))
    return Tensor("a", n, body=((i,), apply(exp, of[i]) / total_of()))


a, a_of = outputs(Z), outputs(logits)
p, p_of = softmax(Z), softmax(logits)
J_p = Tensor("J", body=((), -total(k, Y[k] * apply(log, p[k]))))
J_class = Tensor("J", n, body=((c,), -total(k, delta(k, c) * apply(log, p_of[k]))))  # of the true class c
SE, CE, CE_of = squared(a), entropy(a), entropy(a_of)
out, η, u, v, R = (Symbol(name, real=True) for name in ("a", "eta", "u", "v", "R"))
inside = over(out, 0, 1)
target = over(y, 0, 1, "both")
sent_by_se = Abs((out - y) * out * (1 - out))

relu_delta = D((relu(z) - y) ** 2 / 2, z)
relu_error = Piecewise((relu(z) - y, z > 0), (0, True))
σ = sigmoid(z)
by_se = z - 8 * (σ - S.Half) * σ * (1 - σ)
by_ce = z - 8 * (σ - S.Half)

CLAIMS = (
    Claim(
        "B1",
        "Squared error: J = ½‖a − y‖² gives δᴸ = (a − y) ⊙ σ′(zᴸ)",
        Ruling.PROVED,
        (Equal("for any number of outputs", partial(SE(), Z[j]), (a[j] - Y[j]) * apply(sigmoid, Z[j], order=1)),),
        ("S1", "S4"),
        pages=("squared-error-sigmoid",),
    ),
    Claim(
        "B2",
        "Cross-entropy: J = −(yᵀ ln a + (1 − y)ᵀ ln(1 − a)) with a = σ(z) gives δᴸ = a − y: σ′(z) cancels",
        Ruling.PROVED,
        (Equal("for any number of outputs and any targets", partial(CE(), Z[j]), a[j] - Y[j]),),
        ("S1",),
        pages=("cross-entropy-sigmoid", "squared-error-or-cross-entropy"),
    ),
    Claim(
        "B3",
        "Therefore the gradients of Wᴸ and bᴸ under cross-entropy contain no σ′(z) either",
        Ruling.PROVED,
        (
            Equal("∂J/∂W = (a − y) xᵀ", partial(CE_of(), W[j, r]), (a_of[j] - Y[j]) * X[r]),
            Equal("∂J/∂b = a − y", partial(CE_of(), B[j]), a_of[j] - Y[j]),
        ),
        ("S1",),
        pages=("cross-entropy-sigmoid", "squared-error-or-cross-entropy"),
    ),
    Claim(
        "B4",
        "With sigmoid outputs, cross-entropy is always better (faster) than squared error: its delta never is "
        "the smaller one",
        Ruling.REFUTED,
        (
            Holds("its delta never is the smaller one", ge(Abs(out - y), sent_by_se), (inside, target)),
            Holds(
                "one step of size 8 towards y = ½ ends nearer to it with cross-entropy than with squared error",
                le(Abs(by_ce), Abs(by_se)),
                at=(at(z=1),),
            ),
        ),
        ("S1",),
        corrected="The delta part is right, and more: |a − y| is at least 4 times the delta of squared error, so it is "
        "larger wherever there is an error. Larger is faster only until a step overshoots: for a target of 0 or "
        "1 no step "
        "does on one example; for targets in between a step that suits squared error can be too long.",
        instead=(
            Holds("at least 4 times", ge(Abs(out - y), 4 * sent_by_se), (inside, target)),
            Holds("larger wherever there is an error", gt(Abs(out - y), sent_by_se), (inside, target), Ne(out, y)),
            Holds(
                "for y = 0 a step of any size takes z further down, so σ(z) ends nearer to 0",
                lt(z - η * out, z - η * out * out * (1 - out)),
                (inside, *positive(η)),
            ),
            Holds(
                "for y = 1 it takes z further up",
                gt(z - η * (out - 1), z - η * (out - 1) * out * (1 - out)),
                (inside, *positive(η)),
            ),
        ),
        pages=("squared-error-or-cross-entropy", "where-cross-entropy-is-not-better"),
        fails=(1,),
    ),
    Claim(
        "B5",
        "Softmax: every output is in (0, 1) and the outputs sum to 1",
        Ruling.CONDITIONAL,
        (
            Equal("the outputs sum to 1", total(k, p[k]), 1 + 0 * total(k, p[k])),
            Holds(
                "aᵢ = u/(u + R) < 1, with u = eᶻⁱ, also where there is no other output: R = 0",
                lt(u / (u + R), 1),
                (*positive(u), over(R, 0, None, "left")),
                at=(at(u=1, R=0),),
            ),
        ),
        ("S1",),
        condition="There are at least two classes. With one class the output is 1.",
        instead=(
            Equal(
                "for i ≠ j the sum S is eᶻⁱ + eᶻʲ + R, where R is the sum over all others",
                (1 - delta(i, j)) * (total(k, apply(exp, Z[k])) - apply(exp, Z[i]) - apply(exp, Z[j])),
                (1 - delta(i, j))
                * total(k, group(1 - delta(i, k)) ** 2 * group(1 - delta(j, k)) ** 2 * apply(exp, Z[k])),
            ),
            NeverNegative(
                "R ≥ 0", total(k, group(1 - delta(i, k)) ** 2 * group(1 - delta(j, k)) ** 2 * apply(exp, Z[k]))
            ),
            Holds(
                "so aᵢ = u/(u + v + R) < 1, with u = eᶻⁱ and v = eᶻʲ above 0",
                lt(u / (u + v + R), 1),
                (*positive(u, v), over(R, 0, None, "left")),
            ),
            Holds("and aᵢ > 0", gt(u / (u + v + R), 0), (*positive(u, v), over(R, 0, None, "left"))),
        ),
        pages=("softmax",),
        fails=(1,),
    ),
    Claim(
        "B6",
        "Log-likelihood loss J = −∑ₖ yₖ ln aₖ; with a one-hot y of class i it is J = −ln aᵢ",
        Ruling.PROVED,
        (Equal("with yₖ = 1 for k = c, else 0", J_class[c], -apply(log, p_of[c])),),
        ("S1",),
        pages=("softmax-log-likelihood",),
    ),
    Claim(
        "B7",
        "Softmax with log-likelihood: for the true class i the gradient of Wᵢ is (aᵢ − 1) x and of bᵢ is aᵢ − 1",
        Ruling.PROVED,
        (
            Equal("∂J/∂W of the true class", partial(J_class[c], W[c, r]), (p_of[c] - 1) * X[r]),
            Equal("∂J/∂b of the true class", partial(J_class[c], B[c]), p_of[c] - 1),
        ),
        ("S1",),
        pages=("softmax-log-likelihood",),
    ),
    Claim(
        "B8",
        "Softmax with log-likelihood: as the loss has only the true class’s output in it, the gradient with "
        "respect to every "
        "other class’s neuron is 0",
        Ruling.REFUTED,
        (Equal("∂J/∂zⱼ = 0 for j ≠ c", (1 - delta(c, j)) * partial(J_class[c], B[j]), 0 * p_of[j]),),
        ("S1",),
        corrected="For every other class j it is aⱼ, which is positive: all outputs share one denominator.",
        instead=(
            Equal(
                "∂J/∂zⱼ = aⱼ for j ≠ c",
                (1 - delta(c, j)) * partial(J_class[c], B[j]),
                (1 - delta(c, j)) * p_of[j],
            ),
            Holds("and an output is positive", gt(u / (u + R), 0), (*positive(u), over(R, 0, None, "left"))),
        ),
        pages=("softmax-log-likelihood",),
    ),
    Claim(
        "B9",
        "Softmax with log-likelihood: the whole delta is a − y, with no slow factor in it",
        Ruling.CONDITIONAL,
        (Equal("for any y", partial(J_p(), Z[j]), p[j] - Y[j]),),
        ("S1",),
        condition="The labels sum to 1, as one-hot labels do. For other labels the delta is (∑ₖ yₖ) a − y.",
        instead=(
            Equal("with ∑ₖ yₖ = 1", partial(J_p(), Z[j]), p[j] - Y[j], (sums_to(Y, name="the labels sum to 1"),)),
            Equal("without it", partial(J_p(), Z[j]), total(k, Y[k]) * p[j] - Y[j]),
            Equal(
                "no other labels do: a − y is missed by (∑ₖ yₖ − 1) aⱼ, and aⱼ > 0",
                partial(J_p(), Z[j]) - (p[j] - Y[j]),
                (total(k, Y[k]) - 1) * p[j],
            ),
        ),
        pages=("softmax-log-likelihood",),
    ),
    Claim(
        "B10",
        "Squared error with ReLU output: delta is the error (a − y) where z > 0, and 0 where z ≤ 0",
        Ruling.CONDITIONAL,
        (Holds("for all z and y", eq(relu_delta, relu_error), at=(at(z=0, y=1),)),),
        ("S0",),
        condition="z ≠ 0 or y = 0. At z = 0 with a target y ≠ 0 there is no derivative: the slopes are 0 and −y.",
        instead=(
            Holds("for z ≠ 0", eq(relu_delta, relu_error), assuming=Ne(z, 0)),
            Holds("for y = 0, z = 0 included", eq(D(relu(z) ** 2 / 2, z), Piecewise((relu(z), z > 0), (0, True)))),
        ),
        pages=("squared-error-relu",),
    ),
)
