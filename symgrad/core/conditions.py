"""Conditions as a person states them: each once, and none that another one says already."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def all_of(conditions: Iterable[Any]) -> Any:
    """All of them, without bounds and points left out that another bound implies: z > 1 for z > 0 and z > 1."""
    return _joined(tuple(conditions))


@lru_cache(maxsize=4096)
def _joined(conditions: tuple[Any, ...]) -> Any:
    """The same; every format of every page asks for it."""
    from sympy import And  # noqa: PLC0415 - SymPy is loaded only where an expression is made

    joined = And(*conditions)
    parts = And.make_args(joined)
    bounds = [part for part in parts if _bounds_a_letter(part)]
    often = Counter(part.lhs for part in bounds)
    sets = {part: part.as_set() for part in bounds if often[part.lhs] > 1}
    implied: set[Any] = set()
    for part, where in sets.items():
        others = (o for o in sets if o != part and o not in implied and o.lhs == part.lhs)
        if any(sets[other].is_subset(where) for other in others):
            implied.add(part)
    return And(*(part for part in parts if part not in implied)) if implied else joined


def _bounds_a_letter(part: Any) -> bool:
    return bool(part.is_Relational and part.lhs.is_Symbol and part.rhs.is_number and part.rhs.is_real)
