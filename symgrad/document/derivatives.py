"""Derivatives that stand: f′(z), da/dz, ∂J/∂a, d/dz (...)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Add, Mul, Piecewise

from symgrad.document.boxes import Box, Diff, Fence, Fn, Frac, Prime, Script, fenced, row, walk
from symgrad.document.spelling import GREEK

if TYPE_CHECKING:
    from symgrad.document.notation import Notation


def by_prime(function: Any, variable: Any) -> bool:
    """Whether f(z) differentiated by z is f′(z): by its only variable."""
    return bool(function.args == (variable,))


def primed(applied: Box, order: int) -> Box:
    """f(z) as f′(z)."""
    if not isinstance(applied, Fn):
        return applied
    return Fn(prime(applied.head, order), applied.argument)


def prime(head: Box, order: int = 1) -> Box:
    """A function's name with dashes, in front of its parameter: ELU′ with index α."""
    if isinstance(head, Script) and head.sup is None:
        return Script(Prime(head.base, order), head.sub)
    return Prime(head, order)


def is_partial(expr: Any, variable: Any, notation: Notation) -> bool:
    """Whether the round ∂ is due: other variables move the value too. Greek letters and lets are held fixed."""
    if expr == variable:
        return False
    named = {let.symbol for let in notation.lets}
    others = notation.value(expr).free_symbols - {variable} - named
    return any(s.name not in GREEK for s in others) or (variable.name in GREEK and bool(others))


def operator(operand: Box, expr: Any, by: Box, *, named: bool, partial: bool, order: int) -> Box:
    """da/dz of a quantity that has a name, and d/dz in front of anything else."""
    if named:
        return Diff(operand, by, partial=partial, order=order)
    signed = expr.is_Number and expr.is_negative  # d/dz −1 would be a difference
    if signed or (isinstance(expr, Add | Mul) and not isinstance(operand, Frac)):
        operand = fenced(operand, "[", "]") if has_round(operand) else fenced(operand)
    elif isinstance(expr, Piecewise):
        operand = fenced(operand, "[", "]")
    return row(Diff(None, by, partial=partial, order=order), operand)


def has_round(box: Box) -> bool:
    """Whether a box has parentheses of its own, so that brackets read better around it."""
    return any(isinstance(b, Fence) and b.left == "(" for b in walk(box))
