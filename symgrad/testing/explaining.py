"""Why a gradient is wrong: what its wrong points say, once there are enough of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad import checker
from symgrad.checker.calling import epsilon, guard
from symgrad.checker.findings import Cause
from symgrad.core import FunctionError, Outcome, SymgradError
from symgrad.testing.diagnosis.curves import Curve
from symgrad.testing.diagnosis.elementwise import diagnose_curves
from symgrad.testing.diagnosis.weigh import Diagnosis
from symgrad.words import clauses, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symgrad.checker import ElementwiseReport, PointFinding
    from symgrad.checker.watch import Watch
    from symgrad.testing.subject import Subject

ENOUGH = 12  # wrong points; fewer say too little about the formula, and more are looked at
PROBES = 33


def explain(  # noqa: PLR0917 - what the check had
    f: Any,
    runs: Sequence[Any],
    reports: Sequence[ElementwiseReport],
    what: Subject | None,
    options: Mapping[str, Any],
    watch: Watch,
    *,
    few: bool = False,
) -> Diagnosis | None:
    """The diagnosis of the wrong points; the function, guarded as in the check, is asked if nothing says what it is.

    Where the points were handed in and are `few`, a diagnosis draws the usual ones as well: one point names nothing.
    """
    own = guard(f, "the function", watch, reports[0].examined.truth.x)[0] if what is None else None

    def told(found: Sequence[ElementwiseReport]) -> Diagnosis | None:
        closer = [joined(probed(run, w, options), r) for run, w, r in zip(runs, found, reports, strict=True)]
        return diagnosed(found, closer, [c for *_, c in runs], what, f=own, dtype=np.dtype(options["dtype"]))

    if few and sum(r.count(Outcome.WRONG) for r in reports) < ENOUGH:
        wide = told([widened(run, r, options) for run, r in zip(runs, reports, strict=True)])
        if wide and (wide.known or what is not None):  # beyond the points a function without a name may mean nothing
            return wide
    return told(reports)


def widened(run: Any, report: ElementwiseReport, options: Mapping[str, Any]) -> ElementwiseReport:
    """The same check at the usual points of the domain; the report itself where it fails there."""
    _, f, grad, reference, _ = run
    try:
        found = checker.check_elementwise(f, grad, reference=reference, **options)
    except SymgradError:
        return report
    return found if found.outcome is Outcome.WRONG or report.outcome is not Outcome.WRONG else report


def joined(found: Sequence[PointFinding], report: ElementwiseReport) -> tuple[PointFinding, ...]:
    """All findings in the order of the points, each point once."""
    return tuple(sorted({q.x: q for q in (*found, *report.findings)}.values(), key=lambda q: q.x))


def probed(run: Any, report: ElementwiseReport, options: Mapping[str, Any]) -> tuple[PointFinding, ...]:
    """The findings, with more points inside narrow stretches of wrong ones."""
    wrong = report.count(Outcome.WRONG)
    if not 0 < wrong < ENOUGH:
        return report.findings
    _, f, grad, reference, _ = run
    ends = [(s.lower, s.upper) for s in report.stretches if s.lower < s.upper]
    more = sorted({float(v) for low, high in ends for v in np.linspace(low, high, PROBES)[1:-1]})
    if not more:
        return report.findings
    try:
        found = checker.check_elementwise(f, grad, reference=reference, points=more, **options).findings
    except FunctionError:  # where it is wrong since it fails, it fails again
        return report.findings
    return joined(found, report)


def diagnosed(
    reports: Sequence[ElementwiseReport],
    findings: Sequence[Sequence[PointFinding]],
    choices: Sequence[Any],
    what: Subject | None,
    *,
    f: Any,
    dtype: Any,
) -> Diagnosis | None:
    """The diagnosis of the wrong points: on kinks, by rounding, or by what the formula is."""
    wrong = [q for r in findings for q in r if q.outcome is Outcome.WRONG]
    if not wrong:
        return None
    if all(q.kink for q in wrong):
        return on_kinks(wrong)
    eps = epsilon(dtype)
    letter = str(what.variable) if what else "x"
    curves = [
        replace(curve(q, choice, eps, letter), ends=ends_of(r))
        for q, choice, r in zip(findings, choices, reports, strict=True)
    ]
    if all(holes(c) for c in curves) and all(by_rounding(r) for r in reports if r.outcome is Outcome.WRONG):
        return unstable(what)
    return diagnose_curves([c for c in curves if c.x.size], what, f)


def ends_of(report: ElementwiseReport) -> tuple[float, ...]:
    """The numbers next to the stretches of wrong points."""
    return tuple(v for s in report.stretches for v in (s.below, s.above) if v is not None)


def holes(curve: Curve) -> bool:
    """Whether the wrong values are no numbers at all: then no formula explains them, and the arithmetic may."""
    return not np.isfinite(curve.given[curve.wrong]).any()


def by_rounding(report: ElementwiseReport) -> bool:
    """Whether more precision mends the worst point."""
    return report.blame is not None and report.blame.cause is Cause.ROUNDING


def curve(findings: Sequence[PointFinding], choice: Any, eps: float, letter: str) -> Curve:
    """The findings as arrays, kinks and unsettled points left out."""
    kept = [q for q in findings if not q.kink and q.outcome is not Outcome.UNRESOLVED]
    x, given, truth, bound_ = (
        np.asarray([getattr(q, n) for q in kept], float) for n in ("x", "given", "estimate", "bound")
    )
    wrong = np.asarray([q.outcome is Outcome.WRONG for q in kept], bool)
    return Curve(x, given, truth, wrong, choice, eps, bound_, letter)


def on_kinks(wrong: Sequence[PointFinding]) -> Diagnosis:
    """Wrong on kinks only: a side that does not exist, or a convention that is not met."""
    q = wrong[0]
    low, high = sorted((q.left, q.right))
    if low <= q.given <= high:
        says = message(
            "only the value on the kink at {point} differs from the convention demanded by `at_kink`", point=f"{q.x:g}"
        )
        mend = message("return that value there, or leave `at_kink` out")
        return Diagnosis(("kink-convention",), says, mend)
    ends = {"low": f"{low:g}", "high": f"{high:g}"}
    says = message(
        "only the value on the kink at {point} is wrong: {given} is not between the slopes {low} and {high}",
        point=f"{q.x:g}",
        given=f"{q.given:g}",
        **ends,
    )
    return Diagnosis(("value-on-kink",), says, message("return a value between {low} and {high} there", **ends))


def unstable(what: Subject | None) -> Diagnosis:
    """Right as a formula, wrong as code."""
    mend = message("rewrite it in a stable form")
    if what and what.activation:
        show = message("symgrad show {name} has a form that keeps its digits", name=what.activation.name)
        mend = clauses((mend, show))
    says = message("the formula is right, its arithmetic is not: it overflows or cancels there")
    return Diagnosis(("unstable",), says, mend)
