"""Expressions as straight-line programs over Arb balls, so that a formula is tested and not its float form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import combinations
from typing import Any

import sympy as sp
from flint import arb, ctx, fmpq
from sympy.codegen.cfunctions import expm1, log1p
from sympy.core.relational import Relational

from symgrad.core import UnsupportedError
from symgrad.functions import Elementwise


class Hole(Enum):
    """What an operation gives instead of a real number."""

    UNDEFINED = "certainly not a real number"
    UNSURE = "cannot be told at this precision"


Value = Any  # an arb, a bool, or a Hole
Operation = Callable[..., Value]


def sharpened(attempt: Callable[[int], Value], precisions: Sequence[int]) -> Value:
    """What `attempt` gives at the first precision in bits at which it is not UNSURE; the precision stays set."""
    for bits in precisions:
        ctx.prec = bits
        found = attempt(bits)
        if found is not Hole.UNSURE:
            return found
    return Hole.UNSURE


@dataclass(frozen=True, slots=True)
class Program:
    """Operations in order, each on earlier results; the first results are the values of the symbols.

    `lazy` operations (branches) accept holes among their arguments, the others pass a hole on. `meets` are the
    places of pairs of results whose order decides a branch.
    """

    symbols: tuple[sp.Symbol, ...]
    code: tuple[tuple[Operation, tuple[int, ...], bool], ...]
    meets: tuple[tuple[int, int], ...]
    last: int

    def __call__(self, values: Sequence[Any]) -> Value:
        """The value at a point, in the precision now set."""
        value = self.run(values)[self.last]
        return Hole.UNSURE if type(value) is arb and not value.is_finite() else value

    def run(self, values: Sequence[Any]) -> list[Value]:
        """All results at a point."""
        slots, holes = list(values), False
        for operation, places, lazy in self.code:
            arguments = [slots[p] for p in places]
            hole = worst_hole(arguments) if holes and not lazy else None
            value = hole or operation(*arguments)
            holes = holes or type(value) is Hole
            slots.append(value)
        return slots


def worst_hole(arguments: list[Value]) -> Hole | None:
    """The hole among the arguments, UNDEFINED before UNSURE."""
    found = [v for v in arguments if type(v) is Hole]
    if not found:
        return None
    return Hole.UNDEFINED if Hole.UNDEFINED in found else Hole.UNSURE


@dataclass(frozen=True, slots=True, eq=False)
class Arithmetic:
    """What a program's operations do: one for each SymPy function, and one for its powers."""

    operations: Mapping[Any, Operation]
    power: Callable[[Any], tuple[Operation, tuple[Any, ...], bool]]


@lru_cache(maxsize=512)
def program(expr: Any, symbols: tuple[Any, ...], arithmetic: Arithmetic | None = None) -> Program:
    """`expr` as a program of its symbols; raises UnsupportedError at a function that it does not know."""
    writer = Writer(len(symbols), arithmetic or BALLS)
    last = writer.place(expr, dict(zip(symbols, range(len(symbols)), strict=True)))
    return Program(symbols, tuple(writer.code), tuple(dict.fromkeys(writer.meets)), last)


class Writer:
    """Writes a program: every part once, formulas of named functions called with places, not with expressions.

    (Putting expressions into a Piecewise costs SymPy more than all the rest.)
    """

    def __init__(self, free: int, arithmetic: Arithmetic) -> None:
        self.free = free
        self.arithmetic = arithmetic
        self.code: list[tuple[Operation, tuple[int, ...], bool]] = []
        self.meets: list[tuple[int, int]] = []
        self.called: dict[tuple[Any, tuple[int, ...]], int] = {}

    def place(self, node: Any, known: dict[Any, int]) -> int:
        """Where the value of `node` will be; `known` has the places of its parts, the symbols first."""
        if node not in known:
            known[node] = self.call(node, known) if isinstance(node, Elementwise) else self.write(node, known)
        return known[node]

    def write(self, node: Any, known: dict[Any, int]) -> int:
        """The operation of one node, after those of its parts."""
        operation, arguments, lazy = translate(node, self.arithmetic)
        places = tuple(self.place(a, known) for a in arguments)
        self.meets += meeting(node, places)
        if isinstance(node, sp.Abs | sp.sign | sp.Heaviside):
            self.meets.append((places[0], self.place(sp.S.Zero, known)))
        self.code.append((operation, places, lazy))
        return self.free + len(self.code) - 1

    def call(self, node: Elementwise, known: dict[Any, int]) -> int:
        """The formula of a named function, its letters being the places of the arguments."""
        places = tuple(self.place(a, known) for a in node.filled)
        key = (node.func, places)
        if key not in self.called:
            letters = node.variables + node.parameters
            self.called[key] = self.place(node.formula, dict(zip(letters, places, strict=True)))
        return self.called[key]


def meeting(node: Any, places: tuple[int, ...]) -> list[tuple[int, int]]:
    """The pairs of a node's arguments whose order decides its value."""
    if isinstance(node, Relational | sp.Max | sp.Min):
        return list(combinations(places, 2))
    return []


def translate(node: Any, arithmetic: Arithmetic) -> tuple[Operation, tuple[Any, ...], bool]:
    """The operation of one node, what it applies to, and whether it is lazy."""
    if node.is_Number or node.is_NumberSymbol or node in (sp.true, sp.false, sp.zoo):
        return constant(node), (), False
    if isinstance(node, sp.Piecewise):
        return branch, tuple(part for pair in node.args for part in pair), True
    if isinstance(node, sp.Pow):
        return arithmetic.power(node)
    operation = arithmetic.operations.get(node.func)
    if operation is None:
        raise UnsupportedError(
            "{func} has no numeric check here; unfold it into known functions", func=node.func.__name__
        )
    return operation, node.args, node.func in LAZY


def constant(node: Any) -> Operation:
    """A number, rounded anew at each precision."""
    if node in (sp.true, sp.false):
        return lambda: bool(node)
    if node.is_Rational:
        exact = fmpq(int(node.p), int(node.q))
        return lambda: arb(exact)
    if node.is_Float:
        return constant(sp.Rational(node))
    if node in CONSTANTS:
        return CONSTANTS[node]
    return lambda: Hole.UNDEFINED  # nan and the infinities


CONSTANTS: dict[Any, Operation] = {
    sp.pi: arb.pi,
    sp.E: arb.const_e,
    sp.EulerGamma: arb.const_euler,
}


def power(node: Any) -> tuple[Operation, tuple[Any, ...], bool]:
    """A power; integer and half exponents are told apart before anything is evaluated."""
    base, exponent = node.args
    if exponent.is_Integer:
        n = int(exponent)
        return (lambda b: integer_power(b, n)), (base,), False
    if exponent in (sp.S.Half, -sp.S.Half):
        return (root if exponent.is_positive else (lambda b: reciprocal(root(b)))), (base,), False
    if base is sp.E:
        return arb.exp, (exponent,), False
    return real_power, (base, exponent), False


def integer_power(base: Any, n: int) -> Value:
    """b^n, undefined only for a negative power of 0."""
    if n < 0:
        return reciprocal(integer_power(base, -n))
    if n and base.mid().is_zero() and not base.is_zero():  # Arb gives up on a ball around 0
        return base.rad() ** n * arb(0, 1)
    return base**n


def reciprocal(base: Value) -> Value:
    """One over b, where b is not 0."""
    if type(base) is Hole:
        return base
    if base.is_zero():
        return Hole.UNDEFINED
    return Hole.UNSURE if base.contains(0) else 1 / base


def root(base: Any) -> Value:
    """The square root of what is not negative."""
    if base < 0:
        return Hole.UNDEFINED
    return base.sqrt() if base >= 0 else Hole.UNSURE


def real_power(base: Any, exponent: Any) -> Value:
    """b^e for a base above 0, or an exponent that happens to be an integer."""
    if base > 0:
        return (base.log() * exponent).exp()
    whole = exponent.unique_fmpz() if exponent.is_exact() and exponent.is_integer() else None
    if whole is not None and abs(whole) < 2**20:
        return integer_power(base, int(whole))
    if base.is_zero() and exponent > 0:
        return arb(0)
    return Hole.UNDEFINED if base < 0 or base.is_zero() else Hole.UNSURE


def logarithm(x: Any) -> Value:
    """The logarithm of what is above 0."""
    if x > 0:
        return x.log()
    return Hole.UNDEFINED if x <= 0 else Hole.UNSURE


def sign_of(x: Any) -> int | None:
    """-1, 0, 1, or None where the ball holds more than one of them."""
    if x > 0:
        return 1
    if x < 0:
        return -1
    return 0 if x.is_zero() else None


def sign(x: Any) -> Value:
    """The sign, as a number."""
    found = sign_of(x)
    return Hole.UNSURE if found is None else arb(found)


def step(x: Any, middle: Any) -> Value:
    """Heaviside's step with its value at 0."""
    found = sign_of(x)
    if found is None:
        return Hole.UNSURE
    return middle if found == 0 else arb(max(found, 0))


def compared(accepted: tuple[int, ...]) -> Operation:
    """A relation that holds where the sign of left - right is among the accepted ones."""

    def relation(left: Any, right: Any) -> Value:
        if left > right:
            return 1 in accepted
        if left < right:
            return -1 in accepted
        if left.is_exact() and right.is_exact():
            return 0 in accepted
        return Hole.UNSURE

    return relation


def branch(*parts: Value) -> Value:
    """The first expression whose condition holds; no other branch is looked at."""
    for value, condition in zip(parts[::2], parts[1::2], strict=True):
        if type(condition) is Hole:
            return condition
        if condition:
            return value
    return Hole.UNDEFINED


def every(*parts: Value) -> Value:
    """And, settled by any part that fails."""
    if any(p is False for p in parts):
        return False
    return worst_hole(list(parts)) or True


def some(*parts: Value) -> Value:
    """Or, settled by any part that holds."""
    if any(p is True for p in parts):
        return True
    return worst_hole(list(parts)) or False


def total(*parts: Any) -> Any:
    """A sum."""
    result = parts[0]
    for part in parts[1:]:
        result = result + part
    return result


def product(*parts: Any) -> Any:
    """A product."""
    result = parts[0]
    for part in parts[1:]:
        result = result * part
    return result


def largest(*parts: Any) -> Any:
    """Max."""
    result = parts[0]
    for part in parts[1:]:
        result = result.max(part)
    return result


def smallest(*parts: Any) -> Any:
    """Min."""
    result = parts[0]
    for part in parts[1:]:
        result = result.min(part)
    return result


OPERATIONS: dict[Any, Operation] = {
    sp.Add: total,
    sp.Mul: product,
    sp.exp: arb.exp,
    sp.log: logarithm,
    log1p: lambda x: x.log1p() if x > -1 else logarithm(1 + x),
    expm1: arb.expm1,
    sp.LambertW: arb.lambertw,
    sp.tanh: arb.tanh,
    sp.sinh: arb.sinh,
    sp.cosh: arb.cosh,
    sp.sech: arb.sech,
    sp.coth: lambda x: reciprocal(arb.tanh(x)),
    sp.csch: lambda x: reciprocal(arb.sinh(x)),
    sp.sin: arb.sin,
    sp.cos: arb.cos,
    sp.atan: arb.atan,
    sp.asinh: arb.asinh,
    sp.erf: arb.erf,
    sp.erfc: arb.erfc,
    sp.loggamma: arb.lgamma,
    sp.gamma: arb.gamma,
    sp.digamma: arb.digamma,
    sp.Abs: abs,
    sp.sign: sign,
    sp.Heaviside: step,
    sp.Max: largest,
    sp.Min: smallest,
    sp.And: every,
    sp.Or: some,
    sp.Not: lambda p: not p,
    sp.ITE: lambda p, yes, no: branch(yes, p, no, True),  # noqa: FBT003 - the last branch
    sp.Gt: compared((1,)),
    sp.Ge: compared((1, 0)),
    sp.Lt: compared((-1,)),
    sp.Le: compared((-1, 0)),
    sp.Eq: compared((0,)),
    sp.Ne: compared((1, -1)),
}
LAZY = frozenset({sp.And, sp.Or, sp.ITE})
BALLS = Arithmetic(OPERATIONS, power)
