"""Induction over the layers: a formula for the last one, and a step from each to the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.core import Status, Verdict
from symgrad.indexed import Atom, Expr, Ref, Tensor, mapped, one
from symgrad.prover.indexed.prove import prove_indexed
from symgrad.prover.indexed.unfolding import cotangent, partials, scalar
from symgrad.words import message

if TYPE_CHECKING:
    from symgrad.core import Derivation


METHOD = message("induction: the last layer, and the step from each layer to the one before")
LAST, STEP = message("the last layer"), message("the step")


def prove_by_induction(last: Derivation, step: Derivation) -> Verdict:
    """Whether dJ/dz is given by a recursion for every layer of a network of any depth.

    `last` derives dJ/dz of the last layer. `step` derives dJ/dz of a layer l of which only one thing may be known: J is
    an unknown function of the next layer's z. Its result may mention what follows by dJ/dz of the next layer alone, so
    it applies to every layer in turn. Both must be proved.
    """
    missing = loose_end(step) or apart(last, step)
    if missing:
        return Verdict(Status.UNKNOWN, reason=missing)
    used: dict[Any, None] = {}
    for part, chain in ((LAST, last), (STEP, step)):
        verdict = prove_indexed(chain.start, chain.result, facts=chain.facts, variables=chain.domains)
        if not verdict.proved:
            return Verdict(
                verdict.status,
                verdict.method,
                reason=message("{part}: {reason}", part=part, reason=verdict.reason),
                witness=verdict.witness,
            )
        used |= dict.fromkeys(verdict.conditions)
    return Verdict(Status.PROVED, METHOD, conditions=tuple(used))


def apart(last: Derivation, step: Derivation) -> str:
    """Why a step can't go on from the last layer; empty if it can: each is about one z, all of them alike in shape."""
    entry = next(iter(partials(last.start)), None)
    if entry is None or last.start != one(entry) or scalar(entry.expr) is None:
        return "the last layer must begin with the derivative of a scalar by its z"
    below = next(iter(partials(step.start)))
    met = scalar(below.expr)
    ranks = {len(t.dims) for t in (entry.ref.tensor, below.ref.tensor, *(met.depends if met else ()))}
    if len(ranks) > 1:
        return "the z of the last layer, of a layer and of the next one must have as many indices each"
    return ""


def loose_end(step: Derivation) -> str:
    """Why a step does not pass from every layer to the one before; empty if it does."""
    start: Expr = step.start
    entry = next(iter(partials(start)), None)
    J = scalar(entry.expr) if entry else None
    if entry is None or J is None or len(partials(start)) != 1:
        return "the step must begin with the derivative of a scalar by one layer's z"
    if J.body is not None or len(J.depends) != 1 or not J.depends[0].rests_on(entry.ref.tensor):
        return "the step must take J as an unknown function of the next layer's z and of nothing else"
    (behind,) = J.depends
    letter = Tensor("d", behind.dims)

    def named(atom: Atom) -> Expr | None:
        name = cotangent(atom.tensor) if isinstance(atom, Ref) else None
        return letter[atom.indices] if name and name.tensor is behind and isinstance(atom, Ref) else None

    if J in mapped(step.result, named).reach:
        return f"the result mentions {J.name} other than by its derivative by {behind.name}"
    return ""
