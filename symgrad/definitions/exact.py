"""Expressions and numbers that are handed in, as SymPy sees them; what is rounded is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sympy import Float, Rational, SympifyError, sympify

from symgrad.core import UnsupportedError

SHOWN = 80  # characters of what was handed in


def sympified(value: Any) -> Any:
    """The value as SymPy sees it, rounded numbers refused."""
    if isinstance(value, bool):
        raise UnsupportedError("{value} is a truth value; an expression is expected, such as 'z*tanh(z)'", value=value)
    if isinstance(value, float):
        raise UnsupportedError(
            "{value} is a rounded number; write it exactly, as text or as sympy.Rational", value=repr(value)
        )
    try:
        found = Rational(str(value)) if isinstance(value, Decimal) else sympify(value, strict=True)
    except (SympifyError, TypeError, ValueError):
        raise UnsupportedError(
            "{shown} is no expression; write text such as 'z*tanh(z)', or a SymPy expression", shown=shown(value)
        ) from None
    rounded = sorted(found.atoms(Float), key=str) if hasattr(found, "atoms") else []
    if rounded:
        number = rounded[0]
        raise UnsupportedError(
            "{number} is a rounded number; write it exactly: sympy.Rational('{exact}'), or the whole "
            "expression as text",
            number=number,
            exact=Decimal(str(number)).normalize(),
        )
    return found


def shown(value: Any) -> str:
    """What was handed in, short enough for a message."""
    text = str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
