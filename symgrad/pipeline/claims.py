"""The ledger settled: every claim by the prover, and by experiments where it is about figures."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from symgrad.core import Observation, Observed, SymgradError, UnknownNameError
from symgrad.core.catalogue import nearest
from symgrad.definitions.claims import CLAIMS
from symgrad.document.claims import record
from symgrad.experiments import EXPERIMENTS
from symgrad.experiments.recorded import here_or_recorded
from symgrad.pipeline.measured import then
from symgrad.prover.claims import rechecked, settle_claim
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.core import Claim, Settlement
    from symgrad.experiments import Measured
    from symgrad.words import Message

ENDS = ("value", "low", "high")


def names(chosen: Sequence[str] = ()) -> list[str]:
    """The ids of the claims that are asked for, all of them where none is; upper and lower case are one."""
    found = [name.upper() for name in chosen] or list(CLAIMS)
    for name in found:
        if name not in CLAIMS:
            raise UnknownNameError("claim", name, nearest(name, CLAIMS), "`symgrad claims` lists them")
    return list(dict.fromkeys(found))


def settled(name: str, recheck: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - it comes as a task's argument
    """One claim of the ledger, settled, as plain JSON values; with `recheck` each statement says if it was replayed.

    True and false are the answer of the independent checker; null: there is no certificate, or it was not asked.
    """
    found = settlement(CLAIMS[name])
    parts = [(s, v) for s, v in zip(found.claim.formal, found.formal, strict=True) if not isinstance(s, Observation)]
    again = [
        rechecked(s, v) if recheck else None for s, v in (*parts, *zip(found.claim.instead, found.instead, strict=True))
    ]
    told = record(found)
    for part, answer in zip((*told["formal"], *told["instead"]), again, strict=True):
        part["replayed"] = answer
    return told


@cache
def settlement(claim: Claim) -> Settlement:
    """One claim, settled; an experiment that can't be run leaves it open."""
    try:
        observed = tuple(observe(s) for s in claim.formal if isinstance(s, Observation))
    except SymgradError:
        observed = ()
    return settle_claim(claim, observed)


def observe(asked: Observation) -> Observed:
    """The experiment with the settings of the claim; a recorded result, named as one, where it can't be run here."""
    result, here = here_or_recorded(EXPERIMENTS[asked.experiment], asked.experiment, dict(asked.settings))
    label = message(result.label) if here else then(result)
    pairs = [(result.of(more), result.of(less)) for more, less in asked.compared]
    return Observed(tuple(told(*pair) for pair in pairs), tuple(more.low > less.high for more, less in pairs), label)


def told(more: Measured, less: Measured) -> Message:
    """One comparison: whether it came out as said, and whether the spreads are apart."""
    both = {"more": figure(more), "less": figure(less)}
    if more.low > less.high:
        return message("{more} against {less}: larger, and the spreads are apart", **both)
    if more.high < less.low:
        return message("{more} against {less}: not larger: it is the other way round", **both)
    return message("{more} against {less}: not told apart: the spreads overlap", **both)


def figure(m: Measured) -> Message:
    """A number with its spread."""
    return message("{name} {value} ({low} to {high})", name=m.name, **{k: f"{getattr(m, k):.3g}" for k in ENDS})
