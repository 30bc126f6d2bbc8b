"""Numbers made of roots: whether a root lies in the field of those that are there already.

x^n - p over a real field, p > 0, falls apart only where p is a q-th power in it for a prime q that divides n (S. Lang,
Algebra, VI, theorem 9.1). A field that asks this before it takes in a root has no two names for one number. The answer
is guessed from an integer relation between decimals; whoever asks has to verify it.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import product
from math import isqrt, prod
from typing import TYPE_CHECKING

from flint import arb, fmpz, fmpz_mat
from sympy import factorint

from symgrad.prover.balls import Balls, precision

if TYPE_CHECKING:
    from symgrad.prover.kernel import Exps
    from symgrad.prover.scalar import Node

DIMENSION = 24  # of a field over the rationals; larger ones are not searched
BITS = (40, 160)  # for each dimension
BOUND = 10**6  # denominators of the rational bounds of constants
TRIAL = 5000  # primes beyond this are not looked for: a large cofactor stays one "prime"


@lru_cache(maxsize=512)
def relation(roots: tuple[tuple[Node, int], ...], number: Node) -> tuple[tuple[tuple[Exps, int], ...], int] | None:
    """Integers c and d with which, to many digits, `number` is the sum of c_e * roots^e over d; else None."""
    if prod(degree for _, degree in roots) > DIMENSION:
        return None
    exponents = list(product(*(range(degree) for _, degree in roots)))
    for bits in BITS:
        found = _shortest(_values(roots, number, exponents, bits * (len(exponents) + 1)))
        *c, d = found
        if d:
            return tuple((e, -x) for e, x in zip(exponents, c, strict=True) if x), d
    return None


def _values(roots: tuple[tuple[Node, int], ...], number: Node, exponents: list[Exps], bits: int) -> list[int]:
    with precision(2 * bits):
        balls = Balls({})
        x = [balls.value(node) for node, _ in roots]
        reals = [prod((b**m for b, m in zip(x, e, strict=True)), start=arb(1)) for e in exponents]
        return [_nearest(r, bits) for r in (*reals, balls.value(number))]


def _nearest(x: arb, bits: int) -> int:
    return int((x * arb(2) ** bits).mid().floor().unique_fmpz())


def _shortest(values: list[int]) -> list[int]:
    """Small integers whose combination of the values is small."""
    n = len(values)
    rows = [[fmpz(int(i == j)) for j in range(n)] + [fmpz(v)] for i, v in enumerate(values)]
    reduced = fmpz_mat(rows).lll()
    return [int(reduced[0, j]) for j in range(n)]


@cache
def primes(n: int) -> dict[int, int]:
    """The factors of |n| found by trial division; a cofactor stays whole, which is incomplete but never unsound."""
    n = abs(n)
    if n <= 1:
        return {}
    found: dict[int, int] = {int(p): int(m) for p, m in factorint(n, limit=TRIAL, use_rho=False, use_pm1=False).items()}
    return found


def root_below(n: int, degree: int) -> int:
    """The largest integer k with k/BOUND <= n^(1/degree)."""
    scaled = n * BOUND**degree
    if degree == 2:  # noqa: PLR2004 - the square root has a quick way
        return isqrt(scaled)
    low, high = 0, 1 << (scaled.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= scaled else (low, middle - 1)
    return low
