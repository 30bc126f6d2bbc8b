"""What generated NumPy code calls: the functions NumPy lacks, and a quiet place to evaluate a stable form in.

Loaded only when such code is made, so that a derivation needs no NumPy. Each function stands on its own, because
`symgrad.numpy_code` copies those that are needed into the code it gives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable


def quietly(compute: Callable[..., Any], *letters: Any) -> Any:
    """The value of a stable form in the letters' own float type, without warnings from branches not taken.

    Formats of 16 and 32 bits are computed in float64 and rounded once. Integers become float64, because NumPy's
    wrap around; Python's own numbers take the type of the arrays beside them. What is not a number stays so.
    """
    types = [x.dtype if x.dtype.kind not in "biu" else np.dtype(float) for x in letters if hasattr(x, "dtype")]
    types = types or [np.asarray(x).dtype for x in letters if not isinstance(x, (bool, int, float))]
    kept = np.result_type(*types) if types else np.dtype(float)
    kept = np.dtype(float) if kept.kind in "biu" else kept
    working = np.dtype(float) if kept.itemsize < 8 else kept  # noqa: PLR2004 - bytes
    arrays = [np.asarray(x).astype(working) for x in letters]
    with np.errstate(all="ignore"):
        value = np.asarray(compute(*arrays)).astype(kept)
        for x in arrays:
            if np.isnan(x).any():  # a case of a `where` may not look at it
                value = np.where(np.isnan(x), x.astype(kept), value)
    shape = np.broadcast_shapes(*(x.shape for x in arrays))
    return (value if value.shape == shape else np.broadcast_to(value, shape).copy())[()]


def bell(x: Any, k: float = 1.0) -> Any:
    """exp(-k x^2) for k >= 1/2, a power of two: x^2 is split so that its rounding does not reach the exponential.

    With h = x rounded to sixteenths, h^2 is exact and x^2 = h^2 + (x - h)(x + h).
    """
    w = np.clip(np.asarray(x, np.float64), -40, 40)  # where the value has long been 0
    h = np.trunc(16 * w) / 16
    return np.asarray(np.exp(-k * h * h) * np.exp(-k * (w - h) * (w + h))).astype(x.dtype)


def times_exp(c: Any, x: Any) -> Any:
    """The product c exp(x) for x <= 0: no factor underflows before the product does."""
    h = np.exp(x / 2)
    return (c * h) * h


def times_bell(c: Any, x: Any, k: float = 1.0) -> Any:
    """The product c exp(-k x^2), likewise, and otherwise as `bell`."""
    w = np.clip(x, -40, 40)
    h = np.trunc(16 * w) / 16
    b = np.exp(-k / 2 * h * h)
    return (c * b) * np.exp(-k * (w - h) * (w + h)) * b


def erfcx(x: Any) -> Any:
    """exp(x^2) erfc(x) for x >= 0.46875.

    W. J. Cody, Rational Chebyshev approximations for the error function, Math. Comp. 23 (1969), 631-637; coefficients
    as in his CALERF (SPECFUN, netlib).
    """
    top, bottom = 2.15311535474403846e-8 * x, x
    for c, d in zip(
        (
            5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1, 2.98635138197400131e2,
            8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
        ),
        (
            1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
            3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3,
        ),
        strict=True,
    ):  # fmt: skip
        top, bottom = (top + c) * x, (bottom + d) * x
    middle = (top + 1.23033935479799725e3) / (bottom + 1.23033935480374942e3)
    r = 1 / np.maximum(x, 1) ** 2
    top, bottom = 1.63153871373020978e-2 * r, r
    for p, q in zip(
        (3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2),
        (2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2),
        strict=True,
    ):
        top, bottom = (top + p) * r, (bottom + q) * r
    tail = r * (top + 6.58749161529837803e-4) / (bottom + 2.33520497626869185e-3)
    return np.where(x <= 4, middle, (0.56418958354775628695 - tail) / np.maximum(x, 1))  # noqa: PLR2004 - Cody's regions


def erf_near_zero(x: Any) -> Any:
    """erf(x) for |x| <= 0.46875: Cody's third approximation, as above."""
    s = x * x
    top, bottom = 1.85777706184603153e-1 * s, s
    for a, b in zip(
        (3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2),
        (2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3),
        strict=True,
    ):
        top, bottom = (top + a) * s, (bottom + b) * s
    return x * (top + 3.20937758913846947e3) / (bottom + 2.84423683343917062e3)


def erfc(x: Any) -> Any:
    """The complementary error function, its small values to full relative accuracy."""
    w = np.clip(np.asarray(x, np.float64), -30, 30)  # where the value has long been 2, or 0
    far = bell(w) * erfcx(np.maximum(np.abs(w), 0.46875))
    return np.where(np.abs(w) <= 0.46875, 1 - erf_near_zero(w), np.where(w > 0, far, 2 - far)).astype(x.dtype)  # noqa: PLR2004 - Cody's regions


def erf(x: Any) -> Any:
    """The error function."""
    w = np.clip(np.asarray(x, np.float64), -30, 30)
    far = np.copysign(1 - bell(w) * erfcx(np.maximum(np.abs(w), 0.46875)), w)
    return np.where(np.abs(w) <= 0.46875, erf_near_zero(w), far).astype(x.dtype)  # noqa: PLR2004 - Cody's regions


def phi(x: Any) -> Any:
    """The standard normal distribution function, erfc(-x/sqrt(2))/2, without the rounding of x/sqrt(2) in its tail."""
    w = np.clip(np.asarray(x, np.float64), -40, 40)
    s = 0.70710678118654752440 * w
    far = bell(w, 0.5) * erfcx(np.maximum(np.abs(s), 0.46875)) / 2
    near = 0.5 + erf_near_zero(s) / 2
    return np.where(np.abs(s) <= 0.46875, near, np.where(w > 0, 1 - far, far)).astype(x.dtype)  # noqa: PLR2004 - Cody's regions


def tanh_gap(x: Any) -> Any:
    """The gap x - tanh(x), which loses no digits near 0.

    There it is x w/(1 + w) with Lambert's continued fraction w = x^2/(3 + x^2/(5 + ...)) of tanh(x) = x/(1 + w)
    (DLMF 4.39.1).
    """
    s = np.minimum(x * x, 1)
    w = 0 * s
    for odd in range(21, 1, -2):
        w = s / (odd + w)
    return np.where(np.abs(x) < 1, x * w / (1 + w), x - np.tanh(x))
