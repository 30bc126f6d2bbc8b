"""Rigorous values of nodes at a point, in Arb balls: a ball surely contains the value."""

from __future__ import annotations

from contextlib import contextmanager
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flint import arb, ctx, fmpq

from symgrad.core import UnsupportedError
from symgrad.prover.calculus import derivative
from symgrad.prover.scalar import PI, Node, is_root, mul, remake, substitute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PRECISIONS = (64, 192, 640)
HUGE = 2**20  # beyond it an exponent is not worked with as an integer
DEEP = (64, 256, 1024, 4096)  # for sides that are known to differ somewhere


class Undecided(Exception):  # noqa: N818 - a signal, not an error
    """The balls are too wide to tell: more precision may help."""


class Undefined(Exception):  # noqa: N818 - a signal, not an error
    """The expression surely has no value at the point."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Arb's working precision, for the time being."""
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def exact(r: Fraction) -> arb:
    """The ball of a rational number."""
    return arb(fmpq(r.numerator, r.denominator))


def sign(a: arb) -> int:
    """The sign of a ball; Undecided where it contains 0 and more."""
    if a > 0:
        return 1
    if a < 0:
        return -1
    if a.is_zero():
        return 0
    raise Undecided


class Balls:
    """The values of nodes at one point. `on_kink` tells whether some switch was met exactly at its zero."""

    def __init__(self, point: Mapping[str, Fraction | arb]) -> None:
        self.point = {k: exact(v) if isinstance(v, Fraction) else v for k, v in point.items()}
        self.memo: dict[Node, arb] = {}
        self.on_kink = False
        self.resolved: dict[tuple[Node, frozenset[str]], Node] = {}

    def value(self, node: Node) -> arb:
        """The ball of a node."""
        found = self.memo.get(node)
        if found is None:
            found = self._value(node)
            if not found.is_finite():
                raise Undecided
            self.memo[node] = found
        return found

    def _value(self, node: Node) -> arb:
        if node.op == "sym":
            return self.point[node.value]
        if node.op == "switch":
            s = sign(self.value(node.args[0]))
            self.on_kink |= s == 0
            return self.value(node.args[1 if s > 0 else 3 if s < 0 else 2])
        if node.op == "diff":
            body, point = node.args
            smooth = self.resolve(body, {node.value: point})
            return self.value(substitute(_slope(smooth, node.value), {node.value: point}))
        rule = RULES.get(node.op)
        if rule is None:
            raise UnsupportedError("{op} has no value in numbers", op=node.op)
        if node.op in {"sin", "cos"} and node.args[0].op == "mul" and PI in node.args[0].args:
            turns = mul(*(a for a in node.args[0].args if a is not PI))
            return getattr(self.value(turns), f"{node.op}_pi")()  # exact at integers
        return rule(node, *(self.value(a) for a in node.args))

    def resolve(self, node: Node, inner: dict[str, Node]) -> Node:
        """The body of a derivative as one smooth function around the point; Undecided on a kink."""
        if not node.kinked:
            return node
        key = (node, frozenset(inner))
        found = self.resolved.get(key)
        if found is None:
            found = self.resolved[key] = self._resolve(node, inner)
        return found

    def _resolve(self, node: Node, inner: dict[str, Node]) -> Node:
        if node.op == "switch":
            s = sign(self._settled(node.args[0], inner))
            if s == 0:
                raise Undecided
            return self.resolve(node.args[1 if s > 0 else 3], inner)
        if node.op == "diff":
            body, point = node.args
            point = self.resolve(point, inner)
            return substitute(_slope(self.resolve(body, {**inner, node.value: point}), node.value), {node.value: point})
        if node.op == "integral":
            raise UnsupportedError("an integral has no value in numbers")
        if node.op == "pow" and is_root(node.args[1]) and not self._settled(node.args[0], inner) > 0:
            raise Undecided
        return remake(node, tuple(self.resolve(a, inner) for a in node.args))

    def _settled(self, node: Node, inner: dict[str, Node]) -> arb:
        """The value of a part of a derivative's body at the point."""
        p = self.resolve(node, inner)
        for name, value in reversed(tuple(inner.items())):
            p = substitute(p, {name: value})
        return self.value(p)


@lru_cache(maxsize=4096)
def _slope(smooth: Node, name: str) -> Node:
    return derivative(smooth, name)


def _product(_: Node, *factors: arb) -> arb:
    result = factors[0]
    for f in factors[1:]:
        result = result * f
    return result


def _power(node: Node, base: arb, exponent: arb) -> arb:
    x = node.args[1]
    if x.op == "num" and x.value.denominator == 1:
        return _integer_power(base, int(x.value))
    if base < 0 and x.op == "num":
        raise Undefined
    if base < 0:  # asked for where the exponent is an integer
        n = exponent.unique_fmpz()
        if n is None or abs(n) > HUGE:
            raise Undecided
        return _integer_power(base, int(n))
    if base.is_zero():
        if exponent > 0 or exponent.is_zero():
            return arb(1 if exponent.is_zero() else 0)
        raise Undefined if exponent < 0 else Undecided
    if not base > 0:
        raise Undecided
    if x.op == "num" and x.value == Fraction(1, 2):
        return base.sqrt()
    return (base.log() * exponent).exp()


def _integer_power(base: arb, n: int) -> arb:
    if n >= 0:
        return base**n
    if base.is_zero():
        raise Undefined
    if base.contains(0):
        raise Undecided
    return 1 / base ** (-n)


def _log(_: Node, u: arb) -> arb:
    if u <= 0:
        raise Undefined
    if not u > 0:
        raise Undecided
    return u.log()


def _log_absolute(_: Node, u: arb) -> arb:
    if u.is_zero():
        raise Undefined
    if u.contains(0):
        raise Undecided
    return abs(u).log()


def _erfinv(_: Node, u: arb) -> arb:
    if abs(u) >= 1:
        raise Undefined
    if not abs(u) < 1:
        raise Undecided
    return u.erfinv()


def _undefined(_: Node) -> arb:
    raise Undefined


RULES: dict[str, Callable[..., Any]] = {
    "num": lambda node: exact(node.value),
    "pi": lambda _: arb.pi(),
    "undef": _undefined,
    "add": lambda _, *terms: sum(terms[1:], terms[0]),
    "mul": _product,
    "pow": _power,
    "log": _log,
    "logabs": _log_absolute,
    "erfinv": _erfinv,
    "exp": lambda _, u: u.exp(),
    "erf": lambda _, u: u.erf(),
    "atan": lambda _, u: u.atan(),
    "sin": lambda _, u: u.sin(),
    "cos": lambda _, u: u.cos(),
    "gamma": lambda _, u: u.gamma(),
    "loggamma": lambda _, u: u.lgamma(),
    "lambertw": lambda _, u: u.lambertw(),
}


def certain_sign(node: Node, point: Mapping[str, Fraction | arb], bits: tuple[int, ...] = (64, 256)) -> int | None:
    """The sign of a node at a point, None where it can't be told; Undefined where it has no value."""
    for b in bits:
        with precision(b):
            try:
                return sign(Balls(point).value(node))
            except Undecided:
                continue
    return None
