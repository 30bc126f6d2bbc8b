"""The facts of an activation as a table that a reader can take in at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape
from sympy import S

from symgrad.core import Variable
from symgrad.document.boxes import Box, Fn, Ident, Op, Script, row
from symgrad.document.derivatives import primed
from symgrad.document.from_sympy import boxes
from symgrad.document.html import decimal, inline
from symgrad.document.plots import plots
from symgrad.document.sets import interval, membership
from symgrad.document.text import text
from symgrad.functions import unfold

if TYPE_CHECKING:
    from symgrad.core import Definition, Domain, Extremum, Facts, Kink

Row = tuple[str, Markup]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One activation's facts: two plots, rows of label and value, kinks with what libraries return there."""

    name: str
    title: str
    plots: tuple[Markup, ...]
    caption: Markup
    rows: tuple[Row, ...]
    kinks: tuple[tuple[Markup, ...], ...]
    source: str


def sheet(facts: Facts) -> Sheet:
    """The facts of one activation."""
    definition = facts.definition
    phi, slope = named(definition), named(definition, 1)
    drawn = plots(facts, titles(definition), f"plot-{definition.name.replace('_', '-')}")
    return Sheet(
        definition.name,
        f"{definition.title}: the facts",
        tuple(Markup(svg) for svg in drawn),  # noqa: S704 - drawn by us, labels escaped
        caption(facts, phi, slope),
        tuple(rows(facts)),
        tuple(kink_row(k) for k in facts.kinks),
        definition.source,
    )


def named(definition: Definition, order: int = 0) -> Box:
    """φ(z), φ′(z), φ″(z) under the function's own name."""
    applied = boxes(definition.applied)
    return primed(applied, order) if order else applied


def titles(definition: Definition) -> tuple[str, str]:
    """What stands above the two drawings: σ(z) and σ′(z), parameters left out."""
    applied, inside = boxes(definition.applied), text(boxes(definition.variable))
    if not isinstance(applied, Fn):
        return text(applied), f"slope of {text(applied)}"
    name = text(applied.head.base if isinstance(applied.head, Script) else applied.head)
    return f"{name}({inside})", f"{name}′({inside})"


def at_values(facts: Facts) -> Markup:
    """The parameter values that the facts hold at."""
    if not facts.at:
        return Markup("")
    equations = [inline(row(boxes(s), Op("="), boxes(v))) for s, v in facts.at]
    return Markup(" at {}").format(Markup(", ").join(equations))


def caption(facts: Facts, phi: Box, slope: Box) -> Markup:
    """What the drawings show."""
    words = Markup("{} and its slope {}{}. Dashed lines: the ends of the range.").format(
        inline(phi), inline(slope), at_values(facts)
    )
    if facts.kinks:
        words += " Circles: the slopes on either side of a kink; the dot: the value that is agreed there."
    return words + " Shaded: the slope is below one hundredth."


def rows(facts: Facts) -> list[Row]:
    """The rows of the table."""
    definition, z = facts.definition, facts.definition.variable
    found: list[Row] = [
        ("Formula", equation(named(definition), boxes(definition.of))),
        ("Range", inline(interval(definition.range))),
        ("Derivative", equation(named(definition, 1), boxes(facts.derivative))),
    ]
    if facts.in_output is not None:
        a = boxes(definition.applied)
        found.append(("In terms of the output", equation(named(definition, 1), boxes(facts.in_output), [("a", a)])))
    found += [
        ("Second derivative", equation(named(definition, 2), boxes(facts.second))),
        ("Largest slope", extremum(facts.supremum, z)),
        ("Smallest slope", extremum(facts.infimum, z)),
        ("Lipschitz constant", extremum(facts.lipschitz, z, placed=False)),
        ("Limits", limits(facts)),
    ]
    if any(d is not None for d in facts.decay):
        found.append(("Decay of the slope", decay(facts)))
    found.append(("Monotone", escape(facts.monotone.value)))
    found.append(("Zero-centred", Markup("yes: an odd function") if facts.odd else Markup("no: not an odd function")))
    dead = Markup(", ").join(inline(where(z, d)) for d in facts.dead) if facts.dead else Markup("none")
    found.append(("Slope is 0 throughout", dead))
    if facts.definition.parameters:
        conditions = Markup(", ").join(inline(membership(v)) for v in definition.domains[len(definition.variables) :])
        found.append(("Parameters", conditions + Markup("; the numbers above hold{}").format(at_values(facts))))
    return found


def equation(left: Box, right: Box, lets: list[tuple[str, Box]] | None = None) -> Markup:
    """An equation, with what a letter in it stands for."""
    out = inline(row(left, Op("="), right))
    for name, value in lets or []:
        out += Markup(" with {}").format(inline(row(Ident(name), Op("="), value)))
    return out


def extremum(found: Extremum, z: Any, *, placed: bool = True) -> Markup:
    """The value, and where it is attained or approached."""
    out = value(found)
    if not placed or (found.exact is not None and found.exact in {S.Infinity, S.NegativeInfinity}):
        return out
    places = [place(z, p) for p in found.at] + [inline(where(z, d)) for d in found.on]
    if places:
        return out + Markup(", attained at {}").format(Markup(" and ").join(places))
    if found.approached:
        ends = Markup(" and ").join(inline(row(boxes(z), Op("→"), boxes(p))) for p in found.approached)
        return out + Markup(", approached as {}").format(ends)
    return out


def value(found: Extremum) -> Markup:
    """The closed form, with decimals where it is not a plain number."""
    if found.exact is None:
        return inline(decimal(found.lower, found.upper))
    shown = boxes(found.exact)
    if found.exact.is_Rational or found.exact.is_infinite or found.exact.free_symbols:
        return inline(shown)
    return inline(row(shown, Op("≈"), decimal(found.lower, found.upper)))


def place(z: Any, point: Any) -> Markup:
    """A point, exact or between two decimals."""
    if isinstance(point, tuple):
        return inline(row(boxes(z), Op("≈"), decimal(*point)))
    return inline(row(boxes(z), Op("="), boxes(point)))


def where(z: Any, domain: Domain) -> Box:
    """A stretch of the line as a condition on z."""
    return membership(Variable(z, domain))


def limits(facts: Facts) -> Markup:
    """What the function and its slope tend to at both ends."""
    definition, z = facts.definition, facts.definition.variable
    told: list[Markup] = []
    for n, limit in enumerate(facts.limits):
        if limit is not None:
            end = S.NegativeInfinity if n % 2 == 0 else S.Infinity
            left = row(named(definition, n // 2), Op("→"), boxes(unfold(limit)))
            told.append(Markup("{} as {}").format(inline(left), inline(row(boxes(z), Op("→"), boxes(end)))))
    return Markup("<br>").join(told) if told else Markup("none")


def decay(facts: Facts) -> Markup:
    """What the slope behaves like where it fades."""
    z = facts.definition.variable
    told = []
    for like, end in zip(facts.decay, (S.NegativeInfinity, S.Infinity), strict=True):
        if like is not None:
            left = row(named(facts.definition, 1), Op("∼"), boxes(like))
            told.append(Markup("{} as {}").format(inline(left), inline(row(boxes(z), Op("→"), boxes(end)))))
    return Markup("<br>").join(told)


def kink_row(kink: Kink) -> tuple[Markup, ...]:
    """A kink: where, the slopes on both sides, what each library returns."""
    at = inline(row(boxes(kink.variable), Op("="), boxes(kink.at)))
    jump = Markup(" (the function jumps)") if kink.jump else Markup("")
    slopes = (inline(boxes(kink.left)), inline(boxes(kink.right)))
    agreed = tuple(inline(boxes(v)) if v is not None else Markup("–") for v in (kink.torch, kink.jax, kink.textbook))
    return (at + jump, *slopes, *agreed)
