"""The heads as a SymPy user meets them: diff, rewrite, evalf, latex, lambdify, pickle."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import reference
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from sympy import (
    Abs,
    Derivative,
    DiracDelta,
    Eq,
    Float,
    Heaviside,
    Max,
    Piecewise,
    Rational,
    S,
    Subs,
    Symbol,
    exp,
    lambdify,
    latex,
    log,
    pretty,
    sqrt,
    tanh,
)

from symgrad.core import Kind, interval
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.functions import D, Elementwise, elementwise, fold_named, slope, unfold
from symgrad.functions.stable import stabilised
from symgrad.functions.symbols import a, alpha, beta, y, z

if TYPE_CHECKING:
    from symgrad.core import Definition, Domain

ENTRIES = [e for e in (*ACTIVATIONS.values(), *LOSSES.values()) if issubclass(e.head, Elementwise)]
every_head = pytest.mark.parametrize("entry", ENTRIES, ids=[e.name for e in ENTRIES])
sigmoid, softplus, relu, elu, silu = (ACTIVATIONS[n] for n in ("sigmoid", "softplus", "relu", "elu", "silu"))
HUGE = [-1.7e308, -1e200, -1e100, -1e5, -800.0, -746.0, -40.0, -20.0, -3.0, -1.0, -0.5, -1e-9, -1e-300, -5e-324]
INPUTS = np.array([*HUGE, 0.0, *(-x for x in reversed(HUGE)), 0.2, 6.0])


def variables(entry: Definition) -> Any:
    return [v.symbol for v in entry.variables]


def test_every_entry_but_sympys_own_is_a_head_of_ours() -> None:
    assert len(ENTRIES) == len(ACTIVATIONS) + len(LOSSES) - 3


def test_derivatives_read_as_in_textbooks() -> None:
    assert sigmoid(z).diff(z) == sigmoid(z) * (1 - sigmoid(z))
    assert softplus(z).diff(z) == sigmoid(z)
    assert softplus(z, beta).diff(z) == sigmoid(beta * z)
    assert relu(z).diff(z) == Piecewise((1, z > 0), (0, True))
    assert elu(z, alpha).diff(z) == Piecewise((1, z > 0), (alpha * exp(z), True))
    assert ACTIVATIONS["logsigmoid"](z).diff(z) == 1 - sigmoid(z)
    assert ACTIVATIONS["tanhshrink"](z).diff(z) == tanh(z) ** 2
    assert ACTIVATIONS["softsign"](z).diff(z) == 1 / (1 + Abs(z)) ** 2
    assert ACTIVATIONS["squared_relu"](z).diff(z) == Piecewise((2 * z, z > 0), (0, True))
    assert ACTIVATIONS["relu6"](z).diff(z) == Piecewise((1, (z > 0) & (z < 6)), (0, True))
    assert ACTIVATIONS["prelu"](z, alpha).diff(alpha) == Piecewise((0, z > 0), (z, True))
    assert LOSSES["log_cosh"](a, y).diff(a) == tanh(a - y)
    assert LOSSES["binary_cross_entropy_with_logits"](a, y).diff(a) == sigmoid(a) - y
    assert LOSSES["binary_cross_entropy"](a, y).diff(a) == (a - y) / (a * (1 - a))
    assert LOSSES["absolute_error"](a, y).diff(a) == Piecewise((1, a > y), (-1, a < y), (0, True))


@every_head
def test_the_second_derivative_has_no_step_of_height_one_half(entry: Definition) -> None:
    x, *_ = variables(entry)

    assert not entry.applied.diff(x, 2).has(Heaviside, DiracDelta, Derivative)


def test_the_chain_rule_reaches_inner_and_outer_functions() -> None:
    assert sigmoid(beta * z).diff(z) == beta * sigmoid(beta * z) * (1 - sigmoid(beta * z))
    assert log(sigmoid(z)).diff(z).simplify() == 1 - sigmoid(z)
    assert sigmoid(z).diff(z, 2).xreplace({z: S.Zero}) == 0


def test_a_kink_without_a_side_that_agrees_gets_a_case_of_its_own() -> None:
    kink = LOSSES["absolute_error"].kinks[0]

    assert slope(Abs(a - y), a, (kink,)) == Piecewise((1, a > y), (-1, a < y), (0, True))
    assert slope(Max(a, y) + Max(a, 3), a, (kink,)).args[0] == (0, Eq(a, y))


def test_rewriting() -> None:
    assert sigmoid(z).rewrite(exp) == 1 / (1 + exp(-z))
    assert sigmoid(z).rewrite(tanh) == (1 + tanh(z / 2)) / 2
    assert silu(z).rewrite(tanh) == z * (S.Half + tanh(z / 2) / 2)
    assert relu(z).rewrite(Piecewise) == Piecewise((0, z <= 0), (z, True))
    assert relu(z).rewrite(Max) == Max(0, z)
    assert softplus(z).rewrite(log) == log(1 + exp(z))


def test_exact_values_are_exact() -> None:
    assert sigmoid(0) == Rational(1, 2)
    assert relu(3) == 3
    assert relu(Rational(-1, 2)) == 0
    assert elu(2, 5) == 2
    assert ACTIVATIONS["hardswish"](1) == Rational(2, 3)
    assert isinstance(sigmoid(1), sigmoid.head)
    assert LOSSES["huber"](1, 3) == Rational(3, 2)


def test_usual_parameters_may_be_left_out() -> None:
    assert elu(z, 1) == elu(z)
    assert elu(z, alpha) != elu(z)
    with pytest.raises(TypeError, match="takes 1 to 2 arguments, not 3"):
        elu(z, 1, 2)


@pytest.mark.parametrize("x", [-1000, -50, Rational(-1, 10**30), Rational(1, 3), 40])
@pytest.mark.parametrize("name", sorted(n for n in ACTIVATIONS if ACTIVATIONS[n] in ENTRIES and n != "selu"))
def test_evalf_has_every_digit_it_shows(name: str, x: Any) -> None:
    value = ACTIVATIONS[name](S(x)).evalf(40)
    with mp.workdps(1500):
        expected = reference.ACTIVATIONS[name](mpf(S(x).p) / S(x).q)
        assert abs(mp.mpmathify(value) - expected) <= abs(expected) * mpf(10) ** -38


def test_evalf_waits_for_numbers_and_follows_floats() -> None:
    assert sigmoid(z).evalf() == sigmoid(z)
    assert sigmoid(Float("0.3")) == sigmoid(Rational(3, 10)).evalf()
    assert relu(-sqrt(2)).evalf() == 0


def test_printing() -> None:
    assert str(elu(z, alpha)) == "elu(z, alpha)"
    assert latex(sigmoid(z)) == r"\sigma(z)"
    assert latex(relu(z)) == r"\mathrm{ReLU}(z)"
    assert latex(sigmoid(z) ** 2) == r"\sigma(z)^{2}"
    assert latex(sigmoid(z / 2)) == r"\sigma\left(\frac{z}{2}\right)"
    assert latex(elu(z, alpha)) == r"\mathrm{ELU}(z; \alpha)"
    assert pretty(sigmoid(z), use_unicode=True) == "σ(z)"


def test_assumptions_follow_the_range_on_the_reals() -> None:
    x = Symbol("x")

    assert sigmoid(z).is_positive
    assert sigmoid(z).is_real
    assert relu(z).is_nonnegative
    assert relu(z).is_positive is None
    assert sigmoid(x).is_real is None
    assert softplus(z, beta).is_positive is None  # nothing says here that beta > 0
    assert softplus(z, 2).is_positive
    assert sqrt(sigmoid(z) ** 2) == sigmoid(z)


@every_head
def test_expressions_survive_copies_and_pickles(entry: Definition) -> None:
    applied = entry.applied + entry.head(*variables(entry)) ** 2

    for again in (copy.copy(applied), copy.deepcopy(applied), pickle.loads(pickle.dumps(applied))):  # noqa: S301 - our own
        assert again == applied


@every_head
def test_substitution_reaches_the_arguments(entry: Definition) -> None:
    x = Symbol("x", real=True)
    first, *rest = variables(entry)

    assert entry.head(first, *rest).subs(first, x + 1) == entry.head(x + 1, *rest)
    assert first not in unfold(entry.head(x, *rest)).free_symbols


def tolerance(name: str, x: Any, expected: Any) -> Any:
    """What rounding of the argument alone may cost: exp(-x^2) and erfc lose digits in proportion to x^2."""
    cancels = abs(x) * 4e-16 if name == "tanhshrink" else 0
    return abs(expected) * 4e-16 * (8 + min(abs(x), 150) ** 2) + cancels + 1e-320


@pytest.mark.parametrize("name", sorted(n for n in ACTIVATIONS if n != "erf"))
def test_numpy_code_is_stable_over_the_whole_float_range(name: str) -> None:
    values = lambdify(z, ACTIVATIONS[name](z), "numpy")(INPUTS)

    assert values.dtype == np.float64
    with mp.workdps(1000):
        for x, value in zip(INPUTS.tolist(), values.tolist(), strict=True):
            exact = reference.ACTIVATIONS[name](mpf(x))
            if mp.isinf(exact) or abs(exact) > 1.7976931348623157e308:
                assert value == float(mp.sign(exact)) * np.inf
            else:
                assert abs(mpf(value) - exact) <= tolerance(name, x, exact), (x, value, exact)


def test_a_difference_of_squares_keeps_its_digits_beside_other_terms() -> None:
    curvature = (z * tanh(z)).diff(z, 2)
    x = np.array([-40.0, -20.4, 0.5, 30.0, 200.0])

    values = lambdify(z, stabilised(curvature), "numpy")(x)

    assert values == pytest.approx([float(curvature.evalf(20, {z: v})) for v in x], rel=1e-14, abs=0)


@pytest.mark.parametrize("name", list(LOSSES))
def test_numpy_code_of_losses_is_stable(name: str) -> None:
    entry = LOSSES[name]
    compute = lambdify(variables(entry), entry.head(*variables(entry)), "numpy")
    outputs, targets = (inputs(v.domain) for v in entry.variables)

    checked = 0
    for target in targets:
        values = compute(outputs, target)
        with mp.workdps(400):
            for output, value in zip(outputs.tolist(), np.broadcast_to(values, outputs.shape).tolist(), strict=True):
                exact = reference.LOSSES[name](mpf(output), mpf(target))
                small = 1e-16 * (1 + abs(output) + abs(target))  # a - y itself is rounded
                assert mp.isinf(mpf(value)) == (abs(exact) > 1.7976931348623157e308), (output, target)
                if np.isfinite(value):
                    assert abs(mpf(value) - exact) <= 1e-13 * abs(exact) + 4 * small * (1 + small), (output, target)
                checked += 1
    assert checked > 10


def inputs(domain: Domain) -> Any:
    if domain.values:
        return np.array([float(v) for v in domain.values])
    if domain.upper == 1:
        return np.array([1e-300, 1e-20, 0.25, 0.5, 0.75, 1 - 2.0**-53])
    low = [] if domain.lower is not None else [-1e9, -700.0, -30.0, -1.0, -1e-9]
    return np.array([*low, 1e-12, 0.5, 2.0, 30.0, 700.0])


def test_numpy_code_takes_scalars_arrays_of_integers_and_shapes() -> None:
    compute = lambdify(z, ACTIVATIONS["gelu_tanh"](z), "numpy")

    assert compute(3).shape == ()
    assert compute(-1e200) == 0
    assert compute(np.array([[10**7, -(10**7)]])).tolist() == [[1e7, 0.0]]
    assert lambdify((z, alpha), elu(z, alpha), "numpy")(np.array([-1.0, 1.0]), 2.0) == pytest.approx(
        [2 * np.expm1(-1), 1]
    )


def test_other_targets_of_lambdify_work_too() -> None:
    for modules in ("math", "mpmath"):
        assert float(lambdify(z, softplus(z), modules)(-800)) == pytest.approx(0, abs=1e-300)
        assert float(lambdify(z, ACTIVATIONS["gelu"](z), modules)(1.0)) == pytest.approx(0.8413447460685429)


@pytest.mark.parametrize(
    ("expr", "named"),
    [
        (1 / (1 + exp(-z)), sigmoid(z)),
        (exp(z) / (1 + exp(z)), sigmoid(z)),
        (exp(beta * z) / (1 + exp(beta * z)), sigmoid(beta * z)),
        (exp(-z) / (1 + exp(-z)) ** 2, sigmoid(z) * (1 - sigmoid(z))),
        (1 / (1 + exp(z)), 1 - sigmoid(z)),
        (z * exp(-z) / (1 + exp(-z)) ** 2 + 1 / (1 + exp(-z)), z * sigmoid(z) * (1 - sigmoid(z)) + sigmoid(z)),
        (y / (2 + 2 * exp(-2 * z)), y * sigmoid(2 * z) / 2),
        (log(1 + exp(z)), softplus(z)),
        (log(1 + exp(-y * a)), softplus(-y * a)),
        (tanh(log(1 + exp(z))), tanh(softplus(z))),
    ],
    ids=str,
)
def test_named_functions_are_recognised(expr: Any, named: Any) -> None:
    assert fold_named(expr) == named


@pytest.mark.parametrize(
    "expr",
    [
        (exp(z) - exp(-z)) / (exp(z) + exp(-z)),
        exp(z),
        1 + exp(z),
        1 / (2 + exp(z)),
        z / (1 + z),
        exp(-(z**2)),
        log(2 + exp(z)),
    ],
    ids=str,
)
def test_nothing_is_recognised_that_is_not_there(expr: Any) -> None:
    assert fold_named(expr) == expr


@settings(max_examples=60, deadline=None)
@given(
    powers=st.lists(st.tuples(st.integers(-2, 2), st.integers(-3, 3)), min_size=1, max_size=3),
    below=st.integers(0, 2),
    scale=st.sampled_from([1, -1, 2, Rational(1, 2)]),
)
def test_recognition_never_changes_a_value(powers: Any, below: Any, scale: Any) -> None:
    expr = sum((c * exp(k * scale * z) for c, k in powers), S.Zero) / (1 + exp(scale * z)) ** below

    folded = unfold(fold_named(expr))

    for x in (Rational(-3, 7), Rational(5, 4)):
        assert abs((folded - expr).xreplace({z: x}).evalf(30, chop=True)) < Rational(1, 10**20)


def test_a_derivative_that_is_not_carried_out_stands_still() -> None:
    node = D(z**2, z)

    assert node != 2 * z
    assert node.doit() == 2 * z
    assert node.subs(z, y) == D(y**2, y)
    assert node.subs(z, 3) == Subs(node, z, 3)
    assert (str(node), latex(node)) == ("d/dz[z**2]", r"\frac{d}{d z}\left[z^{2}\right]")
    assert pickle.loads(pickle.dumps(node)) == node  # noqa: S301 - our own


def test_a_head_of_ones_own_knows_its_range() -> None:
    cube = elementwise("cube", z**3, (z,), range=interval(None, None))

    assert cube(z).diff(z) == 3 * z**2
    assert cube(2) == 8
    assert cube(z).is_real
    assert {e.kind for e in ENTRIES} == {Kind.ACTIVATION, Kind.LOSS}
