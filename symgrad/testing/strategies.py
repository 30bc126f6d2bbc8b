"""Hypothesis strategies that look where gradients go wrong, and shrink to the smallest failing case."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import hypothesis.strategies as st
import numpy as np
from hypothesis import Phase, given, settings

from symgrad import checker
from symgrad.core import Outcome, UnsupportedError
from symgrad.testing.check import try_gradient
from symgrad.testing.models import Network
from symgrad.testing.subject import Subject, subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.checker import Reference
    from symgrad.testing.models.model import Array

NEAR = (0.0, 1e-1, 1e-2, 1e-3, 1e-5, 3e-7, 1e-8, 1e-12)
TAILS = (10.0, 15.5, 18.0, 20.5, 25.0, 36.7, 40.0, 88.8, 100.0, 700.0, 746.0, 1e3, 1e4)
HUGE = (50.0, 100.0, 710.0, 800.0, 1e4)
PHASES = tuple(p for p in Phase if p is not Phase.explain)  # which would name lines of symgrad, not of the tested code
SMOOTH = ("sigmoid", "tanh", "softplus", "silu", "gelu", "relu", "leaky_relu", "elu")


def points(of: Any, *, dtype: Any = "float64", parameters: Any = None) -> st.SearchStrategy[float]:
    """Points of a definition's open domain: ordinary ones, its kinks and what is beside them, tails, any float.

    They are numbers of `dtype`, and shrink towards whole numbers near 0.
    """
    return of_reference(subject(of, parameters).references[0], dtype)


def of_reference(reference: Reference, dtype: Any = "float64") -> st.SearchStrategy[float]:
    """The points of one reference."""
    lower, upper = reference.lower, reference.upper

    def inside(x: float) -> bool:  # the reference of a text says no ends: its function may have no value
        return lower < x < upper and bool(np.isfinite(checker.exact_values(reference, np.asarray([x]))[0][0]))

    def cast(x: float) -> float:
        with np.errstate(over="ignore"):
            return float(np.asarray(x, dtype))

    width = upper - lower
    finite = functools.partial(st.floats, allow_nan=False, allow_infinity=False)
    own = [c.at + s * d for c in reference.corners for d in NEAR for s in (1, -1)]
    ends = [e + s * 10.0**-k for e, s in ((lower, 1), (upper, -1)) if math.isfinite(e) for k in range(1, 13)]
    special = sorted({cast(x) for x in (*own, *ends, *TAILS, *(-t for t in TAILS)) if inside(cast(x))}, key=simplicity)
    if math.isfinite(width):
        plain: list[Any] = [finite(lower, upper, exclude_min=True, exclude_max=True)]
    else:
        start = lower if math.isfinite(lower) else upper if math.isfinite(upper) else 0.0
        plain = [
            st.integers(-9, 9).map(lambda n: start + float(n)),
            finite(start - 30, start + 30),
            finite(),
        ]
    drawn = st.one_of(*plain[:2], *([st.sampled_from(special)] if special else []), *plain[2:])
    return drawn.map(cast).filter(inside)


def simplicity(x: float) -> tuple[float, int, bool]:
    """Whole numbers near 0 first, positive before negative."""
    return abs(x), len(repr(abs(x))), x < 0


def entries(limit: float = 5.0) -> st.SearchStrategy[float]:
    """Numbers of a vector: small whole ones, which tie often, ordinary ones, and huge ones."""
    huge = st.sampled_from([s * h for h in HUGE for s in (1, -1)])
    whole = st.integers(-3, 3).map(float)
    return st.one_of(whole, st.floats(-limit, limit, allow_subnormal=False).map(lambda v: round(v, 3)), huge)


@st.composite
def logits(draw: st.DrawFn, classes: int | None = None, batch: int | None = None, *, huge: bool = True) -> Array:
    """Rows of logits, with ties and (unless `huge` is False) sizes at which a softmax without a shift overflows.

    Without `batch` and `classes` those are drawn too, and shrink to one row of two.
    """
    n = draw(st.integers(1, 4)) if batch is None else batch
    k = draw(st.integers(2, 5)) if classes is None else classes
    number = entries() if huge else entries().filter(lambda v: abs(v) <= 5.0)  # noqa: PLR2004 - the limit of `entries`
    return np.asarray(draw(st.lists(st.lists(number, min_size=k, max_size=k), min_size=n, max_size=n)))


def targets(kind: str = "one-hot", *, classes: int = 3, batch: int = 4) -> st.SearchStrategy[Array]:
    """Targets, rows being examples.

    "one-hot", "simplex" (soft labels), "binary" (0 or 1), "unit" (between 0 and 1), "signs" (-1 or 1), "real".
    """
    numbers = {
        "binary": st.sampled_from((0.0, 1.0)),
        "unit": st.integers(0, 100).map(lambda n: n / 100),
        "signs": st.sampled_from((1.0, -1.0)),
        "real": entries(),
    }
    if kind in numbers:
        row: Any = st.lists(numbers[kind], min_size=classes, max_size=classes)
    elif kind == "one-hot":
        row = st.integers(0, classes - 1).map(lambda n: np.eye(classes)[n])
    elif kind == "simplex":
        weights = st.lists(st.integers(0, 8), min_size=classes, max_size=classes).filter(any)
        row = weights.map(lambda w: np.asarray(w, float) / sum(w))
    else:
        raise UnsupportedError(
            "targets({kind}) is unknown; there are one-hot, simplex, {numbers}",
            kind=repr(kind),
            numbers=", ".join(numbers),
        )
    return st.lists(row, min_size=batch, max_size=batch).map(lambda rows: np.asarray(rows, float))


@st.composite
def networks(
    draw: st.DrawFn,
    *,
    depth: tuple[int, int] = (1, 3),
    width: tuple[int, int] = (1, 4),
    batch: tuple[int, int] = (1, 5),
    hidden: tuple[str, ...] = ("tanh", "sigmoid", "relu", "softplus"),
    heads: tuple[tuple[str, str], ...] = (
        ("identity", "half_squared_error"),
        ("sigmoid", "binary_cross_entropy"),
        ("softmax", "cross_entropy"),
    ),
) -> Network:
    """Fully connected networks with data; `heads` are pairs of an output and a loss.

    They shrink to one layer of one unit and one example.
    """
    layers = draw(st.integers(*depth))
    sizes = draw(st.lists(st.integers(*width), min_size=layers + 1, max_size=layers + 1))
    output, loss = draw(st.sampled_from(heads))
    return Network(
        tuple(sizes),
        hidden=draw(st.sampled_from(hidden)) if layers > 1 else hidden[0],
        output=output,
        loss=loss,
        batch=draw(st.integers(*batch)),
        seed=draw(st.integers(0, 99)),
    )


@dataclass(frozen=True, slots=True)
class Case:
    """One input of a catalogue function with its exact value and slopes, which differ on a kink only."""

    name: str
    x: float
    others: tuple[float, ...]
    value: float
    left: float
    right: float

    def allows(self, slope: float, relative: float = 2.0**-40) -> bool:
        """Whether a slope is right here, up to a relative error."""
        slack = relative * max(1.0, abs(self.x), abs(self.left), abs(self.right))
        return min(self.left, self.right) - slack <= slope <= max(self.left, self.right) + slack


@st.composite
def gradient_cases(draw: st.DrawFn, *of: Any) -> Case:
    """Inputs of the named subjects (by default some activations), each with the truth."""
    what: Subject = subject(draw(st.sampled_from(of or SMOOTH)))
    n = draw(st.integers(0, len(what.choices) - 1))
    reference = what.references[n]
    x = draw(of_reference(reference).filter(lambda v: abs(v) < 1e3))  # noqa: PLR2004 - where exact values are quick
    found = checker.exact_slopes(reference, np.asarray([x]))
    left, right = (found.left[0], found.right[0]) if found.kink[0] else (found.estimate[0],) * 2
    others = tuple(float(v) for s, v in what.choices[n] if what.is_variable(s))
    value = float(checker.exact_values(reference, np.asarray([x]))[0][0])
    return Case(what.name, x, others, value, float(left), float(right))


class Told:
    """A message made when it is read: of the examples that fail while a smaller one is sought, nobody reads any."""

    def __init__(self, tell: Callable[[], Any]) -> None:
        self.tell = functools.cache(tell)

    def __str__(self) -> str:
        return str(self.tell())

    __repr__ = __str__


def gradient_of(of: Any, *, examples: int = 50, size: int = 16, **options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a property test of a gradient: `@gradient_of("gelu")` over a function of an array z.

    The test draws arrays of points from the definition's domain and compares with the exact derivative. A failing
    example shrinks to one point; its message is that of `check_gradient`, whose options are taken.
    """
    drawn = st.lists(
        points(of, dtype=options.get("dtype", "float64"), parameters=options.get("parameters")),
        min_size=1,
        max_size=size,
        unique=True,
    )

    def decorate(function: Callable[..., Any]) -> Any:
        @settings(max_examples=examples, deadline=None, derandomize=True, phases=PHASES)
        @given(x=drawn)
        def test(x: list[float]) -> None:
            told = functools.partial(try_gradient, None, function, of=of, points=x, **options)
            if told(diagnosis=False).outcome is Outcome.WRONG:  # one point may be unsettled; many examples are tried
                raise AssertionError(Told(told))

        functools.update_wrapper(
            test, function, assigned=("__module__", "__name__", "__qualname__", "__doc__"), updated=()
        )
        del test.__wrapped__  # type: ignore[attr-defined] # pytest would look for a fixture called z
        return test

    return decorate
