"""Whether the slopes on either side of a kink are what the catalogue says."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from sympy import Abs, And, Max, Min, Piecewise, Rational, sign

from symgrad.core import Status, Variable
from symgrad.functions import D, unfold
from symgrad.pipeline.proofs import Proof, proof

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sympy import Symbol

    from symgrad.core import Definition, Kink, Verdict

NEAR = Rational(1, 1000)  # on this side of the kink, this far, the function is one smooth branch
INSIDE = Rational(1, 3)  # an interior value of a target that the loss leaves free


def slopes(definition: Definition) -> Iterator[tuple[str, Verdict]]:
    """Each kink's slopes, left and right, with the verdict on them; a finite set of targets is gone through."""
    return ((label, worst(proofs)) for label, proofs in slope_proofs(definition))


def slope_proofs(definition: Definition) -> Iterator[tuple[str, tuple[Proof, ...]]]:
    """The same, with the statements behind each verdict."""
    for kink in definition.kinks:
        for target in targets(definition):
            where = kink.at.subs(target)
            for side, slope in ((-1, kink.left), (1, kink.right)):
                label = (
                    f"slope {slope.subs(target)} on the {'left' if side < 0 else 'right'} of {kink.variable} = {where}"
                )
                yield label + told(target), statements(definition, kink, side, slope, target)


def targets(definition: Definition) -> Iterator[dict[Symbol, Any]]:
    """The choices of the symbols that take finitely many values: y in {-1, 1}; one empty choice where none does."""
    finite = [(v.symbol, v.domain.values) for v in definition.domains if v.domain.values]
    for values in product(*(values for _, values in finite)):
        yield dict(zip((s for s, _ in finite), values, strict=True))


def told(target: Mapping[Symbol, Any]) -> str:
    """The choice, for a reader."""
    return "".join(f", {symbol} = {value}" for symbol, value in target.items())


def slope_verdict(definition: Definition, kink: Kink, side: int, slope: Any, target: Mapping[Symbol, Any]) -> Verdict:
    """Whether the slope beside a kink is the one that is said."""
    return worst(statements(definition, kink, side, slope, target))


def worst(proofs: tuple[Proof, ...]) -> Verdict:
    """The first verdict that is not PROVED, else the last."""
    verdicts = [p.verdict for p in proofs]
    return next((v for v in verdicts if v.status is not Status.PROVED), verdicts[-1])


def statements(
    definition: Definition, kink: Kink, side: int, slope: Any, target: Mapping[Symbol, Any]
) -> tuple[Proof, ...]:
    """The function is one branch beside the kink (proved at the usual parameters), whose slope there is `slope`.

    The slope is proved for all parameters; it is that of the branch, carried on into the kink.
    """
    x, function = kink.variable, unfold(definition.of).subs(target)
    at = kink.at.subs(target)
    rest = tuple(v for v in definition.domains if v.symbol not in target and v.symbol != x)
    usual = {p.symbol: p.default for p in definition.parameters}
    others = {v.symbol: INSIDE for v in rest if v.symbol not in usual}
    beside = at.subs(usual) + side * NEAR
    smooth = branch(function, {**usual, **others, x: beside.subs(others)})
    derivative = smooth.diff(x)
    between = And(side * (x - at.subs(usual)) > 0, side * (beside - x) > 0)
    free = tuple(v for v in rest if v.symbol not in usual)
    singular = not derivative.is_polynomial(x)
    return (
        proof(function.subs(usual), smooth.subs(usual), (Variable(x), *free), assuming=between),
        proof(D(smooth, x), derivative, (Variable(x), *rest), assuming=between if singular else True),
        proof(derivative.subs(x, at), slope.subs(target), rest),
    )


def branch(expr: Any, point: Mapping[Symbol, Any]) -> Any:
    """The smooth expression that `expr` is at a point where no case distinction is on its boundary."""
    if isinstance(expr, Piecewise):
        return branch(next(value for value, case in expr.args if case.subs(point) == True), point)  # noqa: E712 - a SymPy truth value
    if not expr.args:
        return expr
    parts = [branch(part, point) for part in expr.args]
    if isinstance(expr, Max | Min):
        return (max if isinstance(expr, Max) else min)(parts, key=lambda part: part.subs(point))
    if isinstance(expr, Abs | sign):
        positive = parts[0].subs(point) > 0
        return (1 if positive else -1) * (parts[0] if isinstance(expr, Abs) else 1)
    return expr.func(*parts)
