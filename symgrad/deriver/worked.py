"""Derivations that a person wrote: given, find, and one line after another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import S, Symbol

from symgrad.core import REALS, Derivation, Domain, Let, Step, UnknownNameError, Variable
from symgrad.core.catalogue import nearest
from symgrad.definitions.exact import sympified
from symgrad.deriver.indexed.chain import RULES_ARE_LISTED, worked_indexed
from symgrad.indexed import Expr as Indexed
from symgrad.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symgrad.indexed import Fact


def worked(
    name: str,
    title: str,
    find: Any,
    *steps: tuple[Any, ...],
    lets: Mapping[Symbol, Any] | None = None,
    domains: Mapping[Symbol, Domain] | None = None,
    facts: Iterable[Fact] = (),
    lead: str = "",
) -> Derivation:
    """A derivation by hand. Each step is `(rule, expression)`, with a condition and a note to follow if wanted.

    `lets` and `domains` belong to expressions of scalars; those with symbolic dimensions carry their names with
    them, and take `facts` that are assumed of their inputs. A rule that the catalogue does not have raises
    UnknownNameError, a rounded number UnsupportedError. Whether the lines are right is not asked here: the prover
    settles every one of them.
    """
    if isinstance(find, Indexed):
        return worked_indexed(find, *steps, name=name, title=title, facts=facts, lead=lead)
    before = start = sympified(find)
    chain: list[Step] = []
    for rule, after, *more in steps:
        if rule not in RULES:
            raise UnknownNameError("rule", rule, nearest(rule, RULES), RULES_ARE_LISTED)
        given = next((m for m in more if not isinstance(m, str)), S.true)
        note = next((m for m in more if isinstance(m, str)), "")
        holds = given if isinstance(given, bool) else sympified(given)
        chain.append(Step(before, sympified(after), rule, holds, note))
        before = chain[-1].after
    known = tuple(Let(symbol, sympified(value)) for symbol, value in (lets or {}).items())
    symbols = set().union(*(e.free_symbols for e in [start, *(s.after for s in chain), *(k.value for k in known)]))
    free = sorted(symbols - {k.symbol for k in known}, key=str)
    lies_in = domains or {}
    variables = tuple(Variable(s, lies_in.get(s, REALS)) for s in free)
    return Derivation(name, title, tuple(chain), variables, known, lead=lead, by_hand=True)
