"""The documents of a folder, settled and rendered, published as one site. Loads SymPy in the workers only."""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symgrad.core import Tally
from symgrad.pipeline.asked import SITE, Wanted
from symgrad.pipeline.discover import Source, SourceError, shown, sources
from symgrad.pipeline.fingerprint import digest, library
from symgrad.pipeline.printing import BOOK, printed
from symgrad.pipeline.publishing import LOCAL, Publishing, finished
from symgrad.pipeline.site import publish, require_site
from symgrad.pipeline.tongues import folder as folder_of
from symgrad.pipeline.tongues import placed
from symgrad.pipeline.workers import Crew, Task
from symgrad.words import language, speaking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from symgrad.pipeline.cache import Cache

    Progress = Callable[[int, int, str], None]


SEE = re.compile(r' <a class="see" href="\./([\w-]+)\.html">[^<]*</a>')
NOWHERE = re.compile(r'<p class="evidence places">[^<]*</p>')  # what is left of a list of links, all left out
PAGES = "symgrad.pipeline.pages"  # what workers load, and this process does not


@dataclass(frozen=True, slots=True)
class Head:
    """A document before it is settled: which one of which file, and what it is called."""

    source: Source
    index: int
    key: str
    about: Mapping[str, Any]
    wanted: Wanted = SITE

    @property
    def name(self) -> str:
        """The document's name, which is its page's."""
        return str(self.about["name"])


@dataclass(frozen=True, slots=True)
class Built:
    """How a build went."""

    folder: Path
    tally: Tally
    pages: int
    fresh: int  # pages that the cache did not have
    seconds: float
    doubtful: tuple[str, ...] = ()  # the pages that hold something not proved as it stands, or wrong
    opens: str = "index.html"  # the file to look at first, or nothing to look at the folder

    @property
    def end(self) -> str:
        """How the names of the pages end that a reader is sent to."""
        return self.opens.rpartition(".")[2] or "*"


def build(
    paths: Iterable[Path],
    folder: Path,
    cache: Cache,
    jobs: int,
    progress: Progress,
    *,
    force: bool = False,
    wanted: Wanted = SITE,
    publishing: Publishing = LOCAL,
) -> Built:
    """Build a site of the documents at `paths` into `folder`, which keeps its old site until the new one is whole."""
    began = time.perf_counter()
    require_site(folder, force=force)
    with Crew(jobs) as crew:
        heads = listed(sources(paths), cache, crew, wanted)
        require_distinct(heads)
        pages, fresh = made(heads, cache, crew, progress)
        files: dict[str, str] = {}
        pdfs: dict[str, bytes] = {}
        for lang in wanted.langs:
            with speaking(lang):
                texts, prints = told([pages[head.key] for head in heads], heads, wanted, cache, crew)
            files |= placed(texts, lang, wanted.langs)
            pdfs |= {folder_of(lang, wanted.langs) + name: data for name, data in prints.items()}
        if "html" in wanted.formats:
            files = finished(files, publishing, cache, crew)
    written = {name: text.encode("utf-8", "replace") for name, text in files.items()} | pdfs
    publish(folder, written)
    cache.trim()
    tallies = [Tally(**pages[head.key]["entries"][wanted.langs[0]]["tally"]) for head in heads]
    doubtful = tuple(h.name for h, t in zip(heads, tallies, strict=True) if t.doubtful)
    return Built(
        folder, sum(tallies, Tally()), len(heads), fresh, time.perf_counter() - began, doubtful, first(written)
    )


def told(
    pages: Sequence[Mapping[str, Any]], heads: Sequence[Head], wanted: Wanted, cache: Cache, crew: Crew
) -> tuple[dict[str, str], dict[str, bytes]]:
    """The files of a site in the language that is spoken, and its PDFs."""
    lang = language()
    entries = [page["entries"][lang] for page in pages]
    files = {name: text for page in pages for name, text in page["files"][lang].items()}
    bodies = {h.name: files.pop(f"{h.name}.typ") for h in heads if "pdf" in wanted.formats}
    pdfs = printed(entries, bodies, cache, crew) if bodies else {}
    if "html" in wanted.formats:
        titles = {e["name"]: e["title"] for e in entries}
        files = {name: linked(text, titles) if name.endswith(".html") else text for name, text in files.items()}
        files |= frame(entries, shown_characters(files.values()), cache, crew)
    return files, pdfs


def first(names: Iterable[str]) -> str:
    """The file that a reader opens first: the index, the book, the only page; "" for the folder as it is."""
    known = tuple(names)
    found = next((name for name in ("index.html", BOOK) if name in known), "")
    return found or (known[0] if len(known) == 1 else "")


def linked(page: str, titles: Mapping[str, str]) -> str:
    """The page with its links to other pages under their titles, those left out that this site does not have."""

    def link(found: re.Match[str]) -> str:
        name = found[1]
        title = escape(titles.get(name, ""), quote=False)
        return f' <a class="see" href="./{name}.html">{title}</a>' if name in titles else ""

    return NOWHERE.sub("", SEE.sub(link, page))


def listed(found: Sequence[Source], cache: Cache, crew: Crew, wanted: Wanted = SITE) -> list[Head]:
    """The documents of every file, from the cache where nothing that a file rests on has changed."""
    keys = {s: digest("list", library(), s.key, str(s.path)) for s in found}
    known = {s: value for s in found if good(value := cache.get(keys[s]))}
    tasks = [Task(f"{PAGES}:list_documents", (s,), shown(s.path), near=s.key) for s in found if s not in known]
    for task, value in crew.perform(tasks):
        known[task.arguments[0]] = value
        cache.put(keys[task.arguments[0]], value)
    where = places([about for s in found for about in known[s]["heads"]])
    return [
        Head(s, n, digest("page", library(), s.key, json.dumps(state, sort_keys=True)), about, wanted)
        for s in found
        for n, head in enumerate(known[s]["heads"])
        for about in ({**head, "places": where} if head["pairs"] else head,)
        for state in ([n, about, known[s]["beside"], asdict(wanted)],)
    ]


def places(heads: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The document of each derivation by its name: of several that hold it, the one that holds fewest others."""
    return {
        name: head["name"]
        for head in sorted(heads, key=lambda h: -len(h["derivations"]))
        for name in head["derivations"]
    }


def good(listing: Any) -> bool:
    """Whether a kept list of documents still holds: every loose module that the file may rest on is as it was."""
    try:
        return listing is not None and all(digest(Path(p).read_bytes()) == seal for p, seal in listing["beside"])
    except OSError:
        return False


def require_distinct(heads: Iterable[Head]) -> None:
    """Raise SourceError where two documents would be the same page."""
    first: dict[str, Head] = {}
    for head in heads:
        other = first.setdefault(head.name.casefold(), head)
        if other is not head:
            raise SourceError(
                "two documents are called {name}, one in {path} and one in {path2}; rename one of them",
                name=repr(head.name),
                path=shown(other.source.path),
                path2=shown(head.source.path),
            )


def made(heads: Sequence[Head], cache: Cache, crew: Crew, progress: Progress) -> tuple[dict[str, dict[str, Any]], int]:
    """Every page under its key, and how many had to be made; each is kept as soon as it is done."""
    pages = {h.key: value for h in heads if (value := cache.get(h.key)) is not None}
    wanted = sorted((h for h in heads if h.key not in pages), key=lambda h: -h.about["weight"])
    parts = list(dict.fromkeys(part for parts in (experiments_of, rows_of) for h in wanted for part in parts(h)))
    began, total, ready = len(pages), len(pages) + len(parts) + len(wanted), {}
    progress(began, total, "")
    for done, (task, value) in enumerate(crew.perform(parts), began + 1):
        ready[task] = value
        progress(done, total, task.label)
    named = {h.name: h for h in wanted}
    tasks = [page_task(h, ready) for h in wanted]
    for done, (task, value) in enumerate(crew.perform(tasks), began + len(parts) + 1):
        pages[named[task.label].key] = kept(named[task.label], value, cache)
        progress(done, total, task.label)
    return pages, len(wanted)


def experiments_of(head: Head) -> list[Task]:
    """The experiments of a document: several pages may show one."""
    return [Task(f"{PAGES}:run_experiment", (asked,), json.loads(asked)[0]) for asked in head.about["experiments"]]


def rows_of(head: Head) -> list[Task]:
    """The rows of a comparison table, by activations: all of them are too much for one worker."""
    return [Task(f"{PAGES}:pair_rows", (activation,), activation) for activation in head.about["pairs"]]


def page_task(head: Head, ready: Mapping[Task, Any]) -> Task:
    """One document's page; it is given its parts."""
    ran = {t.arguments[0]: found for t in experiments_of(head) if (found := ready[t]) is not None}
    rows = {t.label: ready[t] for t in rows_of(head)}
    table = (rows, head.about["places"]) if rows else ({}, {})
    arguments = (head.source, head.index, head.wanted, ran, table)
    return Task(f"{PAGES}:make_page", arguments, head.name, near=head.source.key)


def kept(head: Head, page: dict[str, Any], cache: Cache) -> dict[str, Any]:
    """The page, which the next build will find."""
    cache.put(head.key, page)
    return page


def frame(entries: Sequence[Mapping[str, Any]], characters: str, cache: Cache, crew: Crew) -> dict[str, str]:
    """The index, the search, the page on trust, and the assets: kept like any page, keyed by all that they tell of."""
    key = digest("frame", library(), language(), characters, json.dumps(entries, sort_keys=True))
    found = cache.get(key)
    if found is None:
        ((_, found),) = crew.perform([Task(f"{PAGES}:make_frame", (entries, characters), "the index")])
        cache.put(key, found)
    return dict(found)


def shown_characters(files: Iterable[str]) -> str:
    """Every character of the pages but those that stand in no font, in order."""
    return "".join(sorted(c for c in set().union(*files) if c.isprintable()))
