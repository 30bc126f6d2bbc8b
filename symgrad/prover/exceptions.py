"""Where two sides that are equal elsewhere are not: points and curves told exactly, or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import And, Eq, Ge, Gt, Ne

from symgrad.core import Status, SymgradError
from symgrad.prover.emptiness import fraction, misses, resolved, roots_of
from symgrad.prover.points import Enclosure, unbound
from symgrad.prover.writing import to_sympy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.core import Verdict, Witness
    from symgrad.prover.settle import Leaf

    Failing = tuple[Leaf, Witness]

RELATIONS: dict[str, Any] = {">": Gt, ">=": Ge, "=": Eq, "!=": Ne}


def every_point(differing: Sequence[Failing]) -> tuple[Witness, ...]:
    """A witness for each point, or each curve with its equation, that a proof excepts; none if not all are known."""
    found: list[Witness] = []
    for leaf, witness in differing:
        listed = roots(leaf) if unbound(leaf.region) else [replace(witness, where=where(leaf))]
        if not listed:
            return ()
        found += listed
    return tuple(found)


def alike(leaf: Leaf, witness: Witness) -> list[Witness]:
    """The points of a region that are like a witness: each of them where they are few, else it with the condition."""
    return (roots(leaf) if unbound(leaf.region) else []) or [replace(witness, where=where(leaf))]


def thinly(verdict: Verdict) -> bool:
    """Whether two sides are proved equal but on points and curves: sets without interior."""
    if verdict.status is Status.DOMAIN_MISMATCH:
        return all(
            w.where is None or any(isinstance(p, Eq) for p in And.make_args(w.where)) for w in verdict.exceptions
        )
    return verdict.status in {Status.PROVED, Status.PROVED_EXCEPT}


def where(leaf: Leaf) -> Any:
    """The condition on the points of a region at which the sides differ; None where it is one point."""
    statement, region = leaf.search.statement, leaf.region
    if set(statement.names) == set(dict(region.bindings)):
        return None
    return And(*_parts(leaf), *_apart(leaf))


def _parts(leaf: Leaf) -> Iterator[Any]:
    """The splits that led to a region, solved where they can be; not what the statement itself demands."""
    statement, region = leaf.search.statement, leaf.region
    shown = statement.symbols
    for name, value in region.bindings:
        yield _equation(shown[name], to_sympy(resolved(value, region), shown))
    for node, rel in region.premises:
        if node not in region.solved and (node, rel) not in statement.premises:
            yield RELATIONS[rel](to_sympy(resolved(node, region), shown), 0).canonical


def _equation(symbol: Any, value: Any) -> Any:
    """A symbol by its value; of two symbols the parameter, which comes first in the alphabet, is the value."""
    return Eq(value, symbol) if value.is_Symbol and str(value) > str(symbol) else Eq(symbol, value)


def _apart(leaf: Leaf) -> Iterator[Any]:
    """What must not be 0 for two values to differ, if they have not one sign all over the region."""
    one, other = leaf.values
    if leaf.tower is None or one is None or other is None:
        return
    gap = leaf.tower.sub(one, other)
    if not leaf.tower.sign_of(gap):
        yield Ne(to_sympy(leaf.tower.fraction_node(gap), leaf.search.statement.symbols), 0).canonical


def roots(leaf: Leaf) -> list[Witness]:
    """A witness at every zero of the equation that a region in one variable rests on; none if not all are known."""
    names, equations = leaf.search.statement.names, unbound(leaf.region)
    if len(names) != 1 or leaf.region.bindings or len(equations) != 1:
        return []
    try:
        zeros = roots_of(leaf.region, equations, names[0])
    except (SymgradError, ArithmeticError, ValueError):
        return []
    found = []
    for zero in zeros:
        if misses(leaf.region, zero, names[0]):
            continue
        low, high = fraction(zero.lower), fraction(zero.upper)
        place = low if low == high else Enclosure(low, high)
        witness = leaf.search.at_root(leaf, {names[0]: place}, zero.exact)
        if witness is None:
            return []
        found.append(witness)
    return found
