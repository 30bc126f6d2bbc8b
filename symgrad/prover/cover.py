"""Comparisons in one variable by cells, with a certificate: Arb finds the cells, other intervals replay them.

The line, or the part of it that a comparison is about, is cut into cells on which Taylor's formula shows it, and half
lines on which leading terms do. Where the difference of the sides touches 0, that is proved exactly.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy as sp
from flint import arb, ctx, fmpq

from symgrad.core import Status, SymgradError, Verdict
from symgrad.functions import D
from symgrad.prover.certificate import VERSION
from symgrad.prover.conventions import told, truth
from symgrad.prover.factors import slope
from symgrad.prover.limits import leading, towards
from symgrad.prover.prove import prove
from symgrad.prover.ranges import one_variable
from symgrad.prover.recheck import recheck
from symgrad.prover.recheck_cover import Claim, claim, fine
from symgrad.prover.recheck_ring import RejectedError
from symgrad.prover.taylor import PRECISION, Smooth, sign
from symgrad.prover.zeros import Point, dyadic, point, rational, zeros
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.core import Variable

CELLS = message("cells of the line, enclosed by intervals")
MOST = 600  # cells looked at
STARTS = (4, 8, 16, 32, 64)  # where what lies beyond the cells may begin
SPLIT = Fraction(5, 11)  # of a cell: no place of interest is likely to lie there
GRAIN = 10**50


def prove_cover(relation: Any, *, variables: Sequence[Variable] = (), assuming: Any = sp.true) -> Verdict | None:
    """The proof of a comparison in one variable, which has a certificate that stands; None where none is found."""
    try:
        stated = claim(relation, variables, assuming)
        with ctx.workprec(PRECISION):
            made = _Cover(stated, point=isinstance(assuming, sp.Basic) and assuming.has(sp.Eq)).certificate()
    except (SymgradError, RejectedError, ArithmeticError, ValueError):
        return None
    sides = truth(relation), sp.S.One
    shown = told(*sides, variables, (), sp.sympify(assuming, strict=True))
    text = json.dumps({"version": VERSION, "statement": shown, **made}, separators=(",", ":"))
    if not recheck(text, *sides, variables=variables, assuming=assuming).ok:
        return None
    return Verdict(Status.PROVED, CELLS, certificate=text)


class _Cover:
    """The search for the cells of one comparison."""

    def __init__(self, stated: Claim, *, point: bool) -> None:
        self.stated, self.point = stated, point
        self.symbol = stated.symbol
        self.expr = one_variable(stated.great - stated.small, self.symbol)
        self.smooth = Smooth(self.expr, self.symbol)

    def certificate(self) -> dict[str, Any]:
        """The cells, and on which sides the comparison goes on beyond them."""
        low, high = self.stated.low, self.stated.high
        if low is not None and high is not None and not low < high and not self.point:
            raise RejectedError("no number satisfies the condition")
        beyond = [side for side, end in ((-1, low), (1, high)) if end is None]
        first = low if low is not None else -self.start(-1)
        last = high if high is not None else self.start(1)
        places = self.places(first, last)
        return {"cells": list(self.cells(first, last, places)), "beyond": beyond}

    def start(self, side: int) -> Fraction:
        """From where on leading terms show the comparison."""
        lead = leading(towards(self.expr, self.symbol, side * sp.oo), self.symbol, exact=False)
        if lead is None or lead.sign != 1:
            raise RejectedError("the difference is not positive far out")
        other = self.stated.low if side > 0 else self.stated.high
        for start in STARTS:
            end = Fraction(start) if other is None else max(Fraction(start), side * other)
            if end >= lead.start and self.seen(end, side):
                return end
        raise RejectedError("the comparison is not seen far out")

    def seen(self, end: Fraction, side: int) -> bool:
        """Whether the checker will see it, too."""
        try:
            with fine():
                return self.stated.far(end, side) == 1
        except (RejectedError, ArithmeticError):
            return False

    def places(self, low: Fraction, high: Fraction) -> list[Any]:
        """Where the slope of the difference is 0: exactly where it touches 0, a rational number close by elsewhere."""
        ends = [point(sp.Rational(e)) for e in (low, high)]
        inside = zeros(slope(self.expr, self.symbol), self.symbol, ends[0], ends[1])
        return [self.place(p) for p in inside or ()]

    def place(self, p: Point) -> Any:
        """A number to cut cells by."""
        if p.exact is not None and (p.exact**2).is_Rational and sign(self.expr.xreplace({self.symbol: p.exact})) == 0:
            return p.exact
        middle = rational(dyadic(p.ball.mid()))
        return Fraction(round(middle * GRAIN), GRAIN)

    def cells(self, low: Fraction, high: Fraction, places: list[Any]) -> Iterator[dict[str, Any]]:
        """Cells from one number to another, in order."""
        waiting = [(low, high)]
        for _ in range(MOST):
            if not waiting:
                return
            first, last = waiting.pop()
            inside = [p for p in places if first < p < last] or [(first + last) / 2]
            cell = self.cell(first, last, inside[0]) if len(inside) == 1 else None
            if cell is not None:
                yield cell
                continue
            cut = first + (last - first) * SPLIT
            waiting += [(cut, last), (first, cut)]
        raise RejectedError("there are too many cells")

    def cell(self, low: Fraction, high: Fraction, place: Any) -> dict[str, Any] | None:
        """The cell, if Taylor's formula about a place shows the comparison on it."""
        ends = {"ends": [str(low), str(high)]}
        try:
            bend = self.smooth.jet(_ball(low).union(_ball(high)), 2)[2]
        except (ZeroDivisionError, ValueError):  # the cell is so wide that a divisor may be 0 in it
            return None
        if not isinstance(place, Fraction):
            return {**ends, **self.touch(place)} if bend > 0 else None
        value, steep = self.smooth.jet(_ball(place))
        if value < 0:
            raise RejectedError("the comparison fails")
        reach = _ball(max(high - place, place - low))
        least = value - abs(steep) * reach + arb.min(bend, arb(0)) * reach**2
        return {**ends, "at": str(place)} if least > 0 else None

    def touch(self, place: Any) -> dict[str, Any]:
        """Certificates that the difference and its slope are 0 at a place."""
        there, square = sp.Eq(self.symbol, place), place**2
        asked = {
            "zero": (self.stated.great, self.stated.small),
            "flat": (D(self.stated.difference, self.symbol), sp.S.Zero),
        }
        found = {k: prove(*sides, assuming=there).certificate for k, sides in asked.items()}
        if not all(found.values()):
            raise RejectedError("that the difference touches 0 is not proved")
        way = 1 if place > 0 else -1
        return {"touch": [way, str(square)], **{k: json.loads(text) for k, text in found.items()}}


def _ball(q: Fraction) -> arb:
    return arb(fmpq(q.numerator, q.denominator))
