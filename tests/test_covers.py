"""Comparisons by cells: the certificate is replayed in other intervals, and one that was tampered with is refused."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import mpmath
import pytest
from mpmath import iv
from sympy import (
    Add,
    And,
    Eq,
    Ge,
    Gt,
    Le,
    Lt,
    Mul,
    Ne,
    Piecewise,
    Rational,
    S,
    Symbol,
    cos,
    erf,
    exp,
    log,
    pi,
    sin,
    sqrt,
    tanh,
)

from symgrad import gelu, kl_divergence, mish, silu
from symgrad.core import Domain, Variable
from symgrad.functions import D, unfold
from symgrad.prover import equation, prove_cover, prove_relation, recheck
from symgrad.prover.certificate import VERSION, certificate
from symgrad.prover.kernel import Flint
from symgrad.prover.prove import Prover
from symgrad.prover.recheck_cover import RULES, between, fine, jet
from symgrad.prover.recheck_far import Far, number
from symgrad.prover.recheck_ring import RejectedError
from symgrad.prover.statement import read_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

z = Symbol("z", real=True)
NINE = Rational(1, 10**9)
TOP = erf(1) / 2 + exp(-1) / sqrt(pi) + S.Half  # the largest slope of GELU, at sqrt(2)
GELU = gelu(z).diff(z)

HOLDS = (
    (Le(GELU, TOP, evaluate=False), True),
    (Gt(mish(z), Rational(-309, 1000), evaluate=False), True),
    (Lt(silu(z).diff(z), Rational(11, 10), evaluate=False), True),
    (Gt(z * (silu(z).diff(z) - 1), -4, evaluate=False), z > 0),
    (Lt(z / (1 + z**2), Rational(51, 100), evaluate=False), True),
    (Ge(exp(-(z**2)) * (1 - 2 * z**2), -2 * exp(Rational(-3, 2)), evaluate=False), True),
    (Gt(log(1 + exp(z)), z, evaluate=False), And(z < 3, Ne(z, 1))),
    (Le(sin(z) + cos(z), Rational(3, 2), evaluate=False), And(z > -10, z < 10)),
    (Gt(tanh(z), Rational(9, 10), evaluate=False), Eq(z, Rational(3, 2))),
)
FAILS = (
    (Lt(GELU, TOP, evaluate=False), True),  # it is met
    (Le(GELU, TOP - NINE, evaluate=False), True),
    (Gt(mish(z), Rational(-3088, 10000), evaluate=False), True),
    (Gt(z * (silu(z).diff(z) - 1), 0, evaluate=False), z > 0),
    (Lt(z * (silu(z).diff(z) - 1), 3, evaluate=False), z < 0),
    (Lt(z / (1 + z**2), S.Half, evaluate=False), True),
    (Gt(1 / z, -1, evaluate=False), True),  # no value at 0
    (Gt(log(z), -100, evaluate=False), z > 0),
    (Ge(kl_divergence(z, z), -1, evaluate=False), True),  # no value at 0
    (Gt(1 + abs(z), S.Half, evaluate=False), True),  # a kink is not for cells
    (Gt(exp(z), 0, evaluate=False), And(z > 3, z < 2)),  # no such number
    (Gt(exp(z), 0, evaluate=False), And(z > 2, z < 2)),
    (Gt(exp(z), 0, evaluate=False), z**2 < 0),
    (Gt(tanh(z), 1 - exp(-z), evaluate=False), z > 0),
)


def replayed(text: str, relation: Any, assuming: Any) -> bool:
    """Whether the certificate proves the relation."""
    return recheck(text, *equation(relation), assuming=assuming).ok


@pytest.mark.parametrize(("relation", "assuming"), HOLDS, ids=str)
def test_a_comparison_is_proved_and_replayed(relation: Any, assuming: Any) -> None:
    found = prove_cover(relation, assuming=assuming)

    assert found is not None
    assert found.proved
    assert replayed(found.certificate, relation, assuming)
    assert not replayed(found.certificate, relation.func(*relation.args[::-1], evaluate=False), assuming)


@pytest.mark.parametrize(("relation", "assuming"), FAILS, ids=str)
def test_what_is_not_so_has_no_certificate(relation: Any, assuming: Any) -> None:
    assert prove_cover(relation, assuming=assuming) is None


def test_a_relation_that_is_settled_by_cells_has_a_certificate() -> None:
    relation = Gt(mish(z), Rational(-309, 1000), evaluate=False)

    found = prove_relation(relation)

    assert found.proved
    assert replayed(found.certificate, relation, assuming=True)


def test_a_domain_bounds_what_is_claimed() -> None:
    relation, narrow = Lt(exp(z), 3, evaluate=False), (Variable(z, Domain(None, S.One)),)

    found = prove_cover(relation, variables=narrow)

    assert found is not None
    assert recheck(found.certificate, *equation(relation), variables=narrow).ok
    wide = json.loads(found.certificate)
    assert not replayed(json.dumps({**wide, "statement": wide["statement"][:3]}), relation, assuming=True)


def shifted(cell: dict[str, Any], k: int) -> None:
    """Move an end of a cell."""
    low, high = (Rational(e) for e in cell["ends"])
    cell["ends"] = [str(e + NINE if i == k else e) for i, e in enumerate((low, high))]


def touching(data: dict[str, Any]) -> dict[str, Any]:
    """The cell in which the difference is 0."""
    return next(cell for cell in data["cells"] if "touch" in cell)


TAMPERINGS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "an end moved": lambda d: shifted(d["cells"][3], 1),
    "a beginning moved": lambda d: shifted(d["cells"][3], 0),
    "a cell left out": lambda d: d["cells"].pop(2),
    "the first cell left out": lambda d: (d["cells"].pop(0), d["beyond"].remove(-1)),
    "no cells": lambda d: d["cells"].clear(),
    "many cells in one": lambda d: (
        d["cells"][0].update(ends=[d["cells"][0]["ends"][0], d["cells"][7]["ends"][1]]),
        d["cells"].__delitem__(slice(1, 8)),
    ),
    "all in one": lambda d: d.update(cells=[{"ends": ["-50", "50"], "at": "0"}]),
    "a tail dropped": lambda d: d["beyond"].remove(1),
    "the other tail dropped": lambda d: d["beyond"].remove(-1),
    "the tail from too early": lambda d: d["cells"].__delitem__(slice(6, None)),
    "the place outside its cell": lambda d: d["cells"][1].update(at="100"),
    "a cell turned round": lambda d: d["cells"][1]["ends"].reverse(),
    "the touching place of the other sign": lambda d: touching(d).update(touch=[-1, "2"]),
    "another touching place": lambda d: touching(d).update(touch=[1, "2001/1000"]),
    "one certificate twice": lambda d: touching(d).update(flat=touching(d)["zero"]),
    "no certificate": lambda d: touching(d).pop("zero"),
    "an empty certificate": lambda d: touching(d)["flat"].update(cases=[]),
    "no touching": lambda d: (touching(d).update(at="141421356/100000000"), touching(d).pop("touch")),
    "a decimal": lambda d: d["cells"][1].update(at=0.5),
    "another version": lambda d: d.update(version=2),
}


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """The certificate of the first comparison."""
    found = prove_cover(HOLDS[0][0])
    assert found is not None
    data: dict[str, Any] = json.loads(found.certificate)
    return data


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_certificate_that_was_tampered_with_is_refused(name: str, made: dict[str, Any]) -> None:
    spoilt = copy.deepcopy(made)

    TAMPERINGS[name](spoilt)

    assert spoilt != made
    assert not replayed(json.dumps(spoilt), HOLDS[0][0], assuming=True)


def test_a_certificate_fits_no_other_statement(made: dict[str, Any]) -> None:
    for wrong in (
        Le(GELU, TOP - NINE, evaluate=False),
        Lt(GELU, TOP, evaluate=False),
        Ge(GELU, TOP, evaluate=False),
        Le(GELU * (1 + NINE), TOP, evaluate=False),
        Eq(GELU, TOP, evaluate=False),
    ):
        told = [*map(str, equation(wrong)), *made["statement"][2:]]
        assert not replayed(json.dumps({**made, "statement": told}), wrong, assuming=True)


def vacuous(left: Any, variables: Sequence[Variable], there: Any) -> dict[str, Any]:
    """A certificate that something is 0 at a place that its symbol can't have."""
    statement = read_statement(left, S.Zero, variables, (), there)
    work = Prover(statement, Flint, 20.0)
    found: dict[str, Any] = json.loads(certificate(statement, [work.tree(search) for search in work.searches]))
    return found


@pytest.mark.parametrize("place", [-1, 0])
def test_what_is_true_of_no_point_shows_no_touching(place: int) -> None:
    variables = (Variable(z, Domain(S.Zero, None, lower_open=True)),)
    relation, there = Ge(z**2 - S.Half, 0, evaluate=False), Eq(z, place)
    slope = D(Add(z**2 - S.Half, Mul(-1, 0, evaluate=False), evaluate=False), z)
    parts = {"zero": vacuous(z**2 - S.Half, variables, there), "flat": vacuous(slope, variables, there)}
    assert recheck(json.dumps(parts["flat"]), slope, S.Zero, variables=variables, assuming=there).ok
    told = [*map(str, equation(relation)), "True", *parts["flat"]["statement"][3:]]

    for alone in (False, True):
        shown = {k: {**part, "statement": part["statement"][:3]} for k, part in parts.items()} if alone else parts
        cell = {"ends": ["-1", "2"], "touch": [-1, str(place**2)], **shown}
        forged = {"version": VERSION, "statement": told, "cells": [cell], "beyond": [1]}
        found = recheck(json.dumps(forged), *equation(relation), variables=variables)
        assert not found.ok
        assert "another statement" not in found.reason or not alone


@pytest.mark.parametrize("number", ["1e999999999", "1" * 2000, "0.5"])
def test_numbers_of_a_certificate_are_short(number: str, made: dict[str, Any]) -> None:
    for where in ({"at": number}, {"ends": [made["cells"][1]["ends"][0], number]}):
        spoilt = copy.deepcopy(made)
        spoilt["cells"][1].update(where)
        assert "no fraction" in recheck(json.dumps(spoilt), *equation(HOLDS[0][0])).reason


def test_the_replay_of_cells_has_a_time_limit(made: dict[str, Any]) -> None:
    assert "time" in recheck(json.dumps(made), *equation(HOLDS[0][0]), seconds=0).reason


EXPRESSIONS = (
    GELU,
    mish(z).diff(z),
    silu(z),
    erf(z) * exp(-z) + log(2 + exp(-z)),
    (1 + z**2) ** Rational(-3, 2),
    tanh(z) / z,
)


@pytest.mark.parametrize("expr", EXPRESSIONS, ids=str)
@pytest.mark.parametrize("side", [1, -1])
def test_what_is_said_far_out_holds_the_values(expr: Any, side: int) -> None:
    with fine(), mpmath.workdps(60):
        slack = iv.mpf([1 - mpmath.mpf(10) ** -50, 1 + mpmath.mpf(10) ** -50])
        series = Far(z, Rational(6), side).of(expr)
        assert series
        for x in map(Rational, (6, 7, 11, 40)):
            heads = {m: x**m.a * exp(sum(q * x ** (i + 1) for i, q in enumerate(m.q))) for m in series}
            total = sum((number(c) * number(heads[m]) for m, c in series.items()), iv.mpf(0))
            assert mpmath.mpf(unfold(expr).subs(z, side * x).evalf(60)) in total * slack


@pytest.mark.parametrize("expr", [exp(sqrt(z)), exp(exp(z)), sqrt(-z), erf(exp(-z)), log(z)], ids=str)
def test_what_has_no_series_far_out_is_refused(expr: Any) -> None:
    with fine(), pytest.raises(RejectedError):
        Far(z, Rational(6), 1).of(expr)


@pytest.mark.parametrize("expr", [*EXPRESSIONS, *(f(1 + 2 * z) * z for f in RULES)], ids=str)
def test_a_jet_holds_the_values_and_two_derivatives(expr: Any) -> None:
    with fine(), mpmath.workdps(60):
        found = jet(expr, z, between(Rational(5, 4), Rational(3, 2)))
        for n, part in enumerate(found):
            for place in (Rational(5, 4), Rational(4, 3), Rational(3, 2)):
                true = mpmath.mpf(unfold(expr).diff(z, n).subs(z, place).evalf(60))
                assert part.a <= true + mpmath.mpf(10) ** -55
                assert true - mpmath.mpf(10) ** -55 <= part.b


def test_a_piece_is_not_smooth() -> None:
    with fine(), pytest.raises(RejectedError):
        jet(Piecewise((z, z > 0), (0, True)), z, between(Rational(1), Rational(2)))
