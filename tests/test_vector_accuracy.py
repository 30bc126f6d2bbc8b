"""Softmax, cross-entropy, layer norm and the like, as symgrad writes them, at tied, huge and far entries."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from sympy import exp, log

from symgrad.checker import vector_accuracy as balls
from symgrad.checker.vector_accuracy import EPSILON, certify_vectors, labelled, rows, scaled, softmax
from symgrad.core import UnsupportedError
from symgrad.definitions.layers.norms import layer_norm
from symgrad.deriver.indexed.layers import layer_gradients
from symgrad.indexed import Dim, Index, Tensor, apply, total
from symgrad.indexed import partial as slope
from symgrad.indexed.numpy_code import numpy_source

N = Dim("N")
i, k = Index("i", N), Index("k", N)
z, y = Tensor("z", (N,)), Tensor("y", (N,))
WHOLE = total(k, apply(exp, z[k]))
P = Tensor("p", N, body=(i, apply(exp, z[i]) / WHOLE))
ENTROPY = Tensor("J", body=((), -total(k, y[k] * apply(log, P[k]))))
LAYER = layer_norm()
BACK = next(g for g in layer_gradients(LAYER) if g.name == "layer_norm-x")
(PLACE,) = BACK.result.free
FLAT = Index("i", LAYER.output.dims[0])
# value, axes, facts, exact value, vectors; the largest errors in last digits of an entry in float32 and float64, and of
# the largest entry in float64. What is exponentiated, x - max, is rounded, so a small probability loses in proportion
# to it; of a small difference only the absolute accuracy is kept; and x - mean loses what x has before the point.
ANY = float("inf")
ONCE = 0.7
FORMS: dict[str, tuple[Any, tuple[Index, ...], Any, Any, Any, tuple[float, float, float]]] = {
    "softmax": (P[i], (i,), (), softmax, rows, (ONCE, 64, 4)),
    "log-sum-exp": (apply(log, WHOLE), (), (), balls.log_sum_exp, rows, (ONCE, 4, 4)),
    "log-softmax": (apply(log, P[i]), (i,), (), balls.log_softmax, rows, (ONCE, ANY, 4)),
    "cross-entropy": (ENTROPY(), (), (), balls.cross_entropy, labelled, (ONCE, ANY, 8)),
    "its gradient": (slope(ENTROPY(), z[i]), (i,), (), balls.cross_entropy_slope, labelled, (ANY, ANY, 16)),
    "layer norm": (LAYER.output[FLAT], (FLAT,), (), balls.layer_norm, scaled, (ONCE, ANY, 8192)),
    "layer norm, back": (BACK.result, (PLACE,), BACK.facts, balls.layer_norm_slope, scaled, (ANY, ANY, 8192)),
}
PLACES = {"y": 1, "gamma": 1, "beta": 2, "y_bar": 2}  # of a row's arrays, the first where a name is not listed


@cache
def generated(name: str) -> Any:
    """The NumPy code of a form, a function of the arrays of a row."""
    value, order, facts, *_ = FORMS[name]
    space: dict[str, Any] = {}
    written = numpy_source(value, order, facts=facts)
    exec(written.source, space)  # noqa: S102 - what is generated is what is tested
    return partial(called, space["value"], written.source.split("(")[1].split(")")[0].split(", "))


def called(function: Any, names: list[str], *row: Any) -> Any:
    """The function at a row."""
    return function(*(EPSILON if name == "epsilon" else row[PLACES.get(name, 0)] for name in names))


def rounded(code: Any, dtype: str, *row: Any) -> Any:
    """The values in a format."""
    return np.asarray(code(*row)).astype(dtype)


@pytest.mark.parametrize("name", FORMS)
def test_a_vector_form_keeps_its_digits(name: str) -> None:
    *_, exact, some, (narrow, wide, whole) = FORMS[name]

    for dtype, each, largest in (("float32", narrow, ONCE), ("float64", wide, whole)):
        found = certify_vectors(partial(rounded, generated(name), dtype), exact, some(), dtype)

        assert found.entries >= 120
        assert found.lost == 0
        assert found.ulps <= each, found
        assert found.whole <= largest, found


def test_without_the_shift_it_is_lost() -> None:
    def plain(v: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.exp(v) / np.exp(v).sum()

    assert certify_vectors(plain, softmax, rows(), "float64").lost > 0


def test_a_slip_of_one_in_256_is_seen_in_every_form() -> None:
    for name, (*_, exact, some, _limits) in FORMS.items():
        code = generated(name)

        found = certify_vectors(lambda *row, code=code: code(*row) * 257 / 256, exact, some(seeds=1), "float64")

        assert found.whole > 2.0**40, name


def test_what_should_be_0_is_judged() -> None:
    found = certify_vectors(lambda v, _: 0 * v + 1e-3, lambda v, _: [0 * x for x in v], labelled((2,), 1), "float64")

    assert (found.ulps, found.lost) == (0, 0)
    assert found.whole > 2.0**40


def test_the_gradient_for_normalised_targets_fails_for_others() -> None:
    found = certify_vectors(lambda v, y: generated("softmax")(v) - y, balls.cross_entropy_slope, labelled(), "float64")

    assert found.whole > 2.0**40


def test_a_result_of_another_shape_is_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"shape \(1,\), not \(2,\)"):
        certify_vectors(lambda v: v[:1], softmax, rows((2,), 1), "float64")
