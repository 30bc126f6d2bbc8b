"""The tester's door: what passes, what a failure says, what is refused."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import TYPE_CHECKING, Any

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
    try_network,
    try_vjp,
)
from symgrad.testing import (
    __all__ as public,
)
from symgrad.words import speaking

if TYPE_CHECKING:
    from collections.abc import Callable


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


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys, numpy as np, symgrad.testing as t; t.check_gradient(np.sin, np.cos, of='sin(z)');"
        "assert 'product rule' in str(t.diagnose(np.sin, 'z*sin(z)'));"
        "print(sorted({'torch', 'jax', 'hypothesis', 'pytest', 'matplotlib', 'jinja2'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own command

    assert done.stdout.strip() == "[]"


def stable_sigmoid(x: Any) -> Any:
    small = np.exp(-np.abs(x))
    return np.where(x > 0, 1, small) / (1 + small)


TAILS: dict[str, tuple[Any, dict[str, Any]]] = {
    "softplus is 1/2 far out": (lambda x: np.where(abs(x) > 1e15, 0.5, stable_sigmoid(x)), {"of": "softplus"}),
    "relu is 0 far out": (lambda x: 1.0 * ((x > 0) & (x <= 1e6)), {"of": "relu", "dtype": "float32"}),
    "relu is 3 far out": (lambda x: np.where(abs(x) > 1e6, 3.0, x > 0), {"of": "relu", "dtype": "float32"}),
    "relu is 0 from 70 on": (lambda x: 1.0 * ((x > 0) & (x < 70)), {"of": "relu", "dtype": "float16"}),
    "relu is 0 in the extremes": (lambda x: 1.0 * ((x > 0) & (x < 1e200)), {"of": "relu"}),
    "NaN before the extremes": (lambda x: np.exp(x) / (1 + np.exp(x)), {"of": "softplus"}),
}


@pytest.mark.parametrize("case", TAILS.values(), ids=TAILS)
def test_a_mistake_in_the_tail_is_no_rounding(case: tuple[Any, dict[str, Any]]) -> None:
    result = try_gradient(None, case[0], **case[1])

    assert result.outcome is Outcome.WRONG
    assert "wrong on" in str(result)


@pytest.mark.parametrize(
    "case",
    [
        (lambda x: 2 * x / (1 + x * x), "log(1 + z^2)"),
        (lambda x: x / np.sqrt(1 + x * x), "sqrt(1 + z^2)"),
        (lambda x: np.exp(-(x**4)) * (1 - 4 * x**4), "z*exp(-z^4)"),
    ],
)
def test_overflow_of_squares_is_a_note(case: tuple[Any, str]) -> None:
    result = try_gradient(None, case[0], of=case[1])

    assert result.outcome is Outcome.OK
    assert any("extremes='fail'" in n for n in result.notes)
    with np.errstate(all="ignore"):
        strict = np.isnan(case[0](np.asarray(1e300)))
    if strict:
        assert try_gradient(None, case[0], of=case[1], extremes="fail").outcome is Outcome.WRONG


def test_what_lies_below_the_rounding_is_said_first() -> None:
    text = str(try_gradient(None, lambda x: 1 - np.tanh(x) ** 2, of="tanh"))

    assert text.startswith("no mistake seen in")
    assert "not seen   z from -206.332" in text


def test_an_infinity_is_right_where_the_type_has_no_larger_number() -> None:
    cases: tuple[tuple[Any, Any, dict[str, Any]], ...] = (
        (np.exp, np.exp, {"dtype": "float32"}),
        (None, lambda x: 3 * x * x, {"of": "z^3", "dtype": "float16"}),
        (None, lambda a, y: 2 * (a - y), {"of": "squared_error", "dtype": "float32"}),
    )
    for f, grad, options in cases:
        assert try_gradient(f, grad, **options).outcome is Outcome.OK
    assert try_gradient(None, lambda x: np.where(x > 50, np.inf, np.exp(x)), of="exp(z)").outcome is Outcome.WRONG


def test_what_differences_cannot_tell_is_not_called_wrong() -> None:
    assert try_gradient(np.cbrt, lambda x: 1 / (3 * np.cbrt(x) ** 2)).outcome is Outcome.OK
    for seed in range(3):
        stairs = try_gradient(lambda x: np.round(x * 16) / 16, lambda x: 0 * x, seed=seed)
        assert stairs.count(Outcome.WRONG) == 0, str(stairs)
    assert try_gradient(lambda x: 1e6 + x, lambda x: 0 * x).outcome is Outcome.WRONG
    for f, slope in (
        (lambda x: x + np.floor(1e4 * x) / 1e4, np.ones_like),
        (lambda x: np.floor(1e6 * x) / 1e6, np.zeros_like),
        (lambda x: np.tanh(x.astype(np.float16)), lambda x: 1 - np.tanh(x) ** 2),
    ):
        assert try_gradient(f, slope).count(Outcome.WRONG) == 0
    inverse = try_gradient(None, lambda z: -np.cos(1 / z) / z**2, of="sin(1/z)", domain=(0, None))
    assert inverse.count(Outcome.WRONG) == 0


def test_every_value_of_the_function_is_judged() -> None:
    result = try_gradient(lambda x: np.log2(1 + np.exp(x)), stable_sigmoid, of="softplus")

    assert result.outcome is Outcome.WRONG
    assert "the function itself is not the one named" in str(result)


def test_the_worst_point_is_an_ordinary_one_and_tells_the_cause() -> None:
    k = np.sqrt(2 / np.pi)

    def tanh_form(x: Any) -> Any:
        t = np.tanh(k * (x + 0.044715 * x**3))
        return (1 + t) / 2 + x / 2 * (1 - t * t) * k * (1 + 0.134145 * x * x)

    for grad, of in ((tanh_form, "gelu"), (lambda x: np.where(x == 0, 2.0, x > 0), "relu")):
        result = try_gradient(None, grad, of=of, extremes="fail")
        assert "the formula is wrong" in str(result)
        assert result.worst is not None
        assert result.worst[1].worst is not None
        assert abs(result.worst[1].worst.x) < 10


def test_truth_values_are_numbers() -> None:
    assert try_gradient(None, lambda x: x > 0, of="relu").outcome is Outcome.OK
    assert try_gradient(None, lambda x: x > 1, of="relu").outcome is Outcome.WRONG


OPTIONS: dict[str, tuple[dict[str, Any], str]] = {
    "a text for a domain": ({"domain": "(0, 1)"}, "give its two ends"),
    "integers": ({"dtype": "int64"}, "have no gradient"),
    "a type that NumPy does not know": ({"dtype": "float7"}, "NumPy knows no dtype"),
    "a convention without a kink": ({"at_kink": "torch"}, "needs a declared kink"),
    "a demand outside": ({"domain": (0, 1), "at_kink": {3: 1}}, "outside the open domain"),
    "no value in the catalogue": ({"of": "relu", "at_kink": "textbook"}, "leave at_kink out"),
}


@pytest.mark.parametrize("case", OPTIONS.values(), ids=OPTIONS)
def test_options_that_mean_nothing_are_refused_with_their_mend(case: tuple[dict[str, Any], str]) -> None:
    with pytest.raises(UnsupportedError, match=case[1]):
        try_gradient(lambda x: x, lambda x: x, **case[0])


def test_half_lines_and_demanded_points() -> None:
    assert try_gradient(np.log, lambda x: 1 / x, domain=(0, None)).outcome is Outcome.OK
    assert try_gradient(np.abs, np.sign, at_kink={3: 1}).outcome is Outcome.OK
    assert try_gradient(np.abs, np.sign, at_kink={3.25: 2}).outcome is Outcome.WRONG


def test_an_error_of_the_users_own_is_not_blamed_on_arrays() -> None:
    with pytest.raises(SymgradError, match="mend that error"):
        try_gradient(None, lambda x: missing_name(x), of="relu")  # type: ignore[name-defined]  # noqa: F821, PLW0108 - that is the mistake


def test_code_for_single_numbers_is_judged_where_it_fails_too() -> None:
    text = str(try_gradient(None, lambda x: 1 / (1 + math.exp(-x)), of="softplus"))

    assert "is wrong at" in text
    assert "one number at a time" in text


def test_the_message_is_in_the_readers_language() -> None:
    result = try_gradient(None, lambda z: 2 * ds(z), of="sigmoid")

    with speaking("zh-Hans"):
        told = str(result)

    assert "诊断" in told
    assert "应有值的 2 倍" in told
    assert "2 times what it should be" in str(result)


def sigmoid_slope(z: Any) -> Any:
    return np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2


# what is given for the slope of the sigmoid, in half precision
NARROW: dict[str, tuple[Callable[[Any], Any], Outcome]] = {
    "right": (sigmoid_slope, Outcome.OK),
    "5 % too much": (lambda z: 1.05 * sigmoid_slope(z), Outcome.WRONG),
    "1 % too much": (lambda z: 1.01 * sigmoid_slope(z), Outcome.UNRESOLVED),
    "5 % too much on the right": (lambda z: np.where(z > 1, 1.05, 1) * sigmoid_slope(z), Outcome.WRONG),
    "up to 3 % off": (lambda z: (1 + 0.03 * np.tanh(z)) * sigmoid_slope(z), Outcome.UNRESOLVED),
}


@pytest.mark.parametrize("name", NARROW)
@pytest.mark.parametrize("of", ["sigmoid", None])
def test_an_error_that_a_narrow_result_has_room_for(name: str, of: str | None) -> None:
    given, wanted = NARROW[name]

    result = try_gradient(lambda z: 1 / (1 + np.exp(-z)), lambda z: given(z).astype(np.float16), of=of)

    assert result.outcome is wanted, result
    assert any("off to the same side" in n for n in result.notes) is (wanted is not Outcome.OK)
    assert any("up to 0.06 of a value" in n for n in result.notes)


@pytest.mark.parametrize("share", [1, 1.05])
def test_a_narrow_gradient_of_many_parameters(share: float) -> None:
    at = {"a": np.linspace(-1, 2, 12), "b": np.linspace(0.3, 0.9, 3)}

    def gradients(p: Any) -> Any:
        return {"a": np.cos(p["a"]).astype(np.float16), "b": (share * np.cos(p["b"])).astype(np.float16)}

    result = try_network(lambda p: np.sin(p["a"]).sum() + np.sin(p["b"]).sum(), gradients, at)

    assert result.outcome is (Outcome.OK if share == 1 else Outcome.UNRESOLVED)
    assert any("off by more than some roundings" in n for n in result.notes) is (share != 1)


@pytest.mark.parametrize("digits", [8, 12])
def test_a_function_that_rounds_to_decimals(digits: int) -> None:
    def rounded(z: Any) -> Any:
        return np.round(np.tanh(z), digits)

    def slope(z: Any) -> Any:
        return 1 - np.tanh(z) ** 2

    for of in ("tanh", None):
        right, wrong = (try_gradient(rounded, lambda z, s=s: s * slope(z), of=of) for s in (1, 1.001))
        assert (right.outcome, wrong.outcome) == (Outcome.OK, Outcome.WRONG)
        assert any(f"rounds to {digits} decimals" in n for n in right.notes)


def test_what_is_below_the_rounding_of_the_whole_is_said() -> None:
    at = {"a": np.asarray([0.5, 2.0]), "b": np.asarray([1.0, -3.0])}

    def checked(small: float, slope: float, offset: float = 0.0) -> Any:
        return try_network(
            lambda p: offset + (p["a"] ** 2).sum() + small * (p["b"] ** 2).sum(),
            lambda p: {"a": 2 * p["a"], "b": slope * p["b"]},
            at,
        )

    assert "no mistake seen" in str(checked(1e-20, 3e-20))
    assert "not seen   all of b" in str(checked(1e-20, 3e-20))
    assert checked(1e-12, 3e-12).outcome is Outcome.WRONG
    assert "not seen" not in str(checked(0.0, 0.0))
    assert checked(1.0, 2.0, offset=1e17).outcome is Outcome.FLOOR
