"""An induction over depth in words: where it begins, the step, and what became of the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.document.evidence import WORDS, reason
from symgrad.document.from_sympy import boxes
from symgrad.document.layout import equation
from symgrad.document.notation import Notation
from symgrad.document.words import Formula
from symgrad.words import Message, message
from symgrad.words import sentences as sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Derivation, LayerInduction
    from symgrad.document.boxes import Box
    from symgrad.document.words import Piece

CONCLUSION = message("So the two give the derivative of the loss by z of every layer, at any number of layers.")


def parts(induction: LayerInduction) -> tuple[tuple[str, Box], tuple[str, Box]]:
    """The last layer and the step, each with what it says."""
    return (
        (message("It begins at the last layer:"), statement(induction.last)),
        (message("It goes from each layer to the one before:"), statement(induction.step)),
    )


def statement(derivation: Derivation) -> Box:
    """What a derivation comes to."""
    notation = Notation(lets=derivation.lets)
    return equation(boxes(derivation.start, notation), boxes(derivation.result, notation))


def sentences(induction: LayerInduction) -> Iterator[tuple[Piece, ...]]:
    """The whole for formats without a heading for it; the verdict at the end."""
    for words, box in parts(induction):
        yield (message("{words} {formula}.", words=words, formula=Formula(box)),)
    told = message("{title}: {answer}.", title=induction.title, answer=answer(induction))
    yield (told if failed(induction) else sentences_of((told, CONCLUSION)),)


def failed(induction: LayerInduction) -> bool:
    """Whether the conclusion may not be drawn."""
    return induction.verdict is None or not induction.verdict.proved


def answer(induction: LayerInduction) -> Message:
    """The verdict, and the reason where it is none to build on."""
    if induction.verdict is None:
        return message("not settled")
    word, said = WORDS[induction.verdict.status], reason(induction.verdict)
    return message("{verdict} ({reason})", verdict=word, reason=said) if said else word
