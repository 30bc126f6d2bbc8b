"""What an expression is on a whole half line z >= B or z <= -B, in mpmath's intervals.

With x = |z|, it is a sum of terms c * x^a * e^(q(x)), q a polynomial: c is an exact number, or a function of x of which
an interval is known that holds its values. Functions are expanded to two terms, with Lagrange's remainder as the third.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import sympy as sp
from mpmath import iv  # type: ignore[import-untyped]  # it ships no types

from symgrad.functions import Elementwise
from symgrad.functions.putting import filled
from symgrad.prover.conventions import opened
from symgrad.prover.recheck_ring import RejectedError
from symgrad.prover.replay_enclosed import Intervals

if TYPE_CHECKING:
    from collections.abc import Callable

POWERS = 6  # up to which a power is multiplied out


class Monomial(NamedTuple):
    """x^a * e^(q[0]*x + q[1]*x^2 + ...), the exponent without a zero at its end."""

    q: tuple[Any, ...] = ()
    a: Any = sp.S.Zero

    def __mul__(self, other: Any) -> Monomial:
        size = max(len(self.q), len(other.q))
        one, two = ((*m.q, *[sp.S.Zero] * (size - len(m.q))) for m in (self, other))
        q = [sp.expand(u + v) for u, v in zip(one, two, strict=True)]
        while q and q[-1] == 0:
            q.pop()
        return Monomial(tuple(q), self.a + other.a)

    def __pow__(self, r: Any) -> Monomial:
        return Monomial(tuple(sp.expand(u * r) for u in self.q), self.a * r)


ONE = Monomial()
Series = dict[Monomial, Any]


def number(c: Any) -> Any:
    """A coefficient as an interval."""
    return Intervals({}, ()).value(c) if isinstance(c, sp.Expr) else c


def sign(c: Any) -> int:
    """The sign of a coefficient; refused where its interval holds 0."""
    found = number(c)
    if not (found.a > 0 or found.b < 0):
        raise RejectedError("a sign far out is not seen")
    return 1 if found.a > 0 else -1


def hull(x: Any, y: Any) -> Any:
    """The least interval that holds two."""
    return iv.mpf([min(x.a, y.a), max(x.b, y.b)])


def plus(u: Series, v: Series) -> Series:
    """The sum; exact numbers that cancel leave nothing."""
    total = dict(u)
    for m, c in v.items():
        d = total.get(m, sp.S.Zero)
        exact = isinstance(c, sp.Expr) and isinstance(d, sp.Expr)
        total[m] = sp.expand(c + d) if exact else number(c) + number(d)
    return {m: c for m, c in total.items() if not isinstance(c, sp.Expr) or c != 0}


def times(u: Series, v: Series) -> Series:
    """The product."""
    total: Series = {}
    for m, c in u.items():
        for n, d in v.items():
            exact = isinstance(c, sp.Expr) and isinstance(d, sp.Expr)
            total = plus(total, {m * n: c * d if exact else number(c) * number(d)})
    return total


class Far:
    """Series on x >= `start`, where z = side * x."""

    def __init__(self, symbol: Any, start: Any, side: int) -> None:
        self.symbol, self.start, self.side = symbol, start, side
        self.functions: dict[Any, Callable[[Series], Series]] = {
            sp.exp: self.exp,
            sp.log: self.log,
            sp.erf: self.erf,
            sp.tanh: self.tanh,
        }

    def sign(self, u: Series) -> int:
        """The sign that a sum of terms has all the way."""
        return sign(self.split(u)[1])

    def of(self, expr: Any) -> Series:
        """The series of an expression, which thereby has a value all the way."""
        if expr == self.symbol:
            return {Monomial(a=sp.S.One): sp.Integer(self.side)}
        if not expr.free_symbols:
            number(expr)
            return plus({}, {ONE: expr})
        if isinstance(expr, Elementwise):
            formula, values = opened(expr)
            for argument in values.values():
                self.of(argument)
            return self.of(filled(formula, values))
        if expr.func in {sp.Add, sp.Mul}:
            return reduce(plus if expr.func is sp.Add else times, map(self.of, expr.args))
        if expr.func is sp.Pow and expr.exp.is_Rational:
            return self.power(self.of(expr.base), expr.exp)
        if expr.func not in self.functions:
            raise RejectedError(f"{expr.func.__name__} can't be replayed far out")
        return self.functions[expr.func](self.of(expr.args[0]))

    def growth(self, m: Monomial) -> int:
        """1 where a monomial tends to infinity, -1 where it tends to 0, 0 for 1."""
        return sign(m.q[-1]) if m.q else int(sp.sign(m.a))

    def bound(self, m: Monomial) -> Any:
        """An interval of a monomial that falls all the way: a + x*q'(x) <= 0 for x = start + y, by its coefficients."""
        if m == ONE:
            return iv.mpf(1)
        y = sp.Symbol("y")
        x = self.start + y
        fall = sp.Poly(m.a + sum((i + 1) * c * x ** (i + 1) for i, c in enumerate(m.q)), y)
        if any(number(c).b > 0 for c in fall.all_coeffs()):
            raise RejectedError("a term does not fall all the way")
        top = number(self.start) ** int(m.a) if m.a.is_Integer else iv.exp(number(m.a) * iv.log(number(self.start)))
        return hull(iv.mpf(0), top * iv.exp(number(sum(c * self.start ** (i + 1) for i, c in enumerate(m.q)))))

    def small(self, u: Series) -> Any:
        """An interval that holds 0 and a sum of terms that fall to 0."""
        if any(self.growth(m) >= 0 for m in u):
            raise RejectedError("two terms far out are alike")
        return hull(iv.mpf(0), sum((number(c) * self.bound(m) for m, c in u.items()), iv.mpf(0)))

    def split(self, u: Series) -> tuple[Monomial, Any, Series, Any]:
        """The parts of u = c * m * (1 + v): m, c, v and an interval of v, all of which lies above -1."""
        if not u:
            raise RejectedError("something is 0 far out")
        m = reduce(lambda one, two: two if self.growth(two * one**-1) > 0 else one, u)
        sign(u[m])
        over = {m**-1: 1 / u[m]}
        v = times({n: c for n, c in u.items() if n != m}, over)
        width = self.small(v)
        if not (1 + width).a > 0:
            raise RejectedError("the leading term does not lead all the way")
        return m, u[m], v, width

    def taylor(self, v: Series, first: Any, second: Any) -> Series:
        """1 + first * v + w * v^2, where `second` holds the values of w."""
        return plus(plus({ONE: sp.S.One}, times(v, {ONE: first})), times(times(v, v), {ONE: second}))

    def power(self, u: Series, r: Any) -> Series:
        """A power u^r."""
        if r.is_Integer and 0 < r <= POWERS:
            return reduce(times, [u] * int(r))
        m, c, v, width = self.split(u)
        if not r.is_Integer and sign(c) < 0:
            raise RejectedError("a root of a negative number")
        second = number(r * (r - 1) / 2) * iv.exp(number(r - 2) * iv.log(1 + width))
        head = c**r if isinstance(c, sp.Expr) else c ** int(r) if r.is_Integer else iv.exp(number(r) * iv.log(c))
        return times({m**r: head}, self.taylor(v, r, second))

    def exp(self, u: Series) -> Series:
        """e^u: what grows in u must be a polynomial with exact coefficients."""
        growing = {m: c for m, c in u.items() if self.growth(m) > 0}
        if any(m.q or not m.a.is_Integer or not isinstance(c, sp.Expr) for m, c in growing.items()):
            raise RejectedError("an exponent far out is no polynomial")
        degree = max((int(m.a) for m in growing), default=0)
        q = tuple(growing.get(Monomial(a=sp.Integer(i + 1)), sp.S.Zero) for i in range(degree))
        v = {m: c for m, c in u.items() if self.growth(m) < 0}
        c = u.get(ONE, sp.S.Zero)
        head = {Monomial(q): sp.exp(c) if isinstance(c, sp.Expr) else iv.exp(c)}
        return times(head, self.taylor(v, sp.S.One, iv.exp(self.small(v)) / 2))

    def log(self, u: Series) -> Series:
        """The logarithm of a positive u whose leading term has no power of x."""
        m, c, v, width = self.split(u)
        if m.a != 0 or sign(c) < 0:
            raise RejectedError("a logarithm far out can't be replayed")
        head = {Monomial(a=sp.Integer(i + 1)): d for i, d in enumerate(m.q) if d != 0}
        head = plus(head, {ONE: sp.log(c) if isinstance(c, sp.Expr) else iv.log(c)})
        return plus(head, plus(self.taylor(v, sp.S.One, -1 / (2 * (1 + width) ** 2)), {ONE: sp.S.NegativeOne}))

    def erf(self, u: Series) -> Series:
        """The error function of what grows: 0 <= 1 - erf t <= e^(-t^2) for t >= 0."""
        m, c, _, _ = self.split(u)
        if self.growth(m) <= 0:
            raise RejectedError("an erf far out can't be replayed")
        rest = times(self.exp(times(times(u, u), {ONE: sp.S.NegativeOne})), {ONE: iv.mpf([0, 1])})
        return times({ONE: sp.Integer(sign(c))}, plus({ONE: sp.S.One}, times({ONE: sp.S.NegativeOne}, rest)))

    def tanh(self, u: Series) -> Series:
        """(e^(2u) - 1)/(e^(2u) + 1)."""
        e = self.exp(times({ONE: sp.Integer(2)}, u))
        return times(plus(e, {ONE: sp.S.NegativeOne}), self.power(plus(e, {ONE: sp.S.One}), sp.S.NegativeOne))
