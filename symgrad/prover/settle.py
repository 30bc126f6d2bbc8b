"""One region at a time: what the two sides are there, or how the region must be split first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from symgrad.core import UnsupportedError
from symgrad.prover.angles import no_angle
from symgrad.prover.field import Frac, Split, StuckError, UndefinedHere
from symgrad.prover.lemmas import interval, pieces
from symgrad.prover.region import Fork, Region, fork
from symgrad.prover.scalar import ONE, neg, sub, sym
from symgrad.prover.tower import Tower, grow
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.prover.statement import Statement

EMPTY, EXCLUDED, UNDEFINED, PROVED = "empty", "excluded", "undefined", "proved"
DIFFERENT, LEFT_UNDEFINED, RIGHT_UNDEFINED, STUCK = "different", "left undefined", "right undefined", "stuck"
DIFFER = frozenset({DIFFERENT, LEFT_UNDEFINED, RIGHT_UNDEFINED})


@dataclass(slots=True)
class Leaf:
    """A region that needs no further split. `values`: the two normal forms, where both exist."""

    region: Region
    kind: str
    why: str = ""
    tower: Tower | None = None
    values: tuple[Frac | None, Frac | None] = (None, None)
    proof: Any = None  # of emptiness
    search: Any = None  # where a point of it that matters is looked for


@dataclass(slots=True)
class Branch:
    """A region that was split; `parts` are in the order of `Fork.sides`."""

    region: Region
    fork: Fork
    tower: Tower
    parts: list[Branch | Leaf] = field(default_factory=list)


def examine(statement: Statement, region: Region, kernel: Any, tick: Callable[[], None]) -> Leaf | Branch:
    """The region as a leaf, or as a branch whose parts are still to be examined."""
    found: list[Leaf | Branch] = []
    try:
        use = partial(_look, statement, region)
        grow(lambda t: found.append(use(t)), region.premises, dict(region.bindings), kernel, tick, lemmas=region.lemmas)
    except UndefinedHere as error:  # a premise without a value does not hold
        return Leaf(region, EMPTY, message("a condition has no value there: {why}", why=error.told), error.tower)
    except Split:
        return Leaf(region, STUCK, "the sign of a part of a condition is not known")
    except (StuckError, UnsupportedError) as error:
        return Leaf(region, STUCK, error.told)
    except RecursionError:
        return Leaf(region, STUCK, "the expression is nested too deeply")
    part = found[-1]
    return part if isinstance(part, Leaf) or part.fork.shape else _studied(statement, part, kernel, tick)


def _studied(statement: Statement, branch: Branch, kernel: Any, tick: Callable[[], None]) -> Leaf | Branch:
    """A region split at the zeros of a function of one variable, or not at all where it has one sign."""
    of, region = branch.fork.node, branch.region
    if len(of.free) != 1:
        return branch
    (name,) = of.free
    found = pieces(of, name, interval(branch.tower, name), tick)
    new = [p.lemma for p in found if p.lemma is not None and p.lemma not in region.lemmas]
    region = replace(region, lemmas=(*region.lemmas, *new))
    if len(found) == 1 and new:
        return examine(statement, region, kernel, tick)
    cut = found[0].ends[1] if len(found) > 1 else None
    if cut is None:
        return branch
    at = Fork(sub(sym(name), cut), nonzero=False, name=name, shape=(ONE, neg(cut)))
    bindings = dict(region.bindings)
    tower = grow(lambda t: t.value(at.node), region.premises, bindings, kernel, tick, lemmas=region.lemmas)
    return Branch(region, at, tower)


def _look(statement: Statement, region: Region, tower: Tower) -> Leaf | Branch:
    try:
        return _compare(statement, region, tower)
    except Split as split:
        return Branch(region, fork(tower, split.poly, nonzero=split.nonzero), tower)


def _compare(statement: Statement, region: Region, tower: Tower) -> Leaf:
    contradiction = tower.contradiction()
    if contradiction is not None:
        return Leaf(region, EMPTY, "its conditions contradict one another", tower, proof=contradiction)
    if statement.assumption is not ONE and not _assumed(statement, tower):
        return Leaf(region, EXCLUDED, "the assumption does not hold", tower)
    left, no_left = _side(tower, statement.left)
    right, no_right = _side(tower, statement.right)
    values = (left, right)
    if left is None and right is None:
        return Leaf(region, UNDEFINED, no_left, tower, values)
    if left is None or right is None:
        kind, why = (LEFT_UNDEFINED, no_left) if left is None else (RIGHT_UNDEFINED, no_right)
        return Leaf(region, kind, why, tower, values)
    difference = tower.sub(left, right)
    zero = tower.k.is_zero(difference[0]) or no_angle(tower, difference)
    return Leaf(region, PROVED if zero else DIFFERENT, "", tower, values)


def _assumed(statement: Statement, tower: Tower) -> bool:
    value, _ = _side(tower, statement.assumption)
    return value is not None and not tower.k.is_zero(value[0])


def _side(tower: Tower, node: Any) -> tuple[Frac | None, str]:
    try:
        return tower.value(node), ""
    except UndefinedHere as error:
        return None, error.told
