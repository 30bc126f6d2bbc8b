"""Convolutions of channels and attention among a user's arrays, whatever their layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import permutations, product
from typing import Any

import numpy as np

from symgrad.testing.diagnosis.weigh import Array
from symgrad.testing.models.attention import Attention
from symgrad.testing.models.channels import Convolution2D
from symgrad.testing.models.lent import Lent

Leaves = dict[str, Array]
How = Callable[[Array], Array]  # moves entries
Roles = dict[str, tuple[str, How]]

HIDDEN = ("identity", "relu", "tanh", "sigmoid")
STRIDES = (1, 2, 3)
MATRIX = 2
MOST = 12  # arrays that are tried, those in reach of the function among them


def named(leaves: Leaves, data: Sequence[Array]) -> Leaves:
    """The parameters, and under names of their own the nearest other arrays."""
    return {**leaves, **{f"array {n}": v for n, v in enumerate(data[: max(MOST - len(leaves), 4)])}}


def lent(
    kind: Any,
    roles: Roles,
    leaves: Leaves,
    data: Leaves,
    *,
    written: How,
    wanted: Sequence[Array],
) -> Iterator[Lent]:
    """The model with each array of `wanted` as its targets that has the shape of its output."""
    own = {role: place for role, place in roles.items() if place[0] in leaves}
    fixed = {role: np.zeros(v.shape) for role, v in kind.params.items() if role not in roles}
    fixed |= {role: np.asarray(how(data[path])) for role, (path, how) in roles.items() if path not in leaves}
    places = written(np.arange(np.prod(kind.y.shape, dtype=int)).reshape(kind.y.shape))
    for y in wanted:
        if y.shape == places.shape:
            targets = np.empty(kind.y.shape)
            targets.ravel()[places.ravel()] = y.ravel()
            yield Lent(kind, own, leaves, {**fixed, "y": targets}, written=written)


INPUTS = ("nchw", "nhwc", "nhw", "chw", "hwc", "ncw", "nwc", "hw", "cw", "wc", "nw", "w")  # n examples, c channels
KERNELS = ("fchw", "hwcf", "fhw", "chw", "fcw", "wcf", "hw", "cw", "fw", "w")  # f filters


def axes(v: Array, own: str, wanted: str) -> Array:
    """The axes `own` of an array in the order of `wanted`, with one of length 1 for each that it does not have."""
    present = [k for k in wanted if k in own]
    turned = np.transpose(v, [own.index(k) for k in present])
    return np.expand_dims(turned, [n for n, k in enumerate(wanted) if k not in own])


def without(v: Array, own: str, wanted: str) -> Array:
    """The other way round: of the axes `own` those in `wanted` are left, in its order."""
    left = v[tuple(slice(None) if k in wanted else 0 for k in own)]
    present = [k for k in own if k in wanted]
    return np.asarray(np.transpose(left, [present.index(k) for k in wanted]))


def images(leaves: Leaves, data: Sequence[Array], wanted: Sequence[Array]) -> Iterator[Lent]:
    """Readings as an input, kernels and perhaps biases of a convolution."""
    everything = named(leaves, data)
    for x, w, b in permutations([*everything, ""], 3):
        if not x or not w or not leaves.keys() <= {x, w, b}:
            continue
        for own, kernels in product(INPUTS, KERNELS):
            fit = everything[x].ndim == len(own) and everything[w].ndim == len(kernels)
            if fit and {"c", "h"} & set(own) == {"c", "h"} & set(kernels):
                for kind, roles in convolutions(everything, (x, w, b), own, kernels):
                    for out in outputs(own, kind.filters):
                        written = partial(without, own="nchw", wanted=out)
                        yield from lent(kind, roles, leaves, everything, written=written, wanted=wanted)


def outputs(own: str, filters: int) -> set[str]:
    """How the output of an input may lie: with as many axes, with one more for the filters, or with none for one."""
    n = "n" * ("n" in own)
    same = own if "c" in own else f"{n}c{own.removeprefix(n)}"
    return {same, same.replace("c", "")} if filters == 1 else {same}


def convolutions(
    arrays: Leaves, chosen: tuple[str, str, str], own: str, kernels: str
) -> Iterator[tuple[Convolution2D, Roles]]:
    """The convolutions of an input with kernels and biases that lie so."""
    x, w, b = chosen
    image, kernel = partial(axes, own=own, wanted="nchw"), partial(axes, own=kernels, wanted="fchw")
    (n, c, *size), (f, k, *widths) = image(arrays[x]).shape, kernel(arrays[w]).shape
    if c != k or (b and arrays[b].size != f):
        return
    tall = "h" in own
    for turned, stride, pad, hidden in product((False, True), STRIDES, range(max(widths)), HIDDEN):
        strides, pads = (stride if tall else 1, stride), (pad if tall else 0, pad)
        kind = Convolution2D((size[0], size[1]), (widths[0], widths[1]), strides, pads, c, f, n, hidden)
        how = partial(flipped, how=kernel) if turned else kernel
        if min(kind.places) > 0:
            yield kind, {"x": (x, image), "w": (w, how)} | ({"b": (b, np.ravel)} if b else {})


def flipped(v: Array, how: How) -> Array:
    """The kernels turned by 180 degrees, of a convolution as mathematics means it."""
    return how(v)[:, :, ::-1, ::-1]


def attentions(leaves: Leaves, data: Sequence[Array], wanted: Sequence[Array]) -> Iterator[Lent]:
    """Readings as queries, keys and values."""
    everything = named(leaves, data)
    flat = [path for path, v in everything.items() if v.ndim == MATRIX]
    for chosen, how, scaled in product(permutations(flat, 3), (np.asarray, np.transpose), (True, False)):
        (n, d), (m, e), (k, w) = (how(everything[path]).shape for path in chosen)
        if leaves.keys() <= set(chosen) and d == e and m == k:
            roles: Roles = {role: (path, how) for role, path in zip("QKV", chosen, strict=True)}
            yield from lent(Attention(n, m, d, w, scaled), roles, leaves, everything, written=how, wanted=wanted)
