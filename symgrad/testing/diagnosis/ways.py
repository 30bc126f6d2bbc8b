"""The mistakes that are possible at one step of the way back: what returns there in place of J^T c."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.diagnosis.tape import ACTIVATIONS, STEP, summed
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.testing.diagnosis.tape import Edge
    from symgrad.testing.diagnosis.weigh import Array

Way = Callable[["Array"], "Array"]
LINEAR = {"add", "subtract", "negative", "positive", "multiply", "divide"}
SUMS = {"sum", "add.reduce", "mean", "var"}
MEANS = {"mean", "var"}
EXTREME = {"max", "min", "amax", "amin"}
PRODUCTS = {"matmul", "dot"}
MATRIX = 2  # axes
CHOSEN = "give it to the entry that was chosen, 0 to the others"
POWER = "(uⁿ)′ = n uⁿ⁻¹ u′"
PRODUCT = "(u v)′ = u′ v + u v′"
QUOTIENT = "(u/v)′ = (u′ v − u v′)/v²"
SLOPE = "multiply by φ′ at the argument, entry by entry"


@dataclass(frozen=True, slots=True)
class Astray:
    """A wrong way back along one edge, from {code} to {inner}: its words, and the way itself for such an edge."""

    name: str
    says: str
    mend: str
    way: Callable[[Edge], Way]
    cost: int = 2


def stopped(e: Edge) -> Way:
    """Nothing comes back."""
    return lambda _: np.zeros(e.argument.shape)


def times(factor: float) -> Callable[[Edge], Way]:
    """What comes back, times a number."""
    return lambda e: lambda c: factor * e.back(c)


def sloped(jacobian: Callable[[Edge], Any]) -> Callable[[Edge], Way]:
    """Back through an operation on entries with other slopes."""

    def way(e: Edge) -> Way:
        slopes = np.broadcast_to(jacobian(e), e.step.value.shape)
        return lambda c: summed(c * slopes, e.argument.shape)

    return way


EVERYWHERE = (
    Astray(
        "way-left-out",
        "the way back from {code} to {inner} is missing: {inner} is treated as a constant there",
        "add what comes back there; every way from a parameter to the loss counts",
        stopped,
    ),
    Astray("way-sign", "{code}: what comes back to {inner} has the wrong sign", "flip its sign", times(-1), 3),
    Astray("way-twice", "{code}: what comes back to {inner} is twice as large", "count it once", times(2), 3),
    Astray("way-half", "{code}: what comes back to {inner} is half as large", "double it", times(0.5), 3),
)
SLOPES = (
    Astray("slope-left-out", "φ′ is missing: the derivative of {code} is left out", SLOPE, sloped(lambda _: 1.0)),
    Astray(
        "value-for-slope",
        "φ is used in place of φ′: the value of {code}, not its derivative",
        SLOPE,
        sloped(lambda e: e.step.value),
    ),
    Astray("slope-twice", "φ′ twice: the derivative of {code} is squared", SLOPE, sloped(lambda e: e.jacobian**2)),
)
ELSEWHERE = (
    Astray(
        "slope-at-output",
        "the derivative of {code} is taken at its value a, not at its argument z: φ′(a)",
        SLOPE,
        sloped(lambda e: at(e, e.step.value)),
    ),
    Astray(
        "slope-at-error",
        "the derivative of {code} is taken at what comes back, not at its argument",
        SLOPE,
        lambda e: lambda c: c * at(e, c),
    ),
)
OTHER_SIDE = Astray(
    "other-side",
    "the derivative of {code} lets the wrong side through",
    "let through what the forward pass lets through",
    sloped(lambda e: 1 - e.jacobian),
)
IN_OUTPUT: dict[str, tuple[tuple[str, Callable[[Array, Array], Array]], ...]] = {  # wrong formulas in z and a
    "tanh": (
        ("1 − z²", lambda z, _: 1 - z**2),
        ("1 − a", lambda _, a: 1 - a),
        ("1 + a²", lambda _, a: 1 + a**2),
        ("a(1 − a)", lambda _, a: a * (1 - a)),
    ),
    "sigmoid": (
        ("z(1 − z)", lambda z, _: z * (1 - z)),
        ("1 − a", lambda _, a: 1 - a),
        ("a(1 + a)", lambda _, a: a * (1 + a)),
        ("1 − a²", lambda _, a: 1 - a**2),
    ),
}
POWERS = (
    Astray(
        "exponent-factor",
        "power rule at {code}: the exponent is not multiplied by",
        POWER,
        sloped(lambda e: e.jacobian / (e.step.inputs[1] if len(e.step.inputs) > 1 else 2)),
    ),
    Astray(
        "exponent-kept",
        "power rule at {code}: the exponent is not lowered",
        POWER,
        sloped(lambda e: e.jacobian * e.argument),
    ),
)
FACTORS = (
    Astray(
        "factor-left-out",
        "{code}: the other factor is left out on the way back to {inner}",
        "multiply what comes back by the other factor",
        sloped(lambda _: 1.0),
    ),
    Astray(
        "factor-twice",
        "{code}: the other factor is applied twice on the way back to {inner}",
        "multiply what comes back by it once",
        sloped(lambda e: e.jacobian**2),
    ),
    Astray(
        "own-factor",
        "{code}: what comes back to {inner} is multiplied by {inner}, not by the other factor",
        PRODUCT,
        sloped(lambda e: e.argument),
    ),
    Astray(
        "product-for-factor",
        "{code}: what comes back to {inner} is multiplied by the product, not by the other factor",
        PRODUCT,
        sloped(lambda e: e.step.value),
    ),
)
MASK = Astray(
    "other-side",
    "{code}: the mask lets through what the forward pass drops",
    "use the mask of the forward pass",
    sloped(lambda e: np.where(e.jacobian == 0, np.max(e.jacobian), 0.0)),
)
DIVIDED = (
    Astray(
        "divisor-left-out",
        "{code}: the divisor is left out on the way back to {inner}",
        "divide what comes back by it",
        sloped(lambda _: 1.0),
    ),
    Astray(
        "divisor-twice",
        "{code}: the divisor is applied twice on the way back to {inner}",
        "divide what comes back by it once",
        sloped(lambda e: e.jacobian**2),
    ),
)
DIVISOR = (
    Astray(
        "divisor-not-squared",
        "quotient rule at {code}: the denominator is not squared",
        QUOTIENT,
        sloped(lambda e: e.jacobian * e.argument),
    ),
    Astray(
        "divisor-cubed",
        "quotient rule at {code}: the denominator is divided by once too often",
        QUOTIENT,
        sloped(lambda e: e.jacobian / e.argument),
    ),
)


def slips(edge: Edge) -> Iterator[Astray]:
    """The mistakes that are possible on this edge."""
    yield from EVERYWHERE
    if edge.step.entrywise:
        yield from entrywise(edge)
        if edge.argument.shape != edge.step.value.shape:
            yield from stretched(edge)
        return
    if edge.step.name in PRODUCTS and edge.argument.ndim == edge.step.value.ndim == MATRIX:
        yield from of_products(edge)
    elif edge.step.name in SUMS:
        yield from of_sums(edge)
    elif edge.step.name in EXTREME:
        yield from of_extremes(edge)
    if edge.step.value.ndim > 1 and edge.step.name in {*PRODUCTS, "einsum", "tensordot"}:
        yield from one_alone(edge)


def entrywise(edge: Edge) -> Iterator[Astray]:
    """Operations on entries: the slope left out, taken elsewhere, or another thing in its place."""
    name, same = edge.step.name, edge.argument.shape == edge.step.value.shape
    if name == "multiply":
        yield from FACTORS
        if np.unique(edge.jacobian).size == 2 and not np.min(np.abs(edge.jacobian)):  # noqa: PLR2004 - 0 and one other
            yield MASK
    elif name == "divide":
        yield from DIVISOR if edge.slot else DIVIDED
    if name in LINEAR:
        return
    yield from SLOPES
    yield from ELSEWHERE if same else ()
    yield from POWERS if name in {"power", "square"} and edge.slot == 0 else ()
    if set(np.unique(edge.jacobian)) <= {0.0, 1.0}:
        yield OTHER_SIDE
    for formula, slope in IN_OUTPUT.get(name, ()):
        says = message("{formula} is used in place of the derivative of {name}", formula=formula, name=name)
        yield Astray("slope-formula", says, SLOPE, sloped(lambda e, f=slope: f(e.argument, e.step.value)))  # type: ignore[misc]
    if name in ACTIVATIONS:
        yield from of_other(name)


def of_other(name: str) -> Iterator[Astray]:
    """The slope of another activation."""
    for wrong, form in ACTIVATIONS.items():
        if wrong != name:
            says = message(
                "the derivative of {wrong} is used in place of the derivative of {name}", wrong=wrong, name=name
            )
            slope = sloped(lambda e, f=form: np.imag(f(e.argument + 1j * STEP)) / STEP)  # type: ignore[misc]
            yield Astray(f"slope-of-{wrong}", says, "use the derivative of what the forward pass applies", slope)


def at(e: Edge, x: Array) -> Array:
    """The slopes elsewhere."""
    inputs = list(e.step.inputs)
    inputs[e.slot] = x + 1j * STEP
    found: Array = np.imag(e.step.call(inputs)) / STEP  # type: ignore[misc]
    return found


def stretched(edge: Edge) -> Iterator[Astray]:
    """An array that the forward pass repeated: what comes back is to be summed."""
    n = edge.step.value.size / max(edge.argument.size, 1)
    yield Astray(
        "mean-for-sum",
        "{inner} is used many times in {code}: what comes back is averaged, not summed",
        "sum it",
        times(1 / n),
    )
    yield Astray(
        "first-for-sum",
        "{inner} is used many times in {code}: only the first of what comes back is returned",
        "sum all of them",
        lambda e: lambda c: e.back(alone(c, 0, 0)),
    )


def alone(c: Array, axis: int, place: int) -> Array:
    """What comes back at one place of an axis, and nothing elsewhere."""
    kept = np.zeros_like(c)
    where = tuple(place if n == axis else slice(None) for n in range(c.ndim))
    kept[where] = c[where]
    return kept


def one_alone(edge: Edge) -> Iterator[Astray]:
    """One example in place of the sum over all; examples are rows, or columns where a matrix comes first."""
    axis = 1 if edge.step.name in PRODUCTS and edge.slot == 0 else 0

    def only(place: int) -> Callable[[Edge], Way]:
        return lambda e: lambda c: e.back(alone(c, axis, place))

    yield Astray(
        "one-for-sum",
        "{code}: only the first example of the batch comes back to {inner}: the sum is missing",
        "sum over all examples",
        only(0),
    )
    yield Astray(
        "one-for-sum",
        "{code}: only the last example of the batch comes back to {inner}: the sum is missing",
        "sum over all examples",
        only(-1),
    )


def other(e: Edge) -> Array:
    """The other matrix of a product."""
    return np.asarray(e.step.inputs[1 - e.slot])


def times_matrix(e: Edge, matrix: Array) -> Way:
    """Back through a product with another matrix in the place of the other one."""
    return lambda c: c @ matrix.T if e.slot == 0 else matrix.T @ c


def of_products(edge: Edge) -> Iterator[Astray]:
    """A product of matrices."""
    if other(edge).ndim != MATRIX:
        return
    if other(edge).shape[0] == other(edge).shape[1]:
        yield Astray(
            "not-transposed",
            "the other matrix of {code} is not transposed on the way back to {inner}",
            "for A B the ways back are C Bᵀ and Aᵀ C",
            lambda e: times_matrix(e, other(e).T),
        )
    if edge.argument.shape[0] == edge.argument.shape[1]:
        yield Astray(
            "transposed",
            "what comes back from {code} to {inner} is transposed",
            "for A B the ways back are C Bᵀ and Aᵀ C",
            lambda e: lambda c: e.back(c).T,
        )
    if edge.step.value.shape[0] == edge.step.value.shape[1]:
        yield Astray(
            "error-transposed",
            "on the way back from {code} to {inner} the error C that comes back is confused with Cᵀ",
            "for A B the ways back are C Bᵀ and Aᵀ C",
            lambda e: lambda c: e.back(c.T),
        )
    yield Astray(
        "mean-for-sum",
        "{code}: what comes back to {inner} is averaged over the examples, not summed",
        "sum it",
        times(1 / edge.step.value.shape[0 if edge.slot else 1]),
    )


def of_sums(edge: Edge) -> Iterator[Astray]:
    """A sum, a mean, or a variance."""
    n = edge.argument.size / max(edge.step.value.size, 1)
    if edge.step.name not in MEANS:
        yield Astray(
            "sum-with-n",
            "on the way back the sum {code} is taken for a mean",
            "do not divide by the number of entries",
            times(1 / n),
        )
        return
    yield Astray(
        "mean-without-n",
        "the 1/n of {code} is left out on the way back",
        "divide by the number of entries",
        times(n),
    )
    for factor in (n / (n - 1), (n - 1) / n) if n > 1 and edge.step.name == "var" else ():
        yield Astray(
            "other-variance",
            "the variance {code} is divided by n on one way and by n − 1 on the other",
            "use the same number in both directions",
            times(factor),
        )


def of_extremes(edge: Edge) -> Iterator[Astray]:
    """A maximum along an axis."""
    reach = windows(edge)
    first = np.zeros_like(reach)
    first[np.arange(len(reach)), reach.argmax(axis=1)] = 1

    def to(chosen: Array) -> Callable[[Edge], Way]:
        return lambda e: lambda c: (c.ravel() @ chosen).reshape(e.argument.shape)

    yield Astray(
        "extreme-everywhere",
        "what comes back from {code} goes to every entry, not only to the one that was chosen",
        CHOSEN,
        to(reach),
    )
    yield Astray(
        "extreme-shared",
        "what comes back from {code} is shared by all entries, as if it were a mean",
        CHOSEN,
        to(reach / np.maximum(reach.sum(axis=1, keepdims=True), 1)),
    )
    yield Astray(
        "extreme-first",
        "what comes back from {code} goes to the first entry, not to the one that was chosen",
        CHOSEN,
        to(first),
    )
    yield Astray(
        "extreme-others",
        "what comes back from {code} goes to the entries that were not chosen",
        CHOSEN,
        to(reach - (edge.jacobian != 0)),
    )
    yield Astray(
        "extreme-times-value",
        "what comes back from {code} is multiplied by the value that was chosen",
        "the derivative of a maximum is 1 at the entry that was chosen",
        lambda e: lambda c: e.back(c * e.step.value),
    )


def windows(edge: Edge) -> Array:
    """Which entries each output was chosen from: those that become it when they are made extreme."""
    x, call = np.asarray(edge.argument, float), edge.step.call
    extreme = 2 * (np.max(np.abs(x), initial=0) + 1) * (-1 if "min" in edge.step.name else 1)
    rows = []
    for n in range(x.size):
        moved = x.copy()
        moved.flat[n] = extreme
        rows.append(np.ravel(call([moved])) == extreme)  # type: ignore[misc]
    return np.array(rows).T.astype(float)
