"""The code of every indexed derivation of the site, against its result valued by definition in 60 digits."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import mpmath
import numpy as np
import pytest
from sympy import Rational
from test_networks import CHAINS

from symgrad.checker.indexed import TRIED, Floats
from symgrad.core import Derivation, UnsupportedError
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.definitions.layers import network
from symgrad.deriver.indexed.layers import network_gradients
from symgrad.document.induction import programs
from symgrad.document.telling_indexed import indexed_code, sought
from symgrad.functions.symbols import z
from symgrad.indexed import Expr, Index, Tensor
from symgrad.indexed.jets import NoValueError
from symgrad.indexed.numpy_code import Written, numpy_source
from symgrad.indexed.numpy_code.source import identifier
from symgrad.indexed.samples import LENGTHS, Sample, space
from symgrad.pipeline.discover import sources
from symgrad.pipeline.load import load

FOLDER = Path(__file__).parent.parent / "derivations"
FILES = ("layers", "recurrent", "backpropagation", "vector_losses", "softmax", "log_likelihood")
POINTS = 2
FAR_DIGITS = 600  # so that 1 - p has digits where p is within e^-1000 of 1


def unknown(tensor: Tensor, entry: tuple[int, ...], by: Any) -> Any:  # noqa: ARG001 - one function serves for all
    """Some value for a function of which nothing is known, and for its derivatives."""
    return mpmath.mpf(1 + 2 * sum(entry) + 7 * len(by) + 3 * sum(sum(b[1]) for b in by)) / 5


def compared(derivation: Derivation, written: Written, order: tuple[Index, ...], sample: Sample) -> tuple[float, float]:
    """The value of the code and that of the result at a point."""
    exact = sample.evaluation(Floats(), unknown)
    arrays = []
    for t in written.tensors:
        array = np.empty([sample.sizes[d] for d in t.dims])
        for at in np.ndindex(*array.shape):
            array[at] = float(exact.entry(t, at, ()).get(frozenset(), 0))
        arrays.append(array)
    scalars = [float(sample.scalars[q]) for q in written.symbols]
    sizes = {identifier(d.name): sample.sizes[d] for d in written.sizes}
    tried = [TRIED[f.count("_slope")] for f in written.functions]
    functions = [np.vectorize(lambda u, f=f: float(f(u))) for f in tried]
    names: dict[str, Any] = {}
    exec(written.source, names)  # noqa: S102 - our own text, which is what is tested
    alone = set(sample.sizes.values()) == {1}
    # entries beside the one that is compared may lie outside a logarithm's domain; one class alone has p = 1
    with np.errstate(invalid="ignore", divide="ignore" if alone else "warn"):
        found = np.asarray(names[written.name](*arrays, *scalars, *functions, **sizes))
    entry = float(found[tuple(sample.at[i] for i in order)])
    if alone and np.isnan(entry):  # 0/0, which floats of any length round to a number now and then
        raise NoValueError
    return entry, float(exact.value(derivation.result, sample.at))


def agreeing(derivation: Derivation) -> int:
    """At how many points the code of a derivation has the value of its result; 0 where it has no code."""
    asked = sought(derivation)
    free = tuple(sorted(derivation.result.free, key=lambda i: i.name))
    order = (*asked[1], *asked[2]) if asked else free
    try:
        written = numpy_source(derivation.result, order, facts=derivation.facts)
    except UnsupportedError:
        return 0
    entries = [t[tuple(Index("q", d) for d in t.dims)] for t in written.tensors]
    where = space((derivation.start, derivation.result, *entries), derivation.facts, {})
    seen = 0
    for lengths in ((1,), LENGTHS):
        for sample in islice(where.samples(Random(3), lengths=lengths), POINTS):  # noqa: S311 - always the same points
            with suppress(NoValueError):
                found, expected = compared(derivation, written, order, sample)
                assert abs(found - expected) <= 1e-9 * (1 + abs(expected)), derivation.name
                seen += 1
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_code_of_every_derivation_has_the_value_of_its_result(name: str) -> None:
    documents = [d for s in sources([FOLDER / f"{name}.py"]) for d in load(s)]
    found = [agreeing(x) for d in documents for x in d.derivations if isinstance(x.start, Expr)]
    assert any(found)  # one step through time has no code where it holds a state still: its sums are tested below


@pytest.mark.parametrize(("text", "loss", "options", "wrt"), CHAINS, ids=[c[0] for c in CHAINS])
def test_code_of_networks_has_the_value_of_its_result(text: str, loss: str, options: dict[str, Any], wrt: str) -> None:
    found = network_gradients(network(text, loss, **options), [wrt])
    assert agreeing(found[-1]) or "residual" in text  # an unknown function has no code


FAR = [
    ("linear sigmoid linear softmax", "log_likelihood", "W1"),
    ("linear sigmoid", "bce", "W1"),
    ("linear tanh linear sigmoid", "bce", "b1"),
    ("linear softmax", "kl", "W1"),
    ("attention", "mse", "W_Q1"),
    ("lstm_cell", "mse", "W_i1"),
    ("linear layer_norm softmax", "cross_entropy", "W1"),
    ("linear softplus", "mse", "b1"),
    ("linear gelu linear", "log_cosh", "b1"),
    ("linear", "cosine", "b1"),
]


@pytest.mark.parametrize(("text", "loss", "wrt"), FAR, ids=[f"{c[0]} {c[1]}" for c in FAR])
def test_code_of_networks_does_not_overflow(text: str, loss: str, wrt: str) -> None:
    derivation = network_gradients(network(text, loss), [wrt])[-1]
    order = (*sought(derivation)[1], *sought(derivation)[2])  # type: ignore[index]  # it is a gradient
    written = numpy_source(derivation.result, order, facts=derivation.facts)
    held = {t for f in derivation.facts if f.assumed for t in f.left.tensors}
    where = space((derivation.start, derivation.result), derivation.facts, {})
    seen = 0
    for sample in islice(where.samples(Random(4)), 20):  # noqa: S311 - always the same points
        kept = {t for t in sample.entries if t in held or t.positive or t.name == "y"}
        moved = {t: e if t in kept else {k: 400 * v for k, v in e.items()} for t, e in sample.entries.items()}
        with mpmath.workdps(FAR_DIGITS), suppress(NoValueError):
            found, expected = compared(derivation, written, order, replace(sample, entries=moved))
            assert abs(found - expected) <= 1e-9 * (1 + abs(expected))
            seen += 1
    assert seen >= 2


OUTPUTS = [
    *((name, "squared_error") for name in ACTIVATIONS),
    ("softplus", "poisson_nll_rate"),
    ("tanh", "soft_margin"),
]
OUTPUTS += [("sigmoid", name) for name in ("cross_entropy", "poisson_nll_rate", "soft_margin", "cauchy")]


@pytest.mark.parametrize(("activation", "loss"), OUTPUTS)
def test_code_at_an_output_keeps_its_digits(activation: str, loss: str) -> None:
    derivation = network_gradients(network(activation, loss), ["x"])[-1]
    names: dict[str, Any] = {}
    exec(numpy_source(derivation.result, (*derivation.result.free,), facts=derivation.facts).source, names)  # noqa: S102
    unit, last = ACTIVATIONS[activation].head(z), LOSSES[loss].head
    a, y = last.variables
    slope = last.at(last.formula, (a, y)).diff(a).subs(a, unit) * unit.diff(z)
    for place in (-40, -3, Rational(1, 8), 3, 40):
        found = names["value"](np.array([float(place)]), np.array([0.25]))
        assert found[0] == pytest.approx(float(slope.xreplace({z: place, y: Rational(1, 4)}).evalf(30)), rel=1e-12)


@pytest.mark.parametrize("steps", [1, 2, 5])
def test_going_back_through_time_meets_the_slope_of_the_unrolled_network(steps: int) -> None:
    """The page's recursion and its sums over time, as code, are the whole gradient."""
    (page,) = load(*sources([FOLDER / "recurrent.py"]))
    back = compiled(indexed_code(next(d for d in page.derivations if d.name == "bptt-step")))
    of_W, of_U, of_b = map(compiled, programs(page.inductions[0]))
    rng = np.random.default_rng(steps)
    W, U, b, X, C = (rng.normal(size=s) for s in ((3, 3), (3, 2), 3, (steps, 2), (steps, 3)))

    def states(W: Any, U: Any, b: Any) -> Any:
        h = np.zeros((steps + 1, 3))
        for t in range(steps):
            h[t] = np.tanh(W @ h[t - 1] + U @ X[t] + b)  # h[-1] is the state before the first, which is 0
        return h

    def loss(W: Any, U: Any, b: Any) -> Any:
        return (C * np.sin(states(W, U, b)[:steps])).sum()

    h = states(W, U, b)
    δ = np.zeros((steps + 1, 3))
    for t in reversed(range(steps)):
        reached = C[t] * np.cos(h[t]) + W.T @ δ[t + 1]  # the page's first result
        δ[t] = back(U, W, b, g_t=reached, h=h[t - 1], x=X[t])
    found = {
        "W": of_W(δ[:steps], h[:steps]),
        "U": of_U(δ[:steps], X),
        "b": of_b(δ[:steps]),
    }
    weights = {"W": W, "U": U, "b": b}
    for name, value in weights.items():
        way = rng.normal(size=value.shape)
        ahead, behind = (loss(**{**weights, name: value + e * way}) for e in (1e-5, -1e-5))
        assert (found[name] * way).sum() == pytest.approx((ahead - behind) / 2e-5, rel=1e-6, abs=1e-8)


def compiled(source: str) -> Any:
    """The function that some code defines."""
    names: dict[str, Any] = {}
    exec(source, names)  # noqa: S102 - our own text, which is what is tested
    return next(f for name, f in names.items() if name.startswith("dJ_"))
