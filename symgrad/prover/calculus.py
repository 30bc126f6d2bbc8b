"""Differentiation of smooth nodes, by the prover's own table: it shares nothing with the deriver or SymPy.

"Smooth" means free of switches and derivatives; the tower takes those apart by the signs of a region first.
The formula is the derivative wherever the function itself is defined on both sides of the point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.core import UnsupportedError
from symgrad.prover.scalar import (
    HALF,
    ONE,
    PI,
    TWO,
    ZERO,
    Node,
    add,
    apply,
    call,
    integral,
    mul,
    neg,
    over,
    power,
    sqrt,
    sub,
    subnodes,
    substitute,
    sym,
)

if TYPE_CHECKING:
    from collections.abc import Callable

# outer derivatives f'(u), given u and f(u)
OUTER: dict[str, Callable[[Node, Node], Node]] = {
    "exp": lambda _, f: f,
    "log": lambda u, _: power(u, -1),
    "logabs": lambda u, _: power(u, -1),
    "erf": lambda u, _: over(mul(TWO, apply("exp", neg(power(u, 2)))), sqrt(PI)),
    "atan": lambda u, _: power(add(ONE, power(u, 2)), -1),
    "sin": lambda u, _: apply("cos", u),
    "cos": lambda u, _: neg(apply("sin", u)),
    "erfinv": lambda _, f: mul(HALF, sqrt(PI), apply("exp", power(f, 2))),
    "lambertw": lambda _, f: over(apply("exp", neg(f)), add(ONE, f)),
}


def derivative(node: Node, name: str) -> Node:
    """The derivative of a smooth node by the symbol `name`."""
    return _derivative(node, name, {})


def _derivative(node: Node, name: str, memo: dict[Node, Node]) -> Node:
    if name not in node.free:
        return ZERO
    if node.op == "sym":
        return ONE
    found = memo.get(node)
    if found is None:
        found = memo[node] = _rule(node, name, lambda a: _derivative(a, name, memo))
    return found


def _rule(node: Node, name: str, d: Callable[[Node], Node]) -> Node:
    if node.op == "add":
        return add(*(d(a) for a in node.args))
    if node.op == "mul":
        return add(*(_product(node.args, i, d) for i, a in enumerate(node.args) if name in a.free))
    if node.op == "pow":
        return _power(node, name, d)
    if node.op == "call":
        return add(*(mul(_partial(node, i), d(a)) for i, a in enumerate(node.args) if name in a.free))
    if node.op == "integral":
        return _integral(node, name, d)
    outer = OUTER.get(node.op)
    if outer is None:
        raise UnsupportedError("no derivative of {op} is known to the prover", op=node.op)
    return mul(outer(node.args[0], node), d(node.args[0]))


def _product(factors: tuple[Node, ...], i: int, d: Callable[[Node], Node]) -> Node:
    return mul(*factors[:i], d(factors[i]), *factors[i + 1 :])


def _power(node: Node, name: str, d: Callable[[Node], Node]) -> Node:
    base, x = node.args
    if x is ZERO:
        return mul(ZERO, base)
    if name not in x.free:
        return mul(x, power(base, sub(x, ONE)), d(base))
    grown = mul(node, d(x), apply("log", base))
    return add(grown, mul(x, power(base, sub(x, ONE)), d(base))) if name in base.free else grown


def _partial(node: Node, i: int) -> Node:
    function, orders = node.value
    return call(function, node.args, (*orders[:i], orders[i] + 1, *orders[i + 1 :]))


def _integral(node: Node, name: str, d: Callable[[Node], Node]) -> Node:
    """The fundamental theorem; the tower checks that the integrand has no jump at the ends."""
    body, lower, upper = node.args
    if any(part.op == "switch" for part in subnodes(body)):
        raise UnsupportedError("an integrand by cases may jump at an end, where its integral then has no slope")
    if name in body.free:
        moved = substitute(body, {node.value: sym("#0")})
        inside = [integral(derivative(moved, name), "#0", lower, upper)]
    else:
        inside = []
    ends = [mul(substitute(body, {node.value: upper}), d(upper))] if name in upper.free else []
    if name in lower.free:
        ends.append(neg(mul(substitute(body, {node.value: lower}), d(lower))))
    return add(*ends, *inside)
