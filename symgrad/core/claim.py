"""A claim: what somebody said, stated so that a machine can settle it, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from symgrad.core.domain import REALS, Domain
from symgrad.core.verdict import Status, Verdict
from symgrad.words import worded

if TYPE_CHECKING:
    from sympy import Expr, Symbol

    from symgrad.core.definition import Variable
    from symgrad.core.derivation import Derivation, Let

Point = tuple[tuple["Symbol", "Expr"], ...]


class Ruling(Enum):
    """What becomes of a claim as a whole."""

    PROVED = "proved"
    CONDITIONAL = "proved_under_condition"  # refuted as it stands, proved under the condition that it leaves out
    REFUTED = "refuted"  # a counterexample, and the corrected statement is proved
    MEASURED = "measured"  # an experiment was run
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Holds:
    """A relation that holds for all values of the variables that satisfy `assuming`.

    `at` are points to look at before any search: a counterexample that a reader can follow.
    """

    words: str
    relation: Any  # a SymPy relation, built with evaluate=False
    variables: tuple[Variable, ...] = ()
    assuming: Any = True
    lets: tuple[Let, ...] = ()
    at: tuple[Point, ...] = ()

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class Exists:
    """A relation that holds for some values of the variables: those at the point `at`, or any that are found."""

    words: str
    relation: Any
    at: Point = ()
    variables: tuple[Variable, ...] = ()
    assuming: Any = True

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class Just:
    """A relation in one variable holds at just those values on `on` at which `where` does."""

    words: str
    relation: Any
    where: Any
    variable: Symbol
    on: Domain = REALS

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class Stretches:
    """A relation in one variable holds just between these ends: decimals, cut off towards 0, None for no end."""

    words: str
    relation: Any
    variable: Symbol
    parts: tuple[tuple[str | None, str | None], ...]

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class Image:
    """The values of a continuous function on `on` are just the interval `values`."""

    words: str
    expr: Expr
    variable: Symbol
    values: Domain
    on: Domain = REALS

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class Tends:
    """expr -> to as variable -> at: oo, -oo, a number, or (number, side) with 1 for the right. f ~ g is f/g -> 1."""

    words: str
    expr: Expr
    variable: Symbol
    at: Any
    to: Any

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class Eventually:
    """A relation that holds from some point on, as variable -> at."""

    words: str
    relation: Any
    variable: Symbol
    at: Any

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class Equal:
    """Two expressions with symbolic dimensions are equal, for all sizes and all entries that satisfy the facts."""

    words: str
    left: Any
    right: Any
    facts: tuple[Any, ...] = ()

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class NeverNegative:
    """An expression with symbolic dimensions is >= 0."""

    words: str
    value: Any

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class Layers:
    """A recursion for dJ/dz of every layer, at any depth: the last layer, and the step to the one before."""

    words: str
    last: Derivation
    step: Derivation

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class Induction:
    """A relation for every depth, between quantities that follow from layer to layer.

    `follows` has each of them with its value at the beginning and its next one, in the letters of the present ones.
    `given` is what is known of each step. The beginning and the step are made from these, and both must be proved.
    """

    words: str
    relation: Any
    follows: tuple[tuple[Symbol, Expr, Expr], ...]
    given: tuple[Any, ...] = ()
    variables: tuple[Variable, ...] = ()

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class CoinMean:
    """A relation between means over independent 0-or-1 variables, each 1 with probability 1/2: E[left] to right."""

    words: str
    left: Expr
    relation: Any  # a SymPy class: Eq, Ge, ...
    right: Expr
    coins: tuple[Symbol, ...]
    at: tuple[Point, ...] = ()

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class GaussianMean:
    """E[expr] = value for a standard normal `variable`, expr being 0 outside `on`.

    Its proof is the `antiderivative` of expr times the density, continuous on `on` with its ends.
    """

    words: str
    expr: Expr
    variable: Symbol
    value: Expr
    antiderivative: Expr
    on: Domain = REALS

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class GaussianSquare:
    """E[expr(√variance · Z)²] lies between two numbers, Z being a standard normal and |expr| ≤ A + B|variable|."""

    words: str
    expr: Expr
    variable: Symbol
    variance: Expr
    lower: Expr
    upper: Expr
    bound: tuple[Expr, Expr]

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class Observation:
    """What a seeded experiment has to show: `compared` are pairs of its numbers, the first said to be the larger."""

    words: str
    experiment: str
    compared: tuple[tuple[str, str], ...]
    settings: tuple[tuple[str, Any], ...] = ()

    def __post_init__(self) -> None:
        worded(self, "words")


@dataclass(frozen=True, slots=True)
class Observed:
    """What it did show: a line for each comparison, whether it came out as said, and a label to run it again by."""

    lines: tuple[str, ...]
    agrees: tuple[bool, ...]
    label: str

    def __post_init__(self) -> None:
        worded(self, "lines", "label")


Statement = (
    Holds
    | Exists
    | Just
    | Stretches
    | Image
    | Tends
    | Eventually
    | Equal
    | NeverNegative
    | Layers
    | Induction
    | CoinMean
    | GaussianMean
    | GaussianSquare
    | Observation
)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a text says, and how it is stated formally.

    `formal` is the claim as it stands: all of it must hold. Where it does not, either `condition` names what was left
    out, or `corrected` what is true instead, and `instead` states that formally. `sharper` is proved besides.
    `expected` is what the ledger says; it is compared with what the machine finds, and never used to find it.
    """

    id: str
    statement: str
    expected: Ruling
    formal: tuple[Statement, ...]
    sources: tuple[str, ...] = ()
    condition: str = ""
    corrected: str = ""
    instead: tuple[Statement, ...] = ()
    remark: str = ""
    pages: tuple[str, ...] = ()  # where it is derived
    fails: tuple[int, ...] = (0,)  # which parts of `formal` are expected to be false, in a claim that is

    def __post_init__(self) -> None:
        worded(self, "id", "statement", "condition", "corrected", "remark")


@dataclass(frozen=True, slots=True)
class Settlement:
    """A claim with a verdict on each of its statements, and what its experiments showed."""

    claim: Claim
    formal: tuple[Verdict, ...]
    instead: tuple[Verdict, ...]
    observed: tuple[Observed, ...] = ()

    @property
    def ruling(self) -> Ruling:
        """Earned: a refutation needs the counterexample and the proof of what is true instead."""
        rest = all(v.proved for v in self.instead)
        pairs = zip(self.claim.formal, self.formal, strict=True)
        asked = [v.status for s, v in pairs if not isinstance(s, Observation)]
        wanted = len(self.claim.formal) - len(asked)
        if not rest or len(self.observed) != wanted:
            return Ruling.UNKNOWN
        if all(s is Status.PROVED for s in asked):
            return Ruling.MEASURED if wanted else Ruling.PROVED
        if not {Status.REFUTED, Status.DOMAIN_MISMATCH} & {*asked} or not self.instead:
            return Ruling.UNKNOWN
        return Ruling.CONDITIONAL if self.claim.condition else Ruling.REFUTED

    @property
    def kept(self) -> bool:
        """Whether the ledger’s expectation came true: the ruling, and just those parts false that were said to be."""
        false = tuple(n for n, v in enumerate(self.formal) if v.status.failed)
        doubted = self.claim.expected in {Ruling.CONDITIONAL, Ruling.REFUTED}
        return self.ruling is self.claim.expected and false == (self.claim.fails if doubted else ())
