"""The same mistakes in every kind of use: with and without a name or a model, products, noise that has no name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from student_code import MODELS, written
from student_functions import MISTAKES, TYPED, K, normal, s, sp
from student_lines import MISTAKES as LINES

from symgrad.core import FunctionShapeError, Outcome
from symgrad.testing import try_gradient, try_network, try_vjp
from symgrad.testing.models.model import in_numpy
from symgrad.testing.subject import subject

if TYPE_CHECKING:
    from collections.abc import Callable

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": s,
    "tanh": np.tanh,
    "gelu": lambda z: z * normal(z),
    "gelu_tanh": lambda z: z / 2 * (1 + np.tanh(K * (z + 0.044715 * z**3))),
    "silu": lambda z: z * s(z),
    "mish": lambda z: z * np.tanh(sp(z)),
    "softplus": sp,
    "relu": lambda z: np.maximum(z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))),
    "hardtanh": lambda z: np.clip(z, -1, 1),
    "softsign": lambda z: z / (1 + np.abs(z)),
}


def most_slow(cases: list[Any], every: int) -> list[Any]:
    """One in `every` always runs."""
    return [pytest.param(case, marks=pytest.mark.slow if n % every else ()) for n, case in enumerate(cases)]


@pytest.mark.parametrize("case", most_slow([m for m in (*MISTAKES, *TYPED) if m[0] in FUNCTIONS], 30))
def test_a_function_without_a_name_is_recognised(case: tuple[str, Any, str]) -> None:
    of, grad, expected = case

    found = try_gradient(FUNCTIONS[of], grad).diagnosis

    assert found is not None
    assert found.names[:1] == (expected,)


@pytest.mark.parametrize("alpha", [0.2, 1 / 3])
def test_the_parameter_of_a_function_without_a_name_is_read_off(alpha: float) -> None:
    result = try_gradient(lambda z: np.where(z > 0, z, alpha * z), lambda z: np.where(z > 0, 1, 0.01))

    assert "where it should be 1/" in str(result.diagnosis)


def test_a_function_that_nobody_knows_is_not_taken_for_another() -> None:
    found = try_gradient(lambda z: np.tanh(z) + 1e-6 * z, lambda z: z * 0.3).diagnosis

    assert found is not None
    assert not found.known
    assert "has the values of" not in found.says


def students_loss(model: Any, x: Any, y: Any) -> Callable[[Any], Any]:
    """The loss of a network as a student writes it: a function of the parameters that sees its data."""
    n, L = len(x), model.layers

    def loss(p: Any) -> Any:
        a = x
        for l in range(1, L + 1):
            z = a @ p[f"W{l}"].T + p[f"b{l}"]
            a = (np.maximum(z, 0) if model.hidden == "relu" else np.tanh(z)) if l < L else z
        decay = model.decay / 2 * sum((p[f"W{l}"] ** 2).sum() for l in range(1, L + 1))
        if model.output == "softmax":
            return -(y * (z - np.log(np.exp(z).sum(1, keepdims=True)))).sum() / n
        a = s(z)
        if model.loss == "half_squared_error":
            return ((a - y) ** 2).sum() / 2 / n
        return -(y * np.log(a) + (1 - y) * np.log(1 - a)).sum() / n + decay

    return loss


NETWORKS = [c for c in LINES if c[0] in {"two layers", "square layers", "classifier", "deep", "deep, square"}]


@pytest.mark.parametrize("case", most_slow(NETWORKS, 26), ids=[f"{m}: {new}" for m, _, new, _ in NETWORKS])
def test_a_network_without_a_model_is_recognised(case: tuple[str, str, str, str | None]) -> None:
    name, old, new, expected = case
    model, source = MODELS[name]
    x, y, grads = model.x.copy(), model.y.copy(), written(source, old, new)

    try:
        result = try_network(students_loss(model, x, y), lambda p: grads(p, x, y), dict(model.params))
    except FunctionShapeError as error:
        assert "transposed" in str(error) or "for each example" in str(error)  # noqa: PT017 - one of two outcomes
        return

    if result.outcome is Outcome.OK:  # divided by k and doubled, where k is 2
        assert expected == "factor 2/k"
        return
    assert result.diagnosis is not None
    assert result.diagnosis.names[:1] == ((expected,) if expected else ()) or (expected in result.diagnosis.names[:3])


def normalised(p: Any) -> Any:
    """A batch normalisation as a student writes it."""
    x = p["x"]
    return p["gamma"] * (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5) + p["beta"]


def recurred(p: Any, x: Any) -> Any:
    h, out = np.zeros(len(p["b"])), []
    for v in x:
        h = np.tanh(p["U"] @ v + p["W"] @ h + p["b"])
        out.append(p["V"] @ h + p["c"])
    return np.asarray(out)


def convolved(p: Any) -> Any:
    K = len(p["w"])
    places = range(p["x"].shape[1] - K + 1)
    return np.tanh(np.asarray([[row[t : t + K] @ p["w"] + p["b"][0] for t in places] for row in p["x"]]))


def layer_normalised(p: Any) -> Any:
    centred = p["x"] - p["x"].mean(1, keepdims=True)
    return p["gamma"] * centred / np.sqrt((centred**2).mean(1, keepdims=True) + 1e-5) + p["beta"]


def channelled(p: Any) -> Any:
    wide, (_, _, u, v) = np.pad(p["x"], ((0, 0), (0, 0), (1, 1), (1, 1))), p["w"].shape
    places = range((wide.shape[2] - u) // 2 + 1)
    rows = [[wide[:, :, 2 * i : 2 * i + u, 2 * j : 2 * j + v] for j in places] for i in places]
    return np.einsum("ijncuv,fcuv->nfij", np.asarray(rows), p["w"]) + p["b"][:, None, None]


def stepped(p: Any) -> Any:
    a = {q: p["x"] @ p["W" + q].T + p["h"] @ p["U" + q].T + p["b" + q] for q in "ifog"}
    c = s(a["f"]) * p["c"] + s(a["i"]) * np.tanh(a["g"])
    return np.concatenate([s(a["o"]) * np.tanh(c), c], axis=1)


def attended(p: Any) -> Any:
    return softmax(p["Q"] @ p["K"].T / np.sqrt(p["Q"].shape[1])) @ p["V"]


STUDENTS: dict[str, Callable[[Any, Any], Any]] = {
    "norm": lambda p, _: normalised(p),
    "layer norm": lambda p, _: layer_normalised(p),
    "recurrent": recurred,
    "convolution": lambda p, _: convolved(p),
    "channels": lambda p, _: channelled(p),
    "cell": lambda p, _: stepped(p),
    "attention": lambda p, _: attended(p),
    "square attention": lambda p, _: attended(p),
}
LAYERS = [c for c in LINES if c[0] in STUDENTS and c[3]]


@pytest.mark.parametrize("case", most_slow(LAYERS, 8), ids=[f"{m}: {new}" for m, _, new, _ in LAYERS])
@pytest.mark.parametrize("factor", [0.5, 1 / 7])
def test_other_layers_without_a_model_are_recognised(case: tuple[str, str, str, str], factor: float) -> None:
    name, old, new, expected = case
    model, source = MODELS[name]
    x, y, own = model.x.copy(), model.y.copy(), written(source, old, new)

    def loss(p: Any) -> float:
        return float(factor * ((STUDENTS[name](p, x) - y) ** 2).sum())

    def grads(p: Any) -> Any:
        return {k: 2 * factor * np.asarray(v) for k, v in own(p, p.get("x", x), y).items()}

    try:
        found = try_network(loss, grads, dict(model.params)).diagnosis
    except FunctionShapeError as error:
        assert "missing" in str(error)  # noqa: PT017 - one of two outcomes
        return

    assert found is not None
    likely = found.names if expected.startswith("factor") else found.names[:1]  # 1/3 is 1/n too, where n is 3
    assert expected in likely
    assert "by its values this is" in found.says


@pytest.mark.parametrize("name", STUDENTS)
def test_products_of_other_layers_are_recognised(name: str) -> None:
    model, source = MODELS[name]
    x = model.x.copy()
    old, new, expected = {
        "norm": ("+ dv * 2 * (x - m) / n + dm / n", "+ dm / n", "norm-variance-constant"),
        "layer norm": ("g = d * p", "g = d + 0 * p", "norm-no-gamma"),
        "recurrent": ("(1 - h[t + 1] ** 2)", "1", "recurrent-missing-slope"),
        "convolution": ("+= d[i, t] * w", "+= d[i, t] * w[::-1]", "conv-input-not-flipped"),
        "channels": ("(d, w, (1, 0))", "(d, w, (1, 1))", "conv2d-input-channels-transposed"),
        "cell": ("* (1 - t**2)", "", "lstm-cell-slope-missing"),
        "attention": ("(dA * A).sum(", "dA.sum(", "attention-softmax-plain-sum"),
        "square attention": ("A.T @ d", "A @ d", "attention-values-not-transposed"),
    }[name]
    own = written(source, old, new)

    def f(p: Any) -> Any:
        return STUDENTS[name](p, x)

    found = try_vjp(f, lambda p, c: own(p, p.get("x", x), f(p) - c), dict(model.params)).diagnosis

    assert found is not None
    assert found.names[:1] == (expected,)


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


RNG = np.random.default_rng(3)
X, W, B = RNG.normal(size=(5, 3)), RNG.normal(size=(4, 3)), RNG.normal(size=4)
LAYER = {"x": X, "W": W, "b": B}


def sums(p: Any) -> Any:
    return p["x"] @ p["W"].T + p["b"]


def layer(p: Any) -> Any:
    return s(sums(p))


def back(p: Any, d: Any) -> dict[str, Any]:
    return {"x": d @ p["W"], "W": d.T @ p["x"], "b": d.sum(0)}


def delta(p: Any, c: Any) -> Any:
    return c * layer(p) * (1 - layer(p))


def seen(p: Any) -> Any:
    return np.tanh(X @ p["W"].T + p["b"])


def right(p: Any, c: Any) -> dict[str, Any]:
    return back(p, delta(p, c))


PRODUCTS: dict[str, tuple[Any, Any, Any, str]] = {
    "slope left out": (layer, back, LAYER, "missing-slope"),
    "slope at a": (layer, lambda p, c: back(p, c * s(layer(p)) * s(-layer(p))), LAYER, "slope-at-output"),
    "value for slope": (layer, lambda p, c: back(p, c * layer(p)), LAYER, "value-for-slope"),
    "slope twice": (layer, lambda p, c: back(p, c * (layer(p) * (1 - layer(p))) ** 2), LAYER, "slope-twice"),
    "first row only": (layer, lambda p, c: right(p, c) | {"b": delta(p, c)[0]}, LAYER, "biases-first-example"),
    "mean for sum": (layer, lambda p, c: right(p, c) | {"b": delta(p, c).mean(0)}, LAYER, "factor 1/n"),
    "slope left out in W": (layer, lambda p, c: right(p, c) | {"W": c.T @ p["x"]}, LAYER, "weights-from-error"),
    "softmax's diagonal": (
        lambda p: softmax(sums(p)),
        lambda p, c: back(p, c * softmax(sums(p)) * (1 - softmax(sums(p)))),
        LAYER,
        "softmax-diagonal",
    ),
    "data in reach": (
        seen,
        lambda p, c: {"W": (c * seen(p)).T @ X, "b": (c * seen(p)).sum(0)},
        {"W": W, "b": B},
        "value-for-slope",
    ),
    "one array": (lambda x: s(x @ W.T + B), lambda _, c: c @ W, X, "missing-slope"),
    "examples are columns": (
        lambda p: s(p["W"] @ p["x"] + p["b"]),
        lambda p, c: {"W": c @ p["x"].T, "x": p["W"].T @ c, "b": c.sum(1, keepdims=True)},
        {"W": W, "x": X.T.copy(), "b": B[:, None]},
        "missing-slope",
    ),
    "noise": (layer, lambda p, c: back(p, np.sin(3 * c) + p["x"].sum()), LAYER, ""),
}  # fmt: skip


@pytest.mark.parametrize("case", PRODUCTS.values(), ids=PRODUCTS)
def test_wrong_products_of_a_layer_are_named(case: tuple[Any, Any, Any, str]) -> None:
    f, vjp, at, expected = case

    found = try_vjp(f, vjp, at).diagnosis

    assert found is not None
    assert found.names[:1] == ((expected,) if expected else ())


def test_a_gradient_of_no_parameter_is_an_error_that_does_not_call_it_right() -> None:
    with pytest.raises(FunctionShapeError, match="is no parameter") as raised:
        try_network(lambda p: float((p["W"] ** 2).sum()), lambda p: {"W": 2 * p["W"], "z": 1}, {"W": np.ones((2, 2))})

    assert "are right" not in str(raised.value)


def test_a_missing_sum_over_the_batch_is_an_error_of_shape_that_says_so() -> None:
    with pytest.raises(FunctionShapeError, match="the sum over the batch is missing"):
        try_vjp(layer, lambda p, c: right(p, c) | {"b": delta(p, c)}, LAYER)


SUBJECTS = ("sigmoid", "tanh", "relu", "gelu", "gelu_tanh", "silu", "mish", "softplus", "elu", "leaky_relu", "softsign")
SUBJECTS += ("hardswish", "relu6", "log(1+z^2)", "z^3", "exp(-z^2)", "sin(z)", "arctan", "selu", "z/(1+z^2)")


@pytest.mark.parametrize("seed", most_slow(list(range(60)), 20))
def test_noise_has_no_name(seed: int) -> None:
    what = subject(SUBJECTS[seed % len(SUBJECTS)])
    d = in_numpy(what.expr.subs(dict(what.defaults)).diff(what.variable), (what.variable,))
    a, b, c, w = np.round(np.random.default_rng(seed).normal(size=4), 2)
    wrong = (
        lambda z: d(z) + a * np.sin(w * z + b),
        lambda z: d(z) * (1 + 0.1 * np.cos(w * z)),
        lambda z: a + b * z + c * z * z,
        lambda z: a * np.tanh(w * z) + b,
        lambda z: np.where(z > b, d(z), d(z) + a * np.sin(z)),
        lambda z: d(z) + 1e-4 * a * np.cos(z),
    )[seed % 6]

    found = try_gradient(None, wrong, of=SUBJECTS[seed % len(SUBJECTS)]).diagnosis

    assert found is not None
    assert not found.known, str(found)
    assert found.where


@pytest.mark.parametrize("seed", most_slow(list(range(12)), 4))
def test_noise_in_a_network_has_no_name(seed: int) -> None:
    model, source = MODELS[("two layers", "classifier", "deep")[seed % 3]]
    x, y, grads = model.x.copy(), model.y.copy(), written(source)
    noise = {k: np.random.default_rng(seed).normal(size=v.shape) for k, v in model.params.items()}

    def wrong(p: Any) -> dict[str, Any]:
        return {k: v + 0.01 * noise[k] * (seed % 2 or k == "W1") for k, v in grads(p, x, y).items()}

    found = try_network(students_loss(model, x, y), wrong, dict(model.params)).diagnosis

    assert found is not None
    assert not found.known, str(found)
    assert "wrong" in found.where
