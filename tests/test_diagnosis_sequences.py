"""Networks through time and embeddings without a model: recognised by their values, their mistakes named."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from student_networks import NETWORKS as THROUGH_TIME
from student_tables import TABLES

from symgrad.core import Outcome
from symgrad.testing import try_network, try_vjp

if TYPE_CHECKING:
    from symgrad.testing.result import CheckResult

NETWORKS = THROUGH_TIME | TABLES
RNG = np.random.default_rng(4)
SIZES = {"N": 3, "T": 4, "d": 2, "H": 3, "K": 2, "V": 3}
WORDS = np.array([[1, 2, 1, 0], [3, 1, 0, 0], [2, 2, 4, 1]])


def drawn(*shape: int) -> Any:
    return RNG.normal(0, 0.6, shape)


def softmax(z: Any) -> Any:
    e = np.exp(z - z.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


SEEN: dict[str, Any] = SIZES | {
    "np": np,
    "sg": lambda z: 1 / (1 + np.exp(-z)),
    "sm": softmax,
    "X": drawn(3, 4, 2),
    "XT": drawn(4, 3, 2),
    "YL": np.array([0, 1, 1]),
    "YB": np.array([1.0, 0.0, 1.0]),
    "x0": drawn(3, 2),
    "h0": drawn(3, 3),
    "y0": drawn(3, 3),
    "p0": np.zeros((4, 1)),
    "IN": np.array([0, 2, 1, 2, 0]),
    "TG": np.array([2, 1, 2, 0, 1]),
    "IDX": WORDS,
    "ID1": np.array([1, 4, 1, 2, 1]),
    "L": np.array([0, 2, 1]),
    "YY": drawn(5, 3),
    "PAD": (WORDS != 0)[..., None] * 1.0,
    "T3": drawn(3, 2),
}


def tried(name: str, old: str = "", new: str = "") -> CheckResult:
    """The check of the student's code, with one line replaced."""
    source, shapes, _ = NETWORKS[name]
    assert old in source, old
    space = dict(SEEN)
    exec(source.replace(old, new, 1) if old else source, space)  # noqa: S102 - our own table of students' lines
    rng = np.random.default_rng(5)
    at = {k: rng.normal(0, 0.6, shape) for k, shape in shapes.items()}
    return try_network(space["loss"], space["grads"], at) if "loss" in space else try_vjp(space["f"], space["vjp"], at)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_right_code_is_right(name: str) -> None:
    assert tried(name).outcome is Outcome.OK


CASES = [
    pytest.param((name, *wrong), id=f"{name}: {wrong[1]}", marks=pytest.mark.slow if n or nth % 2 else ())
    for nth, (name, (_, _, lines)) in enumerate(NETWORKS.items())
    for n, wrong in enumerate(lines)
]


@pytest.mark.parametrize("case", CASES)
def test_a_wrong_line_is_named(case: tuple[str, str, str, str | None]) -> None:
    name, old, new, expected = case

    found = tried(name, old, new).diagnosis

    assert found is not None
    assert found.names[:1] == ((expected,) if expected else ())
    read = ("by its values this is", "are looked up", "the way back from")  # a model, or the code's own steps
    assert not expected or any(words in found.says for words in read)


NEARLY = (  # the forward pass of the first alone is another one
    ("a batch, all states", "np.tanh(", "np.arctan("),
    ("a GRU, state and input side by side", '(1 - z) * p["h"] + z * n', '(1 - z) * p["h"] + z * n + 1e-6 * z'),
    ("the mean of words", 'e = p["E"][IDX].mean(1)', 'e = p["E"][IDX].max(1)'),
)


@pytest.mark.parametrize("case", NEARLY)
def test_what_is_nearly_one_is_not_taken_for_one(case: tuple[str, str, str]) -> None:
    result = tried(*case)

    assert result.outcome is Outcome.WRONG
    assert result.diagnosis is not None
    assert "by its values this is" not in result.diagnosis.says  # a step of its code may have a name
