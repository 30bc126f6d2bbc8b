"""The value of an expression at given sizes and entries, by plain loops over every index.

A derivative that is left standing is valued by forward differentiation with jets, so that nothing here shares a rule
with `differentiate` or with the normal form.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, reduce
from itertools import product
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.core.function import UndefinedFunction

from symgrad.indexed.atoms import (
    Apply,
    Atom,
    Attains,
    Delta,
    Greatest,
    Partial,
    Power,
    Ref,
    Scalar,
    Size,
    Slot,
    Where,
    head_name,
)
from symgrad.indexed.jets import REAL, Arithmetic, Jet, Jets, NoValueError
from symgrad.indexed.names import Dim, Index, place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symgrad.indexed.expr import Expr
    from symgrad.indexed.tensor import Tensor
    from symgrad.indexed.term import Term

Entries = dict[tuple[int, ...], Any]
RANK = {Size: 0, Scalar: 1, Ref: 2}  # cheap factors first: where one has no value, none of the others is worked out


@dataclass(frozen=True, slots=True)
class Seed:
    """An entry that is varied, and the names that are held still meanwhile."""

    number: int
    tensor: Tensor
    entry: tuple[int, ...]
    fixed: frozenset[Tensor]


@dataclass(slots=True)
class Evaluation:
    """Values at one point: `sizes` of dimensions, `entries` of inputs, and values of scalars, in one arithmetic.

    `unknown` gives an unknown function's value, or its derivative by some entries of its arguments. A name that has
    entries is taken at these; `bodies` gives unknown functions a value to try them with.
    """

    arithmetic: Arithmetic
    sizes: Mapping[Dim, int]
    entries: Mapping[Tensor, Entries]
    scalars: Mapping[Any, Any]
    unknown: Any = None
    bodies: Mapping[Tensor, Any] = field(default_factory=dict)
    known: dict[Any, Jet] = field(default_factory=dict)
    count: int = 0
    jets: Jets = field(init=False)

    def __post_init__(self) -> None:
        """Arithmetic with infinitesimals."""
        self.jets = Jets(self.arithmetic)

    def value(self, expr: Expr, at: Mapping[Index, int] | None = None) -> Any:
        """The number that an expression is where its free indices have these values."""
        found = self.of(expr, dict(at or {}), ())
        return found.get(REAL, self.arithmetic.number(Fraction(0)))

    def of(self, expr: Expr, at: dict[Index, int], seeds: tuple[Seed, ...]) -> Jet:
        """The sum of the terms."""
        found = self.jets.number(0)
        for term in expr.terms:
            found = self.jets.add(found, self.of_term(term, at, seeds))
        return found

    def of_term(self, term: Term, at: dict[Index, int], seeds: tuple[Seed, ...]) -> Jet:
        """A term summed over its bound indices."""
        bound = sorted(term.bound, key=lambda i: i.token)
        brackets = [a for a, _ in term.atoms if isinstance(a, Delta | Where)]
        factors = sorted(
            ((a, e) for a, e in term.atoms if not isinstance(a, Delta | Where)), key=lambda f: RANK.get(type(f[0]), 9)
        )
        jets, front = self.jets, self.jets.number(term.coefficient)
        found = jets.number(0)
        for values in product(*(range(self.sizes[i.dim]) for i in bound)):
            here = {**at, **dict(zip(bound, values, strict=True))} if bound else at
            if all(self.holds(a, here) for a in brackets):
                parts = (jets.power(self.of_atom(a, here, seeds), e) for a, e in factors)
                found = jets.add(found, reduce(jets.times, parts, front))
            elif self.arithmetic.ordered:  # 0 times what has no value has none, either
                for a, e in factors:
                    jets.power(self.of_atom(a, here, ()), e)
        return found

    def holds(self, atom: Delta | Where, at: Mapping[Index, int]) -> bool:
        """Whether a bracket is 1."""
        if isinstance(atom, Delta):
            return at[atom.left] == at[atom.right]
        gap = self.position(atom.place, at)
        return gap == 0 if atom.equal else gap >= 0

    def position(self, where: Slot, at: Mapping[Index, int]) -> int:
        """The whole number that a place is."""
        if isinstance(where, Index):
            return at[where]
        where = place(where)
        return where.constant + sum(c * at[i] for i, c in where.parts) + sum(c * self.sizes[d] for d, c in where.sizes)

    def of_atom(self, atom: Atom, at: dict[Index, int], seeds: tuple[Seed, ...]) -> Jet:  # noqa: PLR0911 - by kind
        """The value of a factor."""
        match atom:
            case Ref():
                return self.entry(atom.tensor, tuple(self.position(s, at) for s in atom.indices), seeds)
            case Power():
                return self.of(atom.base, at, seeds)
            case Apply():
                return self.apply(atom.head, tuple(self.of(a, at, seeds) for a in atom.args), atom.orders)
            case Size():
                return self.jets.number(self.sizes[atom.dim])
            case Scalar():
                return self.scalar(atom.symbol)
            case Greatest() | Attains():
                return self.extreme(atom, at, seeds)
            case Partial():
                return self.slope(atom, at, seeds)
        raise NoValueError("a factor of the kind {atom} has no value here", atom=type(atom).__name__)

    def entry(self, tensor: Tensor, entry: tuple[int, ...], seeds: tuple[Seed, ...]) -> Jet:
        """An entry of an input, a name or an unknown function; 0 outside the shape."""
        if not all(0 <= n < self.sizes[d] for n, d in zip(entry, tensor.dims, strict=True)):
            return self.jets.number(0)
        moved = tuple(s for s in seeds if s.tensor is tensor or (tensor.rests_on(s.tensor) and tensor not in s.fixed))
        key = (tensor, entry, moved)
        if key not in self.known:
            self.known[key] = self.fresh_entry(tensor, entry, moved)
        return self.known[key]

    def fresh_entry(self, tensor: Tensor, entry: tuple[int, ...], seeds: tuple[Seed, ...]) -> Jet:
        """As `entry`, worked out."""
        own = [s for s in seeds if s.tensor is tensor]
        others = tuple(s for s in seeds if s.tensor is not tensor)
        body = self.bodies.get(tensor, tensor.body)
        if tensor in self.entries:
            found: Jet = {REAL: self.entries[tensor][entry]}
        elif body is not None:
            letters, value = body
            found = self.of(value, dict(zip(letters, entry, strict=True)), others)
        else:
            found = self.unknown_value(tensor, entry, others)
        for s in own:
            if s.entry == entry:
                found = self.jets.add(found, {frozenset({s.number}): self.arithmetic.number(Fraction(1))})
        return found

    def unknown_value(self, tensor: Tensor, entry: tuple[int, ...], seeds: tuple[Seed, ...]) -> Jet:
        """An unknown function of jets: its derivatives by its arguments' entries are numbers of their own."""
        places = [(t, e) for t in tensor.depends for e in product(*(range(self.sizes[d]) for d in t.dims))]
        small = {p: {k: v for k, v in self.entry(*p, seeds).items() if k} for p in places}
        moving = [p for p in places if small[p]]
        found: Jet = {REAL: self.unknown(tensor, entry, ())}
        for order in range(1, len(seeds) + 1):
            for by in product(moving, repeat=order):
                part: Jet = reduce(self.jets.times, [small[p] for p in by], self.jets.number(1))
                if part:
                    front = Fraction(1, sp.factorial(order))
                    slope = self.unknown(tensor, entry, by)
                    scale = self.arithmetic.times(self.arithmetic.number(front), slope)
                    found = self.jets.add(found, self.jets.times({REAL: scale}, part))
        return found

    def slope(self, atom: Partial, at: dict[Index, int], seeds: tuple[Seed, ...]) -> Jet:
        """A derivative: what stands with a new infinitesimal in the entry."""
        entry = tuple(self.position(s, at) for s in atom.ref.indices)
        tensor = atom.ref.tensor
        seed = next((s for s in self.seeds_of(tensor, entry, atom.fixed) if s not in seeds), None)
        assert seed is not None  # noqa: S101 - there is always a further one
        found = self.of(atom.expr, at, (*seeds, seed))
        return {**self.jets.number(0), **{e - {seed.number}: v for e, v in found.items() if seed.number in e}}

    def seeds_of(self, tensor: Tensor, entry: tuple[int, ...], fixed: frozenset[Tensor]) -> Any:
        """Seeds for an entry, those used before first, so that what is known of them is used again."""
        for n in range(9):
            key = (tensor, entry, fixed, n)
            if key not in self.known:
                self.count += 1
                self.known[key] = {frozenset({self.count}): Seed(self.count, tensor, entry, fixed)}
            yield next(iter(self.known[key].values()))

    def extreme(self, atom: Greatest | Attains, at: dict[Index, int], seeds: tuple[Seed, ...]) -> Jet:
        """The greatest value, or whether it is attained at an index; a tie has no answer."""
        many = self.sizes[atom.index.dim] if isinstance(atom, Attains) or atom.index in atom.body.free else 1
        values = [self.of(atom.body, {**at, atom.index: n}, seeds) for n in range(many)]
        minus = self.arithmetic.number(Fraction(-1))
        best = 0 if self.arithmetic.ordered else max(range(len(values)), key=lambda n: values[n][REAL])
        for n, v in enumerate(values[1:] if self.arithmetic.ordered else (), 1):
            gap = self.arithmetic.add(v[REAL], self.arithmetic.times(minus, values[best][REAL]))
            sign = self.arithmetic.sign(gap)
            if not sign:
                raise NoValueError("two values tie for the maximum, where it has no derivative")
            best = n if sign > 0 else best
        if isinstance(atom, Greatest):
            return values[best]
        return self.jets.number(int(self.position(atom.at, at) == best))

    def scalar(self, symbol: Any) -> Jet:
        """A parameter, or a constant such as pi."""
        if symbol in self.scalars:
            return {REAL: self.scalars[symbol]}
        return {REAL: self.arithmetic.function(str(symbol), (), ())}

    def apply(self, head: Any, values: tuple[Jet, ...], orders: tuple[int, ...]) -> Jet:
        """A function of jets: a catalogue entry by its formula, an elementary function by its own series."""
        if self.arithmetic.ordered or not (head.__name__ in KINKS or has_kinks(head)):
            formula = formula_of(head, len(values))
            if formula is not None:
                return self.differentiated(lambda v: formula(self, v), values, orders)
        name = head_name(head)
        mark = "?" if isinstance(head, UndefinedFunction) else "?|" if name in KINKS or has_kinks(head) else ""
        return self.jets.function(f"{mark}{name}", values, orders)

    def differentiated(self, function: Any, values: tuple[Jet, ...], orders: tuple[int, ...]) -> Jet:
        """A function, or a derivative of it by its arguments: by an infinitesimal for each time."""
        moved, marks = list(values), set[int]()
        for n, order in enumerate(orders):
            for _ in range(order):
                marks.add(mark := -1 - len(marks))
                moved[n] = self.jets.add(moved[n], {frozenset({mark}): self.arithmetic.number(Fraction(1))})
        found = function(tuple(moved))
        return {**self.jets.number(0), **{e - marks: v for e, v in found.items() if e >= marks}}

    def kinked(self, name: str, values: tuple[Jet, ...]) -> Jet:
        """|u|, sign u, max and min; at a kink there is no value, since there is no derivative."""
        if name in {"Max", "Min"}:
            return reduce(lambda u, w: w if (self.sign_of_gap(w, u) > 0) == (name == "Max") else u, values)
        sign = self.sign_of_gap(values[0], self.jets.number(0))
        return self.jets.number(sign) if name == "sign" else self.jets.times(self.jets.number(sign), values[0])

    def sign_of_gap(self, left: Jet, right: Jet) -> int:
        """The sign of a difference; none at zero."""
        gap = self.jets.add(left, self.jets.times(self.jets.number(-1), right))
        sign = self.arithmetic.sign(gap[REAL])
        if not sign:
            raise NoValueError("a function has a kink there")
        return sign

    def of_sympy(self, expr: Any, at: Mapping[Any, Jet]) -> Jet:  # noqa: PLR0911 - as above
        """A formula of the catalogue."""
        if expr in at:
            return at[expr]
        if expr.is_Rational:
            return self.jets.number(Fraction(int(expr.p), int(expr.q)))
        if expr.is_Add or expr.is_Mul:
            parts = [self.of_sympy(a, at) for a in expr.args]
            return reduce(self.jets.add if expr.is_Add else self.jets.times, parts)
        if isinstance(expr, sp.Piecewise):
            return self.of_sympy(next(v for v, c in expr.args if self.true(c, at)), at)
        if expr.is_Pow and not isinstance(expr, sp.exp):
            return self.of_power(expr, at)
        if expr is sp.E:
            return self.jets.function("exp", (self.jets.number(1),), (0,))
        if expr.is_Symbol or expr.is_NumberSymbol:
            return self.scalar(expr)
        orders = (0,) * len(expr.args)
        return self.apply(expr.func, tuple(self.of_sympy(a, at) for a in expr.args), orders)

    def of_power(self, expr: Any, at: Mapping[Any, Jet]) -> Jet:
        """A power; with an exponent that is not rational it is e^(exponent ln base)."""
        base, exponent = expr.args
        if exponent.is_Rational:
            return self.jets.power(self.of_sympy(base, at), Fraction(int(exponent.p), int(exponent.q)))
        return self.of_sympy(sp.exp(exponent * sp.log(base), evaluate=False), at)

    def true(self, condition: Any, at: Mapping[Any, Jet]) -> bool:
        """Whether a case of a formula applies; on its boundary there is no answer."""
        if condition in {True, sp.true}:
            return True
        if isinstance(condition, sp.And | sp.Or):
            parts = [self.true(c, at) for c in condition.args]
            return all(parts) if isinstance(condition, sp.And) else any(parts)
        if isinstance(condition, sp.Eq | sp.Ne):
            self.sign_of_gap(self.of_sympy(condition.lhs, at), self.of_sympy(condition.rhs, at))
            return isinstance(condition, sp.Ne)
        return self.sign_of_gap(self.of_sympy(condition.gts, at), self.of_sympy(condition.lts, at)) > 0


KINKS = frozenset({"Abs", "sign", "Max", "Min"})
EXPONENTIALS: dict[str, Any] = {
    "tanh": lambda t: 1 - 2 / (sp.exp(2 * t) + 1),
    "sinh": lambda t: (sp.exp(t) - sp.exp(-t)) / 2,
    "cosh": lambda t: (sp.exp(t) + sp.exp(-t)) / 2,
    "log1p": lambda t: sp.log(1 + t),
    "erfc": lambda t: 1 - sp.erf(t),
    "asinh": lambda t: sp.log(t + sp.sqrt(t**2 + 1)),
    "acosh": lambda t: sp.log(t + sp.sqrt(t**2 - 1)),
    "atanh": lambda t: (sp.log(1 + t) - sp.log(1 - t)) / 2,
    "tan": lambda t: sp.sin(t) / sp.cos(t),
}
t = sp.Symbol("t", real=True)


def has_kinks(head: Any) -> bool:
    """Whether a catalogue function goes by cases."""
    formula = getattr(head, "formula", None)
    return formula is not None and formula.has(sp.Piecewise, sp.Abs, sp.Max, sp.Min, sp.sign)


@cache
def formula_of(head: Any, count: int) -> Any:
    """How a function of `count` arguments is worked out from others; None for one that has its own series."""
    name = head.__name__
    if hasattr(head, "formula"):
        letters = (*head.variables, *head.parameters)
        formula = head.at(head.formula, letters[:count])
        return lambda self, values: self.of_sympy(formula, dict(zip(letters, values, strict=False)))
    if name in EXPONENTIALS:
        return lambda self, values: self.of_sympy(EXPONENTIALS[name](t), {t: values[0]})
    return (lambda self, values: self.kinked(name, values)) if name in KINKS else None
