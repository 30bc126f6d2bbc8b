"""Random points: sizes of every dimension, 1 among them, and exact entries that satisfy the assumed facts."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from symgrad.indexed.atoms import Ref, Scalar
from symgrad.indexed.evaluate import Evaluation
from symgrad.indexed.jets import NoValueError
from symgrad.indexed.names import Index
from symgrad.indexed.orthonormal import orthonormal, summed_place
from symgrad.indexed.term import Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from random import Random

    from symgrad.core import Domain
    from symgrad.indexed.canonical import Exponent
    from symgrad.indexed.expr import Expr
    from symgrad.indexed.facts import Fact
    from symgrad.indexed.jets import Arithmetic
    from symgrad.indexed.names import Dim
    from symgrad.indexed.tensor import Tensor

Entries = dict[tuple[int, ...], Fraction]
ATTEMPTS = 60
HUGE = 3
LENGTHS = (1, 2, 2, 3)


@dataclass(frozen=True, slots=True)
class Sample:
    """A point: sizes, exact entries of inputs, exact scalars, and values of the free indices."""

    sizes: Mapping[Dim, int]
    entries: Mapping[Tensor, Entries]
    scalars: Mapping[Any, Fraction]
    at: Mapping[Index, int]

    def evaluation(self, arithmetic: Arithmetic, unknown: Any = None) -> Evaluation:
        """An evaluation at this point, in some arithmetic."""
        entries = {t: {k: arithmetic.number(v) for k, v in e.items()} for t, e in self.entries.items()}
        scalars = {s: arithmetic.number(v) for s, v in self.scalars.items()}
        return Evaluation(arithmetic, self.sizes, entries, scalars, unknown)


class Rationals:
    """Exact fractions, without functions: what assumed facts are checked in."""

    ordered = True

    def number(self, value: Fraction) -> Fraction:
        return value

    def add(self, left: Fraction, right: Fraction) -> Fraction:
        return left + right

    def times(self, left: Fraction, right: Fraction) -> Fraction:
        return left * right

    def power(self, base: Fraction, exponent: Exponent) -> Fraction:
        if exponent.denominator != 1 or (not base and exponent < 0):
            raise NoValueError("not a rational number")
        return base ** int(exponent)

    def function(self, name: str, orders: tuple[int, ...], values: tuple[Fraction, ...]) -> Fraction:  # noqa: ARG002
        raise NoValueError("{name} has no exact value", name=name)

    def sign(self, value: Fraction) -> int:
        return (value > 0) - (value < 0)


@dataclass(frozen=True, slots=True)
class Space:
    """What a statement is about: its tensors, dimensions, scalars and free indices, and what is assumed of them."""

    tensors: tuple[Tensor, ...]
    dims: tuple[Dim, ...]
    scalars: tuple[Any, ...]
    free: tuple[Index, ...]
    facts: tuple[Fact, ...]
    domains: Mapping[Any, Domain]

    def draw(self, rng: Random, mode: int, lengths: tuple[int, ...] = LENGTHS) -> Sample | None:
        """A point, or None where the facts could not be met. The modes are those of `number`."""
        sizes = {d: rng.choice(lengths) for d in self.dims}
        entries = {t: self.filled(t, sizes, rng, mode) for t in self.tensors}
        scalars = {s: number(rng, max(mode, 1), self.domains.get(s)) for s in self.scalars}
        at = {i: rng.randrange(sizes[i.dim]) for i in self.free}
        found = Sample(sizes, entries, scalars, at)
        for fact in self.facts:
            if not assigned(fact, found):
                enforce(fact, sizes, entries, rng)
        return found if all(holds(f, found) for f in self.facts) and self.inside(found, mode) else None

    def inside(self, sample: Sample, mode: int) -> bool:
        """Whether entries that facts have set still lie in their domains; residues are asked for their sign alone."""
        domains = self.domains if mode != HUGE else {}
        return not self.facts or all(
            (value > 0 or not tensor.positive) and lies_in(value, domains.get(tensor))
            for tensor, entries in sample.entries.items()
            for value in entries.values()
        )

    def filled(self, tensor: Tensor, sizes: Mapping[Dim, int], rng: Random, mode: int) -> Entries:
        """Entries for an input, inside its domain."""
        sign = max(mode, int(tensor.positive))
        return {
            k: number(rng, sign, self.domains.get(tensor)) for k in product(*(range(sizes[d]) for d in tensor.dims))
        }

    def samples(
        self, rng: Random, modes: tuple[int, ...] = (0, 1, 2), lengths: tuple[int, ...] = LENGTHS
    ) -> Iterator[Sample]:
        """Points that satisfy what is assumed; each size is one of `lengths`."""
        for attempt in range(ATTEMPTS):
            found = self.draw(rng, modes[attempt % len(modes)], lengths)
            if found is not None:
                yield found


def number(rng: Random, mode: int, domain: Domain | None = None) -> Fraction:
    """A random number in its domain: of any sign, positive, or in (0, 1). HUGE: any whole number, for residues."""
    if mode == HUGE and (domain is None or not domain.values):
        return Fraction(rng.randrange(1, 2**130))
    if domain is not None and domain.values:
        value = rng.choice(domain.values)
        return Fraction(int(value.p), int(value.q))
    low, high = ((-20, 20), (1, 20), (1, 6))[mode]
    found = Fraction(rng.randint(low, high), 7)
    if domain is None:
        return found
    lower, upper = ends(domain)
    part = Fraction(rng.randint(1, 30), 31)
    if lower is not None and upper is not None:
        return lower + (upper - lower) * part
    return found if lower is upper is None else (lower + 2 * part if lower is not None else upper - 2 * part)  # type: ignore[operator]


def lies_in(value: Fraction, domain: Domain | None) -> bool:
    """Whether a number lies in a domain."""
    if domain is None:
        return True
    if domain.values:
        return any(value == Fraction(int(v.p), int(v.q)) for v in domain.values)
    lower, upper = ends(domain)
    above = lower is None or value > lower or (value == lower and not domain.lower_open)
    return above and (upper is None or value < upper or (value == upper and not domain.upper_open))


def ends(domain: Domain) -> tuple[Fraction | None, Fraction | None]:
    """The two ends of an interval, None for an infinite one."""
    lower, upper = (None if e is None else Fraction(int(e.p), int(e.q)) for e in (domain.lower, domain.upper))
    return lower, upper


def assigned(fact: Fact, sample: Sample) -> bool:
    """Give an entry the value that a fact like x[i] = y[i], or A[i, j] = A[j, i], says; False for any other fact."""
    match fact.left.terms:
        case (Term(coefficient=factor, atoms=((Ref() as ref, 1),)),) if not fact.left.terms[0].bound:
            letters = [i for i in ref.indices if isinstance(i, Index)]
        case _:
            return False
    if len(set(letters)) != len(ref.tensor.dims):
        return False
    mine = sample.entries[ref.tensor]
    for place in mine:
        with suppress(NoValueError):
            mine[place] = wanted(fact, sample, letters, place) / factor
            if wanted(fact, sample, letters, place) != factor * mine[place]:  # A[i, i] = -A[i, i]
                mine[place] = Fraction(0)
    return True


def wanted(fact: Fact, sample: Sample, letters: Iterable[Index], place: tuple[int, ...]) -> Fraction:
    """The right side of a fact at a place."""
    value: Fraction = sample.evaluation(Rationals()).value(fact.right, dict(zip(letters, place, strict=True)))
    return value


def enforce(fact: Fact, sizes: Mapping[Dim, int], entries: dict[Tensor, Entries], rng: Random) -> None:
    """Bend entries so that a sum has its value, or one entry is 1 and the others 0; `holds` asks if it worked."""
    refs = [a for t in fact.left.terms for a, _ in t.atoms if isinstance(a, Ref)]
    if len({r.tensor for r in refs}) != 1 or not refs[0].tensor.dims:
        return
    mine = entries[refs[0].tensor]
    place = summed_place(fact)
    if place is not None:
        long, many = (sizes[refs[0].tensor.dims[p]] for p in (place, 1 - place))
        for which, vector in enumerate(orthonormal(many, long, rng) or ()):
            mine.update({(which, n) if place else (n, which): x for n, x in enumerate(vector)})
        return
    (term, *more) = fact.left.terms
    rows = sorted({k[:-1] for k in mine})
    length = sizes[refs[0].tensor.dims[-1]]
    wanted = fact.right.terms[0].coefficient if len(fact.right.terms) == 1 and not fact.right.terms[0].atoms else None
    for row in rows:
        places = [(*row, n) for n in range(length)]
        if not more and len(term.bound) == 1 and len(term.atoms) == 1 and (wanted is not None or not fact.right):
            scale(places, mine, (wanted or Fraction(0)) / term.coefficient)
        elif not more and not term.bound:
            hot = rng.randrange(length)
            mine.update({p: Fraction(int(n == hot)) for n, p in enumerate(places)})


def scale(places: list[tuple[int, ...]], mine: Entries, wanted: Fraction) -> None:
    """Bring a row to a sum, by a factor where that keeps it positive, else by its last entry."""
    now = sum((mine[p] for p in places), Fraction(0))
    if now and wanted / now > 0:
        mine.update({p: mine[p] * wanted / now for p in places})
    else:
        mine[places[-1]] += wanted - now


def holds(fact: Fact, sample: Sample) -> bool:
    """Whether a fact holds at a point, exactly, for all values of its indices."""
    free = sorted(fact.left.free, key=lambda i: i.token)
    exact = sample.evaluation(Rationals())
    try:
        return all(
            exact.value(fact.left - fact.right, dict(zip(free, values, strict=True))) == 0
            for values in product(*(range(sample.sizes[i.dim]) for i in free))
        )
    except NoValueError:
        return False


def space(sides: Iterable[Expr], facts: Iterable[Fact], domains: Mapping[Any, Domain]) -> Space:
    """What some expressions are about."""
    assumed = tuple(f for f in facts if f.assumed)
    every = [*sides]
    tensors = frozenset[Any]().union(*(e.reach for e in every))
    about = tuple(f for f in assumed if f.left.tensors & tensors)
    tensors = tensors.union(*(s.tensors for f in about for s in (f.left, f.right)))
    inputs = tuple(sorted((t for t in tensors if t.free), key=lambda t: t.token))
    parts = [*every, *(t.body[1] for t in tensors if t.body), *(s for f in about for s in (f.left, f.right))]
    atoms = frozenset[Any]().union(*(atoms_of(e) for e in parts))
    indices = frozenset[Any]().union(*(i for a in atoms for i in (a.free,)), *(e.free for e in parts))
    dims = {i.dim for i in indices} | {d for t in tensors for d in t.dims}
    dims |= {a.dim for a in atoms if hasattr(a, "dim")} | {a.index.dim for a in atoms if hasattr(a, "index")}
    dims |= {d for a in atoms for p in places_of(a) for d, _ in p.sizes}
    dims |= {i.dim for a in atoms if hasattr(a, "ref") for i in a.free}
    symbols = {a.symbol for a in atoms if isinstance(a, Scalar) and a.symbol.is_Symbol}
    free = frozenset[Any]().union(*(e.free for e in every))
    return Space(
        inputs,
        tuple(sorted(dims, key=lambda d: d.token)),
        tuple(sorted(symbols, key=str)),
        tuple(sorted(free, key=lambda i: i.token)),
        about,
        domains,
    )


def atoms_of(value: Expr) -> frozenset[Any]:
    """Every atom, at every depth."""
    found: set[Any] = set()
    for term in value.terms:
        for atom, _ in term.atoms:
            found.add(atom)
            found |= frozenset[Any]().union(*(atoms_of(p) for p in atom.parts))
    return frozenset(found)


def places_of(atom: Any) -> list[Any]:
    """The affine places in an atom."""
    slots = (*getattr(atom, "indices", ()), getattr(atom, "place", None), getattr(atom, "at", None))
    return [s for s in slots if hasattr(s, "sizes")]
