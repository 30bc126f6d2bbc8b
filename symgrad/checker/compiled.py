"""Expressions as NumPy functions of arrays, and the same for a family of curves with other symbols fixed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp

from symgrad.checker.difference import Array
from symgrad.checker.quadrature import quadrature, without_integrals
from symgrad.functions import unfold

Compiled = Callable[..., Array]

# NumPy has no error function: the C library's, one number at a time
SPECIAL = {
    name: np.vectorize(function, otypes=[float])
    for name, function in (("erf", math.erf), ("erfc", math.erfc), ("loggamma", math.lgamma), ("gammaln", math.lgamma))
}


@lru_cache(maxsize=512)
def compiled(expr: Any, symbols: tuple[Any, ...]) -> Compiled | None:
    """`expr` as a function of arrays, in the stable code of named functions or else their formulas.

    None where NumPy has no function for some part of it; floating warnings are the caller's to silence.
    """
    for form in forms(expr):
        try:
            plain, integrands = without_integrals(form)
            integrals = {name: quadrature(required(f, letters)) for name, (f, letters) in integrands.items()}
            function: Callable[..., Any] = sp.lambdify(symbols, plain, modules=[integrals, SPECIAL, "numpy"])
            with np.errstate(all="ignore"):
                np.asarray(function(*np.full((len(symbols), 2), 0.5)), float)
        except (KeyError, NameError, TypeError, AttributeError, ValueError, ArithmeticError, NotImplementedError):
            continue
        return fitted(function)
    return None


def required(integrand: Any, letters: tuple[Any, ...]) -> Compiled:
    """The integrand as a function of arrays; NotImplementedError where NumPy lacks it."""
    function = compiled(integrand, letters)
    if function is None:
        raise NotImplementedError(integrand)
    return function


def forms(expr: Any) -> Iterator[Any]:
    """The expression as it stands, then without named functions."""
    yield expr
    yield unfold(expr)


def fitted(function: Callable[..., Any]) -> Compiled:
    """The function with its result spread over the shape of its arguments, as constants need."""

    def call(*arguments: Array) -> Array:
        with np.errstate(all="ignore"):
            value = np.asarray(function(*arguments), float)
        return np.broadcast_to(value, np.broadcast_shapes(*(np.shape(a) for a in arguments)))

    return call
