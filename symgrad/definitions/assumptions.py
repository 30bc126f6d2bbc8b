"""What a user assumes of vectors and matrices, as text: `sum(y) = 1`, `A = A'`, `one_hot(y)`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from symgrad.core import ParseError
from symgrad.definitions.shaped import Misfit
from symgrad.definitions.tensor_parser import parse_tensor
from symgrad.indexed import Fact, IndexedError, one_hot, sums_to

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.definitions.shapes import Shapes

ONE_HOT = re.compile(r"\s*one_?hot\s*\(\s*(?P<name>\w+)\s*\)\s*")
SHOWN = 80  # characters of what was handed in


def assumptions(texts: Iterable[str], shapes: Shapes, known: Iterable[Fact] = ()) -> tuple[Fact, ...]:
    """What texts state about the tensors of `shapes`, and then what is known, nothing of it twice."""
    stated = [*(fact for text in texts for fact in assumption(text, shapes)), *known]
    return tuple({(f.left, f.right): f for f in reversed(stated)}.values())[::-1]


def assumption(text: str, shapes: Shapes) -> tuple[Fact, ...]:
    """The facts that a text states; the right side of an equation is to be the simpler one."""
    hot = ONE_HOT.fullmatch(text)
    if hot is not None:
        tensor = shapes.tensor(hot["name"])
        if tensor is None or not tensor.dims:
            raise ParseError(
                "one_hot takes a vector, or a matrix of one-hot rows, not {name}", text[:SHOWN], 0, name=hot["name"]
            )
        return one_hot(tensor), sums_to(tensor, assumed=True)
    left, equals, right = text.partition("=")
    if not equals or "=" in right:
        raise ParseError(
            "a fact is an equation such as sum(y) = 1 or A = A', or one_hot(y)", text[:SHOWN], text.find("=") + 1
        )
    one, other = parse_tensor(left, shapes), parse_tensor(right, shapes)
    if len(one.entry.terms) > 1:
        raise ParseError(
            "the left side of a fact is a single product or sum; bring the rest to the right", text[:SHOWN], 0
        )
    try:
        value = other.entry if other.is_scalar else one.beside(other, "=").entry
        return (Fact(" ".join(text.split()), one.entry, value, assumed=True),)
    except (Misfit, IndexedError) as wrong:
        raise ParseError(wrong.told, text[:SHOWN], len(left)) from None
