"""All activations with all losses, as an overview and one table for each activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup

from symgrad.core import Cancels, Outcome
from symgrad.document.boxes import Diff, Ident, Op, row
from symgrad.document.evidence import OUTCOMES
from symgrad.document.from_sympy import boxes
from symgrad.document.html import inline
from symgrad.document.sets import interval
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.core import Definition, Domain, Pair, Status

OUTPUT = Diff(Ident("J"), Ident("z"), partial=True)  # not δ, which is a parameter of Huber's loss
DELTA = row(
    OUTPUT,
    Op("="),
    Diff(Ident("J"), Ident("a"), partial=True),
    Op("·"),
    Diff(Ident("a"), Ident("z")),
)

SIGNS = {Cancels.FULLY: "●", Cancels.PARTLY: "◐", Cancels.NO: "○", Cancels.NOTHING: "·", None: "?"}

ANSWERS = {
    Cancels.FULLY: message("fully", context="cancels"),
    Cancels.PARTLY: message("partly", context="cancels"),
    Cancels.NO: message("no", context="cancels"),
    Cancels.NOTHING: message("nothing to cancel", context="cancels"),
    None: message("not settled", context="cancels"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair in the overview; `href` is where its formula or its refusal stands."""

    kind: str
    sign: str
    words: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """One pair in its activation's table."""

    name: str
    loss: str
    delta: Markup
    cancels: str
    status: Status | None
    check: str
    page: str = ""  # that derives it


@dataclass(frozen=True, slots=True)
class Refusal:
    """A loss that an activation is refused with, and why."""

    name: str
    loss: str
    reason: str


@dataclass(frozen=True, slots=True)
class ActivationRow:
    """One activation with every loss."""

    name: str
    title: str
    range: Markup
    href: str
    cells: tuple[Cell, ...]
    deltas: tuple[Delta, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole page: every loss with the set that it needs its output to lie in, and the rows."""

    losses: tuple[tuple[str, Markup], ...]
    rows: tuple[ActivationRow, ...]


def comparison(pairs: Iterable[Pair], page: str = "") -> Comparison:
    """The pairs by activation, in the order they come; each activation on a page of its own where `page` is given."""
    every = tuple(pairs)
    losses = {p.loss.title: p.loss for p in every}
    groups: dict[str, list[Pair]] = {}
    for pair in every:
        groups.setdefault(pair.activation.name, []).append(pair)
    return Comparison(
        tuple((title, shown_set(loss.variables[0].domain)) for title, loss in losses.items()),
        tuple(activation_row(group, tuple(losses), page) for group in groups.values()),
    )


def activation_row(group: list[Pair], losses: tuple[str, ...], page: str) -> ActivationRow:
    """One activation's pairs."""
    by_loss = {p.loss.title: p for p in group}
    first = group[0].activation
    href = f"./{quote(part(page, first))}" if page else f"#pairs-{slug(first)}"
    rows = f"{href}#" if page else f"#{slug(first)}-"
    return ActivationRow(
        slug(first),
        first.title,
        shown_set(first.range),
        href,
        tuple(cell(by_loss.get(title), rows) for title in losses),
        tuple(delta(p) for p in group if not p.refused),
        tuple(Refusal(slug(p.loss), p.loss.title, p.refused) for p in group if p.refused),
    )


def shown_set(domain: Domain) -> Markup:
    """A set of numbers, small enough for the head of a table."""
    return inline(interval(domain))


def slug(definition: Definition) -> str:
    """The name of an entry in addresses."""
    return definition.name.replace("_", "-")


def part(page: str, activation: Definition) -> str:
    """The file of one activation's pairs."""
    return f"{page}-{slug(activation)}.html"


def cell(pair: Pair | None, rows: str) -> Cell:
    """A pair in the overview; one that was not worked out is empty."""
    if pair is None:
        return Cell("pair-refused", "", message("not worked out"))
    href = f"{rows}{slug(pair.loss)}"
    if pair.refused:
        return Cell("pair-refused", "–", message("refused", context="pair"), href)
    kind = pair.cancels.name.lower() if pair.cancels else "unknown"
    return Cell(f"slope-{kind}", SIGNS[pair.cancels], ANSWERS[pair.cancels], href)


def delta(pair: Pair) -> Delta:
    """A pair in the table."""
    shown = inline(boxes(pair.delta)) if pair.delta is not None else Markup("")
    check = ""
    if pair.check:
        number = pair.check.wrong if pair.check.outcome is Outcome.WRONG else pair.check.points
        check = message("{outcome} at {number} points", outcome=OUTCOMES[pair.check.outcome], number=number)
    status = pair.verdict.status if pair.verdict else None
    return Delta(slug(pair.loss), pair.loss.title, shown, ANSWERS[pair.cancels], status, check, pair.page)
