"""Rigorous enclosures of E[f(sqrt(q) Z)^2] for a standard normal Z: Arb's integration, and a bound for both tails.

Between two neighbouring roots of the conditions in it f is one analytic formula, and Arb integrates that with a proved
error (Petras' algorithm; F. Johansson, arXiv:1802.07942). Beyond |t| = REACH a bound |f(z)| <= A + B|z| serves, which
the prover settles first.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import pairwise
from operator import add, mul
from typing import TYPE_CHECKING, Any

import sympy as sp
from flint import acb, arb
from sympy.codegen.cfunctions import expm1, log1p

from symgrad.core import UnsupportedError
from symgrad.functions import unfold
from symgrad.prover.balls import precision
from symgrad.prover.relations import prove_relation

if TYPE_CHECKING:
    from collections.abc import Mapping

Program = Callable[[acb, bool], Any]  # Arb says whether it asks for a value where the function is analytic

REACH = 20  # exp(-REACH^2/2) is below 1e-86
BITS = 128

FUNCTIONS: dict[Any, Callable[[acb, bool], acb]] = {
    sp.exp: lambda x, _: x.exp(),
    sp.tanh: lambda x, _: x.tanh(),
    sp.sinh: lambda x, _: x.sinh(),
    sp.cosh: lambda x, _: x.cosh(),
    sp.erf: lambda x, _: x.erf(),
    sp.erfc: lambda x, _: x.erfc(),
    expm1: lambda x, _: x.exp() - 1,
    sp.log: lambda x, analytic: x.log(analytic=analytic),
    sp.atan: lambda x, analytic: x.atan() if not analytic or abs(x.imag) < 1 else acb(float("nan")),
    log1p: lambda x, analytic: (1 + x).log(analytic=analytic),
}


def second_moment(f: Any, z: sp.Symbol, q: Any, *, bound: tuple[Any, Any]) -> arb:
    """A ball that surely holds E[f(sqrt(q) Z)^2]; `bound` is (A, B) with |f(z)| <= A + B|z|, exact and not below 0.

    f may go by cases whose conditions are linear in z. UnsupportedError where it has other parts, or the bound is not
    proved.
    """
    q, (A, B) = sp.sympify(q), map(sp.sympify, bound)
    plain = unfold(sp.sympify(f))
    if not (q.is_positive and plain.free_symbols <= {z}):
        raise UnsupportedError("the variance must be an exact number above 0, and the function one of z alone")
    within = A + B * sp.Abs(z)
    if not all(prove_relation(sp.Le(side, within, evaluate=False)).proved for side in (f, -f)):
        raise UnsupportedError("|f({z})| <= {a} + {b} |{z}| could not be proved; give larger ones", z=z, a=A, b=B)
    with precision(BITS):
        root = number(sp.sqrt(q))
        inner = [(number(k) / root).max(arb(-REACH)).min(arb(REACH)) for k in breaks(plain, z)]
        ends = [arb(-REACH), *inner, arb(REACH)]
        total = arb(0)
        for low, high, part in zip(ends, ends[1:], parts(plain, z), strict=False):
            total += integral(part, z, root, low, high)
        return total + arb(0).union(tails(number(A), number(B) * root))


def breaks(plain: Any, z: sp.Symbol) -> list[Any]:
    """The roots of all conditions and of what maxima and absolute values compare, in order."""
    found = set()
    for condition in plain.atoms(sp.core.relational.Relational):
        found.add(root_of(condition.lhs - condition.rhs, z))
    for head in plain.atoms(sp.Max, sp.Min):
        found |= {root_of(a - b, z) for n, a in enumerate(head.args) for b in head.args[:n]}
    found |= {root_of(head.args[0], z) for head in plain.atoms(sp.Abs, sp.sign)}
    return sorted(k for k in found if k is not None)


def root_of(expr: Any, z: sp.Symbol) -> Any:
    """Where a linear expression is 0; None where it is constant."""
    line = sp.Poly(expr, z) if expr.is_polynomial(z) else None
    if line is None or line.degree() > 1 or not all(c.is_rational for c in line.all_coeffs()):
        raise UnsupportedError("the function turns where {expr} is 0; conditions must be linear in {z}", expr=expr, z=z)
    return -line.nth(0) / line.nth(1) if line.degree() == 1 else None


def parts(plain: Any, z: sp.Symbol) -> list[Any]:
    """The formula between neighbouring breaks: every condition is settled at a point inside."""
    known = breaks(plain, z)
    inside = [known[0] - 1, *((a + b) / 2 for a, b in pairwise(known)), known[-1] + 1] if known else [sp.S.Zero]
    return [resolved(plain, {z: x}) for x in inside]


def resolved(expr: Any, at: Mapping[Any, Any]) -> Any:
    """The expression with the case, the largest or the sign that holds at a point."""
    if isinstance(expr, sp.Piecewise):
        return resolved(next(value for value, holds in expr.args if holds.subs(at) == sp.true), at)
    if isinstance(expr, sp.Max | sp.Min):
        sign = 1 if isinstance(expr, sp.Max) else -1
        return resolved(max(expr.args, key=lambda a: sign * a.subs(at)), at)
    if isinstance(expr, sp.Abs):
        return resolved(expr.args[0], at) * sp.sign(expr.args[0].subs(at))
    if isinstance(expr, sp.sign):
        return expr.subs(at)
    return expr.func(*(resolved(a, at) for a in expr.args)) if expr.args else expr


def integral(part: Any, z: sp.Symbol, root: arb, low: arb, high: arb) -> arb:
    """The integral of part(root t)^2 times the normal density from low to high."""
    function, scale = program(part, z), acb(root)

    def integrand(t: acb, analytic: bool) -> acb:  # noqa: FBT001 - Arb calls it so
        value = function(scale * t, analytic)
        return value * value * (-t * t / 2).exp()

    found = acb.integral(integrand, acb(low), acb(high)).real / (2 * arb.pi()).sqrt()
    if not found.is_finite():
        raise UnsupportedError("the integral could not be enclosed; the function may have a pole near the real line")
    return found


def tails(A: arb, B: arb) -> arb:
    """An upper bound of the integral of (A + B|t|)^2 times the normal density over |t| > REACH."""
    R = arb(REACH)
    density = (-R * R / 2).exp() / (2 * arb.pi()).sqrt()
    beyond = (R / arb(2).sqrt()).erfc() / 2
    return 2 * (A * A * beyond + 2 * A * B * density + B * B * (R * density + beyond))


def number(expr: Any) -> Any:
    """The ball of a constant."""
    return program(expr, None)(acb(0), False).real  # noqa: FBT003 - as Arb asks


def program(expr: Any, z: sp.Symbol | None) -> Program:
    """An expression without cases as a function of z; not finite where `analytic` is asked for and it is not."""
    if expr == z:
        return lambda t, _: t
    if not expr.args:
        value = constant(expr)
        return lambda _, __: value
    if expr.is_Pow:
        return power(expr, z)
    inner = [program(a, z) for a in expr.args]
    if expr.is_Add or expr.is_Mul:
        join = add if expr.is_Add else mul
        return lambda t, analytic: reduce(join, [part(t, analytic) for part in inner])
    if expr.func not in FUNCTIONS:
        raise UnsupportedError(
            "{func} can't be integrated here; use exp, log, tanh, atan, erf and rationals", func=expr.func.__name__
        )
    function, (argument,) = FUNCTIONS[expr.func], inner
    return lambda t, analytic: function(argument(t, analytic), analytic)


def constant(expr: Any) -> acb:
    """The ball of a number that has a name or is a fraction."""
    if expr.is_Rational:
        return acb(arb(int(expr.p)) / int(expr.q))
    if expr is sp.pi:
        return acb(arb.pi())
    if expr is sp.E:
        return acb(1).exp()
    raise UnsupportedError("{expr} has no exact value here; write numbers as fractions", expr=expr)


def power(expr: Any, z: sp.Symbol | None) -> Program:
    """A power with a whole or a half exponent, or of e."""
    exponent = expr.exp
    if expr.base is sp.E:
        inner = program(exponent, z)
        return lambda t, analytic: inner(t, analytic).exp()
    base = program(expr.base, z)
    if exponent.is_Integer:
        whole = int(exponent)
        return lambda t, analytic: base(t, analytic) ** whole
    if exponent.is_Rational and exponent.q == 2:  # noqa: PLR2004 - a square root
        halves = int(exponent.p)
        return lambda t, analytic: base(t, analytic).sqrt(analytic=analytic) ** halves
    raise UnsupportedError("the power {expr} can't be integrated here; exponents must be whole or halves", expr=expr)
