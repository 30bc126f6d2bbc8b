"""Shapes, binders, and the numbers that proofs and checks rest on."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from sympy import Function, isprime

from symgrad.checker.indexed import check_indexed
from symgrad.core import Outcome
from symgrad.indexed import (
    Dim,
    Evaluation,
    Expr,
    Index,
    IndexedError,
    ShapeError,
    Tensor,
    apply,
    contract,
    delta,
    differentiate,
    expr,
    greatest,
    partial,
    size,
    total,
    where,
)
from symgrad.indexed.build import ref_of
from symgrad.prover.indexed import prove_indexed
from symgrad.prover.indexed.reals import Balls
from symgrad.prover.indexed.residues import G, P, Q, Residues

n, m = Dim("n"), Dim("m")
i, j, k = (Index(c, n) for c in "ijk")
r = Index("r", m)
x, y, W = Tensor("x", n), Tensor("y", n), Tensor("W", (n, m))


def test_an_index_over_the_wrong_dimension_is_refused_by_both_names() -> None:
    with pytest.raises(ShapeError, match=r"index 2 of W runs over m, but j runs over n; use an index of m"):
        W[i, j]
    with pytest.raises(ShapeError, match=r"W has shape \(n, m\), so it takes 2 indices, not 1"):
        W[i]
    with pytest.raises(ShapeError, match=r"i runs over n and r over m"):
        delta(i, r)


POWERS = {
    "root squared": (x[i] ** 2 + 1) ** Fraction(1, 2) * (x[i] ** 2 + 1) ** Fraction(1, 2),
    "quotient": x[i] / y[i] ** 3,
    "power of a power": (x[i] ** Fraction(3, 2)) ** 2,
    "fraction that is whole": x[i] ** Fraction(4, 2),
    "mean": total(i, x[i] ** 2) / size(n),
    "derivative of a root": differentiate((x[i] ** 2 + 1) ** Fraction(1, 2), ref_of(x[j])),
}


@pytest.mark.parametrize("value", POWERS.values(), ids=POWERS)
def test_numbers_stay_exact_and_whole_exponents_are_ints(value: Expr) -> None:
    exponents = [e for t in value.terms for _, e in t.atoms]

    assert exponents
    assert all(type(e) is int or (type(e) is Fraction and e.denominator > 1) for e in exponents)
    assert all(type(t.coefficient) is Fraction for t in value.terms)


def test_a_value_with_a_loose_index_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"the value of z depends on r; sum over it"):
        Tensor("z", n, body=((i,), W[i, r]))


def test_what_has_no_meaning_is_refused() -> None:
    with pytest.raises(IndexedError, match="division by zero"):
        x[i] / (y[j] - y[j])
    with pytest.raises(IndexedError, match="can't be divided by"):
        x[i] / delta(i, j)
    with pytest.raises(IndexedError, match="taken by an entry"):
        partial(x[i], x[i] + y[i])
    with pytest.raises(IndexedError, match="no relation is called"):
        where(i, "≠", j)


def test_equality_is_up_to_dummies_and_order() -> None:
    assert total(i, x[i] * y[i]) == total(k, y[k] * x[k])
    assert total(i, x[i]) * total(i, y[i]) != total(i, x[i] * y[i])
    assert total([i, j], x[i] * y[j]) == total(i, x[i]) * total(i, y[i])
    assert greatest(i, x[i] * y[j]) == greatest(k, x[k] * y[j])
    assert Tensor("x", n)[i] != x[i]  # another tensor of the same name
    assert total(k, expr(1)) == size(n)
    picked = contract(total([j, k], delta(j, k) * x[j] / x[k]))  # a sum whose last factors cancel still counts
    assert picked == size(n) != expr(1)


def test_the_two_primes_are_primes_and_the_base_has_the_order_of_the_smaller() -> None:
    assert isprime(P)
    assert isprime(Q)
    assert (P - 1) % Q == 0
    assert P % 4 == Q % 4 == 3
    assert G != 1
    assert pow(G, Q, P) == 1


def test_the_exponential_of_residues_turns_sums_into_products() -> None:
    numbers = Residues(Random(1))  # noqa: S311 - no secret
    u, v = numbers.drawn("u"), numbers.drawn("v")
    product = numbers.times(numbers.exponential(u), numbers.exponential(v))

    assert numbers.exponential(numbers.add(u, v))[0] == product[0]
    assert numbers.logarithm(numbers.exponential(u), 0) == u


def test_values_by_hand() -> None:
    numbers = Balls()
    entries = {x: {(0,): numbers.number(Fraction(2)), (1,): numbers.number(Fraction(5))}}
    at_two = Evaluation(numbers, {n: 2}, entries, {})

    assert at_two.value(total(k, x[k] ** 2)) == 29
    assert at_two.value(partial(total(k, x[k] ** 3), x[j]), {j: 1}) == 75
    assert at_two.value(partial(partial(total(k, x[k] ** 3), x[i]), x[j]), {i: 1, j: 1}) == 30
    assert at_two.value(x[i - 1], {i: 0}) == 0
    assert at_two.value(greatest(k, x[k])) == 5
    assert at_two.value(partial(greatest(k, x[k]), x[j]), {j: 0}) == 0


def test_the_numeric_check_finds_what_is_wrong_and_says_nothing_of_what_is_no_derivative() -> None:
    start = partial(total(k, apply(Function("phi"), x[k]) * y[k]), x[j])
    right = y[j] * apply(Function("phi"), x[j], order=1)

    found = check_indexed(start, right)
    wrong = check_indexed(start, right + y[j])
    assert found
    assert wrong
    assert found.outcome is Outcome.OK
    assert all(size == 1 for _, size in found.shown[0].point)
    assert wrong.outcome is Outcome.WRONG
    assert check_indexed(x[j], x[j]) is None


def test_a_witness_of_unknown_functions_is_given_too() -> None:
    φ, ψ = Function("phi"), Function("psi")
    J = Tensor("J", depends=(x,))

    assert prove_indexed(partial(apply(φ, x[i] * y[j]), y[j]), x[i] * apply(φ, x[i] * y[j], order=1)).proved
    assert prove_indexed(apply(φ, x[i]), apply(ψ, x[i])).witness
    assert prove_indexed(partial(J(), x[i]), partial(J(), x[j])).witness
