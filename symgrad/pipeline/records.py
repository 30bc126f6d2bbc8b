"""Catalogue entries and their facts as JSON values, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.core import Facts
from symgrad.document import as_json
from symgrad.document.from_sympy import boxes
from symgrad.document.sets import interval
from symgrad.document.telling import telling
from symgrad.document.text import text

if TYPE_CHECKING:
    from symgrad.core import Definition, Domain, Extremum, LossFacts, Page, Variable

SCHEMA = "symgrad/entry/1"
CONVENTIONS = ("at", "left", "right", "torch", "jax", "textbook")


def spell(expr: Any) -> str:
    """The expression on one line, as a reader writes it."""
    return text(boxes(expr))


def formula(expr: Any) -> dict[str, Any] | None:
    """An expression for readers and for programs; null where there is none."""
    return None if expr is None else as_json.formula(expr)


def definition_record(definition: Definition) -> dict[str, Any]:
    """A catalogue entry as data."""
    return {
        "name": definition.name,
        "title": definition.title,
        "kind": definition.kind.value,
        "formula": formula(definition.of),
        "stable": formula(definition.stable),
        "domains": domains(definition.variables),
        "range": spell_domain(definition.range),
        "parameters": {
            str(p.symbol): {"usual": formula(p.default), "in": spell_domain(p.domain)} for p in definition.parameters
        },
        "kinks": [{name: formula(getattr(k, name)) for name in CONVENTIONS} for k in definition.kinks],
        "source": definition.source,
        "note": definition.note,
    }


def entry_record(page: Page, detail: str) -> dict[str, Any]:
    """A catalogue entry with its facts and its derivation."""
    (found,), (settled,) = page.facts, page.settled
    facts = facts_record(found) if isinstance(found, Facts) else loss_record(found)
    record = definition_record(found.definition)
    return {"schema": SCHEMA, **record, "facts": facts, "derivation": as_json.derivation(telling(settled), detail)}


def loss_record(facts: LossFacts) -> dict[str, Any]:
    """What is proved about a loss; the sizes are at the values under `at`."""
    return {
        "at": {str(s): spell(v) for s, v in facts.at},
        "derivative": formula(facts.derivative),
        "second": formula(facts.second),
        "convex": facts.convex.value,
        "convex_at": {str(s): spell(v) for s, v in facts.convex_at},
        "not_convex_at": {str(s): spell(v) for s, v in facts.bent},
        "stationary": facts.stationary,
        "least": extremum_record(facts.least),
        "infimum": extremum_record(facts.infimum),
        "supremum": extremum_record(facts.supremum),
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
        "dead": [spell_domain(d) for d in facts.dead],
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
    return {str(v.symbol): spell_domain(v.domain) for v in variables}


def spell_domain(domain: Domain) -> str:
    """The set as a reader writes it."""
    return text(interval(domain))
