"""Scalar expressions as interned immutable nodes: one object for each value, so equality is identity.

Everything piecewise is one operation: `switch(p, a, z, b)` is a where p > 0, z where p = 0, b where p < 0.
A derivative is `diff(body, #k, point)`: the derivative of body by the bound symbol #k at #k = point.
An operation is undefined where one of its operands is; only the branches of a switch that are not taken
may be undefined.
"""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from math import prod
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from symgrad.core import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEPTH = 260  # nesting beyond this would exhaust Python's own stack

CONTINUOUS = frozenset({"num", "sym", "pi", "add", "mul", "pow", "exp", "log", "erf", "atan", "sin", "cos"})


class Node:
    """One scalar operation.

    `op` is "num" (value: Fraction), "sym" (value: name), "pi", "undef" (value: why), "add", "mul", a function by its
    name ("exp", "log", ...), "pow" (base, exponent), "call" (value: name, orders of derivative), "switch" (p, a, z, b),
    "diff" (body, point; value: bound symbol) or "integral" (body, lower, upper; value: bound symbol).
    """

    __slots__ = ("__weakref__", "args", "depth", "free", "kinked", "level", "op", "value")

    op: str
    value: Any
    args: tuple[Node, ...]
    free: frozenset[str]  # names of the free symbols
    kinked: bool  # whether a switch, a derivative, an integral or a root occurs in it: it may have one-sided points
    depth: int
    level: int  # bound symbols #1 .. #level occur in it

    def __repr__(self) -> str:
        inside = ", ".join(map(repr, self.args))
        return f"{self.op}({', '.join(filter(None, [str(self.value) if self.value is not None else '', inside]))})"


_POOL: WeakValueDictionary[tuple[Any, ...], Node] = WeakValueDictionary()
_NONE: frozenset[str] = frozenset()
_BOUND = ("diff", "integral")


def make(op: str, value: Any = None, *args: Node) -> Node:
    """The node of this operation, without any simplification."""
    key = (op, value, args)
    node = _POOL.get(key)
    if node is not None:
        return node
    node = Node()
    node.op, node.value, node.args = op, value, args
    node.depth = 1 + max((a.depth for a in args), default=0)
    if node.depth > DEPTH:
        raise UnsupportedError("the expression is nested too deeply to be proved; name its parts with lets")
    node.level = max((a.level for a in args), default=0)
    if op == "sym":
        node.free = frozenset((value,))
        node.level = int(value[1:]) if value.startswith("#") else 0
    elif op in _BOUND:
        node.free = reduce(frozenset.union, (a.free for a in args[1:]), args[0].free - {value})
    else:
        node.free = reduce(frozenset.union, (a.free for a in args)) if args else _NONE
    node.kinked = op == "switch" or op in _BOUND or any(a.kinked for a in args) or (op == "pow" and is_root(args[1]))
    _POOL[key] = node
    return node


def is_root(exponent: Node) -> bool:
    """Whether a power with this exponent is defined only where its base is not negative."""
    return exponent.op == "num" and exponent.value.denominator != 1


def continuous(node: Node) -> bool:
    """Whether it is made of functions that are continuous wherever they have a value; False settles nothing."""
    return all(p.op in CONTINUOUS and (p.op != "pow" or p.args[1].op == "num") for p in subnodes(node))


def num(value: int | Fraction) -> Node:
    """A rational number."""
    return make("num", Fraction(value))


def sym(name: str) -> Node:
    """A real variable."""
    return make("sym", name)


def undef(why: str) -> Node:
    """An expression that has no value anywhere."""
    return make("undef", why)


ZERO, ONE, TWO, MINUS, HALF = num(0), num(1), num(2), num(-1), num(Fraction(1, 2))
PI = make("pi")


def add(*terms: Node) -> Node:
    """A sum; numbers are gathered, nothing else is."""
    rest = [t for t in terms if t.op != "num"]
    if len(rest) < len(terms) or not rest:
        constant = sum(t.value for t in terms if t.op == "num")
        if constant or not rest:
            rest.append(num(constant))
    return rest[0] if len(rest) == 1 else make("add", None, *rest)


def mul(*factors: Node) -> Node:
    """A product; numbers are gathered. 0*e stays: it is undefined where e is."""
    rest = [f for f in factors if f.op != "num"]
    if len(rest) < len(factors) or not rest:
        constant = prod(f.value for f in factors if f.op == "num")
        if constant != 1 or not rest:
            rest.insert(0, num(constant))
    return rest[0] if len(rest) == 1 else make("mul", None, *rest)


def neg(a: Node) -> Node:
    """-a."""
    return mul(MINUS, a)


def sub(a: Node, b: Node) -> Node:
    """A - b."""
    return add(a, neg(b))


def power(base: Node, exponent: Node | int | Fraction) -> Node:
    """Base to the exponent: real where the base is positive, at 0 for positive exponents, and for integers.

    An exponent that is not written as a number is taken for an integer v where the base is negative: cos(pi v) |u|^v.
    """
    x = exponent if isinstance(exponent, Node) else num(exponent)
    if x is ONE:
        return base
    if x is ZERO and base.op in {"sym", "num"}:  # any other base may lack a value
        return ONE
    if base.op == "num" and x.op == "num" and x.value.denominator == 1 and abs(x.value) <= 64 and base.value:  # noqa: PLR2004 - larger ones are not multiplied out
        return num(base.value ** int(x.value))
    return make("pow", None, base, x)


def general_power(base: Node, exponent: Node) -> Node:
    """Base to any exponent v: of a negative base there is one where v is an integer, which sin(pi v) = 0 says."""
    if exponent.op == "num" or (base.op == "num" and base.value >= 0):
        return power(base, exponent)
    found, none = power(base, exponent), undef("a power of something negative")
    return switch(base, found, found, switch(apply("sin", mul(PI, exponent)), none, found, none))


def over(a: Node, b: Node) -> Node:
    """A / b."""
    return mul(a, power(b, -1))


def sqrt(a: Node) -> Node:
    """The square root."""
    return power(a, Fraction(1, 2))


def apply(name: str, a: Node) -> Node:
    """A function of one argument, by its name."""
    return make(name, None, a)


def call(name: str, args: tuple[Node, ...], orders: tuple[int, ...]) -> Node:
    """A smooth function about which nothing is known, or one of its partial derivatives."""
    return make("call", (name, orders), *args)


def switch(p: Node, positive: Node, zero: Node, negative: Node) -> Node:
    """The value by the sign of p."""
    if p.op == "num":
        return positive if p.value > 0 else negative if p.value < 0 else zero
    return make("switch", None, p, positive, zero, negative)


def absolute(a: Node) -> Node:
    """|a|."""
    return switch(a, a, ZERO, neg(a))


def diff(body: Node, name: str, point: Node) -> Node:
    """The derivative of `body` by the symbol `name`, at `name` = `point`."""
    bound, body = _bind(body, name)
    return make("diff", bound, body, point)


def integral(body: Node, name: str, lower: Node, upper: Node) -> Node:
    """The integral of `body` by `name` from `lower` to `upper`."""
    bound, body = _bind(body, name)
    return make("integral", bound, body, lower, upper)


def _bind(body: Node, name: str) -> tuple[str, Node]:
    bound = f"#{body.level + 1}"
    return bound, substitute(body, {name: sym(bound)})


def substitute(node: Node, values: Mapping[str, Node]) -> Node:
    """The node with symbols replaced; bound symbols are numbered by nesting, so nothing is captured."""
    return _substitute(node, values, {}) if values else node


def _substitute(node: Node, values: Mapping[str, Node], memo: dict[Node, Node]) -> Node:
    if node.free.isdisjoint(values):
        return node
    if node.op == "sym":
        return values[node.value]
    found = memo.get(node)
    if found is None:
        found = memo[node] = remake(node, tuple(_substitute(a, values, memo) for a in node.args))
    return found


def replace(node: Node, old: Node, new: Node) -> Node:
    """The node with one of its parts replaced wherever it occurs."""
    memo = {old: new}
    for part in subnodes(node):
        if part not in memo:
            memo[part] = remake(part, tuple(memo[a] for a in part.args))
    return memo[node]


def remake(node: Node, args: tuple[Node, ...]) -> Node:
    """The same operation on other operands."""
    if args == node.args:
        return node
    if node.op == "add":
        return add(*args)
    if node.op == "mul":
        return mul(*args)
    if node.op == "pow":
        return power(*args)
    if node.op == "switch":
        return switch(*args)
    return make(node.op, node.value, *args)


def subnodes(*roots: Node) -> Iterator[Node]:
    """Every node below the roots once, operands before what is made of them."""
    seen: set[Node] = set()
    stack = [(r, False) for r in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if ready:
            yield node
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((a, False) for a in node.args)
