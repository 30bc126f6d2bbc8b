"""A function around a point of a kink: which branch of each switch holds just to the right or the left of it.

Where it makes no difference which one does, because every branch has the same value and the same slope at the
point, nothing needs to be known about the sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.prover.calculus import derivative
from symgrad.prover.field import StuckError, UndefinedHere
from symgrad.prover.scalar import Node, is_root, make, remake, substitute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    SignOf = Callable[[Node], int]  # in the region

ORDERS = 4  # derivatives looked at before a tangency is given up
CHOICES = 27  # combinations of branches that are tried


def one_sided(sign_of: SignOf, body: Node, name: str, point: Node, side: int) -> Node:
    """A smooth expression that equals `body` for `name` just beyond `point` (side = 1) or just before it (-1)."""
    return _Side(sign_of, name, {name: point}, side).smooth(body, {})


def every_branch(sign_of: SignOf, body: Node, name: str, point: Node) -> Iterator[Node]:
    """Smooth expressions one of which `body` equals at each place near the point; none if they are too many.

    Only one comes where no switch is met at its zero.
    """
    waiting: list[dict[Node, int]] = [{}]
    found = 0
    while waiting:
        choice = waiting.pop()
        try:
            node = _Choice(sign_of, name, {name: point}, choice).smooth(body, {})
        except _Met as met:
            waiting += [{**choice, met.node: s} for s in (0, -1, 1)]
            continue
        found += 1
        if found > CHOICES:
            raise StuckError("too many branches meet at one point")
        yield node


class _Met(Exception):  # noqa: N818 - a signal, not an error
    """A switch is met at its zero."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node


class _Side:
    """The state of one walk: `inner` maps the bound symbols of derivatives inside to their points."""

    def __init__(self, sign_of: SignOf, name: str, at: Mapping[str, Node], side: int) -> None:
        self.sign_of, self.name, self.at, self.side = sign_of, name, at, side
        self.memo: dict[tuple[Node, frozenset[str]], Node] = {}

    def smooth(self, node: Node, inner: Mapping[str, Node]) -> Node:
        """The node with its switches and derivatives resolved."""
        if not node.kinked:
            return node
        key = (node, frozenset(inner))
        found = self.memo.get(key)
        if found is None:
            found = self.memo[key] = self._smooth(node, inner)
        return found

    def _smooth(self, node: Node, inner: Mapping[str, Node]) -> Node:
        if node.op == "switch":
            s = self.sign(node.args[0], inner)
            return self.smooth(node.args[1 if s > 0 else 3 if s < 0 else 2], inner)
        if node.op == "diff":
            body, point = node.args
            point = self.smooth(point, inner)
            body = self.smooth(body, {**inner, node.value: point})
            return substitute(derivative(body, node.value), {node.value: point})
        if node.op == "integral":
            return self._integral(node, inner)
        if node.op == "pow" and is_root(node.args[1]) and self.root_sign(node.args[0], inner) < 0:
            raise UndefinedHere("no derivative: the function is not defined on one side")
        return remake(node, tuple(self.smooth(a, inner) for a in node.args))

    def _integral(self, node: Node, inner: Mapping[str, Node]) -> Node:
        """The ends resolved. The integrand is smooth between them, as the tower has found; here, also beyond them."""
        body, lower, upper = node.args
        ends = self.smooth(lower, inner), self.smooth(upper, inner)
        for end in ends:
            if self.name in end.free:
                self.smooth(substitute(body, {node.value: end}), inner)
        return make("integral", node.value, body, *ends)

    def resolved(self, p: Node, inner: Mapping[str, Node]) -> Node:
        """A condition as a smooth function of the symbol."""
        q = self.smooth(p, inner)
        for symbol, value in reversed(tuple(inner.items())):
            q = substitute(q, {symbol: value})
        return q

    def sign(self, p: Node, inner: Mapping[str, Node]) -> int:
        """The sign of p on this side: its sign at the point, or that of the first derivative not 0 there.

        A p that is 0 all along although it depends on the symbol of a derivative inside is a kink for that one.
        """
        step = self.resolved(p, inner)
        here = self.at_point(step)
        if here:
            return here
        for order in range(1, ORDERS + 1):
            if self.name not in step.free:
                break
            step = derivative(step, self.name)
            s = self.at_point(step)
            if s:
                return s * self.side if order % 2 else s
        if self.name in step.free:
            raise StuckError("a branch condition touches zero in a way that is not known to the prover")
        if not p.free.isdisjoint(inner):
            raise StuckError("a derivative inside a derivative lies on a kink")
        return 0

    def root_sign(self, base: Node, inner: Mapping[str, Node]) -> int:
        """The sign of what a root is taken of."""
        return self.sign(base, inner)

    def at_point(self, q: Node) -> int:
        """The sign of q at the point; the function has a value there, so an undefined q says nothing of its sides."""
        try:
            return self.sign_of(substitute(q, self.at))
        except UndefinedHere as error:
            raise StuckError("a one-sided value is not known to the prover: {error}", error=error.told) from error


class _Choice(_Side):
    """A walk that takes a given branch where a switch is met at its zero."""

    def __init__(self, sign_of: SignOf, name: str, at: Mapping[str, Node], choice: Mapping[Node, int]) -> None:
        super().__init__(sign_of, name, at, 0)
        self.choice = choice

    def sign(self, p: Node, inner: Mapping[str, Node]) -> int:
        """The sign of p at the point, or the one that is chosen."""
        q = self.resolved(p, inner)
        s = self.at_point(q)
        if s or (self.name not in q.free and p.free.isdisjoint(inner)):
            return s
        if not p.free.isdisjoint(inner):
            raise StuckError("a derivative inside a derivative may lie on a kink")
        if p not in self.choice:
            raise _Met(p)
        return self.choice[p]

    def root_sign(self, base: Node, inner: Mapping[str, Node]) -> int:
        """At a zero of the base it matters what lies beyond."""
        s = self.at_point(self.resolved(base, inner))
        if s == 0:
            raise StuckError("a root is taken of zero")
        return s
