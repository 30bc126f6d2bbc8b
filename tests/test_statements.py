"""What a statement says: domains, lets, kinks, symbols, and what is refused."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sympy import (
    Abs,
    Function,
    Heaviside,
    Integral,
    Max,
    Mul,
    Ne,
    Piecewise,
    Rational,
    Symbol,
    exp,
    log,
    nan,
    oo,
    sign,
    sqrt,
    symbols,
    tanh,
)

from symgrad.core import Let, Status, Step, Variable, interval, one_of
from symgrad.functions import D
from symgrad.prover import prove, prove_step, recheck, replay

x, y, z, t, a, J = symbols("x y z t a J", real=True)
α, β, p, r = symbols("alpha beta p r", real=True)
f = Function("f")
PROVED, REFUTED = Status.PROVED, Status.REFUTED
MISMATCH, UNKNOWN = Status.DOMAIN_MISMATCH, Status.UNKNOWN
POSITIVE = tuple(Variable(s, interval(0, None)) for s in (α, β, p, r))
σ = 1 / (1 + exp(-z))


def test_conditions_that_a_proof_used_are_named() -> None:
    used = prove(log(α * z), log(α) + log(z), variables=(*POSITIVE, Variable(z, interval(0, None)))).conditions

    assert set(used) == {α > 0, z > 0}
    assert prove(D(z * σ, z), σ + z * σ * (1 - σ), variables=POSITIVE).conditions == ()
    assert prove(D(Max(0, z), z), Heaviside(z), assuming=Ne(z, 0)).conditions == (Ne(z, 0),)


def test_lets_are_looked_through() -> None:
    lets = (Let(a, σ), Let(J, -(y * log(a) + (1 - y) * log(1 - a))))
    variables = (Variable(y, interval(0, 1)),)

    assert prove(D(J, z), a - y, lets=lets, variables=variables).proved
    assert prove(D(J, z), D(J, a) * D(a, z), lets=lets, variables=variables).proved
    assert prove(D(J, a), (a - y) / (a * (1 - a)), lets=lets, variables=variables).proved
    assert prove(D(a, z), a * (1 - a), lets=lets).proved
    assert prove(D(J, z), D(J, a), lets=lets, variables=variables).status is REFUTED


def test_a_let_is_independent_where_it_is_differentiated_by() -> None:
    assert prove(D(a * z, a), z, lets=(Let(a, σ),)).proved
    assert prove(D(a * z, z), a + z * a * (1 - a), lets=(Let(a, σ),)).proved


def test_a_witness_with_lets_replays() -> None:
    lets = (Let(a, tanh(z)), Let(J, (a - y) ** 2 / 2))

    verdict = prove(D(J, z), a - y, lets=lets)

    assert verdict.status is REFUTED
    assert replay(verdict.witness, D(J, z), a - y, lets)


def test_finite_domains_are_tried_value_by_value() -> None:
    variables = (Variable(y, one_of(-1, 1)),)

    assert prove(y**2, 1, variables=variables).proved
    assert recheck(prove(y**2, 1, variables=variables).certificate, y**2, 1, variables=variables).ok
    assert prove(Abs(y * z), Abs(z), variables=variables).proved
    assert prove(y, 1, variables=variables).status is REFUTED


def test_ends_of_domains_may_be_expressions() -> None:
    inside = (Variable(α, interval(0, None)), Variable(z, interval(-α, α)))

    assert prove(Abs(z + α) + Abs(z - α), 2 * α, variables=inside).proved
    assert prove(Abs(z + α) + Abs(z - α), 2 * α, variables=inside[:1]).status is REFUTED


def test_closed_ends_belong_to_a_domain() -> None:
    closed = (Variable(z, interval(0, None, "left")),)

    assert prove(sqrt(z) ** 2, z, variables=closed).proved
    assert prove(Abs(z) / z, 1, variables=closed).status is MISMATCH
    assert prove(Abs(z) / z, 1, variables=(Variable(z, interval(0, None)),)).proved


def test_a_step_holds_where_it_is_given() -> None:
    step = Step(D(Abs(z), z), sign(z), "abs", Ne(z, 0))

    assert prove_step(step).proved
    assert prove_step(Step(step.before, step.after, "abs")).status is MISMATCH


def test_unevaluated_products_are_read() -> None:
    left = Mul(Mul(a, 1 - a, evaluate=False), Mul(1 / a, 1 / (1 - a), evaluate=False), evaluate=False)

    assert prove(left, 1, variables=(Variable(a, interval(0, 1)),)).proved
    assert prove(left, 1).status is MISMATCH


def test_a_positive_symbol_is_positive_unless_a_domain_is_given() -> None:
    q = Symbol("q", positive=True)

    assert prove(log(q * q), 2 * log(q)).proved
    assert prove(Abs(q - 1), q - 1, variables=(Variable(q, interval(1, None)),)).proved


def test_symbols_that_only_look_alike_are_kept_apart() -> None:
    other = Symbol("z")

    assert prove(z - other, 0).status is REFUTED


def test_a_number_that_is_none_has_no_value() -> None:
    assert prove(Piecewise((nan, z > 0), (z, True)), z).status is MISMATCH


def test_comparisons_with_infinity_hold() -> None:
    assert prove(Piecewise((z, z < oo), (0, True)), z).proved


@pytest.mark.parametrize(
    "expr",
    [
        Function("f")(z) + Symbol("k", integer=True),
        Symbol("I", real=True) + sqrt(-1),
        Integral(exp(t), t),
        (1 + z + y) ** 500,
    ],
    ids=["an integer", "imaginary", "an integral without ends", "a large power"],
)
def test_what_is_outside_is_refused_with_a_reason(expr: Any) -> None:
    verdict = prove(expr, expr + z - z + D(z, z) - 1)

    assert verdict.status is UNKNOWN
    assert verdict.reason


def test_deep_nesting_ends_with_a_reason() -> None:
    deep = z
    for _ in range(300):
        deep = f(deep)

    verdict = prove(deep, z)

    assert verdict.status is UNKNOWN
    assert "nested too deeply" in verdict.reason


def test_the_time_limit_is_kept() -> None:
    deep = z
    for k in range(12):
        deep = Abs(deep - Rational(1, k + 2) + y * deep**2)
    left, right = D(deep, z), D(deep * (1 + y - y), z) + D(y, z) * deep + z * D(y, z)
    began = time.thread_time()

    verdict = prove(left, right, seconds=1)

    assert time.thread_time() - began < 4
    assert verdict.status in {PROVED, UNKNOWN}


def test_text_is_not_run() -> None:
    verdict = prove("__import__('os').getcwd()", 0)

    assert verdict.status is UNKNOWN
    assert "parser" in verdict.reason
