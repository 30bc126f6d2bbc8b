"""Layers and networks: every gradient proved and checked, results as textbooks write them, mistakes answered."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import pytest
from click.testing import CliRunner

from symgrad import derivative, worked
from symgrad.cli.main import app
from symgrad.core import Outcome, PairError, SymgradError, UnknownNameError
from symgrad.definitions.layers import LAYERS, network
from symgrad.deriver.indexed.chain import SharedNameError
from symgrad.deriver.indexed.layers import layer_gradients, network_gradients
from symgrad.document import render
from symgrad.indexed import Dim, Index, ShapeError, Tensor, show, sums_to, total
from symgrad.pipeline.answers import answer, whole
from symgrad.pipeline.asked import Asked
from symgrad.pipeline.stages import settle
from symgrad.pipeline.tensors import of_layer, of_network, of_text
from symgrad.prover.indexed import prove_indexed

if TYPE_CHECKING:
    from symgrad.core import Derivation

FORMS = {  # what the matrix form of a gradient says, in text
    "linear-W": "∂J/∂W = δ xᵀ",
    "linear-x": "∂J/∂x = Wᵀ δ",
    "softmax-z": "∂J/∂z = p ⊙ (p̄ − (pᵀ p̄)𝟏)",
    "dropout-x": "∂J/∂x = 1/q · (m ⊙ ȳ)",
    "attention-V": "∂J/∂V = Pᵀ Ō",
    "lora-B": "∂J/∂B = sȳ hᵀ",
    "swiglu-W2": "∂J/∂W₂ = ȳ gᵀ",
    "embedding-E": "∂J/∂E = Xᵀ Z̄",
}
NETWORKS = [
    ("linear sigmoid linear softmax", "log_likelihood", "W1", "x[j] δ1[i]"),
    ("linear sigmoid", "binary_cross_entropy", "b1", "δ1[i]"),
    ("linear tanh linear", "half_squared_error", "q1", None),
    ("linear relu layer_norm linear softmax", "log_likelihood", "γ1", "x̂1[i] y1̄[i]"),
    ("linear, GELU, residual, linear", "huber", "x", "Σ_k W1[k,i] δ1[k]"),
    ("linear_no_bias silu rms_norm linear", "mse", "W1", "x[j] δ1[i]"),
]
DELTAS = [
    ("linear softmax", "log_likelihood", "p1[i] - y[i]"),
    ("linear sigmoid", "binary_cross_entropy", "a1[i] - y[i]"),
    ("linear sigmoid", "half_squared_error", "a1[i] (1 - a1[i]) (a1[i] - y[i])"),
    ("linear", "half_squared_error", "z1[i] - y[i]"),
]


def composed(text: str) -> str:
    """The text with every accent and its letter as one character where there is one."""
    return normalize("NFC", text)


def gradients() -> list[Derivation]:
    """Every gradient of every layer."""
    return [d for kind in LAYERS.values() for d in layer_gradients(kind.build())]


@pytest.mark.parametrize("derivation", gradients(), ids=lambda d: d.name)
def test_every_gradient_of_every_layer_is_proved_and_checked(derivation: Derivation) -> None:
    settled = settle(derivation)
    assert all(v.proved for v in (*settled.verdicts, settled.claim))
    assert settled.check is not None
    assert settled.check.outcome is Outcome.OK


@pytest.mark.parametrize("derivation", gradients(), ids=lambda d: d.name)
def test_every_name_that_a_line_mentions_is_explained(derivation: Derivation) -> None:
    explained = {*(let.symbol for let in derivation.lets), *(v.symbol for v in derivation.domains)}
    mentioned = {t for s in derivation.steps for t in s.after.tensors}  # type: ignore[attr-defined]  # of an Expr

    assert mentioned <= explained


@pytest.mark.parametrize("name", FORMS)
def test_matrix_forms_are_those_of_textbooks(name: str) -> None:
    (derivation,) = [d for d in gradients() if d.name == name]
    assert composed(FORMS[name]) in composed(render(settle(derivation), "text", "textbook"))


@pytest.mark.parametrize(("layers", "loss", "wrt", "result"), NETWORKS)
def test_networks(layers: str, loss: str, wrt: str, result: str | None) -> None:
    net = network(layers, loss)
    if result is None:
        with pytest.raises(UnknownNameError, match="did you mean"):
            network_gradients(net, [wrt])
        return
    found = network_gradients(net, [wrt])
    assert show(found[-1].result) == result
    for derivation in found:
        settled = settle(derivation)
        assert all(v.proved for v in (*settled.verdicts, settled.claim)), derivation.name
        assert settled.check is not None
        assert settled.check.outcome is Outcome.OK


@pytest.mark.parametrize(("layers", "loss", "delta"), DELTAS)
def test_deltas_of_the_output_layer(layers: str, loss: str, delta: str) -> None:
    derivation = network_gradients(network(layers, loss), ["b1"])[0]
    assert show(derivation.result) == delta
    wrong = prove_indexed(derivation.start, -derivation.result, facts=derivation.facts, variables=derivation.domains)
    assert wrong.status.value == "refuted"
    assert wrong.witness is not None


@pytest.mark.parametrize(
    ("layers", "loss", "error", "words"),
    [
        ("", "mse", SymgradError, "the network is empty"),
        ("linear foo", "mse", UnknownNameError, "'foo'; choose one of attention, "),
        ("conv1d linear conv1d", "mse", ShapeError, "conv1d takes one axis of places"),
        ("conv1d conv2d", "mse", ShapeError, "z1 of shape (O1, T1): features × places"),
        ("conv2d lstm", "mse", ShapeError, "put flatten linear, or global_average_pool, between"),
        ("linear embedding", "mse", ShapeError, "embedding takes one-hot words, so it stands first"),
        ("conv1d swiglu", "mse", ShapeError, "swiglu takes features, but conv1d hands on z1"),
        ("residual(conv2d max_pool)", "mse", ShapeError, "a residual block adds its input to its output"),
        ("linear flatten relu", "mse", SymgradError, "flatten stands in front of a linear layer"),
        ("residual(linear", "mse", SymgradError, "is not closed"),
        ("linear)", "mse", SymgradError, "closes nothing"),
        ("residual()", "mse", SymgradError, "closes nothing"),
        ("linear(linear)", "mse", SymgradError, "brackets stand behind `residual`"),
        ("residual(" * 20 + "linear" + ")" * 20, "mse", SymgradError, "at most 8 deep"),
        ("(" * 100_000, "mse", SymgradError, "brackets stand behind"),
        ("linear " * 500_000, "mse", SymgradError, "at most 60 layers"),
        ("lin\0ear", "mse", UnknownNameError, "no layer is called"),
        ("linear " * 61, "mse", SymgradError, "at most 60 layers"),
        ("linear sigmoid", "foo", UnknownNameError, "no loss is called 'foo'; did you mean focal?"),
        ("linear sigmoid", "@@", UnknownNameError, "losses of vectors are log_likelihood, kl_divergence"),
        ("linear sigmoid", "tripled", UnknownNameError, "did you mean triplet"),
        ("linear relu", "binary_cross_entropy", PairError, "needs a in (0, 1)"),
        ("conv1d", "infonce", ShapeError, "infonce compares vectors, but the network ends in z1"),
    ],
)
def test_networks_that_are_none(layers: str, loss: str, error: type[SymgradError], words: str) -> None:
    with pytest.raises(error) as caught:
        network_gradients(network(layers, loss), ["x"])
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "wrt", "shapes", "result"),
    [
        ("norm2(X*w - y)^2/m", "w", ["X:m,n", "w:n", "y:m"], "2/m · Xᵀ z"),
        ("w'*A*w", "w", ["A:n,n", "w:n"], "(A + Aᵀ)w"),
        ("tr(A*X*B)", "X", ["A:n,m", "X:m,k", "B:k,n"], "Aᵀ Bᵀ"),
        ("logsumexp(W*x)", "x", ["W:m,n", "x:n"], "Wᵀ"),
        ("sigmoid(W*x)", "x", ["W:m,n", "x:n"], "diag(σ′(z)) W"),
        ("lambda*w'*w", "lambda", ["w:n"], "‖w‖²"),
        ("sum(exp(X*w))*z", "w", ["X:m,n", "w:n"], "z Xᵀ exp(u)"),  # z is the user's own
    ],
)
def test_formulas_of_a_user(text: str, wrt: str, shapes: list[str], result: str) -> None:
    found = of_text(text, wrt, shapes)
    assert found.verdict.proved
    assert found.check is not None
    assert found.check.outcome is Outcome.OK
    assert composed(result) in composed(found.to("text"))
    assert all(found.to(form) for form in ("latex", "markdown", "mathml", "html", "json", "numpy"))


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["softmax"], 0, "p̄"),
        (["softmax"], 0, "∂p/∂z = diag(p) − p pᵀ"),
        (["layer_norm", "--wrt", "γ"], 0, "The gradient with respect to γ"),
        (["layer_norm", "--wrt", "q"], 2, "no parameter or input of layer_norm is called 'q'"),
        (["--network", "linear sigmoid linear softmax", "--loss", "log_likelihood", "--wrt", "W1"], 0, "δ₁ xᵀ"),
        (["--network", "linear"], 2, "--loss goes together"),
        (["--network", "linear", "--loss", "mse", "sigmoid"], 2, "give a NAME or an EXPRESSION"),
        (["X*y", "--shape", "X:m,n", "--shape", "y:m"], 2, "(m, n) meets (m, 1)"),
        (["X*w", "--shape", "X:m,n", "--shape", "w:n"], 2, "Choose one with --wrt: X, w"),
        (["sum(w)", "--shape", "w:n", "--wrt", "v"], 2, "no tensor of the formula is called 'v'"),
        (["sum(w)", "--shape", "w:3"], 2, "sizes stay letters"),
    ],
)
def test_the_command_line(arguments: list[str], status: int, words: str) -> None:
    result = CliRunner().invoke(app, ["derive", *arguments])
    assert result.exit_code == status, result.output
    assert composed(words) in composed(result.output)


def test_a_layer_as_json_holds_every_gradient() -> None:
    result = CliRunner().invoke(app, ["derive", "linear", "--json"])
    assert [record["name"] for record in json.loads(result.output)] == ["linear-W", "linear-b", "linear-x"]


CHAIN = [
    *(name for name, kind in LAYERS.items() if kind.places in {None, (0,)}),
    "sigmoid",
    "tanh",
    "relu",
    "silu",
    "prelu",
]


@pytest.mark.parametrize("seed", range(12))
def test_no_two_names_of_a_network_are_printed_alike(seed: int) -> None:
    words = random.Random(seed).choices(CHAIN, k=6)  # noqa: S311 - no secret
    net = network(" ".join(words), "mse")
    tensors = {t for layer in net.layers for out in layer.names for t in (out, *out.reach)} | {net.J, net.y}
    names = [t.name for t in tensors] + [d.name for d in {d for t in tensors for d in t.dims}]
    assert len(names) == len(set(names)), (words, sorted(names))


@pytest.mark.parametrize(("words", "loss"), [("softmax softmax", "log_likelihood"), ("sigmoid sigmoid tanh", "mse")])
def test_layers_without_weights_between_them(words: str, loss: str) -> None:
    for derivation in network_gradients(network(words, loss), ["x"]):
        settled = settle(derivation)
        assert all(v.proved for v in (*settled.verdicts, settled.claim))
        assert settled.check is not None
        assert settled.check.outcome is Outcome.OK


def test_a_name_for_two_things_is_refused() -> None:
    n, x, n_again = Dim("n"), Tensor("x", ()), Dim("n")
    i, j = Index("i", n), Index("j", n_again)
    one, other = Tensor("x", n), Tensor("x", n)
    for value, wrt, words in (
        (total(i, one[i] * other[i]), one, "two tensors are called x"),
        (total(i, one[i] ** 2) + total(j, Tensor("w", n_again)[j]), one, "two sizes are called n"),
        (x() * total(i, Tensor("v", n)[i]) * Tensor("n", ())(), x, "a tensor and a size are both called n"),
    ):
        with pytest.raises(SharedNameError, match=words):
            derivative(value, wrt)


@pytest.mark.parametrize(
    ("arguments", "form"),
    [
        (["--layout", "denominator"], "∂/∂w (tanh(z)) = Aᵀ diag(𝟏 − tanh²(z))"),
        (["--layout", "numerator"], "∂/∂w (tanh(z)) = diag(𝟏 − tanh²(z)) A"),
        (["--shapes"], "∂/∂w (tanh(z)) = diag((𝟏 [= m × 1]) − tanh²(z [= m × 1])) (A [= m × n])"),
    ],
)
def test_a_jacobian_in_each_layout(arguments: list[str], form: str) -> None:
    shapes = ["--wrt", "w", "--shape", "A:m,n", "--shape", "w:n"]
    result = CliRunner().invoke(app, ["derive", "tanh(A*w)", *shapes, *arguments])
    assert result.exit_code == 0, result.output
    assert f"form   {form}" in result.output


@pytest.mark.parametrize(
    ("text", "shapes", "result"),
    [
        ("w'*A*w", ["A:n,n", "w:n"], "A + Aᵀ"),
        ("norm2(X*w - y)^2/2", ["X:m,n", "w:n", "y:m"], "Xᵀ X"),
    ],
)
def test_the_hessian_of_a_formula(text: str, shapes: list[str], result: str) -> None:
    found = of_text(text, "w", shapes, 2)
    assert found.verdict.proved
    assert found.check is not None
    assert found.check.outcome is Outcome.OK
    (form,) = (line for line in found.to("text").splitlines() if line.startswith("form"))
    assert form.endswith(f"= {result}")


ASKED = Asked()
SECOND: dict[str, Any] = {
    "∂² pᵢ/(∂ zⱼ ∂ zₖ) = pᵢ (2 pⱼ pₖ + δᵢⱼ δᵢₖ − δᵢⱼ pₖ": lambda: whole(of_layer("softmax", None, 2), ASKED),
    "/(∂ xⱼ ∂ xₖ) = pᵢ (2 pⱼ pₖ + δᵢⱼ δᵢₖ − δᵢⱼ pₖ": lambda: answer(of_text("softmax(x)", "x", ["x:n"], 2), ASKED),
    "∂² yᵢ/(∂ xⱼ ∂ xₖ) = γᵢ (3 ": lambda: whole(of_layer("rms_norm", "x", 2), ASKED),
    "= diag(p₁) − p₁ p₁ᵀ": lambda: whole(of_network("linear softmax", "nll", "b1", order=2), ASKED),
    "= δᵢₖ xⱼ xₗ σ′((z₁)ᵢ)": lambda: whole(of_network("linear sigmoid", "bce", "W1", order=2), ASKED),
    "ReLU′((z₁)ᵢ) ReLU′((z₁)ₖ)": lambda: whole(of_network("linear relu linear", "mse", "b1", order=2), ASKED),
}


@pytest.mark.parametrize("result", SECOND)
def test_second_derivatives_of_layers_and_networks(result: str) -> None:
    found = SECOND[result]()

    assert not found["failed"]
    assert not found["doubt"]
    assert result in found["text"]
    assert "6 agree" in found["text"]


UNCLEAR: dict[str, Any] = {
    "Choose one with --wrt: γ, β, x": lambda: of_layer("layer_norm", None, 2),
    "no parameter or input of layer_norm is called 'q'": lambda: of_layer("layer_norm", "q", 2),
    "Choose one with --wrt: W1, b1": lambda: of_network("linear softmax", "nll", order=2),
    'as in "linear softmax"': lambda: of_network("softmax", "nll", "W1"),
}


@pytest.mark.parametrize("words", UNCLEAR)
def test_a_derivative_needs_to_know_by_what(words: str) -> None:
    with pytest.raises(SymgradError, match=re.escape(words)):
        UNCLEAR[words]()


def test_greek_parameters_are_found_by_their_spelling() -> None:
    net = network("linear prelu_per_neuron linear", "mse")
    assert network_gradients(net, ["alpha1"])[-1].name == network_gradients(net, ["α1"])[-1].name == "network-alpha1"


def test_a_line_by_hand_that_needs_a_fact_says_what_it_would_be_without_it() -> None:
    n = Dim("n")
    i, y, c = Index("i", n), Tensor("y", n), Tensor("c")
    told = render(
        settle(worked("it", "It", c() * total(i, y[i]), ("combine", c()), facts=(sums_to(y),))), "text", "textbook"
    )
    assert "without it: c ∑[i = 1 to n] yᵢ" in told


def test_a_size_has_a_name_and_an_index_a_size() -> None:
    for name in ("", " ", "n m"):
        with pytest.raises(ShapeError, match="a name in one word"):
            Dim(name)
    with pytest.raises(ShapeError, match="runs over a Dim"):
        Index("i", 3)  # type: ignore[arg-type]  # that is the mistake
