"""Mistakes on the way back through any code: one part of the recorded chain rule taken wrongly, the rest right."""

from __future__ import annotations

from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.testing.diagnosis.ways import (
    DIVIDED,
    DIVISOR,
    FACTORS,
    LINEAR,
    MATRIX,
    PRODUCTS,
    SUMS,
    Astray,
    at,
    other,
    slips,
    sloped,
    stopped,
    times_matrix,
)
from symgrad.testing.diagnosis.weigh import Hypothesis
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from symgrad.testing.diagnosis.tape import Edge, Recording, Step
    from symgrad.testing.diagnosis.ways import Way
    from symgrad.testing.diagnosis.weigh import Array

SOFTMAX = "dz = p (c − Σ c p), the sum over the entries of one softmax"
BY_KIND = {"slope-left-out", "slope-at-output", "value-for-slope", "slope-twice", "slope-formula"}
MOST = 6  # matrices that may stand in another's place
SLIPS = 10  # of an edge, about
WORK = 3e9  # entries of Jacobians that all hypotheses together may take


def wrong_ways(recordings: Sequence[Recording]) -> Iterator[Hypothesis]:
    """Every recording with the same mistake in it, for each mistake at each place."""
    first = recordings[0]
    if sum(e.jacobian.size for r in recordings for e in r.edges) * len(first.edges) * SLIPS > WORK:
        return
    for n, edge in reversed(list(enumerate(first.edges))):
        for slip in (*slips(edge), *of_neighbours(first, edge)):
            yield told(recordings, slip, {n: slip.way}, edge)
    yield from by_kind(recordings)
    for top, bottom in softmaxes(first):
        for slip in of_softmax(first.edges[top]):
            yield told(recordings, slip, {top: stopped, bottom: slip.way}, first.edges[top])
        above = next(n for n, e in enumerate(first.edges) if (e.after, e.slot) == (first.edges[top].after, 0))
        yield told(recordings, TARGET, {above: stopped}, first.edges[top])
    yield from in_pairs(recordings)


def told(
    recordings: Sequence[Recording], slip: Astray, ways: Mapping[int, Callable[[Edge], Way]], edge: Edge
) -> Hypothesis:
    """The slip at an edge, in the words of the code there."""
    record = recordings[0]
    says = message(slip.says, code=code_of(record, edge.after), inner=code_of(record, edge.before))
    return changed(recordings, slip, says, ways)


def changed(
    recordings: Sequence[Recording], slip: Astray, says: str, ways: Mapping[int, Callable[[Edge], Way]]
) -> Hypothesis:
    """What comes out with other ways at some edges."""
    predicted: list[Array] = []
    for record in recordings:
        other_ways = {record.edges[n]: way(record.edges[n]) for n, way in ways.items()}
        predicted += record.gradients(other_ways).values()
    return Hypothesis(slip.name, says, message(slip.mend), tuple(predicted), slip.cost)


def code_of(record: Recording, step: int) -> str:
    """The code of a step, quoted, or the name of a parameter."""
    found = record.steps[step]
    return f"`{found.code or found.name}`" if found.call else found.name


def by_kind(recordings: Sequence[Recording]) -> Iterator[Hypothesis]:
    """The same slip at every step of a kind: at every tanh."""
    first = recordings[0]
    for name in sorted({e.step.name for e in first.edges} - LINEAR):
        same = [n for n, e in enumerate(first.edges) if e.step.name == name]
        for slip in slips(first.edges[same[0]]) if len(same) > 1 else ():
            if slip.name in BY_KIND or slip.name.startswith("slope-of-"):
                says = message(slip.says, code=message("every {name}", name=name), inner="")
                yield changed(recordings, slip, says, dict.fromkeys(same, slip.way))


def in_pairs(recordings: Sequence[Recording]) -> Iterator[Hypothesis]:
    """Two parts that are forgotten together: two statistics taken for constants, two factors in a row."""
    first = recordings[0]
    statistics = [n for n, e in enumerate(first.edges) if e.step.name in SUMS]
    plain = {"multiply": FACTORS[0], "divide": DIVIDED[0]}
    factors = [
        n for n, e in enumerate(first.edges) if e.step.name in plain and (e.slot == 0 or e.step.name != "divide")
    ]
    both = Astray(
        "way-left-out",
        "what comes back through {one} and through {other} is left out, as if both were constants",
        "add what comes back there; every way from a parameter to the loss counts",
        stopped,
        3,
    )
    for a, b in combinations(statistics, 2):
        yield changed(recordings, both, in_both(first, both, a, b), {a: stopped, b: stopped})
    two = Astray(
        "factors-left-out",
        "the factors of {one} and of {other} are left out on the way back",
        "multiply what comes back by both",
        sloped(lambda _: 1.0),
        3,
    )
    for a, b in combinations(factors, 2):
        if first.edges[a].before == first.edges[b].after:
            yield changed(recordings, two, in_both(first, two, a, b), {a: two.way, b: two.way})
    for n, edge in enumerate(first.edges):
        if edge.step.name == "divide" and edge.slot == 0 and None not in edge.step.sources:
            m = next(k for k, e in enumerate(first.edges) if e.after == edge.after and e.slot == 1)
            yield told(recordings, DIVIDED[0], {n: DIVIDED[0].way, m: DIVISOR[0].way}, edge)


def in_both(record: Recording, slip: Astray, a: int, b: int) -> str:
    """The words of a slip at two edges."""
    one, another = (code_of(record, record.edges[n].after) for n in sorted((a, b), reverse=True))
    return message(slip.says, one=one, other=another)


def of_neighbours(record: Recording, edge: Edge) -> Iterator[Astray]:
    """Another array of the forward pass in the place of the right one."""
    if edge.step.name in PRODUCTS and other(edge).ndim == MATRIX:
        yield from with_others(record, edge, other(edge), lambda v: lambda e: times_matrix(e, v))
    elif edge.step.name == "multiply" and edge.step.sources[1 - edge.slot] is not None:
        yield from with_others(record, edge, other(edge), lambda v: sloped(lambda _: v))
    elif edge.step.entrywise and edge.step.name not in LINEAR:
        yield from earlier(record, edge)


def with_others(record: Recording, edge: Edge, right: Array, way: Callable[[Array], Any]) -> Iterator[Astray]:
    """The arrays of the same shape, the nearest first: what went into the right one, or another layer's."""
    own = edge.step.sources[1 - edge.slot]
    near = record.steps[own].sources if own is not None else []
    order = sorted(range(edge.after + 1), key=lambda n: (n not in near, edge.after - n))
    same = [n for n in order if n != own and record.steps[n].value.shape == right.shape]
    for n in same[:MOST]:
        yield Astray(
            "other-array",
            message(
                "{place}: on the way back to {inner} the other factor is {wrong}, not the one of the forward pass",
                place=code_of(record, edge.after),
                inner=code_of(record, edge.before),
                wrong=code_of(record, n),
            ),
            "use the array of the forward pass",
            way(record.steps[n].value),
        )


def earlier(record: Recording, edge: Edge) -> Iterator[Astray]:
    """The slope at what the argument was made of."""
    made: Step = record.steps[edge.before]
    if made.name not in {"add", "subtract"}:
        return
    for n, v in enumerate(made.inputs):
        if np.shape(v) == edge.argument.shape and made.sources[n] is not None:
            yield Astray(
                "slope-before-sum",
                "the derivative of {code} is taken at only a part of its argument {inner}",
                "evaluate it at the whole argument",
                sloped(lambda e, v=v: at(e, np.asarray(v, float))),  # type: ignore[misc]
            )


def softmaxes(record: Recording) -> Iterator[tuple[int, int]]:
    """The way to the denominator, and the one to the argument of exp, wherever e^z is divided by a sum of itself."""
    for n, edge in enumerate(record.edges):
        if edge.step.name != "divide" or edge.slot != 1:
            continue
        above, total = edge.step.sources[0], record.steps[edge.before]
        if above is not None and total.name in SUMS and total.sources == [above]:
            yield from ((n, m) for m, e in enumerate(record.edges) if e.after == above and e.step.name == "exp")


TARGET = Astray(
    "softmax-target",
    "the numerator of the softmax {code} is left out on the way back: for the cross-entropy, p in place of p − y",
    "add it; for the cross-entropy δ = p − y",
    stopped,
    1,
)


def of_softmax(top: Edge) -> Iterator[Astray]:
    """What is done in place of p (c - the sum of c p). To the edge of exp comes c over the sum, so c p after it."""
    p, total = top.step.value, top.argument
    own = tuple(n for n in range(p.ndim) if total.ndim == p.ndim and total.shape[n] != p.shape[n]) or (-1,)

    def way(wrong: Callable[[Array], Array]) -> Callable[[Edge], Way]:
        return lambda e: lambda c: wrong(c * e.jacobian)

    yield Astray(
        "softmax-diagonal",
        "only the diagonal p(1 − p) of the derivative of the softmax {code} is used; −pᵢpⱼ is missing",
        SOFTMAX,
        way(lambda v: v * (1 - p)),
        1,
    )
    yield Astray(
        "softmax-left-out",
        "the derivative of the softmax {code} is left out",
        SOFTMAX,
        way(lambda v: v / p),
        1,
    )
    yield Astray(
        "softmax-mean",
        "in the derivative of the softmax {code} a mean is subtracted where a sum is asked for",
        SOFTMAX,
        way(lambda v: v - p * np.mean(v, axis=own, keepdims=True)),
        1,
    )
    yield Astray(
        "softmax-unweighted",
        "in the derivative of the softmax {code} the sum is not weighted by the outputs",
        SOFTMAX,
        way(lambda v: v - p * np.sum(v / p, axis=own, keepdims=True)),
        1,
    )
    for axis in (None, *range(p.ndim)):
        if axis is None or {axis} != {n % p.ndim for n in own}:
            yield along(way(partial(less_sum, p, axis)))


def along(way: Callable[[Edge], Way]) -> Astray:
    """The sum of a softmax along another axis."""
    return Astray(
        "softmax-axis",
        "in the derivative of the softmax {code} the sum runs over the wrong axis",
        SOFTMAX,
        way,
        1,
    )


def less_sum(p: Array, axis: Any, v: Array) -> Array:
    """What comes back through a softmax whose sum runs along this axis."""
    total: Array = np.sum(v, axis=axis, keepdims=True)
    return np.asarray(v - p * total)
