"""The names of tensors and indices: W1, z^l, x_hat, p̂ as letters with indices, powers and accents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from symgrad.document.boxes import Box, Fence, Ident, Num, Op, Over, Row, Script, Text, fenced, row
from symgrad.document.latex_in import read
from symgrad.document.spelling import GREEK

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

NAME = re.compile(
    r"(?P<base>[^\W\d_]+?)(?P<digits>\d+)?(?:_(?P<accent>hat|bar|tilde|dot))?(?:_\{?(?P<sub>[^\W_]+(?:[+−-][^\W_]+)?)\}?)?"
    r"(?:\^\{?(?P<sup>\(?[^\W_]+(?:[+−-][^\W_]+)?\)?)\}?)?"
)

MOST_MARKS = 2  # accents above one another
ACCENTS = {"hat": "^", "bar": "¯", "tilde": "~", "dot": "˙"}
COMBINING = {"\u0302": "^", "\u0304": "¯", "\u0305": "¯", "\u0303": "~", "\u0307": "˙"}

WORD = re.compile(r"(\d+)|([^\W\d_]+)|([+−-])|([()])")


def tensor_name(tensor: Any) -> Box:
    """A tensor's own name: its LaTeX where it has one, else its letters; anything unexpected is plain words."""
    return read(tensor.tex) if tensor.tex else named(tensor.name)


def holding(slope: Box, tensors: Collection[Any]) -> Box:
    """A derivative with the names below it that are held still: the ways through them are terms of their own."""
    held = [part for t in sorted(tensors, key=lambda t: t.name) for part in (Op(","), tensor_name(t))][1:]
    return Script(fenced(slope), row(*held)) if held else slope


def named(name: str) -> Box:
    """A name in its letters."""
    plain = normalize("NFD", name)
    marks = [COMBINING[c] for c in plain if c in COMBINING]
    found = NAME.fullmatch(normalize("NFC", "".join(c for c in plain if c not in COMBINING)))
    if found is None or len(marks) > MOST_MARKS:
        return Text(name)
    letter = GREEK.get(found["base"], found["base"])
    base: Box = Ident(letter)
    for accent in (*([ACCENTS[found["accent"]]] if found["accent"] else []), *marks):
        base = Over(base, Op(accent))
    sub = "".join(filter(None, (found["digits"], found["sub"])))
    if not sub and not found["sup"]:
        return base
    layer = word(found["sup"]) if found["sup"] else None
    return Script(base, word(sub) if sub else None, layer, label=layer is not None)


def word(words: str) -> Box:
    """An index or a layer's number: l, l+1, (1), out."""
    pieces: list[Box] = []
    for digits, letters, sign, fence in WORD.findall(words):
        if pieces and (digits or letters) and isinstance(pieces[-1], Num | Ident):
            pieces.append(Op(","))  # W_Q2: of Q, in layer 2
        if digits:
            pieces.append(Num(digits))
        elif letters:
            pieces.append(Ident(GREEK.get(letters, letters), upright=len(letters) > 1))
        else:
            pieces.append(Op(sign.replace("-", "−")) if sign else Op(fence, prefix=True))
    return row(*pieces)


def indexed(base: Box, indices: Sequence[Box]) -> Box:
    """A name with indices below it; a name that has an index already is put in parentheses."""
    if not indices:
        return base
    below = beside(indices)
    if isinstance(base, Script) and base.sub is None:
        return Script(base.base, below, base.sup, base.label)
    return Script(base if isinstance(base, Ident | Over) else Fence(base), below)


def beside(indices: Sequence[Box]) -> Box:
    """Indices side by side, with commas where one is more than a letter."""
    if all(isinstance(i, Ident) and len(i.name) == 1 for i in indices):
        return Row(tuple(indices)) if len(indices) > 1 else indices[0]
    spaced: list[Box] = []
    for index in indices:
        spaced += [Op(","), index] if spaced else [index]
    return row(*spaced)
