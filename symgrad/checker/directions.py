"""Gradients of many parameters on trial: random directions with an error bound, then a search for the wrong entry."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.bias import MANY, biased
from symgrad.checker.blame import blamed, sweep
from symgrad.checker.calling import Guarded, alike, callable_one, epsilon, whole
from symgrad.checker.findings import VAGUE, Cause, EntryFinding, ParameterReport
from symgrad.checker.judge import judge
from symgrad.checker.options import float_type, understood
from symgrad.checker.slopes import Slopes, scaled, usual
from symgrad.checker.trees import Tree, shown, tree
from symgrad.checker.watch import Watch, Watching
from symgrad.core import FunctionRandomError, FunctionShapeError, Outcome
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symgrad.checker.difference import Array
    from symgrad.words import Message

SEVERAL = 3
LOSS = message("the loss")
NAME, VARIES = message("the function"), message("returned different values for the same parameters")
SECONDS = 60.0
LOST = 2.0**-48  # what the rounding of an intermediate may do to a slope: of the loss as large as it is farther off
NUDGE = 2.0**-5  # relative: how far parameters that lie on a kink are moved
KINK = message(
    "the parameters lie on a kink of the loss, and the slope given is beyond those of both sides, as the chain rule "
    "over several kinks may leave it; that is not judged, but parameters close by were checked as well"
)
KINK_HERE = message(
    "the parameters lie on a kink of the loss; hand in the gradient as a function, or move them a little"
)
MOST = 8  # wrong entries that are named


@dataclass(frozen=True, slots=True)
class Block:
    """Some places of the parameter vector, and how the gradient fares along a random direction over them."""

    places: Array
    given: float
    estimate: float
    bound: float
    outcome: Outcome
    kink: bool
    left: float
    right: float
    doubt: float  # what the differences alone may be off by

    @property
    def suspect(self) -> bool:
        """Whether a look at its parts is called for."""
        return self.outcome is Outcome.WRONG

    @property
    def error(self) -> float:
        """How far the given slope is off."""
        distance = abs(self.given - self.estimate)
        return float("inf") if np.isnan(distance) else distance


def check_parameters(
    loss: Callable[[Any], Any],
    gradients: Any,
    parameters: Any,
    *,
    directions: int = 2,
    dtype: Any = "float64",
    seed: int = 0,
    seconds: float = SECONDS,
) -> ParameterReport:
    """How `gradients` fare as the derivatives of `loss` by all parameters at once.

    `parameters` are arrays in dicts, lists and tuples of any depth; `loss(parameters)` returns one number;
    `gradients` are arrays in the same containers, or a function `gradients(parameters)` that returns them, called
    with arrays of `dtype`. The loss is called in doubles. Tried are random directions over all parameters, and one
    over each array; what is WRONG is halved until the entry is found. The bound, and the outcomes, are those of
    `check_elementwise`. Where the parameters lie on a kink of the loss, a slope between those of the two sides is OK,
    and a number beyond them UNRESOLVED, because the chain rule over kinks of several layers may leave them: then
    parameters close by are checked too.
    """
    understood(directions=directions, seed=seed, seconds=seconds)
    callable_one(loss, LOSS)
    return checked(loss, gradients, parameters, LOSS, directions, float_type(dtype), seed, seconds)


def checked(  # noqa: PLR0917 - the same words as above, handed on
    loss: Callable[[Any], Any],
    gradients: Any,
    parameters: Any,
    name: Message,
    directions: int,
    dtype: Any,
    seed: int,
    seconds: float,
) -> ParameterReport:
    """The same, with a name for the loss: that of the function of which it is made."""
    with Watching(seconds) as watch:
        at, rng = tree(parameters, watch), np.random.default_rng(seed)
        guarded = Guarded(loss, name, watch)
        first = tried(guarded, gradients, at, directions, dtype, rng)
        if not (callable(gradients) and first.beyond):
            return replace(first, seed=seed)
        watch.note("kink", KINK)
        beside = at.values + NUDGE * rng.normal(size=at.values.size) * np.maximum(np.abs(at.values), usual(at) / 4)
        second = tried(guarded, gradients, replace(at, values=beside), directions, dtype, rng)
        return replace(merged([first, second], seed), notes=watch.notes)


def tried(  # noqa: PLR0917 - the same words as above, handed on
    loss: Guarded, gradients: Any, at: Tree, directions: int, dtype: Any, rng: np.random.Generator
) -> ParameterReport:
    """The report on the parameters `at`."""
    watch, slopes = loss.watch, Slopes(loss, at)
    values, eps = given_values(gradients, at, dtype, watch)
    slopes = scaled(slopes, steady(slopes))
    trial = Blocks(slopes, slopes.normal(values), eps, rng)
    groups = [np.arange(at.values.size), *arrays(at)]
    if eps > epsilon(np.float32):  # so much room for rounding is filled by it in few directions, by a mistake in many
        looks = [trial.of([g] * max(MANY, directions)) for g in groups]
        first = [b for found in looks for b in found]
        if any(
            biased([b.error - 3 * b.doubt for b in found], trial.values[found[0].places], eps, watch) for found in looks
        ):
            first = [replace(b, outcome=Outcome.UNRESOLVED) if b.outcome is Outcome.OK else b for b in first]
    else:
        first = trial.of(groups[:1] * directions + groups[1:])
    wrong, more = located(trial, [b for b in first if b.suspect])
    if any(b.kink and b.outcome is Outcome.UNRESOLVED for b in first) and not callable(gradients):
        watch.note("kink", KINK_HERE)
    lost = LOST * slopes.farthest() if wrong else 0.0
    found = tuple(with_blame(named(b, slopes), b, gradients, slopes, lost) for b in wrong)
    if wrong and all(f.outcome is Outcome.FLOOR for f in found):
        first = [replace(b, outcome=Outcome.FLOOR) if b.suspect else b for b in first]
        found = ()
    return ParameterReport(
        tuple(named(b, slopes) for b in first), found, more, at.values.size, slopes.calls, watch.notes, seed=0
    )


def check_vjp(
    f: Callable[[Any], Any],
    vjp: Callable[[Any, Any], Any],
    x: Any,
    *,
    cotangents: int = 2,
    dtype: Any = "float64",
    seed: int = 0,
    seconds: float = SECONDS,
) -> ParameterReport:
    """How `vjp(x, cotangent)` fares as the product of a cotangent with the Jacobian of a vector function `f` at x.

    `x` may be an array or arrays in containers; `f(x)` returns an array; a cotangent has its shape, and
    `vjp` returns what has the shape of `x`. Each random cotangent c makes c . f(x) a loss, which is checked in all
    entries of `x` as `check_parameters` does.
    """
    understood(cotangents=cotangents, seed=seed, seconds=seconds)
    dtype = float_type(dtype)
    callable_one(vjp, "the gradient")
    with Watching(seconds) as watch:
        at = tree(x, watch)
        function = Guarded(callable_one(f, NAME), NAME, watch)
        out = function.raw_of(at.built(at.values))
        if not out.size:
            raise FunctionShapeError(NAME, "returned an empty array", "return at least one number")
        if not alike(out, function.raw_of(at.built(at.values))):
            raise FunctionRandomError(NAME, VARIES, "fix its seed, or switch dropout off")
        whole(NAME, out.dtype, out, watch)
    rng = np.random.default_rng(seed)
    reports = []
    for n in range(cotangents):
        c = rng.normal(size=out.shape)
        loss, gradient = partial(paired, f, c), partial(swapped, vjp, c.astype(dtype))
        reports.append(checked(loss, gradient, x, NAME, 1, dtype, seed + n, seconds))
    found = merged(reports, seed)
    return replace(found, notes=tuple(dict.fromkeys([*watch.notes, *found.notes])))


def check_hvp(
    gradient: Callable[[Any], Any],
    hvp: Callable[[Any, Any], Any],
    x: Any,
    **options: Any,
) -> ParameterReport:
    """How `hvp(x, v)` fares as the product of the Hessian with v: the second derivatives, from a right `gradient`.

    `x` is one array; a Hessian is symmetric, so its product with v is the derivative of v . gradient(x), which is
    what `check_vjp` checks; the options are the same.
    """
    return check_vjp(gradient, hvp, x, **options)


def swapped(vjp: Callable[[Any, Any], Any], c: Array, x: Any) -> Any:
    """The product for a fixed cotangent, of which it gets a copy."""
    return vjp(x, c.copy())


def paired(f: Callable[[Any], Any], c: Array, x: Any) -> Any:
    """The sum of the products of the values with a cotangent."""
    array = np.asarray(f(x))
    if array.shape != c.shape:
        raise ValueError(f"the shape of the values changed from {c.shape} to {array.shape}")
    return np.sum(array * c)


def merged(reports: Sequence[ParameterReport], seed: int) -> ParameterReport:
    """Several reports on the same parameters as one."""
    wrong = {(f.parameter, f.index, f.block): f for r in reversed(reports) for f in r.wrong}
    notes = dict.fromkeys(n for r in reports for n in r.notes)
    return ParameterReport(
        tuple(d for r in reports for d in r.directions),
        tuple(list(wrong.values())[:MOST]),
        any(r.more for r in reports) or len(wrong) > MOST,
        reports[0].parameters,
        sum(r.evaluations for r in reports),
        tuple(notes),
        seed,
    )


def given_values(gradients: Any, at: Tree, dtype: Any, watch: Watch) -> tuple[Array, float]:
    """The given gradients as one vector of doubles, and their rounding unit."""
    wanted = np.dtype(dtype)
    name = message("the gradient")
    if callable(gradients):
        function = Guarded(gradients, name, watch)
        values, kind = at.matched(name, at.offered(function, wanted), watch)
        again, _ = at.matched(name, at.offered(function, wanted), watch)
        if not alike(values, again):
            raise FunctionRandomError(name, VARIES, "fix its seed")
    else:
        values, kind = at.matched(name, gradients, watch)
    eps = max(epsilon(kind), epsilon(wanted) if callable(gradients) else 0.0)
    if eps < epsilon(np.float32) and single(values):
        told = message("{name} computes in single precision; its rounding was allowed for", name=name)
        watch.note("the precision", told)
        eps = epsilon(np.float32)
    return values.astype(float), eps


def single(values: Array) -> bool:
    """Whether several values that are no round numbers all fit into single precision: chance does not do that."""
    finite = values[np.abs(values) < 2.0**100]
    kept = finite[finite * 2.0**10 % 1 != 0]
    with np.errstate(over="ignore"):
        return kept.size >= SEVERAL and bool((kept.astype(np.float32) == kept).all())


def steady(slopes: Slopes) -> float:
    """The loss at the parameters; refuses one that gives two values for the same parameters."""
    slopes.at.offered(slopes.loss)
    once, again = slopes.value(slopes.at.values), slopes.value(slopes.at.values)
    if not alike(np.asarray(once), np.asarray(again)):
        raise FunctionRandomError(slopes.loss.name, VARIES, "fix its seed, or switch dropout off")
    if not np.isfinite(once):
        told = message("the loss is {value} at the parameters: nothing can be said there", value=repr(once))
        slopes.loss.watch.note("loss", told)
    return once


@dataclass(frozen=True, slots=True)
class Blocks:
    """What is needed to try blocks of entries."""

    slopes: Slopes
    values: Array
    eps: float
    rng: np.random.Generator

    def of(self, blocks: Sequence[Array]) -> list[Block]:
        """The blocks along one random direction each, none of whose coordinates is small."""
        directions = np.zeros((len(blocks), self.values.size))
        for row, places in zip(directions, blocks, strict=True):
            drawn = self.rng.uniform(0.5, 1, places.size) * self.rng.choice([-1.0, 1.0], places.size)
            row[places] = drawn / np.linalg.norm(drawn) if places.size > 1 else 1.0  # an entry's own slope
        truth = self.slopes.along(directions)
        with np.errstate(all="ignore"):
            products = np.where(directions != 0, directions * self.values, 0)
            given, size = products.sum(axis=1), np.abs(products).sum(axis=1)
        eps = max(self.eps, epsilon(float))
        bound = truth.bound + 64 / 3 * eps * np.nan_to_num(size)
        grain = epsilon(float) * self.slopes.grain
        outcomes = judge(
            given, replace(truth, bound=bound), eps=max(eps, grain), grain=grain, typical=self.slopes.change
        )
        known = truth.bound <= VAGUE * np.maximum(np.abs(given), np.abs(truth.estimate))
        known &= ~truth.kink & (np.abs(given - truth.estimate) <= 3 * bound)
        outcomes[known] = Outcome.OK  # though vague by the type's rounding
        vague = truth.bound > np.maximum(1, np.abs(truth.estimate))  # the slope may be infinite, as that of cbrt at 0
        outcomes[np.isinf(given) & vague & ~truth.kink] = Outcome.UNRESOLVED
        finite = np.isfinite(products).all(axis=1)  # what no chain rule over kinks leaves
        outcomes[truth.kink & finite & (outcomes == Outcome.WRONG)] = Outcome.UNRESOLVED
        columns = (given, truth.estimate, bound, outcomes, truth.kink, truth.left, truth.right, truth.bound)
        rows = zip(*(c.tolist() for c in columns), strict=True)
        return [Block(places, *row) for places, row in zip(blocks, rows, strict=True)]


def arrays(at: Tree) -> list[Array]:
    """The places of each array; nothing where there is only one, which all directions cover."""
    parts = [np.arange(a, b) for a, b in zip(at.starts[:-1], at.starts[1:], strict=True) if b > a]
    return parts if len(parts) > 1 else []


def located(trial: Blocks, suspects: Sequence[Block]) -> tuple[list[Block], bool]:
    """The entries that are wrong, the largest error first; and whether there are more."""
    queue = [(-b.error, n, b) for n, b in enumerate(sorted(suspects, key=lambda b: b.places.size))]
    if len(suspects) > 1:  # a whole direction says no more than those of its arrays
        inner = [q for q in queue if not any(covers(q[2], other) for other in suspects)]
        queue = inner or queue[:1]
    heapq.heapify(queue)
    found: list[Block] = []
    seen: set[int] = set()
    count = len(queue)
    while queue and len(found) < MOST:
        _, _, block = heapq.heappop(queue)
        if block.places.size == 1:
            found += [block] if block.places[0] not in seen else []
            seen.add(int(block.places[0]))
            continue
        half = block.places.size // 2
        parts = [b for b in trial.of([block.places[:half], block.places[half:]]) if b.suspect]
        if not parts:
            found.append(block)
        for part in parts:
            count += 1
            heapq.heappush(queue, (-part.error, count, part))
    return sorted(found, key=lambda b: -b.error), bool(queue)


def covers(block: Block, other: Block) -> bool:
    """Whether a block holds all places of a smaller one."""
    return block.places.size > other.places.size and bool(np.isin(other.places, block.places).all())


def named(block: Block, slopes: Slopes) -> EntryFinding:
    """The block with the names of its entries, and the slopes of the loss itself."""
    at, size = slopes.at, slopes.size(block.places)
    first, last = at.entry(int(block.places[0])), at.entry(int(block.places[-1]))
    given, truth, bound, left, right = (
        v * size for v in (block.given, block.estimate, block.bound, block.left, block.right)
    )
    values = (given, truth, bound, block.outcome, block.kink, left, right)
    if block.places.size == 1:
        return EntryFinding(first[0], first[1], entry_name(*first), *values)
    if block.places.size == at.values.size:
        return EntryFinding("", None, message("all parameters"), *values)
    start = at.starts[at.paths.index(first[0])]
    whole = int(np.prod(at.shapes[at.paths.index(first[0])])) == block.places.size
    low, high, array = int(block.places[0] - start), int(block.places[-1] - start), shown(first[0])
    part = message("entries {low} to {high} of {array}", low=low, high=high, array=array)
    part = message("all of {array}", array=array) if whole else part
    return EntryFinding(first[0] if first[0] == last[0] else "", None, part, *values)


def entry_name(parameter: str, index: tuple[int, ...]) -> str:
    """An entry in words: W1[0, 2], or the entry [0, 2] of a bare array."""
    place = str(list(index)) if index else ""
    return message("the entry {place}", place=place) if place and not parameter else f"{shown(parameter)}{place}"


def with_blame(found: EntryFinding, block: Block, gradients: Any, slopes: Slopes, lost: float) -> EntryFinding:
    """The finding with its cause, where the gradients can be computed in other precisions.

    It is FLOOR where the error is no more than `lost`, the rounding of an intermediate, unless it is the formula's.
    """
    at, watch, size = slopes.at, slopes.loss.watch, slopes.size(block.places)
    error = np.ldexp(abs(block.given - block.estimate), slopes.lift)  # of the loss, however large the parameters
    small = replace(found, outcome=Outcome.FLOOR) if error <= lost else found
    if not callable(gradients) or block.places.size > 1:
        return small
    function = Guarded(gradients, message("the gradient"), watch)

    def run(stored: Any, dtype: Any) -> Array:
        values, _ = at.matched("the gradient", function.called(at.built(at.values.astype(stored).astype(dtype))), watch)
        return slopes.normal(values)

    blame = blamed(sweep(run), int(block.places[0]), block.estimate, block.bound, 1.0)
    return replace(small if blame.cause is not Cause.FORMULA or not block.given else found, blame=blame.times(size))
