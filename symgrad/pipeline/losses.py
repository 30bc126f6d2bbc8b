"""What is proved about a loss: convexity, where its slope vanishes, its least value, how steep it gets."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from sympy import And, Integer, Ne, Rational, S

from symgrad import deriver, prover
from symgrad.core import Convex, Domain, Extremum, LossFacts, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Expr, Symbol

    from symgrad.core import Definition

    Point = dict[Symbol, Expr]

OUTPUTS = [Rational(n, 7) for n in (1, 2, 5, 6, 9, 15, 22, 40, 75)]  # where a negative curvature is looked for


@cache
def loss_facts(definition: Definition) -> LossFacts:
    """The proved facts of a loss; those about sizes are at one target and the usual parameters."""
    slope, second = deriver.derivative(definition).result, deriver.second_derivative(definition).result
    values = usual(definition)
    a = definition.variable
    kinks = tuple(
        replace(k, at=k.at.xreplace(values), left=k.left.xreplace(values), right=k.right.xreplace(values))
        for k in definition.kinks
    )
    places = tuple(k.at for k in kinks)
    domain = placed(definition.variables[0].domain, values)
    convex, bent = convexity(definition, second)
    infimum, supremum = prover.extrema(slope.xreplace(values), a, kinks=places, domain=domain)
    least, _ = prover.extrema(definition.of.xreplace(values), a, domain=domain)
    return LossFacts(
        definition=definition,
        at=tuple(values.items()),
        derivative=slope,
        second=second,
        convex=convex,
        bent=bent,
        stationary=stationary(definition, slope),
        least=least,
        infimum=infimum,
        supremum=supremum,
        kinks=kinks,
    )


def usual(definition: Definition) -> Point:
    """The usual parameters, and a target that is as good as any: 1 for a class, 0 for a number."""
    free = definition.variables[1:]
    targets = {v.symbol: S.Zero if v.domain == Domain() else S.One for v in free}
    return {p.symbol: p.default for p in definition.parameters} | targets


def placed(domain: Domain, values: Point) -> Domain:
    """The domain with its ends as numbers."""
    low, high = (None if e is None else e.xreplace(values) for e in (domain.lower, domain.upper))
    return replace(domain, lower=low, upper=high)


def convexity(definition: Definition, second: Any) -> tuple[Convex, tuple[tuple[Symbol, Expr], ...]]:
    """Whether the loss is convex in its output for every target and parameter, or a point where it is not.

    It is if the second derivative is nowhere negative and the slope grows at every kink.
    """
    off = And(*(Ne(k.variable, k.at) for k in definition.kinks))
    rising = all(
        not k.jump and prover.sign_of(k.right - k.left, definition.domains, strict=False) in {0, 1}
        for k in definition.kinks
    )
    for strict, answer in ((True, Convex.STRICTLY), (False, Convex.CONVEX)):
        if rising and prover.sign_of(second, definition.domains, off, strict=strict) in ({1} if strict else {0, 1}):
            return answer, ()
    for point in points(definition):
        if prover.sign_of(second.xreplace(point)) == -1:
            return Convex.NOT, tuple(point.items())
    return Convex.UNSETTLED, ()


def points(definition: Definition) -> Iterator[Point]:
    """Exact points of the domain, at the usual parameters."""
    output, *targets = definition.variables
    values = {p.symbol: p.default for p in definition.parameters}
    places = [inside(v, [S.Zero, S.One]) for v in targets]
    for q, *ys in product(inside(output, [s * q for q in OUTPUTS for s in (1, -1)]), *places):
        point = values | {output.symbol: q} | dict(zip((v.symbol for v in targets), ys, strict=True))
        if all(k.at.xreplace(point) != point.get(k.variable) for k in definition.kinks):
            yield point


def inside(variable: Variable, values: list[Any]) -> list[Any]:
    """Those of the values that the variable may have; the label -1 stands in for 0 where that is none."""
    domain = variable.domain
    if domain.values:
        return list(domain.values)
    low, high = domain.lower, domain.upper
    return [
        v
        for v in values
        if (low is None or v > low or (v == low and not domain.lower_open))
        and (high is None or v < high or (v == high and not domain.upper_open))
    ]


def stationary(definition: Definition, slope: Any) -> bool:
    """Whether the slope is proved to be 0 wherever the output equals the target."""
    output, *targets = definition.variables
    if len(targets) != 1 or definition.kinks or targets[0].domain.values:
        return False
    y = targets[0].symbol
    rest = tuple(v for v in definition.domains if v.symbol not in {output.symbol, y})
    meeting = Variable(y, output.domain if output.domain != Domain() else targets[0].domain)
    return prover.prove(slope.xreplace({output.symbol: y}), Integer(0), variables=(meeting, *rest)).proved


def steepest(found: LossFacts) -> Extremum:
    """The greatest |dJ/da|, which is at one end of the range of dJ/da."""
    low, high = found.infimum, found.supremum
    if -low.upper <= high.lower:
        return high
    exact = None if low.exact is None else -low.exact
    return replace(low, lower=-low.upper, upper=-low.lower, exact=exact)
