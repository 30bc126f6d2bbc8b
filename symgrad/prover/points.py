"""Exact points inside a region, found by sampling and by walking along one variable to where a premise changes sign.

Every point that is yielded has been checked in ball arithmetic: all strict premises surely hold there.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from flint import arb

from symgrad.core import UnsupportedError
from symgrad.prover.balls import Balls, Undecided, Undefined, certain_sign, exact, precision

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

    from symgrad.prover.region import Binding, Premise, Region
    from symgrad.prover.scalar import Node

    Range = tuple[Fraction | None, Fraction | None]

WALKS = 10
BISECTIONS = 70
FINE = 240  # bisections of a root's enclosure
FAR = tuple(Fraction(s * 2**e) for e in (4, 5, 6, 8, 10, 20) for s in (1, -1))
GRID = tuple(sorted([*(Fraction(k * k * k, 4000) + Fraction(1, 7919) for k in range(-34, 35)), *FAR]))
NEAR = Fraction(1, 1000)


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


def points(
    region: Region,
    names: tuple[str, ...],
    ranges: Mapping[str, Range],
    rng: Random,
    tries: int,
    tick: Callable[[], None],
) -> Iterator[Point]:
    """Points of a region: rational ones, but for a root of an equation that binds no symbol."""
    free = tuple(n for n in names if n not in dict(region.bindings))
    open_equations = unbound(region)
    if open_equations:
        if len(open_equations) == 1:
            yield from _roots(region, open_equations[0][0], free, ranges, rng, tick)
        return
    walks = 0
    for _ in range(tries):
        tick()
        point = {n: draw(rng, ranges.get(n, (None, None))) for n in free}
        if holds(region.premises, region.bindings, point):
            yield point
        elif walks < WALKS and free:
            walks += 1
            yield from _walk(region, point, _moving(region, free, rng), ranges, rng, tick)
        if not free:
            return


def unbound(region: Region) -> list[Premise]:
    """The equations that bind no symbol."""
    found, names = [], {name for name, _ in region.bindings}
    for premise in region.premises:
        if premise[1] == "=" and names.isdisjoint(premise[0].free):
            found.append(premise)
    return found


def _roots(
    region: Region,
    equation: Node,
    free: tuple[str, ...],
    ranges: Mapping[str, Range],
    rng: Random,
    tick: Callable[[], None],
) -> Iterator[Point]:
    """Points on the zero set of a function: it is continuous and changes sign along one variable, so it has a root."""
    moving = [n for n in free if n in equation.free]
    for _ in range(WALKS if len(free) > 1 else len(moving)):
        point: Point = {n: draw(rng, ranges.get(n, (None, None))) for n in free}
        for name in moving:
            for low, high in _brackets(equation, region.bindings, point, name, FINE, tick):
                found = {**point, name: Enclosure(low, high)}
                if holds(tuple(p for p in region.premises if p[0] is not equation), region.bindings, found):
                    yield found


def _moving(region: Region, free: tuple[str, ...], rng: Random) -> str:
    concerned = [n for n in free if any(n in node.free for node, _ in region.premises)]
    return rng.choice(concerned or list(free))


def _walk(
    region: Region, point: Point, name: str, ranges: Mapping[str, Range], rng: Random, tick: Callable[[], None]
) -> Iterator[Point]:
    """Points in the gaps between the places, along one variable, where premises change sign."""
    places = set(GRID)
    for node, rel in region.premises:
        if rel in {">", ">="} and (region.bindings or name in node.free):
            places |= _changes(node, region.bindings, point, name, tick)
    low, high = ranges.get(name, (None, None))
    places |= {end for end in (low, high) if end is not None}
    stops = sorted(places)
    gaps = [(a + b) / 2 for a, b in pairwise(stops)]
    rng.shuffle(gaps)
    for x in gaps:
        tick()
        moved = {**point, name: x}
        if (low is None or x > low) and (high is None or x < high) and holds(region.premises, region.bindings, moved):
            yield moved
            return


def _changes(
    node: Node, bindings: tuple[Binding, ...], point: Point, name: str, tick: Callable[[], None]
) -> set[Fraction]:
    found: set[Fraction] = set()
    for low, high in _brackets(node, bindings, point, name, BISECTIONS, tick):
        found |= {low - NEAR, low, high, high + NEAR}
    return found


def _brackets(
    node: Node, bindings: tuple[Binding, ...], point: Point, name: str, bisections: int, tick: Callable[[], None]
) -> Iterator[tuple[Fraction, Fraction]]:
    """Narrow intervals along one variable at whose ends the node has opposite signs, and in which it has a value."""

    def at(x: Fraction | Enclosure, bits: tuple[int, ...]) -> int | None:
        try:
            with precision(bits[-1]):
                full = complete({**point, name: x}, bindings)
            return certain_sign(node, full, bits)
        except (Undefined, Undecided, UnsupportedError):
            return None

    before: tuple[Fraction, int] | None = None
    for x in GRID:
        tick()
        s = at(x, (64,))
        if s and before and s != before[1]:
            low, high = before[0], x
            for _ in range(bisections):
                middle = (low + high) / 2
                t = at(middle, (64, 640))
                if t is None:
                    break
                low, high = (middle, high) if t == before[1] else (low, middle)
            yield low, high
        before = (x, s) if s else before
