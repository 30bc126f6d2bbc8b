"""What a result depends on besides its own source: symgrad's code, Python, and every package installed."""

from __future__ import annotations

import hashlib
import platform
import sys
from functools import cache
from pathlib import Path

from symgrad import __version__

PACKAGE = Path(__file__).resolve().parent.parent
CODE = frozenset({".py", ".j2", ".html", ".css", ".js", ".svg", ".json", ".md", ".txt"})


def digest(*parts: str | bytes) -> str:
    """The sha256 of the parts, each preceded by its length, so that no two lists of parts run together."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "big"))
        whole.update(data)
    return whole.hexdigest()


@cache
def library() -> str:
    """The fingerprint of this symgrad in this environment; it changes when any line of its own code does."""
    return digest(__version__, sys.version, platform.machine(), *installed(), *own_code())


def installed() -> tuple[str, ...]:
    """Name and version of every installed package, as the names of their metadata folders say them."""
    folders = (Path(entry) for entry in sys.path if entry)
    return tuple(sorted({found.name for f in folders if f.is_dir() for found in f.glob("*.dist-info")}))


def own_code() -> tuple[bytes, ...]:
    """Path and content of every file of symgrad that takes part in a result, derivations excluded: those have keys."""
    files = sorted(
        p for p in PACKAGE.rglob("*") if p.suffix in CODE and "derivations" not in p.relative_to(PACKAGE).parts
    )
    return tuple(part for p in files for part in (p.relative_to(PACKAGE).as_posix().encode(), p.read_bytes()))
