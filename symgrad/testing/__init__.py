"""The tester's door: whether a gradient is right, and if not, what the mistake is.

Every name is loaded when it is first used, so that pytest's plugin costs nothing until then.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symgrad.testing.check import check_gradient, check_network, check_vjp, try_gradient, try_network, try_vjp
    from symgrad.testing.diagnosing import diagnose
    from symgrad.testing.diagnosis import Diagnosis
    from symgrad.testing.in_jax import check_jax
    from symgrad.testing.in_torch import check_torch
    from symgrad.testing.models import (
        GRU,
        LSTM,
        Attention,
        BatchNorm,
        Convolution,
        Convolution2D,
        Embedding,
        Network,
        Recurrent,
    )
    from symgrad.testing.strategies import gradient_cases, gradient_of, logits, networks, points, targets

_HOMES = {
    "check": ("check_gradient", "check_network", "check_vjp", "try_gradient", "try_network", "try_vjp"),
    "diagnosing": ("diagnose",),
    "diagnosis": ("Diagnosis",),
    "in_jax": ("check_jax",),
    "in_torch": ("check_torch",),
    "models": (
        "GRU",
        "LSTM",
        "Attention",
        "BatchNorm",
        "Convolution",
        "Convolution2D",
        "Embedding",
        "Network",
        "Recurrent",
    ),
    "strategies": ("gradient_cases", "gradient_of", "logits", "networks", "points", "targets"),
}
_NAMES = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "GRU",
    "LSTM",
    "Attention",
    "BatchNorm",
    "Convolution",
    "Convolution2D",
    "Diagnosis",
    "Embedding",
    "Network",
    "Recurrent",
    "check_gradient",
    "check_jax",
    "check_network",
    "check_torch",
    "check_vjp",
    "diagnose",
    "gradient_cases",
    "gradient_of",
    "logits",
    "networks",
    "points",
    "targets",
    "try_gradient",
    "try_network",
    "try_vjp",
]


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first used."""
    if name not in _NAMES:
        raise AttributeError(
            f"module 'symgrad.testing' has no attribute {name!r}; dir(symgrad.testing) lists the names"
        )
    value = getattr(import_module(f"symgrad.testing.{_NAMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, *globals()})
