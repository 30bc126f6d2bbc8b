"""Named tensors: inputs, and names that stand for a value."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from symgrad.indexed.atoms import Ref, Slot
from symgrad.indexed.expr import Expr, expr, never_negative, one
from symgrad.indexed.names import Dim, Index, Place, ShapeError, token


class Tensor:
    """A tensor of the given dimensions: an input, or a name for `body`.

    `body` is `(indices, value)`: z = Tensor("z", (n,), body=((i,), total(j, W[i, j] * x[j]))). A name stays a name in
    every expression until a step, or a proof, looks inside. `depends` makes an unknown function of other tensors:
    a loss of which nothing is known but that it depends on the next layer. `positive` says that every entry of an
    input is; of a name that is seen from its value.
    """

    def __init__(
        self,
        name: str,
        dims: tuple[Dim, ...] | list[Dim] | Dim = (),
        *,
        body: tuple[Any, Any] | None = None,
        depends: tuple[Tensor, ...] = (),
        positive: bool = False,
        tex: str = "",
    ) -> None:
        self.name, self.tex, self.depends = name, tex, tuple(depends)
        self.dims = (dims,) if isinstance(dims, Dim) else tuple(dims)
        self.token = token(name)
        self.body = self._body(*body) if body is not None else None
        self.positive = never_negative(self.body[1]) if self.body else positive

    def _body(self, indices: Any, value: Any) -> tuple[tuple[Index, ...], Expr]:
        """The definition, its indices checked against the shape."""
        letters = (indices,) if isinstance(indices, Index) else tuple(indices)
        self._fits(letters)
        value = expr(value)
        loose = value.free - set(letters)
        if loose:
            names = ", ".join(sorted(i.name for i in loose))
            raise ShapeError(
                f"the value of {self.name} depends on {names}; sum over it, or make it an index of the name"
            )
        return letters, value

    def _fits(self, indices: tuple[Slot, ...]) -> None:
        shape = f"({', '.join(d.name for d in self.dims)})"
        if len(indices) != len(self.dims):
            raise ShapeError(f"{self.name} has shape {shape}, so it takes {len(self.dims)} indices, not {len(indices)}")
        for number, (i, d) in enumerate(zip(indices, self.dims, strict=True), 1):
            if isinstance(i, Index) and i.dim != d:
                raise ShapeError(
                    f"index {number} of {self.name} runs over {d.name}, but {i.name} runs over {i.dim.name}; "
                    f"use an index of {d.name}, or transpose"
                )
            if not isinstance(i, Index | Place):
                raise ShapeError(
                    f"index {number} of {self.name} is {i!r}; use an Index, or a map such as 2 * i + k - 1"
                )

    def __getitem__(self, indices: Any) -> Expr:
        found = indices if isinstance(indices, tuple) else (indices,)
        self._fits(found)
        return one(Ref(self, found))

    def __call__(self) -> Expr:
        return self[()]

    def at(self, indices: tuple[Slot, ...]) -> Expr:
        """The value of a name at these indices."""
        if self.body is None:
            return self[indices]
        letters, value = self.body
        return value.rename(dict(zip(letters, indices, strict=True)))

    @cached_property
    def reach(self) -> frozenset[Tensor]:
        """The tensors that its value depends on, itself not among them."""
        direct = frozenset(self.depends) | (self.body[1].tensors if self.body else frozenset())
        return direct.union(*(t.reach for t in direct))

    @property
    def free(self) -> bool:
        """Whether it is an input: neither a name nor an unknown function."""
        return self.body is None and not self.depends

    def __repr__(self) -> str:
        return self.name
