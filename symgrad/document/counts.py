"""How many steps, wholes and checks a page has and how they came out, as it says at its head."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

from symgrad.words import counted, message

if TYPE_CHECKING:
    from symgrad.core import Page, Tally
    from symgrad.document.site import Site
    from symgrad.words import Message


def to_prove(page: Page) -> Message:
    """What there is to prove on a page: its steps, each chain as a whole, the rows of the table."""
    steps, wholes = sum(len(s.verdicts) for s in page.settled), len(page.settled)
    rows = sum(p.verdict is not None for p in page.pairs)
    parts = [counted("{n} step", "{n} steps", steps)] if steps else []
    parts += [counted("the whole chain", "{n} whole chains", wholes)] if wholes else []
    parts += [counted("{n} delta", "{n} deltas", rows)] if rows else []
    parts += [message("the induction over the layers")] if page.inductions else []
    return reduce(lambda one, other: message("{one} and {other}", one=one, other=other), parts or [message("")])


def badges(counts: Tally, site: Site, what: Message) -> list[dict[str, str]]:
    """The counts at the head of a page, each linked to what it means."""
    found = []
    if counts.steps:
        rest = counts.steps - counts.proved
        parts: dict[str, Any] = {"what": what, "proved": counts.proved, "number": counts.steps}
        words = (
            message("{what}: {proved} of {number} proved", **parts)
            if rest
            else message("{what}, all proved", what=what)
        )
        mood = "good" if not rest else "bad" if counts.refuted or counts.mismatched else "doubt"
        found.append({"words": words, "mood": mood, "href": f"{site.trust}#proved"})
    for n, words, mood, anchor in (
        (counts.refuted, message("{number} refuted", number=counts.refuted), "bad", "refuted"),
        (
            counts.mismatched,
            message("{number} whose sides have different domains", number=counts.mismatched),
            "bad",
            "domain-mismatch",
        ),
        (
            counts.excepted,
            message("{number} proved except at listed points", number=counts.excepted),
            "doubt",
            "proved-except",
        ),
        (counts.unknown, message("{number} neither proved nor refuted", number=counts.unknown), "doubt", "unknown"),
    ):
        if n:
            found.append({"words": words, "mood": mood, "href": f"{site.trust}#{anchor}"})
    for n, words, mood in (
        (
            counts.ok,
            counted(
                "{n} result agrees with finite differences", "{n} results agree with finite differences", counts.ok
            ),
            "good",
        ),
        (
            counts.wrong,
            counted(
                "{n} result disagrees with finite differences",
                "{n} results disagree with finite differences",
                counts.wrong,
            ),
            "bad",
        ),
        (
            counts.unresolved,
            counted(
                "{n} result could not be checked numerically",
                "{n} results could not be checked numerically",
                counts.unresolved,
            ),
            "doubt",
        ),
    ):
        if n:
            found.append({"words": words, "mood": mood, "href": ""})
    return found
