"""Fine steps, one rule at one place, gathered into the lines that a textbook would print."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sympy import And, Mul, Ne, Not, Or, Piecewise, S, preorder_traversal
from sympy.core.relational import Relational

from symgrad.core import Step, all_of
from symgrad.deriver.moves import Move, advance, inside, steep
from symgrad.deriver.tidy import loses, numbers_out
from symgrad.functions import D
from symgrad.rules import LINEAR, RULES
from symgrad.words import enumerated, message, respelt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from symgrad.deriver.context import Context

LINEAR_RULES = {rule.name for rule in LINEAR}
_OPENING = {"definition", "cases", "chain"}  # each deserves a line of its own
PLAIN_RULES = {"variable", "constant"}
_MOST_ROUNDS = 60
MANY = 8  # places of one linear rule, beyond which nobody wants to see each by itself


def carry_out(expr: Any, context: Context) -> tuple[Step, ...]:
    """Textbook steps from `expr` to an equal expression in which no derivative is left standing."""
    steps: list[Step] = []
    while standing(expr) and len(steps) < _MOST_ROUNDS:
        given = all_of(step.given for step in steps)
        step = gather(tuple(_kept(_round(expr, context), given)))
        steps.append(step)
        expr = step.after
    return tuple(steps)


def _kept(fine: Iterable[Step], given: Any) -> Iterator[Step]:
    """The steps under what the chain was found under, where a part that needs it cancels: z/z is 1 if z is not 0.

    So are those beside a derivative that has no value on a kink, and no slope on either side of it.
    """
    for step in fine:
        beside = any(steep(part.expr) for part in standing(step.before))
        kept = replace(step, given=And(step.given, given)) if beside or loses(step.before, step.after) else step
        given = And(given, kept.given)
        yield kept


def standing(expr: Any) -> list[D]:
    """The derivatives not carried out yet, outermost and leftmost first, none inside another."""
    found: list[D] = []
    walk = preorder_traversal(expr)
    for node in walk:
        if isinstance(node, D):
            walk.skip()
            if node not in found:
                found.append(node)
    return found


def _round(expr: Any, context: Context) -> Iterator[Step]:
    """Move every standing derivative past one rule that is not linear, and finish what is linear.

    Linear rules (sum, constant, multiple) cost a reader nothing, so they join the line they lead to. Where one of
    them has many places, it is used at all of them at once.
    """
    fresh = set(standing(expr))
    while moves := [m for m in (advance(n, context) for n in standing(expr)) if _due(m, fresh, context)]:
        # inner derivatives wait for one another
        moves.sort(key=lambda m: m.node not in fresh and m.rule not in PLAIN_RULES)
        alike = [m for m in moves if m.rule == moves[0].rule and m.rule in LINEAR_RULES]
        at_once = alike if len(alike) > MANY else moves[:1]
        step = carried_out(expr, at_once, context)
        yield step
        for move in at_once:
            if move.node in fresh and move.rule in LINEAR_RULES:
                fresh |= set(standing(move.after))
            fresh.discard(move.node)
        expr = step.after
        if moves[0].rule in _OPENING:
            return


def carried_out(expr: Any, moves: Sequence[Move], context: Context) -> Step:
    """The fine step in which these moves, all by one rule, are made."""
    after = expr.xreplace({move.node: move.after for move in moves})
    if isinstance(expr, Mul) and not after.has(D):
        after = numbers_out(after)
    given = And(*(_inside(expr, move, context) for move in moves), _needed_by_lost(expr, after, moves))
    place = {"focus": moves[0].node, "became": moves[0].after} if len(moves) == 1 else {}
    return Step(expr, after, moves[0].rule, given, **place)


def _needed_by_lost(expr: Any, after: Any, moves: Sequence[Move]) -> Any:
    """Where derivatives that cancel one another have values: d/dz ln z - d/dz ln z is 0 for z > 0."""
    were = set(standing(expr)).union(*(standing(m.after) for m in moves)) - {m.node for m in moves}
    return And(*(inside(d.expr) for d in were - set(standing(after))))


def _inside(expr: Any, move: Move, context: Context) -> Any:
    """The condition of a move that takes place in one case of several: it matters in that case only."""
    if move.given == S.true or expr == move.node:
        return move.given
    if not isinstance(expr, Piecewise):
        return And(*(_inside(part, move, context) for part in expr.args if part.has(move.node)))
    needed, earlier = [], S.true
    for value, condition in expr.args:
        here = And(earlier, condition)
        if value.has(move.node):
            inner = context.under(here).needed(_inside(value, move, context))
            needed += [_unless(here, part) for part in And.make_args(inner)]
        earlier = And(earlier, Not(condition))
    return And(*needed)


def _unless(here: Any, part: Any) -> Any:
    """Not here, or `part`; for a point that is left out just whether it lies here.

    Where "here" rests on more than polynomials it may have no answer, and `part` is asked for everywhere.
    """
    if part == S.true:
        return part
    if isinstance(part, Ne) and part.lhs.is_Symbol and part.rhs.is_number:
        with suppress(TypeError):  # a comparison of 1/0
            there = here.xreplace({part.lhs: part.rhs})
            if there in {S.true, S.false}:
                return part if there == S.true else S.true
    relations = here.atoms(Relational) | part.atoms(Relational)
    plain = all(side.is_polynomial() for relation in relations for side in relation.args)
    return Or(Not(here), part) if plain else part


def _due(move: Move, fresh: set[D], context: Context) -> bool:
    """Whether this derivative is moved in this round: it was here when the round began, or is linear anyway."""
    return move.node in fresh or _is_linear(move, context)


def _is_linear(move: Move, context: Context) -> bool:
    if move.rule not in LINEAR_RULES:
        return False
    return all(_is_linear(advance(node, context), context) for node in standing(move.after))


def gather(fine: tuple[Step, ...]) -> Step:
    """One step made of finer ones; it is named after the first rule that is not linear, or else not plain."""
    if len(fine) == 1:
        return fine[0]
    main = next((s for dull in (LINEAR_RULES, PLAIN_RULES) for s in fine if s.rule not in dull), fine[0])
    given = all_of(s.given for s in fine)
    return Step(fine[0].before, fine[-1].after, main.rule, given, _names(fine, main.rule), fine)


def _names(fine: tuple[Step, ...], main: str) -> str:
    """The rules that a gathered line rests on, in order of use."""
    others = [RULES[s.rule].title for s in fine if s.rule != main and s.rule not in PLAIN_RULES]
    distinct = enumerated(respelt(title, title.lower()) for title in dict.fromkeys(others))
    return message("{why} Also used: {rules}.", why=RULES[main].why, rules=distinct) if distinct else ""
