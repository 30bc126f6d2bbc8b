"""Derivations and their verdicts in every format: text, LaTeX, MathML, Markdown, HTML, JSON."""

from symgrad.document.as_pdf import book, pdf
from symgrad.document.companion import unfolded
from symgrad.document.diagrams import Svg
from symgrad.document.facts import definition_box
from symgrad.document.from_json import document_from_json, from_json
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
from symgrad.document.site import ALONE, Site, assets
from symgrad.document.telling_indexed import indexed_code
from symgrad.document.webpage import characters, inlined

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
