"""Tables of embeddings as students write them, without a model, alone and in front of networks."""

# ruff: noqa: E501 - a table of lines, read across

# what it is: the code, the shapes of its parameters, and pairs of a right line and a wrong one, with the name of that
TABLES: dict[str, tuple[str, dict[str, tuple[int, ...]], tuple[tuple[str, str, str | None], ...]]] = {
    "a table alone": (
        """
def f(p):
    return p["E"][IDX]

def vjp(p, c):
    g = np.zeros_like(p["E"])
    np.add.at(g, IDX, c)
    return {"E": g}
""",
        {"E": (6, 3)},
        (
            ("np.add.at(g, IDX, c)", "g[IDX] += c", "embedding-assigned"),
            ("np.add.at(g, IDX, c)", "np.add.at(g, IDX + 1, c)", "shifted"),
            ("np.add.at(g, IDX, c)", "np.add.at(g, IDX, c)\n    g[0] = 0", "embedding-padding-masked"),
            ("np.add.at(g, IDX, c)", "np.add.at(g, IDX, c)\n    g /= np.maximum(np.bincount(IDX.ravel(), minlength=6), 1)[:, None]", "embedding-averaged"),
            ("np.add.at(g, IDX, c)", "np.add.at(g, IDX[:, :1], c[:, :1])", "embedding-first-token-only"),
        ),
    ),
    "a table, an error": (
        """
def loss(p):
    return ((p["E"][ID1] - YY) ** 2).mean()

def grads(p):
    d = 2 * (p["E"][ID1] - YY) / YY.size
    g = np.zeros_like(p["E"])
    for i, r in zip(ID1, d):
        g[i] += r
    return {"E": g}
""",
        {"E": (6, 3)},
        (
            ("g[i] += r", "g[i] = r", "embedding-assigned"),
            ("g[i] += r", "g[i - 1] += r", "shifted"),
        ),
    ),
    "the mean of words": (
        """
def fw(p):
    e = p["E"][IDX].mean(1)
    return e, sm(e @ p["W"] + p["b"])

def loss(p):
    return -np.log(fw(p)[1][np.arange(3), L]).mean()

def grads(p):
    e, q = fw(p)
    q = q.copy()
    q[np.arange(3), L] -= 1
    q /= 3
    de = q @ p["W"].T / 4
    g = np.zeros_like(p["E"])
    for n in range(3):
        for i in IDX[n]:
            g[i] += de[n]
    return dict(E=g, W=e.T @ q, b=q.sum(0))
""",
        {"E": (6, 3), "W": (3, 3), "b": (3,)},
        (
            ("g[i] += de[n]", "g[i] = de[n]", "embedding-assigned"),
            ('de = q @ p["W"].T / 4', 'de = q @ p["W"].T', "factor 4"),
            ('de = q @ p["W"].T / 4', 'de = q @ p["W"] / 4', "backward-not-transposed"),
            ("for i in IDX[n]:", "for i in IDX[n, -1:]:", "embedding-last-token-only"),
            ("for i in IDX[n]:", "for i in set(IDX[n]):", None),
        ),
    ),
    "words side by side": (
        """
def fw(p):
    e = p["C"][IDX].reshape(3, -1)
    h = np.tanh(e @ p["W1"] + p["b1"])
    return e, h, sm(h @ p["W2"] + p["b2"])

def loss(p):
    return -np.log(fw(p)[2][np.arange(3), L]).mean()

def grads(p):
    e, h, q = fw(p)
    d = q.copy()
    d[np.arange(3), L] -= 1
    d /= 3
    dh = d @ p["W2"].T
    dz = dh * (1 - h**2)
    de = (dz @ p["W1"].T).reshape(3, 4, 2)
    g = np.zeros_like(p["C"])
    np.add.at(g, IDX, de)
    return dict(C=g, W1=e.T @ dz, b1=dz.sum(0), W2=h.T @ d, b2=d.sum(0))
""",
        {"C": (6, 2), "W1": (8, 4), "b1": (4,), "W2": (4, 3), "b2": (3,)},
        (
            ("np.add.at(g, IDX, de)", "g[IDX] += de", "embedding-assigned"),
            ("dz = dh * (1 - h**2)", "dz = dh", "missing-slope"),
            ("np.add.at(g, IDX, de)", "np.add.at(g, IDX - 1, de)", "shifted"),
        ),
    ),
    "words with padding": (
        """
def fw(p):
    e = (p["E"][IDX] * PAD).sum(1)
    return e, e @ p["W"].T + p["b"]

def loss(p):
    return 0.5 * ((fw(p)[1] - T3) ** 2).sum()

def grads(p):
    e, o = fw(p)
    d = o - T3
    de = d @ p["W"]
    g = np.zeros_like(p["E"])
    np.add.at(g, IDX, PAD * de[:, None])
    return dict(E=g, W=d.T @ e, b=d.sum(0))
""",
        {"E": (6, 3), "W": (2, 3), "b": (2,)},
        (
            ("np.add.at(g, IDX, PAD * de[:, None])", "np.add.at(g, IDX, np.broadcast_to(de[:, None], (3, 4, 3)))", "embedding-padding-not-masked"),
            ("np.add.at(g, IDX, PAD * de[:, None])", "np.add.at(g, IDX, PAD * de[:, None] / 4)", "factor 1/4"),
            ("np.add.at(g, IDX, PAD * de[:, None])", "np.add.at(g, IDX, PAD * de[:, None] / PAD.sum(1, keepdims=True))", None),
        ),
    ),
    "words through time": (
        """
def fw(p):
    h = np.zeros((3, 4))
    hs = [h]
    for t in range(4):
        h = np.tanh(p["E"][IDX[:, t]] @ p["U"] + h @ p["W"] + p["b"])
        hs.append(h)
    return hs, sm(h @ p["V"] + p["c"])

def loss(p):
    return -np.log(fw(p)[1][np.arange(3), L]).mean()

def grads(p):
    hs, q = fw(p)
    d = q.copy()
    d[np.arange(3), L] -= 1
    d /= 3
    g = {k: np.zeros_like(v) for k, v in p.items()}
    g["V"] = hs[-1].T @ d
    g["c"] = d.sum(0)
    dh = d @ p["V"].T
    for t in reversed(range(4)):
        dz = dh * (1 - hs[t + 1] ** 2)
        x = p["E"][IDX[:, t]]
        g["U"] += x.T @ dz
        g["W"] += hs[t].T @ dz
        g["b"] += dz.sum(0)
        np.add.at(g["E"], IDX[:, t], dz @ p["U"].T)
        dh = dz @ p["W"].T
    return g
""",
        {"E": (6, 3), "U": (3, 4), "W": (4, 4), "b": (4,), "V": (4, 3), "c": (3,)},
        (
            ('np.add.at(g["E"], IDX[:, t], dz @ p["U"].T)', 'g["E"][IDX[:, t]] += dz @ p["U"].T', "embedding-assigned"),
            ('np.add.at(g["E"], IDX[:, t], dz @ p["U"].T)', 'g["E"][IDX[:, t]] = dz @ p["U"].T', None),
            ('dh = dz @ p["W"].T', 'dh = dz @ p["W"]', "recurrent-not-transposed"),
            ('g["W"] += hs[t].T @ dz', 'g["W"] += hs[t + 1].T @ dz', "recurrent-state-of-same-time"),
        ),
    ),
}  # fmt: skip
