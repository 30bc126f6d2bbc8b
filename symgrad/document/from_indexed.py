"""Expressions with symbolic dimensions as boxes: sums with their limits, deltas, entries of tensors."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symgrad.document.atoms import atom_box, dim_box
from symgrad.document.boxes import (
    Big,
    Box,
    Diff,
    Fence,
    Fn,
    Frac,
    Ident,
    Mark,
    Num,
    Op,
    Root,
    Row,
    Script,
    Text,
    commas,
    fenced,
    row,
)
from symgrad.document.from_sympy import boxes
from symgrad.document.heads import applied
from symgrad.document.index_names import (
    Names,
    condition_box,
    depends_on_base,
    first,
    letters_of,
    slot_box,
    with_bound,
    with_free,
)
from symgrad.document.layout import width
from symgrad.document.names import holding, indexed, tensor_name
from symgrad.document.notation import PLAIN, Notation
from symgrad.document.tints import KRONECKER
from symgrad.indexed import (
    Apply,
    Attains,
    Delta,
    Dim,
    Expr,
    Greatest,
    Index,
    Partial,
    Power,
    Ref,
    Scalar,
    Size,
    Tensor,
    Where,
)
from symgrad.indexed.canonical import components
from symgrad.indexed.conditions import Condition
from symgrad.indexed.expr import monomial
from symgrad.indexed.text import atom_text, term_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.indexed import Atom
    from symgrad.indexed.canonical import Exponent, Factor
    from symgrad.indexed.term import Term

HALF = Fraction(1, 2)
LONG = 10.0  # ems of a numerator, beyond which the fraction goes in front
RANKS: tuple[Any, ...] = (Size, Scalar, Delta, Where, Attains, Ref, Apply, Greatest, Power, Partial)


@boxes.register(Expr)
def indexed_boxes(expr: Expr, notation: Notation = PLAIN) -> Box:
    """The expression as a textbook would set it."""
    values = [let.value for let in notation.lets if isinstance(let.value, Expr)]
    taken = letters_of(expr) | {let.symbol.name for let in notation.lets}
    return IndexWriter(notation, first((expr, *values)), taken).sum(expr, {})


def entry_box(tensor: Tensor, letters: tuple[Index, ...], notation: Notation = PLAIN) -> Box:
    """An entry of a tensor, as it is written in its definition."""
    return boxes(tensor[letters], notation)


@boxes.register(Index)
@boxes.register(Dim)
def letter_boxes(what: Index | Dim, notation: Notation = PLAIN) -> Box:  # noqa: ARG001 - a letter is a letter
    """An index or a dimension."""
    return dim_box(what) if isinstance(what, Dim) else slot_box(what, {})


@boxes.register(int)
@boxes.register(Fraction)
def number_boxes(value: int | Fraction, notation: Notation = PLAIN) -> Box:  # noqa: ARG001 - as above
    """A number of a witness."""
    digits = str(abs(value))
    return row(Op("−", prefix=True), Num(digits)) if value < 0 else Num(digits)


@boxes.register(tuple)
def entries_boxes(values: tuple[Any, ...], notation: Notation = PLAIN) -> Box:
    """The entries of a tensor, one after another."""
    return fenced(commas(*(boxes(v, notation) for v in values)))


@boxes.register(str)
def words_boxes(words: str, notation: Notation = PLAIN) -> Box:  # noqa: ARG001 - as above
    """A condition in words."""
    return Text(words)


@boxes.register(Condition)
def condition_boxes(condition: Condition, notation: Notation = PLAIN) -> Box:
    """A condition as a relation, or as words about a maximum or a function."""
    left, relation, right = condition.sides()
    if right is None:
        return row(boxes(left, notation), Text(f" {relation}"))
    return row(boxes(left, notation), Op(relation), boxes(right, notation))


@boxes.register(Tensor)
def tensor_boxes(tensor: Tensor, notation: Notation = PLAIN) -> Box:  # noqa: ARG001 - a name is written in one way
    """A tensor by its name."""
    return tensor_name(tensor)


class IndexWriter:
    """One expression being written: what may not be used as a letter, and what is to be marked."""

    def __init__(self, notation: Notation, begin: int, taken: set[str]) -> None:
        self.notation, self.begin, self.taken = notation, begin, taken
        self.parts: frozenset[Atom] = frozenset()  # factors to mark in the term that is being written

    def sum(self, expr: Expr, names: Names) -> Box:
        """The terms with their signs."""
        if not expr.terms:
            return Num("0")
        names = with_free(expr.free, names)
        kids: list[Box] = []
        for term in sorted(expr.terms, key=lambda t: order(t, names)):
            negative = term.coefficient < 0
            if negative or kids:
                kids.append(Op("−" if negative else "+", prefix=not kids))
            kids.append(self.marked(term, self.term(term, names), whole=len(expr.terms) > 1))
        return row(*kids)

    def marked(self, term: Term, box: Box, *, whole: bool) -> Box:
        """A term in the colour of what changes, where it is all or a part of that."""
        part = self.notation.pointed
        pointed = isinstance(part, Expr) and any(
            t.token == term.token and t.coefficient == term.coefficient for t in part.terms
        )
        return Mark(box, self.notation.tone) if pointed and whole else box

    def term(self, term: Term, names: Names) -> Box:
        """A product without its sign: numbers, what does not depend on the sums, the sums."""
        names = with_bound(term.bound, names, self.taken)
        kept, self.parts = self.parts, self.pointed(term)
        outside = [f for f in term.atoms if not f[0].free & term.bound]
        sums = [self.total(group, term, names) for group in ordered(components(term.bound, term.atoms), names)]
        number = abs(term.coefficient)
        front = self.product(outside, names, number, followed=bool(sums))
        self.parts = kept
        return row(*front, *map(fenced, sums[:-1]), *sums[-1:])

    def pointed(self, term: Term) -> frozenset[Atom]:
        """The factors of a term that change, where it has all of them and others too."""
        part = self.notation.pointed
        if not isinstance(part, Expr) or len(part.terms) != 1 or part.terms[0].bound:
            return frozenset()
        wanted, mine = ({a for a, _ in t.atoms} for t in (part.terms[0], term))
        return frozenset(wanted) if wanted < mine else frozenset()

    def total(self, group: frozenset[Index], term: Term, names: Names) -> Box:
        """A connected sum with its limits."""
        inside = [f for f in term.atoms if f[0].free & group]
        body = row(*self.product(inside, names, Fraction(1), followed=False))
        if isinstance(body, Row) and any(isinstance(k, Op) and k.glyph in "+−" for k in body.kids):
            body = fenced(body)
        for index in sorted(group, key=lambda i: names[i], reverse=True):
            letter, size = slot_box(index, names), dim_box(index.dim)
            upper = size if self.begin else row(size, Op("−"), Num("1"))
            body = Big("∑", row(letter, Op("="), Num(str(self.begin))), upper, body)
        return body

    def product(self, factors: Sequence[Factor], names: Names, number: Fraction, *, followed: bool) -> list[Box]:
        """Factors in reading order, those with negative powers below a bar."""
        placed = sorted(factors, key=lambda f: place(f[0], names))
        tops = [(a, e) for a, e in placed if e > 0]
        single = len(tops) == 1 and number.numerator == 1
        bare = single and (len(tops) < len(placed) or (number.denominator == 1 and not followed))
        above: list[Box] = [self.raised(a, e, names, alone=bare) for a, e in tops]
        below = [(a, -e) for a, e in placed if e < 0]
        if number.numerator != 1:
            above.insert(0, Num(str(number.numerator)))
        if number.denominator == 1 and not below:
            return above or ([] if followed else [Num("1")])
        alone = number.denominator == 1 and len(below) == 1
        bottom: list[Box] = [Num(str(number.denominator))] if number.denominator != 1 else []
        bottom += [self.raised(a, e, names, alone=alone) for a, e in below]
        count = int(number.numerator != 1)  # 1/2 stands before its factors, and 1/n before a long sum
        if below and not (bare and isinstance(tops[0][0], Power) and width(above[0]) > LONG):
            count = len(above)
        top = row(*above[:count]) if count else Num("1")
        rest = above[count:] if not bare or count else [fenced(b) for b in above]
        return [Frac(top, row(*bottom)), *rest]

    def raised(self, atom: Atom, exponent: Exponent, names: Names, *, alone: bool) -> Box:
        """A factor with its power, in the colour of what changes where it is a part of that."""
        box = self.powered(atom, exponent, names, alone=alone)
        return Mark(box, self.notation.tone) if atom in self.parts else box

    def powered(self, atom: Atom, exponent: Exponent, names: Names, *, alone: bool) -> Box:
        """A factor with its power; alone below a bar, or alone as a whole, a sum needs no parentheses."""
        if isinstance(atom, Power):
            inside = self.sum(atom.base, names)
            if exponent == HALF:
                return Root(inside)
            box: Box = inside if exponent == 1 and alone else fenced(inside)
        else:
            box = self.factor(atom, names)
        if exponent == 1:
            return box
        if exponent == HALF:
            return Root(box)
        power = row(
            Num(str(exponent.numerator)), *(Op("/"), Num(str(exponent.denominator))) * (exponent.denominator > 1)
        )
        if isinstance(box, Script) and box.sup is None:
            return Script(box.base, box.sub, power)
        return Script(box if isinstance(box, Ident | Fence | Fn) else fenced(box), None, power)

    def factor(self, atom: Atom, names: Names) -> Box:  # noqa: PLR0911 - one case for each kind
        """One atom."""
        match atom:
            case Ref():
                return indexed(tensor_name(atom.tensor), [slot_box(i, names) for i in atom.indices])
            case Delta():
                both = sorted((atom.left, atom.right), key=lambda i: names.get(i, i.name))
                return indexed(KRONECKER, [slot_box(i, names) for i in both])
            case Where():
                return condition_box(atom, names)
            case Apply():
                return self.function(atom, names)
            case Greatest():
                return self.extreme("max", atom, names)
            case Attains():
                at = slot_box(atom.at, names)
                return Fence(row(at, Op("="), self.extreme("argmax", atom, names)), "[", "]")
            case Partial():
                return self.derivative(atom, names)
            case _:
                return atom_box(atom)

    def function(self, atom: Apply, names: Names) -> Box:
        """A function of expressions; e to a power where that is short, and e^(γ ln u) as the power of u that it is."""
        if (known := as_power(atom)) is not None:
            base, exponent = (self.sum(part, names) for part in known)
            return Script(base if isinstance(base, Ident | Fence) else fenced(base), None, exponent)
        inside = [self.sum(a, names) for a in atom.args]
        if atom.head.__name__ == "exp" and not atom.order and len(atom.arg.terms) == 1 and is_short(inside[0]):
            return Script(Ident("e"), None, inside[0])
        return applied(atom.head, atom.orders, inside)

    def extreme(self, name: str, atom: Greatest | Attains, names: Names) -> Box:
        """Max over an index."""
        inner = with_bound((atom.index,), names, self.taken)
        body = self.sum(atom.body, inner)
        argument = fenced(body) if isinstance(body, Row) else body
        letter, size = slot_box(atom.index, inner), dim_box(atom.index.dim)
        if depends_on_base(atom.body):  # then the shape does not say how far the index runs
            ends = (Op("≤"), size) if self.begin else (Op("<"), size)
            letter = row(Num(str(self.begin)), Op("≤"), letter, *ends)
        return Fn(Script(Ident(name, upright=True), letter), argument)

    def derivative(self, atom: Partial, names: Names) -> Box:
        """∂J/∂W, or the operator in front of anything longer than a name."""
        by, inner = self.factor(atom.ref, names), atom.expr.atom
        if isinstance(inner, Partial) and isinstance(of := inner.expr.atom, Ref):
            return second(self.factor(of, names), self.factor(inner.ref, names), by)
        inside = self.sum(atom.expr, names)
        slope = Diff(inside if isinstance(inner, Ref) else None, by, partial=True)
        operator = holding(slope, atom.fixed)
        if isinstance(inner, Ref):
            return operator
        return row(operator, fenced(inside) if not isinstance(inside, Fn | Fence) else inside)


def as_power(atom: Apply) -> tuple[Expr, Expr] | None:
    """The base and the exponent where e^(γ ln u) is a varying power of u; None where it is none."""
    if atom.head.__name__ != "exp" or atom.order or len(atom.arg.terms) != 1:
        return None
    (term,) = atom.arg.terms
    logs = [a for a, e in term.atoms if e == 1 and isinstance(a, Apply) and a.head.__name__ == "log" and not a.order]
    others = [(a, e) for a, e in term.atoms if a not in logs]
    if term.bound or len(logs) != 1 or not others:
        return None
    return logs[0].arg, monomial(term.coefficient, others)


def second(of: Box, first_by: Box, by: Box) -> Box:
    """A second derivative, by two entries."""
    return Frac(row(Script(Ident("∂"), None, Num("2")), of), row(Ident("∂"), first_by, Ident("∂"), by))


def is_short(box: Box) -> bool:
    """Whether a box is small enough to be an exponent."""
    return isinstance(box, Script | Ident | Num) or (isinstance(box, Row) and all(map(is_plain, box.kids)))


def is_plain(box: Box) -> bool:
    """A name, an index, a sign."""
    return isinstance(box, Script | Ident | Num | Op)


def order(term: Term, names: Names) -> tuple[Any, ...]:
    """Where a term goes: positive ones first, a number before the rest, long ones before short ones."""
    return term.coefficient < 0, bool(term.atoms), -len(term.atoms) - len(term.bound), term_text(term, names)


def ordered(groups: Sequence[frozenset[Index]], names: Names) -> list[frozenset[Index]]:
    """Sums in the order of their letters."""
    return sorted(groups, key=lambda g: sorted(names[i] for i in g))


def place(atom: Atom, names: Names) -> tuple[Any, ...]:
    """Where a factor goes: numbers, deltas, scalars, matrices, vectors, functions, derivatives."""
    rank = next((n for n, kind in enumerate(RANKS) if isinstance(atom, kind)), len(RANKS))
    if isinstance(atom, Ref):
        letters = tuple(names.get(i, str(i)) if not hasattr(i, "parts") else str(i) for i in atom.indices)
        return rank, bool(letters), -len(letters), letters[:1], atom.tensor.name
    if isinstance(atom, Partial):
        return rank, len(atom.expr.free), 0, (), atom_text(atom, names)
    return rank, 0, 0, (), atom_text(atom, names)
