"""What a worker does for a build: list a file's documents, settle and render one of them."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from symgrad import __version__, document
from symgrad.core import Document, every_step
from symgrad.definitions import ACTIVATIONS
from symgrad.pipeline.load import beside, load
from symgrad.pipeline.stages import pairs_of, settle_document
from symgrad.words import speaking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symgrad.core import Pair
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
        "weight": steps + 20 * len(page.about),
        "pairs": list(ACTIVATIONS) if page.pairs else [],
        "derivations": [d.name for d in page.derivations],
    }


def make_page(
    source: Source,
    index: int,
    wanted: Wanted,
    rows: Mapping[str, tuple[Pair, ...]] | None = None,
    places: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The files of one document and what an index says of it, in every language: it is settled once for all.

    `rows` are those of the comparison table; `places` are the documents that derive a pair, by the derivation's name.
    """
    found = documents(source)[index]
    every = (pair for name in ACTIVATIONS for pair in rows[name]) if rows else ()
    pairs = tuple(replace(p, page=(places or {}).get(f"{p.activation.name}-{p.loss.name}", "")) for p in every)
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
