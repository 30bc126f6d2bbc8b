"""Values put into an expression as it stands: SymPy works an expression out again when it rebuilds it."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sympy import Basic, Function, LambertW, Piecewise, Pow, Tuple, acosh, atanh, erfinv, log
from sympy.functions.elementary.piecewise import ExprCondPair

from symgrad.core import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

PARTIAL = (log, atanh, acosh, erfinv, LambertW)  # what has no value for some real numbers
CASES = {
    ExprCondPair: Tuple,
    Piecewise: Basic,
}  # whose constructors fold the cases inside a condition, whatever is asked


def put(expr: Any, values: Mapping[Any, Any]) -> Any:
    """`expr` with parts replaced and nothing worked out: z/z stays z/z, and so does the hole in its domain."""
    moved = {old: new for old, new in values.items() if old != new}
    return _put(expr, moved, _as_said, {}) if moved else expr


def filled(formula: Any, values: Mapping[Any, Any]) -> Any:
    """`formula` with values for its letters, worked out but for what would lose a place where it has no value."""
    plain = all(value.is_Symbol for value in values.values()) and len(set(values.values())) == len(values)
    return formula.xreplace(dict(values)) if plain else _put(formula, values, _as_valued, {})


def held(function: Any, *args: Any) -> Any:
    """`function(*args)` worked out, but for what would lose a place where it has no value: z/z stays z/z."""
    made = function(*args)
    return made if _as_valued(made, function, list(args)) else function(*args, evaluate=False)


def _put(
    expr: Any, values: Mapping[Any, Any], alike: Callable[[Any, Any, list[Any]], bool], memo: dict[Any, Any]
) -> Any:
    if expr in values:
        return values[expr]
    if expr not in memo:
        args = [_put(part, values, alike, memo) for part in expr.args]
        same = all(new is old for new, old in zip(args, expr.args, strict=True))
        memo[expr] = expr if same else _made(expr.func, args, alike)
    return memo[expr]


def _made(function: Any, args: list[Any], alike: Callable[[Any, Any, list[Any]], bool]) -> Any:
    """The function of these arguments as SymPy writes it, or just as it stands where that is not alike."""
    worked_out = None
    with suppress(
        ValueError, TypeError
    ):  # Max of what SymPy can't see to be real, a comparison of what it sees not to be
        worked_out = function(*args)
        if alike(worked_out, function, args):
            return worked_out
    try:
        return cases(function, args) if function in CASES else function(*args, evaluate=False)
    except TypeError:
        raise UnsupportedError(
            "SymPy turns {function} of {values} into {worked_out}; write it with the symbols it is to have",
            function=function.__name__,
            values=", ".join(map(str, args)),
            worked_out=worked_out,
        ) from None


def cases(function: Any, args: Sequence[Any]) -> Any:
    """A Piecewise, or one of its pairs, just as it stands."""
    return CASES[function].__new__(function, *args)


def _as_said(made: Any, function: Any, args: list[Any]) -> bool:
    """Whether SymPy has but put the arguments into its own order."""
    return bool(made.func == function and Counter(made.args) == Counter(args))


def _as_valued(made: Any, function: Any, args: list[Any]) -> bool:
    """Whether all parts that may lack a value are still there."""
    return set().union(*map(_partial, args)) <= _partial(made) and not (function is Pow and _parted(made, *args))


def _parted(made: Any, base: Any, exponent: Any) -> bool:
    """Whether a root asks for more than it did: |z| sqrt(z - 1) has no value at 0, sqrt(z^2 (z - 1)) has."""
    if exponent.is_integer or base.is_nonnegative or not base.free_symbols:
        return False
    return not any((p.base / base).is_number for p in made.atoms(Pow) if not p.exp.is_integer)


def _partial(expr: Any) -> frozenset[Any]:
    """What must not be zero, must not be negative, and the functions that must have a value."""
    return _asked(expr)[0]


@lru_cache(maxsize=4096)
def _asked(expr: Any) -> tuple[frozenset[Any], bool]:
    """The same, and whether a symbol occurs."""
    parts = [_asked(a) for a in expr.args]
    found = frozenset[Any]().union(*(asked for asked, _ in parts))
    varies = expr.is_Symbol or any(moves for _, moves in parts)
    if varies and isinstance(expr, Pow) and not (expr.exp.is_Integer and expr.exp.is_positive):
        found |= {("nonzero", expr.base)} if not expr.exp.is_positive else set()
        found |= {("not negative", expr.base)} if not expr.exp.is_Integer else set()
    elif varies and isinstance(expr, Function) and (isinstance(expr, PARTIAL) or hasattr(expr, "formula")):
        found |= {expr}
    return found, varies
