"""Where a variable or a parameter may lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symgrad.core.errors import DomainError
from symgrad.words import message

if TYPE_CHECKING:
    from sympy import Expr


@dataclass(frozen=True, slots=True)
class Domain:
    """A real interval, or the finite set `values`; an end of None is infinite.

    Ends may be expressions in parameters: ELU's range is `Domain(-alpha, None)`.
    """

    lower: Expr | None = None
    upper: Expr | None = None
    lower_open: bool = True
    upper_open: bool = True
    values: tuple[Expr, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it is seen to have no point: z > 1 and z < 0."""
        if self.lower is None or self.upper is None:
            return False
        width = self.upper - self.lower
        return bool(width.is_negative or (width.is_zero and (self.lower_open or self.upper_open)))

    def __str__(self) -> str:
        if self.values:
            return "{" + ", ".join(str(v) for v in self.values) + "}"
        left = "(" if self.lower_open or self.lower is None else "["
        right = ")" if self.upper_open or self.upper is None else "]"
        low = "-∞" if self.lower is None else str(self.lower)
        high = "∞" if self.upper is None else str(self.upper)
        return f"{left}{low}, {high}{right}"


REALS = Domain()


def interval(lower: Expr | int | None, upper: Expr | int | None, closed: str = "") -> Domain:
    """The interval between two ends, open unless `closed` names "left", "right" or "both"."""
    from sympy import sympify  # noqa: PLC0415 - SymPy is loaded only where an expression is made

    ends: list[Any] = [None if e is None else sympify(e, strict=True) for e in (lower, upper)]
    if None not in ends:
        width = ends[1] - ends[0]
        if width.is_negative or (width.is_zero and closed != "both"):
            raise DomainError(
                message("the interval from {ends} to {ends2}", ends=ends[0], ends2=ends[1]),
                message("give the lower end first, and close both"),
            )
    return Domain(ends[0], ends[1], closed not in {"left", "both"}, closed not in {"right", "both"})


def one_of(*values: Expr | int) -> Domain:
    """The finite set of these values, such as the labels -1 and 1."""
    from sympy import sympify  # noqa: PLC0415 - as above

    if not values:
        raise DomainError(message("a domain of no values"), message("name at least one"))
    return Domain(values=tuple(sympify(v, strict=True) for v in values))
