"""The checker's arithmetic in one region: fractions of polynomials in its generators."""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from math import comb
from time import thread_time
from typing import TYPE_CHECKING, Any

from sympy import ZZ, factorint, ring

if TYPE_CHECKING:
    from collections.abc import Iterator

Poly = Any
Frac = tuple[Any, Any]
SQUARE = 2
BOUND = 10**6  # the denominator of the rational bounds of constants
TRIAL = 5000
GENERATORS = 300
TERMS = 20_000
DEGREE = 5_000  # of a polynomial in a certificate, and of a power
BITS = 80_000
MANY = 200_000  # terms of a power before like ones are gathered
OPAQUE = {"erf", "atan", "erfinv", "lambertw", "gamma", "loggamma", "cos", "sin"}


class RejectedError(Exception):
    """The certificate does not prove what it says."""


class Undefined(Exception):  # noqa: N818 - a signal, not an error
    """An expression has no value at any point of the region."""


class Clock:
    """The time that is left, and how large a polynomial may grow: a forged certificate must not keep us for ever."""

    def __init__(self, seconds: float) -> None:
        self.end = thread_time() + seconds

    def tick(self, terms: int = 0) -> None:
        """Refuse what is too large, or too late."""
        if terms > TERMS:
            raise RejectedError(f"a polynomial has more than {TERMS} terms")
        if thread_time() > self.end:
            raise RejectedError("the time for the replay is over")


class Ring(ABC):
    """Fractions in the generators of one region; what is known of their signs is left to `Context`."""

    def __init__(self, data: dict[str, Any], clock: Clock) -> None:
        self.clock = clock
        self.gens = data["gens"]
        if len(self.gens) > GENERATORS:
            raise RejectedError(f"a region has more than {GENERATORS} generators")
        self.ring, *self.x, self.spare = ring([f"g{i}" for i in range(len(self.gens) + 1)], ZZ)
        self.one: Frac = (self.ring.one, self.ring.one)
        self.zero: Frac = (self.ring.zero, self.ring.one)
        self.args = [
            [(self.poly(n), self.poly(d)) for n, d in g[2:]] if g[0] in OPAQUE | {"exp", "call", "integral"} else []
            for g in self.gens
        ]
        self.base: list[Any] = [self.poly(g[1]) if g[0] in {"log", "root"} else None for g in self.gens]
        self.powers = [(self.poly(p), int(q), (self.poly(n), self.poly(d))) for p, q, n, d in data["powers"]]
        self.relations = self._relations()
        self.zeros: list[Poly] = []
        self._check_order()

    def poly(self, terms: list[list[int]]) -> Poly:
        """A polynomial from its terms."""
        found = {}
        for c, *sparse in terms:
            e = [0] * self.ring.ngens
            for slot, m in zip(sparse[::2], sparse[1::2], strict=True):
                if m <= 0 or not 0 <= slot < len(self.gens) or e[slot]:
                    raise RejectedError("a malformed term")
                e[slot] = m
            if sum(e) > DEGREE or int(c).bit_length() > BITS:
                raise RejectedError("a polynomial of too high a degree, or with too long a number")
            found[tuple(e)] = ZZ(int(c))
        self.clock.tick(len(found))
        return self.ring.from_dict(found)

    def _relations(self) -> list[tuple[int, int, Poly]]:
        found: list[tuple[int, int, Poly]] = []
        for i, g in enumerate(self.gens):
            if g[0] == "root":
                found.insert(0, (i, g[2], self.base[i]))
            elif g[0] == "sin":
                if self.gens[g[1]][0] != "cos" or self.args[g[1]] != self.args[i]:
                    raise RejectedError("a sine without its cosine")
                found.insert(0, (i, SQUARE, 1 - self.x[g[1]] ** 2))
        return found

    def _check_order(self) -> None:
        """Generators are made of earlier ones; none of them is there twice under the name of a symbol."""
        names = [g[1] for g in self.gens if g[0] == "sym"]
        if len(set(names)) != len(names):
            raise RejectedError("a symbol is a generator twice")
        moving = [g[1][2] for g in self.gens if g[0] == "integral"]
        if len(set(moving)) != len(moving):
            raise RejectedError("two integrals share one moving point")
        for i in range(len(self.gens)):
            parts = [p for f in self.args[i] for p in f] + ([self.base[i]] if self.base[i] is not None else [])
            if any(m > 0 for p in parts for m in degrees(p)[i:]):
                raise RejectedError("a generator is made of later ones")

    @abstractmethod
    def gen(self, i: int) -> Poly:
        """A generator, once it has been shown to have a value in the region."""

    @abstractmethod
    def sign(self, p: Poly) -> int:
        """The sign of p all over the region."""

    @abstractmethod
    def nonzero(self, f: Frac) -> bool:
        """Whether f is never 0 (else always)."""

    @abstractmethod
    def quick_sign(self, p: Poly) -> int | None:
        """The sign of p as far as it is seen at a glance."""

    @abstractmethod
    def quick_nonzero(self, p: Poly) -> bool:
        """Whether p is seen at a glance to be never 0."""

    # ------------------------------------------------------------------ arithmetic

    def reduce(self, p: Poly) -> Poly:
        """Powers of roots and sines replaced by their relations."""
        for i, degree, relation in self.relations:
            while p and degrees(p)[i] >= degree:
                found = self.ring.zero
                for e, c in p.terms():
                    high, low = divmod(e[i], degree)
                    found += self.ring.from_dict({(*e[:i], low, *e[i + 1 :]): c}) * relation**high
                p = found
        return p

    def normal(self, n: Poly, d: Poly) -> Frac:
        """In lowest terms, by the prover's rules, so that equal values meet in equal fractions."""
        self.clock.tick(max(len(n), len(d)))
        n, d = self.reduce(n), self.reduce(d)
        for i, degree, relation in self.relations:
            if d and degrees(d)[i] > 0:
                n, d = self._cleared(i, degree, relation, n, d)
        if self.vanishes(d):
            raise Undefined("division by zero")
        if self.vanishes(n):
            return self.zero
        common = n.gcd(d)
        n, d = n.exquo(common), d.exquo(common)
        return (-n, -d) if d.LC < 0 else (n, d)

    def vanishes(self, p: Poly) -> bool:
        """Whether p is the zero polynomial, or a combination of those that are 0 in the region."""
        return not p or (bool(self.zeros) and (not p.rem(self.zeros) or any(not p.rem(q) for q in self.zeros)))

    def cosines_of_zero(self) -> list[Poly]:
        """The cosines whose sines are 0 in the region: their squares are 1."""
        zero = [q for q in self.zeros if sum(q.degrees()) == 1]
        return [
            self.x[g[1]] for i, g in enumerate(self.gens) if g[0] == "sin" and any(not q.rem(self.x[i]) for q in zero)
        ]

    def _cleared(self, i: int, degree: int, relation: Poly, n: Poly, d: Poly) -> Frac:
        parts: dict[int, Poly] = {}
        for e, c in d.terms():
            rest = self.ring.from_dict({(*e[:i], 0, *e[i + 1 :]): c})
            parts[e[i]] = parts.get(e[i], self.ring.zero) + rest
        if len(parts) == 1:
            if self.gens[i][0] != "root" and not self.quick_nonzero(self.x[i]):
                return n, d
            factor = self.x[i] ** (degree - next(iter(parts)))
        elif degree == SQUARE and set(parts) == {0, 1}:
            norm = self.reduce(parts[0] ** 2 - parts[1] ** 2 * relation)
            if not norm or not (norm.is_ground or self.quick_nonzero(norm)):
                return n, d
            factor = parts[0] - parts[1] * self.x[i]
        else:
            return n, d
        return self.reduce(n * factor), self.reduce(d * factor)

    def equal(self, a: Frac, b: Frac) -> bool:
        """Whether two fractions are one modulo the relations; lowest terms need not be unique there."""
        return self.vanishes(self.reduce(a[0] * b[1] - b[0] * a[1]))

    def add(self, a: Frac, b: Frac) -> Frac:
        """A + b."""
        return self.normal(a[0] * b[1] + b[0] * a[1], a[1] * b[1])

    def mul(self, a: Frac, b: Frac) -> Frac:
        """A * b."""
        return self.normal(a[0] * b[0], a[1] * b[1])

    def negative(self, a: Frac) -> Frac:
        """-a."""
        return -a[0], a[1]

    def number(self, r: Fraction | int) -> Frac:
        """A rational number."""
        r = Fraction(r)
        return self.ring(ZZ(r.numerator)), self.ring(ZZ(r.denominator))

    def inverse(self, a: Frac) -> Frac:
        """1/a; a must be shown to be non-zero."""
        if not self.nonzero(a):
            raise Undefined("division by zero")
        return self.normal(a[1], a[0])

    def power(self, a: Frac, n: int) -> Frac:
        """a^n; 0^0 is 1."""
        if n == 0:
            return self.one
        if n < 0:
            a, n = self.inverse(a), -n
        for p in a:
            terms, bits = len(p), max((int(c).bit_length() for c in p.values()), default=0)
            if n * (sum(degrees(p)) + 1) > DEGREE or n * bits > BITS or (terms > 1 and comb(terms + n, n) > MANY):
                raise RejectedError(f"a power of {n} is too large")
        return self.normal(a[0] ** n, a[1] ** n)

    def value(self, f: Frac) -> Fraction | None:
        """The number that f is, if no generator occurs."""
        return Fraction(int(f[0].LC) if f[0] else 0, int(f[1].LC)) if f[0].is_ground and f[1].is_ground else None

    def factors(self, p: Poly) -> Iterator[tuple[Poly, int]]:
        """Primes and irreducible polynomials with multiplicities; the sign is left out."""
        content, factors = p.factor_list()
        n = abs(int(content))
        if n > 1:
            for prime, m in factorint(n, limit=TRIAL, use_rho=False, use_pm1=False).items():
                yield self.ring(ZZ(prime)), m
        for q, m in factors:
            yield (-q if q.LC < 0 else q), m

    def parts(self, p: Poly) -> list[Poly]:
        """Factors that show once a generator is written by its root: z - 2s + 1 is (s - 1)^2 where s^2 = z."""
        for i, m in enumerate(degrees(p)):
            if not m or i >= len(self.gens) or self.gens[i][0] != "root":
                continue
            base = self.base[i]
            for j, c in ((j, base.diff(self.x[j])) for j, n in enumerate(degrees(base)) if n == 1):
                scaled, top = self.x[i] ** self.gens[i][2] - base + c * self.x[j], degrees(p)[j]  # c times generator j
                terms = ((e, k, e[j]) for e, k in p.terms())
                rows = (
                    self.ring.from_dict({(*e[:j], 0, *e[j + 1 :]): k}) * scaled**n * c ** (top - n) for e, k, n in terms
                )
                found = list(self.factors(sum(rows, self.ring.zero))) if c.is_ground else []
                if sum(n for q, n in found if not q.is_ground) > 1:
                    return [self.reduce(q) for q, _ in found]
        return []

    def single(self, p: Poly) -> int | None:
        """The slot of the generator that p is."""
        terms = p.terms()
        if len(terms) != 1 or terms[0][1] != 1 or sum(terms[0][0]) != 1:
            return None
        found: int = terms[0][0].index(1)
        return found if found < len(self.gens) else None

    def sign_of(self, f: Frac) -> int:
        """The sign of a fraction."""
        top = self.sign(f[0])
        return top * self.sign(f[1]) if top else 0

    def maybe_sign(self, f: Frac) -> int | None:
        """The sign of a fraction; None where it is not shown."""
        try:
            return self.sign_of(f)
        except RejectedError:
            return None


def degrees(p: Poly) -> tuple[int, ...]:
    """The degree in each generator, 0 where it does not occur."""
    return tuple(max(0, d) for d in p.degrees()) if p else (0,) * p.ring.ngens
