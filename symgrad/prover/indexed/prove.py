"""Whether an indexed step holds at all sizes, for all entries.

PROVED: both sides have one normal form, after derivatives were carried out, names looked into, declared facts used and
functions written out, as far as was needed. Each of these is an equality by itself, wherever
both sides have values; the verdict lists where they do. The proof is then held against
values modulo two primes at random sizes, by an evaluation that shares no rule with it.
REFUTED: at some sizes and exact entries the two sides lie in disjoint balls. All else is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from math import ceil, log10
from typing import TYPE_CHECKING, Any

from symgrad.core import Status, Verdict
from symgrad.indexed import Expr, Fact, IndexedError, Tensor, expr, normal
from symgrad.indexed.conditions import cancelled
from symgrad.indexed.samples import Space, space
from symgrad.prover.indexed.clearing import vanishes
from symgrad.prover.indexed.conditions import needs
from symgrad.prover.indexed.entrywise import entrywise
from symgrad.prover.indexed.opinions import POINTS, agreement, possible, refutation, replayed
from symgrad.prover.indexed.recheck import certified
from symgrad.prover.indexed.unfolding import by_layers, cotangent, formulas_opened, functions_opened, reduced
from symgrad.words import counted, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.core import Domain, Variable

SMALLEST = 1e-99  # no smaller chance is named
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LARGE = 250  # tensors; beyond them whole values are not worked out for a second opinion
Found = tuple[str, tuple[Fact, ...]]
Known = Mapping[Fact, tuple[Fact, ...]]


def prove_indexed(
    left: Expr | int, right: Expr | int, *, facts: Sequence[Fact] = (), variables: Sequence[Variable] = ()
) -> Verdict:
    """Whether left = right at all sizes >= 1 and for all entries in their domains that satisfy the assumed facts."""
    try:
        return settled(expr(left), expr(right), facts, {v.symbol: v.domain for v in variables})
    except IndexedError as error:  # such as a division by a bracket that is 0 somewhere
        return Verdict(Status.UNKNOWN, reason=error.told)


def settled(left: Expr, right: Expr, facts: Sequence[Fact], domains: Mapping[Any, Domain]) -> Verdict:
    """As above; may raise IndexedError."""
    found = decided(left, right, facts, domains)
    if found.status is Status.REFUTED and not possible(space([f.left for f in facts if f.assumed], facts, domains)):
        return Verdict(
            Status.UNKNOWN, reason=NO_POINT
        )  # facts of other names than the statement's contradict each other
    if not found.proved:
        never = needs((left, right), facts, domains).never
        return Verdict(Status.VACUOUS, reason=message("{condition} never holds", condition=never)) if never else found
    known = usable(tuple(facts))
    used = grounds(found.conditions, known)
    needed = needs((left, right, *(s for f in used for s in (f.left, f.right))), facts, domains)
    if needed.never:
        return Verdict(Status.VACUOUS, reason=message("{condition} never holds", condition=needed.never))
    assumed = tuple(f for f in used if f.assumed)
    method, _, second = found.method.partition("; ")
    signed = certified(method, assumed, second) if found.certificate else ""
    listed = dict.fromkeys((*assumed, *needed.facts, *needed.listed))
    return replace(found, conditions=tuple(listed), certificate=signed)


def decided(left: Expr, right: Expr, facts: Sequence[Fact], domains: Mapping[Any, Domain]) -> Verdict:
    """The verdict wherever both sides have values; its conditions are the facts that were used."""
    known = usable(tuple(facts))
    ways = proofs(left, right, tuple(known))
    found = next(ways)  # what costs little; most wrong steps are then refuted at the first point
    if (left.mask | right.mask).bit_count() > LARGE:
        return without_values(found or next((w for w in ways if w), None))
    where = space((left, right, *cancelled(left, right)), facts, domains)
    if found is None and (early := refuted(left, right, where, 1)[0]):
        return early
    found = found or next((w for w in ways if w), None)
    if found is not None:
        return confirmed(left, right, where, found)
    late, tried = refuted(left, right, where, 8 * POINTS)  # a difference may show at few places only
    why = f"the normal forms differ, though the values agree at {tried} random points" if tried else NO_POINT
    return late or Verdict(Status.UNKNOWN, reason=why)


def refuted(left: Expr, right: Expr, where: Space, points: int) -> tuple[Verdict | None, int]:
    """The refutation, if there is one, its point valued a second time; and how many points were tried."""
    witness, tried = refutation(left, right, where, points)
    again = witness is not None and replayed(witness, left, right)
    return (Verdict(Status.REFUTED, "values at a point", witness=witness) if again else None), tried


def without_values(found: Found | None) -> Verdict:
    """The verdict where there are too many names to work out values: a proof stands by itself."""
    if found is None:
        return Verdict(Status.UNKNOWN, reason="there are too many names; state the step in those of one layer")
    method, used = found
    return Verdict(Status.PROVED, message("{method}; no second opinion, there are too many names", method=method), used)


NO_POINT = message("no point was found at which both sides have values and the assumed facts hold")


def confirmed(left: Expr, right: Expr, where: Space, found: Found) -> Verdict:
    """A proof held against values; where these disagree nothing is claimed."""
    method, used = found
    if where.facts and not possible(where):
        return Verdict(Status.UNKNOWN, reason=NO_POINT)
    second = agreement(left, right, where)
    if second.differ or not second.points:
        witness, tried = refutation(left, right, where, points=3)
        if witness or not tried:
            why = NO_POINT if not tried else message("the normal forms agree but values do not; please report this")
            return Verdict(Status.UNKNOWN, reason=why)
        opinion = counted("balls agree at {n} random point", "balls agree at {n} random points", tried)
    else:
        opinion = counted(
            "agrees modulo two primes at {n} random point, by accident with a chance below {chance}",
            "agrees modulo two primes at {n} random points, by accident with a chance below {chance}",
            second.points,
            chance=f"10{str(ceil(log10(max(second.chance, SMALLEST)))).translate(RAISED)}",  # rounded up: it is a bound
        )
    told = message("{method}; {opinion}", method=method, opinion=opinion)
    return Verdict(Status.PROVED, told, used, certificate=certified(method, used, opinion))


@lru_cache(maxsize=1024)
def usable(facts: tuple[Fact, ...]) -> Mapping[Fact, tuple[Fact, ...]]:
    """The facts that may be used, each with itself and the facts that it rests on.

    One about names must be proved from its definitions and the facts before it, and rests on what those do.
    """
    known: dict[Fact, tuple[Fact, ...]] = {f: (f,) for f in facts if f.assumed}
    for fact in facts:
        if not fact.assumed:
            found = proof(fact.left, fact.right, tuple(known))
            if found is not None:
                known[fact] = (fact, *grounds(found[1], known))
    return known


def grounds(used: tuple[Fact, ...], known: Mapping[Fact, tuple[Fact, ...]]) -> tuple[Fact, ...]:
    """Some facts, and those that they rest on."""
    return tuple(dict.fromkeys(f for u in used for f in known[u]))


def proof(left: Expr, right: Expr, known: tuple[Fact, ...]) -> Found | None:
    """How the two sides were found equal, and the facts that were used; None if they were not."""
    return next((found for found in proofs(left, right, known) if found), None)


def proofs(left: Expr, right: Expr, known: tuple[Fact, ...]) -> Iterator[Found | None]:
    """What each way to a proof came to, the ways that cost little first; `known` are facts that may be used."""
    if left == right:
        yield message("the two sides are the same expression"), ()
        return
    if normal(left) == normal(right):
        yield message("normal form"), ()
        return
    for way in forms(left, right):
        yield agree(*way, ()) or (agree(*way, known) if known else None)


def agree(method: str, left: Expr, right: Expr, names: tuple[Tensor, ...], facts: tuple[Fact, ...]) -> Found | None:
    """Whether two sides agree with these names looked into and these facts used."""
    try:
        a, used = reduced(left, names, facts)
        b, more = reduced(right, names, facts)
    except RecursionError:  # names a thousand deep
        return None
    return (method, tuple(dict.fromkeys((*used, *more)))) if vanishes(a - b) or functions_agree(a, b) else None


def functions_agree(left: Expr, right: Expr) -> bool:
    """Whether the sides agree once functions are written out."""
    if entrywise(left, right):
        return True
    for opening in (functions_opened, formulas_opened):
        new = opening(left), opening(right)
        if new == (left, right):
            continue
        left, right = new
        if vanishes(left - right) or entrywise(left, right):
            return True
    return False


def forms(left: Expr, right: Expr) -> Iterator[tuple[str, Expr, Expr, tuple[Tensor, ...]]]:
    """The two sides, looked into ever further: no names, one layer, then name by name from the last defined."""
    layer = by_layers(left, right)
    if layer is not None:
        yield message("chain rule over the names"), *layer, ()
    if layer is None or (left.mask | right.mask).bit_count() <= LARGE:
        yield message("derivatives carried out"), left, right, ()
    if (left.mask | right.mask).bit_count() > LARGE:
        return
    names = sorted((t for t in left.reach | right.reach if t.body), key=depth, reverse=True)
    for count in range(1, min(len(names), LARGE) + 1):
        words = ", ".join(sorted({t.name for t in names[:count]}))
        yield message("names written out: {names}", names=words), left, right, tuple(names[:count])
        if layer is not None:
            inner = [t for t in names if not cotangent(t)][:count]
            yield message("chain rule, and names written out: {names}", names=words), *layer, tuple(inner)


def depth(tensor: Tensor) -> tuple[int, str]:
    """How many names a name rests on."""
    return sum(1 for t in tensor.reach if t.body), tensor.token
