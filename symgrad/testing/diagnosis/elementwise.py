"""The diagnosis of an elementwise gradient: which wrong formula, constant or region explains every value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.difference import difference
from symgrad.testing.diagnosis.constants import FIXED, factor, names_of, said
from symgrad.testing.diagnosis.fitting import candidates, shortest, shown
from symgrad.testing.diagnosis.formulas import evaluated, formulas
from symgrad.testing.diagnosis.weigh import (
    Diagnosis,
    Evidence,
    Hypothesis,
    close,
    relabelled,
    settled,
    unknown,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symgrad.testing.diagnosis.weigh import Array
    from symgrad.testing.subject import Choice, Subject

UNITS = 64.0
NEARBY = 8.0  # what a function's values are like is read off here, not in its tails
FAR = 1e5  # beyond this a formula overflows sooner than it says what it is
FEW = 6
OUT = 100.0  # a constant that bounds the slope shows there
SAID = 3  # places that are named
UNDERFLOWN = 15.0  # nearer to 0 than this no slope of the usual functions is 0 by underflow
EVERYWHERE = "everywhere"
USUAL = {"−1", "2", "1/2", "−2", "−1/2"}
TIMES = 2  # hypotheses of at most this cost are also tried times a constant


@dataclass(frozen=True, slots=True)
class Curve:
    """Given and true values of a gradient at sorted points; `wrong` where the check said so. Kinks are left out."""

    x: Array
    given: Array
    truth: Array
    wrong: Array
    values: Choice = ()
    eps: float = float(np.finfo(float).eps)
    bound: Any = 0.0
    letter: str = "x"

    @property
    def slack(self) -> Array:
        """What rounding may do: 64 units of the value, or of what intermediates of the usual size may lose."""
        near = np.abs(self.truth[np.abs(self.x) <= NEARBY])
        usual = float(np.median(near)) if near.size else 1.0
        size = np.maximum(np.abs(self.truth), np.abs(np.where(np.isfinite(self.given), self.given, 0)))
        return np.asarray(UNITS * self.eps * (size + usual * np.maximum(1, np.abs(self.x))) + 3 * self.bound)

    def at(self, where: Array) -> Curve:
        """The same at some of the points."""
        return replace(
            self,
            x=self.x[where],
            given=self.given[where],
            truth=self.truth[where],
            wrong=self.wrong[where],
            bound=np.broadcast_to(self.bound, self.x.shape)[where],
        )


def evidence_of(curves: Sequence[Curve]) -> Evidence:
    """The values of all curves, a segment each."""
    return Evidence(tuple(c.given for c in curves), tuple(c.truth for c in curves), tuple(c.slack for c in curves))


def diagnose_curves(curves: Sequence[Curve], subject: Subject | None, f: Any = None) -> Diagnosis:
    """The mistake behind the wrong values; `subject` is what the function is, if that is known, `f` the function."""
    finite = [c.at(np.isfinite(c.given) & np.isfinite(c.truth) & (np.abs(c.x) <= FAR)) for c in curves]
    finite = [c for c in finite if c.x.size]
    holes = [float(v) for c in curves for v in c.x[~np.isfinite(c.given) & np.isfinite(c.truth)]]
    holes_text = f"not a number, or infinite, at {points(holes)}" if holes else ""
    wrong = [c.at(c.wrong) for c in finite if c.wrong.any()]
    if not wrong:
        return unknown(holes_text)
    whole = settled(evidence_of(finite), hypotheses(finite, subject, f))
    if whole:
        return verdict(whole, holes_text)
    where = region(finite, curves[0].eps)
    part = settled(evidence_of(wrong), [*hypotheses(wrong, subject, f), *flat(wrong)])
    if part:
        aside = "; elsewhere it is right" if where != EVERYWHERE else ""
        first = replace(part[0], says=f"{where}: {part[0].says}{aside}")
        return verdict((first, *part[1:]), holes_text)
    return unknown("; ".join(filter(None, (where, holes_text))), size_of_error(finite))


def hypotheses(curves: Sequence[Curve], subject: Subject | None, f: Any) -> Iterator[Hypothesis]:
    """Constant factors, wrong formulas, and wrong constants in the right formula."""
    right = tuple(c.truth for c in curves)
    truth = Hypothesis("", "", "", right, cost=-1)
    yield from times(curves, truth)
    yield from shifted(curves)
    if subject is None:
        yield from unnamed(curves[0], f)
        return
    for formula in formulas(subject):
        if not promising(formula.expr, subject, curves, scaled=formula.cost <= TIMES):
            continue
        predicted = predictions(formula.expr, subject, curves)
        if predicted is not None:
            plain = Hypothesis(formula.name, formula.says, formula.mend, predicted, formula.cost)
            yield plain
            if formula.cost <= TIMES and evidence_of(curves).moved(predicted):  # what is right is right times a factor
                yield from times(curves, plain)
    yield from constants(curves, subject)


def shifted(curves: Sequence[Curve]) -> Iterator[Hypothesis]:
    """The same constant added everywhere: one that the derivative should have taken away, or a sign of it."""
    c = float(np.median(np.concatenate([c.given - c.truth for c in curves])))
    plain = round(c, 9)
    if not plain or abs(c - plain) > 2.0**20 * curves[0].eps:
        return
    text = f"{plain:g}"
    predicted = tuple(v.truth + plain for v in curves)
    says = f"{text} is added to the derivative" if plain > 0 else f"{text.removeprefix('-')} is subtracted from it"
    yield Hypothesis("added-constant", says, "the derivative of a constant is 0: leave it out", predicted, 2)


def unnamed(curve: Curve, f: Any) -> Iterator[Hypothesis]:
    """What can be made of the true slopes, and of the values of a function that nobody named."""
    d, ones = curve.truth, np.ones_like(curve.x)
    rows = [
        ("missing-slope", "the derivative is left out: 1 is returned", "return the derivative", ones, 1),
        ("zero", "the gradient is zero", "return the derivative", 0 * ones, 1),
        ("slope-twice", "the derivative is applied twice: it is squared", "multiply by it once", d**2, 1),
        ("reciprocal", "this is 1 over the derivative, that of the inverse function", "take the reciprocal", 1 / d, 2),
        ("absolute", "the sign is lost: this is the absolute value", "keep the sign", np.abs(d), 2),
    ]
    if f is not None:
        v = np.asarray([np.asarray(f(np.asarray([x])), float).ravel()[0] for x in curve.x.tolist()])
        at_output = difference(lambda u: np.asarray(f(u), float), v).estimate if np.isfinite(v).all() else np.nan * v
        rows += [
            ("value-for-slope", "the function itself is returned in place of its derivative", "differentiate it", v, 1),
            ("value-times-slope", "the derivative is multiplied by the function", "leave the function out", v * d, 2),
            ("one-minus-value", "1 minus the function is returned", "multiply by the other factor too", 1 - v, 2),
            ("slope-at-output", "the derivative is taken at f(x) instead of x", "evaluate it at x", at_output, 2),
        ]
    for name, says, mend, predicted, cost in rows:
        yield Hypothesis(name, says, mend, (predicted,), cost)


def predictions(expr: Any, subject: Subject, curves: Sequence[Curve]) -> tuple[Array, ...] | None:
    """The values of a formula on every curve."""
    found = [evaluated(expr, subject, c.x, [v for _, v in c.values]) for c in curves]
    return tuple(f for f in found if f is not None) if all(f is not None for f in found) else None


def promising(expr: Any, subject: Subject, curves: Sequence[Curve], *, scaled: bool) -> bool:
    """Whether a formula is worth all points: it agrees, up to a factor perhaps, at a few."""
    few = [telling(c) for c in curves[:2]]
    predicted = predictions(expr, subject, few)
    if predicted is None or any(np.isnan(p).any() for p in predicted):
        return False
    c = (factor([f.given for f in few], predicted) or 1.0) if scaled else 1.0
    candidates_ = ((predicted, 1.0), (tuple(c * p for p in predicted), c))
    return any(
        all(
            np.all(close(f.given, p, 4 * f.slack + 1e-9 * abs(k) * np.abs(p) * (k != 1)))
            for f, p in zip(few, ps, strict=True)
        )
        for ps, k in candidates_
    )


def telling(curve: Curve) -> Curve:
    """A few wrong points, those nearest to 1 in size, where formulas differ most."""
    order = np.argsort(np.abs(np.log(np.abs(curve.x) + 1e-300)), kind="stable")
    return curve.at(np.sort(order[np.argsort(~curve.wrong[order], kind="stable")][:FEW]))


def times(curves: Sequence[Curve], plain: Hypothesis) -> Iterator[Hypothesis]:
    """A hypothesis times one constant, with its name if it has one."""
    c = factor([v.given for v in curves], plain.predicted)
    if c is None or not np.isfinite(c) or c == 1:
        return
    c = refined(c, curves, plain.predicted)
    predicted = tuple(c * p for p in plain.predicted)
    names = names_of([c], [{}], 2.0**20 * curves[0].eps)
    alone = plain.cost < 0
    for name in names:
        says, mend = said(name, {})
        predicted = tuple(FIXED[name][0] * p for p in plain.predicted)  # the name's own value: c has rounding in it
        words = f"every value is {name} times what it should be: {says}"
        if alone:
            yield Hypothesis(f"factor {name}", words, mend, predicted, 1 if name in USUAL else 3)
        else:
            yield relabelled(
                plain,
                f"{plain.name}, factor {name}",
                f"{plain.says}; and {name} times that",
                f"{plain.mend}; {mend}",
                predicted,
            )
    if not names and alone:
        text = f"{c:.12g}"
        yield Hypothesis("factor", f"every value is {text} times what it should be", f"divide by {text}", predicted, 1)


def refined(c: float, curves: Sequence[Curve], base: Sequence[Array]) -> float:
    """The factor as the median of ratios where the values are not small: least squares is at the mercy of the tails."""
    ratios = np.concatenate(
        [(v.given / b)[np.abs(b) > 1e-3 * np.max(np.abs(b), initial=0)] for v, b in zip(curves, base, strict=True)]
    )
    ratios = ratios[np.isfinite(ratios)]
    return float(np.median(ratios)) if ratios.size else c


def flat(curves: Sequence[Curve]) -> Iterator[Hypothesis]:
    """One constant value wherever it is wrong."""
    c = float(curves[0].given[0])
    predicted = tuple(np.full(v.x.shape, c) for v in curves)
    yield Hypothesis(
        "constant", f"the value is {c:.9g} throughout", "look at the condition of that branch", predicted, 1
    )


def constants(curves: Sequence[Curve], subject: Subject) -> Iterator[Hypothesis]:
    """A parameter or a number of the function with another value."""
    few, out = telling(curves[0]), curves[0].at(curves[0].wrong & (np.abs(curves[0].x) <= OUT))
    places = [(c, n) for c in (few, out) if c.x.size for n in sorted({0, c.x.size - 1})]
    for curve, place in places:
        values = dict(curves[0].values)
        for label, right, root, slope in candidates(subject, float(curve.x[place]), float(curve.given[place]), values):
            for value in shortest(root, float(right)):
                wrong = slope.xreplace({s: value for s in slope.free_symbols if s.name == "unknown_constant"})
                if not promising(wrong, subject, curves, scaled=False):
                    continue
                predicted = predictions(wrong, subject, curves)
                if predicted is not None:
                    says = f"{label} is {shown(value)} where it should be {shown(right)}"
                    yield Hypothesis("wrong-constant", says, f"use {shown(right)}", predicted, 3)
                    break


def region(curves: Sequence[Curve], eps: float) -> str:
    """Where the values are wrong, in words."""
    texts = [intervals(c, eps) for c in curves]
    if len(set(texts)) == 1:
        return texts[0]
    return "; ".join(f"at {valued(c.values)}: {t}" for c, t in zip(curves, texts, strict=True) if c.wrong.any())


def valued(values: Choice) -> str:
    """The values of the other symbols."""
    return ", ".join(f"{s} = {v}" for s, v in values)


def intervals(curve: Curve, eps: float) -> str:
    """The stretches of wrong points of one curve; a point that cannot tell does not interrupt one."""
    level = (curve.truth == 0) & (np.abs(curve.x) <= UNDERFLOWN)  # truly 0, so that it tells too
    informative = curve.wrong | level | (np.abs(curve.truth) > 2.0**20 * eps * np.max(np.abs(curve.truth), initial=0))
    c = curve.at(informative)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], c.wrong, [False]]).astype(int)))
    parts = [bounds(c, int(i), int(j) - 1) for i, j in zip(edges[::2], edges[1::2], strict=True)]
    more = len(parts) - SAID
    return " and ".join(parts[:SAID]) + (f" and {more} more stretch{'es' * (more > 1)}" if more > 0 else "")


def bounds(c: Curve, first: int, last: int) -> str:
    """One stretch, by its own ends or by the points beside it."""
    low, high = c.x[first], c.x[last]
    if first == 0 and last == c.x.size - 1:
        return EVERYWHERE
    if first == 0:
        return f"for {c.letter} ≤ {high:.6g}" if high < 0 or c.x[last + 1] != 0 else f"for {c.letter} < 0"
    if last == c.x.size - 1:
        return f"for {c.letter} ≥ {low:.6g}"
    return f"at {c.letter} = {low:.9g}" if low == high else f"for {low:.6g} ≤ {c.letter} ≤ {high:.6g}"


def points(x: Sequence[float]) -> str:
    """Some of the points."""
    return ", ".join(f"{v:.6g}" for v in x[:SAID]) + (f" and {len(x) - SAID} more" if len(x) > SAID else "")


def size_of_error(curves: Sequence[Curve]) -> str:
    """How far off the wrong values are."""
    off = [np.abs(c.given - c.truth)[c.wrong] / np.maximum(np.abs(c.truth[c.wrong]), 1e-12) for c in curves]
    errors = np.concatenate(off)
    return f"the relative error is between {errors.min():.1e} and {errors.max():.1e}" if errors.size else ""
