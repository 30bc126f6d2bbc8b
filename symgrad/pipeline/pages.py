"""What a worker does for a build: list a file's documents, settle and render one of them."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from symgrad import __version__, document
from symgrad.core import Document, Observation, SymgradError, every_step
from symgrad.definitions import ACTIVATIONS
from symgrad.experiments import EXPERIMENTS
from symgrad.experiments.recorded import already_run, frozen, here_or_recorded, seal
from symgrad.pipeline.load import beside, load
from symgrad.pipeline.stages import pairs_of, settle_document
from symgrad.words import speaking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symgrad.core import Pair
    from symgrad.experiments import Result
    from symgrad.pipeline.asked import Wanted
    from symgrad.pipeline.discover import Source

SITE = document.Site(version=__version__)

documents = cache(load)  # a worker makes several pages of one file


def list_documents(source: Source) -> dict[str, Any]:
    """The name, title and weight of every document of a file, and the loose modules that the file may rest on."""
    return {"heads": [head(d) for d in documents(source)], "beside": beside()}


def head(page: Document) -> dict[str, Any]:
    """What an index says about a document before it is settled; `weight` guesses how long that takes."""
    steps = sum(1 for d in page.derivations for _ in every_step(d.steps))
    return {
        "name": page.name,
        "title": page.title,
        "theme": page.theme,
        "lead": page.lead,
        "weight": steps + 20 * len(page.about) + 10 * len(page.claims),
        "experiments": sorted(experiments(page)),
        "pairs": list(ACTIVATIONS) if page.pairs else [],
        "derivations": [d.name for d in page.derivations],
    }


def experiments(page: Document) -> set[str]:
    """The experiments that a page rests on: those that it shows, and those that its claims are about."""
    shown = {seal(e.name, e.settings) for e in page.experiments}
    observed = (s for claim in page.claims for s in claim.formal if isinstance(s, Observation))
    return shown | {seal(s.experiment, s.settings) for s in observed}


def run_experiment(asked: str) -> tuple[Result, bool] | None:
    """What an experiment finds, by its seal; nothing where it can't be run: the page says why."""
    name, settings = json.loads(asked)
    try:
        return here_or_recorded(EXPERIMENTS[name], name, {k: frozen(v) for k, v in settings.items()})
    except (SymgradError, KeyError):
        return None


def make_page(
    source: Source,
    index: int,
    wanted: Wanted,
    ran: Mapping[str, tuple[Result, bool]],
    table: tuple[Mapping[str, tuple[Pair, ...]], Mapping[str, str]] = ({}, {}),
) -> dict[str, Any]:
    """The files of one document and what an index says of it, in every language: it is settled once for all.

    `ran` are its experiments, `table` the rows of the comparison table, as other workers made them, and the documents
    that derive a pair, by the derivation's name.
    """
    found = documents(source)[index]
    rows, places = table
    every = (pair for name in ACTIVATIONS for pair in rows[name]) if rows else ()
    pairs = tuple(replace(p, page=places.get(f"{p.activation.name}-{p.loss.name}", "")) for p in every)
    with already_run(ran):
        page = settle_document(found, pairs)
    files: dict[str, dict[str, str]] = {}
    entries: dict[str, dict[str, Any]] = {}
    for lang in wanted.langs:
        with speaking(lang):
            files[lang] = document.page_files(
                page, SITE, wanted.formats, fragment=wanted.fragment, dialect=wanted.dialect
            )
            entries[lang] = document.entry(page)
    return {"files": files, "entries": entries}


def inline_page(page: str, finer: str) -> str:
    """A page that needs no other file, nor the script with its finest steps."""
    return document.inlined(document.unfolded(page, finer))


def make_pdf(title: str, body: str) -> str:
    """A page as a PDF, in text that JSON can hold."""
    return b64encode(document.pdf(title, body)).decode()


def make_book(title: str, parts: Mapping[str, Sequence[str]]) -> str:
    """All pages as one."""
    return b64encode(document.book(title, parts)).decode()


def pair_rows(activation: str) -> tuple[Pair, ...]:
    """One activation's rows of the comparison table, settled."""
    return pairs_of(ACTIVATIONS[activation])


def make_frame(entries: Sequence[Mapping[str, Any]], characters: str) -> dict[str, str]:
    """The index, the search, the page about trust, and what all pages share; fonts hold what `characters` need."""
    pages = {
        "index.html": document.render_index(entries, SITE),
        "search.html": document.render_search(entries, SITE),
        "trust.html": document.render_trust(SITE),
    }
    own = characters + document.characters(pages.values())
    return {**document.assets("".join(sorted(set(own)))), **pages}
