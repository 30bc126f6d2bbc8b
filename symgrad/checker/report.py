"""What a reader is told: the counts, the worst point, and a spread of points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symgrad.core import CheckPoint, CheckReport, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

SHOWN = 8
PAGE = 10.0  # points beyond this are for the machine


@dataclass(frozen=True, slots=True)
class Compared:
    """One point with both values and the outcome."""

    point: tuple[float, ...]
    claimed: float
    estimate: float
    bound: float
    outcome: Outcome
    on_kink: bool

    @property
    def error(self) -> float:
        """The distance of the two values, infinite where one is not a number; 0 for a value that a kink allows."""
        if self.outcome is Outcome.OK and (self.on_kink or math.isnan(self.claimed)):
            return 0.0
        distance = abs(self.claimed - self.estimate)
        return math.inf if math.isnan(distance) else distance


def report(rows: Sequence[Compared], names: Sequence[str]) -> CheckReport:
    """The report on all compared points; `names` are those of their coordinates."""
    outcomes = [r.outcome for r in rows]
    wrong = [r for r in rows if r.outcome is Outcome.WRONG]
    known = [r for r in rows if r.outcome is not Outcome.UNRESOLVED]
    worst = max(wrong or known or rows, key=lambda r: r.error, default=None)
    return CheckReport(
        ok=outcomes.count(Outcome.OK),
        wrong=len(wrong),
        unresolved=outcomes.count(Outcome.UNRESOLVED),
        floor=outcomes.count(Outcome.FLOOR),
        worst=None if worst is None else shown(worst, names),
        shown=tuple(shown(r, names) for r in spread(rows)),
        kinks=sum(r.on_kink for r in rows),
        errors=tuple(relative(r) for r in rows if comparable(r)),
    )


def comparable(row: Compared) -> bool:
    """Whether a point has two finite values to be told apart by; at a kink there is a range of them."""
    size = max(abs(row.claimed), abs(row.estimate))
    return not row.on_kink and math.isfinite(size + row.bound) and size > 0


def relative(row: Compared) -> tuple[float, float, float]:
    """Where a point lies, how far its two values are apart and how far they may be.

    Both are parts of the larger value, or of 1 where that is smaller: at a root any error is many times the value.
    """
    size = max(1.0, abs(row.claimed), abs(row.estimate))
    return row.point[0], row.error / size, row.bound / size


def shown(row: Compared, names: Sequence[str]) -> CheckPoint:
    """The row with its coordinates named."""
    point = tuple(zip(names, row.point, strict=True))
    return CheckPoint(point, row.claimed, row.estimate, row.bound, row.outcome)


def spread(rows: Sequence[Compared]) -> list[Compared]:
    """Some points for a page: on the first choice of other symbols, short numbers first, in order of size."""
    plain = [r for r in rows if r.point[1:] == rows[0].point[1:] and abs(r.point[0]) <= PAGE]
    plain = list({r.point: r for r in reversed(plain)}.values())  # the gradient's own row, not a declared slope's
    short = [r for r in plain if r.on_kink or r.point[0] == round(r.point[0], 1)]
    chosen = sorted(short if len(short) >= SHOWN else plain, key=lambda r: r.point[0])
    kinks = [r for r in chosen if r.on_kink][: SHOWN // 2]
    others, room = [r for r in chosen if not r.on_kink], SHOWN - len(kinks)
    last = len(others) - 1
    picks = range(last + 1) if last < room else sorted({round(i * last / (room - 1)) for i in range(room)})
    return sorted(kinks + [others[i] for i in picks], key=lambda r: r.point[0])
