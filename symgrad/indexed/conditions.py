"""Where an expression has a value: what is divided by, roots, logarithms, the kinks of what is differentiated.

A condition with free indices must hold for all their values. What is written in a name counts wherever the name does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import sympy as sp
from sympy.core.function import UndefinedFunction

from symgrad.core import REALS, UnsupportedError
from symgrad.indexed.atoms import ENTIRE, Apply, Atom, Attains, Greatest, Partial, Power
from symgrad.indexed.build import total
from symgrad.indexed.conversion import from_formula
from symgrad.indexed.evaluate import has_kinks
from symgrad.indexed.expr import Expr, expr, one
from symgrad.indexed.text import show

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from symgrad.core import Domain
    from symgrad.indexed.canonical import Exponent
    from symgrad.indexed.tensor import Tensor

NOT_ZERO, POSITIVE, NOT_NEGATIVE = "≠", ">", "≥"
UNIQUE = "is attained at one index only"
SMOOTH = "has a derivative"
TWICE = "has all derivatives that are taken"
DEFINED = "has a value"
TURNED = {NOT_ZERO: NOT_ZERO, POSITIVE: "<", NOT_NEGATIVE: "≤"}
SIGNS = frozenset({NOT_ZERO, POSITIVE, NOT_NEGATIVE})


@dataclass(frozen=True, slots=True)
class Condition:
    """`expr` compared with 0 by one of SIGNS, or `relation` as words about it; equal under any names of indices."""

    expr: Expr = field(compare=False)
    relation: str
    token: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        whole = total(self.expr.free, one(Power(self.expr)))
        object.__setattr__(self, "token", whole.token)

    def __str__(self) -> str:
        left, relation, right = self.sides()
        return f"{show(left)} {relation}{'' if right is None else f' {show(right) if right else 0}'}"

    def sides(self) -> tuple[Expr, str, Expr | None]:
        """As it is said: a number on the right, x < 1 rather than 1 - x > 0; nothing there beside words."""
        if self.relation not in SIGNS:
            return self.expr, self.relation, None
        right = Expr(t.times(Fraction(-1)) for t in self.expr.terms if not t.atoms)
        left = Expr(t for t in self.expr.terms if t.atoms)
        if left and all(t.coefficient < 0 for t in left.terms):
            return -left, TURNED[self.relation], -right
        return left, self.relation, right


def conditions_of(value: Expr) -> tuple[Condition, ...]:
    """Everything that must hold for an expression to have a value, none of it left out because it always does."""
    found = [*needed(value)]
    seen, waiting = set[Any](), [*mentioned(value)]
    while waiting:
        tensor = waiting.pop()
        if tensor not in seen:
            seen.add(tensor)
            found += of_body(tensor)
            waiting += behind(tensor)
    return distinct(found)


def distinct(found: Iterable[Condition]) -> tuple[Condition, ...]:
    """Each condition once, in the first of its spellings, and none that another implies, as x > 0 does x ≠ 0."""
    spelled: dict[str, Expr] = {}
    relations: dict[str, set[str]] = {}
    for condition in sorted(found, key=str):
        spelled.setdefault(condition.token, condition.expr)
        relations.setdefault(condition.token, set()).add(condition.relation)
    return tuple(
        Condition(spelled[token], r)
        for token, several in relations.items()
        for r in sorted(several - {NOT_ZERO, NOT_NEGATIVE} if POSITIVE in several else several)
    )


def mentioned(value: Expr) -> frozenset[Tensor]:
    """The tensors in an expression, those that cancelled among them."""
    return value.tensors.union(*(a.tensors for a, _ in value.lost))


def cancelled(*values: Expr) -> tuple[Expr, ...]:
    """The factors that some expressions have lost, as they were written; those of names behind them, too."""
    lost = set[Any]().union(*(v.lost for v in values))
    seen, waiting = set[Any](), [t for v in values for t in mentioned(v)]
    while waiting:
        tensor = waiting.pop()
        if tensor not in seen:
            seen.add(tensor)
            lost |= tensor.body[1].lost if tensor.body else frozenset()
            waiting += behind(tensor)
    return tuple(one(a, Fraction(*e)) for a, e in sorted(lost, key=lambda f: (f[0].token, f[1])))


def behind(tensor: Tensor) -> frozenset[Tensor]:
    """The tensors in a name's value, and what an unknown function depends on."""
    return frozenset(tensor.depends) | (mentioned(tensor.body[1]) if tensor.body else frozenset())


_bodies: WeakKeyDictionary[Tensor, tuple[Condition, ...]] = WeakKeyDictionary()


def of_body(tensor: Tensor) -> tuple[Condition, ...]:
    """What is needed by the value of a name, the names in it left aside."""
    if tensor.body is None:
        return ()
    if tensor not in _bodies:
        _bodies[tensor] = distinct(needed(tensor.body[1]))
    return _bodies[tensor]


def needed(value: Expr, by: Partial | None = None, times: int = 1) -> Iterator[Condition]:
    """What is written in an expression itself. Under `times` derivatives whatever moves must have as many, too."""
    factors = {f for t in value.terms for f in t.atoms} | {(a, Fraction(*e)) for a, e in value.lost}
    for atom, exponent in factors:
        moving = by is not None and any(moves(t, by) for t in atom.tensors)
        yield from of_power(atom, exponent, moving=moving)
        if isinstance(atom, Apply):
            varied = tuple(by is not None and any(moves(t, by) for t in a.tensors) for a in atom.args)
            yield from of_function(atom, times if moving else 0, varied)
        elif isinstance(atom, Attains) or (isinstance(atom, Greatest) and moving and atom.index in atom.body.free):
            yield Condition(one(Greatest(atom.index, atom.body)), UNIQUE)
        elif isinstance(atom, Partial):
            yield from of_derivative(atom, times + 1 if moving else 1)
        for part in atom.parts:
            yield from needed(part, by if moving else None, times)


def moves(tensor: Tensor, by: Partial) -> bool:
    """Whether a tensor depends on the entry of a derivative."""
    return tensor is by.ref.tensor or (tensor not in by.fixed and tensor.rests_on(by.ref.tensor, by.fixed))


def of_derivative(atom: Partial, times: int) -> Iterator[Condition]:
    """What a derivative needs: that all between the entry and what is differentiated has one."""
    yield from needed(atom.expr, atom, times)
    seen, waiting = set[Any](), [t for t in mentioned(atom.expr) if moves(t, atom)]
    while waiting:
        tensor = waiting.pop()
        if tensor in seen or tensor is atom.ref.tensor or tensor in atom.fixed:
            continue
        seen.add(tensor)
        if tensor.body is not None:
            yield from needed(tensor.body[1], atom, times)
        waiting += [t for t in behind(tensor) if moves(t, atom)]


def of_power(atom: Atom, exponent: Exponent, *, moving: bool) -> Iterator[Condition]:
    """A divisor is not 0, what is under a root not negative; a root that is differentiated is not 0 either."""
    base = atom.base if isinstance(atom, Power) else one(atom)
    if exponent.denominator > 1:
        yield Condition(base, POSITIVE if exponent < 0 or moving else NOT_NEGATIVE)
    elif exponent < 0:
        yield Condition(base, NOT_ZERO)


def of_function(atom: Apply, times: int, varied: tuple[bool, ...] = ()) -> Iterator[Condition]:
    """The domain of a function, and its kinks where it is differentiated, by the arguments that are varied."""
    name, order = atom.head.__name__, atom.order + times
    if hasattr(atom.head, "formula"):
        moved = [o or (varied[n] if varied else times) for n, o in enumerate(atom.orders)]
        yield from of_catalogue(atom, order, moved)
    elif name in {"log", "log1p"}:
        yield Condition(atom.arg + (name == "log1p"), POSITIVE)
    elif name == "sign" or (name == "Abs" and order):
        yield Condition(atom.arg, NOT_ZERO)
    elif name in {"Max", "Min"}:
        yield from (Condition(a - b, NOT_ZERO) for a, b in combinations(atom.args, 2) if order)
    elif name not in ENTIRE and not isinstance(atom.head, UndefinedFunction):
        yield Condition(one(atom), DEFINED)


def of_catalogue(atom: Apply, order: int, moved: Sequence[Any]) -> Iterator[Condition]:
    """The domains and the kinks that a catalogue function declares; its formula's own where it declares none.

    A kink at z = 0 is none for a derivative by a parameter alone, while z is held still.
    """
    head = atom.head
    names = dict(zip((*head.variables, *head.parameters), atom.args, strict=False))
    still = {letter for letter, moves in zip(names, moved, strict=True) if not moves}
    domains = dict(zip(names, head.domains, strict=False))
    for letter, domain in domains.items():
        yield from within(names[letter], domain)
    kinks = [k for k in head.kinks if order and not {k.variable, *k.at.free_symbols} <= still]
    for kink in kinks:
        try:
            yield Condition(names[kink.variable] - from_formula(kink.at, names), NOT_ZERO)
        except UnsupportedError:
            yield Condition(one(atom), SMOOTH)
    if order > 1 and has_kinks(head) and (kinks or not head.kinks):  # beyond the first derivative no kinks are listed
        yield Condition(one(atom), TWICE)
    if all(d == REALS for d in domains.values()):
        yield from of_formula(head.at(head.formula, tuple(names)), names, moving=bool(order) and not head.kinks)


def of_formula(formula: Any, names: dict[Any, Expr], *, moving: bool) -> Iterator[Condition]:
    """What the divisors, roots and functions in a formula need, all cases of it taken together."""
    for part in sp.preorder_traversal(formula):
        if not (part.is_Pow and part.exp.is_Rational and (part.exp < 0 or part.exp.q > 1)):
            restricted = isinstance(part, sp.Function) and not isinstance(part, sp.Piecewise | sp.Max | sp.Min | sp.Abs)
            if not restricted:
                continue
        try:
            found = from_formula(part, names)
        except UnsupportedError:
            continue
        for term in found.terms:
            for a, e in term.atoms:
                yield from of_power(a, e, moving=moving)
                if isinstance(a, Apply):
                    yield from of_function(a, int(moving))


def within(value: Expr, domain: Domain) -> Iterator[Condition]:
    """That a value lies in a domain."""
    if domain.values:
        yield Condition(value, f"∈ {domain}")
    for end, sign, is_open in ((domain.lower, 1, domain.lower_open), (domain.upper, -1, domain.upper_open)):
        if end is not None:
            yield Condition((value - from_formula(end, {})) * expr(sign), POSITIVE if is_open else NOT_NEGATIVE)
