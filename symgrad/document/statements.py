"""What a claim states, as a formula: one line for each form of statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sympy import Eq, Ge, Gt, Le, Lt, true

from symgrad.core import (
    REALS,
    CoinMean,
    Equal,
    Eventually,
    Exists,
    GaussianMean,
    GaussianSquare,
    Holds,
    Image,
    Induction,
    Just,
    Layers,
    NeverNegative,
    Stretches,
    Tends,
    Variable,
)
from symgrad.document.boxes import EMPTY, Aligned, Fence, Ident, Num, Op, Script, Space, commas, fenced, row
from symgrad.document.from_sympy import boxes
from symgrad.document.layout import LINE, related, width
from symgrad.document.sets import interval, membership

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from symgrad.core.claim import Statement
    from symgrad.document.boxes import Box

SIGNS = {Eq: "=", Ge: "≥", Gt: ">", Le: "≤", Lt: "<"}


def formula(statement: Statement) -> Box | None:
    """What is stated, broken where it is long; None where SymPy made both sides one, and for an experiment."""
    said = stated(statement)
    if said is None:
        return None
    lines, where = related(said), conditions(statement)
    if not where:
        return lines
    held = fenced(commas(*where))
    whole = row(lines, Space(1.0), held)
    if not isinstance(lines, Aligned) and width(whole) <= LINE:
        return whole
    if width(held) > LINE and len(where) > 1:
        held = Fence(Aligned(tuple(one for each in ended(where) for one in rows_of(related(each)))), tall=True)
    return Aligned((*rows_of(lines), (EMPTY, row(Space(1.5), held))))


def rows_of(box: Box) -> tuple[tuple[Box, Box], ...]:
    """The lines of a box that may have several."""
    return box.rows if isinstance(box, Aligned) else ((EMPTY, box),)


def ended(parts: Sequence[Box]) -> list[Box]:
    """The parts, each but the last with a comma behind it."""
    return [*(row(part, Op(",")) for part in parts[:-1]), parts[-1]]


def stated(statement: Statement) -> Box | None:  # noqa: PLR0911 - a line for each form
    """The statement without its conditions, on one line."""
    match statement:
        case Holds() | Exists() | Stretches() | Induction():
            relation = statement.relation
            trivial = isinstance(relation, Eq) and relation.lhs == relation.rhs
            return None if trivial else boxes(relation)
        case Equal():
            return row(boxes(statement.left), Op("="), boxes(statement.right))
        case NeverNegative():
            return row(boxes(statement.value), Op("≥"), Num("0"))
        case Layers():
            return row(boxes(statement.step.start), Op("="), boxes(statement.step.result))
        case Tends():
            return row(boxes(statement.expr), Op("→"), boxes(statement.to))
        case Eventually():
            return boxes(statement.relation)
        case Image():
            of = membership(Variable(statement.variable, statement.on))
            return row(Fence(row(boxes(statement.expr), Op(":"), of), "{", "}"), Op("="), interval(statement.values))
        case Just():
            return row(boxes(statement.relation), Op("⇔"), boxes(statement.where))
        case CoinMean() | GaussianMean() | GaussianSquare():
            return mean(statement)
    return None


def conditions(statement: Statement) -> tuple[Box, ...]:
    """For which values it is stated: the domains and what is assumed beyond them; or where to the variable goes."""
    if isinstance(statement, Tends | Eventually):
        return (towards(statement),)
    if not isinstance(statement, Holds | Exists):
        return ()
    assumed = () if statement.assuming in {True, true} else (boxes(statement.assuming),)
    limited = [membership(v) for v in statement.variables if v.domain != REALS]
    return (*limited, *assumed)


def towards(statement: Tends | Eventually) -> Box:
    """Where to the variable goes: z → 0+."""
    at, side = statement.at if isinstance(statement.at, tuple) else (statement.at, 0)
    end = boxes(at) if not side else Script(boxes(at), sup=Op("+" if side > 0 else "−"))
    return row(boxes(statement.variable), Op("→"), end)


def mean(statement: CoinMean | GaussianMean | GaussianSquare) -> Box:
    """E[...] and what it is; what lies outside an interval counts as 0."""
    match statement:
        case CoinMean():
            return row(expected(statement.left), Op(SIGNS[statement.relation]), boxes(statement.right))
        case GaussianMean():
            inside = None if statement.on == REALS else row(boxes(statement.variable), Op("∈"), interval(statement.on))
            return row(expected(statement.expr, inside), Op("="), boxes(statement.value))
    low, high = boxes(statement.lower), boxes(statement.upper)
    return row(low, Op("≤"), expected(statement.expr**2), Op("≤"), high)


def expected(expr: Any, inside: Box | None = None) -> Box:
    """E[...], and where it is counted."""
    counted = () if inside is None else (Op(";"), inside)
    return row(Ident("E", upright=True), fenced(row(boxes(expr), *counted), "[", "]"))
