"""Deltas computed with weights that the gradient step has already changed; the rate is read off the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.diagnosis.weigh import Hypothesis
from symgrad.testing.models.given import Given
from symgrad.testing.models.model import Fault
from symgrad.testing.models.network import Network
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


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
