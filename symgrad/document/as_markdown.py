"""Derivations as GitHub's Markdown: formulas in fences and backticks, which its parser leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.document.claims import lines
from symgrad.document.declared import markdown_forms
from symgrad.document.evidence import CONVENTION, WORDS, check_in_words, proof_in_words
from symgrad.document.induction import sentences
from symgrad.document.latex import GITHUB, latex
from symgrad.document.measured import markdown_measured
from symgrad.document.tables import CHECK, check_of, markdown_facts, markdown_table
from symgrad.document.words import inline_math, markdown_of, markdown_words, to_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Page
    from symgrad.document.boxes import Box
    from symgrad.document.telling import Line, Telling


def as_markdown(told: Telling, detail: str) -> str:
    """One derivation under a heading; the bare equation for the result alone."""
    if detail == "result":
        return fence(told.statement) + "\n"
    return "\n\n".join([f"# {markdown_words(told.derivation.title)}", *section(told, detail)]) + "\n"


def document_markdown(
    page: Page, tellings: tuple[Telling, ...], tables: tuple[str, ...] = (), detail: str = "textbook"
) -> str:
    """A whole document."""
    document = page.document
    body = [f"# {markdown_words(document.title)}"]
    if document.lead:
        body.append(to_markdown(document.lead))
    for told in tellings:
        if len(tellings) > 1 or page.facts:
            body.append(f"## {markdown_words(told.derivation.title)}")
        body += section(told, detail, lead=told.derivation.lead != document.lead)
    body += [markdown_words(line) for settlement in page.rulings for line in lines(settlement)]
    body += markdown_facts(page.facts)
    body += [markdown_of(told) for induction in page.inductions for told in sentences(induction)]
    body += tables
    body += markdown_measured(page)
    body += [to_markdown(note) for note in document.notes]
    return "\n\n".join(body) + "\n"


def section(told: Telling, detail: str, *, lead: bool = True) -> Iterator[str]:
    """What is given, the steps, the result, the evidence."""
    if told.derivation.lead and lead:
        yield to_markdown(told.derivation.lead)
    if told.given:
        yield "**Given**"
        yield from map(fence, told.given)
    yield "**Where** " + ", ".join(map(inline_math, told.where))
    yield "**Find**"
    yield fence(told.sought)
    for line in told.lines if detail != "result" else ():
        yield from step(line, detail, 3)
    yield "**Result**"
    yield fence(told.statement)
    yield from markdown_forms(told)
    if told.holds is not None:
        yield f"This holds where {inline_math(told.holds)}{'; ' + CONVENTION if told.conventional else ''}."
    yield markdown_words(f"{proof_in_words(told.settled)}; {check_in_words(told.settled.check)}.")
    if table := check_of(told.settled.check):
        yield f"**{CHECK}**"
        yield markdown_table(table)
    if told.derivation.source:
        yield f"Source: {markdown_words(told.derivation.source)}."


def step(line: Line, detail: str, level: int) -> Iterator[str]:
    """One step with its rule as a heading."""
    yield f"{'#' * min(level, 6)} {line.number}. {markdown_words(line.rule)} ({WORDS[line.verdict.status]})"
    reason = [to_markdown(line.why)] if line.why else []
    if line.given is not None:
        reason.append(f"This holds where {inline_math(line.given)}.")
    if line.crossed:
        reason.append(f"Crossed out above and below the bar: {', '.join(map(inline_math, line.crossed))}.")
    if reason:
        yield " ".join(reason)
    yield fence(line.formula)
    if detail == "every-rule":
        for inner in line.inner:
            yield from step(inner, detail, level + 1)


def fence(box: Box) -> str:
    """A displayed formula."""
    return f"```math\n{latex(box, GITHUB)}\n```"
