"""Values at random points: what refutes a step, and what a proof is held against."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

from symgrad.core import Witness
from symgrad.indexed import Dim, Expr, Index, Tensor
from symgrad.indexed.conditions import cancelled
from symgrad.indexed.jets import NoValueError
from symgrad.indexed.samples import HUGE, Sample, Space
from symgrad.prover.indexed.reals import Balls
from symgrad.prover.indexed.residues import Q, Residues

if TYPE_CHECKING:
    from collections.abc import Mapping

TRIALS = 2
POINTS = 12


def refutation(left: Expr, right: Expr, space: Space, points: int = POINTS) -> tuple[Witness | None, int]:
    """A point at which the two sides lie in disjoint balls, or None; and at how many points they were compared."""
    rng, tried = Random(11), 0  # noqa: S311 - sample points, no secrets
    for sample in space.samples(rng):
        values = in_balls(left, right, sample)
        if values is None:
            continue
        tried += 1
        one, other = values
        if not one.overlaps(other):
            return Witness(point_of(sample), one.str(20), other.str(20)), tried
        if tried == points:
            break
    return None, tried


def possible(space: Space) -> bool:
    """Whether a point was found at which the assumed facts hold inside all domains, which residues know nothing of."""
    return next(space.samples(Random(5)), None) is not None  # noqa: S311 - sample points, no secrets


def in_balls(left: Expr, right: Expr, sample: Sample) -> tuple[Any, Any] | None:
    """The two sides at a point, None where one of them, or what has cancelled in one, has no value."""
    arithmetic = Balls()
    try:
        evaluation = sample.evaluation(arithmetic, Unknowns(arithmetic))
        found = evaluation.value(left, sample.at), evaluation.value(right, sample.at)
        for lost in cancelled(left, right):
            free = sorted(lost.free, key=lambda i: i.token)
            for values in product(*(range(sample.sizes[i.dim]) for i in free)):
                evaluation.value(lost, dict(zip(free, values, strict=True)))
    except NoValueError:
        return None
    return found if all(v.is_finite() for v in found) else None


class Unknowns:
    """Unknown functions as Taylor polynomials: each value and each derivative a number that its name determines."""

    def __init__(self, arithmetic: Any) -> None:
        self.arithmetic = arithmetic

    def __call__(self, tensor: Tensor, entry: tuple[int, ...], by: Any) -> Any:
        order = sorted((t.name, e) for t, e in by)
        seed = f"{tensor.name}{entry}{order}"
        return self.arithmetic.number(Fraction(Random(seed).randint(-30, 30), 11))  # noqa: S311 - as above


def point_of(sample: Sample) -> tuple[tuple[Any, Any], ...]:
    """A sample as the point of a witness: sizes, free indices, scalars, then entries row by row."""
    entries = [(t, tuple(e[k] for k in sorted(e))) for t, e in sample.entries.items()]
    return (*sample.sizes.items(), *sample.at.items(), *sample.scalars.items(), *entries)


def replayed(witness: Witness, left: Expr, right: Expr) -> bool:
    """Whether a witness's point, read back, separates the two sides again."""
    point = dict(witness.point)
    sizes = {d: n for d, n in point.items() if isinstance(d, Dim)}
    tensors = {t: v for t, v in point.items() if isinstance(t, Tensor)}
    at = {i: n for i, n in point.items() if isinstance(i, Index)}
    scalars = {s: v for s, v in point.items() if not isinstance(s, Dim | Tensor | Index)}
    entries = {
        t: dict(zip(product(*(range(sizes[d]) for d in t.dims)), values, strict=True)) for t, values in tensors.items()
    }
    found = in_balls(left, right, Sample(sizes, entries, scalars, at))
    return found is not None and not found[0].overlaps(found[1])


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two sides compare at random residues: at how many points, and the chance that unequal sides agree there."""

    points: int
    differ: bool
    chance: float


def agreement(left: Expr, right: Expr, space: Space, *, seed: int = 7, points: int = TRIALS) -> Agreement:
    """The two sides at random residues and sizes.

    For rational functions of degree d a point deceives with a chance of at most d/q (Schwartz 1980, Zippel 1979).
    """
    rng, tried, chance = Random(seed), 0, 1.0  # noqa: S311 - reproducible, and no secret
    for sample in space.samples(rng, (HUGE,)):
        arithmetic = Residues(rng)
        try:
            evaluation = sample.evaluation(arithmetic, lambda *key, a=arithmetic: a.drawn(in_order(*key)))
            same = evaluation.value(left, sample.at)[0] == evaluation.value(right, sample.at)[0]
        except NoValueError:
            continue
        if not same:
            return Agreement(tried, differ=True, chance=chance)
        tried += 1
        chance *= min(1.0, (factors(left, sample.sizes) + factors(right, sample.sizes)) / Q)
        if tried == points:
            break
    return Agreement(tried, differ=False, chance=chance)


def in_order(tensor: Tensor, entry: tuple[int, ...], by: Any) -> tuple[Any, ...]:
    """A derivative by several entries, in an order that does not matter."""
    return tensor, entry, tuple(sorted(by, key=lambda b: (b[0].token, b[1])))


def factors(value: Expr, sizes: Mapping[Dim, int]) -> int:
    """A bound for the degree of an expression as a rational function of the entries: its factors, written out."""
    found = 0
    for term in value.terms:
        times = 1
        for i in term.bound:
            times *= sizes[i.dim]
        found += times * sum((abs(int(e)) + 1) * degree(a, sizes) for a, e in term.atoms)
    return found


def degree(atom: Any, sizes: Mapping[Dim, int]) -> int:
    """The same for a factor; a derivative at most doubles it."""
    inner = sum(factors(p, sizes) for p in atom.parts)
    tensor = getattr(atom, "tensor", None)
    if tensor is not None and tensor.body is not None:
        inner += factors(tensor.body[1], sizes)
    runs = sizes[atom.index.dim] if hasattr(atom, "body") else 1
    return 1 + inner * runs * (2 if hasattr(atom, "ref") else 1)
