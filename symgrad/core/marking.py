"""The mark by which pytest's plugin and `symgrad check` find the gradients to check."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from symgrad.core.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
