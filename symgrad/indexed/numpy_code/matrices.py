"""Matrix notation as NumPy code: vectors have one axis, so transposes of them vanish and outer products are named."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from symgrad.indexed.matrix.build import raised, scaled
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
    Shape,
    SquaredNorm,
    Symbolic,
    Trace,
    Transpose,
    Var,
    shape,
)
from symgrad.indexed.numpy_code.heads import calling, nothing_known
from symgrad.indexed.numpy_code.pieces import ATOM, POWER, PRODUCT, SUM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.indexed.numpy_code.entries import Emitter

Code = tuple[str, int]  # and how strongly it holds together


@dataclass(frozen=True, slots=True)
class MatrixEmitter:
    """Writes matrix trees with the names of an emitter."""

    emitter: Emitter

    def code(self, matrix: Matrix) -> str:
        """The matrix as one expression of its own shape."""
        return self.of(matrix)[0]

    def of(self, matrix: Matrix) -> Code:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
        """Code for a matrix."""
        match matrix:
            case Var(tensor):
                return self.emitter.named(tensor), ATOM
            case Derived(of):
                raise nothing_known(of.name)
            case Symbolic(atom):
                return self.emitter.atom(atom).code, ATOM
            case Identity(dim):
                return f"np.eye({self.emitter.named(dim)})", ATOM
            case Ones(dim):
                return f"np.ones({self.emitter.named(dim)})", ATOM
            case Transpose(body):
                return self.of(body) if None in shape(body) else (f"{self.held(body, ATOM)}.T", ATOM)
            case MatMul(factors):
                return self.product(factors)
            case Hadamard(factors):
                return self.entrywise(factors)
            case Plus(terms):
                return self.sum(terms)
            case Scaled():
                return self.scaled(matrix)
            case Raised(body, exponent):
                if exponent == Fraction(1, 2):
                    return f"np.sqrt({self.code(body)})", ATOM
                shown = str(exponent) if exponent.denominator == 1 and exponent > 0 else f"({exponent})"
                return f"{self.held(body, ATOM)}**{shown}", POWER
            case Elementwise(head, orders, arguments):
                return self.function(head, orders, arguments)
            case _:
                return self.whole(matrix)

    def whole(self, matrix: Diag | Trace | SquaredNorm | Broadcast) -> Code:
        """A function of a whole matrix."""
        match matrix:
            case Diag(body):
                return f"np.diag({self.code(body)})", ATOM
            case Trace(MatMul((Transpose(left), right))):
                return f"np.sum({self.held(left, PRODUCT)} * {self.held(right, POWER)})", ATOM
            case Trace(body):
                return f"np.trace({self.code(body)})", ATOM
            case SquaredNorm(body) if self.is_name(body):
                return f"np.sum({self.held(body, ATOM)}**2)", ATOM
            case SquaredNorm(body):
                return f"np.sum(({self.code(body)})**2)", ATOM
            case Broadcast(body):
                return self.of(body)

    @staticmethod
    def is_name(matrix: Matrix) -> bool:
        """Whether a matrix is one name."""
        return isinstance(matrix, Var)

    def held(self, matrix: Matrix, least: int) -> str:
        """Code in parentheses unless it holds together at least so strongly."""
        return fenced(self.of(matrix), least)

    def product(self, factors: Sequence[Matrix]) -> Code:
        """A chain of products, from the right where it ends in a column."""
        parts = [(self.of(f) if not isinstance(f, Diag) else self.of(f.body), shape(f), f) for f in factors]
        if shape(factors[-1])[1] is None and shape(factors[0])[0] is not None:
            while len(parts) > 1:
                *parts, left, right = parts
                parts.append(self.pair(left, right))
        while len(parts) > 1:
            left, right, *parts = parts
            parts.insert(0, self.pair(left, right))
        return parts[0][0]

    def pair(self, left: Part, right: Part) -> Part:  # noqa: PLR0911 - one case for each kind of factor
        """The product of two."""
        (a, shape_a, f), (b, shape_b, g) = left, right
        found = shape_a[0], shape_b[1]
        one = Scaled(Fraction(1))  # what is left of a factor once it has been used
        if is_ones(g) and shape_b[1] is None:
            axis = "" if shape_a[0] is None else "axis=1"
            if isinstance(f, Transpose) and axis:
                return (f"{self.held(f.body, ATOM)}.sum(axis=0)", ATOM), found, one
            return (f"{fenced(a, ATOM)}.sum({axis})", ATOM), found, one
        if is_ones(f) and shape_a[0] is None:
            axis = "" if shape_b[1] is None else "axis=0"
            if isinstance(g, Transpose) and axis:
                return (f"{self.held(g.body, ATOM)}.sum(axis=1)", ATOM), found, one
            return (f"{fenced(b, ATOM)}.sum({axis})", ATOM), found, one
        if isinstance(f, Diag):
            column = f"{fenced(a, ATOM)}[:, None]" if shape_b[1] is not None else fenced(a, PRODUCT)
            return (f"{column} * {fenced(b, POWER)}", PRODUCT), found, one
        if isinstance(g, Diag):
            return (f"{fenced(a, PRODUCT)} * {fenced(b, POWER)}", PRODUCT), found, one
        if shape_a[1] is None:
            return (f"np.outer({a[0]}, {b[0]})", ATOM), found, one
        return (f"{fenced(a, PRODUCT)} @ {fenced(b, POWER)}", PRODUCT), found, one

    def entrywise(self, factors: Sequence[Matrix]) -> Code:
        """An elementwise product; a repeated row or column is left to broadcasting where another factor is whole."""
        shown = self.beside(factors)
        return " * ".join(fenced(c, POWER if n else PRODUCT) for n, c in enumerate(shown)), PRODUCT

    def sum(self, terms: Sequence[Matrix]) -> Code:
        """A sum, with the same use of broadcasting."""
        signs = [isinstance(t, Scaled) and t.number < 0 for t in terms]
        plain = [scaled(abs(t.number), t.scalars, t.body) if isinstance(t, Scaled) else t for t in terms]
        code = ""
        for negative, part in zip(signs, self.beside(plain), strict=True):
            code += (f" {'-' if negative else '+'} " if code else "-" if negative else "") + fenced(part, PRODUCT)
        return code, SUM

    def beside(self, parts: Sequence[Matrix]) -> list[Code]:
        """Each part as code, those that broadcasting can spread in short, if one that it can't is among them."""
        short = [self.short(p) for p in parts]
        if all(s is not None for s in short):
            return [
                self.of(parts[0]),
                *(s if s is not None else self.of(p) for s, p in zip(short[1:], parts[1:], strict=True)),
            ]
        return [s if s is not None else self.of(p) for s, p in zip(short, parts, strict=True)]

    def short(self, matrix: Matrix) -> Code | None:
        """What broadcasting makes the matrix of: a number, a row, a column with an axis of length 1."""
        match matrix:
            case Ones() | Transpose(Ones()) | MatMul((Ones(), Transpose(Ones()))):
                return "1", ATOM
            case MatMul((Ones(), *row)) if shape(row[0])[0] is None:
                return self.product(row)
            case MatMul((column, Transpose(Ones()))) if shape(column)[1] is None:
                return f"{self.held(column, ATOM)}[:, None]", ATOM
            case Broadcast(body):
                return self.of(body)
            case Scaled(number, scalars, body) if body is not None and (inside := self.short(body)) is not None:
                front = self.of(Scaled(number, scalars))
                return front if inside[0] == "1" else (f"{fenced(front, PRODUCT)} * {fenced(inside, POWER)}", PRODUCT)
            case _:
                return None

    def scaled(self, matrix: Scaled) -> Code:
        """Numbers and scalars before a matrix, then what divides it."""
        below = [raised(s.body, -s.exponent) for s in matrix.scalars if isinstance(s, Raised) and s.exponent < 0]
        above = [s for s in matrix.scalars if not (isinstance(s, Raised) and s.exponent < 0)]
        top, bottom = abs(matrix.number.numerator), matrix.number.denominator
        tops: list[Code] = [(str(top), ATOM)] if top != 1 else []
        tops += [self.of(s) for s in [*above, *([] if matrix.body is None else [matrix.body])]]
        bottoms: list[Code] = [(str(bottom), ATOM)] if bottom != 1 else []
        bottoms += [self.of(s) for s in below]
        code = " * ".join(fenced(c, POWER if n else PRODUCT) for n, c in enumerate(tops)) or "1.0"
        strength = max(tops[0][1], PRODUCT) if len(tops) == 1 else PRODUCT
        if bottoms:
            under = " * ".join(fenced(c, POWER if n else PRODUCT) for n, c in enumerate(bottoms))
            under = under if len(bottoms) == 1 and bottoms[0][1] >= POWER else f"({under})"
            code, strength = f"{fenced((code, strength), PRODUCT)} / {under}", PRODUCT
        return (f"-{fenced((code, strength), PRODUCT)}", SUM) if matrix.number < 0 else (code, strength)

    def function(self, head: object, orders: tuple[int, ...], arguments: Sequence[Matrix]) -> Code:
        """A function of every entry."""
        return calling(self.emitter.called(head, orders), list(map(self.code, arguments))), ATOM


Part = tuple[Code, Shape, Matrix]


def fenced(code: Code, least: int) -> str:
    """Code in parentheses unless it holds together at least so strongly."""
    return code[0] if code[1] >= least else f"({code[0]})"


def is_ones(matrix: Matrix) -> bool:
    """Whether a factor is a column or row of ones."""
    return isinstance(matrix.body if isinstance(matrix, Transpose) else matrix, Ones)
