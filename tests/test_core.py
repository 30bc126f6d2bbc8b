"""The values that flow: chains without gaps, names without doubles, errors that name their mend."""

from __future__ import annotations

import dataclasses

import pytest
from sympy import S

from symgrad import core
from symgrad.core import (
    CheckReport,
    Derivation,
    Document,
    Domain,
    DuplicateNameError,
    EmptyDerivationError,
    GapError,
    Let,
    LetError,
    Page,
    RelationError,
    Rule,
    Settled,
    Status,
    Step,
    Tally,
    UnknownNameError,
    Variable,
    Verdict,
    by_name,
    every_step,
    interval,
    look_up,
    one_of,
    tally,
)
from symgrad.definitions import ACTIVATIONS
from symgrad.functions.symbols import J, a, y, z

VALUES = [v for v in vars(core).values() if isinstance(v, type) and dataclasses.is_dataclass(v)]


def test_there_are_values() -> None:
    assert len(VALUES) > 15


@pytest.mark.parametrize("value", VALUES, ids=lambda v: v.__name__)
def test_every_value_is_frozen(value: type) -> None:
    assert value.__dataclass_params__.frozen


def test_a_chain_without_gaps_is_a_derivation() -> None:
    made = Derivation("d", "D", (Step(z, a, "one"), Step(a, y, "two")), (Variable(z),))

    assert (made.start, made.result) == (z, y)
    assert hash(made) == hash(dataclasses.replace(made))


def test_a_chain_with_a_gap_is_refused_and_the_gap_is_named() -> None:
    with pytest.raises(GapError, match="step 1 ends at a but step 2 begins at y"):
        Derivation("d", "D", (Step(z, a, "one"), Step(y, z, "two")), (Variable(z),))


def test_substeps_must_lead_all_the_way() -> None:
    with pytest.raises(GapError):
        Step(z, y, "one", substeps=(Step(z, a, "two"),))


@pytest.mark.parametrize("relation", ["<", "≤", "", "is"])
def test_lines_are_joined_by_an_equals_sign_or_end_with_a_sign(relation: str) -> None:
    with pytest.raises(RelationError, match="can't stand before this line"):
        Step(z, a, "one", relation=relation)
    with pytest.raises(RelationError):
        Derivation("d", "D", (Step(z, a, "one", relation=">"), Step(a, y, "two")), (Variable(z),))


def test_names_are_defined_one_after_another() -> None:
    with pytest.raises(LetError, match="the name J is defined twice, or by itself or a name that comes later"):
        Derivation("d", "D", (Step(z, a, "one"),), (), (Let(J, a**2), Let(a, z)))


def test_a_derivation_needs_a_step() -> None:
    with pytest.raises(EmptyDerivationError, match="at least one"):
        Derivation("d", "D", (), ())


def test_every_step_is_visited_with_its_substeps() -> None:
    inner = Step(z, a, "inner")
    steps = (Step(z, a, "outer", substeps=(inner,)), Step(a, y, "last"))

    assert [s.rule for s in every_step(steps)] == ["outer", "inner", "last"]


def test_the_claim_assumes_what_any_step_assumes() -> None:
    made = Derivation("d", "D", (Step(z, a, "one", z > 0), Step(a, y, "two")), (Variable(z),))

    assert (made.claim.before, made.claim.after, made.claim.given) == (z, y, z > 0)


def test_a_name_used_twice_is_an_error() -> None:
    with pytest.raises(DuplicateNameError, match="'sum' is used twice"):
        by_name(Rule("sum", "Sum"), Rule("sum", "Another"))


@pytest.mark.parametrize("spelling", ["leaky_relu", "Leaky ReLU", "leaky-relu", " LEAKY  relu "])
def test_a_name_is_found_however_it_is_spelt(spelling: str) -> None:
    assert look_up(by_name(Rule("leaky_relu", "R")), spelling, "rule").title == "R"


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(UnknownNameError, match="did you mean sigmoid"):
        look_up(by_name(Rule("sigmoid", "R")), "sigmiod", "activation")


DOMAINS = [
    (Domain(), "(-∞, ∞)"),
    (interval(0, 1), "(0, 1)"),
    (interval(0, None, "left"), "[0, ∞)"),
    (interval(-1, 1, "both"), "[-1, 1]"),
    (one_of(-1, 1), "{-1, 1}"),
]


@pytest.mark.parametrize(("domain", "shown"), DOMAINS)
def test_a_domain_reads_as_it_is_written(domain: Domain, shown: str) -> None:
    assert str(domain) == shown


def test_tallies_add_up_and_know_failure() -> None:
    total = Tally(1, 5, 5) + Tally(1, 3, 2, 1)

    assert (total.documents, total.steps, total.proved, total.refuted) == (2, 8, 7, 1)
    assert total.failed
    assert not Tally(1, 5, 5, ok=3).failed


def test_a_check_without_points_is_no_open_check() -> None:
    chain = Derivation("it", "It", (Step(z, z, "simplify"),), ())
    settled = Settled(chain, (Verdict(Status.VACUOUS),), Verdict(Status.VACUOUS), CheckReport(0, 0, 0, 0))
    counted = tally(Page(Document("it", "It", "", "", (chain,)), (settled,)))

    assert (counted.ok, counted.wrong, counted.unresolved, counted.unchecked) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("mish", "Mish"),
        ("softplus", "softplus"),
        ("leaky_relu", "leaky ReLU"),
        ("sigmoid", "the logistic sigmoid"),
        ("gelu", "the Gaussian error linear unit"),
        ("gelu_tanh", "GELU, tanh approximation"),
        ("lecun_tanh", "LeCun's scaled tanh"),
    ],
)
def test_a_title_has_an_article_where_a_writer_would_put_one(name: str, spoken: str) -> None:
    assert ACTIVATIONS[name].with_article == spoken


def test_conditions_default_to_true() -> None:
    assert Step(z, a, "one").given in (True, S.true)
