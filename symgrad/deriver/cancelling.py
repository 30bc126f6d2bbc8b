"""Which factors of phi'(z) the loss's own derivative has in its denominator, so that they drop out of delta.

Both are products of powers of irreducible factors, found by exact factoring over the letters they are written in:
a, y, z, the parameters, and every function value or symbolic power that no rational operation gives. The answer
is a fact about these two products, in every case where one of the two goes by cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Add, Mul, Piecewise, PolynomialError, Pow, S, expand_mul, factor, powsimp

from symgrad.core import Cancels
from symgrad.deriver.tidy import cost, positive_leads, turned_round, unsigned


@dataclass(frozen=True, slots=True)
class Cancelling:
    """`loss_part * slope` = `left`, the factors in `struck` having dropped out."""

    answer: Cancels
    struck: tuple[Any, ...]
    left: Any


def cancelling(loss_part: Any, slope: Any) -> Cancelling:
    """What drops out of the product, and whether that is all of the slope, a part of it, or nothing."""
    if isinstance(slope, Piecewise) or isinstance(loss_part, Piecewise):
        return Cancelling(_over_cases(loss_part, slope), (), loss_part * slope)
    if slope == 1:
        return Cancelling(Cancels.NOTHING, (), loss_part)
    above, below = powers(slope), powers(loss_part)
    struck: list[Any] = []
    kept = 0
    for base, exponent in above.items():
        shared, turned = _shared(base, below)
        if exponent > 0 and shared is not None:
            power = min(exponent, -below[shared])
            struck.append(unsigned(base) ** power)
            below[shared] += power
            above[base] = (exponent - power, turned**power)
            kept += bool(exponent > power)
        else:
            above[base] = (exponent, S.One)
            kept += bool(exponent > 0) and not base.is_number
    if not struck:
        return Cancelling(Cancels.NO, (), loss_part * slope)
    rest = [base**exponent * sign for base, (exponent, sign) in above.items()]
    whole = Mul(*(base**exponent for base, exponent in below.items()), *rest)
    forms = (positive_leads(whole), powsimp(_each_term(expand_mul(loss_part), slope)), _each_term(loss_part, slope))
    return Cancelling(Cancels.PARTLY if kept else Cancels.FULLY, tuple(struck), min(forms, key=cost))


def _over_cases(loss_part: Any, slope: Any) -> Cancels:
    """The answer for a product by cases: the same in every case, or PARTLY; a case of slope 1 asks nothing."""
    parts, slopes = ([value for value, _ in e.args] if isinstance(e, Piecewise) else [e] for e in (loss_part, slope))
    answers = {cancelling(part, value).answer for part in parts for value in slopes} - {Cancels.NOTHING}
    if not answers:
        return Cancels.NOTHING
    return answers.pop() if len(answers) == 1 else Cancels.PARTLY


def _each_term(loss_part: Any, slope: Any) -> Any:
    """Each term by itself times the slope, in factors: focal loss reads so."""
    return Add(*(positive_leads(_factored(term * slope)) for term in Add.make_args(loss_part)))


def _factored(product: Any) -> Any:
    """A product in irreducible factors; u^(n - 1) counts as u^n/u."""
    try:
        return factor(product.replace(_is_shifted, _unshifted))
    except PolynomialError:
        return product


def _is_shifted(expr: Any) -> bool:
    return bool(isinstance(expr, Pow) and expr.exp.is_Add and expr.exp.as_coeff_Add()[0].is_Integer)


def _unshifted(power: Any) -> Any:
    """u^n u^k for u^(n + k), so that both count as powers of u."""
    number, rest = power.exp.as_coeff_Add()
    return Mul(power.base**rest, power.base**number)


def powers(expr: Any) -> dict[Any, Any]:
    """A product as its irreducible factors with their exponents, numbers among them."""
    found: dict[Any, Any] = {}
    for part in Mul.make_args(_factored(expr)):
        base, exponent = part.as_base_exp()
        if not exponent.is_integer:
            base, exponent = part, S.One
        if isinstance(base, Add) and exponent.is_odd and turned_round(base):
            base, found[S.NegativeOne] = Add(*(-term for term in base.args)), found.get(S.NegativeOne, S.Zero) + 1
        found[base] = found.get(base, S.Zero) + exponent
    return found


def _shared(base: Any, below: dict[Any, Any]) -> tuple[Any, Any]:
    """The denominator factor that equals `base` up to sign, and that sign."""
    for other, exponent in below.items():
        if exponent.is_negative and not base.is_number:
            if other == base:
                return other, S.One
            if other == -base or (other + base).expand() == 0:
                return other, S.NegativeOne
    return None, S.One
