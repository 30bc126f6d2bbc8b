"""How expressions are written down."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from sympy.core.function import FunctionClass

from symgrad.indexed.atoms import Apply, Attains, Greatest, Partial, Power, Ref, Size, Slot, Where, equal
from symgrad.indexed.expr import Expr, expr, one
from symgrad.indexed.names import Dim, Index, ShapeError, place, twins
from symgrad.indexed.products import IndexedError, require_apart
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.indexed.tensor import Tensor


def total(indices: Index | Iterable[Index], summand: Any) -> Expr:
    """The sum $∑_i f_i$ over one or more indices; the indices can be used again elsewhere."""
    new = {i: i.fresh() for i in several(indices)}
    found = expr(summand).rename(new)
    return Expr([t.over(frozenset(new.values())) for t in found.terms], found.lost)


def several(indices: Any) -> tuple[Index, ...]:
    """One index or more of them, each seen to be one."""
    found = tuple(indices) if isinstance(indices, tuple | list | set | frozenset) else (indices,)
    for i in found:
        if not isinstance(i, Index):
            raise IndexedError("{i} is no index; write i = Index('i', n) with n = Dim('n'), and then i", i=repr(i))
    return found


def mean(indices: Index | Iterable[Index], summand: Any) -> Expr:
    """The mean $∑_i f_i / n$ over one or more indices."""
    over = several(indices)
    return total(over, summand) / prod((size(i.dim) for i in over), start=expr(1))


def delta(left: Slot | int, right: Slot | int) -> Expr:
    """Kronecker's $δ_{ij}$: 1 where two indices over one dimension, or two places, are equal, else 0."""
    if not (isinstance(left, Index) and isinstance(right, Index)):
        return where(left, "==", right)
    if left.dim != right.dim:
        raise ShapeError(
            "a delta compares indices over one dimension, but {left} runs over {dim} and {right} over {dim2}; {mend}",
            left=left.name,
            dim=left.dim.name,
            right=right.name,
            dim2=right.dim.name,
            mend=twins(left.dim, right.dim) or message("use two indices of one dimension"),
        )
    return one(equal(left, right))


def apply(head: Any, *args: Any, order: int | tuple[int, ...] = 0) -> Expr:
    """An elementwise function of one or more expressions, or a derivative of it; `exp(z)` is `apply(exp, z)`."""
    head = getattr(head, "head", head)  # of an entry of the catalogue
    if not isinstance(head, FunctionClass):
        raise IndexedError(
            "{head} is no function that is known here; give one of SymPy's (exp, log, tanh, Abs), or "
            "activation('sigmoid').head; a power is written x[i] ** Fraction(1, 2)",
            head=repr(head),
        )
    values = tuple(expr(a) for a in args)
    if not values:
        raise IndexedError("a function needs an argument: apply(exp, z[i])")
    orders = order if isinstance(order, tuple) else (order, *(0,) * (len(values) - 1))
    return one(Apply(head, values, orders))


def size(dim: Dim) -> Expr:
    """The size of a dimension as a number."""
    if not isinstance(dim, Dim):
        raise ShapeError("{dim} is no dimension; write n = Dim('n'), and then size(n)", dim=repr(dim))
    return one(Size(dim))


def group(value: Any) -> Expr:
    """A sum in brackets that products leave as it is: $p_i (δ_{ij} − p_j)$."""
    value = expr(value)
    return value if len(value.terms) == 1 and not value.terms[0].bound else one(Power(value))


def greatest(index: Index, body: Any) -> Expr:
    """The maximum of $f_i$ over an index i; what does not depend on it is its own maximum, as no size is 0."""
    (fresh,) = (i.fresh() for i in several(index))
    found = expr(body)
    return one(Greatest(fresh, found.rename({index: fresh}))) if index in found.free else found


def attains(index: Index, body: Any, at: Slot) -> Expr:
    """1 at the index where the maximum over `index` is attained, else 0."""
    (fresh,) = (i.fresh() for i in several(index))
    return one(Attains(fresh, expr(body).rename({index: fresh}), at))


def where(left: Slot | int, relation: str, right: Slot | int = 0) -> Expr:
    """Iverson's bracket $[j ≤ i]$ of two places, 1 where it holds and else 0, as in `where(j, "<=", i)`."""
    gap = place(left) - place(right)
    match relation:
        case "<=":
            return one(Where(-gap))
        case ">=":
            return one(Where(gap))
        case "<":
            return one(Where(-gap - 1))
        case ">":
            return one(Where(gap - 1))
        case "==":
            return one(equal(place(left), place(right)))
        case "!=":
            return 1 - where(left, "==", right)
    raise IndexedError("no relation is called {relation}; use one of <= >= < > == !=", relation=repr(relation))


def partial(value: Any, by: Expr, fixed: Iterable[Tensor] = ()) -> Expr:
    """The derivative $∂f/∂W_{ij}$ by an entry such as `W[i, j]`, not carried out yet; names in `fixed` stay still."""
    ref, found, still = ref_of(by), expr(value), frozenset(fixed)
    for inner in found.partials if still else ():
        require_apart(inner, ref, still)
    return one(Partial(found, ref, still))


def ref_of(entry: Expr) -> Ref:
    """The one tensor entry that an expression is."""
    atom = getattr(entry, "atom", None)
    if isinstance(atom, Ref):
        return atom
    raise IndexedError("a derivative is taken by an entry such as W[i, j], not by {entry}", entry=repr(entry))
