"""A wrong constant in the function: its value read off one point, and believed only if it explains all of them."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from sympy import Add, Float, Integer, Mul, Piecewise, Pow, Rational, Symbol, exp, log, pi, sqrt

from symgrad.checker.compiled import compiled
from symgrad.testing.diagnosis.wording import shown
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symgrad.testing.diagnosis.weigh import Array
    from symgrad.testing.subject import Subject

GRID = 10.0 ** np.linspace(-4, 3, 141)
HALVINGS = 200
ROOTS = 60
ROUGH = 1e-7  # relative: how well the other points must agree to be looked at exactly
BESIDE = 0.1  # relative: a value so far away must explain less
NEAR = 1e-9  # relative: how well a constant is read off one point
FREE = Symbol("unknown_constant", real=True)
PARAMETER = 1  # the cost of a parameter with another short value: what people mistype
SHORT = 10**6  # the largest denominator of such a value
INSIDE = 3  # the cost of a wrong constant in the function; in its derivative only, one more
BASES: tuple[Any, ...] = (
    sqrt(2),
    sqrt(pi),
    sqrt(2 * pi),
    sqrt(2 / pi),
    1 / sqrt(pi),
    1 / sqrt(2 * pi),
    sqrt(pi / 2),
    pi,
    1 / pi,
)
BASES += (pi / 180, 180 / pi, log(2), 1 / log(2), log(10), 1 / log(10), exp(1), exp(-1))
FACTORS = tuple(Rational(p, q) for p, q in product((1, 2, 3, 4), repeat=2) if p == 1 or q == 1)


class Place:
    """A constant in a formula: its right value, the derivative with FREE in its place, and the words for it."""

    def __init__(self, label: str, right: Any, slope: Any, cost: int = INSIDE) -> None:
        self.label, self.right, self.slope, self.cost = label, right, slope, cost

    def says(self, value: Any) -> str:
        """What is wrong with it."""
        return message(
            "{constant} is {wrong} where it should be {right}",
            constant=self.label,
            wrong=shown(value),
            right=shown(self.right),
        )

    def price(self, value: Any) -> int:
        """The cost of this value in its place."""
        short = value.is_Rational and value.q <= SHORT and value * self.right > 0
        if self.cost == PARAMETER:
            return PARAMETER if short else INSIDE + 1
        return self.cost

    def mend(self) -> str:
        """What makes it right."""
        return message("use {right}", right=shown(self.right))


def candidates(
    subject: Subject, few: tuple[Array, Array], at: int, values: dict[Any, Any], most: int
) -> Iterator[tuple[Place, float]]:
    """Every constant with a value of it that explains one of the few points, and the others about as well."""
    x, given = few
    for place in constants(subject):
        if place.cost > most:
            continue
        code = compiled(place.slope.xreplace(values), (subject.variable, FREE))
        if code is None:
            continue
        right = float(place.right.xreplace(values))
        found = roots(lambda k, c=code: c(np.full(k.shape, x[at]), k) - given[at], right)  # type: ignore[misc]
        for root in same_sign(found, right):
            off, beside = (np.abs(code(x, np.full(x.shape, k)) - given) for k in (root, root * (1 + BESIDE) or BESIDE))
            allowed = ROUGH * (np.abs(given) + 1e-300)
            told = not np.all(beside <= allowed)  # otherwise other values would do as well
            if told and abs(root - right) > 1e-12 * abs(right) and np.all(off <= allowed):
                yield place, root


def same_sign(values: list[float], right: float) -> list[float]:
    """The values, without those whose negative is one too and has the sign of the right value."""
    usual = [v for v in values if v * right > 0]
    return [v for v in values if v * right > 0 or not any(abs(u + v) <= NEAR * abs(u) for u in usual)]


@lru_cache(maxsize=64)
def constants(subject: Subject) -> tuple[Place, ...]:
    """The parameters and numbers of the function and of its derivative."""
    x, f, d = subject.variable, subject.formula, subject.gradient
    found: dict[Any, Place] = {}

    def add(label: str, right: Any, slope: Any, cost: int = INSIDE) -> None:
        if slope.has(FREE) and slope not in found:
            found[slope] = Place(label, right, slope, cost)

    values = dict(subject.values)
    for symbol in sorted(f.free_symbols - {x}, key=str):
        if symbol in values and not subject.is_variable(symbol):
            add(str(symbol), values[symbol], f.xreplace({symbol: FREE}).diff(x), PARAMETER)
    for form, cost in ((f, INSIDE), (d, INSIDE + 1)):
        for number in numbers(form):
            label = message("the constant {number}", number=shown(number))
            wrong = replaced(form, number)
            add(label, number, wrong.diff(x) if form is f else wrong, cost)
    within = message("the factor of {variable} inside", variable=x)
    add(within, Integer(1), f.xreplace({x: FREE * x}).diff(x), INSIDE + 1)
    add(within, Integer(1), d.xreplace({x: FREE * x}), INSIDE + 1)
    for n, number, whole in coefficients(d):
        label = message("the factor of the term {n} of the derivative", n=n)
        add(label, number, whole, INSIDE + 2)
    return tuple(found.values())


def coefficients(d: Any) -> Iterator[tuple[str, Any, Any]]:
    """The terms of a sum with an unknown factor each."""
    for term in d.expand().args if isinstance(d.expand(), Add) else ():
        number, rest = number_of(term)
        if rest != 1:
            yield shown_term(rest), number, d.expand() - term + FREE * rest


def shown_term(rest: Any) -> str:
    """A term for a reader."""
    return shown(rest)


def numbers(expr: Any) -> tuple[Any, ...]:
    """The numbers that stand in a formula as factors, terms or exponents, each whole: √(2/π), not its 2."""
    found: dict[Any, None] = {}

    def look(node: Any) -> None:
        if not node.free_symbols:
            if node not in {-1, 0, 1} and -node not in found:
                found[node] = None
            return
        if isinstance(node, Mul):
            number, rest = number_of(node)
            look(number)
            parts = rest.args if isinstance(rest, Mul) else (rest,)
        else:
            parts = (value for value, _ in node.args) if isinstance(node, Piecewise) else node.args
        for part in parts:
            look(part)

    look(expr)
    return tuple(sorted(found, key=str))


def number_of(node: Any) -> tuple[Any, Any]:
    """The factor that is a number, and the rest."""
    fixed, rest = node.as_independent(*node.free_symbols, as_Add=False)
    return fixed, rest


def replaced(node: Any, number: Any) -> Any:
    """The formula with FREE where the number stands."""
    if not node.free_symbols:
        return FREE if node == number else -FREE if node == -number else node
    if isinstance(node, Mul):
        fixed, rest = number_of(node)
        factors = rest.args if isinstance(rest, Mul) else (rest,)
        return Mul(replaced(fixed, number), *(replaced(f, number) for f in factors))
    if isinstance(node, Piecewise):
        return Piecewise(*((replaced(value, number), condition) for value, condition in node.args))
    if isinstance(node, Pow) and node.exp.is_Integer and node.exp < 0:  # 1/u² has a 2, not a −2
        return 1 / replaced(1 / node, number)
    return node.func(*(replaced(arg, number) for arg in node.args)) if node.args else node


def roots(off: Callable[[Array], Array], right: float) -> list[float]:
    """The values of the constant at which the gradient is as given: sign changes on a grid, then bisected."""
    grid = np.unique(np.concatenate([GRID, -GRID, [0.0, 1.0, 2.0], right * (1 + np.linspace(-0.2, 0.2, 81))]))
    with np.errstate(all="ignore"):
        heights = off(grid)
    found = [float(k) for k in grid[heights == 0]]
    turns = np.flatnonzero(np.sign(heights[:-1]) * np.sign(heights[1:]) < 0)[:ROOTS]
    if turns.size:
        found += halved(off, grid[turns], grid[turns + 1]).tolist()
    return found


def halved(off: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """The sign changes between pairs of values, by bisection of all at once."""
    sign = np.sign(off(low))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if np.all((middle == low) | (middle == high)):
            break
        below = np.sign(off(middle)) == sign
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return high


def shortest(value: float, right: float) -> list[Any]:
    """The value with few digits first, as a person would have typed it, then as a root, then as it is."""
    texts = [f"{value:.{n}g}" for n in (1, 2, 3, 4, 5, 6, 8, 10)]
    close = [t for t in dict.fromkeys(texts) if abs(float(t) - value) <= NEAR * abs(value) and float(t) != right]
    simple = [v for v, size in known() if abs(size - value) <= NEAR * abs(value)]
    return [*(Rational(t) for t in close[:1]), *simple[:1], Rational(Float(value, 17))]


@lru_cache(maxsize=1)
def known() -> tuple[tuple[Any, float], ...]:
    """Short fractions and the constants that people confuse, with their values."""
    thirds = [Rational(1, n) for n in (3, 6, 7, 9)] + [Rational(2, 3), Rational(4, 3)]
    whole = [*thirds, *(m * b for m in FACTORS for b in BASES)]
    return tuple((sign * v, float(sign * v)) for v in whole for sign in (1, -1))
