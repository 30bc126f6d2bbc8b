"""Matrix notation as a tree whose shapes are checked where it is made.

A vector is one column, or one row where `Var.row` says so; a scalar has one row and one column. `None` as an
axis is that single row or column. Products of powers are elementwise, as in `Hadamard`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from symgrad.indexed.names import ShapeError
from symgrad.words import message

if TYPE_CHECKING:
    from fractions import Fraction

    from symgrad.indexed.atoms import Atom
    from symgrad.indexed.canonical import Exponent
    from symgrad.indexed.names import Dim
    from symgrad.indexed.tensor import Tensor

Axis: TypeAlias = "Dim | None"
Shape: TypeAlias = "tuple[Axis, Axis]"

SCALAR: Shape = (None, None)


@dataclass(frozen=True, slots=True)
class Var:
    """A named tensor of rank at most 2."""

    tensor: Tensor
    row: bool = False  # a vector that is written as a row

    def __post_init__(self) -> None:
        if len(self.tensor.dims) > 2:  # noqa: PLR2004 - rows and columns
            raise ShapeError(
                "{tensor} has {dims} axes; matrix notation has two", tensor=self.tensor.name, dims=len(self.tensor.dims)
            )


@dataclass(frozen=True, slots=True)
class Derived:
    """A derivative that is left standing, with rows for `of` and columns for `by`; `fixed` names are held still."""

    of: Tensor
    by: Tensor
    fixed: frozenset[Tensor] = frozenset()
    row: bool = False

    @property
    def dims(self) -> tuple[Dim, ...]:
        """The shape of all entries."""
        return (*self.of.dims, *self.by.dims)


@dataclass(frozen=True, slots=True)
class Symbolic:
    """A scalar atom: the size of a dimension, a parameter."""

    atom: Atom


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity matrix."""

    dim: Dim


@dataclass(frozen=True, slots=True)
class Ones:
    """The column of ones."""

    dim: Dim


@dataclass(frozen=True, slots=True)
class Transpose:
    """Rows and columns exchanged."""

    body: Matrix


@dataclass(frozen=True, slots=True)
class MatMul:
    """The matrix product; an outer product is a column times a row, an inner one a row times a column."""

    factors: tuple[Matrix, ...]

    def __post_init__(self) -> None:
        for left, right in zip(self.factors, self.factors[1:], strict=False):
            if shape(left)[1] != shape(right)[0]:
                raise ShapeError(
                    "a matrix with {columns} columns can't be multiplied by one with {rows} rows; "
                    "transpose one of the two",
                    columns=axis(shape(left)[1]),
                    rows=axis(shape(right)[0]),
                )


@dataclass(frozen=True, slots=True)
class Hadamard:
    """The elementwise product."""

    factors: tuple[Matrix, ...]

    def __post_init__(self) -> None:
        require_alike(message("multiplied elementwise"), self.factors)


@dataclass(frozen=True, slots=True)
class Plus:
    """A sum."""

    terms: tuple[Matrix, ...]

    def __post_init__(self) -> None:
        require_alike(message("added"), self.terms)


@dataclass(frozen=True, slots=True)
class Scaled:
    """A rational number and scalar factors in front of a matrix; `body` is None where the whole is a scalar."""

    number: Fraction
    scalars: tuple[Matrix, ...] = ()
    body: Matrix | None = None

    def __post_init__(self) -> None:
        for factor in self.scalars:
            if shape(factor) != SCALAR:
                raise ShapeError(
                    "a factor in front must be a scalar, not {factor}; use a product", factor=told(shape(factor))
                )


@dataclass(frozen=True, slots=True)
class Raised:
    """Every entry to a rational power."""

    body: Matrix
    exponent: Exponent


@dataclass(frozen=True, slots=True)
class Elementwise:
    """A function, or its derivative of some orders, of every entry; scalar arguments serve all entries."""

    head: Any
    orders: tuple[int, ...]
    arguments: tuple[Matrix, ...]

    def __post_init__(self) -> None:
        require_alike(message("the arguments of one function"), tuple(a for a in self.arguments if shape(a) != SCALAR))


@dataclass(frozen=True, slots=True)
class Diag:
    """The diagonal matrix of a vector, a column or a row."""

    body: Matrix

    def __post_init__(self) -> None:
        if None not in shape(self.body):
            raise ShapeError(
                "diag takes a vector, not {body}; give it one column or one row", body=told(shape(self.body))
            )


@dataclass(frozen=True, slots=True)
class Trace:
    """The sum of the diagonal of a square matrix."""

    body: Matrix

    def __post_init__(self) -> None:
        rows, columns = shape(self.body)
        if rows != columns:
            raise ShapeError("a trace needs a square matrix, not {value}", value=told((rows, columns)))


@dataclass(frozen=True, slots=True)
class SquaredNorm:
    """The sum of the squares of all entries."""

    body: Matrix


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A row repeated for every row of a matrix, as NumPy and PyTorch add a bias to a batch."""

    body: Matrix
    rows: Dim

    def __post_init__(self) -> None:
        if shape(self.body)[0] is not None:
            raise ShapeError("only a row is repeated over rows, not {body}; transpose it", body=told(shape(self.body)))


Matrix: TypeAlias = (
    Var | Derived | Symbolic | Identity | Ones | Transpose | MatMul | Hadamard | Plus | Scaled | Raised | Elementwise
    | Diag | Trace | SquaredNorm | Broadcast
)  # fmt: skip


def shape(matrix: Matrix) -> Shape:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
    """Rows and columns."""
    match matrix:
        case Var(tensor, row):
            return of_dims(tensor.dims, row=row)
        case Derived():
            return of_dims(matrix.dims, row=matrix.row)
        case Symbolic() | Trace() | SquaredNorm():
            return SCALAR
        case Identity(dim):
            return dim, dim
        case Ones(dim):
            return dim, None
        case Transpose(body):
            rows, columns = shape(body)
            return columns, rows
        case MatMul(factors):
            return shape(factors[0])[0], shape(factors[-1])[1]
        case Hadamard(parts) | Plus(parts):
            return shape(parts[0])
        case Scaled(_, _, body):
            return SCALAR if body is None else shape(body)
        case Raised(body):
            return shape(body)
        case Elementwise(_, _, arguments):
            return next((s for s in map(shape, arguments) if s != SCALAR), SCALAR)
        case Diag(body):
            length = shape(body)[0] or shape(body)[1]
            return length, length
        case Broadcast(body, rows):
            return rows, shape(body)[1]


def of_dims(dims: tuple[Dim, ...], *, row: bool) -> Shape:
    """Rows and columns of a tensor by itself."""
    match dims:
        case ():
            return SCALAR
        case (only,):
            return (None, only) if row else (only, None)
        case (rows, columns):
            return rows, columns
        case _:
            raise ShapeError("{dims} axes have no place in matrix notation, which has two", dims=len(dims))


def require_alike(done: str, parts: tuple[Matrix, ...]) -> None:
    """Raise ShapeError unless all parts have one shape."""
    for part in parts[1:]:
        if shape(part) != shape(parts[0]):
            raise ShapeError(
                "matrices of shapes {first} and {other} can't be {done}; both need the same rows and columns",
                first=told(shape(parts[0])),
                other=told(shape(part)),
                done=done,
            )


def axis(dim: Axis) -> str:
    """The length of an axis in words."""
    return "1" if dim is None else dim.name


def told(of: Shape) -> str:
    """A shape in words: `m × n`."""
    return f"{axis(of[0])} × {axis(of[1])}"


def parts(matrix: Matrix) -> tuple[Matrix, ...]:
    """The matrices right inside one."""
    match matrix:
        case MatMul(several) | Hadamard(several) | Plus(several):
            return several
        case Elementwise(_, _, arguments):
            return arguments
        case Scaled(_, scalars, body):
            return (*scalars, *(() if body is None else (body,)))
        case Var() | Derived() | Symbolic() | Identity() | Ones():
            return ()
        case _:
            return (matrix.body,)
