"""Cells and networks through time as students write them, without a model, in many layouts."""

# ruff: noqa: E501 - a table of lines, read across

# what it is: the code, the shapes of its parameters, and pairs of a right line and a wrong one, with the name of that
NETWORKS: dict[str, tuple[str, dict[str, tuple[int, ...]], tuple[tuple[str, str, str | None], ...]]] = {
    "a batch, cross entropy at the last time": (
        """
def forward(p):
    h = np.zeros((N, H))
    hs = [h]
    for t in range(T):
        h = np.tanh(X[:, t] @ p["Wx"] + h @ p["Wh"] + p["b"])
        hs.append(h)
    return hs, sm(h @ p["Wy"] + p["by"])

def loss(p):
    return -np.log(forward(p)[1][np.arange(N), YL]).mean()

def grads(p):
    hs, q = forward(p)
    d = q.copy()
    d[np.arange(N), YL] -= 1
    d /= N
    g = {k: np.zeros_like(v) for k, v in p.items()}
    g["Wy"] = hs[-1].T @ d
    g["by"] = d.sum(0)
    dh = d @ p["Wy"].T
    for t in reversed(range(T)):
        dz = dh * (1 - hs[t + 1] ** 2)
        g["Wx"] += X[:, t].T @ dz
        g["Wh"] += hs[t].T @ dz
        g["b"] += dz.sum(0)
        dh = dz @ p["Wh"].T
    return g
""",
        {"Wx": (2, 3), "Wh": (3, 3), "b": (3,), "Wy": (3, 2), "by": (2,)},
        (
            ('dh = dz @ p["Wh"].T', "dh = 0 * dz", "recurrent-cut"),
            ('dh = dz @ p["Wh"].T', 'dh = dz @ p["Wh"]', "recurrent-not-transposed"),
            ('g["Wh"] += hs[t].T @ dz', 'g["Wh"] += hs[t + 1].T @ dz', "recurrent-state-of-same-time"),
            ('g["Wx"] += X[:, t].T @ dz', 'g["Wx"] = X[:, t].T @ dz', "recurrent-input-first-time-only"),
            ('g["Wh"] += hs[t].T @ dz', 'g["Wh"] = hs[t].T @ dz', "zero"),
            ('g["b"] += dz.sum(0)', 'g["b"] = dz.sum(0)', "recurrent-bias-first-time-only"),
            ("dz = dh * (1 - hs[t + 1] ** 2)", "dz = dh", "recurrent-missing-slope"),
            ("dz = dh * (1 - hs[t + 1] ** 2)", "dz = dh * (1 - hs[t] ** 2)", "recurrent-slope-of-previous"),
            ('g["b"] += dz.sum(0)', 'g["b"] += dz.mean(0)', "factor 1/3"),
            ('g["Wy"] = hs[-1].T @ d', 'g["Wy"] = hs[-2].T @ d', "recurrent-output-of-previous-state"),
            ('dh = dz @ p["Wh"].T', 'dh = dh @ p["Wh"].T', "recurrent-slope-missing-on-the-way-back"),
            ('dh = dz @ p["Wh"].T', 'dh = np.broadcast_to((dz @ p["Wh"].T).mean(0), dh.shape)', "recurrent-state-averaged-over-batch"),
            ("return g", "return {k: v / T for k, v in g.items()}", "factor 1/4"),
            ('g["Wx"] += X[:, t].T @ dz', 'g["Wx"] += X[:, T - 1 - t].T @ dz', "recurrent-input-times-reversed"),
        ),
    ),
    "a batch, all states": (
        """
def f(p):
    h = p["h0"]
    out = []
    for t in range(T):
        h = np.tanh(p["x"][:, t] @ p["Wx"] + h @ p["Wh"] + p["b"])
        out.append(h)
    return np.stack(out, 1)

def vjp(p, c):
    hs = f(p)
    g = {k: np.zeros_like(v) for k, v in p.items()}
    dprev = np.zeros((N, H))
    for t in reversed(range(T)):
        prev = hs[:, t - 1] if t > 0 else p["h0"]
        dz = (c[:, t] + dprev) * (1 - hs[:, t] ** 2)
        g["x"][:, t] = dz @ p["Wx"].T
        g["Wx"] += p["x"][:, t].T @ dz
        g["Wh"] += prev.T @ dz
        g["b"] += dz.sum(0)
        dprev = dz @ p["Wh"].T
    g["h0"] = dprev
    return g
""",
        {"x": (3, 4, 2), "h0": (3, 3), "Wx": (2, 3), "Wh": (3, 3), "b": (3,)},
        (
            ("dz = (c[:, t] + dprev) * (1 - hs[:, t] ** 2)", "dz = c[:, t] + dprev", "recurrent-missing-slope"),
            ("dz = (c[:, t] + dprev) * (1 - hs[:, t] ** 2)", "dz = c[:, t] * (1 - hs[:, t] ** 2) + dprev", "recurrent-carry-after-slope"),
            ('g["Wh"] += prev.T @ dz', 'g["Wh"] += hs[:, t].T @ dz', "recurrent-state-of-same-time"),
            ("dz = (c[:, t] + dprev) * (1 - hs[:, t] ** 2)", "dz = (c[:, -1] * (t == T - 1) + dprev) * (1 - hs[:, t] ** 2)", "recurrent-last-error-only"),
            ('prev = hs[:, t - 1] if t > 0 else p["h0"]', 'prev = hs[:, t - 1] if t > 0 else 0 * p["h0"]', "way-left-out"),
        ),
    ),
    "an LSTM, all states": (
        """
def fw(p):
    h = p["h0"]
    c = np.zeros_like(h)
    out = [(h, c, 0, 0, 0, 0)]
    for t in range(T):
        a = p["x"][:, t] @ p["Wx"] + h @ p["Wh"] + p["b"]
        i, f_, o, g = sg(a[:, :H]), sg(a[:, H : 2 * H]), sg(a[:, 2 * H : 3 * H]), np.tanh(a[:, 3 * H :])
        c = f_ * c + i * g
        h = o * np.tanh(c)
        out.append((h, c, i, f_, o, g))
    return out

def f(p):
    return np.stack([v[0] for v in fw(p)[1:]], 1)

def vjp(p, dout):
    s = fw(p)
    G = {k: np.zeros_like(v) for k, v in p.items()}
    dh = np.zeros((N, H))
    dc = np.zeros((N, H))
    for t in reversed(range(T)):
        h, c, i, f_, o, g = s[t + 1]
        hp, cp = s[t][:2]
        dh = dout[:, t] + dh
        do = dh * np.tanh(c)
        dc = dc + dh * o * (1 - np.tanh(c) ** 2)
        df = dc * cp
        di = dc * g
        dg = dc * i
        da = np.hstack([di * i * (1 - i), df * f_ * (1 - f_), do * o * (1 - o), dg * (1 - g**2)])
        G["x"][:, t] = da @ p["Wx"].T
        G["Wx"] += p["x"][:, t].T @ da
        G["Wh"] += hp.T @ da
        G["b"] += da.sum(0)
        dh = da @ p["Wh"].T
        dc = dc * f_
    G["h0"] = dh
    return G
""",
        {"x": (3, 4, 2), "h0": (3, 3), "Wx": (2, 12), "Wh": (3, 12), "b": (12,)},
        (
            ("dc = dc * f_", "pass", "lstm-forget-missing"),
            ("dc = dc * f_", "dc = 0 * dc", "recurrent-c-lost"),
            ("dc = dc + dh * o * (1 - np.tanh(c) ** 2)", "dc = dh * o * (1 - np.tanh(c) ** 2)", "recurrent-c-lost"),
            ('dh = da @ p["Wh"].T', "dh = 0 * dh", "lstm-paths-missing"),
            ("df = dc * cp", "df = dc * c", "lstm-new-cell"),
            ('G["Wh"] += hp.T @ da', 'G["Wh"] += h.T @ da', "lstm-new-state"),
            ('G["b"] += da.sum(0)', 'G["b"] = da.sum(0)', "recurrent-bias-first-time-only"),
            ("da = np.hstack([di * i * (1 - i), df * f_ * (1 - f_), do * o * (1 - o), dg * (1 - g**2)])", "da = np.hstack([di * i * (1 - i), df * f_ * (1 - f_), do * o * (1 - o), dg * g * (1 - g)])", "lstm-candidate-as-sigmoid"),
            ("do = dh * np.tanh(c)", "do = dh * c", "lstm-output-without-tanh"),
        ),
    ),
    "a GRU, gates in one array": (
        """
def fw(p):
    a = x0 @ p["wi"].T + p["bi"]
    b = h0 @ p["wh"].T + p["bh"]
    r = sg(a[:, :H] + b[:, :H])
    z = sg(a[:, H : 2 * H] + b[:, H : 2 * H])
    u = b[:, 2 * H :]
    n = np.tanh(a[:, 2 * H :] + r * u)
    return r, z, n, u, (1 - z) * n + z * h0

def loss(p):
    return ((fw(p)[-1] - y0) ** 2).mean()

def grads(p):
    r, z, n, u, h = fw(p)
    dh = 2 * (h - y0) / h.size
    dn = dh * (1 - z) * (1 - n**2)
    dz = dh * (h0 - n) * z * (1 - z)
    dr = dn * u * r * (1 - r)
    da = np.hstack([dr, dz, dn])
    db = np.hstack([dr, dz, dn * r])
    return dict(wi=da.T @ x0, wh=db.T @ h0, bi=da.sum(0), bh=db.sum(0))
""",
        {"wi": (9, 2), "wh": (9, 3), "bi": (9,), "bh": (9,)},
        (
            ("dr = dn * u * r * (1 - r)", "dr = dn * u", "gru-slope-missing-r"),
            ("dz = dh * (h0 - n) * z * (1 - z)", "dz = dh * (n - h0) * z * (1 - z)", "gru-update-sign"),
            ("db = np.hstack([dr, dz, dn * r])", "db = np.hstack([dr, dz, dn])", "gru-reset-missing-on-the-way-back"),
            ("dr = dn * u * r * (1 - r)", "dr = dn * h0 * r * (1 - r)", "gru-reset-without-weights"),
            ("dn = dh * (1 - z) * (1 - n**2)", "dn = dh * z * (1 - n**2)", "gru-candidate-of-state"),
            ("dn = dh * (1 - z) * (1 - n**2)", "dn = dh * (1 - z)", "gru-slope-missing-n"),
            ("da = np.hstack([dr, dz, dn])", "da = np.hstack([dz, dr, dn])", None),
            ("da = np.hstack([dr, dz, dn])\n    db = np.hstack([dr, dz, dn * r])", "da = np.hstack([dz, dr, dn])\n    db = np.hstack([dz, dr, dn * r])", "gru-exchanged-rz"),
            ("dz = dh * (h0 - n) * z * (1 - z)", "dz = dh * h0 * z * (1 - z)", "gru-update-without-n"),
        ),
    ),
    "a GRU, state and input side by side": (
        """
def fw(p):
    c = np.hstack([p["h"], p["x"]])
    z = sg(c @ p["Wz"])
    r = sg(c @ p["Wr"])
    n = np.tanh(np.hstack([r * p["h"], p["x"]]) @ p["W"])
    return c, z, r, n, (1 - z) * p["h"] + z * n

def f(p):
    return fw(p)[-1]

def vjp(p, dh):
    c, z, r, n, _ = fw(p)
    dn = dh * z * (1 - n**2)
    dz = dh * (n - p["h"]) * z * (1 - z)
    m = dn @ p["W"].T
    dr = m[:, :H] * p["h"] * r * (1 - r)
    dc = dz @ p["Wz"].T + dr @ p["Wr"].T
    return dict(
        x=dc[:, H:] + m[:, H:],
        h=dh * (1 - z) + m[:, :H] * r + dc[:, :H],
        Wz=c.T @ dz,
        Wr=c.T @ dr,
        W=np.hstack([r * p["h"], p["x"]]).T @ dn,
    )
""",
        {"x": (3, 2), "h": (3, 3), "Wz": (5, 3), "Wr": (5, 3), "W": (5, 3)},
        (
            ("h=dh * (1 - z) + m[:, :H] * r + dc[:, :H],", "h=dh * (1 - z) + m[:, :H] + dc[:, :H],", "gru-reset-missing-on-the-way-back"),
            ("h=dh * (1 - z) + m[:, :H] * r + dc[:, :H],", "h=m[:, :H] * r + dc[:, :H],", "gru-direct-path-missing"),
            ("h=dh * (1 - z) + m[:, :H] * r + dc[:, :H],", "h=dh * z + m[:, :H] * r + dc[:, :H],", "gru-direct-path-of-candidate"),
            ('W=np.hstack([r * p["h"], p["x"]]).T @ dn,', 'W=np.hstack([p["h"], p["x"]]).T @ dn,', "gru-state-of-candidate-without-reset"),
            ('dr = m[:, :H] * p["h"] * r * (1 - r)', "dr = m[:, :H] * n * r * (1 - r)", "gru-reset-of-candidate"),
            ('dr = m[:, :H] * p["h"] * r * (1 - r)', "dr = 0 * r", "gru-reset-as-constant"),
            ('dz = dh * (n - p["h"]) * z * (1 - z)', 'dz = dh * (p["h"] - n) * z * (1 - z)', "gru-update-sign"),
            ('dc = dz @ p["Wz"].T + dr @ p["Wr"].T', 'dc = dr @ p["Wr"].T', "way-left-out"),
        ),
    ),
    "a GRU through time": (
        """
def fw(p):
    h = np.zeros((N, H))
    s = []
    for t in range(T):
        a = XT[t] @ p["wi"].T + p["bi"]
        b = h @ p["wh"].T + p["bh"]
        r = sg(a[:, :H] + b[:, :H])
        z = sg(a[:, H : 2 * H] + b[:, H : 2 * H])
        u = b[:, 2 * H :]
        n = np.tanh(a[:, 2 * H :] + r * u)
        s.append((h, r, z, n, u))
        h = (1 - z) * n + z * h
    return s, h

def loss(p):
    return 0.5 * ((fw(p)[1] - y0) ** 2).sum() / N

def grads(p):
    s, h = fw(p)
    dh = (h - y0) / N
    g = {k: np.zeros_like(v) for k, v in p.items()}
    for t in reversed(range(T)):
        hp, r, z, n, u = s[t]
        dn = dh * (1 - z) * (1 - n**2)
        dz = dh * (hp - n) * z * (1 - z)
        dr = dn * u * r * (1 - r)
        da = np.hstack([dr, dz, dn])
        db = np.hstack([dr, dz, dn * r])
        g["wi"] += da.T @ XT[t]
        g["wh"] += db.T @ hp
        g["bi"] += da.sum(0)
        g["bh"] += db.sum(0)
        dh = dh * z + db @ p["wh"]
    return g
""",
        {"wi": (9, 2), "wh": (9, 3), "bi": (9,), "bh": (9,)},
        (
            ('dh = dh * z + db @ p["wh"]', 'dh = db @ p["wh"]', "gru-direct-path-missing"),
            ('dh = dh * z + db @ p["wh"]', "dh = dh * z", "gru-paths-missing"),
            ('dh = dh * z + db @ p["wh"]', "dh = 0 * dh", "recurrent-cut"),
            ('g["wh"] += db.T @ hp', 'g["wh"] += db.T @ (z * hp + (1 - z) * n)', "gru-new-state"),
            ('g["wh"] += db.T @ hp', 'g["wh"] = db.T @ hp', "zero"),
        ),
    ),
    "an LSTM, one probability": (
        """
def fw(p):
    h = np.zeros((N, H))
    c = np.zeros((N, H))
    s = []
    for t in range(T):
        v = np.concatenate([X[:, t], h], 1)
        i, f, o, g = (
            sg(v @ p["Wi"] + p["bi"]),
            sg(v @ p["Wf"] + p["bf"]),
            sg(v @ p["Wo"] + p["bo"]),
            np.tanh(v @ p["Wc"] + p["bc"]),
        )
        cp = c
        c = f * c + i * g
        s.append((v, i, f, o, g, cp, c))
        h = o * np.tanh(c)
    return s, h, sg(h @ p["w"] + p["k"])[:, 0]

def loss(p):
    q = fw(p)[2]
    return -(YB * np.log(q) + (1 - YB) * np.log(1 - q)).mean()

def grads(p):
    s, h, q = fw(p)
    d_ = ((q - YB) / N)[:, None]
    G = {k: np.zeros_like(v) for k, v in p.items()}
    G["w"] = h.T @ d_
    G["k"] = d_.sum(0)
    dh = d_ @ p["w"].T
    dc = 0
    for v, i, f, o, g, cp, c in reversed(s):
        do = dh * np.tanh(c) * o * (1 - o)
        dc = dc + dh * o * (1 - np.tanh(c) ** 2)
        df = dc * cp * f * (1 - f)
        di = dc * g * i * (1 - i)
        dg = dc * i * (1 - g * g)
        for q_, e in zip("ifoc", (di, df, do, dg)):
            G["W" + q_] += v.T @ e
            G["b" + q_] += e.sum(0)
        dv = di @ p["Wi"].T + df @ p["Wf"].T + do @ p["Wo"].T + dg @ p["Wc"].T
        dh = dv[:, d:]
        dc = dc * f
    return G
""",
        {"Wi": (5, 3), "Wf": (5, 3), "Wo": (5, 3), "Wc": (5, 3), "bi": (3,), "bf": (3,), "bo": (3,), "bc": (3,), "w": (3, 1), "k": (1,)},
        (
            ("dc = dc * f", "dc = dc", "lstm-forget-missing"),
            ('dv = di @ p["Wi"].T + df @ p["Wf"].T + do @ p["Wo"].T + dg @ p["Wc"].T', 'dv = di @ p["Wi"].T + df @ p["Wf"].T + dg @ p["Wc"].T', "lstm-path-missing-o"),
            ("dc = dc + dh * o * (1 - np.tanh(c) ** 2)", "dc = dc + dh * (1 - np.tanh(c) ** 2)", "lstm-output-gate-missing"),
        ),
    ),
    "characters, columns": (
        """
def fw(p):
    h = p0
    hs = [h]
    ps = []
    xs = []
    for t in range(5):
        x = np.zeros((V, 1))
        x[IN[t]] = 1
        xs.append(x)
        h = np.tanh(p["Wxh"] @ x + p["Whh"] @ h + p["bh"])
        hs.append(h)
        y = p["Why"] @ h + p["by"]
        ps.append(np.exp(y) / np.exp(y).sum())
    return xs, hs, ps

def loss(p):
    return float(-sum(np.log(q[k, 0]) for q, k in zip(fw(p)[2], TG)))

def grads(p):
    xs, hs, ps = fw(p)
    g = {k: np.zeros_like(v) for k, v in p.items()}
    dn = 0
    for t in reversed(range(5)):
        dy = ps[t].copy()
        dy[TG[t]] -= 1
        g["Why"] += dy @ hs[t + 1].T
        g["by"] += dy
        dh = p["Why"].T @ dy + dn
        dz = (1 - hs[t + 1] ** 2) * dh
        g["bh"] += dz
        g["Wxh"] += dz @ xs[t].T
        g["Whh"] += dz @ hs[t].T
        dn = p["Whh"].T @ dz
    return g
""",
        {"Wxh": (4, 3), "Whh": (4, 4), "bh": (4, 1), "Why": (3, 4), "by": (3, 1)},
        (
            ('dn = p["Whh"].T @ dz', 'dn = p["Whh"] @ dz', "recurrent-not-transposed"),
            ('g["Whh"] += dz @ hs[t].T', 'g["Whh"] += dz @ hs[t + 1].T', "recurrent-state-of-same-time"),
            ("dy[TG[t]] -= 1", "dy[TG[t - 1]] -= 1", None),
            ('dh = p["Why"].T @ dy + dn', 'dh = p["Why"].T @ dy', "recurrent-cut"),
        ),
    ),
}  # fmt: skip
