"""Vectors and matrices as people write them: entries in index form, with the index of the rows and of the columns."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sympy import Abs, Dummy, Rational, exp, log, sign
from sympy import Function as SympyFunction

from symgrad.core import REALS, SymgradError
from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.arithmetic import Refused
from symgrad.definitions.lookup import spelled
from symgrad.definitions.losses import LOSSES
from symgrad.definitions.vocabulary import CONSTANTS, PLAIN, Word, symbol, word
from symgrad.indexed import (
    ZERO,
    Apply,
    Atom,
    Dim,
    Expr,
    Index,
    Power,
    Ref,
    Size,
    Tensor,
    Term,
    apply,
    delta,
    expr,
    greatest,
    size,
    total,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DECLARED = re.compile(r"\s*(?P<name>\w+)\s*[:=]\s*\(?\s*(?P<dims>\w*(?:\s*,\s*\w+)*)\s*,?\s*\)?\s*")
MATRIX = 2  # dimensions of a name, at most
LETTERS = "zuvstrqhgf"  # names for inner quantities, in this order
EXPONENT = 64  # the largest numerator and denominator of an exponent


TOTAL = frozenset({"exp", "tanh", "sin", "cos", "sinh", "cosh", "erf", "erfc", "atan", "asinh", "Abs", "sign"})


class Misfit(Exception):  # noqa: N818 - caught by the parser, which adds the place and raises ParseError
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
            raise Misfit(
                f"{doing} needs two equal shapes, but the left side is {self.shape} and the right {other.shape}"
            )
        other = other.fresh()
        return Shaped(other.entry.rename(dict(zip(other.indices, self.indices, strict=True))), self.row, self.column)

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
                f"* needs as many columns on the left as rows on the right, but {self.shape} meets {other.shape}; "
                "transpose one with ', or write .* for the product entry by entry"
            )
        if j is None or k is None:
            return Shaped(ZERO, left.row, right.column).with_entry(left.entry * right.entry)
        return Shaped(ZERO, left.row, right.column).with_entry(total(j, left.entry * right.entry.rename({k: j})))

    def quotient(self, other: Shaped) -> Shaped:
        """The quotient x / y by a scalar."""
        if not other.is_scalar:
            raise Misfit(f"/ divides by a scalar, but the divisor has shape {other.shape}; write ./ entry by entry")
        return self.entry_quotient(other)

    def entry_quotient(self, other: Shaped) -> Shaped:
        """The quotient x ./ y, entry by entry."""
        return self.entry_product(other.mapped(lambda y: raised(y, Fraction(-1))))

    def power(self, exponent: Shaped) -> Shaped:
        """x^2 of a scalar."""
        if not self.is_scalar:
            raise Misfit(f"^ raises a scalar, but the base has shape {self.shape}; write .^ entry by entry, or A*A")
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
            raise Misfit(f"{doing} takes a vector, but this has shape {self.shape}")
        return self.indices[0]


def asked(entry: Expr) -> frozenset[str]:
    """The atoms of an entry that have no value everywhere, in free indices: divisors, roots, logarithms."""
    return frozenset(a.key({}) for t in entry.terms for a, e in t.atoms if partial_there(a, e) and not a.free & t.bound)


def partial_there(atom: Atom, exponent: Fraction) -> bool:
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
        raise Misfit(f"an exponent may be at most {EXPONENT} in size, and so may its denominator")
    return found


def raised(base: Expr, exponent: Fraction) -> Expr:
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


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the grammar with the number of its arguments."""

    apply: Callable[..., Shaped]
    least: int = 1
    most: int = 1

    @property
    def counted(self) -> str:
        """How many arguments it takes."""
        return f"{self.least} argument{'s' * (self.least > 1)}" + f" to {self.most}" * (self.most > self.least)


def trace(x: Shaped) -> Shaped:
    """The sum of the diagonal."""
    return diagonal(x, "tr").sum()


def diagonal(x: Shaped, doing: str = "diag") -> Shaped:
    """The diagonal of a square matrix as a column."""
    if x.row is None or x.column is None or x.row.dim != x.column.dim:
        raise Misfit(f"{doing} takes a square matrix, but this has shape {x.shape}")
    x = x.fresh()
    return Shaped(x.entry.rename({x.column: x.row}), x.row)  # type: ignore[dict-item]  # both are indices here


def diag(x: Shaped) -> Shaped:
    """A vector as a diagonal matrix, a matrix's diagonal as a vector."""
    if len(x.indices) != 1:
        return diagonal(x)
    x = x.fresh()
    (i,) = x.indices
    j = i.fresh()
    return Shaped(x.entry * delta(i, j), i, j)


def norm1(x: Shaped) -> Shaped:
    """The sum of the absolute values."""
    x.vector("norm1")
    return x.mapped(lambda e: apply(Abs, e)).sum()


def norm2(x: Shaped) -> Shaped:
    """The Euclidean length of a vector."""
    if len(x.indices) > 1:
        raise Misfit(f"norm2 takes a vector, but this has shape {x.shape}; write tr(A'*A)^(1/2) for the Frobenius norm")
    x.vector("norm2")
    return x.mapped(lambda e: e**2).sum().mapped(lambda e: raised(e, Fraction(1, 2)))


def along(x: Shaped, doing: str) -> Index:
    """The index that softmax and its like work along: that of a vector, or the columns of a matrix (each row apart)."""
    if x.is_scalar:
        raise Misfit(f"{doing} takes a vector, or a matrix whose rows are taken one by one, but this is a scalar")
    return x.column or x.vector(doing)


def is_tensor(entry: Expr) -> bool:
    """Whether an entry is one of a tensor's, as it stands."""
    match entry.terms:
        case (Term(coefficient=1, bound=frozenset(), atoms=((Ref(), 1),)),):
            return not entry.terms[0].bound
    return False


def tensor_of(entry: Expr) -> Tensor:
    """The tensor that an entry belongs to."""
    (tensor,) = entry.tensors
    return tensor


def logsumexp(x: Shaped) -> Shaped:
    """The logarithm ln sum_j exp(x_j), of a vector or of every row of a matrix."""
    k = along(x, "logsumexp")
    row = x.row if k is x.column else None
    return Shaped(apply(log, total(k, apply(exp, x.entry))), row)


def mean(x: Shaped) -> Shaped:
    """The mean of all entries."""
    found = x.sum()
    for i in x.indices:
        found = found.mapped(lambda e, i=i: e / size(i.dim))  # type: ignore[misc]  # the default pins the index
    return found


def largest(x: Shaped) -> Shaped:
    """The largest entry of a vector."""
    x = x.fresh()
    return Shaped(greatest(x.vector("max"), x.entry))


def entrywise(head: Any, known: Word | None = None) -> Callable[..., Shaped]:
    """A function of scalars, entry by entry; arguments after the first are of its shape, or scalars.

    `known` refuses parameters outside their domain.
    """

    def of(x: Shaped, *others: Shaped) -> Shaped:
        kept = 1 + len(others)
        if known is not None:
            try:
                made = known.apply(*(number_or_letter(v.entry) for v in (x, *others)))
            except Refused as refusal:
                raise Misfit(str(refusal)) from None
            kept = len(made.args) if isinstance(made, head) else kept  # huber(x, y, 1) is huber(x, y)
        values = [x.entry, *(o.entry if o.is_scalar else x.beside(o, head.__name__).entry for o in others)]
        return x.with_entry(apply(head, *values[:kept]))

    return of


def number_or_letter(entry: Expr) -> Any:
    """A number as SymPy's, a letter for all else: enough to see whether a parameter is in its domain."""
    if any(t.atoms for t in entry.terms):
        return Dummy(real=True)
    return Rational(entry.terms[0].coefficient) if entry.terms else Rational(0)


FUNCTIONS: dict[str, Function] = {
    "sum": Function(Shaped.sum),
    "mean": Function(mean),
    "tr": Function(trace),
    "trace": Function(trace),
    "diag": Function(diag),
    "norm1": Function(norm1),
    "norm2": Function(norm2),
    "logsumexp": Function(logsumexp),
    "max": Function(largest),
    "exp": Function(entrywise(exp)),
    "log": Function(entrywise(log)),
    "log1p": Function(lambda x: entrywise(log)(x.mapped(lambda e: e + 1))),
    "expm1": Function(lambda x: entrywise(exp)(x).mapped(lambda e: e - 1)),
    "sqrt": Function(lambda x: x.entry_power(Shaped.scalar(Fraction(1, 2)))),
    "abs": Function(entrywise(Abs)),
    "sign": Function(entrywise(sign)),
}


LINEAR = frozenset({"sum", "mean", "tr", "trace", "diag"})  # what they are applied to needs no name of its own


@dataclass(frozen=True, slots=True)
class Shapes:
    """Which names are vectors and matrices, and of which dimensions; every other letter is a scalar.

    `scalars`, `named` and `softmaxes` are what one formula's reading has brought up: scalars by name, names for inner
    quantities by the value that they stand for, and pairs (p, z) with p = softmax(z).
    """

    tensors: tuple[Tensor, ...] = ()
    scalars: dict[str, Tensor] = field(default_factory=dict, compare=False)
    named: dict[str, Tensor] = field(default_factory=dict, compare=False)
    softmaxes: list[tuple[Tensor, Tensor]] = field(default_factory=list, compare=False)

    @staticmethod
    def of(declared: Iterable[str]) -> Shapes:
        """Shapes from texts such as `X:m,n` and `w:n`; one letter is one dimension throughout."""
        dims: dict[str, Dim] = {}
        found: dict[str, Tensor] = {}
        for text in declared:
            name, letters = declaration(text)
            if name in found:
                raise SymgradError(f"the shape of {name} is given twice; give it once")
            found[name] = Tensor(name, tuple(dims.setdefault(d, Dim(d)) for d in letters))
        clash = sorted(found.keys() & dims.keys())
        if clash:
            raise SymgradError(f"{clash[0]} is the name of a tensor and of a dimension; rename one of the two")
        return Shapes(tuple(found.values()))

    @property
    def dims(self) -> dict[str, Dim]:
        """The dimensions by name."""
        return {d.name: d for t in self.tensors for d in t.dims}

    def tensor(self, name: str) -> Tensor | None:
        """The tensor of this name."""
        return next((t for t in self.tensors if t.name == name), None)

    def value(self, name: str) -> Shaped | None:
        """What a name in the text stands for: a tensor, the size of a dimension, or a scalar."""
        tensor = self.tensor(name)
        if tensor is not None:
            indices = tuple(Index(letter, d) for letter, d in zip("ij", tensor.dims, strict=False))
            return Shaped(tensor[indices], *indices)
        if name in self.dims:
            return Shaped(size(self.dims[name]))
        if name in CONSTANTS:
            return Shaped.scalar(CONSTANTS[name])
        if symbol(name) is None:
            return None
        return Shaped(self.scalars.setdefault(name, Tensor(name))())

    def name(self, value: Shaped, letters: str = LETTERS, *, always: bool = False) -> Shaped:
        """The value under a name of its own where it holds a sum; equal values get one name."""
        if not always and not any(t.bound for t in value.entry.terms):
            return value
        key = value.entry.key({i: f"{'row' if i is value.row else 'column'}" for i in value.indices})
        if key not in self.named:
            free = (c for c in letters if c not in self.taken)
            dims = tuple(i.dim for i in value.indices)
            self.named[key] = Tensor(
                next(free, f"{letters[0]}{len(self.named)}"), dims, body=(value.indices, value.entry)
            )
        return value.with_entry(self.named[key][value.indices])

    def softmax(self, value: Shaped) -> Shaped:
        """P = exp(z)/S by rows, under names, so that a result can be told in them."""
        along(value, "softmax")
        logits = self.name(value, always=not is_tensor(value.entry))
        k = along(logits, "softmax")
        weight = apply(exp, logits.entry)
        rows = logits.row if k is logits.column else None
        total_weight = self.name(Shaped(total(k, weight), rows), "STR", always=True)
        p = self.name(logits.with_entry(weight / total_weight.entry), "pqr", always=True)
        self.softmaxes.append((tensor_of(p.entry), tensor_of(logits.entry)))
        return p

    @property
    def taken(self) -> set[str]:
        """Names that are in use."""
        mine = {t.name for t in (*self.tensors, *self.named.values())}
        return {*mine, *self.scalars, *self.dims}

    def function(self, name: str) -> Function | None:
        """The function of scalars of this name, which acts entry by entry."""
        known = word(name)
        entry = ACTIVATIONS.get(spelled(name, ACTIVATIONS)) or LOSSES.get(spelled(name, LOSSES))
        head = entry.head if entry else known and known.apply
        if known is None or not (isinstance(head, type) and issubclass(head, SympyFunction)):
            return None
        return Function(entrywise(head, known), known.least, known.most)

    @property
    def functions(self) -> list[str]:
        """The names of the functions of scalars, for a hint."""
        return [name for name in (*PLAIN, *ACTIVATIONS, *LOSSES) if self.function(name)]


def declaration(text: str) -> tuple[str, tuple[str, ...]]:
    """The name and the dimensions that a text such as `X:m,n` declares."""
    match = DECLARED.fullmatch(text)
    letters = tuple(d.strip() for d in match["dims"].split(",") if d.strip()) if match else ()
    if match is None or symbol(match["name"]) is None:
        raise SymgradError(
            f"{text[:60]!r} is no shape; write NAME:ROWS,COLUMNS for a matrix (X:m,n), NAME:ROWS for a vector"
        )
    if len(letters) > MATRIX:
        raise SymgradError(
            f"{match['name']} has {len(letters)} dimensions; the notation knows vectors and matrices only"
        )
    bad = next((d for d in letters if not d.isidentifier()), None)
    if bad is not None:
        raise SymgradError(
            f"the dimension {bad!r} is a number; sizes stay letters here, such as n: the result holds for every size"
        )
    return match["name"], letters
