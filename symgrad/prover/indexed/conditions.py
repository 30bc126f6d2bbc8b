"""The conditions that a verdict lists: all under which both sides have a value, less those that hold always."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from symgrad.indexed import Delta, Expr, Fact, Place, Power, Ref, Where, one, using
from symgrad.indexed.bounds import Bounds
from symgrad.indexed.conditions import (
    NOT_NEGATIVE,
    NOT_ZERO,
    POSITIVE,
    SIGNS,
    Condition,
    conditions_of,
    distinct,
)
from symgrad.indexed.expr import never_negative
from symgrad.indexed.samples import atoms_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from symgrad.core import Domain


@dataclass(frozen=True, slots=True)
class Needs:
    """What is left to be listed, and the assumed facts by which others hold; `never` is one that nothing satisfies."""

    listed: tuple[Condition, ...]
    never: Condition | None = None
    facts: tuple[Fact, ...] = ()


def needs(sides: Iterable[Expr], facts: Sequence[Fact], domains: Mapping[Any, Domain]) -> Needs:
    """The conditions of some expressions. Assumed `facts` may show that one always holds, or never."""
    written = tuple(sides)
    found = distinct(c for s in written for c in known(s, s.risky))
    bounds, assumed = Bounds(domains), tuple(f for f in facts if f.assumed)
    listed: list[Condition] = []
    used: dict[Fact, None] = {}
    guarded = any(isinstance(a, Where | Delta) for s in written for a in within(s)) if found else False
    for condition in (c for f in found for c in split(f)):
        answer, by = holds(condition, assumed, bounds)
        used |= dict.fromkeys(by)
        if answer is False or (not guarded and leaves(condition)):
            return Needs((), condition)
        if answer is None:
            listed.append(condition)
    return Needs(distinct(listed), facts=tuple(used))


@lru_cache(maxsize=4096)
def known(value: Expr, lost: Any) -> tuple[Condition, ...]:  # noqa: ARG001 - it tells apart what equality does not
    """The conditions of an expression as it is written, worked out once."""
    return conditions_of(value)


def within(value: Expr) -> Iterator[Any]:
    """The atoms of an expression and of all names in it."""
    yield from atoms_of(value)
    for tensor in value.reach:
        if tensor.body is not None:
            yield from atoms_of(tensor.body[1])


def split(condition: Condition) -> Iterator[Condition]:
    """A condition on a product as one on each factor; signs that do not matter left out."""
    value, relation = condition.expr, condition.relation
    match value.terms:
        case (term,) if relation in SIGNS and not term.bound and term.atoms:
            yield from of_product(condition, term)
        case _ if relation == POSITIVE and never_negative(value):
            yield Condition(value, NOT_ZERO)
        case (first, *_) if relation == NOT_ZERO and first.coefficient < 0:
            yield Condition(-value, NOT_ZERO)
        case _:
            yield condition


def of_product(condition: Condition, term: Any) -> Iterator[Condition]:
    """As above, for one product."""
    relation = condition.relation
    odd = [(a, e) for a, e in term.atoms if e.denominator == 1 and e % 2]
    if relation == NOT_ZERO or (relation == POSITIVE and not odd and term.coefficient > 0):
        for a, _ in term.atoms:
            yield from split_atom(a, NOT_ZERO)
    elif len(odd) == 1 and term.coefficient > 0:
        yield from split_atom(odd[0][0], relation)
        if relation == POSITIVE:
            for a, e in term.atoms:
                yield from split_atom(a, NOT_ZERO) if (a, e) != odd[0] else ()
    elif odd or term.coefficient < 0:
        yield condition


def split_atom(atom: Any, relation: str) -> Iterator[Condition]:
    """A condition on one factor, brackets opened."""
    if isinstance(atom, Power):
        yield from split(Condition(atom.base, relation))
    else:
        yield Condition(one(atom), relation)


def holds(condition: Condition, facts: tuple[Fact, ...], bounds: Bounds) -> tuple[bool | None, tuple[Fact, ...]]:
    """Whether a condition holds always or never, and the facts by which; None where that depends."""
    if condition.relation not in SIGNS:
        return None, ()
    plain = signed(condition.expr, condition.relation, bounds)
    if plain is not None or not facts:
        return plain, ()
    value, used = using(condition.expr, facts)
    answer = signed(value, condition.relation, bounds)
    return answer, used if answer is not None else ()


def signed(value: Expr, relation: str, bounds: Bounds) -> bool | None:
    """Whether an expression has a sign always or never, by its form; None where that depends."""
    above, below = bounds.positive(value), bounds.positive(-value)
    if above or (relation == NOT_ZERO and below) or (relation == NOT_NEGATIVE and bounds.not_negative(value)):
        return True
    low, high = bounds.not_negative(value), bounds.not_negative(-value)
    if below or (relation == POSITIVE and high) or (relation == NOT_ZERO and low and high):
        return False
    return None


def leaves(condition: Condition) -> bool:
    """Whether it asks that an entry is not 0 which lies outside its tensor's shape, and is 0, for some index."""
    match condition.expr.terms:
        case (term,) if condition.relation in {NOT_ZERO, POSITIVE} and len(term.atoms) == 1 and not term.bound:
            atom, _ = term.atoms[0]
            places = zip(atom.indices, atom.tensor.dims, strict=True) if isinstance(atom, Ref) else ()
            return any(isinstance(p, Place) and outside(p, d) for p, d in places)
    return False


def outside(place: Place, dim: Any) -> bool:
    """Whether a place lies outside 0..dim-1 for some value of its indices, at all sizes."""
    for sign, reach in ((1, {dim: -1}), (-1, {})):
        constant = sign * place.constant - (sign < 0)
        sizes: dict[Any, int] = dict(reach)
        for i, c in place.parts:
            if sign * c > 0:
                sizes[i.dim] = sizes.get(i.dim, 0) + sign * c
                constant -= sign * c
        for d, c in place.sizes:
            sizes[d] = sizes.get(d, 0) + sign * c
        if all(c >= 0 for c in sizes.values()) and constant + sum(sizes.values()) >= 0:
            return True
    return False
