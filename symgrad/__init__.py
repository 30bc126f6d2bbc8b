"""Gradients of neural networks, derived line by line, each line proved.

Besides the names in `__all__`, every catalogue entry can be imported as a SymPy function:
`from symgrad import sigmoid, softplus, relu`; and `lambdify`, which is SymPy's for stable NumPy code.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symgrad.core import Definition, Derivation, Document, Status, Step, SymgradError, Variable, Verdict, interval
    from symgrad.core.marking import gradient
    from symgrad.deriver import worked
    from symgrad.functions import D
    from symgrad.functions.symbols import a, y, z
    from symgrad.pipeline.numpy_source import numpy_code
    from symgrad.pipeline.public import (
        activation,
        derivative,
        derive,
        loss,
        matching_loss,
        output_delta,
        prove,
        second_derivative,
    )
    from symgrad.pipeline.worked import Worked

__version__ = "0.1.0"

__all__ = [
    "D",
    "Definition",
    "Derivation",
    "Document",
    "Status",
    "Step",
    "SymgradError",
    "Variable",
    "Verdict",
    "Worked",
    "a",
    "activation",
    "derivative",
    "derive",
    "gradient",
    "interval",
    "loss",
    "matching_loss",
    "numpy_code",
    "output_delta",
    "prove",
    "second_derivative",
    "worked",
    "y",
    "z",
]

_CORE = "Definition Derivation Document Status Step SymgradError Variable Verdict interval"
_PUBLIC = "activation derivative derive loss matching_loss output_delta prove second_derivative"
_HOMES = {
    **dict.fromkeys(_CORE.split(), "symgrad.core"),
    **dict.fromkeys(_PUBLIC.split(), "symgrad.pipeline.public"),
    **dict.fromkeys(("lambdify", "numpy_code"), "symgrad.pipeline.numpy_source"),
    **dict.fromkeys(("a", "y", "z"), "symgrad.functions.symbols"),
    "D": "symgrad.functions",
    "Worked": "symgrad.pipeline.worked",
    "worked": "symgrad.deriver",
    "gradient": "symgrad.core.marking",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first used, or the SymPy function of a catalogue entry."""
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
    elif name.startswith("_"):
        raise AttributeError(f"module 'symgrad' has no attribute {name!r}")
    else:
        value = _head(name)
    globals()[name] = value
    return value


def _head(name: str) -> Any:
    """The SymPy function of the activation or the loss called `name`."""
    definitions = import_module("symgrad.definitions")
    for catalogue in (definitions.ACTIVATIONS, definitions.LOSSES):
        if name in catalogue:
            return catalogue[name].head
    raise AttributeError(f"module 'symgrad' has no attribute {name!r}; dir(symgrad) lists the public names")


def __dir__() -> list[str]:
    return sorted({*__all__, *globals()})
