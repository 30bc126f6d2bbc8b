"""Normalisation: batch norm in training mode, layer norm, RMS norm, each with its gain and bias."""

from __future__ import annotations

from fractions import Fraction

from symgrad.definitions.layers.dense import over, vector
from symgrad.definitions.layers.layer import Layer
from symgrad.indexed import Dim, Fact, Index, Tensor, expr, mean, sums_to, total

HALF = Fraction(1, 2)


def epsilon(tag: str) -> Tensor:
    """The small positive number below the root."""
    return Tensor(f"ε{tag}", (), positive=True)


def layer_norm(x: Tensor | None = None, tag: str = "") -> Layer:
    """Gives y = γ ⊙ (x - μ)/s + β with the mean and the spread over the features of one example."""
    x = x or vector()
    (i,) = over(x)
    k, n = i.fresh(), x.dims
    γ, β, ε = Tensor(f"γ{tag}", n), Tensor(f"β{tag}", n), epsilon(tag)
    μ = Tensor(f"μ{tag}", (), body=((), mean(k, x[k])))
    c = Tensor(f"c{tag}", n, body=((i,), x[i] - μ()))
    s = Tensor(f"s{tag}", (), positive=True, body=((), (mean(k, c[k] ** 2) + ε()) ** HALF))
    x̂ = Tensor(f"x̂{tag}", n, body=((i,), c[i] / s()))
    y = Tensor(f"y{tag}", n, body=((i,), γ[i] * x̂[i] + β[i]))
    return Layer(
        "layer_norm",
        "Layer normalisation",
        (x,),
        (γ, β),
        (x̂, y),
        folded=(s,),
        facts=(sums_to(c, 0, name="the deviations c sum to 0"), Fact("definition of x̂", c[i], x̂[i] * s())),
        fixed=(ε,),
        lead="Mean and spread are those of one example's features, so every output depends on every input.",
        source="Ba, Kiros and Hinton 2016, Layer normalization, eq. 4",
    )


def rms_norm(x: Tensor | None = None, tag: str = "") -> Layer:
    """Gives y = γ ⊙ x/s + β with the root mean square s of the features."""
    x = x or vector()
    (i,) = over(x)
    k, n = i.fresh(), x.dims
    γ, β, ε = Tensor(f"γ{tag}", n), Tensor(f"β{tag}", n), epsilon(tag)
    s = Tensor(f"s{tag}", (), positive=True, body=((), (mean(k, x[k] ** 2) + ε()) ** HALF))
    x̂ = Tensor(f"x̂{tag}", n, body=((i,), x[i] / s()))
    y = Tensor(f"y{tag}", n, body=((i,), γ[i] * x̂[i] + β[i]))
    return Layer(
        "rms_norm",
        "RMS normalisation",
        (x,),
        (γ, β),
        (x̂, y),
        folded=(s,),
        facts=(Fact("definition of x̂", x[i], x̂[i] * s()),),
        fixed=(ε,),
        lead="Like layer norm, but without the mean: the features are divided by their root mean square.",
        source="Zhang and Sennrich 2019, Root mean square layer normalization, eq. 4",
    )


def batch_norm() -> Layer:
    """Gives y = γ ⊙ (x - μ)/s + β with the mean and the spread over the batch, in training mode."""
    B, n = Dim("B"), Dim("n")
    b, c, j = Index("b", B), Index("c", B), Index("j", n)
    x, γ, β, ε = Tensor("x", (B, n)), Tensor("γ", (n,)), Tensor("β", (n,)), epsilon("")
    μ = Tensor("μ", (n,), body=((j,), mean(c, x[c, j])))
    d = Tensor("c", (B, n), body=((b, j), x[b, j] - μ[j]))
    s = Tensor("s", (n,), positive=True, body=((j,), (mean(c, d[c, j] ** 2) + ε()) ** HALF))
    x̂ = Tensor("x̂", (B, n), body=((b, j), d[b, j] / s[j]))
    y = Tensor("y", (B, n), body=((b, j), γ[j] * x̂[b, j] + β[j]))
    return Layer(
        "batch_norm",
        "Batch normalisation, training mode",
        (x,),
        (γ, β),
        (x̂, y),
        folded=(s,),
        facts=(
            Fact("the deviations c sum to 0", total(b, d[b, j]), expr(0)),
            Fact("definition of x̂", d[b, j], x̂[b, j] * s[j]),
        ),
        fixed=(ε,),
        lead="Mean and spread are those of the batch, so the gradient of one example runs through all the others.",
        source="Ioffe and Szegedy 2015, Batch normalization, algorithm 1 and section 3",
    )
