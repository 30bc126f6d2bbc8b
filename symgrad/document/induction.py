"""An induction over depth in words: where it begins, the step, and what became of the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.document.evidence import WORDS, reason
from symgrad.document.from_sympy import boxes
from symgrad.document.layout import equation
from symgrad.document.notation import Notation
from symgrad.document.words import Formula

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Derivation, LayerInduction
    from symgrad.document.words import Piece

Told = tuple["Piece", ...]


def paragraphs(induction: LayerInduction) -> tuple[Told, Told, Told]:
    """The last layer, the step, and what follows from the two."""
    return (
        (f"The last layer ({induction.last.title}): ", *statement(induction.last), "."),
        (f"The step ({induction.step.title}): ", *statement(induction.step), "."),
        ("So the two give the derivative of the loss by z of every layer, at any number of layers.",),
    )


def statement(derivation: Derivation) -> Told:
    """What a derivation comes to."""
    notation = Notation(lets=derivation.lets)
    return (Formula(equation(boxes(derivation.start, notation), boxes(derivation.result, notation))),)


def sentences(induction: LayerInduction) -> Iterator[Told]:
    """The whole for formats without a heading for it; the verdict at the end."""
    base, step, whole = paragraphs(induction)
    yield (f"{induction.title}. ", *base, " ", *step, " ", *(() if failed(induction) else whole))
    yield (f"Induction: {answer(induction)}.",)


def failed(induction: LayerInduction) -> bool:
    """Whether the conclusion may not be drawn."""
    return induction.verdict is None or not induction.verdict.proved


def answer(induction: LayerInduction) -> str:
    """The verdict with its reason, or how it was proved."""
    if induction.verdict is None:
        return "not settled"
    said = reason(induction.verdict) or induction.verdict.method
    return f"{WORDS[induction.verdict.status]}{said and f' ({said})'}"
