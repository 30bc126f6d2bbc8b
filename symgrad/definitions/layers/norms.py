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


def normalised(
    name: str, x: Flow, tag: str, axes: Sequence[int], *, within: bool, centred: bool = True, **told: str
) -> Layer:
    """Gives y = γ ⊙ (x - μ)/s + β; mean μ and spread s are taken over the axes of γ (`within`) or over the others."""
    v, (l, own, rows) = x.tensor, apart(x, axes)
    over, kept = (own, rows) if within else (rows, own)
    γ, β, ε = Tensor(f"γ{tag}", dims(own)), Tensor(f"β{tag}", dims(own)), epsilon(tag)
    μ = Tensor(f"μ{tag}", dims(kept), body=(kept, average(over, v[l])))
    c = Tensor(f"c{tag}", v.dims, body=(l, v[l] - μ[kept])) if centred else v
    s = Tensor(f"s{tag}", dims(kept), positive=True, body=(kept, (average(over, c[l] ** 2) + ε()) ** HALF))
    x̂ = Tensor(f"x̂{tag}", v.dims, body=(l, c[l] / s[kept]))
    y = Tensor(f"y{tag}", v.dims, body=(l, γ[own] * x̂[l] + β[own]))
    deviations = (Fact("the deviations c sum to 0", total(over, c[l]), expr(0)),) if centred else ()
    return Layer(
        name,
        inputs=(v,),
        parameters=(γ, β),
        names=(x̂, y),
        called={x̂: "g"},
        folded=(s,),
        facts=(*deviations, Fact("definition of x̂", c[l], x̂[l] * s[kept])),
        fixed=(ε,),
        axis=x.axis,
        **told,
    )


def layer_norm(x: Flow | None = None, tag: str = "") -> Layer:
    """Mean and spread over the features of one example."""
    x = x or vector()
    return normalised(
        "layer_norm",
        x,
        tag,
        x.joint,
        within=True,
        title="Layer normalisation",
        lead="Mean and spread are those of one example's features, so every output depends on every input.",
        source="Ba, Kiros and Hinton 2016, Layer normalization, eq. 4",
    )


def rms_norm(x: Flow | None = None, tag: str = "") -> Layer:
    """No mean, and for s the root mean square of the features."""
    x = x or vector()
    return normalised(
        "rms_norm",
        x,
        tag,
        x.joint,
        within=True,
        centred=False,
        title="RMS normalisation",
        lead="Like layer norm, but without the mean: the features are divided by their root mean square.",
        source="Zhang and Sennrich 2019, Root mean square layer normalization, eq. 4",
    )


def batch_norm(x: Flow | None = None, tag: str = "") -> Layer:
    """Mean and spread over the batch and all places, in training mode."""
    x = x or Flow(Tensor("x", (Dim("B"), Dim("n"))), 1, batch=True)
    return normalised(
        "batch_norm",
        x,
        tag,
        (x.axis,),
        within=False,
        title="Batch normalisation, training mode",
        lead="Mean and spread are those of the batch, so the gradient of one example runs through all the others.",
        source="Ioffe and Szegedy 2015, Batch normalization, algorithm 1 and section 3",
    )
