"""A function out of a user's file: `path/to/file.py::function`, or `::Class.method`."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager, redirect_stdout
from functools import lru_cache, partial
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symgrad.core import SymgradError
from symgrad.core.catalogue import nearest
from symgrad.core.errors import did_you_mean
from symgrad.core.marking import Mark, marked_in, method
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

SEPARATOR = "::"


class LoadError(SymgradError):
    """A file that cannot be imported, or has no such function."""


def loaded(target: str) -> list[tuple[str, Callable[[], Any], Mark]]:
    """The function named by `file.py::name`, or all functions marked with @symgrad.gradient in `file.py`.

    Each with its label, how to get it (for a method an instance is made), and its mark.
    """
    path, _, name = target.partition(SEPARATOR)
    module = imported(Path(path))
    marked = {m.name: (m.get, m.mark) for m in marked_in(vars(module))}
    if name in marked:
        return [(target, *marked[name])]
    if name:
        return [(target, partial(attribute, module, name, path), Mark())]
    found = [(f"{path}{SEPARATOR}{n}", *rest) for n, rest in marked.items()]
    if not found:
        raise LoadError("{path} has no function marked with @symgrad.gradient; name one: {path}::function", path=path)
    return found


def attribute(module: ModuleType, name: str, path: str) -> Any:
    """The attribute of the module, dots included."""
    found: Any = module
    for n, part in enumerate(parts := name.split(".")):
        if not hasattr(found, part):
            near = nearest(part, public(found))
            full = [".".join([*parts[:n], other]) for other in near]
            hint = did_you_mean(full) if near else message("check the name after ::")
            raise LoadError("{path} has no {name}; {hint}", path=path, name=repr(name), hint=hint)
        found = method(found, part) if isinstance(found, type) else getattr(found, part)
    if not callable(found):
        raise LoadError(
            "{name} in {path} is {kind}, not a function; name a function after ::",
            name=repr(name),
            path=path,
            kind=type(found).__name__,
        )
    return found


def public(owner: Any) -> list[str]:
    """The names of what can be called in a module, a class or an object."""
    return [n for n in dir(owner) if not n.startswith("_") and callable(getattr(owner, n, None))]


@lru_cache
def imported(path: Path) -> ModuleType:
    """The file as a module, run once, with its own folder importable meanwhile, as when Python runs it.

    A file in a package is imported as its module, so that it may import relatively.
    """
    if not path.is_file():
        raise LoadError("there is no file {path}; write path/to/file.py::function", path=repr(str(path)))
    parents = list(takewhile(lambda p: (p / "__init__.py").is_file(), path.resolve().parents))
    home = parents[-1].parent if parents else path.resolve().parent
    try:
        with importable(home), redirect_stdout(sys.stderr):  # what it prints is no part of the answer
            return import_module(dotted(path.resolve(), home)) if parents else alone(path)
    except (LoadError, KeyboardInterrupt):
        raise
    except BaseException as error:
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if Path(f.filename) == path.resolve()]
        at = f":{lines[-1]}" if lines else ""
        if isinstance(error, ImportError) and "relative import" in str(error):
            told = message("{error}; put an __init__.py beside it, or write the import in full", error=error)
        else:
            told = message("{kind}: {error}", kind=type(error).__name__, error=error)
        raise LoadError("{path}{at} can't be imported: {error}", path=path, at=at, error=told) from error


def dotted(path: Path, home: Path) -> str:
    """The name of a module in a package, seen from the folder that has the package."""
    parts = path.relative_to(home).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def alone(path: Path) -> ModuleType:
    """A file that belongs to no package, as a module."""
    spec = spec_from_file_location(f"symgrad_checked_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise LoadError("{path} is no Python file; its name must end with .py", path=path)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its module up while it is made
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[spec.name]
        raise
    return module


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """The folder on the path for a while."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
