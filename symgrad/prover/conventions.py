"""What a statement may say and how its symbols are called: shared by the prover and by the checker of its proofs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.functions.elementary.piecewise import ExprCondPair

from symgrad.core import UnsupportedError
from symgrad.functions import D, put
from symgrad.functions.putting import cases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from symgrad.core import Let, Variable

BOUND = "#\u222b\u2202"  # how the names of bound symbols begin


def plain(value: Any) -> Any:
    """The SymPy value of a number or expression; text is refused, for SymPy would run it as Python."""
    try:
        return sp.sympify(value, strict=True)
    except (sp.SympifyError, OverflowError, ValueError) as error:
        raise UnsupportedError(
            "{value} is no expression; parse text with symgrad's own parser", value=type(value).__name__
        ) from error


def require_real(symbol: Any) -> None:
    """Raise UnsupportedError unless the symbol ranges over R or over one of its halves, which the prover honours."""
    narrow = (symbol.is_integer, symbol.is_rational, symbol.is_algebraic, symbol.is_noninteger, symbol.is_irrational)
    halves = (symbol.is_extended_nonnegative, symbol.is_extended_nonpositive)
    holed = symbol.is_zero is not None and not (symbol.is_positive or symbol.is_negative)
    open_ended = symbol.is_real is None and any(half is not None for half in halves)
    if symbol.is_real is False or symbol.is_finite is False or not symbol.is_commutative:
        raise UnsupportedError("the symbol {symbol} is declared as something else than a real number", symbol=symbol)
    if any(n is not None for n in narrow) or holed or open_ended:
        raise UnsupportedError(
            "the symbol {symbol} is declared as a special kind of real number; declare it real, and "
            "give its domain or the condition on it",
            symbol=symbol,
        )


def named(symbols: Iterable[Any]) -> dict[str, Any]:
    """The symbols by the names that proofs give them: two that only look alike get two names, in a settled order."""
    alike: dict[str, list[Any]] = {}
    for symbol in symbols:
        alike.setdefault(symbol.name.lstrip(BOUND), []).append(symbol)
    found: dict[str, Any] = {}
    for name in sorted(alike):
        for symbol in sorted(alike[name], key=_declared) if len(alike[name]) > 1 else alike[name]:
            free = name
            while free in found or (free != name and free in alike):
                free += "'"
            found[free] = symbol
    return found


def _declared(symbol: Any) -> tuple[str, str, int]:
    return symbol.name, str(sorted(symbol.assumptions0.items())), getattr(symbol, "dummy_index", 0)


def opened(applied: Any) -> tuple[Any, dict[Any, Any]]:
    """A named function's formula in its own letters, and what these are; an infinite end has been put in."""
    values = dict(zip(applied.variables + applied.parameters, applied.filled, strict=True))
    ends = {letter: value for letter, value in values.items() if value in {sp.oo, -sp.oo}}
    formula = applied.formula.xreplace(ends) if ends else applied.formula
    return formula, {letter: value for letter, value in values.items() if letter not in ends}


def symbols_of(left: Any, right: Any, variables: Sequence[Variable], lets: Sequence[Let], assuming: Any) -> set[Any]:
    """Every symbol that a statement mentions, bound ones included."""
    parts = [left, right, assuming, *(part for let in lets for part in (let.symbol, plain(let.value)))]
    for v in variables:
        parts += [v.symbol, *(end for end in (v.domain.lower, v.domain.upper, *v.domain.values) if end is not None)]
    return set().union(*(part.atoms(sp.Symbol) for part in parts if isinstance(part, sp.Basic)))


def told(left: Any, right: Any, variables: Sequence[Variable], lets: Sequence[Let], assuming: Any) -> list[str]:
    """The statement as a certificate shows it: its sides, condition, names and domains, for a reader."""
    names = [f"{let.symbol} = {shown(let.value)}" for let in lets]
    return [shown(left), shown(right), shown(assuming), *names, *(f"{v.symbol} in {v.domain}" for v in variables)]


@lru_cache(1024, typed=True)
def shown(expr: Any) -> str:
    """An expression in SymPy's words: a line of a derivation stands in two steps, a name in all of them."""
    return str(expr)


def truth(condition: Any) -> Any:
    """1 where a condition holds and 0 where it does not, read as it stands.

    SymPy's constructors work out the cases inside a condition, and drop what has no value.
    """
    if not condition.has(sp.Piecewise):
        return sp.Piecewise((sp.S.One, condition), (sp.S.Zero, True), evaluate=False)
    return cases(sp.Piecewise, [cases(ExprCondPair, pair) for pair in ((sp.S.One, condition), (sp.S.Zero, sp.true))])


def order_matters(expr: Any, variables: Sequence[Variable] = ()) -> bool:
    """Whether an "or", "not" or a case rests on a comparison that has no truth value everywhere.

    "log z > 0 or z < 0" is open at z = -1: true by its second part, without an answer by its first.
    """
    if not isinstance(expr, sp.Basic):
        return False
    lows = [(v.symbol, v.domain.lower) for v in variables if v.domain.lower_open]
    positive = {s: sp.Dummy(positive=True) for s, low in lows if low is not None and low.is_nonnegative}
    expr = put(expr, positive)
    parts = set(expr.atoms(sp.Or, sp.Not, sp.ITE))
    parts |= {c for cases in expr.atoms(sp.Piecewise) for _, c in cases.args if isinstance(c, sp.And)}
    return any(_partial(relation) for part in parts for relation in part.atoms(Relational))


def _partial(relation: Any) -> bool:
    """Whether a comparison may lack a value: it has a logarithm, a root, an inverse function or a quotient."""
    powers = (p for p in relation.atoms(sp.Pow) if not (p.exp.is_Integer and p.exp.is_positive))
    risky = any(not p.base.is_positive for p in powers if p.base != sp.E)
    return risky or relation.has(sp.log, sp.atanh, sp.acosh, sp.erfinv, sp.LambertW, D)
