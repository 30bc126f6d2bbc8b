"""What exact values are told from: bounds in doubles, balls over runs of inputs, balls; all must agree."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sympy import Rational

from symgrad.checker.accuracy import certify, inside
from symgrad.checker.formats import FORMATS, doubles
from symgrad.checker.running import bounded
from symgrad.checker.truth import Truth, by_balls
from symgrad.core import SymgradError
from symgrad.definitions import ACTIVATIONS
from symgrad.functions import unfold
from symgrad.functions.symbols import z
from symgrad.pipeline.accuracy import quantity
from symgrad.pipeline.numpy_source import stable_form

sigmoid = ACTIVATIONS["sigmoid"]


def test_bounds_hold_and_are_narrow() -> None:
    rng = np.random.default_rng(7)
    x = np.concatenate([rng.normal(scale=s, size=60) for s in (0.01, 1, 30)])
    checked = 0
    for entry in ACTIVATIONS.values():
        exact = unfold(stable_form(entry(z).diff(z)))
        truth = Truth((exact,), z)
        value, error = bounded(exact, z, x)
        high, low = truth.at(x, FORMATS["float64"])
        sure = np.isfinite(error) & np.isfinite(high)

        assert np.all(np.abs((high - value) + low)[sure] <= error[sure] * (1 + 1e-9)), entry.name
        checked += int(sure.sum())
    assert checked > 4000


RUNS = ("sigmoid", "tanh", "gelu", "lecun_tanh", "huber", "hinge", "charbonnier", "squared_relu", "kl_divergence")


@pytest.mark.parametrize("name", RUNS)
def test_what_is_told_without_balls_is_what_balls_tell(name: str) -> None:
    """Of neighbours, where a ball over all of them may settle it, and of numbers that lie far apart."""
    wanted, rng = FORMATS["float32"], np.random.default_rng(11)
    for order in (0, 1, 2):
        q = quantity(name, order)
        if not q.varies:
            continue
        starts = rng.integers(2**23, 2**32 - 2**24, 24, dtype=np.uint64)
        runs = [n + np.arange(0, 2**13, 2, dtype=np.uint64) for n in starts]
        for places in (*runs, np.sort(rng.integers(2**23, 2**32 - 2**24, 3000, dtype=np.uint64))):
            kept = places[inside(q.domain, doubles(wanted.numbers(places)))]
            if not kept.size:
                continue
            numbers = wanted.numbers(kept)
            high, low = q.truth.at(numbers, wanted)
            for n in rng.integers(0, kept.size, 12):
                exact, rest = by_balls(q.truth.programs[:1], float(numbers[n]))
                if math.isnan(exact) or abs(exact) > 2 * wanted.largest:
                    assert math.isnan(exact) or abs(high[n]) > wanted.largest
                else:
                    unit = float(wanted.digit(np.asarray(exact)))
                    assert abs((high[n] - exact) + (low[n] - rest)) <= 2.0**-9 * unit, (order, numbers[n])


def test_forms_that_differ_are_found_out() -> None:
    slope = sigmoid(z).diff(z)
    with pytest.raises(SymgradError, match="two forms that should be equal differ"):
        certify(np.abs, Truth((slope, stable_form(slope) * Rational(1001, 1000)), z), dtype="float32")
