"""What may justify a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symgrad.words import worded

if TYPE_CHECKING:
    from sympy import Expr


@dataclass(frozen=True, slots=True)
class Rule:
    """`before` may be replaced by `after` wherever `given` holds, for arbitrary f and g.

    A rule of algebra whose form is not fixed (expand, collect) has no `before`: the prover settles each use.
    """

    name: str
    title: str
    before: Expr | None = None
    after: Expr | None = None
    given: Any = True  # a SymPy Boolean
    why: str = ""

    def __post_init__(self) -> None:
        worded(self, "title", "why")
