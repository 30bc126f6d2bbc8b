"""Run a file of derivations and gather the documents in it."""

from __future__ import annotations

import re
import sys
import sysconfig
import traceback
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

from symgrad.core import Derivation, Document, LayerInduction, SymgradError, TimeInduction
from symgrad.pipeline.discover import Source, SourceError, read, shown
from symgrad.pipeline.fingerprint import PACKAGE, digest
from symgrad.pipeline.worked import Worked

NAME = re.compile(r"\w[\w-]{0,99}")  # a document's name is its file's name, on every platform
RESERVED = frozenset({"index", "trust", "assets"})
THEME = "Derivations"  # of a derivation that no document gives a theme


def load(source: Source) -> tuple[Document, ...]:
    """The documents of one file in their order; a mistake in the file is reported with its line."""
    found = gather(run(source.path), source.path)
    if not found:
        raise SourceError(
            "{path} defines no document; give a Document or a Derivation a name in it, or list them in DOCUMENTS",
            path=shown(source.path),
        )
    for document in found:
        require_name(document.name, source.path)
    return found


def require_name(name: str, path: Path) -> None:
    """Raise SourceError unless `name` does as the name of a page's file."""
    if not NAME.fullmatch(name) or name.casefold() in RESERVED:
        raise SourceError(
            "{path}: a page can't be called {name}; use letters, digits, - and _, and none of {reserved}",
            path=shown(path),
            name=repr(name[:80]),
            reserved=", ".join(sorted(RESERVED)),
        )


def run(path: Path) -> ModuleType:
    """The module that the file defines; nothing is written beside it, and no other module can import it."""
    module = ModuleType(f"derivations.{path.stem}")
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # a dataclass looks its module up while it is made
    try:
        exec(compile(read(path), str(path), "exec"), module.__dict__)  # noqa: S102 - the user asked to run this file
    except (Exception, SystemExit) as error:
        raise SourceError(
            "{path}{line_of}: {describe}", path=shown(path), line_of=line_of(error, path), describe=describe(error)
        ) from error
    finally:
        del sys.modules[module.__name__]
    return module


def line_of(error: BaseException, path: Path) -> str:
    """The line of the file that the error comes from, as `:12`."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return f":{error.lineno}"
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
    return f":{lines[-1]}" if lines else ""


def describe(error: BaseException) -> str:
    """What went wrong; symgrad's own errors are sentences already."""
    return str(error) if isinstance(error, SymgradError) else f"{type(error).__name__}: {error}"


def gather(module: ModuleType, path: Path) -> tuple[Document, ...]:
    """Everything in DOCUMENTS, else every document, and every derivation that no document holds."""
    listed = vars(module).get("DOCUMENTS")
    values = [v for k, v in vars(module).items() if not k.startswith("_")] if listed is None else members(listed, path)
    found = dict.fromkeys(unwrap(v) for v in values if isinstance(v, Document | Derivation | Worked))
    held = {d for v in found if isinstance(v, Document) for d in v.derivations}
    return tuple(document_of(v) for v in found if v not in held)


def members(listed: Any, path: Path) -> list[Any]:
    """What DOCUMENTS holds, each checked to be something that makes a page."""
    try:
        found = list(listed.values() if hasattr(listed, "values") else listed)
    except TypeError as error:
        raise SourceError(
            "{path}: DOCUMENTS must be a tuple of documents: {error}", path=shown(path), error=error
        ) from error
    for value in found:
        if not isinstance(value, Document | Derivation | Worked):
            raise SourceError(
                "{path}: DOCUMENTS holds a {kind}; it takes documents and derivations only",
                path=shown(path),
                kind=type(value).__name__,
            )
    return found


def unwrap(value: Document | Derivation | Worked) -> Document | Derivation:
    """The value itself, with plain derivations where the public functions gave worked ones."""
    if isinstance(value, Document):
        return replace(
            value,
            derivations=tuple(map(plain, value.derivations)),
            inductions=tuple(map(plainly, value.inductions)),
        )
    return plain(value)


def plainly(induction: LayerInduction | TimeInduction) -> LayerInduction | TimeInduction:
    """An induction over plain derivations."""
    if isinstance(induction, LayerInduction):
        return replace(induction, last=plain(induction.last), step=plain(induction.step))
    shared = tuple(replace(s, step=plain(s.step)) for s in induction.shared)
    return replace(induction, last=plain(induction.last), steps=tuple(map(plain, induction.steps)), shared=shared)


def plain(value: Derivation | Worked) -> Derivation:
    """The derivation itself."""
    return value.derivation if isinstance(value, Worked) else value


def document_of(value: Document | Derivation) -> Document:
    """A page for a derivation that came without one."""
    if isinstance(value, Document):
        return value
    return Document(value.name, value.title, THEME, value.lead, (value,))


def beside() -> list[tuple[str, str]]:
    """Path and digest of every loaded module that is neither installed nor symgrad's: a file may rest on it."""
    settled = [PACKAGE, *(Path(p).resolve() for p in {*sysconfig.get_paths().values(), sys.prefix, sys.base_prefix})]
    files = {Path(f).resolve() for m in tuple(sys.modules.values()) if (f := getattr(m, "__file__", None))}
    loose = sorted(f for f in files if f.is_file() and not any(f.is_relative_to(p) for p in settled))
    return [(str(f), digest(f.read_bytes())) for f in loose]
