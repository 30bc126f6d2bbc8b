"""Index form to matrix notation, or None where there is none; what is found is always lowered again and compared."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from symgrad.indexed.atoms import Apply, Atom, Delta, Partial, Power, Ref, Scalar, Size
from symgrad.indexed.contract import contract
from symgrad.indexed.expr import ZERO, Expr, monomial
from symgrad.indexed.mapping import bind
from symgrad.indexed.matrix.build import drawn, ones, raised, rowwise, scaled, transposed
from symgrad.indexed.matrix.factor import Product, factored, product
from symgrad.indexed.matrix.layout import COLUMN, Layout, spread
from symgrad.indexed.matrix.lower import lower
from symgrad.indexed.matrix.net import Net, NoMatrixForm
from symgrad.indexed.matrix.tree import (
    Derived,
    Elementwise,
    Matrix,
    Ones,
    Symbolic,
    Transpose,
    Var,
)
from symgrad.indexed.names import Index, ShapeError
from symgrad.indexed.normal import normal

if TYPE_CHECKING:
    from symgrad.indexed.canonical import Exponent
    from symgrad.indexed.term import Term

MOST = 4  # positive whole powers up to this are written as products


def lift(
    value: Expr,
    row: Index | None = None,
    column: Index | None = None,
    layout: Layout = COLUMN,
    *,
    brackets: bool = False,
) -> Matrix | None:
    """The matrix with this row and column index; None where the expression has no matrix form.

    `lower` of the answer has the same normal form as `value`: anything else is not given out. `brackets` keeps those
    of the expression where that can be; otherwise they are multiplied out before common factors are looked for.
    """
    loose = value.free - {row, column}
    if loose:
        names = ", ".join(sorted(i.name for i in loose))
        raise ShapeError(
            "the expression depends on {names} too; name every free index as the row or the column", names=names
        )
    goal = normal(value)
    plain = contract(value if brackets else opened(value))
    for candidate in dict.fromkeys((plain, goal, value)):
        found = attempt(candidate, row, column, layout)
        if found is not None and normal(lower(found, row, column)) == goal:
            return found
    return None


def opened(value: Expr) -> Expr:
    """Brackets multiplied out, squares of sums left as they are: those are norms."""
    found = ZERO
    for term in value.terms:
        sums = [a.base for a, e in term.atoms if isinstance(a, Power) and e == 1]
        rest = [(a, e) for a, e in term.atoms if not (isinstance(a, Power) and e == 1)]
        whole = prod(map(opened, sums), start=monomial(term.coefficient, rest))
        found += bind(term.bound, whole)
    return found


def attempt(value: Expr, row: Index | None, column: Index | None, layout: Layout) -> Matrix | None:
    """The matrix form, not verified yet."""
    free = tuple(i for i in (row, column) if i is not None)
    try:
        found = Lifter(layout).lifted(value, free)
    except NoMatrixForm:
        return None
    if row is None and column is not None:
        found = transposed(found)
    if layout.rows:
        found = rowwise(found, layout.row)
    return spread(found) if layout.broadcast else found


@dataclass(frozen=True, slots=True)
class Lifter:
    """Lifting inside: vectors are columns; where the layout writes rows, their names carry a transpose."""

    layout: Layout

    def lifted(self, value: Expr, free: tuple[Index, ...]) -> Matrix:
        """The matrix of an expression; its free indices are among these."""
        if not value.terms:
            raise NoMatrixForm
        if len(set(free)) != len(free):
            raise NoMatrixForm
        terms = [self.term(t, free) for t in value.terms]
        return drawn(factored(terms, lambda: ones_over(free)).matrix)

    def term(self, term: Term, free: tuple[Index, ...]) -> Product:
        """One product."""
        net = Net()
        for atom, exponent in term.atoms:
            self.place(net, atom, exponent)
        net.eliminate(term.bound)
        body = net.body(free)
        return product(scaled(term.coefficient, tuple(net.scalars), body))

    def place(self, net: Net, atom: Atom, exponent: Exponent) -> None:
        """Put one factor where its indices are."""
        if isinstance(atom, Delta):
            net.deltas.add(frozenset((atom.left, atom.right)))
            return
        matrix, indices = self.factor(atom)
        if indices and exponent.denominator == 1 and 0 < exponent <= MOST:
            for _ in range(int(exponent)):
                net.put(matrix, indices)
        else:
            net.put(raised(matrix, exponent), indices)

    def factor(self, atom: Atom) -> tuple[Matrix, tuple[Index, ...]]:
        """An atom as a matrix, with the indices of its rows and columns."""
        match atom:
            case Ref():
                return self.entry(atom)
            case Partial():
                return self.slope(atom)
            case Size() | Scalar():
                return Symbolic(atom), ()
            case Power():
                indices = in_order(atom)
                return self.lifted(atom.base, indices), indices
            case Apply():
                indices = in_order(atom)
                arguments = tuple(self.argument(a, indices) for a in atom.args)
                return Elementwise(atom.head, atom.orders, arguments), indices
            case _:
                raise NoMatrixForm

    def argument(self, value: Expr, indices: tuple[Index, ...]) -> Matrix:
        """An argument of a function: a scalar, or as large as the others."""
        return self.lifted(value, indices if value.free else ()) if value.terms else scaled(Fraction(0), (), None)

    def entry(self, atom: Ref) -> tuple[Matrix, tuple[Index, ...]]:
        """A tensor by its name."""
        tensor = atom.tensor
        if not all(isinstance(i, Index) for i in atom.indices) or len(atom.indices) > 2:  # noqa: PLR2004 - rows, columns
            raise NoMatrixForm
        row = len(atom.indices) == 1 and self.layout.row(tensor.dims[0])
        name: Matrix = Var(tensor, row=True) if row else Var(tensor)
        return (Transpose(name) if row else name), atom.indices  # type: ignore[return-value]  # all are indices

    def slope(self, atom: Partial) -> tuple[Matrix, tuple[Index, ...]]:
        """A derivative of one entry by another that is left standing."""
        (inner, exponent), *rest = atom.expr.terms[0].atoms if len(atom.expr.terms) == 1 else [(None, 0)]
        if rest or exponent != 1 or not isinstance(inner, Ref) or atom.expr != inner.tensor[inner.indices]:
            raise NoMatrixForm
        indices = (*inner.indices, *atom.ref.indices)
        plain = tuple(i for i in indices if isinstance(i, Index))
        if len(plain) != len(indices) or len(set(plain)) != len(plain) or len(plain) > 2:  # noqa: PLR2004 - rows, columns
            raise NoMatrixForm
        row = len(plain) == 1 and self.layout.row(plain[0].dim)
        found = Derived(inner.tensor, atom.ref.tensor, atom.fixed, row)
        return (Transpose(found) if row else found), plain


def in_order(atom: Atom) -> tuple[Index, ...]:
    """The free indices of an atom in the order of the first tensor that has them all, so that few are transposed."""
    wanted = atom.free
    if len(wanted) > 2:  # noqa: PLR2004 - rows and columns
        raise NoMatrixForm
    for part in atom.parts:
        for term in part.terms:
            for inner, _ in term.atoms:
                if isinstance(inner, Ref) and set(inner.indices) == wanted and len(inner.indices) == len(wanted):
                    return inner.indices  # type: ignore[return-value]  # places are not among free indices
    return tuple(sorted(wanted, key=lambda i: (i.name, i.token)))


def ones_over(free: tuple[Index, ...]) -> Matrix | None:
    """The matrix of ones over these indices; None where there are none."""
    match free:
        case ():
            return None
        case (i,):
            return Ones(i.dim)
        case (i, j):
            return ones(i.dim, j.dim)
    raise NoMatrixForm
