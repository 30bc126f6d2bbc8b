"""What a user hands in to be differentiated or proved: checked, and turned into SymPy expressions and symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import (
    AccumBounds,
    Expr,
    MatrixBase,
    MatrixExpr,
    Pow,
    Symbol,
    acosh,
    atanh,
    log,
)

from symgrad import prover
from symgrad.core import ParseError, Status, UnsupportedError
from symgrad.definitions.arithmetic import UNREAL, unreal
from symgrad.definitions.exact import shown, sympified
from symgrad.definitions.parser import HEIGHT, height, parse
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.core import Variable

PARTIAL = (log, atanh, acosh)  # functions that have no value for some real arguments
SECONDS = 5.0  # to see whether an expression has a value anywhere


def expression(value: Any) -> Any:
    """A SymPy expression in exact real numbers; text is parsed by symgrad's grammar, never run."""
    if isinstance(value, str):
        return parse(value)
    found = sympified(value)
    if not isinstance(found, Expr) or isinstance(found, MatrixBase | MatrixExpr | AccumBounds):
        raise UnsupportedError(
            "{shown} is no expression; write text such as 'z*tanh(z)', or a SymPy expression of scalars",
            shown=shown(value),
        )
    if found.has(*UNREAL) or (found.is_number and unreal(found)):
        raise UnsupportedError(
            "{shown} has a part that is no real number; symgrad works over the reals", shown=shown(value)
        )
    if height(found) > HEIGHT:
        raise UnsupportedError("the expression is nested too deeply to be differentiated; break it into parts")
    return found


def chosen(expr: Any, wrt: str | Symbol | None) -> Symbol:
    """The symbol to differentiate by: the one named, else `z`, else the only one there is."""
    named = {s.name: s for s in sorted(expr.free_symbols, key=str)}
    if wrt is None:
        if "z" in named or len(named) <= 1:
            return named.get("z", next(iter(named.values()), Symbol("z", real=True)))
        first = next(iter(named))
        raise UnsupportedError(
            "the expression has the symbols {names}; say which one to differentiate by: --wrt "
            '{first}, in Python wrt="{first}"',
            names=", ".join(named),
            first=first,
        )
    found = symbol(wrt, named)
    if named and found not in named.values():
        same = message(" (it has another symbol of that name)") if found.name in named else ""
        raise UnsupportedError(
            "{found} does not occur in the expression{same}; differentiate by one of {names}",
            found=found,
            same=same,
            names=", ".join(named),
        )
    return found


def symbol(wrt: Any, named: dict[str, Symbol]) -> Symbol:
    """The symbol that is meant, one of the expression's own where it has one of that name."""
    if isinstance(wrt, Symbol):
        return wrt
    found = named.get(wrt) if isinstance(wrt, str) else None
    if found is None and isinstance(wrt, str):
        try:
            found = parse(wrt)
        except ParseError:
            found = None
        found = named.get(str(found), found)  # α is alpha
    if not isinstance(found, Symbol):
        raise UnsupportedError(
            "{shown} is no symbol; differentiate by one of {value}",
            shown=repr(shown(wrt)),
            value=", ".join(named) or "z",
        )
    return found


def require_value(expr: Any, domains: Sequence[Variable]) -> None:
    """Raise UnsupportedError for an expression that has no real value anywhere, such as sqrt(-z^2 - 1)."""
    if any(not (isinstance(part, Pow) and part.exp.is_Integer) for part in expr.atoms(Pow, *PARTIAL)):
        verdict = prover.prove(expr, expr + 1, variables=domains, seconds=SECONDS)
        if verdict.status is Status.VACUOUS:
            raise UnsupportedError(
                "{shown} is nowhere real: it has no value at any point; check its signs", shown=shown(expr)
            )
