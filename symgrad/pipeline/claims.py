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
from symgrad.prover.claims import settle_claim
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.core import Claim, Settlement
    from symgrad.experiments import Measured


def names(chosen: Sequence[str] = ()) -> list[str]:
    """The ids of the claims that are asked for, all of them where none is; upper and lower case are one."""
    found = [name.upper() for name in chosen] or list(CLAIMS)
    for name in found:
        if name not in CLAIMS:
            raise UnknownNameError("claim", name, nearest(name, CLAIMS))
    return list(dict.fromkeys(found))


def settled(name: str) -> dict[str, Any]:
    """One claim of the ledger, settled, as plain JSON values."""
    return record(settlement(CLAIMS[name]))


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
    return Observed(tuple(told(*pair) for pair in pairs), tuple(m.value > l.value for m, l in pairs), label)


def told(more: Measured, less: Measured) -> str:
    """One comparison: whether it came out as said, and whether the spreads are apart."""
    if more.low > less.high:
        outcome = "larger, and the spreads are apart"
    elif more.high < less.low:
        outcome = "not larger: it is the other way round"
    else:
        outcome = "not told apart: the spreads overlap"
    return f"{figure(more)} against {figure(less)}: {outcome}"


def figure(m: Measured) -> str:
    """A number with its spread."""
    return f"{m.name} {m.value:.3g} ({m.low:.3g} to {m.high:.3g})"
