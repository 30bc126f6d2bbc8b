"""The generators: how exp, log and roots of a fraction become fractions again; `circular` has the other functions.

exp(f) is split by the monomials of f; log f = sum m log|p| over the irreducible factors of f, whatever their
signs; |p|^(1/n) is one generator with the relation R^n = |p|. Equal functions thereby meet in equal generators.
Nothing rests on the generators being independent: dependent ones can only hide that two sides are equal.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from math import comb
from typing import TYPE_CHECKING, Any

from symgrad.prover.balls import PRECISIONS, Balls, Undecided, Undefined, precision
from symgrad.prover.denesting import by_conjugate, denested, hidden_sign
from symgrad.prover.field import BITS, Frac, Gen, Restart, StuckError, UndefinedHere
from symgrad.prover.levels import Levels
from symgrad.prover.radicals import BOUND, primes, relation, root_below
from symgrad.prover.scalar import Node, apply, mul, num, over, power
from symgrad.prover.signs import generators_in

if TYPE_CHECKING:
    from symgrad.prover.kernel import Exps, Poly

FAR = 64  # exponents further apart than this share no generator: the degree would be too large
ROOT = 32  # the highest root that is kept algebraic
PRODUCTS = 100_000  # terms of a power before like ones are gathered
DEGREE = 4_000
SQUARE = 2
LOG_POWERS = (2, 3, 5)  # of numbers made of roots, which are looked for under a logarithm
NUMBERS = frozenset({"root", "exp", "log", "pi", "cos", "sin", "erf", "atan"})  # which the checker can enclose too
CONSTANT_BITS = 128
LARGEST = 10**400  # of a constant that is bounded by a whole number

Units = dict[Any, list[tuple[Fraction, int]]]  # per family: units, and how far they have been refined


class Extensions(Levels):
    """A field with signs that grows by a generator when a function of a fraction is not in it yet."""

    def __init__(self, kernel: Any, slots: int, units: Units) -> None:
        super().__init__(kernel, slots)
        self.units = units
        self.nested = False  # whether there is a root of a number that is itself made of roots

    def unit(self, family: Any, c: Fraction) -> Fraction:
        """A unit of which c is a small multiple; Restart where a common one has to be refined first."""
        known = self.units.setdefault(family, [])
        for u, _ in known:
            if (c / u).denominator == 1 and abs(c / u) <= FAR:
                return u
        for i, (u, refined) in enumerate(known):
            ratio = c / u
            if ratio.denominator * refined <= FAR and abs(ratio.numerator) <= FAR:
                known[i] = (u / ratio.denominator, refined * ratio.denominator)
                raise Restart("unit")
        known.append((abs(c), 1))
        return abs(c)

    def integer_power(self, f: Frac, n: int) -> Frac:
        """f^n; f must be non-zero where n < 0."""
        if n < 0:
            f, n = self.inverse(f), -n
        if n > 1:
            for p in f:
                self._require_small(p, n)
        return self.normal(f[0] ** n, f[1] ** n)

    def _require_small(self, p: Poly, n: int) -> None:
        """Refuse a power whose terms, degree or digits would keep the kernel busy for long."""
        terms = self.k.terms(p)
        digits = max((c.bit_length() for _, c in terms), default=0) * n
        degree = sum(self.k.degrees(p)) * n if terms else 0
        if (len(terms) > 1 and (n > FAR or comb(len(terms) + n - 1, n) > PRODUCTS)) or degree > DEGREE or digits > BITS:
            raise StuckError("a power of {n} is too large to expand", n=n)

    def inverse(self, f: Frac) -> Frac:
        """1/f."""
        if not self.nonzero(f):
            raise UndefinedHere("division by zero")
        return self.normal(f[1], f[0])

    # ------------------------------------------------------------------------ exp

    def exp(self, f: Frac) -> Frac:
        """The exponential of f."""
        result = self.one
        for c, e, d in self.monomials(f):
            log = self._lone_inverse(e, d)
            if log is not None and log.kind == "lambertw" and c.denominator == 1 and abs(c) <= FAR:
                w = self.mul(log.args[0], self.inverse(self.var(log)))  # W e^W is the argument, which is positive
                result = self.mul(result, self.integer_power(w, int(c)))
            elif log is not None and log.kind == "log" and c.denominator <= ROOT and abs(c) <= FAR:
                result = self.mul(result, self.absolute_power(log.base, c))
            else:
                result = self.mul(result, self._exp_term(c, e, d))
        return result

    def _lone_inverse(self, e: Exps, d: Poly) -> Gen | None:
        if sum(e) != 1 or not self.k.is_const(d):
            return None
        gen = self.gens[e.index(1)]
        return gen if gen.kind == "log" or (gen.kind == "lambertw" and gen.sign == 1) else None

    def _exp_term(self, c: Fraction, e: Exps, d: Poly) -> Frac:
        u = self.unit(("exp", self.name_of_monomial(e), self.name_of(d)), c)
        arg = (self.k.build({e: u.numerator}), d * u.denominator)
        name = ("exp", self.k.key(arg[0]), self.k.key(arg[1]))
        gen = self.named.get(name)
        if gen is None:
            gen = self.new(name, "exp", apply("exp", self._term_node(u, e, d)), args=(arg,), sign=1)
            self.exp_facts(gen)
            if self.is_number(arg):
                self._constant_facts(gen)
        return self.integer_power(self.var(gen), int(c / u))

    def _term_node(self, u: Fraction, e: Exps, d: Poly) -> Node:
        top = mul(num(u), self.monomial_node(e))
        return top if self.k.is_const(d) else over(top, self.node(d))

    def exp_facts(self, gen: Gen) -> None:
        """The sign of E - 1 is that of the argument; E >= 1 + argument, and 1/E >= 1 - argument."""
        (arg,) = gen.args
        x, s = self.k.gens[gen.slot], self.sign_of(arg)
        if s is None and self.k.is_const(arg[1]):
            s = self.sign(x - 1)
            if s:
                self.learn(arg[0] * s, ">", ("exponent", gen.slot, s))
        elif s:
            self.learn(x * s - s, ">", ("exp1", gen.slot, s))
        if self.k.is_const(arg[1]):
            self.learn(x * arg[1] - arg[1] - arg[0], ">" if s else ">=", ("exp2", gen.slot, s or 0))
            self.learn(arg[1] - x * arg[1] + x * arg[0], ">" if s else ">=", ("exp2", gen.slot, s or 0))

    def _constant_facts(self, gen: Gen) -> None:
        """Rational bounds of a number, by a ball."""
        with precision(CONSTANT_BITS):
            ball = Balls({}).value(gen.node) * BOUND
            if ball > LARGEST:  # a bound of so many digits would help nobody
                return
            low, high = (int(end.unique_fmpz()) for end in (ball.lower().floor(), ball.upper().ceil()))
        x = self.k.gens[gen.slot] * BOUND
        self.learn(x - low, ">=", ("number", gen.slot, low, 1))
        self.learn(high - x, ">=", ("number", gen.slot, high, -1))

    # ------------------------------------------------------------------ log, roots

    def log(self, f: Frac) -> Frac:
        """Log f; f must be positive."""
        if self.known(f) <= 0:
            raise UndefinedHere("a logarithm of something that is not positive")
        return self.log_absolute(f)

    def log_absolute(self, f: Frac) -> Frac:
        """log|f|; f must be non-zero."""
        if not self.nonzero(f):
            raise UndefinedHere("a logarithm of zero")
        result = self.zero
        for p, s in ((f[0], 1), (f[1], -1)):
            content, factors = self.factor(p)
            for prime, m in primes(content).items():
                result = self.add(result, self.mul(self.rational(s * m), self._log_prime(prime)))
            for q, m in factors:
                result = self.add(result, self.mul(self.rational(s * m), self._log_of(q)))
        return result

    def _log_prime(self, prime: int) -> Frac:
        name = ("log", prime)
        gen = self.named.get(name)
        if gen is None:
            gen = self.new(name, "log", apply("log", num(prime)), base=self.k.const(prime), sign=1)
            self._constant_facts(gen)
        return self.var(gen)

    def _log_of(self, p: Poly) -> Frac:
        """log|p| of an irreducible polynomial."""
        gen = self.single(p)
        if gen is not None and gen.kind == "exp":
            return gen.args[0]
        if gen is not None and gen.kind == "root":
            return self.mul(self.log_absolute((gen.base, self.k.one)), self.rational(Fraction(1, gen.degree)))
        if gen is None and self.is_algebraic(p):
            for q in LOG_POWERS:
                inner = self._within(p, q)
                if inner is not None:
                    return self.mul(self.log_absolute(inner), self.rational(q))
        inner = denested(self, p) if gen is None and not self.is_algebraic(p) else None
        if inner is not None:
            return self.mul(self.log_absolute(inner), self.rational(SQUARE))
        found = self.named.get(("log", self.k.key(p)))
        parts = by_conjugate(self, p) if found is None else None
        if parts is not None:
            norm, other = (self.log_absolute((q, self.k.one)) for q in parts)
            return self.sub(norm, other)
        return self.var(found or self._new_log(p))

    def _new_log(self, p: Poly) -> Gen:
        s = self.sign(p)
        node = self.node(p)
        shown = apply("log", node if s == 1 else mul(num(-1), node)) if s else apply("logabs", node)
        found = self.new(("log", self.k.key(p)), "log", shown, base=p)
        t = self.sign(p * s - 1) if s else None
        if t:
            self.learn(self.k.gens[found.slot] * t, ">", ("log", found.slot, t))
        return found

    def power(self, f: Frac, r: Fraction) -> Frac:
        """f^r for a rational r that is no integer; f must be >= 0, and > 0 where r < 0."""
        s = self.known(f)
        if s < 0 or (s == 0 and r < 0):
            raise UndefinedHere("a root of something negative" if s else "division by zero")
        if s == 0:
            return self.zero
        result = self.one
        for p, t in ((f[0], 1), (f[1], -1)):
            content, factors = self.factor(p)
            result = self.mul(result, self.absolute_power(self.k.const(content), t * r))
            for q, m in factors:
                result = self.mul(result, self.absolute_power(q, t * m * r))
        return result

    def absolute_power(self, p: Poly, r: Fraction) -> Frac:
        """|p|^r of an irreducible polynomial or a constant, known to be non-zero."""
        if not self.k.is_const(p):
            return self._irreducible_power(p, r)
        result = self.one
        for prime, m in primes(self.k.lead(p)).items():
            result = self.mul(result, self._irreducible_power(self.k.const(prime), r * m))
        return result

    def _irreducible_power(self, p: Poly, r: Fraction) -> Frac:
        constant = self.k.is_const(p)
        if r.denominator == 1:
            return self.integer_power((p if constant or r % 2 == 0 else self.absolute(p), self.k.one), int(r))
        gen = None if constant else self.single(p)
        if gen is not None and gen.kind == "exp":
            return self.exp(self.mul(gen.args[0], self.rational(r)))
        if gen is not None and gen.kind == "root":
            return self.absolute_power(gen.base, r / gen.degree)
        if r.denominator > ROOT or abs(r) > FAR:
            log = self._log_prime(self.k.lead(p)) if constant else self._log_of(p)
            return self.exp(self.mul(self.rational(r), log))
        u = self.unit(("root", self.name_of(p)), Fraction(1, r.denominator))
        return self.integer_power(self._root_of(p, u.denominator), int(r / u))

    def _root_of(self, p: Poly, degree: int) -> Frac:
        """|p|^(1/degree): what it is in the field of the roots so far if it lies there, else a generator."""
        gen = self.named.get(("root", self.k.key(p), degree))
        if gen is None and degree % SQUARE == 0 and not self.is_algebraic(p):
            inner = denested(self, p)
            if inner is not None:
                return inner if degree == SQUARE else self.power(inner, Fraction(SQUARE, degree))
        if gen is not None or not self.is_algebraic(p) or (self.k.is_const(p) and not self.nested):
            return self.var(gen or self._root(p, degree))
        for q in primes(degree):
            inner = self._within(p, q)
            if inner is not None:
                return inner if q == degree else self.power(inner, Fraction(q, degree))
        self.nested = self.nested or not self.k.is_const(p)
        return self.var(self._root(p, degree))

    def hidden_sign(self, p: Poly) -> int | None:
        """The sign of a square, or that of the norm and the conjugate together."""
        return None if self.is_algebraic(p) else hidden_sign(self, p)

    def is_algebraic(self, p: Poly) -> bool:
        """Whether p is a number made of roots."""
        return all(g.kind == "root" and not g.node.free and self.is_algebraic(g.base) for g in generators_in(self, p))

    def _within(self, p: Poly, q: int) -> Frac | None:
        """The positive number s of the field with s^q = |p|; None if none is found."""
        key = self.k.key(p), q
        if key not in self.powers:
            self.powers[key] = (p, q, self._guessed(p, q))
        return self.powers[key][2]

    def _guessed(self, p: Poly, q: int) -> Frac | None:
        field = [g for g in self.gens if g.kind == "root" and self.is_algebraic(self.k.gens[g.slot])]
        base = self.node(p if self.sign(p) == 1 else -p)
        found = relation(tuple((g.node, g.degree) for g in field), power(base, Fraction(1, q)))
        if found is None or self.sign(p) is None:
            return None
        terms = {}
        for e, c in found[0]:
            exponents = [0] * self.slots
            for gen, m in zip(field, e, strict=True):
                exponents[gen.slot] = m
            terms[tuple(exponents)] = c
        s = self.normal(self.k.build(terms), self.k.const(found[1]))
        difference = self.sub(self.integer_power(s, q), (p * (self.sign(p) or 0), self.k.one))
        return s if self.k.is_zero(difference[0]) and self.sign_of(s) == 1 else None

    def _root(self, p: Poly, degree: int) -> Gen:
        name = ("root", self.k.key(p), degree)
        gen = self.named.get(name)
        if gen is None:
            base = p if self.k.is_const(p) else self.absolute(p)
            node = power(self.node(base), Fraction(1, degree))
            gen = self.new(name, "root", node, base=base, degree=degree, relation=base, sign=1)
            if self.k.is_const(p):
                low = root_below(self.k.lead(p), degree)
                x = self.k.gens[gen.slot] * BOUND
                self.learn(x - low, ">=", ("root", gen.slot, low, 1))
                self.learn(low + 1 - x, ">", ("root", gen.slot, low + 1, -1))
            elif degree == SQUARE:
                self._root_facts(gen, base)
        return gen

    def _root_facts(self, gen: Gen, base: Poly) -> None:
        """sqrt(x^2 + p) > |x| where p > 0."""
        r = self.k.gens[gen.slot]
        for other in generators_in(self, base):
            x = self.k.gens[other.slot]
            if (
                other.kind == "sym"
                and self.k.degrees(base)[other.slot] == SQUARE
                and self.quick_sign(base - x * x) == 1
            ):
                self.learn(r - x, ">", ("beyond", gen.slot, other.slot))
                self.learn(r + x, ">", ("beyond", gen.slot, other.slot))

    def ball_sign(self, p: Poly) -> int | None:
        """The sign of a number, by balls; None where p is none, or they do not tell."""
        if any(g.node.free or g.kind not in NUMBERS for g in generators_in(self, p)):
            return None
        node = self.node(p)
        for bits in PRECISIONS:
            with precision(bits), suppress(Undecided, Undefined):
                ball = Balls({}).value(node)
                if not ball.contains(0):
                    return 1 if ball > 0 else -1
        return None

    def absolute(self, p: Poly) -> Poly:
        """|p|; Split where the sign of p is not known."""
        s = self.known((p, self.k.one))
        return p if s >= 0 else -p
