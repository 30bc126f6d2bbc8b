"""A function of something that is not defined everywhere is not defined there either, whatever SymPy cancels."""

from __future__ import annotations

import json
from functools import cache
from random import Random
from typing import Any

import mpmath
import pytest
from sympy import (
    Add,
    And,
    Dummy,
    Integer,
    Max,
    Min,
    Mul,
    Or,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    acosh,
    atanh,
    cbrt,
    exp,
    lambdify,
    log,
    nan,
    sqrt,
    symbols,
    true,
    zoo,
)

import symgrad
from symgrad.core import Status
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.functions import D, Elementwise, put
from symgrad.prover import prove, recheck
from symgrad.prover.conventions import told

PROVED, DIFFER, POINT = Status.PROVED, Status.DOMAIN_MISMATCH, "a domain mismatch at 0 only"
z, w = symbols("z w", real=True)

WRITTEN = {  # what SymPy makes equal, and what it is
    ("softplus(log(z))", "log(1+z)"): DIFFER,
    ("gaussian(sqrt(z))", "exp(-z)"): DIFFER,
    ("squared_error(sqrt(z), 0)", "z"): DIFFER,
    ("half_squared_error(sqrt(z), 0)", "z/2"): DIFFER,
    ("charbonnier(sqrt(z), 0, 1)", "sqrt(1+z)"): DIFFER,
    ("cauchy(sqrt(z), 0, 1)", "log(1+z)/2"): DIFFER,
    ("poisson_nll(log(z), 0)", "z"): DIFFER,
    ("sigmoid(-log(z))", "1/(1+z)"): DIFFER,
    ("sigmoid(log(z))", "z/(1+z)"): DIFFER,
    ("logsigmoid(log(z))", "log(z/(1+z))"): DIFFER,
    ("exp(identity(log(z)))", "z"): DIFFER,
    ("tanh(log(z)/2)", "(z-1)/(z+1)"): DIFFER,
    ("half_squared_error(log(z), log(z))", "0"): DIFFER,
    ("log_cosh(log(z), log(z))", "0"): DIFFER,
    ("binary_cross_entropy(z, 1)", "-log(z)"): DIFFER,
    ("cross_entropy(z, 0)", "0"): DIFFER,
    ("focal(z, 1, 0)", "-log(z)"): DIFFER,
    ("focal(z, 1, 2)", "-(1-z)^2*log(z)"): DIFFER,
    ("squared_error(1/z, 1/z)", "0"): DIFFER,
    ("huber(1/z, 1/z)", "0"): DIFFER,
    ("absolute_error(1/z, 1/z)", "0"): DIFFER,
    ("smooth_l1(1/z, 1/z)", "0"): DIFFER,
    ("quantile(1/z, 1/z, 1/2)", "0"): DIFFER,
    ("gaussian_nll(1/z, 1/z, 1)", "0"): DIFFER,
    ("hinge(1/z, z)", "0"): DIFFER,
    ("hinge(z, 1/z)", "0"): DIFFER,
    ("soft_margin(1/z, z)", "log(1+exp(-1))"): DIFFER,
    ("soft_margin(z, 1/z)", "log(1+exp(-1))"): DIFFER,
    ("kl_divergence(z, z)", "0"): DIFFER,
    ("leaky_relu(z, log(a))", "leaky_relu(z, log(a))"): PROVED,
    ("squared_error(z, z)", "0"): PROVED,
    ("softplus(log(1+exp(z)))", "log(2+exp(z))"): PROVED,
    ("softplus(log(z))", "log(z) - logsigmoid(log(z))"): PROVED,
    ("softplus(log(z)) - log(z)", "-logsigmoid(log(z))"): PROVED,
}


@pytest.mark.parametrize("sides", WRITTEN)
def test_text_that_loses_a_domain_is_not_proved(sides: tuple[str, str]) -> None:
    assert symgrad.prove(*sides).status is WRITTEN[sides]


UNEVALUATED = [
    (lambda x: Mul(x, 1 / x, evaluate=False), lambda _: 1, POINT),
    (lambda x: exp(log(x), evaluate=False), lambda x: x, DIFFER),
    (lambda x: Pow(sqrt(x), 2, evaluate=False), lambda x: x, DIFFER),
    (lambda x: Add(log(x), -log(x), evaluate=False), lambda _: 0, DIFFER),
    (lambda x: Mul(0, log(x), evaluate=False), lambda _: 0, DIFFER),
    (lambda x: Pow(1 / x, -1, evaluate=False), lambda x: x, POINT),
    (lambda x: D(Mul(x, 1 / x, evaluate=False), x), lambda _: 0, POINT),
    (lambda x: Max(log(x), log(x) - 1, evaluate=False), log, PROVED),
    (lambda x: Piecewise((1, Pow(sqrt(x), 2, evaluate=False) > -1), (1, True), evaluate=False), lambda _: 1, DIFFER),
]


@pytest.mark.parametrize("symbol", [z, Symbol("z"), Symbol("z", nonzero=True, real=True), Symbol("z", positive=True)])
@pytest.mark.parametrize("case", range(len(UNEVALUATED)))
def test_what_the_user_left_unevaluated_stays_so(symbol: Symbol, case: int) -> None:
    left, right, wanted = UNEVALUATED[case]
    nonzero = symbol.is_nonzero and wanted is POINT

    found = symgrad.prove(left(symbol), right(symbol))

    assert found.status is (PROVED if symbol.is_positive or nonzero else DIFFER if wanted is POINT else wanted)
    assert found.left == left(symbol)


def test_values_are_put_in_without_working_anything_out() -> None:
    whole = exp(log(z) + 1) / w

    assert put(whole, {z: z}) is whole
    assert set(put(z + w, {w: -z}).args) == {z, -z}
    assert put(exp(z), {z: log(w)}).args == (log(w),)
    assert put(z + 2 * w, {z: Symbol("a"), w: Symbol("b")}) == Symbol("a") + 2 * Symbol("b")


class NoValueError(ArithmeticError):
    """What is asked for has no real value."""


@cache
def worker(function: Any, count: int) -> Any:
    letters = [Dummy() for _ in range(count)]
    return lambdify(letters, function(*letters, evaluate=False), "mpmath")


def value(expr: Any, at: dict[Any, Any]) -> Any:
    """The value of an expression, each part of which must be real."""
    if isinstance(expr, Symbol):
        return at[expr]
    if isinstance(expr, Elementwise):
        inside = [value(a, at) for a in expr.filled]
        return value(expr.formula, dict(zip(expr.variables + expr.parameters, inside, strict=True)))
    if isinstance(expr, Piecewise):
        return next(value(branch, at) for branch, case in expr.args if holds(case, at))
    if not expr.args:
        return mpmath.mpmathify(expr.evalf(40))
    if isinstance(expr, (Max, Min)):
        return (max if isinstance(expr, Max) else min)(value(a, at) for a in expr.args)
    parts = [value(a, at) for a in expr.args]
    if isinstance(expr, (log, acosh, atanh)) and not {log: parts[0] > 0, acosh: parts[0] >= 1}.get(
        expr.func, abs(parts[0]) < 1
    ):
        raise NoValueError
    if isinstance(expr, Pow):
        base, exponent = parts
        if (base == 0 and exponent < 0) or (base < 0 and exponent != int(exponent)):
            raise NoValueError
    return worker(expr.func, len(parts))(*parts)


def holds(case: Any, at: dict[Any, Any]) -> bool:
    if not case.args:
        return bool(case)
    if case.is_Relational:
        left, right = (value(a, at) for a in case.args)
        return bool({">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right}[case.rel_op])
    assert isinstance(case, (And, Or))
    return (all if isinstance(case, And) else any)(holds(part, at) for part in case.args)


def value_or_none(expr: Any, at: Rational) -> Any:
    with mpmath.workdps(40):
        try:
            return value(expr, {z: mpmath.mpf(at.p) / at.q})
        except NoValueError:
            return None


PARTIAL = [
    log(z),
    sqrt(z),
    1 / z,
    atanh(z),
    acosh(z),
    cbrt(z),
    log(1 - z),
    -log(z),
    sqrt(z) - 1,
    log(z**2),
    1 / sqrt(z),
]
HEADS = sorted(
    {d.applied.func for c in (ACTIVATIONS, LOSSES) for d in c.values() if isinstance(d.applied, Elementwise)},
    key=lambda head: head.spelling,
)
DRAWN = Random(11)  # noqa: S311 - sample points, no secrets
POINTS = [Rational(n) for n in range(-3, 4)] + [Rational(DRAWN.randint(-400, 400), 97) for _ in range(12)]


def applied(head: Any) -> list[Any]:
    """The function of each partial argument; of two or the same one twice, where it takes two."""
    if len(head.variables) == 1:
        return [head(u) for u in PARTIAL]
    return [head(u, v) for u in PARTIAL for v in (Integer(0), Integer(1), u, z)]


@pytest.mark.parametrize("head", HEADS, ids=lambda head: head.spelling)
def test_a_head_of_a_partial_argument_is_not_what_sympy_makes_of_it(head: Any) -> None:
    for left in applied(head):
        right = left.unfold()
        if right.has(nan, zoo):
            continue
        found = prove(left, right)
        pairs = [(value_or_none(left, p), value_or_none(right, p)) for p in POINTS]
        apart = [p for p, (a, b) in zip(POINTS, pairs, strict=True) if (a is None) != (b is None)]
        assert found.status in {PROVED, DIFFER, Status.VACUOUS, Status.UNKNOWN}, (left, right, found)
        if found.status is PROVED:
            assert not apart, (left, right, apart)
            assert recheck(found.certificate, left, right).reason == ""
        else:
            assert not found.certificate
        for w_ in found.exceptions if found.status is DIFFER else ():
            assert w_.where is not None or len(w_.point) == 1
        listed = {p for w_ in found.exceptions if w_.where is None for _, p in w_.point}
        told = [w_.where for w_ in found.exceptions if w_.where is not None]
        if found.status is DIFFER:
            assert all(p in listed or any(c.xreplace({z: p}) == true for c in told) for p in apart), (left, right)
        if found.status is DIFFER:
            (_, p), *_ = found.exceptions[0].point
            assert (value_or_none(left, p) is None) != (value_or_none(right, p) is None), (left, right, p)
        for a, b in pairs:
            assert a is None or b is None or abs(a - b) < mpmath.mpf(10) ** -20 * (1 + abs(a))


@pytest.mark.parametrize("sides", [sides for sides, wanted in WRITTEN.items() if wanted is not PROVED])
def test_a_proof_of_what_sympy_makes_of_it_is_refused(sides: tuple[str, str]) -> None:
    left, right = (symgrad.prove(side, side).left for side in sides)
    opened = left.xreplace({h: h.unfold() for h in left.atoms(Elementwise)})
    proof = prove(opened, right)
    if proof.status is not PROVED:
        return
    forged = json.loads(proof.certificate)
    forged["statement"] = told(left, right, (), (), true)

    assert not prove(left, right).certificate
    assert not recheck(json.dumps(forged), left, right).ok
    assert recheck(proof.certificate, opened, right).ok
