"""A verdict does not depend on the unit in which values and points are measured, nor on how many points there are."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symgrad.core import Outcome
from symgrad.testing.check import try_gradient, try_network


def sigmoid_slope(z: Any) -> Any:
    return 1 / (1 + np.exp(-z)) / (1 + np.exp(z))


@pytest.mark.parametrize("loss", [1e-250, 1e-30, 1e250])
@pytest.mark.parametrize("width", [1e-30, 1.0, 1e30])
def test_a_loss_is_judged_at_its_own_scale(loss: float, width: float) -> None:
    at = {"a": width * np.asarray([0.5, 2.0]), "b": width * np.asarray([1.0, -3.0, 0.0])}

    def outcome(b: float) -> Outcome:
        return try_network(
            lambda p: loss * (np.sin(p["a"] / width).sum() + np.cosh(p["b"] / width).sum()),
            lambda p: {
                "a": loss / width * np.cos(p["a"] / width),
                "b": loss / width * (np.sinh(p["b"] / width) + b * (p["b"] > 0)),
            },
            at,
        ).outcome

    assert [outcome(b) for b in (0, 1e-7, -1, 1e9)] == [Outcome.OK, Outcome.WRONG, Outcome.WRONG, Outcome.WRONG]


def test_saturated_logits_are_no_mistake_in_a_tiny_loss() -> None:
    at = np.asarray([40.0, 60.0])

    result = try_network(lambda z: np.logaddexp(0, -z).sum(), lambda z: 1 / (1 + np.exp(-z)) - 1, at)

    assert result.outcome is Outcome.FLOOR
    assert "by the same factor" in str(result)


@pytest.mark.parametrize("size", [1e-200, 1e-30, 1e150])
@pytest.mark.parametrize("width", [1e-100, 1.0, 1e30])
def test_a_function_is_judged_at_its_own_scale(size: float, width: float) -> None:
    x = width * np.asarray([-2.0, -0.3, 0.0, 0.7, 1.5, 3.0])

    def checked(factor: float) -> Any:
        slope = size / width * factor
        return try_gradient(
            lambda z: size * np.tanh(z / width), lambda z: slope / np.cosh(z / width) ** 2, points=x.tolist()
        )

    assert [checked(k).outcome for k in (1, 1 + 1e-8, -1)] == [Outcome.OK, Outcome.WRONG, Outcome.WRONG]
    worst = checked(2).worst[1].worst
    assert worst.x in x
    assert worst.estimate == pytest.approx(size / width / np.cosh(worst.x / width) ** 2)


@pytest.mark.parametrize("share", [1, 1.05])
def test_few_points_in_half_precision_do_not_hide_a_mistake(share: float) -> None:
    result = try_gradient(
        lambda z: 1 / (1 + np.exp(-z)), lambda z: (share * sigmoid_slope(z)).astype(np.float16), points=[-1, 0.5, 2]
    )

    assert result.outcome is (Outcome.OK if share == 1 else Outcome.UNRESOLVED)


def test_a_flat_function_has_the_slope_zero() -> None:
    for points in (None, [1.0, 2.0]):
        results = [try_gradient(lambda z: 0 * z + 5, lambda z, k=k: 0 * z + k, points=points) for k in (0, 1e-9)]

        assert [r.outcome for r in results] == [Outcome.OK, Outcome.WRONG]


def test_an_error_at_a_zero_is_seen_from_tiny_points() -> None:
    result = try_gradient(np.square, lambda z: 2 * z + 1e-3 * (z == 0), points=[0, 1e-9])

    assert result.outcome is Outcome.WRONG


def test_the_function_too_is_compared_at_its_own_size() -> None:
    results = [
        try_gradient(lambda z, n=n: 1e-30 * np.tanh(z) ** n, lambda z: 1e-30 / np.cosh(z) ** 2, of="10**(-30)*tanh(z)")
        for n in (1, 2)
    ]

    assert [r.outcome for r in results] == [Outcome.OK, Outcome.WRONG]
