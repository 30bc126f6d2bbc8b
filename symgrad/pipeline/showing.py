"""One catalogue entry, told: what the catalogue says, and what is proved."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad import deriver, document
from symgrad.core import Document, Page, UnsupportedError
from symgrad.pipeline.numpy_source import numpy_code
from symgrad.pipeline.records import entry_record
from symgrad.pipeline.stages import about, settle
from symgrad.words import ENGLISH, message, sentences, speaking

if TYPE_CHECKING:
    from symgrad.core import Definition, Extremum, Facts, LossFacts
    from symgrad.pipeline.asked import Asked


def show(definition: Definition, asked: Asked) -> str | bytes:
    """The entry in one of the formats of a derivation, with its facts, its kinks and its derivative in each."""
    if asked.form == "json":
        with speaking(ENGLISH):
            return json.dumps(entry_record(entry_page(definition), asked.detail), indent=2, ensure_ascii=False) + "\n"
    if asked.form == "numpy":
        return numpy_code(definition)
    if asked.form == "pdf":
        return document.page_pdf(entry_page(definition), asked.detail)
    return document.render_entry(
        entry_page(definition), asked.form, asked.detail, fragment=asked.fragment, dialect=asked.dialect
    )


def entry_page(definition: Definition) -> Page:
    """The entry with its derivative as one page."""
    derivation = deriver.derivative(definition)
    told = Document(
        definition.name,
        definition.title,
        definition.kind.value,
        definition.note,
        derivations=(derivation,),
        about=(definition,),
    )
    try:
        known: tuple[Facts | LossFacts, ...] = (about(definition),)
    except UnsupportedError as error:  # one fact that is not settled leaves the derivative to be told
        why = message("Facts beyond the derivative are not told: {reason}.", reason=error.told)
        told, known = replace(told, lead=sentences((told.lead, why))), ()
    return Page(told, (settle(derivation),), known)


def digits(found: Extremum) -> str:
    """A decimal that both ends of the enclosure round to."""
    middle = (found.lower + found.upper) / 2
    return f"{float(middle):.6g}"
