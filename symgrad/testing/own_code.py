"""A form of a user's own on trial for its accuracy: a function in a file, which other processes can load, too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from symgrad.core import SymgradError
from symgrad.testing.loading import SEPARATOR, LoadError, loaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.pipeline.accuracy import Quantity


@dataclass(frozen=True)
class FileCode:
    """The function that `path/to/file.py::name` names; `source` is the file's text when it was first read."""

    target: str
    source: str

    def __call__(self, x: Any) -> Any:
        try:
            return function(self.target)(x)
        except SymgradError:
            raise
        except Exception as error:
            raise LoadError(
                "{name} raises {kind}: {error}", name=self.target, kind=type(error).__name__, error=error
            ) from error


@cache
def function(target: str) -> Callable[[Any], Any]:
    """The function, loaded once a process."""
    ((_, get, _),) = loaded(target)
    found: Callable[[Any], Any] = get()
    return found


def instead(quantity: Quantity, target: str) -> Quantity:
    """The same function on trial in a form of the user's own."""
    path, _, name = target.partition(SEPARATOR)
    if not name:
        raise LoadError("{path} is a file; name the function in it, as {path}::function", path=path)
    function(target)
    code = FileCode(target, Path(path).read_text("utf-8"))
    return replace(quantity, name=f"{quantity.name} = {name}", code=code)
