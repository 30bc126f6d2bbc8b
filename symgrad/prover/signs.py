"""Signs of polynomials in a region: from coefficients, facts, exact linear arithmetic and discriminants.

Each sign that is found keeps its proof, a nested tuple that the certificate prints:
("c",) all terms agree; ("*", factors) a product; ("l", k, ((fact, multiplier), ...)) k*p is a positive combination
of facts; ("n",) a number, by a ball; ("q", slot) a quadratic with no root; ("/", slot) that of its product with a
positive number; ("0", a, b) both p >= 0 and p <= 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symgrad.prover.field import Field, Frac, Gen, Split
from symgrad.prover.linear import refute
from symgrad.prover.squares import sum_of_squares

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.prover.kernel import Exps, Poly

Proof = tuple[Any, ...]
Line = tuple[dict["Exps", int], int, bool]
STRICT, WEAK = 1, 2
MULTIPLES = 24  # facts that are multiplied by a generator
ABOUT = frozenset({"exp1", "exp2", "exp3", "tangent", "tail", "arc"})  # the sources of such facts
SQUARES = 12  # squares of sums that are added to a linear system


@dataclass(frozen=True, slots=True, eq=False)
class Fact:
    """`poly` is > 0 (rel ">"), >= 0, or = 0 all over the region; `why` names its source."""

    poly: Poly
    rel: str
    why: tuple[Any, ...]


class Signs(Field):
    """A field whose generators range over a region, with what is known of signs there."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.facts: list[Fact] = []
        self.known_signs: dict[str, tuple[int, Proof, Poly]] = {}
        self.unknown_signs: dict[str, int] = {}  # how many facts there were when the sign could not be found
        self.known_nonzero: dict[str, tuple[Any, ...]] = {}

    def learn(self, poly: Poly, rel: str, why: tuple[Any, ...]) -> None:
        """Add a fact; a fact about one generator is its sign."""
        if self.k.is_const(poly):
            if not self._constant_holds(poly, rel):
                self.facts.append(Fact(poly, rel, why))
            return
        self.facts.append(Fact(poly, rel, why))
        if rel == "=":
            return
        for p, s in ((poly, 1), (-poly, -1)):
            gen = self.single(p)
            if gen is not None and (gen.sign is None or (abs(gen.sign) == WEAK and rel == ">")):
                gen.sign = s * (STRICT if rel == ">" else WEAK)

    def _constant_holds(self, poly: Poly, rel: str) -> bool:
        c = 0 if self.k.is_zero(poly) else self.k.lead(poly)
        return c == 0 if rel == "=" else c > 0 or (c == 0 and rel == ">=")

    def learn_nonzero(self, poly: Poly, why: tuple[Any, ...]) -> None:
        """Record that no point of the region makes `poly` zero, nor any of its factors."""
        for p, _ in self.factor(poly)[1]:
            self.known_nonzero[self.k.key(p)] = why

    # ------------------------------------------------------------------ questions

    def sign(self, p: Poly) -> int | None:
        """1, -1 or 0 where p is > 0, < 0 or = 0 all over the region; None where neither is known."""
        if self.k.is_zero(p):
            return 0
        if self.k.is_const(p):
            return 1 if self.k.lead(p) > 0 else -1
        key = self.k.key(p)
        found = self.known_signs.get(key)
        if found is not None:
            return found[0]
        if self.unknown_signs.get(key) == len(self.facts):
            return None
        proved = self._prove_sign(p)
        if proved is None:
            self.unknown_signs[key] = len(self.facts)
            return None
        self.known_signs[key] = (*proved, p)
        return proved[0]

    def sign_of(self, f: Frac) -> int | None:
        """The sign of a fraction."""
        top, bottom = self.sign(f[0]), self.sign(f[1])
        if top == 0:
            return 0
        return None if top is None or bottom is None else top * bottom

    def known(self, f: Frac) -> int:
        """The sign of a fraction; Split on the first factor whose sign is not known."""
        s = self.sign_of(f)
        if s is not None:
            return s
        s = 1
        for p in f:
            content, factors = self.factor(p)
            s = -s if content < 0 else s
            for q, m in factors:
                t = self.sign(q)
                if t is None and self.hidden_sign(q) is not None:
                    return self.known(f)  # by a fact that has been found
                if t is None:
                    raise Split(q)
                s *= t if m % 2 else t * t
        return s

    def nonzero(self, f: Frac) -> bool:
        """Whether f is non-zero all over the region (else it is zero all over); Split where that is not known."""
        if self.k.is_zero(f[0]):
            return False
        if self.k.is_const(f[0]) or self.quick_nonzero(f[0]):
            return True
        s = self.sign(f[0])
        if s is not None:
            return s != 0
        for q, _ in self.factor(f[0])[1]:
            if self.k.key(q) in self.known_nonzero:
                continue
            s = self.sign(q)
            if s is None and self.hidden_sign(q) is not None:
                return self.nonzero(f)
            if s is None:
                raise Split(q, nonzero=True)
            if s == 0:
                return False
        return True

    def quick_nonzero(self, p: Poly) -> bool:
        """Whether coefficients alone, or a fact about p itself, show that p is never zero in the region."""
        return self.quick_sign(p) is not None or self.k.key(p) in self.known_nonzero

    def hidden_sign(self, _p: Poly) -> int | None:
        """The sign of something with roots that is a square, or has a conjugate; a field without roots knows none."""
        return None

    def ball_sign(self, _p: Poly) -> int | None:
        """The sign of a number by balls; a field that has no numbers but the rational ones knows none."""
        return None

    # --------------------------------------------------------------------- proofs

    def _prove_sign(self, p: Poly) -> tuple[int, Proof] | None:
        s = self.quick_sign(p)
        if s is not None:
            return s, ("c",)
        s = self.ball_sign(p)
        if s is not None:
            return s, ("n",)
        content, factors = self.factor(p)
        if content == 1 and len(factors) == 1 and factors[0][1] == 1:
            return self._irreducible_sign(p)
        s, parts, unknown = (1 if content > 0 else -1), [], False
        for q, m in factors:
            t = self.sign(q)
            if t is None:
                unknown = True
                continue
            parts.append((q, m, t))
            s *= t if m % 2 else t * t
        if s == 0:
            return 0, ("*", content, tuple((q, m, t) for q, m, t in parts if t == 0))
        return None if unknown else (s, ("*", content, tuple(parts)))

    def _irreducible_sign(self, p: Poly) -> tuple[int, Proof] | None:
        lines, sources = self.system(p)
        below = self._show(lines, sources, p, -1, strict=False)  # p <= 0 is impossible
        if below:
            return 1, below
        above = self._show(lines, sources, p, 1, strict=False)
        if above:
            return -1, above
        quadratic = self._quadratic(p)
        if quadratic:
            return quadratic
        not_above = self._show(lines, sources, p, 1, strict=True)
        not_below = not_above and self._show(lines, sources, p, -1, strict=True)
        if not_above and not_below:
            return 0, ("0", not_above, not_below)
        return self._by_number(p) or self._by_squares(p)

    def _by_number(self, p: Poly) -> tuple[int, Proof] | None:
        """The sign that p has when multiplied by a positive number: z > 0 where e*z > 1."""
        for gen in [g for g in self.gens if g.sign == STRICT and not g.node.free and g.kind in {"exp", "log", "pi"}]:
            q = p * self.k.gens[gen.slot]
            wanted = set(self.line(q)[0])
            if all(wanted.isdisjoint(self.line(fact.poly)[0]) for fact in self.facts):
                continue
            lines, sources = self.system(q)
            for s in (1, -1):
                found = self._show(lines, sources, q, -s, strict=False)
                if found:
                    self.known_signs[self.k.key(q)] = (s, found, q)
                    return s, ("/", gen.slot)
        return None

    def _by_squares(self, p: Poly) -> tuple[int, Proof] | None:
        """The same with further rows: squares of sums, and tangents of the logarithms in p."""
        before = len(self.facts)
        self.tangents(p)
        self._multiples(p)
        lines, sources = self.system(p)
        monomials = {e for c, _, _ in lines for e in c} | set(self.line(p)[0])
        squares = list(_squares(monomials, (0,) * self.slots))[:SQUARES]
        if not squares and len(self.facts) == before:
            return None
        for u, v, s in squares:
            c, k = self.line(self._square(u, v, s))
            lines.append((c, k, False))
            sources.append(("s", ((u, 1), (v, s))))
        for s in (1, -1):
            found = self._show(lines, sources, p, -s, strict=False)
            if found:
                return s, found
        return None

    def _multiples(self, p: Poly) -> None:
        """What is known of exponentials and their like, times a generator of known sign, where p has such products."""
        wanted = {e for e in self.line(p)[0] if sum(e) >= WEAK}
        gens = [g for g in generators_in(self, p) if g.sign in {STRICT, -STRICT}]
        found = [(i, f, g) for i, f in enumerate(self.facts) if f.why[0] in ABOUT for g in gens]
        for i, fact, gen in found[:MULTIPLES]:
            more = fact.poly * self.k.gens[gen.slot] * (gen.sign or 0)
            if ("times", i, gen.slot) not in self.named and not wanted.isdisjoint(self.line(more)[0]):
                self.named["times", i, gen.slot] = gen
                self.learn(more, fact.rel, ("times", i, gen.slot))

    def _square(self, u: Exps, v: Exps, s: int) -> Poly:
        return (self.k.build({u: 1}) + self.k.build({v: s})) ** 2

    def tangents(self, p: Poly) -> None:
        """Further facts about the logarithms in p; a field that has none learns nothing."""

    def levels(self) -> None:
        """Further facts about logarithms beside exponentials; a field that has none learns nothing."""

    def _show(self, lines: list[Line], sources: list[Any], p: Poly, s: int, *, strict: bool) -> Proof | None:
        """The proof that s*p >= 0 (or > 0, if strict) is impossible."""
        if not lines:
            return None
        coefficients, const = self.line(p, s)
        found = refute([(coefficients, const, strict), *lines])
        if found is None or 0 not in found:
            return None
        return ("l", found[0], tuple((sources[i - 1], c) for i, c in found.items() if i))

    def line(self, p: Poly, s: int = 1) -> tuple[dict[Exps, int], int]:
        """s*p as a linear form in its monomials."""
        coefficients, const = {}, 0
        for e, c in self.k.terms(p):
            if any(e):
                coefficients[e] = s * c
            else:
                const = s * c
        return coefficients, const

    def system(self, p: Poly | None = None) -> tuple[list[Line], list[Any]]:
        """The facts, and the signs of their monomials, as far as they are connected with p; and where each is from."""
        rows: list[tuple[Line, Any]] = []
        for i, fact in enumerate(self.facts):
            c, k = self.line(fact.poly)
            rows.append(((c, k, fact.rel == ">"), i))
            if fact.rel == "=":
                rows.append(((*self.line(fact.poly, -1), False), -i - 1))
        if p is not None:
            rows = _connected(rows, set(self.line(p)[0]))
        monomials = {e for (c, _, _), _ in rows for e in c} | (set(self.line(p)[0]) if p is not None else set())
        for e in sorted(monomials):
            s = self.monomial_sign(e)
            if s is not None:
                rows.append((({e: 1 if s > 0 else -1}, 0, abs(s) == STRICT), ("m", e)))
        return [r for r, _ in rows], [source for _, source in rows]

    def contradiction(self) -> Proof | None:
        """The proof that no point satisfies the facts."""
        lines, sources = self.system()
        found = refute(lines)
        if found is None:
            before = len(self.facts)
            for fact in tuple(self.facts):
                self.tangents(fact.poly)
            self.levels()
            if len(self.facts) > before:
                lines, sources = self.system()
                found = refute(lines)
        if found is None:
            return self._against_squares()
        return ("l", 0, tuple((sources[i], c) for i, c in found.items()))

    def _against_squares(self) -> Proof | None:
        """The proof that what is said to be above 0 is the negative of a sum of squares."""
        for i, fact in enumerate(self.facts):
            if fact.rel == ">" and fact.why[0] in {"given", "powers"}:
                found = sum_of_squares({e: -c for e, c in self.k.terms(fact.poly)})
                if found:
                    k, squares = found
                    return ("l", 0, ((i, k), *((("s", poly), weight) for poly, weight in squares)))
        return None

    def monomial_sign(self, e: Exps) -> int | None:
        """1 or -1 where the monomial is > 0 or < 0, 2 or -2 where only >= 0 or <= 0 is known."""
        s, weak = 1, False
        for i, m in enumerate(e):
            if not m:
                continue
            t = self.gens[i].sign
            if m % 2:
                if t is None:
                    return None
                s = s if t > 0 else -s
            weak = weak or t is None or abs(t) == WEAK
        return s * (WEAK if weak else STRICT)

    def quick_sign(self, p: Poly) -> int | None:
        """The sign that all terms share, at least one of them strictly; None if they do not."""
        found, strict = 0, False
        for e, c in self.k.terms(p):
            t = self.monomial_sign(e)
            if t is None:
                return None
            s = 1 if (t > 0) == (c > 0) else -1
            if found and s != found:
                return None
            found, strict = s, strict or abs(t) == STRICT
        return found if strict else None

    def _quadratic(self, p: Poly) -> tuple[int, Proof] | None:
        """A x^2 + B x + C has the sign of A where 4 A C > B^2."""
        for i, degree in enumerate(self.k.degrees(p)):
            if degree != 2:  # noqa: PLR2004 - quadratic
                continue
            c, b, a = coefficients_of(self, p, i, 2)
            s = self.quick_sign(a)
            inner = 4 * a * c - b * b
            if s and not self.k.is_zero(inner) and self.quick_sign(inner) == 1:
                return s, ("q", i)
        return None


def coefficients_of(field: Field, p: Poly, slot: int, degree: int) -> tuple[Poly, ...]:
    """The coefficients of p as a polynomial in one generator, the constant one first."""
    parts: list[dict[Exps, int]] = [{} for _ in range(degree + 1)]
    for e, c in field.k.terms(p):
        parts[e[slot]][(*e[:slot], 0, *e[slot + 1 :])] = c
    return tuple(field.k.build(part) for part in parts)


def generators_in(field: Field, p: Poly) -> Iterator[Gen]:
    """The generators that occur in p."""
    return (field.gens[i] for i, m in enumerate(field.k.degrees(p)) if m > 0)


def _squares(monomials: set[Exps], unit: Exps) -> Iterator[tuple[Exps, Exps, int]]:
    """Pairs of monomials u, v with u^2, v^2 and u*v among the given ones, and the sign between them."""
    halves = [unit, *(tuple(m // 2 for m in e) for e in sorted(monomials) if not any(m % 2 for m in e))]
    for i, u in enumerate(halves):
        for v in halves[:i]:
            if tuple(a + b for a, b in zip(u, v, strict=True)) in monomials:
                yield from ((u, v, s) for s in (1, -1))


def _connected(rows: list[tuple[Line, Any]], seen: set[Exps]) -> list[tuple[Line, Any]]:
    found: list[tuple[Line, Any]] = []
    rest = rows
    while True:
        near = [r for r in rest if not seen.isdisjoint(r[0][0]) or not r[0][0]]
        if not near:
            return found
        rest = [r for r in rest if seen.isdisjoint(r[0][0]) and r[0][0]]
        found += near
        for (c, _, _), _ in near:
            seen.update(c)
