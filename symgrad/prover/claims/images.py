"""The set of values of a continuous function, its ends told apart: attained or only approached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import oo

from symgrad.core import Status, SymgradError, Verdict, Witness
from symgrad.prover.facts import jumps
from symgrad.prover.prove import prove
from symgrad.prover.ranges import extrema
from symgrad.prover.relations import carried
from symgrad.words import message

if TYPE_CHECKING:
    from symgrad.core import Extremum, Image

METHOD = message("least and greatest value, each attained or approached, of a function without jumps")
ANOTHER = message("the end of the values")
DIGITS = 12


def settle_image(s: Image) -> Verdict:
    """Whether the values are just the interval: both ends are the extremes, and belong to it where they are attained.

    A continuous function on an interval takes every value between two that it takes.
    """
    expr = carried(s.expr, s.variable)
    try:
        low, high = extrema(expr, s.variable, domain=s.on)
        broken = list(jumps(expr, s.variable))
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
