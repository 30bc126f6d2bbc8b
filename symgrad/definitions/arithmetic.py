"""The operations of the grammar, each refused before SymPy sees it where its value is no real number or too large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Add, Expr, I, Mul, Pow, Rational, S, exp

from symgrad.core import SymgradError
from symgrad.functions import held

if TYPE_CHECKING:
    from collections.abc import Callable

EXPONENT = 64  # the largest numerator and denominator of an exponent
TERMS = 12  # of one max or min: SymPy compares every two
TAME = 1_000_000  # the largest number that a function is applied to
BITS = 4_096  # of the numerator and the denominator of an exact number
UNREAL = (S.ComplexInfinity, S.NaN, S.Infinity, S.NegativeInfinity, I)


class Refused(SymgradError):  # noqa: N818 - caught by the parser, which adds the place and raises ParseError
    """An operation without a real value, or with one of unreasonable size; the text says which and why."""


def number(text: str) -> Expr:
    """The exact rational that a decimal numeral stands for: 0.1 is 1/10."""
    return Rational(text)


def quotient(top: Expr, bottom: Expr) -> Expr:
    """top/bottom."""
    if bottom == 0:
        raise Refused("this divides by zero")
    return real(held(Mul, top, held(Pow, bottom, S.NegativeOne)))


def power(base: Expr, exponent: Expr) -> Expr:
    """base^exponent, with exact exponents of at most EXPONENT and no towers of numbers."""
    if base == 0 and not exponent.is_positive:
        raise Refused("a power of zero needs a positive exponent")
    if base.is_number and base.is_negative and not exponent.is_Integer:
        raise Refused("a power of a negative number has no real value unless the exponent is an integer")
    if base == S.Exp1:
        require_tame(exponent)
        return real(held(exp, exponent))
    if exponent.is_number:
        require_small(exponent)
        require_room(base, exponent)
    return real(held(Pow, base, exponent))


def extreme(kind: Any) -> Callable[..., Expr]:
    """Max or min, of a number of terms that SymPy can compare two by two."""

    def of(*arguments: Expr) -> Expr:
        if sum(len(kind.make_args(x)) for x in arguments) > TERMS:
            raise Refused("one max or min may compare at most {terms} terms", terms=TERMS)
        return kind(*arguments)

    return of


def require_tame(argument: Expr) -> None:
    """Refuse a number that makes towers: e^e^e^e^9 can't be computed, not even to one digit."""
    if argument.is_number and abs(argument.evalf(5)) > TAME:
        raise Refused("a function may be applied to numbers up to {tame} in size", tame=f"{TAME:,}")


def require_small(exponent: Any) -> None:
    """Refuse an exponent whose power would be endless to write out."""
    if abs(exponent.evalf(5)) > EXPONENT or (exponent.is_Rational and exponent.q > EXPONENT):
        raise Refused("an exponent may be at most {exponent} in size, and so may its denominator", exponent=EXPONENT)


def require_room(base: Expr, exponent: Any) -> None:
    """Refuse a power of an exact number with more digits than anybody reads."""
    if base.is_Rational and exponent.is_Rational:
        bits = max(abs(int(base.p)).bit_length(), int(base.q).bit_length())
        if bits * abs(exponent.p) > BITS:
            raise Refused("this power is a number of more than {bits} digits", bits=BITS * 3 // 10)


def product(factors: list[Expr]) -> Expr:
    """The product of the factors."""
    return real(held(Mul, *factors))


def total(terms: list[Expr]) -> Expr:
    """The sum of the terms."""
    return real(held(Add, *terms))


def unreal(value: Expr) -> bool:
    """Whether a number is known not to be real, such as log(1 - sqrt(2))."""
    return bool(value.has(*UNREAL) or value.is_extended_real is False)


def real(value: Expr) -> Expr:
    """The value, where it is one: 1/0, log(0) and sqrt(-1) are refused."""
    if any(part in UNREAL for part in (value, *value.args)) or (value.is_number and unreal(value)):
        raise Refused("this has no real value")
    if isinstance(value, Pow) and value.base != S.Exp1 and value.exp.is_number:
        require_small(value.exp)  # ((1 + z)^64)^64 is one power for SymPy
    if isinstance(value, Rational) and max(abs(int(value.p)), int(value.q)).bit_length() > BITS:
        raise Refused("this is a number of more than {bits} digits", bits=BITS * 3 // 10)
    return value
