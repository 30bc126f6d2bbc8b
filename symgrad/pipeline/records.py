"""Settled things as JSON values, for programs: expressions as text that symgrad's grammar reads, and as LaTeX."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from symgrad.document.from_sympy import boxes
from symgrad.document.latex import latex
from symgrad.document.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import CheckReport, Definition, Settled, Step, Variable, Verdict, Witness


def spell(expr: Any) -> str:
    """The expression on one line, as a reader writes it."""
    return text(boxes(expr))


def derivation_record(settled: Settled, detail: str = "textbook") -> dict[str, Any]:
    """A derivation with every verdict; finer steps are nested at the level of detail that asks for them."""
    derivation, position = settled.derivation, count()
    every = [step_record(s, settled.verdicts, position) for s in derivation.steps]
    return {
        "name": derivation.name,
        "title": derivation.title,
        "start": str(derivation.start),
        "result": str(derivation.result),
        "result_latex": latex(boxes(derivation.result)),
        "lets": {str(let.symbol): str(let.value) for let in derivation.lets},
        "domains": domains(derivation.domains),
        "steps": [] if detail == "result" else every if detail == "every-rule" else [outer(s) for s in every],
        "claim": verdict_record(settled.claim),
        "check": check_record(settled.check),
        "source": derivation.source,
    }


def step_record(step: Step, verdicts: tuple[Verdict, ...], position: Iterator[int]) -> dict[str, Any]:
    """A step, its verdict found by its place in the order of `every_step`, and its finer steps."""
    verdict = verdicts[next(position)]
    return {
        "before": str(step.before),
        "after": str(step.after),
        "after_latex": latex(boxes(step.after)),
        "rule": step.rule,
        "given": str(step.given),
        "note": step.note,
        "verdict": verdict_record(verdict),
        "substeps": [step_record(s, verdicts, position) for s in step.substeps],
    }


def outer(step: dict[str, Any]) -> dict[str, Any]:
    """The step without its finer ones."""
    return {key: value for key, value in step.items() if key != "substeps"}


def verdict_record(verdict: Verdict) -> dict[str, Any]:
    """A verdict; the certificate is left to `symgrad verify --recheck`."""
    return {
        "status": verdict.status.name,
        "method": verdict.method,
        "conditions": [str(c) for c in verdict.conditions],
        "exceptions": [witness_record(w) for w in verdict.exceptions],
        "witness": witness_record(verdict.witness) if verdict.witness else None,
        "reason": verdict.reason,
    }


def witness_record(witness: Witness) -> dict[str, Any]:
    """A point, exact, and the balls that hold the two sides there."""
    return {"point": {str(s): str(v) for s, v in witness.point}, "left": witness.left, "right": witness.right}


def check_record(check: CheckReport | None) -> dict[str, Any] | None:
    """The counts of a numeric check."""
    if check is None:
        return None
    counts = {name: getattr(check, name) for name in ("points", "ok", "wrong", "unresolved", "floor", "kinks")}
    return {"outcome": check.outcome.value, **counts}


def definition_record(definition: Definition) -> dict[str, Any]:
    """A catalogue entry as data."""
    return {
        "name": definition.name,
        "title": definition.title,
        "kind": definition.kind.value,
        "formula": str(definition.of),
        "formula_latex": latex(boxes(definition.of)),
        "stable": None if definition.stable is None else str(definition.stable),
        "domains": domains(definition.variables),
        "range": str(definition.range),
        "parameters": {str(p.symbol): {"usual": str(p.default), "in": str(p.domain)} for p in definition.parameters},
        "kinks": [
            {name: None if (v := getattr(k, name)) is None else str(v) for name in CONVENTIONS}
            for k in definition.kinks
        ],
        "source": definition.source,
        "note": definition.note,
    }


CONVENTIONS = ("at", "left", "right", "torch", "jax", "textbook")


def domains(variables: tuple[Variable, ...]) -> dict[str, str]:
    """Where each symbol lies."""
    return {str(v.symbol): str(v.domain) for v in variables}
