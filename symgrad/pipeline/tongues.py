"""A site in several languages: one at its root, each other in a folder of its own, every page linked to its like."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from symgrad.words import LANGUAGES, message, say, speaking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SHARED = ("symgrad.css", "symgrad.js")
LABEL = message("Language")


def folder(lang: str, langs: Sequence[str]) -> str:
    """Where the pages of a language are, with its slash."""
    return "" if lang == langs[0] else f"{lang}/"


def placed(files: Mapping[str, str], lang: str, langs: Sequence[str]) -> dict[str, str]:
    """The files of one language where they belong; its pages name the same page in the others."""
    inside = folder(lang, langs)
    found = {}
    for name, text in files.items():
        if inside and name in SHARED:
            continue
        page = with_switch(text, name, lang, langs) if name.endswith(".html") and len(langs) > 1 else text
        if inside and name.endswith(".html"):
            for shared in SHARED:
                page = page.replace(f'"{shared}"', f'"../{shared}"', 1)
        found[inside + name] = page
    return found


def with_switch(page: str, name: str, lang: str, langs: Sequence[str]) -> str:
    """The page with links to itself in every language: for search engines in its head, for readers at its top."""
    up = "../" if folder(lang, langs) else ""
    places = {other: escape(up + folder(other, langs) + quote(name), quote=True) for other in langs}
    alternates = "".join(f'<link rel="alternate" hreflang="{other}" href="{at}">\n' for other, at in places.items())
    alternates += f'<link rel="alternate" hreflang="x-default" href="{places[langs[0]]}">'
    links = "".join(
        f'<a href="{at}" lang="{other}" hreflang="{other}"{current(other == lang)}>{LANGUAGES[other]}</a>'
        for other, at in places.items()
    )
    with speaking(lang):
        switch = f'<nav class="tongues" aria-label="{escape(say(LABEL), quote=True)}">{links}</nav>'
    page = page.replace("</title>", f"</title>\n{alternates}", 1)
    return page.replace("</header>", f"{switch}\n</header>", 1)


def current(here: bool) -> str:  # noqa: FBT001 - one yes or no
    """What tells that a link leads to where one is."""
    return ' aria-current="true"' if here else ""
