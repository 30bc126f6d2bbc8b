"""What is derived about an activation beyond its derivative."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sympy import Expr, Symbol

    from symgrad.core.definition import Definition, Kink
    from symgrad.core.domain import Domain


@dataclass(frozen=True, slots=True)
class Extremum:
    """An infimum or supremum over R: `lower <= true value <= upper`, both exact rationals.

    `exact` is its closed form where one was proved; `at` the points where it is attained, as exact numbers or
    as decimal enclosures `(lower, upper)`; `on` the intervals throughout which it is attained (ReLU' is 1 on
    all of z > 0). Both are empty where it is only approached; `approached` says from where (an expression for
    the point, or +-oo). An infinite extremum has `exact` = oo or -oo.
    """

    lower: Expr
    upper: Expr
    exact: Expr | None = None
    at: tuple[Expr | tuple[Expr, Expr], ...] = ()
    approached: tuple[Expr, ...] = ()
    on: tuple[Domain, ...] = ()

    @property
    def attained(self) -> bool:
        """Whether some point has this value."""
        return bool(self.at or self.on)


class Monotone(Enum):
    """How a function of one variable moves."""

    STRICTLY_INCREASING = "strictly increasing"
    NON_DECREASING = "non-decreasing"
    STRICTLY_DECREASING = "strictly decreasing"
    NON_INCREASING = "non-increasing"
    CONSTANT = "constant"
    NOT_MONOTONE = "not monotone"


@dataclass(frozen=True, slots=True)
class Facts:
    """The proved facts of an activation, at the parameter values `at` where it has parameters.

    `limits`: phi(-oo), phi(oo), phi'(-oo), phi'(oo); `decay`: what phi'(z) is asymptotically equal to at -oo
    and at oo where it tends to 0 without reaching it; `dead`: the intervals on which phi' is identically 0.
    """

    definition: Definition
    at: tuple[tuple[Symbol, Expr], ...]
    derivative: Expr
    in_output: Expr | None
    second: Expr
    infimum: Extremum
    supremum: Extremum
    lipschitz: Extremum
    limits: tuple[Expr | None, Expr | None, Expr | None, Expr | None]
    decay: tuple[Expr | None, Expr | None]
    monotone: Monotone
    odd: bool
    dead: tuple[Domain, ...] = ()
    kinks: tuple[Kink, ...] = ()
    bends: tuple[Kink, ...] = ()  # points where phi' is continuous at these parameters, with the slopes of phi' there

    @property
    def steepest(self) -> Extremum:
        """The supremum of |phi'| where there is a slope; across a jump of phi the Lipschitz constant is larger."""
        low, high = self.infimum, self.supremum
        if -low.upper <= high.lower:
            return high
        return Extremum(-low.upper, -low.lower, None if low.exact is None else -low.exact)

    @property
    def zero_centred(self) -> bool:
        """Odd functions are: inputs symmetric about 0 give outputs symmetric about 0."""
        return self.odd


class Convex(Enum):
    """Whether every chord of a loss lies on or above it, as a function of its output."""

    STRICTLY = "strictly convex"
    CONVEX = "convex"
    NOT = "not convex"
    UNSETTLED = "not settled"


@dataclass(frozen=True, slots=True)
class LossFacts:
    """The proved facts of a loss as a function of its output.

    `convex` and `stationary` (the slope vanishes where output and target agree) hold for all targets and parameters,
    `convex` only at the parameters `convex_at` where any are given; `bent` is a point at which the second derivative
    is negative. The rest is at the values `at`, the target's among them: the least value of J, the extremes of dJ/da,
    and the kinks.
    """

    definition: Definition
    at: tuple[tuple[Symbol, Expr], ...]
    derivative: Expr
    second: Expr
    convex: Convex
    convex_at: tuple[tuple[Symbol, Expr], ...]
    bent: tuple[tuple[Symbol, Expr], ...]
    stationary: bool
    least: Extremum
    infimum: Extremum
    supremum: Extremum
    kinks: tuple[Kink, ...] = ()
