"""Whether catalogue functions are applied inside their domains: softplus(z, 0) divides by its beta, which is 0."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Dummy, Max, Min

from symgrad.core import REALS, Domain, UnsupportedError, Variable
from symgrad.functions import Elementwise
from symgrad.functions.elementwise import lies_in
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sympy import Symbol

    from symgrad.words import Message


def where_defined(expr: Any, known: Iterable[Variable]) -> tuple[Variable, ...]:
    """`known`, a symbol that is a parameter narrowed to where that may lie; UnsupportedError for any other misfit.

    The variables of a function are not narrowed: log and the like say themselves where they have a value.
    """
    domains = {v.symbol: v.domain for v in known}
    for part in sorted(expr.atoms(Elementwise), key=str):
        wrong = outside(part.func, part.filled)
        if wrong:
            raise UnsupportedError(wrong)
        for letter, domain, value in _parameters(part):
            if not value.is_Symbol:
                if not lies_in(value.xreplace(_signs(domains)), domain):
                    raise UnsupportedError(
                        "{name} needs {letter} in {domain}, and {value} is not seen to lie there; use a "
                        "symbol, or write the formula out",
                        name=part.spelling,
                        letter=letter,
                        domain=domain,
                        value=value,
                    )
                continue
            narrowed = meet(domains.get(value, REALS), domain)
            if narrowed is None:
                raise UnsupportedError(
                    "{name} needs {letter} in {domain}, but {value} lies in {other}; use another "
                    "symbol for one of the two",
                    name=part.spelling,
                    letter=letter,
                    domain=domain,
                    value=value,
                    other=domains[value],
                )
            domains[value] = narrowed
    return tuple(Variable(symbol, domain) for symbol, domain in domains.items())


def _parameters(part: Any) -> list[tuple[Symbol, Domain, Any]]:
    """The parameters of an applied function that may not be just any number, with what they are here."""
    told = list(zip(part.variables + part.parameters, part.domains, part.filled, strict=True))
    return [t for t in told[len(part.variables) :] if t[1] != REALS and not t[2].is_number]


def outside(head: Any, arguments: Sequence[Any]) -> Message:
    """What is wrong with a number among the arguments of a catalogue function; empty where nothing is."""
    for letter, domain, value in zip(head.variables + head.parameters, head.domains, arguments, strict=False):
        if value.is_number and not lies_in(value, domain):
            named = {"name": head.spelling, "letter": letter, "domain": domain, "value": value}
            return message("{name} needs {letter} in {domain}, not {value}", **named)
    return message("")


def _signs(domains: Mapping[Symbol, Domain]) -> dict[Symbol, Symbol]:
    """Symbols that lie on the positive side as symbols of which SymPy knows so."""
    above = {s: d for s, d in domains.items() if d.lower is not None and d.lower.is_nonnegative}
    return {s: Dummy(s.name, nonnegative=True, zero=False if d.lower_open else None) for s, d in above.items()}


def meet(one: Domain, other: Domain) -> Domain | None:
    """What two intervals with numbers as ends share; None where that is nothing."""
    if one.values or other.values:
        both = tuple(v for v in one.values or other.values if lies_in(v, one) and lies_in(v, other))
        return Domain(values=both) if both else None
    lowers = [(d.lower, d.lower_open) for d in (one, other) if d.lower is not None]
    uppers = [(d.upper, d.upper_open) for d in (one, other) if d.upper is not None]
    low = Max(*(end for end, _ in lowers)) if lowers else None
    high = Min(*(end for end, _ in uppers)) if uppers else None
    found = Domain(low, high, any(o for end, o in lowers if end == low), any(o for end, o in uppers if end == high))
    if low is None or high is None or low < high:
        return found if low is not None or high is not None else REALS
    return found if low == high and not found.lower_open and not found.upper_open else None
