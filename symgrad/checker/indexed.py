"""Indexed results against finite differences, at random sizes and entries.

What is differentiated is valued by plain loops at shifted entries, in 60 digits; no rule of differentiation is used
for it. A derivative of a derivative is a difference of differences. Unknown functions are tried as quadratic ones.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

import mpmath  # type: ignore[import-untyped]  # it ships no types

from symgrad.core import CheckPoint, CheckReport, Outcome
from symgrad.indexed import Evaluation, Expr, Index, Partial, Tensor, total
from symgrad.indexed.jets import REAL, Jet, NoValueError
from symgrad.indexed.samples import LENGTHS, Sample, Space, space

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from symgrad.core import Variable
    from symgrad.indexed import Fact
    from symgrad.indexed.canonical import Exponent
    from symgrad.indexed.evaluate import Seed

DIGITS = 60
STEP = mpmath.mpf(10) ** -12
BOUND = 1e-12  # of the size of the numbers; a second difference keeps more than twice as many digits
POINTS = 6


class Floats:
    """Floating-point numbers of 60 digits; a generic activation is tried as u + u^2/2 + u^3/3."""

    ordered = True

    def number(self, value: Fraction) -> Any:
        return mpmath.mpf(value.numerator) / value.denominator

    def add(self, left: Any, right: Any) -> Any:
        return left + right

    def times(self, left: Any, right: Any) -> Any:
        return left * right

    def power(self, base: Any, exponent: Exponent) -> Any:
        if (base < 0 and exponent.denominator > 1) or (not base and exponent < 0):
            raise NoValueError("a root of a negative number, or a division by zero")
        return mpmath.power(base, int(exponent) if exponent.denominator == 1 else self.number(Fraction(exponent)))

    def function(self, name: str, orders: tuple[int, ...], values: tuple[Any, ...]) -> Any:
        if name in {"pi", "E"}:
            return mpmath.mpf(getattr(mpmath, name.lower()))
        if name == "log" and values[0] <= 0:
            raise NoValueError("a logarithm of a number that is not positive")
        if len(values) == 1 and name.startswith("?"):
            return TRIED[min(orders[0], 4)](values[0])
        if name not in KNOWN:
            raise NoValueError("the function {name} has no value here", name=name)
        return KNOWN[name](values[0], orders[0])

    def sign(self, value: Any) -> int:
        return int(mpmath.sign(value))


KNOWN: dict[str, Any] = {
    "exp": lambda u, n: mpmath.exp(u),  # noqa: ARG005 - it is its own derivative
    "sin": lambda u, n: mpmath.sin(u + n * mpmath.pi / 2),
    "cos": lambda u, n: mpmath.cos(u + n * mpmath.pi / 2),
    "log": lambda u, n: mpmath.log(u) if not n else -mpmath.factorial(n - 1) / (-u) ** n,
    "erf": lambda u, n: mpmath.erf(u) if not n else mpmath.diff(gaussian, u, n - 1),
    "atan": lambda u, n: mpmath.atan(u) if not n else mpmath.diff(lambda t: 1 / (1 + t * t), u, n - 1),
}
TRIED = (
    lambda u: u + u * u / 2 + u**3 / 3,
    lambda u: 1 + u + u * u,
    lambda u: 1 + 2 * u,
    lambda u: mpmath.mpf(2),  # noqa: ARG005 - a constant
    lambda u: mpmath.mpf(0),  # noqa: ARG005 - as above
)


def gaussian(u: Any) -> Any:
    """The derivative of erf."""
    return 2 / mpmath.sqrt(mpmath.pi) * mpmath.exp(-u * u)


@dataclass(slots=True)
class Differences(Evaluation):
    """An evaluation that takes every derivative as a central difference."""

    def slope(self, atom: Partial, at: dict[Index, int], seeds: tuple[Seed, ...]) -> Jet:
        """(f(x + h) - f(x - h)) / 2h, with the names in `fixed` where they were."""
        tensor = atom.ref.tensor
        entry = tuple(self.position(s, at) for s in atom.ref.indices)
        held = {t: self.whole(t) for t in (*atom.fixed, tensor) if t not in self.entries}
        sides = []
        for h in (STEP, -STEP):
            entries = {**self.entries, **held}
            entries[tensor] = {**entries[tensor], entry: entries[tensor][entry] + h}
            moved = Differences(self.arithmetic, self.sizes, entries, self.scalars, self.unknown, self.bodies)
            sides.append(moved.of(atom.expr, at, seeds)[REAL])
        return {REAL: (sides[0] - sides[1]) / (2 * STEP)}

    def whole(self, tensor: Tensor) -> dict[tuple[int, ...], Any]:
        """Every entry of a name."""
        places = product(*(range(self.sizes[d]) for d in tensor.dims))
        return {p: self.entry(tensor, p, ())[REAL] for p in places}


def check_indexed(
    start: Expr, result: Expr, *, facts: Iterable[Fact] = (), variables: Sequence[Variable] = ()
) -> CheckReport | None:
    """The derivatives in `start` as differences against `result`; None where nothing is differentiated."""
    if not has_derivative(start):
        return None
    domains = {v.symbol: v.domain for v in variables}
    bodies = trial_bodies(start.reach | result.reach)
    extra = [body for _, body in bodies.values()]
    where = space((start, result, *extra), facts, domains)
    where = replace(where, free=tuple(i for i in where.free if i in start.free | result.free))
    with mpmath.workdps(DIGITS):
        return report(list(points(start, result, where, bodies)))


def points(start: Expr, result: Expr, where: Space, bodies: Mapping[Tensor, Any]) -> Iterable[CheckPoint]:
    """Comparisons at points where both sides have values, the first with every size 1."""
    rng = Random(5)  # noqa: S311 - sample points, no secrets
    for lengths, count in (((1,), 1), (LENGTHS, POINTS - 1)):
        found = 0
        for sample in where.samples(rng, lengths=lengths):
            with suppress(NoValueError):
                yield compared(start, result, sample, bodies)
                found += 1
            if found == count:
                break


def compared(start: Expr, result: Expr, sample: Sample, bodies: Mapping[Tensor, Any]) -> CheckPoint:
    """One comparison."""
    exact = sample.evaluation(Floats())
    exact.bodies = bodies
    differences = Differences(exact.arithmetic, exact.sizes, exact.entries, exact.scalars, None, bodies)
    claimed, estimate = exact.value(result, sample.at), differences.value(start, sample.at)
    bound = BOUND * float(1 + abs(claimed) + abs(estimate))
    outcome = Outcome.OK if abs(claimed - estimate) <= bound else Outcome.WRONG
    shown = tuple((str(d), float(n)) for d, n in sample.sizes.items())
    claimed, estimate = (v if abs(v) > bound else 0 for v in (claimed, estimate))  # below the bound it is rounding
    return CheckPoint(shown, float(claimed), float(estimate), bound, outcome)


def report(found: list[CheckPoint]) -> CheckReport:
    """What the comparisons add up to."""
    wrong = [p for p in found if p.outcome is Outcome.WRONG]
    worst = max(wrong or found, key=lambda p: abs(p.claimed - p.estimate), default=None)
    return CheckReport(len(found) - len(wrong), len(wrong), 0, 0, worst, tuple(found))


def has_derivative(value: Expr) -> bool:
    """Whether something is differentiated in an expression."""
    atoms = [a for t in value.terms for a, _ in t.atoms]
    return any(isinstance(a, Partial) or any(has_derivative(p) for p in a.parts) for a in atoms)


def trial_bodies(tensors: Iterable[Tensor]) -> dict[Tensor, Any]:
    """A quadratic function for each unknown one: a sum, and the square of a sum, with weights of their own."""
    found = {}
    for tensor in tensors:
        if not tensor.depends:
            continue
        letters = tuple(Index(f"i{n}", d) for n, d in enumerate(tensor.dims))
        value = Expr()
        for argument in tensor.depends:
            inner = tuple(Index(f"m{n}", d) for n, d in enumerate(argument.dims))
            for power in (1, 2):
                weights = Tensor(f"w{power}", (*tensor.dims, *argument.dims))
                value += total(inner, weights[letters + inner] * argument[inner]) ** power
        found[tensor] = (letters, value)
    return found
