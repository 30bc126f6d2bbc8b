"""How many lines a chain has: a short one shows more of what is inside, one rule a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sympy import Add, Mul, S

from symgrad.core import Step
from symgrad.deriver.moves import advance
from symgrad.deriver.rounds import LINEAR_RULES, MANY, PLAIN_RULES, carried_out, gather, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symgrad.deriver.context import Context

TEXTBOOK = 4  # lines, where the calculation has as many
_IN_TURN = ({"sum", "multiple"}, {"constant"}, {"variable"})  # of the linear rules, for where each has its line


def drawn_out(steps: tuple[Step, ...], others: int, context: Context) -> tuple[Step, ...]:
    """The lines of a short chain, `others` beside them, with more of what is inside."""

    def short() -> bool:
        return len(steps) + others < TEXTBOOK

    for longer in (_spread, _opened, _uncancelled):
        if short():
            steps = longer(steps)
    for rules in _IN_TURN:
        for i, step in enumerate(steps):
            if short() and (parts := _parted(step, rules, context)):
                steps = (*steps[:i], *parts, *steps[i + 1 :])
                break
    return steps


def _spread(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The chain with the derivatives of inner functions and of cases on lines of their own."""
    return tuple(line for step in steps for line in _unpacked(step))


def _opened(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The chain with what is linear before its first rule that is not on a line of its own."""
    fine = steps[0].substeps
    main = next((i for i, s in enumerate(fine) if s.rule not in LINEAR_RULES), 0)
    return (gather(fine[:main]), gather(fine[main:]), *steps[1:]) if main else steps


def _unpacked(step: Step) -> tuple[Step, ...]:
    fine = step.substeps
    inner = next((i for i in range(len(fine), 0, -1) if fine[i - 1].rule not in LINEAR_RULES), len(fine))
    while step.rule != "piecewise" and inner < len(fine) and fine[inner].rule in PLAIN_RULES:
        inner += 1
    telling = any(s.rule not in PLAIN_RULES for s in fine[inner:]) or step.rule == "piecewise"
    if not fine[inner:] or not telling or len(standing(fine[inner].before)) > MANY:
        return (step,)
    return gather(fine[:inner]), gather(fine[inner:])


def _uncancelled(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The chain with a last line that is seen before its terms cancel: 1 - (1 - tanh^2 z), then tanh^2 z."""
    last = steps[-1]
    *fine, end = last.substeps or (last,)
    written = _as_it_stands(end)
    if written is None or len(written.args) <= len(Add.make_args(end.after)):
        return steps
    put_in = Step(end.before, written, end.rule, end.given)
    return (*steps[:-1], gather((*fine, put_in)), Step(written, end.after, "simplify"))


def _as_it_stands(step: Step) -> Any:
    """The sum after a step in which one factor of one term became a number, none of its terms joined; else None."""
    if not isinstance(step.before, Add) or not (step.became is not None and step.became.is_Number):
        return None
    terms = [Mul(*_factors(term, step), evaluate=False) for term in step.before.args]
    return None if any(term.has(step.focus) for term in terms) else Add(*terms, evaluate=False)


def _factors(term: Any, step: Step) -> list[Any]:
    """The factors of a term after the step, without those that are 1."""
    factors = (step.became if part == step.focus else part for part in Mul.make_args(term))
    return [part for part in factors if part != 1]


def _parted(step: Step, rules: set[str], context: Context) -> tuple[Step, ...]:
    """A line by linear rules alone as two: `rules` wherever they can be used, then the others; () if it has no two."""
    fine = step.substeps
    if step.given != S.true or not any(s.rule in rules for s in fine) or any(s.rule not in LINEAR_RULES for s in fine):
        return ()
    first = tuple(_everywhere(step.before, rules, context))
    second = tuple(_everywhere(first[-1].after, LINEAR_RULES, context)) if first else ()
    return (gather(first), gather(second)) if second and second[-1].after == step.after else ()


def _everywhere(expr: Any, rules: set[str], context: Context) -> Iterator[Step]:
    """`expr` with these rules used wherever they can be, one place at a time."""
    while moves := [m for m in (advance(node, context) for node in standing(expr)) if m.rule in rules]:
        step = carried_out(expr, moves[:1], context)
        yield step
        expr = step.after
