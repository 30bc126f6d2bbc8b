"""The independent check of an indexed proof: the statement is valued, by rules that the proof did not use.

A certificate names the facts that a proof used and how it went. It is replayed against a statement: at random sizes and
entries that satisfy these facts and no others, modulo two primes, and at all sizes 1 and then 2 exactly, with a
letter for each entry. Neither knows normal forms, differentiation or definitions solved for a factor.
"""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

from symgrad.indexed import Delta, Evaluation, Expr, Fact, Ref
from symgrad.indexed.conditions import cancelled
from symgrad.indexed.jets import NoValueError
from symgrad.indexed.samples import Space, space
from symgrad.prover.indexed.exact import Formulas
from symgrad.prover.indexed.opinions import agreement, in_order, refutation
from symgrad.prover.recheck import Recheck

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from symgrad.core import Variable
    from symgrad.indexed import Dim, Tensor
    from symgrad.indexed.term import Term

VERSION = 1
POINTS = 6
KEYS = frozenset({"version", "kind", "method", "facts", "second"})


def certified(method: str, facts: Sequence[Fact], second: str) -> str:
    """The certificate of a proof."""
    names = [f.name for f in facts]
    return json.dumps({"version": VERSION, "kind": "indexed", "method": method, "facts": names, "second": second})


def recheck_indexed(
    certificate: str, left: Expr, right: Expr, *, facts: Sequence[Fact] = (), variables: Sequence[Variable] = ()
) -> Recheck:
    """Whether left = right stands up to a replay that assumes only the facts which the certificate names."""
    try:
        data = json.loads(certificate)
    except (ValueError, RecursionError) as error:
        return Recheck(ok=False, reason=f"the certificate is malformed: {error}")
    if not isinstance(data, dict) or set(data) != KEYS or (data["version"], data["kind"]) != (VERSION, "indexed"):
        return Recheck(ok=False, reason="the certificate is of another kind or version")
    if not isinstance(data["facts"], list):
        return Recheck(ok=False, reason="the certificate is malformed: its facts are no list")
    known = {f.name: f for f in facts}
    if strangers := [name for name in data["facts"] if not isinstance(name, str) or name not in known]:
        return Recheck(ok=False, reason=f"the statement does not assume {strangers[0]}")
    named = tuple(known[name] for name in data["facts"])
    where = space((left, right, *cancelled(left, right)), named, {v.symbol: v.domain for v in variables})
    reason = by_values(left, right, where) or by_formulas(left, right, where)
    return Recheck(ok=not reason, reason=reason)


def by_values(left: Expr, right: Expr, where: Space) -> str:
    """Why random values speak against an equation; empty if they do not."""
    found = agreement(left, right, where, seed=23, points=POINTS)
    if not found.differ and found.points:
        return ""
    witness, tried = refutation(left, right, where, points=8 * POINTS)  # both sides of every kink
    if witness is not None:
        return "the two sides differ at a point"
    return "" if tried else "no point was found at which both sides have values"


def by_formulas(left: Expr, right: Expr, where: Space) -> str:
    """The same exactly, at all sizes 1 and 2, as far as letters can tell and the formulas stay small."""
    for length in (1, 2):
        sizes = dict.fromkeys(where.dims, length)
        for at in (dict(zip(where.free, v, strict=True)) for v in product(range(length), repeat=len(where.free))):
            try:
                for numbers, evaluation in evaluations(where, sizes):
                    if evaluation.value(left, at) != evaluation.value(right, at):
                        differ = f"the two sides differ as formulas at all sizes {length}"
                        return "" if numbers.loose else differ
            except NoValueError:
                return ""
    return ""


def evaluations(where: Space, sizes: Mapping[Dim, int]) -> Iterator[tuple[Formulas, Evaluation]]:
    """Evaluations with a letter for each entry; the assumed facts are solved, one-hot in each of its ways."""
    count = sum(prod(sizes[d] for d in t.dims) for t in where.tensors) + len(where.scalars)
    numbers = Formulas(count)
    entries: dict[Tensor, dict[tuple[int, ...], Any]] = {
        t: {k: numbers.letter((t.token, k)) for k in product(*(range(sizes[d]) for d in t.dims))} for t in where.tensors
    }
    scalars = {s: numbers.letter(str(s)) for s in where.scalars}
    for filled in solved(entries, where.facts, numbers):
        yield numbers, Evaluation(numbers, sizes, filled, scalars, lambda *key: numbers.letter(in_order(*key)))


Filled = dict["Tensor", dict[tuple[int, ...], Any]]


def solved(entries: Filled, facts: tuple[Fact, ...], numbers: Formulas) -> Iterator[Filled]:
    """The entries after each fact has been met: a sum by its last entry, one-hot by each choice of the hot one."""
    if not facts:
        yield entries
        return
    fact, *others = facts
    (term,) = fact.left.terms if len(fact.left.terms) == 1 else (None,)
    if term is None or not all(isinstance(a, Ref) for a, _ in term.atoms):
        raise NoValueError("a fact that an exact replay does not solve")
    tensor = term.atoms[0][0].tensor  # type: ignore[attr-defined]  # all are entries
    rows: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for key in entries[tensor]:
        rows.setdefault(key[:-1], []).append(key)
    number = fact.right.terms[0].coefficient if fact.right else Fraction(0)
    if len(term.atoms) == 1 == len(term.bound) and not fact.right.tensors and not fact.right.free:
        mine = dict(entries[tensor])
        for keys in rows.values():
            rest = sum((mine[k] for k in keys[:-1]), numbers.number(Fraction(0)))
            mine[keys[-1]] = numbers.number(number) / numbers.number(term.coefficient) - rest
        yield from solved({**entries, tensor: mine}, tuple(others), numbers)
    elif _one_hot(term, fact):
        for hot in product(*(range(len(keys)) for keys in rows.values())):
            chosen = {keys[n] for keys, n in zip(rows.values(), hot, strict=True)}
            mine = {k: numbers.number(Fraction(k in chosen)) for k in entries[tensor]}
            yield from solved({**entries, tensor: mine}, tuple(others), numbers)
    else:
        raise NoValueError("a fact that an exact replay does not solve")


def _one_hot(term: Term, fact: Fact) -> bool:
    """Whether a fact says y_i y_j = [i = j] y_i; a sum of such products is another one, as for orthonormal rows."""
    two = len(term.atoms) == 2 and not term.bound  # noqa: PLR2004 - two entries
    return two and any(isinstance(a, Delta) for t in fact.right.terms for a, _ in t.atoms)
