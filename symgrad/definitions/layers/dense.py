"""Layers that act on the features of each place: linear maps, activations, softmax, dropout, residual connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Min, exp, tanh

from symgrad.definitions.layers.flow import Flow, sized, vector
from symgrad.definitions.layers.layer import Layer
from symgrad.indexed import Fact, Index, Tensor, apply, total

if TYPE_CHECKING:
    from symgrad.core import Definition
    from symgrad.indexed import Dim


def affine(x: Flow, tag: str = "", *, bias: bool = True, out: Dim | None = None) -> Layer:
    """Gives z = W x + b; behind a convolution a weight for every channel and place."""
    out = out or sized("n", tag, "m")
    l = x.letters("j")
    summed, kept = [l[n] for n in x.joint], [i for n, i in enumerate(l) if n not in x.joint]
    i = Index("i", out)
    W, b = Tensor(f"W{tag}", (out, *(j.dim for j in summed))), Tensor(f"b{tag}", (out,))
    value = total(summed, W[(i, *summed)] * x.tensor[l])
    z = Tensor(f"z{tag}", (*(k.dim for k in kept), out), body=((*kept, i), value + b[i] if bias else value))
    return Layer(
        "linear" if bias else "linear_no_bias",
        "Linear layer" if bias else "Linear layer without bias",
        (x.tensor,),
        (W, b) if bias else (W,),
        (z,),
        called={z: f"δ{tag}"},
        lead="Every output is a weighted sum of the inputs and a bias."
        if bias
        else "Every output is a weighted sum of the inputs; without a bias only the weights learn.",
        axis=len(kept),
    )


def linear(x: Flow | None = None, tag: str = "", out: Dim | None = None) -> Layer:
    """Gives z = W x + b."""
    return affine(x or vector(), tag, out=out)


def linear_no_bias(x: Flow | None = None, tag: str = "", out: Dim | None = None) -> Layer:
    """Gives z = W x."""
    return affine(x or vector(), tag, bias=False, out=out)


def activation(entry: Definition, x: Flow | None = None, tag: str = "") -> Layer:
    """Gives a = phi(z), entry by entry, with the usual parameters."""
    x = x or vector("z")
    z, l = x.tensor, x.letters()
    a = Tensor(f"a{tag}", z.dims, body=(l, apply(entry.head, z[l])))
    return Layer(
        entry.name,
        entry.title,
        (z,),
        (),
        (a,),
        folded=(a,) if entry.head is tanh else (),  # tanh' = 1 - a^2, whereas σ'(z) keeps its name
        lead="The function is applied to every entry by itself.",
        axis=x.axis,
    )


def softmax(x: Flow | None = None, tag: str = "") -> Layer:
    """p_i = exp(z_i) / sum_k exp(z_k), over the features."""
    x = x or vector("z")
    z, l = x.tensor, x.letters()
    i, rows = l[x.axis], (*l[: x.axis], *l[x.axis + 1 :])
    k = i.fresh()
    S = Tensor(f"S{tag}", tuple(r.dim for r in rows), body=(rows, total(k, apply(exp, z[x.put(l, k)]))))
    p = Tensor(f"p{tag}", z.dims, body=(l, apply(exp, z[l]) / S[rows]))
    return Layer(
        "softmax",
        "Softmax",
        (z,),
        (),
        (p,),
        folded=(p,),
        lead="Every output depends on every input, because all share one denominator.",
        source="Bridle 1990, Training stochastic model recognition algorithms as networks, eq. 2",
        axis=x.axis,
    )


def dropout(x: Flow | None = None, tag: str = "") -> Layer:
    """Gives y = m ⊙ x / q, with a mask m that was drawn before and the share q of entries that are kept."""
    x = x or vector()
    v, l = x.tensor, x.letters()
    m, q = Tensor(f"m{tag}", v.dims), Tensor(f"q{tag}", (), positive=True)
    y = Tensor(f"y{tag}", v.dims, body=(l, m[l] * v[l] / q()))
    return Layer(
        "dropout",
        "Dropout with a fixed mask",
        (v,),
        (),
        (y,),
        fixed=(m, q),
        lead="The mask m is drawn before the pass and is the same on the way back. q is the share of entries kept.",
        source="Srivastava et al. 2014, Dropout, section 4",
        axis=x.axis,
    )


def residual(x: Flow | None = None, tag: str = "", inner: Tensor | None = None) -> Layer:
    """Gives y = x + F(x): F is what is between the brackets of a network's text, else any differentiable function."""
    x = x or vector()
    v, l = x.tensor, x.letters()
    F = inner or Tensor(f"F{tag}", v.dims, depends=(v,))
    y = Tensor(f"y{tag}", v.dims, body=(l, v[l] + F[l]))
    return Layer(
        "residual",
        "Residual connection",
        (v,),
        (),
        (y,),
        lead="F is any differentiable block. The gradient reaches x along two ways, and one of them is the identity.",
        source="He et al. 2016, Identity mappings in deep residual networks, eq. 5",
        axis=x.axis,
    )


def prelu(entry: Definition) -> Any:
    """A builder of a = PReLU(z; alpha) with one learned slope per neuron."""

    def build(x: Flow | None = None, tag: str = "") -> Layer:
        x = x or vector("z")
        z, l = x.tensor, x.letters()
        α = Tensor(f"α{tag}", x.features)
        own = α[l[x.axis]]
        a = Tensor(f"a{tag}", z.dims, body=(l, apply(entry.head, z[l], own)))
        return Layer(
            "prelu_per_neuron",
            "PReLU with a slope per neuron",
            (z,),
            (α,),
            (a,),
            facts=(Fact("the slope by α", apply(entry.head, z[l], own, order=(0, 1)), apply(Min, 0, z[l])),),
            lead="Each neuron learns the slope of its negative side. α is multiplied by min(0, z) there.",
            source="He et al. 2015, Delving deep into rectifiers, eq. 8",
            axis=x.axis,
        )

    return build
