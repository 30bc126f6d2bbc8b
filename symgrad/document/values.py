"""The values of two sides at a point, to as many digits as a reader needs."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Context, Decimal

from symgrad.words import message

UNDEFINED = message("undefined")
SPELLED = {"undefined": UNDEFINED, "oo": "∞", "-oo": "−∞"}
DIGITS = 12  # of a value in a counterexample, for a reader
BALL = re.compile(r"\[([+-]?\d[\d.]*(?:e[+-]?\d+)?)(?: \+/- [^ \]]+)?\]")
MOST_DIGITS = 60  # where the two sides are nearly equal


def value(ball: str, digits: int = DIGITS) -> str:
    """The middle of a ball to so many digits, with an ellipsis unless that is all of it; words stay."""
    middle = BALL.fullmatch(ball)
    if middle is None:
        return SPELLED.get(ball, ball)
    found = Decimal(middle[1])
    if "+/- 0]" in ball and len(found.normalize().as_tuple().digits) <= 2 * DIGITS:
        digits = 2 * DIGITS  # all of it
    cut = Context(prec=digits, rounding=ROUND_DOWN).plus(found)  # 0.99999… is not 1.00000…
    exact = "+/- 0]" in ball and found == cut
    plainly = "f" if abs(found.adjusted()) < digits else "g"
    return (f"{cut.normalize():{plainly}}" if exact else f"{cut:.{digits}g}…").replace("-", "−")


def apart(left: str, right: str) -> tuple[str, str]:
    """Both values, to as many digits as it takes to tell them apart; short where nothing does."""
    if not (BALL.fullmatch(left) and BALL.fullmatch(right)):
        return value(left), value(right)
    told = [(value(left, digits), value(right, digits)) for digits in range(DIGITS, MOST_DIGITS)]
    return next((pair for pair in told if len({as_number(side) for side in pair}) > 1), told[0])


def as_number(told: str) -> Decimal:
    """A value as it was told."""
    return Decimal(told.rstrip("…").replace("−", "-"))
