"""The parts in which two lines differ, found in the expressions where a step does not name them."""

from __future__ import annotations

from collections import Counter
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from sympy import Add, Basic, Mul, preorder_traversal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Step

    Parts = tuple[Any, Any]


def changed_parts(step: Step) -> Parts:
    """What to mark on both sides of a step: what it changes and what that becomes, and nothing equal to them elsewhere.

    It is what the step names, unless that is the whole line, or else the smallest parts in which the lines differ.
    Where such a part also stands in a place that stays as it is, the next larger part is taken; where there is none,
    only the side on which it stands once is marked.
    """
    before, after, named = step.before, step.after, (step.focus, step.became)
    if not isinstance(before, Basic) or not isinstance(after, Basic):
        return named
    larger = list(differing(before, after))
    if None not in named and step.focus != before:
        larger = [*takewhile(lambda pair: count(pair[0], step.focus), larger), named]
    if not larger:
        return named
    once = [(count(before, gone) == 1, count(after, come) == 1) for gone, come in larger]
    best = next((n for n in reversed(range(len(larger))) if all(once[n])), -1)
    gone, come = larger[best]
    return gone if once[best][0] else None, come if once[best][1] else None


def count(whole: Any, part: Any) -> int:
    """In how many places a part stands; terms of a sum or factors of a product may be a part together."""
    nodes = list(preorder_traversal(whole))
    if part in nodes:
        return nodes.count(part)
    together = isinstance(part, Add | Mul)
    return sum(type(node) is type(part) and set(part.args) <= set(node.args) for node in nodes) if together else 0


def differing(before: Basic, after: Basic) -> Iterator[Parts]:
    """Ever smaller parts such that one in place of the other makes the two the same; none where that is all of them.

    The two parts need not be equal: |-z| and |z| differ in -z and z.
    """
    if before.func != after.func or before == after:
        return
    if isinstance(before, Add | Mul):
        gone, come = (Counter(one.args) - Counter(other.args) for one, other in ((before, after), (after, before)))
        if not gone or not come or gone == Counter(before.args) or come == Counter(after.args):
            return
        left, right = list(gone.elements()), list(come.elements())
        one, other = (p[0] if len(p) == 1 else before.func(*p, evaluate=False) for p in (left, right))
        yield one, other
        if len(left) == len(right) == 1:
            yield from differing(one, other)
        return
    places = [n for n, pair in enumerate(zip(before.args, after.args, strict=False)) if pair[0] != pair[1]]
    if len(before.args) != len(after.args) or len(places) != 1:
        return
    one, other = before.args[places[0]], after.args[places[0]]
    yield one, other
    yield from differing(one, other)
