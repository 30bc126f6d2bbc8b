"""The diagnosis of gradients by many parameters, and of vector-Jacobian products, of functions that nobody named."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.calling import Guarded
from symgrad.checker.directions import Slopes
from symgrad.checker.trees import leaves_of, tree
from symgrad.checker.watch import watching
from symgrad.testing.diagnosis.models import Trial, diagnose_trials, trials
from symgrad.testing.diagnosis.weigh import Diagnosis, Evidence, Hypothesis, settled, slack_of, unknown, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symgrad.testing.diagnosis.weigh import Array

MOST = 600  # parameters; beyond them the differences of all entries take too long
SECONDS = 60.0


def diagnose_parameters(loss: Any, grads: Any, params: Any, *, model: Any = None, own: Any = None) -> Diagnosis | None:
    """The mistake behind the gradients of a loss; None where there are too many parameters to tell."""
    if model is not None:
        return diagnose_trials(trials(own, model))
    truth, bound = true_gradients(loss, params)
    if truth is None:
        return None
    given = dict(leaves_of(grads(params) if callable(grads) else grads, "", params))
    point = {k: np.asarray(v, float) for k, v in leaves_of(params, "", params)}
    return diagnose_trials([Trial({k: np.asarray(v) for k, v in given.items()}, truth, bounds=bound, point=point)])


def true_gradients(loss: Any, params: Any) -> tuple[dict[str, Array] | None, dict[str, Array]]:
    """Every entry's derivative by finite differences, and their bounds, under the paths of the arrays."""
    with watching(SECONDS) as watch:
        at = tree(params, watch)
        if at.values.size > MOST:
            return None, {}
        found = Slopes(Guarded(loss, "the loss", watch), at).along(np.eye(at.values.size))
    bounds = zip(at.starts[:-1], at.starts[1:], at.shapes, strict=True)
    parts = [(found.estimate[a:b].reshape(s), found.bound[a:b].reshape(s)) for a, b, s in bounds]
    return (
        {p: v for p, (v, _) in zip(at.paths, parts, strict=True)},
        {p: e for p, (_, e) in zip(at.paths, parts, strict=True)},
    )


def diagnose_vjp(f: Callable[[Any], Any], vjp: Callable[[Any, Any], Any], x: Any, seed: int) -> Diagnosis | None:
    """The mistake behind a vector-Jacobian product of one array; None where x is something else, or too large."""
    if isinstance(x, dict | list | tuple):
        return None
    x = np.asarray(x, float)
    y = np.asarray(f(x.copy()), float)
    if x.size * max(y.size, 1) > MOST * 8 or x.size > MOST:
        return None
    rows = [true_gradients(lambda p, n=n: np.asarray(f(p), float).ravel()[n], x) for n in range(y.size)]
    jacobian = np.asarray([row[0][""].ravel() for row in rows if row[0] is not None])
    slack = 3 * max(float(np.max(row[1][""], initial=0)) for row in rows)
    rng = np.random.default_rng(seed)
    cs = [rng.normal(size=y.shape) for _ in range(3)]
    given = [np.asarray(vjp(x.copy(), c.copy()), float) for c in cs]
    truth = [(c.ravel() @ jacobian).reshape(x.shape) for c in cs]
    slacks = tuple(slack_of(g, t) + slack * float(np.abs(c).sum()) for g, t, c in zip(given, truth, cs, strict=True))
    evidence = Evidence(tuple(given), tuple(truth), slacks)
    found = settled(evidence, products(jacobian, x, y, cs))
    return verdict(found, "") if found else unknown("")


def products(jacobian: Array, x: Array, y: Array, cs: list[Array]) -> Iterator[Hypothesis]:
    """What is returned in place of J^T c, whatever the function is."""
    right = [(c.ravel() @ jacobian).reshape(x.shape) for c in cs]
    for text, k in (("−1", -1.0), ("2", 2.0), ("1/2", 0.5), ("n, the number of entries", x.size), ("1/n", 1 / x.size)):
        says = f"every value is {text} times what it should be"
        yield Hypothesis(f"factor {text}", says, f"divide by {text}", tuple(k * r for r in right), 1)
    hypothesis = partial(product, x, cs)
    yield hypothesis("zero", "the product is zero", "return Jᵀ c", lambda _: 0 * x, 1)
    total = "the cotangent is ignored: this is the gradient of the sum"
    yield hypothesis("cotangent-ignored", total, "multiply by c before summing", lambda _: jacobian.sum(axis=0), 1)
    if x.shape == y.shape:
        yield from square_products(jacobian, y, hypothesis)


def product(  # noqa: PLR0917 - the first two are bound at once
    x: Array, cs: list[Array], name: str, says: str, mend: str, wrong: Any, cost: int = 2
) -> Hypothesis:
    """A wrong product as a hypothesis."""
    return Hypothesis(name, says, mend, tuple(np.asarray(wrong(c)).reshape(x.shape) for c in cs), cost)


def square_products(jacobian: Array, y: Array, hypothesis: Callable[..., Hypothesis]) -> Iterator[Hypothesis]:
    """What is returned where the function has as many values as arguments, as softmax has."""
    yield hypothesis(
        "transposed",
        "J c is returned, not Jᵀ c: transposed",
        "use the transposed Jacobian",
        lambda c: jacobian @ c.ravel(),
        1,
    )
    diagonal = "only the diagonal of the Jacobian is used; the other entries are missing"
    yield hypothesis(
        "diagonal-only", diagonal, "multiply by the whole Jacobian", lambda c: np.diag(jacobian) * c.ravel()
    )
    yield hypothesis("missing-jacobian", "the Jacobian is missing: this is c itself", "multiply by Jᵀ", lambda c: c, 1)
    yield hypothesis(
        "logistic-diagonal",
        "c y (1 − y) is used: the diagonal of softmax, or a sigmoid",
        "softmax has off-diagonal entries −yᵢyⱼ",
        lambda c: c * y * (1 - y),
    )
    yield hypothesis(
        "missing-sum", "the sum over the other entries is missing", "subtract the sum, per row", lambda c: y * c
    )
    yield from softmax_products(y, hypothesis)


def softmax_products(y: Array, hypothesis: Callable[..., Hypothesis]) -> Iterator[Hypothesis]:
    """What is written for softmax in place of y (c - the sum of c y)."""
    yield hypothesis(
        "wrong-axis",
        "the sum runs over the wrong axis",
        "sum over the last axis",
        lambda c: y * (c - (c * y).sum(axis=0)),
    )
    yield hypothesis(
        "all-axes", "the sum runs over all axes", "sum over the last axis only", lambda c: y * (c - (c * y).sum())
    )
    yield hypothesis(
        "mean-for-sum",
        "a mean is subtracted where a sum is asked for",
        "use the sum",
        lambda c: y * (c - (c * y).mean(axis=-1, keepdims=True)),
    )
    yield hypothesis(
        "sum-without-weights",
        "the sum is not weighted by the outputs",
        "subtract Σ cᵢyᵢ",
        lambda c: y * (c - c.sum(axis=-1, keepdims=True)),
    )
    yield hypothesis(
        "sign-in-jacobian",
        "the off-diagonal part has the wrong sign",
        "J = diag(y) − y yᵀ",
        lambda c: y * (c + (c * y).sum(axis=-1, keepdims=True)),
    )
