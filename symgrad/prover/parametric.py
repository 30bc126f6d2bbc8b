"""Extremes with the parameters kept as letters: sup ELU' = max(1, alpha) for every alpha > 0.

Each piece must be monotone for all values of the parameters, by a proved sign of its slope; then the extremes are
among the limits at the ends of the pieces. Nothing here is numeric.
"""

from __future__ import annotations

from functools import cmp_to_key
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sympy import I, Integer, Max, Min, Poly, PolynomialError, Symbol, Tuple, nan, oo, zoo

from symgrad.core import Domain, UnsupportedError
from symgrad.functions import unfold
from symgrad.prover.factors import slope
from symgrad.prover.limits import formal_limit
from symgrad.prover.named import Ranged, lettered
from symgrad.prover.pieces import resolved, special
from symgrad.prover.taylor import sign

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.core import Variable


def parametric_extrema(expr: Any, variable: Symbol, parameters: Sequence[Variable] = ()) -> tuple[Any, Any]:
    """The infimum and the supremum over R as formulas in the parameters, which hold all over their domains.

    Raises UnsupportedError where a piece is not proved monotone for all of them.
    """
    letters = {p.symbol: Ranged(p.symbol, p.domain) for p in parameters}
    function = unfold(expr).xreplace(letters)
    breaks = _breaks(function, variable)
    values = [v for low, high in pairwise([None, *breaks, None]) for v in _of_piece(function, variable, low, high)]
    at_breaks = (resolved(function, variable, b).xreplace({variable: b}) for b in breaks)
    values += [v for v in at_breaks if not v.has(nan, zoo, oo, -oo, I)]  # else there is no value
    return lettered(_extreme(values, -1)), lettered(_extreme(values, 1))


def _breaks(function: Any, variable: Symbol) -> list[Any]:
    """The points at which the function switches, in order for all values of the parameters."""
    found: set[Any] = set()
    for part in special(function, variable):
        try:
            a, b = Poly(part, variable).all_coeffs()
        except (PolynomialError, ValueError) as error:
            raise UnsupportedError(
                "{part} switches at points that are not linear in the parameters", part=part
            ) from error
        if not sign(a):
            raise UnsupportedError("the sign of {a} depends on the parameters", a=a)
        found.add(-b / a)
    return sorted(found, key=cmp_to_key(_order))


def _order(u: Any, v: Any) -> int:
    found = sign(u - v)
    if found is None:
        raise UnsupportedError("whether {u} or {v} is greater depends on the parameters", u=u, v=v)
    return found


def _of_piece(function: Any, variable: Symbol, low: Any, high: Any) -> list[Any]:
    """The values between which the function moves on an open interval."""
    expr = resolved(function, variable, _between(low, high))
    inside = Ranged(variable, Domain(low, high))
    moves = sign(slope(expr, variable).xreplace({variable: inside}))
    if moves is None:
        raise UnsupportedError("the slope of {expr} has no sign that holds for all values of the parameters", expr=expr)
    if moves == 0:
        return [expr.xreplace({variable: _between(low, high)})]
    return [_towards(expr, variable, end, inward) for end, inward in ((low, 1), (high, -1))]


def _between(low: Any, high: Any) -> Any:
    if low is None:
        return Integer(0) if high is None else high - 1
    return low + 1 if high is None else (low + high) / 2


def _towards(expr: Any, variable: Symbol, end: Any, inward: int) -> Any:
    if end is None:
        value = formal_limit(expr, variable, -inward * oo)
    elif any(Tuple(part).has(variable) for part in special(expr, variable)):
        value = formal_limit(expr, variable, (end, inward))
    else:
        value = expr.xreplace({variable: end})  # nothing in it is singular anywhere
    if value is None:
        raise UnsupportedError(
            "the limit of {expr} at {end} could not be proved for all values of the parameters", expr=expr, end=end
        )
    return value


def _extreme(values: list[Any], side: int) -> Any:
    """The greatest value (side 1) or the least, as a Max or Min of those that are not proved to be beaten."""
    if side * oo in values:
        return side * oo
    kept: list[Any] = []
    for value in dict.fromkeys(v for v in values if v != -side * oo):
        if any((sign(side * (value - k)) or 1) < 0 or value == k for k in kept):
            continue
        kept = [k for k in kept if (sign(side * (k - value)) or 1) > 0] + [value]
    return (Max if side > 0 else Min)(*kept)
