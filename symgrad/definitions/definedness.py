"""Where a text has a value: conditions that SymPy drops when it simplifies on construction.

z/z becomes 1 before anybody can ask about z = 0, and sqrt(z)^2 becomes z. A proof about what is left would be a
proof of another statement than the one that was typed, so the parser holds such parts as they stand (`held`), and
refuses a text of which a condition is lost all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Mul, Pow, atanh, log

if TYPE_CHECKING:
    from collections.abc import Callable

    from sympy import Expr

SHOWS: dict[str, Callable[[Any], Any]] = {  # by which exponents a power still asks something of its base
    "divisor": lambda exponent: exponent.could_extract_minus_sign(),
    "root": lambda exponent: not exponent.is_integer,
    "power": lambda exponent: not exponent.is_Integer,  # a whole number at every point, such as sign(z)
}


def divides(bottom: Expr) -> list[tuple[str, Expr]]:
    """What a division asks: that no factor of the denominator is 0, where that is not plain from its form."""
    bases = [part.as_base_exp() for part in Mul.make_args(bottom)]
    below = [base for base, exponent in bases if base.free_symbols and not exponent.could_extract_minus_sign()]
    return [("divisor", base) for base in below if not base.is_nonzero]


def raises(base: Expr, exponent: Expr) -> list[tuple[str, Expr]]:
    """What a power asks of its base: not 0 for a negative exponent, not negative for a broken one."""
    if exponent.is_Integer:
        return divides(base) if exponent.is_negative else []
    kind = "power" if exponent.is_integer else "root"
    roots = [(kind, base)] if base.free_symbols and not base.is_nonnegative else []
    return [*roots, *(divides(base) if exponent.could_extract_minus_sign() else [])]


def applies(found: Expr, arguments: list[Expr]) -> list[tuple[str, Expr]]:
    """What a logarithm, a root or an inverse function asks of its argument."""
    if isinstance(found, log | atanh) and found.free_symbols and not found.args[0].is_positive:
        return [("function", found)]
    if len(arguments) == 1:  # a root may have been split: sqrt(2*z) is sqrt(2)*sqrt(z)
        return [asked for part in Mul.make_args(found) if isinstance(part, Pow) for asked in raises(*part.args)]
    return []


def survives(asked: tuple[str, Expr], whole: Expr) -> bool:
    """Whether the expression still shows what a part of its text asked for."""
    kind, part = asked
    if kind == "function":
        return bool(whole.has(part))
    base = part.as_coeff_Mul()[1]
    return any(_same(p.base, base) for p in whole.atoms(Pow) if SHOWS[kind](p.exp))


def _same(one: Any, other: Any) -> bool:
    """Whether two bases are equal up to a number."""
    plain = one.as_coeff_Mul()[1]
    return plain in {other, -other} or bool((one / other).is_number)
