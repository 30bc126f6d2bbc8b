"""Sums of arctangents that are 0, for the checker: by complex numbers on its own polynomials."""

from __future__ import annotations

from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symgrad.prover.recheck_ring import Frac, Ring

TURNS = 32
RIGHT_ANGLE = Fraction(16, 25)  # more than 2/pi


def no_angle(ring: Ring, f: Frac) -> bool:
    """Whether f, c times the sum of k atan u, is 0: the product of (1 + iu)^k is positive, and |sum| < 2 pi."""
    arcs = _arcs(ring, f)
    if arcs is None or sum(abs(k) for _, k in arcs) > TURNS:
        return False
    x, y, low, high = ring.ring.one, ring.ring.zero, Fraction(0), Fraction(0)
    for u, k in arcs:
        least, most = _between(ring, u)
        low, high = low + min(k * least, k * most), high + max(k * least, k * most)
        s = ring.sign(u[1])
        across, up = s * u[1], (s if k > 0 else -s) * u[0]
        for _ in range(abs(k)):
            x, y = ring.reduce(x * across - y * up), ring.reduce(y * across + x * up)
            ring.clock.tick(max(len(x), len(y)))
    return max(-low, high) < 4 and ring.vanishes(y) and ring.sign(x) == 1  # noqa: PLR2004 - right angles


def _arcs(ring: Ring, f: Frac) -> list[tuple[Frac, int]] | None:
    """The arguments of the arctangents, each with its whole coefficient."""
    arcs: list[tuple[Frac, int]] = []
    if not f[1].is_ground:
        return None
    for e, c in f[0].terms():
        slot = e.index(1) if sum(e) == 1 else len(ring.gens)
        kind = ring.gens[slot][0] if slot < len(ring.gens) else ""
        if kind not in {"atan", "pi"}:
            return None
        ring.gen(slot)
        arcs.append((ring.args[slot][0], int(c)) if kind == "atan" else (ring.one, 4 * int(c)))
    common = gcd(*(c for _, c in arcs)) or 1
    return [(u, c // common) for u, c in arcs]


def _between(ring: Ring, u: Frac) -> tuple[Fraction, Fraction]:
    """Bounds of atan u in right angles."""
    if u == ring.one:
        return Fraction(1, 2), Fraction(1, 2)
    side, beyond = ring.maybe_sign(u), ring.maybe_sign(ring.add(ring.mul(u, u), ring.number(-1)))
    number = ring.value(u)
    least = Fraction(1, 2) if beyond == 1 else Fraction(0)
    most = Fraction(1, 2) if beyond in {0, -1} else Fraction(1)
    most = most if number is None else min(most, abs(number) * RIGHT_ANGLE)
    return (-most, most) if side is None else (least, most) if side > 0 else (-most, -least)
