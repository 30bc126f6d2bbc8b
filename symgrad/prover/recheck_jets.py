"""Values at a point and infinitely near it: polynomials in infinitesimals, cut off at some order.

A jet is `{monomial: fraction}`. The Taylor coefficients of each function are written down once more here, so that
the checker's derivatives have nothing in common with the prover's table.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import factorial
from typing import TYPE_CHECKING, Any

from symgrad.prover.recheck_ring import Frac, RejectedError, Undefined

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from symgrad.prover.recheck_functions import Functions

Monomial = tuple[tuple[int, int], ...]  # (infinitesimal, exponent), in order
Jet = dict[Monomial, Frac]
UNIT: Monomial = ()


class Jets:
    """The arithmetic of jets whose infinitesimals end at the given orders."""

    def __init__(self, context: Functions, orders: Mapping[int, int]) -> None:
        self.context, self.orders = context, orders

    def sum(self, jets: list[Jet]) -> Jet:
        """The sum of jets."""
        found: Jet = {}
        for jet in jets:
            for m, f in jet.items():
                found[m] = self.context.add(found[m], f) if m in found else f
        return found

    def times(self, a: Jet, b: Jet) -> Jet:
        """The product, cut off at the orders."""
        found: Jet = {}
        for (m, f), (n, g) in product(a.items(), b.items()):
            e = dict(m)
            for i, k in n:
                e[i] = e.get(i, 0) + k
            if all(k <= self.orders[i] for i, k in e.items()):
                key = tuple(sorted(e.items()))
                value = self.context.mul(f, g)
                found[key] = self.context.add(found[key], value) if key in found else value
        return found

    def compose(self, series: list[Frac], eps: Jet) -> Jet:
        """The sum of series[n] * eps^n."""
        found: Jet = {UNIT: series[0]}
        power: Jet = {UNIT: self.context.one}
        for c in series[1:]:
            power = self.times(power, eps)
            found = self.sum([found, self.times(power, {UNIT: c})])
        return found

    def parted(self, jet: Jet) -> tuple[Frac, Jet, int]:
        """The finite part, the infinitesimal part, and the highest power of the latter that matters."""
        eps = {m: f for m, f in jet.items() if m != UNIT}
        return jet.get(UNIT, self.context.zero), eps, sum(self.orders.values()) if eps else 0

    def integer_power(self, jet: Jet, k: int) -> Jet:
        """jet^k."""
        if k < 0:
            jet, k = self.inverse(jet), -k
        if len(jet) <= 1 and UNIT in jet:
            return {UNIT: self.context.power(jet[UNIT], k)}
        found: Jet = {UNIT: self.context.one}
        for _ in range(k):
            found = self.times(found, jet)
        return found

    def inverse(self, jet: Jet) -> Jet:
        """1 / jet."""
        a, eps, n = self.parted(jet)
        down = self.context.inverse(a)
        series = [down]
        for _ in range(n):
            series.append(self.context.negative(self.context.mul(series[-1], down)))
        return self.compose(series, eps)

    def exp(self, jet: Jet) -> Jet:
        """The exponential of a jet."""
        a, eps, n = self.parted(jet)
        e = self.context.exp(a)
        return self.compose(
            [self.context.mul(e, self.context.number(Fraction(1, factorial(k)))) for k in range(n + 1)], eps
        )

    def log(self, jet: Jet, *, absolute: bool) -> Jet:
        """The logarithm of a jet, or of its absolute value."""
        a, eps, n = self.parted(jet)
        c = self.context
        series = [c.log_absolute(a) if absolute else c.log(a)]
        power = c.one
        for k in range(1, n + 1):
            power = c.mul(power, c.inverse(a))
            series.append(c.mul(power, c.number(Fraction((-1) ** (k - 1), k))))
        return self.compose(series, eps)

    def series(self, op: str, a: Frac, n: int) -> Iterator[Frac]:
        """Taylor coefficients of a function at a, up to the n-th."""
        c = self.context
        if op in {"sin", "cos"}:
            cosine, sine = c.turn(a)
            turns = [sine, cosine, c.negative(sine), c.negative(cosine)]
            start = 0 if op == "sin" else 1
            yield from (c.mul(turns[(start + k) % 4], c.number(Fraction(1, factorial(k)))) for k in range(n + 1))
            return
        yield self.start(op, a)
        if n == 0:
            return
        slopes = {"erf": self._erf_slopes, "atan": self._atan_slopes}.get(op)
        if slopes is not None:
            yield from (c.mul(f, c.number(Fraction(1, k + 1))) for k, f in zip(range(n), slopes(a), strict=False))
            return
        if n > 1:
            raise RejectedError(f"higher derivatives of {op} are not known to the checker")
        yield self._only_slope(op, a)

    def start(self, op: str, a: Frac) -> Frac:
        """The function itself."""
        c = self.context
        if op == "erfinv" and any(c.sign_of(c.add(c.one, f)) <= 0 for f in (c.negative(a), a)):
            raise Undefined("erfinv of something outside (-1, 1)")
        return c.odd(op, a) if op in {"erf", "atan", "erfinv"} else c.find(op, [a])

    def _erf_slopes(self, a: Frac) -> Iterator[Frac]:
        """Taylor coefficients of 2/sqrt(pi) * exp(-(a + h)^2) in h."""
        c = self.context
        front = c.mul(c.exp(c.negative(c.mul(a, a))), c.mul(c.number(2), c.root(c.find("pi", []), Fraction(-1, 2))))
        before, now, k = c.zero, c.one, 0
        while True:
            yield c.mul(front, now)
            step = c.add(c.mul(a, now), before)
            before, now, k = now, c.mul(step, c.number(Fraction(-2, k + 1))), k + 1

    def _atan_slopes(self, a: Frac) -> Iterator[Frac]:
        """Taylor coefficients of 1/(1 + (a + h)^2) in h."""
        c = self.context
        down = c.inverse(c.add(c.one, c.mul(a, a)))
        before, now = c.zero, down
        while True:
            yield now
            step = c.add(c.mul(c.mul(c.number(2), a), now), before)
            before, now = now, c.negative(c.mul(step, down))

    def _only_slope(self, op: str, a: Frac) -> Frac:
        c = self.context
        f = self.start(op, a)
        if op == "erfinv":
            return c.mul(c.mul(c.number(Fraction(1, 2)), c.root(c.find("pi", []), Fraction(1, 2))), c.exp(c.mul(f, f)))
        if op == "lambertw":
            return c.mul(c.exp(c.negative(f)), c.inverse(c.add(c.one, f)))
        raise RejectedError(f"the derivative of {op} is not known to the checker")

    def function(self, op: str, value: Any, jets: list[Jet]) -> Jet:
        """A function of one argument, or an unknown one."""
        if op == "call":
            return self.call(value, jets)
        (jet,) = jets
        if op == "exp":
            return self.exp(jet)
        if op in {"log", "logabs"}:
            return self.log(jet, absolute=op == "logabs")
        a, eps, n = self.parted(jet)
        return self.compose(list(self.series(op, a, n)), eps)

    def call(self, value: Any, jets: list[Jet]) -> Jet:
        """An unknown smooth function by its Taylor polynomial."""
        name, orders = value
        parts = [self.parted(jet) for jet in jets]
        finite = [a for a, _, _ in parts]
        highest = max(n for _, _, n in parts)
        found: list[Jet] = []
        for e in product(range(highest + 1), repeat=len(jets)):
            if sum(e) > highest or any(k and not eps for k, (_, eps, _) in zip(e, parts, strict=True)):
                continue
            term: Jet = {UNIT: self.context.one}
            for k, (_, eps, _) in zip(e, parts, strict=True):
                for _ in range(k):
                    term = self.times(term, eps)
                term = self.times(term, {UNIT: self.context.number(Fraction(1, factorial(k)))})
            if term:
                derived = [name, [a + b for a, b in zip(orders, e, strict=True)]]
                found.append(self.times(term, {UNIT: self.context.find("call", finite, derived)}))
        return self.sum(found)
