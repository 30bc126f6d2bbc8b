"""Values put into an expression as it stands: SymPy works an expression out again when it rebuilds it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from symgrad.core import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Mapping


def put(expr: Any, values: Mapping[Any, Any]) -> Any:
    """`expr` with parts replaced and nothing worked out: z/z stays z/z, and so does the hole in its domain."""
    moved = {old: new for old, new in values.items() if old != new}
    return _put(expr, moved, {}) if moved else expr


def _put(expr: Any, values: Mapping[Any, Any], memo: dict[Any, Any]) -> Any:
    if expr in values:
        return values[expr]
    if expr not in memo:
        args = [_put(part, values, memo) for part in expr.args]
        same = all(new is old for new, old in zip(args, expr.args, strict=True))
        memo[expr] = expr if same else _made(expr.func, args)
    return memo[expr]


def _made(function: Any, args: list[Any]) -> Any:
    """The function of these arguments as SymPy orders them, or just as they are where it would make more of them."""
    worked_out = function(*args)
    if worked_out.func == function and Counter(worked_out.args) == Counter(args):
        return worked_out
    try:
        return function(*args, evaluate=False)
    except TypeError:
        raise UnsupportedError(
            f"SymPy turns {function.__name__} of {', '.join(map(str, args))} into {worked_out}; "
            "write it with the symbols it is to have"
        ) from None
