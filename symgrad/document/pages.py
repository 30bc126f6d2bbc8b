"""Whole documents: HTML, LaTeX, Markdown, a file of formulas; the index and the page about trust."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markupsafe import Markup, escape

from symgrad.core import Document, Facts, Page, Settled, SymgradError, Tally, tally
from symgrad.document import telling_indexed  # noqa: F401 - it says how indexed derivations are told
from symgrad.document.as_json import as_json
from symgrad.document.as_latex import as_latex, chain, pasted, standalone
from symgrad.document.as_markdown import DIALECTS, as_markdown, document_markdown
from symgrad.document.as_mathml import as_mathml, formulas
from symgrad.document.as_text import as_text, page_text
from symgrad.document.as_typst import page_typst
from symgrad.document.boxes import Op, row
from symgrad.document.claims import ruled, rulings_badges
from symgrad.document.drawings import drawings_of
from symgrad.document.facts import definition_box, facts_of, named, value
from symgrad.document.from_sympy import boxes
from symgrad.document.html import cell, in_html, meanings, templates
from symgrad.document.layout import equation
from symgrad.document.mathml import mathml
from symgrad.document.measured import in_page
from symgrad.document.pairs import DELTA, comparison
from symgrad.document.sheets import sheet
from symgrad.document.site import ALONE, Site, styles
from symgrad.document.telling import telling

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symgrad.document.boxes import Box
    from symgrad.document.pairs import ActivationRow
    from symgrad.document.telling import Telling

FORMATS = ("text", "latex", "mathml", "markdown", "html", "json")
PAGE_FORMATS = ("html", "tex", "md", "mathml", "typ")
FILES = {"html": "html", "latex": "tex", "markdown": "md", "mathml": "mathml", "pdf": "typ"}  # the ends of file names
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
    return template.render(told=told, lines=told.told(detail), open=detail == "every-rule")


def page_fragment(page: Page) -> str:
    """A catalogue entry as a piece of HTML for a notebook's output."""
    rows = "".join(
        f"<tr><th>{escape(label)}</th><td>{'<br>'.join(map(str, map(cell, lines)))}</td></tr>"
        for each in page.facts
        for label, lines in facts_of(each)
    )
    return "".join(map(html_fragment, page.settled)) + f'<div class="symgrad"><table>{rows}</table></div>'


def alone(settled: Settled, layout: str = "", *, shapes: bool = False) -> Page:
    """A page about nothing but one derivation."""
    derivation = settled.derivation
    document = Document(
        derivation.name, derivation.title, "Derivation", derivations=(derivation,), layout=layout, shapes=shapes
    )
    return Page(document, (settled,))


def tellings_of(page: Page) -> tuple[Telling, ...]:
    """A page's derivations as they are told, in the layout that the document asks for."""
    return tuple(telling(s, page.document.layout, shapes=page.document.shapes) for s in page.settled)


def render_page(
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
        case _:
            return page_text(page, tellings, detail)


def page_files(
    page: Page, site: Site, formats: Iterable[str] = USUAL, *, fragment: bool = False, dialect: str = "github"
) -> dict[str, str]:
    """Every file of a document in a site, by name: one in each of the formats, and the parts of a large table.

    That of PDF is the body of a Typst file, which is compiled alone and as a part of the book.
    """
    name, ends = page.document.name, [FILES[form] for form in formats]
    files = {f"{name}.{end}": render_page(page, end, site, fragment=fragment, dialect=dialect) for end in ends}
    if page.pairs and "html" in ends:
        rows = comparison(page.pairs, name).rows
        files |= {f"{name}-{row.name}.html": part_page(page, row, site) for row in rows}
    return files


def part_page(page: Page, row: ActivationRow, site: Site) -> str:
    """One activation with every loss."""
    return templates().get_template("part.html.j2").render(
        title=f"{row.title} with every loss",
        wide=True,
        document=page.document,
        whole=address(page.document.name),
        row=row,
        delta=DELTA,
        **frame(site),
    )  # fmt: skip


def require(word: str, known: tuple[str, ...], kind: str) -> None:
    """Raise SymgradError unless the word is one of those known."""
    if word not in known:
        raise SymgradError(f"there is no {kind} {word[:40]!r}; choose one of {', '.join(known)}")


def html_page(page: Page, site: Site, detail: str = "textbook") -> str:
    """A document as one HTML file."""
    return templates().get_template("page.html.j2").render(
        title=page.document.title,
        wide=bool(page.pairs or page.document.beside),
        document=page.document,
        tellings=tellings_of(page),
        sheets=tuple(map(sheet, page.facts)),
        pairs=comparison(page.pairs, page.document.name if site.index else "") if page.pairs else None,
        inductions=page.inductions,
        drawings=drawings_of(page.document),
        measured=tuple(map(in_page, page.measured)),
        claims=tuple(map(ruled, page.rulings)),
        badges=[*badges(tally(replace(page, rulings=())), site, counted(page)), *rulings_badges(page.rulings)],
        start="every" if detail == "every-rule" else detail,
        meanings=meanings(),
        **frame(site),
    )  # fmt: skip


def frame(site: Site) -> dict[str, Any]:
    """What every template needs."""
    css = "" if site.stylesheet else Markup(styles(fonts=site.fonts))  # noqa: S704 - our own sheet
    return {"site": site, "css": css}


def counted(page: Page) -> str:
    """What there is to prove on a page: its steps, each chain as a whole, the rows of the table."""
    steps, wholes = sum(len(s.verdicts) for s in page.settled), len(page.settled)
    rows = sum(p.verdict is not None for p in page.pairs)
    parts = [f"{steps} step{'s' * (steps != 1)}"] if steps else []
    parts += ["the whole chain" if wholes == 1 else f"{wholes} whole chains"] if wholes else []
    parts += [f"{rows} deltas"] if rows else []
    parts += ["the induction over the layers"] if page.inductions else []
    return " and ".join(parts)


def badges(counts: Tally, site: Site, what: str) -> list[dict[str, str]]:
    """The counts at the head of a page, each linked to what it means."""
    found = []
    if counts.steps:
        rest = counts.steps - counts.proved
        words = f"{what}, all proved" if not rest else f"{what}: {counts.proved} of {counts.steps} proved"
        mood = "good" if not rest else "bad" if counts.refuted or counts.mismatched else "doubt"
        found.append({"words": words, "mood": mood, "href": f"{site.trust}#proved"})
    for n, words, mood, anchor in (
        (counts.refuted, "refuted", "bad", "refuted"),
        (counts.mismatched, "whose sides have different domains", "bad", "domain-mismatch"),
        (counts.excepted, "proved except at listed points", "doubt", "proved-except"),
        (counts.unknown, "neither proved nor refuted", "doubt", "unknown"),
    ):
        if n:
            found.append({"words": f"{n} {words}", "mood": mood, "href": f"{site.trust}#{anchor}"})
    for n, words, mood in (
        (counts.ok, "agree with finite differences", "good"),
        (counts.wrong, "disagree with finite differences", "bad"),
        (counts.unresolved, "could not be checked numerically", "doubt"),
    ):
        if n:
            results = "1 result" if n == 1 else f"{n} results"
            found.append(
                {"words": f"{results} {words}".replace("1 result agree", "1 result agrees"), "mood": mood, "href": ""}
            )
    return found


def entry(page: Page) -> dict[str, Any]:
    """What the index says about a page, as plain JSON values."""
    document = page.document
    return {
        "name": document.name,
        "title": document.title,
        "theme": document.theme,
        "lead": document.lead,
        "tally": asdict(tally(page)),
        "formula": card(page),
        "catalogue": [catalogue_row(f, document.name) for f in page.facts if isinstance(f, Facts)],
    }


def card(page: Page) -> str:
    """The formulas that a page is known by, as HTML: what its entry is, or what it is about and finds first."""
    if page.facts:
        return plain(definition_box(page.facts[0].definition))
    if not page.settled:
        return ""
    told = telling(page.settled[0])
    costs = [equation(boxes(let.symbol), boxes(let.value)) for let in told.derivation.lets[-1:]]
    return "<br>".join(map(plain, (*costs, told.statement)))


def plain(box: Box) -> str:
    """A formula of an index, which holds hundreds: no LaTeX beside it."""
    return str(in_html(mathml(box, annotated=False)))


def catalogue_row(facts: Facts, page: str) -> dict[str, Any]:
    """One activation in the table of the index; formulas are HTML."""
    definition = facts.definition
    kinks = ", ".join(plain(boxes(k.at)) for k in facts.kinks)
    return {
        "name": definition.name,
        "title": definition.title,
        "href": address(page),
        "formula": plain(row(named(definition), Op("="), boxes(definition.of))),
        "derivative": plain(boxes(facts.derivative)),
        "largest": str(cell(value(facts.lipschitz))),
        "centred": facts.zero_centred,
        "kinks": kinks or "none",
    }


def render_index(entries: Iterable[Mapping[str, Any]], site: Site | None = None) -> str:
    """The front page of a site, from what `entry` says of each page."""
    told = list(entries)
    total = sum((Tally(**e["tally"]) for e in told), Tally())
    themes: dict[str, list[dict[str, Any]]] = {}
    for e in told:
        formula = Markup(e.get("formula", ""))  # noqa: S704 - printed by `card`
        themes.setdefault(e["theme"], []).append({**e, "href": address(e["name"]), "formula": formula})
    catalogue = [trusted(c) for e in told for c in e.get("catalogue", ())]
    where = site or Site()
    pages = {"words": f"{total.documents} documents", "mood": "", "href": ""}
    return templates().get_template("index.html.j2").render(
        title="Derivations",
        wide=True,
        themes=list(themes.items()),
        catalogue=catalogue,
        badges=[pages, *badges(total, where, f"{total.steps} steps and chains")],
        **frame(where),
    )  # fmt: skip


def address(name: str) -> str:
    """The page of a document, relative to the index; a name can't pass for a scheme."""
    return f"./{quote(name)}.html"


def trusted(cells: Mapping[str, Any]) -> dict[str, Any]:
    """The formulas that `catalogue_row` printed, known not to need escaping again."""
    formulas = {k: Markup(cells[k]) for k in ("formula", "derivative", "largest", "kinks")}  # noqa: S704 - our printer
    return {**cells, **formulas}


def render_trust(site: Site | None = None) -> str:
    """The page that says what each verdict claims and what it rests on."""
    where = site or Site()
    return templates().get_template("trust.html.j2").render(
        title="What a proof rests on", wide=False, meanings=meanings(), **frame(where)
    )  # fmt: skip
