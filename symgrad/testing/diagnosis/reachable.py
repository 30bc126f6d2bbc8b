"""The arrays that a function can see: the data of a loss that takes parameters only."""

from __future__ import annotations

import inspect
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

DEEP = 3
MOST = 40  # arrays; beyond them nothing can be told by trying
AXES = 4  # examples, channels, rows and columns


def arrays(*functions: Any) -> list[np.ndarray[Any, Any]]:
    """The arrays of numbers in closures, defaults and globals of the functions, each once, the nearest first."""
    found: dict[int, np.ndarray[Any, Any]] = {}
    for function in functions:
        for value in seen(function, DEEP, set()):
            if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and 0 < value.ndim <= AXES:
                found.setdefault(id(value), value)
    return list(found.values())[:MOST]


def seen(value: Any, depth: int, before: set[int]) -> Iterator[Any]:
    """A value and what it refers to."""
    if id(value) in before or depth < 0:
        return
    before.add(id(value))
    yield value
    for inner in within(value):
        yield from seen(inner, depth - 1, before)


def within(value: Any) -> Iterator[Any]:
    """What a function, a method, an object or a container refers to."""
    if isinstance(value, partial):
        yield from (value.func, *value.args, *value.keywords.values())
    elif inspect.ismethod(value):
        yield from (value.__self__, value.__func__)
    elif inspect.isfunction(value):
        yield from (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
        yield from (cell.cell_contents for cell in value.__closure__ or () if filled(cell))
        yield from (value.__globals__[name] for name in names(value.__code__) if name in value.__globals__)
    elif isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list | tuple):
        yield from value
    elif hasattr(value, "__dict__") and not inspect.ismodule(value) and not isinstance(value, type):
        yield from vars(value).values()


def filled(cell: Any) -> bool:
    """Whether a closure's cell has a value yet."""
    try:
        cell.cell_contents  # noqa: B018 - an empty cell raises
    except ValueError:
        return False
    return True


def names(code: Any) -> Iterator[str]:
    """The names that code uses, those of functions inside it too."""
    yield from code.co_names
    for constant in code.co_consts:
        if inspect.iscode(constant):
            yield from names(constant)
