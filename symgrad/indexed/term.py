"""Terms: each a number times a sum over bound indices of a product of atoms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from symgrad.indexed.atoms import NOTHING, Size, indices_of
from symgrad.indexed.canonical import ONE, Factor, term_key
from symgrad.indexed.products import merged, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from fractions import Fraction

    from symgrad.indexed.atoms import Atom
    from symgrad.indexed.names import Index, Place

T = TypeVar("T")


class Lazy(Generic[T]):
    """A property that is worked out once; unlike functools' it takes no lock, which would cost more than it saves."""

    def __init__(self, work: Callable[[Any], T]) -> None:
        self.work, self.name = work, work.__name__
        self.__doc__ = work.__doc__

    def __get__(self, owner: Any, kind: Any = None) -> T:
        found = owner.__dict__[self.name] = self.work(owner)
        return found


class Term:
    """`coefficient` times the sum over `bound` of the product of `atoms`, each with its exponent."""

    __slots__ = ("_token", "atoms", "bound", "coefficient", "free")

    def __init__(self, coefficient: Fraction, bound: Iterable[Index], factors: Iterable[Factor]) -> None:
        kept, wanted = tuple(factors), frozenset(bound)
        used = NOTHING
        seen: set[str] = set()
        brackets = False
        for atom, exponent in kept:
            token, free = atom.token, atom.free
            if token in seen or not exponent:
                coefficient, kept = settled(coefficient, merged(kept))
                used, brackets = NOTHING.union(*[a.free for a, _ in kept]), False
                break
            seen.add(token)
            used = used | free if used else free
            brackets = brackets or atom.bracket
        if brackets:
            coefficient, kept = settled(coefficient, kept)
            used = NOTHING.union(*[a.free for a, _ in kept])
        if not wanted <= used:  # a sum over an index that nothing depends on: as often as there are values
            kept = merged((*kept, *[(Size(i.dim), 1) for i in wanted - used]))
            wanted &= used
        self.coefficient, self.atoms, self.bound = coefficient, kept, wanted
        self.free: frozenset[Index] = used - wanted if wanted else used
        self._token: str | None = None

    @classmethod
    def alone(cls, atom: Atom) -> Term:
        """The term that is one factor, no bracket, and no more; most are, so nothing is looked for."""
        found: Term = object.__new__(cls)
        found.coefficient, found.bound, found.atoms = ONE, NOTHING, ((atom, 1),)
        found.free, found._token = atom.free, None
        return found

    @property
    def token(self) -> str:
        """The key under the indices' own names; most terms on the way to a result are never asked for it."""
        if self._token is None:
            self._token = term_key(self.bound, self.atoms, {})
        return self._token

    def key(self, names: Mapping[Index, str]) -> str:
        """The key without the coefficient, under these names for free indices."""
        if self.free.isdisjoint(names):
            return self.token
        return term_key(self.bound, self.atoms, {i: n for i, n in names.items() if i in self.free})

    def rename(self, new: Mapping[Index, Index | Place]) -> Term:
        """The term with other free indices; binders step aside where they would capture."""
        if self.free.isdisjoint(new):
            return self
        mine = {i: t for i, t in new.items() if i in self.free}
        if self.bound and self.bound & indices_of(mine.values()):
            return self.freshened().rename(mine)
        return Term(self.coefficient, self.bound, [(a.rename(mine), e) for a, e in self.atoms])

    def freshened(self) -> Term:
        """The same term with binders that occur nowhere else."""
        if not self.bound:
            return self
        new = {i: i.fresh() for i in self.bound}
        return Term(self.coefficient, new.values(), [(a.rename(new), e) for a, e in self.atoms])

    def __mul__(self, other: Term) -> Term:
        if other.bound & (self.bound | self.free):
            other = other.freshened()
        left = self.freshened() if self.bound & other.free else self
        number = left.coefficient if other.coefficient is ONE else left.coefficient * other.coefficient
        return Term(number, left.bound | other.bound, (*left.atoms, *other.atoms))

    def times(self, factor: Fraction) -> Term:
        """The term so many times."""
        return self.counted(self.coefficient * factor)

    def counted(self, coefficient: Fraction) -> Term:
        """The term with another coefficient."""
        found: Term = object.__new__(Term)
        found.coefficient, found.bound, found.atoms = coefficient, self.bound, self.atoms
        found.free, found._token = self.free, self._token
        return found

    def over(self, indices: frozenset[Index]) -> Term:
        """The sum of the term over indices that are binders already."""
        if not indices <= self.free:
            return Term(self.coefficient, self.bound | indices, self.atoms)
        found: Term = self.counted(self.coefficient)
        found.bound, found.free, found._token = self.bound | indices, self.free - indices, None
        return found

    def __repr__(self) -> str:
        return f"{self.coefficient}·{self.token}"


def collected(terms: tuple[Term, ...]) -> tuple[Term, ...]:
    """Like terms added up, in the order of their keys."""
    found: dict[str, Term] = {}
    for t in terms:
        if t.coefficient is ONE or t.coefficient:
            token = t.token
            old = found.get(token)
            found[token] = old.counted(old.coefficient + t.coefficient) if old else t
    several = [found[k] for k in sorted(found)]
    return tuple(several if len(several) == len(terms) else [t for t in several if t.coefficient])
