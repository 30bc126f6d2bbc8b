"""Matrix trees in the form that a textbook gives them: products flat, scalars in front, few transposes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.indexed.atoms import head_name
from symgrad.indexed.matrix.tree import (
    SCALAR,
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
    parts,
    shape,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from symgrad.indexed.canonical import Exponent
    from symgrad.indexed.names import Dim

ONE = Fraction(1)
EMPTY: tuple[Matrix, ...] = ()


def transposed(matrix: Matrix) -> Matrix:  # noqa: PLR0911 - one case for each kind
    """The transpose, carried to where it costs least."""
    if shape(matrix) == SCALAR:
        return matrix
    match matrix:
        case Transpose(body):
            return body
        case Diag() | Identity():
            return matrix
        case MatMul(factors):
            return matmul(*(transposed(f) for f in reversed(factors)))
        case Hadamard(factors):
            return hadamard(*map(transposed, factors))
        case Plus(terms):
            flipped = tuple(map(transposed, terms))
            return Plus(flipped) if weight(flipped) <= weight(terms) else Transpose(matrix)
        case Scaled(number, scalars, body) if body is not None:
            return scaled(number, scalars, transposed(body))
        case Raised(body, exponent):
            return fewer(Raised(transposed(body), exponent), matrix)
        case Elementwise(head, orders, arguments):
            return fewer(Elementwise(head, orders, tuple(map(transposed, arguments))), matrix)
        case _:
            return Transpose(matrix)


def fewer(flipped: Matrix, matrix: Matrix) -> Matrix:
    """A function of transposes as itself, of anything else under one transpose."""
    return flipped if transposes(flipped) < transposes(matrix) else Transpose(matrix)


def weight(several: Iterable[Matrix]) -> int:
    """How many transposes a reader meets in these."""
    return sum(map(transposes, several))


def transposes(matrix: Matrix) -> int:
    """How many transposes a tree has."""
    return isinstance(matrix, Transpose) + weight(parts(matrix))


def rowwise(matrix: Matrix, row: Callable[[Dim], bool]) -> Matrix:
    """The same with columns inside written as transposes of rows, over the dimensions whose vectors are rows."""
    if isinstance(matrix, Diag):
        return Diag(rowwise(flipped(matrix.body), row)) if is_column(matrix.body, row) else matrix
    if is_column(matrix, row) and not isinstance(matrix, Ones | MatMul | Transpose):
        return transposed_once(rowwise(flipped(matrix), row))
    return drawn(rebuilt(matrix, [rowwise(p, row) for p in parts(matrix)]))


def is_column(matrix: Matrix, row: Callable[[Dim], bool]) -> bool:
    """Whether a matrix is a column that should be a row."""
    rows, columns = shape(matrix)
    return rows is not None and columns is None and row(rows)


def transposed_once(matrix: Matrix) -> Matrix:
    """A transpose that stays where it is put."""
    return matrix.body if isinstance(matrix, Transpose) else Transpose(matrix)


def flipped(matrix: Matrix) -> Matrix:
    """The transpose, carried to the names."""
    match matrix:
        case MatMul(factors):
            return MatMul(tuple(transposed_once(f) for f in reversed(factors)))
        case Hadamard() | Plus() | Elementwise() | Raised():
            return rebuilt(matrix, [p if shape(p) == SCALAR else flipped(p) for p in parts(matrix)])
        case Scaled(number, scalars, body) if body is not None:
            return Scaled(number, scalars, flipped(body))
        case _:
            return transposed_once(matrix)


def rebuilt(matrix: Matrix, inside: list[Matrix]) -> Matrix:
    """The same kind of node around other parts."""
    match matrix:
        case MatMul() | Hadamard() | Plus():
            return type(matrix)(tuple(inside))
        case Elementwise(head, orders):
            return Elementwise(head, orders, tuple(inside))
        case Scaled(number, scalars, body):
            return Scaled(number, tuple(inside[: len(scalars)]), None if body is None else inside[-1])
        case _:
            return replace(matrix, body=inside[0]) if inside else matrix  # type: ignore[arg-type]  # these have a body


def drawn(matrix: Matrix) -> Matrix:
    """A sum, or an elementwise product, of nothing but transposes as one transpose of the sum."""
    if isinstance(matrix, Plus | Hadamard) and all(isinstance(core(p), Transpose) for p in parts(matrix)):
        return Transpose(rebuilt(matrix, list(map(transposed, parts(matrix)))))
    return matrix


def core(matrix: Matrix) -> Matrix:
    """A matrix without the scalars in front of it."""
    return matrix.body if isinstance(matrix, Scaled) and matrix.body is not None else matrix


def matmul(*several: Matrix) -> Matrix:
    """The product, flat, with scalars in front; an identity goes."""
    number, scalars, factors = ONE, EMPTY, list[Matrix]()
    for factor in several:
        n, s, body = apart(factor)
        number, scalars = number * n, (*scalars, *s)
        if body is not None and not isinstance(body, Identity):
            factors += body.factors if isinstance(body, MatMul) else [body]
    if not factors:
        factors += [f for f in map(core, several) if isinstance(f, Identity)][:1]
    if not factors:
        return scaled(number, scalars, None)
    return scaled(number, scalars, factors[0] if len(factors) == 1 else MatMul(tuple(factors)))


def hadamard(*several: Matrix) -> Matrix:
    """The elementwise product, flat and in reading order, with scalars in front."""
    number, scalars, factors = ONE, EMPTY, list[Matrix]()
    for factor in several:
        n, s, body = apart(factor)
        number, scalars = number * n, (*scalars, *s)
        if body is not None:
            factors += body.factors if isinstance(body, Hadamard) else [body]
    if not factors:
        return scaled(number, scalars, None)
    rest = [f for f in factors if not is_ones(f)] or factors[:1]
    ordered = tuple(sorted(rest, key=place))
    if len(ordered) > 1 and all(isinstance(f, Transpose) and None not in shape(f) for f in ordered):
        turned = tuple(sorted((f.body for f in ordered if isinstance(f, Transpose)), key=place))
        return scaled(number, scalars, Transpose(Hadamard(turned)))
    return scaled(number, scalars, ordered[0] if len(ordered) == 1 else Hadamard(ordered))


def is_ones(matrix: Matrix) -> bool:
    """Whether every entry is 1, so that it does nothing to an elementwise product."""
    match matrix:
        case Ones() | Transpose(Ones()):
            return True
        case MatMul((Ones(), Transpose(Ones()))):
            return True
        case _:
            return False


def ones(rows: Dim, columns: Dim) -> Matrix:
    """The matrix of ones."""
    return MatMul((Ones(rows), Transpose(Ones(columns))))


def scaled(number: Fraction, scalars: Iterable[Matrix], body: Matrix | None) -> Matrix:
    """A matrix with its scalars in front, or as it is where there are none."""
    if isinstance(body, Scaled):
        number, scalars, body = number * body.number, (*scalars, *body.scalars), body.body
    if body is not None and shape(body) == SCALAR:
        scalars, body = (*scalars, body), None
    flat: list[Matrix] = []
    for scalar in scalars:
        n, s, rest = apart(scalar)
        number *= n
        flat += [*s, *(() if rest is None else (rest,))]
    ordered = tuple(sorted(flat, key=place))
    if number == 1 and body is not None and not ordered:
        return body
    if number == 1 and body is None and len(ordered) == 1:
        return ordered[0]
    return Scaled(number, ordered, body)


def apart(matrix: Matrix) -> tuple[Fraction, tuple[Matrix, ...], Matrix | None]:
    """Number, scalars and body of a matrix."""
    if isinstance(matrix, Scaled):
        return matrix.number, matrix.scalars, matrix.body
    return (ONE, (matrix,), None) if shape(matrix) == SCALAR and not isinstance(matrix, Scaled) else (ONE, (), matrix)


def raised(matrix: Matrix, exponent: Exponent) -> Matrix:
    """Every entry to a power."""
    return matrix if exponent == 1 else Raised(matrix, exponent)


def traced(matrix: Matrix) -> Matrix:
    """The trace, with the factors turned round to where they read best; tr(A^T A) is a norm."""
    number, scalars, body = apart(matrix)
    if body is None:
        return matrix
    best = min(rotations(body), key=lambda m: (transposes(m), wide(m), key(m)))
    match best:
        case MatMul((Transpose(left), right)) if left == right:
            return scaled(number, (*scalars, norm(left)), None)
        case MatMul((left, Transpose(right))) if left == right:
            return scaled(number, (*scalars, norm(left)), None)
        case _:
            return scaled(number, (*scalars, Trace(best)), None)


def wide(matrix: Matrix) -> bool:
    """Whether a product begins with something else than a transpose, where tr(A^T B) is the habit."""
    return isinstance(matrix, MatMul) and not isinstance(matrix.factors[0], Transpose)


def rotations(body: Matrix) -> list[Matrix]:
    """The products with the same trace: turned round, and transposed."""
    factors = body.factors if isinstance(body, MatMul) else (body,)
    turned = [factors[n:] + factors[:n] for n in range(len(factors))]
    turned += [tuple(transposed(f) for f in reversed(t)) for t in turned]
    return [t[0] if len(t) == 1 else MatMul(t) for t in turned if shape(t[0])[0] is not None]


def inner(left: Matrix, right: Matrix) -> Matrix:
    """The inner product of two columns; that of a column with itself is a norm."""
    if left == right:
        return norm(left)
    first, second = sorted((left, right), key=lambda m: (isinstance(m, Ones), place(m)))
    if isinstance(second, Ones):
        first, second = second, first
    return oriented(matmul(transposed(first), second))


def norm(matrix: Matrix) -> Matrix:
    """The sum of squares, which does not care about a transpose."""
    flipped = transposed(matrix)
    return SquaredNorm(flipped if transposes(flipped) < transposes(matrix) else matrix)


def oriented(scalar: Matrix) -> Matrix:
    """x^T A y or y^T A^T x, whichever has fewer transposes."""
    number, scalars, body = apart(scalar)
    if number != 1 or len(scalars) != 1 or body is not None or not isinstance(scalars[0], MatMul):
        return scalar
    chain = scalars[0]
    flipped = MatMul(tuple(transposed(f) for f in reversed(chain.factors)))
    return flipped if transposes(flipped) < transposes(chain) else chain


RANKS = {MatMul: 0, Diag: 1, Var: 2, Derived: 2, Transpose: 2, Plus: 3, Raised: 4, Elementwise: 5}


def place(matrix: Matrix) -> tuple[int, str]:
    """Where a factor goes among commuting ones: products, names, sums, functions."""
    inside = matrix.body if isinstance(matrix, Transpose) else matrix
    return RANKS.get(type(inside), 6), key(matrix)


def key(matrix: Matrix) -> str:  # noqa: PLR0911 - one case for each kind
    """A string that is equal for equal trees, to sort by."""
    match matrix:
        case Var(tensor, row):
            return f"{tensor.name}{'~' if row else ''}"
        case Derived(of, by):
            return f"d{of.name}/d{by.name}"
        case Symbolic(atom):
            return str(getattr(atom, "symbol", None) or getattr(atom, "dim", atom))
        case Ones(dim) | Identity(dim):
            return f"{type(matrix).__name__}:{dim.name}"
        case Scaled(number, scalars, body):
            return f"Scaled({number},{','.join(map(key, scalars))},{key(body) if body else ''})"
        case Raised(body, exponent):
            return f"Raised({key(body)},{exponent})"
        case Elementwise(head, orders, arguments):
            return f"{head_name(head)}{orders}({','.join(map(key, arguments))})"
        case _:
            inside = parts(matrix)
            own = ",".join(map(key, inside)) if inside else str(matrix)
            return f"{type(matrix).__name__}({own})"
