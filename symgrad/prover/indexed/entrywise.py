"""Identities between functions of entries, without sums: what the scalar prover is asked."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.core import Status, SymgradError
from symgrad.functions import D
from symgrad.indexed import Apply, Atom, Expr, Index, Ref, Scalar, Term
from symgrad.prover.prove import prove

if TYPE_CHECKING:
    from symgrad.indexed import Tensor

Letters = dict[tuple["Tensor", tuple[Index, ...]], Any]


class NotEntrywiseError(SymgradError):
    """An expression that is more than functions of entries at the same indices."""


def entrywise(left: Expr, right: Expr) -> bool:
    """Whether two sides are equal as functions of their entries, each entry a real variable of its own."""
    if not (left.tensors | right.tensors) or (not any(functions(left)) and not any(functions(right))):
        return False
    letters: Letters = {}
    try:
        sides = written(left, letters), written(right, letters)
    except NotEntrywiseError:
        return False
    return proved(*sides)


@cache
def proved(left: Any, right: Any) -> bool:
    """Whether the scalar prover proves an equation with no exception."""
    try:
        return prove(left, right).status is Status.PROVED
    except SymgradError:
        return False


def functions(value: Expr) -> list[Apply]:
    """The functions that stand in an expression itself."""
    return [a for t in value.terms for a, _ in t.atoms if isinstance(a, Apply)]


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
