"""Every activation of the catalogue inside a sum: its derivative is proved, a wrong one refuted."""

from __future__ import annotations

import pytest
import sympy as sp

from symgrad.core import Status
from symgrad.definitions import ACTIVATIONS
from symgrad.indexed import Dim, Index, Tensor, apply, from_formula, partial, total
from symgrad.prover.indexed import prove_indexed

n = Dim("n")
i, j, k = (Index(c, n) for c in "ijk")
x, y = Tensor("x", n), Tensor("y", n)
SMOOTH = {
    name: a for name, a in ACTIVATIONS.items() if not a.of.has(sp.Piecewise, sp.Max, sp.Min, sp.Abs, sp.sign, sp.erf)
}


def weighted(head: object) -> object:
    return total(k, y[k] * apply(head, x[k]))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_derivative_by_name_is_proved_and_twice_it_refuted(name: str) -> None:
    head = ACTIVATIONS[name].head
    left, right = partial(weighted(head), x[j]), y[j] * apply(head, x[j], order=1)

    assert prove_indexed(left, right).proved
    assert prove_indexed(left, 2 * right).status is Status.REFUTED


@pytest.mark.parametrize("name", SMOOTH)
def test_the_catalogues_own_derivative_is_proved_under_a_sum(name: str) -> None:
    entry = SMOOTH[name]
    formula = entry.head(entry.variable).fdiff(1)
    right = y[j] * from_formula(formula, {entry.variable: x[j]})
    left = partial(weighted(entry.head), x[j])

    assert prove_indexed(left, right).proved
    assert prove_indexed(left, right + y[j]).status is Status.REFUTED
