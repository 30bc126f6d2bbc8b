"""Layers and losses with symbolic dimensions that several tests derive."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

from sympy import Function, Symbol, exp, log

from symgrad.definitions import ACTIVATIONS
from symgrad.deriver.indexed import backpropagate, definition_of, derivation
from symgrad.indexed import (
    Dim,
    Expr,
    Fact,
    Index,
    Tensor,
    apply,
    delta,
    greatest,
    mean,
    one_hot,
    partial,
    size,
    sums_to,
    total,
    where,
)

if TYPE_CHECKING:
    from symgrad.core import Derivation

φ = Function("phi")
ε = Symbol("epsilon", real=True)


@dataclass(frozen=True, slots=True)
class Softmax:
    """p = softmax(z) over the last dimension, its normaliser, and what is known about it."""

    z: Tensor
    S: Tensor
    p: Tensor
    jacobian: Fact

    @property
    def facts(self) -> tuple[Fact, ...]:
        return self.jacobian, sums_to(self.p), definition_of(self.p)


def softmax(z: Tensor) -> Softmax:
    """The softmax of the last dimension."""
    *rows, n = z.dims
    r = tuple(Index(f"r{k}", d) for k, d in enumerate(rows))
    i, j, k = (Index(c, n) for c in "ijk")
    S = Tensor("S", rows, body=(r, total(k, apply(exp, z[(*r, k)]))))
    p = Tensor("p", z.dims, body=((*r, i), apply(exp, z[(*r, i)]) / S[r]))
    same, q = Expr(), tuple(Index(f"q{k}", d) for k, d in enumerate(rows))
    same = p[(*r, i)] * (delta(i, j) - p[(*r, j)])
    for a, b in zip(r, q, strict=True):
        same = same * delta(a, b)
    return Softmax(z, S, p, Fact("softmax Jacobian", partial(p[(*r, i)], z[(*q, j)]), same))


@cache
def cross_entropy() -> dict[str, Derivation]:
    """Softmax with the log-likelihood loss."""
    n = Dim("n")
    i, j, k = (Index(c, n) for c in "ijk")
    z, y = Tensor("z", n), Tensor("y", n)
    s = softmax(z)
    J = Tensor("J", body=((), -total(k, y[k] * apply(log, s.p[k]))))
    g = Fact("gradient", partial(J(), z[i]), s.p[i] - y[i])
    return {
        "softmax": derivation(partial(s.p[i], z[j]), name="softmax", facts=[definition_of(s.p)]),
        "soft labels": derivation(partial(J(), z[j]), name="soft", facts=[s.jacobian, sums_to(y)]),
        "no facts": derivation(partial(J(), z[j]), name="none", facts=[s.jacobian]),
        "hessian": derivation(partial(partial(J(), z[i]), z[j]), name="hessian", facts=[g, s.jacobian, sums_to(y)]),
    }


@cache
def network() -> dict[str, Derivation]:
    """Two layers and a softmax; square hidden layers, so that a missing transpose fits the shapes."""
    n, m = Dim("n"), Dim("m")
    i, j, k, r = Index("i", n), Index("j", n), Index("k", n), Index("r", m)
    x, y, b1, b2 = Tensor("x", m), Tensor("y", n), Tensor("b1", n), Tensor("b2", n)
    W1, W2 = Tensor("W1", (n, m)), Tensor("W2", (n, n))
    z1 = Tensor("z1", n, body=((i,), total(r, W1[i, r] * x[r]) + b1[i]))
    a1 = Tensor("a1", n, body=((i,), apply(φ, z1[i])))
    z2 = Tensor("z2", n, body=((k,), total(j, W2[k, j] * a1[j]) + b2[k]))
    s = softmax(z2)
    J = Tensor("J", body=((), -total(k, y[k] * apply(log, s.p[k]))))
    facts = [s.jacobian, sums_to(y)]
    found = backpropagate(J, [z2, a1, z1], [W1, W2, b1, x], facts=facts, called={z2: "δ2", z1: "δ1"})
    return {f"network {g.tensor.name}": g.derivation for g in found}


@cache
def batch() -> dict[str, Derivation]:
    """The mean cross-entropy over a batch, X of shape (batch, features)."""
    N, n, m = Dim("N"), Dim("n"), Dim("m")
    r, i, j = Index("r", N), Index("i", n), Index("j", m)
    X, W, b, Y = Tensor("X", (N, m)), Tensor("W", (n, m)), Tensor("b", n), Tensor("Y", (N, n))
    Z = Tensor("Z", (N, n), body=((r, i), total(j, X[r, j] * W[i, j]) + b[i]))
    s = softmax(Z)
    J = Tensor("J", body=((), -mean(r, total(i, Y[r, i] * apply(log, s.p[r, i])))))
    facts = [s.jacobian, sums_to(Y)]
    return {f"batch {g.tensor.name}": g.derivation for g in backpropagate(J, [Z], [W, b, X], facts=facts)}


@cache
def layer_norm() -> dict[str, Derivation]:
    """Layer normalisation, with what arrives from behind as g."""
    n = Dim("n")
    i, k = Index("i", n), Index("k", n)
    x, g, γ, β = (Tensor(c, n) for c in ("x", "g", "γ", "β"))
    μ = Tensor("μ", body=((), mean(k, x[k])))
    c = Tensor("c", n, body=((i,), x[i] - μ()))
    s = Tensor("s", body=((), (mean(k, c[k] ** 2) + ε) ** Fraction(1, 2)))
    h = Tensor("x̂", n, body=((i,), c[i] / s()))
    o = Tensor("o", n, body=((i,), γ[i] * h[i] + β[i]))
    J = Tensor("J", body=((), total(i, g[i] * o[i])))
    facts = [sums_to(c, 0), definition_of(s), Fact("c = x̂ s", c[i], h[i] * s())]
    return {f"layer norm {q.tensor.name}": q.derivation for q in backpropagate(J, [o, h], [x, γ, β], facts=facts)}


@cache
def attention() -> dict[str, Derivation]:
    """Scaled dot-product attention with a causal mask in the sum, what arrives from behind as G."""
    t, d, e = Dim("t"), Dim("d"), Dim("e")
    i, j, k, l = Index("i", t), Index("j", t), Index("k", d), Index("l", e)
    Q, K, V, G = Tensor("Q", (t, d)), Tensor("K", (t, d)), Tensor("V", (t, e)), Tensor("G", (t, e))
    z = Tensor("z", (t, t), body=((i, j), total(k, Q[i, k] * K[j, k]) * size(d) ** Fraction(-1, 2)))
    s = softmax(z)
    O = Tensor("O", (t, e), body=((i, l), total(j, s.p[i, j] * V[j, l])))
    J = Tensor("J", body=((), total([i, l], G[i, l] * O[i, l])))
    found = backpropagate(J, [O, s.p, z], [Q, K, V], facts=[s.jacobian])
    return {f"attention {g.tensor.name}": g.derivation for g in found}


@cache
def windows() -> dict[str, Derivation]:
    """A convolution with stride 2 and padding 1, average pooling, and max pooling, against g."""
    n, m, o = Dim("n"), Dim("m"), Dim("o")
    x, w, g = Tensor("x", n), Tensor("w", m), Tensor("g", o)
    a, k = Index("a", o), Index("k", m)
    found = {}
    for name, value in {
        "convolution": total(k, w[k] * x[2 * a + k - 1]),
        "average pooling": mean(k, x[2 * a + k]),
        "max pooling": greatest(k, x[2 * a + k]),
    }.items():
        z = Tensor("z", o, body=((a,), value))
        J = Tensor("J", body=((), total(a, g[a] * z[a])))
        wrt = [x, w] if name == "convolution" else [x]
        found |= {f"{name} {q.tensor.name}": q.derivation for q in backpropagate(J, [z], wrt)}
    return found


@cache
def others() -> dict[str, Derivation]:
    """One-hot labels in squared error, a catalogue activation, tied weights, a masked sum, PReLU."""
    n = Dim("n")
    i, j, k = (Index(c, n) for c in "ijk")
    x, y, W, b = Tensor("x", n), Tensor("y", n), Tensor("W", (n, n)), Tensor("b", n)
    α = Tensor("α", n)
    silu, leaky = ACTIVATIONS["silu"].head, ACTIVATIONS["leaky_relu"].head
    z = Tensor("z", n, body=((i,), total(j, W[i, j] * x[j]) + b[i]))
    tied = Tensor("u", n, body=((i,), total(j, W[j, i] * apply(silu, z[j]))))
    J = Tensor("J", body=((), total(i, (tied[i] - x[i]) ** 2) / 2))
    found = {f"tied {g.tensor.name}": g.derivation for g in backpropagate(J, [tied, z], [W, x])}
    squares = Tensor("E", body=((), total(k, y[k] ** 2 * x[k])))
    found["one-hot"] = derivation(partial(squares(), x[i]), name="one-hot", facts=[one_hot(y)])
    masked = Tensor("M", n, body=((i,), total(j, where(j, "<=", i) * W[i, j] * x[j])))
    found["mask"] = derivation(partial(masked[i], x[k]), name="mask")
    prelu = Tensor("P", body=((), total(i, y[i] * apply(leaky, x[i], α[i]))))
    found["PReLU"] = derivation(partial(prelu(), α[j]), name="prelu")
    return found


def every_derivation() -> dict[str, Derivation]:
    """All of them, by name."""
    parts = (cross_entropy, network, batch, layer_norm, attention, windows, others)
    return {name: found for part in parts for name, found in part().items()}
