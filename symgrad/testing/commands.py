"""What `symgrad check` does, from text to records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.core import SymgradError, UnsupportedError
from symgrad.core.marking import Mark
from symgrad.definitions import parse
from symgrad.testing.check import try_marked
from symgrad.testing.loading import SEPARATOR, imported, loaded
from symgrad.testing.records import failed, record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def checked(
    targets: Sequence[str], forward: str | None, of: str | None, options: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The records of all functions; what the command line says goes before what a mark says."""
    imported.cache_clear()  # the files may be others than at the last call
    function = single(forward) if forward else None
    asked = dict(options)
    given = valued(asked.pop("parameters", ()))
    wrt = asked.pop("wrt", None)
    asked |= {"parameters": given} if given else {}
    asked |= {"variable": wrt} if wrt else {}
    found = []
    for target in targets:
        for label, get, own in loaded(target):
            what = own.of if of is None else what_of(of)
            before = own.forward if function is None else function
            if what is None and before is None:
                raise UnsupportedError(
                    "say what {label} is the gradient of: --of NAME, or --forward FILE::FUNCTION", label=label
                )
            try:
                found.append(record(try_marked(get(), Mark(what, before, {**own.options, **asked})), label))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # the others are checked all the same
                if isinstance(error, Exception) and not isinstance(error, SymgradError):
                    raise  # ours
                found.append(failed(error, label))
    return found


def single(target: str) -> Any:
    """The one function that a target names."""
    if SEPARATOR not in target:
        raise UnsupportedError("--forward {target}: name the function, as in {target}::f", target=target)
    return loaded(target)[0][1]()


def what_of(text: str) -> Any:
    """A pair where the text is two names with a comma between them; else the text itself."""
    parts = tuple(part.strip() for part in text.split(","))
    return parts if len(parts) == 2 and all(map(str.isidentifier, parts)) else text  # noqa: PLR2004 - a pair


def valued(parameters: Sequence[str]) -> dict[str, Any]:
    """NAME=VALUE read by the grammar of expressions, so that 1/5 is exact."""
    found = {}
    for text in parameters:
        name, equals, value = text.partition("=")
        if not equals:
            raise UnsupportedError("--parameter {text}: write NAME=VALUE, as in alpha=1/5", text=text)
        number = parse(value)
        if number.free_symbols:
            raise UnsupportedError("--parameter {text}: {value} is no number", text=text, value=value)
        found[name.strip()] = number
    return found
