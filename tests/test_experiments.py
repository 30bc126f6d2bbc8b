"""Experiments: seeded, in agreement with the theory where it must be, and honest where they can't say."""

from __future__ import annotations

import json
import math
import sys
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner

from symgrad import experiments
from symgrad.cli.main import app
from symgrad.core import SymgradError, UnknownNameError
from symgrad.definitions import ACTIVATIONS
from symgrad.experiments.data import split
from symgrad.experiments.elementwise import elementwise
from symgrad.experiments.initial import deviation
from symgrad.experiments.mean_field import propagate, second_moment
from symgrad.experiments.network import accuracy, descend, forward, initial, softmax

if TYPE_CHECKING:
    from pathlib import Path

    from symgrad.experiments import Result

SMALL: dict[str, dict[str, object]] = {
    "vanishing": {"activations": ("relu", "tanh"), "inits": ("he",), "depths": (1, 4), "width": 30, "seeds": 2},
    "slowdown": {"steps": 20},
    "dead-relu": {"activations": ("relu",), "rates": (0.5,), "epochs": 2, "seeds": 2, "data": "spirals"},
    "cost": {"activations": ("relu", "sigmoid"), "elements": 1000, "rounds": 3},
    "depth": {"depths": (1, 2), "rates": (0.1, 1.0), "epochs": 2, "seeds": 2, "width": 8, "data": "spirals"},
}
every_experiment = pytest.mark.parametrize("name", SMALL)
every_activation = pytest.mark.parametrize("name", ACTIVATIONS)


def small(name: str, **more: object) -> Result:
    return experiments.EXPERIMENTS[name](**{**SMALL[name], **more})


def test_every_experiment_is_tried() -> None:
    assert SMALL.keys() == experiments.EXPERIMENTS.keys()


@every_experiment
def test_an_experiment_gives_numbers_json_and_a_drawing(name: str) -> None:
    found = small(name)
    data = json.loads(found.to_json())
    drawing = ET.fromstring(found.figure())  # noqa: S314 - drawn by us

    assert data["experiment"] == name
    assert data["measured"]
    assert len(data["table"]["rows"]) == len(found.rows) > 0
    assert all(len(row) == len(found.heads) for row in found.rows)
    assert {"symgrad", "python", "numpy"} <= data["versions"].keys()
    assert all(m.low <= m.value <= m.high for m in found.measured)
    assert drawing.tag.endswith("svg")
    assert drawing.get("aria-label") == found.title


@pytest.mark.parametrize("name", [n for n in SMALL if n != "cost"])
def test_the_same_settings_give_the_same_digits(name: str) -> None:
    one, other = small(name), small(name)

    assert one.to_json() == other.to_json()
    assert one.figure() == other.figure()


@pytest.mark.parametrize("name", ["vanishing", "dead-relu", "depth"])
def test_another_seed_gives_other_digits_and_another_name(name: str) -> None:
    one, other = small(name), small(name, seed=7)

    assert [m.value for m in one.measured] != [m.value for m in other.measured]
    assert one.label != other.label
    assert "seed7" in other.label


def test_progress_ends_at_the_whole() -> None:
    for name in SMALL:
        seen = list[tuple[int, int]]()
        small(name, progress=lambda done, total, _, seen=seen: seen.append((done, total)))

        assert seen, name
        assert seen[-1][0] == seen[-1][1], name
        assert seen == sorted(seen), name


# What the theory says.


@every_activation
def test_the_slope_that_is_measured_is_that_of_the_function(name: str) -> None:
    phi = elementwise(name)
    z = np.linspace(-7.03, 7.01, 401)
    z = z[[all(abs(x - k) > 1e-3 for k in phi.kinks) for x in z]]
    difference = (phi.phi(z + 1e-5) - phi.phi(z - 1e-5)) / 2e-5

    assert np.max(np.abs(phi.slope(z) - difference)) < 1e-8


CLOSED = {
    "relu": (lambda q: q / 2, lambda _: 0.5),
    "leaky_relu": (lambda q: q * (1 + 1e-4) / 2, lambda _: (1 + 1e-4) / 2),
    "hardtanh": (
        lambda q: (
            q * (math.erf(1 / math.sqrt(2 * q)) - math.sqrt(2 / (math.pi * q)) * math.exp(-1 / (2 * q)))
            + math.erfc(1 / math.sqrt(2 * q))
        ),
        lambda q: math.erf(1 / math.sqrt(2 * q)),
    ),
    "erf": (
        lambda q: 2 / math.pi * math.asin(2 * q / (1 + 2 * q)),
        lambda q: 4 / (math.pi * math.sqrt(1 + 4 * q)),
    ),
}


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("q", [0.01, 0.3, 1.0, 4.0, 400.0])
def test_the_quadrature_agrees_with_closed_forms(name: str, q: float) -> None:
    phi, (of_value, of_slope) = elementwise(name), CLOSED[name]

    assert second_moment(phi.phi, q, phi.kinks) == pytest.approx(of_value(q), rel=1e-12)
    assert second_moment(phi.slope, q, phi.kinks) == pytest.approx(of_slope(q), rel=1e-12)


def test_selu_keeps_variance_one_and_its_gradient_grows() -> None:
    found = propagate(elementwise("selu"), 1.0, 30)

    assert found.variances == pytest.approx([1.0] * 30, abs=1e-12)
    assert found.gains[-1] == pytest.approx(1.0716, abs=1e-4)


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "selu"])
@pytest.mark.parametrize("init", ["xavier", "he", "normal"])
def test_measured_ratios_agree_with_the_theory_within_a_tenth(name: str, init: str) -> None:
    found = experiments.vanishing((name,), (init,), (10, 20), width=250, seeds=3, batch=8)

    for depth in (10, 20):
        m = found.of(f"{name} {init} depth {depth}")
        assert m.theory is not None
        assert abs(m.value - m.theory) < 0.1, m


@pytest.mark.slow
def test_the_full_run_agrees_within_a_tenth_at_ten_twenty_and_fifty() -> None:
    found = experiments.vanishing()
    numbers = [m for m in found.measured if m.name.endswith((" depth 10", " depth 20", " depth 50"))]

    assert len(numbers) == 4 * 3 * 3
    for m in numbers:
        assert m.theory is not None
        assert abs(m.value - m.theory) < 0.1, m


def test_a_wrong_gain_would_be_seen() -> None:
    found = experiments.vanishing(("sigmoid",), ("xavier",), (20,), width=200, seeds=2, batch=8)
    m = found.of("sigmoid xavier depth 20")
    doubled = sum(math.log10(2 * g) / 2 for g in propagate(elementwise("sigmoid"), 1.0, 19).gains)

    assert abs(m.value - doubled) > 1


def test_one_layer_has_ratio_one_and_layers_end_where_depths_do() -> None:
    found = small("vanishing")

    assert found.of("relu he depth 1").value == 0
    assert found.of("relu he layer 4").value == 0
    assert found.of("relu he layer 1").value == found.of("relu he depth 4").value


def test_a_prefix_of_a_deep_network_is_the_shallow_network() -> None:
    deep = experiments.vanishing(("tanh",), ("xavier",), (3, 9), width=20, seeds=1)
    shallow = experiments.vanishing(("tanh",), ("xavier",), (3,), width=20, seeds=1)

    assert deep.of("tanh xavier depth 3").value == pytest.approx(shallow.of("tanh xavier depth 3").value, abs=1e-13)


def test_the_ratio_is_that_of_a_product_of_matrices() -> None:
    """Two layers by hand: delta^1 = W2^T delta^2 ⊙ phi'(z^1), with the same random numbers."""
    found = experiments.vanishing(("tanh",), ("he",), (2,), width=5, seeds=1, batch=1)
    draw = lambda stream, layer, shape: np.random.default_rng((0, stream, layer)).standard_normal(shape)  # noqa: E731
    x = draw(1, 0, (1, 5))[0]
    x *= math.sqrt(5) / np.linalg.norm(x)
    std = math.sqrt(2 / 5)
    delta = draw(2, 2, (1, 1, 5))[0, 0]
    back = std * draw(0, 2, (5, 5)).T @ delta * (1 - np.tanh(std * draw(0, 1, (5, 5)) @ x) ** 2)

    ratio = math.log10(np.linalg.norm(back) / np.linalg.norm(delta))
    assert found.of("tanh he depth 2").value == pytest.approx(ratio, abs=1e-13)


def test_what_overflows_is_null_and_not_a_number() -> None:
    found = experiments.vanishing(("squared_relu",), ("normal:9",), (1, 40), width=10, seeds=1, batch=2)
    data = json.loads(found.to_json())

    assert next(m for m in data["measured"] if m["name"].endswith("depth 40"))["value"] is None


# One neuron.


def test_slowdown_gives_the_published_outputs() -> None:
    """Nielsen 2015, chapter 3: 0.82 to 0.09, and 0.98 to 0.20, after 300 steps."""
    found = experiments.slowdown()

    for begin, first, last in (("w = 0.6, b = 0.9", 0.82, 0.09), ("w = 2, b = 2", 0.98, 0.20)):
        assert round(found.of(f"{begin}, squared error: first output").value, 2) == first
        assert round(found.of(f"{begin}, squared error: last output").value, 2) == last
    assert found.of("w = 2, b = 2, squared error: steps to 1/2").value == 232
    assert found.of("w = 2, b = 2, cross-entropy: steps to 1/2").value == 17


# Trained networks.


def test_a_step_of_descent_follows_the_slope_of_the_loss() -> None:
    phi, rng = elementwise("tanh"), np.random.default_rng(3)
    layers = initial((4, 5, 3), "xavier", 0)
    x, y = rng.normal(size=(7, 4)), np.eye(3)[rng.integers(0, 3, 7)]
    loss = lambda ls: -np.mean(np.sum(y * np.log(softmax(forward(ls, phi, x)[0][-1])), 1))  # noqa: E731
    after = descend(layers, phi, x, y, 1.0)

    for l, (W, b) in enumerate(layers):
        for part, array in enumerate((W, b)):
            for index in np.ndindex(array.shape):
                moved = [tuple(p.copy() for p in pair) for pair in layers]
                moved[l][part][index] += 1e-6
                slope = (loss(moved) - loss(layers)) / 1e-6
                assert array[index] - after[l][part][index] == pytest.approx(slope, abs=1e-5)


def test_no_neuron_dies_where_no_slope_is_zero_and_some_die_where_the_rate_is_large() -> None:
    found = experiments.dead_relu(
        ("relu", "leaky_relu"), (3.0,), hidden=(16, 16), epochs=5, seeds=3, data="spirals", init="xavier"
    )

    assert found.of("relu rate 3: dead at the end").value > 0
    assert found.of("leaky_relu rate 3: dead at the end").value == 0


def test_a_network_that_diverged_has_no_dead_neurons_and_no_right_answers() -> None:
    found = experiments.dead_relu(("relu",), (1e300,), hidden=(8,), epochs=2, seeds=1, data="spirals")

    assert found.of("relu rate 1e+300: dead at the end").value == 0
    assert found.of("relu rate 1e+300: diverged").value == 1
    assert found.rows[0][-1] == "1/1"
    assert found.of("relu rate 1e+300: test accuracy").value == 0


def test_an_answer_that_is_not_finite_is_wrong() -> None:
    layers = [(np.full((2, 2), np.nan), np.zeros(2))]
    y = np.eye(2)[[0, 0]]

    assert accuracy(layers, elementwise("relu"), np.ones((2, 2)), y) == 0


def test_the_examples_of_test_and_training_are_different_ones() -> None:
    found = split("spirals", 0)

    assert len(found.x) + len(found.x_test) == 600
    assert not {tuple(row) for row in found.x} & {tuple(row) for row in found.x_test}


def test_an_activation_begins_with_the_scheme_of_its_shape() -> None:
    found = small("depth", activations=("sigmoid", "relu", "tanh", "selu", "leaky_relu"), depths=(1,))

    assert dict(found.settings)["inits"] == ("xavier", "he", "xavier", "he", "he")


@pytest.mark.slow
def test_the_digits_are_learnt() -> None:
    found = experiments.depth(("relu",), (1,), (0.3,), seeds=1, epochs=5)

    assert found.of("relu depth 1").value > 0.9


def test_without_scikit_learn_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)

    with pytest.raises(SymgradError, match=r"symgrad\[experiments\]"):
        split("digits", 0)


# Cost.


def test_relu_costs_about_as_much_as_relu_and_the_names_are_there() -> None:
    found = experiments.cost(("relu", "mish"), elements=20_000, rounds=5)

    assert 0.5 < found.of("relu").value < 2
    assert found.of("mish").value > found.of("relu").value
    assert found.of("mish slope").low > 0


# Mistakes in the input.

REFUSED = {
    "unknown activation": lambda: experiments.vanishing(("sigmoidd",)),
    "unknown scheme": lambda: experiments.vanishing(inits=("xaver",)),
    "scheme that is no number": lambda: deviation("normal:abc", 1, 1),
    "scheme below zero": lambda: deviation("normal:-1", 1, 1),
    "scheme with too much": lambda: deviation("he:2", 1, 1),
    "depth 0": lambda: experiments.vanishing(depths=(0,)),
    "no depth": lambda: experiments.vanishing(depths=()),
    "a depth twice": lambda: experiments.vanishing(depths=(3, 3)),
    "an activation twice": lambda: experiments.vanishing(("relu", "ReLU"), depths=(1,), width=2),
    "width 1": lambda: experiments.vanishing(width=1),
    "width too large": lambda: experiments.vanishing(width=10**6),
    "more memory than there is": lambda: experiments.vanishing(depths=(5000,), width=8000),
    "no seeds": lambda: experiments.vanishing(seeds=0),
    "seeds as a word": lambda: experiments.vanishing(seeds="five"),  # type: ignore[arg-type]
    "negative seed": lambda: experiments.vanishing(seed=-1),
    "rate 0": lambda: experiments.slowdown(rate=0),
    "rate nan": lambda: experiments.slowdown(rate=math.nan),
    "fewer biases": lambda: experiments.slowdown(weights=(1.0, 2.0), biases=(1.0,)),
    "no rates": lambda: experiments.dead_relu(rates=()),
    "no hidden neuron": lambda: experiments.dead_relu(hidden=(0,), data="spirals"),
    "no hidden layer": lambda: experiments.dead_relu(hidden=(), data="spirals"),
    "unknown data": lambda: experiments.depth(data="mnist"),
    "fewer schemes": lambda: small("depth", activations=("relu", "elu", "tanh"), inits=("he", "he")),
    "negative seed of data": lambda: small("depth", seed=-1),
    "no elements": lambda: experiments.cost(elements=0),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_mistake_in_the_settings_is_refused(mistake: str) -> None:
    with pytest.raises(SymgradError):
        REFUSED[mistake]()


def test_a_number_that_is_not_there_is_named() -> None:
    with pytest.raises(UnknownNameError, match="depth 4"):
        small("vanishing").of("relu he depth 5")


# The command line.


def test_the_command_prints_writes_and_reads_ranges(tmp_path: Path) -> None:
    arguments = "experiment vanishing --activation relu,elu,tanh --init he --depth 1:3,5 --width 20 --seeds 1 -o"
    found = CliRunner().invoke(app, [*arguments.split(), str(tmp_path)])
    files = sorted(p.suffix for p in tmp_path.iterdir())

    assert found.exit_code == 0, found.output
    assert "difference" in found.output
    assert "depths 1,2,3,5" in found.output
    assert files == [".json", ".svg"]


def test_a_folder_that_cannot_be_made_is_refused_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    found = CliRunner().invoke(app, ["experiment", "vanishing", "-o", str(tmp_path / "file")])

    assert found.exit_code == 2
    assert "choose another" in found.output
    assert (tmp_path / "file").read_text() == "kept"


def test_every_command_prints_a_table_and_what_runs_it_again() -> None:
    options = {
        "vanishing": "--depth 1:4 --width 8 --seeds 1 --init he",
        "slowdown": "--steps 4 --weight 0.6,1,2 --bias 0,0,-1",
        "dead-relu": "--epochs 1 --seeds 1 --data spirals",
        "cost": "--elements 100 --rounds 1",
        "depth": "--depth 1,2,3 --epochs 1 --seeds 1 --data spirals",
    }
    assert options.keys() == experiments.EXPERIMENTS.keys()
    for name, told in options.items():
        found = CliRunner().invoke(app, ["experiment", name, *told.split()], catch_exceptions=False)

        assert found.exit_code == 0, found.output
        assert "numpy" in found.output.splitlines()[-1]


def test_the_command_answers_in_json() -> None:
    found = CliRunner().invoke(app, ["experiment", "slowdown", "--steps", "5", "--json"])

    assert json.loads(found.output)["settings"]["steps"] == 5


@pytest.mark.parametrize(
    "arguments",
    [
        "vanishing --depth 5:1",
        "vanishing --depth a",
        "vanishing --activation foo",
        "depth --rate x",
        "cost --rounds 0",
        "",
    ],
)
def test_a_mistake_on_the_command_line_ends_with_two(arguments: str) -> None:
    found = CliRunner().invoke(app, ["experiment", *arguments.split()])

    assert found.exit_code == 2
    assert "Traceback" not in found.output
