"""The pages that lead to all others: the index, the list of everything that the search looks through, trust."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from markdown_it import MarkdownIt
from markupsafe import Markup

from symgrad.core import Facts, LossFacts, Page, SymgradError, Tally, tally
from symgrad.document.claims import ruled_on
from symgrad.document.counts import badges
from symgrad.document.facts import CONVEX, MONOTONE, definition_box, named
from symgrad.document.from_sympy import boxes
from symgrad.document.html import in_html, meanings, number
from symgrad.document.layout import equation, stacked, width
from symgrad.document.mathml import mathml
from symgrad.document.pairs import slug
from symgrad.document.site import Site, template
from symgrad.document.telling import every_line, telling
from symgrad.document.text import text
from symgrad.document.webpage import drawn
from symgrad.words import counted, language, message, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from symgrad.document.boxes import Box

PACKAGE = Path(__file__).resolve().parent.parent
ROOM = 12.0  # ems of a formula in a table
SHORT = 3.0  # ems of a number there
CARD = 430  # characters of MathML on the card of a page
LONGEST = 64  # characters of a formula that somebody may look for


def entry(page: Page) -> dict[str, Any]:
    """What the index and the search say about a page, as plain JSON values in the language that is spoken now."""
    document = page.document
    told = {
        "name": document.name,
        "title": document.title,
        "theme": document.theme,
        "lead": document.lead,
        "tally": asdict(tally(page)),
        "formula": card(page),
        "catalogue": [catalogue_row(f, document.name) for f in page.facts if isinstance(f, Facts)],
        "losses": [loss_row(f, document.name) for f in page.facts if isinstance(f, LossFacts)],
        "claims": [claim_row(c, document.name) for c in ruled_on(page) if c.sources],
        "found": found(page),
        "formulas": [text(definition_box(f.definition)) for f in page.facts],
        "rules": rules_used(page),
        "pairs": pair_rows(page),
    }
    return {key: said(value) for key, value in told.items()}


def said(value: Any) -> Any:
    """A value with every text in it in the language that is spoken; formulas are HTML or text, and stay."""
    if isinstance(value, dict):
        return {key: said(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [said(inner) for inner in value]
    return say(value) if isinstance(value, str) else value


def card(page: Page) -> str:
    """The formula that a page is known by, as HTML: what its entry is, or what it finds first."""
    if page.facts:
        return plain(definition_box(page.facts[0].definition))
    if not page.settled:
        return ""
    shown = plain(telling(page.settled[0]).statement)
    return shown if len(shown) <= CARD else ""


def plain(box: Box) -> str:
    """A formula of an index, which holds hundreds: MathML alone."""
    return str(in_html(mathml(box, spoken=False)))


def catalogue_row(facts: Facts, page: str) -> dict[str, Any]:
    """One activation in the table of the index: its kinks for all parameters, the rest at the usual ones."""
    definition = facts.definition
    kinks = ", ".join(plain(boxes(k.at)) for k in definition.kinks)
    return {
        "name": definition.name,
        "title": definition.title,
        "href": address(page),
        "formula": plain(equation(named(definition), boxes(definition.of))),
        "derivative": plain(stacked(boxes(facts.derivative), ROOM)),
        "largest": largest(facts),
        "order": min(float(facts.steepest.upper), sys.float_info.max),
        "centred": facts.zero_centred,
        "monotone": MONOTONE[facts.monotone],
        "kinks": kinks or message("none", context="kinks"),
        "count": len(definition.kinks),
    }


def largest(facts: Facts) -> str:
    """The supremum of |phi'| as a narrow column has it: exact where that is short, else to five digits."""
    found = facts.steepest
    exact = None if found.exact is None else boxes(found.exact)
    if exact is not None and width(exact) <= SHORT:
        return plain(exact)
    return f"≈ {number(float(found.upper), 5)}"


def loss_row(facts: LossFacts, page: str) -> dict[str, Any]:
    """One loss in the table of the index."""
    definition = facts.definition
    return {
        "title": definition.title,
        "href": address(page),
        "formula": plain(stacked(boxes(definition.of), ROOM)),
        "derivative": plain(stacked(boxes(facts.derivative), ROOM)),
        "convex": CONVEX[facts.convex],
        "kinks": len(facts.kinks),
    }


def claim_row(claim: Any, page: str) -> dict[str, Any]:
    """One claim in the ledger of the index."""
    return {
        "id": claim.id,
        "href": f"{address(page)}#{claim.anchor}",
        "statement": claim.statement,
        "word": claim.word,
        "mood": claim.mood,
    }


def found(page: Page) -> list[dict[str, str]]:
    """What a search finds on a page beyond its title: derivations by name and result, and claims."""
    document, whole = page.document, address(page.document.name)
    rows = []
    for settled in page.settled:
        told = telling(settled, document.layout, shapes=document.shapes)
        shown = "; ".join(t for t in map(text, (told.sentence, *told.forms)) if len(t) <= LONGEST)
        rows.append({"href": f"{whole}#{settled.derivation.name}", "title": settled.derivation.title, "formula": shown})
    return rows + [
        {
            "href": f"{whole}#{c.anchor}",
            "title": message("{id} ({verdict})", id=c.id, verdict=c.word),
            "formula": c.statement if c.sources or len(say(c.statement)) <= LONGEST else "",
        }
        for c in ruled_on(page)
    ]


def rules_used(page: Page) -> list[dict[str, str]]:
    """The rules that the derivations of a page use, each once, with the place where it is used first."""
    used: dict[str, dict[str, str]] = {}
    for settled in page.settled:
        href = f"{address(page.document.name)}#{settled.derivation.name}"
        for line in every_line(telling(settled, page.document.layout, shapes=page.document.shapes).lines):
            general = "" if line.general is None else text(line.general)
            used.setdefault(
                line.step.rule, {"rule": line.step.rule, "title": line.rule, "general": general, "href": href}
            )
    return list(used.values())


def pair_rows(page: Page) -> list[dict[str, Any]]:
    """The pairs of the comparison table that are worked out, by activation."""
    by_name: dict[str, dict[str, Any]] = {}
    for pair in page.pairs:
        if not pair.refused:
            own = slug(pair.activation)
            href = f"./{quote(page.document.name)}-{own}.html"
            group = by_name.setdefault(own, {"title": pair.activation.title, "href": href, "losses": []})
            group["losses"].append((pair.loss.name, pair.loss.title))
    return list(by_name.values())


def address(name: str) -> str:
    """The page of a document, relative to the index; a name can't pass for a scheme."""
    return f"./{quote(name)}.html"


def trusted(cells: Mapping[str, Any], *formulas: str) -> dict[str, Any]:
    """The formulas that were printed by `plain`, known not to need escaping again."""
    return {**cells, **{k: Markup(cells[k]) for k in formulas}}  # noqa: S704 - our printer


def render_index(entries: Iterable[Mapping[str, Any]], site: Site | None = None) -> str:
    """The front page of a site, from what `entry` says of each page."""
    told, where = list(entries), site or Site()
    total = sum((Tally(**e["tally"]) for e in told), Tally())
    catalogue: dict[str, Any] = {}
    for row_of in (c for e in told for c in e["catalogue"]):
        catalogue.setdefault(row_of["name"], row_of)  # an entry's own page comes before others that are about it
    pages = {"words": counted("{n} document", "{n} documents", total.documents), "mood": "", "href": ""}
    listed = [e for e in told if not (e["catalogue"] or e["losses"] or e["claims"])]
    return drawn(
        "index.html.j2",
        where,
        title=message("Derivations"),
        description=message(
            "Gradients of neural networks, derived as a textbook would, every line checked by machine."
        ),
        wide=True,
        themes=list(by_theme(listed).items()),
        catalogue=[trusted(c, "formula", "derivative", "largest", "kinks") for c in catalogue.values()],
        losses=[trusted(c, "formula", "derivative") for e in told for c in e["losses"]],
        claims=[c for e in told for c in e["claims"]],
        badges=[pages, *badges(total, where, message("{number} steps and chains", number=total.steps))],
    )


def by_theme(entries: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The pages under their themes, in the order in which themes first come; a lead that several share is told once."""
    themes: dict[str, list[dict[str, Any]]] = {}
    for e in entries:
        listed = themes.setdefault(e["theme"], [])
        lead = "" if any(e["lead"] == other["lead"] for other in listed) else e["lead"]
        listed.append({**trusted(e, "formula"), "lead": lead, "href": address(e["name"])})
    return themes


def render_search(entries: Iterable[Mapping[str, Any]], site: Site | None = None) -> str:
    """Everything there is, as a list that a script searches and that can be read without one."""
    told = list(entries)
    rules = {r["rule"]: r for e in reversed(told) for r in e["rules"]}  # each where it is used first
    ordered = sorted(rules, key=lambda rule: str(rules[rule]["title"]).lower())
    numbers = {rule: n for n, rule in enumerate(ordered)}
    return drawn(
        "search.html.j2",
        site or Site(),
        title=message("Search"),
        description=message("Every page, derivation, entry, pair and claim of this site."),
        wide=False,
        script=Markup(template("search.js")),  # noqa: S704 - ours
        themes=list(by_theme(told).items()),
        rules=[rules[rule] for rule in ordered],
        numbers={e["name"]: sorted(numbers[r["rule"]] for r in e["rules"]) for e in told},
        pairs=[p for e in told for p in e["pairs"]],
        losses={name: title for e in told for p in e["pairs"] for name, title in p["losses"]},
    )


def render_trust(site: Site | None = None) -> str:
    """The page that says what each verdict claims and what it rests on."""
    return drawn(
        "trust.html.j2",
        site or Site(),
        title=message("What a proof rests on"),
        description=message("What each verdict claims, what it rests on, and what it does not say."),
        wide=False,
        meanings=meanings(),
        told=Markup(rendered_markdown(trust_text())),  # noqa: S704 - raw HTML is off
    )


def trust_text() -> str:
    """The Markdown about trust in the language that is spoken: inside an installed wheel, else beside the package."""
    for name in (f"trust.{language()}.md", "trust.md"):
        for folder in (PACKAGE / "docs", PACKAGE.parent / "docs"):
            if (path := folder / name).is_file():
                return path.read_text("utf-8")
    raise SymgradError("this symgrad came without docs/trust.md; reinstall it")


def rendered_markdown(markdown: str) -> str:
    """Markdown as HTML: its title left out, an id on every heading; links to files that a site lacks are words."""
    parser = MarkdownIt("commonmark", {"html": False})
    body = re.sub(r"\A# .*\n", "", markdown)
    page = str(parser.render(re.sub(r"\[([^\]]*)\]\((?!https?:|#)[^)]*\)", r"\1", body)))

    def anchored(heading: re.Match[str]) -> str:
        own = re.sub(r"[^\w]+", "-", re.sub(r"<[^>]*>", "", heading[1]).lower()).strip("-")
        return f'<h2 id="{escape(own, quote=True)}">{heading[1]}</h2>'

    return re.sub(r"<h2>(.*?)</h2>", anchored, page)
