"""Where a page stands: alone, with everything inlined, or among others that share a stylesheet and an index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from symgrad.document.fonts import font_css
from symgrad.document.tints import css

STYLESHEET = "symgrad.css"
SCRIPT = "symgrad.js"


@dataclass(frozen=True, slots=True)
class Site:
    """Addresses relative to the page; an empty one means that there is no such page and all is inlined.

    A stylesheet holds the fonts as data, since browsers refuse font files that a page on disk asks for.
    """

    index: str = "index.html"
    trust: str = "trust.html"
    search: str = "search.html"
    stylesheet: str = STYLESHEET
    version: str = ""
    fonts: bool = True


ALONE = Site(index="", trust="", search="", stylesheet="")


def assets(characters: str = "") -> dict[str, str]:
    """The files that the pages of a site share, by name; the fonts hold these characters, or all that they can."""
    return {STYLESHEET: styles(characters), SCRIPT: script()}


def styles(characters: str = "", *, fonts: bool = True) -> str:
    """The style sheet, with the fonts inlined or without."""
    own = f"{css()}\n{template('page.css')}"
    return f"{font_css(characters)}\n{own}" if fonts else own


def script() -> str:
    """What makes buttons copy and tables sort, and keeps choices."""
    return template("page.js")


@cache
def template(name: str) -> str:
    """A file beside the templates, as it is."""
    return files("symgrad.document").joinpath("templates", name).read_text("utf-8")
