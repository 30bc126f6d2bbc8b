"""Constants that were typed with too few digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Rational

from symgrad.testing.diagnosis.curves import Curve, predictions, promising
from symgrad.testing.diagnosis.fitting import FREE, numbers, replaced
from symgrad.testing.diagnosis.weigh import Hypothesis
from symgrad.words import counted, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.testing.subject import Subject

DIGITS = range(2, 13)
CLOSE = 0.1  # relative: what rounding to two digits may change


def rounded(curves: Sequence[Curve], subject: Subject) -> Iterator[Hypothesis]:
    """The derivative with all its irrational constants rounded to as many decimals."""
    off = max(float(np.max(np.abs(c.given - c.truth) / np.maximum(np.abs(c.truth), 1), initial=0)) for c in curves)
    if off > CLOSE:
        return
    exact = {s: v for s, v in subject.values if not subject.is_variable(s)}
    for decimals in DIGITS:
        wrong = subject.gradient.xreplace({s: short(v, decimals) for s, v in exact.items() if not v.is_Rational})
        for number in numbers(subject.gradient):
            if not number.is_Rational:
                wrong = replaced(wrong, number).xreplace({FREE: short(number, decimals)})
        if not promising(wrong, subject, curves, scaled=False):
            continue
        predicted = predictions(wrong, subject, curves)
        if predicted is not None:
            says = counted(
                "the constants are rounded to {n} decimal", "the constants are rounded to {n} decimals", decimals
            )
            yield Hypothesis("rounded-constants", says, message("write them in full"), predicted, 3)


def short(value: Any, decimals: int) -> Any:
    """A number as it is typed."""
    return Rational(f"{float(value):.{decimals}f}")
