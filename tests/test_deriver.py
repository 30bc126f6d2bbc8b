"""Derivations: the lines a textbook would print, every one of them proved."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Abs, Ge, Max, Min, Mul, Piecewise, Rational, Symbol, cosh, exp, log, sign, sin, sqrt, tan, tanh

import symgrad
from symgrad.core import (
    Cancels,
    Definition,
    Derivation,
    PairError,
    Status,
    UnknownNameError,
    UnsupportedError,
    Variable,
    every_step,
    interval,
)
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.deriver import (
    derivative,
    derive,
    in_output,
    matching_loss,
    output_delta,
    pair,
    parameter_derivative,
    second_derivative,
    worked,
)
from symgrad.deriver.cancelling import cancelling
from symgrad.deriver.lines import TEXTBOOK
from symgrad.deriver.rounds import PLAIN_RULES
from symgrad.deriver.scalar import invertible
from symgrad.functions import D
from symgrad.functions.symbols import J_0, a, alpha, beta, lambda_, y, z
from symgrad.prover import prove, prove_relation, prove_step
from symgrad.rules import RULES

ENTRIES = {**ACTIVATIONS, **LOSSES}
LONGEST = 12  # lines; more than that and a reader has lost the thread
sigmoid, softplus, elu, selu = (ACTIVATIONS[n].head for n in ("sigmoid", "softplus", "elu", "selu"))

every_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
every_activation = pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=ACTIVATIONS)


def test_terms_are_seen_before_they_cancel() -> None:
    lines = [str(step.after) for step in derivative(ACTIVATIONS["tanhshrink"]).steps]

    assert lines[-2:] == ["1 - (1 - tanh(z)**2)", "tanh(z)**2"]


def assert_proved(derivation: Derivation) -> None:
    steps = (*every_step(derivation.steps), derivation.claim)
    verdicts = [prove_step(step, derivation.domains, derivation.lets) for step in steps]
    failed = [(s.rule, s.before, s.after, v.reason) for s, v in zip(steps, verdicts, strict=True) if not v.proved]

    assert len(verdicts) >= 2
    assert failed == []


def test_the_catalogues_are_whole() -> None:
    assert len(ACTIVATIONS) >= 32
    assert len(LOSSES) >= 20


@every_entry
def test_every_step_of_the_derivative_is_proved(entry: Definition) -> None:
    assert_proved(derivative(entry))


@every_activation
def test_every_step_of_the_second_derivative_is_proved(entry: Definition) -> None:
    assert_proved(second_derivative(entry))


@every_entry
def test_a_derivation_has_the_length_of_a_textbook_s(entry: Definition) -> None:
    found = derivative(entry)
    rules = [s.rule for s in every_step(found.steps) if not s.substeps and s.rule not in PLAIN_RULES]

    assert min(TEXTBOOK, len(rules)) <= len(found.steps) <= LONGEST
    assert not found.result.has(D)
    assert {s.rule for s in every_step(found.steps)} <= set(RULES)


@every_entry
def test_the_result_has_the_value_of_the_convention_at_a_kink(entry: Definition) -> None:
    result = derivative(entry).result
    usual = {p.symbol: p.default for p in entry.parameters} | {y: 1}
    for kink in entry.kinks:
        there = result.subs(kink.variable, kink.at).subs(usual)

        assert there.equals(kink.convention.subs(usual))


RESULTS = [
    ("sigmoid", sigmoid(z) * (1 - sigmoid(z))),
    ("tanh", 1 - tanh(z) ** 2),
    ("softplus", sigmoid(beta * z)),
    ("relu", Piecewise((1, z > 0), (0, True))),
    ("elu", Piecewise((1, z > 0), (elu(z, alpha) + alpha, True))),
    ("selu", Piecewise((lambda_, z > 0), (selu(z, lambda_, alpha) + alpha * lambda_, True))),
    ("silu", sigmoid(z) * (z * (1 - sigmoid(z)) + 1)),
    ("softsign", 1 / (1 + Abs(z)) ** 2),
    ("logsigmoid", 1 - sigmoid(z)),
    ("log_cosh", tanh(a - y)),
    ("binary_cross_entropy", (a - y) / (a * (1 - a))),
    ("half_squared_error", a - y),
]


@pytest.mark.parametrize(("name", "result"), RESULTS, ids=[n for n, _ in RESULTS])
def test_the_result_is_the_textbook_s(name: str, result: object) -> None:
    assert derivative(ENTRIES[name]).result == result


OUTPUTS = [
    ("sigmoid", a * (1 - a)),
    ("tanh", 1 - a**2),
    ("softplus", 1 - exp(-a * beta)),
    ("elu", Piecewise((1, a > 0), (a + alpha, True))),
    ("softsign", (1 - Abs(a)) ** 2),
]


@pytest.mark.parametrize(("name", "form"), OUTPUTS, ids=[n for n, _ in OUTPUTS])
def test_a_derivative_is_expressed_in_the_output(name: str, form: object) -> None:
    assert in_output(ENTRIES[name]) == form


def test_what_is_not_invertible_has_no_form_in_the_output() -> None:
    assert in_output(ACTIVATIONS["silu"]) is None


def test_the_sigmoid_s_chain_reads_as_in_a_book() -> None:
    assert [s.rule for s in derivative(ACTIVATIONS["sigmoid"]).steps] == [
        "definition",
        "reciprocal",
        "exp",
        "regroup",
        "output",
    ]


LEARNED = [("prelu", alpha), ("swish", beta), ("elu", alpha), ("softplus", beta), ("celu", alpha)]


@pytest.mark.parametrize(("name", "parameter"), LEARNED)
def test_the_derivative_by_a_parameter_is_proved(name: str, parameter: Symbol) -> None:
    assert_proved(parameter_derivative(ACTIVATIONS[name], parameter))


def test_a_parameter_that_is_not_there_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="beta"):
        parameter_derivative(ACTIVATIONS["prelu"], beta)


HEADLINES = [
    ("sigmoid", "half_squared_error", Cancels.NO, a * (1 - a) * (a - y)),
    ("sigmoid", "binary_cross_entropy", Cancels.FULLY, a - y),
    ("sigmoid", "kl_divergence", Cancels.PARTLY, -y * (1 - a)),
    ("tanh", "half_squared_error", Cancels.NO, (1 - a**2) * (a - y)),
    ("relu", "half_squared_error", Cancels.NO, Piecewise((a - y, z > 0), (0, True))),
    ("identity", "half_squared_error", Cancels.NOTHING, a - y),
    ("gaussian", "poisson_nll_rate", Cancels.PARTLY, -2 * z * (a - y)),
]


@pytest.mark.parametrize(("activation", "loss", "cancels", "delta"), HEADLINES)
def test_the_delta_and_what_cancels(activation: str, loss: str, cancels: Cancels, delta: object) -> None:
    row = pair(ACTIVATIONS[activation], LOSSES[loss])

    assert (row.delta, row.cancels, row.refused) == (delta, cancels, "")
    assert_proved(output_delta(ACTIVATIONS[activation], LOSSES[loss]))


ENDS = [(sigmoid, 0), (sigmoid, 1), (tanh, -1), (tanh, 1)]


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize(("head", "end"), ENDS, ids=str)
def test_a_factor_that_stays_makes_delta_vanish_with_the_slope(head: Any, end: int, loss: Definition) -> None:
    row = pair(ACTIVATIONS[head.__name__], loss)
    if row.refused or row.delta is None:
        assert row.refused
        return
    usual = {p.symbol: p.default for p in row.loss.parameters} | {y: Rational(2, 5)}
    there = float(row.delta.subs(usual).subs(a, end + Rational(1 - 2 * (end > 0), 10**12)))
    vanishes = abs(there) < 1e-6

    assert row.cancels in {Cancels.FULLY, Cancels.PARTLY} or vanishes
    assert row.cancels in {Cancels.NO, Cancels.PARTLY} or not vanishes


IN_CASES = [
    (1 / a, Piecewise((a, z > 0), (1, True)), Cancels.FULLY),
    (1 / a, Piecewise((a, z > 0), (a * y, True)), Cancels.PARTLY),
    (1 / a, Piecewise((a, z > 0), (y, True)), Cancels.PARTLY),
    (Piecewise((1 / a, a > y), (y, True)), a, Cancels.PARTLY),
    (y / a, Piecewise((y, z > 0), (0, True)), Cancels.NO),
    (y / a, Piecewise((1, z > 0), (1, True), evaluate=False), Cancels.NOTHING),
]


@pytest.mark.parametrize(("part", "slope", "answer"), IN_CASES, ids=str)
def test_what_cancels_is_decided_in_every_case(part: object, slope: object, answer: Cancels) -> None:
    assert cancelling(part, slope).answer is answer


def test_what_cancels_is_struck_out() -> None:
    steps = output_delta(ACTIVATIONS["sigmoid"], LOSSES["binary_cross_entropy"]).steps

    assert [s.cancelled for s in steps if s.rule == "cancel"] == [(a, 1 - a)]


def test_a_range_that_leaves_the_loss_s_domain_is_refused_by_name() -> None:
    with pytest.raises(PairError, match=r"Binary cross-entropy needs a in \(0, 1\), but Hyperbolic tangent gives"):
        output_delta(ACTIVATIONS["tanh"], LOSSES["binary_cross_entropy"])


REFUSED = [("relu", "poisson_nll_rate"), ("elu", "cross_entropy"), ("identity", "binary_cross_entropy")]
FITTING = [("softplus", "poisson_nll_rate"), ("elu", "half_squared_error"), ("sigmoid", "cross_entropy")]


@pytest.mark.parametrize(("names", "fits"), [(n, False) for n in REFUSED] + [(n, True) for n in FITTING])
def test_pairs_fit_or_are_refused_with_the_reason(names: tuple[str, str], fits: bool) -> None:  # noqa: FBT001
    row = pair(ACTIVATIONS[names[0]], LOSSES[names[1]])

    assert (row.refused == "") is fits
    assert (row.delta is not None) is fits


MATCHING = ("sigmoid", "tanh", "leaky_relu", "elu", "softplus", "identity", "celu", "selu", "logsigmoid")
MATCHING += ("softsign", "tanhshrink", "rrelu", "lecun_tanh", "erf", "arctan")


@every_activation
def test_a_matching_loss_makes_delta_the_plain_error(entry: Definition) -> None:
    if entry.name not in MATCHING and not invertible(entry):
        with pytest.raises(UnsupportedError, match="strictly increasing"):
            matching_loss(entry)
        return
    found = matching_loss(entry)

    assert found.result == a - y
    assert_proved(found)


def closed(name: str) -> Any:
    return next(let.value for let in matching_loss(ACTIVATIONS[name]).lets if let.symbol == J_0)


CLOSED = [
    ("sigmoid", LOSSES["binary_cross_entropy"].of),
    ("identity", LOSSES["half_squared_error"].of),
    ("tanh", -(1 - y) * log(1 - a) / 2 - (1 + y) * log(1 + a) / 2),
    ("elu", Piecewise((a**2 / 2 - a * y, a > 0), (a - (alpha + y) * log(1 + a / alpha), True))),
]


@pytest.mark.parametrize(("name", "loss"), CLOSED, ids=[n for n, _ in CLOSED])
def test_a_matching_loss_in_terms_of_the_output(name: str, loss: Any) -> None:
    entry = ACTIVATIONS[name]

    assert prove(closed(name), loss, variables=(Variable(a, entry.range), *entry.domains)).proved


def test_the_least_ratio_of_the_two_deltas_is_4() -> None:
    inside = (Variable(a, interval(0, 1)),)
    squared, entropy = (pair(ACTIVATIONS["sigmoid"], LOSSES[n]) for n in ("half_squared_error", "binary_cross_entropy"))
    times = 1 / (a * (1 - a))

    assert prove(entropy.delta, times * squared.delta, variables=inside).proved
    assert prove_relation(Ge(times, 4), variables=inside).proved
    assert prove_relation(Ge(times, 4 + Rational(1, 10**9)), variables=inside).status is Status.REFUTED
    assert times.subs(a, Rational(1, 2)) == 4


ELEMENTARY = set(MATCHING) - {"softplus", "logsigmoid"}
IN_OUTPUT = {"sigmoid", "identity", "tanh", "lecun_tanh", "leaky_relu", "rrelu", "elu", "celu", "selu", "softsign"}


@pytest.mark.parametrize("name", sorted(ELEMENTARY))
def test_a_matching_loss_is_integrated_line_by_line(name: str) -> None:
    found = matching_loss(ACTIVATIONS[name])
    rules = [s.rule for s in every_step(found.steps)]

    assert rules[0] == "definition"
    assert {"integrate", "linear"} <= set(rules)
    assert closed(name).free_symbols & {a, z} == ({a} if "substitute" in rules else {z})
    assert "substitute" in rules or name not in IN_OUTPUT
    assert len(found.steps) <= LONGEST


OWN = [
    -2 * sign(z + 1) / (Abs(z + 1) + 1) ** 3,
    log(1 + exp(-Abs(z))) + Max(0, z),
    Max(Piecewise((z, z > 0), (1, True)), z**2),
    Piecewise((Max(z, y), z > 0), (z, True)),
    Min(Max(z, y), z**2),
    Max(z, y, z**2),
    Piecewise((alpha, z > 0), (beta, True)) * sqrt(1 + z**2),
    cosh(elu(z)),
    log(exp(2 * z + Piecewise((z / 3, z > -1), (z, True))) + 1),
    sign(Piecewise((1, z > y), (z, True))),
    ACTIVATIONS["relu6"].head(1 / (alpha + z)),
    log(Max(0, z)),
    Min(1 / z, tanh(z)),
    elu(z, z),
    z + sqrt(y) + 1 / alpha,
    1 / (4 + z**-2),
    z * tanh(log(1 + exp(z))),
    sqrt(1 + z**2),
    z**z,
    2**z,
    Max(0, z) * z,
    Abs(z) * z,
    sin(z) / (2 + sin(z)),
    Piecewise((z**2, z < 1), (2 * z - 1, True)),
    exp(-(z**2)) * Max(z, 1 - z),
    alpha * z**3 + beta,
]


@pytest.mark.parametrize("expr", OWN, ids=str)
def test_a_user_s_expression_is_derived_and_proved(expr: object) -> None:
    assert_proved(derive(expr, z))


def test_softplus_written_with_its_kinks_is_seen_to_be_smooth() -> None:
    found = derive(log(1 + exp(-Abs(z))) + Max(0, z), z)

    assert found.result == sigmoid(z)
    assert prove(found.start, found.result).proved  # at 0 too, where its parts have no derivative


def test_a_product_of_a_hundred_factors_takes_one_line() -> None:
    found = derive(Mul(*(z + k for k in range(100))), z)

    assert [s.rule for s in found.steps] == ["product"]
    assert prove_step(found.claim).proved


def test_what_has_no_rule_is_refused_with_advice() -> None:
    with pytest.raises(UnsupportedError, match="derivative of tan"):
        derive(tan(z), z)


def test_a_derivation_by_hand_is_a_chain() -> None:
    e = exp(-z)
    found = worked(
        "by-hand",
        "By hand",
        D(1 / (1 + e), z),
        ("reciprocal", -D(1 + e, z) / (1 + e) ** 2),
        ("exp", e / (1 + e) ** 2, z < 100, "The signs cancel."),
    )

    assert_proved(found)
    assert (found.steps[1].given, found.steps[1].note) == (z < 100, "The signs cancel.")


def test_a_mistake_by_hand_is_refuted() -> None:
    found = worked("wrong", "Wrong", D(exp(-z), z), ("exp", exp(-z)))

    assert prove_step(found.steps[0], found.domains, found.lets).status is Status.REFUTED


def test_a_rule_by_hand_must_have_a_known_name() -> None:
    with pytest.raises(UnknownNameError, match="did you mean reciprocal"):
        worked("wrong", "Wrong", D(1 / z, z), ("recipocal", -1 / z**2))


def test_two_parameters_of_one_letter_are_kept_apart() -> None:
    row = pair(ACTIVATIONS["softplus"], LOSSES["smooth_l1"])

    assert [p.symbol.name for p in row.loss.parameters] == ["beta_J"]
    assert row.delta is not None
    assert {s.name for s in row.delta.free_symbols} == {"a", "y", "z", "beta", "beta_J"}


CASES = {  # functions by cases inside one another, roots and logarithms at their ends
    "hardshrink(hardshrink(z))": "{ 1 if z < −1/2; 0 if z ≤ 1/2; 1 otherwise }",
    "relu(relu(z))": "{ 0 if z ≤ 0; 1 otherwise }",
    "hardtanh(relu(z)-1)": "{ 1 if z < 2; 0 otherwise }",
    "elu(log(z),1)": "{ 1/z if z > 1; 1 otherwise }",
    "relu(exp(z)-2)": "{ e^z if z > ln 2; 0 otherwise }",
    "hardtanh(log(z))": "{ 0 if z ≥ e; 0 if z ≤ e^(−1); 1/z otherwise }",
    "sqrt(abs(z))*z": "3/2 · √|z|",
    "Max(z,0)^0.5": "{ 1/(2√z) if z > 0; 0 otherwise }",
    "sqrt(relu(z))": "{ 1/(2√z) if z > 0; 0 otherwise }",
    "relu(z)^relu(z)": "ReLU(z)^ReLU(z) (1 + ln(ReLU(z)))",
    "max(z, z^2, z^3)": "{ 2z if z ≤ 0; 1 if z ≤ 1; 3z² otherwise }",
    "relu(z)*z - abs(z)/2": "{ 1/2 if z < 0; 2z − 1/2 otherwise }",
    "elu(z)*relu(z)": "{ 0 if z ≤ 0; 2z otherwise }",
    "log(z)-log(z)+z^2": "2z",
    "z/z": "0",
}


@pytest.mark.parametrize("text", CASES)
def test_cases_are_gathered_and_every_step_is_proved(text: str) -> None:
    worked = symgrad.derive(text)

    assert worked.verdict.status is Status.PROVED
    assert f"= {CASES[text]}\n" in worked.to("text")
    assert " unknown" not in worked.to("text")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("log(log(z))", "z > 1"),
        ("log(z-1) + log(z)", "z > 1"),
        ("abs(z)^z", "z ≠ 0"),
        ("log(1-2*z)", "z < 1/2"),
        ("abs(z-1)*abs(z)", "z ≠ 0 and z ≠ 1"),
        ("log(k*z)", "kz > 0"),
        ("sqrt(relu(z))", "z ≠ 0"),
    ],
)
def test_a_condition_is_said_of_the_letter_and_once(text: str, where: str) -> None:
    assert f"\n       where {where}\n" in symgrad.derive(text, "z").to("text")
