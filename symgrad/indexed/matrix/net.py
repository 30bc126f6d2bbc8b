"""One product with its sum as a network: indices are nodes, vectors sit on them, matrices join two of them.

Summing over an index takes its node out: two matrices that meet there become one product, one becomes a
matrix times a vector, and what is left without a free index is a scalar in front.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.indexed.matrix.build import apart, hadamard, inner, key, matmul, norm, scaled, traced, transposed
from symgrad.indexed.matrix.tree import Diag, Identity, Matrix, Ones

if TYPE_CHECKING:
    from symgrad.indexed.names import Index

ONE = Fraction(1)


class NoMatrixForm(Exception):  # noqa: N818 - an answer, not an error: lift turns it into None
    """The expression can't be written with matrices."""


@dataclass(slots=True)
class Net:
    """Scalars, vectors (columns) by their index, matrices by their row and column index, free deltas."""

    scalars: list[Matrix] = field(default_factory=list)
    vectors: dict[Index, list[Matrix]] = field(default_factory=dict)
    edges: list[tuple[Index, Index, Matrix]] = field(default_factory=list)
    loops: dict[Index, list[Matrix]] = field(default_factory=dict)  # matrices of which only the diagonal is read
    deltas: set[frozenset[Index]] = field(default_factory=set)

    def put(self, matrix: Matrix, indices: tuple[Index, ...]) -> None:
        """A factor whose rows and columns run over these indices."""
        match indices:
            case ():
                self.scalars.append(matrix)
            case (only,):
                self.vectors.setdefault(only, []).append(matrix)
            case (i, j) if i == j:
                self.loops.setdefault(i, []).append(matrix)
            case (i, j):
                self.edges.append((i, j, matrix))
            case _:
                raise NoMatrixForm

    def eliminate(self, bound: frozenset[Index]) -> None:
        """Sum over every bound index, leaves first."""
        left = set(bound)
        while left:
            k = min(left, key=lambda i: (len(self.neighbours(i)), i.name, i.token))
            left.discard(k)
            self.sum_over(k, left)

    def on(self, k: Index) -> list[Matrix]:
        """The vectors on an index, taken out; a diagonal is (A ⊙ I) 1."""
        loops = [matmul(hadamard(m, Identity(k.dim)), Ones(k.dim)) for m in self.loops.pop(k, [])]
        return [*self.vectors.pop(k, []), *loops]

    def neighbours(self, k: Index) -> set[Index]:
        """The indices that a matrix joins with this one."""
        return {j if i == k else i for i, j, _ in self.edges if k in {i, j}}

    def sum_over(self, k: Index, left: set[Index]) -> None:
        """Take one index out."""
        near = sorted(self.neighbours(k), key=lambda i: (i.name, i.token))
        if not near and k in self.loops:
            diagonal = [diag(hadamard(*self.vectors.pop(k)))] if k in self.vectors else []
            self.scalars.append(traced(matmul(*diagonal, hadamard(*self.loops.pop(k)))))
            return
        here = self.on(k)
        if not near:
            self.scalars.append(self.summed(here, k))
        elif len(near) == 1 and near[0] in left and not here and self.closed(k, near[0]):
            left.discard(near[0])
            self.scalars.append(contraction(self.meeting(k, near[0]), k, near[0]))
        elif len(near) == 1:
            matrix = hadamard(*self.meeting(near[0], k))
            self.put(matmul(matrix, hadamard(*here) if here else Ones(k.dim)), (near[0],))
        elif len(near) == 2:  # noqa: PLR2004 - a matrix has two sides
            first, second = (hadamard(*self.meeting(n, k)) for n in near)
            middle = (diag(hadamard(*here)),) if here else ()
            self.put(matmul(first, *middle, transposed(second)), (near[0], near[1]))
        else:
            raise NoMatrixForm

    @staticmethod
    def summed(vectors: list[Matrix], k: Index) -> Matrix:
        """The sum of a product of vectors over their common index."""
        ordered = sorted(vectors, key=key)
        if len(ordered) == 1:
            return inner(ordered[0], Ones(k.dim))
        return inner(ordered[0], hadamard(*ordered[1:]))

    def closed(self, k: Index, other: Index) -> bool:
        """Whether several matrices join these two indices and nothing else is on either."""
        between = [e for e in self.edges if {e[0], e[1]} == {k, other}]
        return len(between) > 1 and other not in {**self.vectors, **self.loops} and self.neighbours(other) == {k}

    def meeting(self, i: Index, j: Index) -> list[Matrix]:
        """The matrices between two indices, taken out, with i for their rows."""
        found = [m if a == i else transposed(m) for a, b, m in self.edges if {a, b} == {i, j}]
        self.edges = [e for e in self.edges if {e[0], e[1]} != {i, j}]
        return found

    def vector(self, i: Index) -> Matrix | None:
        """What sits on a free index, taken out."""
        here = self.on(i)
        return hadamard(*here) if here else None

    def body(self, free: tuple[Index, ...]) -> Matrix | None:
        """The matrix, column or scalar that is left when only free indices are."""
        match free:
            case ():
                found = None
            case (i,):
                vector = self.vector(i)
                found = Ones(i.dim) if vector is None else vector
            case (i, j):
                found = self.matrix(i, j)
            case _:
                raise NoMatrixForm
        if self.edges or self.vectors or self.deltas or self.loops:
            raise NoMatrixForm
        return found

    def matrix(self, i: Index, j: Index) -> Matrix:
        """The matrix with rows i and columns j."""
        between = self.meeting(i, j)
        rows, columns = self.vector(i), self.vector(j)
        if frozenset((i, j)) in self.deltas:
            self.deltas.discard(frozenset((i, j)))
            return self.diagonal(between, [v for v in (rows, columns) if v is not None], i)
        if not between:
            return matmul(
                rows if rows is not None else Ones(i.dim), transposed(columns if columns is not None else Ones(j.dim))
            )
        left, right = ((diag(v),) if v is not None else () for v in (rows, columns))
        return matmul(*left, hadamard(*between), *right)

    @staticmethod
    def diagonal(between: list[Matrix], vectors: list[Matrix], i: Index) -> Matrix:
        """A diagonal matrix."""
        diagonal = diag(hadamard(*vectors)) if vectors else Identity(i.dim)
        return hadamard(diagonal, *between) if between else diagonal


def diag(vector: Matrix) -> Matrix:
    """The diagonal matrix of a vector, scalars in front."""
    number, scalars, body = apart(vector)
    return Diag(vector) if body is None else scaled(number, scalars, Diag(body))


def contraction(between: list[Matrix], k: Index, other: Index) -> Matrix:
    """The sum of all entries of an elementwise product: tr(A^T B), a norm where both are one."""
    ordered = sorted(between, key=key)
    if len(ordered) == 2 and ordered[0] == ordered[1]:  # noqa: PLR2004 - a square
        return norm(ordered[0])
    if len(ordered) == 2:  # noqa: PLR2004 - two matrices make an inner product
        return traced(matmul(transposed(ordered[0]), ordered[1]))
    return matmul(transposed(Ones(k.dim)), hadamard(*ordered), Ones(other.dim))
