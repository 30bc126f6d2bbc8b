"""Which factors of phi'(z) the loss's own derivative has in its denominator, so that they drop out of delta."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Add, Mul, Piecewise, S, expand_mul, factor, powsimp

from symgrad.core import Cancels
from symgrad.deriver.tidy import cost, positive_leads, unsigned


@dataclass(frozen=True, slots=True)
class Cancelling:
    """`loss_part * slope` = `left`, the factors in `struck` having dropped out."""

    answer: Cancels
    struck: tuple[Any, ...]
    left: Any


def cancelling(loss_part: Any, slope: Any) -> Cancelling:
    """Decide by exact factoring: FULLY if every factor of the slope that is not a number drops out.

    A slope by cases, or one that can't be written in the output, shares no factor with dJ/da: the answer is NO.
    """
    if slope.is_number or isinstance(slope, Piecewise) or isinstance(loss_part, Piecewise):
        return Cancelling(Cancels.NO, (), loss_part * slope)
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
    by_term = powsimp(Add(*(powsimp(term * slope) for term in Add.make_args(expand_mul(loss_part)))))
    left = min((positive_leads(whole), by_term), key=cost)
    return Cancelling(Cancels.PARTLY if kept else Cancels.FULLY, tuple(struck), left)


def powers(expr: Any) -> dict[Any, Any]:
    """A product as its factors with their exponents, numbers among them."""
    found: dict[Any, Any] = {}
    for part in Mul.make_args(factor(expr)):
        base, exponent = part.as_base_exp()
        if not exponent.is_integer:
            base, exponent = part, S.One
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
