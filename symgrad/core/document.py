"""What a page is made of: derivations and words in, the same with their verdicts out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any

from symgrad.core.verdict import DOUBTED, CheckReport, Outcome, Status, Verdict
from symgrad.words import message, worded

if TYPE_CHECKING:
    from sympy import Expr, Symbol

    from symgrad.core.claim import Claim, Settlement
    from symgrad.core.definition import Definition
    from symgrad.core.derivation import Derivation
    from symgrad.core.facts import Facts, LossFacts


@dataclass(frozen=True, slots=True)
class LayerInduction:
    """That a recursion gives dJ/dz of every layer of a network, at any depth; `verdict` is None until it is settled.

    `last` derives dJ/dz of the last layer, `step` that of a layer from the one behind it.
    """

    title: str
    last: Derivation
    step: Derivation
    verdict: Verdict | None = None

    def __post_init__(self) -> None:
        worded(self, "title")


@dataclass(frozen=True, slots=True)
class Shared:
    """What a weight that all steps share collects: `step` derives what one step adds, `whole` is the sum at `entry`."""

    step: Derivation
    entry: Any
    whole: Any


@dataclass(frozen=True, slots=True)
class TimeInduction:
    """That a recursion gives dJ/dz of every step of a recurrent network, and sums over time dJ/dW, at any length.

    `last` derives dJ/dz of the last step; `steps` derive dJ/dz of a step from that of the one behind it, by way of
    names in between, each in those before it. `previous` are the state before a step and the one that it leaves.
    `sequences` say what a letter with a time axis is at time t: (H, h), and (Δ, z) for dJ/dz; outside its shape such a
    letter is 0, so the network begins in the state 0.
    """

    title: str
    last: Derivation
    steps: tuple[Derivation, ...]
    shared: tuple[Shared, ...]
    previous: tuple[Any, Any]
    sequences: tuple[tuple[Any, Any], ...]
    verdict: Verdict | None = None

    def __post_init__(self) -> None:
        worded(self, "title")


@dataclass(frozen=True, slots=True)
class Drawing:
    """Curves over one variable from `low` to `high`, each with its label; `shaded` are stretches of the axis.

    `paths` are curves in the plane that are no graphs: the points that each runs through; a single one is a dot.
    `axes` are the names of the two axes; `alike` gives both the same unit of length.
    """

    title: str
    variable: Symbol
    curves: tuple[tuple[str, Expr], ...]
    low: float
    high: float
    shaded: tuple[tuple[float, float], ...] = ()
    logarithmic: bool = False
    paths: tuple[tuple[str, tuple[tuple[float, float], ...]], ...] = ()
    axes: tuple[str, str] = ("", "")
    alike: bool = False

    def __post_init__(self) -> None:
        worded(self, "title")
        object.__setattr__(self, "paths", tuple((message(label), points) for label, points in self.paths))
        object.__setattr__(self, "curves", tuple((message(label), expr) for label, expr in self.curves))


@dataclass(frozen=True, slots=True)
class Experiment:
    """A seeded experiment that a page shows: its name, and the settings that are not the usual ones."""

    name: str
    settings: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What an experiment found, ready for a page; `run_again` names settings and versions.

    `refused` says why it was not run, if it was not.
    """

    title: str
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    drawing: str = ""  # an SVG element
    run_again: str = ""
    refused: str = ""
    labels: tuple[str, ...] = ()  # the words in the drawing

    def __post_init__(self) -> None:
        worded(self, "title", "heads", "run_again", "refused", "labels")
        object.__setattr__(self, "rows", tuple(tuple(map(message, row)) for row in self.rows))


@dataclass(frozen=True, slots=True)
class Document:
    """One page: its stable `name` (also its file name), title, theme, words, and what it derives.

    `about` adds the facts, plots and conventions of catalogue entries; `pairs` asks for the comparison table
    of all activations with all losses; `beside` is how many derivations, from the first, stand side by side where
    there is room. `notes` are paragraphs; `$...$` in them is LaTeX. `claims` are settled on the page, a section each;
    `drawings` stand above them.
    """

    name: str
    title: str
    theme: str
    lead: str = ""
    derivations: tuple[Derivation, ...] = ()
    about: tuple[Definition, ...] = ()
    notes: tuple[str, ...] = ()
    pairs: bool = False
    layout: str = ""  # of matrices: column, row-batch, numerator, denominator
    shapes: bool = False  # rows and columns below every factor of a matrix form
    beside: int = 0
    inductions: tuple[LayerInduction | TimeInduction, ...] = ()  # over the layers, settled on their own
    claims: tuple[Claim, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    experiments: tuple[Experiment, ...] = ()  # measured, not proved

    def __post_init__(self) -> None:
        worded(self, "title", "theme", "lead", "notes")


@dataclass(frozen=True, slots=True)
class Settled:
    """A derivation with a verdict for every step (in the order of `every_step`), its claim, and its check.

    `given` is what the claim assumes: less than its steps do where the whole could be proved without. `without` says
    of each assumed fact that is used what the result is where it is not assumed. `code` is the result as NumPy code,
    where a page shows it.
    """

    derivation: Derivation
    verdicts: tuple[Verdict, ...]
    claim: Verdict
    check: CheckReport | None = None
    given: Any = True  # a SymPy Boolean
    without: tuple[tuple[Any, Any], ...] = ()
    code: str = ""


class Cancels(Enum):
    """Whether phi'(z) cancels from an output delta: a fact about dJ/da and phi'(z) as products of irreducible factors.

    It says nothing about the letters in what is left: after focal loss a(1 - a) has dropped out, and powers of a
    and of 1 - a still stand in the sum that remains. Where one of the two goes by cases the answer holds in each.
    """

    FULLY = "fully"  # every factor of phi'(z) stands in the denominator of dJ/da and drops out
    PARTLY = "partly"  # some factor of phi'(z) drops out, and another one stays
    NO = "no"  # no factor of phi'(z) stands in the denominator of dJ/da: the slope is a factor of delta
    NOTHING = "nothing"  # phi'(z) is 1 everywhere, so there is nothing to cancel


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of the comparison table: delta = dJ/dz of a loss after an activation; `refused` says why not."""

    activation: Definition
    loss: Definition
    delta: Expr | None = None
    cancels: Cancels | None = None
    verdict: Verdict | None = None
    check: CheckReport | None = None
    refused: str = ""
    page: str = ""  # the document that derives it step by step, if one does

    def __post_init__(self) -> None:
        worded(self, "refused")


@dataclass(frozen=True, slots=True)
class Page:
    """A document with everything that was settled about it, ready to be rendered."""

    document: Document
    settled: tuple[Settled, ...]
    facts: tuple[Facts | LossFacts, ...] = ()
    pairs: tuple[Pair, ...] = ()
    inductions: tuple[LayerInduction | TimeInduction, ...] = ()
    rulings: tuple[Settlement, ...] = ()
    measured: tuple[Shown, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """What a summary line counts."""

    documents: int = 0
    steps: int = 0
    proved: int = 0
    refuted: int = 0
    unknown: int = 0
    ok: int = 0
    wrong: int = 0
    unresolved: int = 0
    excepted: int = 0  # PROVED_EXCEPT
    mismatched: int = 0  # DOMAIN_MISMATCH
    vacuous: int = 0
    chains: int = 0  # how many of `steps` are whole chains, table rows and inductions
    unchecked: int = 0  # numeric checks that found no point to compare at
    unreasoned: int = 0  # proved steps by hand that do not follow by the rule that they name

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def failed(self) -> bool:
        """Whether anything is false somewhere, undefined where it should not be, or wrong: the exit status 1."""
        return bool(self.refuted or self.excepted or self.mismatched or self.wrong)

    @property
    def doubtful(self) -> bool:
        """Whether a reader should look: anything that is not proved as it stands."""
        return self.failed or bool(self.unknown or self.vacuous or self.unreasoned)


def tally(page: Page) -> Tally:
    """The counts of one page."""
    verdicts = [v for s in page.settled for v in (*s.verdicts, s.claim)]
    verdicts += [p.verdict for p in page.pairs if p.verdict]
    verdicts += [i.verdict for i in page.inductions if i.verdict]
    checks = [s.check for s in page.settled if s.check] + [p.check for p in page.pairs if p.check]
    statuses = [v.status for v in verdicts]
    statuses += [Status.UNKNOWN for r in page.rulings if not r.kept]  # a ruling is no step, but an open one is seen
    outcomes = [c.outcome for c in checks if c.points]
    return Tally(
        documents=1,
        steps=len(statuses),
        proved=statuses.count(Status.PROVED),
        refuted=statuses.count(Status.REFUTED),
        unknown=statuses.count(Status.UNKNOWN),
        ok=outcomes.count(Outcome.OK),
        wrong=outcomes.count(Outcome.WRONG),
        unresolved=outcomes.count(Outcome.UNRESOLVED),
        excepted=statuses.count(Status.PROVED_EXCEPT),
        mismatched=statuses.count(Status.DOMAIN_MISMATCH),
        vacuous=statuses.count(Status.VACUOUS),
        chains=len(statuses) - sum(len(s.verdicts) for s in page.settled),
        unchecked=len(checks) - len(outcomes),
        unreasoned=sum(v.reason == DOUBTED for v in verdicts),
    )
