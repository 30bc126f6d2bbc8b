"""Chains of catalogue layers: every layer in one, every gradient proved, checked and coded; shapes as people expect."""

from __future__ import annotations

import random
from typing import Any

import pytest
from click.testing import CliRunner

from symgrad.cli.main import app
from symgrad.core import Outcome
from symgrad.definitions.layers import LAYERS, Network, network
from symgrad.deriver.indexed.layers import network_gradients
from symgrad.indexed import ShapeError, show
from symgrad.pipeline.stages import settle
from symgrad.pipeline.worked import Worked

CHAINS: list[tuple[str, str, dict[str, Any], str]] = [  # one gradient of each, so that every layer is passed on the way
    ("linear batch_norm relu linear_no_bias softmax", "log_likelihood", {}, "W1"),
    ("conv1d relu max_pool linear softmax", "cross_entropy", {}, "W1"),
    ("conv2d average_pool flatten linear", "mse", {}, "W1"),
    ("conv1d_strided softmax", "log_likelihood", {"batch": True}, "b1"),
    ("conv2d_strided tanh", "mse", {}, "b1"),
    ("embedding masked_attention global_average_pool", "mse", {}, "W_V2"),
    ("attention", "mse", {}, "W_K1"),
    ("rms_norm residual(linear tanh) dropout", "half_squared_error", {}, "W1"),
    ("rnn_cell layer_norm", "mse", {"batch": True}, "U1"),
    ("lstm_cell", "mse", {}, "W_f1"),
    ("gru_cell lora prelu_per_neuron", "huber", {}, "α2"),
    ("swiglu residual", "mse", {}, "V1"),
    ("linear softmax", "kl", {"reduction": "mean", "batch": True}, "W1"),
    ("linear", "cosine", {}, "W1"),
    ("linear", "triplet", {}, "W1"),
    ("linear tanh", "infonce", {"reduction": "mean"}, "W1"),
    ("linear", "contrastive", {}, "y"),
    ("linear softplus", "poisson_nll_rate", {}, "b1"),  # both have parameters, of which a network has the usual values
    ("linear softplus", "smooth_l1", {}, "b1"),
    ("linear silu", "cauchy", {}, "b1"),
    ("softmax", "gaussian_nll", {}, "x"),
    ("linear softmax", "focal", {}, "b1"),
    ("linear softsign", "mse", {}, "b1"),
    ("embedding lstm linear softmax", "nll", {}, "W_f2"),  # a step at each place, the states before it given
    ("max_pool conv2d", "mse", {}, "b1"),
    ("softmax conv1d_strided", "mse", {}, "x"),  # the padding of a softmax has no denominator
]
FORMS = {
    ("linear softmax", "kl", "b1"): ("p1[i] - y[i]", "p1[i] - y[i]"),
    ("linear softmax", "cross_entropy", "b1"): ("p1[i] - y[i]", "p1[i] - y[i]"),
    ("linear sigmoid", "bce", "b1"): ("a1[i] - y[i]", "|n1|^(-1) (a1[i] - y[i])"),
    ("linear", "half_squared_error", "b1"): ("z1[i] - y[i]", "|n1|^(-1) (z1[i] - y[i])"),
}


def test_every_layer_is_in_a_chain() -> None:
    words = " ".join(text for text, *_ in CHAINS)
    assert not [name for name in LAYERS if name not in words]


@pytest.mark.parametrize(("text", "loss", "options", "wrt"), CHAINS, ids=[c[0] for c in CHAINS])
def test_a_chain_is_proved_checked_and_coded(text: str, loss: str, options: dict[str, Any], wrt: str) -> None:
    found = network_gradients(network(text, loss, **options), [wrt])
    for derivation in (found[0], found[-1]):
        settled = settle(derivation)
        assert all(v.proved for v in (*settled.verdicts, settled.claim)), derivation.name
        assert settled.check is not None
        assert settled.check.outcome is Outcome.OK
    if "F" not in {t.name for t in found[-1].result.reach}:  # an unknown function has no code
        assert "def " in Worked(found[-1]).to("numpy")


@pytest.mark.parametrize(("text", "loss", "wrt"), FORMS)
def test_sums_and_means(text: str, loss: str, wrt: str) -> None:
    for reduction, words in zip(("sum", "mean"), FORMS[text, loss, wrt], strict=True):
        derivation = network_gradients(network(text, loss, reduction=reduction), [wrt])[0]
        assert show(derivation.result) == words


def shape(net: Network, name: str) -> tuple[str, ...]:
    return tuple(d.name for d in {**net.inputs, **net.names, "y": net.y, net.x.name: net.x}[name].dims)


SHAPES: list[tuple[str, bool, dict[str, tuple[str, ...]]]] = [
    ("linear", False, {"x": ("n0",), "W1": ("n1", "n0"), "y": ("n1",)}),
    ("linear", True, {"x": ("B", "n0"), "W1": ("n1", "n0"), "z1": ("B", "n1")}),
    ("linear batch_norm", False, {"x": ("B", "n0"), "γ1": ("n1",)}),
    ("relu conv1d linear", False, {"x": ("C0", "U0"), "W1": ("O1", "C0", "K1"), "W2": ("n2", "O1", "T1")}),
    ("conv2d", True, {"x": ("B", "C0", "H0", "V0"), "z1": ("B", "O1", "S1", "T1")}),
    ("conv2d global_average_pool", True, {"z2": ("B", "O1")}),
    ("linear attention", False, {"x": ("T", "n0"), "W_Q2": ("d2", "n1"), "O2": ("T", "e2")}),
    ("embedding conv1d", False, {"X": ("T", "V"), "E1": ("V", "n1"), "W2": ("O2", "n1", "K2"), "z2": ("O2", "T2")}),
    ("attention linear", False, {"W2": ("n2", "e1"), "z2": ("T", "n2")}),
    ("attention flatten linear", False, {"W2": ("n2", "T", "e1"), "z2": ("n2",)}),
    ("residual(attention linear relu)", True, {"W2": ("n0", "e1"), "y2": ("B", "T", "n0")}),
    ("conv1d residual(conv1d)", False, {"W2": ("O1", "O1", "K2"), "z2": ("O1", "T1")}),
    ("conv1d layer_norm prelu_per_neuron", False, {"γ1": ("O1", "T1"), "α1": ("O1",)}),
]


@pytest.mark.parametrize(("text", "batch", "wanted"), SHAPES, ids=[s[0] for s in SHAPES])
def test_shapes(text: str, *, batch: bool, wanted: dict[str, tuple[str, ...]]) -> None:
    net = network(text, "mse", batch=batch)
    assert {name: shape(net, name) for name in wanted} == wanted


@pytest.mark.parametrize("seed", range(40))
def test_any_chain_is_built_or_refused_by_its_shapes(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - no secret
    words = rng.choices([*LAYERS, "relu", "residual(linear)"], k=rng.randint(1, 5))
    try:
        net = network(" ".join(words), "mse", batch=rng.random() < 0.3)
    except ShapeError:  # what it says is tested by name
        return
    tensors = {t for layer in net.layers for out in layer.names for t in (out, *out.reach)} | {net.J, net.y}
    names = [t.name for t in tensors] + [d.name for d in {d for t in tensors for d in t.dims}]
    assert len(names) == len(set(names)), (words, sorted(names))


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--network", "linear softmax", "--loss", "kl", "--batch", "--reduction", "mean", "--wrt", "W1"], 0, "δ₁ᵀ x"),
        (["--network", "attention", "--loss", "mse", "--wrt", "W_Q1"], 0, "∂J/∂W_(Q, 1)"),
        (["--network", "linear", "--loss", "mse", "--wrt", "b1", "--format", "numpy"], 0, "def dJ_db1(W1, b1, x, y):"),
        (["norm2(w)^2", "--shape", "w:n", "--format", "numpy"], 0, "    return 2 * w"),
        (["sigmoid", "--batch"], 2, "belong to --network"),
        (["--network", "conv1d conv2d", "--loss", "mse"], 2, "conv2d takes two axes of places"),
    ],
)
def test_the_command_line(options: list[str], status: int, words: str) -> None:
    result = CliRunner().invoke(app, ["derive", *options])
    assert result.exit_code == status, result.output
    assert words in result.output


def test_the_slope_of_the_identity_is_1() -> None:
    found = CliRunner().invoke(app, ["derive", "--network", "identity", "--loss", "mse"])

    assert found.exit_code == 0
    assert "id′" not in found.output
