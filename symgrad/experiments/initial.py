"""How weights begin: the standard deviation of an entry of W with n_in columns and n_out rows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from symgrad.core import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable

FIXED = 0.01  # Krizhevsky, Sutskever & Hinton 2012, section 5: what the two schemes below were compared with

SCHEMES: dict[str, Callable[[int, int], float]] = {
    # Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward neural networks, eq. (12)
    "xavier": lambda n_in, n_out: math.sqrt(2 / (n_in + n_out)),
    # He, Zhang, Ren & Sun 2015, arXiv:1502.01852, eq. (10)
    "he": lambda n_in, _: math.sqrt(2 / n_in),
    # LeCun, Bottou, Orr & Mueller 1998, Efficient BackProp, eq. (16)
    "lecun": lambda n_in, _: math.sqrt(1 / n_in),
}


def deviation(scheme: str, n_in: int, n_out: int) -> float:
    """The standard deviation of a scheme; `normal` is 0.01 whatever the width, `normal:0.5` another fixed one."""
    if scheme in SCHEMES:
        return SCHEMES[scheme](n_in, n_out)
    name, _, told = scheme.partition(":")
    try:
        fixed = float(told) if told else FIXED
    except ValueError:
        fixed = math.nan
    if name != "normal" or not 0 < fixed < math.inf:
        raise UnsupportedError(
            "no initialisation is called {scheme}; choose xavier, he, lecun, normal, or normal:STD "
            "with a standard deviation above 0, such as normal:1",
            scheme=repr(scheme[:80]),
        )
    return fixed
