"""A refutation looked at again: exactly, at its own point, and in other arithmetic."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING, Any

import mpmath  # type: ignore[import-untyped]  # it ships no types
from sympy import Ge, Gt, Integer, Le, Lt, Rational, oo

from symgrad.core import Equal, Eventually, Exists, Holds, Image, Status, Tends, Variable, Witness
from symgrad.prover.claims.settle import allowed, converse, false_at, settle, there
from symgrad.prover.facts import limit
from symgrad.prover.indexed import replayed as indexed_replayed
from symgrad.prover.pieces import HOLDS
from symgrad.prover.recheck import recheck
from symgrad.prover.relations import carried, equation, prove_relation
from symgrad.prover.replay import NoValue, Numbers

if TYPE_CHECKING:
    from symgrad.core import Verdict
    from symgrad.core.claim import Statement

SOMEWHERE = tuple(Rational(p, 9) for p in (-21, -2, 1, 7, 28))
DIGITS, EQUAL = 60, mpmath.mpf(10) ** -20  # mpmath differentiates by differences, so equality is to this size


def replayed(statement: Statement, verdict: Verdict) -> tuple[bool, bool] | None:
    """Whether a refutation holds again, exactly and in mpmath's numbers; None where there is nothing to look at."""
    witness = verdict.witness
    if not verdict.status.failed or witness is None:
        return None
    way = WAYS.get(type(statement))
    return None if way is None else way(statement, witness)


def of_sizes(s: Equal, witness: Witness) -> tuple[bool, bool]:
    """The two sides at sizes and entries, in exact arithmetic."""
    again = indexed_replayed(witness, s.left, s.right)
    return again, again


def at_its_point(s: Holds, witness: Witness) -> tuple[bool, bool] | None:
    """The relation at the point of the witness."""
    return (exactly(s, witness), in_numbers(s, witness)) if witness.point else None


def nowhere(s: Exists, _: Witness) -> tuple[bool, bool]:
    """The converse proved again, with a certificate that an independent checker replays; and seen at points."""
    converse_of = converse(s.relation)
    found = prove_relation(converse_of, variables=s.variables, assuming=s.assuming)
    checked = (
        found.proved
        and recheck(found.certificate, *equation(converse_of), variables=s.variables, assuming=s.assuming).ok
    )
    symbols = sorted(s.relation.free_symbols, key=str)
    points = product(SOMEWHERE, repeat=len(symbols))
    places = [tuple(zip(symbols, values, strict=True)) for values in points]
    inside = [p for p in places if allowed(Holds("", converse_of, s.variables, s.assuming), p)]
    return checked, bool(inside) and all(true_in_numbers(converse_of, p) for p in inside)


def outside(s: Image, witness: Witness) -> tuple[bool, bool] | None:
    """The value that is taken and said not to be, or the end that is said to be taken and is not."""
    place = witness.point
    taken = bool(place) and place[0][1] not in {oo, -oo}
    for end, is_open, beyond, at_end in (
        (s.values.upper, s.values.upper_open, Lt, Le),
        (s.values.lower, s.values.lower_open, Gt, Ge),
    ):
        if end is None:
            continue
        inner = beyond(s.expr, end, evaluate=False)
        claimed = Holds("", inner if is_open else at_end(s.expr, end, evaluate=False), (Variable(s.variable, s.on),))
        if taken and allowed(claimed, place) and false_at(claimed, place):
            return True, not true_in_numbers(claimed.relation, place)
        if not is_open and prove_relation(inner, variables=claimed.variables).proved:  # said to be taken, and never is
            points = [p for q in SOMEWHERE if allowed(claimed, p := ((s.variable, q),))]
            return True, bool(points) and all(true_in_numbers(inner, p) for p in points)
    return None


def another_limit(s: Tends, witness: Witness) -> tuple[bool, bool] | None:
    """The limit that was found, proved, and another one; the values far out lie nearer to it."""
    if s.at not in {oo, -oo}:
        return None
    found = next((x for x in (oo, -oo) if str(x) == witness.left), None)
    found = limit(carried(s.expr, s.variable), s.variable, s.at) if found is None else found
    exact = found is not None and settle(replace(s, to=found)).proved and found != s.to
    far = Integer(10) ** 4 * (1 if s.at is oo else -1)
    with mpmath.workdps(DIGITS):
        value = Numbers({s.variable: far}, ()).value(s.expr)
        gaps = [mpmath.inf if t in {oo, -oo} else abs(value - Numbers({}, ()).value(t)) for t in (found, s.to)]
        return exact, bool(gaps[0] < gaps[1]) or (found in {oo, -oo} and abs(value) > DIGITS)


def far_out(s: Eventually, witness: Witness) -> tuple[bool, bool]:
    """False beyond the last zero of the difference, twice and four times as far."""
    ((_, first),) = witness.point
    places = [((s.variable, first * scale),) for scale in (1, 2, 4)]
    claimed = Holds("", s.relation)
    return all(false_at(claimed, p) for p in places), not any(true_in_numbers(s.relation, p) for p in places)


def exactly(statement: Holds, witness: Witness) -> bool:
    """Whether the relation is false at the exact point, or a side is proved to have no value there."""
    if not allowed(statement, witness.point):
        return False
    if "undefined" in {witness.left, witness.right}:
        found = prove_relation(statement.relation, **there(statement, witness.point))
        return found.status is Status.DOMAIN_MISMATCH
    return false_at(statement, witness.point)


def true_in_numbers(relation: Any, place: Any) -> bool:
    """Whether mpmath finds a relation true at a point."""
    return not in_numbers(Holds("", relation), Witness(place, "", ""))


def in_numbers(statement: Holds, witness: Witness) -> bool:
    """Whether mpmath finds the relation false, or a side without a value."""
    with mpmath.workdps(DIGITS):
        numbers = Numbers(dict(witness.point), statement.lets)
        try:
            left, right = (numbers.value(side) for side in statement.relation.args)
        except (NoValue, ZeroDivisionError):
            return "undefined" in {witness.left, witness.right}
        apart = left - right
        return not HOLDS[type(statement.relation)](0 if abs(apart) < EQUAL else int(mpmath.sign(apart)))


WAYS: dict[type, Any] = {
    Equal: of_sizes,
    Holds: at_its_point,
    Exists: nowhere,
    Image: outside,
    Tends: another_limit,
    Eventually: far_out,
}
