"""The two functions in which the derivatives of so many others are written, and the recognition of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Abs, Max, Piecewise, exp, log, tanh
from sympy.codegen.cfunctions import log1p

from symgrad.core import REALS, interval
from symgrad.functions.elementwise import elementwise
from symgrad.functions.folding import fold
from symgrad.functions.symbols import beta, z

if TYPE_CHECKING:
    from sympy import Expr

e = exp(-Abs(z))  # in (0, 1] on all of R

sigmoid = elementwise(
    "sigmoid",
    1 / (1 + exp(-z)),
    (z,),
    glyph="σ",
    tex=r"\sigma",
    range=interval(0, 1),
    stable=Piecewise((1 / (1 + e), z >= 0), (e / (1 + e), True)),
    rewrites=((tanh, (1 + tanh(z / 2)) / 2),),
    home=(__name__, "sigmoid"),
)

softplus = elementwise(
    "softplus",
    log(1 + exp(beta * z)) / beta,
    (z,),
    ((beta, 1),),
    domains=(REALS, interval(0, None)),
    range=interval(0, None),
    stable=Max(0, z) + log1p(exp(-beta * Abs(z))) / beta,
    through=(sigmoid,),
    home=(__name__, "softplus"),
)


def fold_named(expr: Expr) -> Expr:
    """The expression with sigmoid and softplus recognised in it: e^u/(1 + e^u) is sigmoid(u)."""
    return fold(expr, (sigmoid, softplus))
