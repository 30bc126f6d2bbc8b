"""Functions that misbehave: each kind has its own clear error, or is put up with and said so."""

from __future__ import annotations

import math
import threading
import time
import warnings
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from symgrad.checker import check_elementwise, check_parameters, check_vjp
from symgrad.core import (
    FunctionComplexError,
    FunctionError,
    FunctionMixesError,
    FunctionRaisedError,
    FunctionRandomError,
    FunctionShapeError,
    FunctionTimeError,
    FunctionTypeError,
    NoPointsError,
    Outcome,
    SymgradError,
    UnsupportedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

RNG = np.random.default_rng(0)


def slope(x: Any) -> Any:
    return 1 - np.tanh(x) ** 2


def raises(_: Any) -> Any:
    raise KeyError("no such layer")


def leaves(_: Any) -> Any:
    raise SystemExit(3)


def recurses(x: Any) -> Any:
    return recurses(x)


def loops(_: Any) -> Any:
    while True:
        time.sleep(0.01)


def loops_and_catches(_: Any) -> Any:
    while True:
        try:
            time.sleep(0.01)
        except Exception:  # noqa: BLE001, S112 - what a careless function does
            continue


def counted(x: Any, calls: Any = count()) -> Any:  # noqa: B008 - a state on purpose
    return np.tanh(x) * (1 + next(calls))


def generates(x: Any) -> Any:
    yield x


ERRORS: dict[str, tuple[Callable[..., Any], type[FunctionError], str]] = {
    "raises": (raises, FunctionRaisedError, "raised KeyError"),
    "leaves the program": (leaves, FunctionRaisedError, "raised SystemExit"),
    "recurses": (recurses, FunctionRaisedError, "raised RecursionError"),
    "takes no argument": (lambda: 1, FunctionRaisedError, "raised TypeError"),
    "too few values": (lambda x: np.tanh(x)[:5], FunctionShapeError, r"shape \(5,\)"),
    "a column": (lambda x: np.tanh(x)[:, None], FunctionShapeError, r", 1\) for one of shape"),
    "a sum": (lambda x: np.tanh(x).sum(), FunctionShapeError, r"shape \(\)"),
    "nothing": (lambda _: None, FunctionTypeError, "is a `return` missing"),
    "a text": (str, FunctionTypeError, "returned str"),
    "a generator": (generates, FunctionTypeError, "returned generator"),
    "complex numbers": (lambda x: np.tanh(x) + 1j * x, FunctionComplexError, "make them real"),
    "noise": (lambda x: np.tanh(x) + 1e-3 * RNG.normal(size=x.shape), FunctionRandomError, "fix its seed"),
    "dropout": (lambda x: np.tanh(x) * (RNG.random(x.shape) > 0.5), FunctionRandomError, "fix its seed"),
    "a state": (counted, FunctionRandomError, "different values for the same input"),
    "softmax": (lambda x: np.exp(x - x.max()) / np.exp(x - x.max()).sum(), FunctionMixesError, "not elementwise"),
    "a running sum": (np.cumsum, FunctionMixesError, "not elementwise"),
    "sorts": (lambda x: np.sort(x)[::-1], FunctionMixesError, "not elementwise"),
    "batch normalisation": (lambda x: x - x.mean(), FunctionMixesError, "not elementwise"),
    "for ever": (loops, FunctionTimeError, "still running after 0.2 seconds"),
    "for ever, catching all": (loops_and_catches, FunctionTimeError, "still running after 0.2 seconds"),
}


@pytest.mark.parametrize("case", ERRORS.values(), ids=ERRORS)
def test_each_has_its_own_error(case: tuple[Any, type[FunctionError], str]) -> None:
    wrong, error, message = case

    with pytest.raises(error, match=message) as caught:
        check_elementwise(wrong, slope, seconds=0.2)
    assert str(caught.value).startswith("the function ")
    assert caught.value.name == "the function"
    with pytest.raises(error, match=message) as caught:
        check_elementwise(np.tanh, wrong, seconds=0.2)
    assert str(caught.value).startswith("the gradient ")
    assert isinstance(caught.value, SymgradError)


def changes(x: Any) -> Any:
    x *= 2
    return np.tanh(x / 2)


def prints(x: Any) -> Any:
    print("step 1")  # noqa: T201 - what a careless function does
    return np.tanh(x)


NOTES: dict[str, tuple[Callable[..., Any], str]] = {
    "changes its input": (changes, "changes its input in place; it was given copies"),
    "prints": (prints, "something is printed"),
    "one number at a time": (math.tanh, "does not take arrays"),
    "complex without need": (lambda x: np.tanh(x) + 0j, "without an imaginary part"),
    "single precision": (lambda x: np.tanh(x.astype("f4")), "less than double precision"),
    "single precision inside": (lambda x: np.tanh(x.astype("f4")).astype(float), "less than double precision"),
}


@pytest.mark.parametrize("case", NOTES.values(), ids=NOTES)
def test_what_is_put_up_with_is_said(case: tuple[Any, str], capsys: pytest.CaptureFixture[str]) -> None:
    function, note = case

    report = check_elementwise(function, slope)

    assert report.outcome is Outcome.OK
    assert any(note in n for n in report.notes), report.notes
    assert capsys.readouterr().out == ""
    assert check_elementwise(function, lambda x: 1.01 * slope(x)).outcome is Outcome.WRONG
    assert check_elementwise(np.tanh, slope).notes == ()


def test_overflow_in_pure_python_counts_as_nan() -> None:
    report = check_elementwise(lambda x: math.log1p(math.exp(x)), lambda x: 1 / (1 + math.exp(-x)))

    assert report.outcome is Outcome.WRONG
    assert report.worst is not None
    assert report.worst.x < -709
    assert any("counts as NaN" in n for n in report.notes)


def test_input_that_python_warns_about_is_no_error() -> None:
    def warned(x: Any) -> Any:
        warnings.warn("slow path", stacklevel=1)
        return np.tanh(x)

    with pytest.raises(FunctionRaisedError, match="slow path"):  # warnings are errors in this suite
        check_elementwise(warned, slope)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert check_elementwise(warned, slope).outcome is Outcome.OK


def test_alarms_of_others_are_left_alone() -> None:
    signal = pytest.importorskip("signal")
    if not hasattr(signal, "setitimer"):
        pytest.skip("no interval timers here")
    before = signal.getsignal(signal.SIGALRM)

    check_elementwise(np.tanh, slope)
    assert signal.getsignal(signal.SIGALRM) is before
    assert signal.getitimer(signal.ITIMER_REAL)[0] == 0
    signal.setitimer(signal.ITIMER_REAL, 50)
    try:
        check_elementwise(np.tanh, slope)
        assert 40 < signal.getitimer(signal.ITIMER_REAL)[0] <= 50
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def test_in_a_thread_the_limit_holds_between_calls() -> None:
    caught: list[BaseException] = []

    def slow(x: Any) -> Any:
        time.sleep(0.06)
        return np.tanh(x)

    def run() -> None:
        try:
            check_elementwise(slow, slope, seconds=0.1)
        except FunctionTimeError as error:
            caught.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert len(caught) == 1


X = RNG.normal(size=(4, 3))
P = {"W": RNG.normal(size=(3, 2)), "b": np.zeros(2)}


def loss(p: Any) -> Any:
    return np.sum(np.tanh(X @ p["W"] + p["b"]))


def gradients(p: Any) -> Any:
    d = 1 - np.tanh(X @ p["W"] + p["b"]) ** 2
    return {"W": X.T @ d, "b": d.sum(axis=0)}


def updates(p: Any) -> Any:
    g = gradients(p)
    for name in p:
        p[name] -= 0.1 * g[name]
    return g


WITH_PARAMETERS: dict[str, tuple[Any, Any, Any, type[SymgradError], str]] = {
    "the loss raises": (raises, gradients, P, FunctionRaisedError, "the loss raised KeyError"),
    "a vector": (lambda p: X @ p["W"], gradients, P, FunctionShapeError, "check a vector function with check_vjp"),
    "a random loss": (lambda p: loss(p) + RNG.normal(), gradients, P, FunctionRandomError, "dropout"),
    "random gradients": (
        loss,
        lambda p: {n: g + RNG.normal() for n, g in gradients(p).items()},
        P,
        FunctionRandomError,
        "fix its seed",
    ),
    "no gradient of b": (loss, lambda p: {"W": gradients(p)["W"]}, P, FunctionShapeError, "has nothing for b"),
    "one too many": (loss, lambda p: {**gradients(p), "c": 0.0}, P, FunctionShapeError, "has c, which is no parameter"),
    "transposed": (loss, lambda p: {**gradients(p), "W": gradients(p)["W"].T}, P, FunctionShapeError, "transposed"),
    "not summed over the batch": (loss, lambda p: {**gradients(p), "b": X}, P, FunctionShapeError, "for b, which has"),
    "the gradient is None": (loss, lambda p: {**gradients(p), "b": None}, P, FunctionTypeError, "returned None"),
    "nothing to check": (loss, gradients, {}, NoPointsError, "no parameters"),
    "empty arrays": (loss, gradients, {"W": np.zeros((0, 3))}, NoPointsError, "no parameters"),
    "a parameter that is NaN": (loss, gradients, {**P, "b": np.full(2, np.nan)}, FunctionTypeError, "b is not finite"),
    "for ever": (loops, gradients, P, FunctionTimeError, "the loss was still running"),
}


@pytest.mark.parametrize("case", WITH_PARAMETERS.values(), ids=WITH_PARAMETERS)
def test_parameters(case: tuple[Any, Any, Any, type[SymgradError], str]) -> None:
    f, g, p, error, message = case

    with pytest.raises(error, match=message):
        check_parameters(f, g, p, seconds=0.3)


def test_gradients_that_update_the_parameters_get_copies() -> None:
    before = {n: a.copy() for n, a in P.items()}

    report = check_parameters(loss, updates, P)

    assert report.outcome is Outcome.OK
    assert all((P[n] == before[n]).all() for n in P)
    assert any("changes its input" in n for n in report.notes)


def test_values_whose_shape_changes() -> None:
    sizes = count(3)

    with pytest.raises(FunctionRandomError, match="different values for the same parameters"):
        check_vjp(lambda x: np.resize(x, next(sizes)), lambda x, _: x, np.ones(2))


@pytest.mark.parametrize(
    "options",
    [
        {"points": "abc"},
        {"kinks": 0},
        {"kinks": ["a"]},
        {"at_kink": 0.5},
        {"at_kink": {0: "x"}},
        {"extremes": "error"},
        {"count": "many"},
        {"count": 0},
        {"seed": -1},
        {"seconds": -1},
        {"seconds": float("inf")},
    ],
    ids=str,
)
def test_an_option_that_cannot_be_meant_is_refused_by_its_name(options: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedError, match=rf"^{next(iter(options))}=.* is not understood; .*(give|use) "):
        check_elementwise(np.tanh, lambda x: 1 - np.tanh(x) ** 2, **options)
