"""Max-shifted softmax, log-sum-exp and log-softmax, as symgrad writes them, at tied, huge and far logits."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest
from sympy import exp, log

from symgrad.checker.vector_accuracy import certify_vectors, log_softmax, log_sum_exp, rows, softmax
from symgrad.indexed import Dim, Index, Tensor, apply, total
from symgrad.indexed.numpy_code import numpy_source

N = Dim("N")
i, k = Index("i", N), Index("k", N)
z = Tensor("z", (N,))
WHOLE = total(k, apply(exp, z[k]))
# The largest error in last digits in float64. The shift z - max is rounded, so e^(z - max) loses in proportion to it.
FORMS: dict[str, tuple[Any, tuple[Index, ...], Any, float]] = {
    "softmax": (apply(exp, z[i]) / WHOLE, (i,), softmax, 64.0),
    "log-sum-exp": (apply(log, WHOLE), (), log_sum_exp, 4.0),
    "log-softmax": (
        apply(log, apply(exp, z[i]) / WHOLE),
        (i,),
        log_softmax,
        2.0**32,
    ),  # of a probability near 1 it keeps the absolute accuracy
}


def generated(name: str) -> Any:
    """The NumPy code of a form."""
    value, order, *_ = FORMS[name]
    space: dict[str, Any] = {}
    exec(numpy_source(value, order).source, space)  # noqa: S102 - what is generated is what is tested
    return space["value"]


def rounded(code: Any, dtype: str, v: Any) -> Any:
    """The values in a format."""
    return np.asarray(code(v)).astype(dtype)


@pytest.mark.parametrize("name", FORMS)
def test_a_vector_form_keeps_its_digits(name: str) -> None:
    *_, exact, limit = FORMS[name]
    code = generated(name)

    for dtype, most in (("float32", 0.7), ("float64", limit)):
        found = certify_vectors(partial(rounded, code, dtype), exact, rows(), dtype)

        assert found.entries >= 120
        assert found.lost == 0
        assert found.ulps <= most, found


def test_without_the_shift_it_is_lost() -> None:
    def plain(v: Any) -> Any:
        with np.errstate(all="ignore"):
            return np.exp(v) / np.exp(v).sum()

    assert certify_vectors(plain, softmax, rows(), "float64").lost > 0
