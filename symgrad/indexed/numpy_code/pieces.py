"""Pieces of code: an expression of Python with the indices that its axes run over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.indexed.names import Index

SUM, PRODUCT, POWER, ATOM = range(4)


@dataclass(frozen=True, slots=True)
class Piece:
    """Code whose value is an array with these axes; `strength` says how it holds together."""

    code: str
    axes: tuple[Index, ...] = ()
    strength: int = ATOM

    def held(self, least: int) -> str:
        """The code, in parentheses unless it holds together at least so strongly."""
        return self.code if self.strength >= least else f"({self.code})"


def aligned(piece: Piece, axes: Sequence[Index]) -> Piece:
    """The piece with its axes in this order, an axis of length 1 for each that it lacks; leading ones are left out."""
    order = tuple(i for i in axes if i in piece.axes)
    code, strength = piece.code, piece.strength
    if order != piece.axes:
        turned = ".T" if len(order) == 2 else f".transpose({', '.join(str(piece.axes.index(i)) for i in order)})"  # noqa: PLR2004 - a matrix
        code, strength = piece.held(ATOM) + turned, ATOM
    first = next((n for n, i in enumerate(axes) if i in order), len(axes))
    slots = [":" if i in order else "None" for i in axes[first:]]
    if "None" in slots:
        code, strength = (code if strength >= ATOM else f"({code})") + f"[{', '.join(slots)}]", ATOM
    return Piece(code, tuple(axes), strength)


def union(pieces: Sequence[Piece], order: Sequence[Index]) -> tuple[Index, ...]:
    """The axes of several pieces together, those of `order` first and in its order."""
    found = [i for i in order if any(i in p.axes for p in pieces)]
    for p in pieces:
        found += [i for i in p.axes if i not in found]
    return tuple(found)


def times(pieces: Sequence[Piece], order: Sequence[Index]) -> Piece:
    """The elementwise product."""
    if len(pieces) == 1:
        return pieces[0]
    axes = union(pieces, order)
    first, *others = (aligned(p, axes) for p in pieces)
    code = " * ".join([first.held(PRODUCT), *(o.held(POWER) for o in others)])
    return Piece(code, axes, PRODUCT)


def over(top: Piece, bottom: Piece, order: Sequence[Index]) -> Piece:
    """The elementwise quotient."""
    axes = union((top, bottom), order)
    above, below = aligned(top, axes), aligned(bottom, axes)
    return Piece(f"{above.held(PRODUCT)} / {below.held(POWER)}", axes, PRODUCT)


def plus(terms: Sequence[tuple[bool, Piece]], order: Sequence[Index]) -> Piece:
    """The sum; each term says whether it is subtracted."""
    axes = union([p for _, p in terms], order)
    code = ""
    for negative, piece in terms:
        shown = aligned(piece, axes).held(PRODUCT)
        code += (f" {'-' if negative else '+'} " if code else "-" if negative else "") + shown
    if len(terms) == 1 and not terms[0][0]:
        return aligned(terms[0][1], axes)
    return Piece(code, axes, SUM)
