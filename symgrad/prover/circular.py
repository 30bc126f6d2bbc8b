"""The generators, continued: pi, cosines and sines, and functions of which less is known, as erf or an unknown one."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symgrad.prover.extensions import Extensions
from symgrad.prover.field import Frac, Gen, StuckError
from symgrad.prover.scalar import PI, Node, apply, call

if TYPE_CHECKING:
    from symgrad.prover.kernel import Exps, Poly

TURNS = 16  # multiples of an angle that are expanded
QUARTERS = ((1, 0), (0, 1), (-1, 0), (0, -1))  # of a turn: cosine and sine


class Circular(Extensions):
    """A field that grows by circular and opaque functions, too."""

    def pi(self) -> Frac:
        """The number pi, with rational bounds."""
        gen = self.named.get("pi")
        if gen is None:
            gen = self.new("pi", "pi", PI, sign=1)
            x = self.k.gens[gen.slot]
            self.learn(x * 1000 - 3141, ">", ("pi", gen.slot, 1))
            self.learn(3142 - x * 1000, ">", ("pi", gen.slot, -1))
        return self.var(gen)

    def odd(self, kind: str, f: Frac) -> Frac:
        """erf, atan or erfinv of f, by the sign of its leading coefficient; erf and erfinv undo one another."""
        if self.k.is_zero(f[0]):
            return self.zero
        s = -1 if self.k.lead(f[0]) < 0 else 1
        arg = self.neg(f) if s < 0 else f
        inverse = {"erf": "erfinv", "erfinv": "erf"}.get(kind)
        inner = self.single(arg[0]) if arg[1] == 1 else None
        undone = inner is not None and inner.kind == inverse
        found = inner.args[0] if inner is not None and undone else self.var(self._odd(kind, arg))
        return self.neg(found) if s < 0 else found

    def _odd(self, kind: str, arg: Frac) -> Gen:
        name = (kind, self.k.key(arg[0]), self.k.key(arg[1]))
        gen = self.named.get(name)
        if gen is None:
            gen = self.new(name, kind, apply(kind, self.fraction_node(arg)), args=(arg,))
            x, t = self.k.gens[gen.slot], self.sign_of(arg)
            if kind == "erf":
                self.learn(1 - x, ">", ("erf", gen.slot, 1))
                self.learn(1 + x, ">", ("erf", gen.slot, -1))
            if t:
                self.learn(x * t, ">", ("odd", gen.slot, t))
        return gen

    def opaque(self, kind: str, node: Node, args: tuple[Frac, ...], extra: Any = None) -> Frac:
        """A function about which only this is known: equal arguments, equal values."""
        name = (kind, extra, tuple((self.k.key(a), self.k.key(b)) for a, b in args))
        gen = self.named.get(name)
        if gen is None:
            gen = self.new(name, kind, node, args=args, extra=extra)
        return self.var(gen)

    def call(self, value: tuple[str, tuple[int, ...]], args: tuple[Frac, ...]) -> Frac:
        """An unknown smooth function, or one of its derivatives."""
        node = call(value[0], tuple(self.fraction_node(a) for a in args), value[1])
        return self.opaque("call", node, args, value)

    def cosine_and_sine(self, f: Frac) -> tuple[Frac, Frac]:
        """Cos f and sin f, by the addition theorems over the terms of f."""
        c, s = self.one, self.zero
        for term in self.monomials(f):
            c1, s1 = self._turn(*term)
            c, s = self.sub(self.mul(c, c1), self.mul(s, s1)), self.add(self.mul(s, c1), self.mul(c, s1))
        return c, s

    def _turn(self, coefficient: Fraction, e: Exps, d: Poly) -> tuple[Frac, Frac]:
        arc = self.gens[e.index(1)] if sum(e) == 1 and self.k.is_const(d) else None
        if arc is not None and arc.kind == "atan" and coefficient in {1, -1}:
            slope = self.mul(arc.args[0], self.rational(coefficient))
            down = self.power(self.add(self.one, self.mul(slope, slope)), Fraction(-1, 2))
            return down, self.mul(slope, down)
        if arc is not None and arc.kind == "pi" and (2 * coefficient).denominator == 1:
            across, up = QUARTERS[int(2 * coefficient) % 4]
            return self.rational(across), self.rational(up)
        u = self.unit(("angle", self.name_of_monomial(e), self.name_of(d)), coefficient)
        times = int(coefficient / u)
        if abs(times) > TURNS:
            raise StuckError("a multiple of an angle is too large to expand")
        arg = (self.k.build({e: u.numerator}), d * u.denominator)
        name = (self.k.key(arg[0]), self.k.key(arg[1]))
        if ("cos", name) not in self.named:
            node = self._term_node(u, e, d)
            cosine = self.new(("cos", name), "cos", apply("cos", node), args=(arg,))
            x = self.k.gens[cosine.slot]
            sine = apply("sin", node)
            more = {"args": (arg,), "degree": 2, "relation": self.k.one - x * x, "twin": cosine.slot}
            for gen in (cosine, self.new(("sin", name), "sin", sine, **more)):
                self.learn(1 - self.k.gens[gen.slot], ">=", ("turn", gen.slot))
                self.learn(1 + self.k.gens[gen.slot], ">=", ("turn", gen.slot))
        c1, s1 = self.var(self.named["cos", name]), self.var(self.named["sin", name])
        c, s = self.one, self.zero
        for _ in range(abs(times)):
            c, s = self.sub(self.mul(c, c1), self.mul(s, s1)), self.add(self.mul(s, c1), self.mul(c, s1))
        return c, self.neg(s) if times < 0 else s
