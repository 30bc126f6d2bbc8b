"""Vectors and matrices as people write them: entries in index form, with the index of the rows and of the columns."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sympy import exp

from symgrad.core import REALS, SymgradError
from symgrad.indexed import ZERO, Apply, Atom, Expr, Index, Power, Size, Term, expr, total
from symgrad.words import clauses, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.indexed.canonical import Exponent

MATRIX = 2  # dimensions, at most
EXPONENT = 64  # the largest numerator and denominator of an exponent
TOTAL = frozenset({"exp", "tanh", "sin", "cos", "sinh", "cosh", "erf", "erfc", "atan", "asinh", "Abs", "sign"})


NO_INVERSE = message(
    "an inverse has no entries of its own here: name B = inv(A) with --shape B:n,n, and use dB = -B dA B by hand"
)


class Misfit(SymgradError):  # noqa: N818 - caught by the parser, which adds the place and raises ParseError
    """An operation on shapes that don't fit; the text names both."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A scalar, a column, a row or a matrix: its entry, and which free indices count rows and columns."""

    entry: Expr
    row: Index | None = None
    column: Index | None = None

    @staticmethod
    def scalar(value: Any) -> Shaped:
        """A number or a scalar expression."""
        return Shaped(expr(value))

    @property
    def is_scalar(self) -> bool:
        """Whether it has one entry only."""
        return self.row is None and self.column is None

    @property
    def indices(self) -> tuple[Index, ...]:
        """The free indices, rows first."""
        return tuple(i for i in (self.row, self.column) if i is not None)

    @property
    def shape(self) -> str:
        """The shape as an error message names it."""
        return f"({', '.join(i.dim.name if i else '1' for i in (self.row, self.column))})"

    def fresh(self) -> Shaped:
        """The same value with indices of its own, so that it can meet itself in a product."""
        new = {i: i.fresh() for i in self.indices}
        return Shaped(self.entry.rename(new), new.get(self.row), new.get(self.column))  # type: ignore[arg-type]

    def beside(self, other: Shaped, doing: str) -> Shaped:
        """The other value with the indices of this one; their shapes must be equal."""
        if [i and i.dim for i in (self.row, self.column)] != [i and i.dim for i in (other.row, other.column)]:
            unequal = message(
                "{doing} needs two equal shapes, but the left side is {left} and the right {right}",
                doing=doing,
                left=self.shape,
                right=other.shape,
            )
            raise Misfit(clauses((unequal, self.spread(other))))
        other = other.fresh()
        return Shaped(other.entry.rename(dict(zip(other.indices, self.indices, strict=True))), self.row, self.column)

    def spread(self, other: Shaped) -> str:
        """What to write where a vector was to be repeated as every row or column of a matrix."""
        vectors = [v for v in (self, other) if len(v.indices) == 1]
        matrix = next((v for v in (self, other) if v.row and v.column), None)
        if matrix is None or len(vectors) != 1 or matrix.row is None or matrix.column is None:
            return ""
        m, n = matrix.row.dim.name, matrix.column.dim.name
        if vectors[0].indices[0].dim == matrix.row.dim:
            return message("v*ones({n})' repeats a column v of length {m}", n=n, m=m)
        if vectors[0].indices[0].dim == matrix.column.dim:
            return message("ones({m})*v' repeats a vector v of length {n} as rows", n=n, m=m)
        return ""

    def with_entry(self, entry: Expr, *parts: Expr) -> Shaped:
        """Another value of this shape, made of `parts`: what they ask for to have a value must not cancel."""
        lost = frozenset[str]().union(*map(asked, parts)) - asked(entry)
        if lost:
            raise Misfit(
                "a divisor, a root or a logarithm cancels here, and with it the condition under which "
                "it has a value; write the simplified form"
            )
        return Shaped(entry, self.row, self.column)

    def mapped(self, function: Callable[[Expr], Expr]) -> Shaped:
        """A function applied to every entry."""
        return self.with_entry(function(self.entry))

    def negated(self) -> Shaped:
        """-x."""
        return self.mapped(lambda x: -x)

    def plus(self, other: Shaped) -> Shaped:
        """The sum x + y; a number is added to every entry."""
        if other.is_scalar:
            return self.with_entry(self.entry + other.entry, self.entry, other.entry)
        if self.is_scalar:
            return other.plus(self)
        beside = self.beside(other, "+").entry
        return self.with_entry(self.entry + beside, self.entry, beside)

    def minus(self, other: Shaped) -> Shaped:
        """The difference x - y."""
        return self.plus(other.negated())

    def entry_product(self, other: Shaped) -> Shaped:
        """The product x .* y, entry by entry."""
        if other.is_scalar or self.is_scalar:
            return self.product(other)
        beside = self.beside(other, ".*").entry
        return self.with_entry(self.entry * beside, self.entry, beside)

    def product(self, other: Shaped) -> Shaped:
        """The product x * y, rows by columns; a scalar multiplies every entry."""
        if other.is_scalar:
            return self.with_entry(self.entry * other.entry, self.entry, other.entry)
        if self.is_scalar:
            return other.product(self)
        left, right = self.fresh(), other.fresh()
        j, k = left.column, right.row
        if (j and j.dim) != (k and k.dim):
            raise Misfit(
                "* needs as many columns on the left as rows on the right, but {shape} meets {other}; "
                "transpose one with ', or write .* for the product entry by entry",
                shape=self.shape,
                other=other.shape,
            )
        if j is None or k is None:
            return Shaped(ZERO, left.row, right.column).with_entry(left.entry * right.entry)
        return Shaped(ZERO, left.row, right.column).with_entry(total(j, left.entry * right.entry.rename({k: j})))

    def quotient(self, other: Shaped) -> Shaped:
        """The quotient x / y by a scalar."""
        if not other.is_scalar:
            raise Misfit(
                "/ divides by a scalar, but the divisor has shape {shape}; write ./ entry by entry", shape=other.shape
            )
        return self.entry_quotient(other)

    def entry_quotient(self, other: Shaped) -> Shaped:
        """The quotient x ./ y, entry by entry."""
        return self.entry_product(other.mapped(lambda y: raised(y, Fraction(-1))))

    def power(self, exponent: Shaped) -> Shaped:
        """x^2 of a scalar."""
        if not self.is_scalar:
            raise Misfit(
                "^ raises a scalar, but the base has shape {shape}; write .^ entry by entry, A*A for a "
                "product, A' for the transpose; {no_inverse}",
                shape=self.shape,
                no_inverse=NO_INVERSE,
            )
        return self.entry_power(exponent)

    def entry_power(self, exponent: Shaped) -> Shaped:
        """x.^2, entry by entry; the exponent is a number."""
        e = rational(exponent)
        return self.with_entry(raised(self.entry, e), self.entry)

    def transpose(self) -> Shaped:
        """The transpose x'."""
        return Shaped(self.entry, self.column, self.row)

    def sum(self) -> Shaped:
        """The sum of all entries."""
        return Shaped(total(self.indices, self.entry)) if self.indices else self

    def vector(self, doing: str) -> Index:
        """The only index of a column or a row."""
        if len(self.indices) != 1:
            raise Misfit("{doing} takes a vector, but this has shape {shape}", doing=doing, shape=self.shape)
        return self.indices[0]


def asked(entry: Expr) -> frozenset[str]:
    """The atoms of an entry that have no value everywhere, in free indices: divisors, roots, logarithms."""
    return frozenset(a.key({}) for t in entry.terms for a, e in t.atoms if partial_there(a, e) and not a.free & t.bound)


def partial_there(atom: Atom, exponent: Exponent) -> bool:
    """Whether a power of an atom may lack a value."""
    if isinstance(atom, Apply):
        domains = getattr(atom.head, "domains", None)
        if atom.head.__name__ not in TOTAL if domains is None else any(d != REALS for d in domains):
            return True
    if exponent < 0:
        return not positive(atom)
    return exponent.denominator != 1 and not (isinstance(atom, Power) and never_negative(atom.base))


def never_negative(base: Expr) -> bool:
    """Whether an expression is a sum of squares and of positive products."""
    return all(t.coefficient > 0 and all(e % 2 == 0 or positive(a) for a, e in t.atoms) for t in base.terms)


def positive(atom: Atom) -> bool:
    """Whether an atom is above 0 whatever its letters are: a size, an exponential, a sum of such."""
    if isinstance(atom, Power):
        return all(t.coefficient > 0 and all(positive(a) for a, _ in t.atoms) for t in atom.base.terms)
    return isinstance(atom, Size) or (isinstance(atom, Apply) and atom.head is exp)


def rational(value: Shaped) -> Fraction:
    """The number that an exponent is."""
    terms = value.entry.terms
    if not value.is_scalar or any(t.atoms for t in terms):
        raise Misfit("an exponent must be a number; write exp(y .* log(x)) for a power that varies")
    found = terms[0].coefficient if terms else Fraction(0)
    if abs(found.numerator) > EXPONENT or found.denominator > EXPONENT:
        raise Misfit("an exponent may be at most {exponent} in size, and so may its denominator", exponent=EXPONENT)
    return found


def raised(base: Expr, exponent: Exponent) -> Expr:
    """A power; that of zero, and the root of a negative number, are refused."""
    number = base.terms[0].coefficient if len(base.terms) == 1 and not base.terms[0].atoms else None
    if base == ZERO and exponent <= 0:
        raise Misfit("this divides by zero")
    if number is not None and number < 0 and exponent.denominator != 1:
        raise Misfit("this root of a negative number has no real value")
    found = base**exponent
    match found.terms:
        case (Term(coefficient=1, bound=frozenset(), atoms=((Power() as whole, 1),)),) if not found.terms[0].bound:
            return whole.base  # norm2(x)^2 is a sum and no longer a bracket
    return found


ENTRYWISE = {
    "*": Shaped.product,
    "/": Shaped.quotient,
    ".*": Shaped.entry_product,
    "./": Shaped.entry_quotient,
}
