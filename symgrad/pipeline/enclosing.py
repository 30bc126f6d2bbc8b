"""Mean squares under a Gaussian for which no closed form is known: enclosed, and stated as a claim that is proved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Rational, sympify

from symgrad.core import GaussianSquare
from symgrad.functions.symbols import z
from symgrad.prover.gaussian import second_moment
from symgrad.prover.relations import carried

if TYPE_CHECKING:
    from flint import arb

DIGITS = 20


def enclosed(f: Any, variance: Any, bound: tuple[int, int], words: str) -> tuple[arb, GaussianSquare]:
    """A ball for E[f(sqrt(variance) Z)^2], and the statement that it lies between two decimals near its middle."""
    q, limits = sympify(variance, strict=True), (sympify(bound[0]), sympify(bound[1]))
    ball = second_moment(carried(f, z), z, q, bound=limits)
    middle = Rational(ball.mid().str(DIGITS, radius=False))
    error = Rational(1, 10 ** (DIGITS - 2))
    return ball, GaussianSquare(words, f, z, q, middle - error, middle + error, limits)
