"""The diagnosis: every mistake of the tables by its name, none of the right forms blamed, nothing guessed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from student_code import MODELS, written
from student_functions import MISTAKES, TYPED, UNKNOWN, UNUSUAL, s
from student_lines import MISTAKES as ONE_LINE
from student_lines import TWO as TWO_LINES
from student_lines import UNUSUAL as ONE_RIGHT
from student_sequences import MISTAKES as SEQUENCES
from student_sequences import TWO as TWO_OF_SEQUENCES
from student_sequences import UNUSUAL as RIGHT_SEQUENCES

from symgrad.core import FunctionRaisedError, Outcome, UnsupportedError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.testing import Network, check_gradient, check_network, diagnose, try_gradient
from symgrad.testing.diagnosis.constants import FIXED
from symgrad.testing.models.model import in_numpy
from symgrad.testing.subject import subject

LINES = ONE_LINE + SEQUENCES
TWO = TWO_LINES + TWO_OF_SEQUENCES
RIGHT_LINES = ONE_RIGHT + RIGHT_SEQUENCES


def test_the_tables_are_as_large_as_they_should_be() -> None:
    mistakes, right = len(LINES) + len(MISTAKES), len(RIGHT_LINES) + len(UNUSUAL)

    assert mistakes >= 140
    assert right + len(ACTIVATIONS) + len(LOSSES) >= mistakes
    assert len({m for m, *_ in LINES}) >= 7


@pytest.mark.parametrize("name", MODELS)
def test_textbook_backpropagation_is_right(name: str) -> None:
    model, source = MODELS[name]

    assert diagnose(written(source), model).names == ("right",)
    check_network(model, written(source))


MOST = [pytest.param(case, marks=pytest.mark.slow if n % 4 else ()) for n, case in enumerate(SEQUENCES)]


@pytest.mark.parametrize("case", [*ONE_LINE, *MOST], ids=[f"{m}: {new}" for m, _, new, _ in LINES])
def test_a_wrong_line_is_named(case: tuple[str, str, str, str | None]) -> None:
    name, old, new, expected = case
    model, source = MODELS[name]

    found = diagnose(written(source, old, new), model)

    assert found.names[:1] == ((expected,) if expected else ())
    assert bool(found.mend) == found.known
    assert found.where or found.names[0] == "missing-sum"


@pytest.mark.parametrize("case", RIGHT_LINES, ids=[f"{m}: {new}" for m, _, new in RIGHT_LINES])
def test_an_unusual_line_is_right(case: tuple[str, str, str]) -> None:
    name, old, new = case
    model, source = MODELS[name]

    assert diagnose(written(source, old, new), model).names == ("right",)


HURRIED = [pytest.param(case, marks=pytest.mark.slow if n % 4 else ()) for n, case in enumerate(TYPED)]


@pytest.mark.parametrize("case", [*MISTAKES, *HURRIED], ids=[f"{of} {name}" for of, _, name in (*MISTAKES, *TYPED)])
def test_a_wrong_formula_is_named(case: tuple[Any, Any, str]) -> None:
    of, grad, expected = case

    found = diagnose(grad, of)

    assert found.names[:1] == (expected,)
    assert found.mend


@pytest.mark.parametrize("case", UNKNOWN, ids=[str(of) for of, _ in UNKNOWN])
def test_what_nobody_can_name_is_not_named(case: tuple[Any, Any]) -> None:
    of, grad = case

    found = diagnose(grad, of)

    assert not found.known
    assert "no known mistake" in found.says
    assert found.where


@pytest.mark.parametrize("case", UNUSUAL, ids=[f"{of}-{n}" for n, (of, _) in enumerate(UNUSUAL)])
def test_an_unusual_formula_is_right(case: tuple[Any, Any]) -> None:
    of, grad = case

    check_gradient(None, grad, of=of)


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES])
def test_every_right_gradient_of_the_catalogue_is_right(name: str) -> None:
    what = subject(name)
    if what.name == "identity":
        pytest.skip("its slope is 1 everywhere; nothing but 1 can be written")
    code = in_numpy(what.expr.subs(dict(what.defaults)).diff(what.variable), (what.variable, *what.arguments))

    result = try_gradient(None, code, of=name)

    assert result.diagnosis is None or result.diagnosis.names == ("unstable",), str(result)


PAIRS = [pytest.param(case, marks=pytest.mark.slow if n % 4 else ()) for n, case in enumerate(TWO)]


@pytest.mark.parametrize("case", PAIRS, ids=[f"{m}: {new}; {other}" for m, _, new, _, other, _ in TWO])
def test_two_mistakes_at_once_are_named(case: tuple[str, str, str, str, str, str]) -> None:
    name, old, new, line, other, expected = case
    model, source = MODELS[name]
    assert line in source

    found = diagnose(written(source.replace(line, other, 1), old, new), model)

    assert found.names[:1] == (expected,)
    assert found.mend


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_two_mistakes_are_not_guessed(kind: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(40):
        truth = {"W": rng.normal(size=(3, 2)), "b": rng.normal(size=2), "c": rng.normal(size=1)}
        given = {k: (v * rng.uniform(0.5, 2, size=v.shape)).astype(kind) for k, v in truth.items()}
        given |= {"b": -truth["b"].astype(kind)} if rng.random() < 0.5 else {"c": 0 * truth["c"].astype(kind)}

        assert not diagnose(given, truth).known


def test_two_mistakes_at_arrays_alone() -> None:
    rng = np.random.default_rng(1)
    truth = {"W": rng.normal(size=(3, 3)), "b": rng.normal(size=4)}

    assert diagnose({"W": -2 * truth["W"].T, "b": truth["b"]}, truth).names[0] == "factor −2 + transposed"
    assert diagnose({"W": truth["W"][::-1], "b": 2 * truth["b"]}, truth).names[0] == "factor 2 + flipped"


def test_two_mistakes_without_a_name_are_placed() -> None:
    model, source = MODELS["two layers"]
    twice = source.replace("(1 - a1**2)", "(1 - a1**3)").replace("d2.T @ a1", "d2.T @ a1 * 1.5 + 1")

    found = diagnose(written(twice), model)

    assert not found.known
    assert "b2 right" in found.where


def test_the_layer_where_an_error_enters_is_named() -> None:
    model, source = MODELS["two layers"]

    found = diagnose(written(source, "(1 - a1**2)", "(1 - a1**3)"), model)

    assert not found.known
    assert "from layer 2 back to layer 1" in found.where


def test_too_few_numbers_are_no_evidence() -> None:
    given, truth = np.asarray([2.0]), np.asarray([1.0])

    assert not diagnose(given, truth).known
    assert diagnose(2 * np.arange(1.0, 9), np.arange(1.0, 9)).names[0] == "factor 2"


@pytest.mark.parametrize("factor", FIXED)
def test_every_named_factor_is_found(factor: str) -> None:
    truth = {"W": np.random.default_rng(1).normal(size=(3, 4)), "b": np.asarray([0.3, -1.0, 2.0])}

    found = diagnose({k: FIXED[factor][0] * v for k, v in truth.items()}, truth)

    assert found.names[0] == f"factor {factor}"


def test_a_factor_near_a_named_one_is_not_called_by_its_name() -> None:
    truth = np.random.default_rng(1).normal(size=20)

    found = diagnose(truth * (2 + 1e-7), truth)

    assert found.names == ("factor",)
    assert "2.0000001" in found.says


def test_sizes_are_told_apart_where_they_differ_and_tied_where_they_do_not() -> None:
    truth = np.random.default_rng(1).normal(size=(4, 2))
    sizes = {"n, the number of examples": 2, "k, the number of outputs": 5}

    found = diagnose(2 * truth, truth, counts=sizes)

    assert {"factor 2", "factor n"} <= set(found.names)
    assert found.also


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (lambda v: v.T, "transposed"),
        (lambda v: v[None], "extra-axis"),
        (lambda v: np.stack([v / 2, v / 2]), "missing-sum"),
        (np.ravel, "reshaped"),
        (np.zeros_like, "zero"),
        (np.abs, "absolute"),
        (lambda v: np.roll(v, 1, axis=0), "shifted"),
    ],
)  # fmt: skip
def test_arrays_turned_about(wrong: Any, name: str) -> None:
    truth = np.random.default_rng(2).normal(size=(3, 4))

    assert diagnose({"W": wrong(truth)}, {"W": truth}).names[0] == name


def test_missing_gradients_are_missed() -> None:
    found = diagnose(lambda p, *_: {"W1": 0 * p["W1"]}, Network())

    assert found.names == ("missing",)


def test_a_learning_rate_is_read_off() -> None:
    model, source = MODELS["two layers"]

    found = diagnose(written(source, '@ p["W2"] *', '@ (p["W2"] - 0.03 * dW2) *'), model)

    assert "0.03" in found.says


@pytest.mark.parametrize(("of", "f"), [("tanh", None), (None, np.tanh)])
def test_one_point_is_enough_to_name_the_mistake(of: str | None, f: Any) -> None:
    result = try_gradient(f, lambda z: 1 - np.tanh(np.tanh(z)) ** 2, of=of, points=[0.5])

    assert result.points == 1
    assert result.diagnosis is not None
    assert result.diagnosis.names[:1] == ("slope-at-output",)


def test_one_point_in_a_narrow_region_says_where_it_is_wrong() -> None:
    result = try_gradient(None, lambda z: np.where(z > 20, 1.0, s(z)), of="softplus", points=[21.0])

    assert "beyond z = 20 the limit 1" in str(result)


def test_a_diagnosis_that_fails_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: Any, **__: Any) -> None:
        raise ImportError("no module named 'formulas'")

    monkeypatch.setattr("symgrad.testing.explaining.explain", gone)
    result = try_gradient(None, lambda z: 2 * s(z), of="softplus")

    assert result.outcome is Outcome.WRONG
    assert "could not be looked for: ImportError: no module named 'formulas'" in str(result)


def test_a_narrow_region_is_found_and_named() -> None:
    result = try_gradient(None, lambda z: np.where(z > 20, 1.0, s(z)), of="softplus")

    assert result.diagnosis is not None
    assert result.diagnosis.names == ("limit-for-slope",)
    assert result.reports[0][1].stretches[0].below == 20


@pytest.mark.parametrize("of", [3, {"a": 1}, ("sigmoid",)])
def test_a_reference_that_is_none_is_refused(of: Any) -> None:
    with pytest.raises(UnsupportedError, match=r"of=|array|pair"):
        diagnose(lambda z: z, of)


def test_a_decay_that_the_loss_lacks_is_named_without_a_model() -> None:
    params = {"W": np.asarray([[1.0, -2.0], [0.5, 3.0]]), "b": np.asarray([0.3, -0.7])}

    def loss(p: Any) -> float:
        return float(np.sum(np.tanh(p["W"]) ** 2) + np.sum(np.sin(p["b"])))

    def grads(p: Any) -> Any:
        a = np.tanh(p["W"])
        return {"W": 2 * a * (1 - a * a) + 0.25 * p["W"], "b": np.cos(p["b"])}

    with pytest.raises(AssertionError, match=r"0\.25 times the parameter itself is added, the slope of a weight decay"):
        check_network(loss, grads, params)


def test_without_a_model_the_message_says_what_one_is_for() -> None:
    params = {"W": np.asarray([[1.0, -2.0], [0.5, 3.0]])}

    with pytest.raises(AssertionError, match="hand in the model"):
        check_network(
            lambda p: sum(map(math.tanh, p["W"].ravel())), lambda p: {"W": 1 - np.tanh(np.tanh(p["W"]))}, params
        )


def test_what_the_code_prints_and_raises_is_kept_in_hand(capsys: pytest.CaptureFixture[str]) -> None:
    def loud(z: Any) -> Any:
        print("loud")  # noqa: T201 - what is tested
        return 2 * z

    with pytest.raises(AssertionError):
        check_gradient(lambda z: z * z * z, loud)

    with pytest.raises(FunctionRaisedError, match="mend that error in your code"):
        diagnose(lambda p, *_: {"W1": p["nothing"]}, Network((3, 4, 2)))

    assert not capsys.readouterr().out
