"""A wrong constant in the function: its value read off one point, and believed only if it explains all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Float, Rational, Symbol

from symgrad.checker.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symgrad.testing.diagnosis.weigh import Array
    from symgrad.testing.subject import Subject

GRID = 10.0 ** np.linspace(-4, 3, 141)
HALVINGS = 200
ROOTS = 6
PLAIN = 100  # fractions up to this denominator are shown as fractions
FREE = Symbol("unknown_constant", real=True)


def candidates(
    subject: Subject, x: float, given: float, values: dict[Any, Any]
) -> Iterator[tuple[str, Any, float, Any]]:
    """What the constant is called, its right value, the value that explains the point, the gradient with it in FREE."""
    for label, right, form in constants(subject):
        slope = form.diff(subject.variable)
        if not slope.has(FREE):
            continue
        code = compiled(slope.xreplace(values), (subject.variable, FREE))
        if code is None:
            continue
        found = roots(lambda k, c=code: c(np.full(k.shape, x), k) - given, float(right))  # type: ignore[misc]
        for root in same_sign(found, float(right)):
            if abs(root - float(right)) > 1e-12 * abs(float(right)):
                yield label, right, root, slope


def same_sign(values: list[float], right: float) -> list[float]:
    """The values, without those whose negative is one too and has the sign of the right value."""
    usual = [v for v in values if v * right > 0]
    return [v for v in values if v * right > 0 or not any(abs(u + v) <= 1e-9 * abs(u) for u in usual)]


def constants(subject: Subject) -> Iterator[tuple[str, Any, Any]]:
    """Every parameter and number of the formula, with its right value, and the formula with FREE in its place."""
    values = dict(subject.values)
    for symbol in sorted(subject.formula.free_symbols - {subject.variable}, key=str):
        if symbol in values and not subject.is_variable(symbol):
            yield str(symbol), values[symbol], subject.formula.xreplace({symbol: FREE})
    for number in sorted(subject.formula.atoms(Rational), key=str):
        if number not in {-1, 0, 1}:
            yield f"the constant {number}", number, subject.formula.xreplace({number: FREE})


def roots(off: Callable[[Array], Array], right: float) -> list[float]:
    """The values of the constant at which the gradient is as given: sign changes on a grid, then bisected."""
    grid = np.unique(np.concatenate([GRID, -GRID, [0.0], right * (1 + np.linspace(-0.2, 0.2, 81))]))
    with np.errstate(all="ignore"):
        heights = off(grid)
    found = [float(k) for k in grid[heights == 0]]
    turns = np.flatnonzero(np.sign(heights[:-1]) * np.sign(heights[1:]) < 0)
    found += [halved(off, float(grid[i]), float(grid[i + 1])) for i in turns]
    return found[:ROOTS]


def halved(off: Callable[[Array], Array], low: float, high: float) -> float:
    """The sign change between two values, by bisection."""
    sign = np.sign(off(np.asarray([low])))[0]
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if np.sign(off(np.asarray([middle])))[0] == sign:
            low = middle
        else:
            high = middle
    return high


def shortest(value: float, right: float) -> list[Any]:
    """The value with few digits first, as a person would have typed it, then as it is."""
    texts = [f"{value:.{n}g}" for n in (1, 2, 3, 4, 5, 6, 8, 10)]
    close = [t for t in dict.fromkeys(texts) if abs(float(t) - value) <= 1e-9 * abs(value) and float(t) != right]
    return [Rational(t) for t in close[:1]] + [Rational(Float(value, 17))]


def shown(value: Any) -> str:
    """A constant for a reader."""
    plain = value.is_Rational and value.q <= PLAIN
    return str(value) if plain else f"{float(value):.12g}"
