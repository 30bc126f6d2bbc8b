"""Whether a step by hand does what its rule says: the rule is applied, and what comes out is handed on for comparison.

A rule of differentiation is tried at every derivative that stands in the line before, an algebraic one carries out no
derivative. Linear rules cost no line of their own, and inner derivatives may be worked out in the same line; a step
that is said to be linear does nothing else.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sympy import Add, Mul, Pow, fraction

from symgrad.core import UnsupportedError
from symgrad.deriver.cases import as_cases
from symgrad.deriver.moves import advance, one_at_a_time
from symgrad.deriver.rounds import carry_out, standing
from symgrad.functions import D
from symgrad.rules import CALCULUS, LINEAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Step
    from symgrad.deriver.context import Context

ALGEBRAIC = frozenset(
    {
        "definition",
        "simplify",
        "denominator",
        "factor",
        "regroup",
        "recognise",
        "output",
        "distribute",
        "cancel",
        "cases",
    }
)
DIFFERENTIATION = frozenset(rule.name for rule in CALCULUS)
FREE = frozenset(rule.name for rule in LINEAR)
OUTER = frozenset(
    {"power", "reciprocal", "base", "exp", "log", "tanh", "sinh", "cosh", "sin", "cos", "atan", "erf", "named"}
)


def results(step: Step, context: Context) -> tuple[Any, list[Any]] | None:
    """The line after a step, and what its rule can make of the line before, both with linear rules carried out.

    None for a rule whose use has no form that could be compared.
    """
    if step.rule in ALGEBRAIC:
        return step.after, [step.before]
    if step.rule not in DIFFERENTIATION | {"differentiate", "linearity"}:
        return None
    after = spread(step.after, context)
    kept = set(standing(after))
    if step.rule in FREE | {"linearity"}:
        rules = FREE if step.rule == "linearity" else {step.rule}
        return after, [spread(step.before, context)] if used(step.before, rules, context) else []
    if step.rule == "differentiate":
        tried = [step.before] if set(standing(step.before)) - kept else []
    else:
        tried = list(applied(step.before, step.rule, context))
    return after, list(dict.fromkeys(finished(spread(e, context), kept, context) for e in tried))


def applied(expr: Any, rule: str, context: Context) -> Iterator[Any]:
    """The line with the rule used wherever it fits, and at each place alone; as it is, or linear rules first."""
    for start in dict.fromkeys((expr, spread(expr, context))):
        found = {node: after for node in standing(start) if (after := instance(node, rule, context)) is not None}
        if found:
            yield start.xreplace(found)
            yield from (start.xreplace({node: after}) for node, after in found.items())


def used(expr: Any, rules: frozenset[str] | set[str], context: Context) -> bool:
    """Whether one of the rules fits a derivative that stands in the line, or one that linear rules lead to."""
    seen: set[Any] = set()
    while (now := set(standing(expr))) - seen:
        seen |= now
        if any(instance(node, rule, context) is not None for node in now for rule in rules):
            return True
        expr = once(expr, context)
    return False


def spread(expr: Any, context: Context) -> Any:
    """The line with linear rules used until none fits any more."""
    while (after := once(expr, context)) != expr:
        expr = after
    return expr


def once(expr: Any, context: Context) -> Any:
    """The line with a linear rule used at every derivative that stands in it and that one fits."""
    found: dict[Any, Any] = {}
    for node in standing(expr):
        with suppress(UnsupportedError):
            move = advance(node, context)
            found |= {node: move.after} if move.rule in FREE else {}
    return expr.xreplace(found)


def finished(expr: Any, kept: set[Any], context: Context) -> Any:
    """The line with every derivative worked out but those that are kept."""
    done = {}
    for node in set(standing(expr)) - kept:
        with suppress(UnsupportedError):
            done[node] = carry_out(node, context)[-1].after
    return expr.xreplace(done)


def instance(node: D, rule: str, context: Context) -> Any:
    """What the rule makes of one derivative; None where it does not fit."""
    with suppress(UnsupportedError):
        move = advance(node, context)
        if move.rule == rule or (rule == "chain" and move.rule in OUTER and node.expr != node.variable):
            return move.after
        if rule == "piecewise" and (cases := as_cases(node.expr, node.variable, context)) is not None:
            return advance(D(cases, node.variable), context).after
    return by_form(node, rule, context)


def by_form(node: D, rule: str, context: Context) -> Any:
    """The same where more than one rule fits, as the product and the quotient rule do."""
    expr, x = node.expr, node.variable
    top, bottom = fraction(expr, exact=True)
    if rule == "product" and isinstance(expr, Mul):
        return Add(*one_at_a_time(expr.args, x))
    if rule == "quotient" and context.depends(bottom, x):
        return (D(top, x) * bottom - top * D(bottom, x)) / bottom**2
    if rule == "reciprocal" and context.depends(bottom, x) and not context.depends(top, x):
        return -top * D(bottom, x) / bottom**2
    if rule == "power" and isinstance(expr, Pow) and not context.depends(expr.exp, x):
        return expr.exp * expr.base ** (expr.exp - 1) * D(expr.base, x)
    return None
