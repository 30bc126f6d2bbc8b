"""Generated NumPy code on trial: every 16-bit input, samples of the wider formats, and textbook forms that fail."""

from __future__ import annotations

import ast
import importlib.util
import json
import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import sympy
from click.testing import CliRunner
from sympy import Abs, Piecewise, Rational, Symbol, erf, erfc, exp, log, sqrt, symbols, tanh

import symgrad
from symgrad import prover
from symgrad.checker.accuracy import certify
from symgrad.checker.balls import program
from symgrad.checker.certificate import Cause, Failure, from_json
from symgrad.checker.formats import FORMATS, doubles
from symgrad.checker.truth import Truth, by_balls
from symgrad.cli.main import app
from symgrad.core import Kind, Status, SymgradError, UnsupportedError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.definitions.stable_slopes import STABLE_SLOPES
from symgrad.functions import numeric
from symgrad.functions.symbols import a, y, z
from symgrad.pipeline.accuracy import FormCode, Quantity, fixed, quantity
from symgrad.pipeline.numpy_source import named_form, stable_form

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from symgrad.checker.certificate import Certificate
    from symgrad.core import Definition

ENTRIES = (*ACTIVATIONS.values(), *LOSSES.values())
every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=[e.name for e in ENTRIES])
every_loss = pytest.mark.parametrize("entry", LOSSES.values(), ids=LOSSES)
every_activation = pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=ACTIVATIONS)

ROUNDED_ONCE = 0.7  # ulp: the nearest number, or nearly; 1/2 could not be better
# The largest error of a float64 slope away from its zeros, with room for another libm. Where the argument of an
# exponential is itself rounded (a cubic, or 1.702 z), its far tail loses in proportion to that argument.
SIXTY_FOUR = {"gelu_tanh": 4000.0, "quick_gelu": 2000.0, "lecun_tanh": 2000.0}
USUAL = 16.0
LOSSES_64 = {"log_cosh": 512.0}  # a - y is rounded, and the slope of tanh decays in proportion to it
NEAR_A_ZERO = 20000.0  # a slope that changes sign keeps absolute, not relative accuracy there


def targets(entry: Definition) -> list[Any]:
    domain = entry.variables[1].domain
    if domain.values:
        return list(domain.values)
    return [1] if domain.lower_open and domain.lower is not None else [0, 1]


def quantities(entry: Definition) -> list[Quantity]:
    of = targets(entry) if entry.kind is Kind.LOSS else [1]
    found = [quantity(entry, order, target) for order in (0, 1, 2) for target in of]
    return [q for q in found if q.varies]


# At a - y = 1, where these jump or change sign, a = 1e-20 has a difference that no double tells from 1.
RESIDUALS = {"huber''", "smooth_l1''", "cauchy''"}


def rounded_once(q: Quantity, dtype: str) -> Certificate:
    """The certificate, in which all that is not the nearest number is a fault; none but where a - y is lost."""
    found = certify(q.code, q.truth, dtype=dtype, domain=q.domain, name=q.name, limit=ROUNDED_ONCE)
    lost = 2.0 ** (FORMATS[dtype].precision - 51) if q.name.split(" ")[0] in RESIDUALS else -1.0  # digits of a

    assert not found.undecided, str(found)
    assert all(max(abs(f.low), abs(f.high)) <= lost for f in found.faults), str(found)
    return found


@every_entry
@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_every_16_bit_input_is_rounded_once(entry: Definition, dtype: str) -> None:
    if dtype == "bfloat16":
        pytest.importorskip("ml_dtypes")
    for q in quantities(entry):
        found = rounded_once(q, dtype)

        assert found.complete
        assert found.inputs > 10_000


@every_entry
def test_a_sample_of_float32_is_rounded_once(entry: Definition) -> None:
    for q in quantities(entry):
        rounded_once(q, "float32")


@every_activation
def test_a_sample_of_float64_keeps_its_digits(entry: Definition) -> None:
    for q in quantities(entry):
        found = q.certificate("float64", count=1500)

        assert (found.nans, found.infinities, found.zeros) == (0, 0, 0), str(found)
        assert found.ulps <= NEAR_A_ZERO, str(found)
        for fault in found.faults:
            near_zero = abs(fault.exact) < 0.2 < abs(fault.at)
            assert fault.ulps <= SIXTY_FOUR.get(entry.name, USUAL) or near_zero, str(fault)


@every_loss
def test_a_sample_of_float64_of_a_loss_keeps_its_digits(entry: Definition) -> None:
    for q in quantities(entry):
        if q.name.split(" ")[0] in RESIDUALS:
            continue
        found = q.certificate("float64", count=1500)

        assert (found.nans, found.infinities, found.zeros) == (0, 0, 0), str(found)
        assert found.ulps <= LOSSES_64.get(entry.name, USUAL), str(found)


@every_entry
def test_stable_forms_are_equal(entry: Definition) -> None:
    proved = 0
    for order in (1, 2):
        textbook = entry.applied.diff(entry.variable, order)
        for form in (stable_form(textbook), named_form(textbook)):
            assert prover.prove(textbook, form, variables=entry.domains).status is Status.PROVED, form
            proved += 1
    assert proved == 4


def test_every_known_form_is_used() -> None:
    assert len(STABLE_SLOPES) > 30
    for known in STABLE_SLOPES.values():
        assert named_form(known.textbook) == known.stable, known.name


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "gelu", "elu", "softplus"])
def test_output_deltas_keep_their_digits(activation: str) -> None:
    checked = 0
    for name in ("half_squared_error", "binary_cross_entropy", "log_cosh", "charbonnier", "hinge"):
        try:
            result = symgrad.output_delta(activation, name).result
        except SymgradError:
            continue
        values = {p.symbol: p.default for e in (ACTIVATIONS[activation], LOSSES[name]) for p in e.parameters}
        for target in targets(LOSSES[name]):
            found = fixed(f"{activation}, {name}", result, z, {**values, y: target}).certificate("float16")

            assert not found.faults, str(found)
            assert found.undecided < 6000  # sigmoid(z) < 1 is decided by balls up to some z only
            assert found.ulps <= ROUNDED_ONCE, str(found)
            checked += 1
    assert checked >= 6


logistic, softplus = ACTIVATIONS["sigmoid"].head, ACTIVATIONS["softplus"].head
BY_RULES = (  # an expression at least for every rule of `functions.stable`, by no entry's own form
    *(
        log(softplus(z)),
        log(logistic(z)),
        log(1 + z**2),
        logistic(z) / softplus(z),
        logistic(z) * (z - 1 / softplus(z)),
    ),
    *(exp(z) - 1, exp(z) - Rational(3, 4), exp(-(z**2)), exp(-(z**2) / 2), z / sqrt(z**2 + 2), z / (1 + z**2 / 3)),
    *(
        1 - tanh(z) ** 2,
        3 - 6 * logistic(z),
        2 - 2 * z**2,
        1 - logistic(z),
        z - z * logistic(z),
        tanh(z) - 1,
        1 + erf(z),
    ),
    *(logistic(z) - Rational(1, 4), z**3 * logistic(-z), z * exp(-Abs(z)), z**2 * ACTIVATIONS["gaussian"](z)),
    Piecewise((0, z < 0), (1, True)) * exp(-z),
)


@pytest.mark.parametrize("expr", BY_RULES, ids=str)
def test_what_the_rules_rewrite_is_rounded_once(expr: Any) -> None:
    for dtype in ("float16", "bfloat16"):
        rounded_once(fixed(str(expr), expr, z, {}), dtype)


# What remains: an algebraic or exponential approach to a limit, lost beside the target at that limit.
APPROACHES = {("gaussian", 1), ("softsign", 1), ("elu", -1), ("celu", -1), ("softsign", -1)}
FLOATS = [0.0, 1e-310, 1e-160, 1e-20, 0.25, 1.5, 20, 37.5, 300, 746, 1e17, 1e154, 1e200, 4e307, 1e308, np.inf]


@pytest.mark.slow  # all together 17 s
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_no_output_delta_is_lost_at_the_ends_of_the_float_types(activation: str) -> None:
    compared = 0
    for loss in LOSSES.values():
        try:
            result = symgrad.output_delta(activation, loss).result
        except SymgradError:
            continue
        entries = (ACTIVATIONS[activation], loss)
        values = {p.symbol: p.default for e in entries for p in e.parameters}
        values |= {Symbol(f"{p.symbol}_J", real=True): p.default for p in loss.parameters}
        code = symgrad.lambdify([z, *(s for s in (*values, y) if s in result.free_symbols)], result)
        for target in (*targets(loss), *([Rational(1, 4)] if not loss.variables[1].domain.values else [])):
            put = {s: v for s, v in {**values, y: target}.items() if s in result.free_symbols}
            truth = (program(result.xreplace(put), (z,)),)
            with np.errstate(over="ignore"):
                points = np.unique(np.asarray([s * x for x in FLOATS for s in (1, -1)], "float64"))
            exact = np.asarray([by_balls(truth, x)[0] for x in points.tolist()])
            for dtype in ("float64", "float32", "float16"):
                with np.errstate(over="ignore"):
                    here = points.astype(dtype).astype(float) == points
                given = code(points[here].astype(dtype), *(float(v) for v in put.values())).astype(float)
                wanted, kind = exact[here], np.finfo(dtype)
                known = ~np.isnan(wanted)
                away = (np.abs(wanted) >= kind.smallest_normal) & (np.abs(points[here]) >= kind.smallest_normal)

                assert not np.isnan(given[known]).any(), (loss.name, target, dtype)
                if (activation, target) not in APPROACHES:
                    assert (given[known & away] != 0).all(), (loss.name, target, dtype)
                assert np.isfinite(given[known & (np.abs(wanted) < kind.max / 8)]).all(), (loss.name, target, dtype)
                compared += int(known.sum())
            assert np.isnan(code(np.asarray([np.nan]), *(float(v) for v in put.values()))).all()
    assert compared > 100


def textbook_slope(x: Any) -> Any:
    s = 1 / (1 + np.exp(-x))
    return s * (1 - s)


def textbook_tanh_slope(x: Any) -> Any:
    return 1 - np.tanh(x) ** 2


def textbook_softplus(x: Any) -> Any:
    return np.log(1 + np.exp(x))


def textbook_charbonnier(x: Any) -> Any:
    return x / np.sqrt(x**2 + x.dtype.type(1e-6))


def textbook_tanhshrink(x: Any) -> Any:
    return x - np.tanh(x)


def raw_cross_entropy_delta(x: Any) -> Any:
    s = 1 / (1 + np.exp(-x))
    return (s - 1) / (s * (1 - s)) * (s * (1 - s))


def half_a_slope(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2 / 2


sigmoid, charbonnier = ACTIVATIONS["sigmoid"], LOSSES["charbonnier"]
FAILING: tuple[tuple[Callable[..., Any], Any, str, Failure, Cause, float], ...] = (
    (textbook_slope, sigmoid(z).diff(z), "float64", Failure.ZERO, Cause.CANCELLATION, 100.0),
    (textbook_slope, sigmoid(z).diff(z), "float16", Failure.ZERO, Cause.CANCELLATION, 9.0),
    (textbook_slope, sigmoid(z).diff(z), "bfloat16", Failure.ZERO, Cause.CANCELLATION, 20.0),
    (textbook_slope, sigmoid(z).diff(z), "float32", Failure.DIGITS, Cause.CANCELLATION, 10.0),
    (textbook_tanh_slope, tanh(z).diff(z), "float64", Failure.ZERO, Cause.CANCELLATION, 100.0),
    (textbook_softplus, ACTIVATIONS["softplus"](z), "float64", Failure.INFINITY, Cause.OVERFLOW, 1e5),
    (textbook_softplus, ACTIVATIONS["softplus"](z), "float64", Failure.ZERO, Cause.CANCELLATION, -100.0),
    (textbook_charbonnier, charbonnier(a, 0).diff(a), "float64", Failure.ZERO, Cause.OVERFLOW, 1e200),
    (textbook_tanhshrink, z - tanh(z), "float64", Failure.DIGITS, Cause.CANCELLATION, 1e-4),
    (raw_cross_entropy_delta, sigmoid(z) - 1, "float32", Failure.NAN, Cause.INVALID, 50.0),
    (half_a_slope, sigmoid(z).diff(z), "float16", Failure.DIGITS, Cause.STAYS, 1.0),
)


@pytest.mark.parametrize("case", FAILING, ids=[f"{c[0].__name__}-{c[2]}-{c[3].value}" for c in FAILING])
def test_textbook_forms_fail_where_and_why(case: Any) -> None:
    code, exact, dtype, failure, why, somewhere = case
    if dtype == "bfloat16":
        pytest.importorskip("ml_dtypes")
    (variable,) = exact.free_symbols
    found = certify(code, Truth((exact, stable_form(exact)), variable), dtype=dtype)

    named = [f for f in found.faults if f.failure is failure and f.low <= somewhere <= f.high]
    assert [f.cause for f in named] == [why], str(found)
    assert not found.ok
    assert why.value in str(found)
    assert from_json(found.to_json()).to_json() == found.to_json()


def test_the_textbook_slope_loses_every_digit() -> None:
    found = certify(textbook_slope, Truth((sigmoid(z).diff(z), stable_form(sigmoid(z).diff(z))), z), dtype="float64")

    assert found.ulps > 1e15
    assert found.zeros > 100


SPECIAL: dict[str, tuple[Any, Any, float]] = {
    "erf": (numeric.erf, erf(z), 4),
    "erfc": (numeric.erfc, erfc(z), 8),
    "phi": (numeric.phi, Piecewise((1 - erfc(z / sqrt(2)) / 2, z > 0), (erfc(-z / sqrt(2)) / 2, True)), 8),
    "bell": (numeric.bell, exp(-(z**2)), 3),
    "half bell": (lambda x: numeric.bell(x, 0.5), exp(-(z**2) / 2), 3),
    "tanh_gap": (numeric.tanh_gap, z - tanh(z), 6),
}


@pytest.mark.parametrize("name", SPECIAL)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # `quietly` is what keeps these functions quiet
def test_functions_that_numpy_lacks_are_accurate(name: str) -> None:
    code, exact, bound = SPECIAL[name]

    found = certify(code, Truth((exact,), z), dtype="float64", count=6000)

    assert (found.nans, found.infinities, found.zeros) == (0, 0, 0), str(found)
    assert found.ulps <= bound, str(found)


@every_entry
def test_no_warning_and_the_right_type(entry: Definition) -> None:
    numbers = np.array([0.0, -1.0, 1e308, -1e308, 1e200, -1e200, 710.0, -710.0, np.inf, -np.inf, np.nan])
    for q in quantities(entry):
        with warnings.catch_warnings(), np.errstate(all="raise"):
            warnings.simplefilter("error")
            assert np.shape(q.code(0.25)) == ()
            assert q.code(numbers.reshape(1, -1)).shape == (1, numbers.size)
            for dtype in ("float16", "float32", "float64"):
                with np.errstate(over="ignore"):
                    narrow = numbers.astype(dtype)
                assert q.code(narrow).dtype == dtype
            assert q.code(np.arange(3)).dtype == float


@pytest.mark.parametrize("name", list(FORMATS))
def test_formats_list_every_number_in_order(name: str) -> None:
    wanted = FORMATS[name]
    places = np.linspace(0, min(wanted.patterns, 2**53) - 1, 4097).astype(np.uint64)
    numbers = doubles(wanted.numbers(places))
    known = numbers[~np.isnan(numbers)]

    assert np.all(np.diff(known) >= 0)
    assert [wanted.place(x) for x in (1.0, -0.0)] == [wanted.place(1.0), wanted.patterns // 2 - 1]
    assert float(wanted.numbers(np.array([wanted.place(1.5)], np.uint64))[0]) == 1.5
    assert float(wanted.digit(np.array([1.0]))[0]) == 2.0 ** (1 - wanted.precision)
    assert wanted.digit(np.array([0.0]))[0] == wanted.digit(np.array([wanted.normal]))[0] > 0


def test_bfloat16_without_ml_dtypes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symgrad.checker.formats.has_bfloat16", lambda: False)

    found = quantity("sigmoid", 1).certificate("bfloat16")

    assert found.complete
    assert found.ulps <= ROUNDED_ONCE


def test_what_balls_cannot_decide_is_counted() -> None:
    certain = Piecewise((1, sigmoid(z) < 1), (0, True))  # 1 everywhere, but who could tell at z = 60000

    for forms in ((certain,), (certain, sympy.S.One)):  # another form that decides is not believed either
        found = certify(np.ones_like, Truth(forms, z), dtype="float16")

        assert found.undecided > 2000
        assert found.inputs + found.undecided == 2**16 - 2046  # all but the NaNs
        assert not found.faults
        assert not found.ok
        assert "inputs undecided" in str(found)


def test_code_must_keep_shape_and_type() -> None:
    truth = Truth((z,), z)
    with pytest.raises(UnsupportedError, match="float16 into float64"):
        certify(lambda x: x.astype(float), truth)
    with pytest.raises(UnsupportedError, match="work elementwise"):
        certify(lambda x: x[:1], truth)
    with pytest.raises(UnsupportedError, match="choose one of float16"):
        certify(lambda x: x, truth, dtype="float8")


SOURCES = {
    "gelu": lambda: symgrad.numpy_code("gelu"),
    "selu'": lambda: symgrad.derivative("selu").to("numpy"),
    "gelu'": lambda: symgrad.derivative("gelu").to("numpy"),
    "sigmoid, bce": lambda: symgrad.numpy_code(symgrad.output_delta("sigmoid", "bce")),
    "expression": lambda: symgrad.numpy_code(z * tanh(log(1 + exp(z))) + Abs(z)),
    "huber": lambda: symgrad.numpy_code("huber"),
}


@pytest.mark.parametrize("name", SOURCES)
def test_source_stands_on_its_own(name: str, tmp_path: Path) -> None:
    text = SOURCES[name]()
    file = tmp_path / "made.py"
    file.write_text(text, "utf-8")
    spec = importlib.util.spec_from_file_location("made", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    last = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)][-1]
    arguments = [np.float32(0.5 + n) for n in range(len(last.args.args))]

    value = getattr(module, last.name)(*arguments)

    assert value.dtype == np.float32
    assert np.isfinite(value)
    assert {a.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Import) for a in n.names} == {"numpy"}
    assert ast.get_docstring(last)


def executed(text: str) -> Callable[..., Any]:
    """The function that a source defines last, in a module of its own."""
    module: dict[str, Any] = {}
    exec(compile(text, "made", "exec"), module)  # noqa: S102 - the code that is on trial
    last = [n for n in ast.parse(text).body if isinstance(n, ast.FunctionDef)][-1]
    function: Callable[..., Any] = module[last.name]
    return function


@every_entry
def test_every_source_gives_what_lambdify_gives(entry: Definition) -> None:
    letters = [v.symbol for v in entry.domains]
    slope = symgrad.derivative(entry)
    others = [v for v in letters[len(entry.variables) :] if v in slope.result.free_symbols]
    inside = (-0.75, 0.25) if entry.kind is Kind.ACTIVATION else (0.25, 0.75)
    for first in inside:
        given = (np.asarray([first, first / 2]), *(1.0 for _ in entry.variables[1:]))
        usual = [float(p.default) for p in entry.parameters]
        wanted = symgrad.lambdify(letters, entry.applied)(*given, *usual)

        np.testing.assert_array_equal(executed(symgrad.numpy_code(entry.name))(*given), wanted)  # the usual parameters
        np.testing.assert_array_equal(executed(symgrad.numpy_code(entry.name))(*given, *usual), wanted)

        kept = [v for v in letters[: len(entry.variables)] if v == entry.variable or v in slope.result.free_symbols]
        wanted = symgrad.lambdify([*kept, *others], slope.result)(
            *given[: len(kept)], *(float(p.default) for p in entry.parameters if p.symbol in others)
        )
        np.testing.assert_array_equal(executed(slope.to("numpy"))(*given[: len(kept)]), wanted)


def test_a_source_keeps_apart_what_has_one_name() -> None:
    letter, other, third = symbols("erf compute quietly", real=True)
    code = symgrad.numpy_code(erf(letter) * erf(other) + third)

    assert executed(code)(0.5, 0.25, 1.0) == pytest.approx(1 + math.erf(0.5) * math.erf(0.25), rel=1e-14)


def test_lambdify_takes_what_sympys_takes() -> None:
    slope, x = sigmoid(z).diff(z), np.array([0.0, 40.0])
    wanted = [0.25, math.exp(-40)]

    made = {
        "list": symgrad.lambdify(z, [slope, z, 1])(x)[0],
        "tuple": symgrad.lambdify((z, (y,)), (y, (slope,)))(x, (1.0,))[1][0],
        "matrix": symgrad.lambdify([z, y], sympy.Matrix([[slope, 1], [y, z]]), "numpy")(x, 2.0)[0, 0],
        "array": symgrad.lambdify(z, sympy.Array([z, slope]))(x)[1],
        "keywords": symgrad.lambdify(args=z, expr=slope, modules=["numpy"], cse=True, dummify=True)(x),
        "constant": symgrad.lambdify(z, [slope, sympy.pi])(x)[1] * wanted / math.pi,
    }

    for name, value in made.items():
        assert value == pytest.approx(wanted, rel=1e-15), name
    for wrong in ("z", z**2, [z, "y"]):
        with pytest.raises(SymgradError, match="is no symbol"):
            symgrad.lambdify(wrong, z)


def test_source_and_lambdify_agree() -> None:
    text = symgrad.derivative("sigmoid").to("numpy")

    assert "1 - " not in text.split("def compute")[1]  # which would cancel
    assert symgrad.lambdify(z, sigmoid(z).diff(z))(40.0) == pytest.approx(math.exp(-40), rel=1e-15)
    assert symgrad.lambdify(z, symgrad.erf(z), "numpy")(np.zeros(2)).tolist() == [0, 0]
    with pytest.raises(UnsupportedError, match="for 'jax' use sympy"):
        symgrad.lambdify(z, sigmoid(z), "jax")
    assert FormCode(sigmoid(z).diff(z), z)(np.float32(-100)).dtype == np.float32
    with pytest.raises(UnsupportedError, match="also depends on y"):
        symgrad.lambdify(z, sigmoid(z) - y)
    with pytest.raises(UnsupportedError, match="no NumPy code for a int"):
        symgrad.numpy_code(3)


def test_the_word_accuracy() -> None:
    done = CliRunner().invoke(app, ["accuracy", "silu", "--order", "1", "--dtype", "float16", "--json"])
    (found,) = json.loads(done.output)

    assert done.exit_code == 0
    assert found["complete"] is True
    assert found["ulps"] <= ROUNDED_ONCE
    constant, target = ["threshold", "--order", "2"], ["hinge", "--target", "0"]
    for wrong in (
        constant,
        target,
        ["sigmod"],
        ["silu", "--complete", "--dtype", "float64"],
        ["huber", "--target", "y"],
    ):
        refused = CliRunner().invoke(app, ["accuracy", *wrong])
        assert refused.exit_code == 2, refused.output
