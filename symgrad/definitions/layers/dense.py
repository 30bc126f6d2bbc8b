"""Layers from vector to vector: linear maps, activations, softmax, dropout, residual connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Min, exp, tanh

from symgrad.definitions.layers.layer import Layer
from symgrad.indexed import Dim, Fact, Index, Tensor, apply, total

if TYPE_CHECKING:
    from symgrad.core import Definition


def vector(name: str = "x", dim: str = "n") -> Tensor:
    """An input vector."""
    return Tensor(name, (Dim(dim),))


def over(tensor: Tensor, letters: str = "ijkl") -> tuple[Index, ...]:
    """Fresh indices for a tensor's shape."""
    return tuple(Index(c, d) for c, d in zip(letters, tensor.dims, strict=False))


def affine(x: Tensor, tag: str = "", *, bias: bool = True) -> Layer:
    """Gives z = W x + b."""
    out = Dim(f"n{tag}" if tag else "m")
    W, b = Tensor(f"W{tag}", (out, *x.dims)), Tensor(f"b{tag}", (out,))
    i, (j,) = Index("i", out), over(x, "j")
    value = total(j, W[i, j] * x[j])
    z = Tensor(f"z{tag}", (out,), body=((i,), value + b[i] if bias else value))
    return Layer(
        "linear" if bias else "linear_no_bias",
        "Linear layer" if bias else "Linear layer without bias",
        (x,),
        (W, b) if bias else (W,),
        (z,),
        called={z: f"δ{tag}"},
        lead="Every output is a weighted sum of the inputs"
        + (" and a bias." if bias else "; without a bias only the weights learn."),
    )


def linear(x: Tensor | None = None, tag: str = "") -> Layer:
    """Gives z = W x + b."""
    return affine(x or vector(), tag)


def linear_no_bias(x: Tensor | None = None, tag: str = "") -> Layer:
    """Gives z = W x."""
    return affine(x or vector(), tag, bias=False)


def activation(entry: Definition, x: Tensor | None = None, tag: str = "") -> Layer:
    """Gives a = phi(z), entry by entry, with the usual parameters."""
    z = x or vector("z")
    (i,) = over(z)
    a = Tensor(f"a{tag}", z.dims, body=((i,), apply(entry.head, z[i])))
    return Layer(
        entry.name,
        entry.title,
        (z,),
        (),
        (a,),
        folded=(a,) if entry.head is tanh else (),  # tanh' = 1 - a^2, whereas σ'(z) keeps its name
        lead="The function is applied to every entry by itself.",
    )


def softmax(x: Tensor | None = None, tag: str = "") -> Layer:
    """p_i = exp(z_i) / sum_k exp(z_k)."""
    z = x or vector("z")
    (i,) = over(z)
    k = i.fresh()
    S = Tensor(f"S{tag}", (), body=((), total(k, apply(exp, z[k]))))
    p = Tensor(f"p{tag}", z.dims, body=((i,), apply(exp, z[i]) / S()))
    return Layer(
        "softmax",
        "Softmax",
        (z,),
        (),
        (p,),
        folded=(p,),
        lead="Every output depends on every input, because all share one denominator.",
        source="Bridle 1990, Training stochastic model recognition algorithms as networks, eq. 2",
    )


def dropout(x: Tensor | None = None, tag: str = "") -> Layer:
    """Gives y = m ⊙ x / q, with a mask m that was drawn before and the share q of entries that are kept."""
    x = x or vector()
    (i,) = over(x)
    m, q = Tensor(f"m{tag}", x.dims), Tensor(f"q{tag}", (), positive=True)
    y = Tensor(f"y{tag}", x.dims, body=((i,), m[i] * x[i] / q()))
    return Layer(
        "dropout",
        "Dropout with a fixed mask",
        (x,),
        (),
        (y,),
        fixed=(m, q),
        lead="The mask m is drawn before the pass and is the same on the way back. q is the share of entries kept.",
        source="Srivastava et al. 2014, Dropout, section 4",
    )


def residual(x: Tensor | None = None, tag: str = "") -> Layer:
    """Gives y = x + F(x) with any differentiable F."""
    x = x or vector()
    (i,) = over(x)
    F = Tensor(f"F{tag}", x.dims, depends=(x,))
    y = Tensor(f"y{tag}", x.dims, body=((i,), x[i] + F[i]))
    return Layer(
        "residual",
        "Residual connection",
        (x,),
        (),
        (y,),
        lead="F is any differentiable block. The gradient reaches x along two ways, and one of them is the identity.",
        source="He et al. 2016, Identity mappings in deep residual networks, eq. 5",
    )


def prelu(entry: Definition) -> Any:
    """A builder of a = PReLU(z; alpha) with one learned slope per neuron."""

    def build(x: Tensor | None = None, tag: str = "") -> Layer:
        z = x or vector("z")
        (i,) = over(z)
        α = Tensor(f"α{tag}", z.dims)
        a = Tensor(f"a{tag}", z.dims, body=((i,), apply(entry.head, z[i], α[i])))
        return Layer(
            "prelu_per_neuron",
            "PReLU with a slope per neuron",
            (z,),
            (α,),
            (a,),
            facts=(Fact("the slope by α", apply(entry.head, z[i], α[i], order=(0, 1)), apply(Min, 0, z[i])),),
            lead="Each neuron learns the slope of its negative side. α is multiplied by min(0, z) there.",
            source="He et al. 2015, Delving deep into rectifiers, eq. 8",
        )

    return build
