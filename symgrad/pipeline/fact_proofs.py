"""Proofs with certificates behind the facts of an activation: its symmetry, how it moves, and its limits.

That f tends to L is shown by |f(z) - L| <= C/|z| from some point on, that it grows without bound by |f(z)| >= |z|/c,
how it moves by the sign of its slope off the kinks. Where no such proof is found, the fact rests on enclosures alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sympy import And, Eq, Ge, Gt, Integer, Le, Lt, Mul, Ne, Rational, S, oo

from symgrad import prover
from symgrad.core import Monotone
from symgrad.pipeline.proofs import Proof, proof

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from symgrad.core import Facts

SECONDS = 0.5
TRIED = tuple(Rational(n, 2) for n in (1, 2, 4, 6, 10, -1, -2, -4, -6, -10))  # where a slope may be seen to change sign
BEYOND = ((60, 10), (4, 0))  # C, and how far out |f(z) - L| <= C/|z| is claimed
FAR = ((2, 10), (2, 0), (1000, 0))  # c, and how far out |f(z)| >= |z|/c is claimed
UP = {Monotone.STRICTLY_INCREASING, Monotone.NON_DECREASING}
DOWN = {Monotone.STRICTLY_DECREASING, Monotone.NON_INCREASING}


@dataclass(frozen=True)
class Claims:
    """The function and its slope at the values that the facts are about; an irrational one keeps its letter."""

    found: Facts
    of_slope: bool = True

    @property
    def expr(self) -> Any:
        """What is spoken of: the slope, or the function itself."""
        return self.slope() if self.of_slope else self.function()

    @property
    def where(self) -> Any:
        """The condition under which it has values."""
        return self.smooth() if self.of_slope else S.true

    @cached_property
    def values(self) -> dict[Any, Any]:
        """The parameters that are given numbers."""
        return {s: v for s, v in self.found.at if v.is_Rational}

    @cached_property
    def letters(self) -> tuple[tuple[Any, Any], ...]:
        """The parameters that keep their letters, with their values."""
        return tuple((s, v) for s, v in self.found.at if not v.is_Rational)

    @cached_property
    def near(self) -> tuple[Any, ...]:
        """Where the letters lie, to two decimals: all that proofs may use of their values."""
        cents = {s: int(v.evalf(30) * 100 // 1) for s, v in self.letters}
        return tuple(r for s, n in cents.items() for r in (s > Rational(n, 100), s < Rational(n + 1, 100)))

    @property
    def size(self) -> Any:
        """A positive number that constants are multiples of."""
        return Mul(*(s for s, _ in self.letters))

    def function(self) -> Any:
        """The formula."""
        return self.found.definition.of.xreplace(self.values)

    def slope(self) -> Any:
        """The derivative, as it is printed."""
        return self.found.derivative.xreplace(self.values)

    def smooth(self) -> Any:
        """The condition of being on no kink."""
        return And(*(Ne(k.variable, k.at) for k in self.found.kinks))

    @property
    def variable(self) -> Any:
        """What the slope is taken by."""
        return self.found.definition.variable

    def holds(self, relation: Any, assuming: Any) -> Proof | None:
        """The relation's proof, if it has a certificate."""
        domains = self.found.definition.domains
        left, right = prover.equation(relation)
        assuming = And(assuming, *self.near)
        verdict = prover.prove_cover(relation, variables=domains, assuming=assuming)
        verdict = verdict or prover.prove(left, right, variables=domains, assuming=assuming, seconds=SECONDS)
        return Proof(verdict, left, right, domains, (), assuming) if verdict.certificate else None


def placed(found: Facts, proofs: tuple[Proof, ...]) -> tuple[Proof, ...]:
    """The proofs, with what shows that the letters in them lie where they are said to."""
    claims = Claims(found)
    values = dict(claims.letters)
    shown = [proof(*prover.equation(bound.xreplace(values))) for bound in claims.near] if proofs else []
    return (*shown, *proofs) if all(p.verdict.certificate for p in shown) else ()


def symmetry(found: Facts) -> tuple[Proof, ...]:
    """The identity f(-z) = -f(z), or that its sides differ at a point."""
    claims, z = Claims(found), found.definition.variable
    mirrored, turned = claims.function().xreplace({z: -z}), -claims.function()
    if found.odd:
        verdict = prover.prove(mirrored, turned, variables=found.definition.domains, seconds=SECONDS)
        return (Proof(verdict, mirrored, turned, found.definition.domains),) if verdict.certificate else ()
    return kept(claims.holds(Ne(mirrored, turned, evaluate=False), Eq(z, at)) for at in (Integer(1), Integer(-3)))[:1]


def movement(found: Facts) -> tuple[Proof, ...]:
    """The sign of the slope off the kinks, or two points at which it has different signs."""
    claims, z = Claims(found), found.definition.variable
    slope, smooth = claims.slope(), claims.smooth()
    if found.monotone in UP | DOWN:
        relations = (Gt, Ge) if found.monotone in UP else (Lt, Le)
        return kept(claims.holds(relation(slope, 0, evaluate=False), smooth) for relation in relations)[:1]
    if found.monotone is not Monotone.NOT_MONOTONE:
        return ()
    ways = [
        kept(claims.holds(relation(slope, 0, evaluate=False), Eq(z, at)) for at in TRIED)[:1] for relation in (Gt, Lt)
    ]
    ways = ways if all(ways) else [kept(compared(claims, relation))[:1] for relation in (Gt, Lt)]
    return (*ways[0], *ways[1]) if all(ways) else ()


def compared(claims: Claims, relation: Any) -> Iterator[Proof | None]:
    """That the function falls, or rises, from one point to the next: one that jumps may, where its slope never does."""
    z, function = claims.variable, claims.function()
    for p, q in pairwise(sorted(TRIED)):
        yield claims.holds(relation(function.xreplace({z: p}), function.xreplace({z: q}), evaluate=False), S.true)


def tails(found: Facts, *, of_slope: bool) -> tuple[Proof, ...]:
    """Bounds that show the two limits of the function, or of its slope; nothing unless both are shown."""
    claims = Claims(found)
    expr = claims.slope() if of_slope else claims.function()
    left, right = found.limits[2:] if of_slope else found.limits[:2]
    before = tail(claims, expr, left, -1)
    after = tail(claims, expr, right, 1) if before else ()
    return (*before, *after) if after else ()


def growth(found: Facts, sides: Iterable[int]) -> tuple[Proof, ...]:
    """That the function grows without bound on one of the sides on which that is its limit."""
    claims = Claims(found)
    shown = (tail(claims, claims.function(), found.limits[side > 0], side) for side in sides)
    return next(filter(None, shown), ())


def tail(claims: Claims, expr: Any, limit: Any, side: int) -> tuple[Proof, ...]:
    """Bounds that show one limit."""
    z = claims.found.definition.variable
    if limit is None:
        return ()
    if limit in {oo, -oo}:
        beyond, away = (Ge, side * z) if limit is oo else (Le, -side * z)
        growing = (claims.holds(beyond(expr, away / c, evaluate=False), Gt(side * z, far)) for c, far in FAR)
        return kept(growing)[:1]
    gap = (expr - limit) * z
    for c, far in BEYOND:
        bound = c * claims.size
        above = claims.holds(Le(gap, bound, evaluate=False), Gt(side * z, far))
        below = above and claims.holds(Ge(gap, -bound, evaluate=False), Gt(side * z, far))
        if above and below:
            return above, below
    return ()


def kept(proofs: Any) -> tuple[Proof, ...]:
    """The proofs that were found."""
    return tuple(p for p in proofs if p is not None)
