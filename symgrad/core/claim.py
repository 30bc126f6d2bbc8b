"""A statement with an id that never changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sympy import Expr

    from symgrad.core.definition import Variable


@dataclass(frozen=True, slots=True)
class Claim:
    """`left` equals `right` for all values of `variables` in their domains that satisfy `assuming`."""

    name: str
    statement: str
    left: Expr
    right: Expr
    variables: tuple[Variable, ...] = ()
    assuming: Any = True  # a SymPy Boolean
    source: str = ""
