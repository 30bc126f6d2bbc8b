"""Hypothesis strategies: inside the domain, where gradients go wrong, and shrinking to the smallest failing case."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from symgrad.core import UnsupportedError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.testing import Network, gradient_cases, gradient_of, logits, networks, points, targets

quickly = settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
searching = settings(max_examples=2000, deadline=None, derandomize=True, phases=(Phase.generate, Phase.shrink))


@pytest.mark.parametrize("name", [*ACTIVATIONS, *LOSSES])
def test_points_lie_inside_the_domain(name: str) -> None:
    entry = ACTIVATIONS.get(name) or LOSSES[name]
    domain = entry.variables[0].domain
    low = -np.inf if domain.lower is None else float(domain.lower)
    high = np.inf if domain.upper is None else float(domain.upper)

    @settings(quickly, max_examples=20)
    @given(points(name))
    def inside(x: float) -> None:
        assert low < x < high

    inside()


def test_points_are_numbers_of_their_type() -> None:
    @quickly
    @given(points("sigmoid", dtype="float16"))
    def fits(x: float) -> None:
        assert x == float(np.float16(x))

    fits()


@pytest.mark.parametrize(
    ("name", "wrong", "smallest"),
    [
        ("sigmoid", lambda x: x > 15, lambda x: 15 < x <= 16),
        ("softplus", lambda x: 20 < x < 20.72, lambda x: 20 < x < 20.72),
        ("relu", lambda x: x == 0, lambda x: x == 0),
        ("hardswish", lambda x: 0 < abs(x - 3) < 1e-6, lambda x: 0 < abs(x - 3) < 1e-6),
        ("tanh", lambda x: x < -1, lambda x: x == -2),
        ("gelu", lambda x: abs(x) > 700, lambda x: 700 < abs(x) <= 746),
    ],
)
def test_a_local_mistake_is_found_and_shrunk(name: str, wrong: Any, smallest: Any) -> None:
    assert smallest(find(points(name), wrong, settings=searching))


def test_logits_shrink_to_one_row_of_two() -> None:
    found = find(logits(), lambda v: np.abs(v).max() > 100, settings=searching)

    assert found.shape == (1, 2)
    assert np.abs(found).min() == 0


def test_logits_have_ties_and_overflow() -> None:
    find(logits(classes=3, batch=2), lambda v: len(set(v[0])) < 3 and v.max() > 709, settings=searching)


KINDS = {
    "one-hot": lambda t: np.all(t.sum(axis=1) == 1) and set(t.ravel()) <= {0.0, 1.0},
    "simplex": lambda t: np.allclose(t.sum(axis=1), 1, rtol=0, atol=1e-15) and t.min() >= 0,
    "binary": lambda t: set(t.ravel()) <= {0.0, 1.0},
    "unit": lambda t: t.min() >= 0 and t.max() <= 1,
    "signs": lambda t: set(t.ravel()) <= {-1.0, 1.0},
    "real": lambda t: np.all(np.isfinite(t)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_targets_are_of_their_kind(kind: str) -> None:
    @quickly
    @given(targets(kind, classes=3, batch=2))
    def holds(t: Any) -> None:
        assert t.shape == (2, 3)
        assert KINDS[kind](t)

    holds()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="one-hot"):
        targets("onehot")


def test_networks_shrink_to_the_smallest_that_fails() -> None:
    found = find(networks(), lambda net: net.layers >= 2, settings=searching)

    assert found.sizes == (1, 1, 1)
    assert found.batch == 1


def test_a_wrong_backpropagation_shrinks_to_a_small_network() -> None:
    def mean_forgotten(net: Network) -> bool:
        truth = net.gradients()
        given_ = {k: v * net.batch for k, v in truth.items()}
        return any(not np.allclose(given_[k], truth[k], rtol=1e-9) for k in truth)

    found = find(networks(), mean_forgotten, settings=searching)

    assert found.sizes == (1, 1)
    assert found.batch == 2


@quickly
@given(gradient_cases("relu", "sigmoid", "binary_cross_entropy", ("sigmoid", "binary_cross_entropy")))
def test_cases_hold_the_truth(case: Any) -> None:
    def s(z: float) -> float:
        return float(1 / (1 + np.exp(-np.float64(z))))

    with np.errstate(all="ignore"):
        x, y = case.x, (case.others or (0.0,))[0]
        slope = {
            "relu": float(x > 0),
            "sigmoid": s(x) * s(-x),
            "binary_cross_entropy": (1 - y) / (1 - x) - y / x if 0 < x < 1 else 0.0,
            "binary_cross_entropy after sigmoid": s(x) - y,
        }[case.name]

    assert case.allows(slope, 1e-9)
    assert not case.allows(slope + 2 + abs(slope))


@gradient_of("gelu_tanh")
def test_the_decorator_makes_a_test(z: Any) -> Any:
    z = np.clip(z, -50, 50)
    t = np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))
    return (1 + t) / 2 + z / 2 * (1 - t**2) * np.sqrt(2 / np.pi) * (1 + 3 * 0.044715 * z**2)


def test_the_decorator_fails_with_the_smallest_point() -> None:
    @gradient_of("tanh", examples=200)
    def wrong(z: Any) -> Any:
        return np.where(z > 2, 0, 1 - np.tanh(z) ** 2)

    with pytest.raises(AssertionError) as caught:
        wrong()

    assert "z = 3.0" in str(caught.value)


def test_strategies_compose() -> None:
    assert find(st.tuples(points("relu"), targets("binary", classes=1, batch=1)), lambda _: True)
