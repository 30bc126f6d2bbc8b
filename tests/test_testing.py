"""The tester's door: what passes, what a failure says, what is refused."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sympy import Symbol, tanh

import symgrad
from symgrad.core import FunctionTypeError, Outcome, PairError, SymgradError, UnknownNameError, UnsupportedError
from symgrad.testing import (
    Network,
    check_gradient,
    check_network,
    check_vjp,
    try_gradient,
    try_vjp,
)
from symgrad.testing import (
    __all__ as public,
)


def s(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def ds(z: Any) -> Any:
    return s(z) * (1 - s(z))


def softmax(x: Any) -> Any:
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def test_every_public_name_loads_and_is_documented() -> None:
    for name in public:
        value = getattr(symgrad.testing, name)
        assert value.__doc__, name


def test_a_right_gradient_passes_with_and_without_its_name() -> None:
    assert check_gradient(s, ds).count(Outcome.WRONG) == 0
    assert check_gradient(s, ds, of="sigmoid").count(Outcome.OK) > 60


@pytest.mark.parametrize("of", ["tanh", "(exp(z) - exp(-z))/(exp(z) + exp(-z))", tanh(Symbol("z", real=True))])
def test_a_subject_may_be_a_name_a_text_or_an_expression(of: Any) -> None:
    assert check_gradient(np.tanh, lambda z: 1 - np.tanh(z) ** 2, of=of).count(Outcome.OK) > 60


def test_a_pair_is_called_with_the_target() -> None:
    result = check_gradient(None, lambda z, y: s(z) - y, of=("sigmoid", "bce"))

    assert {at for at, _ in result.reports} == {"y = 0", "y = 1", "y = 3/10"}


def test_the_message_is_one_to_act_on() -> None:
    with pytest.raises(AssertionError) as caught:
        check_gradient(s, lambda z: 2 * ds(z), of="sigmoid")

    lines = {line.split()[0]: line for line in str(caught.value).splitlines()[1:]}
    assert {"worst", "given", "true", "wrong", "cause", "diagnosis", "replay"} <= set(lines)
    assert "z = 0.0" in lines["worst"]
    assert "0.5" in lines["given"]
    assert "0.25 ±" in lines["true"]
    assert "formula is wrong" in lines["cause"]
    assert "2 times" in lines["diagnosis"]
    assert "check_gradient(f, grad, of='sigmoid', seed=0, points=[0.0])" in lines["replay"]


def test_the_replay_shows_the_same_point() -> None:
    bad = try_gradient(s, lambda z: ds(z) + 1e-3 * (z > 5), of="sigmoid")
    assert bad.worst is not None
    assert bad.worst[1].worst is not None
    x = bad.worst[1].worst.x

    again = try_gradient(s, lambda z: ds(z) + 1e-3 * (z > 5), of="sigmoid", points=[x])

    assert again.count(Outcome.WRONG) == 1


def test_the_interval_is_bisected_to_neighbouring_floats() -> None:
    result = try_gradient(None, lambda z: np.where(z > 3, 2, 1) * ds(z), of="sigmoid")

    stretch = result.reports[0][1].stretches[0]
    assert stretch.below == 3.0
    assert stretch.lower == math.nextafter(3, 4)


def test_unstable_code_is_told_from_a_wrong_formula() -> None:
    with pytest.raises(AssertionError, match="unstable"):
        check_gradient(None, lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2, of="sigmoid")


@pytest.mark.parametrize(
    ("at_kink", "value", "right"), [("torch", 0, True), ("torch", 1, False), ({0: 0.5}, 0.5, True)]
)
def test_conventions_at_kinks(at_kink: Any, value: float, right: bool) -> None:  # noqa: FBT001 - a table
    grad = lambda z: np.where(z == 0, value, z > 0)  # noqa: E731 - it is short

    assert (try_gradient(None, grad, of="relu", at_kink=at_kink).outcome is Outcome.OK) is right
    assert try_gradient(None, grad, of="relu").outcome is Outcome.OK


def test_parameters_have_values() -> None:
    grad = lambda z: np.where(z > 0, 1, 0.2)  # noqa: E731 - it is short

    check_gradient(None, grad, of="leaky_relu", parameters={"alpha": 0.2})
    with pytest.raises(AssertionError, match="alpha"):
        check_gradient(None, grad, of="leaky_relu")


def test_a_function_that_is_not_what_it_is_called_fails() -> None:
    with pytest.raises(AssertionError, match="not the one named"):
        check_gradient(np.tanh, ds, of="sigmoid")


def test_nothing_settled_is_no_pass() -> None:
    noise = np.vectorize(lambda z: math.sin(1e13 * z))

    with pytest.raises(AssertionError, match=r"could not be checked|wrong"):
        check_gradient(noise, lambda z: 0 * z + 1e9)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"of": "sigmod"}, UnknownNameError),
        ({"of": "z +"}, SymgradError),
        ({"of": ("relu", "binary_cross_entropy")}, PairError),
        ({"of": ("relu",)}, UnsupportedError),
        ({"of": 7}, UnsupportedError),
        ({"of": "leaky_relu", "parameters": {"beta": 1}}, UnsupportedError),
        ({"of": "half_squared_error"}, FunctionTypeError),
        ({}, UnsupportedError),
    ],
)
def test_mistakes_in_the_call_are_told(options: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_gradient(None, ds, **options)


def test_vector_jacobian_products() -> None:
    x = np.asarray([[0.1, 0.5, -1.0], [2.0, 0.3, 0.1]])

    check_vjp(softmax, lambda x, c: softmax(x) * (c - (c * softmax(x)).sum(-1, keepdims=True)), x)
    with pytest.raises(AssertionError, match="diagonal"):
        check_vjp(softmax, lambda x, c: c * softmax(x) * (1 - softmax(x)), x)


@pytest.mark.parametrize(
    ("vjp", "name"),
    [
        (lambda _, c: c, "missing-jacobian"),
        (lambda x, c: softmax(x) * c, "missing-sum"),
        (lambda x, c: softmax(x) * (c - (c * softmax(x)).sum()), "all-axes"),
        (lambda x, c: softmax(x) * (c - c.sum(-1, keepdims=True)), "sum-without-weights"),
        (lambda x, c: -softmax(x) * (c - (c * softmax(x)).sum(-1, keepdims=True)), "factor −1"),
        (lambda _, c: 0 * c, "zero"),
        (lambda x, c: np.sin(c) * x, None),
    ],
)  # fmt: skip
def test_wrong_products_are_named(vjp: Any, name: str | None) -> None:
    x = np.asarray([[0.1, 0.5, -1.0], [2.0, 0.3, 0.1]])

    result = try_vjp(softmax, vjp, x)

    assert result.outcome is Outcome.WRONG
    assert result.diagnosis is not None
    assert result.diagnosis.names[:1] == ((name,) if name else ())


def loss(p: Any) -> Any:
    return ((p["layers"][0] @ np.asarray([1.0, 2, 3]) + p["b"]) ** 2).sum() / 2


def grads(p: Any) -> Any:
    r = p["layers"][0] @ np.asarray([1.0, 2, 3]) + p["b"]
    return {"layers": [np.outer(r, [1.0, 2, 3])], "b": r}


PARAMS = {"layers": [np.asarray([[0.1, 0.2, 0.3], [0.4, 0.5, 0.7]])], "b": np.asarray([0.1, 0.2])}


def test_a_network_of_ones_own() -> None:
    check_network(loss, grads, PARAMS)
    check_network(loss, grads(PARAMS), PARAMS)


def test_one_wrong_entry_is_located() -> None:
    def off(p: Any) -> Any:
        found = grads(p)
        found["layers"][0][1, 2] *= 1 + 1e-6
        return found

    with pytest.raises(AssertionError, match=r"layers\[0\]\[1, 2\]"):
        check_network(loss, off, PARAMS)


def test_arrays_of_a_network_of_ones_own_are_diagnosed() -> None:
    with pytest.raises(AssertionError, match=r"layers\[0\] \(and nothing else\) is 2 times"):
        check_network(loss, lambda p: {"layers": [2 * grads(p)["layers"][0]], "b": grads(p)["b"]}, PARAMS)


def test_parameters_are_needed() -> None:
    with pytest.raises(UnsupportedError, match="hand in the parameters"):
        check_network(loss, grads)


def test_a_network_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(SymgradError):
        Network((3,))


def test_neither_torch_nor_jax_nor_hypothesis_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, numpy as np, symgrad.testing as t; t.check_gradient(np.sin, np.cos, of='sin(z)');"
        "print(sorted({'torch', 'jax', 'hypothesis', 'pytest'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own command

    assert done.stdout.strip() == "[]"
