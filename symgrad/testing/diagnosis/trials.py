"""The diagnosis of a model's gradients, given and true: one mistake, a wrong shape, two at once, or the place alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from symgrad.testing.diagnosis.arrays import shape_mistake
from symgrad.testing.diagnosis.localise import at_which, parts
from symgrad.testing.diagnosis.models import gathered, hypotheses
from symgrad.testing.diagnosis.pairs import pairs
from symgrad.testing.diagnosis.weigh import Diagnosis, close, settled, unknown, verdict
from symgrad.words import clauses, enumerated, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symgrad.testing.diagnosis.models import Trial

SMALL = 1e-2  # relative


def diagnose_trials(runs: Sequence[Trial]) -> Diagnosis:
    """The mistake behind the gradients of one or several instances."""
    lost = [k for k in runs[0].truth if k not in runs[0].given]
    if lost:
        says = message("{names} is not returned", names=", ".join(lost))
        return Diagnosis(("missing",), says, message("return a gradient for {name}", name=lost[0]))
    wrong = [k for k in runs[0].truth if any(k in run.wrong() for run in runs)]
    if not wrong:
        return Diagnosis(("right",), message("these gradients are right"))
    where = at_which(wrong, list(runs[0].truth))
    holes = [k for k in wrong if any(not np.all(np.isfinite(run.given[k])) for run in runs)]
    if holes:
        says = message("not a number, or infinite, in {names}", names=", ".join(holes))
        return Diagnosis(("not-finite",), says, "", where)
    evidence = gathered(runs)
    found = settled(evidence, hypotheses(runs, wrong))
    if found:
        return verdict(found, where)
    misshapen = shapes(runs, wrong)
    if misshapen is None or misshapen.names == ("shape",):
        two = settled(evidence, pairs(runs, wrong))
        if two:
            return verdict(two, where)
    return misshapen or unknown(clauses([where, *within(runs, wrong)]), remark(runs, wrong))


def shapes(runs: Sequence[Trial], wrong: list[str]) -> Diagnosis | None:
    """Arrays whose shape is wrong: the reason, if it is the same for all of them; else the shapes."""
    off = [k for k in wrong if runs[0].given[k].shape != runs[0].truth[k].shape]
    if not off:
        return None
    found = [shape_mistake(run.given[k], run.truth[k]) for run in runs for k in off]
    one = found[0] if len({f and f[0] for f in found}) == 1 else None
    if one:
        says = message("{where}: {says}", where=", ".join(off), says=one[1])
        here = Diagnosis((one[0],), says, one[2], at_which(wrong, list(runs[0].truth)))
        beside = here if off == wrong else with_rest(runs, off, here)
        if beside:
            return beside
    sizes = enumerated(
        message(
            "{key} has the shape {given}, not {right}",
            key=k,
            given=runs[0].given[k].shape,
            right=runs[0].truth[k].shape,
        )
        for k in off
    )
    return Diagnosis(("shape",), sizes, message("return a gradient of the shape of its parameter"), "")


def with_rest(runs: Sequence[Trial], off: list[str], here: Diagnosis) -> Diagnosis | None:
    """The wrong shape together with what is wrong in the other arrays, if that is one mistake with a name."""
    rest = diagnose_trials([replace(run, given=run.given | {k: run.truth[k] for k in off}) for run in runs])
    if not rest.known or " + " in rest.names[0]:
        return None
    says = message("two mistakes at once: {one}; and {other}", one=here.says, other=rest.says)
    mend = message("{before}; {after}", before=here.mend, after=rest.mend)
    return Diagnosis((" + ".join(sorted((here.names[0], rest.names[0]))),), says, mend, here.where, rest.also)


def within(runs: Sequence[Trial], wrong: list[str]) -> list[str]:
    """For each wrong array its wrong rows, columns or entries, where they are few."""
    first = runs[0]
    return [
        text
        for k in wrong
        if (text := parts(k, ~close(first.given[k], first.truth[k], first.slack(k)) if k in first.given else None))
    ]


def remark(runs: Sequence[Trial], wrong: list[str]) -> str:
    """How large the difference is, where it is small; and that without a model little has a name."""
    if runs[0].model is None and runs[0].point:
        return message(
            "the loss was not recognised by its values, so that only factors, transposed or exchanged arrays, "
            "missing sums and weight decay are known; hand in the model, Network((3, 4, 2)) for one, to name the "
            "wrong step"
        )
    off = max(
        float(np.linalg.norm(r.given[k] - r.truth[k]) / (np.linalg.norm(r.truth[k]) or 1)) for r in runs for k in wrong
    )
    if off >= SMALL:
        return message("")
    return message(
        "they are off by {size} only: rounding, finite differences or an inexact constant", size=f"{off:.1e}"
    )
