"""Whether an indexed step holds at all sizes, for all entries.

PROVED: both sides have one normal form, after derivatives were carried out, names looked into, declared facts used and
functions written out, as far as was needed. Each of these is an equality by itself. The proof is then held against
values modulo two primes at random sizes, by an evaluation that shares no rule with it.
REFUTED: at some sizes and exact entries the two sides lie in disjoint balls. All else is UNKNOWN.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from symgrad.core import Status, Verdict
from symgrad.indexed import Apply, Expr, Fact, Power, Ref, Size, Tensor, normal, one, show
from symgrad.indexed.samples import Space, space
from symgrad.prover.indexed.clearing import vanishes
from symgrad.prover.indexed.opinions import agreement, refutation, replayed
from symgrad.prover.indexed.unfolding import by_layers, cotangent, formulas_opened, functions_opened, reduced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.core import Step, Variable

LARGE = 250  # tensors; beyond them whole values are not worked out for a second opinion
Found = tuple[str, tuple[Fact, ...]]


def prove_indexed(
    left: Expr, right: Expr, *, facts: Sequence[Fact] = (), variables: Sequence[Variable] = ()
) -> Verdict:
    """Whether left = right at all sizes >= 1 and for all entries in their domains that satisfy the assumed facts."""
    ways = proofs(left, right, facts)
    large = (left.mask | right.mask).bit_count() > LARGE
    found = next(ways)  # what costs little; most wrong steps are then refuted at the first point
    if found is None and not large:
        witness, _ = refutation(left, right, space((left, right), facts, domains(variables)), points=1)
        if witness and replayed(witness, left, right):
            return Verdict(Status.REFUTED, "values at a point", witness=witness)
    found = found or next((w for w in ways if w), None)
    if large:
        return without_values(left, right, found)
    where = space((left, right), facts, domains(variables))
    if found is not None:
        return confirmed(left, right, where, found)
    witness, tried = refutation(left, right, where)
    if witness and replayed(witness, left, right):
        return Verdict(Status.REFUTED, "values at a point", witness=witness)
    why = f"the normal forms differ, though the values agree at {tried} random points" if tried else NO_POINT
    return Verdict(Status.UNKNOWN, reason=why)


def domains(variables: Sequence[Variable]) -> dict[Any, Any]:
    """Where each tensor or symbol may lie."""
    return {v.symbol: v.domain for v in variables}


def without_values(left: Expr, right: Expr, found: Found | None) -> Verdict:
    """The verdict where there are too many names to work out values: a proof stands by itself."""
    if found is None:
        return Verdict(Status.UNKNOWN, reason="there are too many names; state the step in those of one layer")
    method, used = found
    return Verdict(
        Status.PROVED, f"{method}; no second opinion, there are too many names", conditions(left, right, used)
    )


def conditions(left: Expr, right: Expr, used: tuple[Fact, ...]) -> tuple[Any, ...]:
    """What a proof rests on: the assumed facts that it used, and what is divided by."""
    return *(f for f in used if f.assumed), *divisors(left, right)


NO_POINT = "no point was found at which both sides have values and the assumed facts hold"


def prove_indexed_step(step: Step, derivation: Any) -> Verdict:
    """Whether a step of an indexed derivation holds."""
    return prove_indexed(step.before, step.after, facts=derivation.facts, variables=derivation.domains)


def confirmed(left: Expr, right: Expr, where: Space, found: Found) -> Verdict:
    """A proof held against values; where these disagree nothing is claimed."""
    method, used = found
    second = agreement(left, right, where)
    if second.differ or not second.points:
        witness, tried = refutation(left, right, where, points=3)
        if witness or not tried:
            why = NO_POINT if not tried else "the normal forms agree but values do not; please report this"
            return Verdict(Status.UNKNOWN, reason=why)
        opinion = f"balls agree at {tried} random points"
    else:
        opinion = f"agrees modulo two primes at {second.points} random points, by accident with a chance below "
        opinion += f"{second.chance:.0e}"
    certificate = json.dumps({"kind": "indexed", "method": method, "facts": [f.name for f in used], "second": opinion})
    return Verdict(Status.PROVED, f"{method}; {opinion}", conditions(left, right, used), certificate=certificate)


def divisors(left: Expr, right: Expr) -> tuple[str, ...]:
    """What is divided by on one side only, so that the other has a value more: said, since the step needs it."""
    sides = [{a for t in e.terms for a, x in t.atoms if x < 0 and a.tensors} for e in (left, right)]
    return tuple(sorted(f"{show(one(a))} is not 0" for a in sides[0] ^ sides[1] if not never_zero(a)))


def never_zero(atom: Any) -> bool:
    """Whether a divisor is seen to be positive: an exponential, or a name that stands for a sum of such."""
    if isinstance(atom, Apply):
        return atom.head.__name__ == "exp" and not atom.order
    if isinstance(atom, Ref) and atom.tensor.body:
        return above_zero(atom.tensor.body[1])
    if isinstance(atom, Ref):
        return atom.tensor.positive
    return isinstance(atom, Size) or (isinstance(atom, Power) and above_zero(atom.base))


def above_zero(value: Expr) -> bool:
    """Whether a sum has positive terms only."""
    return bool(value.terms) and all(t.coefficient > 0 and all(never_zero(a) for a, _ in t.atoms) for t in value.terms)


def usable(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The facts that may be used: those assumed about inputs, and those about names that are proved from them."""
    known = [f for f in facts if f.assumed]
    for fact in facts:
        if not fact.assumed and is_proved(fact, tuple(known)):
            known.append(fact)
    return tuple(f for f in facts if f in known)


_proved: dict[tuple[Fact, tuple[Fact, ...]], bool] = {}


def is_proved(fact: Fact, known: tuple[Fact, ...]) -> bool:
    """Whether a fact about names follows from their definitions and the facts known before it."""
    key = (fact, known)
    if key not in _proved:
        _proved[key] = proof(fact.left, fact.right, known) is not None
    return _proved[key]


def proof(left: Expr, right: Expr, facts: tuple[Fact, ...]) -> Found | None:
    """How the two sides were found equal, and the facts that were used; None if they were not."""
    return next((found for found in proofs(left, right, facts) if found), None)


def proofs(left: Expr, right: Expr, facts: Sequence[Fact]) -> Iterator[Found | None]:
    """What each way to a proof came to, the ways that cost little first, and those as one."""
    if left == right:
        yield "the two sides are the same expression", ()
        return
    if normal(left) == normal(right):
        yield "normal form", ()
        return
    known = usable(tuple(facts))
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
    for opening in (functions_opened, formulas_opened):
        new = opening(left), opening(right)
        if new == (left, right):
            continue
        left, right = new
        if vanishes(left - right):
            return True
    return False


def forms(left: Expr, right: Expr) -> Iterator[tuple[str, Expr, Expr, tuple[Tensor, ...]]]:
    """The two sides, looked into ever further: no names, one layer, then name by name from the last defined."""
    layer = by_layers(left, right)
    if layer is not None:
        yield "chain rule over the names", *layer, ()
    if layer is None or (left.mask | right.mask).bit_count() <= LARGE:
        yield "derivatives carried out", left, right, ()
    if (left.mask | right.mask).bit_count() > LARGE:
        return
    names = sorted((t for t in left.reach | right.reach if t.body), key=depth, reverse=True)
    for count in range(1, min(len(names), LARGE) + 1):
        words = ", ".join(sorted({t.name for t in names[:count]}))
        yield f"names written out: {words}", left, right, tuple(names[:count])
        if layer is not None:
            inner = [t for t in names if not cotangent(t)][:count]
            yield f"chain rule, and names written out: {words}", *layer, tuple(inner)


def depth(tensor: Tensor) -> tuple[int, str]:
    """How many names a name rests on."""
    return sum(1 for t in tensor.reach if t.body), tensor.token
