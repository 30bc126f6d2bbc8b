"""What a site needs for the place where it is published: whole addresses, or pages that need no other file."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from symgrad.core import SymgradError
from symgrad.pipeline.fingerprint import digest, library
from symgrad.pipeline.workers import Task

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.pipeline.cache import Cache
    from symgrad.pipeline.workers import Crew

SHARED = ("symgrad.css", "symgrad.js")
FINER = ".finer.js"
SITEMAP = "sitemap.xml"


@dataclass(frozen=True, slots=True)
class Publishing:
    """`url` is where the site will be, for its sitemap; `single` puts style, script and fonts into every page."""

    url: str = ""
    single: bool = False

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if self.url and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment):
            raise SymgradError(
                "{url} is no address of a site; write it as https://example.org/gradients/", url=repr(self.url[:80])
            )

    @property
    def base(self) -> str:
        """The address with its slash."""
        return self.url.rstrip("/") + "/"


LOCAL = Publishing()


def finished(files: Mapping[str, str], publishing: Publishing, cache: Cache, crew: Crew) -> dict[str, str]:
    """The files as they are published."""
    found = dict(files)
    if publishing.single:
        inside = {*SHARED, *map(finer, found)}
        found = {n: t for n, t in (found | single(found, cache, crew)).items() if n not in inside}
    if publishing.url:
        pages = sorted(n for n in found if n.endswith(".html"))
        found |= {n: found[n].replace("</title>", f"</title>\n{canonical(publishing.base, n)}", 1) for n in pages}
        found[SITEMAP] = sitemap(pages, publishing.base)
    return found


def single(files: Mapping[str, str], cache: Cache, crew: Crew) -> dict[str, str]:
    """Every page with all that it needs inside."""
    pages = {n: (text, files.get(finer(n), "")) for n, text in files.items() if n.endswith(".html")}
    keys = {name: digest("single", library(), *parts) for name, parts in pages.items()}
    known = {name: kept for name in pages if (kept := cache.get(keys[name])) is not None}
    tasks = [Task("symgrad.pipeline.pages:inline_page", pages[n], n) for n in pages if n not in known]
    for task, page in crew.perform(tasks):
        known[task.label] = page
        cache.put(keys[task.label], page)
    return known


def finer(page: str) -> str:
    """The file with the finest steps of a page, if it has one."""
    return page.removesuffix(".html") + FINER


def canonical(base: str, name: str) -> str:
    """What tells a search engine the page's own address."""
    return f'<link rel="canonical" href="{escape(base + quote(name), quote=True)}">'


def sitemap(names: list[str], base: str) -> str:
    """The addresses of all pages; see sitemaps.org, which asks for whole ones."""
    places = "".join(f"<url><loc>{escape(base + quote(n), quote=False)}</loc></url>\n" for n in names)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    )
