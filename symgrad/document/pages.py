"""Whole documents: HTML, LaTeX, Markdown, a file of formulas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

from symgrad.core import Document, Page, Settled, SymgradError
from symgrad.document import telling_indexed  # noqa: F401 - it says how indexed derivations are told
from symgrad.document.as_json import as_json, document_json
from symgrad.document.as_latex import as_latex, chain, pasted, standalone
from symgrad.document.as_markdown import DIALECTS, as_markdown, document_markdown, markdown_files
from symgrad.document.as_mathml import as_mathml, formulas
from symgrad.document.as_notebook import as_notebook
from symgrad.document.as_pdf import pdf
from symgrad.document.as_text import as_text, page_text
from symgrad.document.as_typst import page_typst
from symgrad.document.facts import facts_of
from symgrad.document.html import cell, templates
from symgrad.document.legend import legend
from symgrad.document.site import ALONE, Site
from symgrad.document.telling import telling
from symgrad.document.tints import css, tinted
from symgrad.document.webpage import html_files, html_page
from symgrad.words import message, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.document.telling import Telling

FORMATS = ("text", "latex", "mathml", "markdown", "html", "json", "notebook")
PAGE_FORMATS = ("html", "tex", "md", "mathml", "typ", "ipynb", "json")
FILES = dict(  # the ends of file names
    zip(("html", "latex", "markdown", "mathml", "pdf", "notebook", "json"), PAGE_FORMATS, strict=True)
)
USUAL = ("html", "latex", "markdown", "mathml")  # of a site
DETAILS = ("result", "textbook", "every-rule")

PRINTERS = {
    "text": as_text,
    "latex": as_latex,
    "mathml": as_mathml,
    "json": as_json,
}


def render(
    settled: Settled,
    format: str = "text",  # noqa: A002 - the reader's word
    detail: str = "textbook",
    layout: str = "",
    *,
    shapes: bool = False,
    fragment: bool = False,
    dialect: str = "github",
) -> str:
    """One derivation in one of FORMATS, at one of DETAILS; html is a page that needs no other file.

    `layout` says how matrices are laid out (column, row-batch, numerator, denominator); `shapes` writes their rows
    and columns below every factor. `fragment` makes LaTeX to be pasted into a paper, `dialect` Markdown for github,
    jupyter or pandoc.
    """
    require(format, FORMATS, "format")
    require(detail, DETAILS, "level of detail")
    if format == "html":
        return html_page(alone(settled, layout, shapes=shapes), ALONE, detail)
    if format == "notebook":
        return notebook(alone(settled, layout, shapes=shapes), detail)
    require(dialect, tuple(DIALECTS), "dialect of Markdown")
    told = telling(settled, layout, shapes=shapes)
    if format == "latex" and fragment:
        return chain(told, detail)
    return as_markdown(told, detail, DIALECTS[dialect]) if format == "markdown" else PRINTERS[format](told, detail)


def html_fragment(settled: Settled, detail: str = "textbook") -> str:
    """One derivation as a piece of HTML for a notebook's output: its style touches nothing else on the page."""
    require(detail, DETAILS, "level of detail")
    told = telling(settled)
    template = templates().get_template("fragment.html.j2")
    with tinted(legend([settled.derivation])):
        return template.render(told=told, lines=told.told(detail), open=detail == "every-rule", tints=css(".symgrad"))


def page_fragment(page: Page) -> str:
    """A catalogue entry as a piece of HTML for a notebook's output."""
    rows = "".join(
        f"<tr><th>{escape(say(label))}</th><td>{'<br>'.join(map(str, map(cell, lines)))}</td></tr>"
        for each in page.facts
        for label, lines in facts_of(each)
    )
    return "".join(map(html_fragment, page.settled)) + f'<div class="symgrad"><table>{rows}</table></div>'


def alone(settled: Settled, layout: str = "", *, shapes: bool = False) -> Page:
    """A page about nothing but one derivation."""
    derivation = settled.derivation
    document = Document(
        derivation.name,
        derivation.title,
        message("Derivation"),
        derivations=(derivation,),
        layout=layout,
        shapes=shapes,
    )
    return Page(document, (settled,))


def tellings_of(page: Page) -> tuple[Telling, ...]:
    """A page's derivations as they are told, in the layout that the document asks for."""
    return tuple(telling(s, page.document.layout, shapes=page.document.shapes) for s in page.settled)


def render_page(  # noqa: PLR0911 - one case for each format
    page: Page,
    format: str = "html",  # noqa: A002 - as above
    site: Site | None = None,
    *,
    fragment: bool = False,
    dialect: str = "github",
) -> str:
    """A document in one of PAGE_FORMATS. Without a site the HTML holds its style and fonts and links nowhere."""
    require(format, PAGE_FORMATS, "format")
    if format == "html":
        return html_page(page, site or ALONE)
    tellings = tellings_of(page)
    match format:
        case "tex":
            return (pasted if fragment else standalone)(page, tellings)
        case "md":
            return document_markdown(page, tellings, dialect=DIALECTS[dialect])
        case "typ":
            return page_typst(page, tellings)
        case "ipynb":
            return as_notebook(page, tellings)
        case "json":
            return document_json(page, tellings)
        case _:
            return formulas(page, tellings)


def render_entry(
    page: Page,
    format: str = "text",  # noqa: A002 - as above
    detail: str = "textbook",
    *,
    fragment: bool = False,
    dialect: str = "github",
) -> str:
    """A page about a catalogue entry in one of FORMATS, for people; its facts and kinks are in each."""
    require(format, tuple(f for f in FORMATS if f != "json"), "format")
    require(detail, DETAILS, "level of detail")
    tellings = tellings_of(page)
    match format:
        case "html":
            return html_page(page, ALONE, detail)
        case "latex":
            return (pasted if fragment else standalone)(page, tellings, detail)
        case "markdown":
            return document_markdown(page, tellings, detail, DIALECTS[dialect])
        case "mathml":
            return formulas(page, tellings, detail)
        case "notebook":
            return as_notebook(page, tellings, detail)
        case _:
            return page_text(page, tellings, detail)


def notebook(page: Page, detail: str = "textbook") -> str:
    """A page as a notebook that checks itself."""
    return as_notebook(page, tellings_of(page), detail)


def page_pdf(page: Page, detail: str = "textbook") -> bytes:
    """A page as a PDF."""
    return pdf(page.document.title, page_typst(page, tellings_of(page), detail))


def page_files(
    page: Page, site: Site, formats: Iterable[str] = USUAL, *, fragment: bool = False, dialect: str = "github"
) -> dict[str, str]:
    """Every file of a document in a site, by name: its pages, and a file in each of the other formats.

    That of PDF is the body of a Typst file, which is compiled alone and as a part of the book.
    """
    ends = [FILES[form] for form in formats]
    others = {
        f"{page.document.name}.{end}": render_page(page, end, site, fragment=fragment, dialect=dialect)
        for end in ends
        if end not in {"html", "md"}
    }
    if "md" in ends:
        others |= markdown_files(page, tellings_of(page), DIALECTS[dialect])
    texts = tuple(name for name in others if not name.endswith(".svg"))
    return (html_files(page, site, texts) if "html" in ends else {}) | others


def require(word: str, known: tuple[str, ...], kind: str) -> None:
    """Raise SymgradError unless the word is one of those known."""
    if word not in known:
        raise SymgradError(
            "there is no {kind} {word}; choose one of {known}", kind=kind, word=repr(word[:40]), known=", ".join(known)
        )
