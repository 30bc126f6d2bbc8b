"""Signs of expressions: whether one is proved to be positive, zero or negative all over its domain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Ge, Gt, Le, Lt, true

from symgrad.core import Status
from symgrad.prover.conventions import truth
from symgrad.prover.prove import prove

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.core import Variable


def sign_of(
    expr: Any, variables: Sequence[Variable] = (), assuming: Any = true, *, strict: bool = True, seconds: float = 5.0
) -> int | None:
    """1, -1 or 0 where expr is proved > 0, < 0 or = 0 for all values of the variables; None where none of them is.

    With `strict=False`, 1 and -1 stand for >= 0 and <= 0. The expression must have a value everywhere.
    """
    above, below = (Gt, Lt) if strict else (Ge, Le)
    for s, holds in ((1, above(expr, 0)), (-1, below(expr, 0))):
        if _always(holds, variables, assuming, seconds):
            return s
    zero = prove(expr, 0, variables=variables, assuming=assuming, seconds=seconds)
    return 0 if zero.status is Status.PROVED else None


def _always(holds: Any, variables: Sequence[Variable], assuming: Any, seconds: float) -> bool:
    if holds in (True, False):
        return bool(holds)
    found = prove(truth(holds), 1, variables=variables, assuming=assuming, seconds=seconds)
    return found.status is Status.PROVED
