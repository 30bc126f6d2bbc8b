"""The user's own symbols: real twins of them inside, with what they were said to be as domains."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sympy import And, Basic, Dummy, Ne, Symbol, true

from symgrad.core import REALS, Domain, UnsupportedError, Variable, interval
from symgrad.functions import put

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symgrad.core import Verdict, Witness

HALVES = {
    "positive": interval(0, None),
    "negative": interval(None, 0),
    "nonnegative": interval(0, None, closed="left"),
    "nonpositive": interval(None, 0, closed="right"),
}
SPECIAL = ("integer", "noninteger", "rational", "irrational", "algebraic", "transcendental", "zero", "infinite")


@dataclass(frozen=True, slots=True)
class Twins:
    """`real` maps the user's symbols to real ones, `domains` says where each lies, `assuming` what else was said.

    `special` names the symbols of which more was said than a domain can say (integer=True): a counterexample
    in real numbers tells nothing about them.
    """

    real: Mapping[Symbol, Symbol]
    domains: tuple[Variable, ...]
    assuming: Any
    special: tuple[Symbol, ...]

    @property
    def back(self) -> tuple[tuple[Symbol, Symbol], ...]:
        """From the real twins to the user's symbols, where they differ."""
        return tuple((twin, own) for own, twin in self.real.items() if twin != own)


def twins(*values: Basic) -> Twins:
    """Twins of every symbol that occurs in the values."""
    own = sorted(
        {s for v in values for s in v.free_symbols if isinstance(s, Symbol)},
        key=lambda s: (s.name, str(s.assumptions0)),
    )
    refuse(own)
    real = {s: Symbol(s.name, real=True) for s in own}
    domains = tuple(Variable(twin, domain_of(s)) for s, twin in real.items())
    nonzero = [Ne(t, 0) for s, t in real.items() if s.is_nonzero and domain_of(s) == REALS]
    return Twins(real, domains, And(true, *nonzero), tuple(s for s in own if special(s)))


def refuse(symbols: Iterable[Symbol]) -> None:
    """Raise UnsupportedError for a symbol that is not real, and for two that share a name."""
    named: dict[str, Symbol] = {}
    for symbol in symbols:
        if symbol.is_real is False or not symbol.is_commutative:
            raise UnsupportedError(
                "the symbol {symbol} is not real; symgrad works over the reals: Symbol({name}, real=True)",
                symbol=symbol,
                name=repr(symbol.name),
            )
        if isinstance(symbol, Dummy) or symbol.name in named:
            raise UnsupportedError(
                "two different symbols may be called {name} here; give each a name of its own", name=repr(symbol.name)
            )
        named[symbol.name] = symbol


def domain_of(symbol: Symbol) -> Domain:
    """The half line that the symbol's assumptions put it on, else the whole line."""
    return next((domain for said, domain in HALVES.items() if getattr(symbol, f"is_{said}")), REALS)


def special(symbol: Symbol) -> bool:
    """Whether its assumptions say more than a half line can."""
    return any(symbol.assumptions0.get(said) for said in SPECIAL)


def restored(verdict: Verdict, back: Mapping[Symbol, Symbol]) -> Verdict:
    """The verdict in the user's own symbols."""

    def at(witness: Witness) -> Witness:
        where = witness.where if witness.where is None else put(witness.where, back)
        return replace(witness, point=tuple((back.get(s, s), value) for s, value in witness.point), where=where)

    return replace(
        verdict,
        witness=at(verdict.witness) if verdict.witness else None,
        exceptions=tuple(map(at, verdict.exceptions)),
        conditions=tuple(put(c, back) if hasattr(c, "xreplace") else c for c in verdict.conditions),
    )
