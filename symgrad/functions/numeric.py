"""What generated NumPy code calls: the functions NumPy lacks, and a quiet place to evaluate a stable form in.

Loaded by `lambdify` when such code is made, so that a derivation needs no NumPy.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

erf = np.vectorize(math.erf, otypes=[float])
erfc = np.vectorize(math.erfc, otypes=[float])


def quietly(compute: Callable[..., Any], *letters: Any) -> Any:
    """The value of a stable form, without warnings from the branches not taken.

    `numpy.select` evaluates every branch, and z**3 may overflow on its way to exp(-oo) = 0; the value returned
    is right in both cases. Numbers become NumPy's and integers floats, because Python's own raise on overflow
    and NumPy's integers wrap around.
    """
    arrays = [np.asarray(x) for x in letters]
    with np.errstate(all="ignore"):
        value = compute(*(x.astype(float) if x.dtype.kind in "biu" else x for x in arrays))
    return np.asarray(value)[()]
