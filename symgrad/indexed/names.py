"""Dimensions and indices: what a shape is made of."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from weakref import ref

from symgrad.core import SymgradError
from symgrad.words import Message, message

_serial = count()


def token(name: str) -> str:
    """A name that no other object has, also not one that comes from another process; later ones sort after it."""
    return f"{name}#{os.getpid()}.{next(_serial):09d}"


class ShapeError(SymgradError):
    """Indices that do not fit a shape; the message names both dimensions."""


class Known:
    """The objects of this process by their tokens, as long as somebody holds them.

    A WeakValueDictionary that is cheap to write to and to let go of: it is read only where a pickle is.
    """

    def __init__(self) -> None:
        self.found: dict[str, ref[Any]] = {}
        self.room = 1000

    def add(self, token: str, what: Any) -> None:
        """Note an object; from time to time those are forgotten that are gone."""
        self.found[token] = ref(what)
        if len(self.found) > self.room:
            self.found = {t: r for t, r in [*self.found.items()] if r() is not None}
            self.room = 1000 + 2 * len(self.found)

    def get(self, token: str) -> Any:
        """The object with this token; None where there is none any more."""
        held = self.found.get(token)
        return held() if held is not None else None


known = Known()


def restored(kind: Any, token: str, *state: Any) -> Any:
    """What comes from elsewhere: the object of this process with its token, if there is one."""
    return known.get(token) or kind(*state, token)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Dim:
    """A size that stays a letter, at least 1; two dimensions of one name are different unless they are one object."""

    name: str
    tex: str = ""
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name or self.name.split() != [self.name]:
            raise ShapeError("a size needs a name in one word, such as Dim('n'); {this} is none", this=repr(self.name))
        object.__setattr__(self, "token", self.token or token(self.name))
        known.add(self.token, self)

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (Dim, self.token, self.name, self.tex)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Index:
    """A letter that runs over a dimension from 0; arithmetic on it (`2 * i + k - 1`) gives a `Place`."""

    name: str
    dim: Dim
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise ShapeError("an index is called by a letter, as in Index('i', n), not by {this}", this=repr(self.name))
        if not isinstance(self.dim, Dim):
            raise ShapeError(
                "the index {this} runs over a Dim, such as Dim('n'), not over {dim}", this=self.name, dim=repr(self.dim)
            )
        object.__setattr__(self, "token", self.token or token(self.name))
        known.add(self.token, self)

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (Index, self.token, self.name, self.dim)

    def __str__(self) -> str:
        return self.name

    def fresh(self) -> Index:
        """Another index of the same name and dimension."""
        return Index(self.name, self.dim)

    def __add__(self, other: Index | Place | int) -> Place:
        return place(self) + other

    __radd__ = __add__

    def __sub__(self, other: Index | Place | int) -> Place:
        return place(self) - other

    def __rsub__(self, other: Index | Place | int) -> Place:
        return place(other) - self

    def __neg__(self) -> Place:
        return -place(self)

    def __mul__(self, factor: int) -> Place:
        return place(self) * factor

    __rmul__ = __mul__


@dataclass(frozen=True, slots=True)
class Place:
    """An affine map of indices, such as `2 o + k - 1`: whole multiples of indices and of sizes, and a whole number.

    A tensor that is read at a place outside its shape is 0 there: that is what padding with zeros means.
    """

    parts: tuple[tuple[Index, int], ...]
    constant: int = 0
    sizes: tuple[tuple[Dim, int], ...] = ()

    @property
    def indices(self) -> frozenset[Index]:
        """The indices that it depends on."""
        return frozenset(i for i, _ in self.parts)

    def __add__(self, other: Index | Place | int) -> Place:
        other = place(other)
        return Place(
            _merged((*self.parts, *other.parts)), self.constant + other.constant, _merged((*self.sizes, *other.sizes))
        )

    __radd__ = __add__

    def __neg__(self) -> Place:
        return self * -1

    def __sub__(self, other: Index | Place | int) -> Place:
        return self + -place(other)

    def __rsub__(self, other: Index | Place | int) -> Place:
        return place(other) - self

    def __mul__(self, factor: int) -> Place:
        if not isinstance(factor, int):
            raise ShapeError(
                "a place is made of whole multiples of indices, such as 2 * i + 1, not of {factor}", factor=repr(factor)
            )
        if not factor:
            return Place(())
        return Place(
            tuple((i, factor * c) for i, c in self.parts),
            factor * self.constant,
            tuple((d, factor * c) for d, c in self.sizes),
        )

    __rmul__ = __mul__

    def rename(self, new: dict[Index, Index | Place]) -> Place:
        """The map with other indices, or maps, for some of its indices."""
        found = Place((), self.constant, self.sizes)
        for i, c in self.parts:
            found += place(new.get(i, i)) * c
        return found

    @property
    def token(self) -> str:
        """The key under the indices' own names."""
        return self.key({})

    def key(self, names: dict[Index, str]) -> str:
        """A text that is equal for equal maps."""
        parts = sorted(f"{c}*{names.get(i, i.token)}" for i, c in self.parts)
        sizes = sorted(f"{c}*|{d.token}|" for d, c in self.sizes)
        return "+".join((*parts, *sizes, str(self.constant)))

    def __str__(self) -> str:
        parts = [*((c, i.name) for i, c in self.parts), *((c, d.name) for d, c in self.sizes)]
        words = [f"{'-' if c < 0 else '+'}{'' if abs(c) == 1 else abs(c)}{name}" for c, name in parts]
        words += [f"{self.constant:+d}"] if self.constant or not words else []
        return "".join(words).removeprefix("+")


def place(what: Index | Place | int) -> Place:
    """An index or a whole number as a place."""
    if isinstance(what, Place):
        return what
    if not isinstance(what, Index | int):
        raise ShapeError(
            "{this} is no place; write an index, a whole number, or a map such as 2 * i + k - 1", this=repr(what)
        )
    return Place(((what, 1),)) if isinstance(what, Index) else Place((), what)


def twins(one: Dim, other: Dim) -> Message:
    """What an error adds where two dimensions are told apart by nothing that a reader sees."""
    if one.name != other.name:
        return message("")
    return message(
        "there are two dimensions called {dim}; make Dim({name}) once and use it twice",
        dim=one.name,
        name=repr(one.name),
    )


def length(dim: Dim) -> Place:
    """The size of a dimension as a place: `length(n) - 1 - k` runs backwards."""
    return Place((), 0, ((dim, 1),))


def slot(where: Index | Place, dim: Dim) -> Index | Place:
    """A place in a dimension, as a plain index where it is one of that dimension."""
    if isinstance(where, Place) and len(where.parts) == 1 and not where.constant and not where.sizes:
        i, c = where.parts[0]
        return i if c == 1 and i.dim == dim else where
    return where


def _merged(parts: tuple[tuple[Any, int], ...]) -> tuple[Any, ...]:
    found: dict[Any, int] = {}
    for what, c in parts:
        found[what] = found.get(what, 0) + c
    return tuple(sorted(((w, c) for w, c in found.items() if c), key=lambda p: p[0].token))
