"""The ledger: every claim has an earned verdict, every counterexample replays, and a near miss is told apart."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import mpmath  # type: ignore[import-untyped]  # it ships no types
import pytest
from click.testing import CliRunner
from ledger_misses import MISSES, Miss
from near_misses import NEAR_MISSES
from sympy import Abs, Eq, Ge, Rational, S, erf, exp, log, oo, sqrt, tanh

from symgrad.cli.main import app
from symgrad.core import (
    CoinMean,
    Equal,
    Eventually,
    Exists,
    GaussianMean,
    Holds,
    Image,
    Induction,
    Just,
    Observation,
    Ruling,
    Settlement,
    Status,
    Stretches,
    Tends,
    interval,
)
from symgrad.definitions import ACTIVATIONS
from symgrad.definitions.claims import CLAIMS, SOURCES, layers
from symgrad.definitions.claims import backpropagation as back
from symgrad.definitions.claims import depth as deep
from symgrad.definitions.claims import output as out
from symgrad.definitions.claims.letters import at, eq, ge, gt, le, lt, over, relu, sigmoid, slope, softplus, z
from symgrad.definitions.statement_parser import parse_claim
from symgrad.document.claims import record
from symgrad.functions import D
from symgrad.indexed import apply, delta, partial, sums_to, total
from symgrad.pipeline.claim import claim as settle_words
from symgrad.pipeline.claims import observe
from symgrad.prover.claims import rechecked, replayed, settle, settle_claim, where_holds
from symgrad.prover.named import Named

if TYPE_CHECKING:
    from symgrad.core import Claim
    from symgrad.core.claim import Statement

PROVABLE = {c.id: c for c in CLAIMS.values() if c.expected is not Ruling.MEASURED}
every_claim = pytest.mark.parametrize("claim", PROVABLE.values(), ids=PROVABLE)
IDS = [*(f"A{n}" for n in range(1, 17)), *(f"B{n}" for n in range(1, 11)), *(f"C{n}" for n in range(1, 6))]


@cache
def settled(name: str) -> Settlement:
    """A claim of the ledger, settled once for all tests."""
    return settle_claim(CLAIMS[name])


def test_the_ledger_is_complete() -> None:
    assert list(CLAIMS) == [*IDS, *(f"D{n}" for n in range(1, 11))]
    assert all(c.formal and c.sources and set(c.sources) <= set(SOURCES) for c in CLAIMS.values())


@every_claim
def test_every_claim_is_settled_as_expected(claim: Claim) -> None:
    found = settled(claim.id)

    assert found.kept
    assert found.ruling is claim.expected
    assert found.ruling is not Ruling.UNKNOWN
    assert bool(claim.condition) is (claim.expected is Ruling.CONDITIONAL)
    assert bool(claim.corrected) is (claim.expected is Ruling.REFUTED)
    parts = zip((*claim.formal, *claim.instead), (*found.formal, *found.instead), strict=True)
    assert False not in {rechecked(*part) for part in parts}


def test_each_ruling_is_given() -> None:
    assert {c.expected for c in CLAIMS.values()} == {*Ruling} - {Ruling.UNKNOWN}


dσ, j, c = slope(sigmoid), out.j, out.c
QUARTER = Rational(1, 4)
REFUTED = [
    (f"{c.id}-{n}", s)
    for c in PROVABLE.values()
    if c.expected is not Ruling.PROVED
    for n, s in enumerate(c.formal)
    if settle(s).status.failed
]


@pytest.mark.parametrize("statement", [s for _, s in REFUTED], ids=[name for name, _ in REFUTED])
def test_every_counterexample_replays(statement: Statement) -> None:
    found = settle(statement)

    assert found.witness is not None
    assert replayed(statement, found) == (True, True)


REPLAYED_BESIDES: list[tuple[str, Statement]] = [
    ("never attained", Image("", tanh(z), z, interval(-1, 1, "both"))),
    ("attained", Image("", dσ, z, interval(0, QUARTER))),
    ("nowhere", Exists("", gt(dσ, QUARTER), at(z=0))),
    ("grows", Tends("", softplus(z), z, oo, S.One)),
    ("does not grow", Tends("", tanh(z), z, oo, oo)),
    ("on the left", Eventually("", gt(dσ, Rational(1, 9)), z, -oo)),
]


@pytest.mark.parametrize("statement", [s for _, s in REPLAYED_BESIDES], ids=[name for name, _ in REPLAYED_BESIDES])
def test_every_form_of_counterexample_replays(statement: Statement) -> None:
    assert replayed(statement, settle(statement)) == (True, True)


def test_what_is_proved_is_no_counterexample() -> None:
    sample = Exists("", gt(dσ, Rational(1, 5)), at(z=0))
    refuted = settle(Exists("", gt(dσ, QUARTER), at(z=0)))

    assert replayed(sample, settle(sample)) is None
    assert replayed(sample, refuted) == (False, False)  # another statement's refutation


def test_every_refuted_or_conditional_claim_has_a_witness() -> None:
    wanted = {c.id for c in PROVABLE.values() if c.expected is not Ruling.PROVED}

    assert wanted == {name.split("-")[0] for name, _ in REFUTED}


def test_a_refutation_that_is_not_one_is_not_replayed() -> None:
    statement = Holds("", le(slope(sigmoid), Rational(1, 4)))
    claimed = settle(Holds("", lt(slope(sigmoid), Rational(1, 4)), at=(at(z=0),)))

    assert claimed.status is Status.REFUTED
    assert replayed(statement, claimed) == (False, False)


def test_a_point_outside_the_domain_refutes_nothing() -> None:
    below = Holds("", lt(slope(sigmoid), Rational(1, 4)), (over(z, 0, None),), at=(at(z=0), at(z=-1)))

    assert settle(below).proved


def test_a_ruling_needs_the_proof_of_what_is_true_instead() -> None:
    a3 = CLAIMS["A3"]
    wrong = replace(a3, instead=(Holds("", lt(slope(sigmoid), Rational(1, 5))),))

    assert settle_claim(wrong).ruling is Ruling.UNKNOWN
    assert settle_claim(replace(a3, instead=())).ruling is Ruling.UNKNOWN
    assert settle_claim(CLAIMS["A16"]).ruling is Ruling.UNKNOWN  # no experiment was run


@pytest.mark.parametrize(("holds", "misses"), NEAR_MISSES, ids=[pair[0] for pair in NEAR_MISSES])
def test_a_near_miss_is_told_apart(holds: str, misses: str) -> None:
    assert all(settle(s).proved for s in parse_claim(holds))
    assert any(settle(s).status.failed for s in parse_claim(misses))


@pytest.mark.parametrize("miss", MISSES, ids=[f"{m.id}: {m.what}" for m in MISSES])
def test_a_near_miss_of_a_claim_of_the_ledger_changes_its_verdict(miss: Miss) -> None:
    own, (missed, claim) = settled(miss.id), miss.changed()
    verdicts, cut = [*own.formal, *own.instead], len(own.formal)
    before, verdicts[miss.number] = verdicts[miss.number], settle(missed)

    found = verdicts[miss.number].status
    assert found is miss.becomes or (found.failed and miss.becomes.failed)
    assert before.status is not found
    assert not Settlement(claim, tuple(verdicts[:cut]), tuple(verdicts[cut:])).kept


OF_OTHER_FORMS: list[tuple[str, Statement, Statement]] = [
    ("closed", Image("", dσ, z, interval(0, QUARTER, "right")), Image("", dσ, z, interval(0, QUARTER, "both"))),
    ("open", Image("", tanh(z), z, interval(-1, 1)), Image("", tanh(z), z, interval(-1, 1, "both"))),
    ("another end", Image("", dσ, z, interval(0, QUARTER, "right")), Image("", dσ, z, interval(0, 1, "right"))),
    ("half a line", Image("", dσ, z, interval(0, QUARTER), interval(0, None)), Image("", dσ, z, interval(0, QUARTER))),
    (
        "ln 2",
        Image("", softplus(z) - relu(z), z, interval(0, log(2), "right")),
        Image("", softplus(z) - relu(z), z, interval(0, log(2))),
    ),
    ("a limit", Tends("", dσ * exp(z), z, oo, S.One), Tends("", dσ * exp(z), z, oo, S(2))),
    (
        "below a hundredth",
        Stretches("", lt(Abs(dσ), Rational(1, 100)), z, ((None, "-4.5848"), ("4.5848", None))),
        Stretches("", lt(Abs(dσ), Rational(1, 100)), z, ((None, "-4.5848"), ("4.5849", None))),
    ),
    (
        "just there",
        Just("", eq(slope(relu), 1), z > 0, z),
        Just("", eq(slope(relu), 1), z >= 0, z),
    ),
    ("somewhere", Exists("", eq(dσ, QUARTER), at(z=0)), Exists("", gt(dσ, QUARTER), at(z=0))),
    ("far out", Eventually("", lt(dσ, Rational(1, 9)), z, oo), Eventually("", gt(dσ, Rational(1, 9)), z, -oo)),
    (
        "delta of squared error",
        Equal("", partial(out.SE(), out.Z[j]), (out.a[j] - out.Y[j]) * apply(sigmoid, out.Z[j], order=1)),
        Equal("", partial(out.SE(), out.Z[j]), out.a[j] - out.Y[j]),
    ),
    (
        "delta of cross-entropy",
        Equal("", partial(out.CE(), out.Z[j]), out.a[j] - out.Y[j]),
        Equal("", partial(out.CE(), out.Z[j]), out.Y[j] - out.a[j]),
    ),
    (
        "labels",
        Equal("", partial(out.J_p(), out.Z[j]), out.p[j] - out.Y[j], (sums_to(out.Y),)),
        Equal("", partial(out.J_p(), out.Z[j]), out.p[j] - out.Y[j], (sums_to(out.Y, 2),)),
    ),
    (
        "other classes",
        Equal("", (1 - delta(c, j)) * partial(out.J_class[c], out.B[j]), (1 - delta(c, j)) * out.p_of[j]),
        Equal("", partial(out.J_class[c], out.B[j]), out.p_of[j]),
    ),
    (
        "the outputs of a softmax",
        Equal("", total(out.k, out.p[out.k]), apply(exp, 0 * out.Z[j])),
        Equal("", total(out.k, out.p[out.k]), 2 * total(out.k, out.p[out.k])),
    ),
    (
        "the biases",
        Equal("", partial(back.K(), back.b[back.i]), partial(back.K(), back.z[back.i])),
        Equal("", partial(back.K(), back.W[back.i, back.j]), partial(back.K(), back.z[back.i])),
    ),
    (
        "half of the masks",
        CoinMean("", deep.m1 * deep.δ1, Eq, deep.δ1 / 2, (deep.m1,)),
        CoinMean("", deep.m1 * deep.δ1, Eq, deep.δ1 / 4, (deep.m1,)),
    ),
    (
        "independent",
        CoinMean("", deep.m1 * deep.m2, Eq, QUARTER, (deep.m1, deep.m2)),
        CoinMean("", deep.m1 * deep.m1, Eq, QUARTER, (deep.m1, deep.m2)),
    ),
    (
        "half of a Gaussian",
        GaussianMean("", S.One, z, S.Half, erf(z / sqrt(2)) / 2, interval(0, None)),
        GaussianMean("", S.One, z, S.One, erf(z / sqrt(2)) / 2, interval(0, None)),
    ),
]


@pytest.mark.parametrize(("holds", "misses"), [r[1:] for r in OF_OTHER_FORMS], ids=[r[0] for r in OF_OTHER_FORMS])
def test_a_near_miss_of_another_form_is_told_apart(holds: Statement, misses: Statement) -> None:
    assert settle(holds).proved
    assert settle(misses).status is Status.REFUTED


def test_another_statement_is_not_accepted_with_a_certificate() -> None:
    below = Holds("", lt(dσ, QUARTER), (over(z, 0, None),))
    found = settle(below)

    assert rechecked(below, found) is True
    assert rechecked(replace(below, variables=()), found) is False
    assert rechecked(Holds("", le(slope(softplus), 1)), found) is False
    wrong = replace(layers.SINGULAR[0], facts=())
    assert isinstance(wrong, Equal)
    assert rechecked(wrong, settle(layers.SINGULAR[0])) is False


def test_there_are_enough_near_misses() -> None:
    assert len(MISSES) >= 80
    assert len({m.id for m in MISSES}) >= 35
    assert len(NEAR_MISSES) + len(OF_OTHER_FORMS) >= 80


INDUCTIONS = {part.words: part for part in (*vars(layers).values(), *layers.TWO_SIDED) if isinstance(part, Induction)}
BARE = Induction("", le(layers.N, layers.P * layers.D), layers.layers, (), layers.AT_MOST.variables)
WRONG_INDUCTIONS = [
    ("the step is not given", BARE),
    ("the sizes may be negative", replace(layers.AT_MOST, variables=())),
    ("a wrong beginning", replace(layers.AT_MOST, follows=((layers.N, 2 * layers.D, layers.g), layers.layers[1]))),
    ("a bound that grows too slowly", replace(deep.shrinks, relation=eq(deep.P, deep.shrunk / 2))),
    ("for h < 0", replace(layers.BERNOULLI, variables=layers.BERNOULLI.variables[1:])),
    ("the other way round", replace(layers.FACTORS_AT_LEAST, relation=le(layers.P, layers.R))),
]


def test_every_induction_is_proved() -> None:
    assert len(INDUCTIONS) >= 5
    for part in (*INDUCTIONS.values(), deep.shrinks, deep.grows):
        assert settle(part).proved, part.words


@pytest.mark.parametrize("wrong", [w for _, w in WRONG_INDUCTIONS], ids=[name for name, _ in WRONG_INDUCTIONS])
def test_an_induction_with_a_wrong_part_is_not_proved(wrong: Induction) -> None:
    assert settle(wrong).status is Status.UNKNOWN


def test_orthonormality_is_needed_for_singular_values() -> None:
    good = layers.SINGULAR[0]
    assert isinstance(good, Equal)

    assert settle(good).proved
    assert settle(replace(good, facts=good.facts[:1])).status is Status.REFUTED
    assert settle(replace(good, right=2 * good.right)).status is Status.REFUTED


def test_a_wrong_antiderivative_proves_nothing() -> None:
    wrong = GaussianMean("", S.One, z, S.Half, erf(z) / 2, interval(0, None))

    assert settle(wrong).status is Status.UNKNOWN


def test_a_mean_that_is_only_bounded() -> None:
    mean = CoinMean("", (deep.m1 * deep.δ1) ** 2, Ge, deep.δ1**2 / 2, (deep.m1,))

    assert settle(mean).proved
    assert settle(replace(mean, right=deep.δ1**2)).status is Status.REFUTED


def test_an_experiment_is_evidence_and_no_proof() -> None:
    asked = CLAIMS["A16"].formal[0]
    assert isinstance(asked, Observation)
    quick = replace(asked, settings=(*asked.settings, ("elements", 1000), ("rounds", 3)))
    seen = observe(quick)
    found = settle_claim(replace(CLAIMS["A16"], formal=(quick,)), (seen,))

    assert settle(asked).status is Status.UNKNOWN
    assert len(seen.lines) == len(seen.agrees) == len(asked.compared)
    assert found.ruling is Ruling.MEASURED
    assert record(found)["measured"][0]["label"].startswith("cost-seed0")


def test_the_crossing_of_the_slopes_is_enclosed_to_30_digits() -> None:
    answer = settle_words("tanh'(z) >= sigmoid'(z) for z > 0", False)  # noqa: FBT003 - a task's argument
    with mpmath.workdps(40):
        crossing = str(mpmath.acosh(1 + mpmath.sqrt(3)))[:32]

    assert answer["verdict"] == "refuted"
    assert answer["statements"][0]["holds"] == [f"(0, {crossing}…]"]
    assert answer["statements"][0]["counterexample"].startswith("z = 3:")


def test_a_kink_or_zero_without_a_closed_form_is_valued_by_its_enclosure() -> None:
    small = where_holds(lt(Abs(slope(ACTIVATIONS["gelu"].head)), Rational(1, 100)), z)

    assert [(p.left and p.left.exact, p.right and p.right.exact) for p in small.parts] == [(None, None)] * 2
    assert small.parts[0].left is None
    assert small.parts[1].left is not None


def test_a_number_with_a_name_is_no_variable_where_a_slope_has_no_value() -> None:
    selu = ACTIVATIONS["selu"]
    named = D(selu.of.xreplace({p.symbol: Named(p.symbol, p.default) for p in selu.parameters}), z)

    (part,) = where_holds(lt(Abs(named), Rational(1, 100)), z).parts
    assert part.left is None
    assert part.right is not None
    assert float(part.right.lower.p) / float(part.right.lower.q) == pytest.approx(-5.169403491531345)


def test_where_a_claim_holds() -> None:
    region = where_holds(ge(z**2, 4), z)

    assert [(p.left and p.left.exact, p.right and p.right.exact) for p in region.parts] == [(None, -2), (2, None)]
    assert [(p.left_in, p.right_in) for p in region.parts] == [(False, True), (True, False)]
    assert where_holds(eq(z**2, 0), z).parts[0].left_in
    assert not where_holds(lt(z**2, 0), z).parts
    assert where_holds(gt(slope(relu), -1), z).parts[0].right_in is False  # no slope at the kink
    assert not where_holds(gt(1 / z, 0), z, over(z, -1, 1).domain).parts[0].left_in


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(words))
    return result.exit_code, result.output


def test_no_formula_says_that_a_thing_is_itself() -> None:
    told = run("claims", "A1", "A5", "D9")[1]

    assert "1 = 1" not in told
    assert "tanh(z) = tanh(z)" not in told
    assert "σ(z) = 1/(1 + e^(−z))" in told


def test_the_command_for_the_ledger() -> None:
    code, text = run("claims", "A3", "b8", "--json")
    found = json.loads(text)

    assert code == 0
    assert [r["id"] for r in found] == ["A3", "B8"]
    assert all(r["verdict"] == "refuted" and r["counterexample"] and r["corrected"] for r in found)
    assert run("claims", "A99")[0] == 2
