"""How small an expression can get, as far as its form shows: what tells that a condition always holds, or never."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symgrad.indexed.atoms import Apply, Atom, Attains, Delta, Greatest, Power, Ref, Scalar, Size, Where
from symgrad.indexed.names import Index

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.core import Domain
    from symgrad.indexed.canonical import Exponent
    from symgrad.indexed.expr import Expr
    from symgrad.indexed.term import Term

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True, order=True)
class Least:
    """A lower bound; `strict` if it is not attained."""

    value: Fraction
    strict: bool = False

    @property
    def positive(self) -> bool:
        """Whether everything from here on is above 0."""
        return self.value > 0 or (self.value == 0 and self.strict)


@dataclass(slots=True)
class Bounds:
    """Lower bounds where inputs and scalars lie in their domains."""

    domains: Mapping[Any, Domain]
    known: dict[Any, Least | None] = field(default_factory=dict)

    def positive(self, value: Expr) -> bool:
        """Whether an expression is seen to be above 0 wherever it has a value."""
        found = self.least(value)
        return found is not None and found.positive

    def not_negative(self, value: Expr) -> bool:
        """Whether it is seen to be 0 or above."""
        found = self.least(value)
        return found is not None and found.value >= 0

    def least(self, value: Expr) -> Least | None:
        """A lower bound of a sum: those of its terms together."""
        number, strict = ZERO, False
        for term in value.terms:
            found = self.of_term(term)
            if found is None:
                return None
            number, strict = number + found.value, strict or found.strict
        return Least(number, strict)

    def of_term(self, term: Term) -> Least | None:
        """A lower bound of a term."""
        if not term.atoms:
            return Least(term.coefficient)
        if not term.bound and len(term.atoms) == 1 and term.atoms[0][1] == 1:
            found = self.least_of(term.atoms[0][0], above=term.coefficient < 0)
            if found is not None:
                return Least(found.value * abs(term.coefficient), found.strict)
        factors = [self.factor(a, e) for a, e in term.atoms]
        if term.coefficient < 0 or any(f is None or f.value < 0 for f in factors):
            return None
        if chosen(term):
            factors = [f for f, (a, _) in zip(factors, term.atoms, strict=True) if not isinstance(a, Where)]
            if all(f.positive for f in factors if f):
                return Least(ZERO, strict=True)
        number = term.coefficient
        for f in factors:
            number *= f.value  # type: ignore[union-attr]  # None has been sent back
        return Least(
            number, all(f.positive for f in factors if f) and (not number or any(f.strict for f in factors if f))
        )

    def factor(self, atom: Atom, exponent: Exponent) -> Least | None:
        """A lower bound of a power, 0 at least; None where it may be negative."""
        found = self.least_of(atom)
        above = found is not None and found.positive
        if exponent < 0 and (above or exponent.denominator > 1 or exponent % 2 == 0):
            return Least(ZERO, strict=True)
        if found is not None and found.value >= 1 and exponent >= 1:
            return Least(Fraction(1), found.strict)
        if exponent.denominator > 1 or exponent % 2 == 0 or (found is not None and found.value >= 0):
            return Least(ZERO, strict=above)
        return None

    def least_of(self, atom: Atom, *, above: bool = False) -> Least | None:
        """A lower bound of a factor; with `above`, of the factor with a minus."""
        key = (atom, above)
        if key not in self.known:
            self.known[key] = None  # a name is not defined by itself
            self.known[key] = self.worked_out(atom, above=above)
        return self.known[key]

    def worked_out(self, atom: Atom, *, above: bool) -> Least | None:  # noqa: PLR0911 - by kind
        """As above, not looked up."""
        match atom:
            case Size():
                return None if above else Least(Fraction(1))
            case Delta() | Where() | Attains():
                return Least(Fraction(-1 if above else 0))
            case Power():
                return self.least(-atom.base if above else atom.base)
            case Greatest():
                return None if above else self.least(atom.body)
            case Apply():
                return None if atom.order else of_head(atom, above=above)
            case Scalar():
                sign = not above and (Least(ZERO, strict=True) if atom.symbol.is_positive else None)
                return sign or self.of_domain(atom.symbol, above=above)
            case Ref():
                return self.of_entry(atom, above=above)
        return None

    def of_entry(self, atom: Ref, *, above: bool) -> Least | None:
        """An entry: a name's from its value, an input's from its domain; 0 where it may lie outside the shape."""
        tensor = atom.tensor
        if tensor.body is not None:
            value = tensor.body[1]
            found = self.least(-value if above else value)
        else:
            found = self.of_domain(tensor, above=above)
            if tensor.positive and not above and (found is None or found.value < 0):
                found = Least(ZERO, strict=True)
        if found is not None and not all(isinstance(i, Index) for i in atom.indices):
            return min(Least(ZERO), Least(found.value))
        return found

    def of_domain(self, symbol: Any, *, above: bool) -> Least | None:
        """The end of a domain, if it is a number."""
        domain = self.domains.get(symbol)
        if domain is None:
            return None
        if domain.values:
            ends = [rational(-v if above else v) for v in domain.values]
            return None if None in ends else Least(min(e for e in ends if e is not None))
        end, is_open = (domain.upper, domain.upper_open) if above else (domain.lower, domain.lower_open)
        number = None if end is None else rational(-end if above else end)
        return None if number is None else Least(number, is_open)


def chosen(term: Term) -> bool:
    """Whether a sum over one index under brackets has a part in which all of them are 1, such as that of k = i."""
    brackets = [a for a, _ in term.atoms if isinstance(a, Where)]
    if not brackets or len(term.bound) != 1:
        return False
    (k,) = term.bound
    return any(
        i.dim == k.dim and all(Where(b.place.rename({k: i}), equal=b.equal).certain for b in brackets)
        for i in term.free
    )


def rational(value: Any) -> Fraction | None:
    """A SymPy number as a fraction."""
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else None


def of_head(atom: Apply, *, above: bool) -> Least | None:
    """Bounds of elementary functions, and the range that a catalogue function declares."""
    name = atom.head.__name__
    if hasattr(atom.head, "formula"):
        limits = atom.head.range
        end, is_open = (limits.upper, limits.upper_open) if above else (limits.lower, limits.lower_open)
        number = None if end is None else rational(-end if above else end)
        return None if number is None else Least(number, is_open)
    if name == "exp":
        return None if above else Least(ZERO, strict=True)
    if name in {"Abs", "cosh"}:
        return None if above else Least(Fraction(name == "cosh"))
    return Least(Fraction(-1), strict=True) if name in {"tanh", "erf"} else None
