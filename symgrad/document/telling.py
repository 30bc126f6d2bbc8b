"""A settled derivation as it is told, before any format: what is given, the numbered lines, the result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, singledispatch
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sympy import Basic, Mul, S, preorder_traversal

from symgrad.core import every_step
from symgrad.definitions import ACTIVATIONS
from symgrad.document.boxes import EMPTY, Mark, Op, row, unmarked, walk
from symgrad.document.conditions import undone
from symgrad.document.differing import changed_parts
from symgrad.document.from_sympy import boxes
from symgrad.document.layout import LINE, equation, stacked, width
from symgrad.document.notation import Notation, struck
from symgrad.document.same import Same
from symgrad.document.sets import membership
from symgrad.functions import D, Elementwise
from symgrad.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.core import Derivation, Rule, Settled, Step, Verdict
    from symgrad.document.boxes import Box


LONG = 36.0  # ems of a line that nobody reads as a whole
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
    see: tuple[tuple[str, str], ...] = ()  # entries whose derivative is used, with the names of their pages
    change: Box | None = None  # the part that changes
    wide: bool = False  # too long to be read for what changes

    @property
    def ends(self) -> Box:
        """What the line comes to, for a page on which what it begins with must not stand twice."""
        return equation(EMPTY, self.after, sign=self.step.relation)

    @property
    def goes_on(self) -> Box:
        """The formula of a finer step: only the first in a row repeats what the line before it ended with."""
        if self.wide and self.change is not None:
            return self.change
        return self.formula if self.number.endswith(".1") else self.ends

    @property
    def changes(self) -> Box:
        """The same on a page that would weigh too much: the part that changes alone."""
        return self.goes_on if self.change is None else self.change


@dataclass(frozen=True, slots=True)
class Declared:
    """A fact that is used: whether it is assumed or follows from definitions, and what stands there without it."""

    statement: Box
    words: str
    assumed: bool
    without: Box | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """A derivation as it is told; `forms` is the result in other notations, `code` a NumPy function for it.

    `also` are those given that say what the one before says, in another notation.
    """

    settled: Settled
    given: tuple[Box, ...]
    where: tuple[Box, ...]
    find: Box
    result: Box
    lines: tuple[Line, ...]
    holds: Box | None = None  # where the result holds; None where it holds everywhere
    forms: tuple[Box, ...] = ()
    facts: tuple[Declared, ...] = ()
    code: str = ""
    also: frozenset[Box] = frozenset()

    @property
    def conventional(self) -> bool:
        """Whether the result gives values, by agreement, where there is no derivative."""
        return self.holds is not None and bool(self.derivation.kinks)

    @property
    def derivation(self) -> Derivation:
        """What is told."""
        return self.settled.derivation

    @property
    def sought(self) -> Box:
        """What is sought, broken where it is long."""
        return stacked(self.find, LINE)

    @property
    def wide(self) -> bool:
        """Whether what is given needs the whole width."""
        return any(width(b) > HALF for b in self.given)

    @property
    def statement(self) -> Box:
        """What was sought = what was found, broken where it is long."""
        return equation(self.find, self.result, sign=self.derivation.claim.relation)

    @property
    def sentence(self) -> Box:
        """The same on one line."""
        return row(self.find, Op(self.derivation.claim.relation), self.result)

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
        return equation(
            lines[0].before, *map(unmarked, rights), unmarked(lines[-1].after), sign=lines[-1].step.relation
        )


def leaves(lines: tuple[Line, ...]) -> Iterator[Line]:
    """The finest steps, in order."""
    for each in lines:
        yield from leaves(each.inner) if each.inner else (each,)


def telling(settled: Settled, layout: str = "", *, shapes: bool = False) -> Telling:
    """Everything about a derivation that the formats share; told once for all of them.

    `layout` names that of matrices, `shapes` puts one under each factor.
    """
    return told_once(Same(settled), layout, shapes)


@lru_cache(maxsize=64)
def told_once(same: Same[Settled], layout: str, shapes: bool) -> Telling:  # noqa: FBT001 - lru_cache counts keywords apart
    """The telling of one settled derivation."""
    return tell(same.value.derivation.start, same.value, layout, shapes=shapes)


@singledispatch
def tell(start: Any, settled: Settled, layout: str = "", *, shapes: bool = False) -> Telling:  # noqa: ARG001 - no matrices here
    """The derivation's names, lines and result in boxes, by the kind of what is sought."""
    derivation = settled.derivation
    notation = Notation(lets=derivation.lets)
    verdicts = dict(zip(map(id, every_step(derivation.steps)), settled.verdicts, strict=True))
    find, result = boxes(start, notation), boxes(derivation.result, notation)
    return Telling(
        settled,
        given(derivation, notation),
        tuple(membership(v) for v in derivation.domains),
        find,
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
    before, after = marked_sides(step, notation)
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
        tuple(seen(step, notation)),
        change(step, notation),
        width(before) > LONG,
    )


def marked_sides(step: Step, notation: Notation) -> tuple[Box, Box]:
    """Both sides, with what changes marked on as many of them as it can be."""
    found = []
    for gone, come in changed_parts(step):
        before = boxes(step.before, Notation(notation.lets, gone, "was", step.cancelled))
        after = boxes(step.after, Notation(notation.lets, come, "now"))
        found.append((marks(before) + marks(after), before, after))
        if found[-1][0] > 1:
            break
    _, before, after = max(found, key=lambda sides: sides[0])
    return before, after


def marks(side: Box) -> bool:
    """Whether anything is marked on a side."""
    return any(isinstance(part, Mark) for part in walk(side))


def seen(step: Step, notation: Notation) -> Iterator[tuple[str, str]]:
    """The catalogue's entries whose own derivative a step puts in."""
    if step.rule not in {"named", "substitute"} or not isinstance(step.before, Basic):
        return
    heads = {type(notation.value(d.expr)) for d in step.before.atoms(D) - step.after.atoms(D)}
    yield from ((d.title, d.name.replace("_", "-")) for d in ACTIVATIONS.values() if d.head in heads)


def change(step: Step, notation: Notation) -> Box | None:
    """The part that a step says it changes, and what that becomes; others in which lines differ may not be equal."""
    if step.focus is None or step.became is None:
        return None
    return equation(boxes(step.focus, notation), boxes(step.became, notation))


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
    return None if given in {True, S.true} else boxes(undone(given), notation or Notation())


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
