"""One rule of differentiation at a time, applied wherever it fits. Each move is an equality of its own."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from symgrad.indexed import (
    ZERO,
    Apply,
    Atom,
    Attains,
    Expr,
    Greatest,
    Partial,
    Power,
    Ref,
    Term,
    carry_out,
    one,
)
from symgrad.indexed.canonical import ONE
from symgrad.indexed.differentiate import of_entry, of_head, of_maximum
from symgrad.indexed.expr import is_one, monomial
from symgrad.indexed.mapping import carried, under
from symgrad.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.indexed import Tensor
    from symgrad.indexed.canonical import Factor

Move = tuple[str, "Callable[[Partial], Expr | None]"]


def step_once(value: Expr) -> tuple[str, Expr] | None:
    """The first rule, in the order of MOVES, that fits a derivative in the expression, carried out wherever it fits."""
    fits = [(atom, *found) for atom in value.partials if (found := fitting(atom))]
    if not fits:
        return None
    number = min([n for _, n, _ in fits])
    done: dict[Atom, Expr] = {atom: new for atom, n, new in fits if n == number}
    after = carried(value, done.get)
    return named(MOVES[number][0], value, after), after


@lru_cache(maxsize=1024)
def fitting(atom: Partial) -> tuple[int, Expr] | None:
    """The number of the first rule that fits a derivative, and what it makes of it; one that waits is asked once."""
    for number in OF_A_SUM if atom.expr.atom is None else OF_A_FACTOR:
        found = MOVES[number][1](atom)
        if found is not None:
            return number, found
    return None


def named(rule: str, before: Expr, after: Expr) -> str:
    """The rule's own name where one elementary function was differentiated: exp, log, tanh."""
    if rule != "elementwise":
        return rule
    heads = {getattr(a.expr.terms[0].atoms[0][0], "head", None) for a in {*before.partials} - {*after.partials}}
    names: set[str] = {h.__name__ for h in heads if h is not None}
    return names.pop() if len(names) == 1 and names <= set(RULES) else rule


def varies(atom: Atom, by: Partial) -> bool:
    """Whether a factor depends on the entry, what is held still left aside."""
    return moves(atom.tensor, by) if isinstance(atom, Ref) else any(moves(t, by) for t in atom.tensors)


def moves(tensor: Tensor, by: Partial) -> bool:
    """Whether a tensor depends on the entry."""
    return tensor is by.ref.tensor or (tensor not in by.fixed and tensor.rests_on(by.ref.tensor))


def again(value: Expr, by: Partial) -> Expr:
    """The same derivative of something else."""
    return one(Partial(value, by.ref, by.fixed))


def linearity(by: Partial) -> Expr | None:
    """Term by term, sums and constant factors outside; brackets are opened."""
    atom = by.expr.atom
    if isinstance(atom, Power):
        return again(atom.base, by)
    if atom is not None:
        return None if varies(atom, by) else ZERO
    mine = factors(by)
    if mine and not [a for a, _ in mine if not varies(a, by)]:
        return None
    terms: list[Term] = []
    for old in by.expr.terms:
        term = old.freshened() if old.bound & by.ref.free else old
        moving: list[Factor] = []
        still: list[Factor] = []
        for factor in term.atoms:
            (moving if varies(factor[0], by) else still).append(factor)
        if moving:
            terms += under(term.coefficient, term.bound, still, [again(monomial(ONE, moving), by)])
    found = Expr(terms)
    return None if found.atom == by else found


def factors(by: Partial) -> tuple[Factor, ...]:
    """The factors of the one product that is differentiated."""
    if len(by.expr.terms) != 1 or by.expr.atom is not None:
        return ()
    (term,) = by.expr.terms
    return term.atoms if is_one(term.coefficient) and not term.bound else ()


def in_turn(by: Partial) -> Expr:
    """Each factor in turn, with the power rule where it has an exponent."""
    mine, terms = factors(by), list[Term]()
    for atom, exponent in mine:
        slope = Partial(one(atom), by.ref, by.fixed)
        terms.append(Term(ONE * exponent, (), (*mine, (atom, -1), (slope, 1))))
    return Expr(terms)


def product(by: Partial) -> Expr | None:
    """A product without quotients."""
    mine = factors(by)
    return in_turn(by) if len(mine) > 1 and all(e.numerator > 0 for _, e in mine) else None


def quotient(by: Partial) -> Expr | None:
    """A product with something in the denominator."""
    mine = factors(by)
    return in_turn(by) if len(mine) > 1 and any(e.numerator < 0 for _, e in mine) else None


def power(by: Partial) -> Expr | None:
    """A single power."""
    return in_turn(by) if len(factors(by)) == 1 else None


def elementwise(by: Partial) -> Expr | None:
    """A function: its derivative times that of its argument."""
    atom = by.expr.atom
    if not isinstance(atom, Apply):
        return None
    found = ZERO
    for n, arg in enumerate(atom.args):
        if any(moves(t, by) for t in arg.tensors):
            found += of_head(atom, n) * again(arg, by)
    return found


def maximum(by: Partial) -> Expr | None:
    """The entry that attains the maximum moves it."""
    atom = by.expr.atom
    if isinstance(atom, Attains):  # that it is another entry takes a tie
        return ZERO
    return of_maximum(atom, lambda body: again(body, by)) if isinstance(atom, Greatest) else None


def definition(by: Partial) -> Expr | None:
    """A name: write out what it stands for."""
    atom = by.expr.atom
    if not isinstance(atom, Ref) or atom.tensor is by.ref.tensor or atom.tensor.body is None or not varies(atom, by):
        return None
    return again(atom.tensor.at(atom.indices), by)


def unknown(by: Partial) -> Expr | None:
    """An unknown function: the chain rule through its arguments."""
    atom = by.expr.atom
    if isinstance(atom, Partial) and carry_out(one(atom)) == one(atom):
        found = carry_out(one(by))
    elif isinstance(atom, Ref) and atom.tensor.depends and atom.tensor is not by.ref.tensor:
        found = of_entry(atom, by.ref, by.fixed)
    else:
        return None
    return None if found == one(by) else found


def entry(by: Partial) -> Expr | None:
    """An entry by an entry of the same tensor: Kronecker's delta."""
    atom = by.expr.atom
    if isinstance(atom, Ref) and atom.tensor is by.ref.tensor:
        return of_entry(atom, by.ref, by.fixed)
    return None


MOVES: tuple[Move, ...] = (
    ("linearity", linearity),
    ("product", product),
    ("quotient", quotient),
    ("power", power),
    ("elementwise", elementwise),
    ("maximum", maximum),
    ("layers", unknown),
    ("definition", definition),
    ("entry", entry),
)
OF_A_SUM, OF_A_FACTOR = range(4), (0, *range(4, len(MOVES)))  # the rules that may fit
