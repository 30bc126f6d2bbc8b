"""Gradients of PyTorch code: functions, modules and custom autograd.Function, by the same checks."""

from __future__ import annotations

from functools import update_wrapper
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.calling import alike
from symgrad.checker.trees import leaves_of, rebuilt
from symgrad.core import FunctionTypeError, UnsupportedError
from symgrad.testing.check import try_gradient, try_vjp
from symgrad.testing.pullback import pulled_back, replayed
from symgrad.testing.result import demand
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symgrad.testing.models.model import Array
    from symgrad.testing.result import Result

NARROW = "bfloat16"


def check_torch(target: Any, *inputs: Any, of: Any = None, forward: Any = None, **options: Any) -> Result:
    """Assert that torch's backward pass through a function, a module or a custom `autograd.Function` is right.

    Without inputs it is checked elementwise over its whole domain, as `check_gradient` does (`of` names it, and is
    the exact truth; `forward`, a torch function, is differentiated numerically in place of `target`). With inputs
    (tensors or arrays, in lists, tuples and dicts too) it is checked as a vector function at these, by all of them and
    all parameters of the module, and in all tensors that it returns; numbers and other settings are handed on as they
    are. `dtype`, NumPy's or torch's, is that of the backward pass.
    """
    __tracebackhide__ = True
    result: Result = demand(try_torch(target, *inputs, of=of, forward=forward, **options))
    return result


def try_torch(target: Any, *inputs: Any, of: Any = None, forward: Any = None, **options: Any) -> Result:
    """How torch's backward pass fares, without raising."""
    torch = import_module("torch")
    run = callable_of(torch, target)
    if "dtype" in options:
        options["dtype"] = numpy_type(torch, options["dtype"])
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
    if isinstance(target, type) and issubclass(target, torch.nn.Module):
        told = message("is the class {name}", name=target.__name__)
        raise FunctionTypeError("target", told, "hand in an instance of it, or one of its methods")
    if not callable(target):
        raise FunctionTypeError(
            "target",
            message("is {kind}", kind=type(target).__name__),
            "hand in a function, a module or a Function class",
        )
    return target  # type: ignore[no-any-return]


def numeric(torch: Any, run: Callable[..., Any]) -> Callable[..., Array]:
    """A torch function as one of NumPy arrays; torch may differentiate in it, as for a second derivative."""

    def value(x: Array, *others: Array) -> Array:
        leaf = tensor_of(torch, x, grad=True)
        return array_of(torch, tensor(torch, run(leaf.clone(), *(tensor_of(torch, v) for v in others))))

    return update_wrapper(value, run, updated=())  # so that a wrong number of arguments is seen


def backward(torch: Any, run: Callable[..., Any]) -> Callable[..., Callable[[Array], Array]]:
    """The backward pass of an elementwise torch function by its first argument, as a function of cotangents."""

    def back(x: Array, *others: Array) -> Callable[[Array], Array]:
        leaf = tensor_of(torch, x, grad=True)
        out = led_back(tensor(torch, run(leaf.clone(), *(tensor_of(torch, v) for v in others))))

        def pull(c: Array) -> Array:
            c = tensor_of(torch, c).to(out.dtype)
            (found,) = torch.autograd.grad(out, leaf, c, retain_graph=True, allow_unused=True)
            return np.zeros(np.shape(x)) if found is None else array_of(torch, found)

        return pull

    return back


def at_inputs(
    torch: Any, target: Any, run: Callable[..., Any], inputs: tuple[Any, ...], options: dict[str, Any]
) -> Result:
    """A vector function of all tensors of floats in the inputs, and of the module's parameters."""
    paths = [(f"input {path[1:].replace(']', '', 1)}", leaf) for path, leaf in leaves_of(inputs, "", inputs)]
    moving = [n for n, (_, leaf) in enumerate(paths) if floating(torch, leaf)]
    moving = moving or [n for n, (_, leaf) in enumerate(paths) if isinstance(leaf, float)]
    tree: dict[str, Any] = {paths[n][0]: array(torch, paths[n][1]) for n in moving}
    module = target if isinstance(target, torch.nn.Module) else None
    if module is not None:
        tree |= {name: array(torch, p) for name, p in module.named_parameters()}

    def called(leaves: dict[str, Any]) -> Any:
        arguments = rebuilt(inputs, (leaves.get(name, v) for name, v in paths))
        if module is None:
            return joined(torch, run(*arguments))
        own = {name: v for name, v in leaves.items() if not name.startswith("input ")}
        kind = next((v.dtype for v in leaves.values()), torch.float64)
        fixed = {
            name: b.to(kind, copy=True) if b.is_floating_point() else b.clone() for name, b in module.named_buffers()
        }
        return joined(torch, torch.func.functional_call(module, own | fixed, arguments))

    def f(p: dict[str, Array]) -> Array:
        leaves = {k: tensor_of(torch, v, grad=True).clone() for k, v in p.items()}
        found = array_of(torch, called(leaves)).copy()
        for k, v in leaves.items():
            p[k][...] = array_of(torch, v)  # so that it is seen if they were changed in place
        return found

    def pulled(p: dict[str, Array], c: Array, asked: Sequence[str]) -> dict[str, Array]:
        leaves = {k: tensor_of(torch, v, grad=k in asked) for k, v in p.items()}
        out = led_back(called({k: v.clone() for k, v in leaves.items()}))
        sent = tensor_of(torch, c).to(out.dtype)
        found = torch.autograd.grad(out, [leaves[k] for k in asked], sent, allow_unused=True)
        return {k: np.zeros(p[k].shape) if g is None else array_of(torch, g) for k, g in zip(asked, found, strict=True)}

    def vjp(p: dict[str, Array], c: Array) -> dict[str, Array]:
        found = pulled(p, c, [*p])
        if isinstance(target, type) and len(p) > 1:
            same_alone(found, lambda name: pulled(p, c, [name])[name])
        return found

    return single(f, vjp, tree, options) if len(tree) == 1 else try_vjp(f, vjp, tree, **options)


def same_alone(found: dict[str, Array], alone: Callable[[str], Array]) -> None:
    """Refuse a Function whose gradient by one input depends on which others are asked for."""
    for name, together in found.items():
        if not alike(np.asarray(together, float), np.asarray(alone(name), float)):
            told = message("by {name} is another where it alone requires one", name=name)
            raise FunctionTypeError("the gradient", told, "look at ctx.needs_input_grad in the backward pass")


def joined(torch: Any, out: Any) -> Any:
    """What a torch function returned, as one tensor: all its tensors of floats in a row."""
    if not isinstance(out, tuple | list | dict):
        return tensor(torch, out)
    found = [v.reshape(-1) for _, v in leaves_of(out, "", out) if isinstance(v, torch.Tensor) and not whole(v)]
    return torch.cat(found) if found else tensor(torch, out)


def tensor(torch: Any, out: Any) -> Any:
    """What a torch function returned, which is to be one tensor."""
    if not isinstance(out, torch.Tensor):
        mend = "return a tensor, made by torch's operations" + "; is a `return` missing?" * (out is None)
        if isinstance(out, tuple | list | dict):
            mend = "check one part of it: check_torch(lambda x: module(x)[0], x)"
        raise FunctionTypeError("target", message("returned a {kind}, not a tensor", kind=type(out).__name__), mend)
    return out


def whole(value: Any) -> bool:
    """Whether a tensor is made of integers or truth values, which have no gradient."""
    return not (value.is_floating_point() or value.is_complex())


def led_back(out: Any) -> Any:
    """A tensor from which torch can go back to what it was made of; leaves are cloned, as code may work in place."""
    if not out.requires_grad:
        mend = "detach, no_grad and NumPy cut the way; keep to torch's operations, or write an autograd.Function"
        raise FunctionTypeError("the gradient", "can't be taken: nothing leads back from the result to the input", mend)
    return out


def tensor_of(torch: Any, value: Any, *, grad: bool = False) -> Any:
    """A tensor of its own with the numbers of an array, and their type."""
    own = np.array(value)
    if own.dtype.name == NARROW:  # which torch does not take from NumPy
        return torch.from_numpy(own.view(np.int16)).view(torch.bfloat16).requires_grad_(grad)
    return torch.as_tensor(own).requires_grad_(grad)


def array_of(torch: Any, value: Any) -> Array:
    """The numbers of a tensor, of the same type."""
    value = value.detach().cpu()
    return np.asarray(
        value.view(torch.int16).numpy().view(narrow()) if value.dtype == torch.bfloat16 else value.numpy()
    )


def numpy_type(torch: Any, dtype: Any) -> Any:
    """The type as NumPy knows it: torch.float32 is float32."""
    name = str(dtype).removeprefix("torch.") if isinstance(dtype, torch.dtype) else dtype
    return narrow() if isinstance(name, str) and name == NARROW else name


def narrow() -> Any:
    """The type bfloat16 of NumPy arrays, which a package brings."""
    try:
        return np.dtype(import_module("ml_dtypes").bfloat16)
    except ImportError:
        raise UnsupportedError("NumPy has no bfloat16 of its own; pip install ml_dtypes") from None


def single(f: Any, vjp: Any, tree: dict[str, Array], options: dict[str, Any]) -> Result:
    """A function of one array, whose Jacobian can be diagnosed."""
    ((name, x),) = tree.items()
    return try_vjp(lambda v: f({name: v}), lambda v, c: vjp({name: v}, c)[name], x, **options)


def floating(torch: Any, value: Any) -> bool:
    """Whether an input is a tensor or an array of floats, which has a gradient; a plain number is a setting."""
    if isinstance(value, torch.Tensor):
        return bool(value.is_floating_point())
    return isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f"


def array(torch: Any, value: Any) -> Array:
    """The numbers of a tensor, in doubles."""
    return np.asarray(array_of(torch, value) if isinstance(value, torch.Tensor) else value, float)
