"""The diagnosis of a whole model's gradients: shapes, constants, then every mistake that is known for the model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.calling import raised
from symgrad.core import FunctionRaisedError, FunctionTypeError, SymgradError
from symgrad.testing.diagnosis.arrays import SLIPS, other_key
from symgrad.testing.diagnosis.constants import factor, names_of, said
from symgrad.testing.diagnosis.updated import stepped, updated
from symgrad.testing.diagnosis.weigh import (
    Array,
    Evidence,
    Hypothesis,
    agree,
    relabelled,
    slack_of,
)
from symgrad.testing.diagnosis.wording import worded
from symgrad.words import clauses, enumerated, message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from symgrad.testing.models.model import Arrays, Fault, Layers, Model

SMALL = 1e-2  # relative


@dataclass(frozen=True, slots=True)
class Trial:
    """The given and the true gradients of one model (None where only the arrays are known)."""

    given: dict[str, Array]
    truth: dict[str, Array]
    model: Model | None = None
    bounds: Mapping[str, Array] = field(default_factory=dict)  # of the truth, where it is not exact
    sizes: Mapping[str, int] = field(default_factory=dict)
    point: Mapping[str, Array] = field(default_factory=dict)  # the parameters, where there is no model

    @property
    def params(self) -> Mapping[str, Array]:
        """Where the gradients were taken, empty if that is not known."""
        return self.model.params if self.model else self.point

    @property
    def counts(self) -> Mapping[str, int]:
        """The sizes that a wrong reduction may divide by."""
        return self.model.counts if self.model else self.sizes

    def wrong(self) -> list[str]:
        """The keys whose arrays differ from the truth."""
        return [k for k in self.truth if not agree(self.given[k], self.truth[k], self.slack(k))]

    @property
    def misshapen(self) -> list[str]:
        """The keys whose arrays are missing, or have another shape than the truth."""
        return [k for k, t in self.truth.items() if k not in self.given or self.given[k].shape != t.shape]

    def slack(self, key: str) -> Any:
        """How far a right array may be off."""
        bound = self.bounds.get(key, 0.0)
        if np.shape(bound) != np.shape(self.given[key]):
            bound = np.max(bound, initial=0)
        return slack_of(self.given[key], self.truth[key]) + 3 * bound


def trial(grads: Callable[..., Any], model: Model) -> Trial:
    """What the user's function gives for a model, called with copies: grads(params, x, y) -> a dictionary."""
    try:
        given = grads({k: v.copy() for k, v in model.params.items()}, model.x.copy(), model.y.copy())
    except SymgradError:
        raise
    except Exception as error:
        raise FunctionRaisedError("grads", raised(error, {}), "mend that error in your code") from error
    if not hasattr(given, "items"):
        raise FunctionTypeError(
            "grads", message("returned {kind}", kind=type(given).__name__), "return a dictionary, a key a parameter"
        )
    return Trial({k: np.asarray(v) for k, v in given.items() if v is not None}, model.gradients(), model)


def trials(grads: Callable[..., Any], model: Model, count: int = 3) -> list[Trial]:
    """The model itself and others of its architecture, of other sizes if the function can do them."""
    first = trial(grads, model)
    for sizes in (True, False):
        try:
            more = [trial(grads, model.varied(n, sizes=sizes)) for n in range(1, count)]
        except Exception:  # noqa: BLE001, S112 - the user's code may be written for one size only, and raise anything
            continue
        if all(run.misshapen == first.misshapen for run in more):
            return [first, *more]
    return [first]


def gathered(runs: Sequence[Trial]) -> Evidence:
    """All arrays of all instances as one evidence, a segment an array."""
    rows = [(run.given[k], run.truth[k], run.slack(k)) for run in runs for k in run.truth]
    return Evidence(*(tuple(column) for column in zip(*rows, strict=True)))


def segments(runs: Sequence[Trial], found: Sequence[Arrays]) -> tuple[Array, ...]:
    """Predicted dictionaries in the order of the evidence."""
    return tuple(np.asarray(p[k]) for run, p in zip(runs, found, strict=True) for k in run.truth)


def hypotheses(runs: Sequence[Trial], wrong: list[str]) -> Iterator[Hypothesis]:
    """Everything that is known to go wrong, the simplest first."""
    yield from scaled(runs, wrong)
    yield from slips(runs, wrong)
    yield from swapped(runs, wrong)
    yield from decays(runs, wrong)
    yield from stepped(runs, wrong, segments)
    if all(run.model for run in runs):
        yield from faults(runs)


def scaled(runs: Sequence[Trial], wrong: list[str], which: str = "") -> Iterator[Hypothesis]:
    """All wrong arrays times one constant, which may depend on the sizes; `which` says them."""
    factors = [factor([run.given[k] for k in wrong], [run.truth[k] for k in wrong]) for run in runs]
    known = [c for c in factors if c is not None]
    if len(known) < len(runs):
        return
    predicted = segments(
        runs,
        [{k: v * c if k in wrong else v for k, v in run.truth.items()} for run, c in zip(runs, known, strict=True)],
    )
    which = which or named(wrong, whole=len(wrong) == len(runs[0].truth))
    names = names_of(known, [run.counts for run in runs], near(runs))
    for name in names:
        more, mend = said(name, runs[0].counts)
        says = message("{which} is {factor} times what it should be: {says}", which=which, factor=name, says=more)
        yield Hypothesis(f"factor {name}", says, mend, predicted, 1)
    if not names and max(known) - min(known) <= near(runs) * abs(known[0]):
        c = f"{known[0]:.9g}"
        says = message("{which} is {factor} times what it should be", which=which, factor=c)
        yield Hypothesis("factor", says, message("divide by {factor}", factor=c), predicted, 1)


def named(wrong: list[str], *, whole: bool) -> str:
    """The wrong arrays."""
    return message("every gradient") if whole else message("{names} (and nothing else)", names=", ".join(wrong))


def near(runs: Sequence[Trial]) -> float:
    """How well a factor is known, in the type that was given."""
    kinds = [v.dtype for run in runs for v in run.given.values()]
    eps = 2**20 * max(float(np.finfo(d if d.kind == "f" else float).eps) for d in kinds)
    rough = [
        float(np.max(b / (np.max(np.abs(run.truth[k])) or 1))) for run in runs for k, b in run.bounds.items() if b.size
    ]
    return eps + 8 * max(rough, default=0.0)


def slips(runs: Sequence[Trial], wrong: list[str]) -> Iterator[Hypothesis]:
    """The wrong arrays turned about, all in the same way."""
    for slip in SLIPS:
        predicted = [{k: slip.wrong(v) if k in wrong else v for k, v in run.truth.items()} for run in runs]
        says = message("{where}: {says}", where=", ".join(wrong), says=slip.says)
        yield Hypothesis(slip.name, says, slip.mend, segments(runs, predicted), slip.cost)


def swapped(runs: Sequence[Trial], wrong: list[str]) -> Iterator[Hypothesis]:
    """The wrong arrays hold the gradients of other parameters."""
    found = [other_key(run.given, run.truth, wrong) for run in runs]
    if found[0] and all(f == found[0] for f in found):
        predicted = [run.truth | {k: run.truth[o] for k, o in found[0].items()} for run in runs]
        pairs = enumerated(message("{key} holds the gradient of {other}", key=k, other=o) for k, o in found[0].items())
        mend = message("return each gradient under its own name")
        yield Hypothesis("other-variable", pairs, mend, segments(runs, predicted), 1)


def decays(runs: Sequence[Trial], wrong: list[str]) -> Iterator[Hypothesis]:
    """A weight decay in the gradients that the loss lacks, or the other way round; how much is read off the numbers."""
    itself, sign = message("the parameter itself"), message("the sign of the parameter")
    for name, formula, base in ((itself, "λ/2 · Σ W²", np.asarray), (sign, "λ · Σ |W|", np.sign)):
        pulls = [np.concatenate([np.ravel(base(run.params[k])) for k in wrong]) for run in runs if run.params]
        apart = [
            np.concatenate([np.ravel(run.given[k] - run.truth[k]) for k in wrong]) for run in runs if not run.misshapen
        ]
        size = sum(float(p @ p) for p in pulls)
        if len(pulls) < len(runs) or len(apart) < len(runs) or not size:
            continue
        strength = sum(float(a @ p) for a, p in zip(apart, pulls, strict=True)) / size
        if not strength or not np.isfinite(strength):
            continue
        predicted = [
            {k: v + strength * base(run.params[k]) if k in wrong else v for k, v in run.truth.items()} for run in runs
        ]
        yield decayed(f"{strength:.6g}", name, formula, segments(runs, predicted), added=strength > 0, wrong=wrong)


def decayed(
    strength: str, name: str, formula: str, predicted: tuple[Array, ...], *, added: bool, wrong: list[str]
) -> Hypothesis:
    """The hypothesis in words."""
    size = strength.removeprefix("-")
    values = {"names": ", ".join(wrong), "size": size, "what": name, "formula": formula}
    if added:
        mend = message("add the decay to the loss as well, or leave it out of both")
        says = message(
            "{names}: {size} times {what} is added, the slope of a weight decay {formula} that the loss does not have",
            **values,
        )
        return Hypothesis("decay-added", says, mend, predicted, 4)
    says = message(
        "{names}: {size} times {what} is missing, the slope of a weight decay {formula} that the loss has", **values
    )
    return Hypothesis("decay-missing", says, message("add it"), predicted, 4)


def faults(runs: Sequence[Trial]) -> Iterator[Hypothesis]:
    """Every mistake of the model, made in all layers or in one, alone or together with a constant factor."""
    first = runs[0].model
    if first is None:
        return
    for fault in first.faults:
        for where in places(first.layers):
            predicted = [attempt(run.model, fault, where) for run in runs]
            if all(p is not None for p in predicted):
                yield from with_factor(runs, fault, where, segments(runs, [p for p in predicted if p]))
    yield from updated(runs, segments)


def places(layers: int) -> list[Layers]:
    """Where a fault may be: in all layers, in all hidden ones, in a single one."""
    hidden = [tuple(range(1, layers))] if layers > 2 else []  # noqa: PLR2004 - one hidden layer is a single one
    return [None, *hidden, *((l,) for l in range(1, layers + 1))] if layers > 1 else [None]


def attempt(model: Model | None, fault: Fault, where: Layers) -> Arrays | None:
    """The gradients with this fault; None where the shapes do not allow it."""
    try:
        return model.gradients(fault, where) if model else None
    except (ValueError, LookupError):
        return None


def placed(fault: Fault, where: Layers, predicted: tuple[Array, ...]) -> Hypothesis:
    """The fault, and in which layers it is made."""
    says = fault.says
    if where is not None:
        many = message("in the hidden layers: {says}", says=fault.says)
        says = many if len(where) > 1 else message("in layer {layer}: {says}", layer=where[0], says=fault.says)
    return Hypothesis(fault.name, says, fault.mend, predicted, fault.cost + (where is not None))


def with_factor(
    runs: Sequence[Trial], fault: Fault, where: Layers, predicted: tuple[Array, ...]
) -> Iterator[Hypothesis]:
    """The fault as it is, and times a named constant that the numbers suggest."""
    plain = placed(fault, where, predicted)
    yield plain
    size = len(runs[0].truth)
    parts = [predicted[i * size : (i + 1) * size] for i in range(len(runs))]
    factors = [factor([run.given[k] for k in run.truth], part) for run, part in zip(runs, parts, strict=True)]
    known = [c for c in factors if c is not None and np.isfinite(c)]
    if all(abs(c - 1) <= near(runs) for c in known):
        return
    for name in names_of(known, [run.counts for run in runs], near(runs)) if len(known) == len(runs) else []:
        whole = tuple(v * c for part, c in zip(parts, known, strict=True) for v in part)
        more, mend = said(name, runs[0].counts)
        yield relabelled(
            plain,
            f"{fault.name}, factor {name}",
            clauses((worded(plain.says), more)),
            clauses((fault.mend, mend)),
            whole,
        )
