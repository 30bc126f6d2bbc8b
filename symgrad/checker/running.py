"""Exact expressions in double precision with a bound on the error: what most inputs need no more than.

Every value travels with a bound on its distance from the exact one. The bound takes for granted that NumPy's own
functions (exp, log, tanh, ...) err by at most eight units in the last place, twice what NumPy promises. Where a bound
can't be given it is infinite, and ball arithmetic decides.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import sympy as sp
from flint import ctx
from sympy.codegen.cfunctions import expm1, log1p

from symgrad.checker.balls import Hole, program
from symgrad.checker.formats import Array

UNIT = 2.0**-53  # half a unit in the last place of 1
LIBRARY = 16 * UNIT  # eight units in the last place
TINY = 2.0**-1070  # what gradual underflow may cost, sixteen times over
CONSTANT_BITS = 120

Bounded = tuple[Array, Array]  # values, and bounds on their errors; of a condition: where it certainly holds, or fails
Rule = Callable[..., Bounded]

c_erf, c_erfc = (np.vectorize(f, otypes=[float]) for f in (math.erf, math.erfc))


def bounded(expr: Any, variable: Any, x: Array) -> Bounded:
    """The values of `expr` at the doubles `x`, each with a bound on its error; NaN counts as an infinite bound."""
    known: dict[Any, Bounded] = {variable: (x, np.zeros_like(x))}
    with np.errstate(all="ignore"):
        value, error = evaluated(expr, known)
        value, error = np.broadcast_to(value, x.shape).copy(), np.broadcast_to(error, x.shape)
        return value, np.where(np.isfinite(value) & ~np.isnan(error), error, np.inf)


def evaluated(node: Any, known: dict[Any, Bounded]) -> Bounded:
    """The value of one part, each part worked out once."""
    if node not in known:
        if node.is_number and not node.has(sp.Piecewise) and node.is_Boolean is not True:
            known[node] = constant(node)
        elif node in (sp.true, sp.false):
            known[node] = np.asarray(node == sp.true), np.asarray(node == sp.false)
        elif isinstance(node, sp.Piecewise):
            known[node] = cases([(evaluated(e, known), evaluated(c, known)) for e, c in node.args])
        elif isinstance(node, sp.Pow):
            known[node] = power(node, known)
        else:
            rule = RULES.get(node.func, unbounded)
            known[node] = rule(*(evaluated(a, known) for a in node.args))
    return known[node]


def unbounded(*parts: Bounded) -> Bounded:
    """A function that is not known here."""
    shape = np.broadcast_shapes(*(np.shape(v) for v, _ in parts))
    return np.zeros(shape), np.full(shape, np.inf)


def constant(node: Any) -> Bounded:
    """A number, rounded once."""
    before, ctx.prec = ctx.prec, CONSTANT_BITS
    try:
        ball = program(node, ())(())
    finally:
        ctx.prec = before
    if type(ball) is Hole:
        return np.asarray(0.0), np.asarray(np.inf)
    value = float(ball)
    exact = ball.is_exact() and ball == value
    return np.asarray(value), np.asarray(0.0 if exact else 2 * UNIT * abs(value) + TINY)


def plus(left: Bounded, right: Bounded) -> Bounded:
    """A sum."""
    value = left[0] + right[0]
    return value, left[1] + right[1] + UNIT * np.abs(value)


def times(left: Bounded, right: Bounded) -> Bounded:
    """A product."""
    (a, e), (b, d) = left, right
    value = a * b
    return value, np.abs(a) * d + np.abs(b) * e + e * d + UNIT * np.abs(value) + TINY * ((a != 0) & (b != 0))


def over(base: Bounded) -> Bounded:
    """A reciprocal."""
    b, e = base
    size = np.abs(b)
    value = 1 / b
    return value, np.where(size > 2 * e, e / size / (size - e) + UNIT * np.abs(value) + TINY, np.inf)


def power(node: Any, known: dict[Any, Bounded]) -> Bounded:
    """A power whose exponent is a whole number of halves, or one of e."""
    base, exponent = node.args
    if base is sp.E:
        return exponential(evaluated(exponent, known))
    b = evaluated(base, known)
    if exponent.is_Integer:
        whole = repeated(b, abs(int(exponent)))
        return whole if exponent > 0 else over(whole)
    if (2 * exponent).is_Integer:
        whole = repeated(root(b), abs(int(2 * exponent)))
        return whole if exponent > 0 else over(whole)
    return unbounded(b)


def repeated(base: Bounded, n: int) -> Bounded:
    """b^n for n > 0."""
    half = repeated(base, n // 2) if n > 1 else base
    if n == 1:
        return base
    return times(times(half, half), base) if n % 2 else times(half, half)


def root(base: Bounded) -> Bounded:
    """A square root."""
    b, e = base
    value = np.sqrt(b)
    slack = e / (value + np.sqrt(np.maximum(b - e, 0))) + UNIT * value
    return value, np.where(b > e, slack, np.where((b == 0) & (e == 0), 0.0, np.inf))


def exponential(x: Bounded) -> Bounded:
    """e^x."""
    a, e = x
    value = np.exp(a)
    narrow = value * np.expm1(e) * (1 + LIBRARY) + LIBRARY * value
    return value, np.fmin(narrow, np.exp(a + e) * (1 + 2 * LIBRARY)) + TINY  # both lie between 0 and e^(a + e)


def exponential_less_one(x: Bounded) -> Bounded:
    """e^x - 1."""
    value = np.expm1(x[0])
    return value, (np.exp(x[0]) * np.expm1(x[1])) * (1 + LIBRARY) + LIBRARY * np.abs(value)


def logarithm(x: Bounded) -> Bounded:
    """The logarithm of what certainly lies above 0."""
    a, e = x
    value = np.log(a)
    return value, np.where(a > e, e / (a - e) + LIBRARY * np.abs(value), np.inf)


def logarithm_of_one_more(x: Bounded) -> Bounded:
    """ln(1 + x)."""
    a, e = x
    value, room = np.log1p(a), (1 + a) * (1 - 2 * UNIT) - e
    return value, np.where(room > 0, e / room + LIBRARY * np.abs(value), np.inf)


def smooth(function: Callable[..., Array], steepest: Callable[[Array, Array], Array]) -> Rule:
    """A function of the library; `steepest` bounds its slope over all numbers between two."""

    def rule(x: Bounded) -> Bounded:
        a, e = x
        value = function(a)
        return value, e * steepest(a - e, a + e) + LIBRARY * np.abs(value) + TINY * (value != 0)

    return rule


def level(low: Array, high: Array) -> Array:
    """The slope of tanh is at most 1, and at most 4 e^(-2|x|)."""
    return np.minimum(1.0, 4.0 * (1 + 2 * LIBRARY) * np.exp(-2.0 * smallest(low, high)))


def flat(low: Array, high: Array) -> Array:
    """The slope of atan is at most 1, and at most 1/x^2."""
    nearest = smallest(low, high)
    return np.where(nearest > 1, (1 + 8 * UNIT) / nearest / nearest, 1.0)


def smallest(low: Array, high: Array) -> Array:
    """A lower bound of |x| between two numbers that were rounded."""
    return np.where(low * high > 0, np.minimum(np.abs(low), np.abs(high)) * (1 - 4 * UNIT), 0.0)


def hyperbolic(low: Array, high: Array) -> Array:
    """The slopes of sinh and cosh are at most cosh of the larger size."""
    return np.cosh(np.maximum(np.abs(low), np.abs(high))) * (1 + LIBRARY)


def bell(low: Array, high: Array) -> Array:
    """The slopes of erf and erfc, 2/sqrt(pi) e^(-x^2), are largest where x is smallest."""
    nearest = smallest(low, high)
    return 1.13 * np.exp(-nearest * nearest * (1 - 4 * UNIT))


def size(x: Bounded) -> Bounded:
    """|x|."""
    return np.abs(x[0]), x[1]


def sign(x: Bounded) -> Bounded:
    """The sign, where it is certain."""
    a, e = x
    return np.sign(a), np.where((np.abs(a) > e) | ((a == 0) & (e == 0)), 0.0, np.inf)


def step(x: Bounded, middle: Bounded) -> Bounded:
    """Heaviside's step."""
    value, error = sign(x)
    return np.where(value == 0, middle[0], value > 0), np.where(value == 0, error + middle[1], error)


def largest(*parts: Bounded) -> Bounded:
    """Max: no further from the exact one than the worst of the arguments that may be the largest."""
    value = reduce(np.maximum, [v for v, _ in parts])
    least = reduce(np.maximum, [v - e for v, e in parts])
    less = [v + e < least - 4 * UNIT * (np.abs(v) + e + np.abs(least)) for v, e in parts]
    return value, reduce(np.maximum, [np.where(b, 0.0, e) for b, (_, e) in zip(less, parts, strict=True)])


def lowest(*parts: Bounded) -> Bounded:
    """Min."""
    value, error = largest(*((-v, e) for v, e in parts))
    return -value, error


def compared(accepted: tuple[int, ...]) -> Rule:
    """A relation that holds where the sign of left - right is among the accepted ones."""

    def rule(left: Bounded, right: Bounded) -> Bounded:
        (a, e), (b, d) = left, right
        slack = (e + d) * (1 + 4 * UNIT) + 2 * UNIT * np.abs(a - b) * ((e + d) > 0)
        signs = {1: a - b > slack, -1: b - a > slack, 0: (a == b) & (e + d == 0)}
        holds = reduce(np.logical_or, [signs[s] for s in accepted])
        return holds, reduce(np.logical_or, [m for s, m in signs.items() if s not in accepted])

    return rule


def every(*parts: Bounded) -> Bounded:
    """And."""
    return reduce(np.logical_and, [t for t, _ in parts]), reduce(np.logical_or, [f for _, f in parts])


def some(*parts: Bounded) -> Bounded:
    """Or."""
    return reduce(np.logical_or, [t for t, _ in parts]), reduce(np.logical_and, [f for _, f in parts])


def either(condition: Bounded, yes: Bounded, no: Bounded) -> Bounded:
    """The one condition or the other, by a third."""
    return some(every(condition, yes), every((condition[1], condition[0]), no))


def cases(pairs: list[tuple[Bounded, Bounded]]) -> Bounded:
    """The first value whose condition certainly holds, all before it certainly failing."""
    value, error, still = np.asarray(0.0), np.asarray(np.inf), np.asarray(True)  # noqa: FBT003 - an array of truth
    for (v, e), (holds, fails) in pairs:
        taken = still & holds
        value, error = np.where(taken, v, value), np.where(taken, e, error)
        still = still & fails
    return value, error


RULES: dict[Any, Rule] = {
    sp.Add: lambda *parts: reduce(plus, parts),
    sp.Mul: lambda *parts: reduce(times, parts),
    sp.exp: exponential,
    sp.log: logarithm,
    log1p: logarithm_of_one_more,
    expm1: exponential_less_one,
    sp.tanh: smooth(np.tanh, level),
    sp.atan: smooth(np.arctan, flat),
    sp.sinh: smooth(np.sinh, hyperbolic),
    sp.cosh: smooth(np.cosh, hyperbolic),
    sp.erf: smooth(c_erf, bell),
    sp.erfc: smooth(c_erfc, bell),
    sp.Abs: size,
    sp.sign: sign,
    sp.Heaviside: step,
    sp.Max: largest,
    sp.Min: lowest,
    sp.And: every,
    sp.Or: some,
    sp.ITE: either,
    sp.Not: lambda p: (p[1], p[0]),
    sp.Gt: compared((1,)),
    sp.Ge: compared((1, 0)),
    sp.Lt: compared((-1,)),
    sp.Le: compared((-1, 0)),
    sp.Eq: compared((0,)),
    sp.Ne: compared((1, -1)),
}
