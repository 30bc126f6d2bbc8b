"""A content-addressed store of finished text: safe to delete, never trusted further than its checksum.

An entry is one file: a line with the sha256 of its key and the rest, then JSON. Nothing in it is ever executed.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symgrad.pipeline.files import write
from symgrad.pipeline.fingerprint import digest

LARGEST = 512 * 2**20  # bytes kept; the least recently used entries go first
ENTRIES = "symgrad-1"  # only what lies in a folder of this name is ever removed


@dataclass(frozen=True, slots=True)
class Cache:
    """Entries under `folder`; a Cache of None keeps nothing and finds nothing."""

    folder: Path | None

    def get(self, key: str) -> Any:
        """The value kept under `key`, or None; a damaged entry counts as absent."""
        if self.folder is None:
            return None
        path = entry(self.folder, key)
        try:
            seal, _, text = path.read_bytes().decode().partition("\n")
            value = json.loads(text) if seal == digest(key, text) else None
        except (OSError, ValueError, RecursionError):
            return None
        with suppress(OSError):
            os.utime(path)
        return value

    def put(self, key: str, value: Any) -> None:
        """Keep a JSON value under `key`; a store that can't be written to is left alone."""
        if self.folder is None:
            return
        text = json.dumps(value)
        with suppress(OSError):
            write(entry(self.folder, key), f"{digest(key, text)}\n{text}".encode())

    def trim(self, largest: int = LARGEST) -> None:
        """Remove the least recently used entries until at most `largest` bytes are left."""
        if self.folder is None:
            return
        total = 0
        with suppress(OSError):
            files = [(p.stat(), p) for p in self.folder.glob("??/*")]
            for stat, path in sorted(files, key=lambda found: -found[0].st_mtime):
                total += stat.st_size
                if total > largest:
                    path.unlink(missing_ok=True)


def open_cache(*, enabled: bool = True) -> Cache:
    """The user's cache: under `SYMGRAD_CACHE`, else under the platform's cache folder."""
    parent = chosen_folder() if enabled else None
    return Cache(parent / ENTRIES if parent else None)


def chosen_folder() -> Path | None:
    """Where the cache lives; None on an account without a home."""
    with suppress(RuntimeError):
        chosen = os.environ.get("SYMGRAD_CACHE")
        return Path(chosen).absolute() if chosen else platform_folder() / "symgrad"
    return None


def platform_folder() -> Path:
    """Where this platform keeps caches; XDG_CACHE_HOME wins where it is an absolute path."""
    xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if xdg.is_absolute():
        return xdg
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


def entry(folder: Path, key: str) -> Path:
    """The file of one entry."""
    return folder / key[:2] / key[2:]
