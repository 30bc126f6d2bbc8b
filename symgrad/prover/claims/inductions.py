"""Induction over the depth: what must hold at its beginning and at each step is made from the statement itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import And, Eq, Ge, Gt, Le, Lt, Symbol, true

from symgrad.core import Holds, Variable, interval

if TYPE_CHECKING:
    from symgrad.core import Induction

SLACK = {Le: 1, Lt: 1, Ge: -1, Gt: -1}


def beginning(s: Induction) -> Holds:
    """The relation for the first values."""
    return Holds(s.words, moved(s.relation, {x: first for x, first, _ in s.follows}), s.variables)


def step(s: Induction) -> Holds:
    """The relation for the next values, wherever it holds for the present ones and what is `given` holds.

    Each of these assumptions u <= v is used up: v is u plus a number that is not negative, or u is v less one. So the
    variable's own domain is not needed; what has no variable by itself on a side stays an assumption.
    """
    goal = moved(s.relation, {x: after for x, _, after in s.follows})
    waiting, variables, assuming = [s.relation, *s.given], list(s.variables), []
    while waiting:
        known = waiting.pop(0)
        found = used_up(known)
        if found is None:
            assuming.append(known)
            continue
        symbol, value, slack = found
        goal, *rest = (moved(r, {symbol: value}) for r in (goal, *waiting, *assuming))
        waiting, assuming = rest[: len(waiting)], rest[len(waiting) :]
        variables = [v for v in variables if v.symbol != symbol] + slack
    return Holds(s.words, goal, tuple(variables), And(*assuming) if assuming else true)


def used_up(known: Any) -> tuple[Symbol, Any, list[Variable]] | None:
    """The variable that an assumption is about, its value, and the slack in it; None where it is about none alone."""
    for symbol, other, side in ((known.lhs, known.rhs, -1), (known.rhs, known.lhs, 1)):
        if not isinstance(symbol, Symbol) or symbol in other.free_symbols:
            continue
        if isinstance(known, Eq):
            return symbol, other, []
        if type(known) in SLACK:
            gap = Symbol(f"slack_{symbol}", real=True)  # no user's name has a word before its underscore
            closed = "left" if isinstance(known, Le | Ge) else ""
            return symbol, other + side * SLACK[type(known)] * gap, [Variable(gap, interval(0, None, closed))]
    return None


def moved(relation: Any, values: dict[Any, Any]) -> Any:
    """A relation with values for its symbols, as it stands."""
    return type(relation)(*(side.xreplace(values) for side in relation.args), evaluate=False)
