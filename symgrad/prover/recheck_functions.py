"""The checker's functions of fractions: exp, log, roots, sines and the rest, by the generators of a certificate."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import ZZ

from symgrad.prover.recheck_ring import SQUARE, Frac, Poly, RejectedError, Ring, Undefined, degrees

LOG_POWERS = (2, 3, 5)  # of numbers made of roots, which the prover looks for under a logarithm


class Functions(Ring):
    """Functions of the fractions of one region."""

    def exp(self, f: Frac) -> Frac:
        """The exponential of f, as a product of generators whose arguments sum up to f."""
        found = self.one
        for c, e, d in self.monomials(f):
            lone = e.index(1) if sum(e) == 1 and d == 1 else -1
            if 0 <= lone < len(self.gens) and self.gens[lone][0] == "log" and c.denominator <= 32 and abs(c) <= 64:  # noqa: PLR2004 - the prover's limits
                found = self.mul(found, self.absolute_power(self.base[lone], c))
                continue
            if 0 <= lone < len(self.gens) and self.gens[lone][0] == "lambertw" and c.denominator == 1 and abs(c) <= 64:  # noqa: PLR2004 - as above
                w = self.gen(lone), self.ring.one
                if self.sign_of(self.args[lone][0]) > 0:  # W e^W is the argument
                    found = self.mul(found, self.power(self.mul(self.args[lone][0], self.inverse(w)), int(c)))
                    continue
            i, k = self._multiple("exp", c, e, d)
            found = self.mul(found, self.power((self.gen(i), self.ring.one), k))
        return found

    def _multiple(self, kind: str, c: Fraction, e: tuple[int, ...], d: Poly) -> tuple[int, int]:
        """The generator of the kind, and the integer k, with c*e/d = k times its argument."""
        for i, g in enumerate(self.gens):
            if g[0] == kind:
                terms = self.monomials(self.args[i][0])
                if len(terms) != 1:
                    raise RejectedError("a generator has a sum for its argument")
                ((u, m, q),) = terms
                if m == e and q == d and (c / u).denominator == 1:
                    return i, int(c / u)
        raise RejectedError(f"a generator of kind {kind} is missing")

    def monomials(self, f: Frac) -> list[tuple[Fraction, tuple[int, ...], Poly]]:
        """F as a sum of coefficient * monomial / primitive polynomial."""
        found = []
        for e, c in f[0].terms():
            m = self.ring.from_dict({e: ZZ(1)})
            common = m.gcd(f[1])
            m, d = m.exquo(common), f[1].exquo(common)
            content, d = d.primitive()
            if d.LC < 0:
                content, d = -content, -d
            found.append((Fraction(int(c), int(content)), tuple(next(iter(m.terms()))[0]), d))
        return found

    def log(self, f: Frac) -> Frac:
        """Log f."""
        if self.sign_of(f) <= 0:
            raise Undefined("a logarithm of something that is not positive")
        return self.log_absolute(f)

    def log_absolute(self, f: Frac) -> Frac:
        """log|f|, by the factors of f."""
        if not self.nonzero(f):
            raise Undefined("a logarithm of zero")
        found = self.zero
        for p, s in ((f[0], 1), (f[1], -1)):
            for q, m in self.factors(p):
                found = self.add(found, self.mul(self.number(s * m), self._log_of(q)))
        return found

    def _log_of(self, p: Poly) -> Frac:
        i = self.single(p)
        if i is not None and self.gens[i][0] == "exp":
            return self.args[i][0]
        if i is not None and self.gens[i][0] == "root":
            return self.mul(self.log_absolute((self.base[i], self.ring.one)), self.number(Fraction(1, self.gens[i][2])))
        for base, q, s in sorted(self.powers, key=lambda power: power[1]):
            if q in LOG_POWERS and base in {p, -p} and not p.is_ground:
                return self.mul(self.log_absolute(self.root_power(base, q, s, Fraction(1, q))), self.number(q))
        for j, g in enumerate(self.gens):
            if g[0] == "log" and (self.base[j] == p or self.base[j] == -p):
                return self.gen(j), self.ring.one
        return self._log_by_conjugate(p)

    def _log_by_conjugate(self, p: Poly) -> Frac:
        """log|p| from the norm of p, which is not 0, and the logarithm of its conjugate."""
        for i, m in enumerate(degrees(p)):
            if m and i < len(self.gens) and self.gens[i][0] == "root" and self.gens[i][2] == SQUARE:
                norm, other = self.conjugate(p, i)
                if norm and self.quick_nonzero(norm) and self._has_log(other):
                    one = self.ring.one
                    return self.add(self.log_absolute((norm, one)), self.negative(self.log_absolute((other, one))))
        raise RejectedError("a logarithm is missing among the generators")

    def _has_log(self, p: Poly) -> bool:
        """Whether each factor of p is the base of a logarithm, or a square: the conjugate of p is not asked again."""
        bases = [self.base[j] for j, g in enumerate(self.gens) if g[0] == "log"]
        bases += [base for base, q, _ in self.powers if q in LOG_POWERS]
        return all(q.is_ground or q in bases or -q in bases for q, _ in self.factors(p))

    def conjugate(self, p: Poly, i: int) -> tuple[Poly, Poly]:
        """The norm A^2 - C^2 B of p = A + C sqrt(B), and A - C sqrt(B), for a square root among the generators."""
        if self.gens[i][0] != "root" or self.gens[i][2] != SQUARE or degrees(p)[i] != 1:
            raise RejectedError("a conjugate is taken without a square root")
        self.gen(i)
        c = p.diff(self.x[i])
        a = p - c * self.x[i]
        return self.reduce(a**2 - c**2 * self.base[i]), a - c * self.x[i]

    def root(self, f: Frac, r: Fraction) -> Frac:
        """f^r for an r that is no integer."""
        s = self.sign_of(f)
        if s < 0 or (s == 0 and r < 0):
            raise Undefined("a root of something negative")
        if s == 0:
            return self.zero
        found = self.one
        for p, t in ((f[0], 1), (f[1], -1)):
            for q, m in self.factors(p):
                found = self.mul(found, self.absolute_power(q, t * m * r))
        return found

    def absolute_power(self, p: Poly, r: Fraction) -> Frac:  # noqa: PLR0911 - a line for each kind
        """|p|^r of a prime or an irreducible polynomial."""
        if p.is_ground and len(list(self.factors(p))) != 1:
            found = self.one
            for q, m in self.factors(p):
                found = self.mul(found, self.absolute_power(q, m * r))
            return found
        if r.denominator == 1:
            s = 1 if r % 2 == 0 else self.sign(p)
            return self.power((p * s if s else p, self.ring.one), int(r))
        i = self.single(p)
        if i is not None and self.gens[i][0] == "exp":
            return self.exp(self.mul(self.args[i][0], self.number(r)))
        if i is not None and self.gens[i][0] == "root":
            return self.absolute_power(self.base[i], r / self.gens[i][2])
        for base, q, value in self.powers:
            if base in {p, -p} and r.denominator % q == 0:
                return self.root_power(base, q, value, r)
        for j, g in enumerate(self.gens):
            if g[0] == "root" and (self.base[j] == p or self.base[j] == -p) and (r * g[2]).denominator == 1:
                return self.power((self.gen(j), self.ring.one), int(r * g[2]))
        return self.exp(self.mul(self.number(r), self._log_of(p)))

    def root_power(self, p: Poly, q: int, s: Frac, r: Fraction) -> Frac:
        """|p|^r where s > 0 is said to be |p|^(1/q)."""
        if q < SQUARE or self.sign_of(s) <= 0:
            raise RejectedError("a root is said to be a number that is not positive")
        power = self.power(s, q)
        if not any(self.equal(power, (side, self.ring.one)) for side in (p, -p)):
            raise RejectedError("a root is said to be a number of which it is none")
        return self.power(s, int(r * q)) if r * q % 1 == 0 else self.root(s, r * q)

    def find(self, kind: str, args: list[Frac], value: Any = None) -> Frac:
        """The generator of a function of these arguments."""
        for i, g in enumerate(self.gens):
            if g[0] == kind and self.args[i] == args and (value is None or g[1] == value):
                return self.gen(i), self.ring.one
        raise RejectedError(f"a generator of kind {kind} is missing")

    def odd(self, kind: str, f: Frac) -> Frac:
        """erf, atan, erfinv."""
        if not f[0]:
            return self.zero
        flip = f[0].LC < 0
        arg = self.negative(f) if flip else f
        i = self.single(arg[0]) if arg[1] == 1 else None
        undone = i is not None and self.gens[i][0] == {"erf": "erfinv", "erfinv": "erf"}.get(kind)
        found = self.args[i][0] if undone and i is not None else self.find(kind, [arg])
        return self.negative(found) if flip else found

    def turn(self, f: Frac) -> tuple[Frac, Frac]:
        """Cos f and sin f."""
        c, s = self.one, self.zero
        for term in self.monomials(f):
            arc = next((i for i, m in enumerate(term[1]) if m == 1 and sum(term[1]) == 1 and term[2] == 1), -1)
            if abs(term[0]) == 1 and 0 <= arc < len(self.gens) and self.gens[arc][0] == "atan":
                u = self.mul(self.args[arc][0], self.number(term[0]))
                c1 = self.root(self.add(self.one, self.mul(u, u)), Fraction(-1, 2))
                c, s = self._turned(c, s, c1, self.mul(u, c1))
                continue
            if 0 <= arc < len(self.gens) and self.gens[arc][0] == "pi" and term[0] % Fraction(1, 2) == 0:
                quarters = int(2 * term[0]) % 4
                at = [self.one, self.zero, self.negative(self.one), self.zero]
                c, s = self._turned(c, s, at[quarters], at[quarters - 1])
                continue
            i, k = self._multiple("cos", *term)
            j = next((j for j, g in enumerate(self.gens) if g[0] == "sin" and g[1] == i), -1)
            if j < 0:
                raise RejectedError("a cosine without its sine")
            c1, s1 = (self.gen(i), self.ring.one), (self.gen(j) * (1 if k > 0 else -1), self.ring.one)
            for _ in range(abs(k)):
                c, s = self._turned(c, s, c1, s1)
        return c, s

    def _turned(self, c: Frac, s: Frac, c1: Frac, s1: Frac) -> tuple[Frac, Frac]:
        """Cosine and sine of a sum of angles."""
        cosine = self.add(self.mul(c, c1), self.negative(self.mul(s, s1)))
        return cosine, self.add(self.mul(s, c1), self.mul(c, s1))
