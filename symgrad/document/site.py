"""Where a page stands: alone, with everything inlined, or among others that share a stylesheet and an index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from symgrad.document.fonts import font_css

STYLESHEET = "symgrad.css"


@dataclass(frozen=True, slots=True)
class Site:
    """Addresses relative to the page; an empty one means that there is no such page and all is inlined.

    A stylesheet holds the fonts as data, since browsers refuse font files that a page on disk asks for.
    """

    index: str = "index.html"
    trust: str = "trust.html"
    stylesheet: str = STYLESHEET
    version: str = ""
    fonts: bool = True


ALONE = Site(index="", trust="", stylesheet="")


def assets() -> dict[str, str]:
    """The files that the pages of a site share, by name."""
    return {STYLESHEET: styles(fonts=True)}


@cache
def styles(*, fonts: bool) -> str:
    """The style sheet, with the fonts inlined or without."""
    css = files("symgrad.document").joinpath("templates", "page.css").read_text("utf-8")
    return f"{font_css()}\n{css}" if fonts else css
