"""Exact points inside a region, found by sampling and by walking along one variable to where a premise changes sign.

Every point that is yielded has been checked in ball arithmetic: all strict premises surely hold there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from symgrad.core import UnsupportedError
from symgrad.prover.balls import Balls, Undecided, Undefined, certain_sign, exact, precision
from symgrad.prover.field import Split, StuckError, UndefinedHere
from symgrad.prover.scalar import num, substitute
from symgrad.prover.tower import normal_form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

    from flint import arb

    from symgrad.prover.region import Binding, Premise, Region
    from symgrad.prover.scalar import Node

WALKS = 10
BISECTIONS = 70
FINE = 240  # bisections of a root's enclosure
FAR = tuple(Fraction(s * 2**e) for e in (4, 5, 6, 8, 10, 20) for s in (1, -1))
GRID = tuple(sorted([*(Fraction(k * k * k, 4000) + Fraction(1, 7919) for k in range(-34, 35)), *FAR]))
NEAR = Fraction(1, 1000)
BITS = 512
USUAL = 4  # points nearer to 0 than this are as good as one another
SIMPLE = 10**12  # denominators of rationals that are tried as roots


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A real number between two rationals: a root that has no closed form here."""

    low: Fraction
    high: Fraction

    @property
    def ball(self) -> arb:
        """Its ball in the working precision."""
        return exact(self.low).union(exact(self.high))


Point = dict[str, Fraction | Enclosure]
Range = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True, slots=True)
class Sampler:
    """Where points come from: the names of the variables, their rational ranges, and chance."""

    names: tuple[str, ...]
    ranges: Mapping[str, Range]
    rng: Random
    tick: Callable[[], None]  # called now and then: it may raise when the time is up

    def points(self, region: Region, tries: int) -> Iterator[Point]:
        """Points of a region: rational ones, but for a root of an equation that binds no symbol."""
        free = tuple(n for n in self.names if n not in dict(region.bindings))
        equations = [p for p in unbound(region) if not vanishes(p[0], region)]
        if equations:
            if len(equations) == 1:
                yield from self._roots(region, equations[0][0], free)
            return
        walks = 0
        for _ in range(tries if free else 1):
            self.tick()
            point = self.draw(free)
            if holds(region.premises, region.bindings, point):
                yield point
            elif walks < WALKS and free:
                walks += 1
                yield from self._walk(region, point, self._moving(region, free))

    def draw(self, names: tuple[str, ...]) -> Point:
        """A point, each coordinate within its range."""
        return {n: draw(self.rng, self.ranges.get(n, (None, None))) for n in names}

    def _moving(self, region: Region, free: tuple[str, ...]) -> str:
        concerned = [n for n in free if any(n in node.free for node, _ in region.premises)]
        return self.rng.choice(concerned or list(free))

    def _roots(self, region: Region, equation: Node, free: tuple[str, ...]) -> Iterator[Point]:
        """Points on the zero set of a function: continuous, it changes sign along one variable, so it has a root."""
        others = tuple(p for p in region.premises if p[0] is not equation)
        moving = [n for n in free if n in equation.free or region.bindings]
        for _ in range(WALKS if len(free) > 1 else 1):
            line = Line(equation, region.bindings, self.draw(free), self.tick)
            for name in moving:
                for low, high in line.brackets(name, FINE):
                    found: Point = {**line.point, name: line.root(name, low, high)}
                    if continuous(equation, region.bindings, found) and holds(others, region.bindings, found):
                        yield found

    def _walk(self, region: Region, point: Point, name: str) -> Iterator[Point]:
        """Points in the gaps between the places, along one variable, where premises change sign."""
        low, high = self.ranges.get(name, (None, None))
        places = {*GRID, *(end for end in (low, high) if end is not None)}
        for node, rel in region.premises:
            if rel in {">", ">="} and (region.bindings or name in node.free):
                for a, b in Line(node, region.bindings, point, self.tick).brackets(name, BISECTIONS):
                    places |= {a - NEAR, a, b, b + NEAR}
        gaps = [(a + b) / 2 for a, b in pairwise(sorted(places))]
        self.rng.shuffle(gaps)
        for x in sorted(gaps, key=lambda x: max(abs(x), USUAL)):  # far out, differences are too small to replay
            self.tick()
            moved: Point = {**point, name: x}
            inside = (low is None or x > low) and (high is None or x < high)
            if inside and holds(region.premises, region.bindings, moved):
                yield moved
                return


@dataclass(frozen=True, slots=True)
class Line:
    """A node along one variable, the others held at a point."""

    node: Node
    bindings: tuple[Binding, ...]
    point: Point
    tick: Callable[[], None]

    def sign(self, name: str, x: Fraction, bits: tuple[int, ...]) -> int | None:
        """The sign of the node where the variable is x."""
        try:
            with precision(bits[-1]):
                full = complete({**self.point, name: x}, self.bindings)
            return certain_sign(self.node, full, bits)
        except (Undefined, Undecided, UnsupportedError):
            return None

    def root(self, name: str, low: Fraction, high: Fraction) -> Fraction | Enclosure:
        """The root between two rationals: itself a rational, if a simple one is proved to be it."""
        guess = simplest(low, high)
        if guess.denominator < SIMPLE and not self.bindings:
            values = {n: num(x) for n, x in {**self.point, name: guess}.items() if isinstance(x, Fraction)}
            try:
                tower, (top, _) = normal_form(substitute(self.node, values))
            except (Split, StuckError, UndefinedHere):
                return Enclosure(low, high)
            if tower.k.is_zero(top):
                return guess
        return Enclosure(low, high)

    def brackets(self, name: str, bisections: int) -> Iterator[tuple[Fraction, Fraction]]:
        """Narrow intervals at whose ends the node has opposite signs."""
        before: tuple[Fraction, int] | None = None
        for x in GRID:
            self.tick()
            s = self.sign(name, x, (64,))
            if s and before and s != before[1]:
                low, high = before[0], x
                for _ in range(bisections):
                    middle = (low + high) / 2
                    t = self.sign(name, middle, (64, 640))
                    if t is None:
                        break
                    low, high = (middle, high) if t == before[1] else (low, middle)
                yield low, high
            before = (x, s) if s else before


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The rational of least denominator between two others."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    return whole - 1 + 1 / simplest(1 / (high - whole + 1), 1 / (low - whole + 1))


def draw(rng: Random, span: Range) -> Fraction:
    """A rational number from the range."""
    low, high = span
    if low is not None and high is not None:
        return low + (high - low) * Fraction(rng.randint(1, 1009), 1010)
    size = Fraction(rng.randint(1, 4000), 1000) * rng.choice([Fraction(1), Fraction(1), Fraction(1, 8), Fraction(3)])
    size += Fraction(1, 10007)  # off the round numbers, where kinks are
    if low is not None:
        return low + size
    if high is not None:
        return high - size
    return size * rng.choice([1, -1])


def complete(point: Mapping[str, Fraction | Enclosure], bindings: tuple[Binding, ...]) -> dict[str, Fraction | arb]:
    """The point with the values of the bound symbols, as balls in the working precision."""
    full: dict[str, Fraction | arb] = {n: x.ball if isinstance(x, Enclosure) else x for n, x in point.items()}
    for name, node in reversed(bindings):
        full[name] = Balls(full).value(node)
    return full


def holds(
    premises: tuple[Premise, ...], bindings: tuple[Binding, ...], point: Mapping[str, Fraction | Enclosure]
) -> bool:
    """Whether every premise surely holds at the point; equations that bind a symbol hold by construction."""
    for bits in (64, 256):
        with precision(bits):
            try:
                full = complete(point, bindings)
                return all(_holds(node, rel, full) for node, rel in premises if rel != "=")
            except Undecided:
                continue
            except Undefined:
                return False
    return False


def continuous(node: Node, bindings: tuple[Binding, ...], point: Mapping[str, Fraction | Enclosure]) -> bool:
    """Whether a node without switches has a value all over the point's enclosure, where it then is continuous."""
    with precision(BITS):
        try:
            Balls(complete(point, bindings)).value(node)
        except (Undecided, Undefined, UnsupportedError):
            return False
    return True


def _holds(node: Node, rel: str, full: Mapping[str, Fraction | arb]) -> bool:
    value = Balls(full).value(node)
    if rel == "!=" and not value.contains(0):
        return True
    if rel == ">" and value <= 0:
        return False
    if rel == ">=" and value >= 0:
        return True
    if value > 0:
        return True
    if value < 0 or value.is_zero():
        return False
    raise Undecided


def unbound(region: Region) -> list[Premise]:
    """The equations that bind no symbol."""
    return [(node, rel) for node, rel in region.premises if rel == "=" and node not in region.solved]


def vanishes(node: Node, region: Region) -> bool:
    """Whether the values that the region binds its symbols to make the node 0: ln z where z is 1."""
    for name, value in reversed(region.bindings):
        node = substitute(node, {name: value})
    if node.free:
        return False
    try:
        tower, (top, _) = normal_form(node)
    except (Split, StuckError, UndefinedHere):
        return False
    return bool(tower.k.is_zero(top))
