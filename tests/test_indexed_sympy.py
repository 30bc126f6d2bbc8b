"""Conversions to and from SymPy, and what SymPy 1.14 gets wrong where this calculus gets it right."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp
from sympy import Sum, exp, log, tanh

from symgrad import D, worked
from symgrad.core import ParseError, Status, SymgradError, UnsupportedError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.definitions.parser import parse
from symgrad.definitions.shapes import Shapes
from symgrad.definitions.tensor_parser import parse_tensor
from symgrad.indexed import (
    Dim,
    Evaluation,
    Expr,
    Index,
    Tensor,
    apply,
    carry_out,
    contract,
    delta,
    expr,
    from_sympy,
    greatest,
    mapped,
    normal,
    partial,
    size,
    to_sympy,
    total,
    where,
)
from symgrad.indexed.jets import NoValueError
from symgrad.pipeline.stages import settle
from symgrad.prover.indexed import prove_indexed
from symgrad.prover.indexed.reals import Balls
from symgrad.prover.prove import prove

n, m = Dim("n"), Dim("m")
i, j, k = (Index(c, n) for c in "ijk")
r = Index("r", m)
x, z, y, W, b = Tensor("x", m), Tensor("z", n), Tensor("y", n), Tensor("W", (n, m)), Tensor("b", n)
sn, sj, sk = sp.Symbol("n", integer=True, positive=True), sp.Symbol("j", integer=True), sp.Symbol("k", integer=True)
sz, sy = sp.IndexedBase("z", real=True), sp.IndexedBase("y", real=True)
S = Tensor("S", body=((), total(k, apply(exp, z[k]))))
p = Tensor("p", n, body=((i,), apply(exp, z[i]) / S()))

ROUND_TRIPS = {
    "a sum": total(k, y[k] * z[k]),
    "nested": total(k, z[k] * apply(exp, total(j, z[j] * y[k]))),
    "a delta": delta(i, j) * z[i] + 2 * y[j],
    "a power": total(k, z[k] ** 2 + 1) ** Fraction(1, 2) / size(n),
    "two sums": total(k, z[k]) * total(k, y[k]),
    "an affine index": total(r, x[2 * r - 1] * x[r]),
    "a matrix": total(r, W[i, r] * x[r]) + b[i],
    "a free letter of a bound one's name": total(k, z[k]) * z[k],
    "a condition": total(k, where(k, "<=", i) * z[k]),
    "a delta of places": total(r, delta(r + 1, 3) * x[r]),
}


@pytest.mark.parametrize("name", ROUND_TRIPS)
def test_there_and_back(name: str) -> None:
    value = ROUND_TRIPS[name]
    tensors = {t.name: t for t in (x, z, y, W, b)}
    back = from_sympy(to_sympy(value), tensors, {sp.Symbol(a.name, integer=True): a for a in value.free})

    assert back == value


def test_sums_from_1_are_those_of_a_book() -> None:
    pairs = Sum(sz[sj] * sz[2 * sj - 1] * sp.KroneckerDelta(sj, 1), (sj, 1, sn))

    assert from_sympy(pairs, {"z": z}, {}) == total(j, z[j] * z[2 * j] * delta(j, 0))


STRANGE: dict[str, tuple[Any, str]] = {
    "a sum from 2": (Sum(sz[sj], (sj, 2, sn)), "the sums run from 2"),
    "a sum to 2n": (Sum(sz[sj], (sj, 0, 2 * sn - 1)), "let it run from 0 to n - 1"),
    "sums from 0 and from 1": (Sum(sz[sj], (sj, 1, sn)) + Sum(sz[sj], (sj, 0, sn - 1)), "the sums run from 0, 1"),
    "an index as a number": (Sum(sj * sz[sj], (sj, 0, sn - 1)), "j is an index"),  # a free j would be captured
    "a letter that is no index": (sz[sk], "k is no index"),
    "a delta of other letters": (sp.KroneckerDelta(sk, 0), "k is no index"),
    "a text": ("z[j]", "is no formula of SymPy"),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_has_no_meaning_here_is_refused(name: str) -> None:
    formula, words = STRANGE[name]
    with pytest.raises(UnsupportedError, match=words):
        from_sympy(formula, {"z": z}, {})


def test_what_has_no_counterpart_there_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="left standing"):
        to_sympy(partial(S(), z[j]))
    with pytest.raises(UnsupportedError, match="Greatest"):
        to_sympy(greatest(j, z[j]))
    with pytest.raises(UnsupportedError, match="two tensors have one name"):
        to_sympy(z[i] * Tensor("z", n)[i])


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "gelu"])
def test_a_slope_is_written_out(name: str) -> None:
    head = ACTIVATIONS[name].head

    assert to_sympy(apply(head, z[j], order=2)) == sp.diff(head(sj), sj, 2).subs(sj, sz[sj])


def value_at(value: Expr, **entries: list[Fraction]) -> float:
    """The value at size 2, i = 0, j = 1."""
    numbers = Balls()
    tensors = {t.name: t for t in (z, y)}
    known = {tensors[t]: {(a,): numbers.number(v) for a, v in enumerate(e)} for t, e in entries.items()}
    return float(Evaluation(numbers, {n: 2, m: 1}, known, {}).value(value, {i: 0, j: 1}))


def test_the_sum_of_exponentials_by_an_entry() -> None:
    theirs = sp.diff(Sum(exp(sz[sj]), (sj, 1, sn)), sz[sj])

    assert theirs == Sum(exp(sz[sj]), (sj, 1, sn))  # wrong: the bound j is taken for the free one
    assert prove_indexed(partial(total(j, apply(exp, z[j])), z[j]), apply(exp, z[j])).proved


def test_softmax_by_an_entry() -> None:
    theirs = sp.diff(exp(sz[sk]) / Sum(exp(sz[sj]), (sj, 0, sn - 1)), sz[sj])
    ours = normal(carry_out(partial(p[k], z[j])))

    assert sp.diff(exp(sz[sj]) / Sum(exp(sz[sj]), (sj, 0, sn - 1)), sz[sj]) == 0  # wrong: p_j (1 - p_j)
    assert prove_indexed(partial(p[j], z[j]), p[j] * (1 - p[j])).proved
    assert theirs.subs(sn, 2).doit().subs({sk: 0}).subs({sj: 1, sz[0]: 0, sz[1]: 0}).doit() != sp.Rational(-1, 4)
    assert prove_indexed(partial(p[k], z[j]), p[k] * (delta(k, j) - p[j])).proved
    assert value_at(ours.rename({k: i}), z=[Fraction(0), Fraction(0)]) == -0.25


def test_a_substitution_captures_nothing() -> None:
    theirs = Sum(sy[sj] * sz[sk], (sj, 1, sn)).subs(sk, sj)
    ours = total(j, y[j] * z[k]).rename({k: j})

    assert theirs == Sum(sy[sj] * sz[sj], (sj, 1, sn))  # wrong: z's index has become the sum's
    assert ours == total(i, y[i]) * z[j]


def test_a_name_under_a_sum_is_replaced() -> None:
    a = sp.IndexedBase("a")
    theirs = Sum(sy[sj] * a[sj], (sj, 1, sn)).subs(a[sk], sz[sk])
    name = Tensor("a", n)
    value = total(k, y[k] * name[k])
    ours = mapped(value, lambda atom: z[atom.indices] if name in atom.tensors else None)  # type: ignore[attr-defined]

    assert theirs == Sum(sy[sj] * a[sj], (sj, 1, sn))  # unchanged, and silently so
    assert ours == total(k, y[k] * z[k])


def test_squared_error_with_weight_decay() -> None:
    λ = sp.Symbol("lambda", real=True)
    M, v, t = sp.MatrixSymbol("W", 2, 2), sp.MatrixSymbol("x", 2, 1), sp.MatrixSymbol("y", 2, 1)
    e = M * v - t
    theirs = (sp.Trace(e.T * e) / 2 + λ * sp.Trace(M.T * M) / 2).diff(M)
    error = Tensor("e", n, body=((i,), total(r, W[i, r] * x[r]) - y[i]))
    J = total(i, error[i] ** 2) / 2 + expr(λ) * total([i, r], W[i, r] ** 2) / 2

    assert sp.simplify(theirs) in {sp.ZeroMatrix(2, 2), 0}
    assert prove_indexed(partial(J, W[j, r]), error[j] * x[r] + expr(λ) * W[j, r]).proved


def test_softmax_by_matrix_symbols() -> None:
    Z = sp.MatrixSymbol("Z", 2, 1)
    E = Z.applyfunc(exp)
    total_of_E = (sp.ones(1, 2) * E)[0, 0]
    theirs = (E / total_of_E).diff(Z)
    off = theirs.as_explicit() if hasattr(theirs, "as_explicit") else theirs
    flat = sp.flatten(off) if hasattr(off, "__iter__") else [off]
    at = [sp.sympify(f).subs({Z[0, 0]: 0, Z[1, 0]: 0}).doit() for f in flat]

    assert sp.Rational(-1, 4) not in at  # the -p p^T term is missing
    assert value_at(normal(carry_out(partial(p[i], z[j]))), z=[Fraction(0), Fraction(0)]) == -0.25


@pytest.mark.parametrize("head", [tanh, ACTIVATIONS["sigmoid"].head], ids=["tanh", "sigmoid"])
def test_one_layer_by_its_weights_and_bias(head: object) -> None:
    u = Tensor("u", n, body=((i,), total(r, W[i, r] * x[r]) + b[i]))
    J = Tensor("J", body=((), total(i, (apply(head, u[i]) - y[i]) ** 2) / 2))
    δ = (apply(head, u[j]) - y[j]) * apply(head, u[j], order=1)

    assert prove_indexed(partial(J(), b[j]), δ).proved
    assert prove_indexed(partial(J(), W[j, r]), δ * x[r]).proved


@pytest.mark.parametrize("head", [tanh, ACTIVATIONS["sigmoid"].head], ids=["tanh", "sigmoid"])
def test_one_layer_by_matrix_symbols(head: Any) -> None:
    M, v = sp.MatrixSymbol("W", 2, 3), sp.MatrixSymbol("x", 3, 1)
    c, t = sp.MatrixSymbol("b", 2, 1), sp.MatrixSymbol("y", 2, 1)
    slot = sp.Symbol("t")
    error = (M * v + c).applyfunc(sp.Lambda(slot, head(slot).rewrite(exp))) - t
    theirs = (sp.Trace(error.T * error) / 2).diff(c).as_explicit()
    at_0 = {v: sp.zeros(3, 1), c: sp.zeros(2, 1), t: sp.Matrix([1, 2]), M: sp.zeros(2, 3)}
    entries = [sp.sympify(e).subs(at_0).doit() for e in sp.flatten(theirs)]
    δ = (apply(head, z[i]) - y[i]) * apply(head, z[i], order=1)
    ours = [value_at(δ.rename({i: at}), z=[Fraction(0), Fraction(0)], y=[Fraction(1), Fraction(2)]) for at in (i, j)]

    assert ours[0] != ours[1]
    assert [float(e) for e in entries] == [sum(ours), sum(ours)]  # wrong, and silently so: each bias gets the sum
    with pytest.raises((TypeError, ValueError)):
        (sp.Trace(error.T * error) / 2).diff(M)


def test_a_maximum_has_no_slope_at_its_kink() -> None:
    t = sp.Symbol("t", real=True)
    slope = partial(apply(ACTIVATIONS["relu"].head, z[i]), z[i])

    assert sp.diff(sp.Max(0, sk), sk).subs(sk, 0) == sp.Rational(1, 2)  # a value that nobody agreed on
    assert sp.diff(sp.Piecewise((t, t > 0), (0, True)), t).subs(t, 0) == 0
    assert sp.diff(sp.Piecewise((t, t >= 0), (0, True)), t).subs(t, 0) == 1  # the same function, another value
    assert sp.diff(sp.Abs(t), t).subs(t, 0) == 0
    assert value_at(slope, z=[Fraction(1), Fraction(1)]) == 1
    with pytest.raises(NoValueError):
        value_at(slope, z=[Fraction(0), Fraction(0)])


def test_numbers_stay_rational() -> None:
    t = sp.Symbol("t", real=True)

    assert sp.simplify(0.1 * 3 * t - 0.3 * t) != 0
    assert not Fraction(1, 10) * 3 * z[i] - Fraction(3, 10) * z[i]


def test_like_terms_under_a_sum_are_seen_to_be_equal() -> None:
    theirs = Sum(sz[sk], (sk, 0, sn - 1)) - Sum(sz[sj], (sj, 0, sn - 1))

    assert sp.simplify(theirs) != 0
    assert not total(k, z[k]) - total(j, z[j])


def test_a_layers_output_may_be_differentiated_by_where_it_has_a_value() -> None:
    s = 1 / (1 + exp(-sk))
    with pytest.raises(ValueError, match="derivative"):
        sp.diff(s**2, s)
    a = Tensor("a", n, body=((i,), apply(ACTIVATIONS["sigmoid"].head, z[i])))

    assert prove_indexed(partial(total(k, a[k] ** 2), a[j]), 2 * a[j]).proved


def test_a_mask_is_a_case() -> None:
    shown = to_sympy(where(i, "<=", j) * z[i] + apply(log, y[i]))

    assert shown.has(sp.Piecewise)
    assert shown.has(log)


def test_the_antiderivative_of_a_slope_is_real() -> None:
    """On (0, 1) SymPy's has the logarithm of a negative number; the loss that belongs to a sigmoid has not."""
    a, t = sp.Symbol("a", positive=True), sp.Symbol("y", real=True)
    theirs = sp.integrate((a - t) / (a * (1 - a)), a)
    loss = LOSSES["binary_cross_entropy"]
    letters = {str(s): s for s in loss.of.free_symbols}
    slope = (letters["a"] - letters["y"]) / (letters["a"] * (1 - letters["a"]))

    assert not theirs.subs({t: sp.Rational(1, 4), a: sp.Rational(1, 2)}).is_real  # off by an imaginary constant
    assert prove(D(loss.of, letters["a"]), slope, variables=loss.variables).proved
    assert loss.of.subs({letters["a"]: sp.Rational(1, 2), letters["y"]: sp.Rational(1, 4)}).doit() == log(2)


def test_a_step_can_be_taken_between_equal_sums() -> None:
    x_ = sp.Symbol("x", real=True)
    apart = sp.Add(x_, x_, evaluate=False)

    assert x_ + x_ is not apart  # SymPy's own sum is 2 x before a step could be written down
    assert (x_ + x_).args == (2, x_)
    for after, status in ((2 * x_, Status.PROVED), (3 * x_, Status.REFUTED)):
        settled = settle(worked("sum", "A sum", apart, ("simplify", after)))
        assert settled.derivation.steps[0].before == apart
        assert settled.claim.status is status


@pytest.mark.parametrize("text", ["__import__('math').factorial(5)", "(lambda: 120)()", "[120][0]", "x.__class__"])
def test_text_is_read_and_never_run(text: str) -> None:
    assert sp.sympify(text.replace("x.", "(120).")) in {120, int, sp.Integer}  # SymPy runs it
    with pytest.raises(ParseError):
        parse(text)
    with pytest.raises(SymgradError):
        parse_tensor(text, Shapes.of(["x:n"]))


def test_a_delta_under_a_sum_has_no_cases() -> None:
    theirs = Sum(sp.KroneckerDelta(sj, sk) * sy[sk], (sk, 0, sn - 1)).doit()

    assert isinstance(theirs, sp.Piecewise)  # though j is an index of y, and so within its range
    assert contract(total(k, delta(j, k) * y[k])) == y[j]
