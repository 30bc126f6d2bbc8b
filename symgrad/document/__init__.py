"""Derivations and their verdicts in every format: text, LaTeX, MathML, Markdown, HTML, JSON.

Every name is loaded when it is first used: a formula in a message needs none of the drawings.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# these two teach `boxes` and `tell` what a formula of indices is: whoever writes any formula needs them
from symgrad.document import from_indexed, telling_indexed  # noqa: F401

if TYPE_CHECKING:
    from symgrad.document.as_pdf import book, pdf
    from symgrad.document.companion import unfolded
    from symgrad.document.diagrams import Svg
    from symgrad.document.facts import definition_box
    from symgrad.document.index import entry, render_index, render_search, render_trust
    from symgrad.document.latex_in import LatexError
    from symgrad.document.listing import Listed, render_listing
    from symgrad.document.pages import (
        DETAILS,
        FILES,
        FORMATS,
        PAGE_FORMATS,
        alone,
        html_fragment,
        page_files,
        page_fragment,
        page_pdf,
        render,
        render_entry,
        render_page,
    )
    from symgrad.document.reading_json import document_from_json, from_json
    from symgrad.document.site import ALONE, Site, assets
    from symgrad.document.telling_indexed import indexed_code
    from symgrad.document.webpage import characters, inlined

_HOMES = {
    "as_pdf": ("book", "pdf"),
    "companion": ("unfolded",),
    "diagrams": ("Svg",),
    "facts": ("definition_box",),
    "index": ("entry", "render_index", "render_search", "render_trust"),
    "latex_in": ("LatexError",),
    "listing": ("Listed", "render_listing"),
    "pages": (
        *("DETAILS", "FILES", "FORMATS", "PAGE_FORMATS", "alone", "html_fragment", "page_files"),
        *("page_fragment", "page_pdf", "render", "render_entry", "render_page"),
    ),
    "reading_json": ("document_from_json", "from_json"),
    "site": ("ALONE", "Site", "assets"),
    "telling_indexed": ("indexed_code",),
    "webpage": ("characters", "inlined"),
}
_NAMES = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "ALONE",
    "DETAILS",
    "FILES",
    "FORMATS",
    "PAGE_FORMATS",
    "LatexError",
    "Listed",
    "Site",
    "Svg",
    "alone",
    "assets",
    "book",
    "characters",
    "definition_box",
    "document_from_json",
    "entry",
    "from_json",
    "html_fragment",
    "indexed_code",
    "inlined",
    "page_files",
    "page_fragment",
    "page_pdf",
    "pdf",
    "render",
    "render_entry",
    "render_index",
    "render_listing",
    "render_page",
    "render_search",
    "render_trust",
    "unfolded",
]


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first used."""
    if name not in _NAMES:
        raise AttributeError(f"module 'symgrad.document' has no attribute {name!r}")
    value = getattr(import_module(f"symgrad.document.{_NAMES[name]}"), name)
    globals()[name] = value
    return value
