"""A settled derivation as JSON for programs. `schema` changes when a field changes its meaning or goes.

    {"schema": "symgrad/derivation/1", "name", "title", "lead", "source",
     "lets": [{"symbol", "value": formula}], "domains": [{"symbol", "domain"}],
     "start": formula, "result": formula, "given": formula or null,
     "steps": [step], "claim": verdict, "check": check or null}

A formula is {"text", "latex"}. A step is {"rule", "title", "before", "after": formula, "given": formula or null,
"note", "cancelled": [formula], "verdict": verdict, "steps": [finer steps]}. A verdict is {"status", "method",
"conditions": [formula], "exceptions": [witness], "witness": witness or null, "reason"}; a witness is {"point":
[{"symbol", "value": formula}], "left", "right"}. A check is {"outcome", "points", "ok", "wrong", "unresolved",
"floor", "kinks", "shown": [{"point": {name: number}, "claimed", "estimate", "bound", "outcome"}]}; a number that
JSON has no word for is null.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from symgrad.document.from_sympy import boxes
from symgrad.document.latex import GITHUB, latex
from symgrad.document.sets import interval
from symgrad.document.text import text

if TYPE_CHECKING:
    from symgrad.core import CheckReport, Verdict, Witness
    from symgrad.document.boxes import Box
    from symgrad.document.telling import Line, Telling

SCHEMA = "symgrad/derivation/1"


def as_json(told: Telling, detail: str) -> str:
    """The derivation as indented JSON; the steps are left out where only the result is asked for."""
    return json.dumps(derivation(told, detail), ensure_ascii=False, indent=2) + "\n"


def derivation(told: Telling, detail: str) -> dict[str, Any]:
    """The whole as plain values."""
    d = told.derivation
    return {
        "schema": SCHEMA,
        "name": d.name,
        "title": d.title,
        "lead": d.lead,
        "source": d.source,
        "lets": [{"symbol": let.symbol.name, "value": formula(boxes(let.value))} for let in d.lets],
        "domains": [{"symbol": v.symbol.name, "domain": text(interval(v.domain))} for v in d.domains],
        "start": formula(told.find),
        "result": formula(told.result),
        "given": None if told.holds is None else formula(told.holds),
        "steps": [] if detail == "result" else [step(line, detail) for line in told.lines],
        "claim": verdict(told.settled.claim),
        "check": check(told.settled.check),
    }


def formula(box: Box) -> dict[str, str]:
    """An expression in the two notations that other programs read."""
    return {"text": text(box), "latex": latex(box, GITHUB)}


def step(line: Line, detail: str) -> dict[str, Any]:
    """One step, with its finer steps where every rule is asked for."""
    return {
        "rule": line.step.rule,
        "title": line.rule,
        "before": formula(line.before),
        "after": formula(line.after),
        "given": formula(line.given) if line.given is not None else None,
        "note": line.step.note,
        "cancelled": [formula(c) for c in line.crossed],
        "verdict": verdict(line.verdict),
        "steps": [step(inner, detail) for inner in line.inner] if detail == "every-rule" else [],
    }


def verdict(v: Verdict) -> dict[str, Any]:
    """A proof's answer."""
    return {
        "status": v.status.value,
        "method": v.method,
        "conditions": [formula(boxes(c)) for c in v.conditions],
        "exceptions": [witness(w) for w in v.exceptions],
        "witness": witness(v.witness) if v.witness else None,
        "reason": v.reason,
    }


def witness(w: Witness) -> dict[str, Any]:
    """A point and both sides there."""
    point = [{"symbol": s.name, "value": formula(boxes(value))} for s, value in w.point]
    return {"point": point, "left": w.left, "right": w.right}


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
