"""A derivation: an immutable chain of steps, each beginning where the last one ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symgrad.core.conditions import all_of
from symgrad.core.errors import EmptyDerivationError, GapError, LetError, RelationError
from symgrad.words import worded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sympy import Expr, Symbol

    from symgrad.core.definition import Kink, Variable


RELATIONS = ("=", ">", "≥")


@dataclass(frozen=True, slots=True)
class Let:
    """A named quantity: `symbol` stands for `value` (a = sigmoid(z)) until a proof must look inside."""

    symbol: Symbol
    value: Expr


@dataclass(frozen=True, slots=True)
class Step:
    """`before` becomes `after` because of `rule`, wherever `given` holds.

    `substeps` lead from `before` to `after` in finer steps. `focus` is the part of `before` that the rule
    was applied to and `became` what replaced it, for a reader's eye; both None where the whole is rewritten.
    `cancelled` lists factors that the step strikes out. `relation` is what holds between the two, "=" as a rule; the
    last line of a chain may end with ">" or "≥" and 0 instead.
    """

    before: Expr
    after: Expr
    rule: str
    given: Any = True  # a SymPy Boolean; True where nothing is assumed beyond the derivation's domains
    note: str = ""
    substeps: tuple[Step, ...] = ()
    focus: Expr | None = None
    became: Expr | None = None
    cancelled: tuple[Expr, ...] = ()
    relation: str = "="

    def __post_init__(self) -> None:
        if self.relation not in RELATIONS:
            raise RelationError(self.relation)
        if self.note:
            worded(self, "note")
        if self.substeps:
            require_chain(self.substeps, self.before, self.after)


@dataclass(frozen=True, slots=True)
class Derivation:
    """A chain of steps from what is sought to the result; a chain with a gap can't be made.

    `name` is the stable id; `lets` the named quantities in order of definition; `domains` where each symbol
    lies; `kinks` the points at which the result is a convention; `facts` what is declared about indexed names.
    """

    name: str
    title: str
    steps: tuple[Step, ...]
    domains: tuple[Variable, ...]
    lets: tuple[Let, ...] = ()
    kinks: tuple[Kink, ...] = ()
    facts: tuple[Any, ...] = ()
    lead: str = field(default="", compare=False)
    source: str = field(default="", compare=False)
    by_hand: bool = field(default=False, compare=False)  # the rules of its steps were named by a person

    def __post_init__(self) -> None:
        worded(self, "title", "lead")
        if not self.steps:
            raise EmptyDerivationError(self.name)
        require_order(self.lets)
        require_chain(self.steps, self.steps[0].before, self.steps[-1].after)

    @property
    def start(self) -> Expr:
        """What is sought, such as `D(sigmoid(z), z)`."""
        return self.steps[0].before

    @property
    def result(self) -> Expr:
        """Where the chain ends."""
        return self.steps[-1].after

    @property
    def claim(self) -> Step:
        """The whole chain as one step: the statement that numeric checks and the final proof are about."""
        given = all_of(s.given for s in self.steps)
        return Step(self.start, self.result, "claim", given, relation=self.steps[-1].relation)


def require_order(lets: tuple[Let, ...]) -> None:
    """Raise LetError unless each name is defined once, by names defined before it."""
    open_names = {let.symbol for let in lets}
    for let in lets:
        if let.symbol not in open_names or getattr(let.value, "free_symbols", set()) & open_names:
            raise LetError(let.symbol)
        open_names.discard(let.symbol)


def require_chain(steps: tuple[Step, ...], start: Expr, end: Expr) -> None:
    """Raise GapError unless the steps lead from `start` to `end` without a gap; only the last may end with a sign."""
    for step in steps[:-1]:
        if step.relation != "=":
            raise RelationError(step.relation)
    ended, number = start, 0
    for step in steps:
        if step.before is not ended and step.before != ended:
            raise GapError(number, ended, step.before)
        ended, number = step.after, number + 1
    if ended is not end and ended != end:
        raise GapError(number, ended, end)


def every_step(steps: tuple[Step, ...]) -> Iterator[Step]:
    """Every step of the tree, a step before its substeps."""
    for step in steps:
        yield step
        yield from every_step(step.substeps)
