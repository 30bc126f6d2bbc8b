"""Layers of sequences: embedding, recurrent cells, attention, gated blocks, low-rank adapters."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sympy import exp, tanh

from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.layers.flow import Flow, sized, vector
from symgrad.definitions.layers.layer import Layer
from symgrad.indexed import Dim, Fact, Index, Tensor, apply, size, total, where

if TYPE_CHECKING:
    from symgrad.indexed import Expr

sigmoid: Any = ACTIVATIONS["sigmoid"].head
silu: Any = ACTIVATIONS["silu"].head


def one_hot_rows(T: Dim, V: Dim) -> Flow:
    """Words as one-hot rows."""
    return Flow(Tensor("X", (T, V)), 1)


def embedding(x: Flow | None = None, tag: str = "", out: Dim | None = None) -> Layer:
    """Z = X E with one-hot rows in X: row t of Z is the row of E that word t names."""
    x = x or one_hot_rows(Dim("T"), Dim("V"))
    n, l = out or sized("n", tag, "n"), x.letters("v")
    v, j = l[x.axis], Index("j", n)
    E = Tensor(f"E{tag}", (x.features, n))
    row = x.put(l, j)
    Z = Tensor(f"Z{tag}", tuple(i.dim for i in row), body=(row, total(v, x.tensor[l] * E[v, j])))
    return Layer(
        "embedding",
        "Embedding",
        (),
        (E,),
        (Z,),
        fixed=(x.tensor,),
        lead="Row t of X is 1 at the word of place t and 0 elsewhere, so a row of E collects what its uses send back.",
        axis=x.axis,
    )


def rnn_cell(x: Flow | None = None, tag: str = "", out: Dim | None = None) -> Layer:
    """Gives h = tanh(W r + U x + b) with the state r of the step before."""
    x = x or vector(dim="m")
    n, l = out or sized("n", tag, "n"), x.letters("k")
    i, j, k = Index("i", n), Index("j", n), l[x.axis]
    at, dims = x.put(l, i), x.put(x.tensor.dims, n)
    r = Tensor(f"r{tag}", dims)
    W, U, b = Tensor(f"W{tag}", (n, n)), Tensor(f"U{tag}", (n, k.dim)), Tensor(f"b{tag}", (n,))
    value = total(j, W[i, j] * r[x.put(l, j)]) + total(k, U[i, k] * x.tensor[l]) + b[i]
    z = Tensor(f"z{tag}", dims, body=(at, value))
    h = Tensor(f"h{tag}", dims, body=(at, apply(tanh, z[at])))
    return Layer(
        "rnn_cell",
        "Recurrent cell",
        (r, x.tensor),
        (W, U, b),
        (z, h),
        folded=(h,),
        called={z: f"δ{tag}"},
        lead="One step: r is the state of the step before.",
        source="Elman 1990, Finding structure in time",
        axis=x.axis,
    )


def gate(
    name: str, head: Any, x: Flow, r: Tensor, tag: str, *, letter: str = "i"
) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
    """A pre-activation and a gate with weights of its own: head(W x + U r + b)."""
    n, l, tag = r.dims[x.axis], x.letters("k"), f"{name}{tag}"
    W, U, b = Tensor(f"W_{tag}", (n, x.features)), Tensor(f"U_{tag}", (n, n)), Tensor(f"b_{tag}", (n,))
    i, k, j = Index(letter, n), l[x.axis], Index("j", n)
    at = x.put(l, i)
    value = total(k, W[i, k] * x.tensor[l]) + total(j, U[i, j] * r[x.put(l, j)]) + b[i]
    z = Tensor(f"z_{tag}", r.dims, body=(at, value))
    return z, Tensor(tag, r.dims, body=(at, apply(head, z[at]))), (W, U, b)


def lstm_cell(x: Flow | None = None, tag: str = "", out: Dim | None = None) -> Layer:
    """Gives c = f ⊙ e + i ⊙ g, h = o ⊙ tanh(c) with the gates i, f, o, the candidate g and the cell e before."""
    x = x or vector(dim="m")
    n, l = out or sized("n", tag, "n"), x.letters("k")
    at, dims = x.put(l, Index("q", n)), x.put(x.tensor.dims, n)
    r, e = Tensor(f"r{tag}", dims), Tensor(f"e{tag}", dims)
    zi, i, wi = gate("i", sigmoid, x, r, tag, letter="q")
    zf, f, wf = gate("f", sigmoid, x, r, tag, letter="q")
    zg, g, wg = gate("g", tanh, x, r, tag, letter="q")
    zo, o, wo = gate("o", sigmoid, x, r, tag, letter="q")
    c = Tensor(f"c{tag}", dims, body=(at, f[at] * e[at] + i[at] * g[at]))
    h = Tensor(f"h{tag}", dims, body=(at, o[at] * apply(tanh, c[at])))
    return Layer(
        "lstm_cell",
        "LSTM cell",
        (e, r, x.tensor),
        (*wi, *wf, *wg, *wo),
        (zi, zf, zg, zo, c, h),
        folded=(i, f, g, o),
        called={z: z.name.replace("z", "δ") for z in (zi, zf, zg, zo)},
        lead="i, f and o are the gates, g the candidate, e the cell and r the state of the step before.",
        source="Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000",
        axis=x.axis,
    )


def gru_cell(x: Flow | None = None, tag: str = "", out: Dim | None = None) -> Layer:
    """Gives h = (1 - u) ⊙ n + u ⊙ r, where the candidate n sees the old state through the gate s."""
    x = x or vector(dim="m")
    d, l = out or sized("n", tag, "n"), x.letters("k")
    i, j, k = Index("i", d), Index("j", d), l[x.axis]
    at, dims = x.put(l, i), x.put(x.tensor.dims, d)
    r = Tensor(f"r{tag}", dims)
    zs, s, ws = gate("s", sigmoid, x, r, tag)
    zu, u, wu = gate("u", sigmoid, x, r, tag)
    W, U, b = Tensor(f"W_g{tag}", (d, k.dim)), Tensor(f"U_g{tag}", (d, d)), Tensor(f"b_g{tag}", (d,))
    v = Tensor(f"v{tag}", dims, body=(at, total(j, U[i, j] * r[x.put(l, j)]) + b[i]))
    zg = Tensor(f"z_g{tag}", dims, body=(at, total(k, W[i, k] * x.tensor[l]) + s[at] * v[at]))
    g = Tensor(f"g{tag}", dims, body=(at, apply(tanh, zg[at])))
    h = Tensor(f"h{tag}", dims, body=(at, (1 - u[at]) * g[at] + u[at] * r[at]))
    return Layer(
        "gru_cell",
        "GRU cell",
        (r, x.tensor),
        (*ws, *wu, W, U, b),
        (zs, v, zu, zg, h),
        folded=(s, u, g),
        called={z: z.name.replace("z", "δ") for z in (zs, zu, zg)},
        lead="s resets, u keeps, g is the candidate, r the state of the step before; the reset gate acts after U, "
        "as in cuDNN and PyTorch.",
        source="Cho et al. 2014, with the variant of the PyTorch manual, nn.GRU",
        axis=x.axis,
    )


def attention(x: Flow | None = None, tag: str = "", out: Dim | None = None, *, masked: bool = False) -> Layer:
    """O = P V, P = softmax by rows of Q Kᵀ/√d; masked, place t sees the places up to t only.

    Behind another layer Q, K and V are three linear maps of what it hands on: self-attention.
    """
    d, e = sized("d", tag, "d"), out or sized("e", tag, "e")
    Q, K, V, weights = projections(x, tag, d, e)
    front, T = Q.dims[:-2], Q.dims[-2]
    row = tuple(Index("r", B) for B in front)
    s, t, u, a, b = Index("s", T), Index("t", T), Index("u", T), Index("a", d), Index("b", e)
    score = total(a, Q[(*row, s, a)] * K[(*row, t, a)]) * size(d) ** Fraction(-1, 2)
    A = Tensor(f"A{tag}", (*front, T, T), body=((*row, s, t), score))

    def weight(column: Index) -> Expr:
        seen = apply(exp, A[(*row, s, column)])
        return seen * where(column, "<=", s) if masked else seen

    S = Tensor(f"S{tag}", (*front, T), body=((*row, s), total(u, weight(u))))
    P = Tensor(f"P{tag}", (*front, T, T), body=((*row, s, t), weight(t) / S[(*row, s)]))
    O = Tensor(f"O{tag}", (*front, T, e), body=((*row, s, b), total(t, P[(*row, s, t)] * V[(*row, t, b)])))
    return Layer(
        "masked_attention" if masked else "attention",
        "Scaled dot-product attention with a causal mask" if masked else "Scaled dot-product attention",
        (Q, K, V) if x is None else (x.tensor,),
        weights,
        (*(() if x is None else (V, K, Q)), A, P, O),
        facts=(Fact("definition of P", weight(t), P[(*row, s, t)] * S[(*row, s)]),),
        lead="Every row of P is a softmax of scores. Row s sees the places up to s."
        if masked
        else "Every row of P is a softmax of scores.",
        source="Vaswani et al. 2017, Attention is all you need, eq. 1",
        axis=len(front) + 1,
    )


def projections(x: Flow | None, tag: str, d: Dim, e: Dim) -> tuple[Tensor, Tensor, Tensor, tuple[Tensor, ...]]:
    """Q, K and V with the weights that make them of one input; without one they are inputs themselves."""
    if x is None:
        T = Dim("T")
        return Tensor("Q", (T, d)), Tensor("K", (T, d)), Tensor("V", (T, e)), ()
    l = x.letters("j")
    j, rows = l[x.axis], tuple(i for n, i in enumerate(l) if n != x.axis)
    made, weights = [], []
    for name, size_ in (("Q", d), ("K", d), ("V", e)):
        a = Index("a", size_)
        W = Tensor(f"W_{name}{tag}", (size_, j.dim))
        value = total(j, W[a, j] * x.tensor[l])
        made.append(Tensor(f"{name}{tag}", (*(i.dim for i in rows), size_), body=((*rows, a), value)))
        weights.append(W)
    return made[0], made[1], made[2], tuple(weights)


def swiglu(x: Flow | None = None, tag: str = "", out: Dim | None = None) -> Layer:
    """Gives y = W₂ (SiLU(W x) ⊙ (V x)): the gated block of large language models."""
    x = x or vector(dim="m")
    n, h, l = out or sized("n", tag, "n"), sized("h", tag, "h"), x.letters("k")
    i, a, k = Index("i", n), Index("a", h), l[x.axis]
    W, V = Tensor(f"W{tag}", (h, k.dim)), Tensor(f"V{tag}", (h, k.dim))
    W2 = Tensor(f"W_out{tag}" if tag else "W2", (n, h))
    hidden, wide = x.put(l, a), x.put(x.tensor.dims, h)
    u = Tensor(f"u{tag}", wide, body=(hidden, total(k, W[a, k] * x.tensor[l])))
    v = Tensor(f"v{tag}", wide, body=(hidden, total(k, V[a, k] * x.tensor[l])))
    g = Tensor(f"g{tag}", wide, body=(hidden, apply(silu, u[hidden]) * v[hidden]))
    y = Tensor(f"y{tag}", x.put(x.tensor.dims, n), body=(x.put(l, i), total(a, W2[i, a] * g[hidden])))
    return Layer(
        "swiglu",
        "SwiGLU block",
        (x.tensor,),
        (W, V, W2),
        (u, v, g, y),
        lead="One half of the hidden layer gates the other.",
        source="Shazeer 2020, GLU variants improve transformer, eq. 6",
        axis=x.axis,
    )


def lora(x: Flow | None = None, tag: str = "", out: Dim | None = None) -> Layer:
    """Gives y = W x + s B A x with W frozen: a low-rank adapter of rank r."""
    x = x or vector(dim="m")
    n, r, l = out or sized("n", tag, "n"), sized("r", tag, "r"), x.letters("j")
    i, j, q = Index("i", n), l[x.axis], Index("q", r)
    W, A, B = Tensor(f"W{tag}", (n, j.dim)), Tensor(f"A{tag}", (r, j.dim)), Tensor(f"B{tag}", (n, r))
    s, inner = Tensor(f"s{tag}", ()), x.put(l, q)
    h = Tensor(f"h{tag}", x.put(x.tensor.dims, r), body=(inner, total(j, A[q, j] * x.tensor[l])))
    value = total(j, W[i, j] * x.tensor[l]) + s() * total(q, B[i, q] * h[inner])
    y = Tensor(f"y{tag}", x.put(x.tensor.dims, n), body=(x.put(l, i), value))
    return Layer(
        "lora",
        "Low-rank adapter (LoRA)",
        (x.tensor,),
        (A, B),
        (h, y),
        fixed=(W, s),
        lead="W stays as it is; A and B learn. With B = 0 at the start only B gets a gradient at first.",
        source="Hu et al. 2021, LoRA, eq. 3",
        axis=x.axis,
    )
