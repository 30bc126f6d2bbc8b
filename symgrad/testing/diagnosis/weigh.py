"""Hypotheses about a mistake, and the only rule by which one is believed: it explains every number there is."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from symgrad.testing.diagnosis.wording import Words, worded
from symgrad.words import clauses, message, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Array = NDArray[Any]
ROUNDING = 1024  # units of rounding, of the largest entry, that a formula may lose in an array
NEARLY = 1  # hypotheses that cost this much more are as simple, to a reader
MOST = 2
RULES = {  # a rule of calculus that was broken
    "product-rule",
    "product-rule-factor",
    "quotient-rule",
    "power-rule",
    "missing-inner",
    "missing-outer",
    "missing-term",
    "sign-of-term",
    "outer-at-variable",
    "outer-not-differentiated",
    "branch-zero",
    "branch-not-differentiated",
    "density-factor",
    "missing-slope",
    "zero",
}
RESTATED = {  # what that does to the letters of the formula
    "term-left-out",
    "factor-left-out",
    "sign-in-formula",
    "exponent",
    "complement",
    "extra-factor",
    "argument",
    "function-left-out",
    "wrong-constant",
    "constant",
    "added-constant",
}
FEWEST = 3  # numbers that a hypothesis must explain and the truth does not: fewer may be chance


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What the mistake is, what makes it right, and where it shows.

    `names` are the hypotheses that explain all numbers, the simplest first; empty where none does, and then
    `says` states that and `where` is all there is. `also` says the ties in words: hypotheses about as simple as
    the first which predict the same numbers.
    """

    names: tuple[str, ...]
    says: str
    mend: str = ""
    where: str = ""
    also: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether the mistake has a name."""
        return bool(self.names)

    def __str__(self) -> str:
        return "\n".join(map(say, self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """What it says, line by line."""
        found = [self.says, *(message("or, the same in numbers: {other}", other=other) for other in self.also)]
        found += [message("where: {where}", where=self.where)] * bool(self.where)
        return (*found, *[message("to mend it: {mend}", mend=self.mend)] * bool(self.mend))


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A mistake with a name, and the numbers that it would give. Of two that fit the one of less `cost` is simpler."""

    name: str
    says: Words
    mend: Words
    predicted: tuple[Array, ...] = field(compare=False, repr=False)
    cost: int = 2


@dataclass(frozen=True, slots=True)
class Evidence:
    """Given and true numbers, in segments that are compared with `slack` each (an array of it, or one number)."""

    given: tuple[Array, ...]
    truth: tuple[Array, ...]
    slack: tuple[Any, ...]

    def explained(self, predicted: Sequence[Array]) -> bool:
        """Whether the prediction agrees with every given number."""
        return all(agree(g, p, s) for g, p, s in zip(self.given, predicted, self.slack, strict=True))

    def moved(self, predicted: Sequence[Array]) -> int:
        """How many numbers the prediction moves away from the truth: what it can be told by."""
        pairs = zip(predicted, self.truth, self.slack, strict=True)
        return sum(int(np.sum(~close(p, t, s))) if np.shape(p) == np.shape(t) else np.size(p) for p, t, s in pairs)

    @property
    def right(self) -> bool:
        """Whether the truth itself agrees with every given number."""
        return self.explained(self.truth)


def close(given: Array, wanted: Array, slack: Any) -> Any:
    """Where two arrays agree to within the slack; equal infinities do, NaN never does."""
    with np.errstate(invalid="ignore"):
        return (np.abs(given - wanted) <= slack) | (np.isinf(wanted) & (given == wanted))


def agree(given: Array, wanted: Array, slack: Any) -> bool:
    """Whether two arrays are the same, shapes included, to within the slack."""
    return np.shape(given) == np.shape(wanted) and bool(np.all(close(given, wanted, slack)))


def slack_of(given: Array, truth: Array) -> float:
    """What rounding may do to a whole array, in the type in which it was given."""
    kind = np.asarray(given).dtype
    eps = float(np.finfo(kind if kind.kind == "f" else float).eps)
    sizes = [np.abs(v[np.isfinite(v)]) for v in (np.asarray(given, float), np.asarray(truth, float))]
    return ROUNDING * eps * max((float(s.max()) for s in sizes if s.size), default=1.0)


def settled(evidence: Evidence, hypotheses: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Those hypotheses that explain everything, the simplest first; one that changes nothing explains nothing."""
    fit = [h for h in hypotheses if evidence.explained(h.predicted) and evidence.moved(h.predicted) >= FEWEST]
    return by_cost(fit)


def by_cost(hypotheses: Iterable[Hypothesis]) -> tuple[Hypothesis, ...]:
    """The simplest first; of equal ones a constant before a square, and what has no factor beside it."""
    found = tuple(hypotheses)
    least = {h.cost for h in found if h.name == "wrong-constant"}
    later = [", factor" in h.name or (h.name == "slope-twice" and h.cost in least) for h in found]
    return tuple(h for h, _ in sorted(zip(found, later, strict=True), key=lambda v: (v[0].cost, v[1])))


def verdict(found: Sequence[Hypothesis], where: str) -> Diagnosis:
    """The diagnosis of hypotheses that all fit: the simplest is said, those as simple are said too."""
    first = found[0]
    ties = [first]
    for h in found[1:]:
        if h.cost <= first.cost + NEARLY and len(ties) <= MOST and not repeats(h.name, [t.name for t in ties]):
            ties.append(h)
    names = tuple(dict.fromkeys(h.name for h in found))
    also = tuple(dict.fromkeys(worded(h.says) for h in ties[1:]))
    return Diagnosis(names, worded(first.says), worded(first.mend), where, also)


def repeats(name: str, said: Sequence[str]) -> bool:
    """Whether a mistake was said already, in other letters."""
    stems = {s.partition(",")[0] for s in said}
    restates = name.partition(",")[0] in RESTATED and (
        bool(stems & (RULES | RESTATED)) or any(s.startswith("factor ") for s in stems)
    )
    return name in said or restates


def unknown(where: str, remark: str = "") -> Diagnosis:
    """No hypothesis fits: that is said, and where the numbers are off."""
    return Diagnosis((), clauses((message("no known mistake explains these numbers"), remark)), "", where)


def relabelled(hypothesis: Hypothesis, name: str, says: Words, mend: Words, predicted: tuple[Array, ...]) -> Hypothesis:
    """The hypothesis together with something else that is wrong, so less simple."""
    return replace(hypothesis, name=name, says=says, mend=mend, predicted=predicted, cost=hypothesis.cost + 2)
