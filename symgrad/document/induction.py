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
    from symgrad.document.boxes import Box
    from symgrad.document.words import Piece

CONCLUSION = "So the two give the derivative of the loss by z of every layer, at any number of layers."


def parts(induction: LayerInduction) -> tuple[tuple[str, Box], tuple[str, Box]]:
    """The last layer and the step, each with what it says."""
    return (
        ("It begins at the last layer:", statement(induction.last)),
        ("It goes from each layer to the one before:", statement(induction.step)),
    )


def statement(derivation: Derivation) -> Box:
    """What a derivation comes to."""
    notation = Notation(lets=derivation.lets)
    return equation(boxes(derivation.start, notation), boxes(derivation.result, notation))


def sentences(induction: LayerInduction) -> Iterator[tuple[Piece, ...]]:
    """The whole for formats without a heading for it; the verdict at the end."""
    for words, box in parts(induction):
        yield (f"{words} ", Formula(box), ".")
    told = "" if failed(induction) else f" {CONCLUSION}"
    yield (f"{induction.title}: {answer(induction)}.{told}",)


def failed(induction: LayerInduction) -> bool:
    """Whether the conclusion may not be drawn."""
    return induction.verdict is None or not induction.verdict.proved


def answer(induction: LayerInduction) -> str:
    """The verdict, and the reason where it is none to build on."""
    if induction.verdict is None:
        return "not settled"
    said = reason(induction.verdict)
    return f"{WORDS[induction.verdict.status]}{said and f' ({said})'}"
