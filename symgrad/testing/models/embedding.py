"""Rows of a table, looked up by numbers, in front of another model; and the mistakes on the way back to the table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from symgrad.testing.models.given import Given, Layout, moved
from symgrad.testing.models.model import Array, Arrays, Backward, Fault, HalfSquared, Layers, Textbook, drawn, prefixed
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Mapping

Way = Literal["rows", "merged", "sum", "flat"]


@dataclass(frozen=True, eq=False)
class Lookup:
    """The rows of a table at `index`, each times its weight: 0 for padding, 1/m for a mean of m.

    `way` is what becomes of those of one example: they stay rows, are examples each, are summed, or lie side by side.
    """

    index: Array
    weights: Array
    way: Way = "rows"

    def rows(self, table: Array) -> Array:
        """What the model behind gets."""
        v = table[self.index] * self.weights[..., None]
        if self.way == "sum":
            return np.asarray(v.sum(axis=1))
        return v if self.way == "rows" else v.reshape(v.shape[0] if self.way == "flat" else self.index.size, -1)

    def spread(self, by_rows: Array, width: int) -> Array:
        """The gradient by each row that was looked up, before its weight."""
        shape = (*self.index.shape, width)
        return np.broadcast_to(by_rows[:, None], shape) if self.way == "sum" else by_rows.reshape(shape)


class LookupPass(Backward):
    """The way back to the table."""

    def __init__(self, lookup: Lookup, like: Array, fault: Fault | None, where: Layers) -> None:
        super().__init__(fault, where)
        self.lookup, self.like = lookup, like

    def back(self, by_rows: Array) -> Array:
        """The gradient by the table."""
        values = self.lookup.spread(by_rows, self.like.shape[1])
        return np.asarray(self.do("scattered", values * self.do("row_weights")[..., None]))

    def row_weights(self) -> Array:
        """What each row was multiplied by."""
        return self.lookup.weights

    def scattered(self, values: Array) -> Array:
        """Each row's gradient added to its place in the table."""
        out = np.zeros(self.like.shape)
        np.add.at(out, self.lookup.index, values)
        return out

    def assigned(self, values: Array, together: int) -> Array:
        """Each row's gradient put in its place, so that the last one stays; parts of that many are added up."""
        out, index = np.zeros(self.like.shape), self.lookup.index
        order = np.arange(index.size).reshape(index.shape).T.ravel()
        for part in np.split(order, index.size // together if together else 1):
            one = np.zeros(self.like.shape)
            for n in part.tolist():
                one[index.ravel()[n]] = values.reshape(-1, values.shape[-1])[n]
            out += one
        return out


def in_rows(p: LookupPass) -> LookupPass:
    """The same with tokens for examples and examples for tokens."""
    return LookupPass(replace(p.lookup, index=p.lookup.index.T), p.like, None, None)


def one_token(p: LookupPass, values: Array, place: int) -> Array:
    """The gradient of one token of each example; a ValueError where an example is one token."""
    if p.lookup.index.ndim < values.ndim - 1 or p.lookup.index.ndim == 1:
        raise ValueError
    only = np.zeros_like(values)
    only[:, place] = values[:, place]
    return p.scattered(only)


def without_row(found: Array, row: int) -> Array:
    """A row of the table gets nothing."""
    found[row] = 0
    return found


fault = partial(prefixed, "embedding")
ADD = "add at the place of each number: np.add.at(dE, index, d), or dE += onehot.T @ d"

FAULTS = (
    *(
        fault(
            "assigned",
            "a row that is looked up several times gets one of its gradients only: they are assigned, not added",
            ADD,
            "scattered",
            becomes,
        )
        for becomes in (
            lambda p, v: p.assigned(v, 0),
            lambda p, v: in_rows(p).assigned(v.swapaxes(0, 1) if v.ndim > 2 else v, 0),  # noqa: PLR2004 - tokens
            lambda p, v: p.assigned(v, len(p.lookup.index)),
        )
    ),
    fault(
        "averaged",
        "the gradients of a row that is looked up several times are averaged, not added",
        ADD,
        "scattered",
        lambda p, v: (
            p.scattered(v) / np.maximum(np.bincount(p.lookup.index.ravel(), minlength=len(p.like)), 1)[:, None]
        ),
    ),
    fault(
        "padding-not-masked",
        "the padding gets a gradient, which the forward pass masks",
        "multiply by the mask on the way back, too",
        "row_weights",
        lambda p: np.full(p.lookup.weights.shape, p.lookup.weights.max()),
    ),
    *(
        fault(
            "padding-masked",
            "the row of the padding gets no gradient, but the forward pass uses it",
            "mask the padding in both passes, or in neither",
            "scattered",
            lambda p, v, row=row: without_row(p.scattered(v), row),
        )
        for row in (0, -1)
    ),
    *(
        fault(
            f"{which}-token-only",
            says,
            "each token of an example goes into its sum: each gets a gradient",
            "scattered",
            lambda p, v, place=place: one_token(p, v, place),
        )
        for which, place, says in (
            ("first", 0, message("only the first token of each example gets a gradient")),
            ("last", -1, message("only the last token of each example gets a gradient")),
        )
    ),
)


@dataclass(frozen=True, eq=False)
class LookedUp:
    """A model whose input, the array `path`, is looked up in a table of that name; `leaves` has the table."""

    inner: Any
    path: str
    lookup: Lookup
    leaves: dict[str, Array]

    @property
    def params(self) -> dict[str, Array]:
        """The user's arrays."""
        return self.leaves

    @property
    def x(self) -> Array:
        """The numbers that are looked up."""
        return self.lookup.index

    @property
    def y(self) -> Array:
        """The targets."""
        return np.asarray(self.inner.y)

    @property
    def layers(self) -> int:
        """Those of the model behind."""
        return int(self.inner.layers)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with the model behind and with the table."""
        return (*FAULTS, *self.inner.faults)

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        index = self.lookup.index
        return {**self.inner.counts, **({"m, the number of tokens": index.shape[1]} if index.ndim > 1 else {})}

    def behind(self, leaves: Mapping[str, Array]) -> dict[str, Array]:
        """The arrays of the model behind."""
        return {**leaves, self.path: self.lookup.rows(leaves[self.path])}

    def value(self, params: Mapping[str, Array]) -> float:
        """The loss."""
        return float(self.inner.value(self.behind(params)))

    def gradients(self, fault: Fault | None = None, where: Layers = None) -> dict[str, Array]:
        """The gradient by each of the user's arrays, right or with one fault."""
        found = self.inner.gradients(fault, where)
        back = LookupPass(self.lookup, self.leaves[self.path], fault, where).back(found[self.path])
        return {**found, self.path: back}

    def varied(self, seed: int, *, sizes: bool = True) -> LookedUp:
        """Other parameters; the data stay, and with them the sizes."""
        del sizes
        return self.at(moved(self.leaves, seed))

    def at(self, leaves: dict[str, Array]) -> LookedUp:
        """The same at other parameters."""
        return replace(self, leaves=leaves, inner=replace(self.inner, leaves=self.behind(leaves)))

    def pulled(self, cotangent: Array) -> LookedUp:
        """The same with another cotangent."""
        return replace(self, inner=self.inner.pulled(cotangent))


@dataclass(frozen=True)
class Itself(HalfSquared):
    """x itself is the output, J = 1/2 the sum of (x - y)^2: what is behind a table alone."""

    shape: tuple[int, ...] = ()

    @cached_property
    def params(self) -> dict[str, Array]:
        """The input."""
        return {"x": np.zeros(self.shape)}

    @cached_property
    def y(self) -> Array:
        """The targets."""
        return np.zeros(self.shape)

    faults = ()
    title = ""

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return {"n, the number of examples": self.shape[0]}

    def output(self, params: Arrays) -> Array:
        """What it computes."""
        return params["x"]

    def gradients(self, fault: Fault | None = None, where: Layers = None) -> dict[str, Array]:
        """The error."""
        del fault, where
        return {"x": self.params["x"] - self.y}


@dataclass(frozen=True)
class Embedding(Textbook):
    """softmax(W e + b), e the mean of the rows of E that an example's numbers name; J = the mean cross entropy.

    `x` are the numbers, of the shape (batch, length). `pooled` may also be "sum", or "flat" for rows side by side. With
    `padding` the number 0 stands for no token: its row counts 0.
    """

    tokens: int = 5
    width: int = 3
    length: int = 4
    outputs: int = 3
    batch: int = 3
    pooled: Literal["mean", "sum", "flat"] = "mean"
    padding: bool = False
    seed: int = 0

    @cached_property
    def looked_up(self) -> LookedUp:
        """The table, in front of a layer."""
        rng, wide = np.random.default_rng(self.seed), self.width * (self.length if self.pooled == "flat" else 1)
        leaves = {
            "E": drawn(rng, self.tokens, self.width),
            "W": drawn(rng, self.outputs, wide, width=0.7),
            "b": drawn(rng, self.outputs, width=0.3),
        }
        index = rng.integers(0, self.tokens, (self.batch, self.length))
        weights = np.where(index > 0, 1.0, 0.0 if self.padding else 1.0) / (self.length if self.pooled == "mean" else 1)
        lookup = Lookup(index, weights, "flat" if self.pooled == "flat" else "sum")
        layout = Layout(("W",), ("b",), data="E")
        y = np.eye(self.outputs)[rng.integers(0, self.outputs, self.batch)]
        inner = Given(layout, leaves, y, y, "identity", "softmax", "cross_entropy", 1 / self.batch)
        return LookedUp(inner, "E", lookup, leaves).at(leaves)

    @property
    def params(self) -> dict[str, Array]:
        """E, W and b."""
        return self.looked_up.params

    @property
    def x(self) -> Array:
        """The numbers."""
        return self.looked_up.x

    @property
    def y(self) -> Array:
        """The targets, a row for each example."""
        return self.looked_up.y

    @property
    def faults(self) -> tuple[Fault, ...]:
        """The mistakes that are made with a table, and with a layer."""
        return self.looked_up.faults

    @property
    def counts(self) -> dict[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return self.looked_up.counts

    def value(self, params: Arrays) -> float:
        """The loss of the batch."""
        return self.looked_up.value(params)

    def gradients(self, fault: Fault | None = None, where: Layers = None) -> dict[str, Array]:
        """The gradient by each parameter, right or with one fault."""
        return self.looked_up.gradients(fault, where)

    def varied(self, seed: int, *, sizes: bool = True) -> Embedding:
        """Other numbers; other sizes too, unless they are to stay."""
        other = replace(self, seed=self.seed + 101 * seed)
        if not sizes:
            return other
        tokens, length, batch = self.tokens + seed, self.length + seed, self.batch + 2 * seed
        return replace(other, tokens=tokens, length=length, batch=batch)
