"""The range that a definition states, against the function: no value beyond its ends, and its ends are the least ones.

The bound is proved with the parameters as letters where that can be done, else at their usual values, and the verdict
says which. An end that lies beyond the values is an outer bound: right, but not the least interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sympy import Ge, Gt, Le, Lt, oo

from symgrad.core import Status, UnsupportedError, Variable, Verdict
from symgrad.functions import unfold
from symgrad.prover.named import Named, lettered
from symgrad.prover.parametric import parametric_extrema
from symgrad.prover.prove import prove
from symgrad.prover.ranges import extrema
from symgrad.prover.relations import prove_relation
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Definition, Extremum

RELATIONS = {(-1, True): Gt, (-1, False): Ge, (1, True): Lt, (1, False): Le}
NOT_ATTAINED = message("no value equals this end: it is open")
ATTAINED = message("a value equals this end: it is closed")


@dataclass(frozen=True, slots=True)
class End:
    """One end of a stated range: the relation that it claims, the verdict on it, and whether it is the least one.

    `claim` is the relation with the function written out.
    `least`: "for all parameters", "at their usual values" or "an outer bound"; `extremum` is what the end should be.
    """

    relation: Any
    claim: Any
    verdict: Verdict
    least: str
    extremum: Extremum


def ends(definition: Definition) -> Iterator[End]:
    """The lower and the upper end of a definition's range, each with what is proved about it."""
    values = {p.symbol: p.default for p in definition.parameters}
    given = {s: v if v.is_Rational else Named(s, v) for s, v in values.items()}
    function, z = unfold(definition.of), definition.variable
    usual = [lettered(e) for e in extrema(function.xreplace(given), z)]
    try:
        formulas = parametric_extrema(function, z, parameters(definition))
    except UnsupportedError:
        formulas = (None, None)
    stated = (
        (definition.range.lower, definition.range.lower_open),
        (definition.range.upper, definition.range.upper_open),
    )
    for side, (typed, is_open), extremum, formula in zip((-1, 1), stated, usual, formulas, strict=True):
        if typed is None:
            free = Verdict(Status.PROVED, "an end at infinity bounds nothing")
            least = _meeting(definition, side * oo, extremum, formula)
            yield End(RELATIONS[side, True](definition.applied, side * oo, evaluate=False), None, free, least, extremum)
            continue
        relation = RELATIONS[side, is_open](function, typed, evaluate=False)
        verdict = bounded(definition, relation, values)
        least = _meeting(definition, typed, extremum, formula)
        if verdict.proved and least != "an outer bound" and extremum.attained == is_open:
            verdict = Verdict(Status.REFUTED, "extremes", reason=ATTAINED if is_open else NOT_ATTAINED)
        yield End(relation.func(definition.applied, typed, evaluate=False), relation, verdict, least, extremum)


def parameters(definition: Definition) -> tuple[Variable, ...]:
    """The parameters with their domains."""
    return tuple(Variable(p.symbol, p.domain) for p in definition.parameters)


def bounded(definition: Definition, relation: Any, values: dict[Any, Any]) -> Verdict:
    """Whether no value lies beyond the end, for all parameters or, failing that, for their usual values."""
    found = prove_relation(relation, variables=definition.domains)
    if found.status is not Status.UNKNOWN or not values:
        return found
    sides = (side.xreplace(values) for side in relation.args)
    at_usual = prove_relation(relation.func(*sides, evaluate=False), variables=definition.variables)
    shown = ", ".join(f"{s} = {v}" for s, v in values.items())
    if not at_usual.proved:
        return found
    return Verdict(Status.PROVED, message("{method}, at {values}", method=at_usual.method, values=shown))


def _meeting(definition: Definition, typed: Any, extremum: Extremum, formula: Any) -> str:
    """Whether the end is the infimum or supremum itself."""
    if formula is not None and _same(formula, typed, parameters(definition)):
        return "for all parameters" if definition.parameters else "exact"
    values = {p.symbol: p.default for p in definition.parameters if p.default.is_Rational}
    if extremum.exact is not None and _same(extremum.exact, typed.xreplace(values), parameters(definition)):
        return "at their usual values" if definition.parameters else "exact"
    return "an outer bound"


def _same(one: Any, other: Any, variables: tuple[Variable, ...]) -> bool:
    if one in {oo, -oo} or other in {oo, -oo}:
        return bool(one == other)
    return one == other or prove(one, other, variables=variables).proved
