"""Gradients of JAX code: functions and custom_vjp, by the same checks, in double precision unless asked otherwise."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.check import try_gradient, try_vjp
from symgrad.testing.result import demand

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.testing.models.model import Array
    from symgrad.testing.result import Result


def check_jax(fun: Callable[..., Any], *inputs: Any, of: Any = None, forward: Any = None, **options: Any) -> Result:
    """Assert that JAX's reverse mode through `fun` is right, custom_vjp rules included.

    Without inputs `fun` is checked elementwise over its whole domain (`of` names it, and is the exact truth;
    `forward` is differentiated numerically in place of `fun`). With inputs (arrays in dicts, lists and tuples; one
    argument each) it is checked as a vector function at these. Double precision is switched on meanwhile.
    """
    __tracebackhide__ = True
    result: Result = demand(try_jax(fun, *inputs, of=of, forward=forward, **options))
    return result


def try_jax(fun: Callable[..., Any], *inputs: Any, of: Any = None, forward: Any = None, **options: Any) -> Result:
    """How JAX's reverse mode fares, without raising."""
    jax = import_module("jax")
    with doubles(jax):
        if not inputs:
            return try_gradient(numeric(jax, forward or fun), slope(jax, fun), of=of, **options)
        tree = inputs[0] if len(inputs) == 1 else {f"input {n}": v for n, v in enumerate(inputs)}
        tree = jax.tree_util.tree_map(lambda v: np.asarray(v, float), tree)

        def called(p: Any) -> Any:
            return fun(p) if len(inputs) == 1 else fun(*p.values())

        def f(p: Any) -> Array:
            return np.asarray(called(p))

        def vjp(p: Any, c: Array) -> Any:
            out, back = jax.vjp(called, jax.tree_util.tree_map(jax.numpy.asarray, p))
            return jax.tree_util.tree_map(np.asarray, back(jax.numpy.asarray(c, out.dtype))[0])

        return try_vjp(f, vjp, tree, **options)


def doubles(jax: Any) -> Any:
    """Double precision for a while; how it is asked for has changed between releases."""
    switch = getattr(jax, "enable_x64", None) or import_module("jax.experimental").enable_x64
    return switch(True)  # noqa: FBT003 - jax's own signature


def numeric(jax: Any, fun: Callable[..., Any]) -> Callable[..., Array]:
    """A JAX function as one of NumPy arrays."""
    return lambda *arrays: np.asarray(fun(*(jax.numpy.asarray(v) for v in arrays)))


def slope(jax: Any, fun: Callable[..., Any]) -> Callable[..., Array]:
    """The derivative of an elementwise JAX function by its first argument, by reverse mode."""

    def grad(x: Array, *others: Array) -> Array:
        rest = [jax.numpy.asarray(v) for v in others]
        out, back = jax.vjp(lambda v: fun(v, *rest), jax.numpy.asarray(x))
        return np.asarray(back(jax.numpy.ones_like(out))[0])

    return grad
