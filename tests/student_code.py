"""Backpropagation as students write it, and mistakes as they make them: one line replaced by another.

Nothing here is taken from the models or the bank of mistakes of the package.
"""

# ruff: noqa: E501, Q003 - a table of lines, read across

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symgrad.testing import LSTM, Attention, BatchNorm, Convolution, Convolution2D, Network, Recurrent

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
SHORT = """back = 0
        for s in range(t - 1, max(t - 3, -1), -1):  # two steps back at most
            d = p["W"].T @ d * (1 - h[s + 1] ** 2)
            g["U"] += np.outer(d, x[s])
            g["W"] += np.outer(d, h[s])
            g["b"] += d"""

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
}

# architecture, the right line, what was written instead, the name that the diagnosis must give
MISTAKES = (
    ("two layers", "* a2 * (1 - a2) / n", "/ n", "gradient-by-probabilities"),
    ("two layers", "* a2 * (1 - a2) / n", "* (1 - a2) / n", "one-minus-output"),
    ("two layers", "* a2 * (1 - a2) / n", "* a2 / n", "value-for-slope"),
    ("two layers", "* a2 * (1 - a2) / n", "* (a2 * (1 - a2)) ** 2 / n", "slope-twice"),
    ("two layers", "* a2 * (1 - a2) / n", "* z2 * (1 - z2) / n", "slope-formula-at-sum"),
    ("two layers", "* a2 * (1 - a2) / n", "* np.exp(-a2) / (1 + np.exp(-a2)) ** 2 / n", "slope-at-output"),
    ("two layers", "* a2 * (1 - a2) / n", "* (1 - np.tanh(z2) ** 2) / n", "slope-of-tanh"),
    ("two layers", "* a2 * (1 - a2) / n", "* a2 * (1 - a2)", "factor n"),
    ("two layers", "* a2 * (1 - a2) / n", "* a2 * (1 - a2) / n**2", "factor 1/n"),
    ("two layers", "* a2 * (1 - a2) / n", "* a2 * (1 - a2) / y.size", "factor 1/k"),
    ("two layers", "* a2 * (1 - a2) / n", "* a2 * (1 - a2) * 2 / y.size", "factor 2/k"),
    ("two layers", "* a2 * (1 - a2) / n", "* a2 * (1 - a2) / (2 * n)", "factor 1/2"),
    ("two layers", "* a2 * (1 - a2) / n", "* a2 * (1 - a2) / (n - 1)", "factor n/(n − 1)"),
    ("two layers", "(a2 - y) *", "(y - a2) *", "factor −1"),
    ("two layers", "(a2 - y) *", "2 * (a2 - y) *", "factor 2"),
    ("two layers", "(a2 - y) *", "(z2 - y) *", None),
    ("two layers", "d2.T @ a1", "d2.T @ z1", "weights-from-sums"),
    ("two layers", "d2.T @ a1", "np.outer(d2[-1], a1[-1])", "weights-last-example"),
    ("two layers", "d2.T @ a1", "np.outer(d2.sum(0), a1.sum(0))", "weights-of-sums"),
    ("two layers", "d2.T @ a1", "a1.T @ d2", "transposed"),
    ("two layers", "db2 = d2.sum(axis=0)", "db2 = d2", "biases-per-example"),
    ("two layers", "db2 = d2.sum(axis=0)", "db2 = d2[-1]", "biases-last-example"),
    ("two layers", "db2 = d2.sum(axis=0)", "db2 = d2.sum(axis=0) * n", "factor n"),
    ("two layers", "db2 = d2.sum(axis=0)", "db2 = np.zeros_like(p['b2'])", "zero"),
    ("two layers", "(1 - a1**2)", "1", "missing-slope"),
    ("two layers", "(1 - a1**2)", "(1 - a1**2) ** 2", "slope-twice"),
    ("two layers", "(1 - a1**2)", "(1 - np.tanh(a1) ** 2)", "slope-at-output"),
    ("two layers", "(1 - a1**2)", "(1 - z1**2)", "slope-formula-at-sum"),
    ("two layers", "(1 - a1**2)", "(z1 > 0)", "slope-of-relu"),
    ("two layers", "(1 - a1**2)", "a1", "value-for-slope"),
    ("two layers", '@ p["W2"] *', '@ (p["W2"] - 0.5 * dW2) *', "updated-weights"),
    ("two layers", '"W1": dW1, "b1": db1', '"W1": dW1, "b1": db1 * 0 + db1.sum()', "sum-for-entries"),
    ("square layers", '@ p["W2"] *', '@ p["W2"].T *', "backward-not-transposed"),
    ("square layers", '@ p["W2"] *', '@ p["W1"] *', "backward-wrong-layer"),
    ("square layers", '@ p["W2"] *', "*", "backward-no-weights"),
    ("square layers", '"W1": dW1, "b1": db1, "W2": dW2', '"W1": dW2, "b1": db1, "W2": dW1', "other-variable"),
    ("square layers", "d1.T @ x", "d1.T @ a1", "weights-from-own-output"),
    ("square layers", "dW1 = d1.T @ x", "dW1 = x.T @ d1", "transposed"),
    ("square layers", '@ p["W2"] * (1 - a1**2)', '@ p["W2"] * (1 - np.tanh(z2) ** 2)', "slope-of-other-layer"),
    ("classifier", "d = (s - y) / n", "d = (s - y) * s * (1 - s) / n", "difference-times-slope"),
    ("classifier", "d = (s - y) / n", "d = -y / s / n", "gradient-by-probabilities"),
    ("classifier", "d = (s - y) / n", "d = -y / s * s * (1 - s) / n", "softmax-diagonal"),
    ("classifier", "d = (s - y) / n", "d = (z - y) / n", "sums-for-outputs"),
    ("classifier", "d = (s - y) / n", "d = s - y", "factor n"),
    ("classifier", "d = (s - y) / n", "d = (s - y) / n / k", "factor 1/k"),
    ("classifier", "d = (s - y) / n", "d = (s - y) / n / np.log(10)", "factor 1/ln 10"),
    ("classifier", "d = (s - y) / n", "q = np.exp(s) / np.exp(s).sum(1, keepdims=True); d = (q - y) / n", "softmax-of-probabilities"),
    ("classifier", "dW = d.T @ x", "dW = np.outer(d[0], x[0])", "weights-first-example"),
    ("classifier", "dW = d.T @ x", "dW = d.T @ x / n", "factor 1/n"),
    ("deep", "d.T @ a[l - 1] + 0.1", "d.T @ a[l - 1] + 0.2", "decay-doubled"),
    ("deep", "+ 0.1 * p[f\"W{l}\"]", "", "decay-missing"),
    ("deep", "+ 0.1 * p", "- 0.1 * p", "decay-sign"),
    ("deep", "+ 0.1 * p", "+ 0.1 / n * p", "decay-over-batch"),
    ("deep", "d.sum(axis=0)", 'd.sum(axis=0) + 0.1 * p[f"b{l}"]', "decay-on-biases"),
    ("deep", "* (z[l - 1] > 0)", "", "missing-slope"),
    ("deep", "(a[3] - y) / n", "(a[3] - y) * a[3] * (1 - a[3]) / n", "slope-twice"),
    ("deep", "(a[3] - y) / n", "-y / a[3] * a[3] * (1 - a[3]) / n", "bce-one-term"),
    ("deep", "(d @ p[f\"W{l}\"])", "(d @ p[f\"W{l}\"]) / n", "mean-at-every-layer"),
    ("deep", "* (z[l - 1] > 0)", "* np.where(z[l - 1] > 0, 1, 0.01)", "slope-of-leaky_relu"),
    ("deep, square", "(d @ p[f\"W{l}\"])", "(d @ p[f\"W{l - 1}\"])", "backward-wrong-layer"),
    ("deep, square", "* (z[l - 1] > 0)", "* (z[l] > 0)", "slope-of-other-layer"),
    ("deep, square", "(d @ p[f\"W{l}\"])", "(d @ p[f\"W{l}\"].T)", "backward-not-transposed"),
    ("recurrent", 'back = p["W"].T @ d', "back = 0", "recurrent-cut"),
    ("recurrent", 'back = p["W"].T @ d', 'back = p["W"] @ d', "recurrent-not-transposed"),
    ("recurrent", "(1 - h[t + 1] ** 2)", "1", "recurrent-missing-slope"),
    ("recurrent", "(1 - h[t + 1] ** 2)", "(1 - np.tanh(h[t + 1]) ** 2)", "recurrent-slope-at-output"),
    ("recurrent", 'g["W"] += np.outer(d, h[t])', 'g["W"] += np.outer(d, h[t + 1])', "recurrent-state-of-same-time"),
    ("recurrent", 'g["W"] += np.outer(d, h[t])', 'g["W"] += np.outer(h[t], d)', "transposed"),
    ("recurrent", 'g["V"] += np.outer(e, h[t + 1])', 'g["V"] += np.outer(e, h[t])', "recurrent-output-of-previous-state"),
    ("recurrent", 'g["b"] += d', 'g["b"] = d if t == len(x) - 1 else g["b"]', "recurrent-bias-last-time-only"),
    ("norm", "+ dv * 2 * (x - m) / n + dm / n", "+ dv * 2 * (x - m) / n", "norm-mean-constant"),
    ("norm", "+ dv * 2 * (x - m) / n + dm / n", "+ dm / n", "norm-variance-constant"),
    ("norm", "dxhat = d * p[\"gamma\"]", "dxhat = d", "norm-no-gamma"),
    ("norm", "(d * xhat).sum(axis=0)", "(d * x).sum(axis=0)", "norm-scales-from-input"),
    ("norm", "(d * xhat).sum(axis=0)", "(d * xhat).mean(axis=0)", "factor 1/n"),
    ("norm", "dbeta = d.sum(axis=0)", "dbeta = d", "missing-sum"),
    ("layer norm", "g - g.mean(axis=1, keepdims=True) - xhat", "g - xhat", "norm-mean-constant"),
    ("layer norm", " - xhat * (g * xhat).mean(axis=1, keepdims=True)", "", "norm-variance-constant"),
    ("layer norm", "(g - g.mean(axis=1, keepdims=True) - xhat * (g * xhat).mean(axis=1, keepdims=True))", "g", "norm-statistics-constant"),
    ("layer norm", "(g * xhat).mean(axis=1, keepdims=True)", "(g * xhat).sum(axis=1, keepdims=True) / (k - 1)", "norm-unbiased"),
    ("layer norm", "g = d * p", "g = d + 0 * p", "norm-no-gamma"),
    ("layer norm", "/ np.sqrt(v)\n    return", "/ v\n    return", "norm-variance-not-root"),
    ("layer norm", "(g - g.mean(axis=1, keepdims=True) - xhat * (g * xhat).mean(axis=1, keepdims=True))",
     "(g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0))", "norm-other-axis"),
    ("layer norm", "(d * xhat).sum(axis=0)", "(d * x).sum(axis=0)", "norm-scales-from-input"),
    ("layer norm", "g - g.mean(axis=1, keepdims=True)", "g - g.sum(axis=1, keepdims=True)", "norm-sums-for-means"),
    ("convolution", "dw += d[i, t] * x[i, t : t + K]", "dw += d[i, t] * x[i, t : t + K][::-1]", "flipped"),
    ("convolution", "+= d[i, t] * w", "+= d[i, t] * w[::-1]", "conv-input-not-flipped"),
    ("convolution", "+= d[i, t] * w", "= d[i, t] * w", "conv-overwritten"),
    ("convolution", "(np.tanh(z) - y) * (1 - np.tanh(z) ** 2)", "np.tanh(z) - y", "conv-missing-slope"),
    ("convolution", "np.array([d.sum()])", "np.array([d[-1].sum()])", "conv-bias-last-example"),
    ("two layers", "dW2 = d2.T @ a1", "dW2 = d2.T @ a1; dW2[0] = 0", None),
    ("two layers", "db1 = d1.sum(axis=0)", "db1 = d1.mean(axis=0)", "factor 1/n"),
    ("two layers", "db1 = d1.sum(axis=0)", "db1 = db2.sum() * np.ones(len(d1[0]))", None),
    ("two layers", 'd1 = d2 @ p["W2"]', 'd1 = (a2 - y) / n @ p["W2"]', "slope-missing-on-the-way-back"),
    ("two layers", "dW1 = d1.T @ x", "dW1 = d1.T @ (x - x.mean(axis=0))", None),
    ("two layers", "(1 - a1**2)", "(1 - a1)", "one-minus-output"),
    ("two layers", "(a2 - y) *", "(a2 - 1) *", "ones-for-targets"),
    ("two layers", "dW2 = d2.T @ a1", "dW2 = d2.T @ a1 + 0.1 * p['W2']", "decay-added"),
    ("two layers", '"W1": dW1,', '"W1": dW1 + 0.02 * np.sign(p["W1"]),', "decay-added"),
    ("classifier", "d = (s - y) / n", "d = (s - 1) / n", "ones-for-targets"),
    ("classifier", "d = (s - y) / n", "d = (s - y.argmax(1)[:, None]) / n", "class-number-for-target"),
    ("classifier", "e.sum(axis=1, keepdims=True)", "e.sum(axis=0, keepdims=True)", "softmax-over-batch"),
    ("classifier", "s = e / e.sum(axis=1, keepdims=True)", "s = 1 / (1 + np.exp(-z))", "output-of-sigmoid"),
    ("deep", "* (z[l - 1] > 0)", "* (z[l - 1] < 0)", "slope-at-minus"),
    ("deep", "* (z[l - 1] > 0)", '* (d @ p[f"W{l}"] > 0)', "slope-at-error"),
    ("deep", "+ 0.1 * p[f\"W{l}\"]", "+ 0.1 * np.sign(p[f\"W{l}\"])", "decay-of-sizes"),
    ("recurrent", 'p["W"].T @ d', 'p["W"].T @ (d / (1 - h[t + 1] ** 2))', "recurrent-slope-missing-on-the-way-back"),
    ("recurrent", "(1 - h[t + 1] ** 2)", "h[t + 1]", "recurrent-value-for-slope"),
    ("recurrent", 'back = p["W"].T @ d', 'back = p["W"].T @ d if t % 3 else 0', "recurrent-detached"),
    ("recurrent", "reversed(range(len(x)))", "reversed(range(len(x) - 2, len(x)))", "recurrent-last-times-only"),
    ("recurrent", 'back = p["W"].T @ d', SHORT, "recurrent-truncated"),
    ("norm", "dxhat / np.sqrt(v) + dv * 2 * (x - m) / n + dm / n", "dxhat / np.sqrt(v)", "norm-statistics-constant"),
    ("norm", 'dxhat = d * p["gamma"]', 'dxhat = d / p["gamma"]', "norm-divided-by-gamma"),
    ("convolution", "* (1 - np.tanh(z) ** 2)", "* np.tanh(z)", "conv-value-for-slope"),
    ("channels", "dw += ", "dw = ", "conv2d-kernel-last-place"),
    ("channels", "+= np.tensordot(d, w, (1, 0))", "= np.tensordot(d, w, (1, 0))", "conv2d-input-overwritten"),
    ("channels", "np.tensordot(d, w, (1, 0))", "np.tensordot(d, w, (1, 1))", "conv2d-input-channels-transposed"),
    ("channels", "np.tensordot(d, w, (1, 0))", "np.tensordot(d, w[..., ::-1, ::-1], (1, 0))", "conv2d-input-kernel-turned"),
    ("channels", "np.tensordot(d, w, (1, 0))", "np.tensordot(d, w.swapaxes(2, 3), (1, 0))", "conv2d-input-kernel-transposed"),
    ("channels", "dwide[:, :, 2 * i : 2 * i + u, 2 * j : 2 * j + v]", "dwide[:, :, i : i + u, j : j + v]", "conv2d-input-stride"),
    ("channels", "dwide[:, :, 1:-1, 1:-1]", "dwide[:, :, :rows, :columns]", "conv2d-input-padding"),
    ("channels", "(d, seen, (0, 0))", "(d, wide[:, :, i : i + u, j : j + v], (0, 0))", "conv2d-kernel-stride"),
    ("channels", "(d, seen, (0, 0))", "(d, seen[..., ::-1, ::-1], (0, 0))", "conv2d-kernel-turned"),
    ("channels", "(d, seen, (0, 0))", "(d[-1:], seen[-1:], (0, 0))", "conv2d-kernel-last-example"),
    ("channels", "(d, seen, (0, 0))", "(d, np.sin(seen), (0, 0))", None),
    ("channels", "db += ", "db = ", "conv2d-bias-last-place"),
    ("channels", "db += d.sum(axis=0)", "db += d.sum(axis=0) * (i + j == 0)", "conv2d-bias-first-place"),
    ("channels", "db += d.sum(axis=0)", "db += d[-1]", "conv2d-bias-last-example"),
    ("channels", "db += d.sum(axis=0)", "db += d.mean(axis=0)", "factor 1/n"),
    ("classifier", "d = (s - y) / n", "d = (s + y) / n", "target-added"),
    ("norm", "dv * 2 * (x - m) / n", "dv * 2 * (x - m)", "norm-variance-sum"),
    ("attention", ") / root\n    return", ")\n    return", "attention-no-scale"),
    ("attention", ") / root\n    return", ") / root**2\n    return", "attention-scale-twice"),
    ("attention", "A * (dA - (dA * A).sum(axis=1, keepdims=True))", "dA", "attention-no-softmax"),
    ("attention", "A * (dA - (dA * A).sum(axis=1, keepdims=True))", "dA * A", "attention-softmax-no-sum"),
    ("attention", "A * (dA - (dA * A).sum(axis=1, keepdims=True))", "dA * A * (1 - A)", "attention-softmax-diagonal"),
    ("attention", "(dA * A).sum(axis=1, keepdims=True)", "(dA * A).sum(axis=0)", "attention-softmax-wrong-axis"),
    ("attention", "(dA * A).sum(axis=1, keepdims=True)", "(dA * A).sum()", "attention-softmax-all-axes"),
    ("attention", "(dA * A).sum(axis=1, keepdims=True)", "dA.sum(axis=1, keepdims=True)", "attention-softmax-plain-sum"),
    ("attention", "A * (dA - (dA * A)", "A * (dA - np.abs(dA * A)", None),
    ("attention", "d = A @ V - y", "d = y - A @ V", "factor −1"),
    ("square attention", "dS @ K", "dS.T @ K", "attention-queries-transposed"),
    ("square attention", "dS.T @ Q", "dS @ Q", "attention-keys-not-transposed"),
    ("square attention", "A.T @ d", "A @ d", "attention-values-not-transposed"),
    ("cell", "* i * (1 - i)", "", "lstm-slope-missing-i"),
    ("cell", "* f * (1 - f)", "", "lstm-slope-missing-f"),
    ("cell", "* o * (1 - o)", "", "lstm-slope-missing-o"),
    ("cell", "* (1 - g**2)", "", "lstm-slope-missing-g"),
    ("cell", "* (1 - g**2)", "* g * (1 - g)", "lstm-candidate-as-sigmoid"),
    ("cell", "* (1 - t**2)", "", "lstm-cell-slope-missing"),
    ("cell", "* (1 - t**2)", "* (1 - new**2)", "lstm-cell-slope-at-cell"),
    ("cell", "dh * o * (1 - t**2)", "dh * (1 - t**2)", "lstm-output-gate-missing"),
    ("cell", "dc = dc + dh", "dc = dh", "lstm-cell-of-state-only"),
    ("cell", "    dc = dc + dh * o * (1 - t**2)\n", "", "lstm-cell-without-state"),
    ("cell", "dc * f}", "dc}", "lstm-forget-missing"),
    ("cell", "dc * f}", "(new - y[:, k:]) * f}", "lstm-forget-before-sum"),
    ("cell", "dc * c *", "dc * new *", "lstm-new-cell"),
    ("cell", "dh * t *", "dh * new *", "lstm-output-without-tanh"),
    ("cell", "di = dc * g *", "di = dc * i *", None),
    ("cell", '{"i": di, "f": df,', '{"i": df, "f": di,', "lstm-exchanged-if"),
    ("cell", '"U" + q: d.T @ h', '"U" + q: d.T @ (o * t)', "lstm-new-state"),
    ("cell", 'd @ p["U" + q]', 'd @ p["U" + q].T', "lstm-not-transposed"),
    ("deep", "(a[3] - y) / n", "(y - a[3]) / n", "error-sign"),
    ("deep", "(a[3] - y) / n", "a[3] - y", "error-summed"),
    ("deep", "(a[3] - y) / n", "(a[3] - y) / n**2", "error-averaged"),
    ("deep", "(a[3] - y) / n", "2 * (a[3] - y) / n", "error-doubled"),
    ("deep", "(a[3] - y) / n", "(a[3] - y) / (2 * n)", "error-halved"),
)  # fmt: skip

# architecture, two right lines and what was written instead of each, the name that the diagnosis must give
TWO = (
    ("two layers", "d2.T @ a1", "(a1.T @ d2)", "* a2 * (1 - a2) / n", "* a2 * (1 - a2)", "weights-transposed, factor n"),
    ("two layers", "(a2 - y) *", "(y - a2) *", "(1 - a1**2)", "1", "missing-slope, factor −1"),
    ("two layers", "* a2 * (1 - a2) / n", "/ n", "db1 = d1.sum(axis=0)", "db1 = d1[0]", "biases-first-example + gradient-by-probabilities"),
    ("two layers", "d2.T @ a1", "d2.T @ a1 / n", "db1 = d1.sum(axis=0)", "db1 = d1[-1]", "biases-last-example + factor 1/n"),
    ("two layers", "d2.T @ a1", "d2.T @ z1", "(1 - a1**2)", "(1 - z1**2)", "slope-formula-at-sum + weights-from-sums"),
    ("two layers", "dW2 = d2.T @ a1", "dW2 = 2 * d2.T @ a1", "db1 = d1.sum(axis=0)", "db1 = d1.sum(axis=0) * 0", "factor 2 + zero"),
    ("square layers", '@ p["W2"] *', '@ p["W2"].T *', "d1.T @ x", "x.T @ d1", "backward-not-transposed + transposed"),
    ("square layers", '@ p["W2"] *', '@ p["W2"].T *', "(1 - a1**2)", "1", "backward-not-transposed + missing-slope"),
    ("classifier", "d = (s - y) / n", "d = s - y", "dW = d.T @ x", "dW = -d.T @ x", "factor n + factor −n"),
    ("classifier", "d = (s - y) / n", "d = -y / s * s * (1 - s) / n", "db = d.sum(axis=0)", "db = d[0]", "biases-first-example + softmax-diagonal"),
    ("deep", '+ 0.1 * p[f"W{l}"]', "", "* (z[l - 1] > 0)", "", "decay-missing + missing-slope"),
    ("deep", "+ 0.1 * p", "+ 0.2 * p", "d.sum(axis=0)", "d[-1]", "biases-last-example + decay-doubled"),
    ("deep", "(a[3] - y) / n", "(a[3] - y)", '+ 0.1 * p[f"W{l}"]', "", "decay-missing, factor n"),
    ("deep", "(a[3] - y) / n", "(y - a[3]) / n", "* (z[l - 1] > 0)", "* (z[l - 1] < 0)", "error-sign + slope-at-minus"),
    ("deep, square", '(d @ p[f"W{l}"])', '(d @ p[f"W{l}"].T)', "* (z[l - 1] > 0)", "", "backward-not-transposed + missing-slope"),
    ("recurrent", 'back = p["W"].T @ d', "back = 0", "(1 - h[t + 1] ** 2)", "1", "recurrent-cut + recurrent-missing-slope"),
    ("recurrent", 'g["W"] += np.outer(d, h[t])', 'g["W"] += np.outer(h[t], d)', 'back = p["W"].T @ d', 'back = p["W"] @ d', "recurrent-not-transposed + transposed"),
    ("recurrent", 'g["W"] += np.outer(d, h[t])', 'g["W"] += 2 * np.outer(d, h[t])', 'g["b"] += d', 'g["b"] = d if t == len(x) - 1 else g["b"]', "factor 2 + recurrent-bias-last-time-only"),
    ("norm", "+ dv * 2 * (x - m) / n + dm / n", "+ dm / n", "(d * xhat).sum(axis=0)", "(d * x).sum(axis=0)", "norm-scales-from-input + norm-variance-constant"),
    ("norm", 'dxhat = d * p["gamma"]', "dxhat = d", "+ dv * 2 * (x - m) / n + dm / n", "+ dv * 2 * (x - m) / n", "norm-mean-constant + norm-no-gamma"),
    ("norm", "(d * xhat).sum(axis=0)", "-(d * xhat).sum(axis=0)", "dbeta = d.sum(axis=0)", "dbeta = d.mean(axis=0)", "factor 1/n + factor −1"),
    ("convolution", "dw += d[i, t] * x[i, t : t + K]", "dw += d[i, t] * x[i, t : t + K][::-1]", "+= d[i, t] * w", "+= d[i, t] * w[::-1]", "conv-input-not-flipped + flipped"),
    ("convolution", "* (1 - np.tanh(z) ** 2)", "", "np.array([d.sum()])", "np.array([d[-1].sum()])", "conv-bias-last-example + conv-missing-slope"),
    ("norm", "dbeta = d.sum(axis=0)", "dbeta = d", "(d * xhat).sum(axis=0)", "(d * x).sum(axis=0)", "missing-sum + norm-scales-from-input"),
    ("two layers", "db2 = d2.sum(axis=0)", "db2 = d2", "(1 - a1**2)", "1", "missing-slope + missing-sum"),
)  # fmt: skip

# architecture, the line, an unusual line that is right all the same
UNUSUAL = (
    ("two layers", "* a2 * (1 - a2) / n", "/ (2 + 2 * np.cosh(z2)) / n"),
    ("two layers", 'd2 @ p["W2"] * (1 - a1**2)', 'np.stack([(1 - h * h) * (p["W2"].T @ d) for h, d in zip(a1, d2)])'),
    ("two layers", "d1.T @ x", "np.add.reduce(d1[:, :, None] * x[:, None, :], axis=0)"),
    ("two layers", "d1.T @ x", "np.kron(d1.T, np.ones((1, 1))) @ x"),
    ("classifier", "d = (s - y) / n", "d = (s * y.sum(1, keepdims=True) - y) / n"),
    ("classifier", "z.max(axis=1, keepdims=True)", "z.min(axis=1, keepdims=True)"),
    ("deep", "d.sum(axis=0)", "(np.ones((1, n)) @ d)[0]"),
    ("deep", "* (z[l - 1] > 0)", "* (np.sign(z[l - 1]) / 2 + 0.5)"),
    ("recurrent", 'g["W"] += np.outer(d, h[t])', 'g["W"] = g["W"] + np.einsum("i,j->ij", d, h[t])'),
    ("layer norm", "(g - g.mean(axis=1, keepdims=True) - xhat * (g * xhat).mean(axis=1, keepdims=True)) / np.sqrt(v)",
     "(k * g - g.sum(1)[:, None] - xhat * (g * xhat).sum(1)[:, None]) / (k * np.sqrt(v))"),
    ("layer norm", "d.sum(axis=0)}", "len(x) * d.mean(axis=0)}"),
    ("layer norm", "(d * xhat).sum(axis=0)", "np.einsum('ni,ni->i', d, xhat)"),
    ("layer norm", "(d * xhat).sum(axis=0)", "np.diag(d.T @ xhat)"),
    ("layer norm", "x.var(axis=1, keepdims=True)", "x.std(axis=1, keepdims=True) ** 2"),
    ("layer norm", "x.var(axis=1, keepdims=True)", "(x**2).mean(axis=1, keepdims=True) - x.mean(axis=1, keepdims=True) ** 2"),
    ("layer norm", "/ np.sqrt(v)\n    return", "* v**-0.5\n    return"),
    ("layer norm", 'g = d * p["gamma"]', 'g = np.array([v * p["gamma"] for v in d])'),
    ("layer norm", "(g * xhat).mean(axis=1, keepdims=True)", "np.array([[u @ v / k] for u, v in zip(g, xhat)])"),
    ("layer norm", "g.mean(axis=1, keepdims=True)", "(g @ np.ones((k, k)) / k)"),
    ("layer norm", "d.sum(axis=0)}", "np.ones(len(x)) @ d}"),
    ("norm", "+ dm / n", "+ (dm - 2 * dv * (x - m).mean(axis=0)) / n"),
    ("convolution", "dx[i, t : t + K] += d[i, t] * w", "np.add.at(dx, (i, np.arange(t, t + K)), d[i, t] * w)"),
    ("two layers", "(1 - a1**2)", "1 / np.cosh(z1) ** 2"),
    ("two layers", "(1 - a1**2)", "(1 - a1) * (1 + a1)"),
    ("two layers", "(1 - a1**2)", "4 / (np.exp(z1) + np.exp(-z1)) ** 2"),
    ("two layers", "a2 * (1 - a2) / n", "np.exp(-z2) * a2**2 / n"),
    ("two layers", "a2 * (1 - a2) / n", "(a2 - a2 * a2) / n"),
    ("two layers", "(a2 - y) * a2 * (1 - a2) / n", "-(y - a2) * a2 / n + (y - a2) * a2**2 / n"),
    ("two layers", "d2.T @ a1", "sum(np.outer(d, a) for d, a in zip(d2, a1))"),
    ("two layers", "d2.T @ a1", "np.einsum('ni,nj->ij', d2, a1)"),
    ("two layers", "d2.T @ a1", "(a1.T @ d2).T"),
    ("two layers", "d2.T @ a1", "np.tensordot(d2, a1, axes=(0, 0))"),
    ("two layers", "db2 = d2.sum(axis=0)", "db2 = np.ones(n) @ d2"),
    ("two layers", "db2 = d2.sum(axis=0)", "db2 = n * d2.mean(axis=0)"),
    ("two layers", "db2 = d2.sum(axis=0)", "db2 = np.add.reduce(d2)"),
    ("two layers", 'd2 @ p["W2"] *', '(p["W2"].T @ d2.T).T *'),
    ("two layers", 'd2 @ p["W2"] *', 'np.array([p["W2"].T @ d for d in d2]) *'),
    ("two layers", "z1 = x @ p[\"W1\"].T + p[\"b1\"]", "z1 = np.array([p['W1'] @ v + p['b1'] for v in x])"),
    ("two layers", "a2 = 1 / (1 + np.exp(-z2))", "a2 = (1 + np.tanh(z2 / 2)) / 2"),
    ("two layers", "a2 = 1 / (1 + np.exp(-z2))", "a2 = np.exp(z2) / (1 + np.exp(z2))"),
    ("two layers", "a1 = np.tanh(z1)", "a1 = 2 / (1 + np.exp(-2 * z1)) - 1"),
    ("two layers", "return {", "return {'extra': None, "),
    ("square layers", "dW1 = d1.T @ x", "dW1 = np.matmul(np.transpose(d1), x)"),
    ("classifier", "d = (s - y) / n", "d = np.array([(np.diag(v) - np.outer(v, v)) @ (-t / v) for v, t in zip(s, y)]) / n"),
    ("classifier", "d = (s - y) / n", "g = -y / s; d = s * (g - (g * s).sum(1, keepdims=True)) / n"),
    ("classifier", "d = (s - y) / n", "d = s / n; d[np.arange(n), y.argmax(1)] -= 1 / n"),
    ("classifier", "d = (s - y) / n", "d = np.where(y > 0, s - 1, s) / n"),
    ("classifier", "d = (s - y) / n", "d = -(y - s) * n**-1.0"),
    ("classifier", "e = np.exp(z - z.max(axis=1, keepdims=True))", "e = np.exp(z)"),
    ("classifier", "e = np.exp(z - z.max(axis=1, keepdims=True))", "e = 2 ** (z / np.log(2))"),
    ("classifier", "dW = d.T @ x", "dW = np.zeros_like(p['W1'])\n    for i in range(n): dW += np.outer(d[i], x[i])"),
    ("classifier", "db = d.sum(axis=0)", "db = d.T @ np.ones(n)"),
    ("classifier", "db = d.sum(axis=0)", "db = np.einsum('ij->j', d)"),
    ("deep", "* (z[l - 1] > 0)", "* (z[l - 1] >= 0)"),
    ("deep", "* (z[l - 1] > 0)", "* (a[l - 1] > 0)"),
    ("deep", "* (z[l - 1] > 0)", "* np.heaviside(z[l - 1], 0.5)"),
    ("deep", "* (z[l - 1] > 0)", "* np.where(z[l - 1] < 0, 0.0, 1.0)"),
    ("deep", "(a[3] - y) / n", "(-y / a[3] + (1 - y) / (1 - a[3])) * a[3] * (1 - a[3]) / n"),
    ("deep", "(a[3] - y) / n", "((1 - y) * a[3] - y * (1 - a[3])) / n"),
    ("deep", "(a[3] - y) / n", "np.where(y == 1, -1 / (1 + np.exp(z[3])), a[3]) / n"),
    ("deep", "d.T @ a[l - 1] + 0.1 *", "(a[l - 1].T @ d).T + 0.2 / 2 *"),
    ("deep", "d = (a[3] - y) / n", "d = (a[3] - y)\n    d = d / len(d)"),
    ("deep, square", "(d @ p[f\"W{l}\"])", "np.dot(d, p[f\"W{l}\"])"),
    ("deep, square", "(d @ p[f\"W{l}\"])", "np.einsum('ni,ij->nj', d, p[f\"W{l}\"])"),
    ("recurrent", "(1 - h[t + 1] ** 2)", "(1 - h[t + 1]) * (1 + h[t + 1])"),
    ("recurrent", 'back = p["W"].T @ d', 'back = d @ p["W"]'),
    ("recurrent", 'g["W"] += np.outer(d, h[t])', 'g["W"] += d[:, None] * h[t][None, :]'),
    ("recurrent", 'p["V"].T @ e + back', 'e @ p["V"] + back'),
    ("recurrent", 'g["c"] += e', 'g["c"] = g["c"] + e'),
    ("recurrent", 'g["U"] += np.outer(d, x[t])', 'g["U"] += np.multiply.outer(d, x[t])'),
    ("norm", "dx = dxhat / np.sqrt(v) + dv * 2 * (x - m) / n + dm / n",
     "dx = (n * dxhat - dxhat.sum(0) - xhat * (dxhat * xhat).sum(0)) / (n * np.sqrt(v))"),
    ("norm", "dx = dxhat / np.sqrt(v) + dv * 2 * (x - m) / n + dm / n",
     "P = np.eye(n) - 1 / n; dx = (P @ dxhat - xhat * (dxhat * xhat).mean(0)) / np.sqrt(v)"),
    ("norm", "dv = (dxhat * (x - m)).sum(axis=0) * -0.5 * v**-1.5",
     "dv = -(dxhat * xhat).sum(axis=0) / (2 * v)"),
    ("norm", "m, v = x.mean(axis=0), x.var(axis=0) + 1e-5",
     "m = x.mean(axis=0); v = (x**2).mean(axis=0) - m**2 + 1e-5"),
    ("norm", "(d * xhat).sum(axis=0)", "np.einsum('nk,nk->k', d, xhat)"),
    ("norm", "dbeta = d.sum(axis=0)", "dbeta = d.mean(axis=0) * n"),
    ("convolution", "dw += d[i, t] * x[i, t : t + K]", "dw += np.array([d[i, t] * x[i, t + k] for k in range(K)])"),
    ("convolution", "dx[i, t : t + K] += d[i, t] * w", "dx[i] += np.convolve(np.eye(T)[t] * d[i, t], w)"),
    ("convolution", "np.array([d.sum()])", "d.sum(keepdims=True).ravel()"),
    ("convolution", "* (1 - np.tanh(z) ** 2)", "/ np.cosh(z) ** 2"),
    ("convolution", "np.array([d.sum()])", "np.array([np.ones(len(x)) @ d @ np.ones(T)])"),
    ("channels", "np.tensordot(d, w, (1, 0))", "np.einsum('nf,fcuv->ncuv', d, w)"),
    ("channels", "dw += np.tensordot(d, seen, (0, 0))", "dw += (d.T @ seen.reshape(n, -1)).reshape(w.shape)"),
    ("channels", "range(y.shape[2])", "reversed(range(y.shape[2]))"),
    ("channels", "db += d.sum(axis=0)", "db += np.ones(n) @ d"),
    ("channels", "db += d.sum(axis=0)", "db += np.einsum('nf->f', d)"),
    ("channels", "np.tensordot(d, seen, (0, 0))", "np.einsum('nf,ncuv->fcuv', d, seen)"),
    ("channels", "np.tensordot(d, seen, (0, 0))", "sum(np.multiply.outer(d[m], seen[m]) for m in range(n))"),
    ("channels", "np.tensordot(d, w, (1, 0))", "np.tensordot(w.T, d, (3, 1)).T"),
    ("channels", "np.tensordot(seen, w, ((1, 2, 3), (1, 2, 3)))", "seen.reshape(n, -1) @ w.reshape(f, -1).T"),
    ("channels", "wide[:, :, 1:-1, 1:-1] = x", "wide = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))"),
    ("channels", "range(y.shape[3])", "np.random.default_rng(0).permutation(y.shape[3])"),
    ("channels", "dwide[:, :, 1:-1, 1:-1]", "np.delete(np.delete(dwide, [0, -1], 2), [0, -1], 3)"),
    ("attention", "e = np.exp(Q @ K.T / root)", "e = np.exp(Q @ K.T / root - 3)"),
    ("attention", "e = np.exp(Q @ K.T / root)", "e = np.exp(np.einsum('qd,kd->qk', Q, K) / root)"),
    ("attention", "A * (dA - (dA * A).sum(axis=1, keepdims=True))", "(dA * A - A * np.sum(dA * A, axis=1)[:, None])"),
    ("attention", "A * (dA - (dA * A).sum(axis=1, keepdims=True))", "np.array([(np.diag(a) - np.outer(a, a)) @ v for a, v in zip(A, dA)])"),
    ("attention", "A * (dA - (dA * A).sum(axis=1, keepdims=True))", "A * (dA - (d * (A @ V)).sum(axis=1, keepdims=True))"),
    ("attention", "e.sum(axis=1, keepdims=True)", "(e @ np.ones((len(K), 1)))"),
    ("attention", "d = A @ V - y", "d = np.tensordot(A, V, 1) - y"),
    ("attention", "dA = d @ V.T", "dA = np.einsum('qv,kv->qk', d, V)"),
    ("attention", "dS @ K", "(K.T @ dS.T).T"),
    ("attention", "dS.T @ Q", "np.einsum('qk,qd->kd', dS, Q)"),
    ("attention", "A.T @ d", "sum(np.outer(a, r) for a, r in zip(A, d))"),
    ("square attention", "A.T @ d", "(d.T @ A).T"),
    ("square attention", ") / root\n    return", ") / np.linalg.norm(np.ones(len(Q[0])))\n    return"),
    ("square attention", "dS.T @ Q", "(Q.T @ dS).T"),
    ("square attention", "e / e.sum(axis=1, keepdims=True)", "(e.T / e.sum(axis=1)).T"),
    ("cell", "1 / (1 + np.exp(-a[q]))", "np.tanh(a[q] / 2) / 2 + 0.5"),
    ("cell", 'g = np.tanh(a["g"])', 'g = 2 / (1 + np.exp(-2 * a["g"])) - 1'),
    ("cell", "new = f * c + i * g", "new = np.sum([f * c, i * g], axis=0)"),
    ("cell", "(1 - t**2)", "(1 - t) * (1 + t)"),
    ("cell", "dc + dh * o * (1 - t**2)", "dh * (o - o * t**2) + dc"),
    ("cell", "* i * (1 - i)", "* i - dc * g * i * i"),
    ("cell", "* f * (1 - f)", "/ (2 + np.exp(a['f']) + np.exp(-a['f']))"),
    ("cell", "* o * (1 - o)", "* (0.25 - (o - 0.5) ** 2)"),
    ("cell", "* (1 - g**2)", "/ np.cosh(a['g']) ** 2"),
    ("cell", "dh * t * o", "dh * np.tanh(new) * o"),
    ("cell", 'd @ p["U" + q]', '(p["U" + q].T @ d.T).T'),
    ("cell", '"W" + q: d.T @ x', '"W" + q: np.einsum("nk,nd->kd", d, x)'),
    ("cell", '"U" + q: d.T @ h', '"U" + q: sum(np.outer(r, v) for r, v in zip(d, h))'),
    ("cell", "(1 - t**2)", "np.cosh(new) ** -2.0"),
    ("cell", "dc * f}", "f * (dc - 0.0)}"),
    ("cell", "d.sum(axis=0)", "np.ones(len(x)) @ d"),
)  # fmt: skip


def written(source: str, old: str = "", new: str = "") -> Gradients:
    """The student's function with one line changed."""
    assert old in source, old
    space: dict[str, Any] = {"np": np}
    exec(source.replace(old, new, 1) if old else source, space)  # noqa: S102 - our own table of students' lines
    found: Gradients = space["grads"]
    return found
