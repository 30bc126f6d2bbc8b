"""The mark by which pytest's plugin and `symgrad check` find the gradients to check."""

from __future__ import annotations

from dataclasses import dataclass, field
from inspect import getattr_static
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar

from symgrad.core.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MARK = "__symgrad_gradient__"
F = TypeVar("F", bound="Callable[..., Any]")


@dataclass(frozen=True, slots=True)
class Mark:
    """What a marked function is the gradient of, and the options of its check."""

    of: Any = None
    forward: Any = None
    options: Mapping[str, Any] = field(default_factory=dict)


def gradient(of: Any = None, *others: Any, forward: Any = None, **options: Any) -> Callable[[F], F]:
    """Mark a function as the gradient of `of`, or of the function `forward`, for pytest to check.

    The options are those of `symgrad.testing.check_gradient`. The function itself is not changed.

        @symgrad.gradient(of="softplus")
        def softplus_grad(z): ...
    """
    if others or hasattr(of, "dims"):
        raise UnsupportedError(
            "gradient marks a function of yours for pytest, @symgrad.gradient(of='softplus'); "
            "to derive a gradient write symgrad.derivative(J, W)"
        )
    if of is None and forward is None:
        raise UnsupportedError("say what the function is the gradient of: gradient(of='softplus'), or forward=f")

    def mark(function: F) -> F:
        setattr(function, MARK, Mark(of, forward, options))
        return function

    return mark


def mark_of(function: Any) -> Mark | None:
    """The mark of a function, None where it has none."""
    own = getattr(function, "__dict__", None)
    found = own.get(MARK) if own is not None and hasattr(own, "get") else None
    return found if isinstance(found, Mark) else None


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked function, or a marked method of `owner`; `name` says where it is, Layer.slope for one."""

    name: str
    mark: Mark
    function: Any
    owner: type | None = None

    def get(self) -> Any:
        """What can be called with the points alone."""
        return self.function if self.owner is None else method(self.owner, self.name.rpartition(".")[2])


def marked_in(namespace: Mapping[str, Any]) -> Iterator[Marked]:
    """The marked functions of a module, and those in its classes."""
    for name, value in namespace.items():
        own = mark_of(value)
        if own is not None:
            yield Marked(name, own, value)
        elif isinstance(value, type):
            yield from methods_of(value, f"{name}.")


def methods_of(owner: type, prefix: str = "") -> Iterator[Marked]:
    """The marked methods of a class."""
    for name, raw in vars(owner).items():
        own = mark_of(raw) or mark_of(plain(raw))
        if own is not None:
            yield Marked(prefix + name, own, raw, owner)


def plain(function: Any) -> Any:
    """The function in a staticmethod or a classmethod."""
    return getattr(function, "__func__", function)


def method(owner: type, name: str) -> Any:
    """A method that can be called with the points alone: of the class, or of an instance made without arguments."""
    if not isinstance(getattr_static(owner, name), FunctionType):
        return getattr(owner, name)
    try:
        return getattr(owner(), name)
    except Exception as error:
        raise UnsupportedError(
            "{function}() raised {kind} ({error}), so that {name} cannot be called; mark a "
            "staticmethod, or a function that makes its own instance",
            function=owner.__name__,
            kind=type(error).__name__,
            error=error,
            name=name,
        ) from error
