"""The subscripts of einsum in formulas: einsum("ij,jk->ik", A, B), a letter for each axis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symgrad.definitions.shaped import MATRIX, Misfit, Shaped
from symgrad.indexed import Index, expr, total

if TYPE_CHECKING:
    from collections.abc import Sequence

SUBSCRIPTS = r"""(?<=einsum\()\s*(?P<quote>["']?)\s*[A-Za-z]*(?:\s*,\s*[A-Za-z]*)*\s*->\s*[A-Za-z]*\s*(?P=quote)"""


def einsum(subscripts: str, operands: Sequence[Shaped]) -> Shaped:
    """The sum over every letter that the right side lacks, of the product of the entries at the letters."""
    left, _, right = re.sub(r"[\s\"']", "", subscripts).partition("->")
    words = left.split(",")
    if len(words) != len(operands):
        raise Misfit(
            "the subscripts {left} are for {words} arguments, but there are {operands}",
            left=left,
            words=len(words),
            operands=len(operands),
        )
    letters: dict[str, Index] = {}
    value = expr(1)
    for word, operand in zip(words, operands, strict=True):
        value *= read(operand.fresh(), word, letters).entry
    require_output(right, letters)
    kept = [letters[c] for c in right]
    summed = [i for c, i in letters.items() if c not in right]
    row, column = (*kept, None, None)[:MATRIX]
    return Shaped(total(summed, value), row, column)


def read(operand: Shaped, word: str, letters: dict[str, Index]) -> Shaped:
    """An argument with its axes called by the letters; a letter that comes twice is a diagonal."""
    axes = operand.indices
    if len(axes) != len(word):
        raise Misfit(
            "the subscripts {value} name {word} axes, but the shape is {shape}",
            value=word or "of nothing",
            word=len(word),
            shape=operand.shape,
        )
    new = {}
    for i, letter in zip(axes, word, strict=True):
        known = letters.setdefault(letter, Index(letter, i.dim))
        if known.dim != i.dim:
            raise Misfit(
                "the subscript {letter} runs over {name} and over {name2}",
                letter=letter,
                name=known.dim.name,
                name2=i.dim.name,
            )
        new[i] = known
    return Shaped(operand.entry.rename(new))


def require_output(right: str, letters: dict[str, Index]) -> None:
    """Raise Misfit unless the right side names axes that there are, each once, and at most two."""
    unknown = next((c for c in right if c not in letters), None)
    if unknown is not None:
        raise Misfit("the subscript {unknown} on the right of -> stands nowhere on its left", unknown=unknown)
    if len(set(right)) != len(right) or len(right) > MATRIX:
        raise Misfit("the result {right} must be a scalar, a vector or a matrix, each letter once", right=right)
