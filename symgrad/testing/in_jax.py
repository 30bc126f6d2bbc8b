"""Gradients of JAX code: functions and custom_vjp, by the same checks, in double precision unless asked otherwise."""

from __future__ import annotations

from functools import update_wrapper
from importlib import import_module
from numbers import Number
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad import checker
from symgrad.checker.calling import callable_one
from symgrad.checker.options import float_type, understood
from symgrad.checker.plan import span
from symgrad.core import FunctionShapeError, FunctionTypeError
from symgrad.testing.check import try_gradient, try_vjp
from symgrad.testing.pullback import pulled_back, replayed
from symgrad.testing.result import demand
from symgrad.testing.subject import subject
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.testing.models.model import Array
    from symgrad.testing.result import Result

RULE = "VJP bwd rule must produce"  # as JAX begins such an error


def check_jax(fun: Callable[..., Any], *inputs: Any, of: Any = None, forward: Any = None, **options: Any) -> Result:
    """Assert that JAX's reverse mode through `fun` is right, custom_vjp rules included.

    Without inputs `fun` is checked elementwise over its whole domain (`of` names it, and is the exact truth;
    `forward` is differentiated numerically in place of `fun`). With inputs (arrays in dicts, lists and tuples; one
    argument each) it is checked as a vector function at these, in all arrays that it returns; numbers and other
    settings beside them are handed on as they are. Double precision is switched on meanwhile.
    """
    __tracebackhide__ = True
    result: Result = demand(try_jax(fun, *inputs, of=of, forward=forward, **options))
    return result


def try_jax(fun: Callable[..., Any], *inputs: Any, of: Any = None, forward: Any = None, **options: Any) -> Result:
    """How JAX's reverse mode fares, without raising."""
    jax = import_module("jax")
    callable_one(fun, "the function")
    with doubles(jax):
        if not inputs:
            options.setdefault("points", normal_points(of, options))
            found = pulled_back(try_gradient, numeric(jax, forward or fun), backward(jax, fun), of=of, **options)
            call = "check_jax(fun" + ", forward=forward" * (forward is not None)
            return replayed(found, call, fun if of is None else None)  # type: ignore[no-any-return]
        return replayed(at_inputs(jax, fun, inputs, options), "check_jax(fun, *inputs", fun)  # type: ignore[no-any-return]


def at_inputs(jax: Any, fun: Callable[..., Any], inputs: tuple[Any, ...], options: dict[str, Any]) -> Result:
    """A vector function of all floats in the inputs; what else they hold, such as indices, stays as it is."""
    moving = [n for n, v in enumerate(inputs) if not plain_number(v)] or [*range(len(inputs))]
    whole = inputs[0] if len(inputs) == 1 else {f"input {n}": inputs[n] for n in moving}
    leaves, shape = jax.tree_util.tree_flatten(whole, is_leaf=lambda v: v is None)
    floats = [n for n, v in enumerate(leaves) if np.asarray(v).dtype.kind == "f"]
    if len(floats) < len(leaves):
        tree: Any = {f"leaf {n}": np.asarray(leaves[n], float) for n in floats}
    else:
        tree = jax.tree_util.tree_map(lambda v: np.asarray(v, float), whole)

    def called(p: Any) -> Any:
        if len(floats) < len(leaves):
            p = jax.tree_util.tree_unflatten(shape, [p.get(f"leaf {n}", v) for n, v in enumerate(leaves)])
        return joined(jax, fun(p) if len(inputs) == 1 else fun(*(p.get(f"input {n}", v) for n, v in enumerate(inputs))))

    def f(p: Any) -> Array:
        return np.asarray(called(p))

    def vjp(p: Any, c: Array) -> Any:
        out, back = differentiated(jax, called, jax.tree_util.tree_map(jax.numpy.asarray, p))
        return jax.tree_util.tree_map(np.asarray, led_back(back, jax.numpy.asarray(c, out.dtype)))

    return try_vjp(f, vjp, tree, **options)


def plain_number(value: Any) -> bool:
    """Whether an argument is a number of Python's, which is a setting beside arrays; a tracer is none."""
    return isinstance(value, Number) and not isinstance(value, np.generic)


def joined(jax: Any, out: Any) -> Any:
    """What a JAX function returned, as one array: all its arrays of floats in a row."""
    if not isinstance(out, tuple | list | dict):
        return plain(out)
    types = [(v, jax.numpy.result_type(plain(v))) for v in jax.tree_util.tree_leaves(out)]
    leaves = [v for v, kind in types if jax.numpy.issubdtype(kind, jax.numpy.inexact)]
    return jax.numpy.concatenate([jax.numpy.ravel(v) for v in leaves]) if leaves else plain(out)


def plain(out: Any) -> Any:
    """What a JAX function returned, which is to be one array."""
    if isinstance(out, tuple | list | dict) or not (hasattr(out, "dtype") or isinstance(out, Number)):
        mend = "return an array of jax.numpy" + "; is a `return` missing?" * (out is None)
        if isinstance(out, tuple | list | dict):
            mend = "check one part of it: check_jax(lambda x: fun(x)[0], x)"
        raise FunctionTypeError(
            "the function", message("returned a {kind}, not an array", kind=type(out).__name__), mend
        )
    return out


def differentiated(jax: Any, fun: Callable[[Any], Any], x: Any) -> Any:
    """The value and the way back; NumPy's functions inside cut it."""
    try:
        return jax.vjp(fun, x)
    except jax.errors.TracerArrayConversionError as error:
        told = "can't be taken: something in it turns JAX's arrays into NumPy's"
        raise FunctionTypeError("the gradient", told, "use jax.numpy in place of numpy") from error


def led_back(pull: Callable[[Any], Any], c: Any) -> Any:
    """What a cotangent becomes; JAX refuses what a custom rule returns in another shape or container."""
    try:
        return pull(c)[0]
    except (TypeError, ValueError) as error:
        if RULE not in str(error):
            raise
        told = message("returned something of another shape or container than the arguments")
        raise FunctionShapeError(
            "the backward pass", told, "return a tuple, with one array for each argument"
        ) from error


def normal_points(of: Any, options: dict[str, Any]) -> list[float]:
    """The usual points but for subnormal numbers, which XLA takes for 0."""
    dtype = float_type(options.get("dtype", "float64")).name
    understood(**{k: options[k] for k in ("count", "seed") if k in options})
    keys = {"count", "seed"} & options.keys()
    reference = None
    if of is not None:
        reference = subject(of, options.get("parameters"), options.get("variable")).references[0]
    domain = span(options.get("domain"), reference)
    at = tuple(c.at for c in reference.corners) if reference else ()
    x = checker.points(*domain, at, dtype=dtype, wide=of is not None, **{k: options[k] for k in keys})
    least = np.finfo(dtype if dtype in {"float16", "float64"} else "float32").tiny  # bfloat16 has the same
    return [float(v) for v in x if v == 0 or abs(v) >= least]


def doubles(jax: Any) -> Any:
    """Double precision for a while; how it is asked for has changed between releases."""
    home = jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")
    return home.enable_x64(True)  # noqa: FBT003 - jax's own signature


def numeric(jax: Any, fun: Callable[..., Any]) -> Callable[..., Array]:
    """A JAX function as one of NumPy arrays."""

    def value(*arrays: Array) -> Array:
        return np.asarray(plain(fun(*(jax.numpy.asarray(v) for v in arrays))))

    return update_wrapper(value, fun, updated=())  # so that a wrong number of arguments is seen


def backward(jax: Any, fun: Callable[..., Any]) -> Callable[..., Callable[[Array], Array]]:
    """The backward pass of an elementwise JAX function by its first argument, as a function of cotangents."""

    def back(x: Array, *others: Array) -> Callable[[Array], Array]:
        rest = [jax.numpy.asarray(v) for v in others]
        out, pull = differentiated(jax, lambda v: plain(fun(v, *rest)), jax.numpy.asarray(x))
        return lambda c: np.asarray(led_back(pull, jax.numpy.asarray(c, out.dtype)))

    return back
