"""A settled page as blocks: the one text that LaTeX, Markdown, Typst and notebooks print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.document.blocks import Code, Diagram, Display, Figure, Heading, Items, Paragraph, StepBlock, Table, Terms
from symgrad.document.claims import ruled
from symgrad.document.declared import standing
from symgrad.document.diagrams import styled
from symgrad.document.drawings import drawings_of
from symgrad.document.error_plot import PLOTTED, error_plot
from symgrad.document.evidence import CONVENTION, WORDS, check_in_words, crossed_out, proof_in_words
from symgrad.document.facts import facts_of
from symgrad.document.from_sympy import boxes
from symgrad.document.graph import graph
from symgrad.document.induction import sentences as told_induction
from symgrad.document.layout import equation, width
from symgrad.document.measured import caption, cells
from symgrad.document.measured import drawn as drawn_measured
from symgrad.document.pairs import ANSWERS, OUTPUT
from symgrad.document.sheets import caption as plot_caption
from symgrad.document.sheets import plots_of
from symgrad.document.tables import CHECK, FACTS, KINKS, check_of, kinks_of
from symgrad.document.words import Formula, pieces
from symgrad.words import clauses, enumerated, message, say, sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symgrad.core import Facts, LossFacts, Page, Pair, Settlement, Shown
    from symgrad.document.blocks import Block, Told
    from symgrad.document.boxes import Box
    from symgrad.document.claims import Part
    from symgrad.document.telling import Declared, Line, Telling

ERRORS = message(
    "Blue dots: how far the two are apart, as a part of their size, or of 1 where that is smaller. "
    "Grey dots: the bound of the estimate."
)
BEYOND = message("▲ at the top: more than 1.")
CELL = 22.0  # ems of a formula that the cell of a table can hold


def outline(page: Page, tellings: tuple[Telling, ...], detail: str = "textbook", *, drawn: bool) -> Iterator[Block]:
    """A whole document, its title first; `drawn`: with its drawings."""
    document = page.document
    yield Heading(1, document.title)
    yield from prose(document.lead)
    for told in tellings:
        if len(tellings) > 1 or page.facts:
            yield Heading(2, told.derivation.title)
        yield from derivation(told, detail, lead=told.derivation.lead != document.lead, drawn=drawn)
    if drawn:
        yield from drawings(page)
    for settlement in page.rulings:
        yield from claim(settlement)
    for each in page.facts:
        yield from facts(each, drawn=drawn)
    for induction in page.inductions:
        yield from map(Paragraph, told_induction(induction))
    yield from comparison(page.pairs)
    for shown in page.measured:
        yield from measured(shown, drawn=drawn)
    for note in document.notes:
        yield from prose(note)


def alone(told: Telling, detail: str = "textbook", *, drawn: bool = False) -> Iterator[Block]:
    """One derivation under its own title."""
    yield Heading(1, told.derivation.title)
    yield from derivation(told, detail, drawn=drawn)


def prose(words: str) -> Iterator[Block]:
    """A paragraph in which `$...$` is LaTeX, where there is one."""
    if words:
        yield Paragraph(pieces(words))


def derivation(told: Telling, detail: str, *, lead: bool = True, drawn: bool = False) -> Iterator[Block]:
    """What is given, the steps, the result, the evidence."""
    if lead:
        yield from prose(told.derivation.lead)
    if told.given:
        yield Paragraph((), message("Given"))
        yield from map(Display, told.given)
    yield Paragraph(listed(told.where), message("Where"))
    yield Paragraph((), message("Find"))
    yield Display(told.sought)
    if drawn and (found := graph(told.derivation.start, told.derivation)):
        yield Diagram(found)
    for line in told.lines if detail != "result" else ():
        yield step(line, every=detail == "every-rule")
    yield Paragraph((), message("Result"))
    yield Display(told.statement)
    yield from map(Display, told.forms)
    if told.facts:
        yield Paragraph((), message("Facts"))
        yield Items(tuple(map(fact, told.facts)))
    if told.code:
        yield Paragraph((), message("NumPy"))
        yield Code(told.code)
    yield from evidence(told, drawn=drawn)


def holding(told: Telling) -> Iterator[Block]:
    """Where the result holds, unless it is everywhere."""
    if told.holds is not None:
        convention = CONVENTION if told.conventional else ""
        where = clauses([message("This holds where {condition}", condition=Formula(told.holds)), convention])
        yield Paragraph((message("{words}.", words=where),))


def evidence(told: Telling, *, drawn: bool = False) -> Iterator[Block]:
    """Where the result holds, what was proved, and how the numeric check came out."""
    yield from holding(told)
    proof, check = proof_in_words(told.settled), check_in_words(told.settled)
    yield Paragraph((message("{proof}; {check}.", proof=proof, check=check),))
    if table := check_of(told.settled.check):
        yield Paragraph((), CHECK)
        yield Table(tuple(map(tuple, table)), numbers=True)
    shown = told.settled.check if drawn else None
    if shown and shown.errors and (svg := error_plot(shown, say(PLOTTED))):  # of more points than the table has
        yield Figure((styled(svg),), (sentences([ERRORS, BEYOND] if "beyond" in svg else [ERRORS]),))
    if told.derivation.source:
        yield Paragraph((message("Source: {source}.", source=told.derivation.source),))


def step(line: Line, *, every: bool) -> StepBlock:
    """One step: the reason, where it holds, what is crossed out."""
    told: list[object] = [pieces(line.why)] if line.why else []
    if line.given is not None:
        told.append(message("This holds where {condition}.", condition=Formula(line.given)))
    if line.crossed:
        told.append(crossed_out(line.crossed))
    inner = tuple(step(finer, every=every) for finer in line.inner) if every else ()
    reason = (sentences(told),) if told else ()
    return StepBlock(line.number, line.rule, WORDS[line.verdict.status], reason, line.formula, inner)


def listed(boxes: Iterable[Box]) -> Told:
    """Formulas with commas between them."""
    return (enumerated(map(Formula, boxes)),)


def fact(declared: Declared) -> Told:
    """A fact that is used, and what stands there without it."""
    told = [message("{statement} ({standing}).", statement=Formula(declared.statement), standing=standing(declared))]
    if declared.without is not None:
        told.append(message("Without it: {formula}.", formula=Formula(declared.without)))
    return (sentences(told),)


def claim(settlement: Settlement) -> Iterator[Block]:
    """A claim under its id, its ruling, every statement with its verdict, and what was measured."""
    r = ruled(settlement)
    yield Heading(2, r.id)
    yield Paragraph((message("{words}.", words=r.statement),), r.word)
    yield from (Paragraph((words,), label) for label, words in r.told)
    for head, parts in r.parts:
        if parts:
            yield Paragraph((), head)
            for p in parts:
                yield from part(p)
    for o in r.observed:
        yield Paragraph((message("{words}.", words=clauses(o.lines)),), message("Measured ({label})", label=o.label))
    if r.sources:
        yield Paragraph((clauses(r.sources),), message("Sources"))


def part(p: Part) -> Iterator[Block]:
    """One statement of a claim: its verdict and words, its formula, and what the verdict rests on."""
    if p.formula is None:
        yield Paragraph((message("{words}.", words=p.words),), p.word)
    else:
        yield Paragraph((message("{words}:", words=p.words),), p.word)
        yield Display(p.formula)
    told = [message("Evidence: {words}.", words=p.method)] if p.method else []
    if p.counterexample:
        told.append(message("Counterexample: {point}.", point=p.counterexample))
    if told:
        yield Paragraph((sentences(told),))


def facts(each: Facts | LossFacts, *, drawn: bool) -> Iterator[Block]:
    """An entry's drawings, facts and kinks."""
    yield Heading(2, message(FACTS))
    if drawn:
        yield Figure(plots_of(each), plot_caption(each))
    yield Terms((message("fact"), message("what is proved")), facts_of(each))
    if each.definition.kinks:
        yield Heading(2, message(KINKS))
        yield Table(tuple(kinks_of(each)))


def drawings(page: Page) -> Iterator[Block]:
    """The document's own drawings."""
    if found := drawings_of(page.document):
        yield Figure(tuple(map(str, found)), (clauses(d.title for d in page.document.drawings),))


def comparison(pairs: Iterable[Pair]) -> Iterator[Block]:
    """The pairs that are not refused, a table for each activation, or a list where its formulas are too wide."""
    groups: dict[str, list[Pair]] = {}
    for p in pairs:
        if not p.refused and p.delta is not None:
            groups.setdefault(p.activation.title, []).append(p)
    for title, group in groups.items():
        yield Heading(2, title)
        shown = [(p.loss.title, boxes(p.delta), ANSWERS[p.cancels]) for p in group]
        if all(width(box) <= CELL for _, box, _ in shown):
            lines = (((loss,), (Formula(box),), (cancels,)) for loss, box, cancels in shown)
            heads = (message("loss"), message("output delta"), message("slope cancels"))
            yield Table((tuple((head,) for head in heads), *lines))
            continue
        for loss, box, cancels in shown:
            yield Paragraph((message("slope cancels: {answer}.", answer=cancels),), loss)
            yield Display(equation(OUTPUT, box))


def measured(shown: Shown, *, drawn: bool) -> Iterator[Block]:
    """An experiment: drawing, table, what runs it again."""
    yield Heading(2, message("Measured, not proved: {title}", title=shown.title))
    if drawn and shown.drawing:
        yield Figure((drawn_measured(shown),), (shown.title,))
    if shown.rows:
        yield Table(tuple(map(tuple, cells(shown))))
    yield Paragraph((caption(shown),))
