"""Sums of arctangents: 0 where the product of 1 + i u is a positive number, and the sum is too small for a full turn.

The argument of the product of (1 + i u)^k is the sum of k atan u, but for whole turns; pi is 4 atan 1. So a sum whose
product is real and positive is a multiple of 2 pi, and bounds of its arctangents say which one.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import TYPE_CHECKING

from symgrad.prover.field import TERMS

if TYPE_CHECKING:
    from symgrad.prover.extensions import Extensions
    from symgrad.prover.field import Frac, Gen

    Terms = list[tuple[Gen | None, int]]  # arctangents with their coefficients; None is atan 1

TURNS = 32  # the sum of the coefficients' sizes; more are not multiplied out
FULL = 4  # a whole turn in right angles
ANGLE = Fraction(16, 25)  # atan u < u, and 2/pi of that in right angles


def no_angle(tower: Extensions, f: Frac) -> bool:
    """Whether a sum of arctangents and of a multiple of pi is 0 all over the region; False settles nothing."""
    terms = _terms(tower, f)
    if not terms or sum(abs(k) for _, k in terms) > TURNS or not _is_positive(tower, terms):
        return False
    if not _within_a_turn(tower, terms):
        for gen, _ in terms:
            if gen is not None:
                tower.known(gen.args[0])  # another region for each sign: it narrows the bounds
    return _within_a_turn(tower, terms)


def _is_positive(tower: Extensions, terms: Terms) -> bool:
    """Whether the product of (1 + i u)^k is a positive number, each u written as top / bottom."""
    real, imaginary = tower.k.one, tower.k.zero
    for gen, k in terms:
        top, bottom = tower.one if gen is None else gen.args[0]
        up = top if k > 0 else -top
        for _ in range(abs(k)):
            x, y = real * bottom - imaginary * up, imaginary * bottom + real * up
            real, imaginary = tower.reduce(x), tower.reduce(y)
            if max(len(real), len(imaginary)) > TERMS:
                return False
    if not tower.k.is_zero(imaginary):
        return False
    side = tower.known((real, tower.k.one))
    for gen, k in terms:  # the argument of bottom + i top is atan u only if bottom > 0
        side *= tower.known((gen.args[0][1], tower.k.one)) ** abs(k) if gen is not None else 1
    return side > 0


def _terms(tower: Extensions, f: Frac) -> Terms:
    """Whole numbers k, without a common factor, with which f is a rational number times the sum of k atan u."""
    found: list[tuple[Gen | None, Fraction]] = []
    if not tower.k.is_const(f[1]):
        return []
    for c, e, _ in tower.monomials(f):
        gen = tower.gens[e.index(1)] if sum(e) == 1 else None
        if gen is None or gen.kind not in {"atan", "pi"}:
            return []
        found.append((None, 4 * c) if gen.kind == "pi" else (gen, c))
    scale = lcm(*(c.denominator for _, c in found))
    whole = [(gen, int(c * scale)) for gen, c in found]
    common = gcd(*(k for _, k in whole))
    return [(gen, k // common) for gen, k in whole]


def _within_a_turn(tower: Extensions, terms: Terms) -> bool:
    """Whether the sum of k atan u lies strictly between -2 pi and 2 pi."""
    low = high = Fraction(0)
    for gen, k in terms:
        ends = (Fraction(1, 2),) * 2 if gen is None else _bounds(tower, gen.args[0])
        low, high = low + min(k * e for e in ends), high + max(k * e for e in ends)
    return low > -FULL and high < FULL


def _bounds(tower: Extensions, u: Frac) -> tuple[Fraction, Fraction]:
    """Bounds of atan u in right angles, by the sign of u and by whether |u| is beyond 1."""
    s, t = tower.sign_of(u), tower.sign_of(tower.sub(tower.mul(u, u), tower.one))
    least, most = Fraction(1, 2) if t == 1 else Fraction(0), Fraction(1) if t in {None, 1} else Fraction(1, 2)
    if tower.is_number(u):
        most = min(most, abs(tower.number(u)) * ANGLE)
    if s is None:
        return -most, most
    return (least, most) if s > 0 else (-most, -least)
