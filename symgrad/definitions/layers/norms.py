"""Normalisation: batch norm in training mode, layer norm, RMS norm, each with its gain and bias."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.definitions.layers.flow import Flow, vector
from symgrad.definitions.layers.layer import Layer
from symgrad.indexed import Dim, Fact, Tensor, expr, size, total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.indexed import Expr, Index

HALF = Fraction(1, 2)


def epsilon(tag: str) -> Tensor:
    """The small positive number below the root."""
    return Tensor(f"ε{tag}", (), positive=True)


def apart(x: Flow, axes: Sequence[int]) -> tuple[tuple[Index, ...], tuple[Index, ...], tuple[Index, ...]]:
    """Indices of a tensor: all, those of some axes, and the others."""
    l = x.letters()
    chosen = tuple(i for n, i in enumerate(l) if n in axes)
    return l, chosen, tuple(i for n, i in enumerate(l) if n not in axes)


def average(indices: Sequence[Index], value: Expr) -> Expr:
    """The mean over several indices."""
    found = total(indices, value)
    for i in indices:
        found /= size(i.dim)
    return found


def dims(indices: Sequence[Index]) -> tuple[Dim, ...]:
    """What some indices run over."""
    return tuple(i.dim for i in indices)


def layer_norm(x: Flow | None = None, tag: str = "") -> Layer:
    """Gives y = γ ⊙ (x - μ)/s + β with the mean and the spread over the features of one example."""
    x = x or vector()
    v, (l, own, rows) = x.tensor, apart(x, x.joint)
    γ, β, ε = Tensor(f"γ{tag}", dims(own)), Tensor(f"β{tag}", dims(own)), epsilon(tag)
    μ = Tensor(f"μ{tag}", dims(rows), body=(rows, average(own, v[l])))
    c = Tensor(f"c{tag}", v.dims, body=(l, v[l] - μ[rows]))
    s = Tensor(f"s{tag}", dims(rows), positive=True, body=(rows, (average(own, c[l] ** 2) + ε()) ** HALF))
    x̂ = Tensor(f"x̂{tag}", v.dims, body=(l, c[l] / s[rows]))
    y = Tensor(f"y{tag}", v.dims, body=(l, γ[own] * x̂[l] + β[own]))
    return Layer(
        "layer_norm",
        "Layer normalisation",
        (v,),
        (γ, β),
        (x̂, y),
        called={x̂: "g"},
        folded=(s,),
        facts=(
            Fact("the deviations c sum to 0", total(own, c[l]), expr(0)),
            Fact("definition of x̂", c[l], x̂[l] * s[rows]),
        ),
        fixed=(ε,),
        lead="Mean and spread are those of one example's features, so every output depends on every input.",
        source="Ba, Kiros and Hinton 2016, Layer normalization, eq. 4",
        axis=x.axis,
    )


def rms_norm(x: Flow | None = None, tag: str = "") -> Layer:
    """Gives y = γ ⊙ x/s + β with the root mean square s of the features."""
    x = x or vector()
    v, (l, own, rows) = x.tensor, apart(x, x.joint)
    γ, β, ε = Tensor(f"γ{tag}", dims(own)), Tensor(f"β{tag}", dims(own)), epsilon(tag)
    s = Tensor(f"s{tag}", dims(rows), positive=True, body=(rows, (average(own, v[l] ** 2) + ε()) ** HALF))
    x̂ = Tensor(f"x̂{tag}", v.dims, body=(l, v[l] / s[rows]))
    y = Tensor(f"y{tag}", v.dims, body=(l, γ[own] * x̂[l] + β[own]))
    return Layer(
        "rms_norm",
        "RMS normalisation",
        (v,),
        (γ, β),
        (x̂, y),
        called={x̂: "g"},
        folded=(s,),
        facts=(Fact("definition of x̂", v[l], x̂[l] * s[rows]),),
        fixed=(ε,),
        lead="Like layer norm, but without the mean: the features are divided by their root mean square.",
        source="Zhang and Sennrich 2019, Root mean square layer normalization, eq. 4",
        axis=x.axis,
    )


def batch_norm(x: Flow | None = None, tag: str = "") -> Layer:
    """Gives y = γ ⊙ (x - μ)/s + β with the mean and the spread over the batch and all places, in training mode."""
    x = x or Flow(Tensor("x", (Dim("B"), Dim("n"))), 1, batch=True)
    v, (l, own, rows) = x.tensor, apart(x, (x.axis,))
    γ, β, ε = Tensor(f"γ{tag}", dims(own)), Tensor(f"β{tag}", dims(own)), epsilon(tag)
    μ = Tensor(f"μ{tag}", dims(own), body=(own, average(rows, v[l])))
    c = Tensor(f"c{tag}", v.dims, body=(l, v[l] - μ[own]))
    s = Tensor(f"s{tag}", dims(own), positive=True, body=(own, (average(rows, c[l] ** 2) + ε()) ** HALF))
    x̂ = Tensor(f"x̂{tag}", v.dims, body=(l, c[l] / s[own]))
    y = Tensor(f"y{tag}", v.dims, body=(l, γ[own] * x̂[l] + β[own]))
    return Layer(
        "batch_norm",
        "Batch normalisation, training mode",
        (v,),
        (γ, β),
        (x̂, y),
        called={x̂: "g"},
        folded=(s,),
        facts=(
            Fact("the deviations c sum to 0", total(rows, c[l]), expr(0)),
            Fact("definition of x̂", c[l], x̂[l] * s[own]),
        ),
        fixed=(ε,),
        lead="Mean and spread are those of the batch, so the gradient of one example runs through all the others.",
        source="Ioffe and Szegedy 2015, Batch normalization, algorithm 1 and section 3",
        axis=x.axis,
    )
