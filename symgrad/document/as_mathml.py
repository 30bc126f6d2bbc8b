"""Formulas alone, as MathML Core."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from symgrad.document.boxes import Space, Text, row
from symgrad.document.claims import ruled
from symgrad.document.from_sympy import boxes
from symgrad.document.layout import equation
from symgrad.document.mathml import clean, mathml
from symgrad.document.pairs import OUTPUT
from symgrad.document.tables import formula_rows
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symgrad.core import Page
    from symgrad.document.boxes import Box
    from symgrad.document.telling import Telling


WHERE = message("where", context="label")


def as_mathml(told: Telling, detail: str) -> str:
    """One display formula: the result, or the whole chain, and where it holds."""
    where = () if told.holds is None else (Space(1), Text(WHERE), Space(0.3), told.holds)
    return mathml(row(told.chain(detail), *where), block=True) + "\n"


def around(told: Telling) -> Iterator[tuple[str, Box]]:
    """What stands around a chain, each with a label."""
    facts = [f.statement for f in told.facts]
    several = {"given": told.given, "where": told.where, "form": told.forms, "fact": facts}
    for label, found in several.items():
        yield from ((f"{label}-{n}", box) for n, box in enumerate(found, 1))
    if told.holds is not None:
        yield "holds", told.holds


def labelled(name: str, box: Box) -> str:
    """One formula of a file, under its id."""
    return f'<formula id="{escape(clean(name), quote=True)}">{mathml(box, block=True)}</formula>'


def formulas(page: Page, tellings: tuple[Telling, ...], detail: str = "textbook") -> str:
    """An XML file of every formula of a document, in order, each with the name it has on the page.

    Beside each result: what is given and where it lies, where it holds, its other forms, and the facts that it uses.
    """
    document, rows = page.document, []
    for told in tellings:
        name = escape(clean(told.derivation.name), quote=True)
        rows.append(f'<formula id="{name}">{mathml(told.statement, block=True)}</formula>')
        rows += [f'<formula id="{name}-{label}">{mathml(box, block=True)}</formula>' for label, box in around(told)]
        rows += [
            f'<formula id="{name}-{line.number}">{mathml(line.formula, block=True)}</formula>'
            for line in told.told(detail)
        ]
    rows += formula_rows(page.facts)
    rows += [
        labelled(f"{p.activation.name}-with-{p.loss.name}", equation(OUTPUT, boxes(p.delta)))
        for p in page.pairs
        if p.delta is not None and not p.refused
    ]
    rows += [
        labelled(f"{r.claim.id}-{n}", part.formula)
        for r in page.rulings
        for n, part in enumerate((p for _, parts in ruled(r).parts for p in parts), 1)
        if part.formula is not None
    ]
    return file_of(document.title, rows)


def file_of(title: str, rows: Iterable[str]) -> str:
    """A file of formulas."""
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<formulas title="{escape(clean(title), quote=True)}">\n'
    return head + "".join(f"{r}\n" for r in rows) + "</formulas>\n"
