"""Cells of recurrent networks among a user's arrays, one step of them or through time, whatever their layout."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import permutations, product
from typing import TYPE_CHECKING

import numpy as np

from symgrad.testing.diagnosis.arranged import How, Leaves, Roles, lent, named
from symgrad.testing.models.cell import LSTM
from symgrad.testing.models.gru import GRU
from symgrad.testing.models.recurrent import Plain, Recurrent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from symgrad.testing.diagnosis.weigh import Array
    from symgrad.testing.models.gated import Cell
    from symgrad.testing.models.lent import Lent

MATRIX = 2
FEWEST = 2  # times
FAMILIES: tuple[tuple[Cell, ...], ...] = (  # cells with the same parameters
    tuple(Plain(hidden=name) for name in ("tanh", "sigmoid", "relu", "identity", "softplus")),
    tuple(GRU(reset=reset, update=update) for reset in ("after", "before") for update in ("old", "new")),
    (LSTM(),),
)
ROWS: dict[int, tuple[tuple[How, How], ...]] = {
    1: ((lambda v: v[None], lambda v: v[0]),),
    2: ((np.asarray, np.asarray), (np.transpose, np.transpose)),
}  # how a state becomes rows of examples, and back


def cells(leaves: Leaves, data: Sequence[Array], wanted: Sequence[Array]) -> Iterator[Lent]:
    """Readings as one step: input and state among all the arrays, the other parameters its weights."""
    everything = named(leaves, data)
    for family in FAMILIES:
        letters = family[0].states
        for x, *state in permutations(everything, 1 + len(letters)):
            v, shapes = everything[x], {everything[path].shape for path in state}
            if len(shapes) > 1 or v.ndim != len(*shapes):
                continue
            for rows, back in ROWS.get(v.ndim, ()):
                (n, d), (m, k) = rows(v).shape, rows(everything[state[0]]).shape
                rest = {path: u for path, u in leaves.items() if path not in {x, *state}}
                own: Roles = {"x": (x, rows)} | {key: (path, rows) for key, path in zip(letters, state, strict=True)}
                for weights, biases in gates(rest, d, k, family[0]) if n == m else ():
                    for cell, (shown, written) in product(family, shown_as(letters, k, back)):
                        kind = replace(cell, inputs=d, units=k, batch=n, shown=shown, biases=biases)
                        yield from lent(kind, own | weights, leaves, everything, written=written, wanted=wanted)


def shown_as(letters: str, k: int, back: How) -> Iterator[tuple[str, How]]:
    """What of the state is shown, and how it lies: h alone, or h and c side by side or stacked."""
    yield "h", back
    for shown in ("hc", "ch") if "c" in letters else ():
        yield shown, back
        yield shown, lambda o: np.stack([back(o[:, :k]), back(o[:, k:])])


def gates(rest: Leaves, d: int, k: int, cell: Cell) -> Iterator[tuple[Roles, str]]:
    """Ways to read the rest as the weights of x and h and the biases, however the gates are spread over arrays.

    With each the letters of the biases: all may be of one kind, or half of them of the second.
    """
    count = len(cell.gates)
    for thin in thins(rest):
        wide = [path for path in rest if path not in thin]
        if sum(rest[path].size for path in wide) != count * k * (d + k):
            continue
        for turned, (of_x, of_h) in product((False, True), sides(wide, d, k)):
            places = [held(rest, *side, k, count, turned=turned) for side in (of_x, of_h)]
            for letters, found in biases(rest, thin, k, count) if all(places) else ():
                rows = [*zip((*cell.letters, *letters), (*places, *found), strict=True)]
                for order in permutations(cell.gates):
                    roles = {f"{key}{q}": at for key, four in rows for q, at in zip(order, four, strict=True)}
                    yield roles, letters or "b"


def thins(rest: Leaves) -> list[list[str]]:
    """Which arrays are biases: rows and columns may be weights as well."""
    vectors = [path for path, v in rest.items() if v.ndim < MATRIX]
    rows = [path for path, v in rest.items() if v.ndim < MATRIX or 1 in v.shape]
    return [rows] if rows == vectors else [rows, vectors]


Places = list[tuple[str, How]]  # for each gate
Side = tuple[list[str], slice, int]  # arrays, the columns in them, of how many


def biases(rest: Leaves, thin: list[str], k: int, count: int) -> Iterator[tuple[str, list[Places]]]:
    """The letters of the biases, and where they are."""
    if not thin:
        yield "", []
    half = len(thin) // 2
    splits = ([thin], [thin[:half], thin[half:]], [thin[::2], thin[1::2]])
    for parts in splits[: 3 if half > 1 else 2]:
        found: list[Places] = [
            [(path, partial(part, at=n, k=k)) for path in paths for n in range(0, rest[path].size, k)]
            for paths in parts
        ]
        if all(len(places) == count for places in found) and all(rest[path].size % k == 0 for path in thin):
            yield "bd"[: len(parts)], found


def sides(wide: list[str], d: int, k: int) -> Iterator[tuple[Side, Side]]:
    """Which arrays hold the weights of x, and which those of h: the same ones side by side, or each their own."""
    yield (wide, slice(0, d), d + k), (wide, slice(d, d + k), d + k)
    yield (wide, slice(k, d + k), d + k), (wide, slice(0, k), d + k)
    half = len(wide) // 2
    for one, other in {tuple(wide[:half]): wide[half:], tuple(wide[::2]): wide[1::2]}.items():
        yield ([*one], slice(0, d), d), (other, slice(0, k), k)
        yield (other, slice(0, d), d), ([*one], slice(0, k), k)


def held(  # noqa: PLR0917 - a side is three of them
    rest: Leaves, side: list[str], columns: slice, width: int, k: int, count: int, *, turned: bool
) -> Places:
    """Where the weights of each gate are; nowhere if an array has not the shape for that."""
    places: Places = []
    for path in side:
        shape = (rest[path].T if turned else rest[path]).shape
        if len(shape) != MATRIX or shape[1] != width or shape[0] % k:
            return []
        rows = [slice(n, n + k) for n in range(0, shape[0], k)]
        places += [(path, partial(cut, rows=at, columns=columns, turned=turned)) for at in rows]
    return places if len(places) == count else []


def cut(v: Array, rows: slice, columns: slice, *, turned: bool) -> Array:
    """A part of a matrix."""
    return (v.T if turned else v)[rows, columns]


def part(v: Array, at: int, k: int) -> Array:
    """A part of a vector."""
    return np.ravel(v)[at : at + k]


TIMES: dict[int, tuple[tuple[How, How, How], ...]] = {
    1: ((lambda v: v[:, None, None], lambda o: o[:, 0], lambda o: o[0]),),
    2: (
        (lambda v: v[:, None], lambda o: o[:, 0], lambda o: o[0]),
        (lambda v: v[:, :, None], np.asarray, np.asarray),
        (lambda v: v.T[:, :, None], lambda o: o.swapaxes(0, 1), np.asarray),
    ),
    3: ((np.asarray, np.asarray, np.asarray), (lambda v: v.swapaxes(0, 1), lambda o: o.swapaxes(0, 1), np.asarray)),
}  # how an input becomes times, examples and numbers; how all outputs go back, and how those of the last time


def sequences(leaves: Leaves, data: Sequence[Array], wanted: Sequence[Array]) -> Iterator[Lent]:
    """Readings as a recurrent network: an input, perhaps the first state, perhaps an output layer, and a cell."""
    everything = named(leaves, data)
    everything |= one_hot(leaves, everything)
    targets = [*wanted, *(v for path, v in everything.items() if path.endswith(ONE_HOT))] if data else wanted
    for (path, v), family in product(everything.items(), FAMILIES):
        for rows, *back in TIMES.get(v.ndim, ()):
            times, batch, inputs = rows(v).shape
            for first, units in starts(everything, family[0].states, batch) if times >= FEWEST else ():
                used = {path, *(p for p, _ in first.values())}
                rest = {p: u for p, u in leaves.items() if p not in used}
                for outputs, k, roles, letters in networks(rest, inputs, family[0], units):
                    chosen = roles | first | {"x": (path, rows)}
                    for cell in family:
                        kind = Recurrent(inputs, k, outputs, times, batch=batch, cell=replace(cell, biases=letters))
                        kind = replace(kind, hidden=getattr(cell, "hidden", kind.hidden))
                        yield from judged(kind, chosen, leaves, everything, back, targets)


ONE_HOT = " one-hot"


def one_hot(leaves: Leaves, arrays: Leaves) -> Leaves:
    """Numbers of classes as rows of 0 and 1, for every number of classes that an array's size suggests."""
    sizes = sorted({n for v in leaves.values() for n in v.shape})
    return {
        f"{path}, {n}{ONE_HOT}": np.eye(n)[v]
        for path, v in arrays.items()
        for n in sizes
        if v.dtype.kind in "iu" and v.ndim <= MATRIX and v.min() >= 0 and v.max() < n
    }


def starts(everything: Leaves, letters: str, batch: int) -> Iterator[tuple[Roles, int]]:
    """The first states, of zeros or among the arrays, and the number of units that they have."""
    yield {}, 0
    rows: dict[str, How] = {
        path: np.atleast_2d for path, v in everything.items() if v.ndim <= MATRIX and np.atleast_2d(v).shape[0] == batch
    }
    for count in range(1, len(letters) + 1):
        for chosen in permutations(rows, count):
            sizes = {(everything[path].shape or (0,))[-1] for path in chosen}
            if len(sizes) == 1:
                in_order = sorted(letters, reverse=True)  # h before c
                yield {f"{q}0": (p, rows[p]) for q, p in zip(in_order, chosen, strict=False)}, *sizes


def networks(rest: Leaves, d: int, cell: Cell, units: int) -> Iterator[tuple[int, int, Roles, str]]:
    """How many outputs and units, where V, c and the cell's weights are, and the letters of its biases."""
    for outputs, width, head in heads(rest):
        used = {path for path, _ in head.values()}
        left = {path: v for path, v in rest.items() if path not in used}
        sizes = {
            v.shape[axis] // count for v in left.values() for axis in range(v.ndim) for count in (1, len(cell.gates))
        }
        for k in sorted({width or units} if width or units else sizes - {0}):
            if (width or k) == (units or k):
                yield from ((outputs, k, head | roles, letters) for roles, letters in gates(left, d, k, cell))


def heads(rest: Leaves) -> Iterator[tuple[int, int, Roles]]:
    """How many outputs, of how many units, and where V and c are; first that there is no output layer."""
    yield 0, 0, {}
    turns: tuple[How, ...] = (np.atleast_2d, np.transpose)
    for path, how in product((p for p, v in rest.items() if 0 < v.ndim <= MATRIX), turns):
        outputs, *units = how(rest[path]).shape
        for bias in (p for p, v in rest.items() if p != path and v.size == outputs and units):
            yield outputs, *units, {"V": (path, how), "c": (bias, np.ravel)}
        if units:
            yield outputs, *units, {"V": (path, how)}


def judged(  # noqa: PLR0917 - what `lent` takes, and the ways back
    kind: Recurrent, roles: Roles, leaves: Leaves, everything: Leaves, back: Sequence[How], wanted: Sequence[Array]
) -> Iterator[Lent]:
    """The networks with a loss at all times or at the last, and the targets that suit it."""
    for last, way in zip((False, True), back, strict=True):
        for loss, suits in LOSSES.items():
            judge, targets = replace(kind, last=last, loss=loss), [v for v in wanted if suits(v)]
            yield from lent(judge, roles, leaves, everything, written=way, wanted=targets)
            if kind.outputs == 1:
                yield from lent(judge, roles, leaves, everything, written=partial(alone, way=way), wanted=targets)


LOSSES: dict[str, Callable[[Array], bool]] = {
    "half_squared_error": lambda _: True,
    "cross_entropy": lambda y: y.ndim > 0 and y.shape[-1] > 1 and bool(np.allclose(y.sum(axis=-1), 1)),
    "binary_cross_entropy": lambda y: bool(np.any(y) and np.all((y >= 0) & (y <= 1))),
}  # and which targets suit them


def alone(o: Array, way: How) -> Array:
    """A single output, without an axis for it."""
    return way(o)[..., 0]
