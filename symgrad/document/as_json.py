"""A settled derivation as JSON for programs, in English: docs/json.md says what each field means."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import S

from symgrad.document.claims import record as claim
from symgrad.document.evidence import together
from symgrad.document.from_sympy import boxes
from symgrad.document.index_tree import index_tree, named
from symgrad.document.latex import GITHUB, latex
from symgrad.document.notation import PLAIN, Notation
from symgrad.document.packing import pack
from symgrad.document.sets import interval
from symgrad.document.text import text
from symgrad.document.tree import tree
from symgrad.indexed import Tensor
from symgrad.words import ENGLISH, speaking

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.core import CheckReport, Domain, Kink, Page, Pair, Verdict, Witness
    from symgrad.document.telling import Line, Telling

SCHEMA = "symgrad/derivation/3"  # changes when a field changes its meaning or goes
DOCUMENT = "symgrad/document/1"
KINK_VALUES = ("at", "left", "right", "torch", "jax", "textbook")


def as_json(told: Telling, detail: str) -> str:
    """The derivation as indented JSON; the steps are left out where only the result is asked for."""
    with speaking(ENGLISH):
        return json.dumps(derivation(told, detail), ensure_ascii=False, indent=2) + "\n"


def document_json(page: Page, tellings: tuple[Telling, ...]) -> str:
    """A whole document as indented JSON, from which it can be made again."""
    with named() as names:
        packed = pack(replace(page.document, derivations=()))
    with speaking(ENGLISH):
        return json.dumps(document(page, tellings, packed, names.table), ensure_ascii=False, indent=1) + "\n"


def document(page: Page, tellings: tuple[Telling, ...], packed: Any, table: Mapping[str, Any]) -> dict[str, Any]:
    """A document as plain values; `packed` is all of it but its derivations, written in the names of `table`."""
    return {
        "schema": DOCUMENT,
        "name": page.document.name,
        "title": page.document.title,
        "lead": page.document.lead,
        "derivations": [derivation(told, "every-rule") for told in tellings],
        "claims": [claim(settlement) for settlement in page.rulings],
        "inductions": [{"title": i.title, "verdict": i.verdict and verdict(i.verdict)} for i in page.inductions],
        "pairs": [pair(p) for p in page.pairs],
        "document": packed,
        "names": table,
    }


def pair(p: Pair) -> dict[str, Any]:
    """One row of the comparison table."""
    return {
        "activation": p.activation.name,
        "loss": p.loss.name,
        "delta": perhaps(p.delta),
        "cancels": p.cancels and p.cancels.value,
        "verdict": p.verdict and verdict(p.verdict),
        "check": check(p.check),
        "refused": p.refused,
    }


def derivation(told: Telling, detail: str) -> dict[str, Any]:
    """The whole as plain values, what its expressions are written in at the end."""
    with named() as names:
        record = record_of(told, detail)
    return {**record, "names": names.table}


def record_of(told: Telling, detail: str) -> dict[str, Any]:
    """All but the names."""
    d, notation = told.derivation, Notation(told.derivation.lets)
    return {
        "schema": SCHEMA,
        "name": d.name,
        "title": d.title,
        "lead": d.lead,
        "source": d.source,
        "lets": [{**symbol(let.symbol), "value": formula(let.value, notation)} for let in d.lets],
        "domains": [{**symbol(v.symbol), **domain(v.domain)} for v in d.domains],
        "kinks": [kink(k) for k in d.kinks],
        "facts": [index_tree(f) for f in d.facts],
        "start": formula(d.start, notation),
        "result": formula(d.result, notation),
        "given": given(told, notation),
        "steps": [] if detail == "result" else [step(line, detail, notation) for line in told.lines],
        "claim": verdict(told.settled.claim),
        "verdict": verdict(together(told.settled)),
        "check": check(told.settled.check),
    }


def symbol(what: Any) -> dict[str, Any]:
    """A symbol by its name, a tensor by its id too."""
    return {"symbol": what.name} | (index_tree(what) if isinstance(what, Tensor) else {})


def given(told: Telling, notation: Notation) -> dict[str, Any] | None:
    """Where the result holds; an indexed derivation's conditions, one by one, are those of its verdict."""
    if told.holds is None or told.settled.given is not S.true:
        return None if told.holds is None else formula(told.settled.given, notation)
    return {"text": text(told.holds), "latex": latex(told.holds, GITHUB), "tree": None}


def formula(expr: Any, notation: Notation = PLAIN) -> dict[str, Any]:
    """An expression for readers, in two notations, and for programs, as a tree."""
    box = boxes(expr, notation)
    return {"text": text(box), "latex": latex(box, GITHUB), "tree": index_tree(expr)}


def perhaps(expr: Any, notation: Notation = PLAIN) -> dict[str, Any] | None:
    """A formula where there is one."""
    return None if expr is None else formula(expr, notation)


def domain(d: Domain) -> dict[str, Any]:
    """A set, for readers and for programs; an end of null is infinite."""
    return {
        "domain": text(interval(d)),
        "lower": None if d.lower is None else tree(d.lower),
        "upper": None if d.upper is None else tree(d.upper),
        "open": [d.lower_open, d.upper_open],
        "values": [tree(v) for v in d.values],
    }


def kink(k: Kink) -> dict[str, Any]:
    """A point without a derivative; a library without a value of its own has null."""
    values = {name: perhaps(getattr(k, name)) for name in KINK_VALUES}
    return {"variable": k.variable.name, **values, "jump": k.jump}


def step(line: Line, detail: str, notation: Notation) -> dict[str, Any]:
    """One step, with its finer steps where every rule is asked for."""
    s = line.step
    return {
        "rule": s.rule,
        "relation": s.relation,
        "title": line.rule,
        "before": formula(s.before, notation),
        "after": formula(s.after, notation),
        "given": None if line.given is None else formula(s.given, notation),
        "note": s.note,
        "focus": perhaps(s.focus, notation),
        "became": perhaps(s.became, notation),
        "cancelled": [formula(c, notation) for c in s.cancelled],
        "verdict": verdict(line.verdict),
        "steps": [step(inner, detail, notation) for inner in line.inner] if detail == "every-rule" else [],
    }


def verdict(v: Verdict) -> dict[str, Any]:
    """A proof's answer."""
    return {
        "status": v.status.value,
        "method": v.method,
        "conditions": [formula(c) for c in v.conditions],
        "exceptions": [witness(w) for w in v.exceptions],
        "witness": witness(v.witness) if v.witness else None,
        "reason": v.reason,
    }


def witness(w: Witness) -> dict[str, Any]:
    """A point and both sides there."""
    point = [{"symbol": s.name, "value": formula(value)} for s, value in w.point]
    where = {} if w.where is None else {"where": formula(w.where)}
    return {"point": point, "left": w.left, "right": w.right, **where}


def check(report: CheckReport | None) -> dict[str, Any] | None:
    """How the finite differences came out."""
    if report is None:
        return None
    return {
        "outcome": report.outcome.value,
        "points": report.points,
        "ok": report.ok,
        "wrong": report.wrong,
        "unresolved": report.unresolved,
        "floor": report.floor,
        "kinks": report.kinks,
        "shown": [
            {
                "point": {name: number(value) for name, value in p.point},
                "claimed": number(p.claimed),
                "estimate": number(p.estimate),
                "bound": number(p.bound),
                "outcome": p.outcome.value,
            }
            for p in report.shown
        ],
    }


def number(value: float) -> float | None:
    """A float that JSON can hold; None for infinities and NaN."""
    return float(value) if math.isfinite(value) else None
