"""One catalogue entry, told: what the catalogue says, and what is proved."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sympy import S

from symgrad import deriver, document
from symgrad.core import Document, Kind, Settled
from symgrad.document.words import to_text
from symgrad.pipeline.records import definition_record, facts_record, spell
from symgrad.pipeline.stages import facts, settle, settle_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Definition, Extremum, Facts, Kink

PAGES = {"html": "html", "latex": "tex", "markdown": "md", "mathml": "mathml"}
LIBRARIES = ("torch", "jax", "textbook")


def show(definition: Definition, form: str, detail: str) -> str:
    """The entry in one of the formats of a derivation; text and JSON hold no derivation, the others do."""
    if form == "json":
        return json.dumps(record(definition), indent=2, ensure_ascii=False)
    if form == "text":
        return "\n".join(f"{label:14}{value}" for label, value in told(definition))
    if form == "html":
        return document.render_page(settle_document(page(definition)), "html")
    return document.render(settle(deriver.derivative(definition)), form, detail)


def page(definition: Definition) -> Document:
    """The entry with its derivative as one document."""
    derivation = deriver.derivative(definition)
    return Document(
        definition.name,
        definition.title,
        definition.kind.value,
        definition.note,
        derivations=(derivation,),
        about=(definition,),
    )


def record(definition: Definition) -> dict[str, Any]:
    """The entry as JSON values; `facts` is null for a loss."""
    proved = facts_record(facts(definition)) if definition.kind is Kind.ACTIVATION else None
    return {**definition_record(definition), "facts": proved}


def told(definition: Definition) -> Iterator[tuple[str, str]]:
    """Labels and values; a label left empty goes on with the one before."""
    settled = settle(deriver.derivative(definition))
    yield "name", f"{definition.name}: {definition.title}"
    yield "formula", f"{spell(definition.applied)} = {spell(definition.of)}"
    yield "domain", ", ".join(f"{v.symbol} in {v.domain}" for v in definition.variables)
    yield "range", str(definition.range)
    for n, p in enumerate(definition.parameters):
        learned = ", learned" if p.learned else ""
        yield "parameters" * (not n), f"{spell(p.symbol)} in {p.domain}, usually {spell(p.default)}{learned}"
    yield "derivative", f"{spell(settled.derivation.result)} ({proof(settled)})"
    if definition.stable is not None:
        yield "stable form", spell(definition.stable)
    if definition.kind is Kind.ACTIVATION:
        yield from proved(facts(definition))
    for n, kink in enumerate(definition.kinks):
        yield "kinks" * (not n), kink_line(kink)
    yield "source", definition.source
    if definition.note:
        yield "note", to_text(definition.note)


def proof(settled: Settled) -> str:
    """How the derivative fared, in a few words."""
    numbers = f", check {settled.check.outcome.value} at {settled.check.points} points" if settled.check else ""
    return f"{settled.claim.status.value}{numbers}"


def proved(found: Facts) -> Iterator[tuple[str, str]]:
    """The facts, which hold at the usual parameters."""
    z = found.definition.variable
    if found.in_output is not None:
        yield "in the output", f"{spell(found.in_output)}, where a = {spell(found.definition.applied)}"
    yield "second", spell(found.second)
    yield "sup of slope", extremum(found.supremum)
    yield "inf of slope", extremum(found.infimum)
    yield "Lipschitz", extremum(found.lipschitz)
    low, high, slope_low, slope_high = (("none" if e is None else spell(e)) for e in found.limits)
    yield "limits", f"{low} and {high}; of the slope {slope_low} and {slope_high} (as {z} goes to -∞ and ∞)"
    for side, rate in zip(("-∞", "∞"), found.decay, strict=True):
        if rate is not None:
            yield "decay", f"the slope is asymptotically {spell(rate)} as {z} goes to {side}"
    yield "monotone", found.monotone.value
    yield "zero-centred", "yes (odd)" if found.zero_centred else "no"
    if found.dead:
        yield "dead", "the slope is 0 on " + ", ".join(map(str, found.dead))


def extremum(found: Extremum) -> str:
    """The closed form where there is one, and six digits that are certain."""
    exact = "" if found.exact is None else spell(found.exact)
    if found.exact is not None and (found.exact.is_Rational or found.exact in {S.Infinity, S.NegativeInfinity}):
        return exact
    return " = ".join(filter(None, (exact, digits(found))))


def digits(found: Extremum) -> str:
    """A decimal that both ends of the enclosure round to."""
    middle = (found.lower + found.upper) / 2
    return f"{float(middle):.6g}"


def kink_line(kink: Kink) -> str:
    """Where it is, its slopes, and what each library says there."""
    said = [f"{name} {spell(v)}" for name in LIBRARIES if (v := getattr(kink, name)) is not None]
    kind = "jump" if kink.jump else "slopes"
    return f"at {spell(kink.at)}: {kind} {spell(kink.left)} and {spell(kink.right)}; " + ", ".join(said)
