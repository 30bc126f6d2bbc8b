"""One rule at one place: what `d/dx of this` becomes next, because of which rule, and where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sympy import (
    Abs,
    Add,
    And,
    Dummy,
    Ge,
    Integral,
    Max,
    Min,
    Mul,
    Ne,
    Piecewise,
    Pow,
    S,
    Symbol,
    atan,
    cos,
    cosh,
    erf,
    exp,
    fraction,
    log,
    sign,
    sin,
    sinh,
    srepr,
    tanh,
)
from sympy.core.relational import Relational

from symgrad.core import UnsupportedError
from symgrad.deriver.cases import as_cases, by_cases, one_by_one
from symgrad.deriver.conditions import plain
from symgrad.functions import D, Elementwise
from symgrad.functions.symbols import c
from symgrad.rules import RULES
from symgrad.rules.calculus import f, g

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from symgrad.deriver.context import Context


@dataclass(frozen=True, slots=True)
class Move:
    """`node` becomes `after` because of `rule`, wherever `given` holds."""

    node: D
    after: Any
    rule: str
    given: Any = S.true


def advance(node: D, context: Context) -> Move:
    """The one rule that applies to this derivative; UnsupportedError if symgrad knows none."""
    move = _chosen(node, context)
    inner = S.true
    if move.rule not in _KEEPS_WHOLE and not (move.rule == "multiple" and _times_number(move.after)):
        inside = node.expr.args if move.rule == "sign" else [part.expr for part in move.after.atoms(D)]
        inner = And(*(off_boundaries(part, node.variable, context) for part in inside))
    given = plain(And(move.given, inner))
    return replace(move, given=given) if given != move.given else move


def _times_number(after: Any) -> bool:
    """Whether a derivative stands beside a number other than 0: then it exists just where the whole has one."""
    number, rest = after.as_coeff_Mul()
    return bool(number != 0 and isinstance(rest, D))


def _chosen(node: D, context: Context) -> Move:
    expr, x = node.expr, node.variable
    if not context.depends(expr, x):
        return Move(node, S.Zero, "constant", context.needed(has_value(expr)))
    if expr == x:
        return Move(node, S.One, "variable")
    if isinstance(expr, Symbol):
        return _named_quantity(node, context)
    written = as_cases(expr, x, context)
    if written is not None and written != expr:
        return Move(node, D(written, x), "cases", off_boundaries(expr, x, context) if steep(expr) else S.true)
    for kind, move in _BY_KIND:
        if isinstance(expr, kind):
            return move(node, context)
    raise UnsupportedError(
        "symgrad has no rule for the derivative of {kind}; write it with functions that "
        "`symgrad list` shows, or with exp, log, sqrt, abs and cases",
        kind=expr.func.__name__,
    )


def _named_quantity(node: D, context: Context) -> Move:
    """J = L(a, y) with a = phi(z) goes by the chain rule; a quantity given directly in x is written out."""
    value = context.value(node.expr)
    x = node.variable
    if x in value.free_symbols:
        return Move(node, D(value, x), "definition")
    inner = [s for s in sorted(value.free_symbols, key=str) if context.depends(s, x)]
    smooth = And(*(off_boundaries(e, x, context) for s in inner for e in (value, context.value(s))))
    return Move(node, Add(*(D(node.expr, s) * D(s, x) for s in inner)), "chain", smooth)


def _sum(node: D, _: Context) -> Move:
    return Move(node, Add(*(D(term, node.variable) for term in node.expr.args)), "sum")


def _product(node: D, context: Context) -> Move:
    x = node.variable
    constants = [part for part in node.expr.args if not context.depends(part, x)]
    if constants:
        rest = Mul(*(part for part in node.expr.args if part not in constants))
        after = Mul(*constants, D(rest, x))
        return Move(node, after, "multiple", S.true if after.has(D) else context.needed(inside(rest)))
    top, bottom = fraction(node.expr, exact=True)
    if not context.depends(bottom, x):
        return Move(node, Add(*one_at_a_time(node.expr.args, x)), "product")
    given = context.needed(Ne(bottom, 0))
    if not context.depends(top, x):
        return Move(node, -top * D(bottom, x) / bottom**2, "reciprocal", given)
    return _instance("quotient", node, context, f=top, g=bottom)


def one_at_a_time(factors: Sequence[Any], x: Symbol) -> Iterator[Any]:
    """The terms of the product rule, however many factors there are."""
    for i, factor in enumerate(factors):
        yield Mul(*factors[:i], D(factor, x), *factors[i + 1 :])


def _power(node: D, context: Context) -> Move:
    base, exponent = node.expr.args
    x = node.variable
    if context.depends(exponent, x):
        if context.depends(base, x):
            return _instance("tower", node, context, f=base, g=exponent)
        return _instance("base", node, context, c=base, f=exponent)
    if exponent == -1:
        return _instance("reciprocal", node, context, f=base)
    if exponent.is_integer is False and exponent.is_positive and base.has(Elementwise):
        opened = base.xreplace(by_cases(base.atoms(Elementwise)))
        if opened != base:  # where ReLU(z) = 0 its root has a slope to one side, which u^n > 0 would leave out
            return Move(node, D(opened**exponent, x), "definition", off_boundaries(node.expr, x, context))
    after = Mul(exponent, base ** (exponent - 1), D(base, x))  # in one go, or 2 (a - y) is multiplied out
    given = base > 0
    if exponent.is_integer:
        given = Ne(base, 0) if (exponent - 1).is_negative else S.true
    return Move(node, after, "power", context.needed(given))


def _instance(rule: str, node: D, context: Context, **parts: Any) -> Move:
    """The rule of the catalogue with its f, g and c replaced by `parts`."""
    values = {_LETTERS[letter]: value for letter, value in parts.items()}
    after = _put(RULES[rule].after, values, node.variable)
    given = _put(RULES[rule].given, values, node.variable)
    return Move(node, after, rule, context.needed(given))


def _put(pattern: Any, values: dict[Any, Any], x: Symbol) -> Any:
    """`pattern` with its letters replaced, those inside a derivative by way of the whole derivative."""
    if pattern in (True, S.true):
        return S.true
    held = {node: D(node.expr.xreplace(values), x) for node in pattern.atoms(D)}
    return pattern.xreplace({**values, **held})


def _applied(node: D, context: Context) -> Move:
    """exp, log, tanh, ...: the rule of that name, with f the argument."""
    return _instance(node.expr.func.__name__.lower(), node, context, f=node.expr.args[0])


def _named(node: D, context: Context) -> Move:
    """A catalogue function inside another: its own derivative is known, the chain rule does the rest."""
    x, expr = node.variable, node.expr
    parts = [one_by_one(expr.fdiff(i)) * D(arg, x) for i, arg in enumerate(expr.args, 1) if context.depends(arg, x)]
    given = And(off_boundaries(expr, x, context), _lost(expr, Add(*parts)))
    return Move(node, Add(*parts), "named", context.needed(given))


def _lost(expr: Any, slope: Any) -> Any:
    """Where a named function has a value and is smooth, as far as its slope does not say so: BCE(z, 1) needs z < 1."""
    opened = expr.unfold()
    if opened.has(Piecewise):
        return S.true
    seen = And.make_args(inside(slope))
    return And(*(part for part in And.make_args(inside(opened)) if part not in seen and not _plain(part)))


def _plain(condition: Any) -> bool:
    """Whether a condition holds whatever values its logarithms and roots have: 1 + (ln z)^2 > 0."""
    partial = [p for p in condition.atoms(log, Pow) if isinstance(p, log) or not p.exp.is_Integer]
    values = {p: Dummy(real=True) if isinstance(p, log) else Dummy(nonnegative=True) for p in partial}
    return bool(condition.xreplace(values) == S.true)


def has_value(expr: Any) -> Any:
    """The condition that a constant is a number at all: 1/w has the derivative 0 for w other than 0."""
    found = S.true
    for part in expr.atoms(Pow, log):
        if isinstance(part, log):
            found &= part.args[0] > 0
        elif not part.exp.is_Integer:
            found &= part.base >= 0 if part.exp.is_nonnegative else part.base > 0
        elif part.exp.is_negative:
            found &= Ne(part.base, 0)
    return found


def inside(expr: Any) -> Any:
    """The condition that an expression has values all about a point."""
    found = has_value(expr)
    return found.xreplace({r: r.lhs > r.rhs for r in found.atoms(Ge)}) if found.has(Ge) else found


def off_boundaries(expr: Any, x: Symbol, context: Context) -> Any:
    """The condition that no case distinction inside `expr` that moves with `x` is on its boundary.

    A whole may be smooth where a part is not (z |z| and cosh(ELU(z)) at 0), so a rule that looks inside needs this.
    """
    found = S.true
    for part in expr.atoms(Piecewise, Abs, sign, Max, Min, Elementwise):
        for left, right in _meeting(part):
            if context.depends(left - right, x):
                found &= Ne(left, right)
        if isinstance(part, Elementwise):
            found &= off_boundaries(part.unfold(), x, context)
    return found


def steep(expr: Any) -> bool:
    """Whether there is a root of a case distinction: where its base turns at 0, neither side need have a slope."""
    roots = [p.base for p in expr.atoms(Pow) if p.exp.is_integer is False]
    return any(base.has(Abs, Max, Min, Piecewise, Elementwise) for base in roots)


def _meeting(part: Any) -> list[tuple[Any, Any]]:
    """The pairs of quantities that are equal on a boundary of this case distinction."""
    match part:
        case Piecewise():
            return [relation.args for relation in boundaries(part)]
        case Max() | Min():
            return list(combinations(part.args, 2))
        case Elementwise():
            return []
    return [(part.args[0], S.Zero)]


def boundaries(cases: Piecewise) -> list[Any]:
    """The relations whose two sides meet where one case passes into the next."""
    relations = {r for _, condition in cases.args for r in condition.atoms(Relational)}
    return sorted(relations, key=srepr)


def _piecewise(node: D, context: Context) -> Move:
    """Each case by itself; at a boundary only where the cases are known to join smoothly."""
    x = node.variable
    after = Piecewise(*((D(value, x), condition) for value, condition in node.expr.args), evaluate=False)
    given = S.true
    for relation in boundaries(node.expr):
        if context.depends(relation.lhs - relation.rhs, x) and context.breaks(relation):
            given &= Ne(relation.lhs, relation.rhs)
    return Move(node, after, "piecewise", given)


def _integral(node: D, context: Context) -> Move:
    """The fundamental theorem, for an integral whose upper end alone depends on the variable."""
    x = node.variable
    if len(node.expr.limits) != 1 or len(node.expr.limits[0]) != _ENDS:
        raise UnsupportedError("symgrad differentiates a single integral from one end to another; give it both ends")
    integrand, (dummy, lower, upper) = node.expr.function, node.expr.limits[0]
    if context.depends(lower, x) or context.depends(integrand.subs(dummy, 0), x):
        raise UnsupportedError("symgrad differentiates an integral by its upper end only")
    return Move(node, integrand.xreplace({dummy: upper}) * D(upper, x), "integral")


_ENDS = 3  # the letter, the lower end, the upper end
_KEEPS_WHOLE = {"definition", "cases", "piecewise", "chain"}  # no part has a kink that the whole has not
_LETTERS = {"f": f, "g": g, "c": c}
_BY_ARGUMENT = (exp, log, tanh, sinh, cosh, sin, cos, atan, erf, Abs, sign)
_BY_KIND: tuple[tuple[Any, Callable[[D, Context], Move]], ...] = (
    (_BY_ARGUMENT, _applied),
    (Add, _sum),
    (Mul, _product),
    (Pow, _power),
    (Elementwise, _named),
    (Piecewise, _piecewise),
    (Integral, _integral),
)
