"""Signs that the form of an expression shows: a sum of squares and positive numbers is positive.

The normal form multiplies such sums out, and what was plain to see is lost; so the form is looked at before.
Signs are 1 or -1 for > 0 or < 0, 2 or -2 for >= 0 or <= 0, None where nothing is seen.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from symgrad.prover.scalar import Node

WEAK = 2


def form_sign(node: Node, known: Callable[[Node], int | None]) -> int | None:
    """The sign of an expression that has a value; `known` tells what else is known of its parts."""
    return _seen(node, known, {})


def _seen(node: Node, known: Callable[[Node], int | None], memo: dict[Node, int | None]) -> int | None:
    if node not in memo:
        parts = node.args if node.op in {"add", "mul"} else node.args[:1] if node.op in {"pow", "erf", "atan"} else ()
        found = _shown(node, [_seen(a, known, memo) for a in parts])
        memo[node] = known(node) if found is None else found
    return memo[node]


def _shown(node: Node, parts: list[int | None]) -> int | None:
    if node.op == "num":
        return WEAK if node.value == 0 else 1 if node.value > 0 else -1
    if node.op == "add":
        return added(parts)
    if node.op == "mul":
        return reduce(multiplied, parts)
    if node.op == "pow":
        return raised(parts[0], node.args[1].value) if node.args[1].op == "num" else None
    return 1 if node.op in {"exp", "pi"} else parts[0] if node.op in {"erf", "atan"} else None


def added(signs: list[int | None]) -> int | None:
    """The sign of a sum."""
    if None in signs or len({(s or 0) > 0 for s in signs}) > 1:
        return None
    side = 1 if (signs[0] or 0) > 0 else -1
    return side if side in signs else WEAK * side


def multiplied(s: int | None, t: int | None) -> int | None:
    """The sign of a product."""
    if s is None or t is None:
        return None
    side = 1 if (s > 0) == (t > 0) else -1
    return side * (WEAK if WEAK in {abs(s), abs(t)} else 1)


def raised(s: int | None, n: Fraction) -> int | None:
    """The sign of a power with a rational exponent, where it has a value."""
    if n.denominator > 1 or n % 2 == 0:
        return 1 if n < 0 or s in {1, -1} else WEAK
    return s if s is None or n > 0 else (1 if s > 0 else -1)
