"""The rows of the table of everything, from the cache or from workers. Loads no SymPy itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.pipeline.fingerprint import digest, library
from symgrad.pipeline.workers import Crew, Task, call
from symgrad.words import language

if TYPE_CHECKING:
    from symgrad.pipeline.build import Progress
    from symgrad.pipeline.cache import Cache


def rows(cache: Cache, jobs: int, progress: Progress) -> list[dict[str, Any]]:
    """One row an entry, in the catalogue's order."""
    key = digest("rows", library(), language())
    kept = cache.get(key)
    if kept is not None:
        return list(kept)
    names = call(Task("symgrad.pipeline.tables:names", ()))
    tasks = [Task("symgrad.pipeline.tables:row", (name,), name) for name in names]
    found: dict[str, Any] = {}
    with Crew(jobs) as crew:
        for task, row in crew.perform(tasks):
            found[task.label] = row
            progress(len(found), len(names), task.label)
    ordered = [found[name] for name in names]
    cache.put(key, ordered)
    return ordered
