"""What is to be proved: two sides, the premises on the variables, and the assumption, as nodes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.core import REALS, UnsupportedError, Variable
from symgrad.core.domain import Domain
from symgrad.prover.conventions import named, plain, symbols_of, told
from symgrad.prover.reading import Reader
from symgrad.prover.scalar import Node, sub, substitute, sym

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.core import Let
    from symgrad.prover.region import Binding, Premise

CASES = 64  # combinations of the values of finite domains


@dataclass(frozen=True, slots=True)
class Statement:
    """left = right wherever the premises hold and `assumption` is 1.

    `cases` bind the symbols of finite domains, one combination each. `ranges` are rational ends for sampling.
    """

    left: Node
    right: Node
    assumption: Node
    premises: tuple[Premise, ...]
    cases: tuple[tuple[Binding, ...], ...]
    shown: tuple[Any, ...] = ()  # the premises as SymPy conditions
    assuming: Any = True
    ranges: dict[str, tuple[Fraction | None, Fraction | None]] = field(default_factory=dict)
    symbols: dict[str, Any] = field(default_factory=dict)
    asked: tuple[Any, ...] = ()  # as the prover was asked

    def case(self, bindings: tuple[Binding, ...]) -> Statement:
        """The statement for one combination of values: they stand in it, since the kind of a power rests on them."""
        values = dict(bindings)
        left, right, assumption = (substitute(n, values) for n in (self.left, self.right, self.assumption))
        premises = tuple((substitute(n, values), rel) for n, rel in self.premises)
        return replace(self, left=left, right=right, assumption=assumption, premises=premises, cases=(bindings,))

    @property
    def told(self) -> list[str]:
        """The statement for a reader."""
        return told(*self.asked)

    @property
    def names(self) -> tuple[str, ...]:
        """The free symbols that occur in the sides, the assumption or a premise."""
        nodes = (self.left, self.right, self.assumption, *(p for p, _ in self.premises))
        return tuple(sorted(set().union(*(n.free for n in nodes))))


def read_statement(
    left: Any, right: Any, variables: Sequence[Variable], lets: Sequence[Let], assuming: Any
) -> Statement:
    """The statement in nodes; only the domains of symbols that matter to it become premises."""
    left, right, assuming = plain(left), plain(right), plain(assuming)
    reader = Reader(lets, named(symbols_of(left, right, variables, lets, assuming)))
    sides = reader.read(left), reader.read(right)
    assumption = reader.condition(assuming)
    domains = {reader.name(v.symbol): v.domain for v in variables if v.symbol not in {let.symbol for let in lets}}
    needed = _closure(reader, set(sides[0].free | sides[1].free | assumption.free), domains)
    premises, shown, cases, ranges = [], [], [], {}
    for name in sorted(needed, key=lambda k: (_depends(domains.get(k, REALS)), k)):
        domain = domains.get(name) or _assumed(reader.symbols[name])
        if domain.values:
            if any(v.free_symbols for v in domain.values):
                raise UnsupportedError("the values that {name} may have are no numbers; give numbers", name=name)
            cases.append([(name, reader.read(v)) for v in domain.values])
            continue
        found = list(_premises(reader, name, domain))
        premises += [p for p, _ in found]
        shown += [c for _, c in found]
        ranges[name] = (_rational(domain.lower, 1), _rational(domain.upper, -1))
    combinations = tuple(product(*cases))
    if len(combinations) > CASES:
        raise UnsupportedError("the finite domains have too many combinations of values; fix some of them")
    asked = (left, right, variables, lets, assuming)
    return Statement(
        *sides, assumption, tuple(premises), combinations, tuple(shown), assuming, ranges, reader.symbols, asked
    )


def _closure(reader: Reader, names: set[str], domains: dict[str, Domain]) -> set[str]:
    """The names, and those that the ends of their domains mention."""
    waiting = list(names)
    while waiting:
        domain = domains.get(waiting.pop(), REALS)
        for end in (domain.lower, domain.upper, *domain.values):
            new = reader.read(end).free - names if end not in {None, sp.oo, -sp.oo} else frozenset()
            names |= new
            waiting += new
    return names


def _depends(domain: Domain) -> bool:
    return any(end is not None and end.free_symbols for end in (domain.lower, domain.upper))


def _premises(reader: Reader, name: str, domain: Domain) -> list[tuple[Premise, Any]]:
    symbol, found = reader.symbols[name], []
    if domain.lower not in {None, -sp.oo}:
        rel = ">" if domain.lower_open else ">="
        found.append(((sub(sym(name), reader.read(domain.lower)), rel), sp.Rel(symbol, domain.lower, rel)))
    if domain.upper not in {None, sp.oo}:
        rel = ">" if domain.upper_open else ">="
        found.append(((sub(reader.read(domain.upper), sym(name)), rel), sp.Rel(domain.upper, symbol, rel)))
    return found


def _assumed(symbol: Any) -> Domain:
    """A symbol whose domain is not given ranges over R, or over what its SymPy assumptions leave of R."""
    if symbol.is_positive:
        return Domain(lower=sp.Integer(0))
    if symbol.is_negative:
        return Domain(upper=sp.Integer(0))
    if symbol.is_nonnegative:
        return Domain(lower=sp.Integer(0), lower_open=False)
    if symbol.is_nonpositive:
        return Domain(upper=sp.Integer(0), upper_open=False)
    return REALS


def _rational(end: Any, inward: int) -> Fraction | None:
    """A rational number at the end of an interval, just inside it where the end is irrational."""
    if end is None or end.is_infinite or end.free_symbols or not end.is_comparable:
        return None
    if end.is_Rational:
        return Fraction(int(end.p), int(end.q))
    return Fraction(str(end.evalf(20))) + inward * Fraction(1, 10**12)
