"""A derivation for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.document.declared import labelled, text_forms
from symgrad.document.evidence import (
    CONVENTION,
    WORDS,
    check_in_words,
    crossed_out,
    proof_in_words,
    reason,
    steps_in_words,
    together,
)
from symgrad.document.induction import sentences
from symgrad.document.measured import text_measured
from symgrad.document.tables import text_facts
from symgrad.document.text import printable, text
from symgrad.document.words import text_of, to_text
from symgrad.words import clauses, message, say
from symgrad.words.columns import padded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Page
    from symgrad.document.telling import Line, Telling

RULE_COLUMN = 58  # where rule names begin, unless a formula is longer


def as_text(told: Telling, detail: str) -> str:
    """Plain Unicode lines; each step with its rule and verdict on the right."""
    return "\n".join(lines(told, detail)) + "\n"


def page_text(page: Page, tellings: tuple[Telling, ...], detail: str) -> str:
    """A whole document."""
    document = page.document
    told = [printable(document.title), *([to_text(document.lead)] if document.lead else []), ""]
    told += [*text_facts(page.facts), *([""] if page.facts else [])]
    told += ["\n".join(as_text(each, detail) for each in tellings)]
    told += [text_of(words) + "\n" for each in page.inductions for words in sentences(each)]
    return "\n".join([*told, *text_measured(page)])


def lines(told: Telling, detail: str) -> Iterator[str]:
    """The lines of the whole."""
    if detail == "result":
        yield text(told.sentence)
        yield from holding(told)
        yield say(clauses((steps_in_words(told.settled), check_in_words(told.settled))))
        return
    yield printable(told.derivation.title)
    if told.derivation.lead:
        yield to_text(told.derivation.lead)
    yield ""
    for label, boxes in ((message("given"), told.given), (message("where", context="label"), told.where)):
        for n, box in enumerate(boxes):
            yield labelled("" if n else label, text(box))
    yield labelled(message("find"), text(told.find))
    yield ""
    yield f"     {text(told.find)}"
    for line in told.lines:
        yield from step(line, detail, "")
    yield ""
    false = together(told.settled).status.failed
    yield labelled(message("claimed") if false else message("result"), text(told.sentence))
    yield from text_forms(told)
    yield from (labelled("", where) for where in holding(told))
    yield labelled(message("proof"), printable(proof_in_words(told.settled)))
    yield labelled(message("check"), say(check_in_words(told.settled)))


def rule(line: Line) -> str:
    """What was done; which lemma or fact was used, since "Lemma" alone says nothing."""
    if line.step.rule in {"fact", "lemma"} and line.step.note:
        return message("{statement}: {reason}", statement=line.rule, reason=line.step.note)
    return line.rule


def holding(told: Telling) -> Iterator[str]:
    """Where the result holds, unless it is everywhere."""
    if told.holds is not None:
        where = message("where {condition}", condition=text(told.holds))
        yield say(clauses((where, CONVENTION)) if told.conventional else where)


def step(line: Line, detail: str, indent: str) -> Iterator[str]:
    """One line of the chain and, where every rule is asked for, its reason and finer steps."""
    formula = f"{indent}{line.number:>3}  {line.step.relation} {text(line.after)}"
    given = say(message(" where {condition}", condition=text(line.given))) if line.given is not None else ""
    yield f"{padded(formula, RULE_COLUMN)}  {printable(rule(line))}{given}  [{say(WORDS[line.verdict.status])}]"
    if reason(line.verdict):
        yield f"{indent}       {printable(reason(line.verdict))}"
    if line.crossed:
        yield f"{indent}       {text_of((crossed_out(line.crossed),))}"
    if detail != "every-rule":
        return
    if line.why:
        yield f"{indent}       {to_text(line.why)}"
    if line.inner:
        start = message("in finer steps, from {formula}", formula=text(line.before))
        yield f"{indent}       {say(start)}"
    for inner in line.inner:
        yield from step(inner, detail, indent + "    ")
