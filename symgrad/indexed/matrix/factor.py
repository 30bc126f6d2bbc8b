"""A sum of products as a textbook writes it: what the terms share is written once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

from symgrad.indexed.matrix.build import (
    apart,
    drawn,
    hadamard,
    key,
    matmul,
    ones,
    place,
    raised,
    scaled,
    transposed,
)
from symgrad.indexed.matrix.tree import SCALAR, Diag, Hadamard, MatMul, Matrix, Ones, Plus, Raised, Scaled, parts, shape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Product:
    """A number, scalars with exponents, and a matrix (None for 1)."""

    number: Fraction
    scalars: dict[Matrix, Fraction] = field(default_factory=dict)
    body: Matrix | None = None

    @property
    def matrix(self) -> Matrix:
        """The whole as a tree."""
        return scaled(self.number, tuple(raised(m, e) for m, e in self.scalars.items()), self.body)


def product(matrix: Matrix) -> Product:
    """A tree as a product."""
    number, scalars, body = apart(matrix)
    found: dict[Matrix, Fraction] = {}
    for s in scalars:
        base, exponent = (s.body, s.exponent) if isinstance(s, Raised) else (s, ONE)
        found[base] = found.get(base, Fraction(0)) + exponent
    return Product(number, {m: e for m, e in found.items() if e}, body)


def factored(terms: Sequence[Product], unit: Callable[[], Matrix | None]) -> Product:
    """The sum of the terms; `unit` makes the matrix of ones that stands for a term which is all shared."""
    if len(terms) == 1:
        return terms[0]
    number, scalars = content(terms), shared(terms)
    inside = [Product(t.number / number, without(t.scalars, scalars), t.body) for t in terms]
    whole = product(combined(inside, unit).matrix)
    return Product(number * whole.number, joined(scalars, whole.scalars), whole.body)


def combined(terms: Sequence[Product], unit: Callable[[], Matrix | None]) -> Product:
    """Terms without a common scalar: those that share an outer factor become one, until none do."""
    for gather in (by_diagonal, by_last, by_first, by_entry):
        found = gather(terms)
        if found:
            group, rest = found
            return factored([*rest, group], unit) if rest else group
    listed = [t.matrix for t in sorted(terms, key=order)]
    return product(plus(listed, unit))


def plus(terms: list[Matrix], unit: Callable[[], Matrix | None]) -> Matrix:
    """The terms added; a number among matrices is that number everywhere."""
    like = unit()
    flat = [t if like is None or shape(t) != SCALAR else scaled(ONE, (t,), like) for t in terms]
    return drawn(Plus(tuple(flat)))


def content(terms: Sequence[Product]) -> Fraction:
    """The rational number that all terms share, negative where all are."""
    top = gcd(*(t.number.numerator for t in terms))
    bottom = lcm(*(t.number.denominator for t in terms))
    sign = -1 if all(t.number < 0 for t in terms) else 1
    return sign * Fraction(top, bottom)


def shared(terms: Sequence[Product]) -> dict[Matrix, Fraction]:
    """The scalars that all terms share, with the exponent that is nearest to 0."""
    found: dict[Matrix, Fraction] = {}
    for scalar in terms[0].scalars:
        exponents = [t.scalars.get(scalar, Fraction(0)) for t in terms]
        if all(e > 0 for e in exponents) or all(e < 0 for e in exponents):
            found[scalar] = min(exponents, key=abs)
    return found


def without(scalars: dict[Matrix, Fraction], taken: dict[Matrix, Fraction]) -> dict[Matrix, Fraction]:
    """The scalars after some have been taken out."""
    left = {m: e - taken.get(m, Fraction(0)) for m, e in scalars.items()}
    return {m: e for m, e in left.items() if e}


def joined(one: dict[Matrix, Fraction], other: dict[Matrix, Fraction]) -> dict[Matrix, Fraction]:
    """The scalars of two products."""
    both = {m: one.get(m, Fraction(0)) + other.get(m, Fraction(0)) for m in {**one, **other}}
    return {m: e for m, e in both.items() if e}


Gathered = tuple[Product, list[Product]]


def chain(term: Product) -> tuple[Matrix, ...]:
    """The factors of a term's matrix product."""
    inside = term.body
    if inside is None:
        products = [s for s, e in term.scalars.items() if isinstance(s, MatMul) and e == 1]
        inside = products[0] if len(products) == 1 else None
    return inside.factors if isinstance(inside, MatMul) else ()


def around(term: Product) -> dict[Matrix, Fraction]:
    """The scalars of a term without its matrix product."""
    return {s: e for s, e in term.scalars.items() if term.body is not None or not isinstance(s, MatMul)}


def by_diagonal(terms: Sequence[Product]) -> Gathered | None:
    """A matrix and the same with its rows scaled: A - diag(u) A is diag(1 - u) A; columns alike."""
    for plain in terms:
        rows, columns = shape(plain.body) if plain.body is not None else SCALAR
        for axis, end in ((rows, 0), (columns, -1)):
            group = [(t, u) for t in terms if (u := diagonal(t, plain.body, end)) is not None]
            if axis is None or not group or plain.body is None:
                continue
            inside = [Product(plain.number, plain.scalars, Ones(axis))]
            inside += [Product(t.number, around(t), u) for t, u in group]
            whole = factored(inside, lambda dim=axis: Ones(dim))  # type: ignore[misc]  # a default is no argument
            sides = (Diag(whole.matrix), plain.body) if end == 0 else (plain.body, Diag(whole.matrix))
            used = [plain, *(t for t, _ in group)]
            return product(matmul(*sides)), [t for t in terms if not any(t is u for u in used)]
    return None


def diagonal(term: Product, matrix: Matrix | None, end: int) -> Matrix | None:
    """The vector u where a term is diag(u) times a matrix, or the matrix times diag(u)."""
    factors = chain(term)
    found = factors[end] if len(factors) > 1 else None
    if not isinstance(found, Diag):
        return None
    return found.body if matmul(*(factors[1:] if end == 0 else factors[:-1])) == matrix else None


def by_last(terms: Sequence[Product]) -> Gathered | None:
    """Terms whose products end alike: A X + B X is (A + B) X."""
    return by_end(terms, last=True)


def by_first(terms: Sequence[Product]) -> Gathered | None:
    """Terms whose products begin alike."""
    return by_end(terms, last=False)


def by_end(terms: Sequence[Product], *, last: bool) -> Gathered | None:
    """The largest group of terms with one outer factor."""
    ends = [chain(t)[-1 if last else 0] if chain(t) else None for t in terms]
    end = commonest([[e] for e in ends if e is not None])
    if end is None:
        return None
    group = [t for t, e in zip(terms, ends, strict=True) if e == end]
    rest = [t for t, e in zip(terms, ends, strict=True) if e != end]
    inside = [Product(t.number, around(t), matmul(*(chain(t)[:-1] if last else chain(t)[1:]))) for t in group]
    whole = factored(inside, lambda: unit_of(inside[0].body))
    body = unit_of(inside[0].body) if whole.body is None else whole.body
    outer = product(matmul(body, end) if last else matmul(end, body))
    return Product(whole.number * outer.number, joined(whole.scalars, outer.scalars), outer.body), rest


def is_plain(matrix: Matrix) -> bool:
    """Whether a factor is a column or row of ones, which says nothing."""
    return isinstance(matrix, Ones) or (bool(parts(matrix)) and all(map(is_plain, parts(matrix))))


def by_entry(terms: Sequence[Product]) -> Gathered | None:
    """Terms that share an elementwise factor: a ⊙ u + a ⊙ v is a ⊙ (u + v), and diag(u) a is (u 1^T) ⊙ a."""
    if any(t.body is None for t in terms):
        return None
    spread = [entries(t) for t in terms]
    common = commonest(spread)
    if common is None or is_plain(common) or all(s == [common] for s in spread):
        return None
    rows = [rescaled(t, common) if common not in s else s for t, s in zip(terms, spread, strict=True)]
    group = [(t, r) for t, r in zip(terms, rows, strict=True) if r is not None and common in r]
    rest = [t for t, r in zip(terms, rows, strict=True) if r is None or common not in r]
    inside = []
    for term, row in group:
        left = list(row)
        left.remove(common)
        inside.append(product(scaled(term.number, raises(term), hadamard(*left) if left else unit_of(common))))
    whole = factored(inside, lambda: unit_of(common))
    body = unit_of(common) if whole.body is None else whole.body
    outer = product(hadamard(common, body))
    return Product(whole.number * outer.number, joined(whole.scalars, outer.scalars), outer.body), rest


def raises(term: Product) -> tuple[Matrix, ...]:
    """The scalars of a product as trees."""
    return tuple(raised(m, e) for m, e in term.scalars.items())


def entries(term: Product) -> list[Matrix]:
    """The elementwise factors of a term."""
    return list(term.body.factors) if isinstance(term.body, Hadamard) else [term.body] if term.body is not None else []


def rescaled(term: Product, common: Matrix) -> list[Matrix] | None:
    """diag(u) A as u 1^T and A, A diag(v) as A and 1 v^T, where A is the factor that is shared."""
    match chain(term):
        case (Diag(u), *rest) if matmul(*rest) == common:
            return [MatMul((u, transposed(Ones(shape(common)[1])))), common]  # type: ignore[arg-type]  # a matrix has columns
        case (*rest, Diag(v)) if matmul(*rest) == common:
            return [MatMul((Ones(shape(common)[0]), transposed(v))), common]  # type: ignore[arg-type]  # as above
        case _:
            return None


def commonest(groups: Sequence[list[Matrix]]) -> Matrix | None:
    """The factor that most groups have, if several do; among equals the one that a reader meets first."""
    counts = Counter(m for g in groups for m in dict.fromkeys(g))
    several = [m for m, n in counts.items() if n > 1]
    return min(several, key=lambda m: (is_plain(m), -counts[m], place(m)), default=None)


def unit_of(like: Matrix | None) -> Matrix:
    """The matrix of ones of the same shape."""
    match shape(like) if like is not None else SCALAR:
        case (None, None):
            return Scaled(ONE)
        case (rows, None) if rows is not None:
            return Ones(rows)
        case (None, columns) if columns is not None:
            return transposed(Ones(columns))
        case (rows, columns) if rows is not None and columns is not None:
            return ones(rows, columns)
    raise AssertionError(like)


def order(term: Product) -> tuple[bool, bool, int, str]:
    """Where a term goes in a sum: positive ones first, broadcasts late, long products before short ones."""
    body = term.body
    plain = body is not None and (is_plain(body) or (isinstance(body, MatMul) and any(map(is_plain, body.factors))))
    length = len(chain(term)) or len(entries(term))
    return term.number < 0, plain, -length, key(term.matrix)
