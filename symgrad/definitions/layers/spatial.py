"""Layers that slide a window: convolution and pooling as maps of indices, padding as zeros outside the shape."""

from __future__ import annotations

from symgrad.definitions.layers.layer import Layer
from symgrad.indexed import Dim, Index, Tensor, greatest, mean, total


def conv1d(stride: int = 1, padding: int = 0) -> Layer:
    """z[o, t] = Σ_c Σ_k W[o, c, k] x[c, stride t + k - padding] + b[o]."""
    O, C, K, T, U = (Dim(d) for d in ("O", "C", "K", "T", "U"))
    o, c, k, t = Index("o", O), Index("c", C), Index("k", K), Index("t", T)
    x, W, b = Tensor("x", (C, U)), Tensor("W", (O, C, K)), Tensor("b", (O,))
    z = Tensor(
        "z",
        (O, T),
        body=((o, t), total((c, k), W[o, c, k] * x[c, stride * t + k - padding]) + b[o]),
    )
    plain = stride == 1 and padding == 0
    return Layer(
        "conv1d" if plain else f"conv1d_stride{stride}_pad{padding}",
        "Convolution in one dimension" + ("" if plain else f", stride {stride}, padding {padding}"),
        (x,),
        (W, b),
        (z,),
        called={z: "δ"},
        lead="One small weight tensor is used at every place, so its gradient is a sum over all places. "
        "Libraries call this a convolution; it is a correlation.",
        source="Dumoulin and Visin 2016, A guide to convolution arithmetic, section 2",
    )


def conv2d(stride: int = 1, padding: int = 0) -> Layer:
    """z[o, s, t] = Σ_c Σ_k Σ_l W[o, c, k, l] x[c, stride s + k - padding, stride t + l - padding] + b[o]."""
    O, C, K, L, S, T, H, V = (Dim(d) for d in ("O", "C", "K", "L", "S", "T", "H", "V"))
    o, c, k, l = Index("o", O), Index("c", C), Index("k", K), Index("l", L)
    s, t = Index("s", S), Index("t", T)
    x, W, b = Tensor("x", (C, H, V)), Tensor("W", (O, C, K, L)), Tensor("b", (O,))
    window = x[c, stride * s + k - padding, stride * t + l - padding]
    z = Tensor("z", (O, S, T), body=((o, s, t), total((c, k, l), W[o, c, k, l] * window) + b[o]))
    plain = stride == 1 and padding == 0
    return Layer(
        "conv2d" if plain else f"conv2d_stride{stride}_pad{padding}",
        "Convolution in two dimensions" + ("" if plain else f", stride {stride}, padding {padding}"),
        (x,),
        (W, b),
        (z,),
        called={z: "δ"},
        lead="As in one dimension: the gradient of the weights is a correlation of the input with δ.",
        source="Dumoulin and Visin 2016, A guide to convolution arithmetic, section 2",
    )


def average_pool(stride: int = 2) -> Layer:
    """z[c, t] is the mean of the window that begins at stride t."""
    C, K, T, U = (Dim(d) for d in ("C", "K", "T", "U"))
    c, k, t = Index("c", C), Index("k", K), Index("t", T)
    x = Tensor("x", (C, U))
    z = Tensor("z", (C, T), body=((c, t), mean(k, x[c, stride * t + k])))
    return Layer(
        "average_pool",
        "Average pooling",
        (x,),
        (),
        (z,),
        called={z: "δ"},
        lead="Every entry of a window gets the same share of what comes back.",
    )


def max_pool(stride: int = 2) -> Layer:
    """z[c, t] is the largest entry of the window that begins at stride t."""
    C, K, T, U = (Dim(d) for d in ("C", "K", "T", "U"))
    c, k, t = Index("c", C), Index("k", K), Index("t", T)
    x = Tensor("x", (C, U))
    z = Tensor("z", (C, T), body=((c, t), greatest(k, x[c, stride * t + k])))
    return Layer(
        "max_pool",
        "Max pooling",
        (x,),
        (),
        (z,),
        called={z: "δ"},
        lead="Only the entry that attains the maximum gets anything back. Ties have no derivative. A window that "
        "reaches beyond the input sees 0 there; PyTorch pads with −∞, so let every window lie inside.",
    )
