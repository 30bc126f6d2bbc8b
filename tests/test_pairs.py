"""The whole comparison table: every delta proved and checked, or refused with the reason."""

from __future__ import annotations

import pytest

from symgrad.core import Definition, Outcome, Status
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.pipeline.stages import settle_pair


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
