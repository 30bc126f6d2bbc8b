"""The factors that a term is made of. Each knows its free indices and its key; equal keys are equal atoms."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from symgrad.indexed.names import Dim, Index, Place, place, slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symgrad.indexed.expr import Expr
    from symgrad.indexed.tensor import Tensor

Slot = Index | Place
ENTIRE = frozenset(
    {"exp", "tanh", "sinh", "cosh", "sin", "cos", "atan", "erf", "erfc", "Abs", "asinh"}
)  # of every real number
NOTHING: frozenset[Index] = frozenset()
UNASKED: tuple[Index | None, str] = (None, "")


class Atom:
    """One factor. `free`: the indices that it depends on; `token`: its key under the indices' own names.

    `risky` says whether it may have no value somewhere: it is not to be lost when it cancels. A `bracket` is 0 or 1.
    """

    __slots__ = ("_last", "free", "inner", "parts", "risky", "token")
    bracket = False
    certain: bool | None = None  # of a bracket: whether it is always 1 or always 0; None where that depends
    free: frozenset[Index]
    parts: tuple[Expr, ...]  # the expressions inside
    inner: tuple[Partial, ...]  # the derivatives left standing in those
    token: str
    risky: bool

    def _settle(self, free: frozenset[Index], parts: tuple[Expr, ...] = (), *, risky: bool = False) -> None:
        self.free, self.parts, self._last = free, parts, UNASKED
        self.inner = tuple([p for e in parts for p in e.partials]) if parts else ()
        self.risky = risky or (parts != () and bool([p for p in parts if p.risky]))
        self.token = self.key({})

    def key_of(self, binder: Index) -> str:
        """The key under a binder that stands alone; kept, since a factor goes from one line to the next as it is."""
        if self._last[0] is not binder:
            self._last = binder, self.key({binder: "_0"})
        return self._last[1]

    def key(self, names: Mapping[Index, str]) -> str:
        """A text that is equal for equal atoms; `names` says what some indices are called in it."""
        raise NotImplementedError

    def rename(self, new: Mapping[Index, Slot]) -> Atom:
        """The atom with other indices for some of its free ones."""
        raise NotImplementedError

    @property
    def tensors(self) -> frozenset[Tensor]:
        """The tensors that it mentions."""
        return self.parts[0].tensors.union(*[p.tensors for p in self.parts[1:]]) if self.parts else frozenset()

    def __hash__(self) -> int:
        return hash(self.token)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Atom) and self.token == other.token

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.token})"


class Ref(Atom):
    """An entry of a tensor: W[i, j]."""

    __slots__ = ("indices", "tensor")

    def __init__(self, tensor: Tensor, indices: tuple[Slot, ...]) -> None:
        self.tensor, self.indices = tensor, indices
        for i in indices:
            if type(i) is not Index:
                self.indices = tuple([slot(i, d) for i, d in zip(indices, tensor.dims, strict=True)])
                self._settle(indices_of(self.indices), risky=tensor.risky)
                return
        self._settle(frozenset(indices), risky=tensor.risky)  # type: ignore[arg-type]  # indices, all of them

    def key(self, names: Mapping[Index, str]) -> str:
        places = [slot_key(i, names) for i in self.indices] if names else [i.token for i in self.indices]
        return f"{self.tensor.token}[{','.join(places)}]"

    def rename(self, new: Mapping[Index, Slot]) -> Ref:
        return self if self.free.isdisjoint(new) else Ref(self.tensor, renamed(self.indices, new))

    @property
    def tensors(self) -> frozenset[Tensor]:
        return frozenset({self.tensor})


class Delta(Atom):
    """Kronecker's delta of two indices over one dimension."""

    __slots__ = ("left", "right")
    bracket = True

    def __init__(self, left: Index, right: Index) -> None:
        self.left, self.right = sorted((left, right), key=lambda i: (i.name, i.token))
        self._settle(frozenset((left, right)))

    def key(self, names: Mapping[Index, str]) -> str:
        return f"δ[{','.join(sorted(names.get(i, i.token) for i in (self.left, self.right)))}]"

    def rename(self, new: Mapping[Index, Slot]) -> Atom:
        if self.free.isdisjoint(new):
            return self
        return equal(new.get(self.left, self.left), new.get(self.right, self.right))

    @property
    def certain(self) -> bool | None:  # type: ignore[override]  # an attribute of all, worked out for these
        return self.left is self.right or None


class Where(Atom):
    """Iverson's bracket: 1 where the place is zero (`equal`) or at least zero, else 0."""

    __slots__ = ("equal", "place")
    bracket = True

    def __init__(self, place: Place, *, equal: bool = False) -> None:
        self.place, self.equal = place, equal
        self._settle(place.indices)

    def key(self, names: Mapping[Index, str]) -> str:
        if not self.equal:
            return f"[0<={self.place.key(dict(names))}]"
        return f"[0={min(self.place.key(dict(names)), (-self.place).key(dict(names)))}]"

    def rename(self, new: Mapping[Index, Slot]) -> Atom:
        return self if self.free.isdisjoint(new) else Where(self.place.rename(dict(new)), equal=self.equal)

    @property
    def certain(self) -> bool | None:  # type: ignore[override]  # as above
        c = self.place.constant
        if self.place.parts or self.place.sizes:
            return None
        return c == 0 if self.equal else c >= 0


class Apply(Atom):
    """An elementwise function of expressions; `orders` says how often it has been differentiated by each."""

    __slots__ = ("args", "head", "orders")

    def __init__(self, head: Any, args: tuple[Expr, ...], orders: tuple[int, ...] = ()) -> None:
        self.head, self.args, self.orders = head, args, orders or (0,) * len(args)
        self._settle(NOTHING.union(*[a.free for a in args]), args, risky=head.__name__ not in ENTIRE)

    @property
    def order(self) -> int:
        """How often it has been differentiated, in all."""
        return sum(self.orders)

    @property
    def arg(self) -> Expr:
        """The first argument."""
        return self.args[0]

    def key(self, names: Mapping[Index, str]) -> str:
        marks = ",".join(map(str, self.orders)) if any(self.orders) else ""
        return f"{head_name(self.head)}<{marks}>({';'.join(a.key(names) for a in self.args)})"

    def rename(self, new: Mapping[Index, Slot]) -> Apply:
        if self.free.isdisjoint(new):
            return self
        return Apply(self.head, tuple([a.rename(new) for a in self.args]), self.orders)


class Power(Atom):
    """A sum as the base of a power. With the exponent 1 it is a sum in brackets that is not multiplied out."""

    __slots__ = ("base",)

    def __init__(self, base: Expr) -> None:
        self.base = base
        self._settle(base.free, (base,))

    def key(self, names: Mapping[Index, str]) -> str:
        return f"({self.base.key(names)})"

    def rename(self, new: Mapping[Index, Slot]) -> Power:
        return self if self.free.isdisjoint(new) else Power(self.base.rename(new))


class Size(Atom):
    """The size of a dimension, as a number."""

    __slots__ = ("dim",)

    def __init__(self, dim: Dim) -> None:
        self.dim = dim
        self._settle(NOTHING)

    def key(self, names: Mapping[Index, str]) -> str:  # noqa: ARG002 - it has no indices
        return f"|{self.dim.token}|"

    def rename(self, new: Mapping[Index, Slot]) -> Size:  # noqa: ARG002 - as above
        return self


class Scalar(Atom):
    """A real SymPy symbol, or a constant such as pi."""

    __slots__ = ("symbol",)

    def __init__(self, symbol: Any) -> None:
        self.symbol = symbol
        self._settle(NOTHING)

    def key(self, names: Mapping[Index, str]) -> str:  # noqa: ARG002 - it has no indices
        return f"${self.symbol}"

    def rename(self, new: Mapping[Index, Slot]) -> Scalar:  # noqa: ARG002 - as above
        return self


class Greatest(Atom):
    """The greatest value that `body` takes while `index` runs over its dimension."""

    __slots__ = ("body", "index")

    def __init__(self, index: Index, body: Expr) -> None:
        self.index, self.body = index, body
        self._settle(body.free - {index}, (body,))

    def key(self, names: Mapping[Index, str]) -> str:
        return f"max_{self.index.dim.token}({self.body.key(inside(self.index, names))})"

    def rename(self, new: Mapping[Index, Slot]) -> Greatest:
        return self if self.free.isdisjoint(new) else Greatest(*rebound(self.index, self.body, new))


class Attains(Atom):
    """1 where `body` at the index `at` is the greatest that it takes as `index` runs, else 0.

    At a tie the value is a convention; a maximum has no derivative there.
    """

    __slots__ = ("at", "body", "index")

    def __init__(self, index: Index, body: Expr, at: Slot) -> None:
        self.index, self.body, self.at = index, body, slot(at, index.dim)
        self._settle((body.free - {index}) | indices_of((self.at,)), (body,))

    def key(self, names: Mapping[Index, str]) -> str:
        inner = self.body.key(inside(self.index, names))
        return f"argmax_{self.index.dim.token}({inner})@{slot_key(self.at, names)}"

    def rename(self, new: Mapping[Index, Slot]) -> Attains:
        if self.free.isdisjoint(new):
            return self
        index, body = rebound(self.index, self.body, new)
        return Attains(index, body, renamed((self.at,), new)[0])


class Partial(Atom):
    """The derivative of `expr` by an entry of a tensor, not carried out yet.

    The tensor counts as independent. Names that depend on it are looked through, except those in `fixed`,
    which are held still (the local derivative that backpropagation multiplies with).
    """

    __slots__ = ("expr", "fixed", "ref")

    def __init__(self, expr: Expr, ref: Ref, fixed: frozenset[Tensor] = frozenset()) -> None:
        self.expr, self.ref, self.fixed = expr, ref, fixed
        if fixed:
            matter = [t for t in fixed if t is not ref.tensor and t.rests_on(ref.tensor) and expr.rests_on(t)]
            self.fixed = frozenset(matter)
        self._settle(expr.free | ref.free, (expr,), risky=True)

    def key(self, names: Mapping[Index, str]) -> str:
        still = ",".join(sorted([t.token for t in self.fixed])) if self.fixed else ""
        return f"∂({self.expr.key(names)})/∂{self.ref.key(names)}|{still}|"

    def rename(self, new: Mapping[Index, Slot]) -> Partial:
        if self.free.isdisjoint(new):
            return self
        return Partial(self.expr.rename(new), self.ref.rename(new), self.fixed)

    @property
    def tensors(self) -> frozenset[Tensor]:
        return self.expr.tensors | {self.ref.tensor}


NOWHERE = Dim("nowhere")  # of two places without an index: none is one of its indices


def equal(left: Slot, right: Slot) -> Atom:
    """1 where two places are the same, else 0."""
    left, right = slot(left, _dim(left, right)), slot(right, _dim(right, left))
    if isinstance(left, Index) and isinstance(right, Index) and left.dim == right.dim:
        return Delta(left, right)
    return Where(place(left) - right, equal=True)


def _dim(one: Slot, other: Slot) -> Dim:
    """The dimension that a place may be an index of."""
    for what in (one, other):
        if isinstance(what, Index):
            return what.dim
    return next((i.dim for i, _ in place(one).parts), NOWHERE)


@cache
def head_name(head: Any) -> str:
    """How keys call a function; two functions of one name and different formulas are different."""
    formula = getattr(head, "formula", None)
    return head.__name__ if formula is None else f"{head.spelling}={formula}"


def slot_key(where: Slot, names: Mapping[Index, str]) -> str:
    """The key of an index or a place."""
    return names.get(where, where.token) if isinstance(where, Index) else where.key(dict(names))


def indices_of(slots: Iterable[Slot]) -> frozenset[Index]:
    """The indices in some places."""
    return frozenset([i for s in slots for i in ((s,) if isinstance(s, Index) else s.indices)])


def renamed(slots: tuple[Slot, ...], new: Mapping[Index, Slot]) -> tuple[Slot, ...]:
    """The places with other indices."""
    return tuple([new.get(s, s) if isinstance(s, Index) else s.rename(dict(new)) for s in slots])


def inside(index: Index, names: Mapping[Index, str]) -> dict[Index, str]:
    """The names under a binder: the index that it binds is called by its depth."""
    return {**names, index: f"{under(names)}^"}


def under(names: Mapping[Index, str]) -> str:
    """The beginning of the names that a binder gives: one bar more than all around it, so that none are mistaken."""
    return "_" * (1 + max((len(v) - len(v.lstrip("_")) for v in names.values()), default=0))


def rebound(index: Index, body: Expr, new: Mapping[Index, Slot]) -> tuple[Index, Expr]:
    """A binder and its body after a renaming of free indices, the binder fresh so that nothing is captured."""
    fresh = index.fresh()
    return fresh, body.rename({**new, index: fresh})
