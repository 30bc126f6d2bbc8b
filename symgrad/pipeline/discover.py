"""Where derivations are found. A file of them is a Python module, run from its path in a namespace of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from symgrad.core import SymgradError
from symgrad.pipeline.fingerprint import PACKAGE, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class SourceError(SymgradError):
    """A file or a folder of derivations that can't be used as it stands."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of derivations; `key` stands for its text and its name."""

    path: Path
    key: str


def project_folder() -> Path:
    """The derivations that come with symgrad: inside an installed wheel, else beside the package."""
    for folder in (PACKAGE / "derivations", PACKAGE.parent / "derivations"):
        if folder.is_dir():
            return folder
    raise SourceError("this symgrad came without its derivations; reinstall it, or name a file: symgrad build PATH")


def document_file(name: str) -> Path | None:
    """The file of symgrad's own derivations that is called so: `backpropagation`, `softmax`."""
    return next((file for file in files(project_folder()) if file.stem == name), None)


def sources(paths: Iterable[Path] = ()) -> tuple[Source, ...]:
    """Every file of derivations at `paths`, or symgrad's own where no path is given."""
    chosen = tuple(paths) or (project_folder(),)
    found = dict.fromkeys(file.resolve() for path in chosen for file in files(path))
    return tuple(Source(f, digest(f.name, read(f))) for f in found)


def files(path: Path) -> Iterator[Path]:
    """The path itself, or every `.py` file below it that does not begin with `_` or `.`."""
    if existing(path).is_file():
        yield path
        return
    below = [f for f in sorted(path.rglob("*.py")) if not hidden(f.relative_to(path))]
    if not below:
        raise SourceError(
            "{path} holds no file of derivations; put a .py file into it that defines a Document", path=path
        )
    yield from below


def existing(path: Path) -> Path:
    """The path, which must be a Python file or a folder."""
    if not path.exists():
        raise SourceError("{path} does not exist; name a file of derivations, or a folder of such files", path=path)
    if path.is_file() and path.suffix != ".py":
        raise SourceError("{path} is no Python file; name a file of derivations that ends with .py", path=path)
    return path


def hidden(relative: Path) -> bool:
    """Whether a part of the path says that it is not meant to be read on its own."""
    return any(part.startswith(("_", ".")) for part in relative.parts)


def read(path: Path) -> bytes:
    """The bytes of a file, with an error that names it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError("{path} can't be read: {strerror}", path=path, strerror=error.strerror) from error


def shown(path: Path) -> str:
    """The path as a reader would type it: relative to the working folder where it lies below."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
