"""The order in which a person writes terms and factors; SymPy's own order is that of its memory."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import Abs, Add, Function, Max, Min, Mul, Number, NumberSymbol, Poly, Pow, Subs, Symbol, exp, log
from sympy.core.function import AppliedUndef
from sympy.polys.polyerrors import PolynomialError

from symgrad.document.spelling import GREEK
from symgrad.functions import D

Key = tuple[Any, ...]

REMEMBERED = 20_000  # expressions: a derivation writes the same ones line after line


@lru_cache(REMEMBERED)
def spelled(expr: Any) -> str:
    """SymPy's own text, to settle ties with."""
    return str(expr)


@lru_cache(REMEMBERED)
def stands(expr: Any) -> bool:
    """Whether somebody built this sum or product by hand, so that it must be printed as it stands."""
    return bool(expr.func(*expr.args).args != expr.args)


@lru_cache(REMEMBERED)
def parted(term: Any) -> tuple[bool, Any]:
    """Whether a term is written with a minus in front, and the term without it.

    Signs go where they read best: −(y − 1)/(1 − a) is written + (1 − y)/(1 − a), and (−z − 1)e^z as −(z + 1)e^z.
    """
    if isinstance(term, Number):
        return bool(term < 0), abs(term)
    if not isinstance(term, Mul):
        return False, term
    if stands(term):
        first, *rest = term.args
        negative, kept = parted(first)
        shown = rest if kept == 1 else [kept, *rest]
        return negative, (Mul(*shown, evaluate=False) if len(shown) > 1 else shown[0]) if negative else term
    negative = bool(term.as_coeff_Mul()[0] < 0)
    rest = -term if negative else term
    return turned_round(negative, rest) if isinstance(rest, Mul) else (negative, rest)


def turned_round(negative: bool, rest: Mul) -> tuple[bool, Any]:  # noqa: FBT001 - a sign is a truth value
    """A product with the sign of one of its sums turned, where that leaves fewer minus signs to read."""
    for factor in rest.args:
        if isinstance(factor, Add) and not stands(factor):
            minus = [t for t in factor.args if has_minus(t)]
            if len(minus) == len(factor.args) or (negative and any(isinstance(t, Number) for t in minus)):
                flipped = Mul(*(-f if f is factor else f for f in rest.args))
                return (not negative, flipped) if isinstance(flipped, Mul) else (negative, rest)
    return negative, rest


def has_minus(term: Any) -> bool:
    """Whether a term's number is negative."""
    return bool(term.as_coeff_Mul()[0] < 0)


def is_negative(term: Any) -> bool:
    """Whether a term is written with a minus in front."""
    return parted(term)[0]


@lru_cache(REMEMBERED)
def terms(expr: Any) -> tuple[Any, ...]:
    """The terms of a sum in reading order: 1 − y, not −y + 1."""
    if stands(expr):
        return tuple(expr.args)
    polynomial = expr.is_polynomial(*expr.free_symbols) if expr.free_symbols else True
    return tuple(descending(expr) or sorted(expr.args, key=lambda t: term_key(t, polynomial=polynomial)))


@lru_cache(REMEMBERED)
def common(expr: Any) -> int:
    """The whole number that every term of an evaluated sum is a multiple of by itself: 2 of 2a − 2y; else 1."""
    if stands(expr):
        return 1
    numbers = {abs(term.as_coeff_Mul()[0]) for term in expr.args}
    number = numbers.pop()
    return int(number) if not numbers and number.is_Integer else 1


def descending(expr: Any) -> list[Any] | None:
    """A polynomial by falling degree, unless that would put a minus or hide the 1 of 1 + z²."""
    symbols = sorted(expr.free_symbols, key=symbol_key)
    if not all(isinstance(f, Symbol | Number | Pow | Mul | Add) for f in expr.args) or not expr.is_polynomial(*symbols):
        return None
    if len(expr.args) == 2 and 1 in expr.args:  # noqa: PLR2004 - 1 and one other term
        return None
    try:
        degrees = {term: Poly(term, *symbols).monoms()[0] for term in expr.args} if symbols else {}
    except PolynomialError:
        return None
    if not degrees or max(map(sum, degrees.values())) < 2:  # noqa: PLR2004 - the degree of a square
        return None
    ordered = sorted(expr.args, key=lambda t: (-sum(degrees[t]), tuple(-d for d in degrees[t])))
    return None if is_negative(ordered[0]) else ordered


def term_key(term: Any, *, polynomial: bool) -> Key:
    """Positive terms first; then numbers, and the simpler terms; z + 3, but 1 + z and ½ + ½ erf(z)."""
    rank = 1 if term.free_symbols else 2 if polynomial and isinstance(term, Number) and term != 1 else 0
    return is_negative(term), rank, weight(term), factor_key(leading(term)), spelled(term)


@lru_cache(REMEMBERED)
def weight(term: Any) -> int:
    """How much there is to read."""
    return int(term.count_ops(visual=False)) - int(is_negative(term))


def leading(term: Any) -> Any:
    """The factor of a term that it is known by."""
    if isinstance(term, Mul) and not stands(term):
        rest = [f for f in term.args if not isinstance(f, Number)]
        return min(rest, key=factor_key) if rest else term
    return term


def factors(expr: Any) -> list[Any]:
    """The factors of an evaluated product in reading order: numbers, symbols, functions, sums, logarithms."""
    return sorted(expr.args, key=factor_key)


def factor_key(factor: Any) -> Key:  # noqa: PLR0911 - one case for each kind
    """Where a factor stands in a product."""
    base, power = factor.as_base_exp() if isinstance(factor, Pow) else (factor, 1)
    if isinstance(base, Number | NumberSymbol) or (isinstance(base, Pow) and not base.free_symbols):
        return 0, not isinstance(factor, Number), spelled(base)
    if isinstance(base, Symbol):
        return 1, symbol_key(base), spelled(power)
    if isinstance(base, exp):
        return 2, "", spelled(base)
    if isinstance(base, log):
        return 5, "", spelled(base)
    if isinstance(base, D):
        return derivative_key(base)
    if isinstance(base, Subs) and isinstance(base.expr, D):
        return derivative_key(base.expr)
    if isinstance(base, Function | Abs | Max | Min):
        return 3, type(base).__name__, spelled(base), spelled(power)
    if isinstance(base, Add):
        return 4, "", spelled(base)
    return 6, "", spelled(base)


def derivative_key(d: Any) -> Key:
    """f′(z) stands where f would; dJ/da before da/dz; an operator d/dz last."""
    if isinstance(d.expr, AppliedUndef):
        return 3, d.expr.func.__name__, "", ""
    if isinstance(d.expr, Symbol):
        return 8, d.expr.name.islower(), d.expr.name, spelled(d.variable)
    return 7, "", spelled(d)


def symbol_key(symbol: Any) -> tuple[bool, str]:
    """Greek letters (parameters) come before Latin ones."""
    return symbol.name not in GREEK, symbol.name
