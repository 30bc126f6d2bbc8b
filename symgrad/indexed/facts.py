"""Declared facts, used by name: sum_k y_k = 1, y_j y_k = delta_jk y_j, exp(z_i) = p_i S."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from operator import is_
from typing import TYPE_CHECKING

from symgrad.indexed.atoms import NOTHING, Atom, Partial, Power, Ref
from symgrad.indexed.build import delta, total
from symgrad.indexed.canonical import ONE, Factor, Factors
from symgrad.indexed.contract import contract
from symgrad.indexed.expr import Expr, expr
from symgrad.indexed.mapping import mapped, under, with_parts
from symgrad.indexed.names import Index, Place
from symgrad.indexed.products import IndexedError
from symgrad.words import enumerated, message, worded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from symgrad.indexed.canonical import Exponent
    from symgrad.indexed.tensor import Tensor
    from symgrad.indexed.term import Term

Substitution = dict[Index, Index]
Way = tuple[Substitution, frozenset[Index], Factors]
ROUNDS = 40
SIDES = 2


@dataclass(frozen=True, slots=True)
class Fact:
    """`left` equals `right` for all values of their free indices.

    An `assumed` fact is about inputs, and a result that needs it says so. Any other is about names, and counts only
    once it has been proved from their definitions.
    """

    name: str
    left: Expr
    right: Expr
    assumed: bool = False
    words: str = ""

    def __post_init__(self) -> None:
        worded(self, "name", "words")
        object.__setattr__(self, "left", expr(self.left))
        object.__setattr__(self, "right", expr(self.right))
        if self.left and not self.left.tensors:
            raise IndexedError(
                message(
                    "the fact '{name}' says nothing of any tensor; its left side is {left}",
                    name=self.name,
                    left=repr(self.left),
                )
            )
        if not self.left:
            raise IndexedError(message("the fact '{name}' has 0 on its left; turn it round", name=self.name))
        if self.right.free - self.left.free:
            raise IndexedError(
                message("the right side of the fact '{name}' has an index that the left side has not", name=self.name)
            )
        names = sorted(t.name for t in (self.left.tensors | self.right.tensors) if not t.free)
        if self.assumed and names:
            raise IndexedError(
                message(
                    "the fact '{name}' is about {names}, which follows from a definition; assume facts about inputs "
                    "only, and state this one with assumed=False so that it is proved",
                    name=self.name,
                    names=enumerated(names),
                )
            )

    def __str__(self) -> str:
        return self.name


def sums_to(tensor: Tensor, value: object = 1, *, assumed: bool | None = None, name: str = "") -> Fact:
    """The entries sum to `value` over the last dimension: $∑_k y_k = 1$."""
    letters = letters_of(tensor, least=1)
    left = total(letters[-1], tensor[letters])
    known = name or f"sum {tensor.name} = {value}"
    return Fact(known, left, expr(value), tensor.free if assumed is None else assumed)


def one_hot(tensor: Tensor) -> Fact:
    """Of the last dimension at most one entry is not 0, and it is 1: $y_j y_k = δ_{jk} y_j$."""
    *front, j = letters_of(tensor, least=1)
    k = j.fresh()
    left = tensor[(*front, j)] * tensor[(*front, k)]
    return Fact(message("{name} one-hot", name=tensor.name), left, delta(j, k) * tensor[(*front, j)], assumed=True)


def letters_of(tensor: Tensor, least: int = 0) -> tuple[Index, ...]:
    """Fresh indices for a tensor's shape, which has at least so many dimensions."""
    if len(tensor.dims) < least:
        raise IndexedError(
            message("{name} is a scalar; this fact is about the entries of a vector, or of each row", name=tensor.name)
        )
    return tuple(Index("ijkl"[n % 4], d) for n, d in enumerate(tensor.dims))


def using(value: Expr, facts: Iterable[Fact]) -> tuple[Expr, tuple[Fact, ...]]:
    """The expression with facts applied from left to right wherever they fit, and the facts that were used."""
    known, used = tuple(facts), list[Fact]()
    for _ in range(ROUNDS):
        for fact in known:
            found = apply_fact(value, fact)
            if found != value:
                value = contract(found)
                used += [fact] * (fact not in used)
                break
        else:
            break
    return value, tuple(used)


def apply_fact(value: Expr, fact: Fact) -> Expr:
    """The expression with a fact applied once to each term, and inside functions and brackets."""
    if not fact.left.tensors <= value.tensors:
        return value

    def inside(atom: Atom) -> Expr | None:
        if isinstance(atom, Power):
            new = next(aligned(fact.left, atom.base), None)
            return None if new is None else fact.right.rename(new)
        return None

    def fits(part: Expr) -> bool:
        return fact.left.tensors <= part.tensors

    if [p for t in value.terms for a, _ in t.atoms for p in a.parts if fits(p)]:
        value = mapped(value, inside, fits, leaves=False)
        if len(fact.left.terms) == 1:
            value = mapped(value, lambda atom: parts_rewritten(atom, fact), fits, leaves=False)
    return by_terms(value, fact)


def parts_rewritten(atom: Atom, fact: Fact) -> Expr | None:
    """An atom with the fact applied to the expressions inside."""
    parts = tuple([by_terms(p, fact) for p in atom.parts])
    return None if all(map(is_, parts, atom.parts)) else expr(with_parts(atom, parts))


def by_terms(value: Expr, fact: Fact) -> Expr:
    """The fact applied to each term that contains its left side."""
    if len(fact.left.terms) != 1 or not fact.left.tensors <= value.tensors:
        return value
    (pattern,) = fact.left.terms
    wanted = sorted(pattern.atoms, key=lambda f: (not isinstance(f[0], Ref), f[0].token))
    found: list[Term] = []
    for term in value.terms:
        ways = (rewritten(term, pattern, fact, way) for way in matches(pattern, wanted, term))
        new = next((w for w in ways if not is_turning(fact) or comes_before(w, term)), None)
        found += [term] if new is None else new.terms
    return value if found == list(value.terms) else Expr(found)


def rewritten(term: Term, pattern: Term, fact: Fact, way: Way) -> Expr:
    """A term with the right side in the place of the pattern, which was found in this way."""
    new, bound, left = way
    number = term.coefficient if pattern.coefficient is ONE else term.coefficient / pattern.coefficient
    return Expr(under(number, bound, left, [fact.right.rename(new)]))


def is_turning(fact: Fact) -> bool:
    """Whether a fact only changes the order of indices, as A[i, j] = A[j, i] does: it could be applied for ever."""
    sides = [t.atoms for s in (fact.left, fact.right) for t in s.terms if not t.bound]
    entries = [a[0][0] for a in sides if len(a) == 1 and a[0][1] == 1 and isinstance(a[0][0], Ref)]
    return len(sides) == len(entries) == SIDES and entries[0].tensor is entries[1].tensor


def comes_before(found: Expr, term: Term) -> bool:
    """Whether a rewritten term is the simpler of the two: of all orders of indices one is kept."""
    return len(found.terms) != 1 or found.terms[0].token < term.token


def matches(pattern: Term, wanted: Sequence[Factor], term: Term) -> Iterator[Way]:
    """Ways in which a term contains a pattern with these factors; the binders and factors that are left over then."""
    for new, left in consumed(wanted, term.atoms, {}, pattern):
        summed = {new[i] for i in pattern.bound}
        inside = NOTHING.union(*[a.free for a, _ in left])
        if len(summed) == len(pattern.bound) and summed <= term.bound and inside.isdisjoint(summed):
            yield new, term.bound - summed, left


def consumed(
    wanted: Sequence[Factor], left: Factors, new: Substitution, pattern: Term
) -> Iterator[tuple[Substitution, Factors]]:
    """Ways to find each wanted factor among those that are left."""
    if not wanted:
        yield new, left
        return
    (atom, exponent), *others = wanted
    for n, (mine, e) in enumerate(left):
        if not alike(atom, mine) or not divides(exponent, e, pattern):
            continue
        over = ((mine, e - exponent),) if e != exponent else ()
        for more in unified(atom, mine, new):
            yield from consumed(others, (*left[:n], *over, *left[n + 1 :]), more, pattern)


def alike(pattern: Atom, atom: Atom) -> bool:
    """Whether one atom may be the other with other indices: of one kind, and written in the same tensors."""
    if isinstance(pattern, Ref) and isinstance(atom, Ref):
        return pattern.tensor is atom.tensor
    return type(pattern) is type(atom) and pattern.tensors == atom.tensors


def divides(exponent: Exponent, mine: Exponent, pattern: Term) -> bool:
    """Whether a power holds another: exactly under a sum, else as a part of it."""
    if pattern.bound:
        return mine == exponent
    alone = len(pattern.atoms) == 1 and exponent == 1
    return alone or (mine.denominator == 1 and exponent > 0 and mine >= exponent)


def unified(pattern: Atom, atom: Atom, new: Substitution) -> Iterator[Substitution]:
    """Ways to choose the pattern's indices so that the two atoms are equal."""
    found = dict(new)
    if isinstance(pattern, Ref) and isinstance(atom, Ref):
        if all(assign(i, j, found) for i, j in zip(pattern.indices, atom.indices, strict=True)):
            yield found
        return
    if not all(assign(i, j, found) for i, j in read_off(pattern, atom)):
        return
    open_ones = [i for i in sorted(pattern.free, key=lambda i: i.token) if i not in found]
    choices = [[j for j in sorted(atom.free, key=lambda j: j.token) if j.dim == i.dim] for i in open_ones]
    for chosen in product(*choices):
        whole = {**found, **dict(zip(open_ones, chosen, strict=True))}
        if pattern.rename({i: j for i, j in whole.items() if i in pattern.free}) == atom:
            yield whole


def read_off(pattern: Atom, atom: Atom) -> Iterator[tuple[Index | Place, Index | Place]]:
    """Indices that must stand for one another: those of the entry in a derivative, and of a single entry inside."""
    if isinstance(pattern, Partial) and isinstance(atom, Partial) and pattern.ref.tensor is atom.ref.tensor:
        yield from zip(pattern.ref.indices, atom.ref.indices, strict=True)
    for one, other in zip(pattern.parts, atom.parts, strict=False):
        mine, its = one.atom, other.atom
        if isinstance(mine, Ref) and isinstance(its, Ref) and mine.tensor is its.tensor:
            yield from zip(mine.indices, its.indices, strict=True)


def assign(pattern: Index | Place, target: Index | Place, new: Substitution) -> bool:
    """Let an index of a pattern stand for a target's; False where it stands for another already."""
    if not isinstance(pattern, Index) or not isinstance(target, Index):
        return False
    return new.setdefault(pattern, target) == target


def aligned(pattern: Expr, value: Expr) -> Iterator[Substitution]:
    """Ways to choose the pattern's free indices so that it equals a whole expression."""
    if len(pattern.terms) != len(value.terms):
        return
    letters = sorted(pattern.free, key=lambda i: i.token)
    choices = [[j for j in sorted(value.free, key=lambda j: j.token) if j.dim == i.dim] for i in letters]
    for chosen in product(*choices):
        new = dict(zip(letters, chosen, strict=True))
        if pattern.rename(new) == value:
            yield new
