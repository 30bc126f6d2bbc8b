"""The condition that a rule needs, said of the variable itself."""

from __future__ import annotations

from typing import Any

from sympy import Abs, And, Ge, Gt, Le, Lt, Ne, exp, log

from symgrad.core import all_of


def plain(condition: Any) -> Any:
    """The same condition with what stands around its letter undone: |z| > 0 is z ≠ 0, and ln z > 0 is z > 1."""
    return all_of(_undone(part) for part in And.make_args(condition))


def _undone(part: Any) -> Any:
    if not isinstance(part, Gt | Ge | Ne):
        return part
    left, right = part.args
    if isinstance(left, Abs) and right == 0 and not isinstance(part, Ge):
        return _undone(Ne(left.args[0], 0))
    if isinstance(left, log) and right.is_number and not isinstance(part, Ne):
        return _undone(part.func(left.args[0], exp(right)))
    number, rest = left.as_coeff_Add()
    factor, letter = rest.as_coeff_Mul()
    if letter.is_Symbol and right.is_number:
        return (part.func if factor > 0 else _TURNED[part.func])(letter, (right - number) / factor)
    return part


_TURNED = {Gt: Lt, Ge: Le, Ne: Ne}
