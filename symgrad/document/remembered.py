"""Formulas that were printed already: a page, and each format of it, shows most of them several times."""

from __future__ import annotations

from functools import lru_cache, wraps
from typing import TYPE_CHECKING, ParamSpec

from symgrad.document.tints import LETTERS
from symgrad.words import ENGLISH, language

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
FORMULAS = 2048  # a page with all its forms has some hundreds


def remembered(print_: Callable[P, str]) -> Callable[P, str]:
    """The printer, which prints equal boxes in the same colours once.

    In English alone: elsewhere words that are equal in English, as boxes compare them, may be two.
    """

    @lru_cache(FORMULAS)
    def kept(_: tuple[tuple[str, str], ...], *box: P.args, **chosen: P.kwargs) -> str:
        return print_(*box, **chosen)

    @wraps(print_)
    def printed(*box: P.args, **chosen: P.kwargs) -> str:
        if language() != ENGLISH:
            return print_(*box, **chosen)
        return kept(tuple(LETTERS.get().items()), *box, **chosen)  # type: ignore[arg-type]  # flags and boxes

    return printed
