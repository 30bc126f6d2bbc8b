"""How many steps, wholes and checks a page has and how they came out, as it says at its head."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from symgrad.core import TimeInduction
from symgrad.words import counted, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Page, Tally
    from symgrad.document.site import Site
    from symgrad.words import Message

OVER_LAYERS, OVER_TIME = message("the induction over the layers"), message("the induction over time")


def to_prove(page: Page) -> Message:
    """What there is to prove on a page: its steps, each chain as a whole, the rows of the table."""
    steps, wholes = sum(len(s.verdicts) for s in page.settled), len(page.settled)
    rows = sum(p.verdict is not None for p in page.pairs)
    parts = [counted("{n} step", "{n} steps", steps)] if steps else []
    parts += [counted("the whole chain", "{n} whole chains", wholes)] if wholes else []
    parts += [counted("{n} delta", "{n} deltas", rows)] if rows else []
    parts += [OVER_TIME if isinstance(i, TimeInduction) else OVER_LAYERS for i in page.inductions]
    return reduce(lambda one, other: message("{one} and {other}", one=one, other=other), parts or [message("")])


def badges(counts: Tally, site: Site, what: Message) -> list[dict[str, str]]:
    """The counts at the head of a page, each linked to what it means."""
    return [*proved(counts, site, what), *doubts(counts, site), *checked(counts)]


def proved(counts: Tally, site: Site, what: Message) -> Iterator[dict[str, str]]:
    """How much of what there is to prove is proved."""
    if not counts.steps:
        return
    if counts.proved == counts.steps:
        yield badge(message("{what}, all proved", what=what), "good", f"{site.trust}#proved")
        return
    words = message("{what}: {proved} of {number} proved", what=what, proved=counts.proved, number=counts.steps)
    yield badge(words, "bad" if counts.refuted or counts.mismatched else "doubt", f"{site.trust}#proved")


def doubts(counts: Tally, site: Site) -> Iterator[dict[str, str]]:
    """What is not proved as it stands."""
    if n := counts.refuted:
        yield badge(message("{number} refuted", number=n), "bad", f"{site.trust}#refuted")
    if n := counts.mismatched:
        words = message("{number} whose sides have different domains", number=n)
        yield badge(words, "bad", f"{site.trust}#domain-mismatch")
    if n := counts.excepted:
        yield badge(
            message("{number} proved except at listed points", number=n), "doubt", f"{site.trust}#proved-except"
        )
    if n := counts.unknown:
        yield badge(message("{number} neither proved nor refuted", number=n), "doubt", f"{site.trust}#unknown")
    if n := counts.unreasoned:
        words = counted("{n} step whose reason is not confirmed", "{n} steps whose reasons are not confirmed", n)
        yield badge(words, "doubt")
    if n := counts.vacuous:
        yield badge(message("{number} vacuous", number=n), "doubt", f"{site.trust}#vacuous")


def checked(counts: Tally) -> Iterator[dict[str, str]]:
    """How the numeric checks came out."""
    if n := counts.ok:
        yield badge(
            counted("{n} result agrees with finite differences", "{n} results agree with finite differences", n), "good"
        )
    if n := counts.wrong:
        words = counted(
            "{n} result disagrees with finite differences", "{n} results disagree with finite differences", n
        )
        yield badge(words, "bad")
    if n := counts.unresolved:
        words = counted(
            "{n} result could not be checked numerically", "{n} results could not be checked numerically", n
        )
        yield badge(words, "doubt")
    if n := counts.unchecked:
        yield badge(counted("{n} result without a point to check", "{n} results without a point to check", n), "doubt")


def badge(words: Message, mood: str, href: str = "") -> dict[str, str]:
    """One badge."""
    return {"words": words, "mood": mood, "href": href}
