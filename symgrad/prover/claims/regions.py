"""Where a relation in one variable holds: intervals whose ends are exact, or enclosed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from flint import arb, ctx, fmpq
from sympy import AccumBounds, Eq, Integer, Pow, Rational, Symbol, Tuple, oo
from sympy.core.relational import Relational

from symgrad.core import REALS, Domain, Status, UnsupportedError
from symgrad.functions import D
from symgrad.prover.balls import Balls, Undecided, Undefined, precision
from symgrad.prover.conventions import plain, truth
from symgrad.prover.named import Named, written_out
from symgrad.prover.pieces import HOLDS, SWITCHES, between, cut, jumping, resolved
from symgrad.prover.prove import prove
from symgrad.prover.reading import Reader
from symgrad.prover.relations import carried
from symgrad.prover.taylor import PRECISION, sign
from symgrad.prover.zeros import Point, point, rational, same, simplest, within_box, zeros

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.prover.pieces import Piece


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

    def places(self) -> list[Any]:
        """An exact point of each interval, None for a single point without a closed form."""
        return [p.left.exact if p.left and p.left is p.right else amid(p.left, p.right) for p in self.parts]

    def outside(self) -> Iterator[Any]:
        """Exact points at which it does not hold: ends that are left out, and a rational in every gap."""
        low, high = (None if e is None else point(e) for e in (self.domain.lower, self.domain.upper))
        edges = [low, *(e for p in self.parts for e in (p.left, p.right)), high]
        for left, right in zip(edges[::2], edges[1::2], strict=True):
            for end in (left, right):
                if end is not None and end.exact is not None:
                    yield end.exact
            if left is None or right is None or left.upper < right.lower:
                yield amid(left, right)

    def beyond(self, at: Any) -> Any:
        """A rational number beyond every end that is finite, on the way to oo or -oo."""
        ends = [e for p in self.parts for e in (p.left, p.right) if e is not None]
        if at is oo:
            return max((int(e.upper.ceil()) for e in ends), default=0) + Integer(1)
        return min((int(e.lower.floor()) for e in ends), default=0) - Integer(1)


def amid(left: Point | None, right: Point | None) -> Any:
    """A short rational number strictly between two points."""
    if left is None or right is None:
        return rational(between(left, right))
    quarter = (right.lower - left.upper) / 4
    return rational(simplest(left.upper + quarter, right.lower - quarter))


def kinks(expr: Any, variable: Symbol) -> list[Point]:
    """The points at which a derivative in the expression has no value."""
    found = []
    for part in expr.atoms(D):
        for w in prove(written_out(part), written_out(part.doit())).exceptions:
            if w.where is not None:
                raise UnsupportedError("where {part} has no value could not be listed", part=part)
            found += [place_of(dict(w.point)[variable])] if w.left == "undefined" else []
    return found


def place_of(value: Any) -> Point:
    """A coordinate of a witness as a point."""
    if not isinstance(value, AccumBounds):
        return point(value)
    low, high = (fmpq(int(end.p), int(end.q)) for end in (value.min, value.max))
    return Point(low, high)


@dataclass(frozen=True, slots=True)
class Chart:
    """Where a relation in one variable holds, where it fails, and where a side has no value."""

    holds: Region
    fails: Region
    missing: Region


def chart(relation: Any, variable: Symbol, domain: Domain = REALS) -> Chart:
    """All values of the variable, by what becomes of a relation; raises UnsupportedError where that is not settled."""
    both = Tuple(*(carried(side, variable) for side in relation.args))
    holds = HOLDS[type(relation)]
    with ctx.workprec(PRECISION):
        cells = list(signs(both, variable, domain))
        for missing in kinks(relation, variable):
            cells = [part for cell in cells for part in without(cell, missing)]
    told = [(left, right, None if s is None else bool(holds(s))) for left, right, s in cells]
    return Chart(
        *(
            Region(
                tuple(joined([(left, right, ok is wanted) for left, right, ok in told])),
                domain,
                all(ok is wanted for *_, ok in told),
            )
            for wanted in (True, False, None)
        )
    )


def where_holds(relation: Any, variable: Symbol, domain: Domain = REALS) -> Region:
    """All values of the variable for which a relation is true; raises UnsupportedError where that is not settled."""
    return chart(relation, variable, domain).holds


Cell = tuple[Point | None, Point | None, int | None]


def without(cell: Cell, missing: Point) -> Iterator[Cell]:
    """A cell with a point taken out at which a side has no value."""
    left, right, found = cell
    if left is not None and left is right:
        yield left, right, None if same(left, missing) else found
        return
    ends = [e for e in (left, right) if e is not None]
    apart = not any(same(e, missing) for e in ends)
    if apart and (left is None or left < missing) and (right is None or missing < right):
        yield from ((left, missing, found), (missing, missing, None), (missing, right, found))
    else:
        yield cell


def signs(both: Any, variable: Symbol, domain: Domain) -> Iterator[Cell]:
    """The line cut into points and open intervals, each with the sign of left - right; None where one has no value.

    The two sides are cut together, but valued each by itself: what cancels in their difference may have no value.
    """
    pieces = cut(both, variable, domain)
    if not domain.lower_open and pieces[0].left:
        yield pieces[0].left, pieces[0].left, value(both, pieces[0], variable, pieces[0].left)
    for n, piece in enumerate(pieces):
        if n and piece.left:
            yield piece.left, piece.left, value(both, piece, variable, piece.left)
        yield from inside(both, piece, variable)
    last = pieces[-1].right
    if not domain.upper_open and last:
        yield last, last, value(both, pieces[-1], variable, last)


def inside(both: Any, piece: Piece, variable: Symbol) -> Iterator[Cell]:
    """The signs on a piece, between its ends: where a side has a value at one point it has one at all of them."""
    if scattered(both, variable, piece.inner):
        raise UnsupportedError("a power of a negative number has values at whole exponents only: z^z at z = -1")
    if not valued(both, variable, piece.inner):
        yield piece.left, piece.right, None
        return
    difference = piece.expr[0] - piece.expr[1]
    inner = zeros(difference, variable, piece.left, piece.right)
    ends = [piece.left, *(inner or ()), piece.right]
    for m, (left, right) in enumerate(pairwise(ends)):
        if m and left is not None:
            yield left, left, 0
        yield left, right, 0 if inner is None else at(difference, variable, rational(between(left, right)))


def scattered(both: Any, variable: Symbol, q: Any) -> bool:
    """Whether a negative number is raised to what varies, about a number: that has values at single points."""
    powers = (p for p in both.atoms(Pow) if variable in p.exp.free_symbols)
    moving = (p.base for p in powers if variable in resolved(p.exp, variable, q).free_symbols)
    return any(at(resolved(base, variable, q), variable, q) < 0 for base in moving)


def at(expr: Any, variable: Symbol, q: Any) -> int:
    """The sign at a rational number."""
    found = sign(expr.xreplace({variable: q}))
    if found is None:
        raise UnsupportedError("the sign of {expr} at {q} could not be settled", expr=expr, q=q)
    return found


def valued(both: Any, variable: Symbol, q: Any) -> bool:
    """Whether both sides have a real value at an exact number: by balls, or by a proof where these are too wide."""
    reader = Reader()
    nodes = [reader.read(plain(side)) for side in both]
    try:
        with precision(PRECISION):
            place = at_point(both, reader, {variable: q})
            for node in nodes:
                place.value(node)
    except Undefined:
        return False
    except Undecided:
        found = [prove(Pow(side, 0, evaluate=False), 1, assuming=Eq(variable, q)).status for side in both]
    else:
        return True
    if Status.UNKNOWN in found:
        raise UnsupportedError("whether there is a value at {q} could not be settled", q=q) from None
    return all(status is Status.PROVED for status in found)


def at_point(both: Any, reader: Reader, values: dict[Any, Any]) -> Balls:
    """Balls for exact values, and for the numbers that have a letter."""
    known = values | {n: n.value for n in both.atoms(Named)}
    return Balls({reader.name(x): Balls({}).value(Reader().read(q)) for x, q in known.items()})


def value(both: Any, piece: Piece, variable: Symbol, end: Point) -> int | None:
    """The sign at an end of a piece, None where there is no value."""
    if end.exact is None:
        return nearby(both, piece, variable, end)
    if not valued(both, variable, end.exact):
        return None
    left, right = resolved(both, variable, end.exact)
    return at(left - right, variable, end.exact)


def nearby(both: Any, piece: Piece, variable: Symbol, end: Point) -> int:
    """The sign all over the enclosure of an end of a piece without a closed form; the sides must not jump there."""
    jumps = list(jumping(both, variable))
    try:
        with precision(PRECISION):
            *gaps, left, right = (over(expr, variable, end) for expr in (*jumps, *piece.expr))
    except (Undecided, Undefined):
        gaps, left, right = [], arb(0), arb(0)
    if any(gap.contains(0) for gap in gaps) or left.overlaps(right):
        raise UnsupportedError(
            "the sign near {end}, a point without a closed form, could not be settled", end=end.lower
        )
    return 1 if left > right else -1


def over(expr: Any, variable: Symbol, end: Point) -> arb:
    """The values of an expression over the enclosure of a point."""
    reader = Reader()
    node = reader.read(plain(expr))
    place = at_point(expr, reader, {})
    place.point[reader.name(variable)] = end.ball
    return place.value(node)


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


def overlaid(one: Region, other: Region) -> Iterator[tuple[Any, bool, bool]]:
    """Two regions over one domain, cut at the ends of both: an exact point of each cell, and whether each has the cell.

    None stands for a point without a closed form.
    """
    ends: list[Point] = []
    for p in (e for region in (one, other) for part in region.parts for e in (part.left, part.right)):
        if p is not None and not any(same(p, q) for q in ends):
            ends.append(p)
    ends.sort()
    for n, (left, right) in enumerate(pairwise([None, *ends, None])):
        yield amid(left, right), *(has(region, ends, 2 * n) for region in (one, other))
        if right is not None:
            yield right.exact, *(has(region, ends, 2 * n + 1) for region in (one, other))


def has(region: Region, ends: list[Point], cell: int) -> bool:
    """Whether a cell belongs to a region: the gap before end number n is cell 2n, the end itself cell 2n + 1."""

    def place(p: Point) -> int:
        return 2 * next(n for n, q in enumerate(ends) if same(p, q)) + 1

    for part in region.parts:
        low = -1 if part.left is None else place(part.left) + (not part.left_in)
        high = 2 * len(ends) if part.right is None else place(part.right) - (not part.right_in)
        if low <= cell <= high:
            return True
    return False


def named_by(region: Region, other: Region, relation: Any) -> Region:
    """A region with its enclosed ends named by ends of another one, where the two sides are proved equal at these.

    Without case distinctions an enclosed end is a zero of the difference of the sides, the only one in its box. So
    another zero inside the box is the same.
    """
    if relation.has(*SWITCHES):
        return region
    known = [p for part in other.parts for p in (part.left, part.right) if p is not None and p.exact is not None]

    def renamed(end: Point | None) -> Point | None:
        if end is None or end.exact is not None:
            return end
        inside = (p for p in known if within_box(p.exact, end.lower, end.upper))
        return next((p for p in inside if equal_at(relation, p.exact)), end)

    return replace(region, parts=tuple(replace(p, left=renamed(p.left), right=renamed(p.right)) for p in region.parts))


def equal_at(relation: Any, place: Any) -> bool:
    """Whether the sides of a relation in one variable are proved equal at a number."""
    (x,) = relation.free_symbols
    left, right = (carried(side, x).xreplace({x: place}) for side in relation.args)
    return prove(left, right).proved


def where_true(condition: Any, variable: Symbol, domain: Domain) -> Region:
    """Where a condition holds, which may be put together from relations."""
    if isinstance(condition, Relational):
        return where_holds(condition, variable, domain)
    return where_holds(Eq(truth(condition), 1, evaluate=False), variable, domain)


def begins(end: Point | None, digits: str | None) -> bool:
    """Whether an end has these decimals, the rest being cut off."""
    if end is None or digits is None:
        return end is None and digits is None
    q, unit = Rational(digits), Rational(1, 10 ** len(digits.partition(".")[2]))
    low, high = rational(end.lower), rational(end.upper)
    if digits.startswith("-"):
        low, high, q = -high, -low, -q
    return bool(q <= low and high < q + unit)
