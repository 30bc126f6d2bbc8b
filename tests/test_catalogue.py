"""The catalogue against formulas written by hand for mpmath, its kinks against one-sided slopes."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest
import reference
from mpmath import mp, mpf
from sympy import Float, N, Piecewise, Rational, S, erf, exp, log, oo
from sympy.core.relational import Relational

from symgrad.core import REALS, DuplicateNameError, Kind, UnknownNameError, by_name
from symgrad.definitions import ACTIVATIONS, ALIASES, LOSSES, activation, activation_named, loss_named
from symgrad.functions import Elementwise, elementwise, in_terms_of_output, inverse, slope, unfold
from symgrad.functions.slopes import flattened
from symgrad.functions.symbols import a, alpha, y, z

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Definition, Domain, Kink

ENTRIES = (*ACTIVATIONS.values(), *LOSSES.values())
every_entry = pytest.mark.parametrize("entry", ENTRIES, ids=[e.name for e in ENTRIES])
every_activation = pytest.mark.parametrize("entry", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
POINTS = [
    mpf(x) for x in ("-30", "-4.75", "-2.5", "-0.75", "-0.3", "-1e-9", "1e-9", "0.05", "0.4", "1.5", "5", "7", "30")
]
INVERTIBLE = {
    *("sigmoid", "tanh", "leaky_relu", "elu", "softplus", "identity", "celu", "selu", "logsigmoid", "softsign"),
    *("rrelu", "lecun_tanh", "erf", "arctan"),
}


@pytest.fixture(autouse=True)
def _fifty_digits() -> Iterator[None]:
    with mp.workdps(50):
        yield


def points(entry: Definition) -> Any:
    """Arguments all over the domain of an entry, at none of its kinks."""
    if entry.kind is Kind.ACTIVATION:
        return [(x,) for x in POINTS]
    first = [x for x in (*POINTS, mpf("0.2"), mpf("0.9")) if inside(x, entry.variables[0].domain)]
    second = [mpf(x) for x in ("-1", "0", "0.3", "0.6", "1", "3.7") if inside(mpf(x), entry.variables[1].domain)]
    return [(u, w) for u in first for w in second if abs(u - w) > mpf("1e-12") and abs(u * w - 1) > mpf("1e-12")]


def inside(x: Any, domain: Domain, slack: Any = 0) -> Any:
    if domain.values:
        return any(mpf(v) == x for v in domain.values)
    above = domain.lower is None or (
        x > to_mp(domain.lower) - slack if domain.lower_open else x >= to_mp(domain.lower) - slack
    )
    below = domain.upper is None or (
        x < to_mp(domain.upper) + slack if domain.upper_open else x <= to_mp(domain.upper) + slack
    )
    return above and below


def to_mp(value: Any) -> Any:
    return mp.mpmathify(N(value, 50))


def at(expr: Any, entry: Definition, point: tuple[Any, ...]) -> Any:
    """An expression in an entry's letters at a point, parameters at their usual values."""
    values = {v.symbol: Float(x, 60) for v, x in zip(entry.variables, point, strict=True)}
    numbers = unfold(expr).xreplace({p.symbol: p.default for p in entry.parameters}).xreplace(values)
    return to_mp(numbers.doit())


def of_reference(entry: Definition) -> Any:
    return (reference.ACTIVATIONS if entry.kind is Kind.ACTIVATION else reference.LOSSES)[entry.name]


def near(left: Any, right: Any, digits: int = 25) -> Any:
    return abs(left - right) <= mpf(10) ** -digits * max(1, abs(right))


def digits_of(entry: Definition) -> Any:
    return 25 if entry.name == "selu" else 30  # the published constants have 32 digits


def test_the_whole_catalogue_is_here() -> None:
    assert set(ACTIVATIONS) == set(reference.ACTIVATIONS)
    assert set(LOSSES) == set(reference.LOSSES)


@every_entry
def test_formula_is_the_one_written_by_hand(entry: Definition) -> None:
    tried = points(entry)

    assert len(tried) >= 10
    for point in tried:
        assert near(at(entry.of, entry, point), of_reference(entry)(*point), digits_of(entry)), point


@every_entry
def test_stable_form_equals_the_formula(entry: Definition) -> None:
    for point in points(entry) if entry.stable is not None else ():
        assert near(at(entry.stable, entry, point), of_reference(entry)(*point), digits_of(entry)), point


@every_entry
def test_rewrites_equal_the_formula(entry: Definition) -> None:
    for _, form in entry.rewrites:
        for point in points(entry):
            assert near(at(form, entry, point), of_reference(entry)(*point)), point


@every_entry
def test_every_value_lies_in_the_range(entry: Definition) -> None:
    usual = {p.symbol: p.default for p in entry.parameters}
    ends = [None if e is None else e.xreplace(usual) for e in (entry.range.lower, entry.range.upper)]
    domain = type(entry.range)(*ends, entry.range.lower_open, entry.range.upper_open)

    for point in points(entry):
        assert inside(of_reference(entry)(*point), domain, slack=mpf("1e-40")), point


@every_activation
def test_range_is_sharp_unless_its_note_says_otherwise(entry: Definition) -> None:
    many = [mpf(x) / 64 for x in range(-64 * 40, 64 * 40)]
    values = [of_reference(entry)(x) for x in (*many, *(s * mpf(10) ** k for s in (-1, 1) for k in range(2, 9)))]
    usual = {p.symbol: p.default for p in entry.parameters}
    low, high = (e if e is None else to_mp(e.xreplace(usual)) for e in (entry.range.lower, entry.range.upper))

    if "rounded outwards" in entry.note:
        assert low < min(values) < low + mpf("0.002")
    elif low is not None:
        assert min(values) - low < mpf("1e-4")
    elif "all above" not in entry.note:
        assert min(values) < -30
    assert max(values) > 30 if high is None else high - max(values) < mpf("1e-7")


@every_entry
def test_derivatives_are_the_slopes_of_the_reference(entry: Definition) -> None:
    for variable in entry.variables[:1]:
        derivative = entry.head(*(v.symbol for v in entry.variables)).diff(variable.symbol)
        for point in points(entry):
            expected = mp.diff(lambda x: of_reference(entry)(x, *point[1:]), point[0])  # noqa: B023 - called at once
            assert near(at(derivative, entry, point), expected, 15), point


@every_entry
def test_derivatives_by_parameters_are_the_slopes_of_the_formula(entry: Definition) -> None:
    for p in entry.parameters:
        derivative = entry.applied.diff(p.symbol)
        for point in points(entry)[::3]:
            fixed = {v.symbol: Float(x, 60) for v, x in zip(entry.variables, point, strict=True)}
            fixed |= {q.symbol: q.default for q in entry.parameters if q != p}
            rise = unfold(entry.of).xreplace(fixed)
            h = Rational(1, 10**12)
            step = (
                N(rise.xreplace({p.symbol: p.default + h}), 60) - N(rise.xreplace({p.symbol: p.default - h}), 60)
            ) / (2 * h)
            assert near(at(derivative, entry, point), to_mp(step), 15), (p.symbol, point)


def kinks() -> Any:
    return [pytest.param(e, k, id=f"{e.name}-{k.at}") for e in ENTRIES for k in e.kinks]


def place(entry: Definition, kink: Kink) -> Any:
    """The kink as numbers, and the other arguments there."""
    others = {y: S.One} if entry.kind is Kind.LOSS else {}
    usual = {p.symbol: p.default for p in entry.parameters} | others
    return [to_mp(e.xreplace(usual)) for e in (kink.at, kink.left, kink.right, kink.convention)], list(others.values())


@pytest.mark.parametrize(("entry", "kink"), kinks())
def test_kinks_have_the_slopes_that_they_list(entry: Definition, kink: Kink) -> None:
    (where, left, right, _), others = place(entry, kink)
    f, h = of_reference(entry), mpf("1e-15")

    def rise(x: Any) -> Any:
        return (f(x + h, *others) - f(x, *others)) / h

    assert near(rise(where + h), right, 12)
    assert near(rise(where - 2 * h), left, 12)
    assert kink.jump == (abs(f(where + h, *others) - f(where - h, *others)) > mpf("0.1"))


@pytest.mark.parametrize(("entry", "kink"), kinks())
def test_the_derivative_at_a_kink_is_the_convention(entry: Definition, kink: Kink) -> None:
    (where, _, _, convention), others = place(entry, kink)
    usual = {p.symbol: p.default for p in entry.parameters} | ({y: S.One} if others else {})
    by = entry.applied.diff(entry.variable).xreplace(usual)

    assert near(to_mp(by.xreplace({entry.variable: kink.at.xreplace(usual)})), convention)
    assert where is not None


@every_entry
def test_boundaries_that_are_no_kinks_are_smooth(entry: Definition) -> None:
    cases = flattened(unfold(entry.of).xreplace({p.symbol: p.default for p in entry.parameters} | {y: S.One}))
    x = entry.variable
    listed = {to_mp(k.at.xreplace({p.symbol: p.default for p in entry.parameters} | {y: S.One})) for k in entry.kinks}
    boundaries = {
        mpf(root)
        for relation in (cases.atoms(Relational) if isinstance(cases, Piecewise) else ())
        for root in (-3, -1, Rational(-1, 2), 0, Rational(1, 10), Rational(1, 2), 1, 2, 3, 6)
        if flattened((relation.lhs - relation.rhs).xreplace({x: S(root)})).equals(0)
    }
    f, h = of_reference(entry), mpf("1e-12")
    args = [mpf(1)] if entry.kind is Kind.LOSS else []
    for where in boundaries - listed:
        right = (f(where + h, *args) - f(where, *args)) / h
        left = (f(where, *args) - f(where - h, *args)) / h
        assert near(left, right, 10), where
    assert all(k in boundaries for k in listed)


@every_activation
def test_inverse_undoes_the_function_where_there_is_one(entry: Definition) -> None:
    found = inverse(entry.of, z, a, entry.domains)
    derivative = slope(unfold(entry.of), z, entry.kinks, {d.symbol: d.domain for d in entry.domains})
    in_output = in_terms_of_output(entry.of, derivative, z, a, entry.domains)

    assert (found is not None) == (entry.name in INVERTIBLE)
    for (x,) in points(entry) if found is not None else ():
        if abs(x) > 8:  # beyond it the output has too few digits to come back from
            continue
        output = at(entry.of, entry, (x,))
        usual = {p.symbol: p.default for p in entry.parameters} | {a: Float(output, 60)}
        assert near(to_mp(found.xreplace(usual)), x, 20)
        assert z not in in_output.free_symbols
        assert near(to_mp(in_output.xreplace(usual)), at(derivative, entry, (x,)), 20)


def test_derivatives_in_the_output_are_those_of_the_textbooks() -> None:
    def found(name: str) -> Any:
        entry = ACTIVATIONS[name]
        derivative = slope(entry.of, z, entry.kinks, {d.symbol: d.domain for d in entry.domains})
        return in_terms_of_output(entry.of, derivative, z, a, entry.domains)

    assert found("sigmoid") == a * (1 - a)
    assert found("tanh") == 1 - a**2
    assert found("softplus") == 1 - exp(-ACTIVATIONS["softplus"].parameters[0].symbol * a)
    assert found("elu") == Piecewise((1, a > 0), (a + alpha, True))
    assert found("softsign") == (1 - abs(a)) ** 2
    assert found("logsigmoid") == 1 - exp(a)


def test_a_slope_of_unknown_sign_has_no_inverse() -> None:
    elu = ACTIVATIONS["elu"]

    assert inverse(elu.of, z, a) is None
    assert inverse(z**2, z, a) is None
    assert inverse(z**3 + z, z, a) is None
    assert inverse(ACTIVATIONS["prelu"].of, z, a, ACTIVATIONS["prelu"].domains) is None


@every_entry
def test_entry_is_complete(entry: Definition) -> None:
    assert entry.title
    assert entry.source
    assert entry.of.free_symbols <= {d.symbol for d in entry.domains}
    assert {k.variable for k in entry.kinks} <= {entry.variable}
    assert all(lies(p.default, p.domain) for p in entry.parameters)
    if isinstance(entry.head, type) and issubclass(entry.head, Elementwise):
        assert entry.head.formula == entry.of
        assert entry.head.range == entry.range
        assert entry.head.spelling == entry.name
        assert entry.head.domains == tuple(d.domain for d in entry.domains)


def lies(value: Any, domain: Domain) -> Any:
    return inside(to_mp(value), domain)


@every_entry
def test_entry_survives_pickling(entry: Definition) -> None:
    again = pickle.loads(pickle.dumps(entry))  # noqa: S301 - our own

    assert again == entry
    assert again.head is entry.head


def test_selu_constants_are_those_of_the_paper() -> None:
    first, second = ACTIVATIONS["selu"].parameters

    assert near(to_mp(first.default), reference.SELU_LAMBDA, 30)
    assert near(to_mp(second.default), reference.SELU_ALPHA, 30)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("LeakyReLU", "leaky_relu"),
        ("leaky-relu", "leaky_relu"),
        ("Leaky ReLU", "leaky_relu"),
        ("lrelu", "leaky_relu"),
        ("logistic", "sigmoid"),
        ("SiLU", "silu"),
        ("swish", "swish"),
        ("LogSigmoid", "logsigmoid"),
    ],
)
def test_activations_answer_to_their_common_names(name: str, wanted: str) -> None:
    assert activation_named(name).name == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("mse", "squared_error"),
        ("MSELoss", "squared_error"),
        ("mae", "absolute_error"),
        ("BCE", "binary_cross_entropy"),
        ("BCEWithLogitsLoss", "binary_cross_entropy_with_logits"),
        ("pinball", "quantile"),
        ("KLDivLoss", "kl_divergence"),
    ],
)
def test_losses_answer_to_their_common_names(name: str, wanted: str) -> None:
    assert loss_named(name).name == wanted


def test_every_alias_leads_somewhere_and_hides_nothing() -> None:
    assert ALIASES
    assert all(full in ACTIVATIONS or full in LOSSES for full in ALIASES.values())
    assert not set(ALIASES) & (set(ACTIVATIONS) | set(LOSSES))


def test_unknown_names_are_answered_with_near_ones() -> None:
    with pytest.raises(UnknownNameError, match="sigmoid"):
        activation_named("sigmod")
    with pytest.raises(UnknownNameError, match="huber"):
        loss_named("hubber")


def test_a_name_used_twice_is_refused() -> None:
    with pytest.raises(DuplicateNameError):
        by_name(ACTIVATIONS["relu"], ACTIVATIONS["relu"])


bump = activation("bump", "bump", of=exp(-abs(z)), source="a block outside of the catalogue")


def test_a_block_in_any_module_works_like_the_catalogue() -> None:
    again = pickle.loads(pickle.dumps(bump(z)))  # noqa: S301 - our own

    assert again == bump(z)
    assert bump(z).diff(z).xreplace({z: S(2)}) == -exp(-2)
    assert bump.range == REALS


def test_erf_and_its_kin_are_sympys_own() -> None:
    assert ACTIVATIONS["erf"](z) == erf(z)
    assert log(ACTIVATIONS["sigmoid"](z)).diff(z).simplify() == 1 - ACTIVATIONS["sigmoid"](z)
    assert elementwise("twice", 2 * z, (z,))(oo) != oo
