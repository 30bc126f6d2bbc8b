"""The field in which normal forms live: fractions of integer polynomials in generators, modulo their relations."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING, Any

from symgrad.prover.kernel import Exps, Kernel, Poly
from symgrad.prover.scalar import ONE, Node, add, mul, num, over, power
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.words import Message

Frac = tuple[Poly, Poly]  # numerator and denominator; the denominator is non-zero all over the region
TERMS = 1500  # polynomials beyond this are not worked on: C calls can't be interrupted
FACTOR_TERMS = 300
FACTOR_DEGREE = 200
BITS = 40_000


class Restart(Exception):  # noqa: N818 - a signal, not an error
    """The tower must be built again: a unit was refined, or more slots are needed."""


class Told(Exception):  # noqa: N818 - a signal, not an error
    """A region that is not settled, and why."""

    def __init__(self, what: str, /, **values: Any) -> None:
        super().__init__(message(what, **values))

    @property
    def told(self) -> Message:
        """The reason, in no language yet."""
        found: Message = self.args[0]
        return found


class UndefinedHere(Told):
    """The expression has no value at any point of the region; `tower` is where that was found."""

    tower: Any = None


class StuckError(Told):
    """The region can't be settled."""


class Split(Told):
    """The sign of a polynomial matters and is not known: the region must be split. `nonzero`: only whether it is 0."""

    def __init__(self, poly: Poly, *, nonzero: bool = False) -> None:
        super().__init__("the region must be split")
        self.poly, self.nonzero = poly, nonzero


@dataclass(slots=True, eq=False)
class Gen:
    """A generator of the field: a symbol, or a function of what the earlier generators make.

    `kind`: sym, pi, exp, log (of |base|), root (|base|^(1/degree)), cos, sin, or an opaque function's name.
    `sign`: 1 or -1 where known, 2 or -2 for >= 0 or <= 0. `relation`: gen^degree equals it.
    """

    slot: int
    kind: str
    node: Node
    args: tuple[Frac, ...] = ()
    base: Poly = None
    degree: int = 0
    relation: Poly = None
    sign: int | None = None
    twin: int = -1  # the cosine's slot, of a sine
    extra: Any = None  # orders of a call, the node of an integral


class Field:
    """Generators and the arithmetic of fractions in them."""

    def __init__(self, kernel: Callable[[int], Kernel], slots: int) -> None:
        self.k = kernel(slots)
        self.slots = slots
        self.gens: list[Gen] = []
        self.named: dict[Any, Gen] = {}
        self.related: list[Gen] = []  # those with a relation, the latest first
        self.zeros: list[Poly] = []  # polynomials that are 0 all over the region
        self.powers: dict[Any, tuple[Poly, int, Frac | None]] = {}  # p and q, and s with s^q = |p|
        self.factored: dict[str, tuple[int, list[tuple[Poly, int]]]] = {}
        self.zero: Frac = (self.k.zero, self.k.one)
        self.one: Frac = (self.k.one, self.k.one)

    def new(self, name: Any, kind: str, node: Node, **more: Any) -> Gen:
        """A further generator; Restart when the slots have run out."""
        if len(self.gens) >= self.slots:
            raise Restart("slots")
        gen = Gen(len(self.gens), kind, node, **more)
        self.gens.append(gen)
        self.named[name] = gen
        if gen.relation is not None:
            self.related.insert(0, gen)
        return gen

    def quick_nonzero(self, _p: Poly) -> bool:
        """Whether p is cheaply seen to be non-zero all over the region."""
        return False

    # ------------------------------------------------------------------ fractions

    def rational(self, r: Fraction | int) -> Frac:
        """A number."""
        r = Fraction(r)
        return self.k.const(r.numerator), self.k.const(r.denominator)

    def var(self, gen: Gen) -> Frac:
        """A generator."""
        return self.k.gens[gen.slot], self.k.one

    def add(self, a: Frac, b: Frac) -> Frac:
        """A + b."""
        if a[1] == b[1]:
            return self.normal(a[0] + b[0], a[1])
        return self.normal(a[0] * b[1] + b[0] * a[1], a[1] * b[1])

    def neg(self, a: Frac) -> Frac:
        """-a."""
        return -a[0], a[1]

    def sub(self, a: Frac, b: Frac) -> Frac:
        """A - b."""
        return self.add(a, self.neg(b))

    def mul(self, a: Frac, b: Frac) -> Frac:
        """A * b."""
        return self.normal(a[0] * b[0], a[1] * b[1])

    def reduce(self, p: Poly) -> Poly:
        """Powers of algebraic generators replaced by their relations."""
        for gen in self.related:
            while self.k.degrees(p)[gen.slot] >= gen.degree:
                parts: dict[int, dict[Exps, int]] = {}
                for e, c in self.k.terms(p):
                    high, low = divmod(e[gen.slot], gen.degree)
                    parts.setdefault(high, {})[_with(e, gen.slot, low)] = c
                p = self.k.zero
                for high, part in parts.items():
                    p = p + self.k.build(part) * gen.relation**high
        return p

    def normal(self, n: Poly, d: Poly) -> Frac:
        """In lowest terms, reduced, no root left in the denominator where one can be cleared, its lead positive."""
        k = self.k
        if len(n) > TERMS or len(d) > TERMS:
            raise StuckError("a polynomial in the proof grew too large")
        if self.related:
            n, d = self.reduce(n), self.reduce(d)
            for gen in self.related:
                if k.degrees(d)[gen.slot] > 0:
                    n, d = self._clear(gen, n, d)
        if self._vanishes(d):
            raise UndefinedHere("division by zero")
        if self._vanishes(n):
            return self.zero
        common = k.gcd(n, d)
        if common != 1:
            n, d = k.quotient(n, common), k.quotient(d, common)
        return (-n, -d) if k.lead(d) < 0 else (n, d)

    def _vanishes(self, p: Poly) -> bool:
        return self.k.is_zero(p) or any(self.k.quotient(p, q) is not None for q in self.zeros)

    def _clear(self, gen: Gen, n: Poly, d: Poly) -> Frac:
        """n/d with the root `gen` cleared from d, by a factor that is surely non-zero; else as they were."""
        parts: dict[int, dict[Exps, int]] = {}
        for e, c in self.k.terms(d):
            parts.setdefault(e[gen.slot], {})[_with(e, gen.slot, 0)] = c
        x = self.k.gens[gen.slot]
        if len(parts) == 1:
            (power_,) = parts
            if gen.sign != 1 and not self.quick_nonzero(x):
                return n, d
            factor = x ** (gen.degree - power_)
        elif gen.degree == 2 and set(parts) == {0, 1}:  # noqa: PLR2004 - a + b*sqrt(c) has a conjugate
            a, b = self.k.build(parts[0]), self.k.build(parts[1])
            norm = self.reduce(a * a - b * b * gen.relation)
            if self.k.is_zero(norm) or not (self.k.is_const(norm) or self.quick_nonzero(norm)):
                return n, d
            factor = a - b * x
        else:
            return n, d
        return self.reduce(n * factor), self.reduce(d * factor)

    def is_number(self, f: Frac) -> bool:
        """Whether no generator occurs in f."""
        return self.k.is_const(f[0]) and self.k.is_const(f[1])

    def number(self, f: Frac) -> Fraction:
        """The value of a fraction without generators."""
        top = 0 if self.k.is_zero(f[0]) else self.k.lead(f[0])
        return Fraction(top, self.k.lead(f[1]))

    # ------------------------------------------------------------- looking inside

    def factor(self, p: Poly) -> tuple[int, list[tuple[Poly, int]]]:
        """Content and irreducible factors; sizes that might never return are refused."""
        key = self.k.key(p)
        found = self.factored.get(key)
        if found is None:
            found = self.factored[key] = self._factor(p)
        return found

    def _factor(self, p: Poly) -> tuple[int, list[tuple[Poly, int]]]:
        terms = self.k.terms(p)
        if len(terms) > FACTOR_TERMS or sum(self.k.degrees(p)) > FACTOR_DEGREE:
            raise StuckError("a polynomial in the proof is too large to factor")
        if max(c.bit_length() for _, c in terms) > BITS:
            raise StuckError("a number in the proof has too many digits")
        if len(terms) == 1:  # the commonest case, and the dearest for the kernels
            ((e, c),) = terms
            return c, [(self.k.gens[i], m) for i, m in enumerate(e) if m]
        return self.k.factor(p)

    def single(self, p: Poly) -> Gen | None:
        """The generator that p is, if it is one."""
        if len(p) != 1:
            return None
        terms = self.k.terms(p)
        if terms[0][1] != 1 or sum(terms[0][0]) != 1:
            return None
        return self.gens[terms[0][0].index(1)]

    def monomials(self, f: Frac) -> list[tuple[Fraction, Exps, Poly]]:
        """F as a sum of coefficient * monomial / primitive polynomial."""
        n, d = f
        if self.k.is_const(d):
            lead = self.k.lead(d)
            return [(Fraction(c, lead), e, self.k.one) for e, c in self.k.terms(n)]
        found = []
        for e, c in self.k.terms(n):
            m = self.k.build({e: 1})
            common = self.k.gcd(m, d)
            top, bottom = self.k.quotient(m, common), self.k.quotient(d, common)
            content = gcd(*(v for _, v in self.k.terms(bottom)))
            content = -content if self.k.lead(bottom) < 0 else content
            bottom = self.k.quotient(bottom, self.k.const(content))
            found.append((Fraction(c, content), self.k.terms(top)[0][0], bottom))
        return found

    def name_of(self, p: Poly) -> Any:
        """A name of the polynomial that outlives a restart, when slots are dealt out anew."""
        return frozenset((self.name_of_monomial(e), c) for e, c in self.k.terms(p))

    def name_of_monomial(self, e: Exps) -> Any:
        """The same for a monomial."""
        return frozenset((self.gens[i].node, m) for i, m in enumerate(e) if m)

    def monomial_node(self, e: Exps) -> Node:
        """The monomial as an expression."""
        return mul(*(power(self.gens[i].node, m) for i, m in enumerate(e) if m))

    def node(self, p: Poly) -> Node:
        """The polynomial as an expression."""
        return add(*(mul(num(c), self.monomial_node(e)) for e, c in self.k.terms(p)))

    def fraction_node(self, f: Frac) -> Node:
        """The fraction as an expression."""
        top = self.node(f[0])
        return top if f[1] == 1 else over(top, self.node(f[1])) if f[0] != 1 else over(ONE, self.node(f[1]))


def _with(e: Exps, slot: int, value: int) -> Exps:
    return (*e[:slot], value, *e[slot + 1 :])
