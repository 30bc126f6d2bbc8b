"""An induction over depth or time in words: where it begins, the step, and what became of the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.core import LayerInduction, TimeInduction
from symgrad.document.evidence import WORDS, reason
from symgrad.document.from_sympy import boxes
from symgrad.document.layout import equation
from symgrad.document.notation import Notation
from symgrad.document.text import text
from symgrad.document.words import Formula
from symgrad.indexed.numpy_code import numpy_source
from symgrad.words import Message, message
from symgrad.words import sentences as sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Derivation, Shared
    from symgrad.document.boxes import Box
    from symgrad.document.words import Piece

Claimed = LayerInduction | TimeInduction
LAYERS = message("So the two give the derivative of the loss by z of every layer, at any number of layers.")
TIME = message(
    "So they give the derivative of the loss by z of every step and by every weight, at any number of steps."
)


def conclusion(induction: Claimed) -> Message:
    """What follows once it is proved."""
    return TIME if isinstance(induction, TimeInduction) else LAYERS


def parts(induction: Claimed) -> Iterator[tuple[Message, Box]]:
    """Where it begins, the step, and what shared weights collect, each with what it says."""
    if not isinstance(induction, TimeInduction):
        yield message("It begins at the last layer:"), statement(induction.last)
        yield message("It goes from each layer to the one before:"), statement(induction.step)
        return
    yield message("It begins at the last step:"), statement(induction.last)
    first, *others = induction.steps
    yield message("It goes from each step to the one before:"), statement(first)
    for chain in others:
        yield message("and from there:"), statement(chain)
    for shared in induction.shared:
        yield message("Each step adds its part to those of the later ones:"), statement(shared.step)
        yield message("So all steps together give:"), collected(shared)


def programs(induction: Claimed) -> tuple[str, ...]:
    """NumPy code for each sum over time."""
    return tuple(map(program, induction.shared)) if isinstance(induction, TimeInduction) else ()


def program(shared: Shared) -> str:
    """A sum over time as a NumPy function."""
    weight = shared.entry.atom
    return numpy_source(
        shared.whole, weight.indices, name=f"dJ_d{weight.tensor.name}", summary=(f"{text(collected(shared))}.",)
    ).source


def collected(shared: Shared) -> Box:
    """The derivative by a weight that all steps share, as a sum over time."""
    start, notation = shared.step.start, Notation(lets=shared.step.lets)
    whole = shared.whole.rename(dict(zip(shared.entry.atom.indices, start.atom.ref.indices, strict=True)))
    return equation(boxes(start, notation), boxes(whole, notation))


def statement(derivation: Derivation) -> Box:
    """What a derivation comes to."""
    notation = Notation(lets=derivation.lets)
    return equation(boxes(derivation.start, notation), boxes(derivation.result, notation))


def sentences(induction: Claimed) -> Iterator[tuple[Piece, ...]]:
    """The whole for formats without a heading for it; the verdict at the end."""
    for words, box in parts(induction):
        yield (message("{words} {formula}.", words=words, formula=Formula(box)),)
    told = message("{title}: {answer}.", title=induction.title, answer=answer(induction))
    yield (told if failed(induction) else sentences_of((told, conclusion(induction))),)


def failed(induction: Claimed) -> bool:
    """Whether the conclusion may not be drawn."""
    return induction.verdict is None or not induction.verdict.proved


def answer(induction: Claimed) -> Message:
    """The verdict, and the reason where it is none to build on."""
    if induction.verdict is None:
        return message("not settled")
    word, said = WORDS[induction.verdict.status], reason(induction.verdict)
    return message("{verdict} ({reason})", verdict=word, reason=said) if said else word
