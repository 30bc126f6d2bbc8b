"""The functions of formulas of vectors and matrices: sums, norms, traces, and the catalogue's entry by entry."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sympy import Abs, Dummy, Max, Min, Rational, exp, log, sign
from sympy import Function as SympyFunction

from symgrad.definitions.activations import ACTIVATIONS
from symgrad.definitions.arithmetic import Refused
from symgrad.definitions.lookup import spelled
from symgrad.definitions.losses import LOSSES
from symgrad.definitions.parser import arguments
from symgrad.definitions.shaped import NO_INVERSE, Misfit, Shaped, raised
from symgrad.definitions.vocabulary import PLAIN, Word, word
from symgrad.indexed import Expr, Index, Size, Term, apply, delta, expr, greatest, size, total
from symgrad.words import clauses, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.words import Message


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the grammar with the number of its arguments."""

    apply: Callable[..., Shaped]
    least: int = 1
    most: int = 1

    @property
    def counted(self) -> Message:
        """How many arguments it takes."""
        return arguments(self.least, self.most)


def trace(x: Shaped) -> Shaped:
    """The sum of the diagonal."""
    return diagonal(x, "tr").sum()


def diagonal(x: Shaped, doing: str = "diag") -> Shaped:
    """The diagonal of a square matrix as a column."""
    if x.row is None or x.column is None or x.row.dim != x.column.dim:
        raise Misfit("{doing} takes a square matrix, but this has shape {shape}", doing=doing, shape=x.shape)
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
        raise Misfit(
            "norm2 takes a vector, but this has shape {shape}; write normF(A) for the Frobenius norm", shape=x.shape
        )
    x.vector("norm2")
    return x.mapped(lambda e: e**2).sum().mapped(lambda e: raised(e, Fraction(1, 2)))


def norm(x: Shaped) -> Shaped:
    """The Euclidean length of a vector; what that of a matrix would be, libraries don't agree on."""
    if len(x.indices) > 1:
        raise Misfit(
            "norm takes a vector, but this has shape {shape}; write normF(A) for the Frobenius norm", shape=x.shape
        )
    return norm2(x)


def frobenius(x: Shaped) -> Shaped:
    """The root of the sum of all squares."""
    return x.mapped(lambda e: e**2).sum().mapped(lambda e: raised(e, Fraction(1, 2)))


def dot(x: Shaped, y: Shaped) -> Shaped:
    """The inner product of two vectors."""
    x.vector("dot")
    y.vector("dot")
    return column(x).entry_product(column(y)).sum()


def outer(x: Shaped, y: Shaped) -> Shaped:
    """The outer product of two vectors."""
    x.vector("outer")
    y.vector("outer")
    return column(x).product(column(y).transpose())


def column(x: Shaped) -> Shaped:
    """A vector as a column."""
    return x.transpose() if x.row is None else x


def of_size(x: Shaped, doing: str) -> Index:
    """An index over the dimension whose size was given: that of n in ones(n)."""
    match x.entry.terms:
        case (Term(coefficient=1, atoms=((Size() as atom, 1),)),):
            return Index("i", atom.dim)
    raise Misfit("{doing} takes a dimension by its letter, as in {doing}(n) where n is one of a --shape", doing=doing)


def ones(x: Shaped) -> Shaped:
    """A column of ones."""
    return Shaped(expr(1), of_size(x, "ones"))


def eye(x: Shaped) -> Shaped:
    """The identity matrix."""
    i = of_size(x, "eye")
    j = i.fresh()
    return Shaped(delta(i, j), i, j)


def along(x: Shaped, doing: str) -> Index:
    """The index that softmax and its like work along: that of a vector, or the columns of a matrix (each row apart)."""
    if x.is_scalar:
        raise Misfit(
            "{doing} takes a vector, or a matrix whose rows are taken one by one, but this is a scalar", doing=doing
        )
    return x.column or x.vector(doing)


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


def largest(x: Shaped, *others: Shaped) -> Shaped:
    """The largest entry of a vector; of several values, the largest in each place."""
    if others:
        return in_each_place(Max, x, *others)
    x = x.fresh()
    return Shaped(greatest(x.vector("max"), x.entry))


def smallest(x: Shaped, *others: Shaped) -> Shaped:
    """The smallest entry of a vector; of several values, the smallest in each place."""
    return in_each_place(Min, x, *others) if others else largest(x.negated()).negated()


def in_each_place(head: Any, *values: Shaped) -> Shaped:
    """The maximum, or the minimum, of values of one shape, and of scalars."""
    first = next((v for v in values if not v.is_scalar), values[0])
    entries = [v.entry if v.is_scalar or v is first else first.beside(v, head.__name__.lower()).entry for v in values]
    return first.with_entry(apply(head, *entries), *entries)


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
                raise Misfit(refusal.told) from None
            kept = len(made.args) if isinstance(made, head) else kept  # huber(x, y, 1) is huber(x, y)
        values = [x.entry, *(o.entry if o.is_scalar else x.beside(o, head.__name__).entry for o in others)]
        return x.with_entry(apply(head, *values[:kept]))

    return of


def number_or_letter(entry: Expr) -> Any:
    """A number as SymPy's, a letter for all else: enough to see whether a parameter is in its domain."""
    if any(t.atoms for t in entry.terms):
        return Dummy(real=True)
    return Rational(entry.terms[0].coefficient) if entry.terms else Rational(0)


PLACES = 8  # values of which the largest is taken
ALONE = message("it mixes all entries in a way that has no sum over indices, so it can't be differentiated here")
WHY_NOT = {  # what people know from matrix calculus, and why there is none of it
    ("inv", "pinv", "inverse", "solve"): clauses((NO_INVERSE, message("--wrt a vector works with B as a constant"))),
    ("det", "logdet"): clauses((ALONE, message("its derivative is known: d ln det A / dA = inv(A)'"))),
    ("eig", "svd", "rank", "logm", "expm", "sqrtm"): clauses((ALONE, message("exp, log and sqrt act entry by entry"))),
    ("kron",): message("a Kronecker product has axes whose sizes are products; write the entries with einsum instead"),
    ("reshape", "vec", "flatten"): message("sizes stay letters, so their products have none; keep the matrix"),
    ("prod",): message("a product over an index is not known here; write exp(sum(log(x))) for positive entries"),
    ("argmax", "argmin"): message("it has the derivative 0 wherever it has one; use max or softmax"),
    ("T", "transpose"): message("write a dash for the transpose: A'"),
    ("matmul", "mtimes"): message("write * for the matrix product"),
    ("cumsum", "sort", "conv"): message("write the sum over indices in Python, with symgrad.indexed"),
}
REFUSED = {name: why for names, why in WHY_NOT.items() for name in names}

FUNCTIONS: dict[str, Function] = {
    "sum": Function(Shaped.sum),
    "mean": Function(mean),
    "tr": Function(trace),
    "trace": Function(trace),
    "diag": Function(diag),
    "norm1": Function(norm1),
    "norm2": Function(norm2),
    "logsumexp": Function(logsumexp),
    "normF": Function(frobenius),
    "norm": Function(norm),
    "dot": Function(dot, 2, 2),
    "outer": Function(outer, 2, 2),
    "ones": Function(ones),
    "eye": Function(eye),
    "max": Function(largest, 1, PLACES),
    "min": Function(smallest, 1, PLACES),
    "exp": Function(entrywise(exp)),
    "log": Function(entrywise(log)),
    "log1p": Function(lambda x: entrywise(log)(x.mapped(lambda e: e + 1))),
    "expm1": Function(lambda x: entrywise(exp)(x).mapped(lambda e: e - 1)),
    "sqrt": Function(lambda x: x.entry_power(Shaped.scalar(Fraction(1, 2)))),
    "abs": Function(entrywise(Abs)),
    "sign": Function(entrywise(sign)),
}


LINEAR = frozenset(
    {"sum", "mean", "tr", "trace", "diag", "dot", "outer", "ones", "eye"}
)  # what they are applied to needs no name of its own


def scalar_function(name: str) -> Function | None:
    """The function of scalars of this name, which acts entry by entry."""
    known = word(name)
    entry = ACTIVATIONS.get(spelled(name, ACTIVATIONS)) or LOSSES.get(spelled(name, LOSSES))
    head = entry.head if entry else known and known.apply
    if known is None or not (isinstance(head, type) and issubclass(head, SympyFunction)):
        return None
    return Function(entrywise(head, known), known.least, known.most)


def scalar_functions() -> list[str]:
    """The names of the functions of scalars, for a hint."""
    return [name for name in (*PLAIN, *ACTIVATIONS, *LOSSES) if scalar_function(name)]
