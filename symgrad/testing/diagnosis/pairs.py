"""Two mistakes at once: in different arrays, one on top of the other, or at two steps of a model's backward pass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np

from symgrad.testing.diagnosis.arrays import SLIPS
from symgrad.testing.diagnosis.constants import factor as factor_of
from symgrad.testing.diagnosis.constants import names_of, said
from symgrad.testing.diagnosis.models import attempt, gathered, near, placed, places, scaled, segments, slips
from symgrad.testing.diagnosis.weigh import FEWEST, Hypothesis, agree, close
from symgrad.testing.diagnosis.wording import told
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from symgrad.testing.diagnosis.models import Trial
    from symgrad.testing.diagnosis.weigh import Array
    from symgrad.testing.models.model import Arrays, Fault, Layers

EXTRA = 2  # the cost of a second mistake
UNNAMED = "factor"  # a constant without a name explains too much beside another mistake


@dataclass(frozen=True, slots=True)
class Single:
    """One mistake with the gradients it gives in every instance, the arrays that it moves, and those it explains."""

    hypothesis: Hypothesis
    found: tuple[Arrays, ...]
    moves: frozenset[str]
    explains: frozenset[str]
    fault: Fault | None = None
    where: Layers = None


def pairs(runs: Sequence[Trial], wrong: list[str]) -> Iterator[Hypothesis]:
    """All pairs that the numbers suggest."""
    bases = [*factors(runs, wrong), *turned(runs, wrong), *faulty(runs, wrong)]
    for base in bases:
        rest = [k for k in wrong if k not in base.explains]
        same = len(rest) == len(wrong) and base.fault is None  # both are in the same arrays
        if rest and (same or enough(runs, base.hypothesis.predicted, truths(runs), base.explains)):
            yield from on_top(runs, base, rest)
    for one, other in combinations([b for b in bases if b.fault], 2):
        yield from both(runs, one, other, frozenset(wrong))


def single(
    runs: Sequence[Trial],
    hypothesis: Hypothesis,
    found: Sequence[Arrays],
    fault: Fault | None = None,
    where: Layers = None,
) -> Single:
    """A mistake beside the given gradients."""
    keys = list(runs[0].truth)
    slack = [{k: run.slack(k) for k in keys} for run in runs]
    moves = [
        k for k in keys if not all(agree(f[k], r.truth[k], s[k]) for f, r, s in zip(found, runs, slack, strict=True))
    ]
    explains = [
        k for k in keys if all(agree(r.given[k], f[k], s[k]) for f, r, s in zip(found, runs, slack, strict=True))
    ]
    return Single(hypothesis, tuple(found), frozenset(moves), frozenset(explains), fault, where)


def factors(runs: Sequence[Trial], wrong: list[str]) -> Iterator[Single]:
    """Every gradient, or one array, times a constant with a name."""
    seen = set()
    for key in wrong:
        for which in ([key], list(runs[0].truth)):
            known = [factor_of([run.given[key]], [run.truth[key]]) for run in runs]
            values = [c for c in known if c is not None]
            if len(values) < len(runs):
                continue
            for name in names_of(values, [run.counts for run in runs], near(runs)):
                if (name, *which) in seen:
                    continue
                seen.add((name, *which))
                more, mend = said(name, runs[0].counts)
                found = [
                    {k: v * c if k in which else v for k, v in run.truth.items()}
                    for run, c in zip(runs, values, strict=True)
                ]
                whole = len(which) > 1
                names = message("every gradient") if whole else key
                text = message(
                    "{which} is {factor} times what it should be: {says}", which=names, factor=name, says=more
                )
                yield single(runs, Hypothesis(f"factor {name}", text, mend, segments(runs, found), 1), found)


def turned(runs: Sequence[Trial], wrong: list[str]) -> Iterator[Single]:
    """Some of the wrong arrays turned about in the same way: those which that explains, or all."""
    for slip in SLIPS:
        each = [{k: slip.wrong(v) for k, v in run.truth.items()} for run in runs]
        fit = [k for k in wrong if all(agree(r.given[k], e[k], r.slack(k)) for r, e in zip(runs, each, strict=True))]
        which = fit or wrong
        found = [{k: e[k] if k in which else v for k, v in r.truth.items()} for r, e in zip(runs, each, strict=True)]
        says = message("{where}: {says}", where=", ".join(which), says=slip.says)
        yield single(runs, Hypothesis(slip.name, says, slip.mend, segments(runs, found), slip.cost), found)


def faulty(runs: Sequence[Trial], wrong: list[str]) -> Iterator[Single]:
    """The mistakes of the model which leave right arrays as they are."""
    model = runs[0].model
    if model is None or not all(run.model for run in runs):
        return
    for fault, where in ((f, w) for f in model.faults for w in places(model.layers)):
        found = [attempt(run.model, fault, where) for run in runs]
        known = [f for f in found if f is not None]
        if len(known) == len(runs):
            one = single(runs, placed(fault, where, segments(runs, known)), known, fault, where)
            if one.moves and one.moves <= set(wrong):
                yield one


def on_top(runs: Sequence[Trial], base: Single, rest: list[str]) -> Iterator[Hypothesis]:
    """A mistake, and what it leaves unexplained times a constant or turned about."""
    beyond = [
        replace(run, truth=dict(f), model=None, sizes=run.counts, point=run.params)
        for run, f in zip(runs, base.found, strict=True)
    ]
    which = ", ".join(rest)
    for second in chain(scaled(beyond, rest, which), slips(beyond, rest)):
        if second.name != UNNAMED and enough(runs, second.predicted, base.hypothesis.predicted, rest):
            yield joined(base.hypothesis, second, second.predicted)


def enough(runs: Sequence[Trial], found: Sequence[Array], before: Sequence[Array], keys: Collection[str]) -> bool:
    """Whether a mistake moves numbers enough of these arrays to be told by."""
    rows = zip(found, before, gathered(runs).slack, [k for run in runs for k in run.truth], strict=True)
    counts = (
        f.size if f.shape != b.shape else int((~close(f, b, np.max(slack, initial=0))).sum())
        for f, b, slack, k in rows
        if k in keys
    )
    return sum(counts) >= FEWEST


def truths(runs: Sequence[Trial]) -> tuple[Array, ...]:
    """The true gradients in the order of the evidence."""
    return segments(runs, [run.truth for run in runs])


def both(runs: Sequence[Trial], one: Single, other: Single, wrong: frozenset[str]) -> Iterator[Hypothesis]:
    """Two mistakes of the model, if what only one of them moves is explained by it."""
    alone = (one.moves - other.moves <= one.explains) and (other.moves - one.moves <= other.explains)
    if not alone or one.moves | other.moves != wrong or one.fault is None or other.fault is None:
        return
    layers = (one.where, other.where)
    apart = None not in layers and not set(one.where or ()) & set(other.where or ())
    if one.fault.step == other.fault.step and not apart:
        return
    made = tuple(m for s in (one, other) if s.fault for m in s.fault.made or ((s.fault, s.where),))
    fault = replace(one.fault, made=made)
    found = []
    for run in runs:
        p = attempt(run.model, fault, None)
        if p is None or not all(agree(run.given[k], p[k], run.slack(k)) for k in run.truth):
            return
        found.append(p)
    yield joined(one.hypothesis, other.hypothesis, segments(runs, found))


def joined(one: Hypothesis, other: Hypothesis, predicted: tuple[Array, ...]) -> Hypothesis:
    """Both, in words."""
    return Hypothesis(
        " + ".join(sorted((one.name, other.name))),  # in either order it is the same pair
        told("two mistakes at once: {one}; and {other}", one=one.says, other=other.says),
        told("{before}; {after}", before=one.mend, after=other.mend),
        predicted,
        one.cost + other.cost + EXTRA,
    )
