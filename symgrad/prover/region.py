"""Regions of the space of variables: what holds in them, and how one is split by the sign of a polynomial."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from symgrad.prover.scalar import Node, add, apply, mul, neg, over, sub, sym
from symgrad.prover.signs import coefficients_of, generators_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.prover.field import Gen
    from symgrad.prover.kernel import Poly
    from symgrad.prover.signs import Signs

Premise = tuple[Node, str]
Binding = tuple[str, Node]
Ends = tuple[Node | None, Node | None]
BOUND = ("\u222b", "#")  # how the names of bound symbols begin


@dataclass(frozen=True, slots=True, eq=False)
class Lemma:
    """`of` has the sign `sign` wherever the symbol `name` lies strictly between the ends; None is no end.

    `slope` is the tower of the interval in which times * of has a slope of known sign, `start` that of the end
    (0: the lower one, 1: the upper) at which it is 0 or has the sign.
    """

    of: Node
    name: str
    ends: Ends
    sign: int
    times: Node
    end: int
    slope: Signs
    start: Signs

    @property
    def premises(self) -> tuple[tuple[Node, str], ...]:
        """That the symbol lies between the ends."""
        return between(self.name, self.ends)

    @property
    def body(self) -> Node:
        """What rises or falls."""
        return mul(self.times, self.of)


def between(name: str, ends: Ends) -> tuple[tuple[Node, str], ...]:
    """The conditions that a symbol lies strictly between two numbers."""
    low, high = ends
    above = () if low is None else ((sub(sym(name), low), ">"),)
    return above + (() if high is None else ((sub(high, sym(name)), ">"),))


@dataclass(frozen=True, slots=True)
class Region:
    """The points where every premise `node rel 0` holds; a bound symbol has the value of its node there.

    `codimension` counts the equations that splits have added, 0 for an open region; `solved` are those of them that
    the bindings solve, `lemmas` what is known of functions of one symbol.
    """

    premises: tuple[Premise, ...] = ()
    bindings: tuple[Binding, ...] = ()
    codimension: int = 0
    solved: tuple[Node, ...] = ()
    lemmas: tuple[Lemma, ...] = ()


@dataclass(frozen=True, slots=True)
class Fork:
    """How a region falls apart: by the sign of `node` (">", "<", "="), or by whether it is zero ("!=", "=").

    `shape` (A, B) says that the node is A*v + B, (A, B, C, d) that it is A*exp(C*v + d) + B, where A and C are
    free of v and never zero in the region; its zeros are then those of v = `solution`.
    """

    node: Node
    nonzero: bool
    name: str = ""
    shape: tuple[Node, ...] = ()

    @property
    def solution(self) -> Node:
        """What the symbol equals where the node is 0."""
        a, b, *more = self.shape
        ratio = neg(over(b, a))
        return over(add(apply("log", ratio), neg(more[1])), more[0]) if more else ratio

    def sides(self, region: Region) -> Iterator[tuple[str, Region]]:
        """The parts, each with its name; the open ones first."""
        signs = (("!=", self.node),) if self.nonzero else ((">", self.node), ("<", neg(self.node)))
        for name, node in signs:
            premise = (node, "!=" if self.nonzero else ">")
            yield name, replace(region, premises=(*region.premises, premise))
        yield "=", self.zero(region)

    def zero(self, region: Region) -> Region:
        """The part where the node is 0; what does not mention the symbol now bound comes first: they may need it."""
        equation = (self.node, "=")
        if not self.shape:
            return replace(region, premises=(*region.premises, equation), codimension=region.codimension + 1)
        moved = {self.name} | {name for name, value in region.bindings if self.name in value.free}
        fixed = [p for p in region.premises if moved.isdisjoint(p[0].free)]
        moving = [p for p in region.premises if not moved.isdisjoint(p[0].free)]
        a, b, *more = self.shape
        positive = [(neg(over(b, a)), ">")] if more else []
        premises = (*fixed, *positive, *moving, equation)
        bindings = (*region.bindings, (self.name, self.solution))
        return Region(premises, bindings, region.codimension + 1, (*region.solved, self.node))


def fork(tower: Signs, p: Poly, *, nonzero: bool) -> Fork:
    """How to split by an irreducible polynomial of the tower, solved for a symbol where that can be done."""
    gens = list(generators_in(tower, p))
    symbols = sorted((g for g in gens if _free(g)), key=lambda g: (_weight(tower, p, g), g.slot))
    for gen in symbols:
        shape = _linear(tower, p, gen, gens)
        if shape:
            return Fork(add(mul(shape[0], gen.node), shape[1]), nonzero, gen.node.value, shape)
    for gen in gens:
        if gen.kind == "exp":
            found = _exponential(tower, p, gen)
            if found:
                name, (a, b, c, d) = found
                node = add(mul(a, apply("exp", add(mul(c, tower_symbol(tower, name)), d))), b)
                return Fork(node, nonzero, name, (a, b, c, d))
    return Fork(tower.node(p), nonzero)


def tower_symbol(tower: Signs, name: str) -> Node:
    """The node of a symbol of the tower."""
    return next(g.node for g in tower.gens if g.kind == "sym" and g.node.value == name)


def _free(gen: Gen) -> bool:
    return gen.kind == "sym" and not gen.node.value.startswith(BOUND)


def _weight(tower: Signs, p: Poly, gen: Gen) -> int:
    """How long the coefficient of the generator is: a short one is better to divide by."""
    return sum(len(tower.k.terms(q)) for q in coefficients_of(tower, p, gen.slot, tower.k.degrees(p)[gen.slot])[1:])


def _linear(tower: Signs, p: Poly, gen: Gen, gens: list[Gen]) -> tuple[Node, ...]:
    if tower.k.degrees(p)[gen.slot] != 1 or any(gen.node.value in g.node.free for g in gens if g is not gen):
        return ()
    b, a = coefficients_of(tower, p, gen.slot, 1)
    return (tower.node(a), tower.node(b)) if tower.sign(a) else ()


def _exponential(tower: Signs, p: Poly, gen: Gen) -> tuple[str, tuple[Node, ...]] | None:
    top, bottom = gen.args[0]
    if tower.k.degrees(p)[gen.slot] != 1 or not tower.k.is_const(bottom):
        return None
    b, a = coefficients_of(tower, p, gen.slot, 1)
    for v in filter(_free, generators_in(tower, top)):
        if tower.k.degrees(top)[v.slot] != 1 or not tower.sign(a):
            continue
        rest, slope = coefficients_of(tower, top, v.slot, 1)
        shape = tuple(map(tower.node, (a, b))) + tuple(tower.fraction_node((q, bottom)) for q in (slope, rest))
        if tower.sign(slope) and all(v.node.value not in part.free for part in shape):
            return v.node.value, shape
    return None
