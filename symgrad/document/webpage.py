"""A document as HTML: one page, or an overview with a page for each derivation where one would weigh too much."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, Any
from unicodedata import normalize
from urllib.parse import quote

from symgrad.core import tally
from symgrad.document.claims import ruled_on, rulings_badges
from symgrad.document.companion import keys, pieces, script_of
from symgrad.document.counts import badges, to_prove
from symgrad.document.drawings import drawings_of
from symgrad.document.html import meanings, templates
from symgrad.document.legend import legend_of
from symgrad.document.measured import in_page
from symgrad.document.pairs import DELTA, comparison
from symgrad.document.same import Same
from symgrad.document.sheets import sheet
from symgrad.document.site import SCRIPT, STYLESHEET, Site, script, styles
from symgrad.document.telling import telling
from symgrad.document.tints import tinted
from symgrad.document.words import to_text
from symgrad.words import language, message, speaking

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from symgrad.core import Page
    from symgrad.document.boxes import Box
    from symgrad.document.pairs import ActivationRow
    from symgrad.document.telling import Telling

HEAVIEST = 100_000  # bytes of a page's HTML, which with the style sheet and its fonts stay below 200 KB
HALFWAY = 150_000  # what leaving out what does not change may still bring below that
MARGIN = 500

Beside = tuple[tuple[str, str] | None, ...]
FILE = re.compile(r"\w[\w-]{0,99}\Z")
LINKED = re.compile(rf'<link rel="stylesheet" href="(?:\.\./)?{re.escape(STYLESHEET)}">')
CALLED = re.compile(rf'<script src="(?:\.\./)?{re.escape(SCRIPT)}" defer></script>\n')
FORMATS = {"tex": "LaTeX", "md": "Markdown", "mathml": "MathML"}


@dataclass(frozen=True, slots=True)
class Form:
    """How much of a document stands on its page; `pages` has the files of what has one of its own.

    On a `lean` page a finer step shows what it changes alone; on one that is leaner yet (2), no step repeats what the
    one before it ended with. Where there are `pages`, finer steps stand there, and so do all steps of the derivations
    that are `away`, with their graphs where the page has no room for `graphs`; a script brings them to those who ask.
    """

    pages: Mapping[str, str] = field(default_factory=dict)
    away: frozenset[str] = frozenset()
    lean: int = 0
    graphs: bool = True


def html_page(
    page: Page,
    site: Site,
    detail: str = "textbook",
    form: Form | None = None,
    others: tuple[str, ...] = (),
) -> str:
    """A document as one HTML file, in one of the forms that it may have."""
    with tinted(legend_of(page)):
        return whole_page(page, site, detail, form or Form(), others)


def whole_page(page: Page, site: Site, detail: str, form: Form, others: tuple[str, ...]) -> str:
    """The same in the colours of the moment."""
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
        elsewhere={name: f"./{quote(page)}" for name, page in form.pages.items()},
        finest=f"./{quote(companion_of(document.name))}" if form.pages and keys(tellings, form.away) else "",
        away=form.away,
        known=known(tellings) if form.lean > 1 else {},
        sheets=tuple(map(sheet, page.facts)),
        pairs=comparison(page.pairs, document.name if site.index else "") if page.pairs else None,
        inductions=page.inductions,
        drawings=drawings_of(document),
        measured=tuple(map(in_page, page.measured)),
        claims=ruled_on(page),
        badges=[*badges(tally(replace(page, rulings=())), site, to_prove(page)), *rulings_badges(page.rulings)],
        start="every" if detail == "every-rule" else detail,
        lean=form.lean,
        graphs=form.graphs,
        meanings=meanings(),
        formats={f"./{quote(f)}": word for f in others if (word := FORMATS.get(f.rpartition(".")[2]))},
    )


def html_files(page: Page, site: Site, others: tuple[str, ...] = ()) -> dict[str, str]:
    """The HTML files of a document in a site: its page, those of its derivations if need be, the parts of a table.

    `others` are files that hold the same in another format.
    """
    name = page.document.name
    form, whole = lightest(Same(page), site, others)
    if language() != "en":
        whole = html_page(page, site, form=form, others=others)
    files = {form.pages[key]: part for key, part in apart(page, site, form.pages)} if form.pages else {}
    if form.pages and (script := companion(page, site, form)):
        files[companion_of(name)] = script
    if page.pairs:
        rows = comparison(page.pairs, name).rows
        files |= {f"{name}-{row.name}.html": part_page(page, row, site) for row in rows}
    return {f"{name}.html": whole} | files


def companion_of(name: str) -> str:
    """The file with the finest steps of a page."""
    return f"{name}.finer.js"


def companion(page: Page, site: Site, form: Form) -> str:
    """What a page in this form leaves out, to be loaded when it is asked for."""
    document = page.document
    tellings = [telling(s, document.layout, shapes=document.shapes) for s in page.settled]
    if not keys(tellings, form.away):
        return ""
    with tinted(legend_of(page)):
        return normalize("NFC", script_of(pieces(tellings, site, document, form.away, graphs=form.graphs)))


@lru_cache(maxsize=1)
def lightest(same: Same[Page], site: Site, others: tuple[str, ...]) -> tuple[Form, str]:
    """The form of a page that says most and does not weigh too much, and the page: in English, for all languages."""
    page = same.value
    with speaking("en"):
        own = pages_of(page)
        form = Form()
        whole = html_page(page, site, others=others)
        for form in forms(own, len(whole.encode())):
            whole = html_page(page, site, form=form, others=others)
            if not heavy(whole):
                break
        if not heavy(whole) or not own:
            return form, whole
        if heavy(html_page(page, site, form=replace(form, away=frozenset(own)), others=others)):
            form = replace(form, graphs=False)
        chosen = replace(form, away=frozenset(own) - {*fitting(page, whole, site, form)})
        return chosen, html_page(page, site, form=chosen, others=others)


def forms(own: Mapping[str, str], weight: int) -> Iterator[Form]:
    """What is tried for a page of this weight, the next one where it still weighs too much."""
    if weight > HEAVIEST:
        yield from (Form(lean=lean) for lean in ((1, 2) if weight < HALFWAY else (2,)))
        if own:
            yield Form(own, lean=2)


def fitting(page: Page, whole: str, site: Site, form: Form) -> Iterator[str]:
    """The derivations whose steps may stay on the page: one after the other, as long as the page has room for it."""
    bare = html_page(page, site, form=replace(form, away=frozenset(form.pages)))
    spare = HEAVIEST - MARGIN - len(bare.encode())
    for settled in page.settled:
        section = f'<section class="part" id="{settled.derivation.name}">'
        here, there = (len(text.partition(section)[2].partition("</section>")[0].encode()) for text in (whole, bare))
        if spare >= here - there:
            spare -= here - there
            yield settled.derivation.name


def heavy(page: str) -> bool:
    """Whether a page weighs too much."""
    return len(page.encode()) > HEAVIEST


def pages_of(page: Page) -> dict[str, str]:
    """A page for each derivation and each claim; none where a name is none for a file."""
    names = [*(s.derivation.name for s in page.settled), *(c.anchor for c in ruled_on(page))]
    if not all(map(FILE.match, names)):
        return {}
    return {n: f"{page.document.name}-{n}.html" for n in names}


def apart(page: Page, site: Site, own: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The pages of the derivations and claims of a document, by name."""
    for number, (key, beside) in enumerate(zip(own, neighbours(page, own), strict=True)):
        if number >= len(page.settled):
            yield key, claim_page(page, number - len(page.settled), site, beside)
            continue
        for form in (Form(), *forms({}, 2 * HEAVIEST)):
            part = steps_page(page, number, site, beside, form)
            if not heavy(part):
                break
        yield key, part


def neighbours(page: Page, own: Mapping[str, str]) -> Iterator[Beside]:
    """The title and the address of the pages before and after each of a document's parts."""
    titles = [*(s.derivation.title for s in page.settled), *(r.claim.id for r in page.rulings)]
    links = [None, *((title, f"./{quote(file)}") for title, file in zip(titles, own.values(), strict=True)), None]
    yield from zip(links, links[2:], strict=False)


def steps_page(page: Page, number: int, site: Site, beside: Beside, form: Form) -> str:
    """One derivation of a document whose page would weigh too much."""
    document, settled = page.document, page.settled[number]
    alone = replace(page, settled=(settled,), facts=(), pairs=(), inductions=(), rulings=(), measured=())
    with tinted(legend_of(page)):
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
            lean=form.lean,
            graphs=True,
            known={},
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
    with tinted(legend_of(page)):
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


def known(tellings: Iterable[Telling]) -> dict[str, frozenset[Box]]:
    """For each derivation what an earlier one on the page was given as well."""
    before: set[Box] = set()
    found = {}
    for told in tellings:
        found[told.derivation.name] = frozenset(before.intersection(told.given))
        before.update(told.given)
    return found


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
