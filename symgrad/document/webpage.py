"""A document as HTML: one page, or an overview with a page for each derivation where one would weigh too much."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from symgrad.core import tally
from symgrad.document.claims import ruled, rulings_badges
from symgrad.document.counts import badges, to_prove
from symgrad.document.drawings import drawings_of
from symgrad.document.html import meanings, templates
from symgrad.document.measured import in_page
from symgrad.document.pairs import DELTA, comparison
from symgrad.document.sheets import sheet
from symgrad.document.site import SCRIPT, STYLESHEET, Site, script, styles
from symgrad.document.telling import telling
from symgrad.document.words import to_text
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symgrad.core import Page
    from symgrad.document.pairs import ActivationRow

HEAVIEST = 106_000  # bytes of a page's HTML, which with the style sheet and its fonts stay below 200 KB
FILE = re.compile(r"\w[\w-]{0,99}\Z")
LINKED = f'<link rel="stylesheet" href="{STYLESHEET}">'
CALLED = f'<script src="{SCRIPT}" defer></script>\n'
FORMATS = {"tex": "LaTeX", "md": "Markdown", "mathml": "MathML"}


def html_page(
    page: Page,
    site: Site,
    detail: str = "textbook",
    pages: Mapping[str, str] | None = None,
    others: tuple[str, ...] = (),
) -> str:
    """A document as one HTML file; `pages` has the addresses of derivations whose steps stand elsewhere."""
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
        claims=tuple(map(ruled, page.rulings)),
        badges=[*badges(tally(replace(page, rulings=())), site, to_prove(page)), *rulings_badges(page.rulings)],
        start="every" if detail == "every-rule" else detail,
        meanings=meanings(),
        formats={f"./{quote(f)}": word for f in others if (word := FORMATS.get(f.rpartition(".")[2]))},
    )


def html_files(page: Page, site: Site, others: tuple[str, ...] = ()) -> dict[str, str]:
    """The HTML files of a document in a site: its page, those of its derivations if need be, the parts of a table.

    `others` are files that hold the same in another format.
    """
    name = page.document.name
    files = {f"{name}.html": html_page(page, site, others=others)}
    if len(files[f"{name}.html"].encode()) > HEAVIEST and (own := pages_of(page)):
        files[f"{name}.html"] = html_page(page, site, pages=own, others=others)
        files |= {own[s.derivation.name]: steps_page(page, n, site, own) for n, s in enumerate(page.settled)}
    if page.pairs:
        rows = comparison(page.pairs, name).rows
        files |= {f"{name}-{row.name}.html": part_page(page, row, site) for row in rows}
    return files


def pages_of(page: Page) -> dict[str, str]:
    """A page for each derivation; none where there is but one, or a name that is none for a file."""
    names = [s.derivation.name for s in page.settled]
    if len(names) < 2 or not all(map(FILE.match, names)):  # noqa: PLR2004 - there are others beside it
        return {}
    return {n: f"{page.document.name}-{n}.html" for n in names}


def steps_page(page: Page, number: int, site: Site, pages: Mapping[str, str]) -> str:
    """One derivation of a document whose page would weigh too much."""
    document, settled = page.document, page.settled[number]
    beside = [page.settled[n].derivation if 0 <= n < len(page.settled) else None for n in (number - 1, number + 1)]
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
        beside=[(d.title, f"./{quote(pages[d.name])}") if d else None for d in beside],
        badges=badges(tally(alone), site, to_prove(alone)),
        start="textbook",
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
    page = templates().get_template(template).render(site=site, **told)
    return page if site.stylesheet else inlined(page, fonts=site.fonts)


def inlined(page: str, *, fonts: bool = True) -> str:
    """The page with its style, its script and as much of the fonts as it shows inside it."""
    page = page.replace('"../symgrad.', '"symgrad.', 2)  # a page in a folder of its language
    page = page.replace(LINKED, f"<style>\n{styles(characters((page,)), fonts=fonts)}\n</style>", 1)
    return page.replace(CALLED, "", 1).replace("</body>", f"<script>\n{script()}</script>\n</body>", 1)


def characters(pages: Iterable[str]) -> str:
    """Every character that pages show, in order."""
    found: set[str] = set()
    for page in pages:
        found |= set(unescape(HIDDEN.sub("", page)))
    return "".join(sorted(c for c in found if c.isprintable()))


HIDDEN = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^>]*>", re.DOTALL)
