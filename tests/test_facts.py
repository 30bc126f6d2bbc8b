"""What is proved about every activation, against independent arithmetic; planted mistakes are contradicted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import mpmath
import pytest
from sympy import (
    Abs,
    Expr,
    Integer,
    Max,
    Piecewise,
    Rational,
    Symbol,
    asinh,
    atan,
    cos,
    erf,
    exp,
    lambdify,
    log,
    oo,
    pi,
    sin,
    sqrt,
    tanh,
)

from symgrad.core import Domain, Extremum, Facts, Monotone, Status, UnsupportedError, interval
from symgrad.definitions import ACTIVATIONS
from symgrad.deriver import derivative, in_output, second_derivative
from symgrad.functions import unfold
from symgrad.functions.symbols import lambda_, z
from symgrad.prover import dead_intervals, decay, extrema, facts, limit, monotone, odd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

every_activation = pytest.mark.parametrize("name", ACTIVATIONS)

UP, DOWN = Monotone.STRICTLY_INCREASING, Monotone.STRICTLY_DECREASING
FLAT, NEITHER = Monotone.NON_DECREASING, Monotone.NOT_MONOTONE

# name: Lipschitz constant (None: no closed form), monotone, odd
TABLE: dict[str, tuple[Any, Monotone, bool]] = {
    "sigmoid": (Rational(1, 4), UP, False),
    "tanh": (1, UP, True),
    "relu": (1, FLAT, False),
    "leaky_relu": (1, UP, False),
    "prelu": (1, UP, False),
    "elu": (1, UP, False),
    "softplus": (1, UP, False),
    "identity": (1, UP, True),
    "celu": (1, UP, False),
    "selu": (Symbol("alpha", real=True) * lambda_, UP, False),
    "gelu": ((1 + erf(1)) / 2 + exp(-1) / sqrt(pi), NEITHER, False),
    "gelu_tanh": (None, NEITHER, False),
    "silu": (None, NEITHER, False),
    "swish": (None, NEITHER, False),
    "mish": (None, NEITHER, False),
    "logsigmoid": (1, UP, False),
    "softsign": (1, UP, True),
    "tanhshrink": (1, UP, True),
    "softshrink": (1, FLAT, True),
    "hardshrink": (oo, FLAT, True),
    "hardtanh": (1, FLAT, True),
    "hardsigmoid": (Rational(1, 6), FLAT, False),
    "hardswish": (Rational(3, 2), NEITHER, False),
    "relu6": (1, FLAT, False),
    "threshold": (oo, NEITHER, False),  # it falls from 20 to 0.1 at 0.1
    "rrelu": (1, UP, False),
    "squared_relu": (oo, FLAT, False),
    "quick_gelu": (None, NEITHER, False),
    "lecun_tanh": (Rational(17159, 15000), UP, True),
    "erf": (2 / sqrt(pi), UP, True),
    "arctan": (1, UP, True),
    "gaussian": (sqrt(2) * exp(Rational(-1, 2)), NEITHER, False),
}
DEAD = {
    "relu": (interval(None, 0),),
    "softshrink": (interval(-Rational(1, 2), Rational(1, 2)),),
    "hardshrink": (interval(-Rational(1, 2), Rational(1, 2)),),
    "hardtanh": (interval(None, -1), interval(1, None)),
    "hardsigmoid": (interval(None, -3), interval(3, None)),
    "hardswish": (interval(None, -3),),
    "relu6": (interval(None, 0), interval(6, None)),
    "threshold": (interval(None, Rational(1, 10)),),
    "squared_relu": (interval(None, 0, "right"),),
}


@cache
def facts_of(name: str) -> Facts:
    definition = ACTIVATIONS[name]
    first, second = derivative(definition).result, second_derivative(definition).result
    return facts(definition, first, in_output(definition), second)


@dataclass(frozen=True)
class Sweep:
    """The function and its derivative on a line of points, in 60-digit arithmetic that knows nothing of proofs."""

    line: tuple[Any, ...]
    values: tuple[Any, ...]
    slopes: tuple[Any, ...]
    mirrored: tuple[Any, ...]  # phi(-x) + phi(x)
    far: tuple[Any, ...]  # phi and phi' at -10^7 and 10^7
    tails: dict[Any, Any]  # phi' at the points where a decay is compared

    @property
    def quotients(self) -> tuple[Any, ...]:
        """Mean slopes between neighbours."""
        points = pairwise(zip(self.line, self.values, strict=True))
        return tuple((v - u) / (y - x) for (x, u), (y, v) in points)


NEAR, FAR = 30, 40_000  # where an exponential, or an algebraic, decay has come close to its leading term


def numeric(expr: Any, name: str) -> Callable[[Any], Any]:
    """The expression at the usual parameters, as an mpmath function of z."""
    values = {p.symbol: p.default.evalf(220) if not p.default.is_Rational else p.default for p in parameters(name)}
    return lambdify(z, unfold(expr).xreplace(values), "mpmath")


def parameters(name: str) -> Any:
    return ACTIVATIONS[name].parameters


@cache
def sweep(name: str) -> Sweep:
    phi, slope = numeric(ACTIVATIONS[name].of, name), numeric(derivative(ACTIVATIONS[name]).result, name)
    with mpmath.workdps(60):
        line = [mpmath.mpf(2 * k + 1) / 32 for k in range(-320, 320)]
        line += [side * mpmath.mpf(10) ** k for k in range(2, 7) for side in (-1, 1)]
        kinks = [number(k.at, name) for k in ACTIVATIONS[name].kinks]
        line += [k + i * mpmath.mpf(10) ** -9 for k in (mpmath.mpf(0), *kinks) for i in (-2, -1, 1, 2)]
        line = sorted(set(line))
        values, slopes = tuple(map(phi, line)), tuple(map(slope, line))
        mirrored = tuple(phi(-x) + v for x, v in zip(line, values, strict=True))
        ends = mpmath.mpf(-(10**7)), mpmath.mpf(10**7)
        far = tuple(f(x) for f in (phi, slope) for x in ends)
    with mpmath.workdps(1000):
        tails = {x: slope(mpmath.mpf(x)) for x in (-FAR, -NEAR, NEAR, FAR) if abs(x) == NEAR or "gelu" not in name}
    return Sweep(tuple(line), values, slopes, mirrored, far, tails)


def number(expr: Any, name: str) -> Any:
    value = expr.xreplace({p.symbol: p.default for p in parameters(name)})
    if value in {oo, -oo}:
        return mpmath.inf if value is oo else -mpmath.inf
    return mpmath.mpf(str(value.evalf(70)))


def contradictions(found: Facts) -> Iterator[str]:
    """The facts that a sweep over the line finds wrong."""
    name = found.definition.name
    swept, tiny = sweep(name), mpmath.mpf(10) ** -40
    with mpmath.workdps(60):
        if min(swept.slopes) < number(found.infimum.lower, name) - tiny:
            yield "infimum"
        if max(swept.slopes) > number(found.supremum.upper, name) + tiny:
            yield "supremum"
        if max(map(abs, swept.quotients + swept.slopes)) > number(found.lipschitz.upper, name) + tiny:
            yield "lipschitz"
        if found.monotone is not _moves(swept):
            yield "monotone"
        if not all(_near(c, reached, name) for c, reached in zip(found.limits, swept.far, strict=True)):
            yield "limits"
        if any(s != 0 for d in found.dead for x, s in zip(swept.line, swept.slopes, strict=True) if _in(x, d, name)):
            yield "dead"
        if found.odd != all(abs(m) < tiny for m in swept.mirrored):
            yield "odd"
    with mpmath.workdps(1000):
        for form, side in zip(found.decay, (-1, 1), strict=True):
            x = side * (NEAR if form is None or form.has(exp) else FAR)
            if form is not None and abs(numeric(form, name)(mpmath.mpf(x)) / swept.tails[x] - 1) > mpmath.mpf("0.05"):
                yield "decay"


def _moves(swept: Sweep) -> Monotone:
    if min(swept.quotients) < 0:
        return NEITHER
    return UP if min(q for q, x in zip(swept.quotients, swept.line, strict=False) if abs(x) < 10) > 0 else FLAT


def _near(claimed: Any, reached: Any, name: str) -> bool:
    if claimed in {oo, -oo}:
        return abs(reached) > 10**4 and (reached > 0) == (claimed is oo)
    return bool(abs(number(claimed, name) - reached) < mpmath.mpf(10) ** -6)


def _in(x: Any, domain: Domain, name: str) -> bool:
    left = domain.lower is None or x > number(domain.lower, name)
    return left and (domain.upper is None or x < number(domain.upper, name))


@every_activation
def test_the_steepest_slope_is_that_of_a_sweep(name: str) -> None:
    steepest, swept = facts_of(name).steepest, sweep(name)
    with mpmath.workdps(60):
        found = max(map(abs, swept.slopes))
        assert found <= number(steepest.upper, name) + mpmath.mpf(10) ** -40
        if steepest.exact is not oo:
            assert found >= number(steepest.lower, name) * mpmath.mpf("0.999")
        else:
            assert found > 10**5


@every_activation
def test_nothing_contradicts_the_facts(name: str) -> None:
    assert list(contradictions(facts_of(name))) == []


@every_activation
def test_facts_are_those_of_the_table(name: str) -> None:
    found = facts_of(name)

    constant, moves, symmetric = TABLE[name]
    assert constant is None or found.lipschitz.exact == constant or (found.lipschitz.exact - constant).expand() == 0
    assert (constant is None) == (found.lipschitz.exact is None)
    assert found.monotone is moves
    assert found.odd is symmetric
    assert found.zero_centred is symmetric
    assert found.dead == DEAD.get(name, ())


@every_activation
def test_enclosures_are_narrow(name: str) -> None:
    found = facts_of(name)

    for extremum in (found.infimum, found.supremum, found.lipschitz):
        assert extremum.exact in {oo, -oo} or extremum.upper - extremum.lower <= Rational(1, 10**30)
        assert all(high - low <= Rational(1, 10**30) for p in extremum.at if isinstance(p, tuple) for low, high in [p])


def test_the_tables_cover_the_catalogue() -> None:
    assert set(TABLE) == set(ACTIVATIONS)
    assert set(DEAD) < set(ACTIVATIONS)


def plant(found: Facts) -> Iterator[tuple[str, Facts]]:
    """The facts with one of them made wrong."""
    small = Rational(1, 1000)
    for field in ("infimum", "supremum", "lipschitz"):
        extremum: Extremum = getattr(found, field)
        if extremum.exact not in {oo, -oo}:
            inwards = small if field == "infimum" else -small
            moved = Extremum(extremum.lower + inwards, extremum.upper + inwards)
            yield field, replace(found, **{field: moved})
    for i, end in enumerate(found.limits):
        wrong = -end if end in {oo, -oo} else end + small
        yield "limits", replace(found, limits=(*found.limits[:i], wrong, *found.limits[i + 1 :]))
    for i, form in enumerate(found.decay):
        if form is not None:
            yield "decay", replace(found, decay=tuple(2 * form if j == i else g for j, g in enumerate(found.decay)))
    if not found.dead:
        yield "dead", replace(found, dead=(interval(-1, 1),))
    yield "odd", replace(found, odd=not found.odd)
    yield from (("monotone", replace(found, monotone=m)) for m in (UP, FLAT, NEITHER) if m is not found.monotone)


@every_activation
def test_planted_mistakes_are_contradicted(name: str) -> None:
    planted = list(plant(facts_of(name)))

    missed = [field for field, wrong in planted if field not in set(contradictions(wrong))]

    assert len(planted) >= 6
    assert missed == []


LIMITS: list[tuple[Any, Any, Any]] = [
    # expression, at -oo, at oo
    (z / (1 + Abs(z)), -1, 1),
    (atan(z**3), -pi / 2, pi / 2),
    (tanh(1 / (1 + z**2)), 0, 0),
    (log(1 + exp(z)) - z, oo, 0),
    (sqrt(z**2 + z) - Abs(z), Rational(-1, 2), Rational(1, 2)),
    ((1 + 1 / (1 + z**2)) ** (z**2), exp(1), exp(1)),
    (erf(z + exp(-(z**2))), -1, 1),
    (z * exp(-z), -oo, 0),
    (sin(z), None, None),
    (sin(z) / z, 0, 0),
    (2 + cos(1 / (1 + z**2)), 3, 3),
    (exp(-exp(z)), 1, 0),
    (asinh(z), -oo, oo),
    (tanh(z) ** 2 + 1 / (1 + exp(z)) ** 2, 2, 1),
]


@pytest.mark.parametrize(("expr", "left", "right"), LIMITS, ids=lambda e: str(e)[:30])
def test_limits(expr: Expr, left: Any, right: Any) -> None:
    assert limit(expr, z, -oo) == left
    assert limit(expr, z, oo) == right


DECAY: list[tuple[Any, Any, Any]] = [
    (exp(-z) / (1 + exp(-z)) ** 2, exp(z), exp(-z)),
    (1 - tanh(z) ** 2, 4 * exp(2 * z), 4 * exp(-2 * z)),
    (1 / (1 + Abs(z)) ** 2, 1 / z**2, 1 / z**2),
    (-2 * z * exp(-(z**2)), -2 * z * exp(-(z**2)), -2 * z * exp(-(z**2))),
    (1 - erf(z), None, exp(-(z**2)) / (sqrt(pi) * z)),
    (pi / 2 - atan(z), None, 1 / z),
    (exp(z) * (1 + z) - z * exp(z), exp(z), None),  # the larger terms cancel
    (Max(0, 1 - Abs(z)), None, None),  # reaches 0
    (tanh(z), None, None),
    (sin(z) / z, None, None),  # no leading term
]


@pytest.mark.parametrize(("expr", "left", "right"), DECAY, ids=lambda e: str(e)[:30])
def test_decay(expr: Expr, left: Any, right: Any) -> None:
    assert decay(expr, z, -oo) == left
    assert decay(expr, z, oo) == right


MONOTONE: list[tuple[Any, Any, Monotone]] = [
    (z**3, 3 * z**2, UP),  # a slope of 0 at one point does not stop it
    (-tanh(z), tanh(z) ** 2 - 1, DOWN),
    (Max(0, z), Piecewise((1, z > 0), (0, True)), FLAT),
    (-Max(0, z), Piecewise((-1, z > 0), (0, True)), Monotone.NON_INCREASING),
    (Integer(3), Integer(0), Monotone.CONSTANT),
    (z**2, 2 * z, NEITHER),
    (Piecewise((z + 1, z > 0), (z, True)), Integer(1), UP),  # jumps up
    (Piecewise((z - 1, z > 0), (z, True)), Integer(1), NEITHER),  # jumps down
    (Piecewise((1, z > 0), (0, True)), Integer(0), FLAT),
    (Piecewise((z, z < 0), (-5, z <= 0), (z, True)), Integer(1), NEITHER),  # one value out of line
]


@pytest.mark.parametrize(("function", "slope", "moves"), MONOTONE, ids=lambda e: str(e)[:30])
def test_monotone(function: Expr, slope: Expr, moves: Monotone) -> None:
    assert monotone(function, slope, z, kinks=(Integer(0),) if function.has(Piecewise, Max) else ()) is moves


def test_odd_is_proved_or_refuted_by_a_point() -> None:
    assert odd(tanh(z) - z, z).status is Status.PROVED
    refuted = odd(z + z**2 / 10**12, z)
    assert refuted.status is Status.REFUTED
    assert refuted.witness is not None


def test_dead_intervals_are_as_long_as_can_be() -> None:
    slope = Piecewise((0, z < -1), (0, z < 1), (z - 1, True))

    assert dead_intervals(slope, z) == (interval(None, 1, "right"),)
    assert dead_intervals(slope, z, kinks=(Integer(1),)) == (interval(None, 1),)
    assert dead_intervals(slope, z, kinks=(Integer(-1), Integer(1))) == (interval(None, -1), interval(-1, 1))


def test_kinks_whose_slopes_agree_are_none() -> None:
    assert facts_of("elu").kinks == ()
    definition = ACTIVATIONS["elu"]
    alpha = definition.parameters[0].symbol

    steep = facts(
        definition,
        derivative(definition).result,
        None,
        second_derivative(definition).result,
        at=((alpha, Integer(2)),),
    )

    assert [k.at for k in steep.kinks] == [0]
    assert (steep.supremum.exact, steep.supremum.approached) == (2, (0,))


def test_a_kink_that_is_not_listed_is_refused() -> None:
    definition = replace(ACTIVATIONS["relu"], kinks=())

    with pytest.raises(UnsupportedError, match="kink at z = 0 that the definition does not list"):
        facts(definition, derivative(definition).result, None, Integer(0))


ROUNDED = {name for name, d in ACTIVATIONS.items() if "rounded outwards" in d.note}
NEVER_TAKEN = {"hardshrink", "threshold"}  # whose notes say so: the range is a hull


@every_activation
def test_catalogue_range_is_the_proved_one(name: str) -> None:
    definition = ACTIVATIONS[name]
    given = {p.symbol: p.default for p in definition.parameters}

    extremes = extrema(definition.of.xreplace(given), z)

    ends = (definition.range.lower, definition.range.lower_open), (definition.range.upper, definition.range.upper_open)
    for extremum, (end, is_open), side in zip(extremes, ends, (-1, 1), strict=True):
        if end is None:
            assert extremum.exact == side * oo or name in NEVER_TAKEN
            continue
        with mpmath.workdps(60):
            claimed, low, high = (number(e.xreplace(given), name) for e in (end, extremum.lower, extremum.upper))
            if name in ROUNDED and side < 0:
                assert low - mpmath.mpf("0.002") < claimed <= low
            else:
                assert low - mpmath.mpf(10) ** -39 <= claimed <= high + mpmath.mpf(10) ** -39
                assert is_open is not extremum.attained


def test_a_wrong_derivative_is_refused() -> None:
    definition = ACTIVATIONS["tanh"]
    second = second_derivative(definition).result

    with pytest.raises(UnsupportedError, match="not proved to be the derivative"):
        facts(definition, 1 - tanh(z) ** 3, None, second)
    with pytest.raises(UnsupportedError, match="not proved to be the derivative"):
        facts(definition, 1 - tanh(z) ** 2, None, second + Rational(1, 10**30))
