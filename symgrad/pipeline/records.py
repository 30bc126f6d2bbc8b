"""Catalogue entries and their facts as JSON values, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.document.from_sympy import boxes
from symgrad.document.latex import latex
from symgrad.document.text import text

if TYPE_CHECKING:
    from symgrad.core import Definition, Extremum, Facts, Variable

CONVENTIONS = ("at", "left", "right", "torch", "jax", "textbook")


def spell(expr: Any) -> str:
    """The expression on one line, as a reader writes it."""
    return text(boxes(expr))


def formula(expr: Any) -> dict[str, str] | None:
    """An expression in the two notations that other programs read."""
    return None if expr is None else {"text": spell(expr), "latex": latex(boxes(expr))}


def definition_record(definition: Definition) -> dict[str, Any]:
    """A catalogue entry as data."""
    return {
        "name": definition.name,
        "title": definition.title,
        "kind": definition.kind.value,
        "formula": formula(definition.of),
        "stable": formula(definition.stable),
        "domains": domains(definition.variables),
        "range": str(definition.range),
        "parameters": {
            str(p.symbol): {"usual": formula(p.default), "in": str(p.domain)} for p in definition.parameters
        },
        "kinks": [{name: formula(getattr(k, name)) for name in CONVENTIONS} for k in definition.kinks],
        "source": definition.source,
        "note": definition.note,
    }


def facts_record(facts: Facts) -> dict[str, Any]:
    """What is proved about an activation, at the parameter values under `at`."""
    return {
        "at": {str(s): spell(v) for s, v in facts.at},
        "derivative": formula(facts.derivative),
        "in_output": formula(facts.in_output),
        "second": formula(facts.second),
        "infimum": extremum_record(facts.infimum),
        "supremum": extremum_record(facts.supremum),
        "lipschitz": extremum_record(facts.lipschitz),
        "limits": [formula(e) for e in facts.limits],
        "decay": [formula(e) for e in facts.decay],
        "monotone": facts.monotone.value,
        "odd": facts.odd,
        "zero_centred": facts.zero_centred,
        "dead": [str(d) for d in facts.dead],
    }


def extremum_record(extremum: Extremum) -> dict[str, Any]:
    """An infimum or a supremum: its rational enclosure, and its closed form where one was proved."""
    return {
        "lower": str(extremum.lower),
        "upper": str(extremum.upper),
        "exact": formula(extremum.exact),
        "attained": extremum.attained,
    }


def domains(variables: tuple[Variable, ...]) -> dict[str, str]:
    """Where each symbol lies."""
    return {str(v.symbol): str(v.domain) for v in variables}
