"""Bad input at every door: each gets its own error, which names the mend, and never a wrong verdict."""

# ruff: noqa: ARG005, PLW0108 - the functions of a table take the same arguments

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy as sp
from click.testing import CliRunner

from symgrad.cli.main import app
from symgrad.core import (
    FunctionComplexError,
    FunctionError,
    FunctionMixesError,
    FunctionRaisedError,
    FunctionRandomError,
    FunctionShapeError,
    FunctionTimeError,
    FunctionTypeError,
    SymgradError,
    UnsupportedError,
)
from symgrad.testing import check_gradient, check_jax, check_network, check_torch, check_vjp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RNG = np.random.default_rng(0)
X = np.asarray([1.0, -2.0, 0.5])
SLOPE = "1 - np.tanh(z) ** 2"  # of tanh: what each function does right apart from its fault


def slope(z: Any) -> Any:
    return 1 - np.tanh(z) ** 2


# what a function does with its first argument: the error, and a word of its message
FAULTS: dict[str, tuple[Callable[..., Any], type[FunctionError], str]] = {
    "raises": (lambda z, *_: {}["key"], FunctionRaisedError, "raised KeyError"),
    "returns None": (lambda z, *_: None, FunctionTypeError, "is a `return` missing"),
    "returns text": (lambda z, *_: "abc", FunctionTypeError, "returned str 'abc'; return an array of numbers"),
    "returns a dict": (lambda z, *_: {"z": z}, FunctionTypeError, "returned dict"),
    "returns a generator": (lambda z, *_: (v for v in z), FunctionTypeError, "returned generator"),
    "returns two arrays": (lambda z, *_: (z, z), FunctionTypeError, "a tuple of 2 parts; check one part of it"),
    "returns objects": (lambda z, *_: np.asarray([{}] * len(z)), FunctionTypeError, "return an array of numbers"),
    "returns a masked array": (lambda z, *_: np.ma.masked_less(slope(z), 0.5), FunctionTypeError, "np.ma.filled"),
    "returns nothing at all": (lambda z, *_: np.empty(0), FunctionShapeError, "shape (0,)|an empty array"),
    "returns complex numbers": (lambda z, *_: slope(z) + 1j, FunctionComplexError, "make them real"),
    "draws": (lambda z, *_: slope(z) * RNG.random(), FunctionRandomError, "different values for the same"),
    "runs for ever": (lambda z, *_: [0 for _ in iter(int, 1)], FunctionTimeError, "still running after 0.2 seconds"),
    "takes nothing": (lambda: 1, FunctionTypeError, "does not take"),  # type: ignore[misc]
    "is a number": (3, FunctionTypeError, "is int, not a function"),  # type: ignore[dict-item]
}
ELEMENTWISE = {
    "one value too few": (lambda z: slope(z)[1:], FunctionShapeError, "return one value for each point"),
    "a column": (lambda z: slope(z)[:, None], FunctionShapeError, "return one value for each point"),
    "a sum": (lambda z: slope(z).sum(), FunctionShapeError, "check it as a loss"),
    "centred": (lambda z: slope(z) - slope(z).mean(), FunctionMixesError, "check it as a vector function"),
}  # fmt: skip


@pytest.mark.parametrize("fault", [*FAULTS.values(), *ELEMENTWISE.values()], ids=[*FAULTS, *ELEMENTWISE])
def test_elementwise_functions(fault: tuple[Any, type[FunctionError], str]) -> None:
    wrong, error, said = fault

    for call in (
        partial(check_gradient, None, wrong, of="tanh"),
        partial(check_gradient, np.tanh, wrong),
        partial(check_gradient, wrong, slope),
    ):
        with pytest.raises(error) as caught:
            call(seconds=0.2)
        assert any(part in str(caught.value) for part in said.split("|"))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_vector_functions(fault: tuple[Any, type[FunctionError], str]) -> None:
    wrong, error, said = fault

    for call in (
        partial(check_vjp, wrong, lambda x, c: c * slope(x)),
        partial(check_vjp, np.tanh, wrong),
    ):
        with pytest.raises(error) as caught:
            call(X, seconds=0.2)
        assert any(part in str(caught.value) for part in (*said.split("|"), "has shape (0,)"))


LOSSES = {k: v for k, v in FAULTS.items() if k not in {"takes nothing", "returns nothing at all", "returns objects"}}
LOSSES["draws"] = (lambda z, *_: RNG.random(), *FAULTS["draws"][1:])


@pytest.mark.parametrize("fault", LOSSES.values(), ids=LOSSES)
def test_losses(fault: tuple[Any, type[FunctionError], str]) -> None:
    wrong, error, said = fault
    function = (lambda p: wrong(p["x"])) if callable(wrong) else wrong

    with pytest.raises(error, match=r"^the loss ") as caught:
        check_network(function, {"x": X}, {"x": X}, seconds=0.2)
    assert said in str(caught.value)


# what else may be handed in, and a word of the answer
OPTIONS: dict[str, dict[str, Any]] = {
    "there is no option tol: nothing has to be tuned": {"tol": 1},
    "there is no option rtol": {"rtol": 1e-3},
    "did you mean points": {"point": [1]},
    "no function of one number; check its product with a cotangent by check_vjp": {"of": "softmax"},
    "layer_norm is no function of one number": {"of": "layer_norm"},
    "softmax is no function of one number": {"of": ("softmax", "cross_entropy")},
    "did you mean sigmoid": {"of": "sigmod"},
    "of=int is not understood": {"of": 3},
    "the text is empty": {"of": ""},
    "name them, as in {'alpha': 0.2}": {"of": "elu", "parameters": "alpha=1"},
    "there is no 'beta' to give a value to": {"of": "elu", "parameters": {"beta": 1}},
    "alpha='abc' is no number": {"of": "elu", "parameters": {"alpha": "abc"}},
    "alpha=-1 does not lie in (0, ∞)": {"of": "elu", "parameters": {"alpha": -1}},
    "alpha=nan does not lie in": {"of": "elu", "parameters": {"alpha": float("nan")}},
    "belong to `of`": {"parameters": {"alpha": 1}},
    "domain='abc' is not understood": {"domain": "abc"},
    "is empty; give the smaller end first": {"domain": (1, 0)},
    "numbers of dtype int32 have no gradient": {"dtype": "int32"},
    "is not inside the open domain": {"points": [float("nan")]},
    "at_kink='pytorch' is unknown": {"at_kink": "pytorch"},
    "q does not occur": {"of": "tanh", "variable": "q"},
}


@pytest.mark.parametrize("said", OPTIONS)
def test_options_of_elementwise_checks(said: str) -> None:
    with pytest.raises(SymgradError) as caught:
        check_gradient(np.tanh, slope, **OPTIONS[said])
    assert said in str(caught.value)


def test_parameters_may_be_text_or_keyed_by_symbols() -> None:
    for parameters in ({"alpha": "1/5"}, {"alpha": 0.2}, {sp.Symbol("alpha", positive=True): sp.Rational(1, 5)}):
        check_gradient(None, lambda z: np.where(z > 0, 1, 0.2), of="leaky_relu", parameters=parameters)


PLACES: dict[str, Any] = {
    "the parameters are str 'abc'; hand in an array of numbers": {"x": "abc"},
    "the parameters are None": {"x": None},
    "the parameters are ndarray '[{}]'": {"x": np.asarray([{}])},
    "the parameters are complex numbers": {"x": X + 1j},
    "the parameters are not finite": {"x": X * np.nan},
    "no parameters to check": {"x": np.empty(0)},
    "there is no option tol": {"x": X, "tol": 1},
    "cotangents=0 is not understood": {"x": X, "cotangents": 0},
    "dtype int32 have no gradient": {"x": X, "dtype": "int32"},
}


@pytest.mark.parametrize("said", PLACES)
def test_options_of_vector_checks(said: str) -> None:
    options = dict(PLACES[said])
    x = options.pop("x")

    with pytest.raises(SymgradError) as caught:
        check_vjp(np.tanh, lambda x, c: c * slope(x), x, **options)
    assert said in str(caught.value)
    if "cotangents" not in options:
        with pytest.raises(SymgradError) as caught:
            check_network(lambda p: np.sum(p**2), lambda p: 2 * p, x, **options)
        assert said in str(caught.value) or x is None


def test_a_function_of_which_nothing_but_the_verdict_can_be_told_keeps_its_verdict() -> None:
    def changes(z: Any) -> Any:
        z *= 0
        return z

    for f in (changes, lambda _: np.float64(0.25)):
        with pytest.raises(AssertionError, match="is wrong at"):
            check_gradient(f, slope)


@pytest.mark.parametrize("name", [n for n in (*FAULTS, *ELEMENTWISE) if n != "is a number"])
def test_the_command_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong, _, said = (FAULTS | ELEMENTWISE)[name]
    path = tmp_path / "mine.py"
    path.write_text(f"import numpy as np\nFAULTS = []\ndef right(z): return {SLOPE}\n", "utf-8")
    monkeypatch.setattr("symgrad.testing.loading.attribute", lambda *_: wrong)

    done = CliRunner().invoke(app, ["check", f"{path}::wrong", "--of", "tanh", "--seconds", "1", "--json"])

    (record,) = json.loads(done.stdout)["gradients"]
    assert (done.exit_code, record["verdict"]) == (2, "error")
    said = said.replace("0.2 seconds", "1 seconds")
    assert any(part in record["message"] for part in said.split("|"))


def test_the_adapters_of_torch() -> None:
    torch = pytest.importorskip("torch")

    for target, inputs, options, said in (
        ("relu", (), {}, "target is str"),
        (lambda z: (z, z), (), {}, "returned a tuple"),
        (lambda z: 1.0, (), {}, "returned a float"),
        (lambda z: torch.tanh(z.detach()), (), {"of": "tanh"}, "nothing leads back"),
        (lambda z: torch.tanh(z), (), {"tol": 1}, "there is no option tol"),
        (lambda z: z.nope(), (), {}, "raised AttributeError"),
        (lambda z: z * torch.rand(()), (torch.ones(2),), {}, "fix its seed"),
    ):
        with pytest.raises(SymgradError, match=said):
            check_torch(target, *inputs, **options)


def test_the_adapters_of_jax() -> None:
    jax = pytest.importorskip("jax")

    for fun, inputs, options, said in (
        ("relu", (), {}, "is str, not a function"),
        (lambda z: (z, z), (), {}, "returned a tuple"),
        (lambda z: (z, z), (X,), {}, "returned a tuple"),
        (lambda z: {"a": z}, (X,), {}, "returned a dict"),
        (lambda z: None, (X,), {}, "returned a NoneType"),
        (lambda z: np.tanh(z), (), {"of": "tanh"}, "jax.numpy"),
        (lambda z: jax.numpy.tanh(z), (), {"rtol": 1}, "there is no option rtol"),
    ):
        with pytest.raises(SymgradError, match=said):
            check_jax(fun, *inputs, **options)


def test_a_mark_with_an_option_that_is_none() -> None:
    with pytest.raises(UnsupportedError, match="no option tolerance"):
        check_gradient(None, slope, of="tanh", tolerance=1e-6)
