"""Losses of architectures without a model, with their way back as students write it, and one line of it wrong."""

SETUP = """
import numpy as np
r = np.random.default_rng(5)
X, Y, T = r.normal(size=(5, 3)), r.normal(size=(5, 3)), np.eye(3)[[0, 1, 2, 0, 1]]
mask, keep = np.array([[1.0, 0, 1], [1, 1, 0], [0, 1, 1], [1, 0, 0], [1, 1, 1]]), 0.75
def W(*shape): return r.normal(size=shape)
def sigmoid(z): return 1 / (1 + np.exp(-z))
def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
def rows(v): return v.sum(axis=1, keepdims=True)
"""

WAYS: dict[str, str] = {  # parameters, the loss, the gradients
    "residual": """
params = {"x": W(5, 3), "U": W(3, 3), "V": W(3, 3)}
def loss(p): return 0.5 * ((p["x"] + np.tanh(p["x"] @ p["U"]) @ p["V"] - Y) ** 2).sum()
def grads(p):
    h = np.tanh(p["x"] @ p["U"])
    d = p["x"] + h @ p["V"] - Y
    dh = d @ p["V"].T * (1 - h**2)
    return {"x": d + dh @ p["U"].T, "U": p["x"].T @ dh, "V": h.T @ d}
""",
    "tied": """
params = {"W": W(2, 3)}
def loss(p): return 0.5 * ((np.tanh(X @ p["W"].T) @ p["W"] - X) ** 2).sum()
def grads(p):
    h = np.tanh(X @ p["W"].T)
    d = h @ p["W"] - X
    dh = d @ p["W"].T * (1 - h**2)
    return {"W": h.T @ d + dh.T @ X}
""",
    "rms norm": """
params = {"x": W(5, 3), "g": W(3)}
def loss(p): return 0.5 * ((p["x"] / np.sqrt((p["x"] ** 2).mean(axis=1, keepdims=True)) * p["g"] - Y) ** 2).sum()
def grads(p):
    s = np.sqrt((p["x"] ** 2).mean(axis=1, keepdims=True))
    h = p["x"] / s
    d = h * p["g"] - Y
    dh = d * p["g"]
    return {"x": (dh - h * rows(dh * h) / 3) / s, "g": (d * h).sum(axis=0)}
""",
    "batch norm": """
params = {"x": W(5, 3), "g": W(3)}
def loss(p):
    h = (p["x"] - p["x"].mean(axis=0)) / np.sqrt(p["x"].var(axis=0) + 0.01)
    return 0.5 * ((h * p["g"] - Y) ** 2).sum()
def grads(p):
    s = np.sqrt(p["x"].var(axis=0) + 0.01)
    h = (p["x"] - p["x"].mean(axis=0)) / s
    d = h * p["g"] - Y
    dh = d * p["g"]
    return {"x": (dh - dh.mean(axis=0) - h * (dh * h).mean(axis=0)) / s, "g": (d * h).sum(axis=0)}
""",
    "dropout": """
params = {"U": W(3, 3), "V": W(3, 3)}
def loss(p): return 0.5 * ((np.tanh(X @ p["U"]) * mask / keep @ p["V"] - Y) ** 2).sum()
def grads(p):
    a = np.tanh(X @ p["U"])
    h = a * mask / keep
    d = h @ p["V"] - Y
    dz = d @ p["V"].T * mask / keep * (1 - a**2)
    return {"U": X.T @ dz, "V": h.T @ d}
""",
    "columns": """
params = {"U": W(4, 5), "b": W(4, 1), "V": W(3, 4)}
def loss(p):
    a = sigmoid(p["V"] @ np.tanh(p["U"] @ X + p["b"]))
    return -(T[:3] * np.log(a) + (1 - T[:3]) * np.log(1 - a)).sum() / 3
def grads(p):
    z = p["U"] @ X + p["b"]
    h = np.tanh(z)
    a = sigmoid(p["V"] @ h)
    d = (a - T[:3]) / 3
    dz = p["V"].T @ d * (1 - h**2)
    return {"U": dz @ X.T, "b": rows(dz), "V": d @ h.T}
""",
    "max pool": """
params = {"x": W(2, 8), "V": W(4, 3)}
def loss(p): return 0.5 * ((p["x"].reshape(2, 4, 2).max(axis=2) @ p["V"] - Y[:2]) ** 2).sum()
def grads(p):
    q = p["x"].reshape(2, 4, 2)
    h = q.max(axis=2)
    d = h @ p["V"] - Y[:2]
    chosen = q == h[..., None]
    return {"x": ((d @ p["V"].T)[..., None] * chosen).reshape(2, 8), "V": h.T @ d}
""",
    "mixture": """
params = {"G": W(3, 2), "E": W(3, 2)}
def loss(p): return 0.5 * (((softmax(X @ p["G"]) * (X @ p["E"])).sum(axis=1) - Y[:, 0]) ** 2).sum()
def grads(p):
    g, e = softmax(X @ p["G"]), X @ p["E"]
    d = ((g * e).sum(axis=1) - Y[:, 0])[:, None]
    dg = d * e
    dz = g * (dg - rows(g * dg))
    return {"G": X.T @ dz, "E": X.T @ (d * g)}
""",
    "contrast": """
params = {"a": W(4, 3), "b": W(4, 3)}
def loss(p): return -np.log(np.diag(softmax(p["a"] @ p["b"].T / 0.5))).mean()
def grads(p):
    d = (softmax(p["a"] @ p["b"].T / 0.5) - np.eye(4)) / 4 / 0.5
    return {"a": d @ p["b"], "b": d.T @ p["a"]}
""",
    "swiglu": """
params = {"U": W(3, 4), "V": W(3, 4)}
def loss(p): return 0.5 * ((X @ p["U"] * sigmoid(X @ p["U"]) * (X @ p["V"]) - 1) ** 2).sum()
def grads(p):
    z, v = X @ p["U"], X @ p["V"]
    s = sigmoid(z)
    d = z * s * v - 1
    dz = d * v * (s + z * s * (1 - s))
    return {"U": X.T @ dz, "V": X.T @ (d * z * s)}
""",
}

WAYS["softmax layer"] = """
params = {"U": W(3, 3)}
def loss(p): return -(T * np.log(softmax(X @ p["U"]))).sum()
def grads(p):
    z = X @ p["U"]
    a = softmax(z)
    d = a - T
    return {"U": X.T @ d}
"""

LEFT = "way-left-out"
WRONG: tuple[tuple[str, str, str, str], ...] = (  # architecture, right, wrong, the name of the mistake
    ("columns", 'dz = p["V"].T', 'dz = (p["V"] - 0.3 * d @ h.T).T', "updated-weights"),
    ("tied", '"W": h.T @ d + dh.T @ X', '"W": p["W"] - 0.1 * (h.T @ d + dh.T @ X)', "step-for-gradient"),
    ("swiglu", "(s + z * s * (1 - s))", "s * (1 - s)", "slope-of-sigmoid"),
    ("softmax layer", "d = a - T", "d = (a - T) / (a * (1 - a))", "binary-slope"),
    ("softmax layer", "d = a - T", "d = np.exp(z) - T", "exponentials-not-divided"),
    ("softmax layer", "d = a - T", "d = a * (T == 0)", "right-class-left-out"),
    ("softmax layer", "d = a - T", "d = a - np.eye(3)[a.argmax(axis=1)]", "guess-for-target"),
    ("softmax layer", "d = a - T", "d = np.eye(3)[a.argmax(axis=1)] - T", "guess-for-output"),
    ("residual", "d + dh @", "dh @", LEFT),
    ("residual", "d + dh @", "2 * d + dh @", "way-twice"),
    ("residual", '"x": d + dh @ p["U"].T', '"x": d', LEFT),
    ("residual", " * (1 - h**2)", "", "slope-left-out"),
    ("residual", "(1 - h**2)", "(1 - np.tanh(h) ** 2)", "slope-at-output"),
    ("residual", "(1 - h**2)", "h", "value-for-slope"),
    ("residual", "(1 - h**2)", "(1 - h**2) ** 2", "slope-twice"),
    ("residual", "(1 - h**2)", "h * (1 - h)", "slope-formula"),
    ("residual", "(1 - h**2)", '(1 - (p["x"] @ p["U"]) ** 2)', "slope-formula"),
    ("residual", 'p["U"].T,', 'p["U"],', "not-transposed"),
    ("tied", " + dh.T @ X", "", LEFT),
    ("tied", "h.T @ d + ", "", LEFT),
    ("tied", " * (1 - h**2)", "", "slope-left-out"),
    ("rms norm", " - h * rows(dh * h) / 3", "", LEFT),
    ("rms norm", "dh = d * p", "dh = d  # * p", "factor-left-out"),
    ("rms norm", " / 3) / s", ") / s", "mean-without-n"),
    ("rms norm", "dh - h *", "dh + h *", "way-sign"),
    ("rms norm", "(d * h).sum", '(d * p["x"]).sum', "other-array"),
    ("batch norm", "dh - dh.mean(axis=0) - h", "dh - h", LEFT),
    ("batch norm", " - h * (dh * h).mean(axis=0)", "", LEFT),
    ("batch norm", "(dh - dh.mean(axis=0) - h * (dh * h).mean(axis=0)) / s", "dh / s", LEFT),
    ("batch norm", "h * (dh * h).mean(axis=0)", "h * (dh * h).sum(axis=0)", "mean-without-n"),
    ("batch norm", "h * (dh * h).mean(axis=0)", "h * (dh * h).sum(axis=0) / 4", "other-variance"),
    ("batch norm", "dh.mean(axis=0) - h", "dh.sum(axis=0) - h", "mean-without-n"),
    ("batch norm", "(d * h).sum(axis=0)}", "(d * h)[0]}", "first-for-sum"),
    ("dropout", "T * mask / keep", "T / keep", "factor-left-out"),
    ("dropout", "T * mask / keep", "T", "factors-left-out"),
    ("dropout", "T * mask / keep", "T * (1 - mask) / keep", "other-side"),
    ("dropout", "h.T @ d", "a.T @ d", "other-array"),
    ("columns", " * (1 - h**2)", "", "slope-left-out"),
    ("columns", "(a - T[:3]) / 3", "(a - T[:3]) / 3 * a * (1 - a)", "slope-twice"),
    ("columns", "dz @ X.T", "dz[:, -1:] @ X.T[-1:]", "one-for-sum"),
    ("columns", "d @ h.T", "d @ z.T", "other-array"),
    ("max pool", "[..., None] * chosen)", "[..., None] * np.ones((1, 1, 2)))", "extreme-everywhere"),
    ("max pool", "[..., None] * chosen)", "[..., None] * np.full((1, 1, 2), 0.5))", "extreme-shared"),
    ("max pool", "[..., None] * chosen)", "[..., None] * ~chosen)", "extreme-others"),
    ("max pool", "[..., None] * chosen)", "[..., None] * chosen * q)", "extreme-times-value"),
    ("mixture", "g * (dg - rows(g * dg))", "dg * g * (1 - g)", "softmax-diagonal"),
    ("mixture", "g * (dg - rows(g * dg))", "dg", "softmax-left-out"),
    ("mixture", "rows(g * dg)", "rows(g * dg) / 2", "softmax-mean"),
    ("mixture", "rows(g * dg)", "rows(dg)", "softmax-unweighted"),
    ("mixture", "rows(g * dg)", "(g * dg).sum(axis=0)", "softmax-axis"),
    ("contrast", "d.T @", "d @", "error-transposed"),
    ("contrast", " - np.eye(4)) / 4", ") / 4", "softmax-target"),
    ("swiglu", "d * v * (s", "d * (s", "factor-left-out"),
    ("swiglu", "(s + z * s * (1 - s))", "1", "slope-left-out"),
    ("swiglu", "d * z * s)", "d * s)", "other-array"),
)

RIGHT: tuple[tuple[str, str, str], ...] = (  # unusual lines that are right
    ("residual", "h.T @ d", "np.einsum('ij,ik->jk', h, d)"),
    ("residual", "(1 - h**2)", "(1 - h) * (1 + h)"),
    ("tied", "h.T @ d", "sum(np.outer(h[n], d[n]) for n in range(5))"),
    ("rms norm", "h * rows(dh * h) / 3", 'p["x"] * rows(dh * p["x"]) / (3 * s**2)'),
    ("batch norm", "(d * h).sum(axis=0)}", "np.einsum('ij,ij->j', d, h)}"),
    ("dropout", "T * mask / keep", "T * np.where(mask > 0, 1 / keep, 0)"),
    ("columns", "rows(dz)", "dz @ np.ones((3, 1))"),
    ("max pool", "[..., None] * chosen)", "[..., None] * np.where(chosen, 1.0, 0.0))"),
    ("mixture", "g * (dg - rows(g * dg))", "np.einsum('ni,nij->nj', dg, [np.diag(p) - np.outer(p, p) for p in g])"),
    ("contrast", "d.T @", "np.transpose(d) @"),
    ("swiglu", "(s + z * s * (1 - s))", "s * (1 + z - z * s)"),
)
