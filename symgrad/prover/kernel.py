"""Exact sparse polynomials over the integers: python-flint, or SymPy's `ring` where flint is not wanted.

The prover asks a polynomial for nothing but +, -, *, ** and ==; everything else goes through these two classes,
which agree on every answer. Factors come with a positive leading coefficient in lexicographic order.
"""

from __future__ import annotations

from typing import Any, Protocol

from flint import Ordering, fmpz_mpoly_ctx
from sympy import ZZ, ring

Poly = Any
Exps = tuple[int, ...]


class Kernel(Protocol):
    """Polynomials in a fixed number of generators."""

    gens: tuple[Poly, ...]
    one: Poly
    zero: Poly

    def const(self, c: int) -> Poly: ...

    def build(self, terms: dict[Exps, int]) -> Poly: ...

    def terms(self, p: Poly) -> list[tuple[Exps, int]]: ...

    def gcd(self, p: Poly, q: Poly) -> Poly: ...

    def quotient(self, p: Poly, q: Poly) -> Poly | None: ...

    def degrees(self, p: Poly) -> Exps: ...

    def factor(self, p: Poly) -> tuple[int, list[tuple[Poly, int]]]: ...

    def lead(self, p: Poly) -> int: ...

    def is_const(self, p: Poly) -> bool: ...

    def is_zero(self, p: Poly) -> bool: ...

    def key(self, p: Poly) -> str: ...


class Flint:
    """Polynomials by python-flint's `fmpz_mpoly`."""

    def __init__(self, n: int) -> None:
        self.context = fmpz_mpoly_ctx.get(tuple(f"g{i}" for i in range(n)), Ordering.lex)
        self.gens = tuple(self.context.gens())
        self.one, self.zero = self.context.constant(1), self.context.constant(0)
        self.known: dict[int, tuple[Poly, list[tuple[Exps, int]]]] = {}  # holds the polynomial, so its id stays its own

    def const(self, c: int) -> Poly:
        """A constant polynomial."""
        return self.context.constant(c)

    def build(self, terms: dict[Exps, int]) -> Poly:
        """The polynomial with these terms."""
        return self.context.from_dict(terms)

    def terms(self, p: Poly) -> list[tuple[Exps, int]]:
        """Exponents and coefficients, leading term first; remembered, since a fact is asked for its terms often."""
        known = self.known.get(id(p))
        if known is None:
            known = self.known[id(p)] = (p, [(tuple(map(int, e)), int(c)) for e, c in p.terms()])
        return known[1]

    def gcd(self, p: Poly, q: Poly) -> Poly:
        """The greatest common divisor."""
        return p.gcd(q)

    def quotient(self, p: Poly, q: Poly) -> Poly | None:
        """P / q where q divides p, else None."""
        found, rest = divmod(p, q)
        return found if rest.is_zero() else None

    def degrees(self, p: Poly) -> Exps:
        """The degree in each generator."""
        return tuple(map(int, p.degrees()))

    def factor(self, p: Poly) -> tuple[int, list[tuple[Poly, int]]]:
        """The content with its sign, and the irreducible factors with their multiplicities."""
        try:
            content, factors = p.factor()
        except OverflowError:  # flint sorts the factors, and compares no coefficients beyond 64 bits
            return self._sympy_factors(p)
        return _positive(self, int(content), [(f, int(m)) for f, m in factors])

    def _sympy_factors(self, p: Poly) -> tuple[int, list[tuple[Poly, int]]]:
        other = SympyRing(len(self.gens))
        content, factors = other.factor(other.build(dict(self.terms(p))))
        return content, [(self.build(dict(other.terms(f))), m) for f, m in factors]

    def lead(self, p: Poly) -> int:
        """The leading coefficient."""
        return int(p.leading_coefficient())

    def is_const(self, p: Poly) -> bool:
        """Whether no generator occurs."""
        return bool(p.is_constant())

    def is_zero(self, p: Poly) -> bool:
        """Whether it is the zero polynomial."""
        return bool(p.is_zero())

    def key(self, p: Poly) -> str:
        """A text that two polynomials share exactly if they are equal."""
        return str(p)


class SympyRing:
    """Polynomials by SymPy's `ring`: about three times slower, and nothing to compile."""

    def __init__(self, n: int) -> None:
        self.ring, *gens = ring([f"g{i}" for i in range(n)], ZZ)
        self.gens = tuple(gens)
        self.one, self.zero = self.ring.one, self.ring.zero

    def const(self, c: int) -> Poly:
        """A constant polynomial."""
        return self.ring(ZZ(c))

    def build(self, terms: dict[Exps, int]) -> Poly:
        """The polynomial with these terms."""
        return self.ring.from_dict({e: ZZ(c) for e, c in terms.items()})

    def terms(self, p: Poly) -> list[tuple[Exps, int]]:
        """Exponents and coefficients, leading term first."""
        return [(tuple(e), int(c)) for e, c in p.terms()]

    def gcd(self, p: Poly, q: Poly) -> Poly:
        """The greatest common divisor."""
        return p.gcd(q)

    def quotient(self, p: Poly, q: Poly) -> Poly | None:
        """P / q where q divides p, else None."""
        found, rest = p.div(q)
        return None if rest else found

    def degrees(self, p: Poly) -> Exps:
        """The degree in each generator."""
        return tuple(max(0, d) for d in p.degrees())

    def factor(self, p: Poly) -> tuple[int, list[tuple[Poly, int]]]:
        """The content with its sign, and the irreducible factors with their multiplicities."""
        content, factors = p.factor_list()
        return _positive(self, int(content), factors)

    def lead(self, p: Poly) -> int:
        """The leading coefficient."""
        return int(p.LC)

    def is_const(self, p: Poly) -> bool:
        """Whether no generator occurs."""
        return bool(p.is_ground)

    def is_zero(self, p: Poly) -> bool:
        """Whether it is the zero polynomial."""
        return not p

    def key(self, p: Poly) -> str:
        """A text that two polynomials share exactly if they are equal."""
        return str(p)


def _positive(kernel: Kernel, content: int, factors: list[tuple[Poly, int]]) -> tuple[int, list[tuple[Poly, int]]]:
    found = []
    for f, m in factors:
        flip = kernel.lead(f) < 0
        found.append((-f if flip else f, m))
        content = -content if flip and m % 2 else content
    return content, found
