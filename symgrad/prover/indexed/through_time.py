"""Induction over the steps of a recurrent network: what comes back, and what the shared weights collect of it.

V is the loss from step t on: L of this step, and M, what comes later. What is later sees this step through the state
alone, so M is an unknown function of the state and of the weights, and one step on it is V again.
"""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from symgrad.core import Status, SymgradError, Verdict
from symgrad.indexed import (
    Atom,
    Dim,
    Expr,
    Index,
    Partial,
    Place,
    Ref,
    Size,
    Tensor,
    Term,
    expr,
    mapped,
    one,
    partial,
    total,
)
from symgrad.indexed.tensor import reached
from symgrad.prover.indexed.prove import prove_indexed
from symgrad.prover.indexed.unfolding import cotangent, partials, scalar
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from symgrad.core import Derivation, Shared, TimeInduction
    from symgrad.words import Message

LENGTHS = (1, 2, 3)  # steps of the networks that are written out, to refute a sum or for a second opinion
METHOD = message("induction: the last step, the step from t + 1 to t, and what each step adds to the shared weights")
Copies = dict[Tensor, Tensor]


class LooseEndError(SymgradError):
    """Why the parts of an induction do not make one."""


def prove_through_time(induction: TimeInduction) -> Verdict:
    """Whether the recursion gives dJ/dz of every step, and the sums the gradients by the weights, at any length."""
    try:
        linked(induction)
        wholes = [(s, expected(induction, s), claim(s)) for s in induction.shared]
    except LooseEndError as error:
        return Verdict(Status.UNKNOWN, reason=error.told)
    conditions: dict[Any, None] = {}
    for chain in (induction.last, *induction.steps, *(s.step for s in induction.shared)):
        found = prove_indexed(chain.start, chain.result, facts=chain.facts, variables=chain.domains)
        if not found.proved:
            return told(chain.title, found)
        conditions |= dict.fromkeys(found.conditions)
    for shared, right, claimed in wholes:
        found = summed(induction, shared, right, claimed)
        if not found.proved:
            return told(shared.step.title, found)
        conditions |= dict.fromkeys(found.conditions)
    return Verdict(Status.PROVED, METHOD, conditions=tuple(conditions))


def told(part: Message | str, found: Verdict) -> Verdict:
    """A verdict that is none to build on, with the part that it is about."""
    reason = message("{part}: {reason}", part=part, reason=found.reason)
    return Verdict(found.status, found.method, reason=reason, witness=found.witness)


def subject(chain: Derivation) -> tuple[Partial, Tensor]:
    """The derivative that a chain begins with, and the scalar that it is of, which is a sum of unknown functions."""
    entry = next(iter(partials(chain.start)), None)
    V = scalar(entry.expr) if entry else None
    if entry is None or V is None or chain.start != one(entry) or V.body is None:
        raise LooseEndError("each part must begin with the derivative of a scalar that is a sum of losses")
    return entry, V


def later(V: Tensor, here: Tensor) -> Tensor:
    """The losses of later steps in a sum V of them and of those of this step."""
    M = scalar(value_of(V) - value_of(here))
    if M is None or not M.depends:
        raise LooseEndError("a part must add one unknown function, of what is later, to the loss of the last step")
    return M


def linked(induction: TimeInduction) -> None:
    """Raise LooseEndError unless the last step and the step are about one cell, and all that is later is seen by it."""
    (entry, here), z = subject(induction.last), cell(induction)
    before, state = induction.previous
    if entry.ref.tensor is not z or z.body is None:
        raise LooseEndError("the last step and the step must be about one name z, with its value")
    losses = {scalar(Expr((t,))) for t in value_of(here).terms}
    if any(L is None or L.depends != (state,) for L in losses):
        raise LooseEndError("the loss of a step must be an unknown function of the state and of nothing else")
    V = subject(induction.steps[-1])[1]
    M = later(V, here)
    if len(M.depends) != 1 or state.rests_on(before, frozenset({z})):
        raise LooseEndError("what is later must be an unknown function of the next z, and the state hang on z alone")
    known = [M.depends[0]]
    if not is_next(known[0], z, {before: state}):
        raise LooseEndError("the next z must have the value of z, one step on")
    for chain in induction.steps:
        entry, mine = subject(chain)
        if mine is not V or mentions(chain.result, known, {M, V}):
            raise LooseEndError("a step may mention what is later by derivatives alone that were derived before")
        known.append(entry.ref.tensor)


def cell(induction: TimeInduction) -> Tensor:
    """The name z that the induction is about."""
    return subject(induction.steps[-1])[0].ref.tensor


def value_of(name: Tensor) -> Expr:
    """What a scalar name stands for."""
    return name.body[1] if name.body else expr(0)


def mentions(value: Expr, known: Iterable[Tensor], unknown: Collection[Tensor]) -> bool:
    """Whether an expression rests on some of `unknown` other than by a derivative by some of `known`."""
    letters = {t: Tensor("d", t.dims) for t in known}

    def lettered(atom: Atom) -> Expr | None:
        name = cotangent(atom.tensor) if isinstance(atom, Ref) else None
        return letters[name.tensor][atom.indices] if name and name.tensor in letters and isinstance(atom, Ref) else None

    return not mapped(value, lettered).reach.isdisjoint(unknown)


def is_next(following: Tensor, z: Tensor, copies: Copies) -> bool:
    """Whether a name has the value of z with the state of this step for the one before, and inputs of its own."""
    own = {t for t in reached(following.mentions - set(copies.values())) if t.free}
    theirs = {(t.name, t.dims): t for t in own}
    mine = {t for t in z.reach if t.free} - copies.keys() - own
    inputs = {t: theirs[t.name, t.dims] for t in mine if (t.name, t.dims) in theirs}
    made = copied(z, {**copies, **inputs})
    if following.body is None or following.dims != z.dims or made.body is None:
        return False
    places, value = following.body
    return value == made.at(places)


def copied(tensor: Tensor, copies: Copies) -> Tensor:
    """The name with other tensors in its value, at every depth; `copies` says which, and learns those that are made."""
    if tensor not in copies:
        inner = [t for t in tensor.mentions if copied(t, copies) is not t]
        if not inner:
            copies[tensor] = tensor
        elif tensor.body is None:
            depends = tuple(copied(t, copies) for t in tensor.depends)
            copies[tensor] = Tensor(tensor.name, tensor.dims, depends=depends, tex=tensor.tex)
        else:
            letters, value = tensor.body
            copies[tensor] = Tensor(tensor.name, tensor.dims, body=(letters, swapped(value, copies)), tex=tensor.tex)
    return copies[tensor]


def swapped(value: Expr, copies: Mapping[Tensor, Tensor]) -> Expr:
    """An expression with other tensors."""
    return mapped(value, lambda a: copies[a.tensor][a.indices] if isinstance(a, Ref) and a.tensor in copies else None)


def contribution(induction: TimeInduction, shared: Shared) -> Expr:
    """What a step adds to the derivative by a weight: all of it but what later steps add, the state held still."""
    (entry, V), (_, here) = subject(shared.step), subject(induction.last)
    before, state = induction.previous
    z, M = cell(induction), later(V, here)
    weights = set(M.depends) - {state}
    given = {t for t in z.reach | state.reach if t.free} - {before} - weights - {s for _, s in induction.sequences}
    if state not in M.depends or given or not all(w.free for w in weights) or entry.ref.tensor not in weights:
        raise LooseEndError("what is later must be an unknown function of the state and of all weights")
    rest = [p for p in partials(shared.step.result) if scalar(p.expr) is M]
    if len(rest) != 1 or rest[0].ref != entry.ref or state not in rest[0].fixed:
        raise LooseEndError("a step must end in what it adds and in what later steps add, the state held still")
    adds: Expr = shared.step.result - one(rest[0])
    if mentions(adds, [z], {M, V}):
        raise LooseEndError("what a step adds may mention what is later by its derivative by z alone")
    return adds


def expected(induction: TimeInduction, shared: Shared) -> Expr:
    """The sum over all steps of what each adds."""
    adds, time = contribution(induction, shared), axis(induction)
    t = Index("t", time)
    return total(t, at_time(adds, induction, t))


def axis(induction: TimeInduction) -> Dim:
    """The dimension that counts steps; a letter with it stands for one quantity, and each quantity has one."""
    time: Dim
    columns = list(zip(*induction.sequences, strict=True))
    if any(len({*c}) < len(c) for c in columns) or any(s.dims[1:] != m.dims for s, m in induction.sequences):
        raise LooseEndError("each letter with a time axis must stand for one quantity of a step, in its shape")
    (time, *others) = {s.dims[0] for s, _ in induction.sequences}
    if others:
        raise LooseEndError("all letters with a time axis must have the same one, in front")
    return time


def summed(induction: TimeInduction, shared: Shared, right: Expr, claimed: Expr) -> Verdict:
    """Whether the sum that is claimed is the right one; a wrong one fails in a network of few steps."""
    for length in LENGTHS:
        here = unrolled(induction, shared, claimed, length)
        if not here.proved:
            words = message("a network of {n} steps", n=length)
            return told(words, here) if here.status is Status.REFUTED else Verdict(Status.UNKNOWN, reason=words)
    found = prove_indexed(right, claimed)
    return found if found.proved else Verdict(Status.UNKNOWN, reason=found.reason)


def claim(shared: Shared) -> Expr:
    """The sum that is claimed, for the entry that the derivation of a step is about."""
    entry, _ = subject(shared.step)
    mine = shared.entry.atom
    if not isinstance(mine, Ref) or mine.tensor is not entry.ref.tensor:
        raise LooseEndError("a sum over time must be about the weight of its derivation")
    whole: Expr = expr(shared.whole)
    places = [i for i in mine.indices if isinstance(i, Index)]
    return whole.rename(dict(zip(places, entry.ref.indices, strict=True)))


def at_time(adds: Expr, induction: TimeInduction, t: Index) -> Expr:
    """What step t adds, in letters with a time axis."""
    before, state = induction.previous
    z = cell(induction)
    row: dict[Tensor, Tensor] = {mine: sequence for sequence, mine in induction.sequences}

    def placed(atom: Atom) -> Expr | None:
        if not isinstance(atom, Ref):
            return None
        entry, mine = cotangent(atom.tensor), atom.tensor
        if entry is not None and entry.tensor is z and z in row:
            return row[z][(t, *atom.indices)]
        if mine is before and state in row:
            return row[state][(t - 1, *atom.indices)]
        return row[mine][(t, *atom.indices)] if mine in row and mine is not z else None

    found = mapped(adds, placed)
    if not found.reach.isdisjoint({z, before, *row}):
        raise LooseEndError("each quantity of a step that a weight collects needs a letter with a time axis")
    return found


def unrolled(induction: TimeInduction, shared: Shared, claimed: Expr, length: int) -> Verdict:
    """The verdict on the sum in a network of so many steps, written out; the state before the first is 0."""
    (entry, _), (_, here) = subject(shared.step), subject(induction.last)
    before, state = induction.previous
    z, steps = cell(induction), list[Copies]()
    for n in range(length):
        inputs = {mine: Tensor(f"{mine.name}{n + 1}", mine.dims) for _, mine in induction.sequences if mine.free}
        first = Tensor(before.name, before.dims, body=(letters(before), expr(0)))
        copies: Copies = {**inputs, before: steps[-1][state] if steps else first}
        copied(here, copies), copied(z, copies)
        steps.append(copies)
    J = Tensor("J", body=((), reduce(add, (c[here]() for c in steps))))
    rows = {s: (mine, mine is z) for s, mine in induction.sequences}

    def read(atom: Atom) -> Expr | None:
        if not isinstance(atom, Ref) or atom.tensor not in rows:
            return None
        (mine, is_delta), (where, *rest) = rows[atom.tensor], atom.indices
        n = where.constant if isinstance(where, Place) and not where.parts and not where.sizes else None
        if n is None:
            raise LooseEndError("a sum over time must read its letters at the index that it sums over")
        if not 0 <= n < length:
            return expr(0)
        entry = steps[n][mine][tuple(rest)]
        return partial(J(), entry) if is_delta else entry

    try:
        whole = mapped(written_out(claimed, axis(induction), length), read)
    except LooseEndError as error:
        return Verdict(Status.UNKNOWN, reason=error.told)
    return prove_indexed(partial(J(), entry.ref.tensor[entry.ref.indices]), whole)


def letters(tensor: Tensor) -> tuple[Index, ...]:
    """Indices for a tensor's shape."""
    return tuple(Index("ijkl"[n % 4], d) for n, d in enumerate(tensor.dims))


def written_out(value: Expr, time: Any, length: int) -> Expr:
    """Sums over time written out, for so many steps."""
    return reduce(add, (s for t in value.terms for s in summands(t, time, length)), expr(0))


def summands(term: Term, time: Any, length: int) -> Iterator[Expr]:
    """The summands of a term, one index over time after another."""
    over = next((i for i in sorted(term.bound, key=lambda i: i.token) if i.dim is time), None)
    if over is None:
        yield mapped(Expr((term,)), lambda a: counted_out(a, time, length))
        return
    for n in range(length):
        inner = Term(term.coefficient, term.bound - {over}, term.atoms).rename({over: Place((), n)})
        yield from summands(inner, time, length)


def counted_out(atom: Atom, time: Any, length: int) -> Expr | None:
    """The number of steps where its letter stood, in places too."""
    if isinstance(atom, Size):
        return expr(length) if atom.dim is time else None
    if isinstance(atom, Ref):
        return one(Ref(atom.tensor, tuple(fixed(i, time, length) for i in atom.indices)))
    return None


def fixed(where: Index | Place, time: Any, length: int) -> Index | Place:
    """A place with the number of steps for its letter."""
    if isinstance(where, Index):
        return where
    number = sum(c for d, c in where.sizes if d is time)
    return Place(where.parts, where.constant + number * length, tuple(s for s in where.sizes if s[0] is not time))
