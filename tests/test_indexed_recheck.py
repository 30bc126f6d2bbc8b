"""Certificates of indexed proofs: replayed by rules that the proof did not use, refused where they do not fit."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from indexed_samples import every_derivation
from sympy import Min, exp, log

from symgrad.core import Status
from symgrad.definitions import ACTIVATIONS
from symgrad.indexed import Dim, Expr, Index, Tensor, apply, delta, one_hot, partial, sums_to, total
from symgrad.indexed.jets import NoValueError
from symgrad.indexed.samples import space
from symgrad.pipeline.proofs import Proof
from symgrad.prover.indexed import prove_indexed, recheck_indexed
from symgrad.prover.indexed.recheck import by_formulas, evaluations

CHEAP = ("softmax", "soft labels", "hessian", "convolution w", "max pooling x", "one-hot", "mask", "PReLU")
PRELU = ACTIVATIONS["prelu"].head
n = Dim("n")
i, j, k = (Index(c, n) for c in "ijk")
x, y, z = Tensor("x", n), Tensor("y", n), Tensor("z", n)


@pytest.mark.parametrize("name", CHEAP)
def test_every_proof_of_a_derivation_is_replayed(name: str) -> None:
    derivation = every_derivation()[name]
    for step in (*derivation.steps, derivation.claim):
        left: Expr = step.before  # type: ignore[assignment]  # an indexed derivation's
        right: Expr = step.after  # type: ignore[assignment]  # as above
        verdict = prove_indexed(left, right, facts=derivation.facts, variables=derivation.domains)
        proof = Proof(verdict, left, right, derivation.domains, facts=derivation.facts)

        assert verdict.certificate
        assert proof.refusal == ""


def test_a_certificate_does_not_carry_a_false_statement() -> None:
    verdict = prove_indexed(total(k, y[k]) * x[i], x[i], facts=(sums_to(y),))

    assert recheck_indexed(verdict.certificate, total(k, y[k]) * x[i], x[i], facts=(sums_to(y),)).ok
    assert not recheck_indexed(verdict.certificate, total(k, y[k]) * x[i], 2 * x[i], facts=(sums_to(y),)).ok


def test_only_the_facts_that_it_names_are_assumed() -> None:
    verdict = prove_indexed(total(k, y[k]) * x[i], x[i], facts=(sums_to(y),))
    data = json.loads(verdict.certificate)
    silent = json.dumps({**data, "facts": []})

    assert data["facts"] == ["sum y = 1"]
    assert not recheck_indexed(silent, total(k, y[k]) * x[i], x[i], facts=(sums_to(y),)).ok
    assert not recheck_indexed(verdict.certificate, total(k, y[k]) * x[i], x[i]).ok


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 2}', '{"kind": "indexed"}'])
def test_a_malformed_certificate_is_refused(text: str) -> None:
    assert not recheck_indexed(text, x[i], x[i]).ok


S = Tensor("S", body=((), total(k, apply(exp, z[k]))))
p = Tensor("p", n, body=((i,), apply(exp, z[i]) / S()))
J = Tensor("J", body=((), -total(k, y[k] * apply(log, p[k]))))

EXACT = {
    "softmax": (partial(p[i], z[j]), p[i] * (delta(i, j) - p[j]), p[i] * delta(i, j), ()),
    "likelihood": (partial(J(), z[j]), p[j] - y[j], p[j], (sums_to(y),)),
    "one-hot": (total(k, y[k] * y[k] * x[k]), total(k, y[k] * x[k]), total(k, x[k]), (one_hot(y), sums_to(y))),
    "exponents add": (apply(exp, x[i] + 2 * y[i]), apply(exp, x[i]) * apply(exp, y[i]) ** 2, apply(exp, x[i]), ()),
    "logarithms add": (apply(log, p[i]), z[i] - apply(log, S()), z[i], ()),
}


@pytest.mark.parametrize("name", EXACT)
def test_formulas_decide_exactly_at_small_sizes(name: str) -> None:
    left, right, wrong, facts = EXACT[name]
    where = space((left, right, wrong), facts, {})

    assert by_formulas(left, right, where) == ""
    assert "differ as formulas" in by_formulas(left, wrong, where)


def test_a_root_is_left_to_random_values() -> None:
    where = space((x[i],), (), {})
    ((_, evaluation),) = evaluations(where, {n: 2})

    with pytest.raises(NoValueError):
        evaluation.value(total(k, x[k] ** 2) ** Fraction(1, 2))


def test_a_function_with_laws_of_its_own_is_no_letter_that_could_refute() -> None:
    slope, known = apply(PRELU, z[i], x[i], order=(0, 1)), apply(Min, 0, z[i])
    verdict = prove_indexed(slope, known)

    assert recheck_indexed(verdict.certificate, slope, known).ok
    assert not recheck_indexed(verdict.certificate, slope, 2 * known).ok


def test_the_laws_of_logarithms_hold_in_an_exact_replay() -> None:
    value = apply(exp, apply(log, x[i]))
    verdict = prove_indexed(value, x[i])

    assert recheck_indexed(verdict.certificate, value, x[i]).ok
    assert not recheck_indexed(verdict.certificate, apply(exp, 2 * apply(log, x[i])), x[i]).ok


@pytest.mark.parametrize("facts", [None, 1, [["x"]], [{}]])
def test_facts_of_a_certificate_are_names(facts: object) -> None:
    data = {**json.loads(prove_indexed(x[i], x[i]).certificate), "facts": facts}

    assert not recheck_indexed(json.dumps(data), x[i], x[i]).ok


def test_nothing_is_refuted_where_what_is_assumed_contradicts_itself() -> None:
    assert prove_indexed(x[i], 2 * x[i], facts=(sums_to(y),)).status is Status.REFUTED
    assert prove_indexed(x[i], 2 * x[i], facts=(sums_to(y), sums_to(y, 2))).status is Status.UNKNOWN
