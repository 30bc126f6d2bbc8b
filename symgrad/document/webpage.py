"""A document as HTML: one page, or an overview with a page for each derivation where one would weigh too much."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from urllib.parse import quote

from symgrad.core import tally
from symgrad.document.claims import ruled_on, rulings_badges
from symgrad.document.counts import badges, to_prove
from symgrad.document.drawings import drawings_of
from symgrad.document.html import meanings, templates
from symgrad.document.measured import in_page
from symgrad.document.pairs import DELTA, comparison
from symgrad.document.sheets import sheet
from symgrad.document.site import SCRIPT, STYLESHEET, Site, script, styles
from symgrad.document.telling import telling
from symgrad.document.words import to_text
from symgrad.words import message, speaking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from symgrad.core import Page
    from symgrad.document.pairs import ActivationRow

HEAVIEST = 102_000  # bytes of a page's HTML, which with the style sheet and its fonts stay below 200 KB

Beside = tuple[tuple[str, str] | None, ...]
FILE = re.compile(r"\w[\w-]{0,99}\Z")
LINKED = re.compile(rf'<link rel="stylesheet" href="(?:\.\./)?{re.escape(STYLESHEET)}">')
CALLED = re.compile(rf'<script src="(?:\.\./)?{re.escape(SCRIPT)}" defer></script>\n')
FORMATS = {"tex": "LaTeX", "md": "Markdown", "mathml": "MathML"}


def html_page(
    page: Page,
    site: Site,
    detail: str = "textbook",
    pages: Mapping[str, str] | None = None,
    others: tuple[str, ...] = (),
    *,
    lean: bool = False,
) -> str:
    """A document as one HTML file; `pages` has the addresses of derivations and claims that stand elsewhere.

    On a `lean` page no step repeats what the one before it ended with.
    """
    document = page.document
    tellings = tuple(telling(s, document.layout, shapes=document.shapes) for s in page.settled)
    return drawn(
        "page.html.j2",
        site,
        title=document.title,
        description=to_text(document.lead),
        wide=bool(page.pairs or document.beside),
        document=document,
        tellings=tellings,
        elsewhere={name: f"./{quote(page)}" for name, page in (pages or {}).items()},
        sheets=tuple(map(sheet, page.facts)),
        pairs=comparison(page.pairs, document.name if site.index else "") if page.pairs else None,
        inductions=page.inductions,
        drawings=drawings_of(document),
        measured=tuple(map(in_page, page.measured)),
        claims=ruled_on(page),
        badges=[*badges(tally(replace(page, rulings=())), site, to_prove(page)), *rulings_badges(page.rulings)],
        start="every" if detail == "every-rule" else detail,
        lean=lean,
        meanings=meanings(),
        formats={f"./{quote(f)}": word for f in others if (word := FORMATS.get(f.rpartition(".")[2]))},
    )


def html_files(page: Page, site: Site, others: tuple[str, ...] = ()) -> dict[str, str]:
    """The HTML files of a document in a site: its page, those of its derivations if need be, the parts of a table.

    `others` are files that hold the same in another format.
    """
    name, own = page.document.name, pages_of(page)
    whole = html_page(page, site, others=others)
    files = {}
    if heavy(in_english(html_page, page, site)):
        if own and heavy(in_english(html_page, page, site, lean=True)):
            whole = html_page(page, site, pages=own, others=others)
            files = {own[key]: part for key, part in apart(page, site, own)}
        else:
            whole = html_page(page, site, others=others, lean=True)
    if page.pairs:
        rows = comparison(page.pairs, name).rows
        files |= {f"{name}-{row.name}.html": part_page(page, row, site) for row in rows}
    return {f"{name}.html": whole} | files


def heavy(page: str) -> bool:
    """Whether a page weighs too much."""
    return len(page.encode()) > HEAVIEST


def in_english(made: Callable[..., str], *told: Any, **how: Any) -> str:
    """A page in the language that decides for all which pages there are."""
    with speaking("en"):
        return made(*told, **how)


def pages_of(page: Page) -> dict[str, str]:
    """A page for each derivation and each claim; none where there is but one, or a name that is none for a file."""
    names = [*(s.derivation.name for s in page.settled), *(c.anchor for c in ruled_on(page))]
    if len(names) < 2 or not all(map(FILE.match, names)):  # noqa: PLR2004 - there are others beside it
        return {}
    return {n: f"{page.document.name}-{n}.html" for n in names}


def apart(page: Page, site: Site, own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The pages of the derivations and claims of a document, by name."""
    for number, (key, beside) in enumerate(zip(own, neighbours(page, own), strict=True)):
        if number >= len(page.settled):
            yield key, claim_page(page, number - len(page.settled), site, beside)
            continue
        part = steps_page(page, number, site, beside)
        yield key, steps_page(page, number, site, beside, lean=True) if heavy(part) else part


def neighbours(page: Page, own: Mapping[str, str]) -> Iterator[Beside]:
    """The title and the address of the pages before and after each of a document's parts."""
    titles = [*(s.derivation.title for s in page.settled), *(r.claim.id for r in page.rulings)]
    links = [None, *((title, f"./{quote(file)}") for title, file in zip(titles, own.values(), strict=True)), None]
    yield from zip(links, links[2:], strict=False)


def steps_page(page: Page, number: int, site: Site, beside: Beside, *, lean: bool = False) -> str:
    """One derivation of a document whose page would weigh too much."""
    document, settled = page.document, page.settled[number]
    alone = replace(page, settled=(settled,), facts=(), pairs=(), inductions=(), rulings=(), measured=())
    return drawn(
        "steps.html.j2",
        site,
        title=message("{title}: {of}", title=settled.derivation.title, of=document.title),
        description=to_text(settled.derivation.lead),
        wide=False,
        document=document,
        told=telling(settled, document.layout, shapes=document.shapes),
        whole=f"./{quote(document.name)}.html",
        beside=beside,
        badges=badges(tally(alone), site, to_prove(alone)),
        start="textbook",
        lean=lean,
    )


def claim_page(page: Page, number: int, site: Site, beside: Beside) -> str:
    """One claim of a ledger that would weigh too much with all of them."""
    claim = ruled_on(page)[number]
    return drawn(
        "claim.html.j2",
        site,
        title=message("Claim {id}", id=claim.id),
        description=to_text(claim.statement),
        wide=False,
        document=page.document,
        claim=claim,
        whole=f"./{quote(page.document.name)}.html",
        beside=beside,
    )


def part_page(page: Page, row: ActivationRow, site: Site) -> str:
    """One activation with every loss."""
    return drawn(
        "part.html.j2",
        site,
        title=message("{activation} with every loss", activation=row.title),
        description="",
        wide=True,
        document=page.document,
        whole=f"./{quote(page.document.name)}.html",
        row=row,
        delta=DELTA,
    )


def drawn(template: str, site: Site, **told: Any) -> str:
    """A page from its template; one without a stylesheet beside it holds all that it needs."""
    page = normalize("NFC", templates().get_template(template).render(site=site, **told))  # what HTML asks for
    return page if site.stylesheet else inlined(page, fonts=site.fonts)


def inlined(page: str, *, fonts: bool = True) -> str:
    """The page with its style, its script and as much of the fonts as it shows inside it."""
    page = page.replace('"../symgrad.', '"symgrad.', 2)  # a page in a folder of its language
    css, code = styles(characters((page,)), fonts=fonts), script()
    page = LINKED.sub(lambda _: f"<style>\n{css}\n</style>", page, count=1)
    return CALLED.sub("", page, count=1).replace("</body>", f"<script>\n{code}</script>\n</body>", 1)


def characters(pages: Iterable[str]) -> str:
    """Every character that pages show, in order."""
    found: set[str] = set()
    for page in pages:
        found |= set(unescape(HIDDEN.sub("", page)))
    return "".join(sorted(c for c in found if c.isprintable()))


HIDDEN = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL)
