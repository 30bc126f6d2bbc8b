"""Each kind of bad input through each door: its own error, or it is handled and said so; never a wrong verdict."""

# ruff: noqa: ARG005 - the functions of a table take the same arguments

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bad_input
import numpy as np
import pytest
from click.testing import CliRunner
from test_testing_plugin import pytest_in

from symgrad.checker.watch import Watching
from symgrad.cli.main import app
from symgrad.core import Outcome, SymgradError
from symgrad.testing import try_gradient, try_network, try_vjp
from symgrad.testing.in_jax import try_jax
from symgrad.testing.in_torch import try_torch

if TYPE_CHECKING:
    from collections.abc import Callable

# what is told of it, and the verdict: "error" where nothing can be said
BAD: dict[str, tuple[str, str]] = {
    "raises": ("raised KeyError", "error"),
    "nothing": ("is a `return` missing", "error"),
    "text": ("returned str", "error"),
    "shape": ("shape", "error"),
    "strings": ("return an array of numbers", "error"),
    "complex_numbers": ("make them real", "error"),
    "random": ("fix its seed", "error"),
    "for_ever": ("was still running", "error"),
    "leaves": ("raised SystemExit", "error"),
    "no_argument": ("does not take", "error"),
    "later": ("asyncio.run", "error"),
    "by_name": ("has to be told scale by keyword", "error"),
    "says_nothing": ("raised Odd", "error"),
    "integers": ("returns integers", "wrong"),
    "not_a_number": ("nan", "wrong"),
    "changes": ("changes its input in place", "ok"),
    "prints": ("something is printed", "ok"),
    "closes": ("", "ok"),
    "same_array": ("", "ok"),
    "one_number": ("does not take arrays", "ok"),
}
ALONE = ("no_argument", "by_name", "one_number", "shape")  # something else without one array
AT = np.asarray([0.3, -0.7, 1.1, 0.2, 2.0])
SHORT, LONG = 0.1, 60.0


def limit(function: Any) -> float:
    """Seconds: few for what never ends, enough for a busy machine elsewhere."""
    return SHORT if function is bad_input.for_ever else LONG


every_bad_input = pytest.mark.parametrize("name", BAD)


def summed(slope: Callable[..., Any]) -> Callable[..., Any]:
    """The product with a cotangent."""

    def product(x: Any, c: Any) -> Any:
        found = slope(x)
        return c * found if isinstance(found, np.ndarray) and found.dtype.kind != "U" else found

    return product


DOORS: dict[str, Callable[[Any], Any]] = {
    "check_gradient": lambda g: try_gradient(np.tanh, g, seconds=limit(g)),
    "check_gradient, of": lambda g: try_gradient(None, g, of="tanh", seconds=limit(g)),
    "check_vjp": lambda g: try_vjp(np.tanh, summed(g), AT, seconds=limit(g)),
    "check_network": lambda g: try_network(lambda p: np.tanh(p).sum(), g, AT, seconds=limit(g)),
}


@every_bad_input
@pytest.mark.parametrize("door", DOORS)
def test_a_gradient_that_misbehaves(door: str, name: str) -> None:
    told, verdict = BAD[name]
    if (name in ALONE and not door.startswith("check_gradient")) or (door, name) == ("check_vjp", "integers"):
        pytest.skip("means something else here")

    assert_told(lambda: DOORS[door](getattr(bad_input, name)), told, verdict)


def assert_told(call: Callable[[], Any], told: str, verdict: str) -> None:
    """The verdict, and what is said with it."""
    try:
        result = call()
    except SymgradError as error:
        assert verdict == "error", error  # noqa: PT017 - one of two ways to tell
        assert told in str(error)  # noqa: PT017
    else:
        assert result.outcome is Outcome(verdict), str(result)
        assert told in str(result)


FORWARD: dict[str, Callable[[Any], Any]] = {
    "check_gradient": lambda f: try_gradient(f, np.cos, seconds=limit(f)),
    "check_vjp": lambda f: try_vjp(f, lambda x, c: c * np.cos(x), AT, seconds=limit(f)),
    "check_network": lambda f: try_network(f, np.cos, AT, seconds=limit(f)),
}


@every_bad_input
@pytest.mark.parametrize("door", FORWARD)
def test_a_function_that_misbehaves(door: str, name: str) -> None:
    told, verdict = BAD[name]
    if verdict != "error" or (name == "shape" and door == "check_vjp"):
        pytest.skip("is no error here")
    own = getattr(bad_input, name)
    if door == "check_network" and name in {"complex_numbers", "random", "strings"}:
        with pytest.raises(SymgradError, match=told):
            FORWARD[door](lambda p: own(p)[0])
        return

    with pytest.raises(SymgradError, match=told):
        FORWARD[door](own)


def test_the_command_line_tells_of_all_of_them() -> None:
    done = CliRunner().invoke(app, ["check", bad_input.__file__, "--json"])

    found = {g["function"].split("::")[-1]: g for g in json.loads(done.stdout)["gradients"]}
    assert found.keys() == BAD.keys()
    for name, (told, verdict) in BAD.items():
        assert (found[name]["verdict"], told in found[name]["message"]) == (verdict, True), found[name]["message"]
    assert done.exit_code == 2


@pytest.mark.slow
def test_the_plugin_tells_of_all_of_them(tmp_path: Path) -> None:
    (tmp_path / "test_bad.py").write_text(Path(bad_input.__file__).read_text("utf-8"), "utf-8")

    done = pytest_in(tmp_path, "--symgrad", "--symgrad-report=r.json")

    gradients = json.loads((tmp_path / "r.json").read_text("utf-8"))["gradients"]
    found = {g["function"].split("::")[-1]: g for g in gradients}
    assert {name: g["verdict"] for name, g in found.items()} == {name: verdict for name, (_, verdict) in BAD.items()}
    assert all(told in found[name]["message"] for name, (told, _) in BAD.items())
    assert done.returncode == 1


def in_torch(torch: Any, wrong: Callable[..., Any]) -> Any:
    """A Function of torch whose backward pass misbehaves."""

    class Own(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, z: Any) -> Any:
            ctx.save_for_backward(z)
            return torch.tanh(z)

        @staticmethod
        def backward(ctx: Any, c: Any) -> Any:
            return wrong(ctx.saved_tensors[0], c)

    return Own


LIBRARIES: dict[str, tuple[Callable[..., Any], str]] = {
    "raises": (lambda z, c: {}["w"], "KeyError"),
    "shape": (lambda z, c: c[:1], "shape"),
    "text": (lambda z, c: "x", "x"),
    "random": (lambda z, c: c * (1 - z * 0) * NOISE.random(), "fix its seed"),
    "for ever": (lambda z, c: bad_input.for_ever(1), "was still running"),
}
NOISE = np.random.default_rng(1)


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_backward_pass_of_torch_that_misbehaves(name: str) -> None:
    wrong, told = LIBRARIES[name]

    with pytest.raises(SymgradError, match=told):
        try_torch(in_torch(pytest.importorskip("torch"), wrong), seconds=SHORT if name == "for ever" else LONG)


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_backward_pass_of_jax_that_misbehaves(name: str) -> None:
    jax = pytest.importorskip("jax")
    wrong, told = LIBRARIES[name]
    own = jax.custom_vjp(jax.numpy.tanh)
    own.defvjp(lambda z: (jax.numpy.tanh(z), z), lambda z, c: (wrong(z, c),))

    with pytest.raises(SymgradError, match=told):
        try_jax(own, seconds=1.0 if name == "for ever" else LONG)


def test_a_function_that_switches_numpy_s_errors_on() -> None:
    before = np.geterr()

    with pytest.raises(SymgradError, match=r"use `with np.errstate"), Watching(LONG):  # noqa: PT012 - a function, and the check
        np.seterr(all="raise")
        np.exp(np.asarray([1e4]))
    assert np.geterr() == before


def test_code_of_single_numbers_may_be_asked_for_one_point() -> None:
    assert try_gradient(None, lambda z: 1.0 if z > 0 else 0.0, of="relu", points=[2.0]).outcome is Outcome.OK


@pytest.mark.parametrize("share", [0.0, 1 + 1e-8])
def test_a_wrong_slope_is_wrong_however_small_the_function(share: float) -> None:
    result = try_gradient(lambda z: 1e-200 * np.tanh(z), lambda z: 1e-200 * share / np.cosh(z) ** 2)
    right = try_gradient(lambda z: 1e-200 * np.tanh(z), lambda z: 1e-200 / np.cosh(z) ** 2)

    assert (result.outcome, right.outcome) == (Outcome.WRONG, Outcome.OK)


def test_a_loss_of_integers() -> None:
    with pytest.raises(SymgradError, match=r"returned integers, .* return a float"):
        try_network(lambda p: int((p**2).sum()), lambda p: 2 * p, 9 * AT)

    still = try_network(lambda p: 7, lambda p: 0 * p, AT)
    assert still.outcome is Outcome.OK
    assert any("returns integers" in n for n in still.notes)
    assert not try_network(lambda p: max(0, p.sum() - 9), lambda p: 0 * p, AT).notes


def test_a_vector_function_is_not_called_a_loss() -> None:
    def changes(x: Any) -> Any:
        x *= 2
        return x

    assert "the function changes its input" in str(try_vjp(changes, lambda x, c: 2 * c, AT))
    assert "returns integers" in str(try_vjp(lambda x: np.floor(9 * x).astype(int), lambda x, c: 0 * c, AT))
