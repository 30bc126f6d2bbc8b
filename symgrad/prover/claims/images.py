"""The set of values of a continuous function, its ends told apart: attained or only approached."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import Eq, oo

from symgrad.core import Domain, Status, SymgradError, UnsupportedError, Verdict, Witness
from symgrad.prover.claims.regions import chart
from symgrad.prover.facts import jumps
from symgrad.prover.prove import prove
from symgrad.prover.ranges import extrema
from symgrad.prover.relations import carried
from symgrad.words import message

if TYPE_CHECKING:
    from symgrad.core import Extremum, Image
    from symgrad.prover.claims.regions import Part

METHOD = message("least and greatest value, each attained or approached, of a function without jumps")
ANOTHER = message("the end of the values")
DIGITS = 12


def settle_image(s: Image) -> Verdict:
    """Whether the values are just the interval: both ends are the extremes, and belong to it where they are attained.

    A continuous function on an interval takes every value between two that it takes. Where the function has values on
    a part of the interval only, it is asked for that part: the claim may be true under the condition that it has.
    """
    found = over(s)
    if found.status is not Status.UNKNOWN:
        return found
    try:
        known = chart(Eq(s.expr, s.expr, evaluate=False), s.variable, s.on)
        parts = [replace(s, on=domain_of(part)) for part in known.holds.parts]
    except (SymgradError, ArithmeticError, ValueError):
        return found
    places = [q for q in known.missing.places() if q is not None]
    if not places or not parts:
        return found
    each = list(map(over, parts))
    if not all(v.proved for v in each):  # several parts may make up together what none of them has alone
        return each[0] if len(each) == 1 else found
    witness = Witness(((s.variable, places[0]),), "undefined", "undefined")
    return Verdict(Status.DOMAIN_MISMATCH, METHOD, witness=witness, exceptions=(witness,))


def domain_of(part: Part) -> Domain:
    """An interval as a domain; UnsupportedError for an end without a closed form."""
    if any(e is not None and e.exact is None for e in (part.left, part.right)):
        raise UnsupportedError("the function has values up to a point without a closed form")
    low, high = (None if e is None else e.exact for e in (part.left, part.right))
    return Domain(low, high, lower_open=not part.left_in, upper_open=not part.right_in)


def over(s: Image) -> Verdict:
    """The same where the function has values on the whole interval."""
    expr = carried(s.expr, s.variable)
    try:
        low, high = extrema(expr, s.variable, domain=s.on)
        broken = list(jumps(expr, s.variable, s.on))
    except SymgradError as error:
        return Verdict(Status.UNKNOWN, reason=error.told)
    if broken:
        return Verdict(Status.UNKNOWN, reason=message("the function jumps at {point}", point=broken[0][0].exact))
    ends = ((low, s.values.lower, -oo, s.values.lower_open), (high, s.values.upper, oo, s.values.upper_open))
    for found, stated, infinite, is_open in ends:
        wrong = misplaced(found, stated, is_open=is_open) if stated is not None else bounded(found, infinite)
        if wrong == "?":
            return Verdict(
                Status.UNKNOWN, reason=message("whether an end is {value} could not be settled", value=stated)
            )
        if wrong:
            return Verdict(Status.REFUTED, METHOD, witness=told(s, found, wrong))
    return Verdict(Status.PROVED, METHOD)


def bounded(found: Extremum, infinite: Any) -> str:
    """What is wrong with an end said to be infinite."""
    return "" if found.exact is infinite else ANOTHER


def misplaced(found: Extremum, stated: Any, *, is_open: bool) -> str:
    """What is wrong with a finite end; "?" where that is not settled."""
    if stated < found.lower or stated > found.upper:
        return ANOTHER
    if found.exact is None or not prove(found.exact, stated).proved:
        apart = found.exact is not None and prove(found.exact, stated).status is Status.REFUTED
        return ANOTHER if apart else "?"
    if found.attained == is_open:
        return message("attained") if is_open else message("not attained")
    return ""


def told(s: Image, found: Extremum, wrong: str) -> Witness:
    """The end that is wrong: the value, where it is attained or approached, and the interval that was stated."""
    short = found.exact is not None and (found.exact.is_Rational or found.exact in {oo, -oo})
    value = str(found.exact) if short else f"{found.lower.n(DIGITS)}…"
    places = [p for p in found.at if not isinstance(p, tuple)] or list(found.approached)
    return Witness(
        tuple((s.variable, p) for p in places[:1]),
        message("{value} ({how})", value=value, how=wrong),
        message("ends of {interval}", interval=str(s.values)),
    )
