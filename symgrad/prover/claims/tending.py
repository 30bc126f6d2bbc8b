"""Whether an expression tends to what a claim says, from each side that it can be approached from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Integer, Tuple, oo

from symgrad.core import Domain, Status, Tends, Verdict, Witness
from symgrad.prover.claims.regions import scattered, valued
from symgrad.prover.facts import limit, limit_beside
from symgrad.prover.limits import towards
from symgrad.prover.periodic import PLACES, periodic
from symgrad.prover.pieces import cut
from symgrad.prover.prove import prove
from symgrad.prover.relations import carried
from symgrad.words import message

if TYPE_CHECKING:
    from sympy import Symbol

FAR = {oo: (Domain(Integer(0), None), -1), -oo: (Domain(None, Integer(0)), 0)}  # an end, and the piece nearest to it
TAILS = message("leading terms with a remainder that is bounded on the whole tail")


def settle_limit(s: Tends) -> Verdict:
    """The verdict on a limit: one side that is another refutes it, one that is not known leaves it open."""
    verdicts = [tends(s, *way) for way in ways(s)]
    return next(
        (v for v in verdicts if v.status is Status.REFUTED), next((v for v in verdicts if not v.proved), verdicts[0])
    )


def ways(s: Tends) -> list[tuple[Any, Any, str]]:
    """The limits to be looked at, where, and why one is not known: at a number both, unless one side is asked for."""
    expr, z, unproved = carried(s.expr, s.variable), s.variable, message("the limit could not be proved")
    if s.at in {oo, -oo}:
        return [(limit(expr, z, s.at) if has_values(expr, z, *FAR[s.at]) else None, s.at, unproved)]
    place, *side = s.at if isinstance(s.at, tuple) else (s.at,)
    beside = {1: (Domain(place, None), 0), -1: (Domain(None, place), -1)}
    sides = [d for d in side or (1, -1) if has_values(expr, z, *beside[d])]
    if not side and len(sides) == 1:
        one = message(
            "no value is known on one side of {place}; {z} -> {place}{sign} asks for the limit from the other",
            place=place,
            z=z,
            sign="+" if sides == [1] else "-",
        )
        return [(None, place, one)]
    return [(limit_beside(expr, z, place, d) if d in sides else None, place, unproved) for d in side or (1, -1)]


def has_values(expr: Any, variable: Symbol, domain: Domain, piece: int) -> bool:
    """Whether an expression has values all over the first or the last piece of a domain: a limit needs them."""
    near = cut(expr, variable, domain)[piece].inner
    return not scattered(expr, variable, near) and valued(Tuple(expr), variable, near)


def never_settles(s: Tends, at: Any) -> tuple[Any, Any] | None:
    """Two values that an expression takes again and again on the way to a place, so that it has no limit there."""
    side = s.at[1:] if isinstance(s.at, tuple) else (1,)
    moved = towards(carried(s.expr, s.variable), s.variable, at if at in {oo, -oo} else (at, *side))
    if not periodic(moved, s.variable):
        return None
    values = [moved.xreplace({s.variable: place}) for place in PLACES]
    return next(((values[0], v) for v in values if prove(values[0], v).status is Status.REFUTED), None)


def tends(s: Tends, found: Any, at: Any, unknown: str) -> Verdict:
    """Whether a limit is the one that was claimed; `unknown` says why none was found."""
    if found is None and (values := never_settles(s, at)):
        told = message("every value of a period, {one} and {other} among them", one=values[0], other=values[1])
        return Verdict(
            Status.REFUTED, "periodic, and not constant", witness=Witness(((s.variable, at),), told, str(s.to))
        )
    if found is None:
        always = None if abs(s.to) is oo else prove(carried(s.expr, s.variable), s.to)
        if always and always.proved:  # it is that number everywhere
            return always
        return Verdict(Status.UNKNOWN, reason=unknown)
    if found == s.to or (oo not in {abs(found), abs(s.to)} and prove(found, s.to).proved):
        return Verdict(Status.PROVED, TAILS)
    apart = oo in {abs(found), abs(s.to)} or prove(found, s.to).status is Status.REFUTED
    witness = Witness(((s.variable, at),), str(found), str(s.to))
    return Verdict(Status.REFUTED, TAILS, witness=witness) if apart else Verdict(Status.UNKNOWN, reason="close limits")
