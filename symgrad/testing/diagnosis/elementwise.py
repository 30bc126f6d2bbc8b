"""The diagnosis of an elementwise gradient: which wrong formula, constant or region explains every value."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.compiled import compiled
from symgrad.checker.difference import difference
from symgrad.definitions import ACTIVATIONS
from symgrad.functions.slopes import flattened
from symgrad.functions.symbols import z
from symgrad.testing.diagnosis.boundaries import moved
from symgrad.testing.diagnosis.constants import FIXED, factor, names_of, said
from symgrad.testing.diagnosis.curves import Curve, evidence_of, predictions, promising, telling
from symgrad.testing.diagnosis.edits import Values, fitting, spelt, twice
from symgrad.testing.diagnosis.fitting import PARAMETER, candidates, shortest
from symgrad.testing.diagnosis.formulas import formulas
from symgrad.testing.diagnosis.places import EVERYWHERE, holes, region, size_of_error
from symgrad.testing.diagnosis.recognised import recognised
from symgrad.testing.diagnosis.rounded import rounded
from symgrad.testing.diagnosis.weigh import Diagnosis, Hypothesis, by_cost, close, relabelled, settled, unknown, verdict
from symgrad.testing.diagnosis.wording import maths, told, worded
from symgrad.words import clauses, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from symgrad.testing.diagnosis.weigh import Array
    from symgrad.testing.subject import Subject

FAR = 1e5  # beyond this a formula overflows sooner than it says what it is
NEAR = 4.0  # within this rounding hides nothing
ENOUGH = 16  # points
SMALL = 1e-3  # how near to its limit a derivative is taken for it
OUT = 100.0  # a constant that bounds the slope shows there
LOOSE = 1e-7  # relative: doubles stand in for balls while formulas are looked for
USUAL = {"−1", "2", "1/2", "−2", "−1/2"}
UNNAMED = 5  # the cost of a factor that has no name: what is wrong in the formula says more
SIMPLE = 2  # the cost of a mistake in the formula as a whole
FAR_FETCHED = 5  # the cost of another function's derivative, which nothing suggests but the numbers
TIMES = 2  # hypotheses of at most this cost are also tried times a constant


def diagnose_curves(curves: Sequence[Curve], subject: Subject | None, f: Any = None) -> Diagnosis:
    """The mistake behind the wrong values; `subject` is what the function is, if that is known, `f` the function.

    Where it is not known, the values of `f` may tell: then that is said.
    """
    known = recognised(f, curves[0].x, curves[0].eps) if subject is None and f is not None and curves else None
    if known is None:
        return explanation(curves, subject, f)
    found = explanation([replace(c, values=known.values) for c in curves], known, f)
    says = message("f has the values of {name}: {says}", name=known.name, says=found.says)
    return replace(found, says=says) if found.known else explanation(curves, subject, f)


def explanation(curves: Sequence[Curve], subject: Subject | None, f: Any) -> Diagnosis:
    """The mistake as the formula of the subject tells it, or without one."""
    finite = [c.at(np.isfinite(c.given) & np.isfinite(c.truth) & (np.abs(c.x) <= FAR)) for c in curves]
    finite = [c for c in finite if c.x.size]
    nowhere = holes([float(v) for c in curves for v in c.x[~np.isfinite(c.given) & np.isfinite(c.truth)]])
    wrong = [c.at(c.wrong) for c in finite if c.wrong.any()]
    if not wrong:
        return unknown(nowhere)
    whole = explained(finite, subject, f) or limit(finite)
    if whole:
        return verdict(whole, nowhere)
    where = region(finite, curves[0].eps)
    part = explained(wrong, subject, f, flat(wrong))
    if part:
        return verdict((replace(part[0], says=only(where, worded(part[0].says))), *part[1:]), nowhere)
    rare = () if subject is None else settled(evidence_of(finite), edited(finite, subject, twice))
    rare = rare or (() if subject is None else near_zero(finite, subject, f))
    return verdict(rare, nowhere) if rare else unknown(clauses((where, nowhere)), size_of_error(finite))


def near_zero(curves: Sequence[Curve], subject: Subject, f: Any) -> tuple[Hypothesis, ...]:
    """The mistake near 0, where what is farther out is lost in the rounding of the wrong code itself."""
    near = [c.at(np.abs(c.x) <= NEAR) for c in curves]
    found = explained(near, subject, f) if all(c.x.size >= ENOUGH for c in near) else ()
    where = f"−{NEAR:g} ≤ {subject.variable} ≤ {NEAR:g}"
    return tuple(
        replace(
            h,
            says=told(
                "for {where}: {says}; farther out it does not fit, which rounding alone may do",
                where=where,
                says=h.says,
            ),
        )
        for h in found
    )


def limit(curves: Sequence[Curve]) -> tuple[Hypothesis, ...]:
    """The limit of the derivative, returned from some point on where the derivative still differs from it."""
    curve = next(c for c in curves if c.wrong.any())
    x, value = curve.x, float(curve.given[curve.wrong][0])
    side = float(np.sign(x[curve.wrong][0]))
    first = float(np.min((side * x)[curve.wrong]))
    beyond = side * x >= first
    off = np.abs(curve.truth - value)[beyond][:: int(side) or 1]
    if len(curves) > 1 or not side or np.any(curve.given[beyond] != value) or np.any(curve.wrong & ~beyond):
        return ()
    if off[0] > SMALL or off[-1] > curve.slack[beyond][:: int(side)][-1] or np.any(np.diff(off) > 0):
        return ()
    before = (side * x)[~beyond]
    inside = [side * v for v in curve.ends if before.max(initial=0) <= side * v <= first]
    start = f"{side * min(inside, default=first):.6g}"
    says = message(
        "beyond {start} the limit {value} is returned in place of the derivative",
        start=f"{curve.letter} = {start}",
        value=f"{value:g}",
    )
    predicted = np.where(beyond, value, curve.truth)
    return (Hypothesis("limit-for-slope", says, message("return the derivative there too"), (predicted,), 0),)


def only(where: str, says: str) -> str:
    """What is wrong in one region."""
    if where == EVERYWHERE:
        return message("{where}: {says}", where=where, says=says)
    return message("{where}: {says}; elsewhere it is right", where=where, says=says)


def explained(
    curves: Sequence[Curve], subject: Subject | None, f: Any, more: Iterable[Hypothesis] = ()
) -> tuple[Hypothesis, ...]:
    """The hypotheses that fit; smaller things are looked for only where no mistake in the whole formula does."""
    evidence = evidence_of(curves)
    found = settled(evidence, [*hypotheses(curves, subject, f), *more])
    if subject is None:
        return found
    simple = bool(found) and found[0].cost <= SIMPLE
    if simple and not any(not subject.is_variable(s) for s, _ in subject.values):
        return found
    more = constants(curves, subject, PARAMETER) if simple else details(curves, subject)
    return by_cost((*found, *settled(evidence, more)))


def details(curves: Sequence[Curve], subject: Subject) -> Iterator[Hypothesis]:
    """The right formula with something small wrong in it."""
    yield from edited(curves, subject, fitting)
    yield from constants(curves, subject)
    yield from moved(curves, subject)
    yield from rounded(curves, subject)


def hypotheses(curves: Sequence[Curve], subject: Subject | None, f: Any) -> Iterator[Hypothesis]:
    """Constant factors, and wrong formulas."""
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


def edited(curves: Sequence[Curve], subject: Subject, search: Callable[..., Any]) -> Iterator[Hypothesis]:
    """The right derivative with a small thing changed."""
    few = [telling(c) for c in curves]
    at = {subject.variable: np.concatenate([c.x for c in few])}
    for n, symbol in enumerate(subject.symbols[1:]):
        at[symbol] = np.concatenate([np.full(c.x.size, float(c.values[n][1])) for c in few])
    given, slack = np.concatenate([c.given for c in few]), np.concatenate([c.slack for c in few])

    def fits(v: Array) -> bool:
        return np.shape(v) == given.shape and bool(np.all(close(given, v, 4 * slack + LOOSE * np.abs(given))))

    values = Values(at)
    function = flattened(subject.expr)
    for form in spelt(subject.gradient, subject.formula, subject.variable):
        for edit in search(form, subject.variable, function, values, fits):
            predicted = predictions(edit.part, subject, curves)
            if predicted is not None:
                yield Hypothesis(edit.name, edit.says, edit.mend, predicted, edit.cost)


def shifted(curves: Sequence[Curve]) -> Iterator[Hypothesis]:
    """The same constant added everywhere: one that the derivative should have taken away, or a sign of it."""
    c = float(np.median(np.concatenate([c.given - c.truth for c in curves])))
    plain = round(c, 9)
    if not plain or abs(c - plain) > 2.0**20 * curves[0].eps:
        return
    predicted = tuple(v.truth + plain for v in curves)
    says = message("{number} is added to the derivative", number=f"{plain:g}")
    if plain < 0:
        says = message("{number} is subtracted from the derivative", number=f"{-plain:g}")
    mend = message("the derivative of a constant is 0: leave it out")
    yield Hypothesis("added-constant", says, mend, predicted, 2)


def unnamed(curve: Curve, f: Any) -> Iterator[Hypothesis]:
    """What can be made of the true slopes, and of the values of a function that nobody named."""
    d, ones = curve.truth, np.ones_like(curve.x)
    yield one("missing-slope", message("the derivative is left out: 1 is returned"), RETURN, ones, 1)
    yield one("zero", message("the gradient is zero"), RETURN, 0 * ones, 1)
    once = message("multiply by it once")
    yield one("slope-twice", message("the derivative is applied twice: it is squared"), once, d**2, 1)
    inverse = message("this is 1 over the derivative, that of the inverse function")
    yield one("reciprocal", inverse, message("take the reciprocal"), 1 / d)
    lost = message("the sign is lost: this is the absolute value")
    yield one("absolute", lost, message("keep the sign"), np.abs(d))
    if f is None:
        return
    v = np.asarray([np.asarray(f(np.asarray([x])), float).ravel()[0] for x in curve.x.tolist()])
    at_output = difference(lambda u: np.asarray(f(u), float), v).estimate if np.isfinite(v).all() else np.nan * v
    itself = message("the function itself is returned in place of its derivative")
    yield one("value-for-slope", itself, message("differentiate it"), v, 1)
    times_ = message("the derivative is multiplied by the function")
    yield one("value-times-slope", times_, message("leave the function out"), v * d)
    other = message("multiply by the other factor too")
    yield one("one-minus-value", message("1 minus the function is returned"), other, 1 - v)
    yield from of_others(curve)
    at = message("the derivative is taken at f(x) instead of x")
    yield one("slope-at-output", at, message("evaluate it at x"), at_output)


def of_others(curve: Curve) -> Iterator[Hypothesis]:
    """The derivatives of the catalogue's activations."""
    for name, entry in ACTIVATIONS.items():
        code = None if name == "identity" else compiled(entry.head(z).diff(z), (z,))
        if code is not None:
            says = message("this is the derivative of {name}, and f is another function", name=name)
            mend = message("differentiate the function that the forward pass applies")
            yield one(f"slope-of-{name}", says, mend, code(curve.x), FAR_FETCHED)


RETURN = message("return the derivative")


def one(name: str, says: str, mend: str, predicted: Array, cost: int = 2) -> Hypothesis:
    """A hypothesis about one curve."""
    return Hypothesis(name, says, mend, (predicted,), cost)


def times(curves: Sequence[Curve], plain: Hypothesis) -> Iterator[Hypothesis]:
    """A hypothesis times one constant, with its name if it has one."""
    c = factor([v.given for v in curves], plain.predicted)
    if c is None or not np.isfinite(c) or c == 1:
        return
    c = refined(c, curves, plain.predicted)
    names = names_of([c], [{}], 2.0**20 * curves[0].eps)
    alone = plain.cost < 0
    if alone:
        yield from of_parameters(c, curves, plain)
    for name in names:
        more, mend = said(name, {})
        predicted = tuple(FIXED[name][0] * p for p in plain.predicted)  # the name's own value: c has rounding in it
        if alone:
            says = message("every value is {factor} times what it should be: {says}", factor=name, says=more)
            yield Hypothesis(f"factor {name}", says, mend, predicted, 1 if name in USUAL else 3)
        else:
            yield with_factor(plain, name, mend, predicted)
    if not names and alone:
        text = f"{c:.12g}"
        says = message("every value is {factor} times what it should be", factor=text)
        predicted = tuple(c * p for p in plain.predicted)
        yield Hypothesis("factor", says, message("divide by {factor}", factor=text), predicted, UNNAMED)


def of_parameters(c: float, curves: Sequence[Curve], plain: Hypothesis) -> Iterator[Hypothesis]:
    """The factor as a power of a parameter: one that is forgotten, or once too often there."""
    fixed = set(curves[0].values).intersection(*(v.values for v in curves))
    for (symbol, value), power in product(sorted(fixed, key=str), (1, -1, 2, -2)):
        size = float(value) ** power if value else 1.0
        if size != 1 and abs(c - size) <= 2.0**20 * curves[0].eps * abs(size):
            text = maths(symbol**power)
            says = message("every value is {factor} times what it should be", factor=text)
            mend = message("divide by {factor}", factor=text)
            yield Hypothesis(f"factor {symbol}", says, mend, tuple(size * p for p in plain.predicted), 1)


def with_factor(plain: Hypothesis, name: str, mend: str, predicted: tuple[Array, ...]) -> Hypothesis:
    """A hypothesis times a constant with a name."""
    return relabelled(
        replace(plain, cost=plain.cost + 1),
        f"{plain.name}, factor {name}",
        told("{says}; and {factor} times that", says=plain.says, factor=name),
        told("{before}; {after}", before=plain.mend, after=mend),
        predicted,
    )


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
    says = message("the value is {value} throughout", value=f"{c:.9g}")
    yield Hypothesis("constant", says, message("look at the condition of that branch"), predicted, 1)


def constants(curves: Sequence[Curve], subject: Subject, most: int = UNNAMED) -> Iterator[Hypothesis]:
    """A parameter or a number of the function, or of its derivative, with another value; those up to a cost."""
    few, out = telling(curves[0]), curves[0].at(curves[0].wrong & (np.abs(curves[0].x) <= OUT))
    places = [(c, n) for c in (few, out) if c.x.size for n in sorted({0, c.x.size - 1})]
    for curve, n in places:
        values = dict(curve.values)
        for place, root in candidates(subject, (curve.x, curve.given), n, values, most):
            for value in shortest(root, float(place.right.xreplace(values))):
                wrong = place.slope.xreplace(
                    {s: value for s in place.slope.free_symbols if s.name == "unknown_constant"}
                )
                if not promising(wrong, subject, curves, scaled=False):
                    continue
                predicted = predictions(wrong, subject, curves)
                if predicted is not None:
                    yield Hypothesis(
                        "wrong-constant", partial(place.says, value), place.mend, predicted, place.price(value)
                    )
