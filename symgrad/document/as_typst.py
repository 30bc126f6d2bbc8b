"""Pages as Typst: whatever a reader wrote is a string literal, which no markup can leave."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symgrad.document.blocks import Code, Diagram, Display, Figure, Heading, Items, Paragraph, StepBlock, Table, Terms
from symgrad.document.diagrams import FLOWS, lines_and_labels, size
from symgrad.document.legend import legend, legend_of
from symgrad.document.outline import alone, outline
from symgrad.document.speech import speech
from symgrad.document.tints import TINTS, tinted
from symgrad.document.typst import string, typst
from symgrad.document.words import Formula, spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from symgrad.core import Page
    from symgrad.document.blocks import Block, Told
    from symgrad.document.boxes import Box
    from symgrad.document.telling import Telling

INK = "#3c4148"
COLOURS = {"fig-grid": "#c5cad1", "was": "#1d6fa5", "now": "#a1620a", "card": "#ffffff"}
COLOURS |= {t.name: t.light for t in TINTS}
NAMESPACES = (("", "http://www.w3.org/2000/svg"), (":xlink", "http://www.w3.org/1999/xlink"))
VARIABLE = re.compile(r"var\(--([\w-]+)\)")  # of the style sheet of our web pages

PREAMBLE = (
    """\
#let sgmark(colour, body) = text(fill: colour, math.underline(text(fill: black, body)))
#let sgwas(body) = sgmark(rgb("#1d6fa5"), body)
#let sgnow(body) = sgmark(rgb("#a1620a"), body)
"""
    + "".join(f'#let sg{t.name}(body) = text(fill: rgb("{t.light}"), body)\n' for t in TINTS)
    + """\
#let sgcancel(body) = math.cancel(body, stroke: 0.7pt + rgb("#9a3412"))
#let sgroom = h(0.22em)
#let sgwide = h(0.28em)
#let sgsoft = rgb("#5c6370")
#set page(paper: "a4", margin: (x: 25mm, top: 22mm, bottom: 24mm), numbering: "1")
#set par(leading: 0.72em, spacing: 1.05em)
#set table(stroke: none, inset: (x: 5pt, top: 5pt, bottom: 3.5pt))
#set heading(numbering: none)
#show heading.where(level: 1): set text(size: 1.45em)
#show heading: set block(above: 1.6em, below: 0.9em)
#show math.equation.where(block: true): set block(above: 1em, below: 1em)
#show raw.where(block: true): it => block(fill: luma(245), inset: 8pt, radius: 3pt, width: 100%, text(size: 0.85em, it))
#let sgformula(alt, body) = math.equation(block: false, alt: alt, body)
#let sgdisplay(alt, body) = block(width: 100%, math.equation(block: true, alt: alt, body))
#let sgstep(number, rule, verdict, reason, formula, inner) = {
  block(above: 1.5em, below: 0.6em, sticky: true, {
    [#metadata(rule) <sgrule>]
    box(stroke: 0.6pt + sgsoft, radius: 1em, inset: (x: 0.5em), outset: (y: 0.28em), text(size: 0.85em, number))
    h(0.6em)
    strong(rule)
    h(0.6em)
    text(size: 0.8em, fill: sgsoft, verdict)
    if reason != none { block(above: 0.7em, inset: (left: 1.9em), reason) }
  })
  pad(left: 1.9em, { formula; inner })
}
#let sgtable(columns, align, head, ..cells) = block(breakable: cells.pos().len() > 12 * columns, text(
  size: 0.88em, table(
  columns: columns, align: align, table.header(..head.map(strong)), table.hline(stroke: 0.5pt), ..cells)))
#let sgfigure(alt, caption, ..drawings) = figure(alt: alt, kind: image, supplement: none, caption: caption,
  grid(columns: drawings.pos().map(d => 1fr), gutter: 1em, ..drawings.pos().map(d =>
    image(bytes(d), format: "svg", alt: alt))))
#let sgdiagram(alt, caption, lines, wide, ..labels) = figure(alt: alt, kind: image, supplement: none, caption: caption,
  layout(room => {
    let unit = calc.min(0.7pt, room.width / wide)
    pdf.artifact(box({
      image(bytes(lines), format: "svg", width: wide * unit)
      for (x, y, formula) in labels.pos() {
        let about = box(width: 0pt, height: 0pt, place(center + horizon, text(size: 16 * unit, formula)))
        place(top + left, dx: x * unit, dy: y * unit, about)
      }
    }))
  }))
#let sgrules(title) = context {
  let found = query(<sgrule>)
  let names = found.map(m => m.value).dedup().sorted(key: lower)
  heading(level: 1, title)
  columns(2, for name in names {
    let places = found.filter(m => m.value == name).map(m => m.location())
    let runs = ()
    for place in places.dedup(key: p => p.page()) {
      if runs.len() > 0 and runs.last().last().page() + 1 == place.page() { runs.last().push(place) }
      else { runs.push((place,)) }
    }
    let shown(run) = {
      link(run.first(), str(run.first().page()))
      if run.len() > 1 { [–]; link(run.last(), str(run.last().page())) }
    }
    block(above: 0.7em, par(hanging-indent: 1.2em, {
      name
      h(0.6em)
      let first = runs.slice(0, calc.min(runs.len(), 12)).map(shown)
      let rest = if runs.len() > 13 { ([…], shown(runs.last())) } else { runs.slice(first.len()).map(shown) }
      (first + rest).join(", ")
    }))
  })
}
"""
)


def as_typst(told: Telling, detail: str) -> str:
    """One derivation, below a preamble."""
    with tinted(legend([told.derivation])):
        return printed(alone(told, detail))


def page_typst(page: Page, tellings: tuple[Telling, ...], detail: str = "textbook") -> str:
    """A whole page, below a preamble."""
    with tinted(legend_of(page)):
        return printed(outline(page, tellings, detail, drawn=True))


def printed(blocks: Iterable[Block]) -> str:
    """Blocks one below the other."""
    return "\n".join(f"#{block(b)}" for b in blocks) + "\n"


def block(b: Block) -> str:  # noqa: C901, PLR0911 - one case for each kind of block
    """One block as an expression."""
    match b:
        case Heading(level, words):
            return f"heading(depth: {level}, {string(words)})"
        case Paragraph((), label):
            return f"block(sticky: true, strong({string(label)}))"
        case Paragraph(words, label):
            return f"par({joined([f'strong({string(label)})'] if label else [], words)})"
        case Display(box):
            return display(box)
        case StepBlock():
            return step(b)
        case Table(rows, numbers):
            return table(rows, "right" if numbers else "left")
        case Terms(_, rows):
            cells = (f"strong({string(label)}), {stacked(lines)}" for label, lines in rows)
            return f"table(columns: (auto, 1fr), {', '.join(cells)})"
        case Items(items):
            return f"list({', '.join(joined([], told) for told in items)})"
        case Code(text, language):
            return f"raw(block: true, lang: {string(language)}, {lines_of(text)})"
        case Figure(drawings, caption):
            alt = "".join(speech(p.box) if isinstance(p, Formula) else p for p in spoken(caption))
            pictures = "".join(f", {string(coloured(d))}" for d in drawings)
            return f"sgfigure({string(alt)}, {joined([], caption)}{pictures})"
        case Diagram(graph):
            lines, labels = lines_and_labels(graph)
            places = (f"({x:.1f}, {y:.1f}, ${typst(m.box)}$)" for m in labels for x, y in (m.at,))
            told = f"{string(graph.label)}, {joined([], (FLOWS,))}, {string(coloured(lines))}"
            return f"sgdiagram({told}, {size(lines)[0]:g}, {', '.join(places)})"
        case _:
            raise AssertionError(b)


def joined(first: list[str], words: Told) -> str:
    """Words and formulas in a line, as one expression."""
    parts = first + ['" "'] * bool(first and words) + [piece(p) for p in spoken(words)]
    return " + ".join(parts) or '""'


def piece(p: str | Formula) -> str:
    """Words, or a formula with what is said of it."""
    return f"sgformula({string(speech(p.box))}, ${typst(p.box)}$)" if isinstance(p, Formula) else f"text({string(p)})"


def display(box: Box) -> str:
    """A formula on lines of its own, with what is said of it."""
    return f"sgdisplay({string(speech(box))}, ${typst(box)}$)"


def step(s: StepBlock) -> str:
    """One step and its finer ones."""
    inner = " + ".join(map(step, s.inner)) or "none"
    reason = joined([], s.reason) if s.reason else "none"
    head = ", ".join(map(string, (s.number, s.rule, s.verdict)))
    return f"sgstep({head}, {reason}, {display(s.formula)}, {inner})"


def table(rows: Sequence[Sequence[Told]], align: str) -> str:
    """A table whose first row is its head."""
    head, *lines = ([joined([], cell) for cell in line] for line in rows)
    cells = "".join(f", {cell}" for line in lines for cell in line)
    return f"sgtable({len(head)}, {align}, ({', '.join(head)},){cells})"


def stacked(lines: Sequence[Told]) -> str:
    """Lines below one another in a cell."""
    return "stack(spacing: 0.7em, " + ", ".join(joined([], told) for told in lines) + ")"


def lines_of(code: str) -> str:
    """Code as one string."""
    return " + ".join(f'{string(line)} + "\\n"' for line in code.splitlines()) or '""'


def coloured(svg: str) -> str:
    """A drawing as a file of its own, in the colours of print and the letters of the page."""
    svg = VARIABLE.sub(lambda found: COLOURS.get(found[1], INK), svg.replace("currentColor", INK))
    svg = svg.replace("font-family: inherit", "font-family: Libertinus Serif")
    missing = "".join(f' xmlns{name}="{space}"' for name, space in NAMESPACES if f"xmlns{name}=" not in svg)
    return svg.replace("<svg", f"<svg{missing}", 1)
