"""Enclosures of numbers made of generators that no variable occurs in, for the checker, by mpmath's intervals."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import mpmath  # type: ignore[import-untyped]  # it ships no types
from mpmath import iv
from sympy import ZZ, Rational, prod, resultant
from sympy import Poly as SympyPoly

from symgrad.prover.recheck_ring import SQUARE, RejectedError, degrees

if TYPE_CHECKING:
    from symgrad.prover.recheck_ring import Frac, Poly, Ring

PRECISIONS = (64, 192, 640)


def sign_of_number(ring: Ring, p: Poly) -> int | None:
    """The sign of the number p, by interval arithmetic; None where p is none, or that does not tell."""
    for bits in PRECISIONS:
        found = enclosure(ring, p, bits)
        if found is None:
            return None
        if found.a > 0 or found.b < 0:
            return 1 if found.a > 0 else -1
    return None


def enclosure(ring: Ring, p: Poly, bits: int) -> Any:
    """An interval that contains the number p, at this precision; None where p is not seen to be a number."""
    before, iv.prec = iv.prec, bits
    try:
        return _polynomial(ring, p)
    except (ArithmeticError, ValueError, RejectedError):  # mpmath's: nothing is enclosed
        return None
    finally:
        iv.prec = before


def _polynomial(ring: Ring, p: Poly) -> Any:
    slots = [i for i, m in enumerate(degrees(p)) if m]
    values = {i: _generator(ring, i) for i in slots}
    if any(value is None for value in values.values()):
        return None
    found = iv.mpf(0)
    for e, c in p.terms():
        term = iv.mpf(int(c))
        for i in slots:
            term *= values[i] ** e[i]
        found += term
    return found


def _generator(ring: Ring, i: int) -> Any:
    """A generator; it must have a value, or nothing is known of it."""
    if i >= len(ring.gens):
        return None
    kind = ring.gens[i][0]
    ring.gen(i)
    if kind == "pi":
        return iv.pi
    if kind in {"root", "log"}:
        base = _polynomial(ring, ring.base[i])
        return None if base is None else _of_base(kind, abs(base), ring.gens[i][2])
    rule = {"exp": iv.exp, "cos": iv.cos, "sin": iv.sin, "erf": _erf, "atan": _atan}.get(kind)
    value = _fraction(ring, ring.args[i][0]) if rule is not None else None
    return None if rule is None or value is None else rule(value)


def _erf(x: Any) -> Any:
    """Rising, so between the values at the ends, which mpmath gives with a margin."""
    return _rising(mpmath.erf, x)


def _atan(x: Any) -> Any:
    """The same."""
    return _rising(mpmath.atan, x)


def _rising(function: Any, x: Any) -> Any:
    bits = iv.prec
    with mpmath.workprec(2 * bits):
        margin = mpmath.mpf(2) ** (-bits)
        return iv.mpf([function(mpmath.mpf(x.a)) - margin, function(mpmath.mpf(x.b)) + margin])


def _of_base(kind: str, base: Any, degree: int) -> Any:
    if base.a <= 0:
        return None
    if kind == "log":
        return iv.log(base)
    return iv.sqrt(base) if degree == SQUARE else iv.exp(iv.log(base) / degree)


def _fraction(ring: Ring, f: Frac) -> Any:
    top, bottom = (_polynomial(ring, p) for p in f)
    return None if top is None or bottom is None or 0 in bottom else top / bottom


# ---- lines: what polynomials in one symbol leave of it


def no_point(ring: Ring, slot: int, polys: list[Poly]) -> bool:
    """Whether no real number makes all polynomials positive, their other generators being roots of numbers."""
    x = ring.ring.symbols[slot]
    norms = [_norm(ring, p, x) for p in polys]
    if any(n is None or n.is_zero for n in norms):
        return False
    return all(any(_not_positive(ring, p, slot, at) for p in polys) for at in _places(ring, prod(norms).sqf_part()))


def _places(ring: Ring, poly: Any) -> list[Any]:
    """A number in every gap between the zeros of a polynomial: where two of their intervals touch, a gap might hide."""
    width = Rational(1)
    while True:
        ring.clock.tick()
        found = [ends for ends, _ in poly.intervals(eps=width)]
        gaps = [right[0] - left[1] for left, right in pairwise(found)]
        if all(gap > 0 for gap in gaps):
            break
        width = width**2 / 10
    if not found:
        return [Rational(0)]
    return [
        found[0][0] - 1,
        *(left[1] + gap / 2 for (left, _), gap in zip(pairwise(found), gaps, strict=True)),
        found[-1][1] + 1,
    ]


def _norm(ring: Ring, p: Poly, x: Any) -> Any:
    """A polynomial over the rational numbers that is 0 wherever p is."""
    shown = p.as_expr()
    for i in range(len(ring.gens) - 1, -1, -1):
        g = ring.ring.symbols[i]
        if g != x and shown.has(g):
            if ring.gens[i][0] != "root":
                return None
            ring.gen(i)
            shown = resultant(shown, g ** ring.gens[i][2] - ring.base[i].as_expr(), g)
    return SympyPoly(shown, x, domain="QQ")


def _not_positive(ring: Ring, p: Poly, slot: int, at: Any) -> bool:
    """Whether p is surely not positive where the symbol is this rational number."""
    degree, scaled = max(0, p.degrees()[slot]), ring.ring.zero
    for e, c in p.terms():
        k = int(c) * int(at.p) ** e[slot] * int(at.q) ** (degree - e[slot])
        scaled += ring.ring.from_dict({(*e[:slot], 0, *e[slot + 1 :]): ZZ(k)})
    if scaled.is_ground:
        return not scaled or scaled.LC < 0
    return sign_of_number(ring, scaled) == -1


def no_lemma(_: int) -> Any:
    """Where no lemma is known."""
    raise RejectedError("a lemma is used that is not among those proved before")
