"""C1 to C5: what is said about backpropagation."""

from __future__ import annotations

from sympy import Function

from symgrad.core import Claim, Derivation, Equal, Layers, Ruling, Step
from symgrad.indexed import Dim, Expr, Index, Tensor, apply, partial, total

φ = Function("phi")
before, here, behind = Dim("n0"), Dim("n"), Dim("m")
i, j, k = Index("i", here), Index("j", before), Index("k", behind)
x, W, b = Tensor("x", before), Tensor("W", (here, before)), Tensor("b", here)
V, e = Tensor("V", (behind, here)), Tensor("e", behind)
z = Tensor("z", here, body=((i,), total(j, W[i, j] * x[j]) + b[i]))
after = Tensor("u", behind, body=((k,), total(i, V[k, i] * apply(φ, z[i])) + e[k]))
J, K = Tensor("J", depends=(after,)), Tensor("J", depends=(z,))
sent_back = total(k, V[k, i] * partial(J(), after[k])) * apply(φ, z[i], order=1)

free = Tensor("z", here)
out, y = Tensor("a", here, body=((i,), apply(φ, free[i]))), Tensor("y", here)
loss = Tensor("J", body=((), total(i, (out[i] - y[i]) ** 2) / 2))
next_free = Tensor("u", behind, body=((k,), total(i, V[k, i] * apply(φ, free[i])) + e[k]))
J_free = Tensor("J", depends=(next_free,))
delta_next = Tensor("d", behind, body=((k,), partial(J_free(), next_free[k])))


def one_step(name: str, start: Expr, result: Expr) -> Derivation:
    """A statement as a derivation of one line."""
    return Derivation(name, name, (Step(start, result, "claim"),), ())


CLAIMS = (
    Claim(
        "C1",
        "δˡ = (Wˡ⁺¹)ᵀ δˡ⁺¹ ⊙ φ′(zˡ)",
        Ruling.PROVED,
        (Equal("for a loss that sees layer l through the next one only", partial(J(), z[i]), sent_back),),
        ("S0", "S4"),
        remark="φ is any function that is differentiable at every zᵢ; at a kink such as ReLU’s there is no φ′.",
        pages=("backpropagation",),
    ),
    Claim(
        "C2",
        "∂J/∂Wˡ = δˡ (aˡ⁻¹)ᵀ",
        Ruling.PROVED,
        (Equal("for any loss of z", partial(K(), W[i, j]), partial(K(), z[i]) * x[j]),),
        ("S0", "S4"),
        pages=("backpropagation",),
    ),
    Claim(
        "C3",
        "∂J/∂bˡ = δˡ",
        Ruling.PROVED,
        (Equal("for any loss of z", partial(K(), b[i]), partial(K(), z[i])),),
        ("S4",),
        pages=("backpropagation",),
    ),
    Claim(
        "C4",
        "The error that reaches a layer’s input x is Wᵀδ: the derivative of xw + b with respect to x is w, with "
        "respect to w "
        "is x",
        Ruling.PROVED,
        (
            Equal("∂J/∂x = Wᵀ δ", partial(K(), x[j]), total(i, W[i, j] * partial(K(), z[i]))),
            Equal("∂zᵢ/∂xⱼ = Wᵢⱼ", partial(z[i], x[j]), W[i, j]),
            Equal("∂zᵢ/∂Wᵢⱼ = xⱼ", partial(z[i], W[i, j]), x[j]),
        ),
        ("S0",),
        pages=("backpropagation",),
    ),
    Claim(
        "C5",
        "Each further layer multiplies the gradient by its weights and by φ′: the accumulated effect is a "
        "product over layers",
        Ruling.PROVED,
        (
            Layers(
                "by induction from the last layer to the first, for every depth",
                one_step("the last layer", partial(loss(), free[i]), (out[i] - y[i]) * apply(φ, free[i], order=1)),
                one_step(
                    "the step to the layer before",
                    partial(J_free(), free[i]),
                    total(k, V[k, i] * delta_next[k]) * apply(φ, free[i], order=1),
                ),
            ),
        ),
        ("S1", "S3"),
        remark="A product of matrices, whose order matters: Wᵀ of one layer and diag φ′(z) of the one before in turn.",
        pages=("backpropagation",),
    ),
)
