"""What is proved about a loss: convexity, where its slope vanishes, its least value, how steep it gets."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

from sympy import And, Integer, Ne, Rational, S

from symgrad import deriver, prover
from symgrad.core import Convex, Domain, Extremum, LossFacts, UnsupportedError, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Expr, Symbol

    from symgrad.core import Definition

    Point = dict[Symbol, Expr]
    Values = tuple[tuple[Symbol, Expr], ...]

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
    convex, settled_at, bent = convexity(definition, second)
    infimum, supremum = prover.extrema(slope.xreplace(values), a, kinks=places, domain=domain)
    least, _ = prover.extrema(definition.of.xreplace(values), a, domain=domain)
    return LossFacts(
        definition=definition,
        at=tuple(values.items()),
        derivative=slope,
        second=second,
        convex=convex,
        convex_at=settled_at,
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


def convexity(definition: Definition, second: Any) -> tuple[Convex, Values, Values]:
    """Whether the loss is convex in its output for every target; the parameters it is settled at; a point where not.

    It is if the second derivative is nowhere negative and the slope grows at every kink.
    """
    for at in ({}, {p.symbol: p.default for p in definition.parameters}):
        answer = rises(definition, second, at)
        if answer is not Convex.UNSETTLED:
            return answer, tuple(at.items()), ()
    for point in points(definition):
        if prover.sign_of(second.xreplace(point)) == -1:
            return Convex.NOT, (), tuple(point.items())
    return Convex.UNSETTLED, (), ()


def rises(definition: Definition, second: Any, at: Point) -> Convex:
    """Whether the slope is proved to grow everywhere, at these parameter values, or for all where none is given."""
    free = tuple(v for v in definition.domains if v.symbol not in at)
    off = And(*(Ne(k.variable, k.at.xreplace(at)) for k in definition.kinks))
    steps = [(k.right - k.left).xreplace(at) for k in definition.kinks if not k.jump]
    if len(steps) < len(definition.kinks) or any(prover.sign_of(s, free, strict=False) not in {0, 1} for s in steps):
        return Convex.UNSETTLED
    parts = at_ends(second.xreplace(at), definition, free)
    for strict, signs, answer in ((True, {1}, Convex.STRICTLY), (False, {0, 1}, Convex.CONVEX)):
        if all(sign_over(part, definition, free, off, strict=strict) in signs for part in parts):
            return answer
    return Convex.UNSETTLED


def sign_over(expr: Any, definition: Definition, free: tuple[Variable, ...], off: Any, *, strict: bool) -> int | None:
    """The proved sign of an expression; of one variable alone, its infimum tells where the normal form does not."""
    found = prover.sign_of(expr, free, off, strict=strict)
    output = definition.variables[0]
    if found is not None or expr.free_symbols != {output.symbol}:
        return found
    try:
        least, _ = prover.extrema(expr, output.symbol, domain=output.domain)
    except UnsupportedError:
        return None
    return 1 if least.lower > 0 or (least.exact == 0 and not (strict and least.attained)) else None


def at_ends(second: Any, definition: Definition, free: tuple[Variable, ...]) -> list[Any]:
    """The second derivative at each of few targets, or at both ends of an interval where it is linear between."""
    target = definition.variables[-1]
    y, low, high = target.symbol, target.domain.lower, target.domain.upper
    if target.domain.values and not definition.kinks:
        return [second.xreplace({y: value}) for value in target.domain.values]
    if low is None or high is None or target.domain.lower_open or target.domain.upper_open:
        return [second]
    ends = [second.xreplace({y: end}) for end in (low, high)]
    between = ((high - y) * ends[0] + (y - low) * ends[1]) / (high - low)
    return ends if prover.prove(second, between, variables=free).proved else [second]


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
