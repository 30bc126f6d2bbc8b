"""Matrix notation back to index form: what every lift is verified by, so it is kept short."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from symgrad.indexed.build import apply, delta, partial, total
from symgrad.indexed.expr import ZERO, expr, one
from symgrad.indexed.matrix.tree import (
    Broadcast,
    Derived,
    Diag,
    Elementwise,
    Hadamard,
    Identity,
    MatMul,
    Matrix,
    Ones,
    Plus,
    Raised,
    Scaled,
    SquaredNorm,
    Symbolic,
    Trace,
    Transpose,
    Var,
    shape,
)
from symgrad.indexed.names import Index

if TYPE_CHECKING:
    from symgrad.indexed.expr import Expr
    from symgrad.indexed.names import Dim

At = Index | None  # None where the axis has length 1


def in_turn(factors: tuple[Matrix, ...], row: At, column: At) -> Expr:
    """The entry of a matrix product: sums over the dimensions in between."""
    first, *rest = factors
    if not rest:
        return lower(first, row, column)
    k = bound(shape(first)[1])
    both = lower(first, row, k) * in_turn(tuple(rest), k, column)
    return both if k is None else total(k, both)


def lower(matrix: Matrix, row: At = None, column: At = None) -> Expr:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
    """The entry of the matrix at a row and a column."""
    match matrix:
        case Var(tensor):
            return tensor[tuple(i for i in (row, column) if i is not None)]
        case Derived(of, by, fixed):
            indices = tuple(i for i in (row, column) if i is not None)
            return partial(of[indices[: len(of.dims)]], by[indices[len(of.dims) :]], fixed)
        case Symbolic(atom):
            return one(atom)
        case Identity():
            return at_once(row, column)
        case Ones():
            return expr(1)
        case Transpose(body):
            return lower(body, column, row)
        case MatMul(factors):
            return in_turn(factors, row, column)
        case Hadamard(factors):
            return prod((lower(f, row, column) for f in factors), start=expr(1))
        case Plus(terms):
            return sum((lower(t, row, column) for t in terms), start=ZERO)
        case Scaled(factor, scalars, body):
            front = prod((lower(s) for s in scalars), start=expr(factor))
            return front if body is None else front * lower(body, row, column)
        case Raised(body, exponent):
            return lower(body, row, column) ** exponent
        case Elementwise(head, orders, arguments):
            return apply(head, *(lower(a, *(at(a, row, column))) for a in arguments), order=orders)
        case Diag(body):
            entry = lower(body, row) if shape(body)[1] is None else lower(body, None, row)
            return at_once(row, column) * entry
        case Trace(body):
            k = bound(shape(body)[0])
            return lower(body, k, k) if k is None else total(k, lower(body, k, k))
        case SquaredNorm(body):
            i, j = map(bound, shape(body))
            return total([k for k in (i, j) if k is not None], lower(body, i, j) ** 2)
        case Broadcast(body):
            return lower(body, None, column)
    raise AssertionError(matrix)


def at(matrix: Matrix, row: At, column: At) -> tuple[At, At]:
    """Where an argument is read: a scalar is the same everywhere."""
    rows, columns = shape(matrix)
    return row if rows is not None else None, column if columns is not None else None


def at_once(row: At, column: At) -> Expr:
    """1 on the diagonal, else 0; an axis of length 1 has nothing else."""
    return expr(1) if row is None or column is None else delta(row, column)


def bound(dim: Dim | None) -> At:
    """A fresh index over an axis."""
    return None if dim is None else Index("k", dim)
