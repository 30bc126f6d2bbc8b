"""Generated gradients of formulas at extreme inputs: the exact value wherever it is a finite float, no warnings."""

from __future__ import annotations

import warnings
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest
from test_formulas import used

from symgrad.checker.indexed import Floats
from symgrad.document.telling_indexed import sought
from symgrad.indexed import Evaluation
from symgrad.indexed.jets import NoValueError
from symgrad.indexed.numpy_code import numpy_source
from symgrad.indexed.numpy_code.source import identifier
from symgrad.pipeline.tensors import of_text

TEXTS = [
    "softmax(w)",
    "log_softmax(w)",
    "logsumexp(w)",
    "logsumexp(w)^2",
    "logsumexp(A*w)",
    "log(sum(exp(w)))",
    "log(mean(exp(w)))",
    "log(1 + sum(exp(w)))",
    "exp(w'*v)/sum(exp(w))",
    "exp(w)/sum(exp(w))",
    "exp(w) ./ (exp(w) + exp(v))",
    "sum(exp(w))/sum(exp(v))",
    "exp(logsumexp(w) - logsumexp(v))",
    "sum(log(1 + exp(w)))",
    "sum(log(1 + exp(-w .* v)))",
    "sum(log(exp(w) + exp(v)))",
    "sum(log(exp(w)))",
    "sum(log(1 + exp(w) + exp(2*w)))",
    "sum(sqrt(1 + exp(w)))",
    "sum(1 ./ (1 + exp(-w)))",
    "sum(exp(w) ./ (1 + exp(w)))",
    "sum(exp(-w) ./ (1 + exp(-w)).^2)",
    "sum((exp(w) - exp(-w)) ./ (exp(w) + exp(-w)))",
    "1/(1 + exp(-w'*v))",
    "-log(1/(1 + exp(-w'*v)))",
    "-v'*log(sigmoid(w)) - (1 - v)'*log(1 - sigmoid(w))",
    "-v'*log(sigmoid(A*w)) - (1 - v)'*log(1 - sigmoid(A*w))",
    "sum(binary_cross_entropy(sigmoid(w), v))",
    "sum(binary_cross_entropy(sigmoid(A*w), v))",
    "sum(binary_cross_entropy_with_logits(w, v))",
    "sum(log(sigmoid(w)))",
    "sum(log(1 - sigmoid(w)))",
    "sum(w .* sigmoid(w))",
    "sum(log(cosh(w)))",
    "sum(log(cosh(A*w)))",
    "v'*log(softmax(w))",
    "v'*log(softmax(A*w))",
    "v'*softmax(w)",
    "sum(v .* log(v ./ softmax(w)))",
    "sum(softmax(w) .* log(softmax(w)))",
    "-log(sum(softmax(w) .* v.^2))",
    "sum(softplus(w) + silu(w) + gelu(w) + mish(w) + tanh(w) + sigmoid(w))",
    "sum(log(softplus(w)))",
    "sum(log(log(1 + exp(w))))",
    "sum(softplus(w) - v .* log(softplus(w)))",
    "sum(poisson_nll_rate(softplus(w), v))",
    "norm2(w)",
    "w/norm2(w)",
]
OF_TWO = [  # one class alone has the share 1, of which these have no value
    "sum(log(1 - softmax(w)))",
    "sum(binary_cross_entropy(softmax(w), v))",
    "sum(focal(softmax(w), v))",
    "v'*log(1 - softmax(A*w))",
]
SCALES = (0, 1, 40, 800, 3000, 1e5)
SIGNS = ([1, -1, 0.3], [-1, -1, -0.5], [1, 1, 1])
CLOSE = 1e-11


def exactly(worked: Any, given: dict[str, Any], sizes: dict[str, int], order: Any) -> np.ndarray[Any, Any] | None:
    """The result in 1500 digits, rounded; None where it has no finite value."""
    derivation = worked.derivation
    inputs = [t for t in derivation.result.reach | derivation.start.reach if t.body is None]
    dims = {d: sizes[d.name] for d in {*(d for t in inputs for d in t.dims), *(i.dim for i in order)}}
    found = np.empty([dims[i.dim] for i in order])
    with mpmath.workdps(1500):
        entries = {t: {k: mpmath.mpf(float(u)) for k, u in np.ndenumerate(given[t.name])} for t in inputs}
        at = Evaluation(Floats(), dims, entries, {})
        try:
            for place in np.ndindex(*found.shape):
                found[place] = float(at.value(derivation.result, dict(zip(order, place, strict=True))))
        except (OverflowError, ZeroDivisionError, NoValueError):
            return None
    return found if np.isfinite(found).all() else None


@pytest.mark.parametrize("text", [*TEXTS, *OF_TWO])
def test_no_overflow_where_the_value_is_a_float(text: str) -> None:
    worked = of_text(text, "w", used(text, "w"))
    asked = sought(worked.derivation)
    assert asked is not None
    order = (*asked[1], *asked[2])
    written = numpy_source(worked.derivation.result, order, facts=worked.derivation.facts)
    names: dict[str, Any] = {}
    exec(written.source, names)  # noqa: S102 - our own text, which is what is tested
    compared = 0
    lengths, scales = (
        ((2, 3), SCALES[:4]) if text in OF_TWO else ((1, 3), SCALES)
    )  # 1500 digits tell 1 - p from 0 there
    for n, scale, signs in product(lengths, scales, SIGNS):
        given = {"w": scale * np.array(signs[:n]), "v": np.array([0.7, 0.2, 0.1])[:n], "X": np.ones((2, n))}
        given["A"] = np.eye(3)[:n, :n] + np.array([0.0, 0.25, 0.5])[:n]
        sizes = {"n": n, "m": 2}
        expected = exactly(worked, given, sizes, order)
        if expected is None:
            continue
        loose = {identifier(d.name): sizes[d.name] for d in written.sizes}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = np.asarray(names[written.name](*(given[t.name] for t in written.tensors), **loose))
        assert np.abs(found - expected).max() <= CLOSE * (1 + np.abs(expected).max()), (n, scale, signs)
        compared += 1
    assert compared >= 10
