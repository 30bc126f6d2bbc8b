"""Index form as NumPy code: matrix products where two factors meet, einsum where more do."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy as sp

from symgrad.core import UnsupportedError
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
)
from symgrad.indexed.canonical import components
from symgrad.indexed.contract import contract
from symgrad.indexed.expr import Expr
from symgrad.indexed.names import Index, Place, place
from symgrad.indexed.numpy_code.heads import PRINTED, called, calling, constant, require_known
from symgrad.indexed.numpy_code.pieces import ATOM, POWER, PRODUCT, Piece, aligned, over, plus, times, union
from symgrad.indexed.text import show
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from symgrad.indexed.canonical import Exponent, Factor
    from symgrad.indexed.term import Term

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(slots=True)
class Emitter:
    """Writes expressions as code. `named` gives the identifier of a tensor, dimension or symbol.

    `heads` gathers the functions that the code calls, `reads` is set where it reads places outside an array.
    """

    named: Callable[[Any], str]
    heads: dict[tuple[Any, tuple[int, ...]], None] = field(default_factory=dict)
    reads: bool = False

    def expr(self, value: Expr, order: Sequence[Index] = ()) -> Piece:
        """A sum of terms; axes that no term has are left out."""
        value = contract(value)
        if not value.terms:
            return Piece("0.0")
        terms = sorted(value.terms, key=lambda t: (t.coefficient < 0, -len(t.atoms), show(Expr((t,)))))
        return plus([(t.coefficient < 0, self.term(t, order)) for t in terms], order)

    def full(self, value: Expr, order: Sequence[Index]) -> Piece:
        """An expression with all of these axes."""
        piece = self.expr(value, order)
        missing = [i for i in order if i not in piece.axes]
        if not missing:
            return aligned(piece, order)
        shape = ", ".join(self.named(i.dim) for i in order) + ("," if len(order) == 1 else "")
        return Piece(f"np.broadcast_to({aligned(piece, order).code}, ({shape}))", tuple(order))

    def term(self, term: Term, order: Sequence[Index]) -> Piece:
        """One product, its sign left out: numbers in front, sums by sums, the rest entry by entry."""
        above = [(a, e) for a, e in term.atoms if not a.free & term.bound]
        tops = [self.power(a, e) for a, e in above if e > 0]
        bottoms = [self.power(a, -e) for a, e in above if e < 0]
        groups = components(term.bound, term.atoms)
        tops += [self.total([f for f in term.atoms if f[0].free & g], g, order) for g in groups]
        number = abs(term.coefficient)
        if number.numerator != 1 or not tops:
            tops.insert(0, Piece(f"{number.numerator}" + (".0" if not tops and not bottoms else "")))
        if number.denominator != 1:
            bottoms.insert(0, Piece(str(number.denominator)))
        top = times(sorted(tops, key=lambda p: len(p.axes)), order)
        return over(top, times(bottoms, order), order) if bottoms else top

    def total(self, factors: list[Factor], bound: frozenset[Index], order: Sequence[Index]) -> Piece:
        """A connected sum over bound indices."""
        pieces = joined([self.power(a, e) for a, e in factors])
        if len(pieces) == 1:
            return summed(pieces[0], bound)
        found = product(pieces, bound)
        return found if found is not None else einsum(pieces, bound, order)

    def power(self, atom: Atom, exponent: Exponent) -> Piece:
        """A factor to a power."""
        piece = self.atom(atom)
        if exponent == 1:
            return piece
        if exponent == Fraction(1, 2):
            return Piece(f"np.sqrt({piece.code})", piece.axes)
        shown = str(exponent) if exponent.denominator == 1 and exponent > 0 else f"({exponent})"
        return Piece(f"{piece.held(ATOM)}**{shown}", piece.axes, POWER)

    def atom(self, atom: Atom) -> Piece:  # noqa: C901, PLR0911 - one case for each kind
        """A factor."""
        match atom:
            case Ref():
                return self.entry(atom)
            case Size():
                return Piece(self.named(atom.dim))
            case Scalar():
                return Piece(constant(atom.symbol) or self.named(atom.symbol))
            case Power():
                return self.expr(atom.base)
            case Apply():
                return self.function(atom)
            case Delta():
                return Piece(f"np.eye({self.named(atom.left.dim)})", (atom.left, atom.right))
            case Where():
                axes = in_order(atom.free)
                return Piece(f"1.0 * ({self.holds(atom, axes)})", axes, PRODUCT)
            case Greatest():
                body = self.body(atom)
                return Piece(f"{body.held(ATOM)}.max(axis=-1)", body.axes[:-1])
            case Attains():
                return self.attained(atom)
            case Partial():
                raise UnsupportedError(
                    message("a derivative of an unknown function has no code; give the function a value")
                )
        raise UnsupportedError("there is no NumPy code for {atom}", atom=repr(atom))

    def entry(self, atom: Ref) -> Piece:
        """An array by its name, on its diagonal, or read at affine places."""
        name = self.named(atom.tensor)
        indices = atom.indices
        if all(isinstance(i, Index) for i in indices):
            plain: tuple[Index, ...] = indices  # type: ignore[assignment]  # just checked
            if len(set(plain)) == len(plain):
                return Piece(name, plain)
            letters = {i: LETTERS[n] for n, i in enumerate(dict.fromkeys(plain))}
            spec = "".join(letters[i] for i in plain) + "->" + "".join(letters.values())
            return Piece(f'np.einsum("{spec}", {name})', tuple(letters))
        self.reads = True
        axes = in_order(atom.free)
        return Piece(f"entry({name}, {', '.join(self.grid(i, axes) for i in indices)})", axes)

    def holds(self, atom: Where, axes: Sequence[Index]) -> str:
        """Whether a condition holds, as an array over these axes."""
        left, right = (self.grid(side, axes) for side in halves(atom.place))
        return f"{left} {'==' if atom.equal else '<='} {right}"

    def grid(self, where: Slot, axes: Sequence[Index]) -> str:
        """The whole numbers that an affine place runs through, as an array over these axes."""
        whole = place(where)
        terms = []
        for i, c in whole.parts:
            later = len(axes) - 1 - list(axes).index(i)
            shown = f"np.arange({self.named(i.dim)})" + (f"[{', '.join([':', *['None'] * later])}]" if later else "")
            terms.append((c, shown))
        terms += [(c, self.named(d)) for d, c in whole.sizes]
        code = "".join(f" {'-' if c < 0 else '+'} {f'{abs(c)} * ' if abs(c) != 1 else ''}{t}" for c, t in terms)
        code += f" {'-' if whole.constant < 0 else '+'} {abs(whole.constant)}" if whole.constant or not terms else ""
        return code[3:] if code.startswith(" + ") else f"-{code[3:]}"

    def called(self, head: Any, orders: tuple[int, ...]) -> str:
        """The name of a function, noted if the code has to define it."""
        require_known(head)
        name = called(head, orders)
        if not name.startswith("np.") and name not in PRINTED:
            self.heads[head, orders] = None
        return name

    def function(self, atom: Apply) -> Piece:
        """A function of expressions, entry by entry."""
        if atom.head is sp.log and (condition := alone(atom.arg)) is not None:
            axes = in_order(condition.free)
            return Piece(f"np.where({self.holds(condition, axes)}, 0.0, -np.inf)", axes)
        pieces = [self.expr(a) for a in atom.args]
        axes = union(pieces, ())
        codes = [aligned(p, axes).code for p in pieces]
        return Piece(calling(self.called(atom.head, atom.orders), codes), axes)

    def body(self, atom: Greatest | Attains) -> Piece:
        """What a maximum is taken of, the index of the maximum last."""
        order = (*in_order(atom.body.free - {atom.index}), atom.index)
        return self.full(atom.body, order)

    def attained(self, atom: Attains) -> Piece:
        """1 at the first place of the maximum."""
        body = self.body(atom)
        others = body.axes[:-1]
        axes = (*others, *in_order(atom.free - set(others)))
        where = f"np.argmax({body.code}, axis=-1)"
        first = aligned(Piece(where, others), axes).code
        return Piece(f"1.0 * ({first} == {self.grid(atom.at, axes)})", axes, PRODUCT)


def alone(value: Expr) -> Where | None:
    """The condition that an expression is, if it is nothing else."""
    return value.atom if isinstance(value.atom, Where) else None


def halves(whole: Place) -> tuple[Place, Place]:
    """The negative multiples of a place, turned positive, and the positive ones."""
    left, right = (
        Place(
            tuple((i, sign * c) for i, c in whole.parts if sign * c > 0),
            max(sign * whole.constant, 0),
            tuple((d, sign * c) for d, c in whole.sizes if sign * c > 0),
        )
        for sign in (-1, 1)
    )
    return left, right


def in_order(indices: frozenset[Index] | set[Index]) -> tuple[Index, ...]:
    """Indices in the order of their names."""
    return tuple(sorted(indices, key=lambda i: (i.name, i.token)))


def joined(pieces: list[Piece]) -> list[Piece]:
    """Factors over the same indices multiplied entry by entry."""
    groups: dict[frozenset[Index], list[Piece]] = {}
    for p in pieces:
        groups.setdefault(frozenset(p.axes), []).append(p)
    return [times(g, g[0].axes) for g in groups.values()]


def summed(piece: Piece, bound: frozenset[Index]) -> Piece:
    """An array summed over some of its axes."""
    left = tuple(i for i in piece.axes if i not in bound)
    gone = [n for n, i in enumerate(piece.axes) if i in bound]
    if not left:
        return Piece(f"np.sum({piece.code})")
    axes = str(gone[0]) if len(gone) == 1 else f"({', '.join(map(str, gone))})"
    return Piece(f"{piece.held(ATOM)}.sum(axis={axes})", left)


def product(pieces: list[Piece], bound: frozenset[Index]) -> Piece | None:
    """Two factors that share one bound index, and no other, as a matrix product; None where it takes more."""
    if len(pieces) != 2 or len(bound) != 1 or any(len(p.axes) > 2 for p in pieces):  # noqa: PLR2004 - matrices
        return None
    (k,) = bound
    first, second = sorted(pieces, key=lambda p: -len(p.axes))
    left, right = ([i for i in p.axes if i != k] for p in (first, second))
    if set(left) & set(right) or not all(k in p.axes for p in pieces):
        return None
    a, b = aligned(first, (*left, k)), aligned(second, (k, *right))
    return Piece(f"{a.held(PRODUCT)} @ {b.held(POWER)}", (*left, *right), PRODUCT)


def einsum(pieces: list[Piece], bound: frozenset[Index], order: Sequence[Index]) -> Piece:
    """Any number of factors."""
    every = union(pieces, order)
    letters = {i: LETTERS[n] for n, i in enumerate(every)} if clashing(every) else {i: i.name for i in every}
    out = tuple(i for i in every if i not in bound)
    spec = ",".join("".join(letters[i] for i in p.axes) for p in pieces) + "->" + "".join(letters[i] for i in out)
    last = ", optimize=True" if len(pieces) > 2 else ""  # noqa: PLR2004 - two need no plan
    return Piece(f'np.einsum("{spec}", {", ".join(p.code for p in pieces)}{last})', out)


def clashing(indices: Sequence[Index]) -> bool:
    """Whether the indices' own names won't do as the letters of einsum."""
    names = [i.name for i in indices]
    return len(set(names)) != len(names) or not all(len(n) == 1 and n.isascii() and n.isalpha() for n in names)
