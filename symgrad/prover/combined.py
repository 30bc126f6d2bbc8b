"""A function of several variables that depends on one sum of them alone: on u = x + y, say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sympy import Add, Dummy, Integer, preorder_traversal

from symgrad.core import REALS, Domain, Variable
from symgrad.prover.convex import affine
from symgrad.prover.independent import inside
from symgrad.prover.prove import prove

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Combined(NamedTuple):
    """`expr` in u alone, the sum that u stands for, and u with the interval of its values."""

    expr: Any
    total: Any
    variable: Variable

    def place(self, u: Any, variables: Sequence[Variable]) -> dict[Any, Any] | None:
        """A point with this value of u where every variable is free, else None."""
        domains = {v.symbol: v.domain for v in variables}
        if any(domains.get(x, REALS) != REALS or x.is_positive for x in self.total.free_symbols):
            return None
        first, *rest = sorted(self.total.free_symbols, key=str)
        return {first: u / self.total.coeff(first), **dict.fromkeys(rest, Integer(0))}


def combined(expr: Any, variables: Sequence[Variable]) -> Combined | None:
    """The expression in one variable, with the proof that it is the same; None where no such sum is found."""
    domains = {v.symbol: v.domain for v in variables}
    for total in sums(expr):
        first, *rest = sorted(expr.free_symbols, key=str)
        held = {x: inside(domains.get(x, REALS)) for x in rest}
        u = Dummy("u", real=True)
        alone = expr.xreplace({**held, first: (u - total.xreplace({first: Integer(0), **held})) / total.coeff(first)})
        if prove(expr, alone.xreplace({u: total}), variables=variables).proved:
            return Combined(alone, total, Variable(u, span(total, domains)))
    return None


def sums(expr: Any) -> Iterator[Any]:
    """The parts of an expression that are a x + b y + ... with rational numbers, all its variables in them."""
    symbols, seen = expr.free_symbols, set()
    for part in preorder_traversal(expr):
        if isinstance(part, Add) and part.free_symbols == symbols and all(affine(part, x) for x in symbols):
            total = Add(*(part.coeff(x) * x for x in symbols))
            if total not in seen and all(total.coeff(x).is_Rational and total.coeff(x) for x in symbols):
                seen.add(total)
                yield total


def span(total: Any, domains: dict[Any, Domain]) -> Domain:
    """The values of the sum: an end belongs to them if it does for every variable."""
    low: Any = 0
    high: Any = 0
    low_open = high_open = False
    for x in total.free_symbols:
        c, d = total.coeff(x), domains.get(x, REALS)
        ends = [(d.lower, d.lower_open), (d.upper, d.upper_open)]
        (one, one_open), (other, other_open) = ends if c > 0 else ends[::-1]
        low = None if low is None or one is None else low + c * one
        high = None if high is None or other is None else high + c * other
        low_open, high_open = low_open or one_open, high_open or other_open
    return Domain(low, high, low_open, high_open)
