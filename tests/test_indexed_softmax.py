"""What is known about softmax: its sum, its range, its shifts, and that its Hessian has no negative curvature."""

from __future__ import annotations

import pytest
from indexed_samples import softmax
from sympy import exp, log

from symgrad.core import Status, UnknownNameError
from symgrad.deriver.indexed import derivation, worked_indexed
from symgrad.deriver.indexed.layers import softmax_facts
from symgrad.indexed import (
    Dim,
    Fact,
    Index,
    Tensor,
    apply,
    delta,
    expr,
    greatest,
    group,
    one_hot,
    partial,
    size,
    sums_to,
    total,
)
from symgrad.pipeline.stages import settle
from symgrad.prover.indexed import prove_indexed, prove_indexed_step, prove_nonnegative, prove_sign

n = Dim("n")
i, j, k, l = (Index(c, n) for c in "ijkl")
z, y, v = Tensor("z", n), Tensor("y", n), Tensor("v", n)
S = softmax(z)
p = S.p


def test_the_outputs_sum_to_1() -> None:
    assert prove_indexed(total(k, p[k]), expr(1)).proved


def test_the_outputs_lie_between_0_and_1() -> None:
    others = total(k, (1 - delta(k, i)) * apply(exp, z[k])) / S.S()

    assert prove_nonnegative(p[i]).proved
    assert prove_indexed(1 - p[i], others).proved


@pytest.mark.parametrize("shift", [Tensor("c")(), greatest(l, z[l])], ids=["a number", "the maximum"])
def test_a_shift_changes_nothing(shift: object) -> None:
    moved = softmax(Tensor("u", n, body=((i,), z[i] - shift)))

    assert prove_indexed(moved.p[i], p[i]).proved


def test_the_loss_by_log_sum_exp() -> None:
    loss = -total(k, y[k] * apply(log, p[k]))
    short = apply(log, S.S()) - total(k, y[k] * z[k])

    assert prove_indexed(loss, short, facts=(sums_to(y),)).proved
    assert prove_indexed(loss, short).status is Status.REFUTED


def test_what_each_class_gets_from_a_one_hot_label() -> None:
    J = Tensor("J", body=((), -total(k, y[k] * apply(log, p[k]))))
    facts = (sums_to(y), one_hot(y))
    with_label = y[j] * partial(J(), z[j])

    assert prove_indexed(with_label, y[j] * (p[j] - 1), facts=facts).proved
    assert prove_indexed((1 - y[j]) * partial(J(), z[j]), (1 - y[j]) * p[j], facts=facts).proved


def test_a_temperature_divides_the_gradient() -> None:
    T = Tensor("T", positive=True)
    u = Tensor("u", n, body=((i,), z[i] / T()))
    s = softmax(u)
    J = Tensor("J", body=((), -total(k, y[k] * apply(log, s.p[k]))))

    assert prove_indexed(partial(J(), z[j]), (s.p[j] - y[j]) / T(), facts=(sums_to(y),)).proved


def test_label_smoothing_keeps_the_sum_of_the_labels() -> None:
    e = Tensor("e")
    smooth = Tensor("q", n, body=((i,), (1 - e()) * y[i] + e() / size(n)))

    assert prove_indexed(total(k, smooth[k]), expr(1), facts=(sums_to(y),)).proved


def test_the_hessian_has_no_negative_curvature() -> None:
    m = Tensor("m", body=((), total(k, p[k] * v[k])))
    hessian = p[i] * (delta(i, j) - p[j])
    square = total(k, p[k] * group(v[k] - m()) ** 2)
    chain = worked_indexed(
        total([i, j], v[i] * hessian * v[j]),
        ("pick", total(i, p[i] * v[i] ** 2) - total(i, p[i] * v[i]) * total(j, p[j] * v[j])),
        ("recognise", total(i, p[i] * v[i] ** 2) - m() ** 2),
        ("square", square, "The variance of v under p."),
        name="curvature",
        facts=(sums_to(p),),
    )
    found = settle(chain)

    assert [w.status for w in (*found.verdicts, found.claim)] == [Status.PROVED] * 4
    assert prove_nonnegative(square).proved
    assert prove_nonnegative(-square).status is Status.REFUTED
    assert prove_nonnegative(square - p[i]).status is not Status.PROVED


def test_a_rule_that_is_not_known_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="no rule is called"):
        worked_indexed(p[i], ("magic", p[i]), name="x")


def test_signs_are_proved_with_what_they_need_and_refuted_with_a_point() -> None:
    others = total(k, group(1 - delta(i, k)) * p[k])

    assert prove_sign(p[i], ">").conditions == ()
    assert prove_sign(p[i], ">").proved
    assert [str(c) for c in prove_sign(others, ">").conditions] == ["|n| ≥ 2"]
    assert prove_sign(others, ">").proved
    assert prove_sign(total(k, group(1 - delta(i, k)) * z[k]), ">").status is Status.REFUTED
    assert prove_sign(total(k, z[k] ** 2), ">").status is not Status.PROVED
    assert [str(c) for c in prove_nonnegative(apply(log, z[i]) ** 2).conditions] == ["z[i] > 0"]
    assert prove_sign(p[i] - 1, ">").status is Status.REFUTED


def test_a_chain_that_ends_with_a_sign_is_proved_as_a_whole_and_refuted_nowhere_by_its_form() -> None:
    wrong = worked_indexed(1 - p[i], ("combine", p[i]), ("positive", 0), name="wrong")
    right = worked_indexed(
        1 - p[i],
        ("combine", total(k, group(1 - delta(i, k)) * p[k])),
        ("positive", 0),
        name="right",
        facts=(sums_to(p),),
    )

    assert right.claim.relation == ">"
    assert prove_indexed_step(right.claim, right).proved
    assert prove_indexed_step(wrong.steps[0], wrong).status is Status.REFUTED
    assert prove_indexed_step(wrong.claim, wrong).status is Status.UNKNOWN


def test_what_an_assumed_fact_changes_is_derived_and_proved() -> None:
    J = Tensor("J", body=((), -total(k, y[k] * apply(log, p[k]))))
    lemma = Fact("the delta", partial(J(), z[i]), p[i] - y[i])
    chain = derivation(
        partial(partial(J(), z[i]), z[k]), name="hessian", facts=(lemma, *softmax_facts(p, z), sums_to(y))
    )
    ((fact, result),) = settle(chain).without

    assert fact.name == "sum y = 1"
    assert prove_indexed(result, total(j, y[j]) * p[i] * (delta(i, k) - p[k])).proved
