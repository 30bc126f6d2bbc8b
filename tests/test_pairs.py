"""The whole comparison table: every delta proved and checked, or refused with the reason."""

from __future__ import annotations

import pytest

from symgrad.core import Definition, Outcome, PairError, Status
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.deriver import output_delta
from symgrad.pipeline.stages import settle_pair
from symgrad.pipeline.verify import stable_rows


@pytest.mark.slow
@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_every_pair_is_proved_and_checked_or_refused(activation: Definition) -> None:
    rows = [settle_pair(activation, loss) for loss in LOSSES.values()]
    settled = [row for row in rows if not row.refused]

    assert len(rows) == len(LOSSES)
    assert len(settled) >= len(LOSSES) // 2
    assert {row.verdict.status for row in settled if row.verdict} == {Status.PROVED}
    assert {row.check.outcome for row in settled if row.check} == {Outcome.OK}
    assert all(row.verdict and row.check for row in settled)
    assert all("needs a in" in row.refused for row in rows if row.refused)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_the_stable_form_of_every_delta_is_proved_equal_to_it(activation: Definition) -> None:
    proved = 0
    for loss in LOSSES.values():
        try:
            derivation = output_delta(activation, loss)
        except PairError:
            continue
        for _, form, _, verdict, _ in stable_rows(loss.name, derivation):
            assert verdict.status is Status.PROVED, (loss.name, form)
            proved += 1

    assert proved or activation.name in SHORT


SHORT = {"identity", "threshold"}  # whose deltas lose no digits as they stand
