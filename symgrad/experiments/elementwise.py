"""phi and phi' of the catalogue as NumPy functions, in their stable forms, with the usual parameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy
from numpy.typing import NDArray

from symgrad.definitions import activation_named
from symgrad.definitions.stable_slopes import STABLE_SLOPES
from symgrad.functions.numpy_printing import Stable
from symgrad.functions.stable import stabilised
from symgrad.functions.symbols import z

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.core import Definition

Array = NDArray[np.float64]
KNOWN = tuple(STABLE_SLOPES.values())


@dataclass(frozen=True, slots=True)
class Elementwise:
    """An activation: its values, its slopes (the convention at a kink), and where an integral must be split."""

    name: str
    phi: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    kinks: tuple[float, ...]


def elementwise(name: str) -> Elementwise:
    """The catalogue's activation of this name or alias."""
    return of_definition(activation_named(name))


@cache
def of_definition(found: Definition) -> Elementwise:
    """The functions of an entry, compiled once."""
    applied = found(z)
    usual = {p.symbol: p.default for p in found.parameters}
    kinks = tuple(sorted({float(sympy.sympify(k.at).xreplace(usual)) for k in found.kinks}))
    return Elementwise(found.name, compiled(applied), compiled(applied.diff(z)), kinks)


def compiled(expr: Any) -> Callable[[Array], Array]:
    """The stable form of an expression in z."""
    return sympy.lambdify((z,), Stable(stabilised(expr, KNOWN), z), "numpy")  # type: ignore[no-any-return]
