"""Tensors, random sums of products of them, and their exact values by definition."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Function, Symbol

from symgrad.indexed import Apply, Delta, Dim, Expr, Index, Power, Ref, Scalar, Size, Tensor, apply, delta, size, total

if TYPE_CHECKING:
    import random

n, m, N = Dim("n"), Dim("m"), Dim("N")
i, j, k, l = (Index(c, n) for c in "ijkl")
a, b = Index("a", m), Index("b", m)
s = Index("s", N)
p, y, z, d, g, gamma, x_hat, c = (Tensor(x, n) for x in ("p", "y", "z", "delta", "g", "gamma", "x_hat", "b"))
x = Tensor("x", m)
W, V = Tensor("W", (n, m)), Tensor("V", (m, n))
X, P, Y = Tensor("X", (N, m)), Tensor("P", (N, n)), Tensor("Y", (N, n))
A, B = Tensor("A", (n, n)), Tensor("B", (n, n))
sd, mu = Tensor("s", (), positive=True), Tensor("mu")
phi = Function("phi")
lam = Symbol("lambda", real=True)

SIZES = {n: 3, m: 2, N: 2}
VECTORS = {n: (p, y, z), m: (x, Tensor("w", m))}
SQUARE = {(n, n): (A, B), (n, m): (W,), (m, n): (V,), (m, m): (Tensor("M", (m, m)),)}
SCALARS = (mu, sd)


def random_term(rng: random.Random, free: tuple[Index, ...]) -> Expr:
    """A product of tensors over the free indices and some summed ones."""
    bound = [Index(c, rng.choice((n, m))) for c in "uvw"[: rng.randrange(4)]]
    pool = [*free, *bound]
    found = size(n) ** rng.choice((0, 0, -1)) * rng.choice((1, -1, 2, Fraction(1, 2)))
    for _ in range(rng.randrange(1, 5)):
        found = found * random_factor(rng, pool)
    return total(bound, found)


def random_factor(rng: random.Random, pool: list[Index]) -> Expr:
    """A vector, a matrix, a delta, a scalar, or a function of one of them."""
    kind = rng.randrange(6) if pool else 5
    if kind == 5:
        return rng.choice(SCALARS)() ** rng.choice((1, -1, 2))
    first, second = rng.choice(pool), rng.choice(pool)
    if kind == 4 and first.dim == second.dim:
        return delta(first, second)
    if kind >= 2:
        return rng.choice(SQUARE[first.dim, second.dim])[first, second]
    vector = rng.choice(VECTORS[first.dim])[first]
    return apply(phi, vector + rng.choice(VECTORS[first.dim])[first], order=rng.randrange(2)) if kind else vector


def exact(value: Expr, at: dict[Index, int], data: dict[Tensor, Any]) -> Fraction:
    """The value of an expression by its definition, index by index, in fractions."""
    found = Fraction(0)
    for term in value.terms:
        bound = sorted(term.bound, key=lambda q: q.token)
        for places in product(*(range(SIZES[q.dim]) for q in bound)):
            here = {**at, **dict(zip(bound, places, strict=True))}
            part = term.coefficient
            for atom, exponent in term.atoms:
                part *= exact_atom(atom, here, data) ** int(exponent)
            found += part
    return found


def exact_atom(atom: Any, at: dict[Index, int], data: dict[Tensor, Any]) -> Fraction:
    match atom:
        case Ref():
            return Fraction(data[atom.tensor][tuple(at[q] for q in atom.indices)])
        case Delta():
            return Fraction(at[atom.left] == at[atom.right])
        case Size():
            return Fraction(SIZES[atom.dim])
        case Scalar():
            return Fraction(7, 3)
        case Power():
            return exact(atom.base, at, data)
        case Apply():
            return stand_in(exact(atom.arg, at, data), atom.order)
        case _:
            raise AssertionError(atom)


def stand_in(value: Any, order: int) -> Any:
    """A function for phi, and others for its derivatives: any will do."""
    return value * value + order * value + 1


def random_data(rng: random.Random) -> dict[Tensor, Any]:
    """Fractions for every tensor, none of them 0."""
    tensors = {q for group_ in (*VECTORS.values(), *SQUARE.values(), SCALARS) for q in group_}
    return {
        q: np.array(
            [Fraction(rng.choice((-1, 1)) * rng.randrange(1, 9), rng.randrange(1, 5)) for _ in range(count(q))],
            dtype=object,
        ).reshape([SIZES[d] for d in q.dims])
        for q in tensors
    }


def count(tensor: Tensor) -> int:
    return prod(SIZES[d] for d in tensor.dims)
