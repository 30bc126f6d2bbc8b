"""What the order of q and e^u tells of log q and u: facts for regions whose conditions compare with logarithms."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from symgrad.prover.signs import Signs, generators_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.prover.field import Gen
    from symgrad.prover.kernel import Exps, Poly
    from symgrad.prover.signs import Fact

POWER = 6  # a larger multiple of a logarithm is no power that is written out


class Levels(Signs):
    """A field that learns more of its logarithms and exponentials when what it knows does not settle a sign."""

    def tangents(self, p: Poly) -> None:
        """1 - 1/q <= log q <= q - 1, and log q lies on that side of u on which q lies of e^u; bounds of atan u."""
        for arc in [g for g in generators_in(self, p) if g.kind == "atan"]:
            self._once(("arc", arc.slot), self._arc_bounds, arc)
        for gen in [g for g in generators_in(self, p) if g.kind in {"erf", "exp"}]:
            self._once(("tail", gen.slot), self._erf_tail if gen.kind == "erf" else self._exp_growth, gen)
        for log in [g for g in generators_in(self, p) if g.kind == "log" and not self.k.is_const(g.base)]:
            if ("tangent", log.slot) in self.named:
                continue
            self.named["tangent", log.slot] = log
            x = self.k.gens[log.slot]
            if self.sign(log.base) != 1:
                continue
            self.learn(log.base - 1 - x, ">=", ("tangent", log.slot, 1))
            self.learn(log.base * x - log.base + 1, ">=", ("tangent", log.slot, 1))
            for exp in [g for g in generators_in(self, log.base) if g.kind == "exp"]:
                self._log_above(log, exp, self.quick_sign(log.base - self.k.gens[exp.slot]))

    def _arc_bounds(self, arc: Gen) -> None:
        """2 |atan u| < pi, |atan u| < |u|, |u| (pi - 2 |atan u|) < 2."""
        x, (top, bottom) = self.k.gens[arc.slot], arc.args[0]
        pi = self.named.get("pi")
        if pi is not None:
            self.learn(self.k.gens[pi.slot] - 2 * x, ">", ("right", arc.slot, pi.slot))
            self.learn(self.k.gens[pi.slot] + 2 * x, ">", ("right", arc.slot, pi.slot))
        s, t = self.sign(top), self.sign(bottom)
        if s and t:
            self.learn((top - x * bottom) * s, ">", ("arc", arc.slot))
        if s and t and pi is not None:
            beyond = self.k.gens[pi.slot] - 2 * s * t * x
            self.learn(2 * t * bottom - s * top * beyond, ">", ("right", arc.slot, pi.slot))

    def _exp_growth(self, gen: Gen) -> None:
        """e^|u| > 1 + |u| + u^2/2."""
        (top, bottom), s = gen.args[0], self.sign_of(gen.args[0])
        if s and self.quick_sign(bottom) == 1:
            x, square = self.k.gens[gen.slot], 2 * bottom * bottom
            series = self.reduce(square + 2 * s * bottom * top + top * top)
            self.learn(self.reduce(x * square - series if s > 0 else square - x * series), ">", ("exp3", gen.slot))

    def _erf_tail(self, gen: Gen) -> None:
        """u^2 (1 - |erf u|) < 1 and |u| (1 - |erf u|) < 1, since 1 - erf u < e^(-u^2) where u > 0 (DLMF 7.8.3)."""
        top, bottom = gen.args[0]
        s, t = self.sign(top), self.sign(bottom)
        if s and t:
            gap = 1 - s * t * self.k.gens[gen.slot]
            self.learn(self.reduce(bottom * bottom - top * top * gap), ">", ("tail", gen.slot))
            self.learn(t * bottom - s * top * gap, ">", ("tail", gen.slot))

    def _log_above(self, log: Gen, exp: Gen, s: int | None) -> None:
        top, bottom = exp.args[0]
        if s and self.quick_sign(bottom) == 1:
            x = self.k.gens[log.slot]
            self.learn((x * bottom - top) * s, ">", ("above", log.slot, exp.slot))

    def levels(self) -> None:
        """What the order of q and e^u says of log q and u, and the other way round, where premises mention them."""
        seen = {g.slot: g for f in self.facts if f.why[0] == "given" for g in generators_in(self, f.poly)}
        for log in [g for g in seen.values() if g.kind == "log" and self.sign(g.base) == 1]:
            self._once(("level", log.slot), self._log_beside_one, log)
        logs = [g for g in self.gens if g.kind == "log" and self.sign(g.base) == 1]
        for log, exp in product(logs, [g for g in self.gens if g.kind == "exp"]):
            if log.slot in seen or exp.slot in seen:
                self._once(("level", log.slot, exp.slot), self._log_beside, log, exp)
        for i, fact in enumerate(tuple(self.facts)):
            if fact.why[0] == "given" and ("powers", i) not in self.named:
                self._powers(i, fact)

    def _powers(self, i: int, fact: Fact) -> None:
        """A sum log p + log q - u is > 0 just if p q > e^u: what a premise in logarithms and exponents alone says."""
        above = below = self.k.one
        for e, c in self.k.terms(fact.poly):
            power = self._power_of(e) if abs(c) <= POWER else None
            if power is None:
                return
            above, below = (above * power**c, below) if c > 0 else (above, below * power**-c)
        self.named["powers", i] = self.gens[0]
        self.learn(self.reduce(above - below), fact.rel, ("powers", i))

    def _power_of(self, e: Exps) -> Poly | None:
        """E^u for a monomial u that is a logarithm of what is above 0, or an exponent; else None."""
        if sum(e) != 1:
            return None
        gen = self.gens[e.index(1)]
        if gen.kind == "log":
            return gen.base if self.sign(gen.base) == 1 else None
        alone = (self.k.gens[gen.slot], self.k.one)
        return next((self.k.gens[g.slot] for g in self.gens if g.kind == "exp" and g.args[0] == alone), None)

    def _once(self, name: Any, learn: Callable[..., None], *gens: Gen) -> None:
        if name not in self.named:
            self.named[name] = gens[0]
            learn(*gens)

    def _log_beside_one(self, log: Gen) -> None:
        t = self.sign(log.base - 1)
        if t:
            self.learn(self.k.gens[log.slot] * t, ">", ("log", log.slot, t))

    def _log_beside(self, log: Gen, exp: Gen) -> None:
        x, e = self.k.gens[log.slot], self.k.gens[exp.slot]
        self._log_above(log, exp, self.sign(log.base - e))
        top, bottom = exp.args[0]
        s, t = self.sign(log.base * e - 1), self.sign_of(self.sub(exp.args[0], (x, self.k.one)))
        if s and self.quick_sign(bottom) == 1:
            self.learn((x * bottom + top) * s, ">", ("beneath", log.slot, exp.slot))
        if t:
            self.learn((e - log.base) * t, ">", ("level", exp.slot, log.slot))
