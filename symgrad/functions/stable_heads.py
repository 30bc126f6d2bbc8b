"""The functions that stable forms are written in, besides SymPy's own.

`within` is its first argument. NumPy clips it to the interval between the other two, outside which another factor is
0 in every float type: so infinity times 0 does not arise, and nothing else changes.
"""

from __future__ import annotations

from sympy import Abs, Eq, Expr, Mul, Piecewise, Pow, erf, erfc, exp, oo, sqrt, tanh

from symgrad.core import interval
from symgrad.functions.elementwise import elementwise
from symgrad.functions.symbols import beta, l, u, v, z

WIDTH = 1000  # e^-1000 is 0 in every float type

within = elementwise("within", z, (z,), ((l, -WIDTH), (u, WIDTH)), home=(__name__, "within"))
bell = elementwise(
    "bell", exp(-beta * z**2), (z,), ((beta, 1),), range=interval(0, 1, "right"), home=(__name__, "bell")
)
times_exp = elementwise("times_exp", v * exp(z), (v, z), home=(__name__, "times_exp"))
times_bell = elementwise("times_bell", v * exp(-beta * z**2), (v, z), ((beta, 1),), home=(__name__, "times_bell"))
kept = elementwise("kept", z, (z,), home=(__name__, "kept"))  # a sum that SymPy must not multiply out
normal_cdf = elementwise(
    "normal_cdf",
    (1 + erf(z / sqrt(2))) / 2,
    (z,),
    glyph="Φ",
    tex=r"\Phi",
    range=interval(0, 1),
    stable=Piecewise((1 - erfc(Abs(z) / sqrt(2)) / 2, z >= 0), (erfc(Abs(z) / sqrt(2)) / 2, True)),
    home=(__name__, "normal_cdf"),
)
erfc_kept = elementwise("erfc_kept", erfc(z), (z,), home=(__name__, "erfc_kept"))  # SymPy's erfc(-z) is 2 - erfc(z)
reciprocal = elementwise("reciprocal", 1 / z, (z,), home=(__name__, "reciprocal"))  # whose powers stay powers of it
tanh_gap = elementwise("tanh_gap", z - tanh(z), (z,), home=(__name__, "tanh_gap"))


def sech2(x: Expr) -> Expr:
    """1/cosh(x)^2 = 1 - tanh(x)^2."""
    e = exp(-2 * Abs(x))
    return Mul(4, e, Pow(1 + e, -2))


def gated(weight: Expr, value: Expr) -> Expr:
    """weight*value, and 0 where the weight is, whatever the value."""
    return Piecewise((0, Eq(weight, 0)), (weight * value, True))


def times_sigmoid(weight: Expr, x: Expr) -> Expr:
    """weight*sigmoid(x), the product no sooner 0 than it must be."""
    e = exp(-Abs(x))
    return Piecewise((weight / (1 + e), x >= 0), (times_exp(weight, -Abs(x)) / (1 + e), True))


def below(x: Expr) -> Expr:
    """The number x, but not far below 0: to stand beside a factor that decays to the left."""
    return within(x, -WIDTH, oo)


def above(x: Expr) -> Expr:
    """The number x, but not far above 0: to stand beside a factor that decays to the right."""
    return within(x, -oo, WIDTH)
