"""The letters in which the claims are stated, and the relations, which stay as they are written."""

from __future__ import annotations

from typing import Any

from sympy import Abs, Eq, Expr, Ge, Gt, Le, Lt, Ne, S, Symbol, sympify

from symgrad.core import Induction, Variable, interval
from symgrad.definitions.activations import ACTIVATIONS
from symgrad.functions import D
from symgrad.functions.symbols import a, y, z

__all__ = ["a", "y", "z"]

w, x, b, c, L = (Symbol(name, real=True) for name in ("w", "x", "b", "c", "L"))
delta = Symbol("delta", real=True)

sigmoid, tanh, relu, leaky_relu, prelu, elu, softplus = (
    ACTIVATIONS[name].head for name in ("sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "softplus")
)


def slope(head: Any, *arguments: Any) -> Any:
    """phi'(z), left standing."""
    return D(head(z, *arguments), z)


def eq(left: Any, right: Any) -> Any:
    """Left = right, unevaluated."""
    return Eq(left, right, evaluate=False)


def ne(left: Any, right: Any) -> Any:
    """Left != right, unevaluated."""
    return Ne(left, right, evaluate=False)


def lt(left: Any, right: Any) -> Any:
    """Left < right, unevaluated."""
    return Lt(left, right, evaluate=False)


def le(left: Any, right: Any) -> Any:
    """Left <= right, unevaluated."""
    return Le(left, right, evaluate=False)


def gt(left: Any, right: Any) -> Any:
    """Left > right, unevaluated."""
    return Gt(left, right, evaluate=False)


def ge(left: Any, right: Any) -> Any:
    """Left >= right, unevaluated."""
    return Ge(left, right, evaluate=False)


def over(symbol: Symbol, lower: Any, upper: Any, closed: str = "") -> Variable:
    """A variable between two ends, open unless `closed` names "left", "right" or "both"."""
    return Variable(symbol, interval(lower, upper, closed))


def positive(*symbols: Symbol) -> tuple[Variable, ...]:
    """Variables above 0."""
    return tuple(over(s, 0, None) for s in symbols)


def never_below_zero(*symbols: Symbol) -> tuple[Variable, ...]:
    """Variables that are not negative."""
    return tuple(over(s, 0, None, "left") for s in symbols)


def at(**values: Expr | int) -> tuple[tuple[Symbol, Any], ...]:
    """A point, by the names of its coordinates."""
    return tuple((Symbol(n, real=True), sympify(v, strict=True)) for n, v in values.items())


def at_most(words: str, size: Any, factor: Any, bound: Any) -> Induction:
    """Factors at most `bound` in size: their product `size` is at most that power."""
    R = Symbol("R", real=True)
    return Induction(
        words, le(Abs(size), R), ((size, S.One, factor * size), (R, S.One, bound * R)), (le(Abs(factor), bound),)
    )
