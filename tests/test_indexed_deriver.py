"""Derivations with symbolic dimensions: every line is proved, the results are the textbook's, and they are short."""

from __future__ import annotations

import pickle

import pytest
from indexed_samples import every_derivation

from symgrad.core import Outcome, UnknownNameError, every_step
from symgrad.definitions.layers import network
from symgrad.deriver.indexed import without
from symgrad.deriver.indexed.layers import network_gradients
from symgrad.indexed import show
from symgrad.pipeline.stages import settle
from symgrad.prover.indexed import prove_indexed
from symgrad.rules import RULES

DERIVED = every_derivation()
every = pytest.mark.parametrize("name", DERIVED)


def test_there_is_something_to_prove() -> None:
    assert len(DERIVED) >= 30


@every
def test_every_line_is_proved_and_the_result_checked(name: str) -> None:
    found = settle(DERIVED[name])
    lines = list(every_step(found.derivation.steps))

    assert [(s.rule, v.reason) for s, v in zip(lines, found.verdicts, strict=True) if not v.proved] == []
    assert found.claim.proved
    assert found.check is not None
    assert found.check.outcome is Outcome.OK
    assert found.check.ok >= 4


def test_sums_that_are_not_joined_still_share_a_factor() -> None:
    *_, behind, _ = network_gradients(network("linear tanh linear", "squared_error"), ["W1"])

    assert show(behind.result) == "Σ_k W2[k,i] δ2[k] (1 - a1[i]^2)"


@every
def test_a_chain_can_be_read(name: str) -> None:
    assert len(DERIVED[name].steps) <= 12
    assert {s.rule for s in every_step(DERIVED[name].steps)} <= set(RULES)


RESULTS = {
    "softmax": "p[i] (δ[i,j] - p[j])",
    "soft labels": "p[j] - y[j]",
    "no facts": "Σ_k p[j] y[k] - y[j]",
    "hessian": "p[i] (δ[i,j] - p[j])",
    "network a1": "Σ_k W2[k,i] δ2[k]",
    "network W1": "x[j] δ1[i]",
    "network x": "Σ_k W1[k,i] δ1[k]",
    "batch Z": "|N|^(-1) (p[i,j] - Y[i,j])",
    "convolution x": "Σ_k w[i-2k+1] z̄[k]",
    "mask": "[i-k >= 0] W[i,k]",
    "one-hot": "y[i]",
}


@pytest.mark.parametrize("name", RESULTS)
def test_the_result_is_the_textbooks(name: str) -> None:
    assert show(DERIVED[name].result) == RESULTS[name]  # type: ignore[arg-type]  # an indexed derivation's


def test_what_comes_back_from_another_process_is_the_same() -> None:
    derivation = DERIVED["tied W"]
    copy = pickle.loads(pickle.dumps(derivation))  # noqa: S301 - our own

    assert copy == derivation
    assert prove_indexed(derivation.start, copy.result, facts=copy.facts).proved  # type: ignore[arg-type]


def test_without_a_fact_the_result_shows_what_it_was_for() -> None:
    found = without(DERIVED["soft labels"], "sum y = 1")

    assert show(found.result) == "Σ_k p[j] y[k] - y[j]"  # type: ignore[arg-type]  # as above
    assert settle(found).claim.proved
    with pytest.raises(UnknownNameError, match="no fact of this derivation is called"):
        without(DERIVED["soft labels"], "sum z = 1")
