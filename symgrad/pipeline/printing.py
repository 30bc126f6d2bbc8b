"""PDFs of the documents of a build: each alone, and all as one book."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

from symgrad.core import SymgradError
from symgrad.pipeline.fingerprint import digest, library
from symgrad.pipeline.workers import Task
from symgrad.words import language, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symgrad.pipeline.cache import Cache
    from symgrad.pipeline.workers import Crew

PAGES = "symgrad.pipeline.pages"
BOOK = "book.pdf"
TITLE = message("Gradients, derived and proved")


def printed(
    entries: Sequence[Mapping[str, Any]], bodies: Mapping[str, str], cache: Cache, crew: Crew
) -> dict[str, bytes]:
    """The PDFs by name; `bodies` are Typst, by the names of the documents that `entries` tell of, in their order."""
    parts: dict[str, list[str]] = {}
    for entry in entries:
        parts.setdefault(entry["theme"], []).append(bodies[entry["name"]])
    alone = [(f"{e['name']}.pdf", e["title"], bodies[e["name"]]) for e in entries]
    tasks = [Task(f"{PAGES}:make_pdf", (title, body), name) for name, title, body in alone]
    if BOOK in {t.label for t in tasks}:
        raise SymgradError("a document is called book, but book.pdf is the book of all documents; rename it")
    if len(entries) > 1:
        tasks.append(Task(f"{PAGES}:make_book", (TITLE, parts), BOOK))
    return made(tasks, cache, crew)


def made(tasks: Sequence[Task], cache: Cache, crew: Crew) -> dict[str, bytes]:
    """What the tasks make, by their labels; from the cache where nothing has changed."""
    keys = {t.label: digest("pdf", library(), language(), repr(t.arguments)) for t in tasks}
    known = {label: text for label, key in keys.items() if (text := cache.get(key)) is not None}
    for task, text in crew.perform([t for t in tasks if t.label not in known]):
        known[task.label] = text
        cache.put(keys[task.label], text)
    return {label: b64decode(known[label]) for label in keys}
