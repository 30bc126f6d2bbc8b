"""The user's door: few names, each documented, each answering as promised."""

from __future__ import annotations

import inspect
import json
import pickle
from dataclasses import replace
from typing import Any

import pytest
import sympy
from sympy import Abs, Eq, Rational, Symbol, exp, log, sign, sqrt, tanh

import symgrad
from symgrad import D, Document, Status, Worked, y, z
from symgrad.core import Cancels, Convex, ParseError, UnknownNameError, UnsupportedError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.document.facts import readable
from symgrad.functions.stable_heads import within
from symgrad.pipeline.kinks import slopes
from symgrad.pipeline.losses import loss_facts
from symgrad.pipeline.losses import points as points_of
from symgrad.pipeline.stages import facts as activation_facts
from symgrad.pipeline.stages import settle_document

PLAIN = {"a", "y", "z"}


def test_the_door_is_small() -> None:
    assert len(symgrad.__all__) <= 25
    assert set(symgrad.__all__) <= set(dir(symgrad))
    assert list(symgrad.__all__) == sorted(symgrad.__all__)


@pytest.mark.parametrize("name", [n for n in symgrad.__all__ if n not in PLAIN])
def test_every_public_name_is_documented(name: str) -> None:
    value = getattr(symgrad, name)

    assert inspect.getdoc(value)
    if inspect.isfunction(value):
        annotations = inspect.get_annotations(value)
        assert set(inspect.signature(value).parameters) | {"return"} <= set(annotations)


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES])
def test_every_entry_can_be_imported(name: str) -> None:
    assert getattr(symgrad, name) is (ACTIVATIONS.get(name) or LOSSES[name]).head


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="sigmod"):
        _ = symgrad.sigmod
    with pytest.raises(ImportError, match="sigmod"):
        from symgrad import sigmod  # noqa: F401, PLC0415 - the import is what is tested


def test_a_derivative_is_proved_and_checked() -> None:
    worked = symgrad.derivative("sigmoid")

    assert isinstance(worked, Worked)
    assert worked.verdict.status is Status.PROVED
    assert worked.check is not None
    assert worked.check.wrong == 0
    assert worked.check.ok > 50
    assert worked.result == symgrad.sigmoid(z) * (1 - symgrad.sigmoid(z))
    assert len(worked.steps) > 2
    assert worked.settled is worked.settled


def test_a_delta_is_proved() -> None:
    worked = symgrad.output_delta("sigmoid", "binary_cross_entropy")

    assert worked.result == symgrad.sigmoid(z) - y
    assert worked.verdict.status is Status.PROVED
    for name in ("matching", "matching_loss", "MatchingLoss"):
        assert symgrad.output_delta("sigmoid", name).result == symgrad.matching_loss("sigmoid").result
    with pytest.raises(symgrad.SymgradError, match="did you mean matching"):
        symgrad.output_delta("sigmoid", "matchin")


@pytest.mark.parametrize("form", ["latex", "mathml", "markdown", "html", "text", "json"])
def test_every_form_can_be_had(form: str) -> None:
    assert len(symgrad.derivative("tanh").to(form)) > 50


def test_a_notebook_shows_it() -> None:
    worked = symgrad.derivative("relu")

    assert "<math" in worked._repr_html_()
    latex = worked._repr_latex_()
    assert latex.startswith("$$")
    assert latex.endswith("$$")
    assert "%" not in latex
    assert "ReLU" in repr(worked) or "relu" in repr(worked)
    assert json.loads(worked.to("json"))["name"] == worked.name


def test_symbols_of_ones_own_come_back() -> None:
    x = Symbol("x")
    p = Symbol("p", positive=True)

    worked = symgrad.derive(x * log(p) + p * x**2, x)

    assert worked.result.free_symbols == {x, p}
    assert (worked.result - (log(p) + 2 * p * x)).expand() == 0
    assert worked.verdict.status is Status.PROVED


def test_text_is_parsed_not_run() -> None:
    assert symgrad.derive("z**2 + 3").result == 2 * z
    with pytest.raises(ParseError):
        symgrad.derive("__import__('os').getcwd()")
    with pytest.raises(UnsupportedError, match="say which"):
        symgrad.derive("alpha*beta")
    with pytest.raises(UnsupportedError, match="exactly"):
        symgrad.derive(0.1, z)
    with pytest.raises(UnknownNameError, match="sigmoid"):
        symgrad.derivative("sigmod")


def test_proofs_both_ways() -> None:
    assert symgrad.prove("1/(1+exp(-z))", "sigmoid(z)").status is Status.PROVED
    refuted = symgrad.prove("tanh(z)", "sigmoid(z)")
    assert refuted.status is Status.REFUTED
    assert refuted.witness is not None


@pytest.mark.parametrize(
    ("assuming", "status"),
    [
        ("z > 0 & y < 1", Status.PROVED),
        (["z >= 0", y < 1], Status.PROVED),
        ("z < 0", Status.REFUTED),
        ("z = 1", Status.PROVED),
        ("z = -1 & y = 2", Status.REFUTED),
        ("z^2 < 0", Status.VACUOUS),
    ],
)
def test_assumptions_may_be_text(assuming: Any, status: Status) -> None:
    assert symgrad.prove("sqrt(z^2)", "z", assuming=assuming).status is status
    assert symgrad.prove(sqrt(z**2), "z", assuming=assuming).status is status


@pytest.mark.parametrize("assuming", ["z", "z >", "z =", "z := 1", "__import__('os')", ""])
def test_a_text_that_is_no_condition_is_refused(assuming: str) -> None:
    with pytest.raises(ParseError):
        symgrad.prove("z", "z", assuming=assuming)


def test_the_result_alone_says_where_it_holds() -> None:
    worked = symgrad.derive("abs(z - 3)")

    assert "This holds where $`z \\ne 3`$." in worked.to("markdown", "result")
    assert r"\quad\text{where } z \ne 3" in worked.to("latex", "result", fragment=True)
    assert "<mtext>where</mtext>" in worked.to("mathml", "result")
    assert "where z ≠ 3" in worked.to("text", "result")
    assert "where" not in symgrad.derivative("sigmoid").to("mathml", "result")


def test_what_was_left_unevaluated_is_asked_as_it_stands() -> None:
    with sympy.evaluate(False):  # noqa: FBT003 - SymPy's signature
        left = exp(log(z))

    assert symgrad.prove(left, "z").status is Status.DOMAIN_MISMATCH


def test_assumptions_are_honoured() -> None:
    x, p = Symbol("x"), Symbol("p", positive=True)

    assert symgrad.prove(sqrt(x**2), x).status is Status.REFUTED
    assert symgrad.prove(sqrt(p**2), p).status is Status.PROVED
    assert symgrad.prove(sqrt(x**2), x, assuming=x > 0).status is Status.PROVED
    assert symgrad.prove(sqrt(x**2), -x, assuming=[x < 0, x > -5]).status is Status.PROVED
    assert symgrad.prove("abs(p)", p).status is Status.PROVED


def test_a_counterexample_must_be_one_of_the_users_own() -> None:
    n = Symbol("n", integer=True)

    verdict = symgrad.prove(n**3, n)

    assert verdict.status is Status.UNKNOWN  # a real witness need not be an integer
    assert "n" in verdict.reason
    assert symgrad.prove((n + 1) ** 2, n**2 + 2 * n + 1).status is Status.PROVED


def test_a_witness_is_in_the_users_symbols() -> None:
    x = Symbol("x")
    verdict = symgrad.prove(tanh(x), exp(x))

    assert verdict.witness is not None
    assert [s for s, _ in verdict.witness.point] == [x]


def test_symbols_that_cannot_be_real_are_refused() -> None:
    with pytest.raises(UnsupportedError, match="real"):
        symgrad.derive(Symbol("i", imaginary=True) ** 2, "i")
    with pytest.raises(UnsupportedError, match="name of its own"):
        symgrad.prove(Symbol("x") + Symbol("x", positive=True), 0)


def test_an_equation_may_be_assumed() -> None:
    x = Symbol("x")

    assert symgrad.prove(x**2, Rational(1, 4), assuming=Eq(x, Rational(1, 2))).status is Status.PROVED


FORMS = ["latex", "mathml", "markdown", "html", "text", "json"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["hardshrink", "absolute_error"])
def test_an_entry_tells_its_facts_and_kinks_in_every_form(name: str, form: str) -> None:
    entry = symgrad.activation(name) if name in ACTIVATIONS else symgrad.loss(name)
    told = entry.to(form)

    for word in ("torch", "jax"):
        assert word in told
    assert ("convex" if name in LOSSES else ("monotone" if form == "json" else "Monotone")) in told
    sizes = [len(entry.to(form, detail)) for detail in ("result", "textbook", "every-rule")]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1] or form == "html"  # a page folds what is not asked for


def test_an_entry_goes_wherever_a_definition_goes() -> None:
    sigmoid, loss = symgrad.activation("sigmoid"), symgrad.loss("bce")

    assert sigmoid == ACTIVATIONS["sigmoid"]
    assert ACTIVATIONS["sigmoid"] == sigmoid
    assert len({sigmoid, ACTIVATIONS["sigmoid"]}) == 1
    assert sigmoid != symgrad.activation("tanh")
    assert pickle.loads(pickle.dumps(sigmoid)) == sigmoid  # noqa: S301 - made here
    assert symgrad.output_delta(sigmoid, loss).result == symgrad.output_delta("sigmoid", "bce").result
    assert symgrad.derivative(sigmoid).result == sigmoid.derivative.result
    assert sigmoid.status is Status.PROVED
    assert sigmoid.result == sigmoid.formula == ACTIVATIONS["sigmoid"].of
    assert sigmoid.steps == symgrad.derivative("sigmoid").steps
    assert sigmoid.facts.supremum.exact == Rational(1, 4)
    assert sigmoid.check is not None
    assert "<math" in sigmoid._repr_html_()
    assert sigmoid._repr_latex_().startswith("$")
    page = Document("s", "S", "T", derivations=(sigmoid.derivative.derivation,), about=(sigmoid, loss))
    assert [f.definition for f in settle_document(page).facts] == [sigmoid, loss]


@pytest.mark.parametrize("form", FORMS)
def test_a_statement_is_told_in_every_form(form: str) -> None:
    proved, refuted = symgrad.prove("tanh(z)", "2*sigmoid(2*z) - 1"), symgrad.prove("tanh(z)", "sigmoid(z)")

    assert len(proved.to(form)) > 50
    if form in {"text", "markdown", "html", "json"}:
        assert "refuted" in refuted.to(form)
    assert proved.status is proved.verdict.status is Status.PROVED
    assert len(proved.steps) == 1
    assert proved.result == 2 * symgrad.sigmoid(2 * z) - 1
    assert "<math" in proved._repr_html_()
    assert "$$" in proved._repr_latex_()


@pytest.mark.parametrize("form", FORMS)
def test_a_counterexample_without_a_closed_form_is_told_in_every_form(form: str) -> None:
    over, not_under = (f"Piecewise((1, z*exp(z) - 3 {sign} 0), (0, True))" for sign in (">", ">="))
    excepted = symgrad.prove(over, not_under)

    assert excepted.status is Status.PROVED_EXCEPT
    assert form in {"mathml", "numpy"} or "1.049908894" in excepted.to(form)


def test_exceptions_are_carried_and_said_everywhere() -> None:
    wrong_at_0 = symgrad.worked("w", "w", symgrad.D(Abs(z), z), ("abs", sign(z)))
    worked = Worked(wrong_at_0)
    told = json.loads(worked.to("json"))

    assert worked.status is Status.DOMAIN_MISMATCH
    assert [w.point for w in worked.verdict.exceptions] == [((z, 0),)]
    assert told["verdict"]["status"] == worked.status.value
    assert [w["point"][0]["value"]["text"] for w in told["verdict"]["exceptions"]] == ["0"]
    for form in ("text", "markdown", "latex"):
        assert "defined" in worked.to(form)
    assert "at z = 0" in worked.to("text")


CONVEX = {
    "squared_error": "strictly convex",
    "binary_cross_entropy": "strictly convex",
    "absolute_error": "convex",
    "hinge": "convex",
    "cauchy": "not convex",
}


@pytest.mark.parametrize("name", LOSSES)
def test_facts_of_a_loss_hold_where_they_are_tried(name: str) -> None:
    facts = loss_facts(symgrad.loss(name))
    values = dict(facts.at)
    a = facts.definition.variable

    assert facts.convex.value == CONVEX.get(name, facts.convex.value)
    for point in facts.bent and [dict(facts.bent)]:
        assert facts.second.subs(point).doit() < 0
    points = [p for p in points_of(facts.definition) if all(p[s] == v for s, v in values.items())]
    assert points
    for point in points:
        value, slope = facts.definition.of.subs(point), facts.derivative.subs(point)
        assert value.evalf() >= facts.least.lower - Rational(1, 10**9)
        assert facts.infimum.lower - Rational(1, 10**9) <= slope.evalf() <= facts.supremum.upper + Rational(1, 10**9)
        if facts.convex in {Convex.STRICTLY, Convex.CONVEX}:
            assert facts.second.subs(point).evalf() >= 0
    if facts.stationary:
        assert facts.derivative.subs(facts.definition.variables[1].symbol, a).subs(a, Rational(1, 3)).simplify() == 0


def test_a_kink_that_is_none_at_the_usual_values_is_told() -> None:
    (bend,) = activation_facts(symgrad.activation("elu")).bends

    assert (bend.at, bend.left, bend.right) == (0, 1, 0)
    assert "second derivative is 1 on the left and 0 on the right" in symgrad.activation("elu").to("text")
    assert not activation_facts(symgrad.activation("relu")).bends


def test_a_chain_is_no_better_than_its_worst_step() -> None:
    wrong = symgrad.worked(
        "w", "w", symgrad.D(z**2, z), ("power", 3 * z, "not true"), ("simplify", 2 * z, "nor is this")
    )
    worked = Worked(wrong)

    assert worked.verdict.status is Status.REFUTED
    assert "step 1" in worked.verdict.reason
    assert worked.failed


@pytest.mark.parametrize("name", [n for n, d in {**ACTIVATIONS, **LOSSES}.items() if d.kinks])
def test_slopes_at_kinks_are_proved_and_wrong_ones_refuted(name: str) -> None:
    definition = ACTIVATIONS.get(name) or LOSSES[name]
    wrong = tuple(replace(k, left=k.left + Rational(1, 10**9)) for k in definition.kinks)

    right = {v.status for _, v in slopes(definition)}
    planted = [v for label, v in slopes(replace(definition, kinks=wrong)) if "left" in label]

    assert right == {Status.PROVED}
    assert len(planted) >= len(wrong)
    assert {v.status for v in planted} == {Status.REFUTED}


def test_an_entry_tells_its_slope_in_the_output_and_a_delta_whether_it_cancels() -> None:
    assert symgrad.activation("tanh").in_output == 1 - symgrad.a**2
    assert symgrad.loss("huber").in_output is None
    assert symgrad.output_delta("sigmoid", "binary_cross_entropy").cancels is Cancels.FULLY
    assert symgrad.output_delta("sigmoid", "half_squared_error").cancels is Cancels.NO


def test_a_fact_names_no_function_that_only_numpy_needs() -> None:
    entries = (*ACTIVATIONS.values(), *LOSSES.values())

    assert not [d.name for d in entries if d.stable is not None and readable(d.stable).has(within)]
    assert "within" not in symgrad.activation("gelu").to("text")


def test_a_page_of_results_carries_no_steps() -> None:
    worked = symgrad.derivative("sigmoid")

    assert 'class="steps"' in worked.to("html")
    assert 'class="steps"' not in worked.to("html", "result")


def test_a_derivation_that_ends_with_an_open_derivative_has_a_page_and_no_code() -> None:
    e = sympy.exp(-z)
    line = -D(1 + e, z) / (1 + e) ** 2
    unfinished = Worked(symgrad.worked("open", "Open", D(1 / (1 + e), z), ("reciprocal", line)))

    page = unfinished.to("html")

    assert unfinished.status is Status.PROVED
    assert "import numpy" not in page
    with pytest.raises(UnsupportedError, match="no open D") as told:
        unfinished.to("numpy")
    assert str(line) in str(told.value)
