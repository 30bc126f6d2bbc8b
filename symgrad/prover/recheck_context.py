"""The checker's arithmetic in one region: generators, facts with their sources, signs with their proofs.

Everything is verified when it is first used; a proof that leads back to itself is refused.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sympy import ZZ, factorint, ring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Poly = Any
Frac = tuple[Any, Any]
SQUARE = 2
BOUND = 10**6  # the denominator of the rational bounds of constants
TRIAL = 5000
POSITIVE = {"exp", "root", "pi"}
OPAQUE = {"erf", "atan", "erfinv", "lambertw", "gamma", "loggamma", "cos", "sin"}


class RejectedError(Exception):
    """The certificate does not prove what it says."""


class Undefined(Exception):  # noqa: N818 - a signal, not an error
    """An expression has no value at any point of the region."""


class Context:
    """Fractions in the generators of one region."""

    def __init__(self, data: dict[str, Any], premises: tuple[Any, ...]) -> None:
        self.data, self.premises = data, frozenset(premises)
        self.gens = data["gens"]
        self.ring, *self.x, self.spare = ring([f"g{i}" for i in range(len(self.gens) + 1)], ZZ)
        self.one: Frac = (self.ring.one, self.ring.one)
        self.zero: Frac = (self.ring.zero, self.ring.one)
        self.args = [
            [(self.poly(n), self.poly(d)) for n, d in g[2:]] if g[0] in OPAQUE | {"exp", "call", "integral"} else []
            for g in self.gens
        ]
        self.base = [self.poly(g[1]) if g[0] in {"log", "root"} else None for g in self.gens]
        self.signs = {_key(self.poly(p)): (s, proof) for p, s, proof in data["signs"]}
        self.facts = [(self.poly(p), rel, why) for p, rel, why in data["facts"]]
        self.done: dict[Any, Any] = {}
        self.premise_value: Callable[[int], Frac] = lambda _: self.zero  # set by Values
        self.form_sign: Callable[[int], int | None] = lambda _: None  # set by Values
        self.relations = self._relations()
        self.zeros: list[Poly] = []
        self.equations: dict[int, Poly] = {}  # the numerators of premises that say = 0
        self._check_order()

    def poly(self, terms: list[list[int]]) -> Poly:
        """A polynomial from its terms."""
        found = {}
        for c, *sparse in terms:
            e = [0] * self.ring.ngens
            for slot, m in zip(sparse[::2], sparse[1::2], strict=True):
                if m <= 0 or e[slot]:
                    raise RejectedError("a malformed term")
                e[slot] = m
            found[tuple(e)] = ZZ(int(c))
        return self.ring.from_dict(found)

    def _relations(self) -> list[tuple[int, int, Poly]]:
        found = []
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
        for i in range(len(self.gens)):
            parts = [p for f in self.args[i] for p in f] + ([self.base[i]] if self.base[i] is not None else [])
            if any(m > 0 for p in parts for m in _degrees(p)[i:]):
                raise RejectedError("a generator is made of later ones")

    # ------------------------------------------------------------------ arithmetic

    def reduce(self, p: Poly) -> Poly:
        """Powers of roots and sines replaced by their relations."""
        for i, degree, relation in self.relations:
            while p and _degrees(p)[i] >= degree:
                found = self.ring.zero
                for e, c in p.terms():
                    high, low = divmod(e[i], degree)
                    found += self.ring.from_dict({(*e[:i], low, *e[i + 1 :]): c}) * relation**high
                p = found
        return p

    def normal(self, n: Poly, d: Poly) -> Frac:
        """In lowest terms, by the prover's rules, so that equal values meet in equal fractions."""
        n, d = self.reduce(n), self.reduce(d)
        for i, degree, relation in self.relations:
            if d and _degrees(d)[i] > 0:
                n, d = self._cleared(i, degree, relation, n, d)
        if self.vanishes(d):
            raise Undefined("division by zero")
        if self.vanishes(n):
            return self.zero
        common = n.gcd(d)
        n, d = n.exquo(common), d.exquo(common)
        return (-n, -d) if d.LC < 0 else (n, d)

    def vanishes(self, p: Poly) -> bool:
        """Whether p is the zero polynomial, or a multiple of one that is 0 in the region."""
        return not p or any(not p.rem(q) for q in self.zeros)

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
        """a^n."""
        if n < 0:
            a, n = self.inverse(a), -n
        return self.normal(a[0] ** n, a[1] ** n)

    def value(self, f: Frac) -> Fraction | None:
        """The number that f is, if no generator occurs."""
        return Fraction(int(f[0].LC) if f[0] else 0, int(f[1].LC)) if f[0].is_ground and f[1].is_ground else None

    # ------------------------------------------------------------------- functions

    def exp(self, f: Frac) -> Frac:
        """exp(f), as a product of generators whose arguments sum up to f."""
        found = self.one
        for c, e, d in self.monomials(f):
            lone = e.index(1) if sum(e) == 1 and d == 1 else -1
            if 0 <= lone < len(self.gens) and self.gens[lone][0] == "log" and c.denominator <= 32 and abs(c) <= 64:  # noqa: PLR2004 - the prover's limits
                found = self.mul(found, self.absolute_power(self.base[lone], c))
                continue
            i, k = self._multiple("exp", c, e, d)
            found = self.mul(found, self.power((self.gen(i), self.ring.one), k))
        return found

    def _multiple(self, kind: str, c: Fraction, e: tuple[int, ...], d: Poly) -> tuple[int, int]:
        """The generator of the kind, and the integer k, with c*e/d = k times its argument."""
        for i, g in enumerate(self.gens):
            if g[0] == kind:
                ((u, m, q),) = self.monomials(self.args[i][0]) or [(Fraction(1), None, None)]
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

    def factors(self, p: Poly) -> Iterator[tuple[Poly, int]]:
        """Primes and irreducible polynomials with multiplicities; the sign is left out."""
        content, factors = p.factor_list()
        n = abs(int(content))
        if n > 1:
            for prime, m in factorint(n, limit=TRIAL, use_rho=False, use_pm1=False).items():
                yield self.ring(ZZ(prime)), m
        for q, m in factors:
            yield (-q if q.LC < 0 else q), m

    def _log_of(self, p: Poly) -> Frac:
        i = self.single(p)
        if i is not None and self.gens[i][0] == "exp":
            return self.args[i][0]
        if i is not None and self.gens[i][0] == "root":
            return self.mul(self.log_absolute((self.base[i], self.ring.one)), self.number(Fraction(1, self.gens[i][2])))
        for j, g in enumerate(self.gens):
            if g[0] == "log" and (self.base[j] == p or self.base[j] == -p):
                return self.gen(j), self.ring.one
        raise RejectedError("a logarithm is missing among the generators")

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

    def absolute_power(self, p: Poly, r: Fraction) -> Frac:
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
        for j, g in enumerate(self.gens):
            if g[0] == "root" and (self.base[j] == p or self.base[j] == -p) and (r * g[2]).denominator == 1:
                return self.power((self.gen(j), self.ring.one), int(r * g[2]))
        return self.exp(self.mul(self.number(r), self._log_of(p)))

    def single(self, p: Poly) -> int | None:
        """The slot of the generator that p is."""
        terms = p.terms()
        if len(terms) != 1 or terms[0][1] != 1 or sum(terms[0][0]) != 1:
            return None
        found: int = terms[0][0].index(1)
        return found if found < len(self.gens) else None

    def gen(self, i: int) -> Poly:
        """A generator, once it has been shown to have a value in the region."""
        self._once(("gen", i), lambda: self._check_gen(i))
        return self.x[i]

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
            i, k = self._multiple("cos", *term)
            j = next(j for j, g in enumerate(self.gens) if g[0] == "sin" and g[1] == i)
            c1, s1 = (self.gen(i), self.ring.one), (self.gen(j) * (1 if k > 0 else -1), self.ring.one)
            for _ in range(abs(k)):
                c, s = (
                    self.add(self.mul(c, c1), self.negative(self.mul(s, s1))),
                    self.add(self.mul(s, c1), self.mul(c, s1)),
                )
        return c, s

    # ----------------------------------------------------------------------- signs

    def _once(self, key: Any, check: Callable[[], Any]) -> Any:
        """Run a check the first time; a check that needs itself proves nothing."""
        if key in self.done:
            if self.done[key] is _RUNNING:
                raise RejectedError("a proof leads back to itself")
            return self.done[key]
        self.done[key] = _RUNNING
        try:
            self.done[key] = check()
        except BaseException:
            del self.done[key]
            raise
        return self.done[key]

    def _check_gen(self, i: int) -> bool:
        kind = self.gens[i][0]
        for _, d in self.args[i]:
            if not self.nonzero((d, self.ring.one)):
                raise RejectedError("a generator is made of something without a value")
        if kind == "log" and not self.nonzero((self.base[i], self.ring.one)):
            raise RejectedError("a generator is the logarithm of zero")
        if kind == "root" and (self.sign(self.base[i]) <= 0 or self.gens[i][2] < SQUARE):
            raise RejectedError("a generator is the root of something not positive")
        if kind == "erfinv" and any(
            self.sign_of(self.add(self.one, f)) <= 0 for f in (self.args[i][0], self.negative(self.args[i][0]))
        ):
            raise RejectedError("a generator is erfinv of something outside (-1, 1)")
        if kind in {"lambertw", "gamma", "loggamma"} and self.sign_of(self.args[i][0]) < (kind != "lambertw"):
            raise RejectedError(f"a generator is {kind} of something not positive")
        return True

    def nonzero(self, f: Frac) -> bool:
        """Whether f is never 0 (else always); refused where neither is shown."""
        p = f[0]
        if self.vanishes(p):
            return False
        if p.is_ground or self.quick_nonzero(p):
            return True
        if _key(p) in self.signs:
            return self.sign(p) != 0
        for q, _ in self.factors(p):
            if not q.is_ground and not self.quick_nonzero(q) and self.sign(q) == 0:
                return False
        return True

    def quick_nonzero(self, p: Poly) -> bool:
        """Whether coefficients, or a premise that says so, show that p is never 0."""
        return self.quick_sign(p) is not None or any(not q.rem(p) for q in self.given_nonzero())

    def given_nonzero(self) -> list[Poly]:
        """The numerators of the premises that say != 0, as far as they have values."""
        found = self.done.get("nonzero")
        if found is None:
            self.done["nonzero"] = found = []
            for node, rel in sorted(self.premises):
                if rel == "!=":
                    try:
                        found.append(self.premise_value(node)[0])
                    except (Undefined, RejectedError):
                        continue
        return [q for q in found if q]

    def sign_of(self, f: Frac) -> int:
        """The sign of a fraction."""
        top = self.sign(f[0])
        return top * self.sign(f[1]) if top else 0

    def sign(self, p: Poly) -> int:
        """The sign of p all over the region, by coefficients or by the proof that the certificate gives."""
        if self.vanishes(p):
            return 0
        if p.is_ground:
            return 1 if p.LC > 0 else -1
        s = self.quick_sign(p)
        if s is not None:
            return s
        if _key(p) not in self.signs:
            raise RejectedError("a sign is used that the certificate does not prove")
        found: int = self._once(("sign", _key(p)), lambda: self._check_sign(p))
        return found

    def _check_sign(self, p: Poly) -> int:
        s, proof = self.signs[_key(p)]
        kind = proof[0]
        if s not in {1, -1, 0}:
            raise RejectedError("a sign is neither 1, -1 nor 0")
        if kind == "*":
            self._check_product(p, s, proof)
        elif kind == "l" and s:
            self._check_sum(proof, p * s, strict=False)
        elif kind == "q" and s:
            self._check_quadratic(p, s, proof[1])
        elif kind == "0" and s == 0:
            for part, t in ((proof[1], -1), (proof[2], 1)):
                self._check_sum(part, p * t, strict=True)
        else:
            raise RejectedError("a sign has no proof")
        return int(s)

    def _check_product(self, p: Poly, s: int, proof: list[Any]) -> None:
        _, content, parts = proof
        product, found = self.ring(ZZ(int(content))), 1 if content > 0 else -1
        for terms, m, t in parts:
            q = self.poly(terms)
            if q == p or self.sign(q) != t:
                raise RejectedError("the sign of a factor is not what is said")
            product *= q**m
            found *= t**m
        if s == 0:
            if found or p.rem(product / self.ring(ZZ(int(content)))):
                raise RejectedError("a factor that is 0 is no factor")
        elif product != p or found != s:
            raise RejectedError("a product has another sign than its factors give")

    def _check_quadratic(self, p: Poly, s: int, i: int) -> None:
        parts = [self.ring.zero] * 3
        for e, c in p.terms():
            parts[e[i]] += self.ring.from_dict({(*e[:i], 0, *e[i + 1 :]): c})
        c, b, a = parts
        if self.quick_sign(a) != s or self.quick_sign(4 * a * c - b * b) != 1:
            raise RejectedError("a quadratic may have a root")

    def _check_sum(self, proof: list[Any], p: Poly, *, strict: bool) -> None:
        """The facts, multiplied and added, contradict p <= 0 (or p < 0, if strict)."""
        _, k, parts = proof
        if proof[0] != "l" or k <= 0:
            raise RejectedError("a sum of facts is malformed")
        self._contradiction(parts, -p * int(k), strict=strict)

    def require_contradiction(self, proof: list[Any]) -> None:
        """The facts alone contradict one another."""
        if proof[0] != "l" or proof[1] != 0:
            raise RejectedError("a contradiction is malformed")
        self._contradiction(proof[2], self.ring.zero, strict=False)

    def _contradiction(self, parts: list[Any], total: Poly, *, strict: bool) -> None:
        for source, c in parts:
            if c <= 0:
                raise RejectedError("a multiplier is not positive")
            fact, is_strict = self._row(source)
            total, strict = total + fact * int(c), strict or is_strict
        if not total.is_ground or total.LC > 0 or (total.LC == 0 and not strict):
            raise RejectedError("the facts do not add up to a contradiction")

    def _row(self, source: list[Any]) -> tuple[Poly, bool]:
        if source[0] == "m":
            e = [0] * self.ring.ngens
            for slot, m in zip(source[1::2], source[2::2], strict=True):
                e[slot] += m
            s = self.monomial_sign(tuple(e))
            if s is None:
                raise RejectedError("the sign of a monomial is not known")
            return self.ring.from_dict({tuple(e): ZZ(1 if s > 0 else -1)}), abs(s) == 1
        p, rel = self.fact(source[1])
        if source[0] == "-f":
            if rel != "=":
                raise RejectedError("only an equation can be negated")
            return -p, False
        return p, rel == ">"

    def quick_sign(self, p: Poly) -> int | None:
        """The sign that all terms share."""
        found, strict = 0, False
        for e, c in p.terms():
            t = self.monomial_sign(tuple(e))
            if t is None or (found and (t > 0) == (c > 0)) != (found > 0 and bool(found)):
                return None
            s = 1 if (t > 0) == (c > 0) else -1
            found, strict = s, strict or abs(t) == 1
        return found if strict else None

    def monomial_sign(self, e: tuple[int, ...]) -> int | None:
        """1 or -1, 2 or -2 where 0 is possible, None where the sign is not known."""
        s, weak = 1, False
        for i, m in enumerate(e):
            t = self.gen_sign(i) if m and i < len(self.gens) else None
            if m % 2:
                if t is None:
                    return None
                s *= 1 if t > 0 else -1
            weak = weak or (m > 0 and (t is None or abs(t) == SQUARE))
        return s * (SQUARE if weak else 1)

    def gen_sign(self, i: int) -> int | None:
        """The sign of a generator: by its kind, or by a fact that says so."""
        g = self.gens[i]
        if g[0] in POSITIVE or (g[0] == "log" and self.base[i].is_ground and self.base[i].LC > 1):
            return 1
        if ("gen sign", i) not in self.done:
            self.done["gen sign", i] = None  # while it is looked for, nothing rests on it
            self.done["gen sign", i] = self._sign_by_fact(i)
        found: int | None = self.done["gen sign", i]
        return found

    def _sign_by_fact(self, i: int) -> int | None:
        best = None
        for j, (p, rel, _) in enumerate(self.facts):
            for s in (1, -1):
                if p * s == self.x[i] and rel in {">", ">="} and best not in {1, -1}:
                    self.fact(j)
                    best = s if rel == ">" else SQUARE * s
        return best

    # ----------------------------------------------------------------------- facts

    def fact(self, j: int) -> tuple[Poly, str]:
        """A fact, once its source has been looked at."""
        p, rel, why = self.facts[j]
        self._once(("fact", j), lambda: self._check_fact(p, rel, why))
        return p, rel

    def _check_fact(self, p: Poly, rel: str, why: list[Any]) -> bool:
        if rel not in {">", ">=", "="}:
            raise RejectedError("a fact is no relation")
        if why[0] == "form":
            n, d = self.premise_value(why[1])
            s = self.form_sign(why[1])
            flip = 1 if (s or 0) > 0 else -1
            holds = s is not None and (rel == ">=" or (rel == ">" and abs(s) == 1))
            good = holds and (p == n * d * flip or p == n * self.sign(d) * flip)
        elif why[0] == "given":
            good = self._given(p, rel, why)
        else:
            good = any(p == q and rel == said for q, said in self._consequences(why))
        if not good:
            raise RejectedError(f"a fact does not follow from its source ({why[0]})")
        return True

    def _given(self, p: Poly, rel: str, why: list[Any]) -> bool:
        _, node, said = why
        if (node, said) not in self.premises:
            return False
        if said == "=" and node in self.equations:
            n, d = self.equations[node], self.ring.one
        else:
            n, d = self.premise_value(node)
        if said == "!=":
            return bool(p == -1 and self.vanishes(n))
        if said == "=" and p == -1:
            return self.nonzero((n, self.ring.one)) and bool(n)
        if said != rel:
            return False
        if rel == "=":
            return bool(p == n or p == -n)
        return p == n * d or p == n * self.sign(d)

    def _consequences(self, why: list[Any]) -> list[tuple[Poly, str]]:
        """What is known of a generator by its kind."""
        kind, i = why[0], why[1]
        x, gen = self.x[i], self.gens[i]
        if kind == "exp1" and gen[0] == "exp":
            s = self.sign_of(self.args[i][0])
            return [(s * (x - 1), ">")] if s else []
        if kind == "exp2" and gen[0] == "exp":
            n, d = self.args[i][0]
            strict = why[2] and self.sign_of((n, d)) != 0
            return [(x * d - d - n, ">" if strict else ">=")] if d.is_ground and d.LC > 0 else []
        if kind == "erf" and gen[0] == "erf":
            return [(1 - x, ">"), (1 + x, ">")]
        if kind == "odd" and gen[0] in {"erf", "atan", "erfinv", "lambertw"}:
            s = self.sign_of(self.args[i][0])
            return [(x * s, ">")] if s else []
        if kind == "pi" and gen[0] == "pi":
            return [(x * 1000 - 3141, ">"), (3142 - x * 1000, ">")]
        return self._more_consequences(kind, i, why)

    def _more_consequences(self, kind: str, i: int, why: list[Any]) -> list[tuple[Poly, str]]:
        x, gen = self.x[i], self.gens[i]
        if kind == "log" and gen[0] == "log":
            s = self.sign(self.base[i])
            t = self.sign(self.base[i] * s - 1) if s else 0
            return [(x * t, ">")] if t else []
        if kind == "root" and gen[0] == "root" and self.base[i].is_ground:
            bound, target = int(why[2]), int(self.base[i].LC) * BOUND ** gen[2]
            if bound >= 0 and bound ** gen[2] <= target:
                return [(x * BOUND - bound, ">=")]
            return [(bound - x * BOUND, ">")] if bound ** gen[2] > target and bound > 0 else []
        if kind == "beyond" and gen[0] == "root" and gen[2] == SQUARE:
            other = self.x[why[2]]
            return [(x - other, ">"), (x + other, ">")] if self.quick_sign(self.base[i] - other**2) == 1 else []
        if kind == "between" and gen[0] == "sym":
            return self._between(i)
        return []

    def _between(self, i: int) -> list[tuple[Poly, str]]:
        """The moving point of an integral lies between its ends; it occurs nowhere else."""
        for j, g in enumerate(self.gens):
            if g[0] == "integral" and g[1][2] == i and self.gens[i][1].startswith("\u222b"):
                lower, upper = self.args[j]
                s = self.sign_of(self.add(upper, self.negative(lower)))
                x = (self.x[i], self.ring.one)
                gaps = (self.add(x, self.negative(lower)), self.add(upper, self.negative(x)))
                return [(n * d * s, ">=") for n, d in gaps] if s else []
        return []


_RUNNING = object()


def _degrees(p: Poly) -> tuple[int, ...]:
    return tuple(max(0, d) for d in p.degrees()) if p else (0,) * p.ring.ngens


def _key(p: Poly) -> frozenset[tuple[tuple[int, ...], int]]:
    """Equal polynomials have equal keys; SymPy's own hash depends on how the coefficients came about."""
    return frozenset((tuple(e), int(c)) for e, c in p.terms())
