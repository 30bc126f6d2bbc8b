"""Numbers that are called by a letter: SELU's alpha stays alpha in a closed form, and yet is no variable."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from sympy import Basic, Symbol

if TYPE_CHECKING:
    from symgrad.core import Domain


class Named(Symbol):
    """A number shown as the symbol of a parameter; it is not a free symbol."""

    __slots__ = ("symbol", "value")

    def __new__(cls, symbol: Symbol, value: Any) -> Named:
        self: Named = Symbol.__xnew__(cls, symbol.name, real=True, positive=True if value.is_positive else None)
        self.symbol, self.value = symbol, value
        return self

    def _hashable_content(self) -> tuple[Any, ...]:
        return (*super()._hashable_content(), self.value)

    @property
    def free_symbols(self) -> set[Any]:
        """None: its value is fixed."""
        return set()


class Ranged(Named):
    """A number of which only a domain is known: what is proved of it holds all over the domain."""

    __slots__ = ("domain",)

    def __new__(cls, symbol: Symbol, domain: Domain) -> Ranged:
        lowest = domain.lower is not None and (domain.lower.is_positive or (domain.lower == 0 and domain.lower_open))
        self: Ranged = Symbol.__xnew__(cls, symbol.name, real=True, positive=True if lowest else None)
        self.symbol, self.value, self.domain = symbol, domain, domain
        return self


def written_out(expr: Any) -> Any:
    """The expression with every named number written out, so that none is taken for a variable."""
    return expr.xreplace({n: n.value for n in expr.atoms(Named) if not isinstance(n, Ranged)})


def lettered(result: Any) -> Any:
    """A result with every named number replaced by its parameter's own symbol, all through tuples and dataclasses."""
    if isinstance(result, Basic):
        return result.xreplace({n: n.symbol for n in result.atoms(Named)})
    if isinstance(result, tuple):
        return tuple(lettered(r) for r in result)
    if is_dataclass(result) and not isinstance(result, type):
        return replace(result, **{f.name: lettered(getattr(result, f.name)) for f in fields(result)})
    return result
