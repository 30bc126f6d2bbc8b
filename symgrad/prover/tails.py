"""How a smooth expression behaves towards infinity: exact leading terms with a rigorous remainder.

A series is a sum of c * x^a * log(x)^b * exp(q(x)) on the tail x >= R, where c is an exact constant, or a ball
that holds the values of some bounded function of x. Expansions are cut off with Lagrange's remainder as such a
ball, so that every answer holds on the whole tail.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cmp_to_key, reduce
from math import factorial
from typing import TYPE_CHECKING, Any, NamedTuple

from flint import arb, arb_poly, arb_series, ctx
from sympy import Add, E, Expr, Integer, Mul, Pow, Rational, Symbol, atan, cos, erf, exp, log, pi, sin, sqrt

from symgrad.core import SymgradError
from symgrad.prover.taylor import METHODS, capped, constant, integer_power, sign, unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

ZERO = Fraction(0)


class TailError(SymgradError):
    """The tail is not settled at this horizon and order."""


class Monomial(NamedTuple):
    """x^a * log(x)^b * exp(q[0]*x + q[1]*x^2 + ...)."""

    q: tuple[Expr, ...] = ()
    a: Fraction = ZERO
    b: Fraction = ZERO

    def __mul__(self, other: Any) -> Monomial:
        longest = max(len(self.q), len(other.q))
        padded = [(*m.q, *[Integer(0)] * (longest - len(m.q))) for m in (self, other)]
        q = [u + v for u, v in zip(*padded, strict=True)]
        while q and q[-1] == 0:
            q.pop()
        return Monomial(tuple(q), self.a + other.a, self.b + other.b)

    def __pow__(self, r: Any) -> Monomial:
        return Monomial(tuple(u * Rational(r.numerator, r.denominator) for u in self.q), self.a * r, self.b * r)

    @property
    def growth(self) -> int:
        """1 where it tends to oo, -1 where it tends to 0, 0 for the constant 1."""
        if self.q:
            rate = sign(self.q[-1])
            if not rate:
                raise TailError("two rates of growth that can't be told apart")
            return rate
        return _sign(self.a) or _sign(self.b)

    def of(self, x: Any) -> Any:
        """The monomial as an expression."""
        exponent = Add(*(c * x ** (i + 1) for i, c in enumerate(self.q)))
        return x ** _rational(self.a) * log(x) ** _rational(self.b) * exp(exponent)


ONE = Monomial()
Series = dict[Monomial, Any]  # coefficients: exact SymPy numbers, or Arb balls


def _sign(r: Fraction) -> int:
    return (r > 0) - (r < 0)


def _rational(r: Fraction) -> Any:
    return Rational(r.numerator, r.denominator)


def ball(c: Any) -> arb:
    """A coefficient as a ball."""
    return c if isinstance(c, arb) else constant(c, ctx.prec)


def side(c: Any) -> int:
    """The sign of a coefficient, 0 where it is not known."""
    if isinstance(c, arb):
        return int(c > 0) - int(c < 0)
    return sign(c) or 0


def add(u: Series, v: Series) -> Series:
    """The sum, without terms that cancel."""
    total = dict(u)
    for m, c in v.items():
        total[m] = _plus(total[m], c) if m in total else c
    return {m: c for m, c in total.items() if isinstance(c, arb) or c != 0}


def _plus(c: Any, d: Any) -> Any:
    return ball(c) + ball(d) if isinstance(c, arb) or isinstance(d, arb) else c + d


def _times(c: Any, d: Any) -> Any:
    return ball(c) * ball(d) if isinstance(c, arb) or isinstance(d, arb) else c * d


def scale(u: Series, m: Monomial, c: Any = Integer(1)) -> Series:  # noqa: B008 - SymPy's numbers are immutable
    """The series times c * m."""
    return {k * m: _times(d, c) for k, d in u.items()}


def _faster(m: Monomial, n: Monomial) -> int:
    return (m * n**-1).growth


def lead(u: Series) -> Monomial:
    """The monomial that dominates all others."""
    return max(u, key=cmp_to_key(_faster))


class Tail:
    """Series on x >= `start`, expanded to `order` exact terms."""

    def __init__(self, variable: Symbol, start: int, order: int) -> None:
        self.variable, self.start, self.order = variable, start, order
        self.memo: dict[Any, Series] = {}

    # what a monomial is at most

    def top(self, m: Monomial) -> arb:
        """The value at the start, which no later one exceeds, of a monomial that decreases on the tail."""
        x = arb(self.start)
        b = arb(0) if m.b <= 0 else ball(_rational(m.b)) / x.log()  # x m'/m = x q' + a + b/log(x)
        slopes = [ball(_rational(m.a)) + b, *(ball(c) * (i + 1) for i, c in enumerate(m.q))]
        shifted = arb_poly(slopes)(arb_poly([self.start, 1]))
        if not all(c <= 0 for c in shifted.coeffs()):
            raise TailError("a term that does not decrease yet")
        power = sum((ball(c) * x ** (i + 1) for i, c in enumerate(m.q)), arb(0))
        return (power + x.log() * ball(_rational(m.a)) + x.log().log() * ball(_rational(m.b))).exp()

    def bound(self, u: Series) -> arb:
        """A ball that holds the series on the whole tail."""
        total = arb(0)
        for m, c in u.items():
            growth = m.growth
            if growth > 0:
                raise TailError("a series that is not bounded")
            total += ball(c) if growth == 0 else ball(c) * self.top(m).upper().union(arb(0))
        return total

    def mul(self, u: Series, v: Series) -> Series:
        """The product; what is smaller than an inexact term joins it."""
        total: Series = {}
        for m, c in v.items():
            total = add(total, scale(u, m, c))
        return self.joined(total)

    def joined(self, u: Series) -> Series:
        """The series with all terms below its largest inexact one gathered in that one's ball."""
        inexact = {m: c for m, c in u.items() if isinstance(c, arb)}
        if not inexact:
            return u
        most = lead(inexact)
        below = {m: c for m, c in u.items() if (m * most**-1).growth <= 0}
        kept = {m: c for m, c in u.items() if m not in below}
        return {**kept, most: self.bound(scale(below, most**-1))}

    def split(self, u: Series) -> tuple[Monomial, Any, Series, arb]:
        """Leading monomial m, its coefficient c, and delta with u = c m (1 + delta), and delta's bound."""
        if not u:
            raise TailError("a term that vanishes")
        m = lead(u)
        c = u[m]
        if not side(c):
            raise TailError("a leading term of unknown sign")
        rest = {k: d for k, d in u.items() if k != m}
        inverse = 1 / c
        delta = scale(rest, m**-1, inverse)
        size = self.bound(delta)
        if not size > -1:
            raise TailError("the leading term does not dominate yet")
        return m, c, delta, size

    def expand(self, terms: list[Any], remainder: arb, delta: Series) -> Series:
        """terms[0] + terms[1] delta + ... + remainder delta^n."""
        total: Series = {}
        power: Series = {ONE: Integer(1)}
        for c in terms:
            total = add(total, scale(power, ONE, c))
            power = self.mul(power, delta)
        return self.joined(add(total, scale(power, ONE, remainder))) if delta else total

    # functions of a series

    def power(self, u: Series, r: Fraction) -> Series:
        """u^r, by the binomial series of its leading term."""
        if r.denominator == 1 and r > 0:
            return reduce(self.mul, [u] * int(r))
        m, c, delta, size = self.split(u)
        if r.denominator != 1 and side(c) < 0:
            raise TailError("a fractional power of a negative number")
        n, exponent = self.order, _rational(r)
        terms = [_binomial(exponent, j) for j in range(n)]
        between = size.union(arb(0)) + 1
        remainder = ball(_binomial(exponent, n)) * _real_power(between, exponent - n)
        front = _real_power(c, exponent) if isinstance(c, arb) else c**exponent
        return scale(self.expand(terms, remainder, delta), m**r, front)

    def exp(self, u: Series) -> Series:
        """e^u: polynomials in x and multiples of log x become monomials, the rest is expanded."""
        q: dict[int, Any] = {}
        front, a, delta = Integer(1), ZERO, {}
        for m, c in u.items():
            exact = not isinstance(c, arb)
            if exact and not m.q and m.b == 0 and m.a > 0 and m.a.denominator == 1:
                q[int(m.a)] = c
            elif exact and m == (Monomial(b=Fraction(1))) and c.is_Rational:
                a = Fraction(int(c.p), int(c.q))
            elif m == ONE:
                front = exp(c) if exact else c.exp()
            elif m.growth > 0:
                return self.vanishing(u)
            else:
                delta[m] = c
        monomial = Monomial(tuple(q.get(i, Integer(0)) for i in range(1, max(q, default=0) + 1)), a)
        n = self.order
        size = self.bound(delta).union(arb(0))
        terms = [Rational(1, factorial(j)) for j in range(n)]
        return scale(self.expand(terms, size.exp() / factorial(n), delta), monomial, front)

    def vanishing(self, u: Series) -> Series:
        """e^u for u that falls faster than any polynomial: somewhere in [0, exp(-k x^2)]."""
        m, c, _, size = self.split(u)
        if side(c) > 0:
            raise TailError("an exponential of an exponential")
        ratio = m * Monomial(a=Fraction(-2))
        least = (-ball(c) * (1 + size) / self.top(ratio**-1)).lower()  # m/x^2 increases, so it is least at the start
        k = (least * 2**20).floor().unique_fmpz()
        if k is None or k <= 0:
            raise TailError("an exponential of an exponential")
        return {Monomial((Integer(0), -Rational(int(k), 2**20))): arb(0).union(arb(1))}

    def log(self, u: Series) -> Series:
        """The logarithm of c m (1 + delta), term by term."""
        m, c, delta, size = self.split(u)
        if m.b != 0 or side(c) < 0:
            raise TailError("a logarithm of a logarithm, or of a negative number")
        n = self.order
        terms = [Integer(0), *(Rational((-1) ** (j + 1), j) for j in range(1, n))]
        remainder = arb((-1) ** (n + 1)) / n / (size.union(arb(0)) + 1) ** n
        front: Series = {ONE: c.log() if isinstance(c, arb) else log(c)}
        front |= {Monomial(a=Fraction(i + 1)): d for i, d in enumerate(m.q) if d != 0}
        front |= {Monomial(b=Fraction(1)): _rational(m.a)} if m.a else {}
        return add(
            {k: d for k, d in front.items() if isinstance(d, arb) or d != 0}, self.expand(terms, remainder, delta)
        )

    def erf(self, u: Series) -> Series:
        """The error function; for u -> +-oo by erfc's enveloping series: the error is below the first omitted term."""
        if not u or lead(u).growth <= 0:
            return self.near(u, "erf", [0, 2 / sqrt(pi), 0, -2 / (3 * sqrt(pi)), 0, 1 / (5 * sqrt(pi))])
        _, c, _, _ = self.split(u)
        s = side(c)
        u = scale(u, ONE, Integer(s))
        square = self.mul(u, u)
        inverse = scale(self.power(square, Fraction(-1)), ONE, Rational(1, 2))
        n = self.order
        odd = [_odd_factorial(j) * (-1) ** j for j in range(n + 1)]
        total: Series = {}
        power: Series = {ONE: Integer(1)}
        for j in range(n):
            total = add(total, scale(power, ONE, Integer(odd[j])))
            power = self.mul(power, inverse)
        total = self.joined(add(total, scale(power, ONE, arb(0).union(arb(odd[n])))))
        front = self.mul(self.exp(scale(square, ONE, Integer(-1))), self.power(u, Fraction(-1)))
        erfc = scale(self.mul(front, total), ONE, 1 / sqrt(pi))
        return scale(add({ONE: Integer(1)}, scale(erfc, ONE, Integer(-1))), ONE, Integer(s))

    def atan(self, u: Series) -> Series:
        """The arctangent; for u -> +-oo as a right angle less that of 1/u."""
        if not u or lead(u).growth <= 0:
            return self.near(u, "atan", [0, 1, 0, Rational(-1, 3), 0, Rational(1, 5)])
        _, c, _, _ = self.split(u)
        return add({ONE: side(c) * pi / 2}, scale(self.atan(self.power(u, Fraction(-1))), ONE, Integer(-1)))

    def wave(self, u: Series, name: str) -> Series:
        """Sine and cosine, which stay in [-1, 1] where their argument grows."""
        if u and lead(u).growth > 0:
            return {ONE: arb(-1).union(arb(1))}
        known = [0, 1, 0, Rational(-1, 6)] if name == "sin" else [1, 0, Rational(-1, 2), 0]
        return self.near(u, name, known)

    def near(self, u: Series, name: str, at_zero: list[Any]) -> Series:
        """f(c + delta) with delta -> 0: exactly known terms about 0, else f(c) and a bounded slope."""
        c = u.get(ONE, Integer(0))
        delta = {m: d for m, d in u.items() if m != ONE}
        if c == 0:
            terms = [Integer(t) if isinstance(t, int) else t for t in at_zero[: self.order]]
        else:
            terms = [getattr(c, name)() if isinstance(c, arb) else FUNCTIONS[name](c)]
        around = ball(c) + self.bound(delta).union(arb(0))
        with capped(len(terms) + 1):
            remainder = getattr(arb_series([around, 1]), name)()[len(terms)]
        return self.expand(terms, remainder, delta)

    # expressions

    def of(self, expr: Any) -> Series:
        """The series of an elementary smooth expression."""
        found = self.memo.get(expr)
        if found is None:
            found = self.memo[expr] = self._of(expr)
        return found

    def _of(self, expr: Any) -> Series:  # noqa: PLR0911 - a line for each kind of node
        if self.variable not in expr.free_symbols:
            return {} if expr == 0 else {ONE: expr}
        if expr == self.variable:
            return {Monomial(a=Fraction(1)): Integer(1)}
        if expr.func is Add:
            return self.joined(reduce(add, (self.of(a) for a in expr.args)))
        if expr.func is Mul:
            return reduce(self.mul, (self.of(a) for a in expr.args))
        if expr.func is Pow and expr.base is not E:
            if expr.exp.is_Rational:
                return self.power(self.of(expr.base), Fraction(int(expr.exp.p), int(expr.exp.q)))
            return self.exp(self.mul(self.of(expr.exp), self.log(self.of(expr.base))))
        inner = self.of(expr.exp if expr.func is Pow else expr.args[0])
        function = exp if expr.func is Pow else expr.func
        if function in {sin, cos}:
            return self.wave(inner, function.__name__)
        if function not in METHODS:
            raise unsupported(expr)
        act: Callable[[Series], Series] = getattr(self, METHODS[function])
        return act(inner)


FUNCTIONS = {"erf": erf, "atan": atan, "sin": sin, "cos": cos}


def _binomial(r: Any, j: int) -> Any:
    return reduce(lambda total, i: total * (r - i) / (i + 1), range(j), Integer(1))


def _real_power(base: arb, exponent: Any) -> arb:
    if exponent.is_Integer:
        return integer_power(base, int(exponent))
    return (base.log() * ball(exponent)).exp()


def _odd_factorial(j: int) -> int:
    """1 * 3 * 5 * ... * (2j - 1)."""
    return reduce(lambda total, i: total * (2 * i + 1), range(j), 1)
