"""The search for a point at which two sides differ, in ball arithmetic: what is found is a refutation, not a hint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain, product
from typing import TYPE_CHECKING, Any

from flint import arb
from sympy import AccumBounds

from symgrad.core import UnsupportedError, Witness
from symgrad.prover.balls import DEEP, PRECISIONS, Balls, Undecided, Undefined, precision
from symgrad.prover.calculus import derivative
from symgrad.prover.field import Split, StuckError, UndefinedHere
from symgrad.prover.lemmas import interval, pieces
from symgrad.prover.lines import inside
from symgrad.prover.points import Enclosure, Sampler, complete, holds, unbound, vanishes
from symgrad.prover.region import Region
from symgrad.prover.scalar import ONE, PI, ZERO, mul, num, subnodes, substitute
from symgrad.prover.settle import DIFFERENT
from symgrad.prover.tower import normal_form
from symgrad.prover.writing import to_sympy
from symgrad.prover.zeros import dyadic, rational

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from symgrad.prover.points import Point
    from symgrad.prover.region import Binding, Ends
    from symgrad.prover.scalar import Node
    from symgrad.prover.settle import Leaf
    from symgrad.prover.statement import Statement
    from symgrad.prover.tower import Tower

    Sides = tuple[Node | None, Node | None]

QUICK_POINTS = 4
TRIES, HITS = 24, 9  # points drawn, and points in the region that are looked at
DIGITS = (25, 60, 400, 1300)
LEAST = tuple(map(Fraction, ("-1", "2", "1/2", "-1/2")))
LETTERS = 3
STEP = Fraction(1, 2**20)
USUAL = tuple(
    mul(num(Fraction(s * n, d)), *unit)
    for n, d in ((0, 1), (1, 1), (1, 2), (2, 1), (3, 1), (3, 2), (1, 4), (1, 3), (1, 6))
    for s in (1, -1)
    for unit in ((), (PI,))
)
BITS = 256


@dataclass(frozen=True, slots=True)
class Search:
    """Where to look, and for what statement."""

    statement: Statement
    sampler: Sampler

    @property
    def region(self) -> Region:
        """All that the statement is about."""
        return Region(self.statement.premises, self.statement.cases[0])

    def quickly(self, region: Region) -> Witness | None:
        """A witness among a few points, none of them on a kink."""
        s = self.statement
        for i, point in enumerate(self.sampler.points(region, 3 * QUICK_POINTS), 1):
            found = self.at(point, region.bindings, (s.left, s.right), PRECISIONS[:2], generic=True)
            if found is not None or i == QUICK_POINTS:
                return found
        return None

    def small(self) -> Witness | None:
        """A witness among the least numbers, where chance meets none."""
        whole = self.statement.left, self.statement.right
        region = self.region
        found = (self.at(p, region.bindings, whole, PRECISIONS[:2], generic=False) for p in self._least(region))
        return next(filter(None, found), None)

    def _least(self, region: Region) -> Iterator[Point]:
        """Points of a region with small coordinates, if an exponent is to be an integer there."""
        s = self.statement
        free = [n for n in self.sampler.names if n not in dict(region.bindings)]
        exponents = (node.args[1] for node in subnodes(s.left, s.right) if node.op == "pow")
        if len(free) > LETTERS or not any(exponent.free for exponent in exponents):
            return
        for values in product(LEAST, repeat=len(free)):
            self.sampler.tick()
            point = dict(zip(free, values, strict=True))
            there = replace(region, bindings=(*region.bindings, *((name, num(x)) for name, x in point.items())))
            solved = all(vanishes(node, there) for node, _ in unbound(region))
            if solved and holds(region.premises, there.bindings, {}):
                yield {**point}

    def valued(self, region: Region) -> bool:
        """Whether the left side is seen to have a value somewhere."""
        sides = self.statement.left, None
        points = self.sampler.points(region, 3 * QUICK_POINTS)
        return any(self.at(p, region.bindings, sides, PRECISIONS[:2], generic=False) for p in points)

    def difference(self, leaf: Leaf) -> Witness | None:
        """A point of the region at which the sides differ, or at which only one of them has a value."""
        if leaf.tower is None:
            return None
        left, right = (leaf.tower.fraction_node(v) if v is not None else None for v in leaf.values)
        whole = (self.statement.left, self.statement.right)
        usual = chain(self._drawn(leaf), self._inside(leaf))
        least = self._least(leaf.region) if unbound(leaf.region) else ()
        points = ((point, leaf.region.bindings) for point in chain(least, usual))
        for i, (point, bindings) in enumerate(chain(points, self._special(leaf.region, leaf.tower)), 1):
            found = None
            if leaf.kind == DIFFERENT and leaf.region.codimension == 0:
                found = self.at(point, bindings, whole, DEEP, generic=False)
            found = found or self.at(point, bindings, (left, right), DEEP)
            found = found or self._beside(leaf, point, bindings, right) or self._by_sign(leaf, point, bindings, right)
            if found is not None or i == HITS:
                return found
        return None

    def _drawn(self, leaf: Leaf) -> Iterator[Point]:
        return self.sampler.points(leaf.region, TRIES)

    def _special(self, region: Region, tower: Tower) -> Iterator[tuple[Point, tuple[Binding, ...]]]:
        """Points at which a variable has a value that conditions are made for: a multiple of pi, a turning point."""
        free = tuple(n for n in self.sampler.names if n not in dict(region.bindings))
        for name in free:
            others = self.sampler.draw(tuple(n for n in free if n != name))
            for at in (*USUAL, *turning(region, name, interval(tower, name), self.sampler.tick)):
                there = replace(region, bindings=(*region.bindings, (name, at)))
                solved = all(vanishes(node, there) for node, _ in unbound(region))
                if solved and holds(region.premises, there.bindings, others):
                    yield others, there.bindings

    def _by_sign(self, leaf: Leaf, point: Point, bindings: tuple[Binding, ...], right: Node | None) -> Witness | None:
        """A witness by the proved sign of the difference, where no decimals show it: erf(1000) is less than 1."""
        one, other = leaf.values
        if leaf.tower is None or one is None or other is None:
            return None
        s = leaf.tower.sign_of(leaf.tower.sub(one, other))
        whole = self.at(point, bindings, (right, None), DEEP) if s in {1, -1} else None
        return whole and replace(whole, left=f"{'>' if s == 1 else '<'} {whole.left}", right=whole.left)

    def at_root(self, leaf: Leaf, root: Point, exact: Any) -> Witness | None:
        """A witness at a point that is known to satisfy the region's equations, with its closed form if it has one."""
        others = tuple(p for p in leaf.region.premises if p[1] != "=")
        if leaf.tower is None or not holds(others, (), root):
            return None
        left, right = (leaf.tower.fraction_node(v) if v is not None else None for v in leaf.values)
        found = self.at(root, (), (left, right), DEEP)
        if found is None or exact is None:
            return found
        return replace(found, point=tuple((symbol, exact) for symbol, _ in found.point))

    def _beside(self, leaf: Leaf, point: Point, bindings: tuple[Binding, ...], right: Node | None) -> Witness | None:
        """A witness by the difference of the two normal forms: exp(10^4) + 1 is never told from exp(10^4) by balls."""
        one, other = leaf.values
        if leaf.tower is None or one is None or other is None or right is None:
            return None
        gap = leaf.tower.fraction_node(leaf.tower.sub(one, other))
        found = self.at(point, bindings, (gap, ZERO), DEEP)
        whole = self.at(point, bindings, (right, None), DEEP)
        if found is None or whole is None:
            return None
        return replace(whole, left=f"{whole.left} + {found.left}", right=whole.left)

    def _inside(self, leaf: Leaf) -> Iterator[Point]:
        """Points of a region too thin to be met by chance."""
        if leaf.tower is None or unbound(leaf.region):
            return
        for name, places in inside(leaf.tower).items():
            for x in places:
                point = {**self.sampler.draw(tuple(n for n in self.sampler.names if n != name)), name: x}
                if holds(leaf.region.premises, leaf.region.bindings, point):
                    yield point

    def at(
        self,
        point: Point,
        bindings: tuple[Binding, ...],
        sides: Sides,
        bits: tuple[int, ...],
        *,
        generic: bool | None = None,
    ) -> Witness | None:
        """A witness, if balls show a difference at the point. None as a side stands for no value.

        `generic` is None for the normal forms of a region, else the assumption is asked; True refuses kinks.
        """
        for b in bits:
            self.sampler.tick()
            with precision(b):
                try:
                    balls = Balls(complete(point, bindings))
                    if generic is not None and self._unassumed(balls):
                        return None
                    left, right = (None if s is None else balls.value(s) for s in sides)
                except Undecided:
                    continue
                except (Undefined, UnsupportedError):
                    return None
                if generic and balls.on_kink:
                    return None
                if left is None or right is None or not left.overlaps(right):
                    place = {name: num(x) for name, x in point.items() if isinstance(x, Fraction)}
                    one, other = (s and decimal(s, place) for s in sides)
                    return self.witness(point, bindings, one or text(left, right), other or text(right, left))
        return None

    def _unassumed(self, balls: Balls) -> bool:
        assumption = self.statement.assumption
        return assumption is not ONE and balls.value(assumption) != 1

    def witness(self, point: Point, bindings: tuple[Binding, ...], left: str, right: str) -> Witness:
        """The point in the user's symbols, each coordinate exact; a root without a closed form as its bounds."""
        full: dict[str, Node] = {name: num(x) for name, x in point.items() if not isinstance(x, Enclosure)}
        for name, node in reversed(bindings):
            full[name] = substitute(node, full)
        shown = self.statement.symbols
        values = {n: to_sympy(x, shown) for n, x in full.items() if not x.free}
        rough = {n for n in (*point, *full) if n not in values}
        with precision(BITS):
            balls = Balls(complete(point, bindings)).point if rough else {}
            for name in rough:
                low, high = balls[name].lower(), balls[name].upper()
                values[name] = AccumBounds(rational(dyadic(low)), rational(dyadic(high)))
        return Witness(tuple((shown[n], values[n]) for n in sorted(values) if n in shown), left, right)

    def thin(self, region: Region) -> bool:
        """Whether each equation that is not solved is shown to be false right beside a point of the region.

        What is analytic and not 0 beside a point is 0 on a set without interior there; a dependence between
        generators that the prover has missed might make an equation hold everywhere.
        """
        equations = [node for node, _ in unbound(region)]
        if not equations:
            return True
        point = next(self.sampler.points(region, TRIES), None)
        return point is not None and all(self._moves(node, point, region) for node in equations)

    def _moves(self, node: Node, point: Point, region: Region) -> bool:
        with precision(BITS):
            try:
                full = complete(point, region.bindings)
                for name in sorted(node.free):
                    beside = Balls(full).point[name] + arb(STEP.numerator) / STEP.denominator
                    segment = Balls(full).point[name].union(beside)
                    Balls({**full, name: segment}).value(node)  # it has a value all the way
                    if not Balls({**full, name: beside}).value(node).contains(0):
                        return True
            except (Undecided, Undefined, UnsupportedError):
                return False
        return False


def turning(region: Region, name: str, ends: Ends, tick: Callable[[], None]) -> Iterator[Node]:
    """The places, as far as they have closed forms, at which conditions in one variable have their extremes."""
    for node, rel in region.premises:
        if node.free == {name} and rel != "=" and not node.kinked:
            found = pieces(derivative(node, name), name, ends, tick)
            yield from (end for part in found[:-1] if (end := part.ends[1]) is not None)


def decimal(side: Node, place: Mapping[str, Node]) -> str:
    """A value that is a decimal fraction, as the ball of radius 0 that it is; empty where it is none."""
    node = substitute(side, place)
    if node.free:
        return ""
    try:
        tower, found = normal_form(node)
    except (Split, StuckError, UndefinedHere, UnsupportedError):
        return ""
    if not tower.is_number(found):
        return ""
    value = tower.number(found)
    shown = Decimal(value.numerator) / Decimal(value.denominator)
    return f"[{shown:f} +/- 0]" if Fraction(shown) == value else ""


def text(x: arb | None, other: arb | None) -> str:
    """A decimal ball of enough digits to stay apart from the other one."""
    if x is None:
        return "undefined"
    found = ""
    for digits in DIGITS:
        shown = x.str(digits)
        shown = shown.replace("[+/-", "[0 +/-")  # a ball around 0 has no decimals
        found = shown if shown.startswith("[") else f"[{shown} +/- 0]"
        if other is None or not arb(found[1:-1]).overlaps(other):
            break
    return found
