"""Formulas of SymPy as indexed expressions, and back; no bound index is ever captured."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import mul
from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.core import UnsupportedError
from symgrad.indexed.atoms import Apply, Atom, Delta, Partial, Power, Ref, Scalar, Size, Slot, Where
from symgrad.indexed.build import apply, delta, total, where
from symgrad.indexed.expr import Expr, expr
from symgrad.indexed.names import Dim, Index, Place, place
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.indexed.tensor import Tensor
    from symgrad.indexed.term import Term


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
    raise UnsupportedError(
        "{formula} has cases or a variable exponent, which an indexed expression does not have", formula=formula
    )


def from_sympy(formula: Any, tensors: Mapping[str, Tensor], indices: Mapping[Any, Index]) -> Expr:
    """An expression with Sum, Indexed and KroneckerDelta; `tensors` by name, `indices` for free index symbols.

    Its sums run from 0 to n - 1, or all of them from 1 to n; n is the name of a dimension of one of the tensors.
    """
    if not isinstance(formula, sp.Basic):
        raise UnsupportedError(
            "{formula} is no formula of SymPy; build it with IndexedBase, Sum and KroneckerDelta", formula=repr(formula)
        )
    firsts = {low for s in formula.atoms(sp.Sum) for _, low, _ in s.limits} or {sp.S.Zero}
    if len(firsts) > 1 or not firsts <= {0, 1}:
        starts = ", ".join(sorted(map(str, firsts)))
        raise UnsupportedError(
            "the sums run from {starts}; let all of them run from 0 to n - 1, or all from 1 to n", starts=starts
        )
    dims = {d.name: d for t in tensors.values() for d in t.dims} | {i.dim.name: i.dim for i in indices.values()}
    return Reader(tensors, dims, int(firsts.pop())).read(formula, indices)


@dataclass(frozen=True, slots=True)
class Reader:
    """What a formula's names mean, and whether its indices count from 0 or from 1."""

    tensors: Mapping[str, Tensor]
    dims: Mapping[str, Dim]
    first: int

    def read(self, formula: Any, indices: Mapping[Any, Index]) -> Expr:  # noqa: PLR0911 - one line for each kind
        """A formula in which these symbols are indices."""
        if isinstance(formula, sp.Sum):
            bound = {v: Index(v.name, self.dim(v, low, high)) for v, low, high in formula.limits}
            return total(tuple(bound.values()), self.read(formula.function, {**indices, **bound}))
        if isinstance(formula, sp.Indexed):
            return self.tensor(formula.base.label.name)[tuple(self.place(i, indices) for i in formula.indices)]
        if isinstance(formula, sp.KroneckerDelta):
            return delta(*(self.place(i, indices) for i in formula.args))
        if (case := conditioned(formula)) is not None:
            value, condition = case
            left, right = (self.place(i, indices) for i in condition.args)
            return where(left, condition.rel_op, right) * self.read(value, indices)
        if formula in indices:
            raise UnsupportedError(
                "{formula} is an index, which is no number here; give its values as a tensor", formula=formula
            )
        if formula.is_Rational or formula.is_NumberSymbol:
            return expr(formula)
        if formula.is_Symbol:
            if formula.name in self.tensors:
                return self.tensors[formula.name]()
            return expr(Size(self.dims[formula.name])) if formula.name in self.dims else expr(formula)
        return assembled(formula, lambda part: self.read(part, indices))

    def tensor(self, name: str) -> Tensor:
        """The tensor of a name."""
        if name not in self.tensors:
            raise UnsupportedError("no tensor is called {name}; add it to `tensors`, with its dimensions", name=name)
        return self.tensors[name]

    def dim(self, variable: Any, low: Any, high: Any) -> Dim:
        """The dimension that a sum runs over."""
        size = high + 1 - low
        if not size.is_Symbol or size.name not in self.dims:
            raise UnsupportedError(
                "the sum over {variable} runs from {low} to {high}; let it run from 0 to n - 1",
                variable=variable,
                low=low,
                high=high,
            )
        return self.dims[size.name]

    def place(self, slot: Any, indices: Mapping[Any, Index]) -> Slot:
        """An index, or a sum of whole multiples of indices and sizes; what counts from 1 is one less here."""
        if slot in indices:
            return indices[slot]
        found = Place((), -self.first)
        for part in sp.Add.make_args(slot):
            number, rest = part.as_coeff_Mul()
            if rest in indices:
                found += (place(indices[rest]) + self.first) * int(number)
            elif rest.is_Symbol and rest.name in self.dims:
                found += Place((), 0, ((self.dims[rest.name], int(number)),))
            elif rest == 1 and number.is_Integer:
                found += int(number)
            else:
                raise UnsupportedError(
                    "{slot} is no index; use whole multiples of indices, such as 2*i + k - 1", slot=slot
                )
        return found


def conditioned(formula: Any) -> tuple[Any, Any] | None:
    """A value and the condition without which it is 0; None for any other formula."""
    if not isinstance(formula, sp.Piecewise) or len(formula.args) != 2:  # noqa: PLR2004 - the value and 0
        return None
    (value, condition), (rest, always) = formula.args
    fits = rest == 0 and always == True and isinstance(condition, sp.core.relational.Relational)  # noqa: E712 - SymPy's
    return (value, condition) if fits else None


def to_sympy(value: Expr) -> Any:
    """The expression with Sum, Indexed and KroneckerDelta; every bound index is a new dummy, so nothing captures it."""
    letters = {i: sp.Symbol(i.name, integer=True) for i in value.free}
    for what, several in ((message("free indices"), value.free), (message("tensors"), value.tensors)):
        if len({each.name for each in several}) < len(several):
            raise UnsupportedError(
                "two {names} have one name, which SymPy can not tell apart; rename one of them", names=what
            )
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
        case Apply():
            return _applied(atom, [_written(a, letters) for a in atom.args])
        case Power():
            return _written(atom.base, letters)
        case Size():
            return _size(atom.dim)
        case Scalar():
            return atom.symbol
    if isinstance(atom, Partial):
        raise UnsupportedError("a derivative that is left standing has no counterpart in SymPy; carry it out first")
    raise UnsupportedError("a factor {atom} has no counterpart in SymPy", atom=type(atom).__name__)


def _applied(atom: Apply, values: list[Any]) -> Any:
    """A function of these values, or a derivative of it there."""
    if not atom.order:
        return atom.head(*values)
    free = [sp.Dummy(real=True) for _ in values]
    by = [(x, n) for x, n in zip(free, atom.orders, strict=True) if n]
    return atom.head(*free).diff(*by).subs(dict(zip(free, values, strict=True)))


def _size(dim: Dim) -> Any:
    return sp.Symbol(dim.name, integer=True, positive=True)


def _slot(where: Slot, letters: Mapping[Index, Any]) -> Any:
    if isinstance(where, Index):
        return letters[where]
    parts = [c * letters[i] for i, c in where.parts] + [c * _size(d) for d, c in where.sizes]
    return sp.Add(where.constant, *parts)
