"""The parts in which two lines differ, found in the expressions where a step does not name them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sympy import Add, Basic, Mul

if TYPE_CHECKING:
    from symgrad.core import Step

    Parts = tuple[Any, Any]


def changed_parts(step: Step) -> Parts:
    """What a step changes and what that becomes: as it says itself, unless that is the whole line."""
    if step.focus not in {None, step.before} and step.became is not None:
        return step.focus, step.became
    if not isinstance(step.before, Basic) or not isinstance(step.after, Basic):
        return step.focus, step.became
    return differing(step.before, step.after) or (step.focus, step.became)


def differing(before: Basic, after: Basic) -> Parts | None:
    """The smallest parts such that one in place of the other makes the two the same; None where that is all of them.

    The two parts need not be equal: |-z| and |z| differ in -z and z.
    """
    if before.func != after.func or before == after:
        return None
    if isinstance(before, Add | Mul):
        gone, come = (Counter(one.args) - Counter(other.args) for one, other in ((before, after), (after, before)))
        if not gone or not come or gone == Counter(before.args) or come == Counter(after.args):
            return None
        left, right = list(gone.elements()), list(come.elements())
        if len(left) == len(right) == 1:
            return differing(left[0], right[0]) or (left[0], right[0])
        return tuple(p[0] if len(p) == 1 else before.func(*p, evaluate=False) for p in (left, right))
    places = [n for n, pair in enumerate(zip(before.args, after.args, strict=False)) if pair[0] != pair[1]]
    if len(before.args) != len(after.args) or len(places) != 1:
        return None
    one, other = before.args[places[0]], after.args[places[0]]
    return differing(one, other) or (one, other)
