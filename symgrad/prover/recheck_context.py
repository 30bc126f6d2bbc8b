"""What the checker knows of one region: facts with their sources, signs with their proofs.

Everything is verified when it is first used; a proof that leads back to itself is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import ZZ

from symgrad.prover.recheck_facts import consequences
from symgrad.prover.recheck_functions import Functions
from symgrad.prover.recheck_numbers import no_lemma, no_point, sign_of_number
from symgrad.prover.recheck_ring import SQUARE, RejectedError, Undefined, degrees

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.prover.recheck_ring import Clock, Frac, Poly

POSITIVE, POWER = {"exp", "root", "pi"}, 6


class Context(Functions):
    """The generators of one region, with the facts and signs of the certificate."""

    def __init__(self, data: dict[str, Any], premises: tuple[Any, ...], clock: Clock) -> None:
        super().__init__(data, clock)
        self.premises = frozenset(premises)
        self.signs = {_key(self.poly(p)): (s, proof) for p, s, proof in data["signs"]}
        self.facts = [(self.poly(p), rel, why) for p, rel, why in data["facts"]]
        self.done: dict[Any, Any] = {}
        self.premise_value: Callable[[int], Frac] = lambda _: self.zero  # set by Values
        self.form_sign: Callable[[int], int | None] = lambda _: None  # set by Values
        self.instance: Callable[[int], tuple[Frac, int]] = no_lemma  # set by Lemmas
        self.equations: dict[int, Poly] = {}  # the numerators of premises that say = 0

    def gen(self, i: int) -> Poly:
        """A generator, once it has been shown to have a value in the region."""
        self._once(("gen", i), lambda: self._check_gen(i))
        return self.x[i]

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
            self.sign_of(self.add(self.one, f)) <= 0 for f in (self.negative(self.args[i][0]), self.args[i][0])
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
        return all(q.is_ground or self.quick_nonzero(q) or self._by_parts(q) for q, _ in self.factors(p))

    def _by_parts(self, p: Poly) -> bool:
        """Whether p is never 0, by the sign that is given or by its factors with roots."""
        given = _key(p) in self.signs or _key(-p) in self.signs
        parts = [] if given else self.parts(p)
        return all(self.nonzero((q, self.ring.one)) for q in parts) if parts else self.sign(p) != 0

    def quick_nonzero(self, p: Poly) -> bool:
        """Whether coefficients, or a premise that says so, show that p is never 0."""
        return self.quick_sign(p) is not None or any(not q.rem(p) for q in self.given_nonzero())

    def given_nonzero(self) -> list[Poly]:
        """The numerators of the premises that say != 0, as far as they have values; cosines where sines are 0."""
        found = self.done.get("nonzero")
        if found is None:
            self.done["nonzero"] = found = []
            for node, rel in sorted(self.premises):
                if rel == "!=":
                    try:
                        found.append(self.premise_value(node)[0])
                    except (Undefined, RejectedError):
                        continue
        return [q for q in found if q] + self.cosines_of_zero()

    def sign(self, p: Poly) -> int:
        """The sign of p all over the region, by coefficients or by the proof that the certificate gives."""
        if self.vanishes(p):
            return 0
        if p.is_ground:
            return 1 if p.LC > 0 else -1
        s = self.quick_sign(p)
        if s is not None:
            return s
        if _key(p) not in self.signs and _key(-p) in self.signs:
            return -self.sign(-p)
        if _key(p) not in self.signs and (s := sign_of_number(self, p)):
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
        elif kind in {"n", "/"} and s:
            if (sign_of_number(self, p) if kind == "n" else self._scaled(p, proof)) != s:
                raise RejectedError("a number, or a multiple by one, has another sign")
        elif kind == "q" and s:
            self._check_quadratic(p, s, proof[1])
        elif kind == "0" and s == 0:
            for part, t in ((proof[1], -1), (proof[2], 1)):
                self._check_sum(part, p * t, strict=True)
        else:
            raise RejectedError("a sign has no proof")
        return int(s)

    def _scaled(self, p: Poly, proof: list[Any]) -> int:
        """The sign of the product with a positive generator; 0 if it is not known to be positive."""
        return self.sign(p * self.x[proof[1]]) if self.gen_sign(proof[1]) == 1 else 0

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

    def require_empty_line(self) -> None:
        """Strict facts in one symbol alone, no two of whose roots have a point between them that satisfies all."""
        lines: dict[int, list[Any]] = {}
        for j, (p, rel, why) in enumerate(self.facts):
            used = [i for i, m in enumerate(degrees(p)) if m and self.gens[i][0] == "sym"]
            if rel == ">" and why[0] == "given" and len(used) == 1:
                self.fact(j)
                lines.setdefault(used[0], []).append(p)
        if not any(no_point(self, i, polys) for i, polys in lines.items()):
            raise RejectedError("a region is said to be empty and nothing shows it")

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
        if source[0] == "s":
            return self.poly(source[1]) ** 2, False
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
        if g[0] in POSITIVE:
            self.gen(i)
            return 1
        if g[0] == "log" and self.base[i].is_ground and self.base[i].LC > 1:
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
                if p * s == self.x[i] and (rel == ">" or (rel == ">=" and best is None)) and best not in {1, -1}:
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
            good = holds and (self.vanishes(p - n * d * flip) or self.vanishes(p - n * self.sign(d) * flip))
        elif why[0] == "given":
            good = self._given(p, rel, why)
        elif why[0] == "square":
            n, d = self.poly(why[1]), self.poly(why[2])
            good = bool(d) and not self.reduce(n * n - p * d * d) and self.sign_of((n, d)) ** 2 == (rel == ">")
        elif why[0] in {"times", "powers"}:
            good = self._from_another(p, rel, why)
        elif why[0] == "lemma":
            (n, d), s = self.instance(why[1])
            good = rel == ">" and (self.vanishes(p - n * d * s) or self.vanishes(p - n * self.sign(d) * s))
        elif why[0] == "conjugate":
            norm, other = self.conjugate(p, int(why[1]))
            good = rel == ">" and self.sign(norm) * self.sign(other) == 1
        else:
            if why[0] != "between":
                self.gen(why[1])
            good = any(p == q and rel == said for q, said in consequences(self, why))
        if not good:
            raise RejectedError(f"a fact does not follow from its source ({why[0]})")
        return True

    def _from_another(self, p: Poly, rel: str, why: list[Any]) -> bool:
        """Whether a fact is another one times a generator of known sign, or says the same of powers."""
        q, said = self.fact(why[1])
        if why[0] == "powers":
            return bool(rel == said and not self.reduce(p - self.exponentiated(q)))
        s = self.gen_sign(why[2]) or 0
        return bool(rel == said and abs(s) == 1 and p == q * self.x[why[2]] * s)

    def exponentiated(self, p: Poly) -> Poly:
        """Q - 1 over a common denominator, for p = log Q: a sum of logarithms and of exponents of the generators."""
        above = below = self.ring.one
        for e, c in p.terms():
            if sum(e) != 1 or abs(c) > POWER:
                raise RejectedError("powers are taken of what is no sum of logarithms")
            power = self.power_of(e.index(1)) ** abs(int(c))
            above, below = (above * power, below) if c > 0 else (above, below * power)
        return above - below

    def power_of(self, i: int) -> Poly:
        """E^u for a generator u that is the logarithm of what is above 0, or stands alone in an exponent."""
        if self.gens[i][0] == "log" and self.sign(self.base[i]) == 1:
            return self.base[i]
        exps = (j for j, g in enumerate(self.gens) if g[0] == "exp")
        found = next((j for j in exps if self.args[j][0] == (self.x[i], self.ring.one)), None)
        if found is None:
            raise RejectedError("no exponential has this exponent")
        return self.gen(found)

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
            return self._denied() or (self.nonzero((n, self.ring.one)) and bool(n))
        if said != rel:
            return False
        if rel == "=":
            return self.vanishes(p - n) or self.vanishes(p + n)
        return self.vanishes(p - n * d) or self.vanishes(p - n * self.sign(d))

    def _denied(self) -> bool:
        """Whether something that is not 0, as a premise says or a sine of 0, is 0 in the region."""
        denied = any(self.vanishes(self.premise_value(node)[0]) for node, rel in self.premises if rel == "!=")
        return denied or any(map(self.vanishes, self.cosines_of_zero()))


_RUNNING = object()


def _key(p: Poly) -> frozenset[tuple[tuple[int, ...], int]]:
    """Equal polynomials have equal keys; SymPy's own hash depends on how the coefficients came about."""
    return frozenset((tuple(e), int(c)) for e, c in p.terms())
