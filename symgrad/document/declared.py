"""What an indexed derivation says besides its chain, in each format of plain text: other forms, facts, code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.document.text import text
from symgrad.words import message, say
from symgrad.words.columns import padded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.document.telling import Declared, Telling


LABELS = 7  # columns of a label


def standing(fact: Declared) -> str:
    """Whether a fact is assumed."""
    return message("assumed") if fact.assumed else message("follows from the definitions")


def text_forms(told: Telling) -> Iterator[str]:
    """The lines of a terminal."""
    for n, form in enumerate(told.forms):
        yield labelled("" if n else message("form"), text(form))
    for n, fact in enumerate(told.facts):
        yield labelled("" if n else message("facts"), f"{text(fact.statement)}  ({say(standing(fact))})")
        if fact.without is not None:
            yield labelled("", say(message("without it: {formula}", formula=text(fact.without))))


def labelled(label: str, words: str) -> str:
    """A line of a terminal with its label on the left."""
    return padded(say(label), LABELS) + words
