"""The adapters, with the real libraries; skipped where they are not installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symgrad.core import FunctionTypeError
from symgrad.testing import check_jax, check_torch


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch")


@pytest.fixture(scope="module")
def jax() -> Any:
    return pytest.importorskip("jax")


def softplus_function(torch: Any, slope: Any) -> Any:
    class Softplus(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, z: Any) -> Any:
            ctx.save_for_backward(z)
            return torch.logaddexp(torch.zeros_like(z), z)

        @staticmethod
        def backward(ctx: Any, g: Any) -> Any:
            return slope(ctx.saved_tensors[0], g)

    return Softplus


def test_a_custom_function_of_torch(torch: Any) -> None:
    right = softplus_function(torch, lambda z, g: g * torch.sigmoid(z))

    check_torch(right)
    check_torch(right, of="softplus")
    check_torch(right, torch.randn(3, 4))


def test_a_wrong_function_of_torch_is_named(torch: Any) -> None:
    with pytest.raises(AssertionError, match="second derivative"):
        check_torch(softplus_function(torch, lambda z, g: g * torch.sigmoid(z) * torch.sigmoid(-z)), of="softplus")
    with pytest.raises(AssertionError, match="cotangent is ignored"):
        check_torch(softplus_function(torch, lambda z, _: torch.sigmoid(z)), torch.randn(3, 4))


def test_functions_and_modules_of_torch(torch: Any) -> None:
    check_torch(torch.tanh, of="tanh")
    check_torch(torch.relu, of="relu", at_kink="torch")
    check_torch(torch.nn.GELU(), of="gelu", dtype="float32")
    check_torch(lambda x: torch.softmax(x, -1), torch.randn(2, 3))
    check_torch(torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)), torch.randn(5, 3))


def custom(jax: Any, slope: Any) -> Any:
    @jax.custom_vjp
    def f(z: Any) -> Any:
        return jax.nn.softplus(z)

    f.defvjp(lambda z: (f(z), z), lambda z, g: (slope(z, g),))
    return f


def test_a_custom_vjp_of_jax(jax: Any) -> None:
    right = custom(jax, lambda z, g: g * jax.nn.sigmoid(z))

    check_jax(right)
    check_jax(right, of="softplus")
    check_jax(right, np.linspace(-2, 2, 5))


def test_a_wrong_custom_vjp_is_named(jax: Any) -> None:
    with pytest.raises(AssertionError, match="chain rule"):
        check_jax(custom(jax, lambda z, g: g * jax.nn.sigmoid(-z)), of="softplus")


def test_functions_of_jax(jax: Any) -> None:
    check_jax(jax.nn.relu, of="relu", at_kink="jax")
    check_jax(jax.nn.softmax, np.random.default_rng(0).normal(size=(2, 3)))
    rng = np.random.default_rng(0)
    check_jax(lambda p: jax.numpy.tanh(p["x"] @ p["W"].T), {"x": rng.normal(size=(2, 3)), "W": rng.normal(size=(4, 3))})


IGNORED = "the cotangent is ignored"
BENT = "what comes back is not the cotangent times the slope"


def test_an_elementwise_backward_pass_multiplies_by_its_cotangent(torch: Any) -> None:
    for slope, says in ((lambda z, _: torch.sigmoid(z), IGNORED), (lambda z, g: g.abs() * torch.sigmoid(z), BENT)):
        for of in ("softplus", None):
            with pytest.raises(AssertionError, match=says):
                check_torch(softplus_function(torch, slope), of=of)


def test_an_elementwise_rule_of_jax_multiplies_by_its_cotangent(jax: Any) -> None:
    with pytest.raises(AssertionError, match=IGNORED):
        check_jax(custom(jax, lambda z, _: jax.nn.sigmoid(z)), of="softplus")


def test_buffers_of_a_module_take_the_type_of_its_parameters(torch: Any) -> None:
    check_torch(torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4)).eval(), torch.randn(5, 3))


def test_a_function_that_returns_no_tensor_is_refused(torch: Any) -> None:
    with pytest.raises(FunctionTypeError, match="not a tensor"):
        check_torch(lambda x: [x.tolist()], torch.randn(5, 2, 3))


def test_a_backward_pass_that_changes_its_cotangent_is_still_right(torch: Any) -> None:
    found = check_torch(softplus_function(torch, lambda z, g: g.mul_(torch.sigmoid(z))), of="softplus", extremes="note")

    assert "right" in str(found)


def test_the_replay_line_calls_the_check_of_the_library(torch: Any) -> None:
    with pytest.raises(AssertionError, match=r"check_torch\(target, of='softplus', seed=0, points="):
        check_torch(softplus_function(torch, lambda z, g: 2 * g * torch.sigmoid(z)), of="softplus")
    with pytest.raises(AssertionError, match=r"check_torch\(target, \*inputs, seed=0\)"):
        check_torch(softplus_function(torch, lambda z, g: 2 * g * torch.sigmoid(z)), np.arange(3.0))


UNCHECKED: dict[str, tuple[Any, str]] = {
    "returns nothing": (lambda _: None, "is a `return` missing"),
    "returns a list": (lambda z: [z], "check one part of it"),
    "takes two arguments": (lambda z, y: z + y, "does not take 1 argument"),
}


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize("bad", UNCHECKED.values(), ids=UNCHECKED)
def test_torch_functions_that_cannot_be_checked_are_refused_with_the_mend(bad: tuple[Any, str]) -> None:
    with pytest.raises(FunctionTypeError, match=bad[1]):
        check_torch(bad[0])


@pytest.mark.usefixtures("jax")
@pytest.mark.parametrize("bad", UNCHECKED.values(), ids=UNCHECKED)
def test_jax_functions_that_cannot_be_checked_are_refused_with_the_mend(bad: tuple[Any, str]) -> None:
    with pytest.raises(FunctionTypeError, match=bad[1]):
        check_jax(bad[0])


def product(torch: Any, slopes: Any) -> Any:
    """a b k and a + b, of two tensors and a number."""

    class Product(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, a: Any, b: Any, k: float) -> Any:
            ctx.save_for_backward(a, b)
            ctx.k = k
            return a * b * k, a + b

        @staticmethod
        def backward(ctx: Any, g: Any, h: Any) -> Any:
            return (*slopes(ctx, *ctx.saved_tensors, g, h), None)

    return Product


def test_numbers_are_settings_and_all_outputs_are_checked(torch: Any) -> None:
    a, b = torch.randn(3, 2), torch.randn(3, 2)
    check_torch(product(torch, lambda c, a, b, g, h: (g * b * c.k + h, g * a * c.k + h)), a, b, 3.0)
    with pytest.raises(AssertionError, match=r"wrong +input 1"):
        check_torch(product(torch, lambda c, a, b, g, h: (g * b * c.k + h, g * a * c.k)), a, b, 3.0)
    with pytest.raises(FunctionTypeError, match="needs_input_grad"):
        check_torch(
            product(torch, lambda c, a, b, g, h: (g * b * c.k + h * c.needs_input_grad[1], g * a * c.k + h)), a, b, 3.0
        )
    check_torch(torch.nn.LSTM(2, 3), a)
    check_torch(lambda parts, scale: torch.stack(parts["of"]).sum() * scale, {"of": [a, b]}, 2.0)


def test_the_types_of_torch_are_those_of_the_tensors(torch: Any) -> None:
    pytest.importorskip("ml_dtypes")
    for dtype in (torch.float32, torch.float64, torch.bfloat16):
        seen = set()
        check_torch(lambda z, seen=seen: (seen.add(z.dtype), torch.tanh(z))[1], of="tanh", dtype=dtype)
        assert dtype in seen


def test_second_derivatives_and_changes_in_place(torch: Any) -> None:
    cube = product(torch, lambda c, a, b, g, h: (g * b * c.k + h, g * a * c.k + h))

    def slope(z: Any) -> Any:
        return torch.autograd.grad(cube.apply(z, z * z, 1.0)[0].sum(), z, create_graph=True)[0]

    check_torch(slope, of="3*x^2")
    assert "changes its input in place" in str(check_torch(lambda z: z.mul_(2), torch.ones(3)))


def test_settings_and_several_outputs_of_jax(jax: Any) -> None:
    scaled = jax.custom_vjp(lambda x, k: jax.numpy.sin(x) * k, nondiff_argnums=(1,))
    scaled.defvjp(lambda x, k: (scaled(x, k), x), lambda k, x, g: (g * jax.numpy.cos(x) * k,))
    named = jax.jit(lambda x, name: getattr(jax.numpy, name)(x), static_argnums=(1,))
    x = np.arange(3.0)

    check_jax(scaled, x, 2.0)
    check_jax(named, x, "sin")
    check_jax(lambda p: p["a"] * 2, {"a": x, "mask": None})
    check_jax(lambda x: {"a": x * 2, "b": (jax.numpy.sin(x), 3)}, x)
    with pytest.raises(AssertionError, match="nan"):
        check_jax(jax.numpy.linalg.norm, np.zeros(3))


def test_softplus_of_torch_is_another_function_beyond_its_threshold(torch: Any) -> None:
    softplus = torch.nn.functional.softplus
    with pytest.raises(AssertionError, match="not the one named"):
        check_torch(softplus, of="softplus")
    check_torch(softplus)
    check_torch(softplus, of="softplus", dtype="float32")
    check_torch(lambda z: softplus(z, threshold=40), of="softplus")
