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


def changed_parts(step: Step) -> Iterator[Parts]:
    """What may be marked on both sides of a step, best first: what it changes and what that becomes, nothing equal.

    It is what the step names, unless that is the whole line, or else the smallest parts in which the lines differ.
    Where such a part also stands in a place that stays as it is, the next larger part is taken; where there is none,
    only the side on which it stands once is marked. A printer may have torn a part: the next one is for that case.
    """
    before, after, named = step.before, step.after, (step.focus, step.became)
    if not isinstance(before, Basic) or not isinstance(after, Basic):
        yield named
        return
    larger = list(differing(before, after))
    if None not in named and step.focus != before:
        larger = [*takewhile(lambda pair: count(pair[0], step.focus), larger), named]
    if not larger:
        yield named
        return
    once = [(count(before, gone) == 1, count(after, come) == 1) for gone, come in larger]
    best = sorted(range(len(larger)), key=lambda n: (not all(once[n]), -n))
    for n in best:
        (gone, come), (one, other) = larger[n], once[n]
        yield gone if one else None, come if other else None


def count(whole: Any, part: Any) -> int:
    """In how many places a part stands; terms of a sum or factors of a product may be a part together."""
    if part is None:
        return 0
    nodes = list(preorder_traversal(whole))
    if part in nodes:
        return nodes.count(part)
    together = isinstance(part, Add | Mul)
    return sum(type(node) is type(part) and set(part.args) <= set(node.args) for node in nodes) if together else 0


def differing(before: Basic, after: Basic) -> Iterator[Parts]:
    """Ever smaller parts such that one in place of the other makes the two the same; none where that is all of them.

    The two parts need not be equal: |-z| and |z| differ in -z and z.
    """
    if before == after:
        return
    kind = next((k for k in (Add, Mul) if isinstance(before, k) or isinstance(after, k)), None)
    if kind is not None:
        left, right = (Counter(kind.make_args(side)) for side in (before, after))
        gone, come = left - right, right - left
        if left == gone or right == come:
            return
        one, other = (joined(kind, part) for part in (gone, come))
        if None in (one, other) and (one or other).is_number:  # a sign is no part
            return
        yield one, other
        if None not in (one, other) and gone.total() == come.total() == 1:
            yield from differing(one, other)
        return
    if before.func != after.func:
        return
    places = [n for n, pair in enumerate(zip(before.args, after.args, strict=False)) if pair[0] != pair[1]]
    if len(before.args) != len(after.args) or len(places) != 1:
        return
    one, other = before.args[places[0]], after.args[places[0]]
    yield one, other
    yield from differing(one, other)


def joined(kind: Any, parts: Counter[Any]) -> Any:
    """Terms as a sum, or factors as a product; None of none."""
    found = list(parts.elements())
    return found[0] if len(found) == 1 else kind(*found, evaluate=False) if found else None
