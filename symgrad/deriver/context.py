"""What a derivation knows about its symbols while it is being made."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sympy import And, Eq, Ge, Gt, Le, Lt, Ne, S, Symbol, together
from sympy.core.relational import Relational

from symgrad.core import Domain, Variable
from symgrad.functions import unfold

if TYPE_CHECKING:
    from symgrad.core import Kink, Let


_SIGN_OF = {
    Gt: "is_positive",
    Lt: "is_negative",
    Ge: "is_nonnegative",
    Le: "is_nonpositive",
    Ne: "is_nonzero",
    Eq: "is_zero",
}


@dataclass(frozen=True, slots=True)
class Context:
    """Where each symbol lies, which symbols are names for other quantities, and where gradients are conventions."""

    domains: tuple[Variable, ...] = ()
    lets: tuple[Let, ...] = ()
    kinks: tuple[Kink, ...] | None = None  # None where nobody has listed them, as in a user's expression

    def breaks(self, relation: Any) -> bool:
        """Whether the two sides of a case distinction may meet at a kink; unlisted boundaries are smooth."""
        if self.kinks is None:
            return True
        gap = relation.lhs - relation.rhs
        return any(gap.subs(kink.variable, kink.at).equals(0) for kink in self.kinks)

    def value(self, symbol: Symbol) -> Any:
        """What a named quantity stands for, or None for a free symbol."""
        return next((let.value for let in self.lets if let.symbol == symbol), None)

    def depends(self, expr: Any, variable: Symbol) -> bool:
        """Whether `expr` changes with `variable`, looking through every named quantity."""
        symbols = expr.free_symbols
        if variable in symbols:
            return True
        values = (self.value(s) for s in symbols)
        return any(v is not None and self.depends(v, variable) for v in values)

    def needed(self, condition: Any) -> Any:
        """The part of `condition` that the domains alone do not guarantee."""
        parts = And.make_args(condition) if condition not in (True, S.true) else ()
        return And(*(p for p in parts if not self.holds(p)))

    def holds(self, condition: Any) -> bool:
        """Whether SymPy's assumption system sees that `condition` holds all over the domains.

        A False only leaves a condition standing that could have been dropped.
        """
        if not isinstance(condition, Relational):
            return condition in (True, S.true)
        witness = together(unfold(condition.lhs - condition.rhs).xreplace(self.stand_ins()))
        wanted = _SIGN_OF.get(type(condition))
        return wanted is not None and bool(getattr(witness, wanted))

    def under(self, condition: Any) -> Context:
        """The same with what `condition` says of a symbol beside a bound, as a domain of that symbol."""
        known = {v.symbol: v for v in self.domains}
        for part in And.make_args(condition):
            if isinstance(part, Gt | Ge | Lt | Le) and part.lhs.is_Symbol and part.rhs.is_number:
                above = isinstance(part, Gt | Ge)
                low, high = (part.rhs, None) if above else (None, part.rhs)
                domain = Domain(low, high, isinstance(part, Gt), isinstance(part, Lt))
                known[part.lhs] = Variable(part.lhs, domain)
        return replace(self, domains=tuple(known.values()))

    def stand_ins(self) -> dict[Any, Any]:
        """Each bounded symbol as an expression in a positive symbol that runs through the same set."""
        found = {}
        for variable in self.domains:
            name, domain = f"p_{variable.symbol.name}", variable.domain
            low, high = domain.lower, domain.upper
            p = Symbol(name, positive=True)
            if low is not None and high is None:
                found[variable.symbol] = low + (p if domain.lower_open else Symbol(name, nonnegative=True))
            elif high is not None and low is None:
                found[variable.symbol] = high - (p if domain.upper_open else Symbol(name, nonnegative=True))
            elif low is not None and domain.lower_open and domain.upper_open:
                found[variable.symbol] = (low + high * p) / (1 + p)
        return found
