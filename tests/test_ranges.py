"""Extremes over all of R: known suprema lie inside, samples stay inside, planted mistakes fall outside."""

from __future__ import annotations

import random
from typing import Any

import mpmath
import pytest
from sympy import (
    Abs,
    Eq,
    Expr,
    I,
    Integer,
    Max,
    Min,
    Piecewise,
    Rational,
    Symbol,
    atan,
    cos,
    erf,
    exp,
    gamma,
    lambdify,
    log,
    oo,
    pi,
    piecewise_fold,
    sign,
    sin,
    sqrt,
    tanh,
)

from symgrad.core import REALS, Definition, Domain, Extremum, UnsupportedError, Variable, interval, one_of
from symgrad.definitions import ACTIVATIONS
from symgrad.functions import unfold
from symgrad.functions.symbols import alpha, z
from symgrad.prover import extrema, parametric_extrema

every_activation = pytest.mark.parametrize("name", ACTIVATIONS)

# the greatest |phi'| of an independent study, to the digits it is known to
KNOWN = {
    "silu": "1.099839320128866916958",
    "quick_gelu": "1.099839320128866916958",
    "swish": "1.099839320128866916958",
    "gelu": "1.128904145185154786341",
    "gelu_tanh": "1.128993068658771765456",
    "mish": "1.088498161251727861228",
    "gaussian": "0.857763884960706796480",
    "selu": "1.758099340847376859940",
    "erf": "1.128379167095512573896",
    "sigmoid": "0.25",
    "lecun_tanh": "1.143933333333333333333",
    "hardswish": "1.5",
    "hardsigmoid": "0.166666666666666666667",
}
ONE_AT_MOST = (
    *("tanh", "relu", "leaky_relu", "prelu", "elu", "softplus", "identity", "celu", "logsigmoid", "softsign"),
    *("tanhshrink", "softshrink", "hardshrink", "hardtanh", "relu6", "threshold", "rrelu", "arctan"),
)


def function_of(definition: Definition) -> Any:
    """phi as one formula, its parameters at their usual values."""
    return unfold(definition.of.xreplace({p.symbol: p.default for p in definition.parameters}))


def slope_of(function: Any) -> Any:
    """phi' branch by branch, by SymPy, which the prover does not use."""
    if function.has(Max, Min, Abs):
        function = function.rewrite(Piecewise).doit()
        function = piecewise_fold(function)
    if isinstance(function, Piecewise):
        return Piecewise(*((branch.diff(z), condition) for branch, condition in function.args))
    if function.has(Piecewise):
        return slope_of(piecewise_fold(function))
    return function.diff(z)


def kinks_of(definition: Definition) -> tuple[Any, ...]:
    given = {p.symbol: p.default for p in definition.parameters}
    return tuple(k.at.xreplace(given) for k in definition.kinks)


def samples(expr: Any, count: int, near: tuple[Any, ...] = ()) -> list[Any]:
    """Values at `count` random rationals: the middle, the tails, and close to given points."""
    rng = random.Random(str(expr))  # noqa: S311 - the same points in every run
    compute = lambdify(z, expr, "mpmath")
    points = [Rational(rng.randint(-(10**6), 10**6), 10**5) for _ in range(count // 2)]
    points += [
        Rational(rng.choice((-1, 1)) * rng.randint(1, 10**9), 10 ** rng.randint(0, 15)) for _ in range(count // 4)
    ]
    nearby = [*near, *(Rational(n) for n in (-6, -3, -1, 0, 1, 3, 6))]
    points += [
        rng.choice(nearby) + Rational(rng.randint(-100, 100), 10 ** rng.randint(2, 12)) for _ in range(count // 4)
    ]
    with mpmath.workdps(60):
        return [compute(mpmath.mpf(int(q.p)) / int(q.q)) for q in points]


def number(exact: Any) -> Any:
    """An exact number, or oo, at mpmath's current precision."""
    if exact in {oo, -oo}:
        return mpmath.inf if exact is oo else -mpmath.inf
    return mpmath.mpf(str(exact.evalf(70)))


def outside(values: list[Any], infimum: Extremum, supremum: Extremum) -> list[Any]:
    """The values below the infimum or above the supremum by more than 60-digit arithmetic can be wrong."""
    with mpmath.workdps(60):
        low, high = (number(e) for e in (infimum.lower, supremum.upper))
        return [v for v in values if not low - mpmath.mpf(10) ** -45 <= v <= high + mpmath.mpf(10) ** -45]


def width(extremum: Extremum) -> Any:
    return Integer(0) if extremum.exact in {oo, -oo} else extremum.upper - extremum.lower


@every_activation
def test_slope_stays_inside_at_a_hundred_points(name: str) -> None:
    definition = ACTIVATIONS[name]
    slope = slope_of(function_of(definition))

    infimum, supremum = extrema(slope, z, kinks=kinks_of(definition))

    values = samples(slope, 120)
    assert len(values) == 120
    assert outside(values, infimum, supremum) == []
    assert max(width(infimum), width(supremum)) <= Rational(1, 10**30)


@every_activation
def test_function_itself_stays_inside(name: str) -> None:
    definition = ACTIVATIONS[name]
    function = function_of(definition)

    infimum, supremum = extrema(function, z)

    assert outside(samples(function, 80), infimum, supremum) == []
    assert max(width(infimum), width(supremum)) <= Rational(1, 10**30)


@every_activation
def test_second_derivative_stays_inside(name: str) -> None:
    definition = ACTIVATIONS[name]
    curvature = slope_of(slope_of(function_of(definition)))

    infimum, supremum = extrema(curvature, z, kinks=kinks_of(definition))

    assert outside(samples(curvature, 40), infimum, supremum) == []
    assert max(width(infimum), width(supremum)) <= Rational(1, 10**30)


@every_activation
def test_bounds_are_sharp(name: str) -> None:
    """A supremum lowered by 1e-9 is contradicted by a value at, or close to, the place that is given."""
    definition = ACTIVATIONS[name]
    slope = slope_of(function_of(definition))
    compute = lambdify(z, slope, "mpmath")

    for extremum, side in zip(extrema(slope, z, kinks=kinks_of(definition)), (-1, 1), strict=True):
        if extremum.exact in {oo, -oo}:
            continue
        with mpmath.workdps(60):
            values = [compute(number(q)) for q in places(extremum)]
            bound = number(extremum.upper if side > 0 else extremum.lower)
            assert max(side * v for v in values) > side * bound - mpmath.mpf(10) ** -9


def places(extremum: Extremum) -> list[Any]:
    """Points where the value is attained, or very near to where it is approached."""
    found = [p[0] if isinstance(p, tuple) else p for p in extremum.at]
    found += [middle(domain) for domain in extremum.on]
    for p in extremum.approached:
        far = [Integer(10**6) if p is oo else Integer(-(10**6))]
        found += far if p in {oo, -oo} else [p - Rational(1, 10**12), p + Rational(1, 10**12)]
    return found


def middle(domain: Domain) -> Any:
    if domain.lower is None:
        return Integer(0) if domain.upper is None else domain.upper - 1
    return domain.lower + 1 if domain.upper is None else (domain.lower + domain.upper) / 2


@pytest.mark.parametrize("name", KNOWN)
def test_known_supremum_lies_in_the_enclosure(name: str) -> None:
    definition = ACTIVATIONS[name]
    known = Rational(KNOWN[name])

    _, supremum = extrema(slope_of(function_of(definition)), z, kinks=kinks_of(definition))

    last = Rational(1, 10**20)
    assert supremum.lower - last <= known <= supremum.upper + last
    wrong = known + Rational(1, 10**12)
    assert not supremum.lower - last <= wrong <= supremum.upper + last


def test_every_activation_has_a_known_supremum() -> None:
    unbounded = {"squared_relu"}

    assert {*KNOWN, *ONE_AT_MOST, *unbounded} == set(ACTIVATIONS)


@pytest.mark.parametrize("name", ONE_AT_MOST)
def test_supremum_is_exactly_one(name: str) -> None:
    definition = ACTIVATIONS[name]

    _, supremum = extrema(slope_of(function_of(definition)), z, kinks=kinks_of(definition))

    assert supremum.exact == 1
    assert supremum.lower == supremum.upper == 1


Φ = (1 + erf(z / sqrt(2))) / 2
CLOSED_FORMS: list[tuple[Any, Any, Any]] = [
    # expression, infimum, supremum
    (Φ + z * exp(-(z**2) / 2) / sqrt(2 * pi), None, (1 + erf(1)) / 2 + exp(-1) / sqrt(pi)),
    (-2 * z * exp(-(z**2)), -sqrt(2) * exp(Rational(-1, 2)), sqrt(2) * exp(Rational(-1, 2))),
    (z**2 * exp(-(z**2)), 0, exp(-1)),
    (tanh(z) ** 2, 0, 1),
    (exp(-(atan(z) ** 2) / 4), exp(-(pi**2) / 16), 1),
    (atan(z), -pi / 2, pi / 2),
    (z / (1 + z**2), Rational(-1, 2), Rational(1, 2)),
    ((z**2 - 1) ** 2, 0, oo),
    (exp(z) / (1 + exp(z)) ** 2, 0, Rational(1, 4)),
    (exp(2 * z) - 3 * exp(z), Rational(-9, 4), oo),
    (1 / (1 + Abs(z)) ** 2, 0, 1),
    (z * Max(0, Min(6, z + 3)) / 6, Rational(-3, 8), oo),
    (1 / z, -oo, oo),
    (z * log(Abs(z)), -oo, oo),
    (sign(z), -1, 1),
    (Piecewise((5, Eq(z, 0)), (1 / (1 + z**2), True)), 0, 5),
    (Piecewise((z**2, z < 1), (-1 / z, True)), -1, oo),
]


@pytest.mark.parametrize(("expr", "least", "greatest"), CLOSED_FORMS, ids=lambda e: str(e)[:40])
def test_closed_forms_are_found(expr: Expr, least: Any, greatest: Any) -> None:
    infimum, supremum = extrema(expr, z)

    assert least is None or infimum.exact - least == 0 or infimum.exact == least
    assert supremum.exact == greatest or (supremum.exact - greatest).expand() == 0


def test_attained_and_approached_are_told_apart() -> None:
    at_zero = extrema(1 - tanh(z) ** 2, z)
    assert at_zero[1].at == (0,)
    assert at_zero[0].at == ()
    assert at_zero[0].approached == (-oo, oo)

    hardswish = Piecewise((0, z <= -3), (1, z >= 3), ((2 * z + 3) / 6, True))
    infimum, supremum = extrema(hardswish, z, kinks=(-Integer(3), Integer(3)))
    assert (infimum.exact, infimum.approached, infimum.attained) == (Rational(-1, 2), (-3,), False)
    assert (supremum.exact, supremum.approached, supremum.attained) == (Rational(3, 2), (3,), False)


def test_an_interval_of_attainment_is_closed_where_the_value_is_taken() -> None:
    relu = Piecewise((1, z > 0), (0, True))

    assert extrema(relu, z, kinks=(Integer(0),))[0].on == (interval(None, 0),)
    assert extrema(relu, z)[0].on == (interval(None, 0, "right"),)


def test_value_at_a_kink_does_not_count() -> None:
    step = Piecewise((7, Eq(z, 0)), (1, z > 0), (0, True))

    assert extrema(step, z)[1].exact == 7
    assert extrema(step, z, kinks=(Integer(0),))[1].exact == 1


def test_mirror_images_are_both_places() -> None:
    _, supremum = extrema(z**2 * exp(-(z**2)) * (1 + tanh(z) ** 2), z)

    assert supremum.exact is None
    assert len(supremum.at) == 2
    assert supremum.at[0][0] == -supremum.at[1][1]


def test_range_on_an_interval() -> None:
    infimum, supremum = extrema(1 / (z * (1 - z)), z, domain=interval(0, 1))

    assert (infimum.exact, infimum.at) == (4, (Rational(1, 2),))
    assert (supremum.exact, supremum.approached) == (oo, (0, 1))
    assert extrema(z**2, z, domain=interval(1, 2, "both"))[1].at == (2,)
    assert extrema(z**2, z, domain=interval(1, 2))[1].approached == (2,)


def test_kink_without_a_closed_form_is_enclosed() -> None:
    infimum, _ = extrema(Max(z, exp(-z)), z)

    omega = Rational("0.567143290409783872999968662210355549754")  # the root of z = exp(-z)
    assert infimum.lower - Rational(1, 10**38) <= omega <= infimum.upper + Rational(1, 10**38)
    assert width(infimum) <= Rational(1, 10**30)


@pytest.mark.parametrize(
    ("expr", "says"),
    [
        (z + Symbol("q"), "give every parameter a value"),
        (sin(z) + sin(sqrt(2) * z), "not settled"),
        (cos(z) + z, "not settled"),
        (log(z), "no real value"),
        (sqrt(z**2 - 1), "no real value"),
        (gamma(z), "gamma"),
    ],
    ids=str,
)
def test_what_is_not_settled_is_refused(expr: Expr, says: str) -> None:
    with pytest.raises(UnsupportedError, match=says):
        extrema(expr, z)


def test_a_point_where_nothing_is_real_is_no_value() -> None:
    infimum, _ = extrema(1 / z**2, z)

    assert infimum.exact == 0
    assert not infimum.exact.has(I)


def test_extremes_of_random_sums_are_never_crossed() -> None:
    rng = random.Random(20)  # noqa: S311 - the same sums in every run
    parts = [
        tanh(z),
        exp(-(z**2)),
        1 / (1 + exp(-z)),
        atan(2 * z),
        z / (1 + z**2),
        erf(z - 1),
        Abs(tanh(z / 2)),
        Max(0, tanh(z)),
    ]
    settled = 0
    for _ in range(25):
        expr = sum(Rational(rng.randint(-9, 9), 3) * p for p in rng.sample(parts, 3))
        if not expr.free_symbols:
            continue
        infimum, supremum = extrema(expr, z)
        assert outside(samples(expr, 40), infimum, supremum) == [], expr
        settled += 1
    assert settled >= 20


POSITIVE = Variable(alpha, interval(0, None))
ELU_SLOPE = Piecewise((1, z > 0), (alpha * exp(z), True))
PARAMETRIC: list[tuple[Any, tuple[Variable, ...], Any, Any]] = [
    # slope, parameters, infimum, supremum
    (ELU_SLOPE, (POSITIVE,), 0, Max(1, alpha)),
    (Piecewise((1, z > 0), (exp(z / alpha), True)), (POSITIVE,), 0, 1),
    (Piecewise((1, z > 0), (alpha, True)), (Variable(alpha),), Min(1, alpha), Max(1, alpha)),
    (Piecewise((1, z > 0), (alpha, True)), (Variable(alpha, interval(0, 1)),), alpha, 1),
    (1 / (1 + exp(-alpha * z)), (POSITIVE,), 0, 1),
    (Piecewise((1, (alpha < z) | (z < -alpha)), (0, True)), (POSITIVE,), 0, 1),
    (Piecewise((z, z > alpha), (0, True)), (POSITIVE,), 0, oo),
]


@pytest.mark.parametrize(("slope", "parameters", "least", "greatest"), PARAMETRIC, ids=lambda e: str(e)[:40])
def test_extremes_with_letters(slope: Expr, parameters: tuple[Variable, ...], least: Any, greatest: Any) -> None:
    infimum, supremum = parametric_extrema(slope, z, parameters)

    assert (infimum, supremum) == (least, greatest)
    for value in (Rational(1, 7), Rational(5, 7)):  # inside every one of the domains
        given = {alpha: value}
        low, high = extrema(slope.subs(given), z)
        assert (low.exact, high.exact) == (Integer(0) + infimum.subs(given), Integer(0) + supremum.subs(given))


@pytest.mark.parametrize(
    ("slope", "domain"),
    [
        (ELU_SLOPE, REALS),  # alpha may be negative: the left piece may rise or fall
        (ELU_SLOPE, interval(-1, 1)),
        (alpha * z, REALS),
        (Piecewise((1, z**2 > alpha), (0, True)), interval(0, None)),
        (z * exp(-alpha * z**2), interval(0, None)),  # not monotone
    ],
    ids=str,
)
def test_letters_that_change_the_answer_are_refused(slope: Expr, domain: Domain) -> None:
    with pytest.raises(UnsupportedError, match="parameters"):
        parametric_extrema(slope, z, (Variable(alpha, domain),))


def test_unproved_ties_claim_no_place() -> None:
    """Two maxima that are equal, without a closed form and without a symmetry about 0: nothing is said of where."""
    bump = (z - 1) ** 2 * exp(-((z - 1) ** 2)) * (1 + tanh(z - 1) ** 2)

    _, supremum = extrema(bump, z)

    assert (supremum.exact, supremum.at, supremum.approached, supremum.on) == (None, (), (), ())
    assert width(supremum) <= Rational(1, 10**30)


def test_a_value_at_one_point_counts() -> None:
    bell = z**2 / (1 + z**2)

    _, most = extrema(Piecewise((5, Eq(z, 0)), (bell, True)), z)
    assert (most.exact, most.at) == (5, (0,))
    least, most = parametric_extrema(
        Piecewise((z / (1 - z), z < 0), (5 * alpha + 9, Eq(z, 0)), (alpha, True)),
        z,
        (Variable(alpha, interval(0, None)),),
    )
    assert (least, most) == (-1, 5 * alpha + 9)


def test_a_value_at_a_point_without_a_closed_form_is_not_guessed() -> None:
    for at in (z * exp(z) - 1, z**3 - z - 1):
        with pytest.raises(UnsupportedError, match="may jump"):
            extrema(Piecewise((5, Eq(at, 0)), (tanh(z), True)), z)


def test_a_corner_without_a_closed_form_is_attained() -> None:
    least, _ = extrema(Abs(z * exp(z) - 1), z)

    assert least.attained
    assert least.lower <= 0 <= least.upper
    assert 0.567 < float(least.at[0][0]) < 0.568


def test_a_finite_set_and_a_single_point_are_domains_and_nothing_is_none() -> None:
    least, most = extrema(z**2, z, domain=one_of(-3, 1, 2))
    assert (least.exact, most.exact, most.at) == (1, 9, (-3,))
    least, most = extrema(z, z, domain=interval(1, 1, "both"))
    assert least.at == most.at == (1,)
    with pytest.raises(UnsupportedError, match="no number lies"):
        extrema(z, z, domain=Domain(Integer(2), Integer(1)))
