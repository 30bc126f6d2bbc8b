"""Identities of maxima, conditions, shifted sums, sums of functions: the true proved, their neighbours refuted."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sympy import Abs, exp, log, sign, tanh

from symgrad.core import Status
from symgrad.definitions import ACTIVATIONS
from symgrad.indexed import Dim, Expr, Index, Tensor, apply, attains, delta, expr, greatest, partial, size, total, where
from symgrad.indexed.names import length
from symgrad.prover.indexed import prove_indexed

n, m = Dim("n"), Dim("m")
i, j, k, l = (Index(c, n) for c in "ijkl")
q = Index("q", m)
x, y, w, A, c = Tensor("x", n), Tensor("y", n), Tensor("w", m), Tensor("A", (n, n)), Tensor("c")
σ, softplus, relu = (ACTIVATIONS[name].head for name in ("sigmoid", "softplus", "relu"))
ROOT = Fraction(1, 2)


def top(place: Index) -> Expr:
    """1 where x is greatest."""
    return attains(k, x[k], place)


past, over = where(k, "<=", i), where(k, ">", i)

TRUE: dict[str, tuple[Expr, Expr]] = {
    "a maximum shifted": (greatest(k, x[k] + c()), greatest(k, x[k]) + c()),
    "a maximum scaled": (greatest(k, 2 * x[k]), 2 * greatest(k, x[k])),
    "a maximum scaled by what is positive": (greatest(k, apply(exp, c()) * x[k]), apply(exp, c()) * greatest(k, x[k])),
    "a maximum of what rises": (greatest(k, apply(exp, x[k])), apply(exp, greatest(k, x[k]))),
    "a maximum of a product": (greatest(k, apply(exp, x[k]) * apply(exp, y[k])), apply(exp, greatest(k, x[k] + y[k]))),
    "a maximum in rows": (greatest(k, A[i, k] + y[i]), greatest(k, A[i, k]) + y[i]),
    "a maximum of all": (greatest(k, greatest(l, A[k, l])), greatest(l, greatest(k, A[k, l]))),
    "a maximum of one value": (partial(greatest(k, c() ** 2), c()), 2 * c()),
    "its slope": (partial(greatest(k, 3 * x[k] + c()), x[j]), 3 * partial(greatest(k, x[k]), x[j])),
    "the place of a maximum is one": (total(j, top(j)), expr(1)),
    "and the entry there is the maximum": (total(j, top(j) * x[j]), greatest(k, x[k])),
    "whatever is asked there": (total(j, top(j) * apply(tanh, x[j]) * c()), c() * apply(tanh, greatest(k, x[k]))),
    "two places of one maximum": (top(i) * top(j) ** 2, delta(i, j) * top(i)),
    "places in rows": (total((i, j), attains(k, A[i, k], j) * A[i, j]), total(i, greatest(k, A[i, k]))),
    "places of what rises": (attains(k, apply(exp, x[k]) + c(), j), top(j)),
    "log-sum-exp shifted": (
        apply(log, total(k, apply(exp, x[k]))),
        greatest(j, x[j]) + apply(log, total(k, apply(exp, x[k] - greatest(j, x[j])))),
    ),
    "a condition and its opposite": (past + over, expr(1)),
    "before, at, behind": (where(k, "<", i) + where(k, ">", i) + delta(i, k), expr(1)),
    "a sum parted": (total(k, past * x[k]) + total(k, over * x[k]), total(k, x[k])),
    "a sum shifted": (total(k, x[k] * y[k - 1]), total(k, x[k + 1] * y[k])),
    "a sum shifted twice": (total(k, x[k + 1] * y[k - 1]), total(k, x[k + 2] * y[k])),
    "a sum backwards": (total(k, x[length(n) - 1 - k] * y[k]), total(k, x[k] * y[length(n) - 1 - k])),
    "a convolution is a correlation": (total((q, k), w[q] * x[k - q] * y[k]), total((q, k), w[q] * x[k] * y[k + q])),
    "the root of a square": ((x[i] ** 2) ** ROOT, apply(Abs, x[i])),
    "roots under a sum": (total(k, (x[k] ** 2) ** ROOT), total(k, apply(Abs, x[k]))),
    "tanh by sigmoids": (total(k, apply(tanh, x[k])), 2 * total(k, apply(σ, 2 * x[k])) - size(n)),
    "softplus on both sides": (total(k, apply(softplus, x[k]) - apply(softplus, -x[k])), total(k, x[k])),
    "relu by its size": (total(k, apply(relu, x[k]) * y[k]), total(k, (x[k] + apply(Abs, x[k])) * y[k]) / 2),
}
FALSE: dict[str, tuple[Expr, Expr]] = {
    "a maximum scaled by less than 0": (greatest(k, -x[k]), -greatest(k, x[k])),
    "a maximum of squares": (greatest(k, x[k] ** 2), greatest(k, x[k])),
    "a maximum scaled by any number": (greatest(k, c() * x[k]), c() * greatest(k, x[k])),
    "a maximum of what falls": (greatest(k, apply(exp, -x[k])), apply(exp, -greatest(k, x[k]))),
    "a maximum of a sum": (greatest(k, x[k] + y[k]), greatest(k, x[k]) + greatest(k, y[k])),
    "the places are many": (total(j, top(j)), size(n)),
    "the place of the least": (total(j, attains(k, -x[k], j) * x[j]), greatest(k, x[k])),
    "the place of a maximum of other entries": (total(j, top(j) * y[j]), greatest(k, y[k])),
    "places of two maxima": (top(i) * attains(k, y[k], j), delta(i, j) * top(i)),
    "the place is past another": (total(j, where(j, "<=", i) * top(j)), expr(1)),
    "a place that moves with what is compared": (total(j, attains(k, x[j] * y[k], j)), expr(1)),
    "a slope that is 0 somewhere, under a fraction": (partial(greatest(k, x[k] ** 2), x[i]) ** -1, 2 * x[i] ** -1),
    "a slope scaled": (partial(greatest(k, 3 * x[k]), x[j]), partial(greatest(k, x[k]), x[j])),
    "conditions that overlap": (past + where(k, ">=", i), expr(1)),
    "conditions with a gap": (where(k, "<", i) + over, expr(1)),
    "a sum parted with a gap": (total(k, past * x[k]) + total(k, where(k, ">", i + 1) * x[k]), total(k, x[k])),
    "a sum shifted past its end": (total(k, x[k + 1]), total(k, x[k])),
    "a sum with another shift": (total(k, x[k] * y[k - 1]), total(k, x[k] * y[k + 1])),
    "a sum half shifted": (total(k, x[k + 1] * y[k - 1]), total(k, x[k] * y[k - 1])),
    "one past the end backwards": (total(k, x[length(n) - k]), total(k, x[k])),
    "the root of a square with its sign": ((x[i] ** 2) ** ROOT, x[i]),
    "one function for another under a sum": (total(k, apply(tanh, x[k])), total(k, apply(σ, x[k]))),
    "a sum and its summand": (total(k, apply(Abs, x[k])), apply(Abs, x[i])),
    "a constant summed once": (total(k, apply(softplus, x[k])), total(k, apply(softplus, -x[k]) + x[k]) + 1),
    "sums over two dimensions": (total(k, apply(Abs, x[k])) * size(m), total(q, apply(Abs, w[q])) * size(n)),
    "signs": (total(k, apply(sign, x[k]) * x[k]), total(k, x[k])),
}


@pytest.mark.parametrize("name", TRUE)
def test_a_true_identity_is_proved(name: str) -> None:
    assert prove_indexed(*TRUE[name]).proved


@pytest.mark.parametrize("name", FALSE)
def test_a_false_one_is_refuted(name: str) -> None:
    assert prove_indexed(*FALSE[name]).status is Status.REFUTED
