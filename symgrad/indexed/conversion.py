"""Formulas of SymPy as indexed expressions, and back."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.core import UnsupportedError
from symgrad.indexed.build import apply
from symgrad.indexed.expr import Expr, expr

if TYPE_CHECKING:
    from collections.abc import Mapping


def from_formula(formula: Any, names: Mapping[Any, Expr]) -> Expr:
    """A formula in scalar letters, with expressions for some of them; the others stay scalars."""
    if formula in names:
        return names[formula]
    if formula.is_Rational or formula.is_Symbol or formula.is_NumberSymbol:
        return expr(formula)
    parts = [from_formula(a, names) for a in formula.args] if not isinstance(formula, sp.Piecewise) else []
    if formula.is_Add:
        return sum(parts, expr(0))
    if formula.is_Mul:
        found = expr(1)
        for part in parts:
            found *= part
        return found
    if formula.is_Pow and formula.exp.is_Rational:
        return parts[0] ** Fraction(int(formula.exp.p), int(formula.exp.q))
    if isinstance(formula, sp.Function) and not isinstance(formula, sp.Piecewise | sp.Max | sp.Min):
        return apply(formula.func, *parts)
    raise UnsupportedError(f"{formula} has cases or a variable exponent, which an indexed expression does not have")
