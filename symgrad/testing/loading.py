"""A function out of a user's file: `path/to/file.py::function`, or `::Class.method`."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager, redirect_stdout
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
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
    for part in name.split("."):
        if not hasattr(found, part):
            near = nearest(part, [n for n, value in vars(module).items() if callable(value) and not n.startswith("_")])
            hint = did_you_mean(near) if near else message("check the name after ::")
            raise LoadError("{path} has no {name}; {hint}", path=path, name=repr(name), hint=hint)
        found = method(found, part) if isinstance(found, type) and part in vars(found) else getattr(found, part)
    if not callable(found):
        raise LoadError(
            "{name} in {path} is {kind}, not a function; name a function after ::",
            name=repr(name),
            path=path,
            kind=type(found).__name__,
        )
    return found


def imported(path: Path) -> ModuleType:
    """The file as a module, with its own folder importable meanwhile, as when Python runs it."""
    if not path.is_file():
        raise LoadError("there is no file {path}; write path/to/file.py::function", path=repr(str(path)))
    spec = spec_from_file_location(f"symgrad_checked_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise LoadError("{path} is no Python file; its name must end with .py", path=path)
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its module up while it is made
    try:
        with importable(path.resolve().parent), redirect_stdout(sys.stderr):  # what it prints is no part of the answer
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[spec.name]
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path)]
        at = f":{lines[-1]}" if lines else ""
        raise LoadError(
            "{path}{at} can't be imported: {kind}: {error}", path=path, at=at, kind=type(error).__name__, error=error
        ) from error
    return module


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """The folder on the path for a while."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
