"""Parameters in dicts, lists and tuples: taken apart into named arrays, and put together again."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.calling import real, whole
from symgrad.core import FunctionShapeError, FunctionTypeError, NoPointsError
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.checker.calling import Guarded
    from symgrad.checker.difference import Array
    from symgrad.checker.watch import Watch


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """Parameters as one flat vector; `model` has the containers, `paths` and `shapes` one entry for each array."""

    model: Any
    paths: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    values: Array

    @property
    def starts(self) -> list[int]:
        """Where each array begins in the vector, and the end."""
        return list(accumulate((math.prod(s) for s in self.shapes), initial=0))

    def built(self, values: Array) -> Any:
        """The containers with fresh arrays of these values."""
        starts = self.starts
        leaves = (
            values[a:b].reshape(shape).copy() for a, b, shape in zip(starts[:-1], starts[1:], self.shapes, strict=True)
        )
        return rebuilt(self.model, leaves)

    def offered(self, function: Guarded, dtype: Any = float) -> Any:
        """What a function returns for the parameters; that it changes them is noted."""
        values = self.values.astype(dtype)
        given = self.built(values)
        found = function.called(given)
        left = [np.ravel(leaf) for _, leaf in leaves_of(given, "", self.model)]
        if not np.array_equal(np.concatenate([np.empty(0), *left]), values, equal_nan=True):
            told = message("{name} changes its input in place; it was given copies", name=function.name)
            function.watch.note(f"{function.name} changes", told)
        return found

    def entry(self, place: int) -> tuple[str, tuple[int, ...]]:
        """The path of the array and the index of the entry at a place of the vector."""
        starts = self.starts
        n = bisect_right(starts, place) - 1
        return self.paths[n], tuple(int(i) for i in np.unravel_index(place - starts[n], self.shapes[n]))

    def matched(self, name: str, other: Any, watch: Watch) -> tuple[Array, Any]:
        """The numbers of a tree of the same shape as one vector, and their type; FunctionShapeError if it is not."""
        found = dict(leaves_of(other, "", self.model))
        absent = [p for p in self.paths if p not in found]
        beyond = [p for p in found if p not in self.paths]
        if absent or beyond:
            told = message("has {path}, which is no parameter", path=shown(beyond[0])) if beyond else message("")
            told = message("has nothing for {path}", path=shown(absent[0])) if absent else told
            raise FunctionShapeError(name, told, "return one array for each parameter, in the same containers")
        arrays = []
        for path, shape in zip(self.paths, self.shapes, strict=True):
            array = real(found[path], name, watch)
            if array.shape != shape:
                told = message(
                    "has shape {got} for {path}, which has shape {shape}",
                    got=str(array.shape),
                    path=shown(path),
                    shape=str(shape),
                )
                if array.shape == shape[::-1]:
                    told = message("{told} (is it transposed?)", told=told)
                raise FunctionShapeError(name, told, "return an array of the parameter's own shape")
            whole(name, array.dtype, array, watch)
            arrays.append(array)
        floats = [a.dtype for a in arrays if a.dtype.kind == "f"]
        kind = np.result_type(*floats) if floats else np.dtype(float)
        return np.concatenate([a.ravel().astype(kind) for a in arrays]), kind


def tree(parameters: Any, watch: Watch) -> Tree:
    """The parameters taken apart; numbers count as arrays without dimensions."""
    leaves = list(leaves_of(parameters, "", parameters))
    verbs = [message("is", context="a value") if path else message("are", context="values") for path, _ in leaves]
    arrays = [real(leaf, shown(path), watch, verb) for (path, leaf), verb in zip(leaves, verbs, strict=True)]
    for (path, _), verb, array in zip(leaves, verbs, arrays, strict=True):
        if not np.isfinite(array).all():
            raise FunctionTypeError(
                shown(path), message("{verb} not finite everywhere", verb=verb), "begin from finite parameters"
            )
    if not sum(a.size for a in arrays):
        raise NoPointsError("there are no parameters to check; hand in at least one array that is not empty")
    values = np.concatenate([a.ravel().astype(float) for a in arrays])
    return Tree(parameters, tuple(p for p, _ in leaves), tuple(a.shape for a in arrays), values)


def leaves_of(node: Any, path: str, like: Any) -> Iterator[tuple[str, Any]]:
    """Every array with its path, W1 or layers[0].bias; what counts as a container is read off `like`."""
    if isinstance(like, dict) and isinstance(node, dict):
        for key, part in node.items():
            yield from leaves_of(part, f"{path}.{key}" if path else str(key), like.get(key, part))
    elif listed(like) and (isinstance(node, tuple | list) or (isinstance(node, np.ndarray) and node.ndim)):
        for n, part in enumerate(node):
            yield from leaves_of(part, f"{path}[{n}]", like[n] if n < len(like) else part)
    else:
        yield path, node


def listed(node: Any) -> bool:
    """Whether it is a sequence of parameters; a list of numbers is an array written out."""
    return isinstance(node, tuple) or (isinstance(node, list) and any(nested(part) for part in node))


def nested(part: Any) -> bool:
    """Whether a list that holds it is a container, and not an array written out."""
    return isinstance(part, dict | tuple | list) or np.ndim(part) > 0


def rebuilt(model: Any, leaves: Iterator[Any]) -> Any:
    """The containers of `model` with other leaves, in order."""
    if isinstance(model, dict):
        return {key: rebuilt(part, leaves) for key, part in model.items()}
    if isinstance(model, tuple) and hasattr(model, "_fields"):
        return type(model)(*(rebuilt(part, leaves) for part in model))
    if listed(model):
        return type(model)(rebuilt(part, leaves) for part in model)
    return next(leaves)


def shown(path: str) -> str:
    """The path, or words for a bare array."""
    return path or "the parameters"
