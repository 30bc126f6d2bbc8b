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
from symgrad.document.html import in_html
from symgrad.document.mathml import mathml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from symgrad.core import Definition, Pair, Status

DELTA = row(
    Ident("δ"),
    Op("="),
    Diff(Ident("J"), Ident("z"), partial=True),
    Op("="),
    Diff(Ident("J"), Ident("a"), partial=True),
    Op("·"),
    Diff(Ident("a"), Ident("z")),
)

SIGNS = {Cancels.FULLY: "●", Cancels.PARTLY: "◐", Cancels.NO: "○", Cancels.NOTHING: "·", None: "?"}

ANSWERS = {
    Cancels.FULLY: "fully",
    Cancels.PARTLY: "partly",
    Cancels.NO: "no",
    Cancels.NOTHING: "nothing to cancel",
    None: "not settled",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One pair in the overview."""

    kind: str
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Delta:
    """One pair in its activation's table."""

    loss: str
    delta: Markup
    cancels: str
    status: Status | None
    check: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """The losses that an activation is refused with for one reason."""

    losses: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ActivationRow:
    """One activation with every loss."""

    name: str
    title: str
    href: str
    cells: tuple[Cell, ...]
    deltas: tuple[Delta, ...]
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole page."""

    losses: tuple[str, ...]
    rows: tuple[ActivationRow, ...]


def comparison(pairs: Iterable[Pair], page: str = "") -> Comparison:
    """The pairs by activation, in the order they come; each activation on a page of its own where `page` is given."""
    every = tuple(pairs)
    losses = tuple(dict.fromkeys(p.loss.title for p in every))
    groups: dict[str, list[Pair]] = {}
    for pair in every:
        groups.setdefault(pair.activation.name, []).append(pair)
    return Comparison(losses, tuple(activation_row(group, losses, page) for group in groups.values()))


def activation_row(group: list[Pair], losses: tuple[str, ...], page: str) -> ActivationRow:
    """One activation's pairs."""
    by_loss = {p.loss.title: p for p in group}
    refused: dict[str, list[str]] = {}
    for pair in group:
        if pair.refused:
            refused.setdefault(pair.refused, []).append(pair.loss.title)
    first = group[0].activation
    return ActivationRow(
        slug(first),
        first.title,
        f"./{quote(part(page, first))}" if page else f"#pairs-{slug(first)}",
        tuple(cell(by_loss.get(title)) for title in losses),
        tuple(delta(p) for p in group if not p.refused),
        tuple(Refusal(tuple(titles), reason) for reason, titles in refused.items()),
    )


def slug(definition: Definition) -> str:
    """The name of an entry in addresses."""
    return definition.name.replace("_", "-")


def part(page: str, activation: Definition) -> str:
    """The file of one activation's pairs."""
    return f"{page}-{slug(activation)}.html"


def cell(pair: Pair | None) -> Cell:
    """A pair in the overview; one that was not worked out is empty."""
    if pair is None:
        return Cell("refused", "", "not worked out")
    if pair.refused:
        return Cell("refused", "–", f"refused: {pair.refused}")
    kind = pair.cancels.value if pair.cancels else "unknown"
    return Cell(kind, SIGNS[pair.cancels], ANSWERS[pair.cancels])


def delta(pair: Pair) -> Delta:
    """A pair in the table."""
    shown = in_html(mathml(boxes(pair.delta), annotated=False)) if pair.delta is not None else Markup("")
    check = f"{OUTCOMES[pair.check.outcome]} at {pair.check.points} points" if pair.check else ""
    if pair.check and pair.check.outcome is Outcome.WRONG:
        check = f"wrong at {pair.check.wrong} points"
    status = pair.verdict.status if pair.verdict else None
    return Delta(pair.loss.title, shown, ANSWERS[pair.cancels], status, check)
