"""Mistakes on the way back through code that is no known model: the loss is recorded, and the step is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from student_functions import gelu_tanh_slope, normal
from student_ways import RIGHT, SETUP, WAYS, WRONG

from symgrad.core import Outcome
from symgrad.testing import try_gradient, try_network, try_vjp

TOLD = [pytest.param(case, marks=pytest.mark.slow if n % 3 else ()) for n, case in enumerate(WRONG)]


def written(kind: str, right: str = "", wrong: str = "") -> Any:
    """The loss, the gradients and the parameters of an architecture, with one line changed."""
    source = WAYS[kind]
    assert right in source.partition("def grads")[2]
    head, mark, tail = source.partition("def grads")
    names: dict[str, Any] = {}
    exec(SETUP + head + mark + tail.replace(right, wrong, 1), names)  # noqa: S102 - the table is our own
    return names["loss"], names["grads"], names["params"]


@pytest.mark.parametrize("kind", WAYS)
def test_the_way_back_is_right(kind: str) -> None:
    assert try_network(*written(kind)).outcome is Outcome.OK


@pytest.mark.parametrize("case", TOLD, ids=lambda c: f"{c[0]}: {c[2]}")
def test_a_wrong_step_is_named(case: tuple[str, str, str, str]) -> None:
    kind, right, wrong, name = case
    found = try_network(*written(kind, right, wrong))
    assert found.outcome is Outcome.WRONG
    assert found.diagnosis
    assert found.diagnosis.names[:1] == (name,)
    assert found.diagnosis.mend


@pytest.mark.parametrize("case", RIGHT, ids=lambda c: f"{c[0]}: {c[2]}")
def test_an_unusual_step_is_right(case: tuple[str, str, str]) -> None:
    assert try_network(*written(*case)).outcome is Outcome.OK


@pytest.mark.parametrize("kind", WAYS)
def test_noise_is_no_mistake_with_a_name(kind: str) -> None:
    loss, grads, params = written(kind)
    rng = np.random.default_rng(0)
    key = next(iter(params))
    noisy = grads(params) | {key: grads(params)[key] * (1 + 1e-3 * rng.normal(size=params[key].shape))}
    found = try_network(loss, noisy, params)
    assert found.outcome is Outcome.WRONG
    assert found.diagnosis
    assert not found.diagnosis.known


def test_the_code_of_the_wrong_step_is_quoted() -> None:
    x = np.random.default_rng(1).normal(size=(4, 3))

    def centred(v: Any) -> Any:
        return (v - v.mean(axis=0)) / np.sqrt(v.var(axis=0) + 1e-5)

    def back(v: Any, c: Any) -> Any:
        h = centred(v)
        return (c - h * (c * h).mean(axis=0)) / np.sqrt(v.var(axis=0) + 1e-5)

    found = try_vjp(centred, back, x)
    assert found.diagnosis
    assert found.diagnosis.names == ("way-left-out",)
    assert "`v.mean(axis=0)`" in found.diagnosis.says


ENTRIES = {
    "slope-of-gelu_tanh": (lambda z: z * normal(z), gelu_tanh_slope),
    "value-for-slope": (np.tanh, np.tanh),
    "slope-at-output": (np.tanh, lambda z: 1 - np.tanh(np.tanh(z)) ** 2),
}


@pytest.mark.parametrize("name", ENTRIES)
def test_a_product_entry_by_entry_is_told_by_the_formulas_of_functions(name: str) -> None:
    f, slope = ENTRIES[name]
    found = try_vjp(f, lambda x, c: c * slope(x), np.random.default_rng(2).normal(size=(3, 2)))
    assert found.diagnosis
    assert found.diagnosis.names[:1] == (name,)
    assert not found.diagnosis.also


def test_a_product_that_is_not_linear_in_the_cotangent_is_no_formula_of_the_function() -> None:
    x = np.random.default_rng(3).normal(size=6)
    found = try_vjp(lambda v: np.maximum(v, 0), lambda _, c: np.maximum(c, 0), x)
    assert found.outcome is Outcome.WRONG
    assert found.diagnosis
    assert "missing-slope" not in found.diagnosis.names


def test_alternatives_are_few_and_no_repetitions() -> None:
    found = try_gradient(None, normal, of="gelu")
    assert found.diagnosis
    assert found.diagnosis.names[0] == "product-rule"
    assert not found.diagnosis.also
