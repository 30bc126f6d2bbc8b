"""Claims and their rulings in words: the same lines for a terminal, a page and a program."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

from symgrad.core import Observation, Ruling, Status
from symgrad.definitions.claims.sources import SOURCES
from symgrad.document.evidence import WORDS
from symgrad.document.from_sympy import boxes
from symgrad.document.same import Same
from symgrad.document.statements import formula
from symgrad.document.text import text
from symgrad.document.values import UNDEFINED, apart
from symgrad.indexed import Dim, Index
from symgrad.words import clauses, counted, language, message

if TYPE_CHECKING:
    from symgrad.core import Claim, Observed, Page, Settlement, Verdict, Witness
    from symgrad.core.claim import Statement
    from symgrad.document.boxes import Box

BADGES = {
    Ruling.PROVED: (message("proved", context="verdict"), "good"),
    Ruling.CONDITIONAL: (message("proved under a condition", context="verdict"), "good"),
    Ruling.REFUTED: (message("refuted", context="verdict"), "bad"),
    Ruling.MEASURED: (message("measured", context="verdict"), "measured"),
    Ruling.UNKNOWN: (message("not settled", context="verdict"), "doubt"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """One formal statement: its words, its formula where it is a plain one, the verdict, and the counterexample."""

    words: str
    formula: Box | None
    status: Status
    method: str
    counterexample: str

    @property
    def word(self) -> str:
        """The verdict as a reader sees it."""
        return WORDS[self.status]

    @property
    def mood(self) -> str:
        """The colour of its badge."""
        return {Status.PROVED: "good", Status.REFUTED: "bad"}.get(self.status, "doubt")


@dataclass(frozen=True, slots=True)
class Ruled:
    """A claim as a page shows it."""

    id: str
    statement: str
    word: str
    mood: str
    told: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, tuple[Part, ...]], ...]
    observed: tuple[Observed, ...]
    sources: tuple[str, ...]
    pages: tuple[str, ...]
    anchor: str = ""  # in addresses, where no other claim or derivation of its page has it


def ruled(settlement: Settlement) -> Ruled:
    """A claim with its badge, what a reader must know about it, and every statement with its verdict."""
    return ruled_once(Same(settlement), language())


@lru_cache(maxsize=256)
def ruled_once(same: Same[Settlement], lang: str) -> Ruled:  # noqa: ARG001 - counterexamples are in words
    """The same for all pages and formats that show it."""
    settlement = same.value
    claim, (word, mood) = settlement.claim, BADGES[settlement.ruling]
    told = (
        (message("Condition:"), claim.condition),
        (message("Corrected:"), claim.corrected),
        (message("Remark:"), claim.remark),
    )
    parts = (
        (message("As stated"), parts_of(settlement, instead=False)),
        (message("Proved besides"), parts_of(settlement, instead=True)),
    )
    said = tuple((label, words) for label, words in told if words)
    return Ruled(
        claim.id, claim.statement, word, mood, said, parts, settlement.observed, sources_of(claim), claim.pages
    )


def ruled_on(page: Page) -> tuple[Ruled, ...]:
    """The claims of a page, each with an anchor of its own."""
    taken = {s.derivation.name for s in page.settled}
    found = []
    for settlement in page.rulings:
        plain = re.sub(r"\W+", "-", settlement.claim.id).strip("-") or "claim"
        anchor = next(a for n in count(1) if (a := plain if n == 1 else f"{plain}-{n}") not in taken)
        taken.add(anchor)
        found.append(replace(ruled(settlement), anchor=anchor))
    return tuple(found)


def rulings_badges(settlements: tuple[Settlement, ...]) -> list[dict[str, str]]:
    """How many claims of a page have which ruling."""
    found = [s.ruling for s in settlements]
    return [
        {
            "words": counted("{n} claim {verdict}", "{n} claims {verdict}", found.count(r), verdict=word),
            "mood": mood,
            "href": "",
        }
        for r, (word, mood) in BADGES.items()
        if r in found
    ]


def sources_of(claim: Claim) -> tuple[str, ...]:
    """The articles, written out."""
    return tuple(SOURCES.get(key, key) for key in claim.sources)


def parts_of(settlement: Settlement, *, instead: bool) -> tuple[Part, ...]:
    """The formal statements of a claim, or those that are proved instead of it; experiments are told apart."""
    claim = settlement.claim
    statements, verdicts = (claim.instead, settlement.instead) if instead else (claim.formal, settlement.formal)
    return tuple(part(s, v) for s, v in zip(statements, verdicts, strict=True) if not isinstance(s, Observation))


def part(statement: Statement, verdict: Verdict) -> Part:
    """One statement as it is told."""
    against = counterexample(verdict) if verdict.status.failed else ""
    return Part(statement.words, formula(statement), verdict.status, verdict.method or verdict.reason, against)


def counterexample(verdict: Verdict) -> str:
    """The point of a refutation and what both sides are there."""
    return "" if verdict.witness is None else at_point(verdict.witness)


def at_point(witness: Witness) -> str:
    """A point and what both sides are there."""
    if not (witness.left or witness.right):
        return place(witness)
    sides = dict(zip(("left", "right"), apart(witness.left, witness.right), strict=True))
    point = place(witness)
    if point and sides["left"] == sides["right"]:
        return both_are(point, sides["left"])
    if not point:
        return message("{left} against {right}", **sides)
    return message("{point}: {left} against {right}", point=point, **sides)


def both_are(point: str, told: str) -> str:
    """What refutes that two sides differ, or that one is less."""
    if told == UNDEFINED:
        return message("{point}: no value", point=point)
    return message("{point}: both sides are {value}", point=point, value=told)


def place(witness: Witness) -> str:
    """Where it is: sizes and indices first, counted from 1."""
    return ", ".join(f"{coordinate(symbol)} = {number(symbol, v)}" for symbol, v in witness.point)


def coordinate(symbol: Any) -> str:
    """The name of a coordinate."""
    return (
        str(getattr(symbol, "name", symbol))
        if isinstance(symbol, Dim | Index) or hasattr(symbol, "dims")
        else (text(boxes(symbol)))
    )


def number(symbol: Any, found: Any) -> str:
    """Its value."""
    if isinstance(symbol, Index):
        return str(found + 1)
    if isinstance(found, tuple):
        return f"({', '.join(map(str, found))})"
    return text(boxes(found)) if hasattr(found, "free_symbols") else str(found)


def record(settlement: Settlement) -> dict[str, Any]:
    """A claim as plain JSON values."""
    claim = settlement.claim
    formal, instead = (parts_of(settlement, instead=side) for side in (False, True))
    against = (message("{words}: {at}", words=p.words, at=p.counterexample) for p in formal if p.counterexample)
    refuted = settlement.ruling in {Ruling.REFUTED, Ruling.CONDITIONAL}
    return {
        "id": claim.id,
        "statement": claim.statement,
        "verdict": settlement.ruling.value,
        "condition": claim.condition or None,
        "counterexample": clauses(against) if refuted else None,
        "corrected": claim.corrected or None,
        "remark": claim.remark or None,
        "kept": settlement.kept,
        "formal": list(map(as_data, formal)),
        "instead": list(map(as_data, instead)),
        "measured": [{"label": o.label, "lines": list(o.lines), "agrees": list(o.agrees)} for o in settlement.observed],
        "sources": list(sources_of(claim)),
        "pages": list(claim.pages),
    }


def as_data(p: Part) -> dict[str, str]:
    """One statement as plain values."""
    return {
        "words": p.words,
        "formula": text(p.formula) if p.formula else "",
        "status": p.status.value,
        "method": p.method,
        "counterexample": p.counterexample,
    }
