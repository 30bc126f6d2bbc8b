"""The table of everything that is known: one row an entry, as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import S

from symgrad import deriver
from symgrad.core import Extremum, Kind
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.definitions.layers import LAYERS
from symgrad.pipeline.records import spell, spell_domain
from symgrad.pipeline.showing import digits
from symgrad.pipeline.stages import facts
from symgrad.rules import RULES
from symgrad.words import say

if TYPE_CHECKING:
    from symgrad.core import Definition
    from symgrad.definitions.layers import Kind as LayerKind


def names() -> list[str]:
    """Every entry: activations, losses, layers."""
    return [*ACTIVATIONS, *LOSSES, *(name for name in LAYERS if name not in ACTIVATIONS)]


def rules() -> list[dict[str, Any]]:
    """Every rule that a step may name; one of algebra has no statement of its own."""
    return [
        {
            "kind": "rule",
            "name": rule.name,
            "title": say(rule.title),
            "statement": say(rule.why) if rule.before is None else f"{spell(rule.before)} = {spell(rule.after)}",
            "given": "" if rule.given in {True, S.true} else spell(rule.given),
            "why": say(rule.why),
        }
        for rule in RULES.values()
    ]


def row(name: str) -> dict[str, Any]:
    """What the table says of one entry; facts are those at the usual parameters."""
    if name in LAYERS:
        return of_layer(LAYERS[name])
    definition = ACTIVATIONS.get(name) or LOSSES[name]
    shared = {
        "name": name,
        "title": definition.title,
        "kind": definition.kind.value,
        "formula": spell(definition.of),
        "derivative": spell(deriver.derivative(definition).result),
        "kinks": [spell(k.at) for k in definition.kinks],
        "parameters": {str(p.symbol): spell(p.default) for p in definition.parameters},
    }
    return shared | (about(definition) if definition.kind is Kind.ACTIVATION else domains(definition))


def of_layer(kind: LayerKind) -> dict[str, Any]:
    """A layer's letters and shapes."""
    layer = kind.build()
    shapes = {
        of: [f"{t.name} ({', '.join(d.name for d in t.dims)})" for t in tensors]
        for of, tensors in (("inputs", layer.inputs), ("learned", layer.parameters), ("output", (layer.output,)))
    }
    return {"name": kind.name, "title": kind.title, "kind": "layer", **shapes}


def about(definition: Definition) -> dict[str, Any]:
    """The proved facts of an activation."""
    found = facts(definition)
    return {"sup": number(found.steepest), "zero_centred": found.zero_centred, "monotone": found.monotone.value}


def domains(definition: Definition) -> dict[str, Any]:
    """Where the output and the target of a loss may lie."""
    return {f"{v.symbol}_in": spell_domain(v.domain) for v in definition.variables}


def number(extremum: Extremum) -> str:
    """An extremum exactly where it is rational, else to six digits."""
    if extremum.exact is S.Infinity:
        return "∞"
    return str(extremum.exact) if extremum.exact is not None and extremum.exact.is_Rational else digits(extremum)
