"""max, min and case distinctions written as the plain cases that a textbook prints."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from sympy import (
    Abs,
    Add,
    And,
    Gt,
    Le,
    Lt,
    Max,
    Min,
    Mul,
    Not,
    Or,
    Piecewise,
    Rational,
    S,
    Symbol,
    exp,
    expand,
    log,
    preorder_traversal,
    sign,
)
from sympy.core.relational import Relational

from symgrad.functions import Elementwise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.deriver.context import Context

_TWO = 2
NO_VALUE = (S.ComplexInfinity, S.NaN, S.ImaginaryUnit)
_STEEPEST = 6  # degree of what is compared, whose zeros are looked for
_MOST_BREAKS = 6  # more cases than that are no help to a reader


def as_cases(expr: Any, x: Symbol, context: Context) -> Piecewise | None:
    """`expr` as one list of cases in `x`, if it holds max or min; None where it does not, or is by cases already."""
    chosen = list(_extrema(expr))
    if not chosen:
        return None
    one = len(set(chosen)) == 1 and len(chosen[0].args) == _TWO
    if not (one and not expr.has(Piecewise, Abs, sign)):
        found = flat(expr, x)
        if found is not None:
            return found
    if isinstance(expr, Piecewise):
        return None
    first = next((part for part in chosen if not any(arg.has(Max, Min, Piecewise) for arg in part.args)), None)
    if first is not None:
        return _each(expr, first, of_extremum(first, x, context).args)
    inner = (part for part in preorder_traversal(chosen[0]) if isinstance(part, Piecewise))
    plain = next(part for part in inner if not any(value.has(Max, Min, Piecewise) for value, _ in part.args))
    return _each(expr, plain, plain.args)


def _extrema(expr: Any) -> Iterator[Any]:
    """The max and min in an expression, outermost first, those in conditions left out."""
    if isinstance(expr, Max | Min):
        yield expr
    for part in (value for value, _ in expr.args) if isinstance(expr, Piecewise) else expr.args:
        yield from _extrema(part)


def _each(expr: Any, part: Any, cases: Any) -> Piecewise | None:
    """`expr` with one of its parts replaced by its value in each case; None where one of them divides by zero."""
    found = [(expr.xreplace({part: value}), condition) for value, condition in cases]
    if any(value.has(*NO_VALUE) for value, _ in found):
        return None
    return Piecewise(*found, evaluate=False)


def one_by_one(expr: Any) -> Any:
    """Cases whose conditions are single comparisons, where what they compare is more than a polynomial.

    "0 < u and u < 6" is then "not u <= 0, else u < 6", which has an answer wherever u has a value.
    """
    if not isinstance(expr, Piecewise) or len(expr.args) != _TWO or not isinstance(expr.args[0][1], And | Or):
        return expr
    (value, condition), (other, _) = expr.args
    if all(r.lhs.is_polynomial() and r.rhs.is_polynomial() for r in condition.args):
        return expr
    if isinstance(condition, Or):
        return Piecewise(*((value, part) for part in condition.args), (other, True), evaluate=False)
    return Piecewise(*((other, Not(part)) for part in condition.args), (value, True), evaluate=False)


def of_extremum(extremum: Max | Min, x: Symbol, context: Context) -> Any:
    """max(u, v) as `u where u > v, v otherwise`, the condition solved for `x` where it is linear in it."""
    if len(extremum.args) > _TWO:
        *others, last = extremum.args
        rest = extremum.func(*others)
        return _two_cases(last, rest, Gt(last, rest) if isinstance(extremum, Max) else Lt(last, rest))
    rest, last = sorted(extremum.args, key=lambda e: not context.depends(e, x))
    above, below = (rest, last) if isinstance(extremum, Max) else (last, rest)
    return _two_cases(above, below, _larger(rest, last, x, context))


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


def flat(expr: Any, x: Symbol) -> Piecewise | None:
    """Max, min, |u| and cases as one list of cases from left to right; None unless it changes at a few numbers only."""
    expr = _opened_conditions(expr)
    breaks = _breaks(expr, x)
    if breaks is None or not 0 < len(breaks) <= _MOST_BREAKS:
        return None
    ends = sorted(breaks)
    middles = [(u + w) / 2 for u, w in pairwise(ends)]
    values = [_resolved(expr, x, at) for at in (ends[0] - 1, *middles, ends[-1] + 1)]
    if any(value is None or value.has(*NO_VALUE) for value in values):
        return None
    merged = list(_cases(values, ends, expr, x))
    return Piecewise(*merged, evaluate=False) if len(merged) > 1 else None


def _opened_conditions(expr: Any) -> Any:
    """Functions by cases that conditions compare, written out: hardshrink(z) > 1/2 turns where z > 1/2 does."""
    cases = by_cases({h for p in expr.atoms(Piecewise) for _, c in p.args for h in c.atoms(Elementwise)})
    opened = {
        p: Piecewise(*((value, condition.xreplace(cases)) for value, condition in p.args), evaluate=False)
        for p in expr.atoms(Piecewise)
    }
    return expr.xreplace(opened) if cases else expr


def by_cases(heads: set[Any]) -> dict[Any, Any]:
    """The functions among `heads` that choose between cases, each with its formula."""
    return {h: h.unfold() for h in heads if h.unfold().has(Piecewise, Max, Min)}


def chosen_in(cases: Any, x: Symbol) -> Any:
    """Cases in whose values every choice is made that their conditions settle: ReLU(z) is 0 where z < 0."""
    if not isinstance(cases, Piecewise):
        return cases
    values = Piecewise(*((v.xreplace(by_cases(v.atoms(Elementwise))), c) for v, c in cases.args), evaluate=False)
    if not any(value.has(Piecewise, Max, Min, Abs, sign) for value, _ in values.args):
        return cases
    found = flat(values, x)
    return cases if found is None or len(found.args) > len(cases.args) else found


def possible(cases: Any, x: Symbol, given: Any) -> Any:
    """Cases without those that the condition rules out: where ReLU(z) > 0, nothing is said of z <= 0."""
    if not isinstance(cases, Piecewise) or given == S.true:
        return cases
    asked = given.xreplace(by_cases(given.atoms(Elementwise)))
    breaks = _breaks(Piecewise((1, asked), *cases.args, evaluate=False), x)
    if not breaks or len(breaks) > _MOST_BREAKS:
        return cases
    ends = sorted(breaks)
    met = set()
    for at in (ends[0] - 1, *ends, *((u + w) / 2 for u, w in pairwise(ends)), ends[-1] + 1):
        answers = [condition.xreplace({x: at}) for condition in (asked, *(c for _, c in cases.args))]
        if any(answer not in {S.true, S.false} for answer in answers):
            return cases
        met |= {answers[1:].index(S.true)} if answers[0] == S.true else set()
    kept = [case for n, case in enumerate(cases.args) if n in met]
    if len(kept) in {0, len(cases.args)}:
        return cases
    return kept[0][0] if len(kept) == 1 else Piecewise(*kept[:-1], (kept[-1][0], True), evaluate=False)


def _cases(values: list[Any], breaks: list[Any], expr: Any, x: Symbol) -> Iterator[tuple[Any, Any]]:
    """Each value with its condition, a boundary on the side on which `expr` itself has it."""
    for value, following, at in zip(values, values[1:], breaks, strict=False):
        if value != following:
            here = _resolved(expr, x, at).xreplace({x: at})
            yield value, Le(x, at) if value.xreplace({x: at}) == here else Lt(x, at)
    yield values[-1], S.true


def _breaks(expr: Any, x: Symbol) -> set[Any] | None:
    """The points at which a case of `expr` may give way to another; None where they are not numbers."""
    relations = {r for p in expr.atoms(Piecewise) for _, c in p.args for r in c.atoms(Relational)}
    gaps = [u - v for r in relations for u in _leaves(r.lhs) for v in _leaves(r.rhs)]
    for extremum in expr.atoms(Max, Min):
        gaps += [u - v for u, v in combinations(_leaves(extremum), 2)]
    gaps += [leaf for part in expr.atoms(Abs, sign) for leaf in _leaves(part.args[0])]
    found = set()
    for gap in map(expand, gaps):
        if x not in gap.free_symbols:
            continue
        if not gap.is_polynomial(x) or gap.free_symbols != {x} or gap.as_poly(x).degree() > _STEEPEST:
            return None
        roots = set(gap.as_poly(x).real_roots())
        if not all(root.is_Rational for root in roots):
            return None
        found |= roots
    return found


def in_cases_of(expr: Any, x: Symbol) -> Any:
    """Cases whose conditions compare `x` itself: ln z > 0 is z > 1 where it has a value."""
    if not isinstance(expr, Piecewise):
        return expr
    relations = {r for _, condition in expr.args for r in condition.atoms(Relational)}
    plain = {r: _solved(r, x) for r in relations}
    if all(old == new for old, new in plain.items()):
        return expr
    return Piecewise(*((value, condition.xreplace(plain)) for value, condition in expr.args), evaluate=False)


def _solved(relation: Any, x: Symbol) -> Any:
    """The relation with a logarithm or an exponential of `x` undone: both rise."""
    left, right = relation.args
    if left.has(x) and isinstance(left, log) and not right.has(x):
        return _solved(relation.func(left.args[0], exp(right)), x)
    if left.has(x) and isinstance(left, exp) and right.is_positive:
        return _solved(relation.func(left.args[0], log(right)), x)
    return relation


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
    if not expr.has(Piecewise, Max, Min, Abs, sign):
        return expr
    if isinstance(expr, Piecewise):
        chosen = (v for v, condition in expr.args if condition.xreplace({x: at}) in (True, S.true))
        return _resolved(next(chosen), x, at)
    parts = [_resolved(part, x, at) for part in expr.args]
    if None in parts:
        return None
    if isinstance(expr, Max | Min | Abs | sign):
        return _choice(expr, parts, [part.xreplace({x: at}) for part in parts])
    return expr.func(*parts)


def _choice(expr: Any, parts: list[Any], values: list[Any]) -> Any:
    """Which of its parts a max or min is where they have these values, and what |u| and sign(u) are there."""
    if not all(value.is_Rational for value in values):
        return None
    if isinstance(expr, Max | Min):
        wanted = (max if isinstance(expr, Max) else min)(values)
        return parts[values.index(wanted)]
    side = sign(values[0])
    return side * parts[0] if isinstance(expr, Abs) else side


def distributed(expr: Any) -> Any:
    """Factors or terms beside case distinctions with the same conditions, brought into each of the cases."""
    if not isinstance(expr, Mul | Add):
        return expr
    cases = [part for part in expr.args if isinstance(part, Piecewise)]
    conditions = {tuple(condition for _, condition in part.args) for part in cases}
    rest = [part for part in expr.args if part not in cases]
    if len(conditions) != 1 or any(part.has(Piecewise) for part in rest):
        return expr
    columns = zip(*(part.args for part in cases), strict=True)
    joined = ((expr.func(*rest, *(value for value, _ in column)), column[0][1]) for column in columns)
    return Piecewise(*joined, evaluate=False)
