"""Expressions: sums of terms, with their arithmetic."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from math import isqrt
from operator import is_, or_
from typing import TYPE_CHECKING, Any

from symgrad.indexed.atoms import NOTHING, Apply, Atom, Delta, Partial, Power, Ref, Scalar, Size, Where
from symgrad.indexed.canonical import ONE, Exponent, Factor
from symgrad.indexed.products import IndexedError, simplest
from symgrad.indexed.term import Lazy, Term, collected
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from symgrad.indexed.names import Index, Place
    from symgrad.indexed.tensor import Tensor

Number = int | Fraction
Kind = tuple[int, int]  # of a power: the sign of its exponent, and 2 for a root, else 1
Risk = tuple[Atom, Kind]
NONE: frozenset[Risk] = frozenset()
VARYING = message("an exponent is a whole number or a Fraction; write a power that varies with exp and log")


class Expr:
    """A sum of terms, immutable; equal up to the names of bound indices and the order of everything is equal.

    `lost` are factors that cancelled as it was written down (x/x, ln x - ln x): it has a value only where they have
    one. They are no part of equality, and rules that rewrite an expression need not keep them.
    """

    def __init__(self, terms: Iterable[Term] = (), lost: frozenset[Risk] = NONE) -> None:
        several = tuple(terms)
        single = len(several) == 1 and (several[0].coefficient is ONE or several[0].coefficient)
        self.lost = lost
        self.terms = several if single else collected(several)

    @Lazy
    def token(self) -> str:
        """The key: equal for equal expressions."""
        return "+".join([f"{t.coefficient}*{t.token}" for t in self.terms])

    @Lazy
    def atom(self) -> Atom | None:
        """The one factor that it is; None where it is more than that, or a number, a power, a sum."""
        term = self.terms[0] if len(self.terms) == 1 else None
        if term is None or len(term.atoms) != 1 or term.bound or not is_one(term.coefficient):
            return None
        ((atom, exponent),) = term.atoms
        return atom if is_one(exponent) else None

    @Lazy
    def count(self) -> int:
        """How many factors it is written with, the number in front of a term among them."""
        return sum([len(t.atoms) + 1 for t in self.terms])

    @Lazy
    def risky(self) -> frozenset[Risk]:
        """The factors that may have no value somewhere, of each power only its kind; those that were lost, too."""
        return self.lost.union([(a, kind(e)) for t in self.terms for a, e in t.atoms if a.risky or risk(a, e)])

    @Lazy
    def free(self) -> frozenset[Index]:
        """The free indices."""
        return NOTHING.union(*[t.free for t in self.terms])

    @Lazy
    def tensors(self) -> frozenset[Tensor]:
        """The tensors and names that are mentioned."""
        found: set[Tensor] = set()
        for term in self.terms:
            for atom, _ in term.atoms:
                if isinstance(atom, Ref):
                    found.add(atom.tensor)
                elif atom.parts:
                    found |= atom.tensors
        return frozenset(found)

    @Lazy
    def partials(self) -> tuple[Partial, ...]:
        """The derivatives left standing in it, at every depth."""
        found: list[Partial] = []
        for term in self.terms:
            for atom, _ in term.atoms:
                if atom.parts:
                    if isinstance(atom, Partial):
                        found.append(atom)
                    found += atom.inner
        return tuple(found)

    @Lazy
    def mask(self) -> int:
        """The tensors that its value depends on, a bit for each."""
        return reduce(or_, (t.mask | (1 << t.serial) for t in self.tensors), 0)

    def rests_on(self, tensor: Tensor) -> bool:
        """Whether its value depends on a tensor's."""
        return bool(self.mask >> tensor.serial & 1)

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "mask"}

    @property
    def reach(self) -> frozenset[Tensor]:
        """The tensors mentioned, and whatever their values depend on."""
        return self.tensors.union(*(t.reach for t in self.tensors))

    @property
    def free_symbols(self) -> frozenset[Tensor]:
        """The tensors mentioned: what `core.require_order` asks of a value."""
        return self.tensors

    def key(self, names: Mapping[Index, str]) -> str:
        """A text that is equal for equal expressions; `names` says what some free indices are called in it."""
        if not names or self.free.isdisjoint(names):
            return self.token
        return "+".join(sorted([f"{t.coefficient}*{t.key(names)}" for t in self.terms]))

    def rename(self, new: Mapping[Index, Index | Place]) -> Expr:
        """The expression with other free indices, none captured."""
        lost = frozenset([(a.rename(new), e) for a, e in self.lost]) if self.lost else NONE
        terms = [t.rename(new) for t in self.terms]
        return Expr(terms, lost) if lost or not all(map(is_, terms, self.terms)) else self

    def __hash__(self) -> int:
        return hash(self.token)

    def __eq__(self, other: object) -> bool:
        if self is other or not isinstance(other, Expr):
            return self is other
        if len(self.terms) != len(other.terms):
            return False
        for mine, its in zip(self.terms, other.terms, strict=True):
            if mine is not its and (len(mine.atoms) != len(its.atoms) or len(mine.bound) != len(its.bound)):
                return False
        return self.tensors == other.tensors and self.token == other.token

    def __add__(self, other: Any) -> Expr:
        added = expr(other)
        if not (self.terms or self.lost):
            return added
        return written(Expr((*self.terms, *added.terms)), self, added, count=self.count + added.count)

    __radd__ = __add__

    def __neg__(self) -> Expr:
        return Expr((t.times(Fraction(-1)) for t in self.terms), self.lost)

    def __sub__(self, other: Any) -> Expr:
        return self + -expr(other)

    def __rsub__(self, other: Any) -> Expr:
        return expr(other) - self

    def __mul__(self, other: Any) -> Expr:
        factor = expr(other)
        if self is UNIT or factor is UNIT:
            return factor if self is UNIT else self
        n, m = len(self.terms), len(factor.terms)
        found = Expr([s * t for s in self.terms for t in factor.terms])
        return written(found, self, factor, count=m * self.count + n * factor.count - n * m)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Expr:
        return self * expr(other) ** -1

    def __rtruediv__(self, other: Any) -> Expr:
        return expr(other) * self**-1

    def __pow__(self, exponent: Number) -> Expr:
        return self if exponent == 1 or self is UNIT else written(power(self, rational(exponent)), self)

    def __rpow__(self, base: Any) -> Expr:
        raise IndexedError(
            "{varying}, here with y = ln {base}: apply(exp, {this} * apply(log, {base}))",
            varying=VARYING,
            base=base,
            this=repr(self),
        )

    def __matmul__(self, other: Any) -> Expr:
        raise IndexedError("entries have no matrix product; write it as a sum: total(j, W[i, j] * x[j])")

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __repr__(self) -> str:
        from symgrad.indexed.text import show  # noqa: PLC0415 - for a reader only, and it reads expressions

        return show(self)


def rational(exponent: Any) -> Exponent:
    """An exponent as an exact number."""
    if isinstance(exponent, int | Fraction):
        return simplest(exponent)
    if getattr(exponent, "is_Rational", False):
        return simplest(Fraction(int(exponent.p), int(exponent.q)))
    if isinstance(exponent, float):
        raise IndexedError(
            "{exponent} is a rounded number; write the exponent as a Fraction, such as Fraction(1, 2)",
            exponent=repr(exponent),
        )
    raise IndexedError("{varying}: apply(exp, p * apply(log, x[i])) is x[i] to the power of p", varying=VARYING)


def is_one(number: Exponent) -> bool:
    """Whether a number is 1, which most are."""
    return number is ONE or number == 1


def kind(exponent: Exponent) -> Kind:
    """A power as far as it matters to where it has a value."""
    return 1 if exponent.numerator > 0 else -1, min(exponent.denominator, 2)


def risk(atom: Atom, exponent: Exponent) -> bool:
    """Whether a power may have no value though its base has one."""
    return (exponent < 0 or exponent.denominator > 1) and not isinstance(atom, Size)


def written(found: Expr, *parts: Expr, count: int = -1) -> Expr:
    """What was made of some parts, with the factors that are no longer to be seen in it; none if it is so long."""
    if found.count == count > 0:
        lost = NONE.union(*[p.lost for p in parts])
        return replace_lost(found, lost) if lost else found
    risky = NONE.union(*[p.risky for p in parts])
    gone = risky and risky - found.risky
    return replace_lost(found, found.lost | gone) if gone else found


def replace_lost(value: Expr, lost: frozenset[Risk]) -> Expr:
    """The same expression, other factors lost."""
    found = Expr((), lost)
    found.terms = value.terms
    return found


ZERO = Expr()


def expr(what: Any) -> Expr:
    """An expression, a rational number, or a real SymPy symbol or constant as an expression."""
    if isinstance(what, Expr):
        return what
    if isinstance(what, Atom):
        return one(what)
    if isinstance(what, int | Fraction):
        return UNIT if what == 1 else monomial(Fraction(what), ())
    if getattr(what, "is_Rational", False):
        return expr(Fraction(int(what.p), int(what.q)))
    if getattr(what, "is_Symbol", False) or getattr(what, "is_NumberSymbol", False):
        return one(Scalar(what))
    if callable(what) and getattr(what, "dims", None) == ():  # a tensor without indices is its only entry
        return expr(what())
    if isinstance(what, float):
        exact = repr(Fraction(str(what)))
        raise IndexedError("{number} is a rounded number; write {exact}", number=repr(what), exact=exact)
    raise IndexedError(
        "{this} is not an indexed expression; write T[i, j], T() for a scalar, or a whole fraction",
        this=repr(what),
    )


def one(atom: Atom, exponent: Number = 1) -> Expr:
    """A single atom as an expression."""
    lost = NONE.union(*[p.lost for p in atom.parts]) if atom.parts else NONE
    if exponent == 1 and not atom.bracket:
        return Expr((Term.alone(atom),), lost)
    return Expr((Term(ONE, NOTHING, ((atom, simplest(exponent)),)),), lost)


def monomial(coefficient: Fraction, factors: Iterable[Factor]) -> Expr:
    """A number times factors as an expression; nothing is summed."""
    several = tuple(factors)
    return Expr((Term(coefficient, (), several),)) if several or coefficient != 1 else UNIT


def power(base: Expr, exponent: Exponent) -> Expr:
    """A power: worked out for a single product, else kept with its base."""
    if exponent == 1:
        return base
    if not exponent:
        return expr(1)
    if not base.terms:
        if exponent < 0:
            raise IndexedError(message("division by zero; the divisor is 0 whatever its letters stand for"))
        return ZERO
    if len(base.terms) == 1 and not base.terms[0].bound:
        return power_of_product(base.terms[0], exponent)
    return one(Power(base), exponent)


def power_of_product(term: Term, exponent: Exponent) -> Expr:
    """The power of c·a·b: factor by factor where that holds for all real values."""
    if exponent.denominator == 1:
        c = term.coefficient ** int(exponent)
        return monomial(c, [(a, simplest(e * exponent)) for a, e in term.atoms])
    whole = len(term.atoms) == 1 and term.coefficient == 1 and term.atoms[0][1] == 1
    if whole:
        return one(term.atoms[0][0], exponent)
    if term.coefficient > 0 and all(nonnegative(a) or e.denominator > 1 for a, e in term.atoms):
        root = rational_power(term.coefficient, exponent)
        return monomial(ONE, [(a, simplest(e * exponent)) for a, e in term.atoms]) * root
    return one(Power(Expr((term,))), exponent)


def rational_power(number: Fraction, exponent: Exponent) -> Expr:
    """A power of a positive rational number: a number where it is rational by square roots."""
    if exponent.denominator == 2:  # noqa: PLR2004 - a square root
        roots = [isqrt(n) for n in (number.numerator, number.denominator)]
        if [r * r for r in roots] == [number.numerator, number.denominator]:
            return expr(Fraction(*roots) ** exponent.numerator)
    return expr(1) if number == 1 else one(Power(expr(number)), exponent)


def nonnegative(atom: Atom) -> bool:
    """Whether an atom is never negative where it is defined: sizes, exponentials, brackets, sums of such."""
    if isinstance(atom, Size | Delta | Where):
        return True
    if isinstance(atom, Apply):
        return not atom.order and atom.head.__name__ in {"exp", "Abs", "cosh"}
    if isinstance(atom, Ref):
        return atom.tensor.positive
    if isinstance(atom, Power):
        return never_negative(atom.base)
    return isinstance(atom, Scalar) and bool(atom.symbol.is_nonnegative)


def never_negative(value: Expr) -> bool:
    """Whether every term is a product of factors that are never negative, even powers among them."""
    return all(t.coefficient > 0 and all(even(e) or nonnegative(a) for a, e in t.atoms) for t in value.terms)


def even(exponent: Exponent) -> bool:
    """Whether any real number to this power is non-negative, or has no value."""
    return exponent.denominator > 1 or exponent % 2 == 0


UNIT = Expr((Term(ONE, (), ()),))
