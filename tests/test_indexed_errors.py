"""A user's mistakes with indexed values: each gets an error that says what to write instead."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from sympy import Integer, Symbol, exp

import symgrad
from symgrad import activation, derivative
from symgrad.core import SymgradError
from symgrad.indexed import (
    Dim,
    Fact,
    Index,
    Tensor,
    apply,
    attains,
    delta,
    greatest,
    mean,
    one_hot,
    partial,
    size,
    sums_to,
    total,
    where,
)

if TYPE_CHECKING:
    from collections.abc import Callable

n, m, again = Dim("n"), Dim("m"), Dim("n")
i, j, r, twin = Index("i", n), Index("j", n), Index("r", m), Index("i", again)
x, y, W, t = Tensor("x", n), Tensor("y", n), Tensor("W", (n, m)), Tensor("t")
J = Tensor("J", body=((), total(i, x[i] * y[i])))
p = Symbol("p", real=True)


def any_(what: Any) -> Any:
    """The value itself, of which the type checker knows nothing: the mistakes below are ones of type."""
    return what


MISTAKES: dict[str, tuple[Callable[[], Any], str]] = {
    "delta over two sizes": (lambda: delta(i, r), "i runs over n and r over m"),
    "delta over two sizes of one name": (lambda: delta(i, twin), "two dimensions called n; make Dim"),
    "an index of a namesake": (lambda: x[twin], "two dimensions called n; make Dim"),
    "a name for a function": (lambda: apply("nosuch", x[i]), "'nosuch' is no function that is known here"),
    "a function of Python": (lambda: apply(lambda u: u, x[i]), "is no function that is known here"),
    "a rounded exponent": (lambda: x[i] ** any_(0.5), "Fraction(1, 2)"),
    "a letter as exponent": (lambda: x[i] ** any_(p), "apply(exp, p * apply(log, x[i]))"),
    "an entry as exponent": (lambda: 2 ** x[i], "apply(exp, x[i] * apply(log, 2))"),
    "a whole tensor times a number": (lambda: any_(x) * 2, "x is a whole tensor"),
    "a number times a whole tensor": (lambda: 2 * any_(x), "write x[i]"),
    "two whole tensors": (lambda: any_(x) + any_(y), "write x[i]"),
    "a matrix product": (lambda: any_(W) @ any_(x), "write W[i, j]"),
    "a scalar tensor": (lambda: -any_(t), "write t()"),
    "a matrix product of entries": (lambda: any_(x[i]) @ any_(x[j]), "total(j, W[i, j] * x[j])"),
    "a rounded factor": (lambda: x[i] * 0.5, "write Fraction(1, 2)"),
    "a sum over a letter": (lambda: total(any_("i"), x[i]), "'i' is no index"),
    "a sum over a size": (lambda: total(any_(n), x[i]), "is no index"),
    "a mean over a letter": (lambda: mean(any_("i"), x[i]), "'i' is no index"),
    "a maximum over a letter": (lambda: greatest(any_("i"), x[i]), "'i' is no index"),
    "a name held still by one derivative alone": (
        lambda: partial(partial(J(), x[i]), x[j], fixed=(J,)),
        "J is held still, and a derivative inside looks through it",
    ),
    "an argmax over a letter": (lambda: attains(any_("i"), x[i], j), "'i' is no index"),
    "the size of a letter": (lambda: size(any_("n")), "'n' is no dimension"),
    "the size of an index": (lambda: size(any_(i)), "is no dimension"),
    "a condition on an entry": (lambda: where(i, "<", any_(x[i])), "x[i] is no place"),
    "a condition that is none": (lambda: where(i, "<~", j), "no relation is called '<~'"),
    "a derivative by a tensor": (lambda: partial(x[i], any_(x)), "taken by an entry such as W[i, j]"),
    "a derivative by a sum": (lambda: partial(x[i], total(j, x[j])), "taken by an entry such as W[i, j]"),
    "a place of half an index": (lambda: i * any_(0.5), "whole multiples"),
    "a place of two indices": (lambda: i * any_(j), "whole multiples"),
    "a place and a letter": (lambda: i + any_("a"), "'a' is no place"),
    "a shape of letters": (lambda: Tensor("x", any_(("n",))), "'n' is no Dim"),
    "a shape of numbers": (lambda: Tensor("x", any_(3)), "3 is no Dim"),
    "a tensor without a name": (lambda: Tensor(any_(3), n), "is called by a name"),
    "a value without indices": (lambda: Tensor("u", n, body=any_(x[i])), "told with its indices"),
    "indices without a value": (lambda: Tensor("u", n, body=any_(((i,),))), "told with its indices"),
    "an index without a name": (lambda: Index(any_(3), n), "called by a letter"),
    "a fact of numbers": (lambda: Fact("f", any_(1), any_(0), assumed=True), "says nothing of any tensor"),
    "a fact of whole tensors": (lambda: Fact("f", any_(x), any_(y), assumed=True), "is not an indexed expression"),
    "a sum of a scalar": (lambda: sums_to(t), "t is a scalar"),
    "a scalar that is one-hot": (lambda: one_hot(t), "t is a scalar"),
    "by an entry": (lambda: derivative(J, any_(x[i])), "by a whole Tensor"),
    "facts as text": (lambda: derivative(J, x, facts="sum"), "facts takes Facts"),
    "through an entry": (lambda: derivative(J, x, through=(x[i],)), "through takes Tensors"),
    "an argument too many": (lambda: derivative(J, x, foo=3), "derivative takes no foo"),
    "the other gradient": (lambda: symgrad.gradient(J, x), "write symgrad.derivative(J, W)"),
    "the other gradient, of one": (lambda: symgrad.gradient(J), "write symgrad.derivative(J, W)"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_mend(name: str) -> None:
    make, words = MISTAKES[name]
    with pytest.raises(SymgradError) as caught:
        make()
    assert words in str(caught.value)


def test_what_looks_like_a_mistake_and_is_none() -> None:
    assert delta(i + 1, j) == where(i + 1, "==", j)
    assert delta(i + 0, j) == delta(i, j)
    assert apply(activation("sigmoid"), x[i]) == apply(activation("sigmoid").head, x[i])
    assert x[i] ** any_(Integer(2)) == x[i] ** 2 != x[i] ** 3
    assert (x[i] ** 2) ** Fraction(1, 2) != x[i]
    assert Fact("it", x[i], any_(0), assumed=True).right == 0 * x[i]
    assert apply(exp, any_(0)) == apply(exp, 0 * x[i])


def test_a_mean_over_two_indices_divides_by_both_sizes() -> None:
    assert mean((i, r), W[i, r]) == mean(i, mean(r, W[i, r])) == total((i, r), W[i, r]) / (size(n) * size(m))
