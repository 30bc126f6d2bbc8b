"""What is proved about a catalogue entry as labelled rows of words and formulas, the same for every format."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from sympy import S

from symgrad.core import Convex, Facts, Kind, Monotone, Variable
from symgrad.document.boxes import Box, Diff, Ident, Num, Op, commas, row
from symgrad.document.derivatives import primed
from symgrad.document.from_sympy import boxes
from symgrad.document.layout import LINE, equation, stacked
from symgrad.document.sets import interval, membership
from symgrad.document.words import Formula, Piece
from symgrad.functions import Elementwise, unfold
from symgrad.functions.elementwise import NUMERIC
from symgrad.words import enumerated, message

if TYPE_CHECKING:
    from symgrad.core import Definition, Domain, Extremum, Kink, LossFacts

Cell = tuple[Piece, ...]
Fact = tuple[str, tuple[Cell, ...]]  # a label, and one or more lines

NONE = (message("none", context="limits"),)
AS = message("{left} as {right}")
BOUNDED = message("bounded: an outlier pulls no harder than this")
MONOTONE = {
    Monotone.STRICTLY_INCREASING: message("strictly increasing"),
    Monotone.NON_DECREASING: message("non-decreasing"),
    Monotone.STRICTLY_DECREASING: message("strictly decreasing"),
    Monotone.NON_INCREASING: message("non-increasing"),
    Monotone.CONSTANT: message("constant", context="monotone"),
    Monotone.NOT_MONOTONE: message("not monotone"),
}
CONVEX = {
    Convex.STRICTLY: message("strictly convex"),
    Convex.CONVEX: message("convex"),
    Convex.NOT: message("not convex"),
    Convex.UNSETTLED: message("not settled"),
}
INWARD = NUMERIC - {"normal_cdf"}  # whose Φ is known


def said(*parts: str | Box) -> Cell:
    """Words and formulas in turn."""
    return tuple(p if isinstance(p, str) else Formula(p) for p in parts)


def told(template: str, **values: Any) -> Cell:
    """A sentence with formulas in it."""
    shown: dict[str, Any] = {k: Formula(v) if isinstance(v, Box) else v for k, v in values.items()}
    return (message(template, **shown),)


def named(definition: Definition, order: int = 0) -> Box:
    """φ(z), φ′(z), φ″(z) under the function's own name."""
    applied = boxes(definition.applied)
    return primed(applied, order) if order else applied


def definition_box(definition: Definition) -> Box:
    """The formula that defines the entry."""
    names = [named(definition)] if definition.kind is Kind.ACTIVATION else [Ident("J"), named(definition)]
    return equation(*names, boxes(definition.of))


def facts_of(found: Facts | LossFacts) -> tuple[Fact, ...]:
    """The rows of an activation or of a loss."""
    rows = activation_facts(found) if isinstance(found, Facts) else loss_facts(found)
    return tuple((label, tuple(lines)) for label, *lines in rows)


def activation_facts(facts: Facts) -> list[tuple[Any, ...]]:
    """The rows of an activation: a label, then its lines."""
    definition, z = facts.definition, facts.definition.variable
    slope = named(definition, 1)
    found: list[tuple[Any, ...]] = [
        (message("Formula"), said(definition_box(definition))),
        (message("Range"), said(interval(definition.range))),
        (message("Derivative"), said(equation(slope, boxes(facts.derivative)))),
    ]
    if facts.in_output is not None:
        output = row(Ident("a"), Op("="), boxes(definition.applied))
        found.append(
            (
                message("In terms of the output"),
                told("{formula} with {output}", formula=equation(slope, boxes(facts.in_output)), output=output),
            ),
        )
    found += [
        (message("Second derivative"), said(equation(named(definition, 2), boxes(facts.second)))),
        (message("Largest slope"), extremum(facts.supremum, z)),
        (message("Smallest slope"), extremum(facts.infimum, z)),
        (message("Lipschitz constant"), extremum(facts.lipschitz, z, placed=False)),
        (message("Limits"), *(limits(facts) or [NONE])),
    ]
    if any(d is not None for d in facts.decay):
        found.append((message("Decay of the slope"), *decay(facts)))
    dead = (enumerated(said(where(z, d)) for d in facts.dead),) if facts.dead else NONE
    found += [
        (message("Monotone"), (MONOTONE[facts.monotone],)),
        (
            message("Zero-centred"),
            (message("yes: an odd function") if facts.odd else message("no: not an odd function"),),
        ),
        (message("Slope is 0 throughout"), dead),
        *(((message("Bend"), *map(bend, facts.bends)),) if facts.bends else ()),
        *parameters(definition, facts.at),
        *stable(definition),
    ]
    return found


def loss_facts(facts: LossFacts) -> list[tuple[Any, ...]]:
    """The rows of a loss."""
    definition, a = facts.definition, facts.definition.variable
    slope, bending = (Diff(Ident("J"), boxes(a), partial=True, order=n) for n in (1, 2))
    found: list[tuple[Any, ...]] = [
        (message("Formula"), said(definition_box(definition))),
        (message("Where"), said(commas(*map(membership, definition.variables)))),
        (message("Range"), said(interval(definition.range))),
        (message("Derivative"), said(equation(slope, boxes(facts.derivative)))),
        (message("Second derivative"), said(equation(bending, boxes(facts.second)))),
        (message("Convex in the output"), convexity(facts)),
    ]
    if facts.stationary:
        meets = row(boxes(a), Op("="), boxes(definition.variables[1].symbol))
        found.append((message("Slope vanishes"), told("where {condition}", condition=meets)))
    found += [
        (message("Least value"), extremum(facts.least, a)),
        (message("Slopes between"), *slopes(facts)),
        *parameters(definition, facts.at),
        *stable(definition),
    ]
    return found


def convexity(facts: LossFacts) -> Cell:
    """The answer, with the point that decides a no."""
    if facts.convex is not Convex.NOT:
        values = values_of(facts.convex_at)
        word = CONVEX[facts.convex]
        return told("{answer} at {values}", answer=word, values=values) if values else (word,)
    return told("not convex: the second derivative is negative at {values}", values=equations(facts.bent))


def slopes(facts: LossFacts) -> list[Cell]:
    """The range of the slope, and whether it is bounded."""
    low, high = facts.infimum, facts.supremum
    bounded = not any(e.exact in {S.Infinity, S.NegativeInfinity} for e in (low, high))
    whole = told("{low} and {high}", low=value(low), high=value(high))
    return [whole, (BOUNDED if bounded else message("unbounded"),)]


def parameters(definition: Definition, at: tuple[tuple[Any, Any], ...]) -> list[tuple[Any, ...]]:
    """Where the parameters lie, and the values that the numbers hold at."""
    lines = [said(membership(Variable(p.symbol, p.domain))) for p in definition.parameters]
    known = [joined(lines, ", ")] if lines else []
    label = message("Parameters") if lines else message("Numbers")
    return [(label, *known, told("the numbers above hold at {values}", values=values_of(at)))] if at else []


def stable(definition: Definition) -> list[tuple[Any, ...]]:
    """The form that keeps its digits, where the textbook's does not."""
    form = None if definition.stable is None else readable(definition.stable)
    if form is None or form == definition.of:
        return []
    return [(message("In floating point"), told("computed as {formula}", formula=stacked(boxes(form), LINE)))]


def readable(form: Any) -> Any:
    """A stable form without the functions that only NumPy needs: v·e^x for times_exp(v, x), z for a clipped z."""
    while heads := {h for h in form.atoms(Elementwise) if h.func.spelling in INWARD}:
        form = form.xreplace({h: h.unfold() for h in heads})
    return form


def values_of(at: tuple[tuple[Any, Any], ...], *, short: bool = False) -> Cell:
    """The values that facts hold at; `short` gives six digits of those that are no plain numbers."""
    return said(commas(*(rounded(s, v) if short else equations(((s, v),)) for s, v in at))) if at else ()


def rounded(symbol: Any, value: Any) -> Box:
    """A value, or its first digits where it is a long formula."""
    if value.is_Rational:
        return row(boxes(symbol), Op("="), boxes(value))
    return row(boxes(symbol), Op("≈"), signed(f"{float(value):.6g}"))


def equations(values: tuple[tuple[Any, Any], ...]) -> Box:
    """Symbols with their values, in a row: α = 1, y = 0."""
    return commas(*(row(boxes(s), Op("="), boxes(v)) for s, v in values))


def joined(cells: list[Cell], word: str) -> Cell:
    """Cells with a word between them."""
    out: list[Piece] = []
    for cell in cells:
        out += [word, *cell] if out else cell
    return tuple(out)


def extremum(found: Extremum, z: Any, *, placed: bool = True) -> Cell:
    """The value, and where it is attained or approached."""
    shown = value(found)
    if not placed or (found.exact is not None and found.exact in {S.Infinity, S.NegativeInfinity}):
        return shown
    places = [said(place(z, p)) for p in found.at] + [said(where(z, d)) for d in found.on]
    if places:
        return told("{value}, attained at {places}", value=shown, places=alternatives(places))
    if found.approached:
        ends = [said(row(boxes(z), Op("→"), boxes(p))) for p in found.approached]
        return told("{value}, approached as {places}", value=shown, places=alternatives(ends))
    return shown


def alternatives(cells: list[Cell]) -> Cell:
    """Two places or more."""
    return reduce(lambda one, other: told("{one} and {other}", one=one, other=other), cells)


def value(found: Extremum) -> Cell:
    """The closed form, with decimals where it is not a plain number."""
    if found.exact is None:
        return said(decimal(found.lower, found.upper))
    shown = boxes(found.exact)
    if found.exact.is_Rational or found.exact.is_infinite or found.exact.free_symbols:
        return said(shown)
    return said(row(shown, Op("≈"), decimal(found.lower, found.upper)))


def decimal(lower: Any, upper: Any) -> Box:
    """The decimals that two bounds agree on, such as 1.12890414…."""
    low, high = f"{float(lower):.12f}", f"{float(upper):.12f}"
    if lower == upper:
        return signed(low.rstrip("0").rstrip("."))
    shared = "".join(a for n, (a, b) in enumerate(zip(low, high, strict=False)) if low[: n + 1] == high[: n + 1])
    return signed(f"{shared}…" if "." in shared else f"{float(lower):.3g} … {float(upper):.3g}")


def signed(digits: str) -> Box:
    """A decimal with its sign apart."""
    return row(Op("−", prefix=True), Num(digits[1:])) if digits.startswith("-") else Num(digits)


def place(z: Any, point: Any) -> Box:
    """A point, exact or between two decimals."""
    if isinstance(point, tuple):
        return row(boxes(z), Op("≈"), decimal(*point))
    return row(boxes(z), Op("="), boxes(point))


def where(z: Any, domain: Domain) -> Box:
    """A stretch of the line as a condition on z."""
    return membership(Variable(z, domain))


def limits(facts: Facts) -> list[Cell]:
    """What the function and its slope tend to at both ends."""
    definition, z = facts.definition, facts.definition.variable
    found: list[Cell] = []
    for n, limit in enumerate(facts.limits):
        if limit is not None:
            end = S.NegativeInfinity if n % 2 == 0 else S.Infinity
            left = row(named(definition, n // 2), Op("→"), boxes(unfold(limit)))
            found.append(told(AS, left=left, right=row(boxes(z), Op("→"), boxes(end))))
    return found


def decay(facts: Facts) -> list[Cell]:
    """What the slope behaves like where it fades."""
    z = facts.definition.variable
    found: list[Cell] = []
    for like, end in zip(facts.decay, (S.NegativeInfinity, S.Infinity), strict=True):
        if like is not None:
            left = row(named(facts.definition, 1), Op("∼"), boxes(like))
            found.append(told(AS, left=left, right=row(boxes(z), Op("→"), boxes(end))))
    return found


def bend(kink: Kink) -> Cell:
    """A point at which the two slopes agree at these parameters, and their own slopes do not."""
    at = row(boxes(kink.variable), Op("="), boxes(kink.at))
    return told(
        "at {point} both slopes agree at these parameters, so there is a derivative; the second derivative is {left} "
        "on the left and {right} on the right",
        point=at,
        left=boxes(kink.left),
        right=boxes(kink.right),
    )


KINK_HEADS = (
    message("at", context="kinks"),
    message("slope on the left"),
    message("slope on the right"),
    message("torch returns"),
    message("jax returns"),
    message("textbooks"),
)


def kink_row(kink: Kink) -> tuple[Cell, ...]:
    """A kink: where, the slopes on both sides, what each library returns."""
    point = row(boxes(kink.variable), Op("="), boxes(kink.at))
    at = told("{point} (the function jumps)", point=point) if kink.jump else said(point)
    agreed = (kink.torch, kink.jax, kink.textbook)
    return (at, *(said(boxes(v)) if v is not None else ("–",) for v in (kink.left, kink.right, *agreed)))
