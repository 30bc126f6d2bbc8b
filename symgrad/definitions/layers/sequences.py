"""Layers of sequences: embedding, recurrent cells, attention, gated blocks, low-rank adapters."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sympy import exp, tanh

from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.layers.layer import Layer
from symgrad.indexed import Dim, Fact, Index, Tensor, apply, size, total, where

if TYPE_CHECKING:
    from symgrad.indexed import Expr

sigmoid: Any = ACTIVATIONS["sigmoid"].head
silu: Any = ACTIVATIONS["silu"].head


def embedding() -> Layer:
    """Z = X E with one-hot rows in X: row t of Z is the row of E that word t names."""
    T, V, n = Dim("T"), Dim("V"), Dim("n")
    t, v, j = Index("t", T), Index("v", V), Index("j", n)
    X, E = Tensor("X", (T, V)), Tensor("E", (V, n))
    Z = Tensor("Z", (T, n), body=((t, j), total(v, X[t, v] * E[v, j])))
    return Layer(
        "embedding",
        "Embedding",
        (),
        (E,),
        (Z,),
        fixed=(X,),
        lead="Row t of X is 1 at the word of place t and 0 elsewhere, so a row of E collects what its uses send back.",
    )


def rnn_cell() -> Layer:
    """Gives h = tanh(W r + U x + b) with the state r of the step before."""
    n, m = Dim("n"), Dim("m")
    i, j, k = Index("i", n), Index("j", n), Index("k", m)
    r, x = Tensor("r", (n,)), Tensor("x", (m,))
    W, U, b = Tensor("W", (n, n)), Tensor("U", (n, m)), Tensor("b", (n,))
    z = Tensor("z", (n,), body=((i,), total(j, W[i, j] * r[j]) + total(k, U[i, k] * x[k]) + b[i]))
    h = Tensor("h", (n,), body=((i,), apply(tanh, z[i])))
    return Layer(
        "rnn_cell",
        "Recurrent cell",
        (r, x),
        (W, U, b),
        (z, h),
        folded=(h,),
        called={z: "δ"},
        lead="One step: r is the state of the step before.",
        source="Elman 1990, Finding structure in time",
    )


def gate(name: str, head: Any, x: Tensor, r: Tensor, *, tag: str) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
    """A pre-activation and a gate with weights of its own: head(W x + U r + b)."""
    n = r.dims[0]
    W, U, b = Tensor(f"W_{tag}", (n, *x.dims)), Tensor(f"U_{tag}", (n, *r.dims)), Tensor(f"b_{tag}", (n,))
    i, k, j = Index("i", n), Index("k", x.dims[0]), Index("j", r.dims[0])
    z = Tensor(f"z_{tag}", (n,), body=((i,), total(k, W[i, k] * x[k]) + total(j, U[i, j] * r[j]) + b[i]))
    return z, Tensor(name, (n,), body=((i,), apply(head, z[i]))), (W, U, b)


def lstm_cell() -> Layer:
    """Gives c = f ⊙ e + i ⊙ g, h = o ⊙ tanh(c) with the gates i, f, o, the candidate g and the cell e before."""
    n, m = Dim("n"), Dim("m")
    q = Index("i", n)
    x, r, e = Tensor("x", (m,)), Tensor("r", (n,)), Tensor("e", (n,))
    zi, i, wi = gate("i", sigmoid, x, r, tag="i")
    zf, f, wf = gate("f", sigmoid, x, r, tag="f")
    zg, g, wg = gate("g", tanh, x, r, tag="g")
    zo, o, wo = gate("o", sigmoid, x, r, tag="o")
    c = Tensor("c", (n,), body=((q,), f[q] * e[q] + i[q] * g[q]))
    h = Tensor("h", (n,), body=((q,), o[q] * apply(tanh, c[q])))
    return Layer(
        "lstm_cell",
        "LSTM cell",
        (e, r, x),
        (*wi, *wf, *wg, *wo),
        (zi, zf, zg, zo, c, h),
        folded=(i, f, g, o),
        called={zi: "δ_i", zf: "δ_f", zg: "δ_g", zo: "δ_o"},
        lead="i, f and o are the gates, g the candidate, e the cell and r the state of the step before.",
        source="Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000",
    )


def gru_cell() -> Layer:
    """Gives h = (1 - u) ⊙ n + u ⊙ r, where the candidate n sees the old state through the gate s."""
    d, m = Dim("n"), Dim("m")
    i, j, k = Index("i", d), Index("j", d), Index("k", m)
    x, r = Tensor("x", (m,)), Tensor("r", (d,))
    zs, s, ws = gate("s", sigmoid, x, r, tag="s")
    zu, u, wu = gate("u", sigmoid, x, r, tag="u")
    W, U, b = Tensor("W_g", (d, m)), Tensor("U_g", (d, d)), Tensor("b_g", (d,))
    v = Tensor("v", (d,), body=((i,), total(j, U[i, j] * r[j]) + b[i]))
    zg = Tensor("z_g", (d,), body=((i,), total(k, W[i, k] * x[k]) + s[i] * v[i]))
    g = Tensor("g", (d,), body=((i,), apply(tanh, zg[i])))
    h = Tensor("h", (d,), body=((i,), (1 - u[i]) * g[i] + u[i] * r[i]))
    return Layer(
        "gru_cell",
        "GRU cell",
        (r, x),
        (*ws, *wu, W, U, b),
        (zs, v, zu, zg, h),
        folded=(s, u, g),
        called={zs: "δ_s", zu: "δ_u", zg: "δ_g"},
        lead="s resets, u keeps, g is the candidate, r the state of the step before; the reset gate acts after U, "
        "as in cuDNN and PyTorch.",
        source="Cho et al. 2014, with the variant of the PyTorch manual, nn.GRU",
    )


def attention(*, masked: bool = False) -> Layer:
    """O = P V, P = softmax by rows of Q Kᵀ/√d; masked, place t sees the places up to t only."""
    T, d, e = Dim("T"), Dim("d"), Dim("e")
    s, t, u, a, b = Index("s", T), Index("t", T), Index("u", T), Index("a", d), Index("b", e)
    Q, K, V = Tensor("Q", (T, d)), Tensor("K", (T, d)), Tensor("V", (T, e))
    A = Tensor("A", (T, T), body=((s, t), total(a, Q[s, a] * K[t, a]) * size(d) ** Fraction(-1, 2)))

    def weight(column: Index) -> Expr:
        seen = apply(exp, A[s, column])
        return seen * where(column, "<=", s) if masked else seen

    S = Tensor("S", (T,), body=((s,), total(u, weight(u))))
    P = Tensor("P", (T, T), body=((s, t), weight(t) / S[s]))
    O = Tensor("O", (T, e), body=((s, b), total(t, P[s, t] * V[t, b])))
    return Layer(
        "masked_attention" if masked else "attention",
        "Scaled dot-product attention" + (" with a causal mask" if masked else ""),
        (Q, K, V),
        (),
        (A, P, O),
        facts=(Fact("definition of P", weight(t), P[s, t] * S[s]),),
        lead="Every row of P is a softmax of scores." + (" Row s sees the places up to s." if masked else ""),
        source="Vaswani et al. 2017, Attention is all you need, eq. 1",
    )


def swiglu() -> Layer:
    """Gives y = W₂ (SiLU(W x) ⊙ (V x)): the gated block of large language models."""
    n, h, m = Dim("n"), Dim("h"), Dim("m")
    i, a, k = Index("i", n), Index("a", h), Index("k", m)
    x, W, V, W2 = Tensor("x", (m,)), Tensor("W", (h, m)), Tensor("V", (h, m)), Tensor("W2", (n, h))
    u = Tensor("u", (h,), body=((a,), total(k, W[a, k] * x[k])))
    v = Tensor("v", (h,), body=((a,), total(k, V[a, k] * x[k])))
    g = Tensor("g", (h,), body=((a,), apply(silu, u[a]) * v[a]))
    y = Tensor("y", (n,), body=((i,), total(a, W2[i, a] * g[a])))
    return Layer(
        "swiglu",
        "SwiGLU block",
        (x,),
        (W, V, W2),
        (u, v, g, y),
        lead="One half of the hidden layer gates the other.",
        source="Shazeer 2020, GLU variants improve transformer, eq. 6",
    )


def lora() -> Layer:
    """Gives y = W x + s B A x with W frozen: a low-rank adapter of rank r."""
    n, m, r = Dim("n"), Dim("m"), Dim("r")
    i, j, q = Index("i", n), Index("j", m), Index("q", r)
    x, W, A, B, s = Tensor("x", (m,)), Tensor("W", (n, m)), Tensor("A", (r, m)), Tensor("B", (n, r)), Tensor("s", ())
    h = Tensor("h", (r,), body=((q,), total(j, A[q, j] * x[j])))
    y = Tensor("y", (n,), body=((i,), total(j, W[i, j] * x[j]) + s() * total(q, B[i, q] * h[q])))
    return Layer(
        "lora",
        "Low-rank adapter (LoRA)",
        (x,),
        (A, B),
        (h, y),
        fixed=(W, s),
        lead="W stays as it is; A and B learn. With B = 0 at the start only B gets a gradient at first.",
        source="Hu et al. 2021, LoRA, eq. 3",
    )
