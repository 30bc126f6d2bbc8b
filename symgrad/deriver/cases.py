"""max, min and case distinctions written as the plain cases that a textbook prints."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from sympy import Add, Gt, Le, Lt, Max, Min, Mul, Piecewise, Rational, S, Symbol, expand
from sympy.core.relational import Relational

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.deriver.context import Context

_TWO = 2
_MOST_BREAKS = 6  # more cases than that are no help to a reader


def as_cases(expr: Any, x: Symbol, context: Context) -> Any:
    """`expr` as one list of cases in `x` where it holds max or min and that is possible, else unchanged."""
    chosen = list(expr.atoms(Max, Min))
    if len(chosen) == 1 and len(chosen[0].args) == _TWO and not expr.has(Piecewise):
        cases = of_extremum(chosen[0], x, context).args
        return Piecewise(*((expr.xreplace({chosen[0]: value}), c) for value, c in cases), evaluate=False)
    return flat(expr, x) or expr


def of_extremum(extremum: Max | Min, x: Symbol, context: Context) -> Any:
    """max(u, v) as `u where u > v, v otherwise`, the condition solved for `x` where it is linear in it."""
    u, v = sorted(extremum.args, key=lambda e: not context.depends(e, x))
    above, below = (u, v) if isinstance(extremum, Max) else (v, u)
    return _two_cases(above, below, _larger(u, v, x, context))


def _two_cases(above: Any, below: Any, larger: Any) -> Piecewise:
    """The case on the right first, as ReLU is printed."""
    if isinstance(larger, Lt) and larger.lhs.is_Symbol:
        return Piecewise((below, Gt(larger.lhs, larger.rhs)), (above, True), evaluate=False)
    return Piecewise((above, larger), (below, True), evaluate=False)


def _larger(u: Any, v: Any, x: Symbol, context: Context) -> Any:
    gap = expand(u - v)
    slope = gap.coeff(x, 1)
    if not gap.is_polynomial(x) or gap.as_poly(x).degree() != 1 or x in slope.free_symbols:
        return Gt(gap, 0)
    bound = expand(-gap.coeff(x, 0) / slope)
    if context.holds(slope > 0):
        return Gt(x, bound)
    return Lt(x, bound) if context.holds(slope < 0) else _plain(gap)


def _plain(gap: Any) -> Any:
    """Gap > 0 with its constant on the other side: a*y < 1."""
    constant, rest = gap.as_coeff_Add()
    return Lt(-rest, constant) if rest.could_extract_minus_sign() else Gt(rest, -constant)


def flat(expr: Any, x: Symbol) -> Any:
    """One list of cases from left to right; None where the boundaries are not a few numbers."""
    breaks = _breaks(expr, x)
    if breaks is None or not 0 < len(breaks) <= _MOST_BREAKS:
        return None
    ends = sorted(breaks)
    middles = [(u + w) / 2 for u, w in pairwise(ends)]
    values = [_resolved(expr, x, at) for at in (ends[0] - 1, *middles, ends[-1] + 1)]
    if any(value is None for value in values):
        return None
    merged = list(_cases(values, ends, expr, x))
    return Piecewise(*merged, evaluate=False) if len(merged) > 1 else merged[0][0]


def _cases(values: list[Any], breaks: list[Any], expr: Any, x: Symbol) -> Iterator[tuple[Any, Any]]:
    """Each value with its condition, a boundary on the side on which `expr` itself has it."""
    for value, following, at in zip(values, values[1:], breaks, strict=False):
        if value != following:
            here = _resolved(expr, x, at).xreplace({x: at})
            yield value, Le(x, at) if value.xreplace({x: at}) == here else Lt(x, at)
    yield values[-1], S.true


def _breaks(expr: Any, x: Symbol) -> set[Any] | None:
    """The points at which a case of `expr` may give way to another; None where they are not numbers."""
    gaps = [r.lhs - r.rhs for p in expr.atoms(Piecewise) for _, c in p.args for r in c.atoms(Relational)]
    for extremum in expr.atoms(Max, Min):
        gaps += [u - v for u, v in combinations(_leaves(extremum), 2)]
    found = set()
    for gap in map(expand, gaps):
        if x not in gap.free_symbols:
            continue
        if not gap.is_polynomial(x) or gap.as_poly(x).degree() != 1:
            return None
        root = -gap.coeff(x, 0) / gap.coeff(x, 1)
        if not root.is_Rational:
            return None
        found.add(root)
    return found


def _leaves(expr: Any) -> list[Any]:
    """The values that a nest of max, min and cases may take."""
    match expr:
        case Max() | Min():
            return [leaf for arg in expr.args for leaf in _leaves(arg)]
        case Piecewise():
            return [leaf for value, _ in expr.args for leaf in _leaves(value)]
    return [expr]


def _resolved(expr: Any, x: Symbol, at: Rational) -> Any:
    """`expr` with every choice made as it is at one point, as an expression in `x`; None where that is open."""
    match expr:
        case Piecewise():
            chosen = (v for v, condition in expr.args if condition.xreplace({x: at}) in (True, S.true))
            return _resolved(next(chosen), x, at)
        case Max() | Min():
            values = [_resolved(arg, x, at) for arg in expr.args]
            if any(v is None or not v.xreplace({x: at}).is_Rational for v in values):
                return None
            return (max if isinstance(expr, Max) else min)(values, key=lambda v: v.xreplace({x: at}))
    if not expr.has(Piecewise, Max, Min):
        return expr
    parts = [_resolved(part, x, at) for part in expr.args]
    return None if any(part is None for part in parts) else expr.func(*parts)


def distributed(expr: Any) -> Any:
    """A factor or a term beside one case distinction, brought into each of its cases."""
    if not isinstance(expr, Mul | Add):
        return expr
    cases = [part for part in expr.args if isinstance(part, Piecewise)]
    if len(cases) != 1 or expr.func(*(p for p in expr.args if p not in cases)).has(Piecewise):
        return expr
    rest = expr.func(*(p for p in expr.args if p not in cases))
    return Piecewise(*((expr.func(rest, v), condition) for v, condition in cases[0].args), evaluate=False)
