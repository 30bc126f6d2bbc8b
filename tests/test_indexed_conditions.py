"""A verdict lists every condition under which both sides have values: exactly those, and none that always holds."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import sympy as sp
from click.testing import CliRunner

from symgrad.cli.main import app
from symgrad.core import Status, Variable, interval
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.definitions.layers import LAYERS
from symgrad.deriver.indexed import derivation
from symgrad.deriver.indexed.layers import layer_gradients
from symgrad.document import render
from symgrad.document.telling import tell
from symgrad.indexed import (
    Dim,
    Expr,
    Fact,
    Index,
    Tensor,
    apply,
    attains,
    delta,
    expr,
    greatest,
    group,
    partial,
    size,
    sums_to,
    total,
    where,
)
from symgrad.indexed.conditions import NOT_NEGATIVE, NOT_ZERO, POSITIVE, Condition
from symgrad.indexed.jets import NoValueError
from symgrad.indexed.samples import space
from symgrad.pipeline.stages import settle
from symgrad.prover.indexed import prove_indexed
from symgrad.prover.indexed.reals import Balls

n = Dim("n")
i, j, k = (Index(c, n) for c in "ijk")
x, y, w, positive = Tensor("x", n), Tensor("y", n), Tensor("w", n), Tensor("q", n, positive=True)
N, half, one = size(n), Fraction(1, 2), expr(1)
S = Tensor("S", body=((), total(k, x[k])))
p = Tensor("p", n, body=(i, x[i] / S()))
E = Tensor("E", body=((), total(k, apply(sp.exp, x[k]))))
softmax = Tensor("s", n, body=(i, apply(sp.exp, x[i]) / E()))
root = Tensor("r", n, body=(i, (x[i] ** 2) ** half))
norm = Tensor("R", body=((), total(k, x[k] ** 2) ** half))
nothing = Tensor("o", n, body=(i, x[i] - x[i]))
logs = Tensor("L", n, body=(i, apply(sp.log, x[i])))
bce, relu = LOSSES["binary_cross_entropy"].head, ACTIVATIONS["relu"].head
huber = LOSSES["huber"].head
ln, mod = (lambda v: apply(sp.log, v)), (lambda v: apply(sp.Abs, v))
zero, square = Fact("x is 0", x[i], expr(0), assumed=True), Fact("x² is 1", x[i] ** 2, one, assumed=True)
gap = total(k, x[k]) - y[i]
tie = "max_k x[k] is attained at one index only"

PROVED: list[tuple[str, Expr, Expr, tuple[Any, ...], tuple[str, ...]]] = [
    ("size", (N**2 - 1) * group(N - 1) ** -1, N + 1, (), ("|n| ≠ 1",)),
    ("size + 1", group(N + 1) * group(N + 1) ** -1, one, (), ()),
    ("normalised", total(k, p[k]), one, (), ("S ≠ 0",)),
    (
        "divided by what is 1 by a fact",
        x[i] / total(k, y[k]) * 2,
        2 * x[i] / total(j, y[j]),
        (sums_to(y),),
        ("sum y = 1",),
    ),
    ("divided by what may be 0", x[i] / total(k, y[k]) * 2, 2 * x[i] / total(j, y[j]), (), ("Σ_k y[k] ≠ 0",)),
    ("normalised by a fact", total(k, p[k]), one, (sums_to(p),), ("S ≠ 0",)),
    ("a factor of a name", S() * p[i], x[i], (), ("S ≠ 0",)),
    ("softmax", total(k, softmax[k]), one, (), ()),
    ("inside functions", apply(sp.exp, 1 / x[i]) * apply(sp.exp, -1 / x[i]), one, (), ("x[i] ≠ 0",)),
    ("a root in a name", partial(root[i], x[i]) * root[i], x[i], (), ("x[i] ≠ 0",)),
    ("a norm", partial(norm(), x[i]) * norm(), x[i], (), ("Σ_k x[k]^2 ≠ 0",)),
    ("exp log", apply(sp.exp, ln(x[i])), x[i], (), ("x[i] > 0",)),
    ("slope of log", partial(ln(x[i]), x[i]), 1 / x[i], (), ("x[i] > 0",)),
    ("x times it", x[i] * partial(ln(x[i]), x[i]), one, (), ("x[i] > 0",)),
    ("log of what is positive", partial(ln(positive[i]), positive[i]), 1 / positive[i], (), ()),
    ("log of a sum of exponentials", partial(ln(E()), x[i]), softmax[i], (), ()),
    ("log in a name", logs[i] - logs[i], expr(0), (), ("x[i] > 0",)),
    ("root", (group(x[i] + 1) ** half) ** 2, x[i] + 1, (), ("x[i] ≥ -1",)),
    ("roots under a fact", x[i] ** half * x[i] ** Fraction(3, 2), one, (square,), ("x² is 1", "x[i] ≥ 0")),
    (
        "cross-entropy",
        partial(apply(bce, x[i], y[i]), x[i]) * x[i] * (1 - x[i]),
        x[i] - y[i],
        (),
        ("x[i] < 1", "x[i] > 0", "y[i] ≤ 1", "y[i] ≥ 0"),
    ),
    ("modulus", partial(mod(x[i]), x[i]), apply(sp.sign, x[i]), (), ("x[i] ≠ 0",)),
    ("modulus itself", mod(x[i]) + mod(x[i]), 2 * mod(x[i]), (), ()),
    ("relu", partial(apply(relu, x[i]), x[i]), apply(relu, x[i], order=1), (), ("x[i] ≠ 0",)),
    ("relu itself", 2 * apply(relu, x[i]), apply(relu, x[i]) * 2, (), ()),
    (
        "beyond the listed kinks",
        partial(partial(apply(huber, x[i], y[i], one), x[i]), x[i]),
        partial(partial(apply(huber, x[i], y[i], one), x[i]) + 1, x[i]),
        (),
        ("Huber(x[i], y[i], 1) has all derivatives that are taken",),
    ),
    ("maximum", partial(greatest(k, x[k]), x[i]), attains(k, x[k], i), (), (tie,)),
    ("maximum itself", greatest(k, x[k]) * 2, greatest(k, x[k]) + greatest(k, x[k]), (), ()),
    ("where it is", partial(attains(k, x[k], i), x[j]), expr(0), (), (tie,)),
    ("x / x", x[i] / x[i], one, (), ("x[i] ≠ 0",)),
    ("between others", x[i] ** -1 * y[i] * x[i], y[i], (), ("x[i] ≠ 0",)),
    ("brackets", group(gap) / group(gap), one, (), ("y[i] - Σ_k x[k] ≠ 0",)),
    ("terms", ln(x[i]) - ln(x[i]), expr(0), (), ("x[i] > 0",)),
    ("times 0", 0 * x[i] ** -1, expr(0), (), ("x[i] ≠ 0",)),
    ("to the power 0", group(x[i] + 1) ** -1 * 1, (group(x[i] + 1) ** -1) ** 1, (), ("x[i] ≠ -1",)),
    ("power 0", ln(x[i]) ** 0, one, (), ("x[i] > 0",)),
    ("twice reciprocal", (x[i] ** -1) ** -1, x[i], (), ("x[i] ≠ 0",)),
    ("summed", total(k, x[k] / x[k]), N, (), ("x[k] ≠ 0",)),
    ("inside", apply(sp.exp, x[i] / x[i]), apply(sp.exp, one), (), ("x[i] ≠ 0",)),
    ("maximum of it", partial(greatest(k, x[k] / x[k]), y[i]), expr(0), (), ("x[k] ≠ 0",)),
    ("masked", total(k, where(k, "<=", i) * apply(sp.exp, x[k])) ** -1 * 0, expr(0), (), ()),
]
VACUOUS = [
    ("no root", (group(-(x[i] ** 2) - 1) ** half) ** 2, -(x[i] ** 2) - 1, ()),
    ("assumed away", x[i] / x[i], one, (zero,)),
    ("padding", total(i, x[i + 1] * x[i + 1] ** -1), N, ()),
    ("a name that is 0", nothing[i] / nothing[i], one, ()),
]


@pytest.mark.parametrize(("left", "right", "facts", "wanted"), [c[1:] for c in PROVED], ids=[c[0] for c in PROVED])
def test_the_conditions_are_exactly_those_that_are_needed(left: Expr, right: Expr, facts: Any, wanted: Any) -> None:
    verdict = prove_indexed(left, right, facts=facts)

    assert verdict.proved
    assert tuple(map(str, verdict.conditions)) == wanted


@pytest.mark.parametrize(("left", "right", "facts"), [c[1:] for c in VACUOUS], ids=[c[0] for c in VACUOUS])
def test_what_never_has_a_value_is_vacuous(left: Expr, right: Expr, facts: Any) -> None:
    verdict = prove_indexed(left, right, facts=facts)

    assert verdict.status is Status.VACUOUS
    assert verdict.reason.endswith("never holds")


def test_a_point_where_what_cancelled_has_no_value_refutes_nothing() -> None:
    right = mod(x[i])
    assert prove_indexed(x[i], right).status is Status.REFUTED
    assert prove_indexed(x[i] + ln(x[i]) - ln(x[i]), right).status is Status.UNKNOWN
    assert prove_indexed(x[i] + total(k, logs[k] - logs[k]), right).status is Status.UNKNOWN


def test_a_point_where_a_bracket_is_0_beside_what_has_no_value_refutes_nothing() -> None:
    never = ln(x[i] * x[j] - x[i] ** 2 - x[j] ** 2)  # negative wherever it is not 0, and 0 where i = j and x is 0
    for bracket in (delta(i, j), where(i, ">=", j)):
        assert prove_indexed(bracket * never, 1).status is Status.UNKNOWN
        assert prove_indexed(bracket * ln(x[i] ** 2 + x[j] ** 2), 1).status is Status.REFUTED


def test_a_declared_domain_is_no_condition_of_its_own() -> None:
    left, right = partial(apply(bce, x[i], y[i]), x[i]) * x[i] * (1 - x[i]), x[i] - y[i]
    known = [Variable(x, interval(0, 1)), Variable(y, interval(0, 1, "both"))]

    assert prove_indexed(left, right, variables=known).conditions == ()


def test_conditions_are_one_whatever_their_indices_are_called() -> None:
    assert Condition(x[i], NOT_ZERO) == Condition(x[k], NOT_ZERO)
    assert Condition(x[i] - x[j], NOT_ZERO) != Condition(x[i] - y[j], NOT_ZERO)
    assert Condition(x[i], NOT_ZERO) != Condition(x[i], POSITIVE)


SHOWN = [("sum(log(w))", "wᵢ > 0"), ("sum(sqrt(w))", "wᵢ > 0"), ("sum(abs(w))", "wᵢ ≠ 0"), ("max(w)", "only")]


@pytest.mark.parametrize(("formula", "words"), SHOWN)
def test_a_derivation_of_text_shows_them(formula: str, words: str) -> None:
    found = CliRunner().invoke(app, ["derive", formula, "--wrt", "w", "--shape", "w:n"])

    assert found.exit_code == 0
    assert any(line.strip().startswith("where") and words in line for line in found.output.splitlines())


def test_every_format_shows_them() -> None:
    settled = settle(derivation(partial(total(k, ln(x[k])), x[i]), name="logs"))
    shown = {form: render(settled, form, "textbook") for form in ("text", "markdown", "latex", "html", "json")}

    assert "where xᵢ > 0" in shown["text"]
    assert "This holds where $`x_{i} > 0`$." in shown["markdown"]
    assert r"This holds where $\sgqa{x}_{i} > 0$." in shown["latex"]  # in the colour of its quantity
    assert 'class="holds"' in shown["html"]
    assert json.loads(shown["json"])["given"]["text"] == "xᵢ > 0"
    assert "Holds where xᵢ > 0." in tell(settled.derivation.start, settled).code


LAYER_CONDITIONS = {  # the slope by α is asked for while z is held still, so the kink is none there
    "prelu_per_neuron-z": {"z[i] ≠ 0"},
    "max_pool-x": {"max_k x[c,k+2t] is attained at one index only"},
}


@pytest.mark.parametrize("kind", ["softmax", "layer_norm", "prelu_per_neuron", "max_pool", "masked_attention"])
def test_layers_list_theirs_and_no_more(kind: str) -> None:
    for chain in layer_gradients(LAYERS[kind].build()):
        verdict = prove_indexed(chain.start, chain.result, facts=chain.facts, variables=chain.domains)
        assert verdict.proved
        assert {str(c) for c in verdict.conditions if isinstance(c, Condition)} == LAYER_CONDITIONS.get(
            chain.name, set()
        )


def drawn(rng: random.Random, depth: int) -> Expr:
    """A random expression with divisors, logarithms, roots and kinks."""
    if not depth:
        return rng.choice([x[i], y[i], total(k, x[k]), N, expr(rng.randint(1, 3)), x[i] ** 2])
    one, other = drawn(rng, depth - 1), drawn(rng, depth - 1)
    return rng.choice(
        [
            lambda: one + other,
            lambda: one - other,
            lambda: one * other,
            lambda: group(one + 1) ** rng.choice([-1, 2, half, -half]),
            lambda: ln(group(one)),
            lambda: mod(one),
            lambda: apply(sp.exp, one),
            lambda: apply(relu, one),
            lambda: total(k, one.rename({i: k}) * other),
        ]
    )()


def met(condition: Condition, sample: Any) -> bool:
    """Whether a condition holds at a point for all values of its indices, for certain."""
    arithmetic = Balls()
    free = sorted(condition.expr.free, key=lambda m: m.token)
    for values in product(*(range(sample.sizes[m.dim]) for m in free)):
        try:
            value = sample.evaluation(arithmetic).value(condition.expr, dict(zip(free, values, strict=True)))
        except NoValueError:
            return False
        signs = {NOT_ZERO: value != 0, POSITIVE: value > 0, NOT_NEGATIVE: value > 0}
        if not signs[condition.relation]:  # at 0 a root has a value, but its ball is not known to be one
            return False
    return True


def test_where_the_conditions_hold_both_sides_have_values_and_agree() -> None:
    rng = random.Random(4)  # noqa: S311 - examples, no secrets
    compared, listed, skipped = 0, 0, 0
    for _ in range(60):
        value = drawn(rng, 3)
        pairs = [(value / value if value else value, one), (partial(value, x[j]), partial(value + y[i] - y[i], x[j]))]
        pairs += [(value + ln(value) - ln(value), value)] if value else []
        for left, right in pairs:
            verdict = prove_indexed(left, right)
            if not verdict.proved:
                continue
            listed += bool(verdict.conditions)
            for sample in list(space((left, right, value, x[i] * y[j] * N), (), {}).samples(rng))[:6]:
                if all(met(c, sample) for c in verdict.conditions):
                    try:
                        found = [sample.evaluation(Balls()).value(v, sample.at) for v in (left, right, value)]
                    except NoValueError as error:
                        if "kink" not in str(error):  # |0| is 0, but the evaluation gives no value at any kink
                            pytest.fail(f"{left} = {right} where {verdict.conditions}: {error}")
                        skipped += 1
                        continue
                    assert all(v.is_finite() for v in found)
                    assert found[0].overlaps(found[1])
                    compared += 1
    assert compared > 150
    assert skipped < compared / 10
    assert listed > 40
