"""Tables of facts, kinks and numeric checks for LaTeX, Markdown, a terminal and files of formulas."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from symgrad.document.boxes import Ident, Num, Op, Script, Text, row
from symgrad.document.evidence import OUTCOMES
from symgrad.document.facts import KINK_HEADS, facts_of, kink_row, said, signed
from symgrad.document.html import number
from symgrad.document.mathml import clean, mathml
from symgrad.document.names import named
from symgrad.document.spelling import split_name
from symgrad.document.words import Formula, box_of, text_of
from symgrad.words import message, respelt, say
from symgrad.words.columns import padded
from symgrad.words.columns import width as columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from symgrad.core import CheckReport, Facts, LossFacts
    from symgrad.document.boxes import Box
    from symgrad.document.facts import Cell

LABEL = 24  # columns of a fact's name

FACTS, KINKS, CHECK = message("The facts"), message("Where there is no derivative"), message("Numeric check")
CHECK_HEADS = (
    message("result"),
    message("finite difference"),
    message("bound", context="error"),
    message("answer", context="check"),
)


def kinks_of(facts: Facts | LossFacts) -> list[tuple[Cell, ...]]:
    """The table of kinks, its head first; empty where there is none."""
    heads: list[tuple[Cell, ...]] = [tuple((head,) for head in KINK_HEADS)]
    return heads + [kink_row(k) for k in facts.definition.kinks] if facts.definition.kinks else []


def check_of(report: CheckReport | None) -> list[tuple[Cell, ...]]:
    """The table of compared points, its head first; empty where nothing was compared."""
    if report is None or not report.shown:
        return []
    symbols = [(symbol(name),) for name, _ in report.shown[0].point]
    rows: list[tuple[Cell, ...]] = [(*symbols, *((head,) for head in CHECK_HEADS))]
    for p in report.shown:
        numbers = [value for _, value in p.point] + [p.claimed, p.estimate]
        cells: list[Cell] = [said(number_box(n)) for n in numbers]
        cells += [said(number_box(p.bound, 2)), (OUTCOMES[p.outcome],)]
        rows.append(tuple(cells))
    return rows


def number_box(value: float, digits: int = 7) -> Box:
    """A number as a formula, its power of ten written out."""
    if not math.isfinite(value):
        return Text(number(value))
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    if not power:
        return signed(mantissa)
    return row(signed(mantissa), Op("·"), Script(Num("10"), None, signed(str(int(power)))))


def symbol(name: str) -> Formula:
    """A symbol by its name."""
    base, sub = split_name(name)
    return Formula(Script(Ident(base), Ident(sub)) if sub else Ident(base) if base.isalnum() else named(name))


def text_facts(facts: Iterable[Facts | LossFacts]) -> Iterator[str]:
    """The facts as lines with their labels, then the kinks."""
    for each in facts:
        for label, lines in facts_of(each):
            yield from (padded("" if n else say(label), LABEL) + text_of(line) for n, line in enumerate(lines))
        if each.definition.kinks:
            yield ""
            yield say(respelt(KINKS, KINKS.lower()))
            yield from text_table(kinks_of(each))


def text_table(rows: Sequence[Sequence[Cell]]) -> Iterator[str]:
    """Aligned columns."""
    cells = [[text_of(c) for c in row] for row in rows]
    widths = [max(map(columns, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        yield "  ".join(padded(c, w) for c, w in zip(line, widths, strict=True)).rstrip()


def formula_rows(facts: Iterable[Facts | LossFacts]) -> Iterator[str]:
    """The facts and the kinks as formulas with words in them, each with its label."""
    for each in facts:
        name = escape(clean(each.definition.name), quote=True)
        for n, (label, lines) in enumerate(facts_of(each), 1):
            for part, told in enumerate(lines):
                tag = f"{name}-fact-{n}" + (f"-{part + 1}" if len(lines) > 1 else "")
                yield labelled(tag, label, told)
        for n, cells in enumerate(kinks_of(each)[1:], 1):
            for head, told in zip(KINK_HEADS, cells, strict=True):
                yield labelled(
                    f"{name}-kink-{n}-{head.replace(' ', '-')}",
                    message("{kind}: {title}", kind=KINKS, title=head),
                    told,
                )


def labelled(tag: str, label: str, told: Cell) -> str:
    """One formula of a file, with what it says."""
    return f'<formula id="{tag}" title="{escape(say(label), quote=True)}">{mathml(box_of(told), block=True)}</formula>'
