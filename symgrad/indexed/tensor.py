"""Named tensors: inputs, and names that stand for a value."""

from __future__ import annotations

from functools import reduce
from itertools import count
from operator import or_
from typing import TYPE_CHECKING, Any

from symgrad.indexed.atoms import Ref, Slot, Where
from symgrad.indexed.expr import ZERO, Expr, expr, never_negative, one
from symgrad.indexed.names import Dim, Index, Place, ShapeError, known, length, token, twins
from symgrad.indexed.products import IndexedError
from symgrad.indexed.term import Lazy
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable

BODY = 2  # indices, and a value
_serials = count()


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
        if not isinstance(name, str):
            raise ShapeError("a tensor is called by a name, as in Tensor('W', (n, m)), not by {name}", name=repr(name))
        self.name, self.tex, self.depends = name, tex, tuple(depends)
        self.dims = (dims,) if isinstance(dims, Dim) else self._shape(dims)
        self.token = token(name)
        if body is not None and not (isinstance(body, tuple | list) and len(body) == BODY):
            raise ShapeError(
                "the value of {name} is told with its indices: body=((i,), x[i] + 1), or body=((), ...)", name=name
            )
        self.body = self._body(*body) if body is not None else None
        if self.body is None:
            self.positive = positive
        self._enter()

    @Lazy
    def positive(self) -> bool:
        """Whether no entry is negative: of an input that is told, of a name it is seen from its value."""
        return self.body is not None and never_negative(self.body[1])

    def _enter(self) -> None:
        """Take a number of its own in this process.

        `mentions` are the tensors that its value is written in, or that it is an unknown function of; `mask` has a bit
        for each that its value depends on.
        """
        self.serial = next(_serials)
        self._last: tuple[Any, Expr] = None, ZERO  # the value at the indices that were asked for last
        inside = self.body[1].tensors if self.body else frozenset[Tensor]()
        self.mentions: frozenset[Tensor] = inside.union(self.depends)
        self.risky: bool = bool(self.body and self.body[1].risky)
        self.mask: int = reduce(or_, (t.mask | (1 << t.serial) for t in self.mentions), 0)
        known.add(self.token, self)

    def _shape(self, dims: Any) -> tuple[Dim, ...]:
        found = tuple(dims) if isinstance(dims, tuple | list) else (dims,)
        wrong = [d for d in found if not isinstance(d, Dim)]
        if wrong:
            raise ShapeError(
                "{wrong} is no Dim; a tensor has dimensions, as in Tensor('W', (n, m)) with n = Dim('n')",
                wrong=repr(wrong[0]),
            )
        return found

    def _body(self, indices: Any, value: Any) -> tuple[tuple[Index, ...], Expr]:
        """The definition, its indices checked against the shape."""
        letters = (indices,) if isinstance(indices, Index) else tuple(indices)
        self._fits(letters)
        value = expr(value)
        loose = value.free - set(letters)
        if loose:
            names = ", ".join(sorted(i.name for i in loose))
            raise ShapeError(
                "the value of {this} depends on {names}; sum over it, or make it an index of the name",
                this=self.name,
                names=names,
            )
        return letters, value

    def _fits(self, indices: tuple[Slot, ...]) -> None:
        if self.dims == tuple([getattr(i, "dim", None) for i in indices]):
            return
        if len(indices) != len(self.dims):
            shape = f"({', '.join(d.name for d in self.dims)})"
            raise ShapeError(
                "{this} has shape {shape}, so it takes {dims} indices, not {indices}",
                this=self.name,
                shape=shape,
                dims=len(self.dims),
                indices=len(indices),
            )
        for number, (i, d) in enumerate(zip(indices, self.dims, strict=True), 1):
            if isinstance(i, Index) and i.dim != d:
                raise ShapeError(
                    "index {number} of {this} runs over {dim}, but {index} runs over {other}; {mend}",
                    number=number,
                    this=self.name,
                    dim=d.name,
                    index=i.name,
                    other=i.dim.name,
                    mend=twins(i.dim, d) or message("use an index of {dim}, or transpose", dim=d.name),
                )
            if not isinstance(i, Index | Place):
                raise ShapeError(
                    "index {number} of {this} is {i}; use an Index, or a map such as 2 * i + k - 1",
                    number=number,
                    this=self.name,
                    i=repr(i),
                )

    def __getitem__(self, indices: Any) -> Expr:
        found = indices if isinstance(indices, tuple) else (indices,)
        self._fits(found)
        return one(Ref(self, found))

    def __call__(self) -> Expr:
        return self[()]

    def _whole(self, *_: Any) -> Expr:
        entry = f"{self.name}[{', '.join('ijklmnpq'[: len(self.dims)])}]" if self.dims else f"{self.name}()"
        raise IndexedError(
            "{this} is a whole tensor, and arithmetic is with entries: write {entry}; a matrix "
            "product is total(j, W[i, j] * x[j])",
            this=self.name,
            entry=entry,
        )

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _whole
    __pow__ = __rpow__ = __neg__ = __matmul__ = __rmatmul__ = _whole

    def at(self, indices: tuple[Slot, ...]) -> Expr:
        """The value of a name at these indices."""
        if self.body is None:
            return self[indices]
        if self._last[0] != indices:
            letters, value = self.body
            found = value.rename(dict(zip(letters, indices, strict=True))) * inside_shape(indices, self.dims)
            self._last = indices, found
        return self._last[1]

    def rests_on(self, other: Tensor, held: frozenset[Tensor] = frozenset()) -> bool:
        """Whether its value depends on another tensor's, by a way that leads through none of `held`."""
        if not held or not self.mask >> other.serial & 1:
            return bool(self.mask >> other.serial & 1)
        seen, waiting = set[Tensor](), [self]
        while waiting:
            inner = waiting.pop().mentions
            if other in inner:
                return True
            fresh = {t for t in inner - seen - held if t.mask >> other.serial & 1}
            seen |= fresh
            waiting += fresh
        return False

    @property
    def reach(self) -> frozenset[Tensor]:
        """The tensors that its value depends on, itself not among them."""
        return reached(self.mentions)

    def __reduce__(self) -> tuple[Any, ...]:
        return restored, (self.token, self.name, self.tex, self.dims, self.depends, self.body, self.positive)

    @property
    def free(self) -> bool:
        """Whether it is an input: neither a name nor an unknown function."""
        return self.body is None and not self.depends

    def __repr__(self) -> str:
        return self.name


def reached(tensors: Iterable[Tensor]) -> frozenset[Tensor]:
    """Some tensors, and those that their values depend on."""
    found = set(tensors)
    waiting = [*found]
    while waiting:
        fresh = waiting.pop().mentions - found
        found |= fresh
        waiting += fresh
    return frozenset(found)


def restored(token: str, *state: Any) -> Tensor:
    """A tensor that comes from elsewhere: the one of this process with its token, if there is one."""
    found: Tensor | None = known.get(token)
    if found is None:
        found = object.__new__(Tensor)
        found.token = token
        found.name, found.tex, found.dims, found.depends, found.body, found.positive = state
        found._enter()
    return found


def inside_shape(indices: tuple[Slot, ...], dims: tuple[Dim, ...]) -> Expr:
    """1 where the places lie in the shape, else 0: a name is 0 outside its shape, whatever its value looks like."""
    found = expr(1)
    for where, dim in zip(indices, dims, strict=True):
        if isinstance(where, Place):
            found *= one(Where(where)) * one(Where(length(dim) - 1 - where))
    return found
