"""Formulas and numbers in the words of a diagnosis, as a textbook writes them; made only for what is said."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sympy import Basic, pi, sqrt

from symgrad.words import message

if TYPE_CHECKING:
    from sympy import Expr

Words = str | Callable[[], str]
LEGIBLE = 20  # letters of a constant; a longer one is shown by its digits
PLAIN = 100  # fractions up to this denominator are shown as fractions


def maths(expr: Any) -> str:
    """An expression on one line; the documents, which draw too, are loaded when the first is written."""
    boxes = import_module("symgrad.document.from_sympy").boxes
    return str(import_module("symgrad.document.text").text(boxes(expr)))


def told(template: str, **values: Any) -> Callable[[], str]:
    """A text whose formulas are written when it is said; its values may be such texts themselves."""
    return lambda: message(template, **{name: spelt(value) for name, value in values.items()})


def spelt(value: Any) -> Any:
    """A value as it stands in a text."""
    return maths(value) if isinstance(value, Basic) else worded(value)


def worded(words: Words) -> str:
    """The words, made now if they were not yet."""
    return words() if callable(words) else words


def shown(value: Any) -> str:
    """A constant for a reader: a short fraction, √(2/π), or its digits."""
    if value.is_Rational:
        return str(value).replace("-", "−") if value.q <= PLAIN else f"{float(value):.12g}".replace("-", "−")
    text = maths(gathered(value))
    return text if len(text) <= LEGIBLE or value.free_symbols else f"{float(value):.12g}".replace("-", "−")


def gathered(value: Expr) -> Expr:
    """A product of roots under one root, which is how they are written."""
    square = value**2
    rational = (square / pi).is_Rational or (square * pi).is_Rational or square.is_Rational
    return sqrt(square) * (1 if value.is_positive else -1) if rational and not value.is_Rational else value
