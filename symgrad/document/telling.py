"""A settled derivation as it is told, before any format: what is given, the numbered lines, the result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sympy import Mul, S, preorder_traversal

from symgrad.core import every_step
from symgrad.document.boxes import Op, row, unmarked
from symgrad.document.from_sympy import boxes
from symgrad.document.layout import equation, width
from symgrad.document.notation import Notation, struck
from symgrad.document.sets import membership
from symgrad.functions import D, Elementwise
from symgrad.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Derivation, Rule, Settled, Step, Verdict
    from symgrad.document.boxes import Box


HALF = 16.0  # ems of half a card


@dataclass(frozen=True, slots=True)
class Line:
    """One step as a reader sees it; `number` is 3 or 3.1, `inner` are its finer steps."""

    number: str
    step: Step
    verdict: Verdict
    rule: str
    why: str
    before: Box
    after: Box
    formula: Box
    given: Box | None = None
    general: Box | None = None
    general_given: Box | None = None
    crossed: tuple[Box, ...] = ()
    inner: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """A derivation as it is told."""

    settled: Settled
    given: tuple[Box, ...]
    where: tuple[Box, ...]
    find: Box
    result: Box
    lines: tuple[Line, ...]
    holds: Box | None = None  # where the result holds; None where it holds everywhere

    @property
    def conventional(self) -> bool:
        """Whether the result gives values, by agreement, where there is no derivative."""
        return self.holds is not None and bool(self.derivation.kinks)

    @property
    def derivation(self) -> Derivation:
        """What is told."""
        return self.settled.derivation

    @property
    def wide(self) -> bool:
        """Whether what is given needs the whole width."""
        return any(width(b) > HALF for b in self.given)

    @property
    def statement(self) -> Box:
        """What was sought = what was found, broken where it is long."""
        return equation(self.find, self.result)

    @property
    def sentence(self) -> Box:
        """The same on one line."""
        return row(self.find, Op("="), self.result)

    def told(self, detail: str) -> tuple[Line, ...]:
        """The lines of one level of detail: none, the steps, or the finest steps in their place."""
        if detail == "result":
            return ()
        return self.lines if detail == "textbook" else tuple(leaves(self.lines))

    def chain(self, detail: str) -> Box:
        """All lines below one another; a factor about to go is struck out in the line where it still stands."""
        lines = self.told(detail)
        if not lines:
            return self.statement
        rights = [after.before if after.step.cancelled else this.after for this, after in pairwise(lines)]
        return equation(lines[0].before, *map(unmarked, rights), unmarked(lines[-1].after))


def leaves(lines: tuple[Line, ...]) -> Iterator[Line]:
    """The finest steps, in order."""
    for each in lines:
        yield from leaves(each.inner) if each.inner else (each,)


class Same:
    """A value that is equal to nothing but itself: derivations that differ in their words alone compare equal."""

    __slots__ = ("value",)

    def __init__(self, value: Settled) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


def telling(settled: Settled) -> Telling:
    """Everything about a derivation that the formats share; told once for all of them."""
    return told_once(Same(settled))


@lru_cache(maxsize=64)
def told_once(same: Same) -> Telling:
    """The telling of one settled derivation."""
    return tell(same.value)


def tell(settled: Settled) -> Telling:
    """The derivation's names, lines and result in boxes."""
    derivation = settled.derivation
    notation = Notation(lets=derivation.lets)
    verdicts = dict(zip(map(id, every_step(derivation.steps)), settled.verdicts, strict=True))
    start, result = boxes(derivation.start, notation), boxes(derivation.result, notation)
    return Telling(
        settled,
        given(derivation, notation),
        tuple(membership(v) for v in derivation.domains),
        start,
        result,
        tuple(line(s, str(n), verdicts, notation) for n, s in enumerate(derivation.steps, 1)),
        condition(settled.given, notation),
    )


def given(derivation: Derivation, notation: Notation) -> tuple[Box, ...]:
    """What each name stands for: the lets, then the named functions in them."""
    rows = [equation(boxes(let.symbol), boxes(let.value, notation)) for let in derivation.lets]
    values = [let.value for let in derivation.lets] or [derivation.start]
    heads = {h: None for value in values for h in sorted(value.atoms(Elementwise), key=str)}
    rows += [equation(boxes(h), boxes(h.unfold(), notation)) for h in heads]
    first = derivation.steps[0]
    if not rows and first.rule == "definition" and isinstance(first.before, D) and isinstance(first.after, D):
        rows.append(equation(boxes(first.before.expr), boxes(first.after.expr)))
    return tuple(rows)


def line(step: Step, number: str, verdicts: dict[int, Verdict], notation: Notation) -> Line:
    """One step in boxes, the part that changes marked on both sides."""
    rule = RULES.get(step.rule)
    before = boxes(step.before, Notation(notation.lets, step.focus, "was", step.cancelled))
    after = boxes(step.after, Notation(notation.lets, step.became, "now"))
    return Line(
        number,
        step,
        verdicts[id(step)],
        rule.title if rule else step.rule.replace("_", " ").replace("-", " ").capitalize(),
        step.note or (rule.why if rule else ""),
        before,
        after,
        equation(before, after),
        condition(step.given, notation),
        general(rule),
        condition(rule.given) if rule else None,
        crossed(step, notation),
        tuple(line(s, f"{number}.{n}", verdicts, notation) for n, s in enumerate(step.substeps, 1)),
    )


def crossed(step: Step, notation: Notation) -> tuple[Box, ...]:
    """What the step crosses out, to be said in words; a product that goes as a whole is named as one."""
    found: dict[Any, int] = {}
    for product in (n for n in preorder_traversal(step.before) if isinstance(n, Mul)):
        found = found or struck(product, step.cancelled)
    if len(found) > 1 and set(found.values()) == {1}:
        found = {Mul(*found): 1}
    return tuple(boxes(c, notation) for c in found)


def condition(given: Any, notation: Notation | None = None) -> Box | None:
    """Where a statement holds; None where it holds everywhere."""
    return None if given in {True, S.true} else boxes(given, notation or Notation())


def general(rule: Rule | None) -> Box | None:
    """A rule for arbitrary f and g; None for a rewriting whose form is not fixed."""
    if rule is None or rule.before is None:
        return None
    return row(boxes(rule.before), Op("="), boxes(rule.after))


def every_line(lines: tuple[Line, ...]) -> Iterator[Line]:
    """Every line of the tree, a line before its finer ones."""
    for each in lines:
        yield each
        yield from every_line(each.inner)
