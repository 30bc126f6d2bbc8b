"""Formulas alone, as MathML Core."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from symgrad.document.mathml import clean, mathml
from symgrad.document.tables import formula_rows

if TYPE_CHECKING:
    from symgrad.core import Page
    from symgrad.document.telling import Telling


def as_mathml(told: Telling, detail: str) -> str:
    """One display formula: the result, or the whole chain."""
    return mathml(told.chain(detail), block=True) + "\n"


def formulas(page: Page, tellings: tuple[Telling, ...], detail: str = "textbook") -> str:
    """An XML file of every formula of a document, in order, each with the name it has on the page."""
    document, rows = page.document, []
    for told in tellings:
        name = escape(clean(told.derivation.name), quote=True)
        rows.append(f'<formula id="{name}">{mathml(told.statement, block=True)}</formula>')
        rows += [
            f'<formula id="{name}-{line.number}">{mathml(line.formula, block=True)}</formula>'
            for line in told.told(detail)
        ]
    rows += formula_rows(page.facts)
    title = escape(clean(document.title), quote=True)
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<formulas title="{title}">\n'
    return head + "".join(f"{r}\n" for r in rows) + "</formulas>\n"
