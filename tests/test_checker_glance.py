"""The first look only confirms, and what it confirms the whole ladder knows hardly better."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symgrad.checker import check_elementwise, difference, points
from symgrad.checker.glance import SHARP, glance, places
from symgrad.core import Outcome


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


FUNCTIONS: dict[str, tuple[Any, Any, tuple[float, ...]]] = {
    "sigmoid": (sigmoid, lambda z: sigmoid(z) * sigmoid(-z), ()),
    "tanh": (np.tanh, lambda z: 1 / np.cosh(z) ** 2, ()),
    "silu": (lambda z: z * sigmoid(z), lambda z: sigmoid(z) * (1 + z * sigmoid(-z)), ()),
    "softsign": (lambda z: z / (1 + abs(z)), lambda z: 1 / (1 + abs(z)) ** 2, ()),
    "elu": (lambda z: np.where(z > 0, z, np.expm1(np.minimum(z, 0))), lambda z: np.exp(np.minimum(z, 0)), ()),
    "log1p": (lambda z: np.log1p(z * z), lambda z: 2 * z / (1 + z * z), ()),
    "abs": (abs, np.sign, (0.0,)),
    "relu": (lambda z: np.maximum(z, 0), lambda z: 1.0 * (z > 0), (0.0,)),
    "hardtanh": (lambda z: np.clip(z, -1, 1), lambda z: 1.0 * (abs(z) < 1), (-1.0, 1.0)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@np.errstate(all="ignore")
def test_a_glance_confirms_most_points_and_no_more_loosely_than_the_ladder(name: str) -> None:
    f, g, kinks = FUNCTIONS[name]
    x = points(kinks=kinks)
    first = glance(f, places(x.tobytes(), -np.inf, np.inf, kinks), g(x))
    whole = difference(f, x, kinks=kinks)
    sure = np.isfinite(first.bound)
    assert sure.mean() > 0.8
    plain = sure & ~first.kink & ~whole.kink
    close = first.bound <= np.maximum(8 * whole.bound, 2 * SHARP * np.abs(whole.estimate))
    assert (close | (first.bound <= 1e-15 * np.maximum(1, np.abs(f(x)))))[plain].all()
    assert (np.abs(first.estimate - whole.estimate) <= 3 * (first.bound + whole.bound))[plain].all()


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("wrong", [(-1, 0), (1 + 1e-9, 0), (1, 1e-6), (2, 0)])
@np.errstate(all="ignore")
def test_a_glance_confirms_nothing_that_the_ladder_calls_wrong(name: str, wrong: tuple[float, float]) -> None:
    f, g, kinks = FUNCTIONS[name]
    for seed in range(4):
        x = points(kinks=kinks, seed=seed)
        given = wrong[0] * g(x) + wrong[1]
        first = glance(f, places(x.tobytes(), -np.inf, np.inf, kinks), given)
        whole = difference(f, x, kinks=kinks)
        off = np.abs(given - whole.estimate) > 24 * whole.bound + 2**-36 * np.abs(given) + 1e-14 * np.abs(f(x))
        assert not (np.isfinite(first.bound) & off & ~whole.kink).any()


def test_a_right_gradient_takes_a_third_of_the_calls() -> None:
    calls = []

    def f(z: Any) -> Any:
        calls.append(z.size)
        return np.tanh(z)

    report = check_elementwise(f, lambda z: 1 / np.cosh(z) ** 2)
    assert report.outcome is Outcome.OK
    assert sum(calls) < 31 * report.points


# What comes between the steps of a first look: narrow bumps, stairs, waves that fit the steps, cusps.
TRICKS: dict[str, tuple[Any, Any]] = {
    "a wave of the length of the steps": (lambda z: np.sin(2**10 * np.pi * z), lambda z: 0 * z),
    "a bump": (lambda z: np.exp(-((1e4 * (z - 0.5)) ** 2)), lambda z: 0 * z + 1e-3 * (abs(z - 0.5) < 1e-3)),
    "a cusp": (lambda z: np.sqrt(abs(z - 0.25)), lambda z: 0 * z),
}


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_a_glance_is_not_taken_in(trick: tuple[Any, Any]) -> None:
    assert check_elementwise(*trick).outcome is Outcome.WRONG
