"""The exact prover: normal forms decide, balls refute, and what neither settles is UNKNOWN.

The order: equal as they stand; a few exact points; then regions, the open ones first, then the kinks.
PROVED_EXCEPT: equal in every open region, but on a kink (a set without interior) the values differ or one side
has none. A difference on a kink where both sides have a value, and no derivative is being taken, refutes: the
statement is then simply false there. DOMAIN_MISMATCH: equal wherever both sides have values, but on an open set
only one of them has. VACUOUS: the assumptions hold nowhere, or neither side has a value anywhere.
"""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, Any

from sympy import AccumBounds, Rational, true

from symgrad.core import Status, UnsupportedError, Verdict, Witness
from symgrad.prover.balls import DEEP, PRECISIONS, Balls, Undecided, Undefined, precision
from symgrad.prover.certificate import certificate, conditions, identical
from symgrad.prover.emptiness import empty
from symgrad.prover.kernel import Flint
from symgrad.prover.points import Enclosure, Point, complete, points
from symgrad.prover.region import Region
from symgrad.prover.scalar import ONE, Node, num, substitute
from symgrad.prover.settle import (
    DIFFERENT,
    EMPTY,
    EXCLUDED,
    LEFT_UNDEFINED,
    PROVED,
    RIGHT_UNDEFINED,
    STUCK,
    UNDEFINED,
    Branch,
    Leaf,
    examine,
)
from symgrad.prover.statement import Statement, read_statement
from symgrad.prover.writing import to_sympy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from flint import arb

    from symgrad.core import Let, Step, Variable

REGIONS = 600
QUICK_POINTS = 4
DIGITS = 25


class TimeIsUp(Exception):  # noqa: N818 - a signal, not an error
    """The time limit has been reached."""


def prove(
    left: Any,
    right: Any,
    *,
    variables: Sequence[Variable] = (),
    lets: Sequence[Let] = (),
    assuming: Any = true,
    seconds: float = 20.0,
    kernel: Any = Flint,
) -> Verdict:
    """Whether left = right for all values of the variables in their domains that satisfy `assuming`.

    Symbols not listed range over R (over the positive numbers if SymPy was told so). `lets` are looked through.
    """
    try:
        statement = read_statement(left, right, variables, lets, assuming)
    except UnsupportedError as error:
        return Verdict(Status.UNKNOWN, reason=str(error))
    except RecursionError:
        return Verdict(Status.UNKNOWN, reason="the expression is nested too deeply; name its parts with lets")
    return Prover(statement, kernel, seconds).verdict()


def prove_step(
    step: Step, variables: Sequence[Variable] = (), lets: Sequence[Let] = (), seconds: float = 20.0
) -> Verdict:
    """Whether a step holds wherever its `given` does."""
    return prove(step.before, step.after, variables=variables, lets=lets, assuming=step.given, seconds=seconds)


class Prover:
    """The work on one statement."""

    def __init__(self, statement: Statement, kernel: Any, seconds: float) -> None:
        self.statement, self.kernel = statement, kernel
        self.end = time.monotonic() + seconds
        self.rng = Random(7)  # noqa: S311 - sample points, no secrets
        self.leaves: list[Leaf] = []
        self.trees: list[Branch | Leaf] = []

    def tick(self) -> None:
        """Raise when the time is up."""
        if time.monotonic() > self.end:
            raise TimeIsUp

    def verdict(self) -> Verdict:
        """The answer."""
        try:
            return self._verdict()
        except TimeIsUp:
            return Verdict(Status.UNKNOWN, reason="the time limit was reached")
        except UnsupportedError as error:
            return Verdict(Status.UNKNOWN, reason=str(error))
        except RecursionError:
            return Verdict(Status.UNKNOWN, reason="the expression is nested too deeply; name its parts with lets")

    def _verdict(self) -> Verdict:
        s = self.statement
        if s.left is s.right:
            return Verdict(Status.PROVED, "the two sides are the same expression", certificate=identical(s))
        for case in s.cases:
            found = self._quick(case)
            if found:
                return Verdict(Status.REFUTED, "values at a point", witness=found)
        for case in s.cases:
            self.trees.append(self._tree(Region(s.premises, case)))
        return self._judge()

    # ---------------------------------------------------------------- quick points

    def _quick(self, case: tuple[tuple[str, Node], ...]) -> Witness | None:
        region, good = Region(self.statement.premises, case), 0
        for point in points(region, self.statement.names, self.statement.ranges, self.rng, 3 * QUICK_POINTS, self.tick):
            found = self._compare_at(point, case, PRECISIONS[:2], open_only=True)
            if found is not None:
                return found
            good += 1
            if good >= QUICK_POINTS:
                break
        return None

    def _compare_at(
        self,
        point: Point,
        bindings: Any,
        bits: tuple[int, ...],
        *,
        open_only: bool = False,
        sides: Any = None,
    ) -> Witness | None:
        """A witness if balls show that the sides differ at the point."""
        left, right = sides or (self.statement.left, self.statement.right)
        for b in bits:
            self.tick()
            with precision(b):
                try:
                    balls = Balls(complete(point, bindings))
                    if (
                        sides is None
                        and self.statement.assumption is not ONE
                        and not balls.value(self.statement.assumption) == 1
                    ):
                        return None
                    x, y = balls.value(left), balls.value(right)
                except Undecided:
                    continue
                except (Undefined, UnsupportedError):
                    return None
                if open_only and balls.on_kink:
                    return None
                if not x.overlaps(y):
                    return self._witness(point, bindings, ball_text(x, y), ball_text(y, x))
        return None

    def _witness(self, point: Point, bindings: Any, left: str, right: str) -> Witness:
        full: dict[str, Node] = {name: num(x) for name, x in point.items() if not isinstance(x, Enclosure)}
        for name, node in reversed(bindings):
            full[name] = substitute(node, full)
        shown = self.statement.symbols
        values = {n: to_sympy(x, shown) for n, x in full.items()}
        values |= {
            n: AccumBounds(*map(_rational, (x.low, x.high))) for n, x in point.items() if isinstance(x, Enclosure)
        }
        return Witness(tuple((shown[n], values[n]) for n in sorted(values) if n in shown), left, right)

    # --------------------------------------------------------------------- regions

    def _tree(self, root: Region) -> Branch | Leaf:
        """The region split until every part is a leaf; open parts before kinks."""
        top: list[Branch | Leaf] = []
        waiting: list[tuple[Region, list[Branch | Leaf], int]] = [(root, top, 0)]
        count = 0
        while waiting:
            waiting.sort(key=lambda w: -w[0].codimension)
            region, siblings, place = waiting.pop()
            count += 1
            self.tick()
            found = (
                examine(self.statement, region, self.kernel, self.tick)
                if count <= REGIONS
                else Leaf(region, STUCK, "too many regions")
            )
            if siblings is top:
                top.append(found)
            else:
                siblings[place] = found
            if isinstance(found, Leaf):
                self.leaves.append(found)
                continue
            parts = list(found.fork.sides(region))
            found.parts = [Leaf(r, STUCK, "not examined") for _, r in parts]
            waiting += [(r, found.parts, i) for i, (_, r) in enumerate(parts)]
        return top[0]

    # --------------------------------------------------------------------- judging

    def _judge(self) -> Verdict:
        live = [leaf for leaf in self.leaves if leaf.kind not in {EMPTY, EXCLUDED}]
        base = min((leaf.region.codimension for leaf in live), default=0)
        unknown, exceptions, mismatches = "", [], []
        for leaf in sorted(live, key=lambda leaf: leaf.region.codimension):
            kink = leaf.region.codimension > base
            if leaf.kind == STUCK and leaf.region.premises and empty(leaf.region, self.statement.names):
                leaf.kind = EMPTY
            elif leaf.kind == STUCK:
                unknown = unknown or self._where(leaf, leaf.why)
            elif leaf.kind in {DIFFERENT, LEFT_UNDEFINED, RIGHT_UNDEFINED}:
                witness = self._difference(leaf)
                if witness is None and empty(leaf.region, self.statement.names):
                    leaf.kind = EMPTY
                elif witness is None:
                    unknown = unknown or self._where(leaf, "the two sides are neither proved equal nor shown to differ")
                elif leaf.kind == DIFFERENT and not (kink and self.statement.differentiates):
                    return Verdict(Status.REFUTED, "values at a point", witness=witness)
                else:
                    (exceptions if kink else mismatches).append(witness)
        if unknown:
            return Verdict(Status.UNKNOWN, reason=unknown)
        live = [leaf for leaf in live if leaf.kind != EMPTY]
        return self._proved(live, exceptions, mismatches)

    def _proved(self, live: list[Leaf], exceptions: list[Witness], mismatches: list[Witness]) -> Verdict:
        if mismatches:
            return Verdict(
                Status.DOMAIN_MISMATCH,
                "regions",
                conditions(self.trees, self.statement),
                tuple(mismatches + exceptions),
            )
        if not any(leaf.kind == PROVED for leaf in live):
            if exceptions:
                return Verdict(Status.DOMAIN_MISMATCH, "regions", (), tuple(exceptions))
            why = (
                "neither side has a value anywhere"
                if any(leaf.kind == UNDEFINED for leaf in live)
                else "no point satisfies the assumptions"
            )
            return Verdict(Status.VACUOUS, "regions", reason=why)
        used = conditions(self.trees, self.statement)
        if exceptions:
            return Verdict(Status.PROVED_EXCEPT, "regions", used, tuple(exceptions))
        regions = sum(leaf.kind == PROVED for leaf in live)
        method = "normal form" if len(self.leaves) == 1 else f"normal forms in {regions} regions"
        return Verdict(Status.PROVED, method, used, certificate=certificate(self.statement, self.trees))

    def _difference(self, leaf: Leaf) -> Witness | None:
        """A point of the region at which the sides differ, or at which only one of them has a value."""
        tower = leaf.tower
        assert tower is not None
        sides = tuple(tower.fraction_node(v) if v is not None else None for v in leaf.values)
        hits = 0
        for point in points(leaf.region, self.statement.names, self.statement.ranges, self.rng, 24, self.tick):
            hits += 1
            if leaf.kind == DIFFERENT:
                open_region = leaf.region.codimension == 0
                found = self._compare_at(point, leaf.region.bindings, DEEP) if open_region else None
                found = found or self._compare_at(point, leaf.region.bindings, DEEP, sides=sides)
            else:
                found = self._one_sided(point, leaf, sides)
            if found:
                return found
            if hits > 8:
                break
        return None

    def _one_sided(self, point: Point, leaf: Leaf, sides: Any) -> Witness | None:
        for bits in PRECISIONS:
            with precision(bits):
                try:
                    balls = Balls(complete(point, leaf.region.bindings))
                    texts = [ball_text(balls.value(s)) if s is not None else "undefined" for s in sides]
                except Undecided:
                    continue
                except (Undefined, UnsupportedError):
                    return None
                return self._witness(point, leaf.region.bindings, *texts)
        return None

    def _where(self, leaf: Leaf, why: str) -> str:
        shown = [f"{to_sympy(node, self.statement.symbols)} {rel} 0" for node, rel in leaf.region.premises]
        return f"{why}; where {', '.join(shown)}" if shown else why


def _rational(x: Fraction) -> Any:
    return Rational(x.numerator, x.denominator)


def ball_text(x: arb, other: arb | None = None) -> str:
    """A decimal ball of enough digits to stay apart from the other one."""
    from flint import arb as make

    for digits in (DIGITS, 60, 400, 1300):
        text = x.str(digits)
        text = text if text.startswith("[") else f"[{text} +/- 0]"
        if other is None or not make(text[1:-1]).overlaps(other):
            return text
    return text
