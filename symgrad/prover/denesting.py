"""Roots of roots: sqrt(z + 2 sqrt z + 1) is 1 + sqrt z, and sqrt(z^2 + 2 sqrt(2) z + 2) is |z + sqrt 2|.

If A + C sqrt(B) is the square of U + V sqrt(B), then A^2 - C^2 B is a square n^2, and U^2 is (A + n)/2 or (A - n)/2
(A. Borodin et al., Decreasing the nesting depth of expressions involving square roots, 1985). What is found is
squared before it is believed.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING

from symgrad.prover.signs import coefficients_of, generators_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.prover.field import Frac, Gen
    from symgrad.prover.kernel import Poly
    from symgrad.prover.signs import Signs

DEPTH = 6
SQUARE = 2


def denested(tower: Signs, p: Poly) -> Frac | None:
    """The positive s with s^2 = |p| that is made of the generators there are; Split where its sign matters."""
    key = tower.k.key(p), SQUARE
    if key not in tower.powers:
        found = square_root(tower, p) or square_root(tower, -p)
        if found is not None and tower.known(found) < 0:
            found = tower.neg(found)
        tower.powers[key] = (p, SQUARE, found)
    return tower.powers[key][2]


def hidden_sign(tower: Signs, p: Poly) -> int | None:
    """The sign of a square, or that of norm and conjugate together; Split where the square's root may be 0."""
    for side in (p, -p):
        found = square_root(tower, side)
        if found is not None:
            tower.learn(side, ">" if tower.known(found) else "=", ("square", found))
            return tower.sign(p)
    for gen, norm, other in conjugates(tower, p):
        s, t = tower.sign(norm), tower.sign(other)
        if s and t:
            tower.learn(p * s * t, ">", ("conjugate", gen.slot))
            return tower.sign(p)
    return None


def square_root(tower: Signs, p: Poly) -> Frac | None:
    """What squared is p, made of the generators there are; None if none is found."""
    zeros, tower.zeros = tower.zeros, []  # what is 0 in the region would vanish from the root before it is squared
    try:
        found = _root(tower, (p, tower.k.one), DEPTH)
        if found is None or not tower.k.is_zero(tower.reduce(found[0] * found[0] - p * found[1] * found[1])):
            return None
        return found
    finally:
        tower.zeros = zeros


def conjugates(tower: Signs, p: Poly) -> Iterator[tuple[Gen, Poly, Poly]]:
    """For each square root in p = A + C sqrt(B), the norm A^2 - C^2 B where it is not 0, and A - C sqrt(B)."""
    for gen in _roots(tower, p):
        a, c = coefficients_of(tower, p, gen.slot, 1)
        norm = tower.reduce(a * a - c * c * gen.relation)
        if not tower.k.is_zero(norm):
            yield gen, norm, a - c * tower.k.gens[gen.slot]


def by_conjugate(tower: Signs, p: Poly) -> tuple[Poly, Poly] | None:
    """Norm and conjugate of a p = A + C sqrt(B) whose two parts lead with different signs: one of the two is kept."""
    for gen, norm, other in conjugates(tower, p):
        a, c = coefficients_of(tower, p, gen.slot, 1)
        if not tower.k.is_zero(a) and tower.k.lead(a) * tower.k.lead(c) < 0 and tower.quick_nonzero(norm):
            return norm, other
    return None


def _roots(tower: Signs, p: Poly) -> list[Gen]:
    """The square roots in p, the latest first."""
    return [g for g in reversed(list(generators_in(tower, p))) if g.kind == "root" and g.degree == SQUARE]


def _root(tower: Signs, f: Frac, depth: int) -> Frac | None:
    whole = tower.k.is_const(f[1])
    p = tower.reduce(f[0] * f[1])
    roots = _roots(tower, p)
    if not depth or tower.k.is_zero(p):
        return None
    found = _of_sum(tower, p, roots[0], depth) if roots else _of_factors(tower, p)
    if found is None or (whole and f[1] == 1):
        return found
    return tower.normal(found[0], found[1] * f[1])


def _of_sum(tower: Signs, p: Poly, gen: Gen, depth: int) -> Frac | None:
    one = tower.k.one
    a, c = coefficients_of(tower, p, gen.slot, 1)
    norm = tower.reduce(a * a - c * c * gen.relation)
    n = tower.zero if tower.k.is_zero(norm) else _root(tower, (norm, one), depth - 1)
    if n is None:
        return None
    for side in (n, tower.neg(n)):
        half = tower.add((a, one), side)
        u = _root(tower, (half[0], half[1] * 2), depth - 1)
        if u is not None and not tower.k.is_zero(u[0]):
            v = tower.normal(c * u[1], 2 * u[0])
            return tower.add(u, tower.mul(v, tower.var(gen)))
    return None


def _of_factors(tower: Signs, p: Poly) -> Frac | None:
    """The root by even multiplicities, and by square roots that are there already."""
    content, factors = tower.factor(p)
    whole = isqrt(abs(content))
    found = tower.k.const(whole)
    odd = [] if whole * whole == content else [tower.k.const(abs(content))] if content > 0 else [None]
    for q, m in factors:
        found = found * q ** (m // 2)
        odd += [q] if m % 2 else []
    for q in odd:
        gen = None if q is None else tower.named.get(("root", tower.k.key(q), SQUARE))
        if gen is None or gen.relation != q:
            return None
        found = found * tower.k.gens[gen.slot]
    return found, tower.k.one
