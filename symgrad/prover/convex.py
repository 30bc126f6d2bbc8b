"""Bounds by convexity: what is convex in one variable, on a bounded interval, is largest at an end of the interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Abs, Add, Max, Mul, Poly, PolynomialError, Pow, Symbol, exp

from symgrad.prover.order import sign_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.core import Variable


def convex(expr: Any, x: Symbol, variables: Sequence[Variable]) -> bool:
    """Whether an expression is convex and continuous in x by its form, whatever the other variables are."""
    if affine(expr, x):
        return True
    if isinstance(expr, Add | Max):
        return all(convex(a, x, variables) for a in expr.args)
    if isinstance(expr, Mul):
        factor, rest = expr.as_independent(x, as_Add=False)
        never_below = rest != expr and convex(rest, x, variables) and sign_of(factor, variables, strict=False) in {0, 1}
        return bool(never_below)
    if isinstance(expr, Pow) and expr.exp.is_Integer:
        return bool(expr.exp > 0 and expr.exp % 2 == 0 and affine(expr.base, x))
    return isinstance(expr, Abs | exp) and affine(expr.args[0], x)


def affine(expr: Any, x: Symbol) -> bool:
    """Whether an expression is a + b x, with a and b free of x."""
    if x not in expr.free_symbols:
        return True
    try:
        poly = Poly(expr, x)
    except PolynomialError:
        return False
    return bool(poly.degree() <= 1 and x not in poly.free_symbols_in_domain)
