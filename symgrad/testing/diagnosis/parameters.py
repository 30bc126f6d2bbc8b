"""The diagnosis of gradients by many parameters, and of vector-Jacobian products, of functions that nobody named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.calling import Guarded
from symgrad.checker.slopes import Slopes
from symgrad.checker.trees import leaves_of, rebuilt, tree
from symgrad.checker.watch import Watching
from symgrad.testing.diagnosis.lookups import recognised_function, recognised_loss
from symgrad.testing.diagnosis.models import Trial, gathered, trials
from symgrad.testing.diagnosis.pathways import wrong_ways
from symgrad.testing.diagnosis.reachable import arrays
from symgrad.testing.diagnosis.tape import recorded
from symgrad.testing.diagnosis.trials import diagnose_trials
from symgrad.testing.diagnosis.updated import updated_ways
from symgrad.testing.diagnosis.weigh import Diagnosis, Evidence, Hypothesis, agree, settled, slack_of, unknown, verdict
from symgrad.testing.models.embedding import Itself, LookedUp
from symgrad.testing.models.lent import Lent
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.testing.diagnosis.lookups import Model
    from symgrad.testing.diagnosis.tape import Recording
    from symgrad.testing.diagnosis.weigh import Array

MOST = 600  # parameters; beyond them the differences of all entries take too long
SECONDS = 60.0
ALONE = "the array"
KEPT = 20_000  # values of a function
PULLED = 2  # cotangents


def diagnose_parameters(loss: Any, grads: Any, params: Any, *, model: Any = None, own: Any = None) -> Diagnosis | None:
    """The mistake behind the gradients of a loss; None where there are too many parameters to tell."""
    if model is not None:
        return diagnose_trials(trials(own, model))
    truth, bound = true_gradients(loss, params)
    if truth is None:
        return None
    point = leaves(params)
    given = {k: np.asarray(v) for k, v in named(grads(params) if callable(grads) else grads, params)}
    first = Trial(given, truth, bounds=bound, point=point)
    recordings = recordings_of([loss], [first], params)
    seen = arrays(loss, grads)

    def value(p: dict[str, Array]) -> float:
        return float(loss(built(params, p)))

    network = recognised_loss(value, point, seen)
    known = network if network is not None and agrees(network, first) else None
    (first,) = exact([first], recordings, [known])
    if known is None or network is None:
        return way_back([first], recordings, diagnose_trials([first]))

    def given_at(p: dict[str, Array]) -> Iterator[tuple[str, Any]]:
        return named(grads(built(params, p)), params)

    more = [network.varied(n) for n in (1, 2)] if callable(grads) else []
    found = diagnose_trials([replace(first, model=network), *(run(m, given_at) for m in more)])
    return way_back([first], recordings, recognised(found, network))


Losses = Sequence[Callable[[Any], Any]]


def recordings_of(losses: Losses, runs: Sequence[Trial], params: Any) -> list[tuple[Recording, ...]]:
    """The losses as they were recorded, each in the same ways, where their gradients are those of the differences."""
    found = [
        recorded(lambda v, f=loss: f(rebuilt(params, iter(v))), run.point)  # type: ignore[misc]
        for loss, run in zip(losses, runs, strict=True)
    ]
    return [
        same
        for same in zip(*found, strict=False)
        if all(
            agree(r.gradients()[k], v, run.slack(k))
            for r, run in zip(same, runs, strict=True)
            for k, v in run.truth.items()
        )
    ]


def exact(runs: Sequence[Trial], recordings: list[tuple[Recording, ...]], models: Sequence[Any]) -> list[Trial]:
    """The runs with gradients that are exact to rounding, where they were recorded and the models have them as well."""
    if not recordings or any(run.misshapen for run in runs):
        return list(runs)
    found = [replace(run, truth=r.gradients(), bounds={}) for run, r in zip(runs, recordings[0], strict=True)]
    return found if all(m is None or agrees(m, run) for m, run in zip(models, found, strict=True)) else list(runs)


def way_back(runs: Sequence[Trial], recordings: list[tuple[Recording, ...]], otherwise: Diagnosis) -> Diagnosis:
    """The one wrong step of the way back through the code of the losses, where nothing simpler explains the numbers."""
    if otherwise.known or any(run.misshapen for run in runs):
        return otherwise
    for same in recordings:
        ahead = updated_ways(same[0], runs[0].given) if len(runs) == 1 else ()
        found = settled(gathered(runs), (*ahead, *wrong_ways(same)))
        if found:
            return verdict(found, otherwise.where)
    return (
        unknown(otherwise.where, message("each step of its code was tried with one mistake"))
        if recordings
        else otherwise
    )


def run(model: Model, grads: Callable[[dict[str, Array]], Iterator[tuple[str, Any]]]) -> Trial:
    """What the user's function gives at other parameters."""
    given = {k: np.asarray(v) for k, v in grads(model.leaves)}
    return Trial(given, model.gradients(), model)


def agrees(model: Model, run: Trial) -> bool:
    """Whether the network that was recognised has the gradients that the differences show."""
    found = model.gradients()
    return all(agree(found[k], t, slack_of(found[k], t) + 3 * run.bounds.get(k, 0.0)) for k, t in run.truth.items())


def recognised(found: Diagnosis, model: Model) -> Diagnosis:
    """The diagnosis, with what the function was taken for."""
    if not found.known:
        return found
    if isinstance(model, LookedUp):
        behind = found if isinstance(getattr(model.inner, "kind", None), Itself) else recognised(found, model.inner)
        return replace(found, says=message("rows of {table} are looked up: {says}", table=model.path, says=behind.says))
    if isinstance(model, Lent):
        return replace(found, says=message("by its values this is {title}: {says}", title=model.title, says=found.says))
    names = {"hidden": model.hidden, "output": model.output, "says": found.says}
    if model.layers == 1:
        return replace(found, says=message("by its values this is a layer with {output}: {says}", **names))
    says = message(
        "by its values this is a network of {n} layers, {hidden} and {output}: {says}", n=model.layers, **names
    )
    return replace(found, says=says)


def leaves(params: Any) -> dict[str, Array]:
    """The arrays by their paths."""
    return {k: np.asarray(v, float) for k, v in named(params, params)}


def named(found: Any, like: Any) -> Iterator[tuple[str, Any]]:
    """The arrays by their paths; one that is alone has a name too."""
    return ((path or ALONE, leaf) for path, leaf in leaves_of(found, "", like))


def built(params: Any, found: dict[str, Array]) -> Any:
    """The containers of `params` with other arrays."""
    return rebuilt(params, iter([v.copy() for v in found.values()]))


def true_gradients(loss: Any, params: Any) -> tuple[dict[str, Array] | None, dict[str, Array]]:
    """Every entry's derivative by finite differences, and their bounds, under the paths of the arrays."""
    with Watching(SECONDS) as watch:
        at = tree(params, watch)
        if at.values.size > MOST:
            return None, {}
        found = Slopes(Guarded(loss, "the loss", watch), at).along(np.eye(at.values.size))
    bounds = zip(at.starts[:-1], at.starts[1:], at.shapes, strict=True)
    parts = [(found.estimate[a:b].reshape(s), found.bound[a:b].reshape(s)) for a, b, s in bounds]
    return (
        {p or ALONE: v for p, (v, _) in zip(at.paths, parts, strict=True)},
        {p or ALONE: e for p, (_, e) in zip(at.paths, parts, strict=True)},
    )


def diagnose_vjp(f: Callable[[Any], Any], vjp: Callable[[Any, Any], Any], x: Any, seed: int) -> Diagnosis | None:
    """The mistake behind a vector-Jacobian product; None where there are too many numbers to tell."""
    own = f
    f, whole = once(f, x), isinstance(x, dict | list | tuple)
    seen = arrays(f, vjp)

    def value(p: dict[str, Array]) -> Array:
        return np.asarray(f(built(x, p)), float)

    network = recognised_function(value, leaves(x), seen)
    if whole or network is not None:
        told = diagnose_products(f, vjp, x, network, seed, own)
        if whole or (told and told.known):
            return told
    x = np.asarray(x, float)
    y = np.asarray(f(x.copy()), float)
    if x.size * max(y.size, 1) > MOST * 8 or x.size > MOST:
        return None
    rows = [true_gradients(lambda p, n=n: np.asarray(f(p), float).ravel()[n], x) for n in range(y.size)]
    jacobian = np.asarray([row[0][ALONE].ravel() for row in rows if row[0] is not None])
    slack = 3 * max(float(np.max(row[1][ALONE], initial=0)) for row in rows)
    rng = np.random.default_rng(seed)
    cs = [rng.normal(size=y.shape) for _ in range(3)]
    given = [np.asarray(vjp(x.copy(), c.copy()), float) for c in cs]
    truth = [(c.ravel() @ jacobian).reshape(x.shape) for c in cs]
    slacks = tuple(slack_of(g, t) + slack * float(np.abs(c).sum()) for g, t, c in zip(given, truth, cs, strict=True))
    evidence = Evidence(tuple(given), tuple(truth), slacks)
    found = settled(evidence, products(jacobian, x, y, cs))
    if found:
        return verdict(found, "")
    runs = [
        Trial({ALONE: g}, {ALONE: t}, bounds={ALONE: np.asarray(s)}, point={ALONE: x})
        for g, t, s in zip(given, truth, slacks, strict=True)
    ]
    recordings = recordings_of([partial(contracted, own, c) for c in cs], runs, x)
    return way_back(exact(runs, recordings, [None] * len(runs)), recordings, unknown(""))


def contracted(f: Callable[[Any], Any], c: Array, x: Any) -> Any:
    """The sum of the values times c: its gradient is the product with c."""
    return np.sum(c * f(x))


def once(f: Callable[[Any], Any], like: Any) -> Callable[[Any], Array]:
    """The function, called once for each argument: every output is differentiated along the same steps."""
    known: dict[bytes, Array] = {}

    def value(p: Any) -> Array:
        key = b"".join(np.asarray(leaf).tobytes() for _, leaf in leaves_of(p, "", like))
        if key not in known:
            if len(known) >= KEPT:
                known.clear()
            known[key] = np.asarray(f(p), float)
        return known[key]

    return value


def diagnose_products(  # noqa: PLR0917
    f: Any, vjp: Any, x: Any, network: Model | None, seed: int, own: Any
) -> Diagnosis | None:
    """The mistake behind the products by several arrays: those of one cotangent are gradients of a sum."""
    rng = np.random.default_rng(seed)
    shape = np.shape(f(x))
    cs, runs = [rng.normal(size=shape) for _ in range(PULLED)], []
    for c in cs:
        truth, bound = true_gradients(lambda p, c=c: float((c * np.asarray(f(p), float)).sum()), x)
        if truth is None:
            return None
        given = {k: np.asarray(v) for k, v in named(vjp(x, c.copy()), x)}
        model = network.pulled(c) if network else None
        runs.append(Trial(given, truth, model, bounds=bound, point=leaves(x)))
    recordings = recordings_of([partial(contracted, own, c) for c in cs], runs, x)
    known = network is not None and all(agrees(network.pulled(c), run) for c, run in zip(cs, runs, strict=True))
    runs = exact(runs, recordings, [network.pulled(c) if network and known else None for c in cs])
    if network is None or not known:
        found = diagnose_trials([replace(run, model=None) for run in runs])
    else:
        found = recognised(diagnose_trials(runs), network)
    return way_back(runs, recordings, found)


def products(jacobian: Array, x: Array, y: Array, cs: list[Array]) -> Iterator[Hypothesis]:
    """What is returned in place of J^T c, whatever the function is."""
    right = [(c.ravel() @ jacobian).reshape(x.shape) for c in cs]
    for text, k in (("−1", -1.0), ("2", 2.0), ("1/2", 0.5), (str(x.size), x.size), (f"1/{x.size}", 1 / x.size)):
        says = message("every value is {factor} times what it should be", factor=text)
        mend = message("divide by {factor}", factor=text)
        yield Hypothesis(f"factor {text}", says, mend, tuple(k * r for r in right), 1)
    hypothesis = partial(product, x, cs)
    yield hypothesis("zero", "the product is zero", "return Jᵀ c", lambda _: 0 * x, 1)
    yield hypothesis(
        "cotangent-ignored",
        "the cotangent is ignored: this is the gradient of the sum",
        "multiply by c before summing",
        lambda _: jacobian.sum(axis=0),
        1,
    )
    if x.shape == y.shape:
        yield from square_products(jacobian, y, hypothesis)


def product(  # noqa: PLR0917 - the first two are bound at once
    x: Array, cs: list[Array], name: str, says: str, mend: str, wrong: Any, cost: int = 2
) -> Hypothesis:
    """A wrong product as a hypothesis."""
    return Hypothesis(
        name, message(says), message(mend), tuple(np.asarray(wrong(c)).reshape(x.shape) for c in cs), cost
    )


def square_products(jacobian: Array, y: Array, hypothesis: Callable[..., Hypothesis]) -> Iterator[Hypothesis]:
    """What is returned where the function has as many values as arguments, as softmax has."""
    yield hypothesis("missing-jacobian", "the Jacobian is missing: this is c itself", "multiply by Jᵀ", lambda c: c, 1)
    yield hypothesis(
        "transposed",
        "J c is returned, not Jᵀ c: transposed",
        "use the transposed Jacobian",
        lambda c: jacobian @ c.ravel(),
        1,
    )
    if np.array_equal(jacobian, np.diag(np.diag(jacobian))):
        yield from of_diagonal(jacobian, y, hypothesis)
        return
    yield hypothesis(
        "diagonal-only",
        "only the diagonal of the Jacobian is used; the other entries are missing",
        "multiply by the whole Jacobian",
        lambda c: np.diag(jacobian) * c.ravel(),
    )
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


def of_diagonal(jacobian: Array, y: Array, hypothesis: Callable[..., Hypothesis]) -> Iterator[Hypothesis]:
    """What is returned where every value depends on its own argument alone."""
    slopes = np.diag(jacobian).reshape(y.shape)
    yield hypothesis(
        "value-for-slope",
        "the function itself is returned in place of its derivative",
        "differentiate it",
        lambda c: y * c,
        1,
    )
    yield hypothesis(
        "slope-twice",
        "the derivative is applied twice: it is squared",
        "multiply by it once",
        lambda c: slopes**2 * c,
        1,
    )


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
