"""Where a relation in one variable holds: intervals whose ends are exact, or enclosed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flint import ctx
from sympy import I, Integer, Symbol, nan, oo, zoo

from symgrad.core import REALS, Domain, Status, UnsupportedError
from symgrad.functions import D
from symgrad.prover.pieces import HOLDS, between, cut, resolved
from symgrad.prover.prove import prove
from symgrad.prover.ranges import one_variable
from symgrad.prover.taylor import PRECISION, constant, sign
from symgrad.prover.zeros import Point, point, rational, same, simplest, zeros

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Part:
    """An interval, possibly of one point; an end of None is infinite."""

    left: Point | None
    right: Point | None
    left_in: bool
    right_in: bool


@dataclass(frozen=True, slots=True)
class Region:
    """Where a relation holds, from left to right, within `domain`."""

    parts: tuple[Part, ...]
    domain: Domain
    everywhere: bool

    def outside(self) -> Iterator[Any]:
        """Exact points at which it does not hold: ends that are left out, and a rational in every gap."""
        low, high = (None if e is None else point(e) for e in (self.domain.lower, self.domain.upper))
        edges = [low, *(e for p in self.parts for e in (p.left, p.right)), high]
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            for end in (left, right):
                if end is not None and end.exact is not None:
                    yield end.exact
            if left is None or right is None:
                yield rational(between(left, right))
            elif left.upper < right.lower:
                quarter = (right.lower - left.upper) / 4
                yield rational(simplest(left.upper + quarter, right.lower - quarter))

    def beyond(self, at: Any) -> Any:
        """A rational number beyond every end that is finite, on the way to oo or -oo."""
        ends = [e for p in self.parts for e in (p.left, p.right) if e is not None]
        if at is oo:
            return max((int(e.upper.ceil()) for e in ends), default=0) + Integer(1)
        return min((int(e.lower.floor()) for e in ends), default=0) - Integer(1)


def carried(expr: Any, variable: Symbol) -> Any:
    """The expression with its derivatives carried out; each is proved, away from kinks."""
    for part in sorted(expr.atoms(D), key=str):
        done = part.doit()
        if done.has(D) or prove(part, done).status not in {Status.PROVED, Status.PROVED_EXCEPT}:
            raise UnsupportedError(f"the derivative {part} could not be carried out and proved")
        expr = expr.xreplace({part: done})
    return one_variable(expr, variable)


def kinks(expr: Any, variable: Symbol) -> list[Point]:
    """The points at which a derivative in the expression has no value."""
    found = []
    for part in expr.atoms(D):
        verdict = prove(part, part.doit())
        found += [point(dict(w.point)[variable]) for w in verdict.exceptions if w.left == "undefined"]
    return found


def where_holds(relation: Any, variable: Symbol, domain: Domain = REALS) -> Region:
    """All values of the variable for which a relation is true; raises UnsupportedError where that is not settled."""
    difference = carried(relation.lhs - relation.rhs, variable)
    holds = HOLDS[type(relation)]
    missing = kinks(relation, variable)
    with ctx.workprec(PRECISION):
        cells = list(signs(difference, variable, domain))
    told = [(left, right, s is not None and holds(s) and not lost(left, right, missing)) for left, right, s in cells]
    return Region(tuple(joined(told)), domain, all(ok for *_, ok in told))


def lost(left: Point | None, right: Point | None, missing: list[Point]) -> bool:
    """Whether a cell is a point at which a side has no value."""
    return left is not None and left is right and any(same(left, m) for m in missing)


Cell = tuple[Point | None, Point | None, int | None]


def signs(function: Any, variable: Symbol, domain: Domain) -> Iterator[Cell]:
    """The line cut into points and open intervals, each with the function's sign; None where it has no value."""
    pieces = cut(function, variable, domain)
    if not domain.lower_open and pieces[0].left:
        yield pieces[0].left, pieces[0].left, value(function, variable, pieces[0].left)
    for n, piece in enumerate(pieces):
        if n and piece.left:
            yield piece.left, piece.left, value(function, variable, piece.left)
        inner = zeros(piece.expr, variable, piece.left, piece.right)
        ends = [piece.left, *(inner or ()), piece.right]
        for m, (left, right) in enumerate(pairwise(ends)):
            if m and left is not None:
                yield left, left, 0
            yield left, right, 0 if inner is None else at(piece.expr, variable, rational(between(left, right)))
    last = pieces[-1].right
    if not domain.upper_open and last:
        yield last, last, value(function, variable, last)


def at(expr: Any, variable: Symbol, q: Any) -> int:
    """The sign at a rational number."""
    found = sign(expr.xreplace({variable: q}))
    if found is None:
        raise UnsupportedError(f"the sign of {expr} at {q} could not be settled")
    return found


def value(function: Any, variable: Symbol, end: Point) -> int | None:
    """The sign at an end of a piece, None where there is no value."""
    if end.exact is None:
        raise UnsupportedError(f"the sign near {end.lower}, a point without a closed form, could not be settled")
    found = resolved(function, variable, end.exact).xreplace({variable: end.exact})
    if found.has(nan, zoo, oo, I) or not constant(found, PRECISION).is_finite():
        return None
    return at(found, variable, end.exact)


def joined(cells: list[tuple[Point | None, Point | None, bool]]) -> Iterator[Part]:
    """Neighbouring cells on which the relation holds, as intervals."""
    run: list[tuple[Point | None, Point | None]] = []
    for left, right, ok in [*cells, (None, None, False)]:
        if ok:
            run.append((left, right))
        elif run:
            (first, first_right), (last_left, last) = run[0], run[-1]
            yield Part(first, last, first is not None and first is first_right, last is not None and last is last_left)
            run = []
