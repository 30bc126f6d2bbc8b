"""Matrix notation as boxes: juxtaposed products, ⊙ for elementwise ones, ⊤ for the transpose."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

from symgrad.document.atoms import atom_box
from symgrad.document.boxes import (
    Box,
    Diff,
    Fence,
    Fn,
    Frac,
    Ident,
    Num,
    Op,
    Over,
    Root,
    Script,
    Space,
    Under,
    fenced,
    row,
)
from symgrad.document.heads import applied
from symgrad.document.names import holding, named, tensor_name
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
    SquaredNorm,
    Symbolic,
    Trace,
    Transpose,
    Var,
    axis,
    shape,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.indexed.canonical import Exponent

TOP = Ident("⊤")
SUM, HADAMARD, PRODUCT, ATOM = range(4)


@dataclass(frozen=True, slots=True)
class Style:
    """`shapes`: every factor with its rows and columns below it."""

    shapes: bool = False


PLAIN = Style()


def matrix_boxes(matrix: Matrix, style: Style = PLAIN) -> Box:
    """The matrix as a textbook would set it."""
    return Setter(style).set(matrix)


def strength(matrix: Matrix) -> int:
    """How strongly a matrix holds together as it is written."""
    match matrix:
        case Plus():
            return SUM
        case Hadamard(factors):
            return HADAMARD if len(factors) > 1 else strength(factors[0])
        case Scaled(number, _, _) if number < 0:
            return SUM
        case Scaled() | MatMul():
            return PRODUCT
        case Broadcast(body):
            return strength(body)
        case _:
            return ATOM


class Setter:
    """One matrix expression being written."""

    def __init__(self, style: Style) -> None:
        self.style = style

    def set(self, matrix: Matrix) -> Box:  # noqa: C901, PLR0911, PLR0912 - one case for each kind
        """The box of a matrix."""
        match matrix:
            case Var(tensor):
                return self.sized(tensor_name(tensor), matrix)
            case Derived(of, by, fixed):
                return holding(Diff(tensor_name(of), tensor_name(by), partial=True), fixed)
            case Symbolic(atom):
                return atom_box(atom)
            case Identity():
                return self.sized(Ident("I"), matrix)
            case Ones():
                return self.sized(Ident("𝟏"), matrix)
            case Transpose(body):
                return self.transpose(body)
            case MatMul(factors):
                return self.product(factors)
            case Hadamard(factors):
                return self.hadamard(factors)
            case Plus(terms):
                return self.sum(terms)
            case Scaled():
                return self.scaled(matrix)
            case Raised(body, exponent):
                return self.power(body, exponent)
            case Elementwise(head, orders, (Scaled(body=Elementwise(inner, (0,), (base,))) as power,)) if (
                head.__name__ == "exp" and not any(orders) and inner.__name__ == "log"
            ):
                return self.varying(base, power)
            case Elementwise(head, orders, arguments):
                return applied(head, orders, [self.set(a) for a in arguments])
            case _:
                return self.operation(matrix)

    def operation(self, matrix: Diag | Trace | SquaredNorm | Broadcast) -> Box:
        """A function of a whole matrix; a diagonal matrix of reciprocals is an inverse."""
        if isinstance(matrix, Diag) and isinstance(matrix.body, Raised) and matrix.body.exponent == -1:
            return Script(self.set(Diag(matrix.body.body)), None, number(Fraction(-1)))
        inside = self.set(matrix.body)
        match matrix:
            case Diag():
                return Fn(Ident("diag"), fenced(inside))
            case Trace():
                return Fn(Ident("tr"), fenced(inside))
            case SquaredNorm():
                return self.norm(matrix.body, Fraction(2))
            case Broadcast():
                return inside

    def norm(self, body: Matrix, exponent: Exponent) -> Box:
        """The length of a vector, the Frobenius norm of a matrix, to a power."""
        length = fenced(self.set(body), "‖", "‖")
        below = None if None in shape(body) else Ident("F")
        above = None if exponent == 1 else number(exponent)
        return length if below is above is None else Script(length, below, above)

    def product(self, factors: Sequence[Matrix]) -> Box:
        """Factors side by side, with a little room beside a function that is named by a word."""
        kids: list[Box] = []
        for n, factor in enumerate(factors):
            if n and (isinstance(factor, Diag) or isinstance(factors[n - 1], Diag)):
                kids.append(Space(0.17))
            kids.append(self.held(factor, PRODUCT))
        return row(*kids)

    def hadamard(self, factors: Sequence[Matrix]) -> Box:
        """Elementwise factors; a function that stands there twice as its square, tanh²(z)."""
        kids: list[Box] = []
        for n, (factor, run) in enumerate((f, len(list(same))) for f, same in groupby(factors)):
            box = self.held(factor, HADAMARD if n else PRODUCT)
            if run > 1 and isinstance(factor, Elementwise) and isinstance(box, Fn) and isinstance(box.head, Ident):
                kids.append(Fn(Script(box.head, None, Num(str(run))), box.argument))
            else:
                kids += [box, *(self.held(factor, HADAMARD) for _ in range(run - 1))]
        return joined("⊙", kids)

    def held(self, matrix: Matrix, least: int) -> Box:
        """The box of a matrix, in parentheses unless it holds together at least so strongly."""
        box = self.set(matrix)
        return box if strength(matrix) >= least else fenced(box)

    def sized(self, box: Box, matrix: Matrix) -> Box:
        """A name with its shape below, where that is asked for."""
        if not self.style.shapes or shape(matrix) == (None, None):
            return box
        rows, columns = (named(axis(a)) if a is not None else Num("1") for a in shape(matrix))
        return Under(box, row(rows, Op("×"), columns))

    def transpose(self, body: Matrix) -> Box:
        """A name or a parenthesis with ⊤."""
        if isinstance(body, Var | Ones):
            inside = Setter(PLAIN).set(body)
            return self.sized(turned(inside), Transpose(body))
        return turned(self.set(body))

    def varying(self, base: Matrix, power: Scaled) -> Box:
        """Entries to a power that is no number: e^(γ ln u)."""
        inside = self.set(base)
        shown = row(Op("⊙", prefix=True), self.set(scaled(power.number, power.scalars, None)))
        return Script(inside if isinstance(inside, Ident | Fence) else fenced(inside), None, shown)

    def power(self, body: Matrix, exponent: Exponent) -> Box:
        """Entries to a power: a plain one on a scalar, ⊙ before it on a vector or matrix."""
        if isinstance(body, SquaredNorm) and (2 * exponent).denominator == 1:
            return self.norm(body.body, 2 * exponent)
        inside = self.set(body)
        scalar = shape(body) == (None, None)
        if scalar and exponent == HALF:
            return Root(inside)
        base = inside if isinstance(inside, Ident | Fence) else fenced(inside)
        shown = number(exponent) if scalar else row(Op("⊙", prefix=True), number(exponent))
        return Script(base, None, shown)

    def scaled(self, matrix: Scaled) -> Box:
        """Numbers and scalars in front, those with a negative power below a bar."""
        names = [s for s in matrix.scalars if is_name(s)]
        top, bottom = numerals(matrix.number)
        above = [*top, *(self.set(s) for s in names if not is_below(s))]
        below = [*bottom, *(self.set(inverse(s)) for s in matrix.scalars if is_below(s))]
        rest = [s for s in matrix.scalars if not is_below(s) and not is_name(s)]
        only_sign = matrix.number == -1 and not matrix.scalars
        after = [] if matrix.body is None else [self.held(matrix.body, HADAMARD if only_sign else PRODUCT)]
        alone = len(rest) == 1 and not after
        behind = [self.held(s, PRODUCT) if alone else self.front(s) for s in rest]
        if below:
            above = [Frac(row(*above) if above else Num("1"), row(*below))]
        sign = [Op("−", prefix=True)] if matrix.number < 0 else []
        return row(*sign, *(above if above or behind or after else [Num("1")]), *behind, *after)

    def front(self, scalar: Matrix) -> Box:
        """A scalar among others: an inner product is put in parentheses."""
        box = self.set(scalar)
        return fenced(box) if isinstance(scalar, MatMul | Plus) else box

    def sum(self, terms: Sequence[Matrix]) -> Box:
        """Terms with their signs."""
        kids: list[Box] = []
        for term in terms:
            negative = isinstance(term, Scaled) and term.number < 0
            body = self.set(without_sign(term))
            if isinstance(term, Plus):
                body = fenced(body)
            if negative:
                kids.append(Op("−", prefix=not kids))
            elif kids:
                kids.append(Op("+"))
            kids.append(body)
        return row(*kids)


HALF = Fraction(1, 2)


def is_name(scalar: Matrix) -> bool:
    """Whether a scalar is a letter, or a power of one, which may stand above a fraction bar."""
    return isinstance(scalar.body if isinstance(scalar, Raised) else scalar, Var | Symbolic)


def is_below(scalar: Matrix) -> bool:
    """Whether a scalar goes below the bar."""
    return isinstance(scalar, Raised) and scalar.exponent < 0


def inverse(scalar: Matrix) -> Matrix:
    """What stands below the bar for a negative power."""
    return raised(scalar.body, -scalar.exponent) if isinstance(scalar, Raised) else scalar


def turned(box: Box) -> Box:
    """A box with ⊤ at its shoulder: after an index, and after parentheses around anything that is more than a name."""
    if isinstance(box, Script) and box.sup is None:
        return Script(box.base, box.sub, TOP, label=True)
    return Script(box if isinstance(box, Ident | Fence | Over | Fn) else fenced(box), None, TOP, label=True)


def without_sign(term: Matrix) -> Matrix:
    """A term with a positive number in front."""
    return scaled(abs(term.number), term.scalars, term.body) if isinstance(term, Scaled) else term


def joined(sign: str, parts: Sequence[Box]) -> Box:
    """Parts with an operator between them."""
    spaced: list[Box] = []
    for part in parts:
        spaced += [Op(sign), part] if spaced else [part]
    return row(*spaced)


def number(value: Exponent) -> Box:
    """A rational number on one line."""
    sign = [Op("−", prefix=True)] if value < 0 else []
    below: list[Box] = [Op("/"), Num(str(value.denominator))] if value.denominator > 1 else []
    return row(*sign, Num(str(abs(value.numerator))), *below)


def numerals(value: Fraction) -> tuple[list[Box], list[Box]]:
    """What a number puts above and below a fraction bar; 1 is left out."""
    top, bottom = abs(value.numerator), value.denominator
    return ([Num(str(top))] if top != 1 else []), ([Num(str(bottom))] if bottom != 1 else [])
