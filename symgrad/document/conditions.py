"""Conditions in the order people say them: z > 0 rather than 0 < z, and −1 < z < 1 for a stretch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Add, Mul, Ne, exp, log
from sympy.core.relational import Relational

from symgrad.document.spelling import GREEK

if TYPE_CHECKING:
    from sympy import And

REVERSED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}

Chain = tuple[Any, ...]  # expression, sign, expression, sign, expression


def turned(relation: Relational) -> tuple[Any, str, Any]:
    """A relation with its variable on the left."""
    left, sign, right = relation.lhs, relation.rel_op, relation.rhs
    if is_given(left) and not is_given(right):
        left, sign, right = right, REVERSED[sign], left
    if isinstance(left, Mul) and left.args == (-1, left.args[-1]):
        return -left, REVERSED[sign], -right
    return left, sign, right


def undone(condition: Any) -> Any:
    """The condition without the logarithms that it compares: ln z ≠ 0 is z ≠ 1 wherever there is a logarithm."""
    logarithms = [r for r in condition.atoms(Ne) if isinstance(r.lhs, log) and r.rhs.is_number]
    return condition.xreplace({r: _apart(r.lhs.args[0], exp(r.rhs)) for r in logarithms})


def _apart(left: Any, right: Any) -> Ne:
    number, rest = left.as_coeff_Add() if isinstance(left, Add) else (0, left)
    return Ne(rest, right - number)


def is_given(expr: Any) -> bool:
    """Whether an expression is made of numbers and parameters (Greek letters) only."""
    return all(s.name in GREEK for s in expr.free_symbols)


def betweens(expr: And) -> list[Chain]:
    """The parts of a conjunction as chains, two bounds on one variable drawn together."""
    relations = [turned(p) for p in sorted(expr.args, key=str) if isinstance(p, Relational)]
    chains: list[Chain] = [(p,) for p in sorted(expr.args, key=str) if not isinstance(p, Relational)]
    while relations:
        left, sign, right = relations.pop(0)
        other = next((r for r in relations if r[0] == left and {sign[0], r[1][0]} == {"<", ">"}), None)
        if other is None:
            chains.append((left, sign, right))
            continue
        relations.remove(other)
        low, high = ((sign, right), other[1:]) if sign[0] == ">" else (other[1:], (sign, right))
        chains.append((low[1], REVERSED[low[0]], left, *high))
    return chains
