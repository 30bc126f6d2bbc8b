"""How matrices are laid out: vectors as columns or rows, Jacobians by their numerator or denominator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from symgrad.core import SymgradError
from symgrad.indexed.matrix.tree import Broadcast, MatMul, Matrix, Ones, Plus, shape
from symgrad.words import message

if TYPE_CHECKING:
    from symgrad.indexed.names import Dim, Index


@dataclass(frozen=True, slots=True)
class Layout:
    """A convention.

    `rows`: vectors are rows, as one sample of a batch is in PyTorch; `broadcast`: a row is added to every row of a
    matrix as it is, without a column of ones; `upright`: the dimensions whose vectors are columns all the same, such
    as that of the batch.
    `jacobian`: "numerator" has a row for each entry of what is differentiated, "denominator" the transpose of that.
    `gradient`: "own" gives the gradient of a scalar the shape of the variable, which is what a training step
    subtracts; "numerator" the transpose of it, as the strict numerator layout asks for.
    """

    name: str
    rows: bool = False
    broadcast: bool = False
    jacobian: str = "numerator"
    gradient: str = "own"
    upright: frozenset[Dim] = frozenset()

    def row(self, dim: Dim) -> bool:
        """Whether a vector over this dimension is written as a row."""
        return self.rows and dim not in self.upright


COLUMN = Layout("column")
NUMERATOR = Layout("numerator", gradient="numerator")
DENOMINATOR = Layout("denominator", jacobian="denominator")
ROW_BATCH = Layout("row-batch", rows=True, broadcast=True)

LAYOUTS = {layout.name: layout for layout in (COLUMN, NUMERATOR, DENOMINATOR, ROW_BATCH)}


def layout_named(name: str) -> Layout:
    """The layout of this name."""
    if name not in LAYOUTS:
        raise SymgradError(
            message("there is no layout {name}; choose one of {known}", name=repr(name[:40]), known=", ".join(LAYOUTS))
        )
    return LAYOUTS[name]


def axes(
    of: tuple[Index, ...], by: tuple[Index, ...], layout: Layout = COLUMN
) -> tuple[Index | None, Index | None] | None:
    """Rows and columns of a derivative: `of` are the indices of what is differentiated, `by` those of the variable.

    A value that is not differentiated has no `by`. More than two indices have no place in a matrix: None.
    """
    free, jacobian = (*of, *by), bool(of and by)
    turned = (layout.jacobian == "denominator") if jacobian else bool(by) and layout.gradient == "numerator"
    match tuple(reversed(free)) if turned else free:
        case ():
            return None, None
        case (i,):
            return (None, i) if turned or layout.row(i.dim) else (i, None)
        case (i, j):
            return i, j
        case _:
            return None


def spread(matrix: Matrix) -> Matrix:
    """Rows that are repeated by a column of ones, written as they are where a whole matrix stands beside them."""
    if not isinstance(matrix, Plus):
        return matrix
    return replace(matrix, terms=tuple(map(repeated, matrix.terms))) if any(map(whole, matrix.terms)) else matrix


def repeated(term: Matrix) -> Matrix:
    """1 b as b, over all rows."""
    match term:
        case MatMul((Ones(dim), body)) if shape(body)[0] is None:
            return Broadcast(body, dim)
        case _:
            return term


def whole(term: Matrix) -> bool:
    """Whether a term has its own rows, so that others may be repeated beside it."""
    return repeated(term) is term
