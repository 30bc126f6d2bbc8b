"""Backpropagation as students write it.

Nothing here is taken from the models or the bank of mistakes of the package.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symgrad.testing import (
    GRU,
    LSTM,
    Attention,
    BatchNorm,
    Convolution,
    Convolution2D,
    Embedding,
    Network,
    Recurrent,
)

Gradients = Callable[[Any, Any, Any], dict[str, Any]]

TWO_LAYERS = """
def grads(p, x, y):
    n = len(x)
    z1 = x @ p["W1"].T + p["b1"]
    a1 = np.tanh(z1)
    z2 = a1 @ p["W2"].T + p["b2"]
    a2 = 1 / (1 + np.exp(-z2))
    d2 = (a2 - y) * a2 * (1 - a2) / n
    dW2 = d2.T @ a1
    db2 = d2.sum(axis=0)
    d1 = d2 @ p["W2"] * (1 - a1**2)
    dW1 = d1.T @ x
    db1 = d1.sum(axis=0)
    return {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
"""
CLASSIFIER = """
def grads(p, x, y):
    n, k = y.shape
    z = x @ p["W1"].T + p["b1"]
    e = np.exp(z - z.max(axis=1, keepdims=True))
    s = e / e.sum(axis=1, keepdims=True)
    d = (s - y) / n
    dW = d.T @ x
    db = d.sum(axis=0)
    return {"W1": dW, "b1": db}
"""
DEEP = """
def grads(p, x, y):
    a = [x]
    z = [x]
    for l in (1, 2, 3):
        z.append(a[-1] @ p[f"W{l}"].T + p[f"b{l}"])
        a.append(np.maximum(z[-1], 0) if l < 3 else 1 / (1 + np.exp(-z[-1])))
    n = len(x)
    d = (a[3] - y) / n
    g = {}
    for l in (3, 2, 1):
        g[f"W{l}"] = d.T @ a[l - 1] + 0.1 * p[f"W{l}"]
        g[f"b{l}"] = d.sum(axis=0)
        if l > 1:
            d = (d @ p[f"W{l}"]) * (z[l - 1] > 0)
    return g
"""
RECURRENT = """
def grads(p, x, y):
    h, o = [np.zeros(len(p["b"]))], []
    for t in range(len(x)):
        h.append(np.tanh(p["U"] @ x[t] + p["W"] @ h[-1] + p["b"]))
        o.append(p["V"] @ h[-1] + p["c"])
    g = {k: np.zeros_like(v) for k, v in p.items()}
    back = np.zeros(len(p["b"]))
    for t in reversed(range(len(x))):
        e = o[t] - y[t]
        g["V"] += np.outer(e, h[t + 1])
        g["c"] += e
        d = (p["V"].T @ e + back) * (1 - h[t + 1] ** 2)
        g["U"] += np.outer(d, x[t])
        g["W"] += np.outer(d, h[t])
        g["b"] += d
        back = p["W"].T @ d
    return g
"""
NORM = """
def grads(p, x, y):
    n = len(x)
    m, v = x.mean(axis=0), x.var(axis=0) + 1e-5
    xhat = (x - m) / np.sqrt(v)
    d = p["gamma"] * xhat + p["beta"] - y
    dgamma = (d * xhat).sum(axis=0)
    dbeta = d.sum(axis=0)
    dxhat = d * p["gamma"]
    dv = (dxhat * (x - m)).sum(axis=0) * -0.5 * v**-1.5
    dm = -dxhat.sum(axis=0) / np.sqrt(v)
    dx = dxhat / np.sqrt(v) + dv * 2 * (x - m) / n + dm / n
    return {"x": dx, "gamma": dgamma, "beta": dbeta}
"""
LAYER_NORM = """
def grads(p, x, y):
    k = x.shape[1]
    m, v = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True) + 1e-5
    xhat = (x - m) / np.sqrt(v)
    d = p["gamma"] * xhat + p["beta"] - y
    g = d * p["gamma"]
    dx = (g - g.mean(axis=1, keepdims=True) - xhat * (g * xhat).mean(axis=1, keepdims=True)) / np.sqrt(v)
    return {"x": dx, "gamma": (d * xhat).sum(axis=0), "beta": d.sum(axis=0)}
"""
CONVOLUTION = """
def grads(p, x, y):
    w, T = p["w"], y.shape[1]
    K = len(w)
    z = np.array([[row[t : t + K] @ w + p["b"][0] for t in range(T)] for row in x])
    d = (np.tanh(z) - y) * (1 - np.tanh(z) ** 2)
    dw, dx = np.zeros(K), np.zeros_like(x)
    for i in range(len(x)):
        for t in range(T):
            dw += d[i, t] * x[i, t : t + K]
            dx[i, t : t + K] += d[i, t] * w
    return {"x": dx, "w": dw, "b": np.array([d.sum()])}
"""
CHANNELS = """
def grads(p, x, y):
    w, b = p["w"], p["b"]
    f, c, u, v = w.shape
    n, _, rows, columns = x.shape
    wide = np.zeros((n, c, rows + 2, columns + 2))
    wide[:, :, 1:-1, 1:-1] = x
    dwide, dw, db = np.zeros_like(wide), np.zeros_like(w), np.zeros_like(b)
    for i in range(y.shape[2]):
        for j in range(y.shape[3]):
            seen = wide[:, :, 2 * i : 2 * i + u, 2 * j : 2 * j + v]
            d = np.tensordot(seen, w, ((1, 2, 3), (1, 2, 3))) + b - y[:, :, i, j]
            dw += np.tensordot(d, seen, (0, 0))
            dwide[:, :, 2 * i : 2 * i + u, 2 * j : 2 * j + v] += np.tensordot(d, w, (1, 0))
            db += d.sum(axis=0)
    return {"x": dwide[:, :, 1:-1, 1:-1], "w": dw, "b": db}
"""
CELL = """
def grads(p, x, y):
    h, c, k = p["h"], p["c"], p["h"].shape[1]
    a = {q: x @ p["W" + q].T + h @ p["U" + q].T + p["b" + q] for q in "ifog"}
    i, f, o = (1 / (1 + np.exp(-a[q])) for q in "ifo")
    g = np.tanh(a["g"])
    new = f * c + i * g
    t = np.tanh(new)
    dh, dc = o * t - y[:, :k], new - y[:, k:]
    dc = dc + dh * o * (1 - t**2)
    di = dc * g * i * (1 - i)
    df = dc * c * f * (1 - f)
    do = dh * t * o * (1 - o)
    dg = dc * i * (1 - g**2)
    found = {"x": 0, "h": 0, "c": dc * f}
    for q, d in {"i": di, "f": df, "o": do, "g": dg}.items():
        found["x"] = found["x"] + d @ p["W" + q]
        found["h"] = found["h"] + d @ p["U" + q]
        found |= {"W" + q: d.T @ x, "U" + q: d.T @ h, "b" + q: d.sum(axis=0)}
    return found
"""
ATTENTION = """
def grads(p, x, y):
    Q, K, V, root = p["Q"], p["K"], p["V"], np.sqrt(p["Q"].shape[1])
    e = np.exp(Q @ K.T / root)
    A = e / e.sum(axis=1, keepdims=True)
    d = A @ V - y
    dA = d @ V.T
    dS = A * (dA - (dA * A).sum(axis=1, keepdims=True)) / root
    return {"Q": dS @ K, "K": dS.T @ Q, "V": A.T @ d}
"""
BATCHED = """
def grads(p, x, y):
    T, n = x.shape[:2]
    h = [np.zeros((n, len(p["b"])))]
    for t in range(T):
        h.append(np.tanh(x[t] @ p["U"].T + h[t] @ p["W"].T + p["b"]))
    e = np.exp(h[T] @ p["V"].T + p["c"])
    d = e / e.sum(axis=1, keepdims=True) - y
    g = {k: np.zeros_like(v) for k, v in p.items()}
    g["V"], g["c"] = d.T @ h[T], d.sum(axis=0)
    back = d @ p["V"]
    for t in reversed(range(T)):
        dz = back * (1 - h[t + 1] ** 2)
        g["U"] += dz.T @ x[t]
        g["W"] += dz.T @ h[t]
        g["b"] += dz.sum(axis=0)
        back = dz @ p["W"]
    return g
"""
GATED = """
def grads(p, x, y):
    h, s = p["h"], lambda v: 1 / (1 + np.exp(-v))
    r, z = (s(x @ p["W" + q].T + p["b" + q] + h @ p["U" + q].T + p["d" + q]) for q in "rz")
    u = h @ p["Un"].T + p["dn"]
    n = np.tanh(x @ p["Wn"].T + p["bn"] + r * u)
    d = (1 - z) * n + z * h - y
    dn = d * (1 - z) * (1 - n**2)
    dz = d * (h - n) * z * (1 - z)
    dr = dn * u * r * (1 - r)
    g = {"x": 0, "h": d * z}
    for q, a, b in (("r", dr, dr), ("z", dz, dz), ("n", dn, dn * r)):
        g["x"] = g["x"] + a @ p["W" + q]
        g["h"] = g["h"] + b @ p["U" + q]
        g |= {"W" + q: a.T @ x, "U" + q: b.T @ h, "b" + q: a.sum(axis=0), "d" + q: b.sum(axis=0)}
    return g
"""
GATED_BEFORE = """
def grads(p, x, y):
    h, s = p["h"], lambda v: 1 / (1 + np.exp(-v))
    r, z = (s(x @ p["W" + q].T + h @ p["U" + q].T + p["b" + q]) for q in "rz")
    n = np.tanh(x @ p["Wn"].T + (r * h) @ p["Un"].T + p["bn"])
    d = (1 - z) * h + z * n - y
    dn = d * z * (1 - n**2)
    dz = d * (n - h) * z * (1 - z)
    m = dn @ p["Un"]
    dr = m * h * r * (1 - r)
    dx = dr @ p["Wr"] + dz @ p["Wz"] + dn @ p["Wn"]
    dh = d * (1 - z) + m * r + dr @ p["Ur"] + dz @ p["Uz"]
    g = {"x": dx, "h": dh, "Un": dn.T @ (r * h), "Ur": dr.T @ h, "Uz": dz.T @ h}
    for q, a in (("r", dr), ("z", dz), ("n", dn)):
        g |= {"W" + q: a.T @ x, "b" + q: a.sum(axis=0)}
    return g
"""
LONG = """
def grads(p, x, y):
    T, n = x.shape[:2]
    s, k = lambda v: 1 / (1 + np.exp(-v)), len(p["bi"])
    h, c, kept = np.zeros((n, k)), np.zeros((n, k)), []
    for t in range(T):
        a = {q: x[t] @ p["W" + q].T + h @ p["U" + q].T + p["b" + q] for q in "ifog"}
        i, f, o, g = s(a["i"]), s(a["f"]), s(a["o"]), np.tanh(a["g"])
        new = f * c + i * g
        kept.append((h, c, i, f, o, g, new))
        h, c = o * np.tanh(new), new
    G = {q: np.zeros_like(v) for q, v in p.items()}
    dh, dc = np.zeros((n, k)), np.zeros((n, k))
    for t in reversed(range(T)):
        h, c, i, f, o, g, new = kept[t]
        e = o * np.tanh(new) @ p["V"].T + p["c"] - y[t]
        G["V"] += e.T @ (o * np.tanh(new))
        G["c"] += e.sum(axis=0)
        dh = dh + e @ p["V"]
        dc = dc + dh * o * (1 - np.tanh(new) ** 2)
        d = {"i": dc * g * i * (1 - i), "f": dc * c * f * (1 - f), "o": dh * np.tanh(new) * o * (1 - o)}
        d["g"] = dc * i * (1 - g**2)
        for q in "ifog":
            G["W" + q] += d[q].T @ x[t]
            G["U" + q] += d[q].T @ h
            G["b" + q] += d[q].sum(axis=0)
        dh = sum(d[q] @ p["U" + q] for q in "ifog")
        dc = dc * f
    return G
"""
WORDS = """
def grads(p, x, y):
    n, m = x.shape
    e = p["E"][x].mean(axis=1)
    z = np.exp(e @ p["W"].T + p["b"])
    d = (z / z.sum(axis=1, keepdims=True) - y) / n
    de = d @ p["W"] / m
    dE = np.zeros_like(p["E"])
    for i in range(n):
        for j in range(m):
            dE[x[i, j]] += de[i]
    return {"E": dE, "W": d.T @ e, "b": d.sum(axis=0)}
"""
MODELS: dict[str, tuple[Any, str]] = {
    "two layers": (Network((3, 4, 2)), TWO_LAYERS),
    "square layers": (Network((3, 3, 3), batch=4), TWO_LAYERS),
    "classifier": (Network((4, 3), output="softmax", loss="cross_entropy"), CLASSIFIER),
    "deep": (Network((3, 4, 4, 2), hidden="relu", loss="binary_cross_entropy", decay=0.1), DEEP),
    "deep, square": (Network((3, 3, 3, 3), hidden="relu", loss="binary_cross_entropy", decay=0.1), DEEP),
    "recurrent": (Recurrent(), RECURRENT),
    "norm": (BatchNorm(), NORM),
    "layer norm": (BatchNorm(axis=1), LAYER_NORM),
    "convolution": (Convolution(), CONVOLUTION),
    "channels": (Convolution2D(batch=3), CHANNELS),
    "cell": (LSTM(), CELL),
    "attention": (Attention(), ATTENTION),
    "square attention": (Attention(keys=3, values=3), ATTENTION),
    "batched": (Recurrent(batch=3, last=True, loss="cross_entropy"), BATCHED),
    "gated": (GRU(biases="bd"), GATED),
    "gated before": (GRU(reset="before", update="new"), GATED_BEFORE),
    "long": (Recurrent(batch=2, cell=LSTM()), LONG),
    "words": (Embedding(), WORDS),
}


def written(source: str, old: str = "", new: str = "") -> Gradients:
    """The student's function with one line changed."""
    assert old in source, old
    space: dict[str, Any] = {"np": np}
    exec(source.replace(old, new, 1) if old else source, space)  # noqa: S102 - our own table of students' lines
    found: Gradients = space["grads"]
    return found
