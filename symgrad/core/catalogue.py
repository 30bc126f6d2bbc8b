"""Catalogues: plural data, gathered once, looked up by name."""

from __future__ import annotations

from difflib import get_close_matches
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, TypeVar

from symgrad.core.errors import DuplicateNameError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Named(Protocol):
    """Whatever a catalogue holds: its `name` is its key and never changes."""

    @property
    def name(self) -> str: ...


T = TypeVar("T", bound=Named)


def by_name(*entries: T) -> Mapping[str, T]:
    """The entries under their names, in the order given; a name used twice is an error at import."""
    found: dict[str, T] = {}
    for entry in entries:
        if entry.name in found:
            raise DuplicateNameError(entry.name)
        found[entry.name] = entry
    return MappingProxyType(found)


def canonical(name: str) -> str:
    """The spelling that catalogues use: `Leaky ReLU` and `leaky-relu` are `leaky_relu`."""
    return "_".join(name.strip().lower().replace("-", " ").replace("_", " ").split())


def look_up(catalogue: Mapping[str, T], name: str, kind: str) -> T:
    """The entry called `name`; an unknown name raises UnknownNameError with the nearest known ones."""
    entry = catalogue.get(canonical(name))
    if entry is None:
        raise UnknownNameError(kind, name, nearest(name, catalogue))
    return entry


def nearest(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Known names that a misspelt one may have meant."""
    return tuple(get_close_matches(canonical(name), list(known), n=3, cutoff=0.5))
