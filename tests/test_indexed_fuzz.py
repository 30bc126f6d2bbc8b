"""The canonical form and every rewriting, held against plain evaluation at random sizes and entries."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import pytest
import sympy as sp

from symgrad.indexed import (
    Dim,
    Evaluation,
    Expr,
    Index,
    Tensor,
    apply,
    carry_out,
    contract,
    delta,
    expr,
    greatest,
    group,
    normal,
    partial,
    size,
    total,
    unfold,
    where,
)
from symgrad.indexed.jets import NoValueError
from symgrad.prover.indexed.reals import Balls
from symgrad.prover.indexed.residues import P, Q, Residues

n, m = Dim("n"), Dim("m")
A, B = Tensor("A", (n, n)), Tensor("B", (n, m))
x, v, w = Tensor("x", n), Tensor("v", n), Tensor("w", m)
u = Index("u", n)
INPUTS = (A, B, x, v, w)
U = Tensor("U", n, body=((u,), x[u] * v[u] + 1))
N = tuple(Index(c, n) for c in "ijk")
M = tuple(Index(c, m) for c in "rs")
φ = sp.Function("phi")


def random_atom(rng: Random, ns: list[Index], ms: list[Index], depth: int) -> Expr:
    """A factor in some of these indices."""
    i, j, r = rng.choice(ns), rng.choice(ns), rng.choice(ms)
    plain = [lambda: A[i, j], lambda: B[i, r], lambda: x[i], lambda: v[j], lambda: w[r], lambda: delta(i, j)]
    plain += [lambda: delta(i, j) * x[i], lambda: size(n), lambda: where(i, "<=", j), lambda: w[2 * i + r - 1]]
    plain += [lambda: U[i + r - 1], lambda: where(i - r, ">="), lambda: where(2 * i - 1, "==", j)]
    if depth:
        inner = random_expr(rng, ns, ms, depth - 1)
        plain += [lambda: apply(φ, inner), lambda: apply(sp.exp, inner), lambda: group(inner + 1) ** 2]
        plain += [lambda: group(inner + x[i] ** 2 + 3) ** -1, lambda: greatest(j, inner * x[j])]
        plain += [lambda: apply(sp.exp, x[i]) * (apply(sp.exp, inner) + 1) ** Fraction(-1, 2)]
    return rng.choice(plain)()


def random_expr(rng: Random, ns: list[Index], ms: list[Index], depth: int = 1) -> Expr:
    """A sum of one or two sums of products, with new bound indices."""
    found = Expr()
    for _ in range(rng.choice((1, 1, 2))):
        more_n = [Index(c, n) for c in "abc"[: rng.choice((0, 1, 2))]]
        more_m = [Index(c, m) for c in "de"[: rng.choice((0, 1))]]
        part = expr(Fraction(rng.choice((-2, -1, 1, 3)), rng.choice((1, 2))))
        for _ in range(rng.choice((1, 2, 3))):
            part = part * random_atom(rng, ns + more_n, ms + more_m, depth)
        found = found + total([*more_n, *more_m], part)
    return found


def residues(rng: Random, sizes: dict[Dim, int]) -> Evaluation:
    """An evaluation at random residues."""
    arithmetic = Residues(rng)
    entries: dict[Any, Any] = {
        t: {k: (rng.randrange(P), rng.randrange(Q)) for k in product(*(range(sizes[d]) for d in t.dims))}
        for t in INPUTS
    }
    return Evaluation(arithmetic, sizes, entries, {})


def balls(rng: Random, sizes: dict[Dim, int]) -> Evaluation:
    """An evaluation at random small fractions, in balls."""
    arithmetic = Balls()
    entries: dict[Any, Any] = {
        t: {k: arithmetic.number(Fraction(rng.randint(-9, 9), 13)) for k in product(*(range(sizes[d]) for d in t.dims))}
        for t in INPUTS
    }
    return Evaluation(arithmetic, sizes, entries, {})


def same(one: Expr, other: Expr, seed: int) -> bool | None:
    """Whether two expressions have overlapping values at random points; None where neither could be had."""
    answers = []
    for number in range(4):
        rng = Random(1000 * seed + number)  # noqa: S311 - reproducible
        sizes = {n: rng.choice((1, 2, 3)), m: rng.choice((1, 2))}
        at = {i: rng.randrange(sizes[i.dim]) for i in (*N, *M)}
        evaluation = balls(rng, sizes)
        try:
            answers.append(bool(evaluation.value(one, at).overlaps(evaluation.value(other, at))))
        except (NoValueError, ZeroDivisionError):
            continue
    return all(answers) if answers else None


REWRITINGS = {"normal": normal, "contract": contract, "unfold": unfold}


@pytest.mark.parametrize("name", REWRITINGS)
def test_a_rewriting_keeps_the_value(name: str) -> None:
    decided = 0
    for seed in range(220):
        value = random_expr(Random(seed), list(N), list(M))  # noqa: S311 - reproducible
        answer = same(value, REWRITINGS[name](value), seed)
        decided += answer is not None

        assert answer is not False, (seed, value, REWRITINGS[name](value))
    assert decided > 180


def test_a_derivative_carried_out_has_the_value_of_the_jets() -> None:
    decided = 0
    for seed in range(150):
        rng = Random(seed)  # noqa: S311 - reproducible
        value = random_expr(rng, list(N), list(M))
        by = rng.choice((x[N[0]], A[N[1], N[2]], w[M[0]], B[N[0], M[1]], x[N[1]]))
        left = partial(value, by)
        answer = same(left, normal(carry_out(left)), seed)
        decided += answer is not None

        assert answer is not False, (seed, left, carry_out(left))
    assert decided > 110


def relabelled(rng: Random, factors: list[tuple[Tensor, tuple[int, ...]]], count: int) -> Expr:
    """A product of entries summed over `count` indices, these newly made and everything in another order."""
    letters = [Index(rng.choice("abcdefg"), n) for _ in range(count)]
    order = list(factors)
    rng.shuffle(order)
    found = expr(1)
    for tensor, places in order:
        found = found * tensor[tuple(letters[p] for p in places)]
    rng.shuffle(letters)
    return total(letters, found)


def random_factors(rng: Random) -> tuple[list[tuple[Tensor, tuple[int, ...]]], int]:
    """Up to seven dummies in up to eight factors."""
    count = rng.randint(2, 7)
    tensors = [rng.choice((A, A, A, x, v)) for _ in range(rng.randint(2, 8))]
    return [(t, tuple(rng.randrange(count) for _ in t.dims)) for t in tensors], count


def test_the_key_does_not_depend_on_what_dummies_are_called() -> None:
    for seed in range(300):
        rng = Random(seed)  # noqa: S311 - reproducible
        factors, count = random_factors(rng)

        assert relabelled(rng, factors, count) == relabelled(rng, factors, count), factors


def test_keys_are_equal_exactly_where_values_are() -> None:
    equal = 0
    for seed in range(150):
        rng = Random(seed)  # noqa: S311 - reproducible
        factors, count = random_factors(rng)
        changed = list(factors)
        spot = rng.randrange(len(changed))
        tensor, places = changed[spot]
        changed[spot] = (tensor, tuple(rng.randrange(count) for _ in places))
        one, other = relabelled(rng, factors, count), relabelled(rng, changed, count)
        sizes = {n: 3, m: 1}
        evaluation = residues(rng, sizes)
        values = evaluation.value(one)[0], evaluation.value(other)[0]
        equal += one == other

        assert (one == other) == (values[0] == values[1]), (seed, one, other)
    assert 5 < equal < 140


@pytest.mark.parametrize("length", [3, 6, 12, 20])
def test_a_trace_of_many_factors_has_its_key_at_once(length: int) -> None:
    ring = [(A, (k, (k + 1) % length)) for k in range(length)]

    assert relabelled(Random(1), ring, length) == relabelled(Random(2), ring, length)  # noqa: S311 - reproducible


def test_a_sum_to_the_twelfth_power_has_its_key_at_once() -> None:
    i, k = N[0], N[1]
    star = expr(1)
    for _ in range(12):
        star = star * total(k, A[i, k])

    assert len(total(i, star).terms) == 1
