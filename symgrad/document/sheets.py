"""The facts of a catalogue entry as a page shows them: two drawings, a table of facts, a table of kinks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from symgrad.core import Facts
from symgrad.document.boxes import Diff, Fn, Ident, Script
from symgrad.document.facts import facts_of, kink_row, named, values_of
from symgrad.document.from_sympy import boxes
from symgrad.document.html import cell
from symgrad.document.plots import plots
from symgrad.document.text import text
from symgrad.document.words import Formula
from symgrad.words import message, say, sentences

if TYPE_CHECKING:
    from symgrad.core import Definition, LossFacts
    from symgrad.document.boxes import Box
    from symgrad.document.facts import Cell


@dataclass(frozen=True, slots=True)
class Sheet:
    """One entry's facts: two plots, rows of label and value, kinks with what libraries return there."""

    name: str
    title: str
    plots: tuple[Markup, ...]
    caption: Markup
    rows: tuple[tuple[str, Markup], ...]
    kinks: tuple[tuple[Markup, ...], ...]
    source: str


def sheet(facts: Facts | LossFacts) -> Sheet:
    """The facts of one entry."""
    definition = facts.definition
    return Sheet(
        definition.name,
        message("{function}: the facts", function=definition.title),
        tuple(Markup(svg) for svg in plots_of(facts)),  # noqa: S704 - drawn by us, labels escaped
        cell(caption(facts)),
        tuple((label, Markup("<br>").join(map(cell, lines))) for label, lines in facts_of(facts)),
        tuple(tuple(map(cell, kink_row(k))) for k in definition.kinks),
        definition.source,
    )


def plots_of(facts: Facts | LossFacts) -> tuple[str, str]:
    """The two drawings of an entry."""
    definition = facts.definition
    return plots(facts, titles(definition), f"plot-{definition.name.replace('_', '-')}")


def titles(definition: Definition) -> tuple[str, str]:
    """What stands above the two drawings: σ(z) and σ′(z), parameters left out; J and ∂J/∂a."""
    if len(definition.variables) > 1:
        return "J", f"∂J/∂{definition.variable}"
    applied, inside = boxes(definition.applied), text(boxes(definition.variable))
    if not isinstance(applied, Fn):
        return text(applied), say(message("slope of {function}", function=text(applied)))
    name = text(applied.head.base if isinstance(applied.head, Script) else applied.head)
    return f"{name}({inside})", f"{name}′({inside})"


def caption(facts: Facts | LossFacts) -> Cell:
    """What the drawings show."""
    phi, slope = drawn_names(facts.definition)
    drawn: dict[str, Any] = {"function": Formula(phi), "slope": Formula(slope)}
    values = values_of(facts.at, short=True)
    words = [
        message("{function} and its slope {slope} at {values}.", **drawn, values=values)
        if values
        else message("{function} and its slope {slope}.", **drawn)
    ]
    if isinstance(facts, Facts):
        words.append(message("Dashed lines: the ends of the range."))
    if facts.kinks:
        words.append(message("Circles: the slopes on either side of a kink; the dot: the value that is agreed there."))
    return (sentences([*words, message("Shaded: the slope is below one hundredth.")]),)


def drawn_names(definition: Definition) -> tuple[Box, Box]:
    """What the two drawings are of."""
    if len(definition.variables) > 1:
        return Ident("J"), Diff(Ident("J"), boxes(definition.variable), partial=True)
    return named(definition), named(definition, 1)
