"""Identities between functions of entries, without sums: what the scalar prover is asked."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.core import Status, SymgradError
from symgrad.functions import D
from symgrad.indexed import ZERO, Apply, Atom, Expr, Index, Power, Ref, Scalar, Size, Term
from symgrad.prover.prove import prove

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.indexed import Dim, Tensor

Letters = dict[tuple["Tensor", tuple[Index, ...]], Any]


class NotEntrywiseError(SymgradError):
    """An expression that is more than functions of entries at the same indices."""


def entrywise(left: Expr, right: Expr) -> bool:
    """Whether two sides are equal as functions of their entries, each entry a real variable of its own.

    Where both are sums over the same dimensions, what is summed is compared at one and the same indices.
    """
    longest = max((t.bound for t in (*left.terms, *right.terms)), key=len, default=frozenset[Index]())
    places = {i.dim: i.fresh() for i in longest}
    if not (left.tensors | right.tensors):
        return False
    letters: Letters = {}
    try:
        sides = summands(left, places), summands(right, places)
        return any(functions(side) for side in sides) and proved(*(written(side, letters) for side in sides))
    except NotEntrywiseError:
        return False


def summands(value: Expr, places: Mapping[Dim, Index]) -> Expr:
    """What all terms sum over these dimensions, at these places; the size of a dimension is a sum of ones."""
    found = ZERO
    for term in value.terms:
        mine = {i.dim: i for i in term.bound}
        missing = places.keys() - mine.keys()
        if (
            len(mine) < len(term.bound)
            or mine.keys() - places.keys()
            or any((Size(d), 1) not in term.atoms for d in missing)
        ):
            raise NotEntrywiseError("sums over other dimensions")
        ones = [(Size(d), -1) for d in missing]
        inner = Expr((Term(term.coefficient, (), (*term.atoms, *ones)),))
        found += inner.rename({i: places[d] for d, i in mine.items()})
    return found


@cache
def proved(left: Any, right: Any) -> bool:
    """Whether the scalar prover proves an equation with no exception."""
    try:
        return prove(left, right).status is Status.PROVED
    except SymgradError:
        return False


def functions(value: Expr) -> list[Atom]:
    """The functions that stand in an expression itself, roots among them."""
    return [a for t in value.terms for a, e in t.atoms if isinstance(a, Apply) or e.denominator > 1]


def written(value: Expr, letters: Letters) -> Any:
    """The expression with a letter for each entry."""
    return sp.Add(*(product(t, letters) for t in value.terms))


def product(term: Term, letters: Letters) -> Any:
    """One term of it."""
    if term.bound:
        raise NotEntrywiseError("a sum")
    number = sp.Rational(term.coefficient.numerator, term.coefficient.denominator)
    return sp.Mul(number, *(factor(a, letters) ** sp.Rational(e.numerator, e.denominator) for a, e in term.atoms))


def factor(atom: Atom, letters: Letters) -> Any:
    """One factor of it; a derivative of a function is left standing, by the letters of its arguments."""
    match atom:
        case Ref() if all(isinstance(i, Index) for i in atom.indices):
            key: Any = (atom.tensor, atom.indices)
            return letters.setdefault(key, sp.Symbol(f"u{len(letters)}", real=True))
        case Scalar():
            return atom.symbol
        case Power():
            return written(atom.base, letters)
        case Apply():
            arguments = [written(a, letters) for a in atom.args]
            found = atom.head(*arguments)
            for argument, order in zip(arguments, atom.orders, strict=True):
                for _ in range(order):
                    if not argument.is_Symbol or len({*arguments}) < len(arguments):
                        raise NotEntrywiseError("a derivative by more than a letter")
                    found = D(found, argument)
            return found
    raise NotEntrywiseError(type(atom).__name__)
