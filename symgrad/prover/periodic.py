"""Functions that repeat themselves: the variable stands in sines and cosines of its whole multiples alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Dummy, Integer, cos, pi, sin

from symgrad.core import Domain

if TYPE_CHECKING:
    from sympy import Symbol

PERIOD = Domain(Integer(0), 2 * pi, lower_open=False, upper_open=False)
PLACES = (Integer(0), pi / 2, pi, 3 * pi / 2, Integer(1), Integer(2))


def periodic(expr: Any, variable: Symbol) -> bool:
    """Whether an expression is seen to have the period 2 pi."""
    angles = {f: Dummy() for f in expr.atoms(sin, cos) if whole(f.args[0], variable)}
    return bool(angles) and variable not in expr.xreplace(angles).free_symbols


def whole(angle: Any, variable: Symbol) -> bool:
    """Whether an angle is k z + c with an integer k."""
    slope = angle.diff(variable) if angle.is_polynomial(variable) else None
    return slope is not None and slope.is_Integer and slope != 0
