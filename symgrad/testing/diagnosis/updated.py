"""Weights that the gradient step has already changed: in the deltas, or returned; the rate is read off the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.diagnosis.ways import MATRIX, PRODUCTS, other, times_matrix
from symgrad.testing.diagnosis.weigh import Hypothesis
from symgrad.testing.models.given import Given
from symgrad.testing.models.model import Fault
from symgrad.testing.models.network import Network
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from symgrad.testing.diagnosis.tape import Edge, Recording
    from symgrad.testing.diagnosis.weigh import Array

TURNED = {"transpose", "swapaxes"}
ROUNDS = 8
STEP = 1e-4


def ahead(rate: float) -> Fault:
    """The way back through W - rate dJ/dW."""
    return Fault(
        "updated-weights",
        message("δ is computed with the already updated weights W − {rate} ∂J/∂W of the layer above", rate=f"{rate:g}"),
        "compute all gradients first, from the old weights; then update",
        "carried",
        lambda p, l, above: above @ (p.W[l + 1] - rate * p.found[f"W{l + 1}"]),
    )


def updated(runs: Sequence[Any], segments: Callable[..., Any]) -> Iterator[Hypothesis]:
    """The hypothesis for every learning rate that the bias of the last hidden layer allows."""
    models = [run.model for run in runs]
    if not all(isinstance(m, Network | Given) and m.layers > 1 for m in models):
        return
    key = f"b{models[0].layers - 1}"
    key = getattr(models[0], "names", {}).get(key, key)
    if key not in runs[0].given:
        return
    off = (
        np.ravel(runs[0].given[key] - runs[0].truth[key])
        if runs[0].given[key].shape == runs[0].truth[key].shape
        else None
    )
    unit = np.ravel(models[0].gradients(ahead(1.0))[key] - runs[0].truth[key])
    if off is None or not np.any(unit):
        return
    rate = float(f"{float(off @ unit) / float(unit @ unit):.9g}")  # the gradient is linear in the rate there
    if rate:
        fault = ahead(rate)
        yield Hypothesis(fault.name, fault.says, fault.mend, segments(runs, [m.gradients(fault) for m in models]), 2)


def stepped(runs: Sequence[Any], wrong: list[str], segments: Callable[..., Any]) -> Iterator[Hypothesis]:
    """The parameters after the step W - rate dJ/dW in place of the gradients."""
    if any(run.misshapen or not run.params for run in runs):
        return
    moves = np.concatenate([np.ravel(run.params[k] - run.given[k]) for run in runs for k in wrong])
    slopes = np.concatenate([np.ravel(run.truth[k]) for run in runs for k in wrong])
    size = float(slopes @ slopes)
    rate = float(moves @ slopes) / size if size else 0.0
    if not rate or not np.isfinite(rate):
        return
    found = [{k: run.params[k] - rate * v if k in wrong else v for k, v in run.truth.items()} for run in runs]
    says = message(
        "the parameters after the step, W − {rate} ∂J/∂W, are returned, not the gradients", rate=f"{rate:.6g}"
    )
    mend = message("return ∂J/∂W; update the parameters outside")
    yield Hypothesis("step-for-gradient", says, mend, segments(runs, found), 2)


def updated_ways(record: Recording, given: Mapping[str, Array]) -> Iterator[Hypothesis]:
    """The way back through any code with matrices that were updated by the gradients that were returned."""
    carriers = {edge: source for edge in record.edges if (source := matrix_of(record, edge))}
    truth = record.gradients()
    wrong = [k for k, v in truth.items() if given[k].shape == v.shape and not np.array_equal(given[k], v)]
    names = sorted({key for key, _ in carriers.values()})
    for chosen in ((names,) if names else ()) + (tuple([k] for k in names) if len(names) > 1 else ()):
        own = {edge: source for edge, source in carriers.items() if source[0] in chosen}
        for rate in dict.fromkeys(f"{rate_of(record, own, given, key):.9g}" for key in wrong):
            if float(rate) and np.isfinite(float(rate)):
                fault = ahead(float(rate))
                predicted = tuple(stale(record, own, given, float(rate)).values())
                yield Hypothesis(fault.name, fault.says, message(fault.mend), predicted, 2)


Carriers = dict["Edge", tuple[str, bool]]


def matrix_of(record: Recording, edge: Edge) -> tuple[str, bool] | None:
    """The parameter that a product multiplies by on the way back, and whether it is turned; None for another array."""
    if edge.step.name not in PRODUCTS or other(edge).ndim != MATRIX:
        return None
    at, turned = edge.step.sources[1 - edge.slot], False
    while at is not None and record.steps[at].name in TURNED:
        at, turned = record.steps[at].sources[0], not turned
    return (record.names[at], turned) if at is not None and at < len(record.names) else None


def stale(record: Recording, carriers: Carriers, given: Mapping[str, Array], rate: float) -> dict[str, Array]:
    """The gradients with W - rate dJ/dW, as it was returned, in the place of W."""

    def way(edge: Edge, key: str, *, turned: bool) -> Any:
        step = np.asarray(given[key], float)
        return times_matrix(edge, other(edge) - rate * (step.T if turned else step))

    return record.gradients({edge: way(edge, key, turned=turned) for edge, (key, turned) in carriers.items()})


def rate_of(record: Recording, carriers: Carriers, given: Mapping[str, Array], key: str) -> float:
    """The rate that explains one array best; it is a polynomial in it, linear one layer below."""
    rate = 0.0
    for _ in range(ROUNDS):
        now = stale(record, carriers, given, rate)[key]
        slope = (stale(record, carriers, given, rate + STEP)[key] - now) / STEP
        size = float(np.sum(slope * slope))
        if not size:
            return 0.0
        rate += float(np.sum((given[key] - now) * slope)) / size
    return rate
