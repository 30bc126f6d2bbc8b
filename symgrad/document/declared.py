"""What an indexed derivation says besides its chain, in each format of plain text: other forms, facts, code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.document.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.document.telling import Declared, Telling


def standing(fact: Declared) -> str:
    """Whether a fact is assumed."""
    return "assumed" if fact.assumed else "follows from the definitions"


def text_forms(told: Telling) -> Iterator[str]:
    """The lines of a terminal."""
    for n, form in enumerate(told.forms):
        yield f"{'' if n else 'form':7}{text(form)}"
    for n, fact in enumerate(told.facts):
        yield f"{'' if n else 'facts':7}{text(fact.statement)}  ({standing(fact)})"
        if fact.without is not None:
            yield f"{'':7}without it: {text(fact.without)}"
