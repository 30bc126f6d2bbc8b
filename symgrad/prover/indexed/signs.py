"""Whether an indexed expression is positive, or never negative, as far as the form in which it is written shows it."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, Any

from symgrad.core import Status, Verdict, Witness
from symgrad.indexed import Delta, Expr, IndexedError, Power, Term, one, show, size
from symgrad.indexed.bounds import Bounds
from symgrad.indexed.conditions import NOT_NEGATIVE, POSITIVE, Condition, cancelled
from symgrad.indexed.expr import monomial, never_negative
from symgrad.indexed.samples import space
from symgrad.prover.indexed.conditions import needs
from symgrad.prover.indexed.opinions import POINTS, in_balls, point_of
from symgrad.prover.indexed.prove import prove_indexed
from symgrad.words import clauses, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symgrad.core import Derivation, Domain, Step, Variable
    from symgrad.indexed import Fact

METHOD = message("a sum of squares and products of factors that are not negative")
RELATIONS = {">": POSITIVE, "≥": NOT_NEGATIVE}


def prove_nonnegative(value: Expr) -> Verdict:
    """Whether value >= 0 wherever it has a value, at all sizes and entries.

    It is proved as it is written, so write it as a sum of squares first, and prove that step: sum_k p_k (v_k - m)^2.
    """
    return prove_sign(value, "≥")


def prove_sign(
    value: Expr, relation: str, *, facts: Sequence[Fact] = (), variables: Sequence[Variable] = ()
) -> Verdict:
    """Whether value > 0 (`relation` ">") or value >= 0 ("≥"); the verdict lists where it has a value."""
    domains = {v.symbol: v.domain for v in variables}
    found = seen(value, relation, Bounds(domains))
    if found is None:
        return counterexample(value, relation, facts, domains)
    needed = needs((value,), facts, domains)
    if needed.never:
        return Verdict(Status.VACUOUS, reason=message("{condition} never holds", condition=needed.never))
    return Verdict(Status.PROVED, METHOD, (*found, *needed.facts, *needed.listed))


def seen(value: Expr, relation: str, bounds: Bounds) -> tuple[Condition, ...] | None:
    """Under which conditions on sizes the sign is seen from the form; None where it is not."""
    if relation == "≥":
        return () if never_negative(value) or bounds.not_negative(value) else None
    if bounds.positive(value):
        return ()
    (term,) = value.terms if len(value.terms) == 1 else (None,)
    return None if term is None else of_the_others(term, bounds)


def of_the_others(term: Term, bounds: Bounds) -> tuple[Condition, ...] | None:
    """A sum of positive numbers over all k but i: it is positive where there is another one, at sizes from 2 on."""
    if len(term.bound) != 1:
        return None
    (k,) = term.bound
    brackets = [a for a, _ in term.atoms if isinstance(a, Power) and is_other(a.base, k)]
    if len(brackets) != 1:
        return None
    rest = monomial(term.coefficient, [(a, e) for a, e in term.atoms if a is not brackets[0]])
    return (Condition(size(k.dim) - 2, NOT_NEGATIVE),) if bounds.positive(rest) else None


def is_other(value: Expr, k: Any) -> bool:
    """Whether an expression is 1 - delta_ik with an index i that is not summed over."""
    deltas = [a for t in value.terms for a, _ in t.atoms if isinstance(a, Delta) and k in a.free]
    return len(deltas) == 1 and value == 1 - one(deltas[0])


def counterexample(value: Expr, relation: str, facts: Sequence[Fact], domains: Mapping[Any, Domain]) -> Verdict:
    """A point at which the sign is another one, or UNKNOWN."""
    where = space((value, *cancelled(value)), facts, domains)
    tried = 0
    for sample in where.samples(Random(3)):  # noqa: S311 - sample points, no secrets
        found = in_balls(value, Expr(), sample)
        if found is None:
            continue
        if found[0] < 0 or (relation == ">" and found[0] <= 0):
            witness = Witness(point_of(sample), found[0].str(20), "0")
            return Verdict(Status.REFUTED, "values at a point", witness=witness)
        tried += 1
        if tried == POINTS:
            break
    return Verdict(Status.UNKNOWN, reason=message("{formula} is not written as a sum of squares", formula=show(value)))


def prove_indexed_step(step: Step, derivation: Derivation) -> Verdict:
    """Whether a step of an indexed derivation holds; a whole chain that ends with a sign rests on its last form."""
    facts, variables = derivation.facts, derivation.domains
    before: Any = step.before
    if step.relation == "=":
        return prove_indexed(before, step.after, facts=facts, variables=variables)
    if step.after:
        return Verdict(Status.UNKNOWN, reason=message("a sign is compared with 0"))
    last: Any = derivation.steps[-1].before
    try:
        equal = prove_indexed(before, last, facts=facts, variables=variables)
        sign = prove_sign(last, step.relation, facts=facts, variables=variables)
    except IndexedError as error:
        return Verdict(Status.UNKNOWN, reason=error.told)
    if not (equal.proved and sign.proved):
        why = message("the last form is not proved: {reason}", reason=equal.reason or equal.status.value)
        return sign if equal.proved else Verdict(Status.UNKNOWN, reason=why)
    if before == last:
        return sign
    conditions = tuple(dict.fromkeys((*equal.conditions, *sign.conditions)))
    return replace(sign, method=clauses((equal.method, sign.method)), conditions=conditions)
