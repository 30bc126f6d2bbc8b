"""Gradients of PyTorch code: functions, modules and custom autograd.Function, by the same checks."""

from __future__ import annotations

from functools import update_wrapper
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.core import FunctionTypeError
from symgrad.testing.check import try_gradient, try_vjp
from symgrad.testing.pullback import pulled_back, replayed
from symgrad.testing.result import demand
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.testing.models.model import Array
    from symgrad.testing.result import Result


def check_torch(target: Any, *inputs: Any, of: Any = None, forward: Any = None, **options: Any) -> Result:
    """Assert that torch's backward pass through a function, a module or a custom `autograd.Function` is right.

    Without inputs it is checked elementwise over its whole domain, as `check_gradient` does (`of` names it, and is
    the exact truth; `forward`, a torch function, is differentiated numerically in place of `target`). With inputs
    (tensors or arrays) it is checked as a vector function at these, by all inputs and all parameters of the
    module. `dtype` is that of the tensors.
    """
    __tracebackhide__ = True
    result: Result = demand(try_torch(target, *inputs, of=of, forward=forward, **options))
    return result


def try_torch(target: Any, *inputs: Any, of: Any = None, forward: Any = None, **options: Any) -> Result:
    """How torch's backward pass fares, without raising."""
    torch = import_module("torch")
    run = callable_of(torch, target)
    if inputs:
        return replayed(at_inputs(torch, target, run, inputs, options), "check_torch(target, *inputs", target)  # type: ignore[no-any-return]
    value = numeric(torch, callable_of(torch, forward) if forward is not None else run)
    found = pulled_back(try_gradient, value, backward(torch, run), of=of, **options)
    call = "check_torch(target" + ", forward=forward" * (forward is not None)
    return replayed(found, call, target if of is None else None)  # type: ignore[no-any-return]


def callable_of(torch: Any, target: Any) -> Callable[..., Any]:
    """What is called with tensors: the `apply` of a Function, a module in eval mode, or the function itself."""
    if isinstance(target, type) and issubclass(target, torch.autograd.Function):
        found: Callable[..., Any] = getattr(target, "apply")  # noqa: B009 - torch is not there for mypy to see
        return found
    if not callable(target):
        raise FunctionTypeError(
            "target",
            message("is {kind}", kind=type(target).__name__),
            "hand in a function, a module or a Function class",
        )
    return target  # type: ignore[no-any-return]


def numeric(torch: Any, run: Callable[..., Any]) -> Callable[..., Array]:
    """A torch function as one of NumPy arrays."""

    def value(*arrays: Array) -> Array:
        with torch.no_grad():
            return np.asarray(tensor(torch, run(*(torch.as_tensor(np.array(v)) for v in arrays))).numpy())

    return update_wrapper(value, run, updated=())  # so that a wrong number of arguments is seen


def backward(torch: Any, run: Callable[..., Any]) -> Callable[..., Callable[[Array], Array]]:
    """The backward pass of an elementwise torch function by its first argument, as a function of cotangents."""

    def back(x: Array, *others: Array) -> Callable[[Array], Array]:
        leaf = torch.tensor(np.array(x), requires_grad=True)
        out = led_back(torch, run(leaf.clone(), *(torch.as_tensor(np.array(v)) for v in others)))

        def pull(c: Array) -> Array:
            c = torch.tensor(c, dtype=out.dtype)
            (found,) = torch.autograd.grad(out, leaf, c, retain_graph=True, allow_unused=True)
            return np.zeros(np.shape(x)) if found is None else np.asarray(found.numpy())

        return pull

    return back


def at_inputs(
    torch: Any, target: Any, run: Callable[..., Any], inputs: tuple[Any, ...], options: dict[str, Any]
) -> Result:
    """A vector function of all inputs and of the module's parameters."""
    tree: dict[str, Any] = {f"input {n}": array(torch, v) for n, v in enumerate(inputs) if floating(torch, v)}
    module = target if isinstance(target, torch.nn.Module) else None
    if module is not None:
        tree |= {name: array(torch, p) for name, p in module.named_parameters()}

    def called(leaves: dict[str, Any]) -> Any:
        arguments = [leaves.get(f"input {n}", v) for n, v in enumerate(inputs)]
        if module is None:
            return run(*arguments)
        own = {name: v for name, v in leaves.items() if not name.startswith("input ")}
        kind = next((v.dtype for v in leaves.values()), torch.float64)
        fixed = {
            name: b.to(kind, copy=True) if b.is_floating_point() else b.clone() for name, b in module.named_buffers()
        }
        return torch.func.functional_call(module, own | fixed, tuple(arguments))

    def f(p: dict[str, Array]) -> Array:
        with torch.no_grad():
            return np.asarray(tensor(torch, called({k: torch.as_tensor(v) for k, v in p.items()})).numpy())

    def vjp(p: dict[str, Array], c: Array) -> dict[str, Array]:
        leaves = {k: torch.tensor(v, requires_grad=True) for k, v in p.items()}
        out = led_back(torch, called({k: v.clone() for k, v in leaves.items()}))
        found = torch.autograd.grad(out, list(leaves.values()), torch.tensor(c, dtype=out.dtype), allow_unused=True)
        return {k: np.zeros(v.shape) if g is None else g.numpy() for (k, v), g in zip(p.items(), found, strict=True)}

    return single(f, vjp, tree, options) if len(tree) == 1 else try_vjp(f, vjp, tree, **options)


def tensor(torch: Any, out: Any) -> Any:
    """What a torch function returned, which is to be one tensor."""
    if not isinstance(out, torch.Tensor):
        mend = "return a tensor, made by torch's operations" + "; is a `return` missing?" * (out is None)
        if isinstance(out, tuple | list | dict):
            mend = "check one part of it: check_torch(lambda x: module(x)[0], x)"
        raise FunctionTypeError("target", message("returned a {kind}, not a tensor", kind=type(out).__name__), mend)
    return out


def led_back(torch: Any, out: Any) -> Any:
    """A tensor from which torch can go back to what it was made of; leaves are cloned, as code may work in place."""
    if not tensor(torch, out).requires_grad:
        mend = "detach, no_grad and NumPy cut the way; keep to torch's operations, or write an autograd.Function"
        raise FunctionTypeError("the gradient", "can't be taken: nothing leads back from the result to the input", mend)
    return out


def single(f: Any, vjp: Any, tree: dict[str, Array], options: dict[str, Any]) -> Result:
    """A function of one array, whose Jacobian can be diagnosed."""
    ((name, x),) = tree.items()
    return try_vjp(lambda v: f({name: v}), lambda v, c: vjp({name: v}, c)[name], x, **options)


def floating(torch: Any, value: Any) -> bool:
    """Whether an input is made of floats, so that it has a gradient."""
    return bool(value.is_floating_point()) if isinstance(value, torch.Tensor) else np.asarray(value).dtype.kind == "f"


def array(torch: Any, value: Any) -> Array:
    """The numbers of a tensor, in doubles."""
    plain = value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else value
    return np.asarray(plain, float)
