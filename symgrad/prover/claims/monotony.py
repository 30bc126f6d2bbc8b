"""One function at two places, by the mean value theorem: f(x) > f(y) for x > y, and |f(x) - f(y)| <= K|x - y|."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Abs, Add, Ge, Gt, Le, Lt, Pow, true

from symgrad.core import REALS, Status, SymgradError, Variable, Verdict
from symgrad.prover.factors import slope
from symgrad.prover.pieces import SWITCHES
from symgrad.prover.prove import prove
from symgrad.prover.relations import prove_relation, worked_out
from symgrad.words import message

if TYPE_CHECKING:
    from symgrad.core import Holds

METHOD = message("the mean value theorem, and a bound for the slope")
TURNED = {Gt: Lt, Lt: Gt, Ge: Le, Le: Ge}


def by_mean_value(s: Holds) -> Verdict | None:
    """The verdict on a comparison of f(x) with f(y), None where the statement is none, or its slope settles nothing."""
    symbols = sorted(s.relation.free_symbols, key=str)
    domains = [next((v.domain for v in s.variables if v.symbol == x), REALS) for x in symbols]
    if s.lets or len(symbols) != 2 or domains[0] != domains[1] or domains[0].values or type(s.relation) not in TURNED:  # noqa: PLR2004 - two places
        return None
    x, y = symbols
    try:
        free = s.assuming in {True, true}
        of_slope = lipschitz(s.relation, x, y) if free else ordered(s.relation, s.assuming, x, y)
    except SymgradError:
        return None
    if of_slope is None or not prove_relation(of_slope, variables=(Variable(x, domains[0]),)).proved:
        return None
    sides = (Pow(side, 0, evaluate=False) for side in s.relation.args)  # 1 wherever the side has a value
    valued = all(prove(one, 1, variables=s.variables, assuming=s.assuming).proved for one in sides)
    return Verdict(Status.PROVED, METHOD) if valued else None


def lipschitz(relation: Any, x: Any, y: Any) -> Any:
    """The bound of the slope that |f(x) - f(y)| <= K|x - y| says."""
    small, large = (relation.lhs, relation.rhs) if isinstance(relation, Le) else (relation.rhs, relation.lhs)
    bound = large / Abs(x - y)
    if isinstance(relation, Lt | Gt) or not isinstance(small, Abs) or bound.free_symbols:
        return None
    f = common(worked_out(small.args[0]), x, y)
    return None if f is None else Le(Abs(slope(f, x)), bound, evaluate=False)


def ordered(relation: Any, assuming: Any, x: Any, y: Any) -> Any:
    """The sign of the slope that makes the relation hold where x and y are ordered as assumed."""
    kind = type(assuming)
    if kind not in TURNED or {*assuming.args} != {x, y}:
        return None
    above = kind if assuming.lhs == x else TURNED[kind]  # x above y, or below it
    f = common(worked_out(relation.lhs - relation.rhs), x, y)
    if f is None or (isinstance(relation, Lt | Gt) and above in {Ge, Le}):
        return None
    wanted = type(relation) if above in {Gt, Ge} else TURNED[type(relation)]
    return wanted(slope(f, x), 0, evaluate=False)


def common(difference: Any, x: Any, y: Any) -> Any:
    """f, where the difference is f(x) - f(y) and f is smooth by its form; else None."""
    parts = Add.make_args(difference)
    mine, other = (Add(*(p for p in parts if p.free_symbols == {v})) for v in (x, y))
    if difference.has(*SWITCHES) or any(p.free_symbols not in ({x}, {y}) for p in parts):
        return None
    return mine if prove(other.xreplace({y: x}), -mine).proved else None
