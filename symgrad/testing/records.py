"""Results as plain values, for JSON and for pages."""

from __future__ import annotations

import html
import json
import math
from typing import TYPE_CHECKING, Any

from symgrad import __version__
from symgrad.core import Outcome, SymgradError
from symgrad.pipeline.files import write
from symgrad.testing.result import Elementwise
from symgrad.testing.verdicts import ERROR, VERDICTS
from symgrad.words import counted, enumerated, language, message, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from symgrad.testing.result import Result


def record(result: Result, label: str) -> dict[str, Any]:
    """One result as what JSON can hold; numbers that JSON has no word for are text."""
    d = result.diagnosis
    found: dict[str, Any] = {
        "function": label,
        "subject": str(result.name),
        "verdict": result.outcome.value,
        "message": str(result),
        "diagnosis": None
        if d is None
        else {
            "names": list(d.names),
            **{k: str(getattr(d, k)) for k in ("says", "mend", "where")},  # plain text, which goes between processes
            "also": [str(other) for other in d.also],
        },
        "replay": result.replay,
    }
    if isinstance(result, Elementwise):
        found |= {o.value: result.count(o) for o in Outcome} | {"points": result.points, "worst": worst(result)}
    return found


def failed(error: BaseException, label: str) -> dict[str, Any]:
    """A function that could not be checked, with the reason: it raised, or something about it was not understood."""
    told = str(error) if isinstance(error, SymgradError) else f"{type(error).__name__}: {error}"
    found: dict[str, Any] = {"function": label, "subject": told.split("\n")[0], "verdict": ERROR, "message": told}
    return found | {"diagnosis": None, "replay": None, "points": 0, "worst": None} | {o.value: 0 for o in Outcome}


def worst(result: Elementwise) -> dict[str, Any] | None:
    """The worst point of a wrong result."""
    pair = result.worst
    if pair is None or pair[1].worst is None:
        return None
    at, q = pair[0], pair[1].worst
    numbers = {"x": q.x, "given": q.given, "true": q.estimate, "bound": q.bound, "left": q.left, "right": q.right}
    cause = pair[1].blame.cause.value if pair[1].blame else None
    return {k: plain(v) for k, v in numbers.items()} | {"at": at, "method": q.method, "cause": cause}


def plain(value: float) -> float | str:
    """The number, or its name where it is not finite: JSON has none for it."""
    return float(value) if math.isfinite(value) else repr(float(value))


def said(result: Result) -> dict[str, str]:
    """What people read of a result, in the language that is spoken."""
    says = say(result.diagnosis.says) if result.diagnosis else ""
    return {"subject": say(result.name), "message": str(result), "says": says}


def read(found: dict[str, Any]) -> dict[str, str]:
    """The same of a record."""
    plain = {
        "subject": found["subject"],
        "message": found["message"],
        "says": (found["diagnosis"] or {}).get("says", ""),
    }
    told: dict[str, str] = plain | found.get("said", {})
    return told


def line(found: dict[str, Any]) -> str:
    """One record in a terminal."""
    width = max(len(say(v)) for v in VERDICTS.values())
    told = read(found)
    return f"{say(VERDICTS[found['verdict']]):<{width}}  {found['function']}  {told['says'] or told['subject']}"


def document(records: Sequence[dict[str, Any]], form: str) -> str:
    """All records as one page or one JSON object; `form` is the file's suffix."""
    if form == ".json":
        whole = {"symgrad": __version__, "gradients": [{k: v for k, v in r.items() if k != "said"} for r in records]}
        return json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    rows = "\n".join(map(row, records))
    rows = rows or f'<tr><td colspan="4">{html.escape(say(message("no function was marked")))}</td></tr>'
    heads = (message("verdict"), message("function"), message("subject"), message("diagnosis"))
    parts = {
        "{lang}": language(),
        "{title}": html.escape(say(message("Gradients on trial"))),
        "{count}": html.escape(tallied(records)),
        "{heads}": "".join(f"<th>{html.escape(say(h))}</th>" for h in heads),
        "{rows}": rows,
    }
    page = PAGE
    for place, text in parts.items():
        page = page.replace(place, text)
    return page


def tallied(records: Sequence[dict[str, Any]]) -> str:
    """How many came out how."""
    verdicts = [r["verdict"] for r in records]
    parts = [f"{verdicts.count(v)} {say(VERDICTS[v])}" for v in VERDICTS if v in verdicts]
    told = counted("{n} gradient: {parts}", "{n} gradients: {parts}", len(records), parts=enumerated(parts))
    return say(told) if parts else say(message("no gradients"))


def row(found: dict[str, Any]) -> str:
    """One line of the table, the whole message inside it; every text is escaped."""
    told = read(found) | {k: found[k] for k in ("function", "verdict")}
    safe = {k: html.escape(str(v or "")) for k, v in told.items()}
    says = safe["says"] or html.escape(say(message("details")))
    verdict = html.escape(say(VERDICTS[found["verdict"]]))
    return (
        f'<tr class="{safe["verdict"]}"><td>{verdict}</td><td><code>{safe["function"]}</code></td>'
        f"<td>{safe['subject']}</td><td><details><summary>{says}</summary>"
        f"<pre>{safe['message']}</pre></details></td></tr>"
    )


def written(records: Sequence[dict[str, Any]], path: Path) -> None:
    """Write the file whole or not at all; its suffix says the form."""
    write(path, document(records, path.suffix).encode())


PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
:is(th, td):first-child { white-space: nowrap }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .4rem .6rem;
  text-align: left; vertical-align: top }
code, pre { overflow-wrap: anywhere }
pre { overflow-x: auto; white-space: pre-wrap; font-size: .875rem }
.wrong td:first-child, .error td:first-child { color: light-dark(#b00020, #ff8a80); font-weight: 600 }
.ok td:first-child { color: light-dark(#1b6e2f, #8fd19e) }
@media (max-width: 40rem) { /* one below the other */
  thead { display: none }
  tr, td { display: block }
  tr { border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .5rem 0 }
  td { border: 0; padding: .1rem 0 }
}
</style></head><body>
<h1>{title}</h1>
<p>{count}</p>
<table><thead><tr>{heads}</tr></thead>
<tbody>
{rows}
</tbody></table>
</body></html>
"""
