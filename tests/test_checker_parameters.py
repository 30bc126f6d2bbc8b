"""Gradients of whole networks on trial: all parameters at once, and the wrong entry named."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pytest

from symgrad.checker import Cause, check_hvp, check_parameters, check_vjp, logits, targets
from symgrad.core import NoPointsError, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable


def sigmoid(z: Any) -> Any:
    return 0.5 * (1 + np.tanh(z / 2))


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_sum_exp(z: Any) -> Any:
    return z.max(axis=-1) + np.log(np.exp(z - z.max(axis=-1, keepdims=True)).sum(axis=-1))


ACTIVATIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: z > 0),
    "relu, 1 at 0": (lambda z: np.maximum(z, 0), lambda z: z >= 0),
    "leaky": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1.0, 0.01)),
    "silu": (lambda z: z * sigmoid(z), lambda z: sigmoid(z) * (1 + z * sigmoid(-z))),
}


class Network:
    """Dense layers and softmax cross entropy, written as a student would; `wrong` has a gradient's name."""

    def __init__(self, sizes: tuple[int, ...], batch: int, activation: str, seed: int, *, biases: bool = True) -> None:
        rng = np.random.default_rng(seed)
        self.phi, self.slope = ACTIVATIONS[activation]
        self.x = rng.normal(size=(batch, sizes[0]))
        self.y = np.eye(sizes[-1])[rng.integers(sizes[-1], size=batch)]
        self.parameters = [
            {"W": rng.normal(size=(m, n)) / np.sqrt(m), "b": rng.normal(size=n) * biases} for m, n in pairwise(sizes)
        ]

    def run(self, parameters: Any) -> tuple[list[Any], list[Any]]:
        activations, sums = [self.x], []
        for layer in parameters:
            sums.append(activations[-1] @ layer["W"] + layer["b"])
            activations.append(self.phi(sums[-1]))
        return sums, activations

    def loss(self, parameters: Any) -> Any:
        z = self.run(parameters)[0][-1]
        return np.mean(log_sum_exp(z) - (self.y * z).sum(axis=1))

    def gradients(self, parameters: Any) -> Any:
        sums, activations = self.run(parameters)
        delta = (softmax(sums[-1]) - self.y) / len(self.x)
        found = []
        for n in reversed(range(len(parameters))):
            found.append({"W": activations[n].T @ delta, "b": delta.sum(axis=0)})
            if n:
                delta = (delta @ parameters[n]["W"].T) * self.slope(sums[n - 1])
        return found[::-1]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_right_gradients_raise_no_alarm(activation: str) -> None:
    for seed in range(8):
        network = Network((5, 7, 4, 3), 6, activation, seed, biases=bool(seed % 2))
        if seed == 3:
            network.x[:2] = 0  # with biases of 0 all sums lie on the kink

        report = check_parameters(network.loss, network.gradients, network.parameters, seed=seed)

        assert report.outcome is Outcome.OK, report.wrong
        assert report.wrong == ()
        assert report.parameters == 42 + 32 + 15


def test_parameters_on_a_kink_are_moved() -> None:
    network = Network((4, 6, 5, 3), 5, "relu, 1 at 0", 1, biases=False)
    network.x[0] = 0

    moved = check_parameters(network.loss, network.gradients, network.parameters)
    given = check_parameters(network.loss, network.gradients(network.parameters), network.parameters)
    doubled = check_parameters(
        network.loss,
        lambda p: [{**layer, "b": 2 * layer["b"]} for layer in network.gradients(p)],
        network.parameters,
    )

    assert moved.outcome is Outcome.OK
    assert moved.wrong == given.wrong == ()
    assert any("that is not judged, but parameters close by" in n for n in moved.notes)
    assert moved.beyond
    assert any("hand in the gradient as a function" in n for n in given.notes)
    assert doubled.outcome is Outcome.WRONG
    assert {f.parameter[3:] for f in doubled.wrong} == {".b"}


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_no_number_is_wrong_on_a_kink_too(bad: float) -> None:
    def slope(x: Any, c: Any = 1.0) -> Any:
        return c * np.where(x == 0, bad, np.sign(x))

    at = np.asarray([0.0, 1.0])
    reports = [check_parameters(lambda x: np.abs(x).sum(), slope, at), check_vjp(np.abs, slope, at)]
    assert [(r.outcome, r.wrong[0].index) for r in reports] == [(Outcome.WRONG, (0,))] * 2


@pytest.mark.parametrize("size", [1e-2, 1e-6])
def test_one_wrong_entry_among_a_thousand_is_named(size: float) -> None:
    found = 0
    for seed in range(30):
        network = Network((20, 30, 10), 16, "tanh", seed)
        rng = np.random.default_rng(1000 + seed)
        layer, name = int(rng.integers(2)), str(rng.choice(["W", "b"]))
        right = network.gradients(network.parameters)
        at = tuple(int(rng.integers(n)) for n in right[layer][name].shape)
        truth = float(right[layer][name][at])
        right[layer][name][at] *= 1 + size

        report = check_parameters(network.loss, right, network.parameters, seed=seed)
        assert report.outcome is Outcome.WRONG
        (entry,) = report.wrong
        assert abs(entry.estimate - truth) <= 3 * entry.bound
        assert abs(entry.given - truth * (1 + size)) <= 1e-12 * abs(truth)
        found += (entry.parameter, entry.index, report.more) == (f"[{layer}].{name}", at, False)
    assert found == 30


def planted(network: Network, change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def gradients(parameters: Any) -> Any:
        found = network.gradients(parameters)
        change(found)
        return found

    return gradients


def scaled(layer: int, name: str, factor: float) -> Callable[[Any], Any]:
    return lambda g: g[layer].update({name: g[layer][name] * factor})


MISTAKES: dict[str, tuple[Callable[[Any], Any], set[str]]] = {
    "everything twice": (
        lambda g: [layer.update(W=2 * layer["W"], b=2 * layer["b"]) for layer in g],
        {"[0].W", "[1].W"},
    ),
    "a sign": (scaled(0, "W", -1), {"[0].W"}),
    "a bias not averaged": (scaled(1, "b", 6), {"[1].b"}),
    "a bias of zeros": (scaled(0, "b", 0), {"[0].b"}),
    "a millionth": (scaled(1, "W", 1 + 1e-6), {"[1].W"}),
    "a square matrix transposed": (lambda g: g[1].update(W=g[1]["W"].T.copy()), {"[1].W"}),
    "two entries exchanged": (lambda g: g[0]["b"].__setitem__([0, 1], g[0]["b"][[1, 0]]), {"[0].b"}),
    "an entry that is NaN": (lambda g: g[0]["W"].__setitem__((1, 2), np.nan), {"[0].W"}),
    "an entry that is infinite": (lambda g: g[1]["b"].__setitem__(1, np.inf), {"[1].b"}),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
@pytest.mark.parametrize("activation", ["tanh", "relu", "silu"])
def test_mistakes_are_located(mistake: tuple[Callable[[Any], Any], set[str]], activation: str) -> None:
    change, where = mistake
    network = Network((5, 4, 4), 6, activation, 3)

    report = check_parameters(network.loss, planted(network, change), network.parameters)

    assert report.outcome is Outcome.WRONG
    assert {f.parameter for f in report.wrong} >= where or len(where) > 1
    assert all(f.parameter in where or len(where) > 1 for f in report.wrong)
    assert all(f.index is not None for f in report.wrong)
    right = network.gradients(network.parameters)
    for f in report.wrong:
        truth = right[int(f.parameter[1])][f.parameter[4:]][f.index]
        assert abs(f.estimate - truth) <= 3 * f.bound
    causes = {f.blame.cause for f in report.wrong if f.blame and np.isfinite(f.given)}
    assert causes <= {Cause.FORMULA, Cause.UNDECIDED}


class Pair(NamedTuple):
    weight: Any
    scale: Any


def test_containers_of_every_kind() -> None:
    rng = np.random.default_rng(2)
    parameters = {"pairs": [Pair(rng.normal(size=(2, 3)), 0.5), Pair(rng.normal(size=3), -2.0)], 7: (rng.normal(),)}

    def loss(p: Any) -> Any:
        first, second = p["pairs"]
        return np.sum(np.sin(first.weight * first.scale) @ second.weight) * second.scale + p[7][0] ** 3

    def gradients(p: Any) -> Any:
        first, second = p["pairs"]
        outer = second.scale * np.cos(first.weight * first.scale) * second.weight
        sines = np.sin(first.weight * first.scale)
        pairs = [
            Pair(outer * first.scale, np.sum(outer * first.weight)),
            Pair(second.scale * sines.sum(axis=0), np.sum(sines @ second.weight)),
        ]
        return {"pairs": pairs, 7: [3 * p[7][0] ** 2]}

    def wrong(p: Any) -> Any:
        found = gradients(p)
        return {**found, 7: [2 * found[7][0]]}

    report = check_parameters(loss, wrong, parameters)
    assert check_parameters(loss, gradients, parameters).outcome is Outcome.OK
    assert [(f.parameter, f.index) for f in report.wrong] == [("7[0]", ())]
    assert check_parameters(np.sum, [[1, 1], [1, 1]], [[1, 2], [3, 4]]).outcome is Outcome.OK  # a list as an array
    assert check_parameters(lambda w: w**2, lambda w: 2 * w, 3.0).outcome is Outcome.OK


LOGITS = [(name, z) for n in (2, 5) for name, z in logits(n, seed=4).items()]


@pytest.mark.parametrize("case", LOGITS, ids=[f"{name}, {len(z)}" for name, z in LOGITS])
def test_losses_of_logits_at_ties_and_far_out(case: tuple[str, Any]) -> None:
    name, z = case
    for label, y in targets(len(z), seed=4).items():
        right = check_parameters(
            lambda v, y=y: y.sum() * log_sum_exp(v) - y @ v, lambda v, y=y: y.sum() * softmax(v) - y, z
        )
        assert right.outcome is Outcome.OK, (label, right)
        wrong = check_parameters(lambda v, y=y: y.sum() * log_sum_exp(v) - y @ v, lambda v, y=y: softmax(v) - y, z)
        assert wrong.outcome is (Outcome.WRONG if label == "not normalised" else Outcome.OK)

    def one_of_the_largest(v: Any) -> Any:
        return np.eye(len(v))[np.argmax(v)]

    assert check_parameters(np.max, one_of_the_largest, z).outcome is Outcome.OK
    assert check_parameters(np.max, lambda v: (v == v.max()) / np.sum(v == v.max()), z).outcome is Outcome.OK
    assert check_vjp(softmax, lambda v, c: softmax(v) * (c - softmax(v) @ c), z).outcome is Outcome.OK
    diagonal = check_vjp(softmax, lambda v, c: softmax(v) * (1 - softmax(v)) * c, z)
    assert diagonal.outcome is (Outcome.OK if name == "far apart" else Outcome.WRONG)
    with pytest.raises(NoPointsError):
        logits(0)


def test_products_with_cotangents_and_second_derivatives() -> None:
    x = np.random.default_rng(6).normal(size=(2, 3))
    matrix = np.random.default_rng(7).normal(size=(3, 4))

    assert check_vjp(lambda u: u @ matrix, lambda _, c: c @ matrix.T, x).outcome is Outcome.OK
    assert check_vjp(lambda u: u @ matrix, lambda _, c: c @ matrix.T * [1, 1 + 1e-6, 1], x).outcome is Outcome.WRONG
    several = {"u": x, "m": matrix}

    def back(p: Any, c: Any) -> Any:
        d = c * (1 - np.tanh(p["u"] @ p["m"]) ** 2)
        return {"u": d @ p["m"].T, "m": p["u"].T @ d}

    found = check_vjp(lambda p: np.tanh(p["u"] @ p["m"]), back, several)
    assert found.outcome is Outcome.OK
    assert found.parameters == 18

    w = x.ravel()
    gradient, hvp = (lambda v: v**3 + v.sum()), (lambda v, c: 3 * v**2 * c + c.sum())
    assert check_hvp(gradient, hvp, w).outcome is Outcome.OK
    assert check_hvp(gradient, lambda v, c: 3 * v**2 * c, w).outcome is Outcome.WRONG
    wrong = check_hvp(gradient, lambda v, c: hvp(v, c) * np.where(np.arange(6) == 4, 1 + 1e-6, 1), w)
    assert {f.index for f in wrong.wrong} == {(4,)}


def test_single_precision_is_allowed_for() -> None:
    network = Network((6, 5, 3), 8, "tanh", 9)

    def narrow(p: Any) -> Any:
        return network.gradients([{n: a.astype("f4") for n, a in layer.items()} for layer in p])

    def narrow_loss(p: Any) -> Any:
        return np.float32(network.loss([{n: a.astype("f4") for n, a in layer.items()} for layer in p]))

    network.x, network.y = network.x.astype("f4"), network.y.astype("f4")
    assert narrow(network.parameters)[0]["W"].dtype == np.float32
    assert check_parameters(network.loss, narrow, network.parameters).outcome is Outcome.OK
    assert check_parameters(narrow_loss, narrow, network.parameters).outcome is not Outcome.WRONG
    doubled = planted(network, scaled(0, "W", 1.01))
    assert check_parameters(network.loss, doubled, network.parameters, dtype="float32").outcome is Outcome.WRONG


def test_a_loss_that_is_not_finite_settles_nothing() -> None:
    report = check_parameters(lambda w: np.log(-np.abs(w)).sum(), lambda w: 1 / w, np.ones(3))

    assert report.outcome is Outcome.UNRESOLVED
    assert any("the loss is nan" in n for n in report.notes)
