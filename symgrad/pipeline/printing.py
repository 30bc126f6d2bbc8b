"""PDFs of the documents of a build: each alone, and all as one book."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

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
    tasks = {f"{e['name']}.pdf": Task(f"{PAGES}:make_pdf", (e["title"], bodies[e["name"]]), e["name"]) for e in entries}
    if len(entries) > 1:
        tasks[BOOK] = Task(f"{PAGES}:make_book", (TITLE, parts), "the book")
    return made(tasks, cache, crew)


def made(tasks: Mapping[str, Task], cache: Cache, crew: Crew) -> dict[str, bytes]:
    """What the tasks make, from the cache where nothing has changed."""
    keys = {task: digest("pdf", library(), language(), repr(task.arguments)) for task in tasks.values()}
    known = {task: text for task, key in keys.items() if (text := cache.get(key)) is not None}
    for task, text in crew.perform([t for t in tasks.values() if t not in known]):
        known[task] = text
        cache.put(keys[task], text)
    return {name: b64decode(known[task]) for name, task in tasks.items()}
