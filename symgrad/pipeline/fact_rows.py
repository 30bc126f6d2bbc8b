"""The facts of an activation, a row each: what is said, what it rests on, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import And, Eq, Ge, Gt, Ne, oo, true

from symgrad import prover
from symgrad.core import Let, Status, Verdict
from symgrad.functions import D
from symgrad.functions.symbols import a
from symgrad.pipeline import fact_proofs, slope_proofs
from symgrad.pipeline.proofs import Proof
from symgrad.pipeline.stages import facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Definition, Extremum, Facts
    from symgrad.prover import End

    Found = tuple[str, str, str, Verdict, tuple[Proof, ...]]

EXTREMES = "every zero of the slope and every limit, enclosed by balls"
TAILS = "leading terms with a remainder that is bounded on the whole tail"
SIGNS = "signs of the extremes of the slope, and of the jumps"
PIECES = "the slope's normal form is 0 on a piece"


def fact_rows(definition: Definition) -> Iterator[Found]:
    """The range that the catalogue states, then what is derived."""
    found = facts(definition)
    for end in prover.ends(definition):
        yield definition.name, told(definition, end), "", end.verdict, replayable(found, end)
    for statement, method, settled, behind in stated(found):
        reason = "" if settled else "no proof of it was found"
        verdict = Verdict(Status.PROVED if settled else Status.UNKNOWN, method, reason=reason)
        yield definition.name, statement + usual(found), "", verdict, fact_proofs.placed(found, behind)
    if found.in_output is not None:
        proof = in_output(found)
        yield definition.name, f"in terms of the output: {found.in_output}", "", proof.verdict, (proof,)


def told(definition: Definition, end: End) -> str:
    """An end of the range, and whether it is the least one."""
    e = end.extremum
    value = e.exact if e.exact is not None else f"{float(e.lower):.10g}"
    true_one = f": the true end is {value}" if end.least == "an outer bound" else ""
    return f"range {definition.range}: {end.relation} ({end.least}{true_one})"


def replayable(found: Facts, end: End) -> tuple[Proof, ...]:
    """The proofs of an end: nothing is beyond it, and what is told to be the extreme value is that."""
    if end.extremum.exact in {oo, -oo}:
        sides = [side for side, limit in ((-1, found.limits[0]), (1, found.limits[1])) if limit == end.extremum.exact]
        return fact_proofs.placed(found, fact_proofs.growth(found, sides))
    side = -1 if isinstance(end.relation, Gt | Ge) else 1
    least = slope_proofs.extreme(found, end.extremum, side, of_slope=False)
    bound = bounded(found, end)
    return fact_proofs.placed(found, (*bound, *least)) if least and (bound or end.claim is None) else ()


def bounded(found: Facts, end: End) -> tuple[Proof, ...]:
    """The proof of a finite end as it is stated, or that it is the extreme value."""
    if end.verdict.certificate:
        return (Proof(end.verdict, *prover.equation(end.claim), found.definition.domains),)
    if end.claim is None or end.extremum.exact is None:
        return ()
    claims = fact_proofs.Claims(found)
    stated = end.claim.rhs.xreplace(claims.values)
    return fact_proofs.kept([claims.holds(Eq(stated, end.extremum.exact, evaluate=False), true)])


def usual(found: Facts) -> str:
    """The parameter values that a fact is about."""
    return f" (at {', '.join(f'{s} = {v}' for s, v in found.at)})" if found.at else ""


def stated(found: Facts) -> Iterator[tuple[str, str, bool, tuple[Proof, ...]]]:
    """What is said, what it rests on, whether it was settled, and the proofs that can be replayed."""
    low, high = slope_proofs.extremes(found)
    yield f"inf of the slope = {size(found.infimum)}", EXTREMES, True, low
    yield f"sup of the slope = {size(found.supremum)}", EXTREMES, True, high
    yield f"Lipschitz constant {size(found.lipschitz)}", EXTREMES, True, slope_proofs.lipschitz(found)
    for what, (left, right) in (("limits", found.limits[:2]), ("limits of the slope", found.limits[2:])):
        settled, of_slope = left is not None and right is not None, what != "limits"
        yield f"{what} {left} and {right}", TAILS, settled, fact_proofs.tails(found, of_slope=of_slope)
    if any(d is not None for d in found.decay):
        rates = f"{found.decay[0] or 'nothing'} and {found.decay[1] or 'nothing'}"
        yield f"the slope decays as {rates}", TAILS, True, slope_proofs.decay(found)
    yield f"{found.monotone.value}", SIGNS, True, fact_proofs.movement(found)
    yield f"{'odd' if found.odd else 'not odd'}", "normal form, or a point", True, fact_proofs.symmetry(found)
    yield (
        f"the slope is 0 on {', '.join(map(str, found.dead)) or 'no interval'}",
        PIECES,
        True,
        slope_proofs.dead(found),
    )


def size(extremum: Extremum) -> str:
    """An extremum and where it is."""
    value = extremum.exact if extremum.exact is not None else f"{float(extremum.lower):.12g}"
    if extremum.attained:
        return f"{value}, attained"
    return f"{value}, not attained"


def in_output(found: Facts) -> Proof:
    """The slope written with a = phi(z) is the slope."""
    definition = found.definition
    lets = (Let(a, definition.applied),)
    smooth: Any = And(*(Ne(k.variable, k.at) for k in definition.kinks))
    left, right, variables = D(a, definition.variable), found.in_output, definition.domains
    verdict = prover.prove(left, right, variables=variables, lets=lets, assuming=smooth)
    return Proof(verdict, left, right, variables, lets, smooth)
