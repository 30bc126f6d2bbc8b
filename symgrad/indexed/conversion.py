"""Formulas of SymPy as indexed expressions, and back; no bound index is ever captured."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from operator import mul
from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.core import UnsupportedError
from symgrad.indexed.atoms import Apply, Atom, Delta, Partial, Power, Ref, Scalar, Size, Slot, Where
from symgrad.indexed.build import apply, delta, total
from symgrad.indexed.expr import Expr, Term, expr
from symgrad.indexed.names import Dim, Index, Place, place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.indexed.tensor import Tensor


def from_formula(formula: Any, names: Mapping[Any, Expr]) -> Expr:
    """A formula in scalar letters, with expressions for some of them; the others stay scalars."""
    if formula in names:
        return names[formula]
    if formula.is_Rational or formula.is_Symbol or formula.is_NumberSymbol:
        return expr(formula)
    return assembled(formula, lambda part: from_formula(part, names))


def assembled(formula: Any, read: Any) -> Expr:
    """A sum, product, power or function, its parts read by `read`."""
    if formula.is_Add:
        return sum((read(a) for a in formula.args), expr(0))
    if formula.is_Mul:
        return reduce(mul, (read(a) for a in formula.args), expr(1))
    if formula.is_Pow and formula.exp.is_Rational:
        found: Expr = read(formula.base)
        return found ** Fraction(int(formula.exp.p), int(formula.exp.q))
    if isinstance(formula, sp.Function) and not isinstance(formula, sp.Piecewise | sp.Max | sp.Min):
        return apply(formula.func, *(read(a) for a in formula.args))
    raise UnsupportedError(f"{formula} has cases or a variable exponent, which an indexed expression does not have")


def from_sympy(formula: Any, tensors: Mapping[str, Tensor], indices: Mapping[Any, Index]) -> Expr:
    """An expression with Sum, Indexed and KroneckerDelta; `tensors` by name, `indices` for free index symbols.

    A sum runs from 0 to n - 1, n the name of a dimension of one of the tensors.
    """
    dims = {d.name: d for t in tensors.values() for d in t.dims} | {i.dim.name: i.dim for i in indices.values()}
    return _read(formula, tensors, dict(indices), dims)


def _read(  # noqa: PLR0911 - one line for each kind of expression
    formula: Any, tensors: Mapping[str, Tensor], indices: Mapping[Any, Index], dims: Mapping[str, Dim]
) -> Expr:
    if isinstance(formula, sp.Sum):
        inner = dict(indices)
        bound = [Index(v.name, _dim(v, low, high, dims)) for v, low, high in formula.limits]
        inner.update(zip((v for v, _, _ in formula.limits), bound, strict=True))
        return total(bound, _read(formula.function, tensors, inner, dims))
    if isinstance(formula, sp.Indexed):
        return _tensor(formula.base.label.name, tensors)[tuple(_place(i, indices, dims) for i in formula.indices)]
    if isinstance(formula, sp.KroneckerDelta):
        left, right = (indices[i] for i in formula.args)
        return delta(left, right)
    if formula.is_Rational or formula.is_NumberSymbol:
        return expr(formula)
    if formula.is_Symbol:
        if formula.name in tensors:
            return tensors[formula.name]()
        return expr(Size(dims[formula.name])) if formula.name in dims else expr(formula)
    return assembled(formula, lambda part: _read(part, tensors, indices, dims))


def _tensor(name: str, tensors: Mapping[str, Tensor]) -> Tensor:
    if name not in tensors:
        raise UnsupportedError(f"no tensor is called {name}; add it to `tensors`, with its dimensions")
    return tensors[name]


def _dim(variable: Any, low: Any, high: Any, dims: Mapping[str, Dim]) -> Dim:
    """The dimension that a sum runs over."""
    size = high + 1
    if low != 0 or not size.is_Symbol or size.name not in dims:
        raise UnsupportedError(f"the sum over {variable} runs from {low} to {high}; let it run from 0 to n - 1")
    return dims[size.name]


def _place(where: Any, indices: Mapping[Any, Index], dims: Mapping[str, Dim]) -> Slot:
    """An index, or a sum of whole multiples of indices and sizes."""
    if where in indices:
        return indices[where]
    found = Place(())
    for part in sp.Add.make_args(where):
        number, rest = part.as_coeff_Mul()
        if rest in indices:
            found += place(indices[rest]) * int(number)
        elif rest.is_Symbol and rest.name in dims:
            found += Place((), 0, ((dims[rest.name], int(number)),))
        elif rest == 1 and number.is_Integer:
            found += int(number)
        else:
            raise UnsupportedError(f"{where} is no index; use whole multiples of indices, such as 2*i + k - 1")
    return found


def to_sympy(value: Expr) -> Any:
    """The expression with Sum, Indexed and KroneckerDelta; every bound index is a new dummy, so nothing captures it."""
    letters = {i: sp.Symbol(i.name, integer=True) for i in value.free}
    if len(set(letters.values())) < len(letters):
        raise UnsupportedError("two free indices have one name, which SymPy can not tell apart; rename one of them")
    return _written(value, letters)


def _written(value: Expr, letters: Mapping[Index, Any]) -> Any:
    return sp.Add(*(_term(t, letters) for t in value.terms))


def _term(term: Term, letters: Mapping[Index, Any]) -> Any:
    bound = sorted(term.bound, key=lambda i: i.token)
    inner = {**letters, **{i: sp.Dummy(i.name, integer=True) for i in bound}}
    factors = [_atom(a, inner) ** sp.Rational(e.numerator, e.denominator) for a, e in term.atoms]
    product = sp.Mul(sp.Rational(term.coefficient.numerator, term.coefficient.denominator), *factors)
    limits = [(inner[i], 0, _size(i.dim) - 1) for i in bound]
    return sp.Sum(product, *limits) if limits else product


def _atom(atom: Atom, letters: Mapping[Index, Any]) -> Any:  # noqa: PLR0911 - as above
    match atom:
        case Ref():
            slots = tuple(_slot(s, letters) for s in atom.indices)
            return (
                sp.IndexedBase(atom.tensor.name, real=True)[slots] if slots else sp.Symbol(atom.tensor.name, real=True)
            )
        case Delta():
            return sp.KroneckerDelta(letters[atom.left], letters[atom.right])
        case Where():
            gap = _slot(atom.place, letters)
            return sp.Piecewise((1, sp.Eq(gap, 0) if atom.equal else sp.Ge(gap, 0)), (0, True))
        case Apply() if not atom.order:
            return atom.head(*(_written(a, letters) for a in atom.args))
        case Power():
            return _written(atom.base, letters)
        case Size():
            return _size(atom.dim)
        case Scalar():
            return atom.symbol
    kind = "a derivative that is left standing" if isinstance(atom, Partial) else f"a factor {type(atom).__name__}"
    raise UnsupportedError(f"{kind} has no counterpart in SymPy; carry derivatives out first")


def _size(dim: Dim) -> Any:
    return sp.Symbol(dim.name, integer=True, positive=True)


def _slot(where: Slot, letters: Mapping[Index, Any]) -> Any:
    if isinstance(where, Index):
        return letters[where]
    parts = [c * letters[i] for i, c in where.parts] + [c * _size(d) for d, c in where.sizes]
    return sp.Add(where.constant, *parts)
