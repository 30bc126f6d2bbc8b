"""Regions of one variable that polynomials bound, the coefficients rational or made of roots: a point in every gap.

All real zeros of p are zeros of its norm, the product of p over the conjugates of its coefficients, which is rational
(H. Cohen, A Course in Computational Algebraic Number Theory, section 4.3). Between two zeros no sign changes, however
close together they lie.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sympy import Poly, Rational, Symbol, prod, resultant

from symgrad.prover.signs import generators_in

if TYPE_CHECKING:
    from symgrad.prover.field import Gen
    from symgrad.prover.tower import Tower

DEGREE = 60  # of a norm


def inside(tower: Tower) -> dict[str, list[Fraction]]:
    """By variable, a rational number in every gap where the strict conditions on that variable alone all hold."""
    return {name: found for name, polys in _lines(tower).items() if (found := _points(tower, name, polys)) is not None}


def _lines(tower: Tower) -> dict[str, list[Any]]:
    """The strict conditions of the region in one variable each."""
    found: dict[str, list[Any]] = {}
    for fact in tower.facts:
        gens = list(generators_in(tower, fact.poly)) if fact.rel == ">" and fact.why[:1] == ("given",) else []
        symbols = [g.node.value for g in gens if g.kind == "sym"]
        if len(symbols) == 1 and all(g.kind == "sym" or tower.is_algebraic(tower.k.gens[g.slot]) for g in gens):
            found.setdefault(symbols[0], []).append(fact.poly)
    return found


def _points(tower: Tower, name: str, polys: list[Any]) -> list[Fraction] | None:
    norms = [_norm(tower, p) for p in polys]
    if any(p.is_zero or p.degree() > DEGREE for p in norms):
        return None
    places = _between(_isolated(prod(norms).sqf_part()))
    slot = next(g.slot for g in tower.gens if g.kind == "sym" and g.node.value == name)
    rationals = [Fraction(int(x.p), int(x.q)) for x in places]
    return [x for x in rationals if all(_sign_at(tower, p, slot, x) in {1, None} for p in polys)]


def _isolated(poly: Any) -> list[tuple[Any, Any]]:
    """Intervals in order, each about one zero, no two of which touch: what lies between them is no zero's side."""
    digits = 1
    while True:
        found = [ends for ends, _ in poly.intervals(eps=Rational(1, 10**digits))]
        if all(left[1] < right[0] for left, right in pairwise(found)):
            return found
        digits *= 2


def _between(intervals: list[tuple[Any, Any]]) -> list[Any]:
    """A rational number before, between and after the intervals."""
    if not intervals:
        return [Rational(0)]
    middle = [(left[1] + right[0]) / 2 for left, right in pairwise(intervals)]
    return [intervals[0][0] - 1, *middle, intervals[-1][1] + 1]


def _sign_at(tower: Tower, p: Any, slot: int, x: Fraction) -> int | None:
    """The sign where the variable is x."""
    degree = tower.k.degrees(p)[slot]
    scaled: dict[Any, int] = {}
    for e, c in tower.k.terms(p):
        rest = (*e[:slot], 0, *e[slot + 1 :])
        scaled[rest] = scaled.get(rest, 0) + c * x.numerator ** e[slot] * x.denominator ** (degree - e[slot])
    number = tower.k.build(scaled)
    return tower.quick_sign(number) if tower.k.is_const(number) else tower.ball_sign(number)


def _norm(tower: Tower, p: Any) -> Any:
    """A rational polynomial that is 0 wherever p is."""
    shown = _expression(tower, p)
    for gen in sorted(_roots(tower, p), key=lambda g: -g.slot):
        shown = resultant(_letter(gen.slot) ** gen.degree - _expression(tower, gen.relation), shown, _letter(gen.slot))
    (variable,) = shown.free_symbols or {_letter(0)}
    return Poly(shown, variable, domain="QQ")


def _roots(tower: Tower, p: Any) -> set[Gen]:
    found = {g for g in generators_in(tower, p) if g.kind == "root"}
    return found.union(*(_roots(tower, g.base) for g in found))


def _expression(tower: Tower, p: Any) -> Any:
    return sum(c * prod(_letter(i) ** m for i, m in enumerate(e) if m) for e, c in tower.k.terms(p))


def _letter(slot: int) -> Symbol:
    return Symbol(f"g{slot}")
