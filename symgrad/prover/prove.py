"""The exact prover: normal forms decide, balls refute, and what neither settles is UNKNOWN.

The order: equal as they stand; a few exact points; then regions, the open ones first, then the kinks.
A difference refutes, unless it is on listed kinks only (sets without interior): PROVED_EXCEPT. DOMAIN_MISMATCH: equal
wherever both sides have values, but somewhere, be it at one point, only one of them has. VACUOUS: the assumptions hold
nowhere, or neither side has a value anywhere.
"""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy import Ne, true

from symgrad.core import VALUED_NOWHERE, VALUELESS, Let, Status, UnsupportedError, Variable, Verdict
from symgrad.functions import D
from symgrad.prover.certificate import certificate, conditions, identical
from symgrad.prover.conventions import order_matters, truth
from symgrad.prover.emptiness import empty
from symgrad.prover.exceptions import alike, every_point
from symgrad.prover.kernel import Flint
from symgrad.prover.lines import inside
from symgrad.prover.points import Sampler
from symgrad.prover.recheck import recheck
from symgrad.prover.replay import replay
from symgrad.prover.replay_enclosed import replay_enclosed
from symgrad.prover.settle import DIFFER, DIFFERENT, EMPTY, EXCLUDED, PROVED, STUCK, UNDEFINED, Branch, Leaf, examine
from symgrad.prover.statement import Statement, read_statement
from symgrad.prover.witnesses import Search
from symgrad.prover.writing import to_sympy
from symgrad.words import counted, message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symgrad.core import Witness
    from symgrad.prover.exceptions import Failing
    from symgrad.prover.kernel import Kernel

REGIONS = 600
CONFIRMING = 5.0  # seconds
PARTIAL = (
    "a condition in several parts rests on a comparison that has no value everywhere; "
    "ask for each part by itself, or write the condition with polynomials"
)
ONE = message("normal form")
DEEP = message("the expression is nested too deeply; name its parts with lets")
ANALYSIS = message("a region is empty by a study of zeros that leaves no certificate; assume its condition's negation")
UNDECIDED = message("the two sides are neither proved equal nor shown to differ")


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
    kernel: Callable[[int], Kernel] = Flint,
) -> Verdict:
    """Whether left = right for all values of the variables in their domains that satisfy `assuming`.

    Symbols not listed range over R (over the positive numbers if SymPy was told so). `lets` are looked through.
    `seconds` are processor time, so that a busy machine finds the same proofs.
    """
    try:
        return confirmed(settled(left, right, variables, lets, assuming, kernel, seconds), left, right, lets)
    except TimeIsUp:
        return Verdict(Status.UNKNOWN, reason="the time limit was reached")
    except UnsupportedError as error:
        return Verdict(Status.UNKNOWN, reason=error.told)
    except RecursionError:
        return Verdict(Status.UNKNOWN, reason=DEEP)


def settled(  # noqa: PLR0917 - the statement and how long to work on it
    left: Any,
    right: Any,
    variables: Sequence[Variable],
    lets: Sequence[Let],
    assuming: Any,
    kernel: Callable[[int], Kernel],
    seconds: float,
) -> Verdict:
    """The verdict, before a counterexample has been looked at by other means."""
    if not all(isinstance(v, Variable) for v in variables) or not all(isinstance(let, Let) for let in lets):
        raise UnsupportedError(
            "give the variables as Variable(symbol, domain), and named quantities as Let(symbol, value)"
        )
    if assuming in {False, sp.false}:
        return Verdict(Status.VACUOUS, "the assumption is false")
    if any(order_matters(part, variables) for part in (left, right, assuming)):
        return Verdict(Status.UNKNOWN, reason=PARTIAL)
    return Prover(read_statement(left, right, variables, lets, assuming), kernel, seconds).verdict()


def confirmed(found: Verdict, left: Any, right: Any, lets: Sequence[Let]) -> Verdict:
    """The verdict, if each of its points shows what it is to show in other arithmetic as well."""
    one, other = (sp.sympify(side, strict=True) for side in (left, right))  # a side may be a plain 0
    points = (found.witness, *found.exceptions) if found.witness else found.exceptions
    slopes = found.status is Status.DOMAIN_MISMATCH and (one.has(D) or other.has(D))  # none are taken in intervals
    if not all((slopes and enclosed(w)) or confirms(w, one, other, lets) for w in points):
        return Verdict(Status.UNKNOWN, reason="a point where the sides seem to differ could not be confirmed")
    return found


def confirms(witness: Witness, left: Any, right: Any, lets: Sequence[Let] = ()) -> bool:
    """Whether other arithmetic than the prover's finds the sides to differ at a point, or between its bounds."""
    if enclosed(witness):
        return replay_enclosed(witness, left, right, tuple(lets))
    point = dict(witness.point)
    return replay(witness, left, right, tuple(lets)) or apart(left, right, point, lets)


def enclosed(witness: Witness) -> bool:
    """Whether its point is known between two bounds only."""
    return any(isinstance(value, sp.AccumBounds) for _, value in witness.point)


def apart(left: Any, right: Any, point: dict[Any, Any], lets: Sequence[Let]) -> bool:
    """Whether a certificate that stands proves that two sides differ at a point, where no decimals can show it."""
    sides = truth(Ne(left, right, evaluate=False)), sp.S.One
    there = sp.And(*(sp.Eq(symbol, value) for symbol, value in point.items()))
    try:
        found = settled(*sides, (), lets, there, Flint, CONFIRMING)
    except (TimeIsUp, UnsupportedError, RecursionError):
        return False
    if not found.proved:
        return False
    return recheck(found.certificate, *sides, lets=lets, assuming=there, seconds=CONFIRMING).ok


class Prover:
    """The work on one statement."""

    def __init__(self, statement: Statement, kernel: Callable[[int], Kernel], seconds: float) -> None:
        self.statement, self.kernel = statement, kernel
        self.end = time.thread_time() + seconds
        rng = Random(7)  # noqa: S311 - sample points, no secrets
        self.cases = [statement.case(bindings) for bindings in statement.cases] if statement.cases[0] else [statement]
        self.searches = [Search(s, Sampler(s.names, s.ranges, rng, self.tick)) for s in self.cases]
        self.leaves: list[Leaf] = []

    def tick(self) -> None:
        """Raise when the time is up."""
        if time.thread_time() > self.end:
            raise TimeIsUp

    def verdict(self) -> Verdict:
        """The answer."""
        s = self.statement
        if s.left is s.right:
            return self.same()
        for search in self.searches:
            witness = search.quickly(search.region)
            if witness:
                return Verdict(Status.REFUTED, "values at a point", witness=witness)
        return self.judge([self.tree(search) for search in self.searches])

    def same(self) -> Verdict:
        """The verdict on two sides that are the same expression: a proof, unless that has a value nowhere."""
        proved = Verdict(Status.PROVED, "the two sides are the same expression", certificate=identical(self.statement))
        if any(search.valued(search.region) for search in self.searches):
            return proved
        found = self.judge([self.tree(search) for search in self.searches])
        return found if found.status is Status.VACUOUS else proved

    def tree(self, search: Search) -> Branch | Leaf:
        """The region split until every part is a leaf; open parts before kinks."""
        root = search.region
        top: list[Branch | Leaf] = [Leaf(root, STUCK)]
        waiting = [(root, top, 0)]
        for _ in range(REGIONS):
            if not waiting:
                break
            self.tick()
            waiting.sort(key=lambda w: -w[0].codimension)
            region, siblings, place = waiting.pop()
            siblings[place] = found = examine(search.statement, region, self.kernel, self.tick)
            if isinstance(found, Leaf):
                found.search = search
                self.leaves.append(found)
                continue
            parts = [part for _, part in found.fork.sides(found.region)]
            found.parts = [Leaf(part, STUCK) for part in parts]
            waiting += [(part, found.parts, i) for i, part in enumerate(parts)]
        self.leaves += [Leaf(region, STUCK, "there are too many regions", search=search) for region, _, _ in waiting]
        return top[0]

    def thin(self) -> None:
        """Look for a number in thin regions: those where there is none are empty."""
        for leaf in self.leaves:
            self.tick()
            if leaf.kind in DIFFER and leaf.tower is not None and not all(inside(leaf.tower).values()):
                leaf.kind, leaf.why = EMPTY, message("no number satisfies its conditions")

    def judge(self, trees: list[Branch | Leaf]) -> Verdict:
        """The verdict that the leaves add up to."""
        self.thin()
        live = [leaf for leaf in self.leaves if leaf.kind not in {EMPTY, EXCLUDED}]
        base = min((leaf.region.codimension for leaf in live), default=0)
        unknown = ""
        differing: list[Failing] = []
        mismatches: list[Witness] = []
        for leaf in sorted(live, key=lambda leaf: leaf.region.codimension):
            if leaf.kind in {PROVED, UNDEFINED}:
                continue
            witness = None if leaf.kind == STUCK else leaf.search.difference(leaf)
            if witness is None and leaf.region.premises and empty(leaf.region, leaf.search.statement.names):
                leaf.kind, leaf.why = EMPTY, ANALYSIS
            elif witness is None or (leaf.kind != DIFFERENT and not self.told(leaf, base)):
                unknown = unknown or self.where(leaf)
            elif leaf.kind != DIFFERENT:
                mismatches += alike(leaf, witness)
            elif leaf.region.codimension == base:
                return Verdict(Status.REFUTED, "values at a point", witness=witness)
            else:
                differing.append((leaf, witness))
        equal = any(leaf.kind == PROVED and leaf.region.codimension == base for leaf in live)
        exceptions = every_point(differing) if equal and not unknown and not mismatches else ()
        if differing and not exceptions:
            return Verdict(Status.REFUTED, "values at a point", witness=differing[0][1])
        if unknown:
            small = next(filter(None, (search.small() for search in self.searches)), None)
            if small:
                return Verdict(Status.REFUTED, "values at a point", witness=small)
            return Verdict(Status.UNKNOWN, reason=unknown)
        return self.proved(trees, exceptions, tuple(mismatches))

    def proved(
        self, trees: list[Branch | Leaf], exceptions: tuple[Witness, ...], mismatches: tuple[Witness, ...]
    ) -> Verdict:
        """The verdict where nothing is left open."""
        kinds = [leaf.kind for leaf in self.leaves]
        used = conditions(trees, self.cases)
        if mismatches:
            reason = "" if PROVED in kinds else VALUED_NOWHERE
            return Verdict(Status.DOMAIN_MISMATCH, "regions", used, mismatches, reason=reason)
        if exceptions:
            return Verdict(Status.PROVED_EXCEPT, "regions", used, exceptions)
        if PROVED not in kinds:
            nowhere = VALUELESS, "no point satisfies the assumptions"
            return Verdict(Status.VACUOUS, "regions", reason=nowhere[UNDEFINED not in kinds])
        if any(leaf.why is ANALYSIS for leaf in self.leaves):
            return Verdict(Status.UNKNOWN, reason=ANALYSIS)
        count = kinds.count(PROVED)
        method = (
            ONE if len(kinds) == 1 else counted("a normal form in {n} region", "normal forms in {n} regions", n=count)
        )
        return Verdict(Status.PROVED, method, used, certificate=certificate(self.statement, trees))

    @staticmethod
    def told(leaf: Leaf, base: int) -> bool:
        """Whether a region is as thin as the equations say that lead to it."""
        return leaf.region.codimension == base or leaf.search.thin(leaf.region)

    def where(self, leaf: Leaf) -> str:
        """What is not settled in a region, and which region that is."""
        shown = [f"{to_sympy(node, self.statement.symbols)} {rel} 0" for node, rel in leaf.region.premises]
        why = leaf.why if leaf.kind == STUCK else UNDECIDED
        return message("{why}; where {conditions}", why=why, conditions=", ".join(shown)) if shown else why
